/* Admission fair sharing: who has used much waits behind those who have not (specs/kueue.md 1.14).
 */
#include "policies/kueue/decay.h"
#include "policies/kueue/kueue_parts.h"
#include "sim/check.h"

#include <stdlib.h>

bool kueue_has_afs(const struct kueue *k)
{
    return k->settings.afs.is_on && gates_on(&k->settings.gates, GATE_ADMISSION_FAIR_SHARING);
}

/* A queue that has gone missing has used nothing and weighs 1. */
static double usage(const void *context, const struct kueue_workload *w)
{
    const struct kueue *k = context;
    return w->local_queue == NULL ? 0
                                  : ledger_usage(&w->local_queue->ledger, &k->settings.afs,
                                                 w->local_queue->spec->weight);
}

usage_fn *kueue_usage(const struct kueue *k)
{
    return kueue_has_afs(k) ? usage : NULL;
}

void kueue_order_by_usage(struct kueue *k, struct cluster_queue *q)
{
    pending_order_by(&q->pending, q->spec->is_usage_based ? kueue_usage(k) : NULL, k);
}

/* --- penalties --- */

static void add_part(struct penalty *p, struct res_qty qty)
{
    uint32_t at = 0;
    while (at < p->len && p->parts[at].resource != qty.resource)
        at++;
    if (at == p->len)
        p->parts[p->len++] = (struct penalty_part){.resource = qty.resource};
    p->parts[at].amount += ledger_amount(&qty);
}

/* All it asks for, also where fewer pods of it were admitted. */
static void add_parts(const struct kueue *k, struct penalty *p, const struct kueue_workload *w,
                      uint32_t set)
{
    const struct shape_set *s = &w->shape->sets[set];
    const uint32_t count = kueue_workload_count(w, set);
    for (uint32_t r = 0; r < s->requests_len; r++)
        if (!k->settings.ignores_undeclared ||
            cluster_queue_group(w->queue, s->requests[r].resource) != GROUP_NONE)
            add_part(
                p, (struct res_qty){s->requests[r].resource, qty_times(s->requests[r].qty, count)});
    if (cluster_queue_group(w->queue, k->pods_resource) != GROUP_NONE)
        add_part(p, (struct res_qty){k->pods_resource, count});
}

static struct penalty *penalty_of(const struct kueue *k, const struct kueue_workload *w)
{
    const struct afs_settings *settings = &k->settings.afs;
    const double alpha = decay_alpha(settings->sampling_ns, settings->half_life_ns);
    size_t most = 0;
    for (uint32_t s = 0; s < w->shape->sets_len; s++)
        most += w->shape->sets[s].requests_len + 1;
    struct penalty *p = malloc(sizeof *p + most * sizeof p->parts[0]);
    SIM_REQUIRE(p != NULL);
    p->len = 0;
    for (uint32_t s = 0; s < w->shape->sets_len; s++)
        add_parts(k, p, w, s);
    for (uint32_t i = 0; i < p->len; i++)
        p->parts[i].amount = decay_times(p->parts[i].amount, alpha);
    return p;
}

static void count_debtors(struct kueue *k, struct cluster_queue *q)
{
    q->pending.unsettled = 0;
    for (uint32_t i = 0; i < k->local_queues_len; i++) {
        const struct local_queue *l = k->local_queues[i];
        q->pending.unsettled += l != NULL && l->queue == q && ledger_owes(&l->ledger);
    }
}

void kueue_owe(struct kueue *k, struct kueue_workload *w)
{
    if (w->queue->pending.usage == NULL || w->local_queue == NULL)
        return;
    kueue_waive(k, w);
    w->penalty = penalty_of(k, w);
    ledger_owe(&w->local_queue->ledger, k->names->resources, w->penalty, k->now_ns);
    count_debtors(k, w->queue);
}

void kueue_waive(struct kueue *k, struct kueue_workload *w)
{
    if (w->penalty == NULL)
        return;
    ledger_waive(&w->local_queue->ledger, k->names->resources, w->penalty);
    free(w->penalty);
    w->penalty = NULL;
    if (w->queue != NULL)
        count_debtors(k, w->queue);
}

/* --- what is admitted --- */

void kueue_count_admitted(struct kueue *k, const struct kueue_workload *w, int sign)
{
    if (!kueue_has_afs(k) || w->local_queue == NULL || !w->is_admitted)
        return;
    for (uint32_t s = 0; s < w->shape->sets_len; s++)
        for (uint32_t i = 0; i < w->sets[s].len; i++) {
            const struct assigned *a = &w->sets[s].resources[i];
            const struct res_qty qty = {a->resource, sign * a->qty};
            ledger_admit(&w->local_queue->ledger, k->names->resources, &qty);
        }
}

void kueue_admit(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    w->is_admitted = true;
    kueue_count_admitted(k, w, 1);
    kueue_start_clocks(k, w, now_ns);
    if (w->queue->pending.usage == NULL || w->local_queue == NULL)
        return;
    struct ledger *l = &w->local_queue->ledger;
    ledger_decay(l, k->settings.afs.half_life_ns, now_ns);
    if (w->penalty == NULL)
        return;
    ledger_settle(l, k->names->resources, w->penalty);
    free(w->penalty);
    w->penalty = NULL;
    count_debtors(k, w->queue);
}

void kueue_leave(struct kueue *k, struct kueue_workload *w)
{
    kueue_count_admitted(k, w, -1);
    w->is_admitted = false;
}

/* --- samples --- */

static bool sample(struct kueue *k, struct local_queue *l, int64_t now_ns)
{
    const struct afs_settings *s = &k->settings.afs;
    if (l->queue == NULL || !l->queue->is_active || l->spec->stop != STOP_NONE) {
        l->sample_at_ns = INT64_MAX;
        return false;
    }
    struct ledger *g = &l->ledger;
    if (g->exists && now_ns - g->updated_ns < s->sampling_ns && !ledger_owes(g)) {
        l->sample_at_ns = g->updated_ns + s->sampling_ns;
        return false;
    }
    if (s->half_life_ns == 0)
        ledger_forget(g, now_ns);
    else
        ledger_decay(g, s->half_life_ns, now_ns);
    l->sample_at_ns = now_ns + s->sampling_ns;
    pending_sort(&l->queue->pending);
    kueue_touch(k, l->queue);
    return true;
}

/* Samples that nobody waited for are made up for, each at its time. */
static uint32_t sample_until(struct kueue *k, struct local_queue *l, int64_t now_ns)
{
    uint32_t effective = 0;
    while (l->sample_at_ns <= now_ns)
        effective += sample(k, l, l->sample_at_ns == INT64_MIN ? now_ns : l->sample_at_ns);
    return effective;
}

uint32_t kueue_sample(struct kueue *k, int64_t now_ns)
{
    if (now_ns < k->sample_at_ns)
        return 0;
    uint32_t effective = 0;
    k->sample_at_ns = INT64_MAX;
    for (uint32_t i = 0; kueue_has_afs(k) && i < k->local_queues_len; i++) {
        struct local_queue *l = k->local_queues[i];
        if (l == NULL)
            continue;
        effective += sample_until(k, l, now_ns);
        if (l->sample_at_ns < k->sample_at_ns)
            k->sample_at_ns = l->sample_at_ns;
    }
    return effective;
}

int64_t kueue_next_sample_ns(const struct kueue *k)
{
    return k->sample_at_ns;
}
