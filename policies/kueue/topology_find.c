#include "policies/kueue/topology_find.h"

#include "sim/arena.h"

#include <string.h>

/* --- what a request means --- */

uint32_t topology_slices(const struct topology_request *r,
                         struct topology_slice slices[TOPOLOGY_MOST_SLICES])
{
    if (r == NULL)
        return 0;
    if (r->slices_len > 0) {
        memcpy(slices, r->slices, r->slices_len * sizeof slices[0]);
        return r->slices_len;
    }
    if (r->slice_level == NULL)
        return 0;
    slices[0] = (struct topology_slice){r->slice_level, r->has_slice_size ? r->slice_size : 0};
    return 1;
}

/* The level pods are to be close on; NULL: nothing is said. */
static const char *level_key(const struct topology *t, const struct topology_request *r,
                             uint32_t slices_len)
{
    const struct topology_tree *tree = &t->tree;
    if (r == NULL)
        return NULL;
    if (r->required != NULL)
        return r->required;
    if (r->preferred != NULL)
        return r->preferred;
    if (slices_len > 0)
        return intern_text(t->words, tree->keys[0]);
    if (r->has_unconstrained && r->unconstrained)
        return intern_text(t->words, tree->keys[tree->levels_len - 1]);
    return NULL;
}

static int level_of(const struct topology *t, const char *key)
{
    return topology_tree_level(&t->tree, t->words, key);
}

bool topology_has_levels(const struct topology *t, const struct topology_request *r)
{
    struct topology_slice slices[TOPOLOGY_MOST_SLICES];
    const uint32_t len = topology_slices(r, slices);
    const char *key = t->tree.levels_len == 0 ? NULL : level_key(t, r, len);
    bool ok = key != NULL && level_of(t, key) >= 0;
    for (uint32_t i = 0; i < len; i++)
        ok &= level_of(t, slices[i].level) >= 0;
    return ok;
}

/* --- normalising --- */

struct norm {
    struct placement *p;
    struct arena *arena;
    struct topology_slice slices[TOPOLOGY_MOST_SLICES];
    uint32_t slices_len;
};

/* Slices within slices: each layer narrower than the one before, and a part of it. */
static const char *set_inner_slices(struct norm *n)
{
    struct placement *p = n->p;
    int32_t size = p->slice_size;
    uint32_t level = p->slice_level;
    for (uint32_t i = 1; i < n->slices_len; i++) {
        const struct topology_slice *s = &n->slices[i];
        const int at = level_of(p->t, s->level);
        if (at < 0)
            return arena_printf(
                n->arena, "no requested topology level for additional slice layer: %s", s->level);
        if ((uint32_t)at <= level)
            return arena_printf(
                n->arena, "additional slice layer topology %s must be at a lower level than %s",
                s->level, intern_text(p->t->words, p->t->tree.keys[level]));
        if (s->size == 0 || size % (int32_t)s->size != 0)
            return arena_printf(
                n->arena, "additional slice layer size %u must evenly divide parent layer size %d",
                s->size, size);
        size = (int32_t)s->size;
        while (level < (uint32_t)at)
            p->inner_sizes[++level] = size;
    }
    if (n->slices_len > 1) {
        p->slices = arena_copy(n->arena, n->slices, n->slices_len * sizeof n->slices[0]);
        p->slices_len = n->slices_len;
    }
    return NULL;
}

static const char *set_levels(struct norm *n, const struct topology_ask *ask)
{
    struct placement *p = n->p;
    const struct topology_tree *tree = &p->t->tree;
    const char *lowest = intern_text(p->t->words, tree->keys[tree->levels_len - 1]);
    const char *key = level_key(p->t, ask->topology, n->slices_len);
    if (key == NULL && ask->is_implied)
        key = lowest;
    if (key == NULL)
        return "topology level not specified";
    const int level = level_of(p->t, key);
    if (level < 0)
        return arena_printf(n->arena, "no requested topology level: %s", key);
    const char *slice_key = n->slices_len > 0 ? n->slices[0].level : lowest;
    const int slice_level = level_of(p->t, slice_key);
    if (slice_level < 0)
        return arena_printf(n->arena, "no requested topology level for slices: %s", slice_key);
    if (level > slice_level)
        return arena_printf(n->arena, "podset slice topology %s is above the podset topology %s",
                            slice_key, key);
    p->level = (uint32_t)level;
    p->slice_level = (uint32_t)slice_level;
    return set_inner_slices(n);
}

static const char *normalise(struct placement *p, const struct topology_group *g)
{
    const struct topology_ask *ask = g->workers;
    const struct topology_request *r = ask->topology;
    struct norm n = {.p = p, .arena = p->arena};
    if (g->has_own_slices) {
        n.slices_len = g->slices_len;
        for (uint32_t i = 0; i < g->slices_len; i++)
            n.slices[i] = g->slices[i];
    } else {
        n.slices_len = topology_slices(r, n.slices);
    }
    p->slice_size = n.slices_len > 0 ? (int32_t)n.slices[0].size : 1;
    if (p->slice_size <= 0)
        return "slice topology requested, but slice size not provided";
    p->is_required = r != NULL && r->required != NULL;
    p->is_unconstrained =
        ask->is_implied || (r != NULL && r->has_unconstrained && r->unconstrained) ||
        (r != NULL && r->required == NULL && r->preferred == NULL && n.slices_len > 0);
    return set_levels(&n, ask);
}

