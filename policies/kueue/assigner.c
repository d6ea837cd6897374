#include "policies/kueue/assigner.h"

#include "policies/kueue/flavor_scan.h"
#include "policies/kueue/res_order.h"
#include "policies/kueue/topology_request.h"
#include "sim/arena.h"

#include <string.h>

/* Pod sets that must have the same flavors: one, or those of a topology group. */
struct set_group {
    uint32_t *sets;
    uint32_t sets_len;
    const struct res_qty *requests;
    uint32_t requests_len;
    struct choice *choices; /* of all resource groups so far */
    uint32_t choices_len;
    uint32_t held_len; /* flavors its sets hold already */
    struct obstacles obstacles;
    struct attempts *attempts;
    bool has_failed;
};

/* What is at hand while a workload is assigned. */
struct job {
    const struct assigner *a;
    const struct kueue_workload *w;
    const struct cluster_queue *q;
    struct assignment *out;
    struct set_assignment *all; /* by set, also those not reached */
};

/* --- requests --- */

static struct res_qty *with_resource(struct arena *arena, const struct intern *names,
                                     const struct res_qty *list, uint32_t *len,
                                     struct res_qty extra)
{
    struct res_qty *out = arena_alloc(arena, (*len + 1) * sizeof out[0]);
    uint32_t n = 0, i = 0;
    while (i < *len && res_order_before(names, list[i].resource, extra.resource))
        out[n++] = list[i++];
    out[n++] = extra;
    if (i < *len && list[i].resource == extra.resource)
        i++;
    while (i < *len)
        out[n++] = list[i++];
    *len = n;
    return out;
}

struct res_qty *assigner_totals(const struct assigner *a, const struct cluster_queue *q,
                                const struct shape_set *set, uint32_t count, uint32_t *len)
{
    *len = set->requests_len;
    struct res_qty *totals = arena_alloc(a->arena, (*len + 1) * sizeof totals[0]);
    for (uint32_t i = 0; i < *len; i++)
        totals[i] =
            (struct res_qty){set->requests[i].resource, qty_times(set->requests[i].qty, count)};
    if (cluster_queue_group(q, a->pods_resource) == GROUP_NONE)
        return totals;
    return with_resource(a->arena, a->resources, totals, len,
                         (struct res_qty){a->pods_resource, count});
}

/* Sums of the requests of the group's sets. */
static void add_up(const struct job *j, struct set_group *g)
{
    const struct set_assignment *first = &j->all[g->sets[0]];
    struct res_qty *sum =
        arena_copy(j->a->arena, first->requests, first->requests_len * sizeof sum[0]);
    uint32_t len = first->requests_len;
    for (uint32_t s = 1; s < g->sets_len; s++) {
        const struct set_assignment *set = &j->all[g->sets[s]];
        for (uint32_t i = 0; i < set->requests_len; i++) {
            struct res_qty r = set->requests[i];
            for (uint32_t k = 0; k < len; k++)
                if (sum[k].resource == r.resource)
                    r.qty = qty_add(r.qty, sum[k].qty);
            sum = with_resource(j->a->arena, j->a->resources, sum, &len, r);
        }
    }
    g->requests = sum;
    g->requests_len = len;
}

/* --- flavors of a group of sets --- */

static bool has_choice(const struct set_group *g, uint32_t resource)
{
    for (uint32_t i = 0; i < g->choices_len; i++)
        if (g->choices[i].resource == resource)
            return true;
    return false;
}

/* A resource that two groups cover (which no API server lets pass) gets the later one's flavor. */
static void choose(struct set_group *g, const struct choice *choice)
{
    uint32_t at = 0;
    while (at < g->choices_len && g->choices[at].resource != choice->resource)
        at++;
    g->choices[at] = *choice;
    g->choices_len += at == g->choices_len;
}

static void choose_for_resource(const struct job *j, struct set_group *g, uint32_t resource)
{
    struct arena *arena = j->a->arena;
    struct flavor_scan s = {.a = j->a,
                            .w = j->w,
                            .so_far = j->out,
                            .sets = g->sets,
                            .sets_len = g->sets_len,
                            .requests = g->requests,
                            .requests_len = g->requests_len,
                            .resource = resource};
    const bool found = flavor_scan_run(&s);
    attempts_merge(arena, g->attempts, &s.attempts);
    if (s.g != NULL)
        attempts_miss(arena, g->attempts, &s.attempts, s.g, resource);
    if (!found) {
        g->has_failed = true;
        g->choices_len = 0;
        g->obstacles = s.obstacles;
        return;
    }
    for (uint32_t i = 0; i < s.best_len; i++)
        choose(g, &s.best[i]);
    obstacles_append(arena, &g->obstacles, &s.obstacles);
}

