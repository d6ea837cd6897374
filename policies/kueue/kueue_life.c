/* The life of a workload: it queues, gets quota, is evicted, stops, is done. */
#include "policies/kueue/kueue_parts.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

struct kueue_workload *kueue_add(struct kueue *k, const struct kueue_workload_spec *spec)
{
    const uint32_t slot = pool_take(&k->workloads);
    struct kueue_workload *w = pool_at(&k->workloads, slot);
    *w = (struct kueue_workload){
        .key = spec->key,
        .uid = spec->uid,
        .number = spec->number,
        .slot = slot,
        .serial = ++k->workloads_made,
        .shape = spec->shape,
        .misfit = spec->misfit,
        .namespace_id = intern_add(k->names->words, spec->namespace),
        .priority = spec->priority,
        .created_ns = spec->created_ns,
        .local_queue =
            spec->queue == NULL ? NULL : kueue_find_local_queue(k, spec->namespace, spec->queue),
        .queue_name = spec->queue == NULL ? INTERN_NONE : intern_add(k->names->words, spec->queue),
        .is_active = true,
        .requeue_at_ns = INT64_MIN,
        .ready_by_ns = INT64_MAX,
        .over_ns = INT64_MAX,
        .most_ns = spec->most_ns == 0 ? INT64_MAX : spec->most_ns,
    };
    kueue_refresh(k, w);
    return w;
}

/* --- what is derived --- */

/* GetQueueOrderTimestamp: specs/kueue.md 1.2. */
static int64_t order_ns(const struct kueue *k, const struct kueue_workload *w)
{
    const int64_t millisecond_ns = 1000000;
    if (w->is_evicted && w->evicted_for == EVICT_PODS_READY_TIMEOUT &&
        !k->settings.pods_ready.orders_by_creation)
        return w->evicted_ns;
    if (w->is_evicted && w->evicted_for == EVICT_ADMISSION_CHECK)
        return w->evicted_ns;
    if (!gates_on(&k->settings.gates, GATE_PRIORITY_SORTING_WITHIN_COHORT) && w->is_preempted &&
        w->preempted_for == PREEMPT_IN_COHORT_RECLAIM_WHILE_BORROWING)
        return w->preempted_ns + millisecond_ns;
    return w->created_ns;
}

static uint32_t scheduling_class(struct kueue *k, const struct kueue_workload *w)
{
    enum { SETS_MOST = 18 };
    struct {
        int64_t priority;
        uint32_t sets[SETS_MOST][2];
    } key;
    if (!gates_on(&k->settings.gates, GATE_SCHEDULING_EQUIVALENCE_HASHING) ||
        w->shape->sets_len > SETS_MOST)
        return CLASS_UNKNOWN;
    memset(&key, 0, sizeof key);
    key.priority = w->priority;
    for (uint32_t s = 0; s < w->shape->sets_len; s++) {
        key.sets[s][0] = w->shape->sets[s].kind + 1;
        key.sets[s][1] = kueue_workload_count(w, s);
    }
    return intern_add_len(k->classes, (const char *)&key, sizeof key);
}

void kueue_refresh(struct kueue *k, struct kueue_workload *w)
{
    struct pending *p = w->queue == NULL ? NULL : &w->queue->pending;
    const enum workload_place place = p == NULL ? PLACE_NOWHERE : pending_lift(p, w);
    w->order_ns = order_ns(k, w);
    w->scheduling_class = scheduling_class(k, w);
    if (place != PLACE_NOWHERE)
        pending_put_back(p, w, place);
}

void kueue_workload_count_usage(struct kueue_workload *w)
{
    struct quota_tree *tree = w->queue->node->tree;
    uint32_t most = 0;
    for (uint32_t s = 0; s < w->shape->sets_len; s++)
        most += w->sets[s].len;
    w->usage = realloc(w->usage, (most + 1) * sizeof w->usage[0]);
    SIM_REQUIRE(w->usage != NULL);
    w->usage_len = 0;
    for (uint32_t s = 0; s < w->shape->sets_len; s++)
        for (uint32_t i = 0; i < w->sets[s].len; i++) {
            const struct assigned *r = &w->sets[s].resources[i];
            const uint32_t column = quota_tree_column(tree, r->flavor, r->resource);
            uint32_t at = 0;
            while (at < w->usage_len && w->usage[at].column != column)
                at++;
            if (at == w->usage_len)
                w->usage[w->usage_len++] = (struct column_qty){.column = column};
            w->usage[at].qty = qty_add(w->usage[at].qty, r->qty);
        }
}

