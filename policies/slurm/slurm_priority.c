#include "policies/slurm/slurm_priority.h"

#include "policies/slurm/node_set.h"
#include "sim/check.h"

#include <stdlib.h>

/* What some nodes have in all. */
struct totals {
    double nodes, cpus, memory_mb, gpus;
};

struct slurm_priorities {
    const struct slurm_site *site;
    struct totals cluster;
    struct totals *of_partition;
    double most_job_factor;
};

static void add_node(struct totals *t, const struct slurm_layout *l)
{
    t->nodes++;
    t->cpus += (double)slurm_layout_cores(l) * l->threads;
    t->memory_mb += (double)l->memory_mb;
    t->gpus += l->devices_len;
    for (uint32_t i = 0; i < l->counted_len; i++)
        if (l->counted[i].kind == GRES_GPU)
            t->gpus += (double)l->counted[i].count;
}

struct slurm_priorities *slurm_priorities_new(const struct slurm_site *site)
{
    struct slurm_priorities *p = calloc(1, sizeof *p);
    SIM_REQUIRE(p != NULL);
    p->site = site;
    p->most_job_factor = 1;
    p->of_partition = calloc(site->partitions_len + 1, sizeof p->of_partition[0]);
    SIM_REQUIRE(p->of_partition != NULL);
    for (uint32_t n = 0; n < site->nodes_len; n++)
        add_node(&p->cluster, site->nodes[n].layout);
    for (uint32_t i = 0; i < site->partitions_len; i++) {
        const uint64_t *nodes = site->partitions[i].nodes;
        for (uint32_t n = node_set_next(nodes, site->words, 0); n != UINT32_MAX;
             n = node_set_next(nodes, site->words, n + 1))
            add_node(&p->of_partition[i], site->nodes[n].layout);
        if (site->partitions[i].job_factor > p->most_job_factor)
            p->most_job_factor = site->partitions[i].job_factor;
    }
    return p;
}

void slurm_priorities_free(struct slurm_priorities *p)
{
    if (p == NULL)
        return;
    free(p->of_partition);
    free(p);
}

/* --- what a job asks for --- */

static double gpus_of(const struct slurm_shape *s)
{
    if (s->gpu == NULL)
        return 0;
    const double count = (double)s->gpu->count;
    switch (s->gpu->scope) {
    case WANT_PER_NODE:
        return count * s->min_nodes;
    case WANT_PER_TASK:
        return count * (s->r.tasks == 0 ? 1 : s->r.tasks);
    default:
        return count;
    }
}

static double memory_mb_of(const struct slurm_shape *s)
{
    const double tasks = s->r.tasks == 0 ? 1 : s->r.tasks;
    return (double)s->r.mem_per_node_mb * s->min_nodes + (double)s->r.mem_per_task_mb * tasks;
}

/* --- factors --- */

static double clamp(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static double limit_of(const struct slurm_partition *part, int64_t limit_min)
{
    const int64_t minutes = limit_min == SLURM_NOT_SET ? part->max_time_min : limit_min;
    if (minutes == SLURM_NO_LIMIT)
        return (double)UINT32_MAX;
    return minutes > 0 ? (double)minutes : 1;
}

/* Size is nodes and CPUs alone: GPUs count with PriorityWeightTRES. */
static double job_size(const struct slurm_priorities *p, const struct slurm_shape *s,
                       double limit_min)
{
    const struct slurm_priority_params *params = &p->site->params.priority;
    const struct totals *c = &p->cluster;
    const double nodes = s->min_nodes, cpus = s->min_cpus;
    if (params->is_relative_to_time) {
        const double by_nodes = nodes * c->cpus / c->nodes;
        const double size = (cpus > by_nodes ? cpus : by_nodes) / limit_min / c->cpus;
        return clamp(params->favors_small ? 1 - size : size);
    }
    if (params->favors_small)
        return clamp(((c->nodes - nodes) / c->nodes + (c->cpus - cpus) / c->cpus) / 2);
    return clamp((nodes / c->nodes + cpus / c->cpus) / 2);
}

/* A part of what the partition has; a raw number if it is not normalised. */
static double share(const struct slurm_priority_params *params, double asked, double of_all,
                    int64_t weight)
{
    if (params->keeps_raw_tres)
        return asked * (double)weight;
    return of_all > 0 ? asked / of_all * (double)weight : 0;
}

static double tres(const struct slurm_priority_params *params, const struct totals *t,
                   const struct slurm_shape *s)
{
    double sum = share(params, s->min_cpus, t->cpus, params->weight_cpu);
    sum += share(params, memory_mb_of(s), t->memory_mb, params->weight_memory);
    sum += share(params, s->min_nodes, t->nodes, params->weight_node);
    sum += share(params, gpus_of(s), t->gpus, params->weight_gpu);
    return sum;
}

void slurm_factors_of(const struct slurm_priorities *p, const struct slurm_shape *shape,
                      uint32_t partition, int64_t limit_min, struct slurm_factors *out)
{
    const struct slurm_priority_params *params = &p->site->params.priority;
    const struct slurm_partition *part = &p->site->partitions[partition];
    const double of_most = params->keeps_raw_partition ? 1 : p->most_job_factor;
    *out = (struct slurm_factors){
        .job_size = job_size(p, shape, limit_of(part, limit_min)) * (double)params->weight_job_size,
        .partition = part->job_factor / of_most * (double)params->weight_partition,
        .tres = tres(params, &p->of_partition[partition], shape),
    };
}

uint32_t slurm_priority_at(const struct slurm_priority_params *p, const struct slurm_factors *f,
                           int64_t age_s)
{
    double age = 0;
    if (age_s > 0)
        age = age_s < p->max_age_s ? (double)age_s / (double)p->max_age_s : 1;
    const double sum = age * (double)p->weight_age + f->job_size + f->partition + f->tres;
    if (sum < 1)
        return 1;
    return sum >= (double)UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}
