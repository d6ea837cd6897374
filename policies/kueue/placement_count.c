/* How many pods and slices each domain could hold. */
#include "policies/kueue/placement.h"
#include "policies/kueue/qty.h"
#include "sim/arena.h"

#include <string.h>

struct needs {
    struct pod_need *items;
    uint32_t len;
};

struct count {
    struct placement *p;
    struct needs worker, leader;
    const struct leaf_match *match;
    int32_t *assumed_at; /* by leaf: the first of p->assumed; NULL: nothing is assumed */
    int64_t *rest;       /* by column: what is left of the leaf at hand */
};

/* --- what a pod needs --- */

static void add_need(const struct placement *p, struct needs *n, struct res_qty qty)
{
    const char *name = intern_text(p->t->resources, qty.resource);
    uint32_t at = 0;
    while (at < n->len && strcmp(intern_text(p->t->resources, n->items[at].resource), name) < 0)
        at++;
    if (at < n->len && n->items[at].resource == qty.resource) {
        n->items[at].qty = qty_add(n->items[at].qty, qty.qty);
        return;
    }
    memmove(&n->items[at + 1], &n->items[at], (n->len - at) * sizeof n->items[0]);
    n->items[at] = (struct pod_need){.resource = qty.resource,
                                     .column = topology_column(p->t->columns, qty.resource),
                                     .qty = qty.qty};
    n->len++;
}

/* By name, so that of two resources equally short the first one is to blame. */
static struct needs needs_of(const struct placement *p, const struct pod_requests *r)
{
    const struct topology_columns *columns = p->t->columns;
    struct needs n = {.items = arena_alloc(p->arena, (r->len + 1) * sizeof n.items[0])};
    for (uint32_t i = 0; i < r->len; i++)
        add_need(p, &n, r->items[i]);
    add_need(p, &n, (struct res_qty){columns->resources[columns->pods], 1});
    return n;
}

/* How often they fit into the rest of the leaf; *limit is the one that stands in the way. */
static int32_t times(const struct count *c, const struct needs *needs, uint32_t *limit)
{
    int32_t least = INT32_MAX;
    *limit = 0;
    for (uint32_t i = 0; i < needs->len; i++) {
        const struct pod_need *n = &needs->items[i];
        const int64_t rest = n->column == COLUMN_NONE ? 0 : c->rest[n->column];
        int64_t fits = n->qty == 0 ? INT32_MAX : rest / n->qty;
        fits = qty_max(0, qty_min(fits, INT32_MAX));
        if (fits < least) {
            least = (int32_t)fits;
            *limit = i;
        }
    }
    return least;
}

/* --- leaves --- */

static void spread_assumed(struct count *c)
{
    struct placement *p = c->p;
    if (p->assumed == NULL || p->assumed->len == 0)
        return;
    c->assumed_at = arena_alloc(p->arena, (p->t->tree.leaves_len + 1) * sizeof c->assumed_at[0]);
    for (uint32_t i = 0; i < p->t->tree.leaves_len; i++)
        c->assumed_at[i] = -1;
    for (uint32_t i = 0; i < p->assumed->len; i++) {
        struct assumed_pods *a = &p->assumed->items[i];
        const uint32_t leaf = topology_tree_leaf(&p->t->tree, a->leaf_id);
        if (leaf == DOMAIN_NOWHERE)
            continue;
        a->next = c->assumed_at[leaf];
        c->assumed_at[leaf] = (int32_t)i;
    }
}

static void take(const struct count *c, uint32_t resource, int64_t qty)
{
    const uint32_t column = topology_column(c->p->t->columns, resource);
    if (column != COLUMN_NONE)
        c->rest[column] = qty_sub(c->rest[column], qty);
}

static void find_rest(const struct count *c, uint32_t leaf)
{
    const struct topology *t = c->p->t;
    for (uint32_t i = 0; i < t->columns->len; i++) {
        c->rest[i] = topology_free(t, leaf, i);
        if (!c->p->simulates_empty)
            c->rest[i] = qty_sub(c->rest[i], topology_used(t, leaf, i));
    }
    for (int32_t i = c->assumed_at == NULL ? -1 : c->assumed_at[leaf]; i >= 0;) {
        const struct assumed_pods *a = &c->p->assumed->items[i];
        for (uint32_t r = 0; r < a->requests.len; r++)
            take(c, a->requests.items[r].resource, qty_times(a->requests.items[r].qty, a->count));
        c->rest[t->columns->pods] -= a->count;
        i = a->next;
    }
}

/* Kueue compares paths with ids, and the id of a host is not its path: nothing lies within a host.
 */
