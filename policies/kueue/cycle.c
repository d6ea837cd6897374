/* One scheduling cycle: heads in, decisions out. */
#include "policies/kueue/kueue_parts.h"
#include "policies/kueue/message.h"
#include "policies/kueue/tournament.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/hash.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

/* --- heads --- */

static void add_entry(struct cycle *c, struct kueue_workload *w, uint32_t *cap)
{
    if (c->len == *cap) {
        *cap = *cap == 0 ? 16 : 2 * *cap;
        struct entry *more = arena_alloc(c->k->cycle_arena, *cap * sizeof more[0]);
        if (c->len > 0)
            memcpy(more, c->entries, c->len * sizeof more[0]);
        c->entries = more;
    }
    struct entry *e = &c->entries[c->len++];
    *e = (struct entry){
        .w = w, .q = w->queue, .is_preemptor = pending_is_preemptor(&w->queue->pending, w)};
    /* Only what scan_memory_equals asks for, and only until the end of the cycle. */
    e->was = w->scan;
    e->was.marks =
        arena_copy(c->k->cycle_arena, w->scan.marks, w->scan.len * sizeof w->scan.marks[0]);
}

static void take_second_passes(struct cycle *c, uint32_t *cap)
{
    for (struct kueue_workload *w = kueue_take_second_pass(c->k, c->k->now_ns); w != NULL;
         w = kueue_take_second_pass(c->k, c->k->now_ns)) {
        add_entry(c, w, cap);
        c->entries[c->len - 1].is_second_pass = true;
    }
}

static void pop_heads(struct cycle *c)
{
    uint32_t cap = 0;
    take_second_passes(c, &cap);
    for (uint32_t t = 0; t < c->k->trees_len; t++) {
        struct kueue_tree *tree = c->k->trees[t];
        tree->has_changed = tree->has_other_memory = false;
        for (uint32_t i = 0; tree->is_dirty && i < tree->queues_len; i++) {
            struct cluster_queue *q = tree->queues[i];
            struct kueue_workload *w = q->is_active ? pending_pop(&q->pending) : NULL;
            if (w != NULL)
                add_entry(c, w, &cap);
        }
    }
}

/* --- nomination --- */

/* What keeps it from being looked at further; false: nothing. */
static bool is_ruled_out(struct entry *e)
{
    const struct kueue_workload *w = e->w;
    if (kueue_workload_has_check(w, CHECK_RETRY) || kueue_workload_has_check(w, CHECK_REJECTED)) {
        e->text = "The workload has failed admission checks";
        e->why = PENDING_EVALUATION;
    } else if (w->local_queue != NULL && !w->local_queue->matches) {
        e->text = "workload namespace doesn't match ClusterQueue selector";
        e->why = PENDING_MISCONFIGURED;
        e->reason = REQUEUE_NAMESPACE_MISMATCH;
    } else if (w->misfit != NULL) {
        e->text = w->misfit;
        e->why = PENDING_MISCONFIGURED;
    }
    return e->text != NULL;
}

static void nominate(struct cycle *c)
{
    for (uint32_t i = 0; i < c->len; i++) {
        struct entry *e = &c->entries[i];
        if (is_ruled_out(e))
            continue;
        e->was_nominated = true;
        entry_assign(c, e, NULL);
    }
}

/* --- what was decided --- */

void kueue_decide(struct kueue *k, struct decision d)
{
    if (k->decisions_len == k->decisions_cap) {
        k->decisions_cap = k->decisions_cap == 0 ? 16 : 2 * k->decisions_cap;
        k->decisions = realloc(k->decisions, k->decisions_cap * sizeof k->decisions[0]);
        SIM_REQUIRE(k->decisions != NULL);
    }
    k->decisions[k->decisions_len++] = d;
}

static struct topology_assignment *copy_places(struct kueue_workload *w,
                                               const struct topology_assignment *from)
{
    const size_t bytes = sizeof *from + from->len * sizeof from->pods[0];
    struct topology_assignment *to = malloc(bytes);
    SIM_REQUIRE(to != NULL);
    memcpy(to, from, bytes);
    w->has_places = true;
    return to;
}

static void fill_set(struct kueue_workload *w, const struct set_assignment *from)
{
    struct admitted_set *to = &w->sets[from->set];
    to->count = from->count;
    if (from->topology != NULL)
        to->topology = copy_places(w, from->topology);
    to->is_delayed = from->delay == DELAY_PENDING;
    to->resources = calloc(from->choices_len + 1, sizeof to->resources[0]);
    SIM_REQUIRE(to->resources != NULL);
    for (uint32_t r = 0; r < from->requests_len; r++) {
        const struct choice *choice = set_assignment_choice(from, from->requests[r].resource);
        if (choice != NULL)
            to->resources[to->len++] =
                (struct assigned){choice->resource, choice->flavor, from->requests[r].qty};
    }
}

