/*
 * preemption.h - whom to evict so that a workload fits.
 *
 * Victims are taken out of the snapshot one after the other until the workload fits, then as many
 * as possible are put back. The snapshot is afterwards as it was.
 *
 * Order    Every list of candidates goes by CandidatesOrdering; see candidates.h.
 * Memory   Results lie in the arena.
 * Cost     O(queues of the tree) to find where candidates are, then what is looked at: lists are
 *          merged lazily from the queues' own sorted lists.
 * Source   Kueue v0.20-dev, pkg/scheduler/preemption; specs/kueue.md 1.10, 1.11.
 */
#ifndef POLICIES_KUEUE_PREEMPTION_H
#define POLICIES_KUEUE_PREEMPTION_H

#include "policies/kueue/assignment.h"
#include "policies/kueue/gates.h"

struct target {
    struct kueue_workload *w;
    enum preempt_reason reason;
};

struct targets {
    struct target *items;
    uint32_t len, cap;
};

/* preemptionStrategies of fair sharing. */
enum fair_strategy { STRATEGY_FINAL_SHARE, STRATEGY_INITIAL_SHARE };

enum { STRATEGIES_MOST = 2 };

struct preemption {
    struct arena *arena;
    struct journal *journal;
    const struct gates *gates;
    bool has_fair_sharing;
    enum fair_strategy strategies[STRATEGIES_MOST];
    uint32_t strategies_len;
    usage_fn *usage; /* NULL: no admission fair sharing */
    const void *usage_context;
};

/* Whether the preemptor's pods find nodes, too. */
typedef bool fits_nodes_fn(void *context);

struct preemption_request {
    const struct kueue_workload *w;
    struct cluster_queue *q;
    const uint32_t *columns; /* that need preemption */
    uint32_t columns_len;
    const struct column_qty *usage; /* what must fit, of all columns */
    uint32_t usage_len;
    fits_nodes_fn *fits_nodes; /* NULL: quota alone decides */
    void *context;
};

/* No targets: it does not help. */
struct targets preemption_find(const struct preemption *p, const struct preemption_request *r);

/* Whether the candidate's priority (and age) give way under the policy. */
bool preemption_policy_allows(enum preemption_policy policy, const struct kueue_workload *preemptor,
                              const struct kueue_workload *candidate);

/* --- for its two kinds --- */

struct targets preemption_classical(const struct preemption *p, const struct preemption_request *r);
struct targets preemption_fair(const struct preemption *p, const struct preemption_request *r);

bool preemption_fits(const struct preemption_request *r, bool may_borrow);

/* Puts back whom the workload can do without; all are out of the snapshot before. */
void preemption_fill_back(const struct preemption_request *r, struct targets *t, bool may_borrow);

void targets_add(struct arena *arena, struct targets *t, struct target item);

#endif /* POLICIES_KUEUE_PREEMPTION_H */
