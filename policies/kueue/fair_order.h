/*
 * fair_order.h - from which queue a preemptor takes the next victim under fair sharing.
 *
 * From the root down, always into the child with the highest share, until a queue is reached. Who
 * borrows nothing is left alone, but for the preemptor's own queue and the cohorts around it.
 *
 * Order    Equal shares: among queues the one whose next candidate goes first, among cohorts the
 * last of the site (in Kueue the last of a map's random order), a cohort before a queue. Memory In
 * the arena. Cost     O(children x columns) per level and victim. Source   Kueue v0.20-dev,
 * pkg/scheduler/preemption/fairsharing/ordering.go; specs/kueue.md 1.11.
 */
#ifndef POLICIES_KUEUE_FAIR_ORDER_H
#define POLICIES_KUEUE_FAIR_ORDER_H

#include "policies/kueue/candidates.h"
#include "policies/kueue/share.h"

struct fair_order {
    const struct preemption *p;
    const struct preemption_request *r;
    struct candidate_queue *queues; /* by node of the tree; without a queue: no candidates */
    bool *is_pruned;                /* by node */
};

void fair_order_open(struct fair_order *o, const struct preemption *p,
                     const struct preemption_request *r);

/* The candidates of a queue: its holders, as far as they may be evicted; or the list given. */
void fair_order_add(struct fair_order *o, struct cluster_queue *q);
void fair_order_add_list(struct fair_order *o, struct cluster_queue *q,
                         struct kueue_workload *const *list, uint32_t len);

/* The queue to take from, NULL: there is none any more. fair_order_pop or _drop must follow. */
struct candidate_queue *fair_order_next(struct fair_order *o);

/* Its next candidate; NULL: it has none left. */
struct kueue_workload *fair_order_pop(struct fair_order *o, struct candidate_queue *cq);
bool fair_order_has_more(const struct candidate_queue *cq);
void fair_order_drop(struct fair_order *o, const struct candidate_queue *cq);

#endif /* POLICIES_KUEUE_FAIR_ORDER_H */
