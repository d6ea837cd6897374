/*
 * rate_profile.h - how the rate of arrivals rises and falls over the day and over the week.
 *
 * A profile is a cycle of equal parts with a factor each. A walk goes through time by intervals
 * that are meant for a factor of 1: where it is 2 they take half as long, where it is 0 nothing
 * happens. So intervals of any process become one of that rate (the inverse of the integrated
 * rate; Cinlar 1975), with no number drawn beyond those of the intervals: streams stay aligned.
 *
 * Units    Days begin at midnight UTC, weeks on Monday. Instants are ns since the Unix epoch; what
 *          is finer than a nanosecond is carried along, so nothing drifts.
 * Memory   The factors lie in the arena.
 * Cost     O(parts passed), at most two cycles of them.
 */
#ifndef WORKLOADS_RATE_PROFILE_H
#define WORKLOADS_RATE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RATE_DAY_NS INT64_C(86400000000000)

struct arena;

/* Zeroed: a factor of 1 at all times. */
struct rate_profile {
    const double *factors; /* at least one is above 0 */
    size_t len;
    int64_t part_ns;
    int64_t origin_ns; /* where a cycle begins */
    double mean;       /* of the factors */
};

/* daily: factors of equal parts of a day, which day_parts divides into whole ns; weekly: seven
 * factors from Monday on, by which a day's are multiplied. Either may be NULL, not both. */
struct rate_profile rate_profile_make(struct arena *a, const double *daily, size_t day_parts,
                                      const double *weekly);

struct rate_walk {
    int64_t now_ns;
    double fraction; /* of a ns beyond now */
    size_t part;
    int64_t part_end_ns;
};

struct rate_walk rate_walk_from(const struct rate_profile *p, int64_t ns);

/* Goes on by an interval, which is not negative. False if that leads beyond last_ns, which is at
 * most 2^62 after now. */
bool rate_walk_on(struct rate_walk *w, const struct rate_profile *p, double interval_ns,
                  int64_t last_ns);

#endif /* WORKLOADS_RATE_PROFILE_H */
