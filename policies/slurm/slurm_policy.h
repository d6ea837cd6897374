/*
 * slurm_policy.h - the policy `slurm`: slurmctld in a simulation. Private to slurm_policy.c,
 * _open.c and _jobs.c.
 *
 * The controller (slurm_ctld.h) decides; this tells it what happens and carries out what it
 * decides.
 *
 * Jobs     A gang is one Slurm job: `--ntasks` of its tasks, each with CPUs, memory and GPUs; a
 *          job of one task asks for them per node. A pod of a controller is a Slurm job of its own.
 *          The queue names the partition, the limit is rounded up to minutes.
 * Time     Slurm's seconds are those since the epoch; instants in between count as the second
 * before.
 */
#ifndef POLICIES_SLURM_POLICY_H
#define POLICIES_SLURM_POLICY_H

#include "models/policy.h"
#include "policies/slurm/slurm_ctld.h"
#include "policies/slurm/slurm_machine.h"
#include "policies/slurm/slurm_timing.h"

#define SECOND_NS INT64_C(1000000000)

enum passes { PASSES_REAL, PASSES_ZERO_LATENCY };
enum priority_from { PRIORITY_AUTO, PRIORITY_SLURM, PRIORITY_JOB };
enum unknown_partition { UNKNOWN_DEFAULT, UNKNOWN_REFUSE };
enum sigterm { SIGTERM_ENDS, SIGTERM_IGNORED };

/* What the simulation knows of a Slurm job, by its slot in the controller. */
struct slurm_record {
    uint32_t job;  /* of the simulation */
    uint32_t task; /* a pod; TASK_NONE: a gang */
    int64_t started_ns;
    int64_t told_plan_s;
    bool is_stopping;               /* it was told to end */
    bool is_unseen;                 /* no pass has said why it waits */
    bool is_failing;                /* in the list of those */
    uint32_t failed_in, settled_in; /* passes of the main loop, by number */
};

/* A set of Slurm jobs by slot, in the order they came. May hold slots that are used otherwise now.
 */
struct slot_list {
    uint32_t *slots;
    size_t len, cap;
};

/* Where a job or a pod of the simulation is among Slurm's. */
struct job_place {
    uint32_t slot_plus_1;      /* 0: nowhere */
    uint32_t number, priority; /* of its last submission: a requeued job keeps them */
};

struct refusal {
    uint32_t job;
    const char *why;
};

struct policy_slurm {
    /* Options. */
    const struct yaml_node *conf, *gres;
    int passes, priority_from, unknown_partition, sigterm;
    int64_t tick_ns;
    bool lists_ignored;
    /* Found out. */
    struct policy_env env;
    struct slurm_site site;
    struct slurm_machine machine;
    struct slurm_ctld ctld;
    struct slurm_timing timing;
    bool is_open;
    struct acts *acts; /* while it decides */
    struct slurm_record *records;
    size_t records_cap;
    struct job_place *of_job, *of_task;
    size_t of_job_cap, of_task_cap;
    struct slot_list *unseen; /* by partition */
    struct slot_list failing; /* whose reason is Resources or ReqNodeNotAvail */
    uint32_t main_passes;
    struct slot_list later;   /* held until their begin time */
    struct slot_list lost;    /* whose bind was refused */
    struct refusal *refusals; /* to be carried out */
    size_t refusals_len, refusals_cap;
    uint32_t limited_len;  /* running jobs with a limit */
    int64_t *gpus_used;    /* by partition */
    uint32_t *running;     /* by partition */
    int64_t wakes_at_ns;   /* INT64_MAX: no wake is on its way */
    int64_t calculated_ns; /* priorities */
    bool is_changed;       /* since the last passes */
    bool has_buckets;
};

extern const struct config_table slurm_policy_options;

bool slurm_policy_open(void *state, const struct policy_env *env, struct diag *d);

void slurm_policy_close(void *state);

/* --- slurm_life.c --- */

/* The site and the machine are known: time may begin. */
void slurm_policy_start(struct policy_slurm *p);

void slot_list_add(struct slot_list *l, uint32_t slot);
struct job_place *slurm_life_of_job(struct policy_slurm *p, uint32_t job);
struct job_place *slurm_life_of_task(struct policy_slurm *p, uint32_t task);

/* A gang, or a pod of the job, is submitted. */
void slurm_life_join(struct policy_slurm *p, struct acts *a, uint32_t job, uint32_t task,
                     bool is_requeued);
void slurm_life_leave(struct policy_slurm *p, struct acts *a, struct job_place *place);

/* The node takes jobs as the cluster's does. */
void slurm_life_set_node(struct policy_slurm *p, const struct acts *a, uint32_t node);

/* --- slurm_reasons.c --- */

void slurm_reasons_wait(void *context, const struct slurm_job *job);
void slurm_reasons_block(void *context, uint32_t partition);

/* The job waits, and no pass has said why. */
void slurm_reasons_add_unseen(struct policy_slurm *p, uint32_t slot);

/* After a pass of the main loop. */
void slurm_reasons_settle(struct policy_slurm *p);

/* --- slurm_limits.c --- */

/* Whether it is killed some day if it does not end. */
bool slurm_limits_apply(const struct policy_slurm *p, const struct slurm_job *job);

/* Kills what has reached its limit. */
void slurm_limits_enforce(struct policy_slurm *p, struct acts *a);

/* When the next job is to be killed; INT64_MAX: none is. */
int64_t slurm_limits_next_ns(const struct policy_slurm *p);

/* --- slurm_jobs.c --- */

/* What becomes of a job that joins. */
enum joining { JOINS, JOINS_HELD, JOINS_NOT };

struct joining_job {
    struct slurm_submission submission;
    enum slurm_reason held; /* of JOINS_HELD */
    const char *why;        /* of JOINS_NOT */
};

enum joining slurm_jobs_make(const struct policy_slurm *p, const struct acts *a,
                             const struct job *job, const struct task *pod,
                             struct joining_job *out);

/* The slots of a bind: as many as the Slurm job has nodes. Lie in the arena of the call's caller.
 */
bool slurm_jobs_bind(struct policy_slurm *p, struct acts *a, const struct slurm_job *s,
                     const struct slurm_record *r);

#endif /* POLICIES_SLURM_POLICY_H */
