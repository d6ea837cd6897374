/*
 * kueue_workload.h - a job as Kueue sees it: pod sets that want quota, and what became of that.
 *
 * What a workload asks for never changes and is shared by all that ask for the same (its shape);
 * its conditions, its admission and its place in the queues are its own.
 *
 * Units    cpu in milli-CPUs, everything else in whole units; times in ns since the Unix epoch.
 * Memory   kueue.h owns workloads and shapes. A workload owns its admission and its scan memory.
 * Source   Kueue v0.20-dev, pkg/workload/workload.go; specs/kueue.md 1.0 to 1.2.
 */
#ifndef POLICIES_KUEUE_KUEUE_WORKLOAD_H
#define POLICIES_KUEUE_KUEUE_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Older than everything that has a time: what an object without creationTimestamp has. */
#define WORKLOAD_TIME_ZERO INT64_MIN

#define FLAVOR_NONE UINT32_MAX

struct cluster_queue;
struct local_queue;
struct node_terms;
struct penalty;
struct topology_request;
struct topology_assignment;

struct res_qty {
    uint32_t resource;
    int64_t qty;
};

/* What one pod asks for. */
struct pod_requests {
    const struct res_qty *items;
    uint32_t len;
};

struct shape_set {
    const char *name;
    uint32_t count;
    uint32_t min_count;             /* 0: all or nothing */
    const struct res_qty *requests; /* of one pod, in the order Kueue visits them (res_order.h) */
    uint32_t requests_len;
    struct pod_requests pod_requests; /* of one pod, as its template has them */
    uint32_t kind; /* equal numbers: Kueue cannot tell them apart but by their counts */
    const struct node_terms *terms;          /* selectors, affinity, tolerations; NULL: none */
    const struct topology_request *topology; /* NULL: none */
};

struct shape {
    uint32_t id;
    uint32_t sets_len;
    struct shape_set *sets;
};

enum evict_reason {
    EVICT_NONE,
    EVICT_PREEMPTED,
    EVICT_PODS_READY_TIMEOUT,
    EVICT_ADMISSION_CHECK,
    EVICT_CLUSTER_QUEUE_STOPPED,
    EVICT_LOCAL_QUEUE_STOPPED,
    EVICT_NODE_FAILURES,
    EVICT_DEACTIVATED,
    EVICT_OTHER,
    EVICT_REASONS,
};

/* What made Kueue deactivate a workload: it does not queue again. */
enum deactivation {
    DEACTIVATED_NOT,
    DEACTIVATED_BY_CHECK,    /* an admission check rejected it */
    DEACTIVATED_BY_TIME,     /* it ran as long as it may */
    DEACTIVATED_BY_REQUEUES, /* its pods did not get ready too often */
    DEACTIVATIONS,
};

enum preempt_reason {
    PREEMPT_NONE,
    PREEMPT_IN_CLUSTER_QUEUE,
    PREEMPT_IN_COHORT_RECLAMATION,
    PREEMPT_IN_COHORT_FAIR_SHARING,
    PREEMPT_IN_COHORT_RECLAIM_WHILE_BORROWING,
    PREEMPT_REASONS,
};

const char *evict_reason_name(enum evict_reason r);     /* "Preempted" */
const char *preempt_reason_name(enum preempt_reason r); /* "InClusterQueue"; "" for none */
const char *deactivation_name(enum deactivation d);     /* "DeactivatedDueTo..."; "" for none */

/* A resource of a pod set that got a flavor. */
struct assigned {
    uint32_t resource, flavor;
    int64_t qty; /* of the whole pod set */
};

struct admitted_set {
    uint32_t count;
    uint32_t len;
    struct assigned *resources;
    struct topology_assignment *topology; /* NULL: none */
    bool is_delayed;                      /* its topology is still to come */
};

/* Quota in use: a column of the queue's tree. Amounts may be 0: the flavor is in use all the same.
 */
struct column_qty {
    uint32_t column;
    int64_t qty;
};

/* Up to where the scan over the flavors got for a pod set's resource. */
struct scan_mark {
    uint32_t set, resource;
    int32_t tried; /* index of the last flavor tried; -1: the last one there is */
};

/* What an attempt leaves for the next one. */
struct scan_memory {
    bool is_set;
    int64_t cycle, generation;
    uint32_t scheduling_class;
    uint32_t len, cap;
    struct scan_mark *marks;
};

/* What stands between quota and running. */
enum check_state { CHECK_PENDING, CHECK_READY, CHECK_RETRY, CHECK_REJECTED };

struct workload_check {
    uint32_t name; /* words */
    enum check_state state;
};

/* PLACE_HEAP: or parked with all of its class; pending_is_parked knows. */
enum workload_place { PLACE_NOWHERE, PLACE_HEAP, PLACE_PARKED, PLACE_IN_FLIGHT };

enum requeued { REQUEUED_UNSET, REQUEUED_TRUE, REQUEUED_FALSE };

