/*
 * work.h - what simple schedulers queue: a gang, or one pod of a job with a controller.
 *
 * A gang is placed whole or not at all; pods come, run and go one by one. Both are named by a small
 * number, so that tables can be indexed with it: even ones are gangs, odd ones pods. A number is
 * free for another once its work is gone.
 */
#ifndef POLICIES_PLACEMENT_WORK_H
#define POLICIES_PLACEMENT_WORK_H

#include "policies/placement/first_fit.h"

/* The notes that say that work comes; those that say that it goes. */
enum {
    WORK_COMES = NOTE_BIT(NOTE_ARRIVED) | NOTE_BIT(NOTE_REQUEUED) | NOTE_BIT(NOTE_ADMITTED),
    WORK_GOES = NOTE_BIT(NOTE_REQUEUED) | NOTE_BIT(NOTE_ENDED) | NOTE_BIT(NOTE_RELEASED) |
                NOTE_BIT(NOTE_JOB_CHANGED),
};

/* What a note means for some work: it may mean both, gone first. */
enum work_news { WORK_SAME = 0, WORK_GONE = 1, WORK_CAME = 2 };

unsigned work_news(const struct acts *a, const struct note *n, uint32_t *work);

static inline bool work_is_pod(uint32_t work)
{
    return work & 1;
}

/* Of the live job, or of the live pod's. */
const struct job *work_job(const struct acts *a, uint32_t work);

/* What it asks for: of a gang each group, of a pod one task; whether it waits or runs. */
struct work_demand {
    uint32_t group, request, count;
};

uint32_t work_demands(const struct acts *a, uint32_t work);
struct work_demand work_demand(const struct acts *a, uint32_t work, uint32_t i);

/* Calls visit for every task of running work that is on a node. */
typedef void work_visit_fn(void *context, const struct task *t, uint32_t request);
void work_each_task(const struct acts *a, uint32_t work, work_visit_fn *visit, void *context);

/* What the user promised; where nothing was promised, the true time. INT64_MAX: endless. */
int64_t work_estimate_ns(const struct acts *a, uint32_t work);

/* What it would take on an unshared reference GPU. */
int64_t work_true_ns(const struct acts *a, uint32_t work);

/* Among work that waits: by submission and number of the job, then by age of the pod. Unique. */
uint64_t work_rank(const struct acts *a, uint32_t work);

/* Plans nodes for it; false if it does not fit. */
bool work_plan(struct first_fit *f, const struct acts *a, uint32_t work,
               const struct node_overlay *other);

/* Whether labels and taints let each of its tasks onto some node; if not, it is never planned. */
bool work_has_node(struct first_fit *f, const struct acts *a, uint32_t work);

/* Does what was planned last. */
bool work_bind(struct first_fit *f, struct acts *a, uint32_t work);

#endif /* POLICIES_PLACEMENT_WORK_H */
