/*
 * candidate.h - one combination of settings, run until it is known whether it keeps the targets.
 *
 * Replications are added in batches that double, all candidates with the same luck, until each
 * target is decided (sequential.h) or one of them fails.
 *
 * Memory   A candidate lies in the arena it was made with.
 */
#ifndef SIM_CLI_CANDIDATE_H
#define SIM_CLI_CANDIDATE_H

#include "results/sequential.h"
#include "sim/cli/prepared.h"
#include "sim/cli/size_plan.h"

/* What was seen of a target: of the group that is farthest from keeping it. */
struct target_value {
    struct interval interval; /* known or not */
    double margin;            /* of the test; NaN: nothing was random */
    const char *group;        /* "": all together */
    enum decision decision;
};

struct candidate {
    uint64_t point;
    int64_t price_micro_per_h;
    bool holds;
    bool is_open; /* the budget ended before that was certain: the means decided */
    size_t replications;
    struct target_value *targets; /* as many as the plan has */
};

struct candidate_job {
    const struct prepared *base;
    const struct size_plan *plan;
    struct arena *arena;
};

/* Price of all nodes at a point; -1 after a diag_error. */
int64_t candidate_price(const struct candidate_job *job, uint64_t point, struct diag *d);

/* Runs it. NULL after a diag_error. */
struct candidate *candidate_judge(const struct candidate_job *job, uint64_t point, struct diag *d);

/* When the queue was longest in the first replication, and how long; false: no queue, or an error.
 */
bool candidate_worst_time(const struct candidate_job *job, uint64_t point, int64_t *at_ns,
                          double *waiting, struct diag *d);

#endif /* SIM_CLI_CANDIDATE_H */
