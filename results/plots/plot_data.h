/*
 * plot_data.h - blocks of data and lines that several pictures write alike.
 */
#ifndef RESULTS_PLOTS_PLOT_DATA_H
#define RESULTS_PLOTS_PLOT_DATA_H

#include "results/plots/time_axis.h"
#include "results/timeline.h"

#include <stddef.h>
#include <stdio.h>

/* --- steps of a timeline --- */

/* Writes the columns of a step, each behind a blank. */
typedef void plot_step_fn(FILE *out, const struct timeline *t, size_t step, const void *context);

struct plot_steps {
    const char *name; /* of the block, which is $NAME_NUMBER */
    size_t number;
    const struct timeline *timeline;
    const struct time_axis *axis;
};

/* A row for the beginning of each step and one for its end: the time, and what put writes. */
void plot_steps_print(const struct plot_steps *s, plot_step_fn *put, const void *context,
                      FILE *out);

/* --- lines --- */

/* Number i of a `plot` with so many in it: $BLOCK_I in a colour, with TITLE_I in the legend. */
struct plot_line {
    const char *block, *style, *title, *colour;
    unsigned dash; /* 1: none */
};

void plot_line_print(const struct plot_line *l, size_t i, size_t lines, FILE *out);

/* Of policy i: who comes after the last colour has an earlier one's, and dashes. */
struct plot_line plot_line_of_policy(size_t i, const char *block, const char *style);

#endif /* RESULTS_PLOTS_PLOT_DATA_H */