/* --- queueing --- */

bool kueue_queue(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    const struct local_queue *l = w->local_queue;
    if (l == NULL || l->queue == NULL || l->spec->stop != STOP_NONE ||
        !kueue_workload_is_admissible(w))
        return false;
    w->queue = l->queue;
    pending_add(&w->queue->pending, w, true, now_ns);
    kueue_touch(k, w->queue);
    return true;
}

/* --- quota --- */

void kueue_reserve(struct kueue *k, struct kueue_workload *w)
{
    struct cluster_queue *q = w->queue;
    pending_remove(&q->pending, w);
    w->scan.is_set = false;
    w->told = 0;
    w->has_quota = true;
    w->is_evicted = w->is_preempted = w->is_ready = false;
    k->unready++;
    cluster_queue_charge(q, w->usage, w->usage_len);
    kueue_use_places(k, w, 1);
    journal_forget(&k->journal);
    cluster_queue_hold(q, w);
    q->generation++; /* its own update passes through the cache */
    kueue_refresh(k, w);
}

void kueue_restore(struct kueue *k, struct kueue_workload *w, struct cluster_queue *q)
{
    w->queue = q;
    const uint32_t columns = q->node->tree->columns_len;
    kueue_workload_count_usage(w);
    const bool was_evicted = w->is_evicted, was_preempted = w->is_preempted;
    const bool was_ready = w->is_ready;
    kueue_reserve(k, w);
    kueue_count_admitted(k, w, 1);
    kueue_set_ready(k, w, was_ready, k->now_ns);
    if (was_evicted || was_preempted) {
        cluster_queue_let_go(q, w);
        w->is_evicted = was_evicted;
        w->is_preempted = was_preempted;
        cluster_queue_hold(q, w);
        kueue_refresh(k, w);
    }
    if (q->node->tree->columns_len != columns)
        quota_tree_settle(q->node->tree);
}

void kueue_evict(struct kueue *k, struct kueue_workload *w, enum evict_reason why)
{
    kueue_forget_second_pass(k, w);
    cluster_queue_let_go(w->queue, w);
    w->is_evicted = true;
    w->evicted_for = why;
    w->evicted_ns = k->now_ns;
    cluster_queue_hold(w->queue, w);
    w->queue->generation++;
    kueue_refresh(k, w);
}

static void give_quota_back(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    struct cluster_queue *q = w->queue;
    kueue_stop_clocks(k, w, now_ns);
    cluster_queue_let_go(q, w);
    cluster_queue_discharge(q, w->usage, w->usage_len);
    kueue_use_places(k, w, -1);
    journal_forget(&k->journal);
    kueue_leave(k, w);
    kueue_workload_drop_sets(w);
    w->broken_len = 0;
    w->has_quota = false;
    q->generation++;
    kueue_ask_flush(k, q, now_ns);
    kueue_touch(k, q);
}

void kueue_finish(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    w->is_finished = true;
    if (k->held == w)
        kueue_let_held_go(k);
    kueue_waive(k, w);
    kueue_forget_second_pass(k, w);
    if (w->has_quota)
        give_quota_back(k, w, now_ns);
    else if (w->queue != NULL)
        pending_remove(&w->queue->pending, w);
}

void kueue_release(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    give_quota_back(k, w, now_ns);
    if (w->requeue_at_ns > now_ns)
        kueue_start_backoff(k, w);
    else
        w->requeued = REQUEUED_TRUE;
    kueue_refresh(k, w);
    kueue_queue(k, w, now_ns);
}

void kueue_drop(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    kueue_finish(k, w, now_ns);
    kueue_workload_fini(w);
    pool_give(&k->workloads, w->slot);
}
