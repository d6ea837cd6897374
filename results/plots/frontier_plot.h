/*
 * frontier_plot.h - what a smaller or larger cluster costs and how well it keeps each target: a
 * panel per target, a point with its interval per candidate, the answer marked.
 *
 *   const struct frontier_target targets[] = {{"p95(wait)", UNIT_SECONDS, 1800, points, len}};
 *   plots_draw_frontier(&(struct frontier_plot){"h100-size", targets, 1, 3}, dir, d);
 *
 * Memory   Borrows all it is given, for the time of the call.
 */
#ifndef RESULTS_PLOTS_FRONTIER_PLOT_H
#define RESULTS_PLOTS_FRONTIER_PLOT_H

#include "results/metric.h"
#include "results/plots/plot_page.h"

#include <stdbool.h>
#include <stddef.h>

/* Of a candidate, for one target. Values are in the unit of the target's metric. */
struct frontier_point {
    double cost;             /* dollars a month */
    double value, low, high; /* value NaN: unknown, not drawn; low NaN: it has no interval */
    bool holds;              /* the target is kept */
};

/* All targets have the same candidates in the same order. */
struct frontier_target {
    const char *title; /* as the user wrote it: "p95(wait) of queue a <= 30m" */
    enum metric_unit unit;
    double limit; /* NaN: none to draw */
    const struct frontier_point *points;
    size_t len;
};

struct frontier_plot {
    const char *scenario;
    const struct frontier_target *targets;
    size_t len;
    size_t answer; /* a candidate; SIZE_MAX: none was found */
};

/* Fills in the page and writes the script; plots_draw_frontier (plots.h) does it all. False: there
 * is nothing to show. */
bool frontier_plot_write(struct plot_page *page, const struct frontier_plot *f);

#endif /* RESULTS_PLOTS_FRONTIER_PLOT_H */
