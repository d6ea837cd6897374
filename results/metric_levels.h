/*
 * metric_levels.h - averages over time: what the meters of a run, or of several, say in the end.
 *
 * Units    Areas in jobs, or thousandths of GPUs, x ns.
 * Memory   Owns its lists and the names in them.
 */
#ifndef RESULTS_METRIC_LEVELS_H
#define RESULTS_METRIC_LEVELS_H

#include "models/simulation.h"
#include "results/metric.h"

struct level_sum {
    int128 area;
    int64_t max;
};

struct queue_levels {
    char *name;
    struct level_sum waiting, running, waiting_gpus, running_gpus;
};

struct pool_levels {
    char *name;
    int128 capacity, allocated, active, fragmented, down;
};

struct metric_levels {
    int128 measured_ns;
    struct level_sum in_system;
    struct queue_levels all_queues;
    struct pool_levels all_pools;
    struct queue_levels *queues; /* by name */
    size_t queues_len;
    struct pool_levels *pools; /* as in the cluster */
    size_t pools_len;
};

/* Reads the meters, from the end of the warm-up to now. l is zeroed. */
void metric_levels_read(struct metric_levels *l, const struct simulation *sim, int64_t measured_ns);
void metric_levels_fini(struct metric_levels *l);
void metric_levels_merge(struct metric_levels *into, const struct metric_levels *from);

/* Of queue or pool i, or of all with SIZE_MAX; NaN if it was not measured. */
double metric_levels_value(const struct metric_levels *l, enum metric_id id, size_t i,
                           enum statistic s);

#endif /* RESULTS_METRIC_LEVELS_H */
