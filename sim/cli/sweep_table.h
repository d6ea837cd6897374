/*
 * sweep_table.h - the results of a sweep: sweep.csv, and the same in an SQLite database.
 *
 * Order    Points, then policies, then replications, however they were computed.
 * Errors   The world's, in the diag; a file is whole or as it was before.
 */
#ifndef SIM_CLI_SWEEP_TABLE_H
#define SIM_CLI_SWEEP_TABLE_H

#include "results/run_record.h"
#include "sim/cli/point_journal.h"
#include "sim/cli/sweep_plan.h"

struct sweep_table {
    const struct sweep_plan *plan;
    const struct scenario *scenario;
    struct point_journal *const *journals; /* each point is in one of them */
    size_t journals_len;
};

/* What a run leaves in the journal. */
void sweep_table_note(const struct sweep_plan *plan, size_t policy, size_t replication,
                      const struct run_record *record, FILE *out);

/* A point that no journal has; plan->points: all are there. */
uint64_t sweep_table_missing(const struct sweep_table *t, uint64_t *count);

bool sweep_table_write_csv(const struct sweep_table *t, const char *path, struct diag *d);
bool sweep_table_write_db(const struct sweep_table *t, const char *path, struct diag *d);

#endif /* SIM_CLI_SWEEP_TABLE_H */
