/* Selection from runs of neighbouring nodes: _eval_nodes_consec. */
#include "policies/slurm/slurm_eval.h"

static bool joins_run(const struct evaluation *e, const struct slurm_run *r,
                      const struct slurm_candidate *c)
{
    const struct slurm_candidate *last = &e->s->candidates[r->last];
    return last->node + 1 == c->node && (e->shape->r.is_contiguous || r->key == c->key);
}

static void build_runs(struct evaluation *e)
{
    struct slurm_selector *s = e->s;
    s->runs_len = 0;
    for (uint32_t i = 0; i < s->candidates_len; i++) {
        const struct slurm_candidate *c = &s->candidates[i];
        if (c->is_left_out)
            continue;
        struct slurm_run *r = s->runs_len == 0 ? NULL : &s->runs[s->runs_len - 1];
        if (r == NULL || !joins_run(e, r, c)) {
            r = &s->runs[s->runs_len++];
            *r = (struct slurm_run){.first = i};
        }
        r->last = i;
        r->nodes++;
        r->key = c->key;
        r->cpus += c->cpus;
        r->gpus += c->gpus;
    }
}

static bool are_enough_nodes(const struct evaluation *e, int64_t nodes)
{
    const int64_t spare = (int64_t)e->shape->wanted_nodes - e->shape->min_nodes;
    return nodes >= e->nodes - spare;
}

static bool is_sufficient(const struct evaluation *e, const struct slurm_run *r)
{
    return r->cpus >= e->cpus && are_enough_nodes(e, r->nodes) && r->gpus >= e->gpus;
}

/* A run that is too small but has more CPUs takes the place even of one that would do: Slurm does
 * so. */
static bool is_better(const struct evaluation *e, const struct slurm_run *r, bool suffices,
                      const struct slurm_run *best, bool best_suffices)
{
    if (best == NULL || r->key < best->key)
        return true;
    if (e->shape->r.is_contiguous && suffices && !best_suffices)
        return true;
    if (r->key != best->key)
        return false;
    return suffices ? !best_suffices || r->cpus < best->cpus : r->cpus > best->cpus;
}

static struct slurm_run *best_run(const struct evaluation *e, bool *suffices)
{
    struct slurm_run *best = NULL;
    for (size_t i = 0; i < e->s->runs_len; i++) {
        struct slurm_run *r = &e->s->runs[i];
        if (r->nodes == 0)
            continue;
        const bool enough = is_sufficient(e, r);
        if (is_better(e, r, enough, best, *suffices)) {
            best = r;
            *suffices = enough;
        }
    }
    return best;
}

/* Where one more node is needed: the one with fewest CPUs of those that are enough alone. */
static struct slurm_candidate *best_single(const struct evaluation *e, const struct slurm_run *r)
{
    struct slurm_candidate *best = NULL;
    for (uint32_t i = r->first; i <= r->last; i++) {
        struct slurm_candidate *c = &e->s->candidates[i];
        if (c->is_left_out || c->is_taken || c->cpus < e->cpus || c->gpus < e->gpus)
            continue;
        if (best == NULL || c->cpus < best->cpus)
            best = c;
        if (best->cpus == e->cpus)
            break;
    }
    return best;
}

static void take_from_run(struct evaluation *e, struct slurm_run *r)
{
    struct slurm_candidate *single = e->nodes <= 1 ? best_single(e, r) : NULL;
    if (single != NULL) {
        slurm_eval_take(e, single);
        r->nodes = 0;
        return;
    }
    for (uint32_t i = r->first; i <= r->last && e->max_nodes > 0 && !slurm_eval_is_done(e); i++)
        if (!e->s->candidates[i].is_left_out && !e->s->candidates[i].is_taken)
            slurm_eval_take(e, &e->s->candidates[i]);
    r->nodes = 0;
}

bool slurm_eval_runs(struct evaluation *e)
{
    build_runs(e);
    while (e->max_nodes > 0) {
        bool suffices = false;
        struct slurm_run *r = best_run(e, &suffices);
        if (r == NULL || (e->shape->r.is_contiguous && !suffices))
            break;
        take_from_run(e, r);
        if (slurm_eval_is_done(e))
            return true;
    }
    return e->cpus <= 0 && e->gpus <= 0 && are_enough_nodes(e, 0);
}
