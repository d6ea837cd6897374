/*
 * With n values, S their sum and Q the sum of their squares, the variance is
 * (n Q - S^2) / (n (n - 1)): the difference is taken of integers of up to 320 bits, so nothing
 * cancels, and only the quotient is rounded.
 */
#include "sim/moments.h"

#include "sim/check.h"

#include <math.h>

enum { LIMBS = 5, LIMB_BITS = 64, REAL_FRACTION_BITS = 64 };

struct wide {
    uint64_t limb[LIMBS]; /* least significant first */
};

struct uint256 {
    uint128 low, high;
};

static struct uint256 square(uint128 x)
{
    const uint64_t low = (uint64_t)x;
    const uint64_t high = (uint64_t)(x >> LIMB_BITS);
    const uint128 cross = (uint128)low * high; /* counts twice, hence 65 and 63 below */
    struct uint256 s = {.low = (uint128)low * low + (cross << 65),
                        .high = (uint128)high * high + (cross >> 63)};
    s.high += s.low < cross << 65;
    return s;
}

static uint128 magnitude(int128 x)
{
    return x < 0 ? -(uint128)x : (uint128)x;
}

static struct wide widened(struct uint256 x)
{
    return (struct wide){{(uint64_t)x.low, (uint64_t)(x.low >> LIMB_BITS), (uint64_t)x.high,
                          (uint64_t)(x.high >> LIMB_BITS)}};
}

static struct wide times(struct wide a, uint64_t factor)
{
    uint128 carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint128)a.limb[i] * factor;
        a.limb[i] = (uint64_t)carry;
        carry >>= LIMB_BITS;
    }
    return a;
}

/* a - b, where a >= b. */
static struct wide minus(struct wide a, struct wide b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        const uint128 less = (uint128)b.limb[i] + borrow;
        borrow = a.limb[i] < less;
        a.limb[i] -= (uint64_t)less;
    }
    return a;
}

/* The two leading limbs hold at least 65 bits: what lies below them does not show in a double. */
static double as_double(struct wide a)
{
    int top = LIMBS - 1;
    while (top > 1 && a.limb[top] == 0)
        top--;
    const uint128 lead = (uint128)a.limb[top] << LIMB_BITS | a.limb[top - 1];
    return ldexp((double)lead, LIMB_BITS * (top - 1));
}

static void merge_sums(struct moments_sums *into, const struct moments_sums *from)
{
    into->count += from->count;
    SIM_REQUIRE(!__builtin_add_overflow(into->sum, from->sum, &into->sum));
    into->squares_low += from->squares_low;
    const uint128 carry = into->squares_low < from->squares_low;
    SIM_REQUIRE(from->squares_high <= ~into->squares_high - carry);
    into->squares_high += from->squares_high + carry;
}

static double mean(const struct moments_sums *s)
{
    return s->count == 0 ? (double)NAN : (double)s->sum / (double)s->count;
}

static double variance(const struct moments_sums *s)
{
    if (s->count < 2)
        return (double)NAN;
    const struct uint256 squares = {s->squares_low, s->squares_high};
    const struct wide over_n = times(widened(squares), s->count);
    const struct wide spread = minus(over_n, widened(square(magnitude(s->sum))));
    return as_double(spread) / (double)((uint128)s->count * (s->count - 1));
}

/* A part of the values, so short and with values so small that its sums fit into one word and two:
 * the carries are propagated once. */
static void add_part(struct moments *m, const int64_t *values, size_t len)
{
    int64_t sum = 0, min = values[0], max = values[0];
    uint128 squares = 0;
    for (size_t i = 0; i < len; i++) {
        const int64_t x = values[i];
        sum += x;
        squares += (uint128)((int128)x * x);
        min = x < min ? x : min;
        max = x > max ? x : max;
    }
    const struct moments part = {.sums = {len, sum, squares, 0}, .min = min, .max = max};
    moments_merge(m, &part);
}

void moments_add_all(struct moments *m, const int64_t *values, size_t len)
{
    enum { PART = 128, SMALL_BITS = 55 }; /* 128 x 2^55 < 2^63, 128 x 2^110 < 2^128 */
    for (size_t at = 0; at < len; at += PART) {
        const size_t part = len - at < PART ? len - at : PART;
        uint64_t any = 0;
        for (size_t i = 0; i < part; i++)
            any |= (uint64_t)values[at + i] ^ (uint64_t)(values[at + i] >> 63);
        if (any >> SMALL_BITS == 0)
            add_part(m, values + at, part);
        else
            for (size_t i = 0; i < part; i++)
                moments_add(m, values[at + i]);
    }
}

void moments_merge(struct moments *into, const struct moments *from)
{
    if (from->sums.count == 0)
        return;
    if (into->sums.count == 0 || from->min < into->min)
        into->min = from->min;
    if (into->sums.count == 0 || from->max > into->max)
        into->max = from->max;
    merge_sums(&into->sums, &from->sums);
}

double moments_mean(const struct moments *m)
{
    return mean(&m->sums);
}

int64_t moments_mean_nearest(const struct moments *m)
{
    if (m->sums.count == 0)
        return 0;
    const uint128 size = magnitude(m->sums.sum) + m->sums.count / 2;
    const int128 nearest = (int128)(size / m->sums.count);
    return (int64_t)(m->sums.sum < 0 ? -nearest : nearest);
}

double moments_variance(const struct moments *m)
{
    return variance(&m->sums);
}

double moments_deviation(const struct moments *m)
{
    return sqrt(moments_variance(m));
}

void moments_real_add(struct moments_real *m, double x)
{
    SIM_REQUIRE(fabs(x) < 0x1p63);
    x += 0.0; /* -0 becomes 0: which of the two came first must not show in min or max */
    const int128 scaled = (int128)(x * 0x1p64);
    const struct uint256 s = square(magnitude(scaled));
    const struct moments_real one = {{1, scaled, s.low, s.high}, x, x};
    moments_real_merge(m, &one);
}

void moments_real_merge(struct moments_real *into, const struct moments_real *from)
{
    if (from->sums.count == 0)
        return;
    if (into->sums.count == 0 || from->min < into->min)
        into->min = from->min;
    if (into->sums.count == 0 || from->max > into->max)
        into->max = from->max;
    merge_sums(&into->sums, &from->sums);
}

double moments_real_mean(const struct moments_real *m)
{
    return ldexp(mean(&m->sums), -REAL_FRACTION_BITS);
}

double moments_real_variance(const struct moments_real *m)
{
    return ldexp(variance(&m->sums), -2 * REAL_FRACTION_BITS);
}

double moments_real_deviation(const struct moments_real *m)
{
    return sqrt(moments_real_variance(m));
}
