/*
 * assignment.h - which flavors a workload would get, and what stands in the way.
 *
 * Memory   Everything lies in the cycle's arena.
 * Source   Kueue v0.20-dev, pkg/scheduler/flavorassigner/flavorassigner.go and
 *          flavor_assigner_attempts.go; specs/kueue.md 1.7, 1.17.
 */
#ifndef POLICIES_KUEUE_ASSIGNMENT_H
#define POLICIES_KUEUE_ASSIGNMENT_H

#include "policies/kueue/cluster_queue.h"

struct arena;
struct intern;

/* From the worst to the best. */
enum fit { FIT_NONE, FIT_PREEMPT, FIT_DEFERRED, FIT_NOW };

const char *fit_name(enum fit f); /* NoFit, Preempt, DeferredFit, Fit */

/* Why quota is not reserved, as the condition says; NoFit ones from the least to the most severe.
 */
enum pending_reason {
    PENDING_NONE,
    PENDING_TOPOLOGY_PLACEMENT_FAILED,
    PENDING_WAITING_FOR_QUOTA,
    PENDING_EXCEEDS_MAX_QUOTA,
    PENDING_NO_MATCHING_FLAVOR,
    PENDING_WAITING_FOR_PREEMPTED,
    PENDING_WAITING_FOR_PODS_READY,
    PENDING_MISCONFIGURED,
    PENDING_SUSPENDED,
    PENDING_EVALUATION,
    PENDING_ADMISSION_GATED,
    PENDING_REASONS,
};

const char *pending_reason_name(enum pending_reason r); /* "WaitingForQuota"; "" for none */

/* What the simulation of a preemption found for one flavor and resource, from worst to best. */
enum possibility { POSSIBLE_UNASKED, POSSIBLE_NO_CANDIDATES, POSSIBLE_PREEMPT, POSSIBLE_RECLAIM };

/* Something in the way; its words are formed when somebody wants to read them. */
enum obstacle_kind {
    OBSTACLE_TEXT,        /* text */
    OBSTACLE_UNCOVERED,   /* resource unavailable in ClusterQueue */
    OBSTACLE_NOT_PINNED,  /* flavor, resource: not the one nominated */
    OBSTACLE_EXCEEDS,     /* flavor, resource: assumed + request > maximum */
    OBSTACLE_SHORT,       /* flavor, resource: missing more needed */
    OBSTACLE_OTHER_SLICE, /* flavor; the replaced slice has another */
    OBSTACLE_UNPROVIDED,  /* flavor does not provide resource */
    OBSTACLE_NOT_ALLOWED, /* flavor: an annotation of the workload leaves it out */
};

struct obstacle {
    enum obstacle_kind kind;
    uint32_t flavor, resource, other;
    int64_t assumed, request, maximum; /* missing is in request */
    const char *text;
};

struct obstacles {
    struct obstacle *items;
    uint32_t len, cap;
};

/* A flavor that was looked at. */
struct attempt {
    uint32_t flavor;
    enum fit fit;
    enum possibility possibility;
    unsigned borrow;
    enum pending_reason reason; /* if it does not fit */
    struct obstacles obstacles;
};

struct attempts {
    struct attempt *items;
    uint32_t len, cap;
};

/* A flavor for a resource of a pod set. */
struct choice {
    uint32_t resource, flavor;
    uint32_t column;
    enum fit fit;
    unsigned borrow; /* height of the lowest cohort that can hold it; 0: the queue itself */
    int32_t tried;   /* see scan_mark */
};

struct set_assignment {
    uint32_t set; /* which one of the shape's */
    uint32_t count;
    const struct res_qty *requests; /* of all its pods */
    uint32_t requests_len;
    struct choice *choices;
    uint32_t choices_len;
    struct obstacles obstacles; /* none: it fits */
    const char *error;          /* of topology; NULL: none */
    struct attempts *attempts;
    const struct topology_assignment *topology;
    enum { DELAY_NONE, DELAY_PENDING, DELAY_READY } delay;
};

struct assignment {
    /* Up to and including the first that found nothing. Sets of a topology group stand together, so
     * the order may differ from the shape's. */
    uint32_t sets_len;
    struct set_assignment *sets;
    unsigned borrow;
    bool is_fit_known;
    enum fit fit;
    struct column_qty *usage;
    uint32_t usage_len, usage_cap;
    struct scan_memory scan;
    enum pending_reason no_fit_reason;
};

/* The worst of its sets. */
enum fit assignment_fit(struct assignment *a);
enum fit set_assignment_fit(const struct set_assignment *s);

/* Says that it, or one set of it (and so all of it), fits so and not otherwise. */
void assignment_set_fit(struct assignment *a, enum fit fit);
void assignment_set_fit_of(struct assignment *a, struct set_assignment *s, enum fit fit);

/* Adds to the usage of a column. */
void assignment_use(struct arena *arena, struct assignment *a, uint32_t column, int64_t qty);
int64_t assignment_used(const struct assignment *a, uint32_t column);

/* The assignment of the shape's set; NULL: not reached. */
struct set_assignment *assignment_of_set(const struct assignment *a, uint32_t set);
const struct choice *set_assignment_choice(const struct set_assignment *s, uint32_t resource);

/* Why nothing fits; PENDING_NONE if something does. */
enum pending_reason assignment_no_fit_reason(struct assignment *a, const struct cluster_queue *q);

struct obstacle *obstacles_add(struct arena *arena, struct obstacles *o, struct obstacle item);
/* Unless it is there already. */
void obstacles_add_new(struct arena *arena, struct obstacles *o, struct obstacle item);
void obstacles_append(struct arena *arena, struct obstacles *o, const struct obstacles *more);

/* A flavor looked at for one resource group. */
struct attempt *attempts_add(struct arena *arena, struct attempts *a, struct attempt item);

/* Those of a further group of the same pod sets: worst mode, most borrowing, all obstacles. */
void attempts_merge(struct arena *arena, struct attempts *all, const struct attempts *group);

/* Flavors of the group that this resource's scan did not reach lose. */
void attempts_miss(struct arena *arena, struct attempts *all, const struct attempts *group,
                   const struct resource_group *g, uint32_t resource);

#endif /* POLICIES_KUEUE_ASSIGNMENT_H */
