/*
 * controller.h - what makes pods, one by one, and makes them again: Job, Deployment, StatefulSet.
 *
 * A job whose extra names a controller is no gang: each of its tasks is a pod with a name, a node
 * and an end of its own. The controller makes pods when the job is admitted and decides what
 * follows when one ends.
 *
 * Job          min(parallelism, completions left) pods at once; after a pod that failed, or was
 *              evicted or preempted, no new ones for 10 s, doubling to 600 s until one succeeds;
 *              more failures than backoffLimit, or as many restarts in place, and it fails.
 * Deployment   replaces a pod as soon as it is told to stop.
 * StatefulSet  makes a pod again when it is gone; OrderedReady: when those before it run.
 * Pod          ends when it ends.
 *
 * Source   Kubernetes 1.36: pkg/controller/job (replacement of terminating pods, as without a
 *          podFailurePolicy), pkg/controller/statefulset, pkg/kubelet's CrashLoopBackOff.
 * Not here successPolicy, podFailurePolicy, back-off per index, rolling updates.
 * Cost     O(log pods) per pod that ends; for an ordered StatefulSet O(pods) per pod made.
 */
#ifndef MODELS_KUBERNETES_CONTROLLER_H
#define MODELS_KUBERNETES_CONTROLLER_H

#include "models/job.h"
#include "models/kubernetes/restart_policy.h"

struct simulation;

enum controller_kind {
    CONTROLLER_POD,
    CONTROLLER_JOB,
    CONTROLLER_DEPLOYMENT,
    CONTROLLER_STATEFULSET
};

struct controller {
    enum controller_kind kind;
    uint32_t parallelism;   /* pods at once: parallelism, replicas, 1 */
    uint32_t completions;   /* of a Job: pods that must succeed; UINT32_MAX: any one, then no new
                               ones */
    uint32_t backoff_limit; /* of a Job: failed pods, or restarts, before it fails */
    uint32_t first_index;   /* of a StatefulSet: ordinals.start */
    bool is_indexed;        /* of a Job: pod names carry the completion index */
    bool is_ordered;        /* of a StatefulSet: OrderedReady; otherwise Parallel */
    enum restart_policy restarts;
    int64_t deadline_ns; /* of a Job: activeDeadlineSeconds, from its admission; LIMIT_NONE: none */
    int64_t lifetime_ns; /* it is deleted so long after its first start; LIMIT_NONE: never */
    uint64_t name_seed;  /* of the random parts of pod names */
};

/* Before the first and after the last of the calls below. */
void controller_open(struct job *job);
void controller_close(struct simulation *sim, struct job *job);

/* The job may have pods now, parallelism of them at once: partial admission gives fewer. */
void controller_admitted(struct simulation *sim, struct job *job, uint32_t parallelism);

/* A pod is gone: done, failed, or its node broke. `was` is what it was. False if that ended the
 * job, which is then no more. */
bool controller_task_over(struct simulation *sim, struct job *job, const struct task *was);

/* A pod was told to stop and takes its time: a Job and a Deployment replace it at once. The job may
 * end of it. */
void controller_task_leaving(struct simulation *sim, struct job *job, struct task *t);

/* A container could not start, and its restarts count. True if that was one too many for a Job,
 * which is then no more. */
bool controller_task_crashed(struct simulation *sim, struct job *job, const struct task *t);

/* Whether a pod whose container ended for this cause starts again where it is. */
bool controller_restarts(const struct job *job, enum end_cause cause);

/* After what time: at once, then CrashLoopBackOff: 10 s doubling to 300 s with every restart, and
 * at once again after a run of more than ten minutes. Counts the restart. */
int64_t controller_backoff_ns(struct task *t, int64_t now_ns);

/* A pod is deleted because its job stops; another will have its index. */
void controller_withdrawn(struct job *job, const struct task *t);

/* A pod has started. The job may end of it. */
void controller_task_started(struct simulation *sim, struct job *job, const struct task *t);

/* Gives a job of whose pods none runs any more the state that follows. */
void controller_follow(struct simulation *sim, struct job *job);

/* An EVENT_PODS fired: new pods may be made now. */
void controller_wake(struct simulation *sim, struct job *job);

/* An EVENT_TIME_UP fired: the deadline or the end of the lifetime. */
void controller_time_up(struct simulation *sim, struct job *job);

/* Work of the pod, in reference ns. */
int64_t controller_task_work(const struct job *job, const struct task *t);

#endif /* MODELS_KUBERNETES_CONTROLLER_H */
