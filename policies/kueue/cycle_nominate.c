/* Flavors and victims for a head. */
#include "policies/kueue/kueue_parts.h"
#include "policies/kueue/snapshot.h"
#include "sim/arena.h"

#include <string.h>

/* --- the oracle --- */

/* What preemption of one column would give; quota only, nodes are not asked. */
static struct oracle_answer ask_oracle(void *context, const struct kueue_workload *w,
                                       uint32_t column, int64_t qty)
{
    struct cycle *c = context;
    const struct column_qty usage = {column, qty};
    const struct preemption_request r = {.w = w,
                                         .q = w->queue,
                                         .columns = &column,
                                         .columns_len = 1,
                                         .usage = &usage,
                                         .usage_len = 1};
    const struct targets t = preemption_find(&c->preemption, &r);
    struct oracle_answer answer = {.possibility =
                                       t.len == 0 ? POSSIBLE_NO_CANDIDATES : POSSIBLE_RECLAIM};
    const size_t mark = journal_mark(&c->k->journal);
    for (uint32_t i = 0; i < t.len; i++) {
        snapshot_discharge(t.items[i].w);
        if (t.items[i].w->queue == w->queue)
            answer.possibility = POSSIBLE_PREEMPT;
    }
    answer.borrow = quota_height_of(w->queue->node, column, qty).height;
    journal_back(&c->k->journal, mark);
    return answer;
}

void cycle_begin(struct cycle *c)
{
    struct kueue *k = c->k;
    c->preemption = (struct preemption){.arena = k->cycle_arena,
                                        .journal = &k->journal,
                                        .gates = &k->settings.gates,
                                        .has_fair_sharing = k->settings.has_fair_sharing,
                                        .strategies_len = k->settings.strategies_len,
                                        .usage = kueue_usage(k),
                                        .usage_context = k};
    memcpy(c->preemption.strategies, k->settings.strategies, sizeof c->preemption.strategies);
    c->assigner =
        (struct assigner){.arena = k->cycle_arena,
                          .resources = k->names->resources,
                          .gates = &k->settings.gates,
                          .has_fair_sharing = k->settings.has_fair_sharing,
                          .ignores_undeclared = k->settings.ignores_undeclared,
                          .pods_resource = k->pods_resource,
                          .cycle = k->cycle,
                          .oracle = ask_oracle,
                          .match = flavor_match_check,
                          .has_topology = k->topologies == NULL ? NULL : cycle_has_topology,
                          .place = k->topologies == NULL ? NULL : cycle_place,
                          .context = c};
}

/* --- victims --- */

static void need_preemption(struct cycle *c, const struct assignment *a,
                            struct preemption_request *r)
{
    uint32_t most = 0;
    for (uint32_t s = 0; s < a->sets_len; s++)
        most += a->sets[s].choices_len;
    uint32_t *columns = arena_alloc(c->k->cycle_arena, most * sizeof columns[0]);
    for (uint32_t s = 0; s < a->sets_len; s++)
        for (uint32_t i = 0; i < a->sets[s].choices_len; i++) {
            const struct choice *choice = &a->sets[s].choices[i];
            bool is_known = choice->fit != FIT_PREEMPT;
            for (uint32_t n = 0; n < r->columns_len && !is_known; n++)
                is_known = columns[n] == choice->column;
            if (!is_known)
                columns[r->columns_len++] = choice->column;
        }
    r->columns = columns;
}

/* Amounts of 0 may have no flavor, and count for nothing here. Nor does "pods", which Kueue leaves
 * out when it looks for victims, though not when it looks for flavors. */
static void total_requests(struct cycle *c, const struct assignment *a,
                           struct preemption_request *r)
{
    const struct quota_tree *tree = r->q->node->tree;
    struct column_qty *usage = arena_alloc(c->k->cycle_arena, a->usage_len * sizeof usage[0]);
    for (uint32_t i = 0; i < a->usage_len; i++)
        if (a->usage[i].qty != 0 &&
            (r->w->sets != NULL ||
             tree->columns[a->usage[i].column].resource != c->k->pods_resource))
            usage[r->usage_len++] = a->usage[i];
    r->usage = usage;
}

static struct targets find_targets(struct cycle *c, const struct kueue_workload *w,
                                   struct assignment *a)
{
    struct preemption_request r = {.w = w, .q = w->queue};
    r.context = cycle_node_check(c, w, a);
    r.fits_nodes = r.context == NULL ? NULL : cycle_fits_nodes;
    need_preemption(c, a, &r);
    total_requests(c, a, &r);
    return preemption_find(&c->preemption, &r);
}

/* --- partial admission --- */

struct reduction {
    struct cycle *c;
    const struct kueue_workload *w;
    struct assignment a;
    struct targets targets;
};

static bool fits_reduced(void *context, const uint32_t *counts)
{
    struct reduction *r = context;
    struct assignment a;
    struct targets targets = {0};
    assigner_assign(&r->c->assigner, r->w, counts, &a);
    if (assignment_fit(&a) == FIT_PREEMPT)
        targets = find_targets(r->c, r->w, &a);
    if (assignment_fit(&a) != FIT_NOW && targets.len == 0)
        return false;
    r->a = a;
    r->targets = targets;
    return true;
}

static bool admit_partially(struct cycle *c, struct entry *e)
{
    if (!gates_on(&c->k->settings.gates, GATE_PARTIAL_ADMISSION))
        return false;
    struct reduction r = {.c = c, .w = e->w};
    uint32_t *counts = arena_alloc(c->k->cycle_arena, e->w->shape->sets_len * sizeof counts[0]);
    if (!partial_search(e->w->shape, counts, fits_reduced, &r))
        return false;
    e->a = r.a;
    e->targets = r.targets;
    return true;
}

/* --- all together --- */

static void assign(struct cycle *c, struct entry *e)
{
    assigner_assign(&c->assigner, e->w, NULL, &e->a);
    e->targets = (struct targets){0};
    if (assignment_fit(&e->a) == FIT_NOW)
        return;
    if (assignment_fit(&e->a) == FIT_PREEMPT) {
        e->targets = find_targets(c, e->w, &e->a);
        if (e->targets.len > 0)
            return;
    }
    admit_partially(c, e);
}

/* Whether what the last attempt left no longer says anything: specs/kueue.md 1.8. */
static bool is_outdated(const struct cycle *c, const struct entry *e)
{
    const struct scan_memory *m = &e->w->scan;
    if (gates_on(&c->k->settings.gates, GATE_FLAVOR_FUNGIBILITY_PRESERVE_SCAN_PROGRESS)) {
        if (m->scheduling_class != CLASS_UNKNOWN && e->w->scheduling_class != CLASS_UNKNOWN &&
            m->scheduling_class != e->w->scheduling_class)
            return true;
        if (c->k->cycle - m->cycle <= 1)
            return false;
    }
    return e->q->generation > m->generation;
}

void entry_assign(struct cycle *c, struct entry *e, const struct assignment *pins)
{
    if (pins != NULL || is_outdated(c, e))
        e->w->scan.is_set = false;
    c->assigner.pins = pins;
    assign(c, e);
    c->assigner.pins = NULL;
    entry_place_for_preemption(c, e);
    scan_memory_copy(&e->w->scan, &e->a.scan);
}