static bool is_within(const struct placement *p, uint32_t domain)
{
    const struct topology_tree *tree = &p->t->tree;
    const uint32_t last = tree->levels_len - 1;
    if (p->within == DOMAIN_NOWHERE)
        return true;
    if (p->within_level == last && tree->is_by_host && last > 0)
        return false;
    return topology_tree_ancestor(tree, domain, last, p->within_level) == p->within;
}

static void count_leaf(const struct count *c, uint32_t leaf)
{
    struct placement *p = c->p;
    const uint32_t domain = topology_tree_first_leaf(&p->t->tree) + leaf;
    struct domain_state *s = placement_state(p, domain);
    if (c->match->verdicts != NULL && c->match->verdicts[leaf] != LEAF_FEASIBLE)
        return;
    if (c->match->scores != NULL && !p->has_scored)
        s->affinity = c->match->scores[leaf];
    if (!is_within(p, domain)) {
        p->outside++;
        return;
    }
    uint32_t limit;
    find_rest(c, leaf);
    s->pods = times(c, &c->worker, &limit);
    p->needs[limit].short_leaves += s->pods == 0;
    if (p->leader_count > 0) {
        uint32_t ignored;
        s->leaders = times(c, &c->leader, &ignored) > 0;
        for (uint32_t i = 0; s->leaders > 0 && i < c->leader.len; i++)
            take(c, c->leader.items[i].resource, c->leader.items[i].qty);
    }
    s->pods_with_leader = times(c, &c->worker, &limit);
}

/* --- wider domains --- */

struct sum {
    int32_t pods, slices;
    int32_t lost_pods, lost_slices; /* to a leader, in the child where it costs least */
    bool can_lead;
    int32_t leaders;
    int64_t affinity;
};

static int32_t whole(int32_t pods, int32_t inner)
{
    return inner > 0 ? pods / inner * inner : pods;
}

static void add_child(const struct placement *p, struct sum *sum, const struct domain_state *child,
                      int32_t inner)
{
    const int32_t pods = whole(child->pods, inner);
    const int32_t with_leader = whole(child->pods_with_leader, inner);
    sum->pods += pods;
    sum->slices += child->slices;
    if (p->leader_count == 0 || child->leaders > 0) {
        const int32_t lost_pods = pods - with_leader;
        const int32_t lost_slices = child->slices - child->slices_with_leader;
        if (!sum->can_lead || lost_pods < sum->lost_pods)
            sum->lost_pods = lost_pods;
        if (!sum->can_lead || lost_slices < sum->lost_slices)
            sum->lost_slices = lost_slices;
        sum->can_lead = true;
    }
    if (child->leaders > sum->leaders)
        sum->leaders = child->leaders;
    sum->affinity += child->affinity;
}

static void count_slices(const struct placement *p, struct domain_state *s)
{
    s->slices = s->pods / p->slice_size;
    s->slices_with_leader = s->pods_with_leader / p->slice_size;
}

void placement_count_up(struct placement *p, uint32_t domain, uint32_t level, bool with_inner)
{
    const struct topology_domain *d = &p->t->tree.domains[domain];
    struct domain_state *s = placement_state(p, domain);
    if (d->children_len == 0) {
        if (level == p->slice_level)
            count_slices(p, s);
        return;
    }
    struct sum sum = {0};
    const int32_t inner = with_inner ? p->inner_sizes[level + 1] : 0;
    for (uint32_t i = 0; i < d->children_len; i++) {
        placement_count_up(p, d->first_child + i, level + 1, with_inner);
        add_child(p, &sum, placement_state(p, d->first_child + i), inner);
    }
    s->pods = sum.pods;
    s->pods_with_leader = sum.can_lead ? sum.pods - sum.lost_pods : 0;
    s->slices = sum.slices;
    s->slices_with_leader = sum.can_lead ? sum.slices - sum.lost_slices : 0;
    s->leaders = sum.leaders;
    s->affinity = sum.affinity;
    if (level == p->slice_level)
        count_slices(p, s);
}

void placement_count(struct placement *p)
{
    const struct topology_tree *tree = &p->t->tree;
    struct count c = {.p = p, .worker = needs_of(p, &p->requests)};
    p->states = arena_alloc(p->arena, (tree->domains_len + 1) * sizeof p->states[0]);
    p->needs = c.worker.items;
    p->needs_len = c.worker.len;
    p->outside = 0;
    if (p->leader_count > 0)
        c.leader = needs_of(p, &p->leader_requests);
    c.match = topology_match(p->t, p->terms);
    c.rest = arena_alloc(p->arena, (p->t->columns->len + 1) * sizeof c.rest[0]);
    spread_assumed(&c);
    for (uint32_t leaf = 0; leaf < tree->leaves_len; leaf++)
        count_leaf(&c, leaf);
    for (uint32_t i = 0; tree->levels_len > 0 && i < tree->levels[0].len; i++)
        placement_count_up(p, tree->levels[0].first + i, 0, true);
}
