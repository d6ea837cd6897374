/*
 * gpu_residents.h - who is on each GPU now, and how long anybody was.
 *
 * Follows the events bound and released; of machines that number their GPUs.
 *
 * Memory   A few words per GPU, and one for each task on it.
 * Cost     O(GPUs of the task x tasks on a GPU) per event.
 */
#ifndef RESULTS_GPU_RESIDENTS_H
#define RESULTS_GPU_RESIDENTS_H

#include "models/observer.h"

struct gpu_resident {
    uint32_t *tasks; /* in the order they came */
    uint32_t len, cap;
    bool has_changed; /* the list, or its node's state; the reader resets it */
    int64_t shown_ns; /* the reader's: when it last showed it */
    int64_t since_ns; /* somebody is there without a break */
    int64_t held_ns;  /* by somebody, before that */
};

struct gpu_residents {
    const struct cluster *cluster;
    struct gpu_resident *gpus; /* as cluster.gpus */
    uint32_t len;
};

void gpu_residents_init(struct gpu_residents *r, const struct cluster *c);
void gpu_residents_fini(struct gpu_residents *r);
void gpu_residents_happened(struct gpu_residents *r, const struct sim_event *e);

/* How long somebody held it, until now. */
int64_t gpu_residents_held_ns(const struct gpu_residents *r, uint32_t gpu, int64_t now_ns);

#endif /* RESULTS_GPU_RESIDENTS_H */
