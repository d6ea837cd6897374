/*
 * run_history.h - how long jobs like these ran in the past: a table of run times by key.
 *
 *   {history: runs.csv, by: queue}                  columns `key` and `duration`
 *   {history: runs.csv, by: {label: app}, otherwise: 1h}
 *
 * What stands for a key are the times of all its rows, equally likely; of a job that has run for a
 * while, those that are longer.
 *
 * Memory   Lies in the reader's arena.
 * Errors   In the reader's diag: what csv_reader.h refuses, missing columns, times that are none.
 * Cost     O(rows log rows) to read, O(log rows) to look up.
 */
#ifndef WORKLOADS_RUN_HISTORY_H
#define WORKLOADS_RUN_HISTORY_H

#include "models/kubernetes/workload.h"
#include "sim/config.h"

#include <gsl/gsl_rng.h>

struct past_run {
    const char *key;
    int64_t ns;
};

enum history_by {
    HISTORY_BY_NAME,
    HISTORY_BY_NAMESPACE,
    HISTORY_BY_QUEUE,
    HISTORY_BY_LABEL,
    HISTORY_BY_ANNOTATION
};

struct run_history {
    enum history_by by;
    const char *key;             /* of the label or annotation */
    const char *path;            /* for messages */
    const struct past_run *runs; /* by key, then by time */
    size_t len;
    const struct yaml_node *otherwise; /* a rule for those without a key in the table; NULL: none */
};

/* The runs of one key. */
struct past_runs {
    const struct past_run *runs;
    size_t len;
};

extern const struct config_table run_history_table;

bool run_history_read(struct config_reader *r, const struct yaml_node *n, struct run_history *out);

/* What the job is looked up by; "" if it has none. */
const char *run_history_key(const struct run_history *h, const struct workload *w);

struct past_runs run_history_find(const struct run_history *h, const char *key);

int64_t past_runs_mean_ns(const struct past_runs *p);

/* One of them that is longer than that; more_than_ns itself if none is. */
int64_t past_runs_draw(const struct past_runs *p, int64_t more_than_ns, gsl_rng *rng);

#endif /* WORKLOADS_RUN_HISTORY_H */
