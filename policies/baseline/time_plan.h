/*
 * time_plan.h - what will be free on each node, and when.
 *
 * For every node a step function of time: rows of free amounts, valid from one step to the next,
 * the last for ever. Running jobs and reservations are taken from it for the time they are planned
 * to last.
 *
 * Units    ns; INT64_MAX: never, for ever. Amounts as the columns are counted.
 * Memory   Owns its steps; steps that lie wholly in the past are dropped as a node is changed.
 * Cost     add, room: O(steps of the node). earliest: O(steps of the node).
 */
#ifndef POLICIES_BASELINE_TIME_PLAN_H
#define POLICIES_BASELINE_TIME_PLAN_H

#include "models/resource.h"

struct plan_steps {
    int64_t *times_ns; /* ascending; the first is not after now */
    int64_t *rows;     /* [step * columns + column] */
    uint32_t len, cap;
};

struct time_plan {
    uint32_t nodes_len, columns;
    struct plan_steps *nodes;
    int64_t now_ns;
};

/* `times` of some amounts on a node, in [from_ns, to_ns). */
struct plan_use {
    uint32_t node;
    const struct amount *amounts;
    uint32_t amounts_len;
    int64_t times; /* negative: taken */
    int64_t from_ns, to_ns;
};

void time_plan_init(struct time_plan *p, uint32_t nodes_len, uint32_t columns);
void time_plan_fini(struct time_plan *p);

/* Nothing is planned on the node any more, and `row` is free from now on (NULL: nothing is). */
void time_plan_reset(struct time_plan *p, uint32_t node, int64_t now_ns, const int64_t *row);

/* The clock has moved. */
void time_plan_set_now(struct time_plan *p, int64_t now_ns);

/* Gives back, or takes, the use's amounts. */
void time_plan_add(struct time_plan *p, const struct plan_use *u);

/* How many times the use's amounts are free on its node for all of its time. */
int64_t time_plan_room(const struct time_plan *p, const struct plan_use *u);

/* The earliest time at or after u->from_ns from which the use's amounts are free `times` times
 * (> 0) for length_ns; INT64_MAX: never. */
int64_t time_plan_earliest(const struct time_plan *p, const struct plan_use *u, int64_t length_ns);

#endif /* POLICIES_BASELINE_TIME_PLAN_H */
