#include "models/kubernetes/controller.h"

#include "models/lifecycle.h"
#include "sim/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

enum {
    FIRST_BACKOFF_S = 10,
    MOST_BACKOFF_S = 300,
    FORGIVEN_AFTER_S = 600,
    SUFFIX_LEN = 5,
    HASH_LEN = 10,
};

/* Indexes that a pod had and nobody has now are handed out before new ones, lowest first. */
struct controller_state {
    uint32_t next_index;
    uint32_t *returned; /* descending: the lowest is last */
    uint32_t returned_len, returned_cap;
    uint32_t done, failed;
    bool winds_down; /* a Job without completions: one pod succeeded, no new ones */
};

void controller_open(struct job *job)
{
    job->pods = calloc(1, sizeof *job->pods);
    SIM_REQUIRE(job->pods != NULL);
}

void controller_close(struct job *job)
{
    free(job->pods->returned);
    free(job->pods);
    job->pods = NULL;
}

static uint32_t take_index(struct controller_state *s)
{
    return s->returned_len > 0 ? s->returned[--s->returned_len] : s->next_index++;
}

static void return_index(struct controller_state *s, uint32_t index)
{
    if (s->returned_len == s->returned_cap) {
        s->returned_cap = s->returned_cap == 0 ? 8 : 2 * s->returned_cap;
        s->returned = realloc(s->returned, s->returned_cap * sizeof s->returned[0]);
        SIM_REQUIRE(s->returned != NULL);
    }
    uint32_t i = s->returned_len++;
    for (; i > 0 && s->returned[i - 1] < index; i--)
        s->returned[i] = s->returned[i - 1];
    s->returned[i] = index;
}

static uint32_t pods_alive(const struct job *job)
{
    uint32_t alive = 0;
    for (uint32_t g = 0; g < job->groups_len; g++)
        alive += job->groups[g].pending + job->groups[g].live;
    return alive;
}

/* How many pods there should be now. */
static uint32_t pods_wanted(const struct controller *c, const struct controller_state *s,
                            uint32_t alive)
{
    if (c->kind != CONTROLLER_JOB)
        return c->parallelism;
    if (s->winds_down)
        return alive;
    if (c->completions == UINT32_MAX)
        return c->parallelism;
    const uint32_t left = c->completions - s->done;
    return left < c->parallelism ? left : c->parallelism;
}

/* Quota alone decides: pods run as soon as they exist. */
static void run_without_node(struct simulation *sim, struct job *job, struct task *t)
{
    const struct slot slot = {.node = NODE_NONE, .count = 1, .task = t->id};
    lifecycle_bind(sim, job, &slot, false);
    lifecycle_bound(sim, job, &t->id, 1);
}

/* Makes the pods that are missing; an ordered StatefulSet one at a time, when the last one runs. */
static void make_pods(struct simulation *sim, struct job *job)
{
    const struct controller *c = job->extra->controller;
    uint32_t alive = pods_alive(job);
    const uint32_t wanted = pods_wanted(c, job->pods, alive);
    for (; alive < wanted; alive++) {
        if (c->is_ordered && (job->tasks_pending > 0 || job->tasks_unready > 0))
            return;
        struct task *t = lifecycle_make_task(sim, job, 0, take_index(job->pods));
        if (sim->stack == STACK_ADMIT)
            run_without_node(sim, job, t);
    }
}

void controller_admitted(struct simulation *sim, struct job *job)
{
    make_pods(sim, job);
}

void controller_task_started(struct simulation *sim, struct job *job, const struct task *t)
{
    (void)t;
    if (job->extra->controller->is_ordered)
        make_pods(sim, job);
}

void controller_withdrawn(struct job *job, const struct task *t)
{
    return_index(job->pods, t->index);
}

static bool job_is_complete(const struct controller *c, const struct controller_state *s,
                            uint32_t alive)
{
    if (c->kind == CONTROLLER_POD)
        return true;
    if (c->kind != CONTROLLER_JOB)
        return false;
    return c->completions == UINT32_MAX ? s->winds_down && alive == 0 : s->done >= c->completions;
}

