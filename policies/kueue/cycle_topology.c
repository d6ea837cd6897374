/* Places on nodes for a head: specs/kueue.md 1.12. */
#include "policies/kueue/kueue_parts.h"
#include "policies/kueue/snapshot.h"
#include "policies/kueue/topology_find.h"
#include "policies/kueue/topology_request.h"
#include "sim/arena.h"

#include <string.h>

/* --- who wants places --- */

static bool is_implied(const struct cluster_queue *q, const struct shape_set *s)
{
    return q->is_tas_only && !topology_request_is_explicit(s->topology);
}

static bool wants_places(const struct cluster_queue *q, const struct shape_set *s)
{
    return topology_request_is_explicit(s->topology) || q->is_tas_only;
}

static bool any_wants_places(const struct kueue_workload *w)
{
    for (uint32_t s = 0; s < w->shape->sets_len; s++)
        if (wants_places(w->queue, &w->shape->sets[s]))
            return true;
    return false;
}

static bool has_broken_node(const struct kueue *k, const struct kueue_workload *w,
                            const struct topology_assignment *a)
{
    for (uint32_t i = 0; a != NULL && i < a->len; i++)
        for (uint32_t n = 0; n < w->broken_len; n++)
            if (topology_id_is_of(k->names->words, a->pods[i].leaf_id, w->broken_nodes[n]))
                return true;
    return false;
}

bool kueue_has_broken_place(const struct kueue *k, const struct kueue_workload *w)
{
    for (uint32_t s = 0; w->sets != NULL && s < w->shape->sets_len; s++)
        if (w->is_admitted && has_broken_node(k, w, w->sets[s].topology))
            return true;
    return false;
}

/* --- flavors of a set --- */

/* The one flavor of the set that has a topology; NULL: there is none, or more than one. */
static struct topology *topology_of_set(const struct kueue *k, const struct set_assignment *s,
                                        const char **error)
{
    struct topology *found = NULL;
    *error = "no TAS flavor assigned";
    for (uint32_t i = 0; i < s->choices_len; i++) {
        struct topology *t = topology_site_of(k->topologies, s->choices[i].flavor);
        if (t == NULL || t == found)
            continue;
        if (found != NULL) {
            const char *a = intern_text(k->names->words, found->flavor);
            const char *b = intern_text(k->names->words, t->flavor);
            const bool in_order = strcmp(a, b) < 0;
            *error = arena_printf(k->cycle_arena, "more than one TAS flavor assigned: %s, %s",
                                  in_order ? a : b, in_order ? b : a);
            return NULL;
        }
        found = t;
    }
    return found;
}

static bool has_topologies(const struct kueue *k, const struct cluster_queue *q)
{
    for (uint32_t g = 0; g < q->spec->groups_len; g++)
        for (uint32_t f = 0; f < q->spec->groups[g].flavors_len; f++)
            if (topology_site_of(k->topologies, q->spec->groups[g].flavors[f].flavor) != NULL)
                return true;
    return false;
}

bool cycle_has_topology(void *cycle, uint32_t flavor)
{
    return topology_site_of(((struct cycle *)cycle)->k->topologies, flavor) != NULL;
}

/* --- what is asked --- */

/* All sets that want places in one flavor. */
struct flavor_asks {
    struct topology *t;
    struct topology_ask *asks;
    uint32_t len;
};

struct asks {
    struct flavor_asks *flavors; /* by name */
    uint32_t len;
};

static struct flavor_asks *asks_of(const struct kueue *k, struct asks *all, struct topology *t,
                                   uint32_t most)
{
    const char *name = intern_text(k->names->words, t->flavor);
    uint32_t at = 0;
    while (at < all->len && all->flavors[at].t != t &&
           strcmp(intern_text(k->names->words, all->flavors[at].t->flavor), name) < 0)
        at++;
    if (at < all->len && all->flavors[at].t == t)
        return &all->flavors[at];
    memmove(&all->flavors[at + 1], &all->flavors[at], (all->len - at) * sizeof all->flavors[0]);
    all->flavors[at] =
        (struct flavor_asks){t, arena_alloc(k->cycle_arena, most * sizeof(struct topology_ask)), 0};
    all->len++;
    return &all->flavors[at];
}

