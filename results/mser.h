/*
 * mser.h - how much of the beginning of a run is not yet steady: MSER-5.
 *
 * Of the means of five values each, as many are left out as make the standard error of the rest
 * least: leaving out more would cost more precision than the beginning's bias costs.
 *
 * Threads  Pure functions.
 * Source   K. P. White, M. J. Cobb and S. C. Spratt, A comparison of five steady-state truncation
 *          heuristics for simulation, Winter Simulation Conference 2000.
 */
#ifndef RESULTS_MSER_H
#define RESULTS_MSER_H

#include <stdbool.h>
#include <stddef.h>

enum { MSER_BATCH = 5 };

struct mser {
    size_t cut;     /* values to leave out: a multiple of MSER_BATCH */
    bool is_steady; /* false: the best cut lies in the second half, so the run is too short */
};

/* In the order of time. Fewer than ten batches: nothing is cut, and it is not steady. */
struct mser mser5(const double *values, size_t len);

#endif /* RESULTS_MSER_H */
