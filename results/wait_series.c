#include "results/wait_series.h"

#include "models/job.h"
#include "sim/check.h"

#include <stdlib.h>

struct observer {
    struct wait_series *series;
    int64_t start_ns;
};

static bool series_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    struct observer *o = state;
    SIM_REQUIRE(env->options != NULL);
    o->series = (struct wait_series *)(uintptr_t)env->options; /* lent to be filled */
    o->start_ns = env->start_ns;
    return true;
}

static void series_job_over(void *state, const struct job *job)
{
    const struct observer *o = state;
    struct wait_series *s = o->series;
    if (s->len == s->cap) {
        s->cap = s->cap == 0 ? 1024 : 2 * s->cap;
        s->jobs = realloc(s->jobs, s->cap * sizeof s->jobs[0]);
        SIM_REQUIRE(s->jobs != NULL);
    }
    const int64_t wait_ns = job->in_state_ns[JOB_QUEUED] + job->in_state_ns[JOB_ADMITTED];
    s->jobs[s->len++] = (struct wait_of_job){job->submit_ns - o->start_ns, (double)wait_ns / 1e9};
}

static int by_submit_time(const void *a, const void *b)
{
    const struct wait_of_job *x = a, *y = b;
    if (x->submit_ns != y->submit_ns)
        return x->submit_ns < y->submit_ns ? -1 : 1;
    return x->wait_s < y->wait_s ? -1 : x->wait_s > y->wait_s;
}

static bool series_close(void *state, struct diag *d)
{
    (void)d;
    const struct observer *o = state;
    if (o->series->len > 0)
        qsort(o->series->jobs, o->series->len, sizeof o->series->jobs[0], by_submit_time);
    return true;
}

const struct observer_ops wait_series_observer = {
    .api = OBSERVER_API,
    .name = "wait-series",
    .summary = "the waits of all jobs, in the order in which they came",
    .state_bytes = sizeof(struct observer),
    .wants = WANTS_JOBS,
    .open = series_open,
    .job_over = series_job_over,
    .close = series_close,
};

void wait_series_fini(struct wait_series *s)
{
    free(s->jobs);
    *s = (struct wait_series){0};
}
