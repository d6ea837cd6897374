/*
 * plots.h - pictures of a run, and of a comparison of runs, as SVG and PNG.
 *
 * Each picture is a script with its data in it, which gnuplot draws and can draw again. What they
 * show is bounded (timeline.h, gpu_spans.h, a thousand steps of a distribution), so a run of many
 * millions of jobs is drawn as fast as a small one.
 *
 * Errors   Without gnuplot, and where it fails, a warning says which pictures are missing and how
 *          to draw them from the scripts that are there: no error, the results are whole. False,
 *          after a diag_error, only if a script could not be written.
 * Cost     About 0.15 s a picture, in a process of gnuplot's own.
 */
#ifndef RESULTS_PLOTS_PLOTS_H
#define RESULTS_PLOTS_PLOTS_H

#include "results/plots/frontier_plot.h"
#include "results/run_record.h"

/* All draw into DIR/plots. The records were made with RECORD_PLOTS and filled by the observers
 * `summary` and `plots`. */
bool plots_draw_run(const struct run_record *run, const char *dir, struct diag *d);

/* Policies have the colours of their places in the list. */
bool plots_draw_comparison(const struct run_record *runs, size_t len, const char *dir,
                           struct diag *d);

/* Of a run with replications what plots_draw_run, which sees the first one, cannot show. */
bool plots_draw_replications(const struct run_record *run, const char *dir, struct diag *d);

/* What `size` found, as DIR/plots/frontier. */
bool plots_draw_frontier(const struct frontier_plot *f, const char *dir, struct diag *d);

#endif /* RESULTS_PLOTS_PLOTS_H */
