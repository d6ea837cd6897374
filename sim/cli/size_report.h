/*
 * size_report.h - what a search has found, for people and as size.csv.
 */
#ifndef SIM_CLI_SIZE_REPORT_H
#define SIM_CLI_SIZE_REPORT_H

#include "results/cheapest.h"
#include "sim/cli/candidate.h"

struct size_report {
    const struct candidate_job *job;
    struct candidate *const *candidates; /* that were run, the cheapest first */
    size_t len;
    const struct cheapest_result *result;
    const struct candidate *answer; /* NULL: none */
    const struct candidate *below;  /* NULL: none, or not run */
};

/* Dollars a month of 730 hours: a twelfth of a year. */
double size_report_usd_per_month(const struct candidate *c);

bool size_report_write_csv(const struct size_report *r, const char *path, struct diag *d);

/* All candidates that were run, cost against each target, as DIR/plots/frontier. */
bool size_report_draw(const struct size_report *r, const char *dir, struct diag *d);

/* The candidates on the frontier: none is cheaper and better in every target. */
void size_report_print(const struct size_report *r, struct diag *d, FILE *out);

#endif /* SIM_CLI_SIZE_REPORT_H */
