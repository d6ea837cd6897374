/*
 * observer.h - the port that results plug into: facts, when they are complete.
 *
 * A job is shown when it is over (or when the run ends), with everything that happened to it; spans
 * are shown when they end. So an observer needs no tables of live things, and times add up by
 * construction. Only what `wants` names is called, so what nobody asks for costs nothing.
 *
 * Order    As things happened; at the end of the run, live jobs in the order of their numbers.
 * Memory   Everything handed over is lent for the length of the call.
 */
#ifndef MODELS_OBSERVER_H
#define MODELS_OBSERVER_H

#include "models/cluster.h"
#include "models/job.h"
#include "sim/config_key.h"
#include "sim/diag.h"

enum { OBSERVER_API = 1 };

enum observer_wants {
    WANTS_JOBS = 1,       /* job_over */
    WANTS_TASKS = 2,      /* task_over: also of tasks withdrawn or still there at the end */
    WANTS_EVENTS = 4,     /* happened */
    WANTS_SAMPLES = 8,    /* sample */
    WANTS_DETAIL = 16,    /* texts of reasons and tellings, in happened */
    WANTS_MOVES = 32,     /* moved */
    WANTS_SETTLED = 64,   /* settled */
    WANTS_ACTIVITY = 128, /* activity */
};

/* Something that happened: an entry of the decision log. */
enum sim_event_kind {
    SIM_ARRIVED,
    SIM_ADMITTED,
    SIM_BOUND,
    SIM_STARTED,
    SIM_STOPPING,
    SIM_RELEASED,
    SIM_REQUEUED,
    SIM_ENDED,
    SIM_REASON,
    SIM_TASK_FAILED,
    SIM_NODE,
    SIM_LAYOUT,
    SIM_TOLD,
    SIM_EVENT_KINDS,
};

struct sim_event {
    enum sim_event_kind kind;
    enum end_cause cause;
    int64_t at_ns;
    const struct job *job;   /* NULL: no job concerned */
    const struct task *task; /* NULL: the whole job */
    uint32_t node;           /* NODE_NONE */
    uint32_t count;          /* tasks */
    uint32_t reason;         /* SIM_REASON: of the run's table of reasons */
    uint32_t
        bucket; /* SIM_REASON: the job joined this bucket; no job: the bucket's reason changed */
    const char *what;              /* SIM_TOLD: the policy's word for it */
    const char *detail;            /* NULL: none */
    const struct job *by;          /* SIM_TOLD: the job that did it; NULL: none */
    const struct wait_need *needs; /* SIM_TOLD: what the job lacks */
    size_t needs_len;
};

const char *sim_event_name(enum sim_event_kind kind); /* "arrived" */
const char *end_cause_name(enum end_cause cause);     /* "done" */
const char *job_state_name(enum job_state state);     /* "queued" */
const char *task_state_name(enum task_state state);

struct wait_need;  /* policy.h */
struct simulation; /* simulation.h has the read-only view: meters, names, policies */

struct observer_env {
    const struct simulation *sim;
    const void *options; /* of this observer, as agreed with it */
    const char *out_dir;
    int64_t start_ns;
    int64_t warm_up_ns; /* averages leave out what was before start + this */
    int64_t step_ns;    /* of its samples */
    bool is_quiet;
};

struct observer_ops {
    unsigned api;
    const char *name;
    const char *summary;
    size_t state_bytes;
    const struct config_table *options;
    unsigned wants;
    /* Optional. Of samples of its own; 0: it has those of the run. */
    int64_t (*step_ns)(const void *options);
    bool (*open)(void *state, const struct observer_env *env, struct diag *d);
    void (*job_over)(void *state, const struct job *job);
    void (*task_over)(void *state, const struct job *job, const struct task *task);
    void (*happened)(void *state, const struct sim_event *e);
    void (*sample)(void *state, int64_t now_ns); /* at start, at every step, at the end */
    /* A job went from one state to another; it did not arrive. */
    void (*moved)(void *state, const struct job *job, enum job_state from);
    /* All that was to be done at this instant is done. */
    void (*settled)(void *state, int64_t now_ns);
    /* Optional. The warm-up ends: the meters' averages begin anew after this call. */
    void (*warmed_up)(void *state, int64_t now_ns);
    /* True if all was written; false after a diag_error with the system's reason. */
    bool (*close)(void *state, struct diag *d);
    /* A task that holds devices has begun to work on them, does so no more, or goes at another
     * speed (device_activity.h). Not called when it leaves: happened is, with SIM_RELEASED. */
    void (*activity)(void *state, const struct job *job, const struct task *t, bool works);
    /* Optional. In place of close where the run did not begin: frees, and writes nothing. */
    void (*abandon)(void *state);
};

#endif /* MODELS_OBSERVER_H */
