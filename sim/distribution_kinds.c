/*
 * The mathematics of each kind. A moment up to x, the function `partial`, gives the distribution
 * function, all moments, and those of a distribution with limits (distribution.c).
 *
 * Sources: N. L. Johnson, S. Kotz, N. Balakrishnan, Continuous Univariate Distributions, 2nd ed.,
 * for the densities; the integrals are elementary, or the incomplete gamma function
 * P(a, y) = 1/Gamma(a) Integral(0..y) t^(a-1) e^-t dt. Balanced means of a hyperexponential: W.
 * Whitt, Approximating a point process by a renewal process, 1982, eq. 3.
 */
#include "sim/distribution_kind.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

enum { FIRST = 1, SECOND = 2, THIRD = 4, FOURTH = 8 }; /* bits of given.present */

static const double Z95 = 1.6448536269514722; /* the 95th percentile of the standard normal */

static double power(double x, int k)
{
    return k == 0 ? 1 : k == 1 ? x : x * x;
}

/* P(a, y); GSL's own does not take infinity, and is 1 long before. */
static double lower_gamma(double a, double y)
{
    if (!(y > 0))
        return 0;
    return y > a + 50 * sqrt(a) + 500 ? 1 : gsl_sf_gamma_inc_P(a, y);
}

/* uniform: p = from, to; of integers, all from `from` to `to` */

static const char *uniform_set(struct distribution *d, const struct distribution_given *g)
{
    const bool is_int = d->unit == DISTRIBUTION_INT;
    d->p[0] = g->p[0];
    d->p[1] = g->p[1];
    if (is_int && (floor(g->p[0]) != g->p[0] || floor(g->p[1]) != g->p[1]))
        return "the limits of whole numbers must be whole";
    if (!(g->p[1] > g->p[0]))
        return "the second must be greater than the first";
    if (!d->redraws)
        return NULL;
    d->p[0] = fmax(d->p[0], d->min); /* what is left is uniform as well */
    d->p[1] = fmin(d->p[1], d->max);
    d->redraws = false;
    return d->p[0] < d->p[1] + is_int ? NULL : "nothing lies between min and max";
}

static double uniform_quantile(const struct distribution *d, double u)
{
    if (d->unit == DISTRIBUTION_INT)
        return fmin(d->p[0] + floor(u * (d->p[1] - d->p[0] + 1)), d->p[1]);
    return d->p[0] + u * (d->p[1] - d->p[0]);
}

/* The sum of i^k for i = from .. from + len - 1. */
static double sum_of_powers(double from, double len, int k)
{
    const double steps = len * (len - 1) / 2;
    if (k == 0)
        return len;
    if (k == 1)
        return len * from + steps;
    return len * from * from + 2 * from * steps + steps * (2 * len - 1) / 3;
}

static double uniform_partial(const struct distribution *d, int k, double x)
{
    const double from = d->p[0], to = d->p[1];
    if (x < from)
        return 0;
    if (d->unit == DISTRIBUTION_INT)
        return sum_of_powers(from, floor(fmin(x, to)) - from + 1, k) / (to - from + 1);
    const double y = fmin(x, to);
    return (y * power(y, k) - from * power(from, k)) / ((k + 1) * (to - from));
}

static const struct distribution_kind uniform = {
    .name = "uniform",
    .is_list = true,
    .parameters = {{"from", DIMENSION_ANY}, {"to", DIMENSION_ANY}},
    .set = uniform_set,
    .quantile = uniform_quantile,
    .partial = uniform_partial,
};

/* exponential: p = mean */

static const char *exponential_set(struct distribution *d, const struct distribution_given *g)
{
    d->p[0] = g->p[0];
    return g->present == FIRST ? NULL : DISTRIBUTION_TAKES_OTHERS;
}

static double exponential_quantile(const struct distribution *d, double u)
{
    return -d->p[0] *
           log(1 - u); /* u is no finer than 2^-53: nothing is lost, as log1p would save */
}

