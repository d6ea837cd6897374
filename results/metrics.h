/*
 * metrics.h - everything that is measured in a run: waits, slowdowns, utilisation, costs.
 *
 * The `summary` observer fills it; summaries, expectations, comparisons and plots read it. Metrics
 * of several runs (replications) may be merged.
 *
 * Law      Jobs submitted before the end of the warm-up do not count; averages over time begin
 *          there. If nothing ended before or was there, mean(queue length) x measured time is the
 *          sum of the waits, exactly: Little's law.
 * Order    Groups are in the order of their names, sizes and priorities of their numbers; jobs
 *          without a name, and those of groups beyond the first 64, come last.
 * Memory   Owns all it knows, texts included. Grows with groups, not with jobs: percentiles become
 *          sketches (quantile.h), those of groups at GROUP_EXACT_JOBS jobs of the run.
 * Cost     metrics_add: about 60 ns per job, and 50 for each way of grouping with two keys or more.
 * Threads  One per run, merged at the end. Asking for percentiles sorts: it is no read.
 */
#ifndef RESULTS_METRICS_H
#define RESULTS_METRICS_H

#include "models/simulation.h"
#include "results/metric.h"
#include "sim/quantile.h"

enum { GROUP_EXACT_JOBS = 1000000 };

/* Group number i of a way of grouping, or all jobs, queues and pools with BY_NOTHING. */
struct metric_place {
    enum metric_by by;
    size_t i;
};

struct metric_value {
    double value;   /* in the unit of metric_unit_of; NaN: there is none */
    double error;   /* the true value is at most so far away; 0: exact */
    uint64_t count; /* of values behind it; 0 for averages over time */
};

struct metrics;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *m); /* NULL is allowed */

/* Keeps percentiles of a metric by this grouping. Without being asked, metrics keep those of all
 * times and slowdowns over all jobs, of wait, turnaround and bounded slowdown by tenant and queue,
 * and of wait by user, size and priority. Only before metrics_begin. */
void metrics_want(struct metrics *m, enum metric_by by, enum metric_id id);

/* --- filling, by the observer --- */

/* sim and its names are borrowed until metrics_end. */
void metrics_begin(struct metrics *m, const struct simulation *sim, int64_t measure_from_ns);
void metrics_add(struct metrics *m, const struct job *job); /* it is over */
void metrics_end(struct metrics *m);

/* --- reading, after metrics_end --- */

/* Adds what from measured: of another run of the same scenario under the same policies. */
void metrics_merge(struct metrics *into, const struct metrics *from);

uint64_t metrics_jobs(const struct metrics *m); /* that count */
uint64_t metrics_runs(const struct metrics *m);

/* Groups of jobs; for levels and shares those of queues and pools. */
size_t metrics_groups(const struct metrics *m, enum metric_id id, enum metric_by by);
const char *metrics_group_name(const struct metrics *m, enum metric_id id, struct metric_place at);

/* SIZE_MAX if there is none of that name. */
size_t metrics_find_group(const struct metrics *m, enum metric_id id, enum metric_by by,
                          const char *name);

/* Whether some jobs are summed up as "(others)" there. */
bool metrics_has_others(const struct metrics *m, enum metric_by by);

/* p in millionths, for STAT_P. */
struct metric_value metrics_value(struct metrics *m, enum metric_id id, struct metric_place at,
                                  enum statistic s, unsigned p);

/* Whether percentiles of it are kept. */
bool metrics_has_percentiles(const struct metrics *m, enum metric_id id, enum metric_by by);

/* NULL: they are not kept, or there are no jobs. In what is counted: ns, 2^-32 of a ratio. */
struct quantile *metrics_quantile(struct metrics *m, enum metric_id id, struct metric_place at);

/* Reasons to wait; ns for each add up to the sum of the waits. */
size_t metrics_reasons(const struct metrics *m);
const char *metrics_reason(const struct metrics *m, size_t reason);
int128 metrics_waited_ns(const struct metrics *m, struct metric_place at, size_t reason);

#endif /* RESULTS_METRICS_H */
