/*
 * gpu_left.h - what is left on a node, GPU by GPU, as fragmentation is measured.
 *
 * Units    CPUs and GPUs in thousandths.
 * Cost     gpu_left_read: O(GPUs of the node).
 */
#ifndef MODELS_GPU_LEFT_H
#define MODELS_GPU_LEFT_H

#include "models/cluster.h"

struct gpu_left {
    int64_t cpu_milli;
    uint32_t gpus;                  /* that can be had whole or in shares */
    uint32_t free_gpus;             /* of them, nobody's */
    uint32_t milli[NODE_MOST_GPUS]; /* of each, by number */
    int64_t total_milli;
};

/* MIG instances and replicas are not looked at: such GPUs are not there. */
void gpu_left_read(const struct cluster *c, uint32_t node, struct gpu_left *out);

/* What a request takes of it: so many GPUs, `milli` of each. */
struct gpu_demand {
    int64_t cpu_milli;
    uint32_t gpus;  /* 0: none */
    uint32_t milli; /* 1000: whole ones */
};

struct gpu_demand gpu_demand_of(const struct request *r);

#endif /* MODELS_GPU_LEFT_H */
