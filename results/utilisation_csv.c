/* utilisation_csv.c - utilisation.csv: what every pool's GPUs did, step by step. */
#include "models/gpu_model.h"
#include "models/simulation.h"
#include "results/out_table.h"
#include "results/pool_step.h"
#include "sim/check.h"

#include <stdlib.h>

static const struct out_column columns[] = {
    {"from_s", "s", "beginning of the step"},
    {"to_s", "s", "its end; the last step of a run may be shorter"},
    {"pool", "text", "of nodes, as the scenario calls it"},
    {"gpu", "text", "model of its GPUs; empty: it has none"},
    {"capacity_gpus", "GPUs", "of all its nodes; the next four without active_gpus add up to it"},
    {"allocated_gpus", "GPUs", "held by jobs, shares of a GPU as shares"},
    {"active_gpus", "GPUs",
     "kept busy by jobs; who is alone on a shared GPU may use more than the share that it holds, "
     "so "
     "there may be more than are allocated"},
    {"fragmented_gpus", "GPUs", "free, but of no use to those who wait"},
    {"idle_gpus", "GPUs", "free"},
    {"down_gpus", "GPUs", "not held, on nodes that take no jobs"},
    {"jobs_waiting", "jobs", "queued, or admitted without a node; of the whole cluster"},
    {"jobs_running", "jobs", "at work; of the whole cluster"},
    {0},
};

extern const struct out_table out_table_utilisation;
const struct out_table out_table_utilisation = {
    .file = "utilisation.csv",
    .help = "One row per step and pool. All numbers are averages over the step, to 6 digits behind "
            "the point; allocated + fragmented + idle + down = capacity holds in them exactly.",
    .columns = columns,
};

enum { MICRO_PLACES = 6, MICRO_PER_JOB = 1000000 };

struct utilisation_csv {
    struct table_file file;
    const struct simulation *sim;
    int64_t start_ns;
    int64_t last_ns; /* of the last sample */
    struct pool_step *pools;
    struct step_area waiting, running;
};

static bool utilisation_open(void *state, const struct observer_env *env, struct diag *d)
{
    struct utilisation_csv *s = state;
    s->sim = env->sim;
    s->start_ns = s->last_ns = env->start_ns;
    if (!table_file_open(&s->file, env, &out_table_utilisation, d))
        return false;
    s->pools = calloc((size_t)simulation_cluster(env->sim)->pools_len + 1, sizeof s->pools[0]);
    SIM_REQUIRE(s->pools != NULL);
    return true;
}

struct jobs_average {
    int64_t waiting_micro, running_micro;
};

static int64_t jobs_micro(struct step_area *s, const struct time_average *t, int64_t now_ns,
                          int64_t lasted_ns)
{
    return (int64_t)((step_area_take(s, t, now_ns) * MICRO_PER_JOB + lasted_ns / 2) / lasted_ns);
}

static void put_micro(struct csv *c, int64_t micro)
{
    csv_fixed(c, micro, MICRO_PLACES);
}

static void put_row(struct utilisation_csv *s, int64_t now_ns, const struct node_pool *pool,
                    const struct pool_average *a, const struct jobs_average *jobs)
{
    struct csv *c = &s->file.csv;
    const struct cluster *cluster = simulation_cluster(s->sim);
    csv_seconds(c, s->last_ns - s->start_ns);
    csv_seconds(c, now_ns - s->start_ns);
    csv_text(c, pool == NULL ? NULL : pool->name);
    csv_text(c, pool == NULL || pool->gpu_kind == KIND_NONE ? NULL
                                                            : cluster->kinds[pool->gpu_kind]->name);
    put_micro(c, a->capacity_micro);
    put_micro(c, a->micro[SHARE_ALLOCATED]);
    put_micro(c, a->active_micro);
    put_micro(c, a->micro[SHARE_FRAGMENTED]);
    put_micro(c, a->micro[SHARE_IDLE]);
    put_micro(c, a->micro[SHARE_DOWN]);
    put_micro(c, jobs->waiting_micro);
    put_micro(c, jobs->running_micro);
    csv_end_row(c);
}

static void utilisation_sample(void *state, int64_t now_ns)
{
    struct utilisation_csv *s = state;
    const int64_t lasted_ns = now_ns - s->last_ns;
    if (lasted_ns == 0)
        return; /* the start, or an end that is a step's */
    const struct meter *m = simulation_meter(s->sim);
    const struct cluster *c = simulation_cluster(s->sim);
    const struct jobs_average jobs = {
        .waiting_micro = jobs_micro(&s->waiting, &m->waiting, now_ns, lasted_ns),
        .running_micro = jobs_micro(&s->running, &m->running, now_ns, lasted_ns),
    };
    for (uint32_t p = 0; p < c->pools_len; p++) {
        const struct pool_average a =
            pool_step_take(&s->pools[p], &m->pools[p], c->pools[p].gpus, now_ns, lasted_ns);
        put_row(s, now_ns, &c->pools[p], &a, &jobs);
    }
    if (c->pools_len == 0) /* quota without nodes: there are still jobs to show */
        put_row(s, now_ns, NULL, &(struct pool_average){0}, &jobs);
    s->last_ns = now_ns;
}

static void utilisation_warmed_up(void *state, int64_t now_ns)
{
    struct utilisation_csv *s = state;
    const struct meter *m = simulation_meter(s->sim);
    for (uint32_t p = 0; p < m->pools_len; p++)
        pool_step_cut(&s->pools[p], &m->pools[p], now_ns);
    step_area_cut(&s->waiting, &m->waiting, now_ns);
    step_area_cut(&s->running, &m->running, now_ns);
}

static bool utilisation_close(void *state, struct diag *d)
{
    struct utilisation_csv *s = state;
    free(s->pools);
    return table_file_close(&s->file, d);
}

static void utilisation_abandon(void *state)
{
    struct utilisation_csv *s = state;
    free(s->pools);
    table_file_abandon(&s->file);
}

extern const struct observer_ops observer_utilisation;
const struct observer_ops observer_utilisation = {
    .api = OBSERVER_API,
    .name = "utilisation",
    .summary = "utilisation.csv: what every pool's GPUs did, step by step",
    .state_bytes = sizeof(struct utilisation_csv),
    .wants = WANTS_SAMPLES,
    .open = utilisation_open,
    .sample = utilisation_sample,
    .warmed_up = utilisation_warmed_up,
    .close = utilisation_close,
    .abandon = utilisation_abandon,
};
