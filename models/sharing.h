/*
 * sharing.h - tasks that share one GPU, or one MIG instance, and slow each other down.
 *
 * A sharing domain holds the residents of one GPU or instance. When one comes, goes, or begins or
 * stops to work, the speeds of all its residents are computed anew, and of nobody else. A resident
 * that is idle (its container starts, or waits to start again) takes no time and no memory.
 *
 * Models   Time-slicing: resident i would keep the GPU busy for a share d_i of the time if it were
 *          alone. The GPU gives C = 1/(1 + overhead) if two or more work there, else 1, and
 *          divides it max-min fairly by processes: r_i = min(d_i, p_i * c), sum r_i =
 *          min(C, sum d_i). Resident i then runs at r_i / d_i of its solo speed.
 *          MPS: kernels run side by side. Resident i is slowed down by the factor
 *          max(1 + alpha * sum of the others' d_j, sum of all w_j d_j, w_i * clients), where w is
 *          the width of its kernels; the last term stands for the limit of 1/clients of all
 *          threads that the Kubernetes device plugin sets, and clients is 1 where nobody does.
 *          Source: ../shared specs gpu_models.md 2.5, fitted there to published measurements;
 *          docs/MODEL.md.
 * Units    Shares of time in q16 or q32 (2^16, 2^32: all of it), speeds in q32.
 * Memory   A domain owns its list of residents.
 * Cost     add, remove: O(residents); speeds: O(residents) per round of filling, mostly one or two.
 */
#ifndef MODELS_SHARING_H
#define MODELS_SHARING_H

#include "models/request.h"

#define SPEED_ONE (UINT64_C(1) << 32)

struct resident {
    uint32_t task;
    uint32_t units; /* times it is in: a task may hold two replicas of one GPU */
    bool is_idle;   /* no process of it is there */
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

struct mps_params {
    uint32_t alpha_q16; /* 0.44: 28836 */
    uint32_t clients;   /* each may use 1/clients of the threads; 1: all of them */
};

/* NVIDIA's time-slicing, as the Kubernetes device plugin sets it up. */
extern const struct sharing_ops sharing_timeslice;

/* NVIDIA's Multi-Process Service. */
extern const struct sharing_ops sharing_mps;

struct sharing_domain {
    const struct sharing_ops *ops;
    const void *params;    /* borrowed */
    uint64_t memory_bytes; /* of all residents together; 0: unknown */
    uint64_t part_bytes;   /* what one takes that does not say, for each unit; 0: is not counted */
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

/* The task's processes are there no more, or again; nothing happens if it is not in. */
void sharing_domain_set_idle(struct sharing_domain *d, uint32_t task, bool idle);

/* Units of the device that it holds; 0: it is not in. */
uint32_t sharing_domain_units(const struct sharing_domain *d, uint32_t task);

/* Memory that a resident takes while it is not idle: what its load says, else its part. */
uint64_t sharing_domain_need(const struct sharing_domain *d, uint32_t task);

/* Memory that those who are not idle use together; `but` (TASK_NONE: nobody) is not counted. */
uint64_t sharing_domain_memory(const struct sharing_domain *d, uint32_t but);

#endif /* MODELS_SHARING_H */
