/*
 * pending.h - the workloads that wait in one ClusterQueue: a heap, and those parked beside it.
 *
 * A cycle takes the head of the heap. What could not be admitted comes back with a reason, which
 * says whether it returns to the heap at once or is parked until something frees quota
 * (pending_flush).
 *
 * Order    By usage of the local queue where admission fair sharing applies, then the preemptor of
 *          a BestEffortFIFO queue, priority, age, uid. Usage may change without the heap being
 * told, so with usage heap steps are those of Go's container/heap, and pending_sort is explicit.
 *          Without, the order does not change, and workloads that Kueue cannot tell apart wait
 *          together.
 * Memory   Borrows its workloads; each is in at most one place of one pending.
 * Cost     add, remove, pop: O(log n). Blocking a class: O(1); flush: O(parked classes + those
 *          parked for another reason). With usage O(heap) and O(parked x log n).
 * Source   Kueue v0.20-dev, pkg/cache/queue/cluster_queue.go and pending_workloads.go;
 *          specs/kueue.md 1.2.
 */
#ifndef POLICIES_KUEUE_PENDING_H
#define POLICIES_KUEUE_PENDING_H

#include "policies/kueue/kueue_workload.h"

enum requeue_reason {
    REQUEUE_GENERIC,
    REQUEUE_FAILED_AFTER_NOMINATION,
    REQUEUE_NAMESPACE_MISMATCH,
    REQUEUE_PREEMPTION_GATED,
    REQUEUE_PENDING_PREEMPTION,
    REQUEUE_PENDING_MIGRATION,
    REQUEUE_PREEMPTION_FAILED,
    REQUEUE_NO_FIT,
    REQUEUE_NO_CANDIDATES,
    REQUEUE_REASONS,
};

/* As Kueue writes it; "" for REQUEUE_GENERIC. */
const char *requeue_reason_name(enum requeue_reason r);

/* Past usage of the local queue a workload comes from: less goes first. */
typedef double usage_fn(const void *context, const struct kueue_workload *w);

/* Whether the namespace of w matches the queue's selector. */
typedef bool matches_fn(const void *context, const struct kueue_workload *w);

struct waiting; /* those of one class and namespace */

struct pending {
    bool is_strict;      /* StrictFIFO */
    bool blocks_classes; /* gate SchedulingEquivalenceHashing */
    usage_fn *usage;     /* NULL: no admission fair sharing here */
    const void *usage_context;
    uint32_t unsettled; /* local queues whose usage may have moved since the heap was ordered */
    uint32_t heap_len, parked_len;
    /* Without usage: by class, those with somebody in the heap and those that are parked. */
    struct waiting *waiting;
    uint32_t waiting_len, waiting_cap;
    uint32_t *index; /* hash of class and namespace: place in waiting, plus 1 */
    uint32_t index_cap;
    uint32_t *ready, ready_len;   /* a heap, by their first */
    uint32_t *halted, halted_len; /* in any order */
    /* With usage. */
    struct kueue_workload **heap;
    uint32_t heap_cap;
    struct kueue_workload *first_parked, *last_parked; /* not with their classes */
    struct kueue_workload *in_flight; /* the last one popped, until it is back or gone */
    uint32_t *blocked;                /* hash set of classes */
    uint32_t blocked_len, blocked_cap;
    int64_t pop_cycle;
    int64_t flush_cycle; /* pop_cycle of the last flush; -1: none yet */
    struct kueue_workload *preemptor;
    int64_t preemptor_generation;
    bool is_sticky; /* the preemptor goes before everybody else */
};

void pending_init(struct pending *p, bool is_strict, bool blocks_classes);
void pending_fini(struct pending *p);

/* A new or changed workload. has_changed: so that it may fit now where it did not before. */
void pending_add(struct pending *p, struct kueue_workload *w, bool has_changed, int64_t now_ns);

/* Wherever it is. */
void pending_remove(struct pending *p, struct kueue_workload *w);

/* The head, which is in flight then; NULL: the heap is empty. */
struct kueue_workload *pending_pop(struct pending *p);

/* The head comes back; false if it was there already. */
bool pending_requeue(struct pending *p, struct kueue_workload *w, enum requeue_reason reason,
                     int64_t now_ns);

/* The same with `immediate` given. */
bool pending_return(struct pending *p, struct kueue_workload *w, enum requeue_reason reason,
                    bool immediate, int64_t now_ns);

/* Parks what is in the heap and of that class, and what comes later. Returns how many moved. */
uint32_t pending_block(struct pending *p, uint32_t scheduling_class);
bool pending_is_blocked(const struct pending *p, uint32_t scheduling_class);

/* Parked ones return to the heap, if their namespace matches and their backoff is over. */
uint32_t pending_flush(struct pending *p, matches_fn *matches, const void *context, int64_t now_ns);

/* Goes by usage from now on, or not any more (NULL). */
void pending_order_by(struct pending *p, usage_fn *usage, const void *context);

/* Before and after what its place depends on changes by hand: priority, age, class. */
enum workload_place pending_lift(struct pending *p, struct kueue_workload *w);
void pending_put_back(struct pending *p, struct kueue_workload *w, enum workload_place place);

bool pending_is_parked(const struct pending *p, const struct kueue_workload *w);

/* All that are in the heap, or parked, in any order: heap_len or parked_len of them. */
size_t pending_list(const struct pending *p, bool parked, struct kueue_workload **out);

/* Establishes the order of the heap anew, where it goes by usage. */
void pending_sort(struct pending *p);

/* Whether a goes before b. */
bool pending_before(const struct pending *p, const struct kueue_workload *a,
                    const struct kueue_workload *b);

bool pending_is_preemptor(const struct pending *p, const struct kueue_workload *w);

#endif /* POLICIES_KUEUE_PENDING_H */
