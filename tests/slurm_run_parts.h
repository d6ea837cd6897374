/*
 * slurm_run_parts.h - a recorded run while it is read and replayed. Private to slurm_run.c and
 * slurm_run_read.c.
 */
#ifndef TESTS_SLURM_RUN_PARTS_H
#define TESTS_SLURM_RUN_PARTS_H

#include "policies/slurm/slurm_site_build.h"
#include "tests/messages.h"
#include "tests/slurm_records.h"
#include "tests/slurm_run.h"
#include "tests/table.h"

#define NEVER_MS INT64_MAX

enum { RUN_MOST_JOBS = 128, NO_PASS = -1 };

/* What becomes of a job in one replay. */
struct run_state {
    uint32_t slot;
    bool is_submitted, is_live;
    int got_pass, want_pass; /* in which it started, counted from 0 */
    struct recorded_parts got;
    const char *reason;
    int reason_pass;   /* that set it */
    int plan_pass;     /* whose plan it is */
    bool is_plan_seen; /* the record has it, too */
    int64_t plan_s;
    uint64_t plan_nodes; /* 0: a time only */
    bool is_completing;  /* it has ended, and its nodes are not rid of it */
};

struct run_job {
    const char *id;
    uint32_t partition, user;
    struct slurm_request request;
    int64_t limit_min;
    uint64_t nodelist; /* 0: not given */
    bool has_observed;
    struct recorded_parts want;
    int64_t start_s;  /* where it has */
    int64_t ended_ms; /* NEVER_MS: it has not */
    bool lags;        /* its nodes were completing for a while, as far as one can tell */
    struct run_state now;
};

struct slurm_run {
    const char *dir;
    struct slurm_run_result *out;
    struct arena *arena;
    struct messages messages;
    struct slurm_key_reader reader;
    struct slurm_site site;
    int64_t epoch_s;
    struct run_job jobs[RUN_MOST_JOBS];
    size_t jobs_len;
    struct table *workload, *events, *observed, *timeline;
    /* Of one replay. */
    struct slurm_ctld ctld;
    size_t looked;   /* rows of the timeline that were settled */
    bool *is_looked; /* rows behind those that are, too */
    int pass;
    int64_t pass_ms, differs_ms; /* the first pass that decides otherwise; NEVER_MS: none */
};

/* The files of the run, and nothing read of them yet. */
struct slurm_run *slurm_run_open(const char *dir, struct slurm_run_result *out);
void slurm_run_close(struct slurm_run *r);

/* Everything but what is replayed; false if the run is not covered: out->not_covered says why. */
bool slurm_run_read(struct slurm_run *r);

struct run_job *slurm_run_find(struct slurm_run *r, const char *id); /* NULL: there is none */

#endif /* TESTS_SLURM_RUN_PARTS_H */
