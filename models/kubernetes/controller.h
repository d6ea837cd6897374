/*
 * controller.h - what makes pods, one by one, and makes them again: Job, Deployment, StatefulSet.
 *
 * A job whose extra names a controller is no gang: each of its tasks is a pod with a name, a node
 * and an end of its own. The controller makes pods when the job is admitted and decides what
 * follows when one ends.
 *
 * Source   Kubernetes 1.36: batch/v1 Job (completions, parallelism, backoffLimit, Indexed),
 *          apps/v1 Deployment and StatefulSet (podManagementPolicy); specs gpu_models.md section 5.
 * Cost     O(1) per pod that ends.
 */
#ifndef MODELS_KUBERNETES_CONTROLLER_H
#define MODELS_KUBERNETES_CONTROLLER_H

#include "models/job.h"

struct simulation;

enum controller_kind {
    CONTROLLER_POD,
    CONTROLLER_JOB,
    CONTROLLER_DEPLOYMENT,
    CONTROLLER_STATEFULSET
};

struct controller {
    enum controller_kind kind;
    uint32_t parallelism; /* pods at once: parallelism, replicas, 1 */
    uint32_t
        completions; /* of a Job: pods that must succeed; UINT32_MAX: any one, then no new pods */
    uint32_t backoff_limit; /* of a Job: failed pods before it fails */
    bool is_indexed;        /* of a Job: pod names carry the completion index */
    bool is_ordered;        /* of a StatefulSet: OrderedReady; otherwise Parallel */
    bool restarts_in_place; /* restartPolicy OnFailure or Always */
    uint64_t name_seed;     /* of the random parts of pod names */
};

/* Before the first and after the last of the calls below. */
void controller_open(struct job *job);
void controller_close(struct job *job);

/* The job may have pods now. */
void controller_admitted(struct simulation *sim, struct job *job);

/* A pod is gone: done, failed, or its node broke. `was` is what it was. */
void controller_task_over(struct simulation *sim, struct job *job, const struct task *was);

/* Whether a pod whose container ended for this cause starts again where it is. */
bool controller_restarts(const struct job *job, enum end_cause cause);

/* After what time: CrashLoopBackOff, 10 s doubling to 300 s with every restart, 10 s again after a
 * run of ten minutes. Counts the restart. */
int64_t controller_backoff_ns(struct task *t, int64_t now_ns);

/* A pod is deleted because its job stops; another will have its index. */
void controller_withdrawn(struct job *job, const struct task *t);

/* A pod has started. */
void controller_task_started(struct simulation *sim, struct job *job, const struct task *t);

/* Work of the pod, in reference ns. */
int64_t controller_task_work(const struct job *job, const struct task *t);

/* The pod's name as Kubernetes would make it. Returns its length; at most cap with the NUL. */
size_t controller_pod_name(const struct controller *c, const char *job_name, uint64_t job_number,
                           const struct task *t, char *out, size_t cap);

#endif /* MODELS_KUBERNETES_CONTROLLER_H */