/* --- placing a group --- */

/* Leaves by their place in the tree; of leaders, or of workers. */
static struct topology_assignment *assignment(const struct placement *p,
                                              const struct domain_list *leaves, bool leaders)
{
    const struct topology_tree *tree = &p->t->tree;
    struct topology_assignment *a =
        arena_alloc(p->arena, sizeof *a + leaves->len * sizeof a->pods[0]);
    for (uint32_t i = 0; i < leaves->len; i++) {
        const struct domain_state *s = placement_state(p, leaves->items[i]);
        const int32_t count = leaders ? s->leaders : s->pods;
        if (count > 0)
            a->pods[a->len++] = (struct topology_pods){
                tree->leaf_ids[leaves->items[i] - topology_tree_first_leaf(tree)], (uint32_t)count};
    }
    return a;
}

static int by_number(const struct placement *p, uint32_t a, uint32_t b)
{
    (void)p;
    return (a > b) - (a < b);
}

static struct placement placement_of(struct topology *t, const struct topology_search *s,
                                     const struct topology_group *g)
{
    struct placement p = {.t = t,
                          .arena = s->arena,
                          .gates = s->gates,
                          .count = (int32_t)g->workers->count,
                          .requests = g->workers->requests,
                          .terms = g->workers->terms,
                          .has_scored = g->workers->has_scored,
                          .simulates_empty = s->simulates_empty,
                          .within = g->within,
                          .within_level = g->within_level,
                          .assumed = s->assumed};
    if (g->leader != NULL) {
        p.leader_count = 1;
        p.leader_requests = g->leader->requests;
    }
    return p;
}

static const char *choose(struct placement *p, const struct topology_search *s,
                          struct domain_list *chosen, uint32_t *level, bool *is_balanced)
{
    *is_balanced = gates_on(p->gates, GATE_TAS_BALANCED_PLACEMENT) && !p->is_required &&
                   !p->is_unconstrained && placement_balance(p, chosen, level);
    if (*is_balanced)
        return NULL;
    if (p->t->tree.levels[p->level].len == 0)
        return arena_printf(p->arena, "no topology domains at level: %s",
                            intern_text(p->t->words, p->t->tree.keys[p->level]));
    int32_t fits_only = 0;
    uint32_t failed_level = 0;
    if (placement_find_level(p, chosen, level, &fits_only, &failed_level))
        return NULL;
    return s->wants_reason ? placement_misfit(p, fits_only, failed_level) : "";
}

const char *topology_place_group(struct topology *t, const struct topology_search *s,
                                 const struct topology_group *g,
                                 struct topology_assignment **workers,
                                 struct topology_assignment **leader)
{
    struct placement p = placement_of(t, s, g);
    struct domain_list chosen = {0};
    uint32_t level = 0;
    bool is_balanced = false;
    const char *reason = normalise(&p, g);
    if (reason != NULL)
        return reason;
    placement_count(&p);
    reason = choose(&p, s, &chosen, &level, &is_balanced);
    if (reason != NULL)
        return reason;
    chosen = placement_descend(&p, chosen, level, is_balanced);
    chosen = placement_sorted_by(&p, &chosen, by_number);
    *workers = assignment(&p, &chosen, false);
    if (leader != NULL)
        *leader = assignment(&p, &chosen, true);
    return NULL;
}

/* --- sets one after the other --- */

void topology_assume(const struct topology_search *s, const struct topology_assignment *a,
                     const struct topology_ask *ask)
{
    struct assumed *all = s->assumed;
    for (uint32_t i = 0; a != NULL && i < a->len; i++) {
        if (all->len == all->cap) {
            all->cap = all->cap == 0 ? 8 : 2 * all->cap;
            struct assumed_pods *more = arena_alloc(s->arena, all->cap * sizeof more[0]);
            if (all->len > 0)
                memcpy(more, all->items, all->len * sizeof more[0]);
            all->items = more;
        }
        all->items[all->len++] = (struct assumed_pods){
            .leaf_id = a->pods[i].leaf_id, .count = a->pods[i].count, .requests = ask->requests};
    }
}

struct finder {
    struct topology *t;
    const struct topology_search *s;
    const struct topology_ask *asks;
    struct topology_answer *answers;
};

static void answer(const struct finder *f, const struct topology_ask *ask,
                   const struct topology_assignment *a, const char *reason)
{
    f->answers[ask - f->asks] = (struct topology_answer){true, a, reason};
}

