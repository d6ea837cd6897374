/*
 * slurm_ctld.h - the scheduler's memory: pending jobs in their order, running jobs by their ends,
 * and what nodes have left.
 *
 * Knows nothing of the simulation around it: whoever drives it submits jobs, ends them, and asks
 * for passes (slurm_main_loop.h, slurm_backfill.h); hooks tell what was decided.
 *
 * Order    Jobs are numbered as they are submitted; running jobs are kept by (end, number).
 * Units    Whole seconds since the epoch, as Slurm has them; limits in minutes.
 * Memory   Owns jobs from slurm_ctld_submit to slurm_ctld_end.
 * Cost     Submit: O(log pending). Start and end: O(nodes of the job + a move in the list of ends).
 */
#ifndef POLICIES_SLURM_CTLD_H
#define POLICIES_SLURM_CTLD_H

#include "policies/slurm/slurm_priority.h"
#include "policies/slurm/slurm_queue.h"
#include "policies/slurm/slurm_select.h"
#include "sim/pool.h"

/* Why a job waits, as squeue says it. The policy's reasons have these numbers. */
enum slurm_reason {
    REASON_NONE,
    REASON_PRIORITY,
    REASON_RESOURCES,
    REASON_NODE_NOT_AVAIL,
    REASON_BAD_CONSTRAINTS,
    REASON_PARTITION_DOWN,
    REASON_PARTITION_TIME_LIMIT,
    REASON_PARTITION_NODE_LIMIT,
    REASON_BEGIN_TIME,
    SLURM_REASONS,
};

enum slurm_job_state {
    SLURM_PENDING, /* in its partition's queue */
    SLURM_HELD,    /* never looked at: for good, or until its begin time */
    SLURM_RUNNING,
};

struct slurm_job {
    uint32_t id; /* slot: how functions here call it */
    uint32_t number;
    uint32_t partition, shape, user;
    uint32_t priority;
    bool is_by_factors;
    struct slurm_factors factors;
    enum slurm_job_state state;
    bool is_completing; /* a running one */
    enum slurm_reason reason;
    int64_t submit_s;           /* of a requeued job: when it was requeued */
    int64_t begin_s;            /* not looked at before */
    int64_t limit_min;          /* SLURM_NO_LIMIT: none; SLURM_NOT_SET: not given */
    int64_t start_s, end_s;     /* of a running job; end by its limit */
    struct slurm_alloc *allocs; /* of a running job, by node index */
    uint32_t allocs_len;
    uint64_t tag; /* the caller's */
};

/* What was decided. Members may be NULL. */
struct slurm_hooks {
    void *context;
    void (*started)(void *context, struct slurm_job *job);
    /* A plan of the backfill pass; nodes NULL: a time only. */
    void (*planned)(void *context, const struct slurm_job *job, int64_t start_s,
                    const uint64_t *nodes);
    /* job->reason changed. */
    void (*waits)(void *context, const struct slurm_job *job);
    /* All jobs of the partition that wait behind others: their reason is Priority now. */
    void (*blocked)(void *context, uint32_t partition);
};

/* A running job in the order of ends. Plans walk this list often: a job on one node is judged by
 * what stands here. */
struct running_job {
    int64_t end_s;
    uint32_t number, job;
    uint32_t node; /* its only one; UINT32_MAX: it has several */
};

struct slurm_ctld {
    const struct slurm_site *site;
    struct slurm_hooks hooks;
    struct slurm_shapes *shapes;
    struct slurm_priorities *priorities;
    struct slurm_ledger ledger;
    struct slurm_selector selector;
    struct pool jobs;
    struct slurm_queue *queues; /* by partition */
    size_t pending_len;
    struct running_job *running; /* by end, then number */
    size_t running_len, running_cap;
    uint64_t running_version; /* changes whenever the list does */
    uint64_t *up;             /* nodes that take jobs */
    uint64_t *completing;     /* nodes that are not rid of a job yet: nothing starts there */
    uint16_t *completing_on;  /* by node: such jobs */
    uint32_t completing_len;  /* such jobs */
    uint8_t **can_run;        /* [partition][shape]: on an empty cluster; 0: not known yet */
    uint32_t *can_run_len;
    uint32_t next_number;
    /* Scratch of the passes, by partition. */
    struct queue_walk *walks;
    bool *failed;
    uint32_t *looked_at;
    uint64_t *scratch[4]; /* node sets */
    struct slurm_backfill *backfill;
};