void controller_task_over(struct simulation *sim, struct job *job, const struct task *was)
{
    const struct controller *c = job->extra->controller;
    struct controller_state *s = job->pods;
    if (was->cause == END_DONE) {
        s->done++;
        s->winds_down = c->kind == CONTROLLER_JOB && c->completions == UINT32_MAX;
        if (job_is_complete(c, s, pods_alive(job))) {
            lifecycle_end_job(sim, job, END_DONE);
            return;
        }
    } else {
        return_index(s, was->index);
        count_up(&job->restarts);
        if (was->cause == END_FAILED && c->kind == CONTROLLER_JOB &&
            ++s->failed > c->backoff_limit) {
            lifecycle_end_job(sim, job, END_FAILED);
            return;
        }
        if (c->kind == CONTROLLER_POD) { /* nobody makes it again */
            lifecycle_end_job(sim, job, was->cause);
            return;
        }
    }
    make_pods(sim, job);
    if (job->tasks_running == 0 && job->state == JOB_RUNNING)
        lifecycle_set_state(sim, job, JOB_ADMITTED);
}

bool controller_restarts(const struct job *job, enum end_cause cause)
{
    const struct controller *c = job->extra->controller;
    if (c == NULL || !c->restarts_in_place)
        return false;
    if (cause == END_FAILED)
        return true;
    /* OnFailure, the only kind of a Job, lets success be; Always does not. */
    return cause == END_DONE && c->kind != CONTROLLER_JOB;
}

int64_t controller_backoff_ns(struct task *t, int64_t now_ns)
{
    if (now_ns - t->start_ns >= FORGIVEN_AFTER_S * SECOND_NS)
        t->backoffs = 0;
    int64_t delay_s = FIRST_BACKOFF_S;
    for (unsigned i = 0; i < t->backoffs && delay_s < MOST_BACKOFF_S; i++)
        delay_s *= 2;
    count_up(&t->backoffs);
    return (delay_s < MOST_BACKOFF_S ? delay_s : MOST_BACKOFF_S) * SECOND_NS;
}

int64_t controller_task_work(const struct job *job, const struct task *t)
{
    if (job->extra->task_work != NULL)
        return job->extra->task_work(job->extra, job->number, t->made);
    return job->work_ns;
}

/* --- names --- */

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u; /* SplitMix64 */
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Letters that make no words, as k8s.io/apimachinery/pkg/util/rand has them. */
static void random_part(char *out, size_t len, uint64_t seed)
{
    static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
    for (size_t i = 0; i < len; i++) {
        out[i] = letters[seed % (sizeof letters - 1)];
        seed /= sizeof letters - 1;
    }
    out[len] = '\0';
}

size_t controller_pod_name(const struct controller *c, const char *job_name, uint64_t job_number,
                           const struct task *t, char *out, size_t cap)
{
    char suffix[SUFFIX_LEN + 1], hash[HASH_LEN + 1];
    const uint64_t seed = mix(c->name_seed ^ mix(job_number));
    random_part(suffix, SUFFIX_LEN, mix(seed + 1 + t->made));
    random_part(hash, HASH_LEN, seed);
    int len = 0;
    switch (c->kind) {
    case CONTROLLER_POD:
        len = snprintf(out, cap, "%s", job_name);
        break;
    case CONTROLLER_STATEFULSET:
        len = snprintf(out, cap, "%s-%" PRIu32, job_name, t->index);
        break;
    case CONTROLLER_DEPLOYMENT:
        len = snprintf(out, cap, "%s-%s-%s", job_name, hash, suffix);
        break;
    case CONTROLLER_JOB:
        len = c->is_indexed ? snprintf(out, cap, "%s-%" PRIu32 "-%s", job_name, t->index, suffix)
                            : snprintf(out, cap, "%s-%s", job_name, suffix);
        break;
    }
    return len < 0 ? 0 : (size_t)len < cap ? (size_t)len : cap - 1;
}
