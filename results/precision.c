#include "results/precision.h"

#include <math.h>

static size_t at_most(size_t n, size_t most)
{
    return n < most ? n : most;
}

size_t precision_first(const struct precision *p)
{
    return at_most(PRECISION_LEAST, p->most);
}

/* In the unit of the values. */
static double wanted(const struct precision *p, const struct interval *i)
{
    return p->is_relative ? fabs(i->mean) * p->half_width / (1 + p->half_width) : p->half_width;
}

bool precision_is_reached(const struct precision *p, const struct interval *i)
{
    return !interval_is_known(i) ? i->count != 1 : interval_half_width(i) <= wanted(p, i);
}

/* The width goes with the root of their number. */
static size_t needed(const struct precision *p, const struct interval *i, size_t len)
{
    const double ratio = interval_half_width(i) / wanted(p, i);
    const double n = (double)len * ratio * ratio;
    return n < 2 * (double)len ? (size_t)n + 1 : 2 * len;
}

size_t precision_next(const struct precision *p, const struct interval *i, size_t len)
{
    if (len >= p->most || (len >= PRECISION_LEAST && precision_is_reached(p, i)))
        return len;
    size_t next = interval_is_known(i) ? needed(p, i, len) : 2 * len;
    next = (next + PRECISION_BATCH - 1) / PRECISION_BATCH * PRECISION_BATCH;
    return at_most(next > len ? next : len + PRECISION_BATCH, p->most);
}
