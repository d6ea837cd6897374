/*
 * simulate.h - one simulation under one policy, with its files.
 */
#ifndef SIM_CLI_SIMULATE_H
#define SIM_CLI_SIMULATE_H

#include "sim/cli/prepared.h"

/* Runs it, writes its files to dir, and says on stderr what a user must know: how it ended, dirt
 * that was repaired, refused verbs. Returns an exit code. */
int simulate_one(const struct prepared *p, const struct policy_entry *policy, const char *dir,
                 struct diag *d);

#endif /* SIM_CLI_SIMULATE_H */
