/* A reservation on nodes: running jobs are let go in the order of their predicted ends until the
 * head fits. It then holds, as far as it can, what is not free yet, and only for the rest what is
 * free already: the less of that must be kept, the more can be backfilled. */
#include "policies/baseline/easy.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

void easy_nodes_init(struct easy_nodes *n, const struct cluster *c)
{
    node_overlay_init(&n->later, c);
    node_overlay_init(&n->kept, c);
    n->row = calloc(c->resources_len + 1, sizeof n->row[0]);
    SIM_REQUIRE(n->row != NULL);
}

void easy_nodes_fini(struct easy_nodes *n)
{
    node_overlay_fini(&n->later);
    node_overlay_fini(&n->kept);
    free(n->holds);
    free(n->row);
}

/* --- what fits later --- */

/* Tasks that fit into what is free on the node then; without `now`, only into what is not free
 * yet. */
static int64_t fits_later(struct easy *e, uint32_t node, uint32_t request, bool now)
{
    const struct cluster *c = e->machine.cluster;
    if (c->nodes[node].state != NODE_READY || !free_index_admits(e->fit.free, request, node))
        return 0;
    const size_t columns = c->resources_len;
    int64_t *row = e->nodes.row;
    memset(row, 0, columns * sizeof row[0]);
    if (now)
        memcpy(row, &c->free[(size_t)node * columns], columns * sizeof row[0]);
    const int64_t *changes = node_overlay_row(&e->nodes.later, node);
    for (size_t r = 0; changes != NULL && r < columns; r++)
        row[r] += changes[r];
    return cluster_fits_row(c, row, request_get(e->machine.requests, request));
}

static void hold(struct easy *e, uint32_t node, uint32_t request, uint32_t count)
{
    struct easy_nodes *n = &e->nodes;
    if (n->holds_len == n->holds_cap) {
        n->holds_cap = n->holds_cap == 0 ? 16 : 2 * n->holds_cap;
        n->holds = realloc(n->holds, n->holds_cap * sizeof n->holds[0]);
        SIM_REQUIRE(n->holds != NULL);
    }
    n->holds[n->holds_len++] = (struct easy_hold){node, request, count};
    node_overlay_add(&n->later, node, request_get(e->machine.requests, request), -(int64_t)count);
}

static void drop_holds(struct easy *e)
{
    for (size_t i = 0; i < e->nodes.holds_len; i++) {
        const struct easy_hold *h = &e->nodes.holds[i];
        node_overlay_add(&e->nodes.later, h->node, request_get(e->machine.requests, h->request),
                         h->count);
    }
    e->nodes.holds_len = 0;
}

/* --- the head's place --- */

/* Holds as many tasks as it can on a node; returns how many are left. */
static uint32_t hold_on(struct easy *e, uint32_t node, struct work_demand w, bool now)
{
    const int64_t room = fits_later(e, node, w.request, now);
    const uint32_t count = room < w.count ? (uint32_t)room : w.count;
    if (count > 0)
        hold(e, node, w.request, count);
    return w.count - count;
}

static bool hold_group(struct easy *e, struct work_demand w)
{
    const struct node_overlay *later = &e->nodes.later;
    for (uint32_t n = node_overlay_next(later, 0); n != NODE_NONE && w.count > 0;
         n = node_overlay_next(later, n + 1))
        w.count = hold_on(e, n, w, false);
    for (uint32_t n = 0; w.count > 0; n++) {
        const uint32_t open = free_index_next(e->fit.free, w.request, n);
        const uint32_t changed = node_overlay_next(later, n);
        n = open < changed ? open : changed;
        if (n == NODE_NONE)
            return false;
        w.count = hold_on(e, n, w, true);
    }
    return true;
}

