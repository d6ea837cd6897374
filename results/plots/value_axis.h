/*
 * value_axis.h - values of a metric along an axis, from 0 on: in a unit, and with marks, that a
 * reader of so large values would choose.
 */
#ifndef RESULTS_PLOTS_VALUE_AXIS_H
#define RESULTS_PLOTS_VALUE_AXIS_H

#include "results/metric.h"

struct value_axis {
    const char *unit; /* "hours"; "": a plain number */
    double scale;     /* of a value in its metric's unit, to the axis' */
    double length, step;
};

/* most: of the values, in the metric's unit, with the room that is wanted behind it. */
struct value_axis value_axis_of(enum metric_unit unit, double most);

#endif /* RESULTS_PLOTS_VALUE_AXIS_H */
