/*
 * device_queues.h - who waits for which device: first come, first served at each of them.
 *
 * Work that waits for several devices stands in the queue of each. All queues have the order of
 * arrival: where only who is first everywhere may have its devices, nobody waits in a circle.
 *
 * Memory   Owns its queues; a claim is the caller's, and all zero while it waits for nothing.
 * Cost     join: O(1) per device; leave, is_first: O(devices of the claim).
 */
#ifndef POLICIES_ANNOTATION_MAP_DEVICE_QUEUES_H
#define POLICIES_ANNOTATION_MAP_DEVICE_QUEUES_H

#include "sim/id_list.h"
#include "sim/pool.h"

#include <stdbool.h>

struct device_queues {
    struct pool wants;       /* work that stands in the queue of a device */
    uint32_t *heads, *tails; /* by device; wants, POOL_END: none */
};

struct device_claim {
    struct id_list wants;
};

void device_queues_init(struct device_queues *q, uint32_t devices);
void device_queues_fini(struct device_queues *q);

/* The work of this number joins the queue of a device. */
void device_queues_join(struct device_queues *q, struct device_claim *c, uint32_t work,
                        uint32_t device);

/* Leaves all queues. */
void device_queues_leave(struct device_queues *q, struct device_claim *c);

bool device_queues_is_first(const struct device_queues *q, const struct device_claim *c);

/* Who stands in a device's queue: the first place, the one behind it (POOL_END: there is none), and
 * the work that has it. */
uint32_t device_queues_first(const struct device_queues *q, uint32_t device);
uint32_t device_queues_next(const struct device_queues *q, uint32_t place);
uint32_t device_queues_work(const struct device_queues *q, uint32_t place);

#endif /* POLICIES_ANNOTATION_MAP_DEVICE_QUEUES_H */
