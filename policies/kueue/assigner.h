/*
 * assigner.h - choosing a flavor for every resource of every pod set.
 *
 * The scan goes over the flavors of a resource group in the order of the ClusterQueue, begins where
 * the last attempt stopped, and takes the first that is good enough by the queue's fungibility, or
 * the best. What preemption could do is asked of an oracle.
 *
 * Order    Resources are visited by the 64-bit FNV-1a hash of their names, as Kueue does: the
 *          request lists of pod sets are sorted so (res_order.h).
 * Memory   Results lie in the arena given.
 * Cost     O(resources x flavors) and what the oracle costs.
 * Source   Kueue v0.20-dev, pkg/scheduler/flavorassigner/flavorassigner.go; specs/kueue.md 1.7.
 */
#ifndef POLICIES_KUEUE_ASSIGNER_H
#define POLICIES_KUEUE_ASSIGNER_H

#include "policies/kueue/assignment.h"
#include "policies/kueue/gates.h"

struct oracle_answer {
    enum possibility possibility;
    unsigned borrow; /* height after the preemption */
};

/* What preempting could do for qty of one column, in all of w's queue. */
typedef struct oracle_answer oracle_fn(void *context, const struct kueue_workload *w,
                                       uint32_t column, int64_t qty);

/* Why a set of w may not use a flavor that group g offers; NULL: it may. */
typedef const char *match_fn(void *context, const struct kueue_workload *w, uint32_t set,
                             uint32_t flavor, const struct resource_group *g);

/* Whether the flavor stands for nodes with a topology. */
typedef bool has_topology_fn(void *context, uint32_t flavor);

/* What follows when all sets have flavors: places on nodes. */
typedef void place_fn(void *context, const struct kueue_workload *w, struct assignment *a);

struct assigner {
    struct arena *arena;
    const struct intern *resources;
    const struct gates *gates;
    bool has_fair_sharing;
    bool ignores_undeclared; /* quotaCheckStrategy IgnoreUndeclared */
    uint32_t pods_resource;  /* "pods" */
    int64_t cycle;
    oracle_fn *oracle;
    match_fn *match;
    has_topology_fn *has_topology;         /* NULL: topology plays no part */
    place_fn *place;                       /* likewise */
    void *context;                         /* of all of these */
    const struct assignment *pins;         /* only these flavors; NULL: any */
    const struct kueue_workload *replaced; /* the slice that w replaces; NULL: none */
};

/* counts: pods by set, fewer than wanted; NULL: all. */
void assigner_assign(const struct assigner *a, const struct kueue_workload *w,
                     const uint32_t *counts, struct assignment *out);

/* Whether mode a of a flavor is strictly better than b; for tests. */
struct flavor_mode {
    enum { MODE_NO_FIT, MODE_NO_CANDIDATES, MODE_PREEMPT, MODE_RECLAIM, MODE_FIT } mode;
    unsigned borrow;
};

bool flavor_mode_is_better(struct flavor_mode a, struct flavor_mode b, enum preference preference);

/* qty of each resource for count pods of the set; and "pods" itself where the queue covers it. */
struct res_qty *assigner_totals(const struct assigner *a, const struct cluster_queue *q,
                                const struct shape_set *set, uint32_t count, uint32_t *len);

#endif /* POLICIES_KUEUE_ASSIGNER_H */
