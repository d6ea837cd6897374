#include "policies/kueue/tournament.h"

#include "policies/kueue/share.h"
#include "sim/arena.h"

#include <stdlib.h>
#include <string.h>

/* What the branch of a cohort that a head sits on would have, with the head admitted. */
struct standing {
    struct share share;
    bool borrows; /* in a flavor and resource that the head asks for */
};

/* A queue with a head, in a tree. */
struct contender {
    struct entry *e;
    struct standing *standings; /* by level: 0 is the queue itself in its parent */
};

struct tournament {
    struct cycle *c;
    struct contender **by_node; /* of the tree at work, by node; NULL: no head left */
    struct contender *all;
    uint32_t len, left;
    uint32_t first;                /* nobody is left before this one */
    const struct quota_tree *tree; /* at work */
    uint32_t left_here;            /* heads in it */
    size_t known_mark;             /* of the journal, when the standings were found */
};

static int by_queue(const void *a, const void *b)
{
    const struct contender *x = a, *y = b;
    return (x->e->q->index > y->e->q->index) - (x->e->q->index < y->e->q->index);
}

struct tournament *tournament_open(struct cycle *c, struct entry **order, uint32_t len)
{
    struct arena *arena = c->k->cycle_arena;
    struct tournament *t = arena_alloc(arena, sizeof *t);
    *t = (struct tournament){.c = c, .all = arena_alloc(arena, len * sizeof t->all[0])};
    for (uint32_t i = 0; i < len; i++) {
        uint32_t at = t->len; /* heads of one queue stand together: second passes come first */
        while (at > 0 && t->all[at - 1].e->q != order[i]->q)
            at--;
        if (at > 0)
            t->all[at - 1].e = order[i];
        else
            t->all[t->len++] = (struct contender){.e = order[i]};
    }
    t->left = t->len;
    if (len > 0)
        qsort(t->all, t->len, sizeof t->all[0], by_queue);
    return t;
}

/* --- standings --- */

static void find_standing(struct tournament *t, struct contender *n)
{
    struct kueue *k = t->c->k;
    const struct assignment *a = &n->e->a;
    const uint32_t len = n->e->w->has_quota ? 0 : a->usage_len;
    const size_t mark = journal_mark(&k->journal);
    cluster_queue_charge(n->e->q, a->usage, len);
    unsigned level = 0;
    for (const struct quota_node *node = n->e->q->node; node->parent != NULL;
         node = node->parent, level++)
        n->standings[level] =
            (struct standing){share_of(node, NULL, 0), share_borrows_any(node, a->usage, len)};
    journal_back(&k->journal, mark);
}

/* Goes to work on a tree: its heads are found. */
static void enter(struct tournament *t, const struct quota_tree *tree)
{
    struct arena *arena = t->c->k->cycle_arena;
    t->tree = tree;
    t->by_node = arena_alloc(arena, tree->nodes_len * sizeof t->by_node[0]);
    t->left_here = 0;
    t->known_mark = SIZE_MAX;
    for (uint32_t i = t->first; i < t->len; i++) {
        struct contender *n = &t->all[i];
        if (n->e == NULL || n->e->q->node->tree != tree)
            continue;
        n->standings = arena_alloc(arena, tree->nodes_len * sizeof n->standings[0]);
        t->by_node[n->e->q->node->index] = n;
        t->left_here++;
    }
}

/* Unless nothing was used since they were found last. */
static void find_standings(struct tournament *t)
{
    const size_t mark = journal_mark(&t->c->k->journal);
    if (t->known_mark == mark)
        return;
    for (uint32_t i = 0; i < t->tree->nodes_len; i++)
        if (t->by_node[i] != NULL)
            find_standing(t, t->by_node[i]);
    t->known_mark = mark;
}

/* --- the tournament --- */

static bool beats(const struct tournament *t, const struct contender *a, const struct contender *b,
                  const struct standing *x, const struct standing *y)
{
    const struct gates *gates = &t->c->k->settings.gates;
    if (gates_on(gates, GATE_PRIORITIZE_PREEMPTOR_WORKLOADS) &&
        a->e->is_preemptor != b->e->is_preemptor)
        return a->e->is_preemptor;
    if (gates_on(gates, GATE_FAIR_SHARING_PRIORITIZE_NON_BORROWING) && x->borrows != y->borrows)
        return !x->borrows;
    const int order = share_compare(x->share, y->share);
    if (order != 0)
        return order < 0;
    if (gates_on(gates, GATE_PRIORITY_SORTING_WITHIN_COHORT) &&
        a->e->w->priority != b->e->w->priority)
        return a->e->w->priority > b->e->w->priority;
    return a->e->w->order_ns < b->e->w->order_ns;
}

static unsigned level_in(const struct contender *n, const struct quota_node *cohort)
{
    unsigned level = 0;
    for (const struct quota_node *node = n->e->q->node; node->parent != cohort; node = node->parent)
        level++;
    return level;
}

/* The best head below the cohort: of its cohorts first, then of its queues. */
static struct contender *winner_of(struct tournament *t, const struct quota_node *cohort)
{
    struct contender *best = NULL;
    for (int queues = 0; queues < 2; queues++)
        for (const struct quota_node *n = cohort->children; n != NULL; n = n->next) {
            if (n->is_queue != (queues == 1))
                continue;
            struct contender *now = n->is_queue ? t->by_node[n->index] : winner_of(t, n);
            if (now != NULL &&
                (best == NULL || beats(t, now, best, &now->standings[level_in(now, cohort)],
                                       &best->standings[level_in(best, cohort)])))
                best = now;
        }
    return best;
}

static struct contender *next_in_tree(struct tournament *t)
{
    find_standings(t);
    struct contender *n = winner_of(t, t->tree->root);
    t->by_node[n->e->q->node->index] = NULL;
    t->left_here--;
    return n;
}

/* Trees that do not meet on nodes do not influence each other: one after the other is as good. */
static bool stays(const struct tournament *t, const struct quota_tree *next)
{
    return t->left_here > 0 && (t->tree == next || t->c->k->topologies == NULL);
}

struct entry *tournament_next(struct tournament *t)
{
    if (t->left == 0)
        return NULL;
    while (t->all[t->first].e == NULL)
        t->first++;
    struct contender *n = &t->all[t->first];
    const struct quota_node *node = n->e->q->node;
    if (!stays(t, node->tree) && node->parent != NULL)
        enter(t, node->tree);
    if (node->parent != NULL || stays(t, node->tree))
        n = next_in_tree(t);
    struct entry *e = n->e;
    n->e = NULL;
    t->left--;
    return e;
}
