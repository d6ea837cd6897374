/*
 * pool_step.h - how a pool's capacity was divided since the last sample.
 *
 * Law      allocated + fragmented + idle + down = capacity, in every unit, exactly: idle is what
 *          the others leave, and rounding hands out the same millionths that it takes away.
 * Units    Averages in millionths of GPUs.
 */
#ifndef RESULTS_POOL_STEP_H
#define RESULTS_POOL_STEP_H

#include "models/meter.h"
#include "results/step_area.h"

enum pool_share { SHARE_ALLOCATED, SHARE_FRAGMENTED, SHARE_IDLE, SHARE_DOWN, POOL_SHARES };

struct pool_step {
    struct step_area allocated, active, fragmented, down;
};

/* Thousandths of GPUs x ns; they add up to capacity x time. */
struct pool_areas {
    int128 of[POOL_SHARES];
    int128 active;
};

struct pool_average {
    int64_t capacity_micro;
    int64_t micro[POOL_SHARES];
    int64_t active_micro;
};

/* What happened since the last call, lasted_ns ago. */
struct pool_areas pool_step_areas(struct pool_step *s, const struct pool_meter *m,
                                  uint32_t capacity_gpus, int64_t now_ns, int64_t lasted_ns);

/* The same as averages; lasted_ns > 0. */
struct pool_average pool_step_take(struct pool_step *s, const struct pool_meter *m,
                                   uint32_t capacity_gpus, int64_t now_ns, int64_t lasted_ns);

/* The meter forgets its areas after this. */
void pool_step_cut(struct pool_step *s, const struct pool_meter *m, int64_t now_ns);

#endif /* RESULTS_POOL_STEP_H */
