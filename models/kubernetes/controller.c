/* A pod that is told to stop is leaving until it is gone: it is live, but no longer one of those
 * that are wanted. returned is a heap of the indexes that pods had and nobody has now; they are
 * handed out before new ones, lowest first. */
#include "models/kubernetes/controller.h"

#include "models/lifecycle.h"
#include "sim/check.h"

#include <stdlib.h>

#define SECOND_NS INT64_C(1000000000)

enum {
    FIRST_BACKOFF_S = 10,
    MOST_CRASH_BACKOFF_S = 300,
    FORGIVEN_AFTER_S = 600,
    MOST_POD_BACKOFF_S = 600,
};

struct controller_state {
    uint32_t parallelism; /* as admitted */
    uint32_t next_index;
    uint32_t *returned;
    uint32_t returned_len, returned_cap;
    uint32_t leaving;
    uint32_t done, failed;
    uint32_t failures_in_row; /* since one succeeded */
    int64_t last_failure_ns;
    uint32_t wake_event;    /* EVENT_PODS */
    uint32_t time_up_event; /* EVENT_TIME_UP */
    bool is_making;
};

void controller_open(struct job *job)
{
    job->pods = calloc(1, sizeof *job->pods);
    SIM_REQUIRE(job->pods != NULL);
    job->pods->wake_event = job->pods->time_up_event = EVENT_NONE;
}

void controller_close(struct simulation *sim, struct job *job)
{
    sim_cancel(sim, &job->pods->wake_event);
    sim_cancel(sim, &job->pods->time_up_event);
    free(job->pods->returned);
    free(job->pods);
    job->pods = NULL;
}

/* --- indexes --- */

static void swap(uint32_t *a, uint32_t *b)
{
    const uint32_t old = *a;
    *a = *b;
    *b = old;
}

static void return_index(struct controller_state *s, uint32_t index)
{
    if (s->returned_len == s->returned_cap) {
        s->returned_cap = s->returned_cap == 0 ? 8 : 2 * s->returned_cap;
        s->returned = realloc(s->returned, s->returned_cap * sizeof s->returned[0]);
        SIM_REQUIRE(s->returned != NULL);
    }
    s->returned[s->returned_len++] = index;
    for (uint32_t i = s->returned_len - 1; i > 0 && s->returned[i] < s->returned[(i - 1) / 2];
         i = (i - 1) / 2)
        swap(&s->returned[i], &s->returned[(i - 1) / 2]);
}

static uint32_t least_index(const struct controller_state *s)
{
    return s->returned_len > 0 ? s->returned[0] : s->next_index;
}

static uint32_t take_index(struct controller_state *s)
{
    if (s->returned_len == 0)
        return s->next_index++;
    const uint32_t least = s->returned[0];
    s->returned[0] = s->returned[--s->returned_len];
    for (uint32_t i = 0, child = 1; child < s->returned_len; i = child, child = 2 * i + 1) {
        if (child + 1 < s->returned_len && s->returned[child + 1] < s->returned[child])
            child++;
        if (s->returned[i] <= s->returned[child])
            break;
        swap(&s->returned[i], &s->returned[child]);
    }
    return least;
}

/* --- how many pods there should be --- */

static uint32_t pods_alive(const struct job *job)
{
    return job->groups[0].pending + job->groups[0].live - job->pods->leaving;
}

static uint32_t pods_wanted(const struct controller *c, const struct controller_state *s,
                            uint32_t alive)
{
    if (c->kind != CONTROLLER_JOB)
        return s->parallelism;
    if (c->completions == UINT32_MAX)
        return s->done > 0 ? alive : s->parallelism;
    const uint32_t left = c->completions - s->done;
    return left < s->parallelism ? left : s->parallelism;
}

/* Until when a Job makes no pods because some failed. */
static int64_t backoff_until_ns(const struct controller *c, const struct controller_state *s)
{
    if (c->kind != CONTROLLER_JOB || s->failures_in_row == 0)
        return INT64_MIN;
    int64_t delay_s = FIRST_BACKOFF_S;
    for (uint32_t i = 1; i < s->failures_in_row && delay_s < MOST_POD_BACKOFF_S; i++)
        delay_s *= 2;
    return s->last_failure_ns +
           (delay_s < MOST_POD_BACKOFF_S ? delay_s : MOST_POD_BACKOFF_S) * SECOND_NS;
}

