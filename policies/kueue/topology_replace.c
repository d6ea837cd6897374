/* Other places for the pods of a broken node, and what assignments are made of. */
#include "policies/kueue/topology_find.h"
#include "sim/arena.h"

#include <string.h>

bool topology_is_stale(const struct topology *t, const struct topology_assignment *a,
                       const char **leaf)
{
    for (uint32_t i = 0; i < a->len; i++)
        if (topology_tree_leaf(&t->tree, a->pods[i].leaf_id) == DOMAIN_NOWHERE) {
            *leaf = intern_text(t->words, a->pods[i].leaf_id);
            return true;
        }
    return false;
}

struct topology_assignment *topology_truncate(struct arena *arena,
                                              const struct topology_assignment *a, uint32_t count)
{
    struct topology_assignment *out =
        arena_alloc(arena, sizeof *out + a->len * sizeof out->pods[0]);
    for (uint32_t i = 0; i < a->len && count > 0; i++) {
        struct topology_pods pods = a->pods[i];
        if (pods.count > count)
            pods.count = count;
        count -= pods.count;
        out->pods[out->len++] = pods;
    }
    return out;
}

/* --- merging --- */

/* The whole path as one text, as Kueue compares here. */
static const char *path(const struct topology *t, struct arena *arena, uint32_t leaf_id)
{
    const uint32_t leaf = topology_tree_leaf(&t->tree, leaf_id);
    if (leaf == DOMAIN_NOWHERE)
        return "";
    return topology_tree_path(&t->tree, t->words, arena, topology_tree_first_leaf(&t->tree) + leaf,
                              t->tree.levels_len - 1);
}

static void insert(struct topology_assignment *out, const char **paths, struct topology_pods pods,
                   const char *at_path)
{
    uint32_t at = 0;
    while (at < out->len && strcmp(paths[at], at_path) < 0)
        at++;
    if (at < out->len && out->pods[at].leaf_id == pods.leaf_id) {
        out->pods[at].count += pods.count;
        return;
    }
    memmove(&out->pods[at + 1], &out->pods[at], (out->len - at) * sizeof pods);
    memmove(&paths[at + 1], &paths[at], (out->len - at) * sizeof paths[0]);
    out->pods[at] = pods;
    paths[at] = at_path;
    out->len++;
}

struct topology_assignment *topology_merge(const struct topology *t, struct arena *arena,
                                           const struct topology_assignment *a,
                                           const struct topology_assignment *b)
{
    const uint32_t most = a->len + b->len;
    struct topology_assignment *out = arena_alloc(arena, sizeof *out + most * sizeof out->pods[0]);
    const char **paths = arena_alloc(arena, (most + 1) * sizeof paths[0]);
    for (uint32_t i = 0; i < a->len; i++)
        insert(out, paths, a->pods[i], path(t, arena, a->pods[i].leaf_id));
    for (uint32_t i = 0; i < b->len; i++)
        insert(out, paths, b->pods[i], path(t, arena, b->pods[i].leaf_id));
    return out;
}

/* --- replacing --- */

struct replacement {
    struct topology *t;
    const struct topology_search *s;
    const struct topology_ask *ask;
    struct topology_slice slices[TOPOLOGY_MOST_SLICES];
    uint32_t slices_len;
    struct topology_assignment *left; /* without the broken node */
    uint32_t missing;                 /* pods that were there */
};

static void leave_out(struct replacement *r)
{
    const struct topology_assignment *a = r->ask->current;
    r->left = arena_alloc(r->s->arena, sizeof *r->left + a->len * sizeof r->left->pods[0]);
    for (uint32_t i = 0; i < a->len; i++)
        if (topology_id_is_of(r->t->words, a->pods[i].leaf_id, r->s->broken_node))
            r->missing = a->pods[i].count;
        else
            r->left->pods[r->left->len++] = a->pods[i];
}

