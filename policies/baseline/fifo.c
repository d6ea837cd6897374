/*
 * fifo.c - first come, first served, and nobody passes.
 *
 * The baseline: its head-of-line blocking is what the others are measured against.
 */
#include "policies/baseline/job_ring.h"
#include "policies/placement/work.h"

enum { BEHIND_OTHERS, NO_ROOM, NO_NODE, REASONS };

static const char *const fifo_reasons[] = {
    [BEHIND_OTHERS] = "behind_others",
    [NO_ROOM] = "resources",
    [NO_NODE] = "no_node",
    [REASONS] = NULL,
};

/* Buckets have the numbers of their reasons. */
struct fifo {
    struct job_ring queue; /* of work numbers */
    struct first_fit fit;
    bool is_ready; /* the buckets have their reasons */
};

static bool fifo_open(void *state, const struct policy_env *env, struct diag *d)
{
    (void)d;
    struct fifo *f = state;
    first_fit_init(&f->fit, env);
    return true;
}

static void fifo_notify(void *state, const struct note *n, struct acts *a)
{
    struct fifo *f = state;
    if (!f->is_ready) {
        act_bucket(a, NO_ROOM, NO_ROOM, NULL);
        act_bucket(a, NO_NODE, NO_NODE, NULL);
        f->is_ready = true;
    }
    uint32_t work = 0;
    const unsigned news = work_news(a, n, &work);
    if (news & WORK_GONE)
        job_ring_remove(&f->queue, work);
    if (news & WORK_CAME) {
        job_ring_push(&f->queue, work);
        act_wait(a, work_job(a, work)->id, BEHIND_OTHERS);
    }
}

static enum verdict fifo_decide(void *state, struct acts *a)
{
    struct fifo *f = state;
    while (f->queue.len > 0) {
        const uint32_t head = job_ring_first(&f->queue);
        if (!work_plan(&f->fit, a, head, NULL)) {
            act_wait(a, work_job(a, head)->id, work_has_node(&f->fit, a, head) ? NO_ROOM : NO_NODE);
            break;
        }
        job_ring_pop(&f->queue);
        work_bind(&f->fit, a, head);
    }
    return SETTLED;
}

static void fifo_close(void *state)
{
    struct fifo *f = state;
    job_ring_fini(&f->queue);
    first_fit_fini(&f->fit);
}

extern const struct policy_ops policy_fifo;
const struct policy_ops policy_fifo = {
    .api = POLICY_API,
    .name = "fifo",
    .summary = "first come, first served; the head of the queue blocks the rest",
    .roles = ROLE_ADMIT | ROLE_PLACE,
    .wants = WORK_COMES | NOTE_BIT(NOTE_ENDED) | NOTE_BIT(NOTE_JOB_CHANGED),
    .state_bytes = sizeof(struct fifo),
    .reasons = fifo_reasons,
    .open = fifo_open,
    .notify = fifo_notify,
    .decide = fifo_decide,
    .close = fifo_close,
};
