/*
 * until_width.h - --until-width: replications until a value is known well enough.
 */
#ifndef SIM_CLI_UNTIL_WIDTH_H
#define SIM_CLI_UNTIL_WIDTH_H

#include "results/expectation.h"
#include "results/precision.h"
#include "results/run_record.h"

struct until_width {
    struct expectation value; /* which value, and how wide */
    struct precision goal;
};

/* "p95(wait) <= 5%"; `most`: replications at the most, 0: PRECISION_MOST. False after a diag_error.
 */
bool until_width_read(struct until_width *w, const char *text, size_t most, struct arena *a,
                      struct diag *d);

/* How many replications all policies are to have next; as many as they have: it is over. */
size_t until_width_next(const struct until_width *w, const struct run_record *records, size_t len);

/* How narrow it became, policy by policy. */
void until_width_say(const struct until_width *w, const struct run_record *records, size_t len,
                     FILE *out);

#endif /* SIM_CLI_UNTIL_WIDTH_H */