struct kueue_workload {
    const char *key;    /* namespace/name */
    const char *uid;    /* compared as text */
    uint64_t number;    /* the caller's */
    uint32_t slot;      /* of the pool it lies in */
    const char *misfit; /* why it can never run; NULL: nothing wrong */
    const struct shape *shape;
    uint32_t *reclaimed;             /* pods by set that will not come back; NULL: none */
    const uint32_t *allowed_flavors; /* words; gate ConcurrentAdmission; NULL: all */
    uint32_t allowed_len;
    uint32_t namespace_id;
    int64_t priority; /* effective */
    int64_t created_ns;
    int64_t generation;
    uint32_t scheduling_class; /* equal: the same verdict; CLASS_UNKNOWN: not to be compared */

    /* Where it queues, or holds quota. */
    struct local_queue *local_queue;
    uint32_t queue_name; /* words: of the local queue, without its namespace */
    struct cluster_queue *queue;

    /* Conditions. */
    bool is_active, is_finished;
    bool has_quota;  /* QuotaReserved */
    bool has_places; /* some set was placed by topology */
    bool is_admitted;
    bool is_evicted;
    bool is_preempted;
    struct workload_check *checks; /* those that its flavors ask for; NULL: none */
    uint32_t checks_len;
    bool may_not_preempt;   /* a preemption gate of it is closed */
    bool is_elastic;        /* it may be replaced by a slice of another size */
    bool is_of_one_pod;     /* its owner is a single Pod */
    uint32_t *broken_nodes; /* words: status.unhealthyNodes; NULL: none */
    uint32_t broken_len;
    enum evict_reason evicted_for;
    enum preempt_reason preempted_for;
    enum requeued requeued;
    int64_t reserved_ns, evicted_ns, preempted_ns;
    int64_t requeue_at_ns; /* INT64_MIN: no backoff */
    uint32_t requeue_count;
    enum deactivation deactivated_by;
    uint64_t serial;    /* of all workloads there ever were */
    uint64_t evictor;   /* serial of the last one that preempted it; 0: none */
    uint32_t exchanges; /* in a row: it was preempted by one that it had preempted just before */

    /* Deadlines, while it has quota; INT64_MAX: none. */
    bool is_ready;                /* PodsReady */
    int64_t ready_by_ns;          /* its pods, or it is evicted */
    int64_t most_ns;              /* it may run in all; INT64_MAX: no limit */
    int64_t ran_ns;               /* before this admission */
    int64_t admitted_ns, over_ns; /* when it ran long enough */

    /* Admission, while it has quota. */
    struct admitted_set *sets; /* one for each of the shape's */
    struct column_qty *usage;  /* of all sets together */
    uint32_t usage_len;
    int64_t is_away; /* taken out of the snapshot for a while; journalled */

    /* A second pass, which finds places on nodes for quota that it has. */
    bool is_in_second_pass; /* asked for, or in a cycle */
    uint32_t second_passes; /* tried so far */
    int64_t second_pass_at_ns;

    /* Queue. */
    enum workload_place place;
    uint32_t heap_at, waiting;                  /* pending.c: there, or with which class */
    struct kueue_workload *prev, *next, *child; /* parked ones, or those of a class */
    int64_t order_ns;                           /* what queues compare: creation or eviction */
    struct scan_memory scan;
    uint64_t told;           /* hash of what its condition says; 0: nothing */
    struct penalty *penalty; /* charged to its LocalQueue and not settled; NULL: none */
};

#define CLASS_UNKNOWN UINT32_MAX

/* Pods of a set that are still wanted. */
static inline uint32_t kueue_workload_count(const struct kueue_workload *w, uint32_t set)
{
    const uint32_t count = w->shape->sets[set].count;
    if (w->reclaimed == NULL)
        return count;
    return w->reclaimed[set] < count ? count - w->reclaimed[set] : 0;
}

/* Whether the time of a backoff, if there was one, is over. */
static inline bool kueue_workload_backoff_is_over(const struct kueue_workload *w, int64_t now_ns)
{
    return w->requeued != REQUEUED_FALSE && now_ns >= w->requeue_at_ns;
}

static inline bool kueue_workload_has_check(const struct kueue_workload *w, enum check_state state)
{
    for (uint32_t i = 0; i < w->checks_len; i++)
        if (w->checks[i].state == state)
            return true;
    return false;
}

/* Whether queues may have it: active, not over, without quota. */
static inline bool kueue_workload_is_admissible(const struct kueue_workload *w)
{
    return w->is_active && !w->is_finished && !w->has_quota;
}

/* Whether some flavor is still to be tried where the scan stopped. */
bool scan_memory_is_pending(const struct scan_memory *m);
/* The flavor to begin with. */
uint32_t scan_memory_next(const struct scan_memory *m, uint32_t set, uint32_t resource);
bool scan_memory_equals(const struct scan_memory *a, const struct scan_memory *b);
void scan_memory_add(struct scan_memory *m, struct scan_mark mark);
void scan_memory_copy(struct scan_memory *to, const struct scan_memory *from);
void scan_memory_fini(struct scan_memory *m);

/* Fewer pods than it was admitted with: they use their part. */
void admitted_set_scale(struct admitted_set *s, uint32_t count);

/* So many pods of the set will not come back. */
void kueue_workload_reclaim(struct kueue_workload *w, uint32_t set, uint32_t count);

/* Frees what it owns, not itself. */
void kueue_workload_fini(struct kueue_workload *w);

/* Gives up its admission. */
void kueue_workload_drop_sets(struct kueue_workload *w);

#endif /* POLICIES_KUEUE_KUEUE_WORKLOAD_H */
