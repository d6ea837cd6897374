/*
 * jobs_columns.h - the columns of a jobs CSV, our own format for workloads.
 *
 * The first row names the columns, in any order:
 *
 *   name            of the job; "job-12" is number 12 of the jobs called "job". Default: job, row
 *   job             its number
 *   submit_s        when it was submitted; a number of seconds after the start
 *   submit          the same as a date (2026-03-02T08:00:00Z) or a duration (1.5h)
 *   run_s           how long it works on an unshared reference GPU; empty for a service: for ever
 *   run, duration   the same as a duration
 *   limit_s         what it promises to take at most; empty: nothing
 *   patience_s      it leaves if it has not started by then; empty: it waits for ever
 *   tasks           that run together; default 1, or as many as the GPUs need
 *   gpus            whole GPUs of all its tasks together (task_split.h)
 *   gpus_per_task   the same for one task
 *   shards, mps     of one GPU, in place of gpus: as Slurm counts them (--gres=shard:4, mps:200);
 *                   for other schedulers, hundredths of a GPU
 *   cpus            of one task: 4, 0.5
 *   memory          of one task: 80GiB; memory_gib, memory_mib: a number of them
 *   resource:NAME   any resource of one task, as Kubernetes counts it: 2, 500m, 80Gi;
 *                   resource:nvidia.com/mig-1g.10gb
 *   user, tenant, queue, namespace, priority (a number), priority_class, account, qos
 *   kind            batch (default), interactive or service
 *
 * Times also come as _ms, _min, _h and _d. A column that begins with x_ is the user's own and not
 * read; nor are the columns of our own results, so that a jobs.csv of one run is the workload of
 * another. An empty cell says nothing.
 *
 * Memory   Columns borrow nothing but the arena.
 * Errors   Unknown, nameless and repeated columns (with the nearest valid name), and missing ones,
 *          in the diag.
 */
#ifndef WORKLOADS_JOBS_COLUMNS_H
#define WORKLOADS_JOBS_COLUMNS_H

#include "workloads/csv_reader.h"

struct arena;
struct intern;

enum jobs_cell {
    CELL_UNREAD,
    CELL_JOB,
    CELL_NAME,
    CELL_SUBMIT,
    CELL_RUN,
    CELL_LIMIT,
    CELL_PATIENCE,
    CELL_TASKS,
    CELL_GPUS,
    CELL_GPUS_PER_TASK,
    CELL_SHARDS,
    CELL_MPS,
    CELL_CPUS,
    CELL_MEMORY,
    CELL_RESOURCE,
    CELL_USER,
    CELL_TENANT,
    CELL_QUEUE,
    CELL_NAMESPACE,
    CELL_PRIORITY,
    CELL_PRIORITY_CLASS,
    CELL_ACCOUNT,
    CELL_QOS,
    CELL_KIND,
    CELL_START, /* of our results: empty in jobs that never ran */
    CELL_CAUSE, /* of our results: `open` in jobs that the run did not see end */
    CELLS,
};

struct jobs_column {
    enum jobs_cell cell;
    const char *name;
    uint64_t unit;     /* of a bare number, in ns or bytes; 0: the cell says its unit */
    uint32_t resource; /* CELL_RESOURCE */
};

struct jobs_columns {
    struct jobs_column *columns;
    size_t len;
    bool has_results; /* it is the jobs.csv of a run */
};

/* Reads the header row; false after errors in d. */
bool jobs_columns_read(struct jobs_columns *c, const struct csv_reader *r,
                       const struct csv_row *header, struct intern *resources, struct arena *arena,
                       struct diag *d);

#endif /* WORKLOADS_JOBS_COLUMNS_H */
