/*
 * log_stats.h - what a log holds: how many jobs, how large and how long, when, and whose.
 *
 * Units    Sizes are thousandths of a GPU, of a CPU for jobs without GPUs; times are ns; hours and
 *          weekdays are those of UTC.
 * Order    Jobs come in the order of their submission.
 * Memory   The quantiles', and 16 bytes for each word that names somebody; it does not grow with
 *          the log.
 * Cost     Some 100 ns a job.
 */
#ifndef WORKLOADS_LOG_STATS_H
#define WORKLOADS_LOG_STATS_H

#include "models/job.h"
#include "sim/moments.h"
#include "sim/quantile.h"

struct request_table;

enum { LOG_SIZES = 34, LOG_DAY_HOURS = 24, LOG_WEEK_DAYS = 7 };

/* Whose a job is. */
enum log_owner { LOG_USER, LOG_TENANT, LOG_QUEUE, LOG_OWNERS };

/* Jobs, and what they use: GPU (or CPU) nanoseconds. */
struct log_share {
    uint64_t jobs;
    double use_ns;
};

struct log_shares {
    struct log_share *of; /* by word */
    size_t cap;
    uint64_t len; /* words with jobs */
    struct log_share unknown;
};

struct log_stats {
    struct log_share all;
    uint64_t without_end, without_gpus, without_limit;
    int64_t first_ns, last_ns;
    struct quantile *size, *run, *limit, *gap;
    struct moments gaps;
    struct quantile *accuracy;         /* run time by limit, in millionths */
    struct log_share sizes[LOG_SIZES]; /* nothing, below 1, 1, 2, 3 to 4, 5 to 8 ... */
    struct log_share hours[LOG_DAY_HOURS];
    struct log_share weekdays[LOG_WEEK_DAYS]; /* from Monday */
    struct log_shares owners[LOG_OWNERS];
};

void log_stats_init(struct log_stats *s);
void log_stats_fini(struct log_stats *s);

void log_stats_add(struct log_stats *s, const struct job_spec *job, const struct request_table *t);

/* The size of a job; *is_cpu: it has no GPU. */
int64_t log_stats_size(const struct job_spec *job, const struct request_table *t, bool *is_cpu);

/* Whether times are dates, or count from the log's beginning: nobody ran a log before 1980. */
bool log_stats_has_dates(const struct log_stats *s);

/* Standard deviation by mean of the times between submissions; NAN: fewer than two. */
double log_stats_gap_variation(const struct log_stats *s);

/* GPUs (or CPUs) busy on average while jobs were submitted; NAN: no time passed. */
double log_stats_mean_use(const struct log_stats *s);

/* "3 to 4": the i-th of `sizes`; lies in buf. */
const char *log_stats_size_name(char buf[32], size_t i);

/* The words with the most use, at most `most`; ties by number of jobs, then by word. */
size_t log_stats_top(const struct log_stats *s, enum log_owner who, uint32_t *words, size_t most);

#endif /* WORKLOADS_LOG_STATS_H */