static void fill_sets(struct entry *e)
{
    struct kueue_workload *w = e->w;
    w->sets = calloc(w->shape->sets_len, sizeof w->sets[0]);
    SIM_REQUIRE(w->sets != NULL);
    for (uint32_t i = 0; i < e->a.sets_len; i++)
        fill_set(w, &e->a.sets[i]);
}

static void take_quota(struct kueue *k, struct kueue_workload *w)
{
    w->reserved_ns = k->now_ns;
    if (!k->settings.is_exact)
        w->reserved_ns -= k->now_ns % SECOND_NS;
    kueue_workload_count_usage(w);
    kueue_owe(k, w);
    kueue_reserve(k, w);
    kueue_start_checks(k, w);
    kueue_decide(k, (struct decision){.kind = DECIDED_RESERVE, .w = w});
    w->queue->tree->has_changed = true;
}

static void commit_admission(struct cycle *c, struct entry *e)
{
    fill_sets(e);
    take_quota(c->k, e->w);
}

/* Kueue's scheduler stands still here, and admits it in the end whatever happened meanwhile. */
static void hold(struct cycle *c, struct entry *e)
{
    fill_sets(e);
    c->k->held = e->w;
    kueue_decide(c->k, (struct decision){.kind = DECIDED_PENDING,
                                         .w = e->w,
                                         .why = PENDING_WAITING_FOR_PODS_READY,
                                         .text = "waiting for all admitted workloads to be in "
                                                 "PodsReady condition"});
}

void kueue_admit_held(struct kueue *k)
{
    struct kueue_workload *w = k->held;
    k->held = NULL;
    take_quota(k, w);
    kueue_touch(k, w->queue);
}

void kueue_let_held_go(struct kueue *k)
{
    kueue_workload_drop_sets(k->held);
    kueue_touch(k, k->held->queue);
    k->held = NULL;
}

/* The quota stays; places are new, or others. */
static void commit_places(struct cycle *c, struct entry *e)
{
    struct kueue_workload *w = e->w;
    kueue_use_places(c->k, w, -1);
    for (uint32_t i = 0; i < e->a.sets_len; i++) {
        const struct set_assignment *from = &e->a.sets[i];
        struct admitted_set *to = &w->sets[from->set];
        struct topology_assignment *old = to->topology;
        if (from->topology != NULL)
            to->topology = copy_places(w, from->topology);
        to->is_delayed = from->delay == DELAY_PENDING;
        if (to->topology != old)
            free(old);
    }
    w->broken_len = 0;
    w->second_passes = 0;
    kueue_use_places(c->k, w, 1);
    e->q->generation++;
    kueue_decide(c->k, (struct decision){.kind = DECIDED_PLACE, .w = w});
    e->q->tree->has_changed = true;
}

/* Two that preempt each other in turn get nowhere; how often is kept with the last victim. */
static void count_exchange(struct kueue_workload *victim, const struct kueue_workload *by)
{
    victim->exchanges = by->evictor == victim->serial ? by->exchanges + 1 : 0;
    victim->evictor = by->serial;
}

static void commit_eviction(struct cycle *c, const struct target_by *v)
{
    count_exchange(v->w, v->by->w);
    v->w->is_preempted = true;
    v->w->preempted_for = v->reason;
    v->w->preempted_ns = c->k->now_ns;
    kueue_evict(c->k, v->w, EVICT_PREEMPTED);
    kueue_decide(c->k, (struct decision){.kind = DECIDED_EVICT,
                                         .w = v->w,
                                         .by = v->by->w,
                                         .evict = EVICT_PREEMPTED,
                                         .preempt = v->reason});
    v->by->q->tree->has_changed = true;
}

/* No other places for the pods of a broken node. */
static void commit_failed_replacement(struct cycle *c, struct entry *e)
{
    kueue_evict(c->k, e->w, EVICT_NODE_FAILURES);
    kueue_decide(c->k,
                 (struct decision){.kind = DECIDED_EVICT, .w = e->w, .evict = EVICT_NODE_FAILURES});
    e->q->tree->has_changed = true;
}

uint64_t kueue_told(const struct decision *d, const char *text)
{
    return hash_more(hash_bytes(&d->why, sizeof d->why), text, strlen(text)) | 1;
}

/* Before v0.20 every change of a workload's condition made its queue forget how far the scan over
 * the flavors had got, also that which tells why it waits (specs/kueue.md 1.8). */
static void tell(struct cycle *c, struct entry *e, const struct decision *d)
{
    if (gates_on(&c->k->settings.gates, GATE_FLAVOR_FUNGIBILITY_PRESERVE_SCAN_PROGRESS))
        return;
    const char *text = decision_text(c->k->cycle_arena, c->k->names, d);
    const uint64_t told = kueue_told(d, text);
    if (told != e->w->told)
        e->w->scan.is_set = false;
    e->w->told = told;
}

