/* fragments_csv.c - fragments.csv: why free GPUs are of no use to those who wait. */
#include "models/fragment_class.h"
#include "models/gpu_model.h"
#include "models/simulation.h"
#include "results/out_table.h"

static const struct out_column columns[] = {
    {"time_s", "s", "the instant of the sample"},
    {"pool", "text", "of nodes, as the scenario calls it"},
    {"gpu", "text", "model of its GPUs"},
    {"free_gpus", "GPUs", "on nodes that take jobs; the next six add up to it"},
    {"satisfied_gpus", "GPUs", "the waiting task could have it"},
    {"beside_gpus", "GPUs", "it fits on the node, but in other pieces: these are too small"},
    {"lack_gpu_gpus", "GPUs", "the node has too few free devices of its kind"},
    {"lack_cpu_gpus", "GPUs", "it has the devices, but too few CPUs or too little memory"},
    {"lack_both_gpus", "GPUs", "too little of either"},
    {"no_access_gpus", "GPUs", "a taint, a selector, or a node without such devices"},
    {0},
};

extern const struct out_table out_table_fragments;
const struct out_table out_table_fragments = {
    .file = "fragments.csv",
    .help =
        "At each sample at which some job waits for GPUs: one row per pool with GPUs. The numbers "
        "are means over all groups of tasks that wait, to 6 digits behind the point. (What is of "
        "no use to any of them is `fragmented_gpus` of utilisation.csv.)",
    .columns = columns,
};

enum { MICRO_PLACES = 6 };

struct fragments_csv {
    struct table_file file;
    const struct simulation *sim;
    int64_t start_ns;
};

static bool fragments_open(void *state, const struct observer_env *env, struct diag *d)
{
    struct fragments_csv *s = state;
    s->sim = env->sim;
    s->start_ns = env->start_ns;
    return table_file_open(&s->file, env, &out_table_fragments, d);
}

static void put_row(struct fragments_csv *s, int64_t now_ns, const struct node_pool *pool,
                    const int64_t micro[FRAGMENT_CLASSES])
{
    struct csv *c = &s->file.csv;
    int64_t all = 0;
    for (unsigned k = 0; k < FRAGMENT_CLASSES; k++)
        all += micro[k];
    csv_seconds(c, now_ns - s->start_ns);
    csv_text(c, pool->name);
    csv_text(c, simulation_cluster(s->sim)->kinds[pool->gpu_kind]->name);
    csv_fixed(c, all, MICRO_PLACES);
    for (unsigned k = 0; k < FRAGMENT_CLASSES; k++)
        csv_fixed(c, micro[k], MICRO_PLACES);
    csv_end_row(c);
}

static void fragments_sample(void *state, int64_t now_ns)
{
    struct fragments_csv *s = state;
    const struct fragmentation *f = simulation_fragmentation(s->sim);
    const struct cluster *c = simulation_cluster(s->sim);
    int64_t micro[FRAGMENT_CLASSES];
    for (uint32_t p = 0; f != NULL && p < c->pools_len; p++)
        if (c->pools[p].gpu_kind != KIND_NONE && fragment_classes(f, p, micro))
            put_row(s, now_ns, &c->pools[p], micro);
}

static bool fragments_close(void *state, struct diag *d)
{
    struct fragments_csv *s = state;
    return table_file_close(&s->file, d);
}

static void fragments_abandon(void *state)
{
    struct fragments_csv *s = state;
    table_file_abandon(&s->file);
}

extern const struct observer_ops observer_fragments;
const struct observer_ops observer_fragments = {
    .api = OBSERVER_API,
    .name = "fragments",
    .summary = "fragments.csv: why free GPUs are of no use to those who wait",
    .state_bytes = sizeof(struct fragments_csv),
    .wants = WANTS_SAMPLES,
    .open = fragments_open,
    .sample = fragments_sample,
    .close = fragments_close,
    .abandon = fragments_abandon,
};