/* Only pods that may stand anywhere can be added to a running workload. */
static const char *elastic_error(const struct cycle *c, const struct kueue_workload *w,
                                 const struct topology_request *t)
{
    if (!w->is_elastic || t == NULL ||
        !gates_on(&c->k->settings.gates, GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES_WITH_TAS))
        return NULL;
    if (t->required != NULL)
        return "required topology is not supported with ElasticJobsViaWorkloadSlices";
    if (t->preferred != NULL)
        return "preferred topology is not supported with ElasticJobsViaWorkloadSlices";
    return NULL;
}

static const struct topology_assignment *previous(const struct cycle *c,
                                                  const struct kueue_workload *w, uint32_t set)
{
    const struct kueue_workload *old = c->assigner.replaced;
    if (!w->is_elastic || old == NULL || old->sets == NULL ||
        !gates_on(&c->k->settings.gates, GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES_WITH_TAS))
        return NULL;
    for (uint32_t s = 0; s < old->shape->sets_len; s++)
        if (strcmp(old->shape->sets[s].name, w->shape->sets[set].name) == 0)
            return old->sets[s].topology;
    return NULL;
}

static void fail(struct assignment *a, struct set_assignment *s, const char *error)
{
    s->error = error;
    a->is_fit_known = false;
}

static void ask(struct cycle *c, const struct kueue_workload *w, struct assignment *a,
                struct set_assignment *s, struct asks *all)
{
    const struct kueue *k = c->k;
    const struct shape_set *set = &w->shape->sets[s->set];
    const char *error = elastic_error(c, w, set->topology);
    struct topology *t = NULL;
    if (error == NULL && !has_topologies(k, w->queue))
        error = "workload requires Topology, but there is no TAS cache information";
    if (error == NULL)
        t = topology_of_set(k, s, &error);
    if (t == NULL) {
        fail(a, s, error);
        return;
    }
    if (kueue_delays_places(k, w, t->flavor)) {
        s->delay = DELAY_PENDING;
        return;
    }
    struct flavor_asks *f = asks_of(k, all, t, w->shape->sets_len);
    f->asks[f->len++] =
        (struct topology_ask){.set = s->set,
                              .name = set->name,
                              .count = s->count,
                              .requests = set->pod_requests,
                              .terms = set->terms,
                              .topology = set->topology,
                              .is_implied = is_implied(w->queue, set),
                              .previous = previous(c, w, s->set),
                              .current = w->sets == NULL ? NULL : w->sets[s->set].topology};
}

static struct asks ask_all(struct cycle *c, const struct kueue_workload *w, struct assignment *a)
{
    struct asks all = {0};
    all.flavors = arena_alloc(c->k->cycle_arena, (w->shape->sets_len + 1) * sizeof all.flavors[0]);
    for (uint32_t i = 0; i < w->shape->sets_len; i++) {
        struct set_assignment *s = assignment_of_set(a, i);
        if (s == NULL || !wants_places(w->queue, &w->shape->sets[i]) || s->error != NULL ||
            s->count == 0)
            continue;
        if (s->topology == NULL || has_broken_node(c->k, w, s->topology))
            ask(c, w, a, s, &all);
    }
    return all;
}

/* --- and answered --- */

struct places {
    struct topology_answer *answers; /* by set */
    uint32_t failed;                 /* the first set without place; UINT32_MAX: none */
    uint32_t failed_flavor;
};

struct search_for {
    struct cycle *c;
    const struct kueue_workload *w;
    struct arena *arena;
    bool simulates_empty, wants_reason;
};

static void find_in(const struct search_for *f, const struct flavor_asks *asks,
                    struct assumed *shared, struct places *out)
{
    const struct kueue *k = f->c->k;
    const bool overlaps = gates_on(&k->settings.gates, GATE_TAS_HANDLE_OVERLAPPING_FLAVORS);
    struct assumed own = {0};
    const struct topology_search s = {
        .arena = f->arena,
        .gates = &k->settings.gates,
        .simulates_empty = f->simulates_empty,
        .wants_reason = f->wants_reason,
        .broken_node = f->w->broken_len > 0 ? f->w->broken_nodes[0] : INTERN_NONE,
        .keeps_its_node =
            f->w->is_of_one_pod &&
            gates_on(&k->settings.gates, GATE_SKIP_REASSIGNMENT_FOR_POD_OWNED_WORKLOADS),
        .assumed = overlaps && asks->t->tree.is_by_host ? shared : &own,
    };
    struct topology_answer *answers = arena_alloc(f->arena, asks->len * sizeof answers[0]);
    topology_find(asks->t, &s, asks->asks, asks->len, answers);
    for (uint32_t i = 0; i < asks->len; i++) {
        if (!answers[i].is_given)
            continue;
        out->answers[asks->asks[i].set] = answers[i];
        if (answers[i].reason != NULL && out->failed == UINT32_MAX) {
            out->failed = asks->asks[i].set;
            out->failed_flavor = asks->t->flavor;
        }
    }
}

