/* What becomes of the heads, one after the other, on a snapshot that goes along. */
#include "policies/kueue/kueue_parts.h"
#include "policies/kueue/snapshot.h"
#include "sim/arena.h"

#include <string.h>

/* --- victims of this cycle --- */

static bool is_victim(const struct cycle *c, const struct kueue_workload *w)
{
    for (uint32_t i = 0; i < c->victims.len; i++)
        if (c->victims.items[i].w == w)
            return true;
    return false;
}

static bool has_victim(const struct cycle *c, const struct targets *t)
{
    for (uint32_t i = 0; i < t->len; i++)
        if (is_victim(c, t->items[i].w))
            return true;
    return false;
}

static void add_victim(struct cycle *c, struct entry *e, const struct target *t)
{
    struct victims *v = &c->victims;
    if (v->len == v->cap) {
        v->cap = v->cap == 0 ? 16 : 2 * v->cap;
        struct target_by *more = arena_alloc(c->k->cycle_arena, v->cap * sizeof more[0]);
        if (v->len > 0)
            memcpy(more, v->items, v->len * sizeof more[0]);
        v->items = more;
    }
    v->items[v->len++] = (struct target_by){t->w, e, t->reason, !t->w->is_evicted};
}

/* --- does it still fit --- */

enum fits { FITS, FITS_NO_QUOTA, FITS_NO_NODES };

/* With all victims so far and its own gone, each of them once. */
static enum fits fits(struct cycle *c, const struct entry *e)
{
    const size_t mark = journal_mark(&c->k->journal);
    for (uint32_t i = 0; i < c->victims.len; i++)
        snapshot_discharge(c->victims.items[i].w);
    for (uint32_t i = 0; i < e->targets.len; i++)
        if (!is_victim(c, e->targets.items[i].w))
            snapshot_discharge(e->targets.items[i].w);
    enum fits result = entry_fits_nodes(c, e) ? FITS : FITS_NO_NODES;
    for (uint32_t i = 0; i < e->a.usage_len && !e->w->has_quota; i++)
        if (e->a.usage[i].qty > quota_available(e->q->node, e->a.usage[i].column))
            result = FITS_NO_QUOTA;
    journal_back(&c->k->journal, mark);
    return result;
}

static void charge(struct cycle *c, struct entry *e)
{
    if (!e->w->has_quota)
        cluster_queue_charge(e->q, e->a.usage, e->a.usage_len);
    entry_use_nodes(c, e);
}

/* Victims of others that are its own, too: what if those were gone already? */
static void recompute_without_victims(struct cycle *c, struct entry *e)
{
    const struct assignment nominated = e->a;
    const size_t mark = journal_mark(&c->k->journal);
    for (uint32_t i = 0; i < c->victims.len; i++)
        snapshot_remove(c->victims.items[i].w);
    entry_assign(c, e, &nominated);
    journal_back(&c->k->journal, mark);
    if (assignment_fit(&e->a) == FIT_NOW)
        assignment_set_fit(&e->a, FIT_DEFERRED);
}

/* Nodes that were free when it was nominated are taken by now. */
static void recompute_places(struct cycle *c, struct entry *e)
{
    const struct assignment nominated = e->a;
    entry_assign(c, e, &nominated);
}

static bool update(struct cycle *c, struct entry *e)
{
    const struct gates *gates = &c->k->settings.gates;
    const enum fits found = fits(c, e);
    if (has_victim(c, &e->targets) &&
        gates_on(gates, GATE_RECOMPUTE_ASSIGNMENT_UPON_PREEMPTION_TARGETS_OVERLAP))
        recompute_without_victims(c, e);
    else if (found == FITS_NO_NODES &&
             gates_on(gates, GATE_TAS_RECOMPUTE_ASSIGNMENT_WITHIN_SCHEDULING_CYCLE))
        recompute_places(c, e);
    else
        return found == FITS;
    return fits(c, e) == FITS;
}

/* --- outcomes --- */

static void skip(struct cycle *c, struct entry *e, const char *text)
{
    e->status = ENTRY_SKIPPED;
    e->text = text;
    e->why = PENDING_WAITING_FOR_QUOTA;
    if (!gates_on(&c->k->settings.gates, GATE_FLAVOR_FUNGIBILITY_PRESERVE_SCAN_PROGRESS))
        e->w->scan.is_set = false;
}

