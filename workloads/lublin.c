#include "workloads/lublin.h"

#include "sim/check.h"
#include "sim/rng.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdbool.h>

const char *const lublin_type_names[] = {
    [LUBLIN_BATCH] = "batch",
    [LUBLIN_INTERACTIVE] = "interactive",
    [LUBLIN_TYPELESS] = "typeless",
    [LUBLIN_TYPELESS + 1] = NULL,
};

struct gamma {
    double shape, scale;
};

static const struct parameters {
    double serial, power_of_two; /* shares of the jobs */
    double low;                  /* logarithm to base 2 of the smallest parallel size */
    double below_high;           /* where the second stage begins, below that of the largest */
    double first_stage;          /* share of the parallel jobs */
    struct gamma short_run, long_run;
    double short_slope, short_at_0; /* share of the short ones, by size */
    struct gamma interval;
    double interval_ratio; /* the shape is fitted to rush hours; this makes it that of all */
    struct gamma day;
} parameters[] = {
    [LUBLIN_BATCH] = {.2927,
                      .6686,
                      1.2,
                      2,
                      .875,
                      {6.57, .823},
                      {639.1, .0156},
                      -.003,
                      .6986,
                      {6.0415, .8531},
                      1.0519,
                      {6.1271, 5.2740}},
    [LUBLIN_INTERACTIVE] = {.1541,
                            .625,
                            1,
                            2.5,
                            .705,
                            {3.8351, .6605},
                            {7.073, .6856},
                            -.0118,
                            .9156,
                            {6.5510, .6621},
                            .9797,
                            {8.9186, 3.6680}},
    [LUBLIN_TYPELESS] = {.244,
                         .576,
                         .8,
                         2.5,
                         .86,
                         {4.2, .94},
                         {312, .03},
                         -.0054,
                         .78,
                         {10.2303, .4871},
                         1.0225,
                         {8.1737, 3.9631}},
};

/* Logarithms of seconds beyond which a sample is drawn again: two and five days. Less than one in a
 * hundred is. */
static const double LONGEST_RUN = 12, LONGEST_INTERVAL = 13;

enum {
    DAY_STARTS = 11, /* the half hour at which the day of the fit begins: the eleventh, at 5:00 */
    TRIES_MOST = 1000,
};

struct lublin lublin_make(enum lublin_type type, uint64_t largest)
{
    SIM_REQUIRE(largest > 0);
    const double high = log2((double)largest);
    const double medium =
        fmax(high - parameters[type].below_high, high / 2); /* on small machines */
    return (struct lublin){
        .type = type,
        .largest = largest,
        .low = fmin(parameters[type].low, medium),
        .medium = medium,
        .high = high,
    };
}

static double between(double from, double to, gsl_rng *branch)
{
    return from + (to - from) * gsl_rng_uniform(branch);
}

uint64_t lublin_size(const struct lublin *l, gsl_rng *r)
{
    const struct parameters *p = &parameters[l->type];
    struct rng_branch b;
    gsl_rng *branch = rng_branch(&b, gsl_rng_get(r));
    const double u = gsl_rng_uniform(branch);
    if (u <= p->serial || l->largest == 1)
        return 1;
    const bool is_first = gsl_rng_uniform(branch) <= p->first_stage;
    double log_size =
        is_first ? between(l->low, l->medium, branch) : between(l->medium, l->high, branch);
    if (u <= p->serial + p->power_of_two) /* of a largest size that is none, the power below */
        log_size = fmin(floor(log_size + 0.5), floor(l->high));
    const uint64_t size = (uint64_t)(exp2(log_size) + 0.5);
    return size < l->largest ? size : l->largest;
}

/* e to the power of one of them, drawn again while the logarithm is above most. */
static double exp_of_either(struct gamma a, struct gamma b, double share_of_a, double most,
                            gsl_rng *r)
{
    struct rng_branch branch;
    gsl_rng *from = rng_branch(&branch, gsl_rng_get(r));
    double x = most + 1;
    for (int i = 0; i < TRIES_MOST && x > most; i++) {
        const struct gamma *g = gsl_rng_uniform(from) <= share_of_a ? &a : &b;
        x = gsl_ran_gamma(from, g->shape, g->scale);
    }
    return exp(fmin(x, most));
}

double lublin_run_s(const struct lublin *l, uint64_t size, gsl_rng *r)
{
    const struct parameters *p = &parameters[l->type];
    const double share = fmin(fmax(p->short_slope * (double)size + p->short_at_0, 0), 1);
    return exp_of_either(p->short_run, p->long_run, share, LONGEST_RUN, r);
}

static struct gamma interval_of(const struct lublin *l)
{
    const struct parameters *p = &parameters[l->type];
    return (struct gamma){p->interval.shape * p->interval_ratio, p->interval.scale};
}

double lublin_interval_s(const struct lublin *l, gsl_rng *r)
{
    const struct gamma g = interval_of(l);
    return exp_of_either(g, g, 1, LONGEST_INTERVAL, r);
}

/* E[e^x | x <= m] of a gamma variable: e^x times its density is, but for a factor (1 - b)^-a, the
 * density of one with the scale b / (1 - b). */
double lublin_mean_interval_s(const struct lublin *l)
{
    const struct gamma g = interval_of(l);
    return pow(1 - g.scale, -g.shape) *
           gsl_cdf_gamma_P(LONGEST_INTERVAL, g.shape, g.scale / (1 - g.scale)) /
           gsl_cdf_gamma_P(LONGEST_INTERVAL, g.shape, g.scale);
}

void lublin_day(const struct lublin *l, double factors[LUBLIN_DAY_PARTS])
{
    const struct gamma *g = &parameters[l->type].day;
    double sum = 0;
    for (int i = DAY_STARTS; i < DAY_STARTS + LUBLIN_DAY_PARTS; i++) {
        const double share = gsl_cdf_gamma_P(i + 0.5, g->shape, g->scale) -
                             gsl_cdf_gamma_P(i - 0.5, g->shape, g->scale);
        factors[(i - 1) % LUBLIN_DAY_PARTS] = share;
        sum += share;
    }
    for (int i = 0; i < LUBLIN_DAY_PARTS; i++)
        factors[i] *= LUBLIN_DAY_PARTS / sum;
}
