/*
 * simulate.h - one simulation under one policy, with its files.
 */
#ifndef SIM_CLI_SIMULATE_H
#define SIM_CLI_SIMULATE_H

#include "results/run_record.h"
#include "sim/cli/prepared.h"

struct simulate_task {
    const struct policy_entry *policy;
    const char *dir; /* NULL: only the metrics are kept, and no file is written */
    uint64_t replication;
    bool shows_progress;
    bool keeps_timeline; /* in the record, though no file is written */
};

/* Runs it, writes its files, and says on d->out what a user must know: how it ended, dirt that was
 * repaired, refused verbs. What it measured is left in *out, which the caller frees with
 * run_record_fini in any case. Returns an exit code. Different threads may do so at once, each with
 * a diag of its own. */
int simulate_one(const struct prepared *p, const struct simulate_task *task, struct run_record *out,
                 struct diag *d);

#endif /* SIM_CLI_SIMULATE_H */
