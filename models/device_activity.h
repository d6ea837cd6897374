/*
 * device_activity.h - how busy a task keeps the devices that it holds.
 *
 * A task with duty d that runs alone keeps a device busy for a share d of the time; neighbours who
 * slow it down to speed v leave it d v. On a MIG instance the share is of the instance's time.
 *
 * Law      device_active_milli is the sum of `milli` over the task's devices, exactly: so what GPUs
 *          do adds up to what pools do.
 * Cost     O(devices of the task x residents of their domains).
 */
#ifndef MODELS_DEVICE_ACTIVITY_H
#define MODELS_DEVICE_ACTIVITY_H

#include "models/cluster.h"
#include "models/job.h"

struct device_activity {
    uint32_t gpu;                   /* on the task's node */
    const struct device_unit *unit; /* the MIG instance; NULL: the GPU itself */
    int64_t milli;                  /* thousandths of a GPU that are kept busy */
    uint64_t busy_q32;              /* share of the device's time, in 2^-32 */
};

typedef void device_activity_fn(void *context, const struct device_activity *a);

/* Calls visit for each device of a task that works. GPUs without identity are left out. */
void device_each_activity(const struct cluster *c, const struct task *t, const struct request *r,
                          device_activity_fn *visit, void *context);

/* Thousandths of GPUs that the task keeps busy while it works: its duty, less what neighbours take.
 */
int64_t device_active_milli(const struct cluster *c, const struct task *t, const struct request *r);

#endif /* MODELS_DEVICE_ACTIVITY_H */
