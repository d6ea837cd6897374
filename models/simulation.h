/*
 * simulation.h - one run: a cluster, a stack of policies, sources of jobs and observers, in time.
 *
 * The kernel of the project: it owns the clock, the jobs and their states, carries out the
 * policies' verbs, and tells observers what became of it. A simulation is a value: any number of
 * them may live side by side, each on its own thread.
 *
 * Order    At one instant: faults, edits, ends, meters, arrivals, timers, decisions, leavers,
 * samples (event_queue.h). Ends at one instant go by job number, arrivals by source. Memory Borrows
 * everything in its spec until simulation_close. Grows with the jobs alive. Errors simulation_open:
 * diag_errors in the input. A stall, a failed source and refused verbs are reported in
 * simulation_run's result and the diag. Cost     Per job three events and a few hundred
 * nanoseconds, whatever the trace's length.
 */
#ifndef MODELS_SIMULATION_H
#define MODELS_SIMULATION_H

#include "models/job_source.h"
#include "models/meter.h"
#include "models/names.h"
#include "models/observer.h"
#include "models/policy.h"

struct fragmentation;
struct simulation;

struct policy_use {
    const struct policy_ops *ops;
    const struct yaml_node *options; /* NULL: none */
};

struct source_use {
    const struct job_source_ops *ops;
    const struct yaml_node *options;
};

struct observer_use {
    const struct observer_ops *ops;
    const void *options;
};

/* What happens to a node. */
enum node_edit {
    EDIT_STATE,
    EDIT_PLUGIN_GONE, /* its device plugin goes away ... */
    EDIT_PLUGIN_BACK, /* ... and comes back */
    EDIT_LAYOUT,      /* its GPUs are to be cut in another way */
};

/* An entry of the timeline: an edit of a node, or of a policy. */
struct timeline_entry {
    int64_t at_ns;
    const struct yaml_node *edit; /* handed to the policies' parse_edit; NULL: of nodes */
    bool is_optional;             /* policies that have no such objects do without */
    uint32_t node;
    enum node_edit node_edit;
    enum node_state state; /* EDIT_STATE */
    uint32_t layout;       /* EDIT_LAYOUT: of the node's own */
    size_t order;          /* of writing: of two at one instant the first goes first */
};

/* Checks of all invariants from scratch, at every instant. */
enum simulation_audit {
    AUDIT_SMALL, /* in debug builds, while that is cheap */
    AUDIT_ALWAYS,
    AUDIT_NEVER, /* long runs in debug builds, too */
};

struct simulation_spec {
    struct names *names;
    struct request_table *requests;
    struct cluster *cluster; /* sealed; the simulation changes it */
    const struct policy_use *policies;
    size_t policies_len;
    const struct source_use *sources;
    size_t sources_len;
    const struct observer_use *observers;
    size_t observers_len;
    const struct timeline_entry *timeline;
    size_t timeline_len;
    const char *base_dir; /* where relative paths start that stand in no file */
    const char *out_dir;
    uint64_t seed, replication;
    int64_t bootstrap_ns; /* see source_env */
    int64_t start_ns;
    int64_t until_ns;   /* INT64_MAX: no end, only with drain */
    bool drain;         /* ends earlier, once nothing will happen any more */
    int64_t warm_up_ns; /* after start_ns */
    int64_t step_ns;    /* of samples; 0: only at the start and at the end */
    int64_t startup_ns; /* from bind to the first useful step of a task */
    bool no_fragments;  /* nobody asks how much of what is free is of no use: faster by a tenth */
    bool strict;        /* sources refuse dirt */
    const struct workload_maker *maker; /* for sources; NULL: none */
    enum simulation_audit audit;
    FILE *log; /* refused verbs; NULL: only counted */
};

