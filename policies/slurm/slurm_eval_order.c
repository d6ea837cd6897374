/* Selection of single nodes: least loaded first, busy ones first, or from the end. */
#include "policies/slurm/slurm_eval.h"

#include <stdlib.h>

static int by_key_rank_and_node(const void *a, const void *b)
{
    const struct slurm_candidate *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank > y->rank ? -1 : 1;
    return x->node < y->node ? -1 : 1;
}

void slurm_eval_sort(struct evaluation *e, enum eval_order order)
{
    struct slurm_selector *s = e->s;
    for (uint32_t i = 0; i < s->candidates_len; i++) {
        struct slurm_candidate *c = &s->candidates[i];
        if (order == ORDER_SERIAL)
            c->rank = c->node;
        else if (order == ORDER_BUSY)
            c->rank = c->is_busy;
    }
    qsort(s->candidates, s->candidates_len, sizeof s->candidates[0], by_key_rank_and_node);
}

/* Of least loaded nodes Slurm counts the CPUs of the last one it compared, not of the one it took.
 */
static int64_t cpus_credited(const struct evaluation *e, size_t from, enum eval_order order)
{
    const struct slurm_candidate *last = &e->s->candidates[from];
    if (order == ORDER_LEAST_LOADED)
        for (size_t i = from; i < e->s->candidates_len; i++) {
            const struct slurm_candidate *c = &e->s->candidates[i];
            if (c->key == last->key && !c->is_left_out && c->node > last->node)
                last = c;
        }
    return slurm_eval_cpus(e, last);
}

/* When the busy nodes of a weight are enough, Slurm still takes the first idle one of it. */
static void take_one_more(struct evaluation *e, size_t last)
{
    struct slurm_candidate *c = e->s->candidates;
    for (size_t i = last + 1; i < e->s->candidates_len && c[i].key == c[last].key; i++)
        if (!c[i].is_busy && !c[i].is_left_out) {
            slurm_eval_take(e, &c[i]);
            return;
        }
}

bool slurm_eval_in_order(struct evaluation *e, enum eval_order order)
{
    struct slurm_candidate *c = e->s->candidates;
    for (size_t i = 0; i < e->s->candidates_len && e->max_nodes > 0; i++) {
        if (c[i].is_left_out)
            continue;
        const int64_t left = e->cpus - cpus_credited(e, i, order);
        slurm_eval_take(e, &c[i]);
        if (c[i].is_taken)
            e->cpus = left;
        if (!slurm_eval_is_done(e))
            continue;
        if (order == ORDER_BUSY && c[i].is_busy)
            take_one_more(e, i);
        return true;
    }
    return false;
}
