/*
 * sharing.h - tasks that share one GPU, or one MIG instance, and slow each other down.
 *
 * A sharing domain holds the residents of one GPU or instance. When one comes or goes, the speeds
 * of all its residents are computed anew, and of nobody else.
 *
 * Model    Time-slicing: resident i would keep the GPU busy for a share d_i of the time if it were
 *          alone. The GPU gives C = 1/(1 + overhead) if two or more are there, else 1, and divides
 * it max-min fairly by processes: r_i = min(d_i, p_i * c), sum r_i = min(C, sum d_i). Resident i
 *          then runs at r_i / d_i of its solo speed. Source: ../shared specs gpu_models.md 2.5,
 * fitted there to published measurements; docs/MODEL.md. Units    Shares of time in q16 or q32
 * (2^16, 2^32: all of it), speeds in q32. Memory   A domain owns its list of residents. Cost add,
 * remove: O(residents); speeds: O(residents) per round of filling, mostly one or two.
 */
#ifndef MODELS_SHARING_H
#define MODELS_SHARING_H

#include "models/request.h"

#define SPEED_ONE (UINT64_C(1) << 32)

struct resident {
    uint32_t task;
    uint32_t units; /* times it is in: a task may hold two replicas of one GPU */
    struct device_load load;
    uint64_t speed_q32;
};

struct sharing_ops {
    const char *name; /* as in the scenario */
    const char *summary;
    /* Sets speed_q32 of every resident. */
    void (*speeds)(const void *params, struct resident *residents, size_t len);
};

struct timeslice_params {
    uint32_t overhead_q16; /* 0.11: 7209 */
};

/* NVIDIA's time-slicing, as the Kubernetes device plugin sets it up. */
extern const struct sharing_ops sharing_timeslice;

struct sharing_domain {
    const struct sharing_ops *ops;
    const void *params; /* borrowed */
    struct resident *residents;
    uint32_t len, cap;
};

void sharing_domain_init(struct sharing_domain *d, const struct sharing_ops *ops,
                         const void *params);
void sharing_domain_fini(struct sharing_domain *d);

/* The task joins, or is in once more. Speeds are computed anew. */
void sharing_domain_add(struct sharing_domain *d, uint32_t task, const struct device_load *load);

/* The task leaves altogether; nothing happens if it is not in. */
void sharing_domain_remove(struct sharing_domain *d, uint32_t task);

/* Of a resident; SPEED_ONE if it is not in. */
uint64_t sharing_domain_speed(const struct sharing_domain *d, uint32_t task);

/* Memory its residents use together; those that take all there is are not counted. */
uint64_t sharing_domain_memory(const struct sharing_domain *d);

#endif /* MODELS_SHARING_H */
