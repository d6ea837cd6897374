/*
 * meter.h - levels that change in steps, and their exact integrals over time.
 *
 * Units    A level in its own unit (jobs, thousandths of GPUs), integrals in unit x ns.
 * Cost     O(1) per change.
 * Law      Integrals are exact: capacity x time equals the sum over the states that divide it.
 */
#ifndef MODELS_METER_H
#define MODELS_METER_H

#include "models/cluster.h"
#include "sim/int128.h"

struct level {
    int64_t value;
    int64_t since_ns;
    int128 integral; /* up to since_ns */
};

static inline void level_set(struct level *l, int64_t value, int64_t now_ns)
{
    l->integral += (int128)l->value * (now_ns - l->since_ns);
    l->since_ns = now_ns;
    l->value = value;
}

static inline void level_add(struct level *l, int64_t change, int64_t now_ns)
{
    level_set(l, l->value + change, now_ns);
}

static inline int128 level_integral(const struct level *l, int64_t now_ns)
{
    return l->integral + (int128)l->value * (now_ns - l->since_ns);
}

/* Of one pool, in thousandths of GPUs. allocated + fragmented + idle + down = capacity. */
struct pool_meter {
    struct level allocated;  /* held by tasks */
    struct level active;     /* of those, share of time with kernels running */
    struct level down;       /* not held, on nodes that take no tasks */
    struct level fragmented; /* free, but no use to those who wait */
};

struct queue_meter {
    uint32_t queue_word;
    struct level waiting, running; /* jobs */
    struct level waiting_gpus, running_gpus;
    uint64_t arrived, ended;
};

struct meter {
    struct pool_meter *pools; /* as in the cluster */
    uint32_t pools_len;
    struct queue_meter *queues; /* in the order of their first job */
    uint32_t queues_len, queues_cap;
    uint32_t *queue_of_word; /* index + 1; 0: none */
    size_t words_cap;
    struct level waiting;   /* jobs that are queued or admitted */
    struct level running;   /* jobs that work */
    struct level in_system; /* jobs between arrival and end: Little's L */
};

void meter_init(struct meter *m, uint32_t pools_len, int64_t now_ns);
void meter_fini(struct meter *m);

/* The queue's meter, made at its first use. */
struct queue_meter *meter_queue(struct meter *m, uint32_t queue_word, int64_t now_ns);

#endif /* MODELS_METER_H */