enum simulation_end {
    SIMULATION_DRAINED, /* no job waits and none will come; only endless ones still run */
    SIMULATION_UNTIL,   /* the time given has passed */
    SIMULATION_STUCK,   /* jobs wait, but nothing will ever happen again */
    SIMULATION_STALLED, /* the clock stands: a livelock, described in the diag */
    SIMULATION_FAILED,  /* a source failed, described in the diag */
    SIMULATION_BROKEN,  /* an audit found an invariant broken: a bug, described in the diag */
};

/* NULL after a diag_error. */
struct simulation *simulation_open(const struct simulation_spec *spec, struct diag *d);

/* Runs to the end. May be called in steps: stops early at pause_ns (INT64_MAX: never) and returns
 * SIMULATION_UNTIL with simulation_is_over() still false. */
enum simulation_end simulation_run(struct simulation *sim, int64_t pause_ns);
bool simulation_is_over(const struct simulation *sim);

/* Shows what is left to the observers and closes everything; false if something could not be
 * written (in the diag). NULL is allowed. */
bool simulation_close(struct simulation *sim);

/* --- views, for observers, progress and tests --- */

int64_t simulation_now_ns(const struct simulation *sim);
const struct simulation_spec *simulation_spec_of(const struct simulation *sim);
const struct meter *simulation_meter(const struct simulation *sim);
const struct fragmentation *simulation_fragmentation(const struct simulation *sim); /* or NULL */
const struct cluster *simulation_cluster(const struct simulation *sim);
const struct names *simulation_names(const struct simulation *sim);
const struct request_table *simulation_requests(const struct simulation *sim);
const struct job *simulation_job(const struct simulation *sim, uint32_t id);   /* NULL: none */
const struct task *simulation_task(const struct simulation *sim, uint32_t id); /* NULL: none */

struct simulation_counts {
    uint64_t events, rounds;
    uint64_t jobs_arrived, jobs_ended, jobs_live;
    uint64_t tasks_bound;
    uint64_t verbs_refused;
};

struct simulation_counts simulation_counts(const struct simulation *sim);

/* Reasons to wait in this run, those of all its policies: the columns of jobs.csv. Number 0 is
 * "unexplained": the policy said nothing. */
size_t simulation_reasons_len(const struct simulation *sim);
const char *simulation_reason(const struct simulation *sim, size_t i);
/* ns by reason of a job that is over; adds up to its time in JOB_QUEUED and JOB_ADMITTED. */
const int64_t *simulation_waits(const struct simulation *sim, const struct job *job);

/* The next row of the policies' queue views, in stack order; false: there are no more. A zeroed
 * cursor stands before the first. */
struct queue_cursor {
    size_t policy, row;
};
bool simulation_next_queue(const struct simulation *sim, struct queue_cursor *at,
                           struct queue_view *out);

/* How much one live job holds of the quota that another lacks, and in which queue; 0: nothing. */
int64_t simulation_holds(const struct simulation *sim, const struct job *holder,
                         const struct job *waiting, const struct wait_need *need,
                         const char **queue);

/* Which GPUs of each node the waiting job may get, as its policies say: UINT64_MAX any, 0 none. */
void simulation_may_have(const struct simulation *sim, const struct job *waiting, uint64_t *masks);

/* Numbers of live jobs, their ids, are below this. */
uint32_t simulation_jobs_cap(const struct simulation *sim);

/* How the last simulation_run ended; SIMULATION_UNTIL before the first. */
enum simulation_end simulation_ended(const struct simulation *sim);

/* The name of a job, or of its task as Kubernetes would name the pod; at most cap bytes with the
 * final NUL; returns the length. */
size_t simulation_job_name(const struct simulation *sim, const struct job *job, char *out,
                           size_t cap);
size_t simulation_task_name(const struct simulation *sim, const struct job *job,
                            const struct task *task, char *out, size_t cap);

/* Kinds of dirt the sources met, source by source; false: there are no more. */
bool simulation_repair_at(const struct simulation *sim, size_t i, const char **source,
                          const struct repair **out);

#endif /* MODELS_SIMULATION_H */
