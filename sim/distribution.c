#include "sim/distribution.h"

#include "sim/check.h"
#include "sim/distribution_kind.h"
#include "sim/rng.h"

#include <float.h>
#include <math.h>

/* At most one in 100 is let through: 2000 tries all fail once in 5e8 samples, and then the last is
 * moved to the limit. */
enum { TRIES_MOST = 2000 };
static const double SHARE_LEAST = 0.01;
static const double BELOW_ONE = 0x1.fffffffffffffp-1;

const char *distribution_set_limits(struct distribution *d)
{
    d->from = 0;
    d->span = 1;
    if (!d->redraws)
        return NULL;
    d->from = d->kind->partial(d, 0, d->min);
    d->span = d->kind->partial(d, 0, d->max) - d->from;
    return d->span >= SHARE_LEAST ? NULL : "less than 1 % of it lies between min and max";
}

static uint32_t pick(const struct distribution *d, uint64_t number)
{
    if (d->alias.slots != NULL)
        return alias_table_pick(&d->alias, number);
    return (uint32_t)((uint128)number * d->len >> 64);
}

static double draw_between(const struct distribution *d, uint64_t number)
{
    struct rng_branch b;
    gsl_rng *branch = rng_branch(&b, number);
    double x = d->kind->draw(d, branch);
    for (int i = 1; d->redraws && (x < d->min || x > d->max) && i < TRIES_MOST; i++)
        x = d->kind->draw(d, branch);
    return x;
}

static double sample(const struct distribution *d, uint64_t number)
{
    double x;
    if (d->kind->quantile != NULL)
        x = d->kind->quantile(d, fmin(d->from + d->span * rng_unit(number), BELOW_ONE));
    else
        x = draw_between(d, number);
    return x < d->min ? d->min : x > d->max ? d->max : x;
}

int64_t distribution_int(const struct distribution *d, gsl_rng *r)
{
    SIM_REQUIRE(d->unit != DISTRIBUTION_NUMBER);
    const uint64_t number = gsl_rng_get(r);
    if (d->kind == NULL)
        return d->whole == NULL ? pick(d, number) : d->whole[pick(d, number)];
    const double x = sample(d, number);
    return x < (double)DISTRIBUTION_INT_MOST ? (int64_t)floor(x + 0.5) : DISTRIBUTION_INT_MOST;
}

double distribution_real(const struct distribution *d, gsl_rng *r)
{
    SIM_REQUIRE(d->unit == DISTRIBUTION_NUMBER);
    const uint64_t number = gsl_rng_get(r);
    if (d->kind == NULL)
        return d->reals[pick(d, number)];
    return fmax(-DBL_MAX, fmin(sample(d, number), DBL_MAX));
}

size_t distribution_listed(const struct distribution *d)
{
    return d->kind == NULL ? d->len : 0;
}

uint32_t distribution_pick(const struct distribution *d, gsl_rng *r)
{
    SIM_REQUIRE(d->kind == NULL && d->len > 0);
    return pick(d, gsl_rng_get(r));
}

double distribution_value(const struct distribution *d, size_t i)
{
    SIM_REQUIRE(d->kind == NULL && i < d->len);
    if (d->reals != NULL)
        return d->reals[i];
    return d->whole != NULL ? (double)d->whole[i] : (double)i;
}

static double listed_weight(const struct distribution *d, size_t i)
{
    return d->weights != NULL ? d->weights[i] : 1 / (double)d->len;
}

/* Of (value - origin)^k. */
static double listed_moment(const struct distribution *d, int k, double origin)
{
    double sum = 0;
    for (size_t i = 0; i < d->len; i++) {
        const double x = distribution_value(d, i) - origin;
        sum += listed_weight(d, i) * (k == 1 ? x : x * x);
    }
    return sum;
}

/* The k-th moment of what is drawn: of the part between the limits; of what is clamped, the rest
 * counts as its limit. */
static double moment(const struct distribution *d, int k)
{
    const double between = d->kind->partial(d, k, d->max) - d->kind->partial(d, k, d->min);
    if (d->redraws)
        return between / d->span;
    double sum = between;
    if (isfinite(d->min))
        sum += pow(d->min, k) * d->kind->partial(d, 0, d->min);
    if (isfinite(d->max))
        sum += pow(d->max, k) * (1 - d->kind->partial(d, 0, d->max));
    return sum;
}

double distribution_mean(const struct distribution *d)
{
    return d->kind == NULL ? listed_moment(d, 1, 0) : moment(d, 1);
}

double distribution_variance(const struct distribution *d)
{
    const double mean = distribution_mean(d);
    if (d->kind == NULL)
        return listed_moment(d, 2, mean);
    const double second = moment(d, 2);
    return isfinite(second) ? fmax(second - mean * mean, 0) : (double)INFINITY;
}

double distribution_cdf(const struct distribution *d, double x)
{
    if (d->kind == NULL) {
        double sum = 0;
        for (size_t i = 0; i < d->len; i++)
            sum += distribution_value(d, i) <= x ? listed_weight(d, i) : 0;
        return fmin(sum, 1);
    }
    if (x < d->min)
        return 0;
    if (x >= d->max)
        return 1;
    const double below = d->kind->partial(d, 0, x);
    return fmax(0, fmin(d->redraws ? (below - d->from) / d->span : below, 1));
}

const char *distribution_name(const struct distribution *d)
{
    return d->kind == NULL ? "values" : d->kind->name;
}
