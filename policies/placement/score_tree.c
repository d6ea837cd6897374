/* best[l + 1][i] is the greatest of best[l][16 i .. 16 i + 15]; behind len there is no score. There
 * is at least one level above the scores, so that ties are counted there. */
#include "policies/placement/score_tree.h"

#include "sim/check.h"

#include <stdlib.h>

void score_tree_fini(struct score_tree *t)
{
    for (unsigned l = 0; l < SCORE_LEVELS; l++) {
        free(t->best[l]);
        free(t->ties[l]);
    }
    *t = (struct score_tree){0};
}

static uint32_t blocks(uint32_t len)
{
    return (len + SCORE_FANOUT - 1) / SCORE_FANOUT;
}

/* Whole blocks, so that a block can be looked at without asking for its end. */
static void make_room(struct score_tree *t, unsigned level, uint32_t len)
{
    const uint32_t need = blocks(len) * SCORE_FANOUT;
    if (need > t->room[level]) {
        t->room[level] = need;
        t->best[level] = realloc(t->best[level], need * sizeof t->best[level][0]);
        t->ties[level] = level == 0 ? NULL : realloc(t->ties[level], need * sizeof(uint32_t));
        SIM_REQUIRE(t->best[level] != NULL && (level == 0 || t->ties[level] != NULL));
    }
    for (uint32_t i = 0; i < need; i++)
        t->best[level][i] = SCORE_NONE;
    for (uint32_t i = 0; level > 0 && i < need; i++)
        t->ties[level][i] = 0;
}

void score_tree_reset(struct score_tree *t, uint32_t len)
{
    t->len = len;
    t->levels = 0;
    if (len == 0)
        return;
    make_room(t, t->levels++, len);
    for (uint32_t width = len; t->levels < 2 || width > 1;) {
        SIM_REQUIRE(t->levels < SCORE_LEVELS);
        width = blocks(width);
        make_room(t, t->levels++, width);
    }
}

/* Works out entry i of a level from those below it; false if it stays what it was. */
static bool update(struct score_tree *t, unsigned level, uint32_t i)
{
    const int64_t *below = &t->best[level - 1][i * SCORE_FANOUT];
    int64_t best = below[0];
    for (unsigned k = 1; k < SCORE_FANOUT; k++)
        best = below[k] > best ? below[k] : best;
    uint32_t ties = 0;
    for (unsigned k = 0; k < SCORE_FANOUT; k++)
        if (below[k] == best)
            ties += level == 1 ? 1 : t->ties[level - 1][i * SCORE_FANOUT + k];
    if (best == t->best[level][i] && ties == t->ties[level][i])
        return false;
    t->best[level][i] = best;
    t->ties[level][i] = ties;
    return true;
}

void score_tree_set(struct score_tree *t, uint32_t position, int64_t score)
{
    if (t->best[0][position] == score)
        return;
    t->best[0][position] = score;
    for (unsigned l = 1; l < t->levels; l++) {
        position /= SCORE_FANOUT;
        if (!update(t, l, position))
            return;
    }
}

void score_tree_build(struct score_tree *t)
{
    uint32_t width = t->len;
    for (unsigned l = 1; l < t->levels; l++) {
        width = blocks(width);
        for (uint32_t i = 0; i < width; i++)
            update(t, l, i);
    }
}

uint32_t score_tree_nth(const struct score_tree *t, uint32_t n)
{
    const int64_t best = score_tree_best(t);
    SIM_REQUIRE(best != SCORE_NONE && n < score_tree_ties(t));
    uint32_t i = 0;
    for (unsigned l = t->levels - 1; l-- > 0;) {
        for (i *= SCORE_FANOUT;; i++) {
            if (t->best[l][i] != best)
                continue;
            const uint32_t here = l == 0 ? 1 : t->ties[l][i];
            if (n < here)
                break;
            n -= here;
        }
    }
    return i;
}