/* Of an ordered StatefulSet: all pods before this one run. */
static bool is_its_turn(const struct simulation *sim, const struct job *job, uint32_t index)
{
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next) {
        const struct task *t = sim_task(sim, id);
        if (t->index < index && (t->state != TASK_RUNNING || t->cause != END_NONE))
            return false;
    }
    return true;
}

/* --- making them --- */

/* Quota alone decides: pods run as soon as they exist. */
static void run_without_node(struct simulation *sim, struct job *job, struct task *t)
{
    const struct slot slot = {.node = NODE_NONE, .count = 1, .task = t->id};
    lifecycle_bind(sim, job, &slot, false);
    lifecycle_bound(sim, job, &t->id, 1);
}

static void wait_out_backoff(struct simulation *sim, struct job *job, int64_t until_ns)
{
    sim_cancel(sim, &job->pods->wake_event);
    job->pods->wake_event = sim_push(sim, until_ns, PHASE_TIMER, job->number, EVENT_PODS, job->id);
}

static void make_pods(struct simulation *sim, struct job *job)
{
    const struct controller *c = job->extra->controller;
    struct controller_state *s = job->pods;
    if (s->is_making)
        return; /* the loop below goes on with what has changed */
    s->is_making = true;
    for (uint32_t alive = pods_alive(job); alive < pods_wanted(c, s, alive);
         alive = pods_alive(job)) {
        const int64_t until_ns = backoff_until_ns(c, s);
        if (until_ns > sim_now(sim)) {
            wait_out_backoff(sim, job, until_ns);
            break;
        }
        if (c->is_ordered && !is_its_turn(sim, job, least_index(s)))
            break;
        struct task *t = lifecycle_make_task(sim, job, 0, take_index(s));
        if (sim->stack == STACK_ADMIT)
            run_without_node(sim, job, t);
    }
    s->is_making = false;
}

/* Without pods that wait for a node it waits for nobody: a Job for the end of its back-off, a
 * container for its restart. */
void controller_follow(struct simulation *sim, struct job *job)
{
    const bool is_under_way =
        job->state == JOB_ADMITTED || job->state == JOB_STARTING || job->state == JOB_RUNNING;
    if (job->tasks_running == 0 && is_under_way)
        lifecycle_set_state(sim, job, job->tasks_pending > 0 ? JOB_ADMITTED : JOB_STARTING);
}

static void set_time_up(struct simulation *sim, struct job *job, int64_t after_ns)
{
    const int64_t now = sim_now(sim);
    sim_cancel(sim, &job->pods->time_up_event);
    if (after_ns < INT64_MAX - now)
        job->pods->time_up_event =
            sim_push(sim, now + after_ns, PHASE_TIMER, job->number, EVENT_TIME_UP, job->id);
}

void controller_admitted(struct simulation *sim, struct job *job, uint32_t parallelism)
{
    const struct controller *c = job->extra->controller;
    job->pods->parallelism = parallelism;
    if (c->deadline_ns != LIMIT_NONE)
        set_time_up(sim, job, c->deadline_ns);
    make_pods(sim, job);
    controller_follow(sim, job);
}

void controller_task_started(struct simulation *sim, struct job *job, const struct task *t)
{
    const struct controller *c = job->extra->controller;
    if (c->lifetime_ns != LIMIT_NONE && job->first_start_ns == sim_now(sim) &&
        job->pods->time_up_event == EVENT_NONE)
        set_time_up(sim, job, c->lifetime_ns);
    if (c->is_ordered)
        make_pods(sim, job);
    controller_task_crashed(sim, job, t);
}

bool controller_task_crashed(struct simulation *sim, struct job *job, const struct task *t)
{
    const struct controller *c = job->extra->controller;
    if (c->kind != CONTROLLER_JOB || t->restarts == 0)
        return false;
    uint64_t restarts = 0;
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next)
        restarts += sim_task(sim, id)->restarts;
    if (restarts < c->backoff_limit)
        return false;
    lifecycle_end_job(sim, job, END_FAILED);
    return true;
}

void controller_wake(struct simulation *sim, struct job *job)
{
    job->pods->wake_event = EVENT_NONE;
    if (!job->is_admitted || job->is_stopping)
        return;
    make_pods(sim, job);
    controller_follow(sim, job);
}