static struct places find(const struct search_for *f, const struct asks *all)
{
    struct places out = {.answers =
                             arena_alloc(f->arena, f->w->shape->sets_len * sizeof out.answers[0]),
                         .failed = UINT32_MAX};
    struct assumed shared = {0};
    for (uint32_t i = 0; i < all->len; i++)
        find_in(f, &all->flavors[i], &shared, &out);
    return out;
}

static void take_places(const struct kueue_workload *w, struct assignment *a,
                        const struct places *p)
{
    for (uint32_t i = 0; i < w->shape->sets_len; i++) {
        struct set_assignment *s = assignment_of_set(a, i);
        if (s == NULL || !p->answers[i].is_given)
            continue;
        s->topology = p->answers[i].assignment;
        if (s->topology != NULL && s->delay != DELAY_NONE)
            s->delay = DELAY_READY;
    }
}

/* --- when flavors are assigned --- */

static void blame(struct cycle *c, struct assignment *a, const struct places *p)
{
    struct set_assignment *s = assignment_of_set(a, p->failed);
    obstacles_add(c->k->cycle_arena, &s->obstacles,
                  (struct obstacle){.kind = OBSTACLE_TEXT, .text = p->answers[p->failed].reason});
    assignment_set_fit_of(a, s, FIT_PREEMPT);
}

/* Not even on empty nodes. */
static void give_up(struct assignment *a, const struct places *p)
{
    struct set_assignment *s = assignment_of_set(a, p->failed);
    for (uint32_t i = 0; s->attempts != NULL && i < s->attempts->len; i++)
        if (s->attempts->items[i].flavor == p->failed_flavor) {
            s->attempts->items[i].fit = FIT_NONE;
            s->attempts->items[i].reason = PENDING_TOPOLOGY_PLACEMENT_FAILED;
            break;
        }
    assignment_set_fit_of(a, s, FIT_NONE);
}

void cycle_place(void *context, const struct kueue_workload *w, struct assignment *a)
{
    struct cycle *c = context;
    struct search_for f = {.c = c, .w = w, .arena = c->k->cycle_arena, .wants_reason = true};
    const struct asks all = ask_all(c, w, a);
    if (assignment_fit(a) == FIT_NOW) {
        const struct places p = find(&f, &all);
        if (p.failed == UINT32_MAX)
            take_places(w, a, &p);
        else
            blame(c, a, &p);
    }
    if (assignment_fit(a) != FIT_PREEMPT || w->broken_len > 0)
        return;
    f.simulates_empty = true;
    f.wants_reason = false;
    const struct places p = find(&f, &all);
    if (p.failed != UINT32_MAX) {
        give_up(a, &p);
        return;
    }
    for (uint32_t i = 0; i < all.len; i++)
        for (uint32_t n = 0; n < all.flavors[i].len; n++)
            assignment_set_fit_of(a, assignment_of_set(a, all.flavors[i].asks[n].set), FIT_PREEMPT);
}

/* --- while victims are sought --- */

struct node_check {
    struct search_for f;
    struct asks all;
};

bool cycle_fits_nodes(void *context)
{
    const struct node_check *n = context;
    const struct places p = find(&n->f, &n->all);
    const bool fits = p.failed == UINT32_MAX;
    arena_reset(n->f.arena);
    return fits;
}

void *cycle_node_check(struct cycle *c, const struct kueue_workload *w, struct assignment *a)
{
    if (c->k->topologies == NULL || !any_wants_places(w))
        return NULL;
    struct node_check *n = arena_alloc(c->k->cycle_arena, sizeof *n);
    n->f = (struct search_for){.c = c, .w = w, .arena = c->k->place_arena};
    n->all = ask_all(c, w, a);
    return n->all.len == 0 ? NULL : n;
}

