/* Preemption under fair sharing: from whoever has borrowed most, as the strategies allow. */
#include "policies/kueue/fair_order.h"
#include "policies/kueue/snapshot.h"
#include "sim/arena.h"

#include <math.h>
#include <string.h>

/* Candidates that the first strategy passed over, by queue. */
struct retry {
    struct kueue_workload **list;
    uint32_t len, cap;
};

struct fair {
    const struct preemption *p;
    const struct preemption_request *r;
    struct targets targets;
    struct retry *retries; /* by node */
};

/* --- shares --- */

/* The children of the lowest cohort around both queues, one on the way to each. */
struct branches {
    const struct quota_node *preemptor, *target;
};

static unsigned depth_of(const struct quota_node *n)
{
    unsigned depth = 0;
    for (; n->parent != NULL; n = n->parent)
        depth++;
    return depth;
}

static struct branches branches_of(const struct quota_node *a, const struct quota_node *b)
{
    unsigned depth_a = depth_of(a), depth_b = depth_of(b);
    for (; depth_a > depth_b; depth_a--)
        a = a->parent;
    for (; depth_b > depth_a; depth_b--)
        b = b->parent;
    while (a->parent != b->parent) {
        a = a->parent;
        b = b->parent;
    }
    return (struct branches){a, b};
}

static struct share share_without(const struct fair *f, const struct quota_node *n,
                                  struct kueue_workload *w)
{
    const size_t mark = journal_mark(f->p->journal);
    snapshot_discharge(w);
    const struct share s = share_of(n, NULL, 0);
    journal_back(f->p->journal, mark);
    return s;
}

static bool allows(enum fair_strategy strategy, struct share preemptor, struct share before,
                   struct share after)
{
    return strategy == STRATEGY_FINAL_SHARE ? share_compare(preemptor, after) <= 0
                                            : share_compare(preemptor, before) < 0;
}

/* --- victims --- */

/* What the workload would use was added to its queue for the sake of shares: not for this. */
static bool fits(const struct fair *f)
{
    const size_t mark = journal_mark(f->p->journal);
    cluster_queue_discharge(f->r->q, f->r->usage, f->r->usage_len);
    const bool ok = preemption_fits(f->r, true);
    journal_back(f->p->journal, mark);
    return ok;
}

static bool evict(struct fair *f, struct kueue_workload *w, enum preempt_reason reason)
{
    snapshot_remove(w);
    targets_add(f->p->arena, &f->targets, (struct target){w, reason});
    return fits(f);
}

static void retry_later(struct fair *f, struct kueue_workload *w)
{
    struct retry *r = &f->retries[w->queue->node->index];
    if (r->len == r->cap) {
        r->cap = r->cap == 0 ? 8 : 2 * r->cap;
        struct kueue_workload **more = arena_alloc(f->p->arena, r->cap * sizeof more[0]);
        if (r->len > 0)
            memcpy(more, r->list, r->len * sizeof more[0]);
        r->list = more;
    }
    r->list[r->len++] = w;
}

/* --- the first strategy --- */

static bool is_within_nominal(const struct preemption_request *r)
{
    for (uint32_t i = 0; i < r->columns_len; i++)
        if (quota_borrows(r->q->node, r->columns[i]))
            return false;
    return true;
}

static bool take_by_share(struct fair *f, struct fair_order *o, struct candidate_queue *cq)
{
    const struct branches b = branches_of(f->r->q->node, cq->q->node);
    const struct share preemptor = share_of(b.preemptor, NULL, 0);
    const struct share before = share_of(b.target, NULL, 0);
    const bool is_hopeless = isinf(share_weighted(preemptor)) && !isinf(share_weighted(before));
    while (fair_order_has_more(cq)) {
        struct kueue_workload *w = fair_order_pop(o, cq);
        if (!is_hopeless &&
            allows(f->p->strategies[0], preemptor, before, share_without(f, b.target, w)))
            return evict(f, w, PREEMPT_IN_COHORT_FAIR_SHARING);
        retry_later(f, w);
    }
    return false;
}

static bool run_first(struct fair *f, struct fair_order *o)
{
    const bool is_within =
        gates_on(f->p->gates, GATE_FAIR_SHARING_PREEMPT_WITHIN_NOMINAL) && is_within_nominal(f->r);
    for (struct candidate_queue *cq = fair_order_next(o); cq != NULL; cq = fair_order_next(o)) {
        bool done;
        if (cq->q == f->r->q)
            done = evict(f, fair_order_pop(o, cq), PREEMPT_IN_CLUSTER_QUEUE);
        else if (is_within)
            done = evict(f, fair_order_pop(o, cq), PREEMPT_IN_COHORT_RECLAMATION);
        else
            done = take_by_share(f, o, cq);
        if (done)
            return true;
    }
    return false;
}

/* --- the second: at most one more victim from every queue --- */

static bool run_second(struct fair *f)
{
    const struct quota_tree *tree = f->r->q->node->tree;
    struct fair_order o;
    fair_order_open(&o, f->p, f->r);
    for (uint32_t n = 0; n < tree->nodes_len; n++)
        if (f->retries[n].len > 0)
            fair_order_add_list(&o, tree->nodes[n]->owner, f->retries[n].list, f->retries[n].len);
    for (struct candidate_queue *cq = fair_order_next(&o); cq != NULL; cq = fair_order_next(&o)) {
        const struct branches b = branches_of(f->r->q->node, cq->q->node);
        const bool passes =
            share_compare(share_of(b.preemptor, NULL, 0), share_of(b.target, NULL, 0)) < 0;
        struct kueue_workload *w = fair_order_pop(&o, cq);
        if (passes && evict(f, w, PREEMPT_IN_COHORT_FAIR_SHARING))
            return true;
        fair_order_drop(&o, cq);
    }
    return false;
}

/* --- all of it --- */

static bool exceeds_quota(const struct preemption_request *r, const struct quota_node *n)
{
    for (uint32_t i = 0; i < r->columns_len; i++)
        if (quota_borrows(n, r->columns[i]))
            return true;
    return false;
}

/* False: nobody may be evicted. */
static bool find_candidates(const struct fair *f, struct fair_order *o)
{
    const struct preemption_spec *spec = &f->r->q->spec->preemption;
    const struct quota_tree *tree = f->r->q->node->tree;
    bool any = false;
    for (uint32_t i = 0; i < tree->nodes_len; i++) {
        const struct quota_node *n = tree->nodes[i];
        const bool is_own = n == f->r->q->node;
        if (!n->is_queue || n->is_hidden)
            continue;
        if (is_own ? spec->within == POLICY_NEVER
                   : spec->reclaim == POLICY_NEVER || !exceeds_quota(f->r, n))
            continue;
        fair_order_add(o, n->owner);
        any |= fair_order_has_more(&o->queues[i]);
    }
    return any;
}

struct targets preemption_fair(const struct preemption *p, const struct preemption_request *r)
{
    const uint32_t nodes = r->q->node->tree->nodes_len;
    struct fair f = {.p = p, .r = r, .retries = arena_alloc(p->arena, nodes * sizeof f.retries[0])};
    struct fair_order o;
    fair_order_open(&o, p, r);
    if (!find_candidates(&f, &o))
        return f.targets;
    cluster_queue_charge(r->q, r->usage, r->usage_len);
    const bool found = run_first(&f, &o) || (p->strategies_len > 1 && run_second(&f));
    cluster_queue_discharge(r->q, r->usage, r->usage_len);
    if (found)
        preemption_fill_back(r, &f.targets, true);
    else
        f.targets.len = 0;
    return f.targets;
}
