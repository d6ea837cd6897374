/* metrics_state.h - the inside of metrics. Private to metrics.c, metrics_fill.c, metrics_read.c. */
#ifndef RESULTS_METRICS_STATE_H
#define RESULTS_METRICS_STATE_H

#include "results/job_dimension.h"
#include "results/metric_levels.h"
#include "results/metrics.h"

#define METRIC_KEEP(id) (1u << (id))

/* What is measured once per run. */
enum run_metric { RUN_MAKESPAN, RUN_MEASURED, RUN_COST, RUN_METRICS };

struct metrics {
    const struct simulation *sim; /* NULL: not being filled */
    const struct names *names;
    int64_t from_ns; /* jobs submitted before do not count */
    bool was_measured;
    uint64_t runs;
    uint64_t jobs;
    struct job_batch batch;
    struct job_group *all;
    struct dimension dimensions[METRIC_BYS];
    char **reasons;
    size_t reasons_len;
    int64_t first_submit_ns, last_end_ns; /* of the jobs that count */
    struct moments per_run[RUN_METRICS];
    struct metric_levels levels;
};

#endif /* RESULTS_METRICS_STATE_H */
