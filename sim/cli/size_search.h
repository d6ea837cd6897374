/*
 * size_search.h - the search of `clustersim size`, and what it tells.
 *
 * Order    The same for any number of threads: they run the replications of one candidate.
 */
#ifndef SIM_CLI_SIZE_SEARCH_H
#define SIM_CLI_SIZE_SEARCH_H

#include "sim/cli/prepared.h"
#include "sim/cli/size_plan.h"

/* Writes size.csv and prints the frontier and the answer. Returns an exit code: EXIT_EXPECTATION if
 * nothing keeps the targets. */
int size_search(const struct prepared *p, const struct size_plan *plan, bool resume,
                struct diag *d);

#endif /* SIM_CLI_SIZE_SEARCH_H */
