/*
 * jobs_row.h - one row of a jobs CSV, as a job.
 *
 * Memory   Borrows columns, names, requests and the arena, where what jobs share is kept.
 * Errors   A row with a mistake is left out and counted, or refused if the file is read strictly.
 */
#ifndef WORKLOADS_JOBS_ROW_H
#define WORKLOADS_JOBS_ROW_H

#include "models/job_source.h"
#include "workloads/jobs_columns.h"
#include "workloads/repair_log.h"

enum jobs_dirt {
    JOBS_QUOTES,
    JOBS_FIELDS,
    JOBS_VALUE,
    JOBS_NO_SUBMIT,
    JOBS_NO_RUN,
    JOBS_RUN_TOO_LONG,
    JOBS_NOTHING,
    JOBS_SHARE_BESIDE,
    JOBS_UNEVEN,
    JOBS_OUT_OF_ORDER,
    JOBS_TOO_LATE,
    JOBS_TOO_EARLY,
    JOBS_NEVER_RAN,
    JOBS_OPEN,
    JOBS_DIRTS,
};

/* What is kept of a row until the job arrives; reorder.h wants the key first. */
struct jobs_csv_job {
    int64_t submit_ns; /* since 1970, or since the start of the simulation */
    int64_t run_ns;    /* WORK_ENDLESS */
    int64_t limit_ns;
    int64_t patience_ns;
    uint64_t ordinal;
    uint64_t number;
    uint32_t name, user, tenant, queue; /* words */
    uint32_t request, tasks;
    int32_t priority;
    enum job_kind kind;
    const struct job_extra *extra; /* NULL: none */
};

struct jobs_row {
    struct jobs_columns columns;
    struct csv_reader *reader; /* of the row under way */
    struct names *names;
    struct request_table *requests;
    struct repair_log repairs;
    struct arena *arena;
    struct intern *extra_keys; /* what the extras were made from */
    const struct job_extra **extras;
    size_t extras_cap;
    uint32_t name;         /* of jobs without one */
    uint64_t largest_gpus; /* of one node; 0: there are no nodes */
    int64_t start_ns;
    uint64_t rows;
    int64_t last_submit_ns;
};

void jobs_row_init(struct jobs_row *j, const char *name, const struct source_env *env);
void jobs_row_fini(struct jobs_row *j);

/* Back to the first row; counts are forgotten. */
void jobs_row_rewind(struct jobs_row *j);

/* True if the row is a job. */
bool jobs_row_take(struct jobs_row *j, const struct csv_row *row, struct jobs_csv_job *out);

#endif /* WORKLOADS_JOBS_ROW_H */
