/*
 * time_axis.h - simulated time as the horizontal axis of a plot: in the unit, and with marks at the
 * steps, that a reader of so long a run would choose.
 */
#ifndef RESULTS_PLOTS_TIME_AXIS_H
#define RESULTS_PLOTS_TIME_AXIS_H

#include <stdint.h>
#include <stdio.h>

struct time_axis {
    const char *unit; /* "days" */
    double unit_ns;
    double length; /* in units; > 0 */
    double step;   /* between marks, in units */
};

struct time_axis time_axis_of(int64_t length_ns);

static inline double time_axis_at(const struct time_axis *a, int64_t after_start_ns)
{
    return (double)after_start_ns / a->unit_ns;
}

/* Range, marks and their label, as commands of gnuplot. A start of 0 is no date worth naming. */
void time_axis_print(const struct time_axis *a, int64_t start_ns, FILE *out);

#endif /* RESULTS_PLOTS_TIME_AXIS_H */
