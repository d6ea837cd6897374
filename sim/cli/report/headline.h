/*
 * headline.h - the values that people compare first: a row per policy.
 *
 * From compare.csv, with its intervals, or else from each run's summary.csv.
 */
#ifndef SIM_CLI_REPORT_HEADLINE_H
#define SIM_CLI_REPORT_HEADLINE_H

#include "sim/cli/report/folder.h"

struct out_file;

/* False after a diag_error. */
bool headline_put(struct out_file *out, const struct folder *f, struct arena *a, struct diag *d);

#endif /* SIM_CLI_REPORT_HEADLINE_H */
