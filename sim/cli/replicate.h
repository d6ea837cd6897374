/*
 * replicate.h - a scenario under some of its policies, as often as --replications or
 * --until-width says.
 *
 * Order    What is printed and kept does not depend on --threads: messages come in the order of
 *          policies and replications, however the runs were spread.
 */
#ifndef SIM_CLI_REPLICATE_H
#define SIM_CLI_REPLICATE_H

#include "results/run_record.h"
#include "sim/cli/commands.h"
#include "sim/cli/prepared.h"

/* Fills a record per policy: of its first replication, whose files go to its dir, with the values
 * of all of them if there are several. The caller frees all records with run_record_fini, also
 * after a failure. Returns the worst exit code. */
int replicate(struct prepared *p, const struct policy_entry *policies, const char *const *dirs,
              size_t len, struct run_record *records, struct diag *d);

/* compare.csv, and replications.csv if there are several. */
bool replicate_write_tables(const struct prepared *p, const struct run_record *records, size_t len,
                            struct diag *d);

/* How narrow --until-width became; "results are in out/NAME", and of which replication. */
void replicate_say_where(const struct prepared *p, const struct run_record *records, size_t len,
                         FILE *out);

/* What went worst decides: the world before an expectation. */
static inline int worse_code(int a, int b)
{
    return a > b ? a : b;
}

#endif /* SIM_CLI_REPLICATE_H */
