/*
 * job.h - a job: task groups that want to run, and what became of them.
 *
 * A job is what a user submits: a batch/Job, a Deployment, a Slurm job, a line of a log. It has one
 * or more groups of equal tasks (pods, ranks). Tasks of a gang work together: nothing is done
 * before all of them run, and all go as fast as the slowest. Otherwise each task lives its own
 * life.
 *
 * States   of a task, in order: GATED -admit-> PENDING -bind-> BOUND -> STARTING -> RUNNING ->
 * ENDING
 *          -> ENDED. "Admitted but unschedulable" is the time in PENDING. SUSPENDED and BACKOFF are
 *          stops on the way that keep the node.
 * Units    Work is nanoseconds on an unshared reference GPU. Times are ns since the Unix epoch.
 * Memory   A live job sits in a slot of the simulation; `id` is the slot and may be used again
 * after NOTE_ENDED. `number` counts all jobs of the run in order of arrival and is never reused.
 */
#ifndef MODELS_JOB_H
#define MODELS_JOB_H

#include "models/cluster.h"
#include "sim/int128.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOB_NONE  UINT32_MAX
#define TASK_NONE UINT32_MAX

/* Work that never ends, a limit nobody set, a time that has not come. */
#define WORK_ENDLESS INT64_MAX
#define LIMIT_NONE   INT64_MAX
#define TIME_NEVER   INT64_MIN

enum job_kind { JOB_BATCH, JOB_INTERACTIVE, JOB_SERVICE };

struct controller; /* models/kubernetes/controller.h: makes tasks one by one */
struct workload;   /* models/kubernetes/workload.h: a manifest and its pod sets */
struct live_state; /* models/kubernetes/live_state.h: what a cluster had made of it already */
struct job_extra;

struct group_spec {
    const char *name;   /* pod set name; NULL: "main" */
    uint32_t request;   /* of one task */
    uint32_t count;     /* tasks; they are wanted all at once */
    uint32_t min_count; /* fewer will do (partial admission); 0: no */
};

/* Rarely used facts, shared by all jobs made from one object. */
struct job_extra {
    const struct workload *workload;     /* the manifest it comes from; NULL: none */
    const struct live_state *live;       /* it is from a live cluster; NULL: it is new */
    const struct controller *controller; /* makes its tasks; NULL: a gang, all tasks at once */
    /* Work of the n-th task a controller makes; NULL: the job's work_ns, for all. */
    int64_t (*task_work)(const struct job_extra *extra, uint64_t job_number, uint32_t made);
    const char *map;         /* gpu-scheduling-map annotation; NULL: none */
    uint32_t namespace_word; /* names.words; INTERN_NONE: none */
    uint32_t priority_class_word;
    uint32_t account_word;
    uint32_t qos_word;
    uint32_t array_task; /* of a job array; UINT32_MAX: none */
};

/* One job as a source hands it over; everything is borrowed until the next pull. */
struct job_spec {
    int64_t submit_ns;
    int64_t work_ns;  /* true work of each task; WORK_ENDLESS: a service */
    int64_t limit_ns; /* what the user promised; LIMIT_NONE: nothing */
    int64_t
        patience_ns; /* leaves if it has not started by submit + this; LIMIT_NONE: waits for ever */
    int64_t waited_ns; /* it has waited so long when it is submitted: in a live cluster */
    int64_t begun_ns;  /* of its work, done when it is submitted; the first stop undoes it */
    const struct group_spec *groups;
    uint32_t groups_len;
    uint32_t name_word; /* names.words: the name, or its prefix if ordinal is not UINT64_MAX */
    uint64_t ordinal;   /* the name is prefix-ordinal */
    uint64_t
        source_id; /* the source's own number for it: job number of a log, index of an object */
    uint32_t user_word;   /* INTERN_NONE: unknown */
    uint32_t tenant_word; /* who is compared with whom in results: team, user ... */
    uint32_t queue_word;  /* LocalQueue, partition, SWF queue */
    int32_t priority;
    enum job_kind kind;
    const struct job_extra *extra; /* stable for the whole run; NULL: none */
};

enum task_state {
    TASK_GATED,
    TASK_PENDING,
    TASK_BOUND,
    TASK_STARTING,
    TASK_RUNNING,
    TASK_SUSPENDED,
    TASK_BACKOFF,
    TASK_ENDING,
    TASK_ENDED,
    TASK_STATES,
};

enum job_state {
    JOB_QUEUED,    /* waits for admission; where nobody admits, for nodes */
    JOB_ADMITTED,  /* admitted, and waits for nodes */
    JOB_STARTING,  /* has its nodes; containers start */
    JOB_RUNNING,   /* works: a gang as one, otherwise at least one task */
    JOB_SUSPENDED, /* keeps its devices and does nothing */
    JOB_ENDING,    /* told to stop, devices still held */
    JOB_ENDED,
    JOB_STATES,
};

/* Why work ended. Numbers reach events.csv as names. */
enum end_cause {
    END_NONE,
    END_DONE,      /* all work done */
    END_FAILED,    /* exited with an error: no memory on the device, a limit of retries */
    END_TIMEOUT,   /* reached its time limit */
    END_PREEMPTED, /* made room for another */
    END_NODE,      /* its node broke or was taken away */
    END_CANCELLED, /* withdrawn by its owner or an administrator */
    END_REFUSED,   /* the policy will never run it */
    END_LOST,      /* lost patience */
    END_OPEN,      /* the simulation ended first */
    END_CAUSES,
};

