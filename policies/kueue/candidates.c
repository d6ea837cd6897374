#include "policies/kueue/candidates.h"

#include "sim/arena.h"

#include <stdlib.h>
#include <string.h>

/* --- order --- */

/* The namespace is not compared: specs/kueue.md 1.10 (2). */
static int by_usage(const struct preemption *p, const struct kueue_workload *a,
                    const struct kueue_workload *b)
{
    if (p->usage == NULL || a->queue != b->queue || a->queue_name == b->queue_name ||
        a->queue == NULL || !a->queue->spec->is_usage_based)
        return 0;
    const double x = p->usage(p->usage_context, a);
    const double y = p->usage(p->usage_context, b);
    return (x < y) - (x > y);
}

int candidates_compare(const struct preemption *p, const struct cluster_queue *q,
                       const struct kueue_workload *a, const struct kueue_workload *b)
{
    if (a->is_evicted != b->is_evicted)
        return a->is_evicted ? -1 : 1;
    if ((a->queue == q) != (b->queue == q))
        return a->queue == q ? 1 : -1;
    const int usage = by_usage(p, a, b);
    return usage != 0 ? usage : holders_compare(a, b);
}

/* --- who is one --- */

bool candidates_use_any(const struct kueue_workload *w, const uint32_t *columns, uint32_t len)
{
    for (uint32_t u = 0; u < w->usage_len; u++)
        for (uint32_t c = 0; c < len; c++)
            if (w->usage[u].column == columns[c])
                return true;
    return false;
}

bool preemption_policy_allows(enum preemption_policy policy, const struct kueue_workload *preemptor,
                              const struct kueue_workload *candidate)
{
    switch (policy) {
    case POLICY_ANY:
        return true;
    case POLICY_LOWER_PRIORITY:
        return preemptor->priority > candidate->priority;
    case POLICY_LOWER_OR_NEWER_EQUAL_PRIORITY:
        return preemptor->priority > candidate->priority ||
               (preemptor->priority == candidate->priority &&
                preemptor->order_ns < candidate->order_ns);
    default:
        return false;
    }
}

static enum preemption_policy policy_for(const struct preemption_request *r,
                                         const struct cluster_queue *q)
{
    return q == r->q ? r->q->spec->preemption.within : r->q->spec->preemption.reclaim;
}

bool candidate_queue_seek(const struct preemption_request *r, struct candidate_queue *cq)
{
    const enum preemption_policy policy = policy_for(r, cq->q);
    if (cq->is_chosen)
        return cq->at < cq->len;
    for (; cq->at < cq->len; cq->at++) {
        const struct kueue_workload *w = cq->list[cq->at];
        /* Unless usage decides, nobody behind the first one that is too important gives way. */
        if (policy != POLICY_ANY && w->priority > r->w->priority && !w->is_evicted &&
            cq->list == (struct kueue_workload *const *)cq->q->held) {
            cq->at = cq->len;
            return false;
        }
        if (!w->is_away && preemption_policy_allows(policy, r->w, w) &&
            candidates_use_any(w, r->columns, r->columns_len))
            return true;
    }
    return false;
}

/* --- a queue's list --- */

/* Merge sort: qsort's order of equals is not the same everywhere. */
static void sort_by_usage(const struct preemption *p, const struct cluster_queue *q,
                          struct kueue_workload **list, struct kueue_workload **spare, uint32_t len)
{
    if (len < 2)
        return;
    const uint32_t half = len / 2;
    sort_by_usage(p, q, list, spare, half);
    sort_by_usage(p, q, list + half, spare, len - half);
    memcpy(spare, list, half * sizeof spare[0]);
    for (uint32_t i = 0, k = half, n = 0; i < half; n++)
        list[n] =
            k < len && candidates_compare(p, q, list[k], spare[i]) < 0 ? list[k++] : spare[i++];
}

struct kueue_workload *const *candidates_list(const struct preemption *p,
                                              const struct preemption_request *r,
                                              const struct cluster_queue *q)
{
    if (p->usage == NULL || !q->spec->is_usage_based)
        return q->held;
    struct kueue_workload **list = arena_copy(p->arena, q->held, q->held_len * sizeof list[0]);
    sort_by_usage(p, r->q, list, arena_alloc(p->arena, q->held_len * sizeof list[0]), q->held_len);
    return list;
}

/* --- the merge --- */

static bool is_before(const struct candidates *c, uint32_t a, uint32_t b)
{
    const struct candidate_queue *x = &c->queues[a];
    const struct candidate_queue *y = &c->queues[b];
    const int order = candidates_compare(c->p, c->r->q, x->list[x->at], y->list[y->at]);
    return order != 0 ? order < 0 : x->number < y->number;
}

static void swap(struct candidates *c, uint32_t a, uint32_t b)
{
    const struct candidate_queue q = c->queues[a];
    c->queues[a] = c->queues[b];
    c->queues[b] = q;
}

static void sift_down(struct candidates *c)
{
    for (uint32_t at = 0, child = 1; child < c->len; child = 2 * at + 1) {
        if (child + 1 < c->len && is_before(c, child + 1, child))
            child++;
        if (!is_before(c, child, at))
            return;
        swap(c, at, child);
        at = child;
    }
}

void candidates_open(struct candidates *c, const struct preemption *p,
                     const struct preemption_request *r)
{
    *c = (struct candidates){.p = p, .r = r};
}

void candidates_add(struct candidates *c, struct cluster_queue *q, const struct quota_node *common,
                    bool has_advantage)
{
    struct candidate_queue cq = {.q = q,
                                 .common = common,
                                 .has_advantage = has_advantage,
                                 .list = candidates_list(c->p, c->r, q),
                                 .len = q->held_len,
                                 .number = c->added++};
    if (!candidate_queue_seek(c->r, &cq))
        return;
    if (c->len == c->cap) {
        c->cap = c->cap == 0 ? 8 : 2 * c->cap;
        struct candidate_queue *more = arena_alloc(c->p->arena, c->cap * sizeof more[0]);
        if (c->len > 0)
            memcpy(more, c->queues, c->len * sizeof more[0]);
        c->queues = more;
    }
    c->queues[c->len++] = cq;
    for (uint32_t at = c->len - 1; at > 0 && is_before(c, at, (at - 1) / 2); at = (at - 1) / 2)
        swap(c, at, (at - 1) / 2);
}

struct candidate_queue *candidates_first(struct candidates *c)
{
    return c->len == 0 ? NULL : &c->queues[0];
}

void candidates_pass(struct candidates *c)
{
    c->queues[0].at++;
    if (!candidate_queue_seek(c->r, &c->queues[0]))
        c->queues[0] = c->queues[--c->len];
    sift_down(c);
}
