#include "policies/placement/resource_score.h"

#include <math.h>

enum { BEST = 100 };

static int64_t least(const struct resource_use *u, int64_t requested)
{
    return requested > u->allocatable ? 0 : (u->allocatable - requested) * BEST / u->allocatable;
}

static int64_t most(const struct resource_use *u, int64_t requested)
{
    const int64_t held = requested < u->allocatable ? requested : u->allocatable;
    return held * BEST / u->allocatable;
}

static int64_t on_shape(const struct resource_shape *shape, int64_t utilization)
{
    const struct shape_point *p = shape->points;
    if (utilization <= p[0].utilization)
        return p[0].score;
    for (size_t i = 1; i < shape->len; i++)
        if (utilization <= p[i].utilization)
            return p[i - 1].score + (p[i].score - p[i - 1].score) *
                                        (utilization - p[i - 1].utilization) /
                                        (p[i].utilization - p[i - 1].utilization);
    return p[shape->len - 1].score;
}

static int64_t one_score(enum resource_rule rule, const struct resource_shape *shape,
                         const struct resource_use *u)
{
    const int64_t requested = u->used + u->asked;
    if (rule == RESOURCES_LEAST)
        return least(u, requested);
    if (rule == RESOURCES_MOST)
        return most(u, requested);
    return on_shape(shape, requested > u->allocatable ? BEST : requested * BEST / u->allocatable);
}

int64_t resource_fit_score(enum resource_rule rule, const struct resource_shape *shape,
                           const struct resource_use *uses, size_t len)
{
    int64_t sum = 0, weights = 0;
    for (size_t i = 0; i < len; i++) {
        if (uses[i].allocatable == 0)
            continue;
        const int64_t score = one_score(rule, shape, &uses[i]);
        if (rule == RESOURCES_RATIO && score <= 0)
            continue;
        sum += score * uses[i].weight;
        weights += uses[i].weight;
    }
    if (weights == 0)
        return 0;
    return rule == RESOURCES_RATIO ? (2 * sum + weights) / (2 * weights) : sum / weights;
}

/* --- balance --- */

static double fraction(const struct resource_use *u, int64_t requested)
{
    const double f = (double)requested / (double)u->allocatable;
    return f > 1 ? 1 : f;
}

static double deviation(const double *fractions, size_t len)
{
    if (len == 2)
        return fabs((fractions[0] - fractions[1]) / 2);
    if (len < 2)
        return 0;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < len; i++)
        sum += fractions[i];
    const double mean = sum / (double)len;
    for (size_t i = 0; i < len; i++)
        squares += (fractions[i] - mean) * (fractions[i] - mean);
    return sqrt(squares / (double)len);
}

static int64_t balance(const struct resource_use *uses, size_t len, bool with_pod)
{
    double fractions[RESOURCE_MOST_SCORED];
    size_t counted = 0;
    for (size_t i = 0; i < len; i++)
        if (uses[i].allocatable != 0)
            fractions[counted++] =
                fraction(&uses[i], uses[i].used + (with_pod ? uses[i].asked : 0));
    return (int64_t)((1 - deviation(fractions, counted)) * BEST);
}

int64_t resource_balance_score(const struct resource_use *uses, size_t len)
{
    const int64_t change = balance(uses, len, true) - balance(uses, len, false);
    return BEST / 2 + (BEST / 2 + change) / 2;
}
