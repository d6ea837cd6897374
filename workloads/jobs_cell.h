/*
 * jobs_cell.h - one cell of a jobs CSV, by the kind of its column.
 */
#ifndef WORKLOADS_JOBS_CELL_H
#define WORKLOADS_JOBS_CELL_H

#include "workloads/jobs_row.h"

enum jobs_shared { JOBS_NAMESPACE, JOBS_PRIORITY_CLASS, JOBS_ACCOUNT, JOBS_QOS, JOBS_SHARED };

enum { JOBS_MOST_AMOUNTS = 64 };

/* A row that is being read. */
struct jobs_draft {
    struct jobs_csv_job *job;
    struct names *names;
    int64_t start_ns;
    bool has_submit, has_run, has_name, has_number;
    bool has_started, is_open; /* of our results */
    uint64_t number;
    int64_t tasks, gpus, gpus_per_task; /* 0: not said */
    int64_t shards, mps;                /* of one GPU; 0: none */
    uint32_t shared[JOBS_SHARED];       /* words */
    struct amount amounts[JOBS_MOST_AMOUNTS];
    size_t amounts_len;
};

void jobs_draft_init(struct jobs_draft *d, struct jobs_csv_job *job, struct names *names,
                     int64_t start_ns);

/* False, with why and what was expected, if the cell means nothing. */
bool jobs_cell_read(struct jobs_draft *d, const struct jobs_column *column,
                    const struct csv_field *field, const char **why, const char **expected);

#endif /* WORKLOADS_JOBS_CELL_H */