/* Of a given mean: k! mean^k P(k + 1, x / mean). */
static double exponential_up_to(double mean, int k, double x)
{
    return power(mean, k) * (k == 2 ? 2 : 1) * lower_gamma(k + 1, x / mean);
}

static double exponential_partial(const struct distribution *d, int k, double x)
{
    return exponential_up_to(d->p[0], k, x);
}

static const struct distribution_kind exponential = {
    .name = "exponential",
    .parameters = {{"mean", DIMENSION_SCALE}},
    .set = exponential_set,
    .quantile = exponential_quantile,
    .partial = exponential_partial,
};

/* lognormal: p = mean and deviation of the logarithm */

static const char *lognormal_set(struct distribution *d, const struct distribution_given *g)
{
    if (g->present == (FIRST | SECOND)) {
        if (!(g->p[1] > g->p[0]))
            return "p95 must be greater than the median";
        d->p[0] = log(g->p[0]);
        d->p[1] = log(g->p[1] / g->p[0]) / Z95;
        return NULL;
    }
    if (g->present == (THIRD | FOURTH)) {
        d->p[1] = sqrt(log1p(g->p[3] * g->p[3]));
        d->p[0] = log(g->p[2]) - d->p[1] * d->p[1] / 2;
        return NULL;
    }
    return DISTRIBUTION_TAKES_OTHERS;
}

static double lognormal_quantile(const struct distribution *d, double u)
{
    return gsl_cdf_lognormal_Pinv(u, d->p[0], d->p[1]);
}

static double lognormal_partial(const struct distribution *d, int k, double x)
{
    if (!(x > 0))
        return 0;
    const double sigma = d->p[1];
    const double share = gsl_cdf_ugaussian_P((log(x) - d->p[0]) / sigma - k * sigma);
    return share > 0 ? exp(k * d->p[0] + k * k * sigma * sigma / 2) * share : 0;
}

static const struct distribution_kind lognormal = {
    .name = "lognormal",
    .parameters = {{"median", DIMENSION_SCALE},
                   {"p95", DIMENSION_SCALE},
                   {"mean", DIMENSION_SCALE},
                   {"cv", DIMENSION_SHAPE}},
    .set = lognormal_set,
    .quantile = lognormal_quantile,
    .partial = lognormal_partial,
};

/* weibull: p = shape, scale */

static const char *weibull_set(struct distribution *d, const struct distribution_given *g)
{
    d->p[0] = g->p[0];
    if (g->present == (FIRST | SECOND))
        d->p[1] = g->p[1];
    else if (g->present == (FIRST | THIRD))
        d->p[1] = g->p[2] / tgamma(1 + 1 / g->p[0]);
    else
        return DISTRIBUTION_TAKES_OTHERS;
    return isfinite(tgamma(1 + 2 / d->p[0])) ? NULL : "the shape is too small for a variance";
}

static double weibull_quantile(const struct distribution *d, double u)
{
    return gsl_cdf_weibull_Pinv(u, d->p[1], d->p[0]);
}

static double weibull_partial(const struct distribution *d, int k, double x)
{
    const double a = 1 + k / d->p[0];
    if (!(x > 0))
        return 0;
    return power(d->p[1], k) * tgamma(a) * lower_gamma(a, pow(x / d->p[1], d->p[0]));
}

static const struct distribution_kind weibull = {
    .name = "weibull",
    .parameters = {{"shape", DIMENSION_SHAPE},
                   {"scale", DIMENSION_SCALE},
                   {"mean", DIMENSION_SCALE}},
    .set = weibull_set,
    .quantile = weibull_quantile,
    .partial = weibull_partial,
};

/* gamma: p = shape, scale; erlang is one of a whole shape */

static const char *gamma_set(struct distribution *d, const struct distribution_given *g)
{
    if (g->present == (FIRST | SECOND)) {
        d->p[0] = 1 / (g->p[1] * g->p[1]);
        d->p[1] = g->p[0] / d->p[0];
        return NULL;
    }
    d->p[0] = g->p[2];
    d->p[1] = g->p[3];
    return g->present == (THIRD | FOURTH) ? NULL : DISTRIBUTION_TAKES_OTHERS;
}

