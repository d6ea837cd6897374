/*
 * fit_strategies.c - the ordinary ways to choose among nodes that fit.
 *
 * What is left is measured in what is scarce for the task: GPUs for one that wants any, in
 * thousandths; CPUs otherwise.
 */
#include "models/gpu_share.h"
#include "policies/placement/strategy.h"

struct fit_state {
    const struct cluster *cluster;
    gsl_rng *rng;
};

static bool fit_open(void *state, const struct strategy_env *env, struct diag *d)
{
    struct fit_state *s = state;
    (void)d;
    s->cluster = env->cluster;
    s->rng = env->rng;
    return true;
}

static int64_t left(const struct fit_state *s, const struct request *r, uint32_t node)
{
    return r->gpus > 0 ? cluster_idle_milli(s->cluster, node)
                       : cluster_free_of(s->cluster, node, RESOURCE_CPU);
}

static int64_t equal_score(void *state, const struct request *r, uint32_t node)
{
    (void)state;
    (void)r;
    (void)node;
    return 0;
}

static int64_t best_fit_score(void *state, const struct request *r, uint32_t node)
{
    return -left(state, r, node);
}

static int64_t worst_fit_score(void *state, const struct request *r, uint32_t node)
{
    return left(state, r, node);
}

/* Any GPU with room: reservoir sampling. */
static uint32_t random_gpu(void *state, const struct request *r, uint32_t node)
{
    const struct fit_state *s = state;
    const struct node *n = &s->cluster->nodes[node];
    const struct device_class *k = cluster_whole_gpus(n);
    uint32_t chosen = GPU_NONE;
    unsigned long met = 0;
    for (uint32_t g = 0; k != NULL && g < k->units_len; g++)
        if (gpu_share_left(s->cluster, n, k, g) >= r->load.gpu_milli &&
            gsl_rng_uniform_int(s->rng, ++met) == 0)
            chosen = g;
    return chosen;
}

extern const struct strategy_ops strategy_first_fit;
const struct strategy_ops strategy_first_fit = {
    .api = STRATEGY_API,
    .name = "first-fit",
    .summary = "the first node of the scenario that fits",
    .ties = TIES_FIRST_NUMBER,
    .score = equal_score,
};

extern const struct strategy_ops strategy_best_fit;
const struct strategy_ops strategy_best_fit = {
    .api = STRATEGY_API,
    .name = "best-fit",
    .summary = "the node with the fewest free GPUs; for tasks without GPUs, the fewest free CPUs",
    .state_bytes = sizeof(struct fit_state),
    .open = fit_open,
    .score = best_fit_score,
};

extern const struct strategy_ops strategy_worst_fit;
const struct strategy_ops strategy_worst_fit = {
    .api = STRATEGY_API,
    .name = "worst-fit",
    .summary = "the node with the most free GPUs; for tasks without GPUs, the most free CPUs",
    .state_bytes = sizeof(struct fit_state),
    .open = fit_open,
    .score = worst_fit_score,
};

extern const struct strategy_ops strategy_random;
const struct strategy_ops strategy_random = {
    .api = STRATEGY_API,
    .name = "random",
    .summary = "any node that fits, and any of its GPUs",
    .state_bytes = sizeof(struct fit_state),
    .ties = TIES_RANDOM,
    .open = fit_open,
    .score = equal_score,
    .gpu = random_gpu,
};
