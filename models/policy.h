/*
 * policy.h - the port that scheduling policies plug into.
 *
 * A scenario names a stack of policies: {kueue, kube-scheduler} admit and place, {slurm} and the
 * baselines do both. The simulation tells a policy what happened, in order (notify), and asks it to
 * decide once the instant has settled (decide). The policy keeps its own queues, reads the cluster
 * and the jobs through const views, and acts through verbs that take effect at once and are visible
 * in the views at once.
 *
 * Order    Notes come in the order of what they tell, to the admitting policy first. decide() of
 * the admitting policy runs before that of the placing one. A policy that answers AGAIN is asked
 *          again at the same instant, after everything that became due there.
 * Errors   Every verb is checked. One that may not be done is refused: it returns false, changes
 *          nothing, and the log names policy, verb, job, simulated time and the rule. A policy may
 *          count on that only in tests: a refused verb is a bug of the policy.
 * Cost     Work per note and decision must depend on what changed, not on queue length, node count
 * or trace length; where an original looks at its whole queue, its own limits bound that. Memory
 * The simulation allocates state_bytes, zeroed; open() and close() manage what hangs on it. Views
 * are lent for the length of the call. Threads  One stack belongs to one simulation, hence to one
 * thread. Ops are constant and shared.
 */
#ifndef MODELS_POLICY_H
#define MODELS_POLICY_H

#include "models/cluster.h"
#include "models/job.h"
#include "models/request.h"
#include "sim/config_key.h"
#include "sim/diag.h"
#include "sim/event_queue.h"

enum { POLICY_API = 1 }; /* raised when a member below changes its meaning */

enum policy_role {
    ROLE_ADMIT = 1, /* lets jobs in: GATED -> PENDING */
    ROLE_PLACE = 2, /* binds tasks to nodes: PENDING -> BOUND */
};

enum note_kind {
    NOTE_ARRIVED,      /* job: it joined; to all */
    NOTE_ADMITTED,     /* job, group, count: tasks now wait for a node; to placers */
    NOTE_BOUND,        /* job, group, node, count: tasks got a node */
    NOTE_STARTED,      /* job: a gang works, or the first task does; again when all tasks do */
    NOTE_FAILED,       /* job, group, task, node, count: tasks failed and wait again or for good */
    NOTE_ENDING,       /* job, group, count: stop has begun, devices are still held */
    NOTE_RELEASED,     /* job, group, node, count, cause: tasks gave their node back */
    NOTE_REQUEUED,     /* job, cause: stopped and back in the queue, as if it arrived anew */
    NOTE_ENDED,        /* job, cause: gone for good; the id is dead after this note */
    NOTE_JOB_CHANGED,  /* job, group, task, count: a pod that waited is not wanted any more */
    NOTE_NODE_CHANGED, /* node: its state, labels, taints or capacity changed */
    NOTE_TIMER,        /* token, as given to act_wake */
    NOTE_EDIT,         /* token, as parse_edit returned it */
    NOTE_KINDS,
};

/* A mask for policy_ops.wants. */
#define NOTE_BIT(kind) (1u << (kind))

struct note {
    enum note_kind kind;
    enum end_cause cause;
    uint32_t job; /* JOB_NONE, NODE_NONE, TASK_NONE: not concerned */
    uint32_t group;
    uint32_t task;
    uint32_t node;
    uint32_t count;   /* tasks it speaks of: pods come and go one by one */
    uint32_t request; /* of NOTE_ADMITTED: what to place them by */
    uint64_t token;
};

/* `count` tasks of `group` on `node`. */
struct slot {
    uint32_t group;
    uint32_t node; /* NODE_NONE only where the cluster has no nodes */
    uint32_t count;
    uint32_t task;        /* which pending one; TASK_NONE: any */
    uint64_t gpu_mask;    /* these GPUs of the node; 0 with no devices: the node agent picks */
    uint16_t share_milli; /* of a task with a share of a GPU: so much of this one; 0: as its load */
    uint8_t share_percent; /* of the GPU's threads, which it may use at most (MPS); 0: all */
    const struct device_use *devices;
    size_t devices_len;
};

struct bind {
    uint32_t job;
    const struct slot *slots;
    size_t slots_len;
    bool is_unchecked; /* no check of capacity or devices: the annotation map's way */
};

/* Quota was found: `count` tasks of a group, to be placed by `request`. */
struct group_admission {
    uint32_t count; /* less than wanted: partial admission */
    uint32_t
        request; /* REQUEST_NONE: as it was; else with the flavor's selectors and tolerations */
};

/* So many tasks of a group are to be placed by a request of their own: on certain nodes. */
struct place_admission {
    uint32_t group;
    uint32_t count;
    uint32_t request;
};

struct admission {
    uint32_t job;
    const struct group_admission *groups; /* one for each of the job's */
    const struct place_admission *places; /* those in no place go by their group's request */
    size_t places_len;
};

struct stop {
    uint32_t job;
    uint32_t task; /* TASK_NONE: the whole job */
    enum end_cause cause;
    int64_t notice_ns;  /* from now to the end of work */
    int64_t hold_ns;    /* from the end of work to the release of the devices */
    bool requeue;       /* back to the queue; otherwise it ends for good */
    bool keep_progress; /* work done so far counts */
};

struct acts;

