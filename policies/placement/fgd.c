/*
 * fgd.c - fragmentation gradient descent: place a task where it makes fragments grow least.
 *
 * score = 100 x sigmoid((F(node) - F(node after)) / 1000), cut off to an integer, with F as in
 * typical_mix.h; a share goes to the GPU with the best score, the first of equals. F is exact in
 * integers here, so the sigmoid is never computed: a score is the number of thresholds, where the
 * sigmoid crosses 0.01, 0.02 ... 0.99, that the difference reaches.
 *
 * The typical tasks are given, or are learned from the tasks that came: anew whenever their number
 * has doubled, so that scores change seldom.
 *
 * Source   as typical_mix.h.
 */
#include "models/gpu_model.h"
#include "models/gpu_share.h"
#include "models/kubernetes/node_terms.h"
#include "models/typical_mix.h"
#include "policies/placement/strategy.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { THRESHOLDS = 99, ANY_MODEL = 0 };

/* As written. */
struct given_task {
    int64_t cpu_milli, gpus, gpu_milli, count;
    struct config_texts models;
};

struct fgd {
    struct config_list typical; /* of struct given_task */
    double coverage;
    const struct cluster *cluster;
    const struct names *names;
    struct typical_mix *mix;
    int64_t thresholds[THRESHOLDS]; /* of weight x 1000 x (F - F'); ascending */
    bool learns;
    struct typical_task *came; /* by request */
    size_t came_cap;
    int64_t came_total, learned_at;
};

/* --- options --- */

static const struct config_key given_keys[] = {
    {.key = "cpu_milli",
     .kind = CONFIG_INT,
     .offset = offsetof(struct given_task, cpu_milli),
     .fallback = "0",
     .min = 0,
     .max = 1e12,
     .help = "CPUs of one task, in thousandths"},
    {.key = "gpus",
     .kind = CONFIG_INT,
     .offset = offsetof(struct given_task, gpus),
     .fallback = "0",
     .min = 0,
     .max = NODE_MOST_GPUS,
     .help = "GPUs of one task"},
    {.key = "gpu_milli",
     .kind = CONFIG_INT,
     .offset = offsetof(struct given_task, gpu_milli),
     .fallback = "1000",
     .min = 1,
     .max = 1000,
     .help = "of each of them, in thousandths; below 1000, of one GPU"},
    {.key = "models",
     .kind = CONFIG_TEXTS,
     .offset = offsetof(struct given_task, models),
     .fallback = "[]",
     .help = "GPU models that it runs on; any if none is named"},
    {.key = "count",
     .kind = CONFIG_INT,
     .offset = offsetof(struct given_task, count),
     .fallback = "1",
     .min = 1,
     .max = 1e12,
     .help = "how often such tasks come, relative to the others"},
    {0},
};

static const struct config_table given_table = {
    .name = "typical",
    .help = "Tasks that a node's free GPUs should be of use to.",
    .bytes = sizeof(struct given_task),
    .keys = given_keys};

static const struct config_key fgd_keys[] = {
    {.key = "typical",
     .kind = CONFIG_SECTIONS,
     .offset = offsetof(struct fgd, typical),
     .fallback = "[]",
     .table = &given_table,
     .help = "the tasks of the workload; learned from those that come if absent"},
    {.key = "coverage",
     .kind = CONFIG_RATIO,
     .offset = offsetof(struct fgd, coverage),
     .fallback = "0.95",
     .min = 0.01,
     .max = 1,
     .help = "the most frequent tasks that together are this part of all count, at most 64"},
    {0},
};

static const struct config_table fgd_options = {
    .name = "fgd", .bytes = sizeof(struct fgd), .keys = fgd_keys};

/* --- the mix --- */

/* `where` of a learned task is its terms; of a given one, 1 + its index in the list, or any. */
static bool admits(const void *context, uint32_t where, const struct node *n)
{
    const struct fgd *s = context;
    if (s->learns)
        return s->names->terms == NULL || node_terms_match(s->names->terms, where, n, NULL);
    if (where == ANY_MODEL)
        return true;
    const struct given_task *t = &((const struct given_task *)s->typical.items)[where - 1];
    for (size_t i = 0; n->gpu_kind != KIND_NONE && i < t->models.len; i++)
        if (strcmp(s->cluster->kinds[n->gpu_kind]->name, t->models.texts[i]) == 0)
            return true;
    return false;
}

/* 100 x sigmoid(x) >= k if and only if x >= ln(k / (100 - k)). */
static void make_thresholds(struct fgd *s)
{
    const double unit = 1000.0 * (double)typical_mix_weight(s->mix);
    for (int k = 1; k <= THRESHOLDS; k++)
        s->thresholds[k - 1] = (int64_t)ceil(unit * log((double)k / (100.0 - k)));
}

static void make_mix(struct fgd *s, const struct typical_task *tasks, size_t len)
{
    typical_mix_free(s->mix);
    s->mix = typical_mix_new(&(struct typical_spec){
        .tasks = tasks,
        .len = len,
        .coverage_ppm = (uint32_t)lround(s->coverage * 1e6),
        .cluster = s->cluster,
        .admits = admits,
        .context = s,
    });
    make_thresholds(s);
}

