#include "policies/slurm/slurm_main_loop.h"

#include "policies/slurm/node_set.h"

#include <stddef.h>

struct main_pass {
    struct slurm_ctld *c;
    int64_t now_s;
    uint64_t *avail; /* nodes that are left to the records to come */
    uint64_t *cand;  /* of the present record */
};

static void withdraw(struct main_pass *m, uint32_t partition)
{
    m->c->failed[partition] = true;
    node_set_minus(m->avail, m->c->site->partitions[partition].nodes, m->c->site->words);
    if (m->c->hooks.blocked != NULL)
        m->c->hooks.blocked(m->c->hooks.context, partition);
}

/* Young jobs and unimportant ones may be too large for now without blocking the others. */
static bool blocks(const struct main_pass *m, const struct slurm_job *job)
{
    const struct slurm_params *p = &m->c->site->params;
    return m->now_s - job->begin_s >= p->bf_min_age_reserve_s &&
           (int64_t)job->priority >= p->bf_min_prio_reserve;
}

/* Whether some node in reach is held whole or completing, so that the job may yet fit there. */
static bool may_become_free(const struct main_pass *m, const struct slurm_job *job)
{
    const bool is_whole = slurm_shape_get(m->c->shapes, job->shape)->r.is_exclusive;
    const size_t words = m->c->site->words;
    for (uint32_t n = node_set_next(m->cand, words, 0); n != UINT32_MAX;
         n = node_set_next(m->cand, words, n + 1)) {
        const struct node_use *u = &m->c->ledger.live[n];
        if (node_set_has(m->c->completing, n) || u->whole_jobs > 0 || (is_whole && u->jobs > 0))
            return true;
    }
    return false;
}

/* Nodes that blocked partitions took away are all that the job could use: it may wait without
 * blocking anybody. */
static bool waits_for_others(struct main_pass *m, const struct slurm_job *job)
{
    const uint64_t *all = m->c->site->partitions[job->partition].nodes;
    if (node_set_equal(m->cand, all, m->c->site->words))
        return false;
    return !slurm_ctld_select_empty(m->c, job, m->cand) && !may_become_free(m, job);
}

static void fail(struct main_pass *m, struct slurm_job *job)
{
    slurm_ctld_set_reason(m->c, job, REASON_RESOURCES);
    if (blocks(m, job))
        withdraw(m, job->partition);
}

/* True if the job started or is held: then it is not in the queue any more. */
static bool look_at(struct main_pass *m, struct slurm_job *job)
{
    const struct slurm_shape *shape = slurm_shape_get(m->c->shapes, job->shape);
    const size_t words = m->c->site->words;
    node_set_copy(m->cand, m->avail, words);
    node_set_and(m->cand, m->c->site->partitions[job->partition].nodes, words);
    if (!node_set_holds(m->cand, words, shape->min_nodes)) {
        slurm_ctld_set_reason(m->c, job, REASON_RESOURCES);
        withdraw(m, job->partition);
        return false;
    }
    if (slurm_ctld_select(m->c, job, m->cand)) {
        slurm_ctld_start(m->c, job, m->now_s);
        return true;
    }
    if (!slurm_ctld_can_run(m->c, job)) {
        slurm_ctld_hold(m->c, job, REASON_BAD_CONSTRAINTS);
        return true;
    }
    if (waits_for_others(m, job))
        slurm_ctld_set_reason(m->c, job, REASON_NODE_NOT_AVAIL);
    else
        fail(m, job);
    return false;
}

static bool has_depth(struct slurm_ctld *c, const struct slurm_job *job)
{
    const int64_t depth = c->site->params.partition_job_depth;
    return depth == 0 || c->looked_at[job->partition]++ < depth;
}

uint32_t slurm_main_pass(struct slurm_ctld *c, int64_t now_s, uint32_t depth)
{
    struct main_pass m = {.c = c, .now_s = now_s, .avail = c->scratch[0], .cand = c->scratch[1]};
    const int64_t most = c->site->params.sched_max_job_start;
    const bool counts = depth > 0;
    uint32_t started = 0;
    node_set_copy(m.avail, c->up, c->site->words);
    slurm_ctld_begin_walk(c);
    /* In a full pass nothing depends on the records of a blocked partition: they are left out. */
    for (struct slurm_job *job; (job = slurm_ctld_next(c, counts ? NULL : c->failed)) != NULL;) {
        struct queue_walk *walk = &c->walks[job->partition];
        if (!has_depth(c, job)) {
            slurm_queue_step(walk);
            continue;
        }
        if (counts && depth-- == 0)
            break;
        if (c->failed[job->partition] || !look_at(&m, job)) {
            slurm_queue_step(walk);
            continue;
        }
        if (job->state == SLURM_RUNNING && ++started == most)
            break;
    }
    return started;
}
