/*
 * share.h - the dominant resource share: how much of what it could borrow a node has borrowed.
 *
 * Ratios are doubles because Kueue's are, and its comparisons decide (specs/kueue.md 1.11): the
 * quotients below are formed in the same order, so they are the same doubles.
 *
 * Cost     O(columns).
 * Source   Kueue v0.20-dev, pkg/cache/scheduler/fair_sharing.go.
 */
#ifndef POLICIES_KUEUE_SHARE_H
#define POLICIES_KUEUE_SHARE_H

#include "policies/kueue/kueue_workload.h"
#include "policies/kueue/quota.h"

struct share {
    double weight;
    double ratio;      /* thousandths of what could be borrowed, of the resource where it is most */
    uint32_t resource; /* that one; UINT32_MAX: none */
    bool is_borrowing; /* exceeds its quota somewhere, even if nothing is lendable there */
};

/* Lower than every share there is. */
#define SHARE_LEAST ((struct share){.weight = 1, .ratio = -1, .resource = UINT32_MAX})

/* Of the node, with the amounts (by column, may be NULL) added to its usage. */
struct share share_of(const struct quota_node *n, const struct column_qty *more, uint32_t more_len);

/* -1, 0, 1: who borrows with weight 0 ranks above all others. */
int share_compare(struct share a, struct share b);

/* ratio / weight; infinite if weight is 0 and something is borrowed. */
double share_weighted(struct share s);

/* As the status shows it: rounded up; INT64_MAX if infinite. */
int64_t share_rounded(struct share s);

/* Whether the node exceeds its quota in a column of which the amounts ask for more than 0. */
bool share_borrows_any(const struct quota_node *n, const struct column_qty *requested,
                       uint32_t len);

#endif /* POLICIES_KUEUE_SHARE_H */
