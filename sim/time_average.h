/*
 * time_average.h - the average over time of a level that changes in steps: jobs in the queue, GPUs
 * in use.
 *
 * The integral of the level is exact. A level holds from the instant it is set until the instant
 * of the next change, so one that is set and changed at the same instant leaves no trace, not even
 * in the maximum.
 *
 * Units    Time in ns; the level in whatever it counts; the area in level times ns.
 * Memory   The caller's struct; nothing is owned.
 * Errors   Time that goes back, or one level for 2^63 ns and more, is a bug: SIM_REQUIRE. The mean
 * over no time is NaN. Cost     time_average_set: 2 ns. Threads  One per thread.
 */
#ifndef SIM_TIME_AVERAGE_H
#define SIM_TIME_AVERAGE_H

#include "sim/check.h"
#include "sim/int128.h"

#include <stdint.h>

/* Private to time_average.c; visible so that setting is inline. */
struct time_average {
    int128 area; /* over [from_ns, since_ns) */
    int128 window_area;
    int64_t from_ns;
    int64_t window_from_ns;
    int64_t since_ns; /* of the last change */
    int64_t level;
    int64_t max; /* INT64_MIN: none has lasted */
};

/* Begins at now_ns with a level. */
void time_average_init(struct time_average *t, int64_t now_ns, int64_t level);

static inline void time_average_set(struct time_average *t, int64_t now_ns, int64_t level)
{
    const int64_t lasted_ns = (int64_t)((uint64_t)now_ns - (uint64_t)t->since_ns);
    SIM_REQUIRE_AT(now_ns, lasted_ns >= 0);
    if (lasted_ns > 0 && t->level > t->max)
        t->max = t->level;
    t->area += (int128)t->level * lasted_ns;
    t->since_ns = now_ns;
    t->level = level;
}

static inline void time_average_add(struct time_average *t, int64_t now_ns, int64_t change)
{
    time_average_set(t, now_ns, t->level + change);
}

/* Forgets what was before at_ns, the end of a warm-up, which is not before the last change: so it
 * may be called at the first change after at_ns, before that change is set. */
void time_average_cut(struct time_average *t, int64_t at_ns);

/* From the beginning, or the last cut, to to_ns, which is not before the last change. */
int128 time_average_area(const struct time_average *t, int64_t to_ns);
double time_average_mean(const struct time_average *t, int64_t to_ns);

/* The highest level that lasted; the level itself if none has. */
int64_t time_average_max(const struct time_average *t, int64_t to_ns);

/* The mean since the last call, the cut or the beginning, whichever was last; the next one begins
 * at to_ns. What the functions above return is not changed by it. */
double time_average_window(struct time_average *t, int64_t to_ns);

#endif /* SIM_TIME_AVERAGE_H */
