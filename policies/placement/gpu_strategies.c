/*
 * gpu_strategies.c - the policies that fragmentation gradient descent was measured against.
 *
 * Source   Weng et al., "Beware of Fragmentation", USENIX ATC 2023, and its artefact
 *          (kubernetes-scheduler-simulator): scores are integers 0..100 relative to the largest
 * node of openb, 128 CPUs and 8 GPUs. Sums of doubles are in the artefact's order, so that they are
 * cut off where it cuts. Normal   BestFit's scores were then stretched to 0..100 over the nodes
 * that fit, in integers: (s - min) * 100 / (max - min). As max - min <= 100, two that differ still
 * differ afterwards, in the same order, and equal ones are equal: nothing is decided by it, so it
 *          is left out.
 */
#include "models/gpu_left.h"
#include "models/gpu_share.h"
#include "policies/placement/strategy.h"
#include "sim/arena.h"

enum { BEST = 100, CLASSES = NODE_MOST_GPUS + 1 /* a share, 1 GPU, 2 GPUs ... */ };

struct gpu_scoring {
    int64_t most_cpu_milli, most_gpu_milli; /* of the largest node */
    const struct cluster *cluster;
    uint32_t *hosted;         /* of gpu-clustering: tasks, [node * CLASSES + class] */
    uint32_t *hosted_classes; /* by node */
};

#define FIELD(member) offsetof(struct gpu_scoring, member)

static const struct config_key scale_keys[] = {
    {.key = "most_cpu_milli",
     .kind = CONFIG_INT,
     .offset = FIELD(most_cpu_milli),
     .fallback = "128000",
     .min = 1,
     .max = 1e12,
     .help = "CPUs of the largest node, in thousandths: a node's free CPUs are relative to it"},
    {.key = "most_gpu_milli",
     .kind = CONFIG_INT,
     .offset = FIELD(most_gpu_milli),
     .fallback = "8000",
     .min = 1,
     .max = 1e12,
     .help = "GPUs of the largest node, in thousandths"},
    {0},
};

static const struct config_table best_fit_options = {
    .name = "fgd-best-fit", .bytes = sizeof(struct gpu_scoring), .keys = scale_keys};
static const struct config_table dot_product_options = {
    .name = "dot-product", .bytes = sizeof(struct gpu_scoring), .keys = scale_keys};
static const struct config_table clustering_options = {
    .name = "gpu-clustering", .bytes = sizeof(struct gpu_scoring), .keys = scale_keys + 1};

static bool gpu_open(void *state, const struct strategy_env *env, struct diag *d)
{
    struct gpu_scoring *s = state;
    (void)d;
    s->cluster = env->cluster;
    return true;
}

/* --- best fit --- */

static int64_t best_fit_score(void *state, const struct request *r, uint32_t node)
{
    const struct gpu_scoring *s = state;
    const struct gpu_demand want = gpu_demand_of(r);
    struct gpu_left left;
    gpu_left_read(s->cluster, node, &left);
    const int64_t gpu_milli = (int64_t)want.gpus * want.milli;
    double rest = 0;
    rest += (double)(left.cpu_milli - want.cpu_milli) / (double)s->most_cpu_milli * 0.5;
    rest += (double)(left.total_milli - gpu_milli) / (double)s->most_gpu_milli * 0.5;
    return (int64_t)((1.0 - rest) * BEST);
}

/* --- dot product --- */

static int64_t dot_product_score(void *state, const struct request *r, uint32_t node)
{
    const struct gpu_scoring *s = state;
    const struct gpu_demand want = gpu_demand_of(r);
    const double cpu = (double)s->most_cpu_milli, gpu = (double)s->most_gpu_milli;
    struct gpu_left left;
    gpu_left_read(s->cluster, node, &left);
    double product = 0;
    product += (double)left.cpu_milli / cpu * ((double)want.cpu_milli / cpu);
    product += (double)left.total_milli / gpu * ((double)want.gpus * want.milli / gpu);
    return (int64_t)(BEST * (1 - product / 2));
}

/* --- clustering: tasks of one class together --- */

static bool clustering_open(void *state, const struct strategy_env *env, struct diag *d)
{
    struct gpu_scoring *s = state;
    const size_t nodes = env->cluster->nodes_len;
    s->hosted = arena_alloc(env->arena, (nodes * CLASSES + 1) * sizeof s->hosted[0]);
    s->hosted_classes = arena_alloc(env->arena, (nodes + 1) * sizeof s->hosted_classes[0]);
    return gpu_open(state, env, d);
}

static uint32_t class_of(const struct gpu_demand *want)
{
    return want->milli < GPU_MILLI ? 0 : want->gpus < CLASSES ? want->gpus : CLASSES - 1;
}

