/*
 * sweep_run.h - the points of a sweep that are not done yet, on all threads.
 *
 * Order    Points are done in any order; the journal tells them apart. Of what the runs say, the
 *          first in the order of points is shown, with the number of the others.
 * Errors   All points are judged before the first is run: a mistake at one of them, and nothing is.
 */
#ifndef SIM_CLI_SWEEP_RUN_H
#define SIM_CLI_SWEEP_RUN_H

#include "sim/cli/point_journal.h"
#include "sim/cli/prepared.h"
#include "sim/cli/sweep_plan.h"

struct sweep_part {
    const struct prepared *base;
    const struct sweep_plan *plan;
    struct point_journal *journal;
    uint64_t shard, shards; /* points shard, shard + shards ... */
};

/* Returns an exit code; what was done by then is in the journal. */
int sweep_run(const struct sweep_part *part, struct diag *d);

#endif /* SIM_CLI_SWEEP_RUN_H */