/* What it would take once its victims are gone; without any, as if all nodes were empty. */
void entry_place_for_preemption(struct cycle *c, struct entry *e)
{
    struct kueue *k = c->k;
    if (k->topologies == NULL || assignment_fit(&e->a) != FIT_PREEMPT || !any_wants_places(e->w) ||
        kueue_has_broken_place(k, e->w))
        return;
    const struct search_for f = {
        .c = c, .w = e->w, .arena = k->cycle_arena, .simulates_empty = e->targets.len == 0};
    const struct asks all = ask_all(c, e->w, &e->a);
    const size_t mark = journal_mark(&k->journal);
    for (uint32_t i = 0; i < e->targets.len; i++)
        snapshot_discharge(e->targets.items[i].w);
    const struct places p = find(&f, &all);
    journal_back(&k->journal, mark);
    take_places(e->w, &e->a, &p);
}

/* --- usage of an entry --- */

/* Pods on the leaf that its admission counts already. */
static uint32_t counted(const struct kueue_workload *w, uint32_t set, uint32_t leaf_id)
{
    uint32_t count = 0;
    const struct topology_assignment *held = w->sets == NULL ? NULL : w->sets[set].topology;
    for (uint32_t i = 0; held != NULL && i < held->len; i++)
        if (held->pods[i].leaf_id == leaf_id)
            count += held->pods[i].count;
    return count;
}

typedef bool each_fn(struct cycle *c, struct topology *t, const struct topology_pods *pods,
                     const struct pod_requests *r);

/* Stops at the first false. */
static bool for_each_place(struct cycle *c, const struct entry *e, each_fn *f)
{
    for (uint32_t i = 0; i < e->a.sets_len; i++) {
        const struct set_assignment *s = &e->a.sets[i];
        const char *error;
        if (s->topology == NULL)
            continue;
        struct topology *t = topology_of_set(c->k, s, &error);
        for (uint32_t p = 0; t != NULL && p < s->topology->len; p++) {
            struct topology_pods pods = s->topology->pods[p];
            const uint32_t known = counted(e->w, s->set, pods.leaf_id);
            if (pods.count <= known)
                continue;
            pods.count -= known;
            if (!f(c, t, &pods, &e->w->shape->sets[s->set].pod_requests))
                return false;
        }
    }
    return true;
}

static bool fits_place(struct cycle *c, struct topology *t, const struct topology_pods *pods,
                       const struct pod_requests *r)
{
    (void)c;
    return topology_fits(t, pods, r);
}

static bool use_place(struct cycle *c, struct topology *t, const struct topology_pods *pods,
                      const struct pod_requests *r)
{
    topology_use(t, &c->k->journal, pods, r, 1);
    return true;
}

bool entry_fits_nodes(struct cycle *c, const struct entry *e)
{
    return c->k->topologies == NULL || for_each_place(c, e, fits_place);
}

void entry_use_nodes(struct cycle *c, const struct entry *e)
{
    if (c->k->topologies != NULL)
        for_each_place(c, e, use_place);
}

/* --- which flavors go with which sets --- */

static bool provides_what_pods_ask(const struct shape_set *s, const struct resource_group *g)
{
    for (uint32_t i = 0; i < s->pod_requests.len; i++)
        for (uint32_t r = 0; r < g->resources_len; r++)
            if (s->pod_requests.items[i].resource == g->resources[r])
                return true;
    return false;
}

const char *cycle_topology_mismatch(struct cycle *c, const struct kueue_workload *w, uint32_t set,
                                    uint32_t flavor, const struct resource_group *g)
{
    const struct kueue *k = c->k;
    const struct shape_set *s = &w->shape->sets[set];
    const char *name = intern_text(k->names->words, flavor);
    const struct flavor_spec *f = site_flavor(k->site, name);
    if (k->topologies == NULL || f == NULL)
        return NULL;
    if (!topology_request_is_explicit(s->topology))
        return f->topology == NULL || w->queue->is_tas_only
                   ? NULL
                   : arena_printf(k->cycle_arena,
                                  "Flavor \"%s\" supports only TopologyAwareScheduling", name);
    if (f->topology == NULL)
        return !provides_what_pods_ask(s, g)
                   ? NULL
                   : arena_printf(k->cycle_arena,
                                  "Flavor \"%s\" does not support TopologyAwareScheduling", name);
    const struct topology *t = topology_site_of(k->topologies, flavor);
    if (t == NULL)
        return arena_printf(k->cycle_arena, "Flavor \"%s\" information missing in TAS cache", name);
    if (!topology_has_levels(t, s->topology))
        return arena_printf(k->cycle_arena, "Flavor \"%s\" does not contain the requested level",
                            name);
    return NULL;
}
