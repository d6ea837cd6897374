/*
 * size_plan.h - the `size` section of a scenario: what may be varied, and what must be kept.
 *
 * Memory   In the scenario's arena and files.
 * Errors   All mistakes of the section, in the diag.
 */
#ifndef SIM_CLI_SIZE_PLAN_H
#define SIM_CLI_SIZE_PLAN_H

#include "results/expectation.h"
#include "sim/cli/axis.h"
#include "sim/cli/options.h"

struct size_budget {
    int64_t replications; /* of a candidate, at the most */
    int64_t wall_ns;      /* 0: no end */
};

struct size_plan {
    struct axes axes;
    uint64_t *lens; /* of the axes */
    uint64_t points;
    struct expectation *targets;
    size_t targets_len;
    double confidence;
    struct size_budget budget;
    /* Below: read from the section. */
    const struct yaml_node *vary;
    struct config_texts target;
};

extern const struct config_table size_table;

/* With the targets of the command line after those of the section. False after a diag_error. */
bool size_plan_read(struct size_plan *plan, const struct scenario *s,
                    const struct option_texts *targets, struct diag *d);

/* Of all that decides what a candidate is found to be. */
uint64_t size_plan_hash(const struct size_plan *plan, uint64_t seed, const struct scenario *s);

#endif /* SIM_CLI_SIZE_PLAN_H */
