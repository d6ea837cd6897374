#include "results/interval.h"

#include "sim/check.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* Adds up distances from the first value, so that what all have in common does not eat the digits
 * in which they differ. */
struct interval interval_of(const double *values, size_t len)
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
    const double t = gsl_cdf_tdist_Pinv(0.5 + INTERVAL_LEVEL / 2, n - 1);
    const double half = t * sqrt(squares / (n - 1) / n);
    r.lower = r.mean - half;
    r.upper = r.mean + half;
    return r;
}

struct interval interval_of_differences(const double *a, const double *b, size_t len)
{
    double *differences = calloc(len + 1, sizeof differences[0]);
    SIM_REQUIRE(differences != NULL);
    for (size_t i = 0; i < len; i++)
        differences[i] = a[i] - b[i];
    const struct interval r = interval_of(differences, len);
    free(differences);
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
