#include "policies/slurm/slurm_eval.h"

#include "policies/slurm/node_set.h"

/* --- the candidates --- */

static bool is_in_pass(const struct evaluation *e, uint32_t node)
{
    if (!e->is_local)
        return true;
    const struct gres_want *w = e->shape->gpu;
    const int64_t gpus = w->scope == WANT_PER_JOB ? 1 : w->count;
    return slurm_offer_is_local(e->s->ledger, e->q->state, e->shape, node,
                                e->shape->r.cpus_per_task, gpus);
}

static void add_candidate(struct evaluation *e, uint32_t node)
{
    struct node_offer o;
    slurm_offer(e->s->ledger, e->q->state, e->shape, node, &o);
    if (!o.fits || !is_in_pass(e, node))
        return;
    const struct slurm_node *n = &e->s->site->nodes[node];
    const struct node_use *use = slurm_ledger_use(e->s->ledger, e->q->state, node);
    const uint32_t cores = slurm_layout_cores(n->layout);
    e->s->candidates[e->s->candidates_len++] = (struct slurm_candidate){
        .node = node,
        .cpus = e->shape->r.is_exclusive ? cores * n->layout->threads : o.cpus,
        .rank = (uint32_t)((uint64_t)use->cores_free * UINT32_MAX / cores),
        .gpus = o.gpus,
        .key =
            (uint64_t)n->weight << 8 | (e->shape->gpu == NULL ? 0 : (uint64_t)(UINT8_MAX - o.near)),
        .is_busy = slurm_ledger_use(e->s->ledger, USE_LIVE, node)->jobs > 0,
    };
}

static void gather(struct evaluation *e)
{
    const size_t words = e->s->site->words;
    e->s->candidates_len = 0;
    for (size_t w = 0; w < words; w++)
        for (uint64_t bits = e->q->fits[w] & e->q->cand[w]; bits != 0; bits &= bits - 1)
            add_candidate(e, (uint32_t)(64 * w) + (uint32_t)__builtin_ctzll(bits));
}

/* Sums over all candidates say no without a closer look. */
static bool may_suffice(const struct evaluation *e)
{
    const struct slurm_selector *s = e->s;
    int64_t cpus = 0, gpus = 0;
    if (s->candidates_len < e->shape->min_nodes)
        return false;
    for (size_t i = 0; i < s->candidates_len; i++) {
        cpus += s->candidates[i].cpus;
        gpus += s->candidates[i].gpus;
    }
    return cpus >= e->shape->min_cpus && (!e->spans_gpus || gpus >= e->shape->near_wanted);
}

/* --- taking nodes --- */

static void restart(struct evaluation *e)
{
    e->cpus = e->shape->min_cpus;
    e->gpus = e->spans_gpus ? e->shape->near_wanted : 0;
    e->nodes = e->shape->wanted_nodes;
    e->min_nodes = e->shape->min_nodes;
    e->max_nodes = e->shape->max_nodes;
    e->s->picks_len = 0;
    for (size_t i = 0; i < e->s->candidates_len; i++)
        e->s->candidates[i].is_taken = false;
}

/* A node leaves one CPU to each node that must still come. */
int64_t slurm_eval_cpus(const struct evaluation *e, const struct slurm_candidate *c)
{
    if (e->shape->r.is_exclusive)
        return c->cpus;
    const int64_t others = e->min_nodes > 1 ? e->min_nodes - 1 : 0;
    int64_t cpus = e->cpus - others;
    cpus = c->cpus < cpus ? c->cpus : cpus;
    return cpus > e->shape->r.cpus_per_task ? cpus : e->shape->r.cpus_per_task;
}

