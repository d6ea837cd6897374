/*
 * replicator.h - replications of a scenario under some of its policies, more and more of them.
 *
 *   struct replicator *r = replicator_open(p, policies, dirs, len, records);
 *   replicator_extend(r, 10);               replications 0 to 9 of each policy
 *   ... look at records[i].replications, and if that is not enough ...
 *   replicator_extend(r, 30);               10 to 29
 *   code = replicator_close(r, d);
 *
 * Order    What is found, printed and kept does not depend on the number of threads: messages come
 *          in the order of policies and replications, however the runs were spread.
 * Memory   Borrows all it is given until replicator_close. Grows with replications, not with jobs.
 */
#ifndef SIM_CLI_REPLICATOR_H
#define SIM_CLI_REPLICATOR_H

#include "results/run_record.h"
#include "sim/cli/prepared.h"

struct replicator;

/* A record per policy: of its first replication, whose files go to its dir (NULL: it writes none),
 * with `replications` of all of them, to which the questions of what p expects and watches are put.
 * The caller frees all records with run_record_fini, after replicator_close. */
struct replicator *replicator_open(const struct prepared *p, const struct policy_entry *policies,
                                   const char *const *dirs, size_t len, struct run_record *records);

/* Runs what is missing of `times` replications of each policy, on all threads of --threads. False
 * if a run could not be done: what it said comes at the end. */
bool replicator_extend(struct replicator *r, size_t times);

/* Says what the runs had to say; returns the worst exit code of all. */
int replicator_close(struct replicator *r, struct diag *d);

#endif /* SIM_CLI_REPLICATOR_H */
