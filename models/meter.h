/*
 * meter.h - levels that change in steps, and their exact integrals over time.
 *
 * Units    Levels in jobs or in thousandths of GPUs, areas in that x ns.
 * Cost     O(1) per change.
 * Law      Areas are exact: capacity x time equals the sum over the states that divide it.
 */
#ifndef MODELS_METER_H
#define MODELS_METER_H

#include "models/cluster.h"
#include "sim/time_average.h"

/* Of one pool, in thousandths of GPUs. allocated + fragmented + idle + down = capacity. */
struct pool_meter {
    struct time_average allocated;  /* held by tasks */
    struct time_average active;     /* of those, share of time with kernels running */
    struct time_average down;       /* not held, on nodes that take no tasks */
    struct time_average fragmented; /* free, but no use to those who wait */
};

struct queue_meter {
    uint32_t queue_word;
    struct time_average waiting, running; /* jobs */
    struct time_average waiting_gpus, running_gpus;
    uint64_t arrived, ended;
};

struct meter {
    struct pool_meter *pools; /* as in the cluster */
    uint32_t pools_len;
    struct queue_meter *queues; /* in the order of their first job */
    uint32_t queues_len, queues_cap;
    uint32_t *queue_of_word; /* index + 1; 0: none */
    size_t words_cap;
    struct time_average waiting;   /* jobs that are queued or admitted */
    struct time_average running;   /* jobs that work */
    struct time_average in_system; /* jobs between arrival and end: Little's L */
};

void meter_init(struct meter *m, uint32_t pools_len, int64_t now_ns);
void meter_fini(struct meter *m);

/* Which of `queues` is the queue's; it is made at its first use. */
uint32_t meter_queue(struct meter *m, uint32_t queue_word, int64_t now_ns);

/* Forgets what was before now: the end of the warm-up. */
void meter_cut(struct meter *m, int64_t now_ns);

#endif /* MODELS_METER_H */
