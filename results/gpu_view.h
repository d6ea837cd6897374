/*
 * gpu_view.h - a GPU, or a MIG instance of it, as NVIDIA's DCGM would show it at a sample.
 *
 * Source   dcgm-exporter's default counters. GPU_UTIL is not there for GPUs that are cut, power not
 *          for instances: NVML has neither.
 * Units    Shares of time in 1/10000, memory in MiB, power in mW.
 */
#ifndef RESULTS_GPU_VIEW_H
#define RESULTS_GPU_VIEW_H

#include "results/gpu_cells.h"

enum { VIEW_UNKNOWN = -1, VIEW_WHOLE = 10000, VIEW_ID = 8 };

struct gpu_view {
    const struct node *node;
    const struct gpu_model *model; /* NULL: none */
    uint32_t gpu;                  /* on the node */
    const char *profile;           /* of the instance; NULL: it is the GPU */
    char id[VIEW_ID];              /* of the instance: the driver's number, or @4, from slice 4 */
    const struct gpu_cell *cell;
    bool is_cut;      /* a GPU that has instances now */
    bool is_there;    /* its node is up: there is somebody to measure it */
    int64_t busy_e4;  /* share of the time since the last sample with kernels running */
    int64_t used_mib; /* of its memory, now; VIEW_UNKNOWN */
    int64_t free_mib;
    int64_t power_mw; /* average since the last sample */
};

/* The instances that a GPU of the node has now, by the slice where they begin; NULL: none. */
struct gpu_cut {
    const struct device_unit *at[MIG_MOST_SLICES];
};

/* Of all GPUs of the node; out has room for them. */
void gpu_view_cuts(const struct gpu_cells *c, uint32_t node, struct gpu_cut *out);

/* The average of a cell as views have it. */
int64_t gpu_view_busy_e4(const struct gpu_cells *c, const struct gpu_cell *cell);

/* A GPU, with its instances; and one of these. */
struct gpu_view gpu_view_gpu(const struct gpu_cells *c, uint32_t node, uint32_t gpu,
                             const struct gpu_cut *cut);
struct gpu_view gpu_view_instance(const struct gpu_cells *c, uint32_t node,
                                  const struct device_unit *u);

#endif /* RESULTS_GPU_VIEW_H */
