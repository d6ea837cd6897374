/*
 * score_tree.h - scores by position, and at once the best of them: a tournament of sixteens.
 *
 * Order    Of equal scores the lowest position comes first.
 * Memory   8 bytes for each position, and a tenth more. Owned; one that is all zero is empty.
 * Cost     set: O(16 log16 n), less where nothing changes above. best: O(1). first, nth:
 *          O(16 log16 n). reset, build: O(n).
 */
#ifndef POLICIES_PLACEMENT_SCORE_TREE_H
#define POLICIES_PLACEMENT_SCORE_TREE_H

#include <stdbool.h>
#include <stdint.h>

/* No score: never the best. */
#define SCORE_NONE INT64_MIN
enum { SCORE_FANOUT = 16, SCORE_LEVELS = 8 };

struct score_tree {
    uint32_t len;
    unsigned levels;              /* [levels - 1] has one entry */
    int64_t *best[SCORE_LEVELS];  /* [0]: the scores themselves */
    uint32_t *ties[SCORE_LEVELS]; /* from [1] on: how many scores below are the best */
    uint32_t room[SCORE_LEVELS];  /* entries allocated */
};

void score_tree_fini(struct score_tree *t);

/* len positions without a score. */
void score_tree_reset(struct score_tree *t, uint32_t len);

void score_tree_set(struct score_tree *t, uint32_t position, int64_t score);

/* Many at once: put all scores, then build. */
static inline void score_tree_put(struct score_tree *t, uint32_t position, int64_t score)
{
    t->best[0][position] = score;
}
void score_tree_build(struct score_tree *t);

static inline int64_t score_tree_at(const struct score_tree *t, uint32_t position)
{
    return t->best[0][position];
}

/* SCORE_NONE if no position has a score. */
static inline int64_t score_tree_best(const struct score_tree *t)
{
    return t->len == 0 ? SCORE_NONE : t->best[t->levels - 1][0];
}

/* How many positions have the best score, which is one. */
static inline uint32_t score_tree_ties(const struct score_tree *t)
{
    return t->ties[t->levels - 1][0];
}

/* The position of the n-th of them, from 0. */
uint32_t score_tree_nth(const struct score_tree *t, uint32_t n);

#endif /* POLICIES_PLACEMENT_SCORE_TREE_H */