static void take_given(struct fgd *s, struct arena *a)
{
    const struct given_task *given = s->typical.items;
    struct typical_task *tasks = arena_alloc(a, (s->typical.len + 1) * sizeof tasks[0]);
    for (size_t i = 0; i < s->typical.len; i++)
        tasks[i] = (struct typical_task){
            .want = {given[i].cpu_milli, (uint32_t)given[i].gpus, (uint32_t)given[i].gpu_milli},
            .where = given[i].models.len == 0 ? ANY_MODEL : (uint32_t)i + 1,
            .count = given[i].count,
        };
    make_mix(s, tasks, s->typical.len);
}

static bool fgd_open(void *state, const struct strategy_env *env, struct diag *d)
{
    struct fgd *s = state;
    (void)d;
    s->cluster = env->cluster;
    s->names = env->names;
    s->learns = s->typical.len == 0;
    take_given(s, env->arena);
    return true;
}

static void know_request(struct fgd *s, uint32_t request)
{
    const size_t old = s->came_cap;
    while (s->came_cap <= request)
        s->came_cap = s->came_cap == 0 ? 64 : 2 * s->came_cap;
    s->came = realloc(s->came, s->came_cap * sizeof s->came[0]);
    SIM_REQUIRE(s->came != NULL);
    memset(s->came + old, 0, (s->came_cap - old) * sizeof s->came[0]);
}

static bool fgd_came(void *state, const struct request *r, uint32_t count)
{
    struct fgd *s = state;
    if (!s->learns)
        return false;
    if (r->id >= s->came_cap)
        know_request(s, r->id);
    s->came[r->id].want = gpu_demand_of(r);
    s->came[r->id].where = r->terms;
    s->came[r->id].count += count;
    s->came_total += count;
    if (s->came_total < 2 * s->learned_at)
        return false;
    s->learned_at = s->came_total;
    make_mix(s, s->came, s->came_cap);
    return true;
}

static void fgd_close(void *state)
{
    struct fgd *s = state;
    typical_mix_free(s->mix);
    free(s->came);
}

/* --- scores --- */

/* less: by how much fragments shrink, times weight. */
static int64_t score_of(const struct fgd *s, int64_t less)
{
    int from = 0, to = THRESHOLDS;
    while (from < to) {
        const int middle = (from + to) / 2;
        if (s->thresholds[middle] <= less)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* The GPU with the best score for a share, the first of equals. */
static uint32_t best_gpu(const struct fgd *s, uint32_t node, const struct gpu_left *left,
                         const struct gpu_demand *want, int64_t *score)
{
    int64_t after[NODE_MOST_GPUS];
    const int64_t before = typical_mix_fragments(s->mix, node, left);
    uint32_t best = GPU_NONE;
    *score = -1;
    typical_mix_after_share(s->mix, node, left, want, after);
    for (uint32_t g = 0; g < left->gpus; g++) {
        if (left->milli[g] < want->milli)
            continue;
        const int64_t here = score_of(s, before - after[g]);
        if (here <= *score)
            continue;
        *score = here;
        best = g;
    }
    return best;
}

static void take_whole(struct gpu_left *left, const struct gpu_demand *want)
{
    uint32_t missing = want->gpus;
    for (uint32_t g = 0; missing > 0 && g < left->gpus; g++) {
        if (left->milli[g] != GPU_MILLI)
            continue;
        left->milli[g] = 0;
        left->total_milli -= GPU_MILLI;
        missing--;
    }
    left->cpu_milli -= want->cpu_milli;
}

static int64_t fgd_score(void *state, const struct request *r, uint32_t node)
{
    const struct fgd *s = state;
    const struct gpu_demand want = gpu_demand_of(r);
    struct gpu_left left;
    gpu_left_read(s->cluster, node, &left);
    if (want.milli < GPU_MILLI) {
        int64_t score;
        best_gpu(s, node, &left, &want, &score);
        return score;
    }
    const int64_t before = typical_mix_fragments(s->mix, node, &left);
    take_whole(&left, &want);
    return score_of(s, before - typical_mix_fragments(s->mix, node, &left));
}

static uint32_t fgd_gpu(void *state, const struct request *r, uint32_t node)
{
    const struct fgd *s = state;
    const struct gpu_demand want = gpu_demand_of(r);
    struct gpu_left left;
    int64_t score;
    gpu_left_read(s->cluster, node, &left);
    return best_gpu(s, node, &left, &want, &score);
}

extern const struct strategy_ops strategy_fgd;
const struct strategy_ops strategy_fgd = {
    .api = STRATEGY_API,
    .name = "fgd",
    .summary = "fragmentation gradient descent: where free GPUs stay of most use to typical tasks",
    .state_bytes = sizeof(struct fgd),
    .options = &fgd_options,
    .open = fgd_open,
    .score = fgd_score,
    .gpu = fgd_gpu,
    .came = fgd_came,
    .close = fgd_close,
};