static int64_t gpus_to_use(const struct evaluation *e, const struct slurm_candidate *c,
                           int64_t cpus)
{
    const struct gres_want *w = e->shape->gpu;
    if (w == NULL)
        return 0;
    if (w->scope == WANT_PER_NODE)
        return w->count;
    if (w->scope == WANT_PER_TASK)
        return w->count * (cpus / e->shape->r.cpus_per_task);
    const int64_t others = e->min_nodes > 1 ? e->min_nodes - 1 : 0;
    int64_t gpus = e->gpus - others;
    gpus = gpus > 1 ? gpus : 1;
    return c->gpus < gpus ? c->gpus : gpus;
}

void slurm_eval_take(struct evaluation *e, struct slurm_candidate *c)
{
    const int64_t cpus = slurm_eval_cpus(e, c);
    if (e->max_nodes == 1 && cpus < e->cpus)
        return;
    const int64_t gpus = gpus_to_use(e, c, cpus);
    e->cpus -= cpus;
    e->gpus -= e->spans_gpus ? gpus : 0;
    e->nodes--;
    e->min_nodes--;
    e->max_nodes--;
    c->is_taken = true;
    e->s->picks[e->s->picks_len++] = (struct slurm_pick){
        .node = c->node, .cpus = (uint32_t)cpus, .gpus = gpus, .is_local = e->is_local};
}

/* --- tries --- */

static enum eval_order order_of(const struct evaluation *e)
{
    const struct slurm_params *p = &e->s->site->params;
    const struct slurm_request *r = &e->shape->r;
    if (p->bf_busy_nodes && e->q->is_future && !r->is_contiguous)
        return ORDER_BUSY;
    if (r->is_lln)
        return ORDER_LEAST_LOADED;
    if (p->packs_serial_at_end && e->shape->min_cpus == 1 && e->shape->req_nodes == 1)
        return ORDER_SERIAL;
    return ORDER_RUNS;
}

static bool evaluate_once(struct evaluation *e)
{
    restart(e);
    const enum eval_order order = order_of(e);
    return order == ORDER_RUNS ? slurm_eval_runs(e) : slurm_eval_in_order(e, order);
}

static uint64_t resources_of(const struct slurm_candidate *c)
{
    return (uint64_t)c->cpus * (uint64_t)(c->gpus > 0 ? c->gpus : 1);
}

static uint64_t least_resources(const struct evaluation *e)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < e->s->candidates_len; i++) {
        const struct slurm_candidate *c = &e->s->candidates[i];
        if (!c->is_left_out && resources_of(c) < least)
            least = resources_of(c);
    }
    return least;
}

/* Tries again without the nodes that have least, as long as more are left than the job needs. */
static bool evaluate_fewer(struct evaluation *e)
{
    size_t left = e->s->candidates_len;
    while (left > e->shape->min_nodes) {
        const uint64_t least = least_resources(e);
        for (size_t i = 0; i < e->s->candidates_len && left > e->shape->min_nodes; i++) {
            struct slurm_candidate *c = &e->s->candidates[i];
            if (c->is_left_out || resources_of(c) > least)
                continue;
            c->is_left_out = true;
            left--;
        }
        if (evaluate_once(e))
            return true;
    }
    return false;
}

static bool evaluate_pass(struct evaluation *e, bool is_local)
{
    e->is_local = is_local;
    gather(e);
    if (!may_suffice(e))
        return false;
    if (order_of(e) != ORDER_RUNS)
        slurm_eval_sort(e, order_of(e));
    return evaluate_once(e) || (!is_local && evaluate_fewer(e));
}

bool slurm_evaluate(struct slurm_selector *s, const struct slurm_query *q)
{
    const struct slurm_shape *shape = q->shape;
    struct evaluation e = {
        .s = s,
        .q = q,
        .shape = shape,
        .spans_gpus = shape->gpu != NULL && shape->gpu->scope != WANT_PER_NODE,
    };
    if (!node_set_share(q->fits, q->cand, s->site->words, shape->min_nodes))
        return false;
    if (s->site->has_affinity && shape->gpu != NULL && evaluate_pass(&e, true))
        return true;
    return evaluate_pass(&e, false);
}