static const char *erlang_set(struct distribution *d, const struct distribution_given *g)
{
    d->p[0] = g->p[1];
    d->p[1] = g->p[0] / g->p[1];
    return g->present == (FIRST | SECOND) ? NULL : DISTRIBUTION_TAKES_OTHERS;
}

static double gamma_draw(const struct distribution *d, gsl_rng *branch)
{
    return gsl_ran_gamma(branch, d->p[0], d->p[1]);
}

static double gamma_partial(const struct distribution *d, int k, double x)
{
    const double a = d->p[0];
    const double rising = k == 0 ? 1 : k == 1 ? a : a * (a + 1);
    return power(d->p[1], k) * rising * lower_gamma(a + k, x / d->p[1]);
}

static const struct distribution_kind gamma_kind = {
    .name = "gamma",
    .parameters = {{"mean", DIMENSION_SCALE},
                   {"cv", DIMENSION_SHAPE},
                   {"shape", DIMENSION_SHAPE},
                   {"scale", DIMENSION_SCALE}},
    .set = gamma_set,
    .draw = gamma_draw,
    .partial = gamma_partial,
};

static const struct distribution_kind erlang = {
    .name = "erlang",
    .parameters = {{"mean", DIMENSION_SCALE}, {"stages", DIMENSION_COUNT}},
    .set = erlang_set,
    .draw = gamma_draw,
    .partial = gamma_partial,
};

/* hyperexponential: reals = means, weights */

static const char *hyperexponential_set(struct distribution *d, const struct distribution_given *g)
{
    d->reals = g->scales;
    d->weights = g->weights;
    d->len = g->len;
    if (g->present == (THIRD | FOURTH))
        return NULL;
    if (g->present != (FIRST | SECOND))
        return DISTRIBUTION_TAKES_OTHERS;
    const double square = g->p[1] * g->p[1];
    if (square < 1)
        return "cv must be 1 or more";
    d->len = 2; /* of balanced means: both contribute half of the mean */
    g->weights[0] = (1 + sqrt((square - 1) / (square + 1))) / 2;
    g->weights[1] = 1 - g->weights[0];
    g->scales[0] = g->p[0] / (2 * g->weights[0]);
    g->scales[1] = g->p[0] / (2 * g->weights[1]);
    return NULL;
}

static double hyperexponential_draw(const struct distribution *d, gsl_rng *branch)
{
    double u = gsl_rng_uniform(branch);
    size_t i = 0;
    for (; i + 1 < d->len && u >= d->weights[i]; i++)
        u -= d->weights[i];
    return gsl_ran_exponential(branch, d->reals[i]);
}

static double hyperexponential_partial(const struct distribution *d, int k, double x)
{
    double sum = 0;
    for (size_t i = 0; i < d->len; i++)
        sum += d->weights[i] * exponential_up_to(d->reals[i], k, x);
    return sum;
}

static const struct distribution_kind hyperexponential = {
    .name = "hyperexponential",
    .parameters = {{"mean", DIMENSION_SCALE},
                   {"cv", DIMENSION_SHAPE},
                   {"means", DIMENSION_SCALES},
                   {"weights", DIMENSION_WEIGHTS}},
    .set = hyperexponential_set,
    .draw = hyperexponential_draw,
    .partial = hyperexponential_partial,
};

/* pareto: p = shape, from, to (INFINITY: unbounded), and the share of an unbounded one below `to`
 */

static const char *pareto_set(struct distribution *d, const struct distribution_given *g)
{
    const bool is_bounded = g->present == (FIRST | SECOND | THIRD);
    if (!is_bounded && g->present != (FIRST | SECOND))
        return DISTRIBUTION_TAKES_OTHERS;
    if (is_bounded && !(g->p[2] > g->p[1]))
        return "'to' must be greater than 'from'";
    d->p[0] = g->p[0];
    d->p[1] = g->p[1];
    d->p[2] = is_bounded ? g->p[2] : INFINITY;
    d->p[3] = is_bounded ? -expm1(-g->p[0] * log(g->p[2] / g->p[1])) : 1;
    return NULL;
}

