/*
 * warm_up.h - run: {warm_up: auto}: how long a beginning is left out, found before the first run.
 *
 * Pilot runs, the scenario's own first replications (ten at the most), are averaged job by job
 * under each policy, the first job of all with each other and so on (Welch's averages), and MSER-5
 * says how many of the first jobs are not typical of the rest. The longest of all policies' is
 * taken, so that all leave out the same.
 */
#ifndef SIM_CLI_WARM_UP_H
#define SIM_CLI_WARM_UP_H

#include "sim/cli/prepared.h"

enum { WARM_UP_PILOTS = 10 };

/* Sets the scenario's warm-up if it is to be found; says on `out` (NULL: nobody) what it is, and
 * warns where the runs are too short for one. False after a diag_error. */
bool warm_up_find(struct prepared *p, const struct policy_entry *policies, size_t len, FILE *out,
                  struct diag *d);

#endif /* SIM_CLI_WARM_UP_H */