/* The const view of now. */
int64_t acts_now_ns(const struct acts *a);
const struct cluster *acts_cluster(const struct acts *a);
const struct request_table *acts_requests(const struct acts *a);
const struct job *acts_job(const struct acts *a, uint32_t id);   /* NULL: no live job */
const struct task *acts_task(const struct acts *a, uint32_t id); /* NULL: no live task */

/* The verbs. Each returns false and changes nothing if refused. */
bool act_admit(struct acts *a, const struct admission *adm);
bool act_bind(struct acts *a, const struct bind *b); /* all slots or none */
/* Other places for a job whose tasks live lives of their own: those on nodes stay there. */
bool act_place(struct acts *a, uint32_t job, const struct place_admission *places, size_t len);
bool act_stop(struct acts *a, const struct stop *s);
bool act_suspend(struct acts *a, uint32_t job, bool yes); /* keeps its devices, does no work */
bool act_refuse(struct acts *a, uint32_t job, const char *why); /* it will never run: it ends */
bool act_priority(struct acts *a, uint32_t job, int32_t priority);
bool act_cordon(struct acts *a, uint32_t node, bool yes);

/* Why a job waits. Reasons are numbered as in policy_ops.reasons. A bucket is a policy's own number
 * for a set of jobs that wait for the same reason: act_bucket changes it for all of them at once,
 * act_wait puts a job into one. Both O(1). A fresh bucket has reason 0; a job that no policy put
 * anywhere waits "unexplained". One whose pods run does not wait; it joins the bucket when they are
 * gone and others wait. */
void act_wait(struct acts *a, uint32_t job, uint32_t bucket);
void act_bucket(struct acts *a, uint32_t bucket, uint32_t reason, const char *detail);

/* A note of kind NOTE_TIMER at at_ns >= now, in the given phase. */
void act_wake(struct acts *a, int64_t at_ns, enum event_phase phase, uint64_t token);

/* Asks for a round at this instant, from within notify(). */
void act_again(struct acts *a);

/* Something to show that no verb says: a plan, a preemption that was considered. */
void act_tell(struct acts *a, const char *what, uint32_t job, const char *detail);

/* What a job lacks: so much more of a resource than is left to it where quota is counted. */
struct wait_need {
    uint32_t resource;
    int64_t amount;
    const char *queue;  /* whose quota it is */
    const char *flavor; /* NULL: quota is not counted by flavors */
};

/* The same with facts for those who do not read. */
struct announcement {
    const char *what, *detail;
    uint32_t job;
    uint32_t by; /* the job that did it; JOB_NONE: none */
    const struct wait_need *needs;
    size_t needs_len;
};

void act_tell_of(struct acts *a, const struct announcement *t);

/* Whether anybody listens to act_tell, and to the detail of act_bucket: format only then. */
bool acts_wants_detail(const struct acts *a);

struct names;
struct yaml_node;
struct config_reader;

/* What a policy may look at when it is opened, before time begins. */
struct policy_env {
    const struct names *names_view;
    struct names *names; /* words and resources may be added */
    struct request_table *requests;
    const struct cluster *cluster;   /* sealed; may have no nodes */
    const struct yaml_node *options; /* of this policy in the scenario; NULL: none */
    const char *base_dir;            /* relative paths start here */
    uint64_t seed, replication;
    int64_t start_ns;
    bool has_placer_below; /* an admitting policy: somebody else binds */
    struct arena *arena;   /* lives as long as the policy */
};

enum verdict { SETTLED, AGAIN };

/* A queue as results show it. */
struct queue_view {
    const char *name;
    uint32_t resource;
    int64_t nominal, used, borrowed, lent; /* of that resource */
    uint32_t pending, admitted;            /* jobs */
};

struct policy_ops {
    unsigned api;        /* POLICY_API, as it was when this was written */
    const char *name;    /* lower-case, dashes: as in the scenario */
    const char *summary; /* one line for `clustersim list policies` */
    unsigned roles;
    unsigned wants; /* NOTE_BIT of the notes it is sent */
    size_t state_bytes;
    const struct config_table *options; /* NULL: it has none */
    const char *const *reasons;         /* names, ended by NULL; jobs.csv has a column for each */

    /* Reads options and site files. False after a diag_error: the configuration cannot be served.
     */
    bool (*open)(void *state, const struct policy_env *env, struct diag *d);
    /* Optional. An entry of the scenario's timeline, read before the run; *token is its number. */
    bool (*parse_edit)(void *state, const struct yaml_node *edit, uint64_t *token, struct diag *d);
    void (*notify)(void *state, const struct note *n, struct acts *a);
    enum verdict (*decide)(void *state, struct acts *a);
    /* Optional. Fills *out with row i of queues.csv; false: there are no more. */
    bool (*queue_at)(void *state, size_t i, struct queue_view *out);
    /* Optional. How much the holder has of what `need` says that the waiting job lacks; *queue: in
     * whose quota. 0: nothing. */
    int64_t (*holds)(void *state, uint32_t holder, uint32_t waiting, const struct wait_need *need,
                     const char **queue);
    /* Optional. Which GPUs of each node the waiting job may get: fills masks, by node, that are all
     * UINT64_MAX (any); 0: the node is none of its. */
    void (*may_have)(void *state, const struct acts *a, uint32_t waiting, uint64_t *masks);
    void (*close)(void *state);
};

#endif /* MODELS_POLICY_H */
