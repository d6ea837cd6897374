/*
 * slurm_timing.h - when slurmctld makes its passes.
 *
 * Rules    A background loop looks every second: a full pass of the main loop every sched_interval;
 *          otherwise a short one if somebody asked for it and the last pass was batch_sched_delay
 *          ago. Submissions and nodes that come back ask; a job that ends has a short pass at once,
 *          unless `defer`. The backfill thread looks bf_interval after its last pass, and then
 *          every second, until something has changed since that pass.
 *          A pass that would find what the last one found is not made, for it decides nothing, but
 *          its time counts for the passes that follow.
 *          Simulated passes take no time.
 * Units    Instants in ns; the loop's seconds are counted from start_ns.
 * Source   controller.c, job_scheduler.c and backfill.c of Slurm 26.11, as specs slurm.md 2.1
 *          describes them.
 */
#ifndef POLICIES_SLURM_TIMING_H
#define POLICIES_SLURM_TIMING_H

#include "policies/slurm/slurm_site.h"

enum slurm_pass {
    PASS_SHORT = 1, /* of the main loop, default_queue_depth */
    PASS_FULL = 2,
    PASS_BACKFILL = 4,
};

struct slurm_timing {
    const struct slurm_params *params;
    int64_t start_ns;
    int64_t last_main_ns, last_backfill_ns;
    int64_t last_change_ns;
    bool is_asked;           /* for a pass of the main loop, since the last one */
    bool is_at_once;         /* a job ended now */
    bool is_unseen;          /* something changed that the main loop has not looked at */
    bool is_unfilled;        /* the same of backfill */
    int64_t backfill_due_ns; /* INT64_MAX: nothing changed since its last pass */
};

void slurm_timing_init(struct slurm_timing *t, const struct slurm_params *p, int64_t start_ns);

/* What happened at now. */
void slurm_timing_submitted(struct slurm_timing *t, int64_t now_ns);
void slurm_timing_ended(struct slurm_timing *t, int64_t now_ns);
void slurm_timing_node_changed(struct slurm_timing *t, int64_t now_ns);

/* Priorities changed the order of the queue. */
void slurm_timing_reordered(struct slurm_timing *t, int64_t now_ns);

/* Passes that are to be made now, a mask; the main loop's goes first. They count as made. */
unsigned slurm_timing_due(struct slurm_timing *t, int64_t now_ns);

/* The pass that was just made left something to do: jobs beyond its depth, or more starts than it
 * may make. */
void slurm_timing_left_over(struct slurm_timing *t, enum slurm_pass pass);

/* The passes just made started jobs: the backfill thread will see that something changed. */
void slurm_timing_started(struct slurm_timing *t, int64_t now_ns);

/* When the next pass is due if nothing happens; INT64_MAX: never. */
int64_t slurm_timing_next_ns(const struct slurm_timing *t, int64_t now_ns);

#endif /* POLICIES_SLURM_TIMING_H */