static double pareto_quantile(const struct distribution *d, double u)
{
    return fmin(d->p[1] * exp(-log1p(-u * d->p[3]) / d->p[0]), d->p[2]);
}

static double pareto_partial(const struct distribution *d, int k, double x)
{
    const double shape = d->p[0], from = d->p[1];
    if (!(x > from))
        return 0;
    const double length = log(fmin(x, d->p[2]) / from);
    const double integral =
        shape == k ? length : -expm1((k - shape) * length) / (shape - k); /* of t^(k - shape - 1) */
    return shape * power(from, k) / d->p[3] * integral;
}

static const struct distribution_kind pareto = {
    .name = "pareto",
    .parameters = {{"shape", DIMENSION_SHAPE}, {"from", DIMENSION_SCALE}, {"to", DIMENSION_SCALE}},
    .set = pareto_set,
    .quantile = pareto_quantile,
    .partial = pareto_partial,
};

/* triangular: p = from, mode, to */

static const char *triangular_set(struct distribution *d, const struct distribution_given *g)
{
    for (int i = 0; i < 3; i++)
        d->p[i] = g->p[i];
    const bool rises = d->p[0] <= d->p[1] && d->p[1] <= d->p[2] && d->p[0] < d->p[2];
    return rises ? NULL : "the three must not fall";
}

static double triangular_quantile(const struct distribution *d, double u)
{
    const double width = d->p[2] - d->p[0], left = d->p[1] - d->p[0], right = d->p[2] - d->p[1];
    if (u * width < left)
        return d->p[0] + sqrt(u * width * left);
    return d->p[2] - sqrt((1 - u) * width * right);
}

/* The same for y = t - from, which is between 0 and width. */
static double triangular_above_from(const struct distribution *d, int k, double y)
{
    const double width = d->p[2] - d->p[0], left = d->p[1] - d->p[0], right = d->p[2] - d->p[1];
    const double rising = fmin(y, left);
    double sum = 0;
    if (left > 0) /* the density is 2 y / (width left) */
        sum = 2 * rising * rising * power(rising, k) / ((k + 2) * width * left);
    if (y > left) /* and 2 (width - y) / (width right) */
        sum += 2 / (width * right) *
               (width * (y * power(y, k) - left * power(left, k)) / (k + 1) -
                (y * y * power(y, k) - left * left * power(left, k)) / (k + 2));
    return sum;
}

static double triangular_partial(const struct distribution *d, int k, double x)
{
    const double from = d->p[0];
    if (!(x > from))
        return 0;
    const double y = fmin(x, d->p[2]) - from;
    const double zeroth = triangular_above_from(d, 0, y);
    if (k == 0)
        return zeroth;
    const double first = triangular_above_from(d, 1, y);
    if (k == 1)
        return from * zeroth + first;
    return from * from * zeroth + 2 * from * first + triangular_above_from(d, 2, y);
}

static const struct distribution_kind triangular = {
    .name = "triangular",
    .is_list = true,
    .parameters = {{"from", DIMENSION_ANY}, {"mode", DIMENSION_ANY}, {"to", DIMENSION_ANY}},
    .set = triangular_set,
    .quantile = triangular_quantile,
    .partial = triangular_partial,
};

const struct distribution_kind *const distribution_kinds[DISTRIBUTION_KINDS_LEN] = {
    [DISTRIBUTION_uniform] = &uniform,
    [DISTRIBUTION_exponential] = &exponential,
    [DISTRIBUTION_lognormal] = &lognormal,
    [DISTRIBUTION_weibull] = &weibull,
    [DISTRIBUTION_gamma] = &gamma_kind,
    [DISTRIBUTION_erlang] = &erlang,
    [DISTRIBUTION_hyperexponential] = &hyperexponential,
    [DISTRIBUTION_pareto] = &pareto,
    [DISTRIBUTION_triangular] = &triangular,
};
