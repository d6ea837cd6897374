/*
 * bounded_slowdown.h - how much longer a job took than it ran.
 *
 * Model    slowdown = (end - submit) / run; bounded: max(1, (end - submit) / max(run, tau)), tau =
 *          10 s, so that short jobs do not rule the mean. `run` is all its time at work. Of a job
 *          that only waited and ran, end - submit is wait + run, as published.
 * Source   D. Feitelson, Metrics for parallel job scheduling and their convergence, 2001.
 * Units    Ratios, as fixed point: their rounding is the same for every compiler.
 */
#ifndef RESULTS_BOUNDED_SLOWDOWN_H
#define RESULTS_BOUNDED_SLOWDOWN_H

#include "models/job.h"

#define SLOWDOWN_TAU_NS INT64_C(10000000000)

/* It has ended, and has run. */
static inline bool has_slowdown(const struct job *job)
{
    return job->end_ns != TIME_NEVER && job->first_start_ns != TIME_NEVER;
}

static inline double bounded_slowdown(const struct job *job)
{
    const int64_t run_ns = job->in_state_ns[JOB_RUNNING];
    const int64_t least_ns = run_ns > SLOWDOWN_TAU_NS ? run_ns : SLOWDOWN_TAU_NS;
    const int64_t lasted_ns = job->end_ns - job->submit_ns;
    return lasted_ns <= least_ns ? 1 : (double)lasted_ns / (double)least_ns;
}

#endif /* RESULTS_BOUNDED_SLOWDOWN_H */
