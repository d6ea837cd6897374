/*
 * gpu_cells.h - who is on each GPU and MIG instance now, and how busy each was since the last
 * sample.
 *
 * Follows the events bound, released, node and layout, and the activity of tasks; of machines that
 * number their GPUs. A GPU has a cell, and where it can be cut so has each memory slice at which an
 * instance may begin. A cell knows two levels exactly over time: thousandths of GPUs that its tasks
 * keep busy, which add up to what pools show as active, and the share of its own time with kernels
 * running, at most all of it. The share of a GPU that is cut is that of its instances, each by the
 * part of the multiprocessors that it has.
 *
 * Memory   A cell for each GPU, or nine; in it a few words for each task on it.
 * Cost     O(devices of the task x tasks on a device) per event; a sample costs nothing here.
 */
#ifndef RESULTS_GPU_CELLS_H
#define RESULTS_GPU_CELLS_H

#include "models/device_class.h"
#include "models/observer.h"
#include "sim/int128.h"

/* A task on a cell. */
struct gpu_part {
    uint32_t task;
    int64_t milli;
    uint64_t busy_q32;
    uint64_t memory_bytes; /* that its processes take while they are there; 0: unknown */
};

struct gpu_cell {
    struct gpu_part *parts; /* in the order they came */
    uint32_t len, cap;
    const char *profile; /* of the instance that was there last; NULL: of none */
    int64_t since_ns;    /* the levels are these since then */
    int64_t milli;
    uint64_t busy_q32;
    int128 active_area, busy_area; /* before that */
    int128 seen_area;      /* of busy_area, at the last sample; where something changed since */
    int64_t held_since_ns; /* somebody is there without a break */
    int64_t held_ns;       /* by somebody, before that */
};

struct gpu_cells {
    const struct simulation *sim;
    const struct cluster *cluster;
    struct gpu_cell *cells;
    uint32_t *first;   /* cell, by node */
    bool *has_changed; /* by GPU of the cluster; whoever reads resets it */
    int64_t last_ns;   /* of the last sample */
    uint32_t cells_len;
};

enum { GPU_CELLS_CUT = 1 + MIG_MOST_SLICES };

void gpu_cells_init(struct gpu_cells *c, const struct simulation *sim, int64_t now_ns);
void gpu_cells_fini(struct gpu_cells *c);

void gpu_cells_happened(struct gpu_cells *c, const struct sim_event *e);
void gpu_cells_activity(struct gpu_cells *c, const struct job *job, const struct task *t,
                        bool works);

/* Averages begin anew; the readers have seen what they wanted. */
void gpu_cells_sampled(struct gpu_cells *c, int64_t now_ns);

/* Whether GPUs of the node may be cut. */
bool gpu_cells_is_cut(const struct gpu_cells *c, uint32_t node);

/* Of a GPU of the node, and of the instance on it that begins at a slice. */
struct gpu_cell *gpu_cells_gpu(const struct gpu_cells *c, uint32_t node, uint32_t gpu);
struct gpu_cell *gpu_cells_instance(const struct gpu_cells *c, uint32_t node, uint32_t gpu,
                                    unsigned start);

/* The average share of the cell's time with kernels running since the last sample, in 2^-32; the
 * level where no time has passed. */
uint64_t gpu_cells_busy_q32(const struct gpu_cells *c, const struct gpu_cell *cell, int64_t now_ns);

/* Thousandths of GPUs x ns since the start of the run, and ns that somebody was there. */
int128 gpu_cells_active(const struct gpu_cell *cell, int64_t now_ns);
int64_t gpu_cells_held_ns(const struct gpu_cell *cell, int64_t now_ns);

#endif /* RESULTS_GPU_CELLS_H */
