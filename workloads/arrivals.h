/*
 * arrivals.h - when jobs arrive: intervals of a process, in a time that the rate profile bends.
 *
 *   arrivals: {process: poisson, rate: 12/h, daily: [0.3, 0.3, 0.3, 1, 1.6, 1.6, 1, 0.6]}
 *   arrivals: {process: renewal, between: {gamma: {mean: 5m, cv: 2}}, batch: {uniform: [1, 10]}}
 *
 * Poisson intervals give, with a profile, the Poisson process of that rate. Everywhere the rate
 * counts jobs, so batches are the rarer the larger they are.
 *
 * Draws    One number for each interval and one for each size of a batch, from streams of their
 *          own.
 * Memory   Borrows its streams and what the options point to; constant.
 * Cost     Poisson without a profile 20 ns.
 */
#ifndef WORKLOADS_ARRIVALS_H
#define WORKLOADS_ARRIVALS_H

#include "sim/distribution.h"
#include "workloads/lublin.h"
#include "workloads/rate_profile.h"

enum arrival_process {
    ARRIVAL_POISSON,
    ARRIVAL_DETERMINISTIC,
    ARRIVAL_RENEWAL,
    ARRIVAL_LUBLIN,
};

/* Of equal parts of a day, or of the days of a week. */
struct arrival_factors {
    const double *items; /* NULL: not said */
    size_t len;
};

struct arrivals_options {
    int process;                 /* enum arrival_process */
    double rate_per_s;           /* of jobs; 0: not said */
    struct distribution between; /* intervals of a renewal process */
    struct distribution batch;   /* jobs at once; not read: one */
    struct arrival_factors daily, weekly;
};

struct arrivals {
    enum arrival_process process;
    double mean_ns;      /* of an interval, where the factor is 1; not of a renewal process */
    double lublin_scale; /* of intervals of that model */
    struct lublin lublin;
    struct distribution between, batch;
    struct rate_profile profile;
    struct rate_walk walk;
    int64_t last_ns;
    gsl_rng *interval_rng, *batch_rng;
    uint64_t left; /* of the batch that is arriving */
};

extern const struct config_table arrivals_table;

/* Complains of what does not go together; n is the section as it was written. */
bool arrivals_check(const struct arrivals_options *o, const struct yaml_node *n, bool has_lublin,
                    struct diag *d);

struct arrivals_env {
    const struct lublin *lublin; /* of that process; else NULL */
    struct arena *arena;
    int64_t from_ns, last_ns;
    gsl_rng *interval_rng, *batch_rng;
};

/* From an instant on; the first job comes after the first interval. */
void arrivals_start(struct arrivals *a, const struct arrivals_options *o,
                    const struct arrivals_env *env);

/* The next job's instant; false: after last_ns. */
bool arrivals_next(struct arrivals *a, int64_t *ns);

#endif /* WORKLOADS_ARRIVALS_H */