/* What of the free amounts has to stay. */
static void keep(struct easy *e)
{
    struct node_overlay *kept = &e->nodes.kept;
    const size_t columns = e->machine.cluster->resources_len;
    node_overlay_clear(kept);
    for (size_t i = 0; i < e->nodes.holds_len; i++) {
        const uint32_t node = e->nodes.holds[i].node;
        const int64_t *later = node_overlay_row(&e->nodes.later, node);
        for (size_t r = 0; r < columns; r++)
            if (later[r] < 0)
                node_overlay_touch(kept, node)[r] = later[r];
    }
}

/* Holds the head's tasks; false, and nothing held, if they do not fit. */
static bool hold_head(struct easy *e, const struct acts *a, const struct easy_job *head)
{
    for (uint32_t g = 0; g < work_demands(a, head->work); g++) {
        if (hold_group(e, work_demand(a, head->work, g)))
            continue;
        drop_holds(e);
        return false;
    }
    keep(e);
    return true;
}

/* --- letting running jobs go --- */

/* room: tasks of the head's first group that fit by now; where it is too small, nothing else need
 * be tried. */
struct release {
    struct easy *e;
    const struct acts *a;
    const struct easy_job *head;
    struct work_demand first;
    int64_t room;
    int64_t at_ns;
    bool is_placed;
};

static void release_task(void *context, const struct task *t, uint32_t request)
{
    struct release *x = context;
    struct easy *e = x->e;
    if (e->machine.cluster->nodes[t->node].state != NODE_READY)
        return;
    const int64_t before = fits_later(e, t->node, x->first.request, true);
    node_overlay_add(&e->nodes.later, t->node, request_get(e->machine.requests, request), t->count);
    x->room += fits_later(e, t->node, x->first.request, true) - before;
}

static bool is_placed(struct release *x)
{
    x->is_placed = x->room >= (int64_t)x->first.count && hold_head(x->e, x->a, x->head);
    return x->is_placed;
}

/* Jobs that end together are let go together. */
static bool release_next(void *context, const struct order_entry *entry)
{
    struct release *x = context;
    if (entry->key == INT64_MAX || (entry->key != x->at_ns && is_placed(x)))
        return false;
    x->at_ns = entry->key;
    work_each_task(x->a, easy_job(x->e, entry->item)->work, release_task, x);
    return true;
}

void easy_nodes_reserve(struct easy *e, const struct acts *a, const struct easy_job *head)
{
    struct release x = {.e = e, .a = a, .head = head, .at_ns = acts_now_ns(a)};
    node_overlay_clear(&e->nodes.later);
    node_overlay_clear(&e->nodes.kept);
    e->nodes.holds_len = 0;
    x.first = work_demand(a, head->work, 0);
    x.room = (int64_t)free_index_total(e->fit.free, x.first.request);
    order_tree_walk(&e->ends, release_next, &x);
    e->shadow_ns = x.is_placed || is_placed(&x) ? x.at_ns : INT64_MAX;
}

/* --- backfilling --- */

bool easy_nodes_plan(struct easy *e, const struct acts *a, struct easy_job *j, bool is_short)
{
    const bool is_bound = !is_short && e->nodes.kept.len > 0;
    if (work_plan(&e->fit, a, j->work, is_bound ? &e->nodes.kept : NULL))
        return true;
    if (is_bound && work_plan(&e->fit, a, j->work, NULL)) {
        if (j->kept_at == 0)
            id_list_add(&e->kept, j->id);
        j->kept_at = e->passes;
    }
    return false;
}

void easy_nodes_add_short(struct easy *e, const struct acts *a, const struct easy_job *started,
                          const struct easy_job *head)
{
    if (e->shadow_ns == INT64_MAX)
        return;
    const struct job *job = work_job(a, started->work);
    for (size_t i = 0; i < e->fit.len; i++) {
        const struct slot *s = &e->fit.slots[i];
        node_overlay_add(&e->nodes.later, s->node,
                         request_get(e->machine.requests, job->groups[s->group].request), s->count);
    }
    /* Several groups may not find together again; they then keep what they have. */
    if (work_demands(a, head->work) > 1)
        return;
    drop_holds(e);
    const bool fits = hold_head(e, a, head);
    SIM_REQUIRE_AT(acts_now_ns(a), fits);
}