static uint32_t domain_of(const struct replacement *r, const struct topology_pods *pods,
                          uint32_t level)
{
    const struct topology_tree *tree = &r->t->tree;
    return topology_tree_ancestor(
        tree, topology_tree_first_leaf(tree) + topology_tree_leaf(tree, pods->leaf_id),
        tree->levels_len - 1, level);
}

/* The domain whose slice lost its pods: the missing ones make it whole. */
static uint32_t incomplete(const struct replacement *r, const char *key, uint32_t size,
                           uint32_t *level)
{
    const int at = topology_tree_level(&r->t->tree, r->t->words, key);
    if (at < 0)
        return DOMAIN_NOWHERE;
    *level = (uint32_t)at;
    for (uint32_t i = 0; i < r->left->len; i++) {
        const uint32_t domain = domain_of(r, &r->left->pods[i], *level);
        uint32_t count = r->missing;
        for (uint32_t k = 0; k < r->left->len; k++)
            if (domain_of(r, &r->left->pods[k], *level) == domain)
                count += r->left->pods[k].count;
        if (count % size == 0)
            return domain;
    }
    return DOMAIN_NOWHERE;
}

static bool breaks_slice(const struct replacement *r)
{
    return r->slices_len > 0 && r->missing % r->slices[0].size != 0;
}

/* Where the replacement must lie: in the same domain that is required, or in the slice that is
 * broken, the innermost one. */
static uint32_t required_domain(const struct replacement *r, uint32_t *level)
{
    const struct topology_request *q = r->ask->topology;
    if (r->left->len == 0)
        return DOMAIN_NOWHERE;
    if (breaks_slice(r)) {
        uint32_t layer = r->slices_len > 1 ? r->slices_len - 1 : 0;
        while (layer > 0 && r->missing % r->slices[layer].size == 0)
            layer--;
        return incomplete(r, r->slices[layer].level, r->slices[layer].size, level);
    }
    if (q == NULL || q->required == NULL)
        return DOMAIN_NOWHERE;
    const int at = topology_tree_level(&r->t->tree, r->t->words, q->required);
    if (at < 0)
        return DOMAIN_NOWHERE;
    *level = (uint32_t)at;
    return domain_of(r, &r->left->pods[0], *level);
}

static const char *place(struct replacement *r, struct topology_assignment **moved)
{
    struct topology_ask ask = *r->ask;
    struct topology_group g = {.workers = &ask};
    ask.count = r->missing;
    g.within = required_domain(r, &g.within_level);
    if (breaks_slice(r) && g.within != DOMAIN_NOWHERE) {
        /* Of the layers only the innermost that the missing pods fill is kept. */
        g.has_own_slices = true;
        for (uint32_t i = r->slices_len; i > 0 && g.slices_len == 0; i--)
            if (r->missing % r->slices[i - 1].size == 0) {
                g.slices = &r->slices[i - 1];
                g.slices_len = 1;
            }
    }
    return topology_place_group(r->t, r->s, &g, moved, NULL);
}

const char *topology_replace(struct topology *t, const struct topology_search *s,
                             const struct topology_ask *ask, struct topology_assignment **all,
                             struct topology_assignment **moved)
{
    struct replacement r = {.t = t, .s = s, .ask = ask};
    const char *stale;
    leave_out(&r);
    r.slices_len = topology_slices(ask->topology, r.slices);
    if (topology_is_stale(t, r.left, &stale))
        return arena_printf(s->arena,
                            "Cannot replace the node, because the existing topologyAssignment is "
                            "invalid, as it contains the stale domain %.*s",
                            (int)strcspn(stale, ","), stale);
    if (r.slices_len > 0 && r.slices[0].size == 0)
        return "slice topology requested, but slice size not provided";
    const char *reason = place(&r, moved);
    if (reason != NULL)
        return reason;
    if ((*moved)->len == 0)
        return arena_printf(s->arena, "cannot find replacement assignment for unhealthy node: %s",
                            intern_text(t->words, s->broken_node));
    *all = topology_merge(t, s->arena, *moved, r.left);
    return NULL;
}