/* The head goes back to its queue, or is parked. */
static void requeue(struct cycle *c, struct entry *e)
{
    struct pending *p = &e->q->pending;
    if (c->is_held && e->was_nominated && !e->was_processed && !e->is_second_pass) {
        pending_requeue(p, e->w, REQUEUE_FAILED_AFTER_NOMINATION, c->k->now_ns);
        return;
    }
    if (e->is_second_pass) {
        kueue_ask_second_pass(c->k, e->w, c->k->now_ns);
        return;
    }
    if (e->status != ENTRY_OPEN && e->reason == REQUEUE_GENERIC)
        e->reason = REQUEUE_FAILED_AFTER_NOMINATION;
    const uint32_t parked = p->parked_len;
    const struct kueue_workload *preemptor = p->preemptor;
    pending_requeue(p, e->w, e->reason, c->k->now_ns);
    const struct decision d = {.kind = DECIDED_PENDING,
                               .w = e->w,
                               .why = e->why,
                               .text = e->text,
                               .assignment = e->was_nominated ? &e->a : NULL,
                               .victims = e->victims};
    tell(c, e, &d);
    struct kueue_tree *t = e->q->tree;
    t->has_changed |= p->parked_len != parked || p->preemptor != preemptor;
    t->has_other_memory |= !scan_memory_equals(&e->was, &e->w->scan);
    kueue_decide(c->k, d);
}

static void commit(struct cycle *c)
{
    journal_back(&c->k->journal, 0);
    for (uint32_t i = 0; i < c->len; i++)
        if (c->entries[i].status == ENTRY_ASSUMED && c->entries[i].is_second_pass)
            commit_places(c, &c->entries[i]);
        else if (c->entries[i].status == ENTRY_ASSUMED)
            commit_admission(c, &c->entries[i]);
        else if (c->entries[i].status == ENTRY_HELD)
            hold(c, &c->entries[i]);
        else if (c->entries[i].status == ENTRY_EVICTED)
            commit_failed_replacement(c, &c->entries[i]);
    for (uint32_t i = 0; i < c->victims.len; i++)
        if (c->victims.items[i].is_new)
            commit_eviction(c, &c->victims.items[i]);
    for (uint32_t i = 0; i < c->len; i++)
        if (c->entries[i].status < ENTRY_ASSUMED)
            requeue(c, &c->entries[i]);
}

/* --- coming to rest --- */

/* A tree of which a cycle changed nothing would go on deciding the same. One in which only scan
 * memories move would go round in a circle; it is left after QUIET_MOST turns. */
enum { QUIET_MOST = 1000 };

static bool rest(struct kueue *k)
{
    bool changed = false;
    for (uint32_t i = 0; i < k->trees_len; i++) {
        struct kueue_tree *t = k->trees[i];
        if (!t->is_dirty)
            continue;
        changed |= t->has_changed;
        t->quiet = t->has_changed ? 0 : t->quiet + 1;
        if (t->has_changed || (t->has_other_memory && t->quiet < QUIET_MOST))
            continue;
        t->is_dirty = false;
        k->dirty_trees--;
    }
    return changed;
}

/* --- the cycle --- */

static void process(struct cycle *c, struct entry **order, uint32_t len)
{
    if (c->k->settings.has_fair_sharing) {
        struct tournament *t = tournament_open(c, order, len);
        for (struct entry *e = tournament_next(t); e != NULL && !c->is_held; e = tournament_next(t))
            entry_process(c, e);
        return;
    }
    entries_sort(c, order, len);
    for (uint32_t i = 0; i < len && !c->is_held; i++)
        entry_process(c, order[i]);
}

static void run(struct cycle *c)
{
    nominate(c);
    struct entry **order = arena_alloc(c->k->cycle_arena, c->len * sizeof order[0]);
    uint32_t len = 0;
    for (uint32_t i = 0; i < c->len; i++)
        if (c->entries[i].was_nominated)
            order[len++] = &c->entries[i];
    process(c, order, len);
    commit(c);
}

enum cycle_result kueue_cycle(struct kueue *k, int64_t now_ns)
{
    arena_reset(k->cycle_arena);
    k->now_ns = now_ns;
    if (k->held != NULL) {
        if (k->unready > 0)
            return CYCLE_IDLE;
        kueue_admit_held(k);
        return CYCLE_CHANGED;
    }
    k->cycle++;
    struct cycle c = {.k = k};
    pop_heads(&c);
    if (c.len == 0) {
        rest(k);
        return CYCLE_IDLE;
    }
    cycle_begin(&c);
    run(&c);
    return rest(k) ? CYCLE_CHANGED : CYCLE_QUIET;
}
