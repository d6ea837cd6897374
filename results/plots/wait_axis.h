/*
 * wait_axis.h - waits as the horizontal axis of a distribution: logarithmic from a second on,
 * unless nobody waits for a minute, for waits go from nothing to weeks.
 */
#ifndef RESULTS_PLOTS_WAIT_AXIS_H
#define RESULTS_PLOTS_WAIT_AXIS_H

#include <stdbool.h>
#include <stdio.h>

struct wait_axis {
    double from_s, to_s;
    bool is_linear;
};

/* To the longest wait; from the last mark that hardly anybody has reached, a second at least. */
struct wait_axis wait_axis_of(double hardly_anybody_s, double longest_s);

/* With the vertical axis, of percents of jobs. */
void wait_axis_print(const struct wait_axis *axis, FILE *out);

#endif /* RESULTS_PLOTS_WAIT_AXIS_H */
