#include "results/interval.h"

#include "sim/check.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* Adds up distances from the first value, so that what all have in common does not eat the digits
 * in which they differ. */
struct interval interval_at(double level, const double *values, size_t len)
{
    struct interval r = {(double)NAN, (double)NAN, (double)NAN, 0};
    double first = 0, sum = 0, squares = 0;
    bool differs = false;
    for (size_t i = 0; i < len; i++) {
        if (isnan(values[i]))
            continue;
        if (r.count++ == 0)
            first = values[i];
        differs |= values[i] < first || values[i] > first;
        sum += values[i] - first;
    }
    if (r.count == 0)
        return r;
    const double n = (double)r.count;
    r.mean = first + sum / n;
    if (!differs)
        return r;
    for (size_t i = 0; i < len; i++)
        if (!isnan(values[i]))
            squares += (values[i] - r.mean) * (values[i] - r.mean);
    const double t = gsl_cdf_tdist_Pinv(0.5 + level / 2, n - 1);
    const double half = t * sqrt(squares / (n - 1) / n);
    r.lower = r.mean - half;
    r.upper = r.mean + half;
    return r;
}

struct interval interval_of(const double *values, size_t len)
{
    return interval_at(INTERVAL_LEVEL, values, len);
}

struct interval interval_of_differences_at(double level, const double *a, const double *b,
                                           size_t len)
{
    double *differences = calloc(len + 1, sizeof differences[0]);
    SIM_REQUIRE(differences != NULL);
    for (size_t i = 0; i < len; i++)
        differences[i] = a[i] - b[i];
    const struct interval r = interval_at(level, differences, len);
    free(differences);
    return r;
}

struct interval interval_of_differences(const double *a, const double *b, size_t len)
{
    return interval_of_differences_at(INTERVAL_LEVEL, a, b, len);
}

/* Of the mean: its variance, and 0 where all values are the same. */
static double variance_of_mean(const double *values, size_t len, const struct interval *i)
{
    double squares = 0;
    for (size_t k = 0; interval_is_known(i) && k < len; k++)
        if (!isnan(values[k]))
            squares += (values[k] - i->mean) * (values[k] - i->mean);
    const double n = (double)i->count;
    return i->count < 2 ? 0 : squares / (n - 1) / n;
}

struct interval interval_of_means_apart(double level, const double *a, size_t a_len,
                                        const double *b, size_t b_len)
{
    const struct interval x = interval_of(a, a_len), y = interval_of(b, b_len);
    const double vx = variance_of_mean(a, a_len, &x), vy = variance_of_mean(b, b_len, &y);
    struct interval r = {x.mean - y.mean, (double)NAN, (double)NAN,
                         x.count < y.count ? x.count : y.count};
    if (r.count < 2 || vx + vy <= 0)
        return r;
    const double freedom =
        (vx + vy) * (vx + vy) / (vx * vx / (double)(x.count - 1) + vy * vy / (double)(y.count - 1));
    const double half = gsl_cdf_tdist_Pinv(0.5 + level / 2, freedom) * sqrt(vx + vy);
    r.lower = r.mean - half;
    r.upper = r.mean + half;
    return r;
}

struct interval interval_of_one(const struct interval *of_mean)
{
    struct interval r = *of_mean;
    const double half = interval_half_width(of_mean) * sqrt((double)of_mean->count);
    r.lower = r.mean - half;
    r.upper = r.mean + half;
    return r;
}

bool interval_is_known(const struct interval *i)
{
    return i->count > 1 && !isnan(i->lower);
}

double interval_half_width(const struct interval *i)
{
    return (i->upper - i->lower) / 2;
}
