#include "results/wait_curve.h"

#include <math.h>

enum { PER_DOUBLING = 8 };

#define LEAST_S  (1.0 / 128)
#define NS_PER_S 1e9

double wait_curve_at_s(size_t point)
{
    return point == 0 ? 0 : LEAST_S * exp2((double)(point - 1) / PER_DOUBLING);
}

void wait_curve_fill(struct metrics *m, double out[WAIT_CURVE_POINTS])
{
    struct quantile *q = metrics_quantile(m, METRIC_WAIT, (struct metric_place){BY_NOTHING, 0});
    int64_t limits[WAIT_CURVE_POINTS];
    uint64_t counts[WAIT_CURVE_POINTS];
    const uint64_t jobs = q == NULL ? 0 : quantile_count(q);
    for (size_t i = 0; i < WAIT_CURVE_POINTS; i++)
        limits[i] = (int64_t)(wait_curve_at_s(i) * NS_PER_S);
    if (jobs > 0)
        quantile_at_most(q, limits, WAIT_CURVE_POINTS, counts);
    for (size_t i = 0; i < WAIT_CURVE_POINTS; i++)
        out[i] = jobs > 0 ? (double)counts[i] / (double)jobs : (double)NAN;
}