/* Where tasks with lives of their own are to go. */
struct task_place {
    uint32_t group;
    uint32_t request;
    uint32_t left; /* tasks that it still takes */
};

struct group {
    uint32_t name;      /* names.words; INTERN_NONE: it has none */
    uint32_t request;   /* of one task; an admission may replace it (a flavor's selectors) */
    uint32_t count;     /* tasks wanted now */
    uint32_t min_count; /* fewer will do; 0: no */
    uint32_t gated;     /* tasks not yet admitted */
    uint32_t pending;   /* tasks that wait for a node */
    uint32_t live;      /* tasks on nodes: bound to ending */
};

struct job {
    uint32_t id;
    uint32_t source; /* which source it came from */
    uint64_t number;
    enum job_state state;
    enum end_cause cause; /* of the last stop, or of the end */
    bool is_gang;
    bool is_admitted; /* holds an admission now */
    bool is_stopping; /* all its tasks are on their way out */
    bool is_suspended;
    bool requeue;         /* once it has stopped */
    bool was_running;     /* in a live cluster, before the simulation began */
    uint16_t preemptions; /* times it was stopped to make room; saturates */
    uint16_t restarts;    /* of its tasks, in place or anew; saturates */
    uint16_t stops_now;   /* times it was stopped at last_stop_ns */
    int64_t last_stop_ns;
    uint32_t groups_len;
    struct group *groups;   /* groups_len; one lies in one_group */
    uint32_t gpus;          /* of all tasks together */
    uint32_t tasks_pending; /* over all groups: gated ones, too */
    uint32_t tasks_live;    /* records of tasks on nodes; one may stand for several tasks */
    uint32_t tasks_unready; /* of those, not started yet */
    uint32_t tasks_running;
    uint32_t first_task, last_task; /* list through task.next and prev, in the order of making */

    /* As submitted. */
    int64_t arrive_ns;
    int64_t submit_ns; /* earlier than it arrived for one that waits in a live cluster */
    int64_t work_ns;
    int64_t limit_ns;
    uint64_t ordinal;
    uint64_t source_id;
    uint32_t name_word;
    uint32_t user_word;
    uint32_t tenant_word;
    uint32_t queue_word;
    int32_t priority;
    enum job_kind kind;
    const struct job_extra *extra; /* never NULL in a live job */

    /* What happened. TIME_NEVER: not yet. */
    int64_t admit_ns; /* last admission */
    int64_t first_start_ns;
    int64_t start_ns; /* last start */
    int64_t end_ns;
    int64_t state_since_ns;
    int64_t in_state_ns[JOB_STATES]; /* complete up to state_since_ns */
    int64_t saved_ns;                /* work that a stop does not undo (checkpoint) */
    int64_t begun_ns;                /* the part of it that the next stop does undo */
    int128 gpu_milli_ns;             /* thousandths of GPUs x time held */
    int64_t cost_nano_usd;           /* of what it held */

    /* Private to models/. */
    uint32_t queue_meter;
    uint32_t wait_bucket; /* where it waits, or will when it waits again */
    uint32_t patience_event;
    uint32_t tasks_made;           /* with lives of their own, ever: numbers their names */
    struct controller_state *pods; /* of a job with a controller */
    struct task_place *places;     /* of this admission; NULL: none */
    uint32_t places_len;
    struct group one_group;
};

/* A MIG instance or a replica that a task holds; of the class of whole GPUs, a share. */
struct device_use {
    uint16_t class_index; /* of the node's device classes */
    uint16_t unit;        /* of that class */
};

/* One task, or several that share a node, a start and an end. */
struct task {
    uint32_t id;
    uint32_t job;
    uint32_t prev, next; /* of the same job */
    uint32_t index;      /* within the group, of the first one; pods are named after it */
    uint32_t made;       /* how many tasks its job had made before it */
    uint32_t place;      /* of job.places; UINT32_MAX: none */
    uint32_t count;
    uint32_t group;
    uint16_t restarts;     /* in place */
    uint16_t backoffs;     /* of those, since it last ran for long */
    uint16_t share_milli;  /* of a GPU, where its node's differs from its load's; 0: as that */
    uint8_t share_percent; /* of a GPU's threads, which it may use at most; 0: all */
    bool is_unchecked;     /* may share devices that nobody checked: the annotation map */
    bool is_ready;         /* started, though its gang may not work yet */
    bool is_leaving;       /* told to stop, and replaced by its controller already */
    enum task_state state;
    enum end_cause cause;
    uint32_t node;           /* NODE_NONE before it is bound, or when there are no nodes */
    uint32_t lead;           /* the task whose execution is this one's: of a gang, its first */
    uint64_t gpu_mask;       /* GPUs of the node it holds whole */
    struct device_use *uses; /* what else it holds */
    uint32_t uses_len;
    struct device_use one_use; /* where uses points if there is one */
    int64_t milli;             /* thousandths of GPUs it holds */
    int64_t active_milli;      /* what it adds to its pool's active level */
    int64_t made_ns;           /* when it began to wait */
    int64_t bound_ns;
    int64_t start_ns; /* last start of its work; TIME_NEVER: never */
    int64_t end_ns;

    /* Execution, of a lead: left is exact at exec_since_ns. */
    uint32_t event; /* next thing that happens to it by itself */
    uint64_t speed_q32;
    uint128 left_q32; /* work left: ns x 2^32 */
    int64_t exec_since_ns;
    int64_t work_until_ns; /* end of a notice, after which it may not work; INT64_MAX: none */
    int64_t hold_ns;       /* from the end of work to the release of the devices */
    bool keep_progress;
};

#endif /* MODELS_JOB_H */
