/*
 * interval.h - a mean over replications, with how well it is known.
 *
 * mean +- t * s / sqrt(n): s is the sample deviation of the n values, t the 97.5 % point of
 * Student's t with n - 1 degrees of freedom. It holds the true mean in 95 % of all experiments if
 * the values are independent and nearly normal, as means of many jobs are.
 *
 * Intervals at other levels are for several questions at once: of k intervals at level 1 - 0.05 / k
 * all hold in 95 % of experiments (Bonferroni).
 *
 * Units    Of the values.
 * Source   A. M. Law, Simulation Modeling and Analysis, 5th ed., 4.5.
 */
#ifndef RESULTS_INTERVAL_H
#define RESULTS_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>

#define INTERVAL_LEVEL 0.95

/* Without an interval (fewer than two values, or all are the same: nothing random was seen),
 * lower and upper are NaN. */
struct interval {
    double mean;         /* NaN: there is no value */
    double lower, upper; /* around the mean, equally far */
    size_t count;        /* of values */
};

/* NaN is no value. */
struct interval interval_of(const double *values, size_t len);

/* Of a[i] - b[i], where both are values: what one policy has more than another with the same luck,
 * which differs less from replication to replication than either. */
struct interval interval_of_differences(const double *a, const double *b, size_t len);

/* The same at another level, such as 0.99. */
struct interval interval_at(double level, const double *values, size_t len);
struct interval interval_of_differences_at(double level, const double *a, const double *b,
                                           size_t len);

/* Of the mean of a minus the mean of b, which are not pairs (Welch's t). */
struct interval interval_of_means_apart(double level, const double *a, size_t a_len,
                                        const double *b, size_t b_len);

/* From that of the mean: where one value lies, t times the deviation around the mean; of samples of
 * a bootstrap, what is known of the value of the log. */
struct interval interval_of_one(const struct interval *of_mean);

bool interval_is_known(const struct interval *i);     /* lower and upper are numbers */
double interval_half_width(const struct interval *i); /* NaN if it is not known */

#endif /* RESULTS_INTERVAL_H */