static void choose_for_group(const struct job *j, struct set_group *g)
{
    for (uint32_t i = 0; i < g->requests_len && !g->has_failed; i++) {
        const struct res_qty r = g->requests[i];
        const bool is_covered = cluster_queue_group(j->q, r.resource) != GROUP_NONE;
        if (!is_covered && (r.qty == 0 || j->a->ignores_undeclared))
            continue;
        if (!has_choice(g, r.resource))
            choose_for_resource(j, g, r.resource);
    }
}

/* Flavors a set already holds: it comes for its topology only. */
static void seed_choices(const struct job *j, struct set_group *g)
{
    for (uint32_t s = 0; j->w->sets != NULL && s < g->sets_len; s++) {
        const struct admitted_set *held = &j->w->sets[g->sets[s]];
        for (uint32_t i = 0; i < held->len; i++) {
            const struct assigned *r = &held->resources[i];
            if (!has_choice(g, r->resource))
                g->choices[g->choices_len++] = (struct choice){
                    .resource = r->resource,
                    .flavor = r->flavor,
                    .column = quota_tree_find(j->q->node->tree, r->flavor, r->resource),
                    .fit = FIT_NOW};
        }
    }
}

static const struct res_qty *requested(const struct set_assignment *s, uint32_t resource)
{
    for (uint32_t i = 0; i < s->requests_len; i++)
        if (s->requests[i].resource == resource)
            return &s->requests[i];
    return NULL;
}

/* Whether a set that asks for nothing goes where its topology group goes. */
static bool goes_along(const struct job *j, uint32_t set, uint32_t flavor)
{
    const struct topology_request *t = j->w->shape->sets[set].topology;
    return t != NULL && t->group != NULL && j->a->has_topology != NULL &&
           j->a->has_topology(j->a->context, flavor);
}

/* Of the group's flavors those for resources that the set asks for. */
static void give_choices(const struct job *j, const struct set_group *g, struct set_assignment *s)
{
    s->choices = arena_alloc(j->a->arena, (g->choices_len + 1) * sizeof s->choices[0]);
    for (uint32_t i = 0; i < g->choices_len; i++) {
        const struct choice *c = &g->choices[i];
        if (s->requests_len > 0 ? requested(s, c->resource) != NULL
                                : goes_along(j, s->set, c->flavor))
            s->choices[s->choices_len++] = *c;
    }
}

/* --- the result --- */

static int64_t old_request(const struct kueue_workload *old, uint32_t set, uint32_t resource)
{
    for (uint32_t i = 0; old != NULL && set < old->shape->sets_len && i < old->sets[set].len; i++)
        if (old->sets[set].resources[i].resource == resource)
            return old->sets[set].resources[i].qty;
    return 0;
}

/* Appends the set to the result: its usage, its borrowing and how far its scan got. */
static void append(const struct job *j, const struct set_assignment *s)
{
    struct assignment *out = j->out;
    for (uint32_t i = 0; i < s->choices_len; i++) {
        const struct choice *c = &s->choices[i];
        const struct res_qty *r = requested(s, c->resource);
        if (c->borrow > out->borrow)
            out->borrow = c->borrow;
        assignment_use(
            j->a->arena, out, c->column,
            qty_sub(r == NULL ? 0 : r->qty, old_request(j->a->replaced, s->set, c->resource)));
        out->scan.marks[out->scan.len++] = (struct scan_mark){out->sets_len, c->resource, c->tried};
    }
    out->sets[out->sets_len++] = *s;
}

/* False: the group found nothing, and what follows is not looked at. */
static bool assign_group(const struct job *j, struct set_group *g)
{
    g->attempts = arena_alloc(j->a->arena, sizeof *g->attempts);
    add_up(j, g);
    g->choices = arena_alloc(j->a->arena, (g->requests_len + g->held_len) * sizeof g->choices[0]);
    seed_choices(j, g);
    choose_for_group(j, g);
    bool ok = true;
    for (uint32_t i = 0; i < g->sets_len; i++) {
        struct set_assignment *s = &j->all[g->sets[i]];
        give_choices(j, g, s);
        s->obstacles = g->obstacles;
        s->attempts = g->attempts;
        append(j, s);
        ok &= s->requests_len == 0 || s->choices_len > 0;
    }
    return ok;
}

