/*
 * quantile.h - percentiles of int64_t values: exact while they are few, then from a sketch.
 *
 * A percentile is a value that occurred, by nearest rank: of n values, p is the ceil(n p)-th
 * smallest (the smallest for p = 0). Nothing is interpolated.
 *
 * Up to `exact_most` values are kept. Beyond that they are counted in buckets: the position of the
 * leading bit and the next 10 bits of the value, so a bucket is at most 1/1024 of its values wide.
 * An answer is the middle of a bucket and comes with the half width of its error, at most 0.05 % of
 * the value; the least and the greatest value stay exact, and so does every value below 2048.
 * Negative values are counted alike, mirrored at -1/2: the whole range of int64_t is served. Reals
 * are given as fixed point, slowdowns in millionths, say.
 *
 * Order    State and answers depend only on which values were added, neither on their order nor on
 *          how they were spread over threads before quantile_merge.
 * Memory   8 bytes a value while exact; then 8 KiB for each power of two that occurred, at most
 *          0.9 MiB. Out of memory aborts the run.
 * Cost     quantile_add: 4 ns, 6 ns while exact. The first question after new values sorts them,
 * O(n log n), or walks the buckets, O(100,000). Threads  One per thread, merged at the end.
 * Questions sort: they are no reads.
 */
#ifndef SIM_QUANTILE_H
#define SIM_QUANTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUANTILE_EXACT_MOST = 100000, QUANTILE_ONE = 1000000 /* 95 % is 950000 */ };

struct quantile;

/* The true value lies in [value - half_width, value + half_width]. */
struct quantile_answer {
    int64_t value;
    int64_t half_width; /* 0: exact */
};

/* The true count lies in [least, most]. */
struct quantile_range {
    uint64_t least, most;
};

/* `count` values are at most `value`. */
struct quantile_step {
    int64_t value;
    uint64_t count;
};

/* exact_most: QUANTILE_EXACT_MOST, except in tests. */
struct quantile *quantile_new(size_t exact_most);
void quantile_free(struct quantile *q); /* NULL is allowed */

void quantile_add(struct quantile *q, int64_t value);

/* The same for each of len values, and for one value so many times: 2 ns, and 1 ns, per value. */
void quantile_add_all(struct quantile *q, const int64_t *values, size_t len);
void quantile_add_times(struct quantile *q, int64_t value, uint64_t times);

/* Counts in buckets from now on, however few values there are: for many small ones whose values
 * together would take too much. */
void quantile_begin_sketch(struct quantile *q);

/* Adds what was added to from; both were made with the same exact_most. */
void quantile_merge(struct quantile *into, const struct quantile *from);

uint64_t quantile_count(const struct quantile *q);
bool quantile_is_exact(const struct quantile *q);

/* p in millionths, at most QUANTILE_ONE. False if there is no value. */
bool quantile_at(struct quantile *q, unsigned p, struct quantile_answer *out);

/* How many values are greater than the threshold. */
struct quantile_range quantile_above(struct quantile *q, int64_t threshold);

/* How many values are at most each of len limits, which ascend: in one walk. From the sketch, the
 * values of a bucket count as its middle. */
void quantile_at_most(struct quantile *q, const int64_t *limits, size_t len, uint64_t *counts);

/* The empirical distribution function as at most `most` >= 2 steps, evenly spread over the values,
 * of ascending value and count. All steps are exact, from the sketch too; the first is at the least
 * value (from the sketch its count may be 1 where more are equal), the last at the greatest, with
 * all values. Returns how many. */
size_t quantile_cdf(struct quantile *q, struct quantile_step *out, size_t most);

#endif /* SIM_QUANTILE_H */
