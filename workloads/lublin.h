/*
 * lublin.h - the workload model of Lublin and Feitelson, fitted to logs of parallel machines.
 *
 * Sizes    One processor, or 2 to the power of a two-stage uniform variable, most often rounded to
 *          a power of two.
 * Run time e to the power of one of two gamma variables; the larger the job, the more often the
 *          longer one.
 * Arrivals Intervals are e to the power of a gamma variable, in a time that runs as fast as the
 *          half hour of the day is busy (rate_profile.h).
 * Batch and interactive jobs side by side are two such workloads; typeless is fitted to both.
 *
 * Draws    Each sample takes one number from its stream.
 * Source   U. Lublin, D. G. Feitelson, The workload on parallel supercomputers: modeling the
 *          characteristics of rigid jobs, J. Parallel Distrib. Comput. 63 (2003); parameters,
 *          limits and the shift of the day as in their program m_lublin99.c.
 * Cost     Some 50 to 100 ns a sample.
 */
#ifndef WORKLOADS_LUBLIN_H
#define WORKLOADS_LUBLIN_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

enum lublin_type { LUBLIN_BATCH, LUBLIN_INTERACTIVE, LUBLIN_TYPELESS };
enum { LUBLIN_DAY_PARTS = 48 };

extern const char *const lublin_type_names[]; /* ended by NULL */

struct lublin {
    enum lublin_type type;
    uint64_t largest;         /* processors of a job at most */
    double low, medium, high; /* of the two-stage uniform: logarithms to base 2 of sizes */
};

/* For a machine on which jobs may have so many processors. */
struct lublin lublin_make(enum lublin_type type, uint64_t largest);

uint64_t lublin_size(const struct lublin *l, gsl_rng *r);
double lublin_run_s(const struct lublin *l, uint64_t size, gsl_rng *r);
double lublin_interval_s(const struct lublin *l, gsl_rng *r); /* in time of an average half hour */
double lublin_mean_interval_s(const struct lublin *l);

/* How busy each half hour from midnight on is; 1 on average. */
void lublin_day(const struct lublin *l, double factors[LUBLIN_DAY_PARTS]);

#endif /* WORKLOADS_LUBLIN_H */