void controller_time_up(struct simulation *sim, struct job *job)
{
    const bool is_deadline = job->extra->controller->deadline_ns != LIMIT_NONE;
    job->pods->time_up_event = EVENT_NONE;
    if (!is_deadline)
        lifecycle_end_job(sim, job, END_DONE);
    else if (job->is_admitted && !job->is_stopping) /* otherwise it counts from the next time on */
        lifecycle_end_job(sim, job, END_TIMEOUT);
}

/* --- when they end --- */

void controller_withdrawn(struct job *job, const struct task *t)
{
    return_index(job->pods, t->index);
}

/* A pod that nobody wanted to end. A Job counts it as failed, whatever the cause. */
static void lose(struct simulation *sim, struct job *job, const struct task *t)
{
    struct controller_state *s = job->pods;
    return_index(s, t->index);
    count_up(&job->restarts);
    s->failed++;
    s->failures_in_row++;
    s->last_failure_ns = sim_now(sim);
}

/* What becomes of the job; END_NONE: it goes on. */
static enum end_cause judge(const struct job *job, const struct task *was)
{
    const struct controller *c = job->extra->controller;
    const struct controller_state *s = job->pods;
    switch (c->kind) {
    case CONTROLLER_POD: /* nobody makes it again, unless it was stopped to come back */
        return job->is_stopping && was->cause != END_DONE ? END_NONE : was->cause;
    case CONTROLLER_JOB:
        if (s->failed > c->backoff_limit)
            return END_FAILED;
        if (c->completions == UINT32_MAX)
            return s->done > 0 && pods_alive(job) == 0 ? END_DONE : END_NONE;
        return s->done >= c->completions ? END_DONE : END_NONE;
    default:
        return END_NONE;
    }
}

/* Ends the job or gives it the pods it should have. False if it is no more. */
static bool go_on(struct simulation *sim, struct job *job, const struct task *was)
{
    const enum end_cause cause = judge(job, was);
    if (cause != END_NONE) {
        lifecycle_end_job(sim, job, cause);
        return false;
    }
    if (!job->is_stopping) {
        make_pods(sim, job);
        controller_follow(sim, job);
    }
    return true;
}

bool controller_task_over(struct simulation *sim, struct job *job, const struct task *was)
{
    struct controller_state *s = job->pods;
    if (was->is_leaving) {
        s->leaving--;
    } else if (was->cause == END_DONE && job->extra->controller->kind == CONTROLLER_JOB) {
        s->done++;
        s->failures_in_row = 0;
    } else if (job->is_stopping || job->extra->controller->kind == CONTROLLER_POD) {
        return_index(s, was->index);
    } else {
        lose(sim, job, was);
    }
    return go_on(sim, job, was);
}

void controller_task_leaving(struct simulation *sim, struct job *job, struct task *t)
{
    const enum controller_kind kind = job->extra->controller->kind;
    if (kind != CONTROLLER_JOB && kind != CONTROLLER_DEPLOYMENT)
        return;
    t->is_leaving = true;
    job->pods->leaving++;
    lose(sim, job, t);
    go_on(sim, job, t);
}

bool controller_restarts(const struct job *job, enum end_cause cause)
{
    const struct controller *c = job->extra->controller;
    if (c == NULL || c->restarts == RESTART_NEVER)
        return false;
    return cause == END_FAILED || (cause == END_DONE && c->restarts == RESTART_ALWAYS);
}

int64_t controller_backoff_ns(struct task *t, int64_t now_ns)
{
    if (t->start_ns != TIME_NEVER && now_ns - t->start_ns > FORGIVEN_AFTER_S * SECOND_NS)
        t->backoffs = 0;
    count_up(&t->backoffs);
    if (t->backoffs == 1)
        return 0;
    int64_t delay_s = FIRST_BACKOFF_S;
    for (unsigned i = 2; i < t->backoffs && delay_s < MOST_CRASH_BACKOFF_S; i++)
        delay_s *= 2;
    return (delay_s < MOST_CRASH_BACKOFF_S ? delay_s : MOST_CRASH_BACKOFF_S) * SECOND_NS;
}

int64_t controller_task_work(const struct job *job, const struct task *t)
{
    if (job->extra->task_work != NULL)
        return job->extra->task_work(job->extra, job->number, t->made);
    return job->work_ns;
}
