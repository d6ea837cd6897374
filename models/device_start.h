/*
 * device_start.h - whether the devices a task holds let it start, and who works on them.
 *
 * Memory is taken when the processes of a task start, and given back when they end. Time-slicing
 * puts no fence around it: a task that needs more than its neighbours left fails with an error, the
 * neighbours go on. Whole GPUs and MIG instances have their own memory, MPS clients of the device
 * plugin a limit.
 *
 * A task says what it needs (load.memory_bytes). One that does not takes all of a device that it
 * has for itself, and of a shared one its part: memory / replicas.
 *
 * Unified  Where GPU and host share one memory (GB10), what pods request of the host's is not left
 *          for the GPU.
 * Source   specs gpu_models.md 2.1, 2.3: a replica beyond failRequestsGreaterThanOne is refused by
 *          the kubelet (UnexpectedAdmissionError); a failed cudaMalloc ends the process.
 * Cost     O(devices of the task x residents of each).
 */
#ifndef MODELS_DEVICE_START_H
#define MODELS_DEVICE_START_H

#include "models/cluster.h"
#include "models/job.h"

enum device_verdict {
    DEVICE_STARTS,
    DEVICE_REFUSES,   /* asks for several replicas where one is the most: never */
    DEVICE_TOO_SMALL, /* needs more than the device has: never */
    DEVICE_FULL,      /* needs more than is left now */
};

struct device_start {
    enum device_verdict verdict;
    uint64_t need_bytes, left_bytes; /* of the device that decided */
};

/* t holds its devices, and is idle on them. */
struct device_start device_start_check(const struct cluster *c, const struct task *t,
                                       const struct request *r);

/* "needs 40.0 GiB of device memory, 12.5 GiB are left": for people. Returns text. */
const char *device_start_text(const struct device_start *s, char *text, size_t cap);

/* The processes of the task are gone, or back: on devices that it shares. Others' speeds follow. */
void device_start_idle(struct cluster *c, const struct task *t, bool idle);

#endif /* MODELS_DEVICE_START_H */
