/*
 * sweep_rows.h - the rows of a finished sweep, one by one: for those who write them somewhere.
 */
#ifndef SIM_CLI_SWEEP_ROWS_H
#define SIM_CLI_SWEEP_ROWS_H

#include "sim/cli/sweep_table.h"

enum { SWEEP_OWN_COLUMNS = 4 }; /* point, policy, replication, end */

struct sweep_row {
    uint64_t point, replication;
    const char **settings; /* by axis */
    const char *policy, *end;
    double *values; /* by measure; NaN: none */
};

typedef void sweep_row_fn(void *context, const struct sweep_row *row);

/* False after a diag_error. */
bool sweep_rows_walk(const struct sweep_table *t, sweep_row_fn *put, void *context, struct diag *d);

/* Of the columns: point, the axes, policy, replication, end, the measures; ended by NULL. */
const char *const *sweep_rows_names(const struct sweep_table *t, struct arena *a);

#endif /* SIM_CLI_SWEEP_ROWS_H */