void slurm_ctld_init(struct slurm_ctld *c, const struct slurm_site *site,
                     const struct slurm_hooks *hooks);
void slurm_ctld_fini(struct slurm_ctld *c);

struct slurm_submission {
    uint32_t partition;
    struct slurm_request request;
    uint32_t user;
    uint32_t priority;
    bool is_by_factors; /* priority/multifactor; priority does not count */
    int64_t submit_s, begin_s;
    int64_t limit_min;
    uint64_t tag;
    uint32_t number; /* of a job that was here before; 0: the next one */
};

/* The job joins its queue. Its reason is Priority if one that waits has more, else None. */
struct slurm_job *slurm_ctld_submit(struct slurm_ctld *c, const struct slurm_submission *s);

/* Priorities by factors as they are now, of all that wait. Whether their order changed. */
bool slurm_ctld_recalculate(struct slurm_ctld *c, int64_t now_s);

/* A running job is over, but its nodes are not rid of it yet: it holds what it has until
 * slurm_ctld_end. Plans reckon that it ends now. */
void slurm_ctld_complete(struct slurm_ctld *c, uint32_t job, int64_t now_s);

/* A pending or running job is gone; what it held is free. */
void slurm_ctld_end(struct slurm_ctld *c, uint32_t job);

/* A held job may be looked at, or a pending one not any more. */
void slurm_ctld_release(struct slurm_ctld *c, struct slurm_job *job);
void slurm_ctld_hold(struct slurm_ctld *c, struct slurm_job *job, enum slurm_reason reason);

void slurm_ctld_set_node(struct slurm_ctld *c, uint32_t node, bool is_up);

static inline struct slurm_job *slurm_ctld_job(const struct slurm_ctld *c, uint32_t id)
{
    return pool_at(&c->jobs, id);
}

/* The limit the job runs, or would run, under; SLURM_NO_LIMIT: none. */
int64_t slurm_ctld_limit_min(const struct slurm_ctld *c, const struct slurm_job *job);

/* The same as plans reckon with it: no limit is a year, and one that is not known before the start
 * is the partition's longest. */
int64_t slurm_ctld_plan_min(const struct slurm_ctld *c, const struct slurm_job *job,
                            bool has_started);

/* --- for the passes --- */

/* Begins the job on the selector's picks. */
void slurm_ctld_start(struct slurm_ctld *c, struct slurm_job *job, int64_t now_s);

/* Whether it fits on these nodes now; the picks are in the selector. _test: completing ones, too.
 */
bool slurm_ctld_test(struct slurm_ctld *c, const struct slurm_job *job, const uint64_t *cand);
bool slurm_ctld_select(struct slurm_ctld *c, const struct slurm_job *job, const uint64_t *cand);

/* The same if nothing ran. */
bool slurm_ctld_select_empty(struct slurm_ctld *c, const struct slurm_job *job,
                             const uint64_t *cand);

/* Whether the nodes of its partition could ever run it; remembered. */
bool slurm_ctld_can_run(struct slurm_ctld *c, const struct slurm_job *job);

void slurm_ctld_set_reason(struct slurm_ctld *c, struct slurm_job *job, enum slurm_reason reason);

/* Sets up the walks of a pass over the partitions whose jobs are looked at. */
void slurm_ctld_begin_walk(struct slurm_ctld *c);

/* The next record over all partitions in Slurm's order; skip: partitions left out, by number, may
 * be NULL. NULL at the end. slurm_queue_step on the partition's walk, or removing the job, moves
 * on. */
struct slurm_job *slurm_ctld_next(struct slurm_ctld *c, const bool *skip);

#endif /* POLICIES_SLURM_CTLD_H */
