/*
 * fifo.c - first come, first served, and nobody passes.
 *
 * The baseline: its head-of-line blocking is what the others are measured against.
 */
#include "models/free_index.h"
#include "models/policy.h"
#include "policies/baseline/job_ring.h"
#include "policies/placement/first_fit.h"

#include <string.h>

enum { BEHIND_OTHERS, NO_ROOM, REASONS };

static const char *const fifo_reasons[] = {
    [BEHIND_OTHERS] = "behind_others",
    [NO_ROOM] = "resources",
    [REASONS] = NULL,
};

/* Buckets have the numbers of their reasons. */
struct fifo {
    struct job_ring queue;
    struct free_index *free;
    struct placement_plan plan;
    bool is_ready; /* the buckets have their reasons */
};

static bool fifo_open(void *state, const struct policy_env *env, struct diag *d)
{
    (void)d;
    struct fifo *f = state;
    f->free = free_index_new(env->cluster, env->requests, NULL, NULL);
    return true;
}

static void fifo_notify(void *state, const struct note *n, struct acts *a)
{
    struct fifo *f = state;
    if (!f->is_ready) {
        act_bucket(a, NO_ROOM, NO_ROOM, NULL);
        f->is_ready = true;
    }
    switch (n->kind) {
    case NOTE_ARRIVED:
    case NOTE_REQUEUED:
        job_ring_push(&f->queue, n->job);
        act_wait(a, n->job, BEHIND_OTHERS);
        break;
    case NOTE_ENDED:
        job_ring_remove(&f->queue, n->job);
        break;
    default:
        break;
    }
}

static enum verdict fifo_decide(void *state, struct acts *a)
{
    struct fifo *f = state;
    while (f->queue.len > 0) {
        const uint32_t head = job_ring_first(&f->queue);
        if (!first_fit_plan(f->free, acts_job(a, head), &f->plan)) {
            act_wait(a, head, NO_ROOM);
            break;
        }
        job_ring_pop(&f->queue);
        act_bind(a, &(struct bind){.job = head, .slots = f->plan.slots, .slots_len = f->plan.len});
    }
    return SETTLED;
}

static void fifo_close(void *state)
{
    struct fifo *f = state;
    job_ring_fini(&f->queue);
    placement_plan_fini(&f->plan);
    free_index_free(f->free);
}

extern const struct policy_ops policy_fifo;
const struct policy_ops policy_fifo = {
    .api = POLICY_API,
    .name = "fifo",
    .summary = "first come, first served; the head of the queue blocks the rest",
    .roles = ROLE_ADMIT | ROLE_PLACE,
    .wants = NOTE_BIT(NOTE_ARRIVED) | NOTE_BIT(NOTE_REQUEUED) | NOTE_BIT(NOTE_ENDED),
    .state_bytes = sizeof(struct fifo),
    .reasons = fifo_reasons,
    .open = fifo_open,
    .notify = fifo_notify,
    .decide = fifo_decide,
    .close = fifo_close,
};
