/*
 * run_time.h - how long the pods of manifests run, which manifests do not say.
 *
 *   {from: sleep}                 as their commands sleep (sleep_time.h): the default
 *   {annotation: KEY}             a duration in an annotation of the object or of its pods
 *   10m, {lognormal: ...}         a duration, or a distribution of durations
 *   {history: FILE, by: queue}    as jobs of the same key ran in the past (run_history.h)
 *   never                         they do not end
 *
 * What restarts for ever in Kubernetes (Deployments, StatefulSets, pods that always restart) does
 * not end by itself; a duration given for it is the time after which somebody deletes it.
 *
 * Errors   In the reader's diag; a job without a run time is one.
 */
#ifndef WORKLOADS_RUN_TIME_H
#define WORKLOADS_RUN_TIME_H

#include "models/kubernetes/workload.h"
#include "sim/distribution.h"
#include "workloads/run_history.h"

enum run_time_from {
    RUN_TIME_SLEEP,
    RUN_TIME_ANNOTATION,
    RUN_TIME_GIVEN,
    RUN_TIME_HISTORY,
    RUN_TIME_NEVER
};

struct run_time_rule {
    enum run_time_from from;
    const char *annotation;
    struct distribution given;
    struct run_history history;
    const struct run_time_rule *otherwise; /* of a history; NULL: there is none */
};

#define RUN_TIME_HINT                                                                          \
    "{from: sleep}, {annotation: KEY}, a duration, a distribution, {history: FILE, by: KEY}, " \
    "never, or these by the names of jobs"

/* Whether n is a rule itself, and not one by job name. NULL is one: from sleep. */
bool run_time_is_rule(const struct yaml_node *n);
bool run_time_rule_read(struct config_reader *r, const struct yaml_node *n,
                        struct run_time_rule *out);

/* What a rule comes to for a job. */
struct run_time {
    int64_t ns;                      /* WORK_ENDLESS: it does not end */
    const struct distribution *draw; /* not NULL: each pod draws its own, ns is their mean */
    struct past_runs past;           /* len > 0: each pod draws one of these */
};

/* Whether it is drawn. */
static inline bool run_time_is_drawn(const struct run_time *t)
{
    return t->draw != NULL || t->past.len > 0;
}

/* A time that is longer than more_than_ns, if there is one; otherwise more_than_ns. */
int64_t run_time_draw(const struct run_time *t, int64_t more_than_ns, gsl_rng *rng);

/* False after an error. The rule outlives *out. */
bool run_time_of(struct field_reader *r, const struct workload *w, const struct run_time_rule *rule,
                 struct run_time *out);

/* Whether its pods start again for ever. */
bool run_time_is_service(const struct workload *w);

#endif /* WORKLOADS_RUN_TIME_H */
