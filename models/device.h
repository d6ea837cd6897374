/*
 * device.h - which GPUs, instances or replicas of its node a task holds.
 *
 * What a node's device plugin does when a pod arrives: of the resource's free units it gives the
 * lowest, or, of replicas, one of the GPU or instance that is shared most (packed) or least
 * (distributed). A share goes to the GPU where it leaves least (gpu_share.h).
 *
 * Memory   A task with whole GPUs holds them in gpu_mask; other units are listed in uses, which
 *          device_give frees. A share of a GPU is a use of the class of whole GPUs.
 * Cost     O(units given); packed and distributed replicas O(GPUs of the node) each.
 */
#ifndef MODELS_DEVICE_H
#define MODELS_DEVICE_H

#include "models/cluster.h"
#include "models/job.h"

static inline const struct device_unit *device_unit_of(const struct node *n, struct device_use use)
{
    return &n->classes[use.class_index].units[use.unit];
}

/* NULL: it is for one task alone. */
struct sharing_domain *device_unit_domain(const struct cluster *c, const struct node *n,
                                          const struct device_unit *u);

/* Gives the task what r asks of its node's device classes, `count` times. The classes' free
 * columns must still be what they were: cluster_take comes after. They must say
 * that there is room. */
void device_take(struct cluster *c, struct task *t, const struct request *r, uint32_t count);

/* The same with GPUs of the node that somebody else chose; for shares, one. False if they are not
 * free or not as many as r asks for. */
bool device_take_gpus(struct cluster *c, struct task *t, const struct request *r, uint32_t count,
                      uint64_t gpu_mask);

/* GPUs of the node, whoever else may be on them: they are then shared. Whatever r asks for, the GPU
 * column of a node with numbered GPUs will fall by those that nobody had. On other nodes it gets
 * none. */
void device_take_unchecked(struct cluster *c, struct task *t, const struct request *r,
                           uint32_t count, uint64_t gpu_mask);

/* Gives everything back; r is what it was taken for. cluster_give comes after: together they leave
 * the columns at what is free. Dynamic MIG instances are there until mig_dynamic_destroy. */
void device_give(struct cluster *c, struct task *t, const struct request *r);

/* The share of one GPU that the task holds, or will, if it asks for one. */
static inline uint32_t device_share_milli(const struct task *t, const struct request *r)
{
    return t->share_milli != 0 ? t->share_milli : r->load.gpu_milli;
}

/* Thousandths of GPUs the task holds; a GPU shared unchecked counts for each. */
uint64_t device_milli(const struct cluster *c, const struct task *t, const struct request *r);

/* Of those, what its use number i counts for. */
uint32_t device_use_milli(const struct node *n, const struct task *t, uint32_t i,
                          const struct request *r);

/* Speed of a task whose solo work on a whole GPU is `load`: of the slowest of its devices. */
uint64_t device_speed(const struct cluster *c, const struct task *t,
                      const struct device_load *load);

/* Calls visit for every task that shares a device with t, t itself left out; a task may be met more
 * than once. */
void device_each_neighbour(const struct cluster *c, const struct task *t,
                           void (*visit)(void *context, uint32_t task), void *context);

#endif /* MODELS_DEVICE_H */