/* --- all of it --- */

static bool same_group(const struct kueue_workload *w, uint32_t a, uint32_t b)
{
    const struct topology_request *x = w->shape->sets[a].topology;
    const struct topology_request *y = w->shape->sets[b].topology;
    return a == b || (x != NULL && y != NULL && x->group != NULL && y->group != NULL &&
                      strcmp(x->group, y->group) == 0);
}

/* The sets that go with `first`; none if an earlier one brought them. */
static struct set_group group_of(const struct job *j, uint32_t first)
{
    struct set_group g = {0};
    for (uint32_t s = 0; s < first; s++)
        if (same_group(j->w, s, first))
            return g;
    g.sets = arena_alloc(j->a->arena, j->w->shape->sets_len * sizeof g.sets[0]);
    for (uint32_t s = first; s < j->w->shape->sets_len; s++)
        if (same_group(j->w, first, s)) {
            g.sets[g.sets_len++] = s;
            g.held_len += j->w->sets == NULL ? 0 : j->w->sets[s].len;
        }
    return g;
}

static uint32_t most_marks(const struct job *j)
{
    uint32_t n = 0;
    for (uint32_t s = 0; s < j->w->shape->sets_len; s++)
        n += j->all[s].requests_len + (j->w->sets == NULL ? 0 : j->w->sets[s].len);
    return n * j->w->shape->sets_len; /* a set without requests may take those of its group */
}

/* What a set asks for; one that holds quota already asks for what it holds. */
static void request(const struct job *j, struct set_assignment *set, const uint32_t *counts)
{
    const struct shape_set *of = &j->w->shape->sets[set->set];
    if (j->w->sets == NULL) {
        set->count = counts != NULL ? counts[set->set] : kueue_workload_count(j->w, set->set);
        set->requests = assigner_totals(j->a, j->q, of, set->count, &set->requests_len);
        return;
    }
    const struct admitted_set *held = &j->w->sets[set->set];
    set->topology = held->topology;
    set->delay = held->is_delayed ? DELAY_PENDING : DELAY_NONE;
    struct res_qty *requests = arena_alloc(j->a->arena, held->len * sizeof requests[0]);
    for (uint32_t i = 0; i < held->len; i++)
        requests[i] = (struct res_qty){held->resources[i].resource, held->resources[i].qty};
    set->count = held->count;
    set->requests = requests;
    set->requests_len = res_order_sort(j->a->resources, requests, held->len);
}

static void begin(const struct job *j, const uint32_t *counts)
{
    for (uint32_t s = 0; s < j->w->shape->sets_len; s++) {
        j->all[s].set = s;
        request(j, &j->all[s], counts);
    }
    struct assignment *out = j->out;
    *out = (struct assignment){
        .sets = arena_alloc(j->a->arena, j->w->shape->sets_len * sizeof out->sets[0]),
        .scan = {.is_set = true,
                 .cycle = j->a->cycle,
                 .generation = j->q->generation,
                 .scheduling_class = j->w->scheduling_class,
                 .marks = arena_alloc(j->a->arena, most_marks(j) * sizeof out->scan.marks[0])},
    };
}

void assigner_assign(const struct assigner *a, const struct kueue_workload *w,
                     const uint32_t *counts, struct assignment *out)
{
    const struct job j = {
        .a = a,
        .w = w,
        .q = w->queue,
        .out = out,
        .all = arena_alloc(a->arena, w->shape->sets_len * sizeof j.all[0]),
    };
    begin(&j, counts);
    bool ok = true;
    for (uint32_t s = 0; s < w->shape->sets_len && ok; s++) {
        struct set_group g = group_of(&j, s);
        if (g.sets_len > 0)
            ok = assign_group(&j, &g);
    }
    if (ok && assignment_fit(out) != FIT_NONE && a->place != NULL)
        a->place(a->context, w, out);
    out->no_fit_reason = assignment_no_fit_reason(out, j.q);
}
