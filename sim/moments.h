/*
 * moments.h - count, mean, variance, least and greatest of values, without rounding on the way.
 *
 * Sums and sums of squares are integers, so the result is the same whatever the order of the
 * values and however they were spread over threads before moments_merge.
 *
 * struct moments takes int64_t (ns, bytes, counts). struct moments_real takes doubles (slowdowns)
 * as multiples of 2^-64: those of 2^-11 and above lose nothing, smaller ones less than 2^-64 each.
 *
 * Units    Of the values; the variance is in their square.
 * Memory   A zeroed struct is empty. Nothing is owned.
 * Errors   Of no value, mean, least and greatest are NaN or 0; so is a variance of fewer than two.
 *          Mean and variance are within two units in the last place of the exact ones. A real that
 *          is no number or not below 2^63, or reals whose sum passes 2^63 or whose squares sum to
 *          2^128, are a bug: SIM_REQUIRE. Integers cannot overflow.
 * Cost     moments_add: 1 ns; moments_real_add: 20 ns.
 * Threads  One per thread, merged at the end.
 */
#ifndef SIM_MOMENTS_H
#define SIM_MOMENTS_H

#include "sim/int128.h"

#include <stddef.h>
#include <stdint.h>

/* Private to moments.c; visible so that adding is inline. */
struct moments_sums {
    uint64_t count;
    int128 sum;
    uint128 squares_low; /* of a 256-bit number */
    uint128 squares_high;
};

struct moments {
    struct moments_sums sums;
    int64_t min, max;
};

struct moments_real {
    struct moments_sums sums; /* of the values times 2^64 */
    double min, max;
};

static inline void moments_add(struct moments *m, int64_t x)
{
    if (m->sums.count == 0 || x < m->min)
        m->min = x;
    if (m->sums.count == 0 || x > m->max)
        m->max = x;
    const uint128 square = (uint128)((int128)x * x);
    m->sums.count++;
    m->sums.sum += x;
    m->sums.squares_low += square;
    m->sums.squares_high += m->sums.squares_low < square;
}

/* The same for each of len values, in less time. */
void moments_add_all(struct moments *m, const int64_t *values, size_t len);

/* The value 0, so many times. */
static inline void moments_add_zeros(struct moments *m, uint64_t times)
{
    if (times == 0)
        return;
    moments_add(m, 0);
    m->sums.count += times - 1;
}

static inline uint64_t moments_count(const struct moments *m)
{
    return m->sums.count;
}

static inline int128 moments_sum(const struct moments *m)
{
    return m->sums.sum;
}

void moments_merge(struct moments *into, const struct moments *from);
double moments_mean(const struct moments *m);
int64_t moments_mean_nearest(const struct moments *m); /* halves go away from zero; 0 of none */
double moments_variance(const struct moments *m);      /* of a sample: over count - 1 */
double moments_deviation(const struct moments *m);     /* its root */

void moments_real_add(struct moments_real *m, double x);
void moments_real_merge(struct moments_real *into, const struct moments_real *from);
double moments_real_mean(const struct moments_real *m);
double moments_real_variance(const struct moments_real *m);
double moments_real_deviation(const struct moments_real *m);

#endif /* SIM_MOMENTS_H */
