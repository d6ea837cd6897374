/*
 * describe.h - a scenario in words, before it is run.
 *
 *   cluster    4 nodes, 32 x H100-80GB-SXM, 393.28 USD/h
 *   research   2,893 jobs in 14d, 8.6 an hour, 9,871 GPU hours: 0.92 of 32 GPUs
 *
 * Cost     Pulls the jobs of the sources, DESCRIBE_MOST of each at most.
 */
#ifndef SIM_CLI_DESCRIBE_H
#define SIM_CLI_DESCRIBE_H

#include "sim/cli/prepared.h"

enum { DESCRIBE_MOST = 200000 };

/* False if a source failed, after a diag_error. */
bool describe_scenario(const struct prepared *p, FILE *out, struct diag *d);

#endif /* SIM_CLI_DESCRIBE_H */
