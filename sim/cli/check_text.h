/*
 * check_text.h - mistakes that may stand in any YAML or JSON: names of metrics that DCGM has not,
 * in dashboards, alerts and scrape configurations; images that Helm values put together wrongly.
 *
 * Errors   By lint_report, at their places. Each name of a metric is told once per file.
 * Cost     O(length).
 */
#ifndef SIM_CLI_CHECK_TEXT_H
#define SIM_CLI_CHECK_TEXT_H

#include "sim/yaml.h"

/* How much was met that could be judged: metrics of DCGM, and images with a tag beside them. */
size_t check_text(const struct yaml_file *f, struct diag *d);

#endif /* SIM_CLI_CHECK_TEXT_H */