static void clustering_moved(void *state, const struct request *r, uint32_t node, int64_t count)
{
    struct gpu_scoring *s = state;
    const struct gpu_demand want = gpu_demand_of(r);
    if (want.gpus == 0)
        return;
    uint32_t *hosted = &s->hosted[(size_t)node * CLASSES + class_of(&want)];
    const uint32_t before = *hosted;
    *hosted = (uint32_t)(before + count);
    s->hosted_classes[node] += (uint32_t)(*hosted > 0) - (uint32_t)(before > 0);
}

static int64_t clustering_score(void *state, const struct request *r, uint32_t node)
{
    const struct gpu_scoring *s = state;
    const struct gpu_demand want = gpu_demand_of(r);
    if (want.gpus == 0)
        return 0;
    struct gpu_left left;
    gpu_left_read(s->cluster, node, &left);
    const uint32_t same = s->hosted[(size_t)node * CLASSES + class_of(&want)];
    const uint32_t classes = s->hosted_classes[node];
    const int64_t used = BEST / 4 * (s->most_gpu_milli - left.total_milli) / s->most_gpu_milli;
    if (same > 0)
        return used + (classes == 1 ? BEST * 3 / 4 : BEST * 2 / 4);
    return used + (classes == 0 ? BEST / 4 : 0);
}

/* --- packing: shared GPUs before free ones, used nodes before free ones --- */

/* The sum over the GPUs the task would get, tightest first, of the percentage that is left;
 * *free_used: how many of them are nobody's. */
static int64_t left_on_chosen(struct gpu_left *left, const struct gpu_demand *want,
                              uint32_t *free_used)
{
    int64_t percent = 0;
    *free_used = 0;
    for (uint32_t i = 0; i < want->gpus; i++) {
        uint32_t best = GPU_NONE;
        for (uint32_t g = 0; g < left->gpus; g++)
            if (left->milli[g] >= want->milli &&
                (best == GPU_NONE || left->milli[g] < left->milli[best]))
                best = g;
        if (best == GPU_NONE)
            break;
        *free_used += left->milli[best] == GPU_MILLI;
        percent += left->milli[best] * 100 / GPU_MILLI;
        left->milli[best] = 0; /* taken */
    }
    return percent;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t packing_score(void *state, const struct request *r, uint32_t node)
{
    const struct gpu_scoring *s = state;
    const struct gpu_demand want = gpu_demand_of(r);
    if (want.gpus == 0)
        return 0;
    struct gpu_left left;
    gpu_left_read(s->cluster, node, &left);
    if (left.free_gpus == left.gpus)
        return greater(BEST / 3 - (int64_t)left.gpus, (int64_t)left.gpus);
    uint32_t free_used;
    const int64_t percent = left_on_chosen(&left, &want, &free_used);
    if (free_used > 0)
        return greater(BEST / 2 - (int64_t)free_used, BEST / 3);
    return greater(BEST - percent / 10, BEST / 2);
}

extern const struct strategy_ops strategy_fgd_best_fit;
const struct strategy_ops strategy_fgd_best_fit = {
    .api = STRATEGY_API,
    .name = "fgd-best-fit",
    .summary = "least left of CPU and GPU together, as the FGD paper's BestFit",
    .state_bytes = sizeof(struct gpu_scoring),
    .options = &best_fit_options,
    .open = gpu_open,
    .score = best_fit_score,
};

extern const struct strategy_ops strategy_dot_product;
const struct strategy_ops strategy_dot_product = {
    .api = STRATEGY_API,
    .name = "dot-product",
    .summary = "the smallest dot product of what is free and what is asked for (Tetris)",
    .state_bytes = sizeof(struct gpu_scoring),
    .options = &dot_product_options,
    .open = gpu_open,
    .score = dot_product_score,
};

extern const struct strategy_ops strategy_gpu_clustering;
const struct strategy_ops strategy_gpu_clustering = {
    .api = STRATEGY_API,
    .name = "gpu-clustering",
    .summary = "tasks with equal numbers of GPUs on the same nodes (Gandiva)",
    .state_bytes = sizeof(struct gpu_scoring),
    .options = &clustering_options,
    .open = clustering_open,
    .score = clustering_score,
    .moved = clustering_moved,
};

extern const struct strategy_ops strategy_gpu_packing;
const struct strategy_ops strategy_gpu_packing = {
    .api = STRATEGY_API,
    .name = "gpu-packing",
    .summary = "shared GPUs before free ones, used nodes before free ones (MLaaS in the wild)",
    .state_bytes = sizeof(struct gpu_scoring),
    .open = gpu_open,
    .score = packing_score,
};
