/*
 * metric.h - the table of what is measured: names, units, and what may be asked of each.
 *
 * It serves `clustersim list metrics`, the columns of summary.csv and the expressions of `expect`.
 *
 * Units    Values are given in the metric's unit: seconds, dollars, GPU-hours, ratios, pieces.
 */
#ifndef RESULTS_METRIC_H
#define RESULTS_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum metric_id {
    /* One value per job. */
    METRIC_WAIT,
    METRIC_UNSCHEDULABLE,
    METRIC_STARTUP,
    METRIC_RUN,
    METRIC_SUSPENDED,
    METRIC_TURNAROUND,
    METRIC_SLOWDOWN,
    METRIC_BOUNDED_SLOWDOWN,
    METRIC_GPUS,
    METRIC_GPU_HOURS,
    METRIC_COST,
    METRIC_PREEMPTIONS,
    METRIC_RESTARTS,
    /* How many jobs. */
    METRIC_JOBS,
    METRIC_DONE,
    METRIC_FAILED,
    METRIC_TIMED_OUT,
    METRIC_PREEMPTED,
    METRIC_NODE_LOST,
    METRIC_CANCELLED,
    METRIC_REFUSED,
    METRIC_LOST,
    METRIC_UNFINISHED,
    METRIC_UNSTARTED,
    /* Levels over time, in jobs or GPUs. */
    METRIC_QUEUE_LENGTH,
    METRIC_QUEUED_GPUS,
    METRIC_RUNNING_JOBS,
    METRIC_RUNNING_GPUS,
    METRIC_JOBS_IN_SYSTEM,
    /* Shares of a pool's capacity, over time. */
    METRIC_UTILISATION,
    METRIC_ACTIVITY,
    METRIC_FRAGMENTATION,
    METRIC_DOWN,
    /* One value per run. */
    METRIC_MAKESPAN,
    METRIC_MEASURED_TIME,
    METRIC_THROUGHPUT,
    METRIC_CLUSTER_COST,
    METRICS,
};

#define JOB_METRICS   ((unsigned)METRIC_JOBS)
#define FIRST_COUNT   METRIC_JOBS
#define COUNT_METRICS (METRIC_QUEUE_LENGTH - METRIC_JOBS)

enum metric_kind { METRIC_PER_JOB, METRIC_COUNT, METRIC_LEVEL, METRIC_SHARE, METRIC_PER_RUN };

/* Of two policies with the same jobs. Use of GPUs is neither: work that was lost and done again
 * raises it, and what is gained by it shows in the makespan. */
enum metric_better { BETTER_NEITHER, BETTER_LESS, BETTER_MORE };

enum metric_unit {
    UNIT_SECONDS,
    UNIT_RATIO, /* shown as a plain number: slowdowns */
    UNIT_SHARE, /* of a whole: shown in percent */
    UNIT_JOBS,
    UNIT_GPUS,
    UNIT_GPU_HOURS,
    UNIT_DOLLARS,
    UNIT_PER_HOUR,
    UNIT_TIMES,
};

/* What jobs, queues or pools are looked at together. */
enum metric_by {
    BY_NOTHING,
    BY_TENANT,
    BY_QUEUE,
    BY_USER,
    BY_SIZE,
    BY_PRIORITY,
    BY_POOL,
    METRIC_BYS,
};

enum statistic { STAT_COUNT, STAT_MEAN, STAT_SUM, STAT_MIN, STAT_MAX, STAT_DEVIATION, STAT_P };

struct metric {
    const char *name; /* as in summary.csv: queue_length */
    enum metric_kind kind;
    enum metric_better better;
    enum metric_unit unit;
    unsigned by;    /* a bit for each metric_by that it can be asked by */
    unsigned stats; /* a bit for each statistic */
    double divisor; /* of what is counted, to come to the unit */
    const char *help;
};

const struct metric *metric_get(enum metric_id id);

/* METRICS if there is none of that name; a blank or a dash may stand for an underscore. */
enum metric_id metric_find(const char *name, size_t len);

/* Of a value: neither for how many there are, how they spread, and the least of them. */
enum metric_better metric_better_of(enum metric_id id, enum statistic s);

const char *metric_by_name(enum metric_by by);               /* "tenant"; "" for BY_NOTHING */
enum metric_by metric_by_find(const char *name, size_t len); /* METRIC_BYS: there is none */

/* "mean", "p95", "p99.9" for STAT_P with p in millionths; lies in buf. */
enum { STATISTIC_TEXT = 16 };
const char *statistic_print(char buf[STATISTIC_TEXT], enum statistic s, unsigned p);

/* Of a value: counts are pieces whatever is counted, shares of jobs are shares. */
enum metric_unit metric_unit_of(enum metric_id id, enum statistic s);
const char *metric_unit_name(enum metric_unit unit); /* "s", "GPU h", "" */

/* For people: 4h 12m, 71.3 %, 1,234.50 USD; NaN is "-". Lies in buf. */
enum { METRIC_TEXT = 48 };
const char *metric_print(char buf[METRIC_TEXT], enum metric_unit unit, double value);

#endif /* RESULTS_METRIC_H */
