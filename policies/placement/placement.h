/*
 * placement.h - a node for each task, by the strategy that the scenario names.
 *
 * For schedulers that place tasks one by one, as Kubernetes does: the node filter (state, taints,
 * selectors, amounts, shares of GPUs) says which nodes fit, the strategy which is best.
 *
 *   placement: fgd
 *   placement: {most-allocated: {resources: [{name: nvidia.com/gpu, weight: 5}]}}
 *
 * Order    Ties by name unless the strategy or the scenario says otherwise (strategy.h).
 * Memory   Owns its scores; lends misfits until the next call.
 * Cost     placement_pick: O(nodes changed since the last question about the request x log nodes);
 *          the first about a request: O(nodes).
 * Threads  Belongs to one policy of one simulation.
 */
#ifndef POLICIES_PLACEMENT_PLACEMENT_H
#define POLICIES_PLACEMENT_PLACEMENT_H

#include "models/policy.h"
#include "policies/placement/strategy.h"

struct config_reader;

/* What the scenario says. */
struct placement_choice {
    const struct strategy_ops *ops;
    void *state; /* with its options */
    int ties;    /* PLACEMENT_TIES_OF_STRATEGY or enum placement_ties + 1 */
};

enum { PLACEMENT_TIES_OF_STRATEGY = 0 };

/* Rows for a policy's table of options, into a struct placement_choice at `offset`. */
#define PLACEMENT_KEYS(field_offset)                                                               \
    {.key = "placement",                                                                           \
     .kind = CONFIG_CUSTOM,                                                                        \
     .offset = (field_offset),                                                                     \
     .fallback = "least-allocated",                                                                \
     .read = placement_read,                                                                       \
     .hint = "a placement strategy such as fgd, or {STRATEGY: its options}",                       \
     .help = "how a node is chosen among those that fit (`clustersim list placements`)"},          \
    {                                                                                              \
        .key = "ties", .kind = CONFIG_CHOICE,                                                      \
        .offset = (field_offset) + offsetof(struct placement_choice, ties),                        \
        .fallback = "by-strategy", .choices = placement_ties_names,                                \
        .help = "which of several best nodes: the first by name, by number, in one random order, " \
                "or any; as the strategy has it: first-name but for first-fit and random"          \
    }

extern const char *const placement_ties_names[]; /* ended by NULL */
config_read_fn placement_read;

/* Why a node does not fit: bits of misfits. Of one that is large enough, what stands in the way
 * now; a node that could not take the task if it were empty has MISFIT_TOO_SMALL alone. */
enum misfit {
    MISFIT_GPU, /* too few GPUs, or pieces of them, are free */
    MISFIT_CPU,
    MISFIT_MEMORY,
    MISFIT_RESOURCE, /* another one */
    MISFIT_TAINT,
    MISFIT_SELECTOR, /* node selector, affinity, or name */
    MISFIT_STATE,    /* cordoned, draining, down or booting */
    MISFIT_TOO_SMALL,
};

struct placement;

/* NULL after a diag_error. */
struct placement *placement_new(const struct placement_choice *choice, const struct policy_env *env,
                                struct diag *d);
void placement_free(struct placement *p); /* NULL is allowed */

struct placement_pick {
    uint32_t node;
    uint64_t gpu_mask; /* 0: the node agent picks */
};

/* The best node for one task now; false if none fits. */
bool placement_pick(struct placement *p, uint32_t request, struct placement_pick *out);

/* Whether one fits, without drawing among ties. */
bool placement_fits(struct placement *p, uint32_t request);

/* To be told: tasks that wait now, that were bound to a node, that left it (count < 0). */
void placement_came(struct placement *p, uint32_t request, uint32_t count);
void placement_moved(struct placement *p, uint32_t request, uint32_t node, int64_t count);

/* How many nodes have each misfit, by enum misfit. */
const uint32_t *placement_misfits(struct placement *p, uint32_t request);

/* "0/3 nodes are available: ...", as kube-scheduler words it; walks all nodes. Returns out. */
const char *placement_explain(struct placement *p, uint32_t request, char *out, size_t cap);

/* The node's total score, as compared; SCORE_NONE if it does not fit. */
int64_t placement_score(struct placement *p, uint32_t request, uint32_t node);

/* Labels, taints or capacities changed. */
void placement_forget(struct placement *p);

#endif /* POLICIES_PLACEMENT_PLACEMENT_H */
