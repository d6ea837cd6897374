/*
 * placement.h - finding domains for the pods of one set: the algorithm of topology-aware
 * scheduling.
 *
 * First every domain learns how many pods and slices it could hold (placement_count), then domains
 * are chosen on the level asked for, or wider ones, and the choice is carried down to the leaves
 * (placement_choose). A leader pod may stand beside the workers.
 *
 * Order    Every tie ends with the number of the domain (topology_tree.h).
 * Memory   Everything lies in the arena.
 * Cost     O(domains) to count, O(n log n) for the domains that are looked at.
 * Source   Kueue v0.20-dev, pkg/cache/scheduler/tas_flavor_snapshot.go; specs/kueue.md 1.12.3,
 *          1.12.4.
 */
#ifndef POLICIES_KUEUE_PLACEMENT_H
#define POLICIES_KUEUE_PLACEMENT_H

#include "policies/kueue/gates.h"
#include "policies/kueue/topology.h"
#include "policies/kueue/topology_request.h"

/* What a domain could hold, and later what it is to hold. */
struct domain_state {
    int32_t pods, slices;
    int32_t pods_with_leader, slices_with_leader;
    int32_t leaders;
    int64_t affinity;
};

struct domain_list {
    uint32_t *items;
    uint32_t len;
};

/* What was promised to sets before this one. */
struct assumed_pods {
    uint32_t leaf_id;
    uint32_t count;
    struct pod_requests requests;
    int32_t next; /* of the same leaf, while counting; -1: the last */
};

struct assumed {
    struct assumed_pods *items;
    uint32_t len, cap;
};

/* A resource that each pod needs. */
struct pod_need {
    uint32_t resource, column; /* COLUMN_NONE: no node has any of it */
    int64_t qty;
    uint32_t short_leaves; /* that have too little of it for even one pod */
};

struct placement {
    struct topology *t;
    struct arena *arena;
    const struct gates *gates;

    /* What is to be placed. */
    int32_t count, leader_count;
    struct pod_requests requests, leader_requests;
    const struct node_terms *terms;
    uint32_t level, slice_level; /* asked for */
    int32_t slice_size;
    int32_t inner_sizes[TOPOLOGY_LEVELS_MOST]; /* of slices within slices; 0: none there */
    const struct topology_slice *slices;       /* where there are several layers of them */
    uint32_t slices_len;
    bool is_required, is_unconstrained;

    /* Where. */
    bool simulates_empty; /* as if nobody else placed by topology were there */
    uint32_t within;      /* a domain of within_level; DOMAIN_NOWHERE: anywhere */
    uint32_t within_level;
    struct assumed *assumed;
    bool has_scored; /* affinity was looked at in this cycle, and is forgotten the second time */

    /* What came out of counting. */
    struct domain_state *states; /* by domain */
    uint32_t outside;            /* leaves beyond `within` */
    struct pod_need *needs;      /* of one worker, by the names of resources */
    uint32_t needs_len;
};

static inline struct domain_state *placement_state(const struct placement *p, uint32_t domain)
{
    return &p->states[domain];
}

/* LeastFreeCapacity instead of BestFit. */
static inline bool placement_is_least_free(const struct placement *p)
{
    return p->is_unconstrained && gates_on(p->gates, GATE_TAS_PROFILE_MIXED);
}

static inline bool placement_has_affinity(const struct placement *p)
{
    return gates_on(p->gates, GATE_TAS_RESPECT_NODE_AFFINITY_PREFERRED);
}

/* --- placement_count.c --- */

void placement_count(struct placement *p);

/* Sums up from the leaves below a domain of the level; with_inner: whole inner slices only. */
void placement_count_up(struct placement *p, uint32_t domain, uint32_t level, bool with_inner);

/* --- placement_order.c --- */

struct domain_list placement_level(const struct placement *p, uint32_t level);
struct domain_list placement_children(const struct placement *p, const struct domain_list *of);
struct domain_list placement_children_of(const struct placement *p, uint32_t domain);

/* Most slices first (BestFit) or fewest. */
struct domain_list placement_sorted(const struct placement *p, const struct domain_list *of);
/* Where a leader can be first. */
struct domain_list placement_sorted_by_leader(const struct placement *p,
                                              const struct domain_list *of);

typedef int domain_order_fn(const struct placement *p, uint32_t a, uint32_t b);
struct domain_list placement_sorted_by(const struct placement *p, const struct domain_list *of,
                                       domain_order_fn *order);

/* --- placement_choose.c --- */

/* Domains that hold everything, and their level; false: there are none, and *fits_only says how
 * much would fit. */
bool placement_find_level(struct placement *p, struct domain_list *out, uint32_t *level,
                          int32_t *fits_only, uint32_t *failed_level);

/* Of all these domains, those that are needed, with what each of them gets. */
struct need {
    int32_t count, leaders;
    int32_t slice_size;
    bool in_slices; /* slices are dealt out, not pods */
};

struct domain_list placement_take(struct placement *p, const struct domain_list *from,
                                  struct need need);

/* Carries the choice down to the leaves. per_parent: from the first level on. */
struct domain_list placement_descend(struct placement *p, struct domain_list chosen, uint32_t level,
                                     bool per_parent);

/* --- placement_balanced.c --- */

/* Spreads slices evenly; false: it cannot be done, and states are as they were. */
bool placement_balance(struct placement *p, struct domain_list *out, uint32_t *level);

/* Its parts, for tests. */
struct domain_list placement_select(struct placement *p, const struct domain_list *from,
                                    int32_t slices, int32_t leaders, bool by_entropy);
struct domain_list placement_spread(struct placement *p, const struct domain_list *from,
                                    int32_t slices, int32_t threshold);
int32_t placement_threshold(struct placement *p, struct domain_list *out);
void placement_prune(struct placement *p, const struct domain_list *domains, int32_t threshold,
                     uint32_t level);
int placement_by_entropy(const struct placement *p, uint32_t a, uint32_t b);

/* --- placement_text.c --- */

/* Why it cannot be done. */
const char *placement_misfit(const struct placement *p, int32_t fits_only, uint32_t level);

#endif /* POLICIES_KUEUE_PLACEMENT_H */