/* What to keep for it so that nobody of less importance slips in: specs/kueue.md 1.10. */
static void reserve_capacity(struct cycle *c, struct entry *e)
{
    struct quota_node *n = e->q->node;
    for (uint32_t i = 0; i < e->a.usage_len && !e->w->has_quota; i++) {
        const uint32_t column = e->a.usage[i].column;
        const struct quota_cell *cell = &n->cells[column];
        int64_t qty = e->a.usage[i].qty;
        if (e->a.borrow == 0)
            qty = qty_max(0, qty_min(qty, qty_sub(cell->nominal, cell->usage)));
        else if (cell->borrowing_limit != QTY_UNLIMITED)
            qty = qty_min(qty, qty_sub(qty_add(cell->nominal, cell->borrowing_limit), cell->usage));
        quota_add(n, column, qty);
    }
    entry_use_nodes(c, e);
}

static void lack_candidates(struct cycle *c, struct entry *e)
{
    e->reason = REQUEUE_NO_CANDIDATES;
    e->why = PENDING_WAITING_FOR_QUOTA;
    if (e->q->spec->preemption.reclaim != POLICY_ANY ||
        (gates_on(&c->k->settings.gates, GATE_PRIORITIZE_PREEMPTOR_WORKLOADS) && e->is_preemptor))
        reserve_capacity(c, e);
}

static void wait_for_preemption(struct entry *e)
{
    e->why = PENDING_WAITING_FOR_PREEMPTED;
    e->reason = REQUEUE_PENDING_PREEMPTION;
    e->w->scan.is_set = false;
}

/* Somebody else decides whether it may preempt: another cluster, or a sibling. */
static bool is_gated(const struct cycle *c, const struct entry *e)
{
    const struct gates *gates = &c->k->settings.gates;
    return e->w->may_not_preempt && (gates_on(gates, GATE_MULTI_KUEUE_ORCHESTRATED_PREEMPTION) ||
                                     gates_on(gates, GATE_CONCURRENT_ADMISSION));
}

static void gate(struct entry *e)
{
    e->status = ENTRY_GATED;
    e->text = "Workload requires preemption, but it's gated";
    e->why = PENDING_ADMISSION_GATED;
    e->reason = REQUEUE_PREEMPTION_GATED;
    e->w->scan.is_set = false;
}

static void preempt(struct entry *e)
{
    wait_for_preemption(e);
    e->victims = e->targets.len;
}

/* It fits: it is admitted, unless the pods of others are waited for. */
static void assume(struct cycle *c, struct entry *e)
{
    const bool waits =
        !e->is_second_pass && kueue_waits_for_pods(c->k) && c->k->unready + c->assumed > 0;
    e->status = waits ? ENTRY_HELD : ENTRY_ASSUMED;
    c->is_held = waits;
    c->assumed += !e->is_second_pass;
}

void entry_process(struct cycle *c, struct entry *e)
{
    e->was_processed = true;
    const bool still_fits = update(c, e);
    const enum fit fit = assignment_fit(&e->a);
    if (fit != FIT_NOW && kueue_has_broken_place(c->k, e->w) &&
        gates_on(&c->k->settings.gates, GATE_TAS_FAILED_NODE_REPLACEMENT_FAIL_FAST)) {
        e->status = ENTRY_EVICTED;
        return;
    }
    if (fit == FIT_NONE) {
        e->reason = REQUEUE_NO_FIT;
        e->why = e->a.no_fit_reason;
        return;
    }
    if (fit == FIT_PREEMPT && e->targets.len == 0) {
        lack_candidates(c, e);
        return;
    }
    if (fit == FIT_PREEMPT && is_gated(c, e)) {
        gate(e);
        return;
    }
    if (fit == FIT_DEFERRED) {
        e->text = "Workload has overlapping preemption targets with another workload, but will fit "
                  "after these preemptions complete";
        wait_for_preemption(e);
        charge(c, e);
        return;
    }
    if (has_victim(c, &e->targets)) {
        skip(c, e, "Workload has overlapping preemption targets with another workload");
        return;
    }
    if (!still_fits) {
        skip(c, e, "Workload no longer fits after processing another workload");
        return;
    }
    for (uint32_t i = 0; i < e->targets.len; i++)
        add_victim(c, e, &e->targets.items[i]);
    charge(c, e);
    if (fit == FIT_PREEMPT)
        preempt(e);
    else
        assume(c, e);
}
