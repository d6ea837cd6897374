/*
 * precision.h - how many replications are enough: until an interval is as narrow as wanted.
 *
 *   size_t n = precision_first(&goal);
 *   for (size_t next; (next = precision_next(&goal, &interval, n)) > n; n = next)
 *       ... run replications n to next - 1, make the interval of all ...
 *
 * A few replications may happen to lie close together, and who stops as soon as an interval looks
 * narrow stops too early too often. Against that: at least PRECISION_LEAST replications; few looks,
 * each after whole batches, as many as the last look says are needed, but at most twice as many as
 * there are; and a relative width w is held against w / (1 + w), because it is the sample mean that
 * it is a share of. How many there are in the end depends on the values only, not on who ran them.
 *
 * Threads  Pure functions.
 * Source   A. M. Law, Simulation Modeling and Analysis, 5th ed., 9.4.1.
 */
#ifndef RESULTS_PRECISION_H
#define RESULTS_PRECISION_H

#include "results/interval.h"

enum { PRECISION_LEAST = 10, PRECISION_BATCH = 10, PRECISION_MOST = 1000 };

struct precision {
    double half_width; /* wanted: a share of the mean if is_relative, else in its unit */
    bool is_relative;
    size_t most; /* replications, whatever the interval */
};

/* How many to begin with. */
size_t precision_first(const struct precision *p);

/* Whether the interval is narrow enough. One of values that are all the same is: nothing there is
 * random; one without any value is, too: more will not help. */
bool precision_is_reached(const struct precision *p, const struct interval *i);

/* After `len` replications: how many there shall be next; len: it is over. */
size_t precision_next(const struct precision *p, const struct interval *i, size_t len);

#endif /* RESULTS_PRECISION_H */
