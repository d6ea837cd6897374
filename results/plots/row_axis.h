/*
 * row_axis.h - rows of GPUs, grouped by node, as the vertical axis of a plot: from the top, a thin
 * line where a node begins, and names of nodes as far as there is room for them.
 */
#ifndef RESULTS_PLOTS_ROW_AXIS_H
#define RESULTS_PLOTS_ROW_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct row_axis {
    size_t rows;
    unsigned row_px;
    const void *of;
    const char *(*node)(const void *of, size_t row);
    bool (*begins_node)(const void *of, size_t row);
};

/* Of a row, where so many share so much height. */
unsigned row_axis_px(size_t rows, unsigned all_px, unsigned least_px, unsigned most_px);

/* Pixels to the left of the axis that its names need. */
unsigned row_axis_left_px(const struct row_axis *a);

/* Names, lines, range and marks, as commands of gnuplot. */
void row_axis_print(const struct row_axis *a, FILE *out);

#endif /* RESULTS_PLOTS_ROW_AXIS_H */
