/*
 * distribution.h - a random variable as data, read from YAML.
 *
 *   duration: 40m
 *   duration: {lognormal: {median: 40m, p95: 9h}, max: 48h}
 *   factor: {uniform: [1.2, 5]}
 *   gpus: {values: [1, 2, 4, 8], weights: [50, 20, 15, 12]}
 *   priority: {values: [low, high], weights: [4, 1]}
 *   size: {file: sizes.txt}                       one value per line, all equally likely
 *
 * What lies below `min` or above `max` counts as that limit (outside: clamp, the default: a job is
 * killed at its limit), or is drawn again (outside: redraw: the distribution given that it lies
 * between them; less than 1 % between them is refused).
 *
 * Draws    Each sample takes exactly one number from its stream, whatever the distribution, so
 *          streams stay aligned between policies and parameters. But for gamma, erlang and
 *          hyperexponential it is the quantile at that number, and larger for a larger number.
 * Units    Durations are int64_t ns, sizes int64_t bytes, integers int64_t, texts an index into
 *          texts[]: distribution_int. Numbers are doubles: distribution_real. What is drawn as a
 *          real is rounded to the nearest integer, and capped at DISTRIBUTION_INT_MOST. Moments
 *          and the distribution function are those before rounding.
 * Memory   Lies in the reader's arena and YAML file; both outlive it.
 * Errors   Mistakes in the input: the reader's diag. The wrong kind of sample: SIM_REQUIRE.
 * Cost     values and files 6 to 8 ns, uniform and triangular 14, exponential 15, others 30 to 50.
 * Threads  A distribution is constant once read; any number of threads may sample it.
 *
 * Constants, values, files and uniform use integers or exact operations only. The others call libm,
 * whose last bit may differ between processors.
 */
#ifndef SIM_DISTRIBUTION_H
#define SIM_DISTRIBUTION_H

#include "sim/alias_table.h"
#include "sim/config.h"

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum distribution_unit {
    DISTRIBUTION_NUMBER,   /* 1.5, a double            */
    DISTRIBUTION_INT,      /* 8, an int64_t            */
    DISTRIBUTION_DURATION, /* 90s, int64_t ns          */
    DISTRIBUTION_SIZE,     /* 80GiB, int64_t bytes     */
    DISTRIBUTION_TEXT,     /* low, an index into texts */
};

#define DISTRIBUTION_INT_MOST (INT64_C(1) << 61) /* 73 years in ns: adding to a time is safe */

struct distribution_kind;

/* Private to distribution*.c, but for the texts; visible so that it can be a field. */
struct distribution {
    const struct distribution_kind *kind;
    enum distribution_unit unit;
    double p[4];              /* the kind's parameters; durations in ns */
    double min, max;          /* infinite: no limit */
    bool redraws;             /* what lies outside of the limits */
    double from, span;        /* quantiles are drawn in [from, from + span] */
    const int64_t *whole;     /* the values, of units that are integers */
    const double *reals;      /* the values of numbers; means of a hyperexponential */
    const double *weights;    /* of values and means; they sum to 1 */
    const char *const *texts; /* of DISTRIBUTION_TEXT */
    size_t len;               /* of values, means or texts */
    struct alias_table alias; /* slots NULL: all equally likely */
};

/* For config_key.read, of a struct distribution: a plain value is a constant. */
bool distribution_read_number(struct config_reader *r, const struct yaml_node *n, void *d);
bool distribution_read_int(struct config_reader *r, const struct yaml_node *n, void *d);
bool distribution_read_duration(struct config_reader *r, const struct yaml_node *n, void *d);
bool distribution_read_size(struct config_reader *r, const struct yaml_node *n, void *d);
bool distribution_read_text(struct config_reader *r, const struct yaml_node *n, void *d);

/* {team-a: 2, team-b: 1}: texts with their weights. */
bool distribution_read_shares(struct config_reader *r, const struct yaml_node *n, void *d);

/* For config_key.hint and config_key.table. */
#define DISTRIBUTION_HINT(plain) plain ", or a distribution"
extern const struct config_table distribution_table;

int64_t distribution_int(const struct distribution *d, gsl_rng *r);
double distribution_real(const struct distribution *d, gsl_rng *r);

/* Of one that lists its values (a constant, values, a file): how many, otherwise 0; which of them,
 * drawn; and the i-th as a number (of texts, i). */
size_t distribution_listed(const struct distribution *d);
uint32_t distribution_pick(const struct distribution *d, gsl_rng *r);
double distribution_value(const struct distribution *d, size_t i);

/* From closed forms; in base units, which are ns for durations; of texts, of their indexes. May be
 * INFINITY. */
double distribution_mean(const struct distribution *d);
double distribution_variance(const struct distribution *d);

/* The probability of at most x. */
double distribution_cdf(const struct distribution *d, double x);

/* "lognormal", "values" ... */
const char *distribution_name(const struct distribution *d);

#endif /* SIM_DISTRIBUTION_H */
