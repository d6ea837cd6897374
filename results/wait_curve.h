/*
 * wait_curve.h - which part of a run's jobs waited at most how long, at waits that are the same for
 * all runs: 0, and eight to a factor of two from 1/128 s to 174 years. Curves of replications can
 * so be averaged, point by point, however different their waits are.
 */
#ifndef RESULTS_WAIT_CURVE_H
#define RESULTS_WAIT_CURVE_H

#include "results/metrics.h"

enum { WAIT_CURVE_POINTS = 1 + 8 * 39 };

double wait_curve_at_s(size_t point);

/* Shares from 0 to 1; NaN where no job waited, even for nothing. */
void wait_curve_fill(struct metrics *m, double out[WAIT_CURVE_POINTS]);

#endif /* RESULTS_WAIT_CURVE_H */
