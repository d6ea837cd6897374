/*
 * simulate.h - one simulation under one policy, with its files.
 */
#ifndef SIM_CLI_SIMULATE_H
#define SIM_CLI_SIMULATE_H

#include "results/run_record.h"
#include "sim/cli/prepared.h"

/* Runs it, writes its files to dir, and says on stderr what a user must know: how it ended, dirt
 * that was repaired, refused verbs. What it measured is left in *out, which the caller frees with
 * run_record_fini in any case. Returns an exit code. */
int simulate_one(const struct prepared *p, const struct policy_entry *policy, const char *dir,
                 struct run_record *out, struct diag *d);

#endif /* SIM_CLI_SIMULATE_H */
