/*
 * timeline.h - what pools and queues did over time, in at most so many steps: for plots.
 *
 * When there are too many steps, neighbours are joined, two and two: averages stay exact, memory
 * does not grow with the run.
 *
 * Units    GPUs and jobs, as averages over a step; times in ns since the Unix epoch.
 * Memory   Owns names and steps. Single pools and queues are kept only if there are few.
 */
#ifndef RESULTS_TIMELINE_H
#define RESULTS_TIMELINE_H

#include "models/simulation.h"
#include "results/pool_step.h"

enum { TIMELINE_STEPS = 512, TIMELINE_POOLS = 6, TIMELINE_QUEUES = 8 };

struct timeline;

struct timeline *timeline_new(void);
void timeline_free(struct timeline *t); /* NULL is allowed */

/* --- filling, by the observer --- */

void timeline_begin(struct timeline *t, const struct simulation *sim, int64_t start_ns);
void timeline_sample(struct timeline *t, int64_t now_ns);
void timeline_cut(struct timeline *t, int64_t now_ns); /* the meters are about to forget */
void timeline_end(struct timeline *t);

/* --- reading, after that --- */

size_t timeline_len(const struct timeline *t);
int64_t timeline_start_ns(const struct timeline *t);
int64_t timeline_from_ns(const struct timeline *t, size_t step);
int64_t timeline_to_ns(const struct timeline *t, size_t step);

/* pool SIZE_MAX: all together; those at and beyond timeline_pools are not known. */
size_t timeline_pools(const struct timeline *t);
const char *timeline_pool_name(const struct timeline *t, size_t pool);
double timeline_capacity_gpus(const struct timeline *t, size_t pool);
double timeline_active_gpus(const struct timeline *t, size_t step, size_t pool);
double timeline_gpus(const struct timeline *t, size_t step, size_t pool, enum pool_share share);

/* queue SIZE_MAX: all together. */
size_t timeline_queues(const struct timeline *t);
const char *timeline_queue_name(const struct timeline *t, size_t queue);
double timeline_waiting(const struct timeline *t, size_t step, size_t queue);
double timeline_running(const struct timeline *t, size_t step);

#endif /* RESULTS_TIMELINE_H */
