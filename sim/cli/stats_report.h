/* stats_report.h - what `clustersim stats` found, as tables for people and as JSON. */
#ifndef SIM_CLI_STATS_REPORT_H
#define SIM_CLI_STATS_REPORT_H

#include "sim/cli/log_input.h"
#include "workloads/log_stats.h"
#include "workloads/swf_ends.h"

struct json_out;

struct stats_report {
    const struct log_input *in;
    const struct log_stats *stats;
    const struct swf_ends *ends; /* NULL: no SWF log */
    uint64_t machine;            /* processors or GPUs; 0: unknown */
    const char *unit;            /* of sizes: "GPU", "CPU", "processor" */
};

void stats_report_print(const struct stats_report *r, FILE *out);
void stats_report_json(const struct stats_report *r, struct json_out *j);

/* Quantiles that are shown, in millionths. */
enum { STATS_QUANTILES = 7 };
extern const unsigned stats_quantiles[STATS_QUANTILES];
extern const char *const stats_quantile_names[STATS_QUANTILES]; /* "min", "p50" ... */
extern const char *const stats_weekdays[LOG_WEEK_DAYS];

enum { STATS_TOP = 5 };

#endif /* SIM_CLI_STATS_REPORT_H */
