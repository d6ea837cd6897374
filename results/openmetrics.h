/*
 * openmetrics.h - what dcgm-exporter would say of the cluster at the samples, in one file.
 *
 * OpenMetrics text with timestamps, for `promtool tsdb create-blocks-from openmetrics`: names, help
 * texts and labels are dcgm-exporter's. A GPU has a line for each pod on it, all with the same
 * value, or one without a pod; a GPU that is cut has a line of its own beside those of its
 * instances. Nobody scrapes at the end of a run that is not a step's, so neither is that written.
 *
 * Memory   Does not grow with the run: each family is written into a temporary file without a name
 *          beside the target, as a family's samples have to stand together.
 */
#ifndef RESULTS_OPENMETRICS_H
#define RESULTS_OPENMETRICS_H

#include "results/out_table.h"

/* Its options are struct out_options, with a path. No output of scenarios: a file by name. */
extern const struct observer_ops observer_openmetrics;

#endif /* RESULTS_OPENMETRICS_H */
