/*
 * resource_score.h - how kube-scheduler scores a node by what is left on it: NodeResourcesFit and
 * NodeResourcesBalancedAllocation, to the integer.
 *
 * Rules    least    score_i = (allocatable - requested) * 100 / allocatable; 0 if requested is more
 *          most     score_i = min(requested, allocatable) * 100 / allocatable
 *          ratio    score_i = the shape's line at requested * 100 / allocatable, 100 if that is
 * more; resources that score 0 are left out of both sums the score is sum(score_i * weight_i) /
 * sum(weight_i), rounded half up for ratio, else down. balance = 50 + (50 + b(with the pod) -
 * b(without)) / 2, where b = 100 (1 - s) and s is half the difference of two used fractions, the
 * standard deviation of more. Source   kube-scheduler v1.36,
 * pkg/scheduler/framework/plugins/noderesources; the conformance cases of tests/data/kube_scheduler
 * hold every integer. Cost     O(resources). The fractions of balance are doubles, as in the
 * original: + - * / and sqrt only, which are the same on every machine.
 */
#ifndef POLICIES_PLACEMENT_RESOURCE_SCORE_H
#define POLICIES_PLACEMENT_RESOURCE_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RESOURCE_MOST_SCORED = 32 };

enum resource_rule { RESOURCES_LEAST, RESOURCES_MOST, RESOURCES_RATIO };

/* One resource of a node. One that does not count (the node has none of it, the pod does not ask
 * for an extended resource) has allocatable 0. */
struct resource_use {
    int64_t weight;
    int64_t allocatable;
    int64_t used;  /* by the pods on the node */
    int64_t asked; /* by the pod that is placed */
};

struct shape_point {
    int64_t utilization; /* 0..100, ascending */
    int64_t score;       /* 0..100: ten times what a configuration says */
};

struct resource_shape {
    const struct shape_point *points;
    size_t len; /* at least 1, for the ratio rule */
};

/* 0..100. len is at most RESOURCE_MOST_SCORED, here and below. */
int64_t resource_fit_score(enum resource_rule rule, const struct resource_shape *shape,
                           const struct resource_use *uses, size_t len);

/* 0..100; 75 if the pod leaves the balance as it is. Weights do not count. */
int64_t resource_balance_score(const struct resource_use *uses, size_t len);

#endif /* POLICIES_PLACEMENT_RESOURCE_SCORE_H */
