/* Classical preemption: reclaim within the cohort, by hierarchy or by priority. */
#include "policies/kueue/candidates.h"
#include "policies/kueue/snapshot.h"
#include "sim/arena.h"

#include <string.h>

/* Candidates in cohorts where the preemptor is at home, others in the tree, and its own queue's. */
enum { BY_HIERARCHY, BY_PRIORITY, SAME_QUEUE, LISTS };

struct classical {
    const struct preemption *p;
    const struct preemption_request *r;
    struct candidates lists[LISTS];
};

static bool is_within_nominal(const struct preemption_request *r, const struct quota_node *n)
{
    for (uint32_t i = 0; i < r->columns_len; i++)
        if (quota_borrows(n, r->columns[i]))
            return false;
    return true;
}

/* --- collecting --- */

/* What part of the request is left when the node's guaranteed quota has served it. */
static bool fits_in_quota(const struct quota_node *n, struct column_qty *request, uint32_t len)
{
    bool fits = true;
    for (uint32_t i = 0; i < len; i++) {
        struct column_qty *q = &request[i];
        fits &= !quota_borrows_with(n, q->column, q->qty);
        q->qty = qty_max(0, qty_sub(q->qty, quota_local_available(n, q->column)));
    }
    return fits;
}

static void collect(struct classical *c, struct candidates *list, const struct quota_node *cohort,
                    const struct quota_node *common, const struct quota_node *skip)
{
    const bool has_advantage = list == &c->lists[BY_HIERARCHY];
    for (const struct quota_node *n = cohort->children; n != NULL; n = n->next) {
        if (n == skip || n == c->r->q->node || n->is_hidden || is_within_nominal(c->r, n))
            continue;
        if (n->is_queue)
            candidates_add(list, n->owner, common, has_advantage);
        else
            collect(c, list, n, common, skip);
    }
}

static void collect_others(struct classical *c)
{
    const struct preemption_request *r = c->r;
    const enum preemption_policy policy = r->q->spec->preemption.reclaim;
    if (policy == POLICY_NEVER || policy == POLICY_UNSET)
        return;
    struct column_qty *left = arena_copy(c->p->arena, r->usage, r->usage_len * sizeof left[0]);
    bool has_advantage = fits_in_quota(r->q->node, left, r->usage_len);
    const struct quota_node *below = NULL;
    for (const struct quota_node *n = r->q->node->parent; n != NULL; n = n->parent) {
        collect(c, &c->lists[has_advantage ? BY_HIERARCHY : BY_PRIORITY], n, n, below);
        has_advantage |= fits_in_quota(n, left, r->usage_len);
        below = n;
    }
}

static void open_lists(struct classical *c)
{
    const enum preemption_policy within = c->r->q->spec->preemption.within;
    for (int i = 0; i < LISTS; i++)
        candidates_open(&c->lists[i], c->p, c->r);
    collect_others(c);
    if (within != POLICY_NEVER && within != POLICY_UNSET)
        candidates_add(&c->lists[SAME_QUEUE], c->r->q, NULL, false);
}

/* --- one after the other --- */

enum variant { WITHIN_QUEUE, HIERARCHICAL, WITHOUT_BORROWING, WHILE_BORROWING };

static enum variant variant_of(const struct preemption_request *r, const struct candidate_queue *cq)
{
    const struct preemption_spec *spec = &r->q->spec->preemption;
    const struct kueue_workload *w = cq->list[cq->at];
    if (cq->q == r->q)
        return WITHIN_QUEUE;
    if (cq->has_advantage)
        return HIERARCHICAL;
    if (!spec->borrows || w->priority >= r->w->priority ||
        (spec->has_threshold && w->priority > spec->threshold))
        return WITHOUT_BORROWING;
    return WHILE_BORROWING;
}

static enum preempt_reason reason_of(enum variant v)
{
    switch (v) {
    case WITHIN_QUEUE:
        return PREEMPT_IN_CLUSTER_QUEUE;
    case WHILE_BORROWING:
        return PREEMPT_IN_COHORT_RECLAIM_WHILE_BORROWING;
    default:
        return PREEMPT_IN_COHORT_RECLAMATION;
    }
}

/* Victims before it may have brought its queue, or a cohort around that, back within its quota. */
static bool is_valid(const struct preemption_request *r, const struct candidate_queue *cq,
                     enum variant v, bool may_borrow)
{
    if (v == WITHIN_QUEUE)
        return true;
    if (may_borrow && v == WITHOUT_BORROWING)
        return false;
    for (const struct quota_node *n = cq->q->node; n != cq->common; n = n->parent)
        if (is_within_nominal(r, n))
            return false;
    return true;
}

/* The list whose turn it is: all evicted ones first, then list by list. */
static struct candidates *next_list(struct classical *c)
{
    for (int i = 0; i < LISTS; i++) {
        const struct candidate_queue *cq = candidates_first(&c->lists[i]);
        if (cq != NULL && cq->list[cq->at]->is_evicted)
            return &c->lists[i];
    }
    for (int i = 0; i < LISTS; i++)
        if (candidates_first(&c->lists[i]) != NULL)
            return &c->lists[i];
    return NULL;
}

/* --- the attempts --- */

static bool attempt(struct classical *c, bool may_borrow, struct targets *out)
{
    const size_t mark = journal_mark(c->p->journal);
    out->len = 0;
    for (struct candidates *list = next_list(c); list != NULL; list = next_list(c)) {
        struct candidate_queue *cq = candidates_first(list);
        struct kueue_workload *w = cq->list[cq->at];
        const enum variant v = variant_of(c->r, cq);
        const bool valid = is_valid(c->r, cq, v, may_borrow);
        candidates_pass(list);
        if (!valid)
            continue;
        snapshot_remove(w);
        targets_add(c->p->arena, out, (struct target){w, reason_of(v)});
        if (preemption_fits(c->r, may_borrow)) {
            preemption_fill_back(c->r, out, may_borrow);
            return true;
        }
    }
    journal_back(c->p->journal, mark);
    out->len = 0;
    return false;
}

static bool is_under_nominal(const struct preemption_request *r)
{
    for (uint32_t i = 0; i < r->columns_len; i++) {
        const struct quota_cell *c = &r->q->node->cells[r->columns[i]];
        if (c->nominal <= c->usage)
            return false;
    }
    return true;
}

struct targets preemption_classical(const struct preemption *p, const struct preemption_request *r)
{
    struct classical c = {.p = p, .r = r};
    struct targets out = {0};
    open_lists(&c);
    const bool has_hierarchical = candidates_first(&c.lists[BY_HIERARCHY]) != NULL;
    const bool has_others = has_hierarchical || candidates_first(&c.lists[BY_PRIORITY]) != NULL;
    const bool is_forbidden = !r->q->spec->preemption.borrows;
    const bool only_borrowing = !has_others || (is_forbidden && !is_under_nominal(r));
    const bool borrows_first = only_borrowing || !is_forbidden || has_hierarchical;
    if (attempt(&c, borrows_first, &out) || only_borrowing)
        return out;
    open_lists(&c);
    attempt(&c, !borrows_first, &out);
    return out;
}
