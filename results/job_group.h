/*
 * job_group.h - some jobs, of one tenant, say: a tally per metric, and how they ended.
 *
 * Jobs come in batches, column by column, so that a metric that is zero for all of them costs next
 * to nothing.
 *
 * Cost     As tally.h, per metric.
 */
#ifndef RESULTS_JOB_GROUP_H
#define RESULTS_JOB_GROUP_H

#include "models/job.h"
#include "results/metric.h"
#include "results/tally.h"
#include "sim/int128.h"

enum { BATCH_JOBS = TALLY_COLUMN_MOST };

struct job_batch {
    size_t len;
    int64_t values[JOB_METRICS][BATCH_JOBS];
    enum tally_column holds[JOB_METRICS]; /* job_batch_look finds out */
    int64_t *waits;                       /* [reason * BATCH_JOBS + i] */
    size_t reasons_len;
    bool has_waits;
    int64_t keys[METRIC_BYS][BATCH_JOBS];
    uint8_t causes[BATCH_JOBS];
    bool started[BATCH_JOBS];
};

/* Looks at the columns, once they are full. */
void job_batch_look(struct job_batch *b);

struct job_group {
    char *name;
    int64_t key;
    uint64_t causes[END_CAUSES];
    uint64_t unstarted;
    struct tally tallies[JOB_METRICS];
    int128 *waits; /* ns by reason */
    size_t reasons_len;
};

/* keeps: a bit for each metric whose percentiles are wanted. */
struct job_group *job_group_new(const char *name, int64_t key, unsigned keeps, size_t reasons_len);
void job_group_free(struct job_group *g); /* NULL is allowed */
void job_group_add(struct job_group *g, const struct job_batch *b);

/* Only some rows of it. */
void job_group_add_rows(struct job_group *g, const struct job_batch *b, const uint8_t *rows,
                        size_t len);
void job_group_merge(struct job_group *into, const struct job_group *from);
uint64_t job_group_jobs(const struct job_group *g);

/* Percentiles are counted in buckets from now on. */
void job_group_begin_sketch(struct job_group *g);

#endif /* RESULTS_JOB_GROUP_H */
