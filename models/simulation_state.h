/*
 * simulation_state.h - the inside of a simulation. Private to models/: simulation.c, lifecycle.c,
 * acts.c, execution.c, audit.c and the controllers.
 */
#ifndef MODELS_SIMULATION_STATE_H
#define MODELS_SIMULATION_STATE_H

#include "models/fragmentation.h"
#include "models/repartition.h"
#include "models/simulation.h"
#include "models/wait_reasons.h"
#include "sim/event_loop.h"
#include "sim/pool.h"

enum sim_event_number {               /* kinds of the event loop */
                        EVENT_ARRIVE, /* subject: source */
                        EVENT_TASK, /* subject: task; what it means follows from the task's state */
                        EVENT_PATIENCE,    /* subject: job */
                        EVENT_WAKE,        /* subject: wake */
                        EVENT_PODS,        /* subject: job; its controller may make pods */
                        EVENT_TIME_UP,     /* subject: job; its controller ends it */
                        EVENT_TIMELINE,    /* subject: entry */
                        EVENT_LAYOUT,      /* subject: node; its GPUs are cut anew */
                        EVENT_INSTANCE,    /* subject: closing; a MIG instance is gone */
                        EVENT_REPARTITION, /* a node has been idle for long enough */
                        EVENT_WARM,        /* the warm-up is over */
                        EVENT_SAMPLE,
                        EVENT_KINDS,
};

/* A policy's hold on the simulation: who acts. */
struct acts {
    struct simulation *sim;
    uint32_t policy;
};

struct policy_slot {
    const struct policy_ops *ops;
    void *state;
    struct acts acts;
    uint32_t *reasons; /* run-wide number by the policy's own */
    uint32_t reasons_len;
    uint32_t *buckets; /* wait_reasons bucket + 1 by the policy's own number */
    uint32_t buckets_cap;
    uint64_t *edits; /* token by timeline entry; UINT64_MAX: not this policy's */
};

struct source_slot {
    const struct job_source_ops *ops;
    void *state;
    struct job_spec next; /* valid while an arrival is scheduled */
    uint32_t arrival;     /* its event; EVENT_NONE: none */
    bool is_waiting;      /* for some job to end */
    bool is_done;
};

struct observer_slot {
    const struct observer_ops *ops;
    void *state;
    int64_t step_ns;       /* of samples of its own; 0: it has none */
    uint32_t sample_event; /* the next of these */
};

struct wake {
    uint64_t token;
    uint32_t policy;
    uint32_t event;
};

/* A MIG instance that nobody uses any more, while it is being destroyed. */
struct closing {
    uint32_t node, gpu, start;
};

enum stack_kind {
    STACK_BOTH,        /* one policy admits and places: nothing is gated */
    STACK_ADMIT_PLACE, /* one admits, the next places */
    STACK_PLACE,       /* nobody admits: jobs are admitted as they arrive */
    STACK_ADMIT,       /* no nodes: quota alone decides */
};

struct simulation {
    struct event_loop loop;
    struct simulation_spec spec;
    struct diag *diag;
    struct arena *arena;
    struct cluster *cluster;
    struct request_table *requests;
    struct pool jobs;     /* struct job */
    struct pool tasks;    /* struct task */
    struct pool wakes;    /* struct wake */
    struct pool closings; /* struct closing */
    struct wait_reasons waits;
    struct meter meter;
    struct fragmentation *fragmentation; /* NULL: there are no nodes, or nobody asks */
    struct repartition *repartition;     /* NULL: no pool changes its layouts by itself */
    uint32_t repartition_event;
    enum stack_kind stack;
    struct policy_slot *policies;
    struct source_slot *sources;
    struct observer_slot *observers;
    unsigned observers_want; /* union of their masks */
    unsigned notes_wanted;   /* union of the policies' masks */
    const char **reasons;
    size_t reasons_len;
    uint32_t *touched; /* scratch: tasks whose speed may have changed */
    size_t touched_len, touched_cap;
    uint32_t *bound; /* scratch: tasks of the bind that is being done */
    size_t bound_cap;
    struct simulation_counts counts;
    uint64_t foreground; /* scheduled events that can change something */
    uint32_t sample_event, warm_event;
    size_t policies_open, sources_open, observers_open;
    enum simulation_end end; /* of the last simulation_run */
    bool may_act;            /* a policy is deciding */
    bool is_settled;         /* and none wants to again: fragments were measured */
    bool is_over;
    bool has_failed;
    bool is_broken;     /* an audit failed */
    bool is_livelocked; /* the same jobs are stopped and started again within an instant */
};

static inline int64_t sim_now(const struct simulation *sim)
{
    return event_queue_now_ns(sim->loop.queue);
}

static inline struct job *sim_job(const struct simulation *sim, uint32_t id)
{
    return pool_at(&sim->jobs, id);
}

static inline struct task *sim_task(const struct simulation *sim, uint32_t id)
{
    return pool_at(&sim->tasks, id);
}

uint32_t sim_push(struct simulation *sim, int64_t at_ns, unsigned phase, uint64_t key,
                  enum sim_event_number kind, uint32_t subject);
bool sim_cancel(struct simulation *sim, uint32_t *handle);

void sim_notify_all(struct simulation *sim, const struct note *n);

/* Tells the policies that want to know, in stack order, and asks for a round. */
static inline void sim_notify(struct simulation *sim, const struct note *n)
{
    if (sim->notes_wanted & NOTE_BIT(n->kind))
        sim_notify_all(sim, n);
}

/* Shows the observers; call only under sim->observers_want & WANTS_EVENTS. at_ns is filled in. */
void sim_show(struct simulation *sim, const struct sim_event *e);

/* A job is gone: sources that waited for that may go on. */
void simulation_job_ended(struct simulation *sim);

/* The source's next job has not arrived yet, and is not its next any more. */
void simulation_withdraw_arrival(struct simulation *sim, uint32_t source);

/* Without showing anything to anybody. */
void simulation_free(struct simulation *sim);

/* Gives a node another state: what runs on one that is down fails. */
void simulation_set_node(struct simulation *sim, uint32_t node, enum node_state state);

/* --- between simulation.c and simulation_open.c --- */

extern const struct event_kind simulation_event_kinds[EVENT_KINDS];
bool simulation_settled(void *world);
void simulation_schedule_arrival(struct simulation *sim, uint32_t source);
void simulation_schedule_samples(struct simulation *sim);
void simulation_sample_all(struct simulation *sim);
void simulation_cancel_samples(struct simulation *sim);
void simulation_fire_sample(void *world, uint32_t subject);
void simulation_meter_down(struct simulation *sim, uint32_t pool);

#endif /* MODELS_SIMULATION_STATE_H */
