/*
 * sweep_plan.h - the `sweep` section of a scenario: which points, and what is noted of each.
 *
 * Points are numbered from 0: those of a grid with the last axis fastest, those of a random sample
 * as they are drawn, each from a stream of its own, so that a point is the same whoever computes
 * it.
 *
 * Memory   In the scenario's arena and files.
 * Errors   All mistakes of the section, in the diag.
 */
#ifndef SIM_CLI_SWEEP_PLAN_H
#define SIM_CLI_SWEEP_PLAN_H

#include "results/expectation.h"
#include "sim/cli/axis.h"

struct sweep_plan {
    struct axes axes;
    struct expectation *measures;
    size_t measures_len;
    int64_t sample; /* random points; 0: the grid */
    int64_t replications;
    uint64_t seed;
    uint64_t points;
    /* Below: read from the section. */
    const struct yaml_node *vary;
    struct config_texts measure;
};

extern const struct config_table sweep_table;

/* False after a diag_error. */
bool sweep_plan_read(struct sweep_plan *plan, const struct scenario *s, uint64_t seed,
                     struct diag *d);

/* Writes a setting for each axis, in the arena. */
struct scenario_setting *sweep_plan_point(const struct sweep_plan *plan, uint64_t point,
                                          struct arena *a);

/* Of all that decides what the rows are: a part of another sweep is not gone on with. */
uint64_t sweep_plan_hash(const struct sweep_plan *plan, const struct scenario *s);

#endif /* SIM_CLI_SWEEP_PLAN_H */
