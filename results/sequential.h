/*
 * sequential.h - whether a mean keeps to a limit, looked at more than once while values come in.
 *
 * At each look the mean is held against the limit by a one-sided test of Student's t. A look that
 * may be repeated must not be trusted as if it were the only one: of the error that is allowed,
 * each of `looks` looks gets an equal share (Bonferroni), so that all of them together err with at
 * most 1 - confidence, whichever of them decides.
 *
 * Threads  Pure functions.
 * Source   A. M. Law, Simulation Modeling and Analysis, 5th ed., 4.5 and 10.4; R. G. Miller,
 *          Simultaneous Statistical Inference, 2nd ed., 1.
 */
#ifndef RESULTS_SEQUENTIAL_H
#define RESULTS_SEQUENTIAL_H

#include "results/expectation.h"
#include "results/interval.h"

enum decision { DECISION_OPEN, DECISION_HOLDS, DECISION_FAILS };

/* Of a mean with its interval (INTERVAL_LEVEL). Values that are all the same decide at once if
 * there are two or more; of `==` and `!=` nothing else does. Without any value it fails. */
enum decision sequential_decision(const struct interval *i, enum comparison op, double limit,
                                  double confidence, size_t looks);

/* The mean's bounds that the test uses: with the confidence of one look, to one side each. */
double sequential_margin(const struct interval *i, double confidence, size_t looks);

#endif /* RESULTS_SEQUENTIAL_H */