static bool is_stale(const struct finder *f, const struct topology_assignment *a)
{
    const char *leaf;
    return a != NULL && topology_is_stale(f->t, a, &leaf);
}

/* More pods than before: those that are there stay, and only the others are placed. */
static bool scale_up(const struct finder *f, struct topology_group g, uint32_t before)
{
    const struct topology_ask *workers = g.workers, *leader = g.leader;
    struct topology_ask more = *workers;
    more.count -= before;
    topology_assume(f->s, workers->previous, workers);
    if (leader != NULL && leader->previous != NULL) {
        topology_assume(f->s, leader->previous, leader);
        g.leader = NULL;
    }
    struct topology_assignment *placed = NULL, *led = NULL;
    g.workers = &more;
    const char *reason = topology_place_group(f->t, f->s, &g, &placed, &led);
    if (reason != NULL) {
        answer(f, workers, NULL, reason);
        return false;
    }
    answer(f, workers, topology_merge(f->t, f->s->arena, placed, workers->previous), NULL);
    if (leader != NULL) {
        const bool is_new = leader->previous == NULL;
        answer(f, leader, is_new ? led : leader->previous, NULL);
        if (is_new)
            topology_assume(f->s, led, leader);
    }
    topology_assume(f->s, placed, workers);
    return true;
}

/* Whether places of the slice before decide; *ok: whether it worked. */
static bool place_elastic(const struct finder *f, const struct topology_group *g, bool *ok)
{
    const struct topology_ask *workers = g->workers, *leader = g->leader;
    if (workers->previous == NULL || is_stale(f, workers->previous) ||
        (leader != NULL && is_stale(f, leader->previous)) ||
        !gates_on(f->s->gates, GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES_WITH_TAS))
        return false;
    const uint32_t before = topology_assignment_count(workers->previous);
    *ok = true;
    if (workers->count > before) {
        *ok = scale_up(f, *g, before);
        return true;
    }
    const struct topology_assignment *kept = workers->previous;
    if (workers->count < before)
        kept = topology_truncate(f->s->arena, kept, workers->count);
    answer(f, workers, kept, NULL);
    topology_assume(f->s, kept, workers);
    if (leader != NULL) {
        answer(f, leader, leader->previous, NULL);
        topology_assume(f->s, leader->previous, leader);
    }
    return true;
}

static bool place_new(const struct finder *f, const struct topology_ask *const *members,
                      uint32_t len)
{
    struct topology_group g = {.workers = members[0], .within = DOMAIN_NOWHERE};
    struct topology_assignment *workers = NULL, *leader = NULL;
    if (len > 1) {
        const bool is_second = members[1]->count <= members[0]->count;
        g.leader = members[is_second ? 1 : 0];
        g.workers = members[is_second ? 0 : 1];
    }
    bool ok;
    if (place_elastic(f, &g, &ok))
        return ok;
    const char *reason = topology_place_group(f->t, f->s, &g, &workers, &leader);
    for (uint32_t i = 0; i < len; i++)
        answer(f, members[i],
               members[i] == g.workers  ? workers
               : members[i] == g.leader ? leader
                                        : NULL,
               reason);
    for (uint32_t i = 0; i < len && reason == NULL; i++)
        topology_assume(f->s, f->answers[members[i] - f->asks].assignment, members[i]);
    return reason == NULL;
}

static bool replace(const struct finder *f, const struct topology_ask *ask)
{
    struct topology_assignment *all = NULL, *moved = NULL;
    if (ask->current == NULL)
        return true;
    if (f->s->keeps_its_node) {
        answer(f, ask, ask->current, NULL);
        return true;
    }
    const char *reason = topology_replace(f->t, f->s, ask, &all, &moved);
    answer(f, ask, all, reason);
    if (reason == NULL)
        topology_assume(f->s, moved, ask);
    return reason == NULL;
}

static bool same_group(const struct topology_ask *a, const struct topology_ask *b)
{
    return a == b ||
           (a->topology != NULL && b->topology != NULL && a->topology->group != NULL &&
            b->topology->group != NULL && strcmp(a->topology->group, b->topology->group) == 0);
}

bool topology_find(struct topology *t, const struct topology_search *s,
                   const struct topology_ask *asks, uint32_t len, struct topology_answer *answers)
{
    const struct finder f = {t, s, asks, answers};
    const struct topology_ask **members = arena_alloc(s->arena, (len + 1) * sizeof(void *));
    memset(answers, 0, len * sizeof answers[0]);
    bool ok = true;
    for (uint32_t i = 0; i < len && ok; i++) {
        uint32_t n = 0;
        for (uint32_t k = 0; k < len; k++)
            if (same_group(&asks[i], &asks[k]))
                members[n++] = &asks[k];
        if (members[0] != &asks[i])
            continue;
        for (uint32_t m = 0; s->broken_node != INTERN_NONE && m < n && ok; m++)
            ok = replace(&f, members[m]);
        if (s->broken_node == INTERN_NONE)
            ok = place_new(&f, members, n);
    }
    return ok;
}
