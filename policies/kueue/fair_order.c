#include "policies/kueue/fair_order.h"

#include "sim/arena.h"

void fair_order_open(struct fair_order *o, const struct preemption *p,
                     const struct preemption_request *r)
{
    const uint32_t nodes = r->q->node->tree->nodes_len;
    *o = (struct fair_order){.p = p,
                             .r = r,
                             .queues = arena_alloc(p->arena, nodes * sizeof o->queues[0]),
                             .is_pruned = arena_alloc(p->arena, nodes * sizeof o->is_pruned[0])};
}

void fair_order_add(struct fair_order *o, struct cluster_queue *q)
{
    struct candidate_queue *cq = &o->queues[q->node->index];
    *cq = (struct candidate_queue){
        .q = q, .list = candidates_list(o->p, o->r, q), .len = q->held_len};
    candidate_queue_seek(o->r, cq);
}

void fair_order_add_list(struct fair_order *o, struct cluster_queue *q,
                         struct kueue_workload *const *list, uint32_t len)
{
    o->queues[q->node->index] =
        (struct candidate_queue){.q = q, .list = list, .len = len, .is_chosen = true};
}

bool fair_order_has_more(const struct candidate_queue *cq)
{
    return cq->q != NULL && cq->at < cq->len;
}

struct kueue_workload *fair_order_pop(struct fair_order *o, struct candidate_queue *cq)
{
    if (!fair_order_has_more(cq))
        return NULL;
    struct kueue_workload *w = cq->list[cq->at++];
    candidate_queue_seek(o->r, cq);
    return w;
}

void fair_order_drop(struct fair_order *o, const struct candidate_queue *cq)
{
    o->is_pruned[cq->q->node->index] = true;
}

/* --- choosing --- */

struct best {
    const struct quota_node *node;
    struct share share;
};

static void consider_queue(struct fair_order *o, const struct quota_node *n, struct best *best)
{
    const struct candidate_queue *cq = &o->queues[n->index];
    const struct share s = share_of(n, NULL, 0);
    if ((!s.is_borrowing && n != o->r->q->node) || !fair_order_has_more(cq)) {
        o->is_pruned[n->index] = true;
        return;
    }
    const int order = share_compare(s, best->share);
    if (order < 0)
        return;
    if (order == 0) {
        /* Usage of local queues plays no part here. */
        const struct preemption plain = {0};
        const struct candidate_queue *other = &o->queues[best->node->index];
        if (candidates_compare(&plain, o->r->q, cq->list[cq->at], other->list[other->at]) >= 0)
            return;
    }
    *best = (struct best){n, s};
}

static bool is_around_preemptor(const struct fair_order *o, const struct quota_node *cohort)
{
    for (const struct quota_node *n = o->r->q->node->parent; n != NULL; n = n->parent)
        if (n == cohort)
            return true;
    return false;
}

static void consider_cohort(struct fair_order *o, const struct quota_node *n, struct best *best)
{
    const struct share s = share_of(n, NULL, 0);
    if (!s.is_borrowing && !is_around_preemptor(o, n))
        o->is_pruned[n->index] = true;
    else if (share_compare(s, best->share) >= 0)
        *best = (struct best){n, s};
}

/* NULL: this time only something was pruned. */
static struct candidate_queue *descend(struct fair_order *o, const struct quota_node *cohort)
{
    struct best queue = {NULL, SHARE_LEAST}, child = {NULL, SHARE_LEAST};
    for (const struct quota_node *n = cohort->children; n != NULL; n = n->next) {
        if (o->is_pruned[n->index] || n->is_hidden)
            continue;
        if (n->is_queue)
            consider_queue(o, n, &queue);
        else
            consider_cohort(o, n, &child);
    }
    if (queue.node == NULL && child.node == NULL) {
        o->is_pruned[cohort->index] = true;
        return NULL;
    }
    if (share_compare(child.share, queue.share) >= 0)
        return descend(o, child.node);
    return &o->queues[queue.node->index];
}

struct candidate_queue *fair_order_next(struct fair_order *o)
{
    const struct quota_node *own = o->r->q->node;
    struct candidate_queue *cq = &o->queues[own->index];
    if (own->parent == NULL)
        return !o->is_pruned[own->index] && fair_order_has_more(cq) ? cq : NULL;
    const struct quota_node *root = quota_root(own);
    while (!o->is_pruned[root->index]) {
        cq = descend(o, root);
        if (cq != NULL)
            return cq;
    }
    return NULL;
}
