/*
 * candidates.h - the workloads a preemptor may evict, in the order it looks at them.
 *
 * A list is merged from the queues' own lists of holders, which are sorted already; nobody is
 * looked at before it is asked for.
 *
 * Order    CandidatesOrdering: evicted ones first, other queues before the preemptor's, with
 *          admission fair sharing the more used local queue first (within one queue, if the names
 * of the local queues differ), lower priority, later reservation, uid. Memory   In the arena. Cost
 * Opening: O(queues). next: O(log queues) and what is skipped. Source   Kueue v0.20-dev,
 * pkg/scheduler/preemption/common/ordering.go; specs/kueue.md 1.10.
 */
#ifndef POLICIES_KUEUE_CANDIDATES_H
#define POLICIES_KUEUE_CANDIDATES_H

#include "policies/kueue/preemption.h"

/* The candidates of one queue. */
struct candidate_queue {
    struct cluster_queue *q;
    const struct quota_node *common; /* lowest cohort that holds the preemptor, too; NULL: own */
    bool has_advantage;              /* of the preemptor over this queue */
    struct kueue_workload *const *list;
    uint32_t len, at; /* at: the next one that may be evicted */
    bool is_chosen;   /* somebody made the list: nobody in it is passed over */
    uint32_t number;  /* in the order of adding, which decides between equals */
};

struct candidates {
    const struct preemption *p;
    const struct preemption_request *r;
    struct candidate_queue *queues; /* a heap by their next ones */
    uint32_t len, cap;
    uint32_t added;
};

/* < 0: the preemptor of queue q looks at a before b. */
int candidates_compare(const struct preemption *p, const struct cluster_queue *q,
                       const struct kueue_workload *a, const struct kueue_workload *b);

bool candidates_use_any(const struct kueue_workload *w, const uint32_t *columns, uint32_t len);

void candidates_open(struct candidates *c, const struct preemption *p,
                     const struct preemption_request *r);

/* The holders of a queue in the order of looking. */
struct kueue_workload *const *candidates_list(const struct preemption *p,
                                              const struct preemption_request *r,
                                              const struct cluster_queue *q);

/* Adds the queue's holders, if any of them may be evicted. */
void candidates_add(struct candidates *c, struct cluster_queue *q, const struct quota_node *common,
                    bool has_advantage);

/* The queue of the next candidate, which is its list[at]; NULL: there are no more. */
struct candidate_queue *candidates_first(struct candidates *c);

/* Goes on behind it. */
void candidates_pass(struct candidates *c);

/* The next one that may be evicted, from `at` on; false: none left in this queue. */
bool candidate_queue_seek(const struct preemption_request *r, struct candidate_queue *cq);

#endif /* POLICIES_KUEUE_CANDIDATES_H */
