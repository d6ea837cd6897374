/*
 * distribution_kind.h - what reading and sampling know of each kind of distribution.
 *
 * Private to sim/distribution*.c. To add a kind: its line here, its struct in
 * distribution_kinds.c. Nothing else.
 */
#ifndef SIM_DISTRIBUTION_KIND_H
#define SIM_DISTRIBUTION_KIND_H

#include "sim/distribution.h"

/* Name, what it takes, what it is. */
#define DISTRIBUTION_KINDS(X)                                                                      \
    X(uniform, "[from, to]", "all values between two are equally likely, both ends included")      \
    X(exponential, "{mean}", "the time between events that know nothing of each other")            \
    X(lognormal, "{median, p95} or {mean, cv}", "the logarithm is normal: run times of jobs")      \
    X(weibull, "{shape, scale} or {shape, mean}", "lifetimes; with shape < 1 the old live longer") \
    X(gamma, "{mean, cv} or {shape, scale}", "skewed to the right, with cv the deviation/mean")    \
    X(erlang, "{mean, stages}", "a sum of equal exponential stages")                               \
    X(hyperexponential, "{mean, cv} or {means, weights}",                                          \
      "one of several exponentials, by weight")                                                    \
    X(pareto, "{shape, from} or {shape, from, to}", "a power law from the least value on")         \
    X(triangular, "[from, mode, to]", "rises to the mode and falls from there")

enum { DISTRIBUTION_PARAMETERS = 4 };
#define DISTRIBUTION_TAKES_OTHERS ""

/* What a parameter is measured in. */
enum distribution_dimension {
    DIMENSION_END,     /* of a list of parameters                                  */
    DIMENSION_ANY,     /* in the unit of the samples, of any sign that samples have */
    DIMENSION_SCALE,   /* in the unit of the samples, above 0                      */
    DIMENSION_SHAPE,   /* a bare number above 0: a shape, a coefficient of variation */
    DIMENSION_COUNT,   /* a whole number above 0                                   */
    DIMENSION_SCALES,  /* a list in the unit of the samples, all above 0          */
    DIMENSION_WEIGHTS, /* as many weights                                        */
};

struct distribution_parameter {
    const char *name;
    enum distribution_dimension dimension;
};

/* The parameters as they were written. */
struct distribution_given {
    unsigned present; /* bit i: the i-th of the kind was written */
    double p[DISTRIBUTION_PARAMETERS];
    double *scales, *weights; /* room for two at least */
    size_t len;               /* of the lists */
};

struct distribution_kind {
    const char *name;
    bool is_list; /* [from, to] instead of {from: .., to: ..} */
    struct distribution_parameter parameters[DISTRIBUTION_PARAMETERS];

    /* From what was written to what the functions below use: d->p, d->reals ... Returns what is
     * wrong, NULL for nothing; DISTRIBUTION_TAKES_OTHERS is said as "takes {mean}". The limits are
     * set before. */
    const char *(*set)(struct distribution *d, const struct distribution_given *g);

    /* One of the two: the value that u of all lie below; or any sample, from a stream of its own.
     */
    double (*quantile)(const struct distribution *d, double u);
    double (*draw)(const struct distribution *d, gsl_rng *branch);

    /* The integral of t^k over the distribution up to x, k at most 2: the distribution function for
     * k = 0, and the k-th moment for x = INFINITY. */
    double (*partial)(const struct distribution *d, int k, double x);
};

#define X(name, takes, help) DISTRIBUTION_##name,
enum { DISTRIBUTION_KINDS(X) DISTRIBUTION_KINDS_LEN };
#undef X

extern const struct distribution_kind *const distribution_kinds[DISTRIBUTION_KINDS_LEN];

/* Where quantiles are drawn, by the limits. Returns what is wrong with them, or NULL. */
const char *distribution_set_limits(struct distribution *d);

#endif /* SIM_DISTRIBUTION_KIND_H */
