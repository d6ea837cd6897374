/*
 * tournament.h - the order of a cycle's heads under fair sharing.
 *
 * Every cohort sends its best head up; who adds the least to the share of its branch wins. After
 * each winner the shares are those of the snapshot as he left it.
 *
 * Order    Between heads that are equal in everything: the order of the queues. The tree of the
 *          first queue with a head left has its turn: in Kueue both are the order of a map, which
 *          for the few queues that fit into one of its groups is mostly that of insertion.
 * Memory   In the arena.
 * Cost     O(heads x depth x columns) after every head that changed usage, else O(heads).
 * Source   Kueue v0.20-dev, pkg/scheduler/fair_sharing_iterator.go; specs/kueue.md 1.5.
 */
#ifndef POLICIES_KUEUE_TOURNAMENT_H
#define POLICIES_KUEUE_TOURNAMENT_H

#include "policies/kueue/kueue_parts.h"

struct tournament;

/* order: the heads in the order of their queues. Of two heads of one queue only the later counts.
 */
struct tournament *tournament_open(struct cycle *c, struct entry **order, uint32_t len);

/* The next one; NULL: that was all. */
struct entry *tournament_next(struct tournament *t);

#endif /* POLICIES_KUEUE_TOURNAMENT_H */
