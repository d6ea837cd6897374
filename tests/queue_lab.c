#include "tests/queue_lab.h"

#include "policies/registry.h"
#include "sim/yaml.h"
#include "tests/near.h"
#include "tests/world.h"
#include "workloads/registry.h"

#include <stdlib.h>
#include <string.h>

/* --- measuring --- */

struct sums {
    const struct queue_lab *lab;
    double sum[QUEUE_MEASURES_MOST];
    uint64_t count[QUEUE_MEASURES_MOST];
};

static bool meter_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    *(struct sums **)state = (struct sums *)(uintptr_t)env->options;
    return true;
}

static void meter_job_over(void *state, const struct job *job)
{
    struct sums *s = *(struct sums **)state;
    if (job->ordinal < s->lab->first || job->ordinal > s->lab->last)
        return;
    for (size_t m = 0; m < s->lab->measures_len; m++) {
        const double x = s->lab->measures[m](job);
        if (isnan(x))
            continue;
        s->sum[m] += x;
        s->count[m]++;
    }
}

static bool meter_close(void *state, struct diag *d)
{
    (void)state;
    (void)d;
    return true;
}

static const struct observer_ops meter = {
    .api = OBSERVER_API,
    .name = "meter",
    .state_bytes = sizeof(struct sums *),
    .wants = WANTS_JOBS,
    .open = meter_open,
    .job_over = meter_job_over,
    .close = meter_close,
};

static double waited_ns(const struct job *job)
{
    return (double)(job->in_state_ns[JOB_QUEUED] + job->in_state_ns[JOB_ADMITTED]);
}

double queue_wait_s(const struct job *job)
{
    return waited_ns(job) / 1e9;
}

double queue_sojourn_s(const struct job *job)
{
    return (double)(job->end_ns - job->submit_ns) / 1e9;
}

double queue_has_waited(const struct job *job)
{
    return waited_ns(job) > 0;
}

double queue_is_lost(const struct job *job)
{
    return job->cause == END_LOST;
}

/* --- running --- */

static void run_once(const struct queue_lab *q, struct world *w, uint64_t replication,
                     struct sums *sums)
{
    const struct policy_use policy = {.ops = policy_find(q->policy)};
    const struct observer_use observer = {&meter, sums};
    struct diag diag;
    diag_init(&diag, stderr);
    struct yaml_file *f = yaml_parse("queue.yaml", q->workload, strlen(q->workload), &diag);
    const struct source_use source = {job_source_find("generate"), yaml_doc(f, 0)};
    *w = (struct world){
        .nodes = q->nodes,
        .gpus_per_node = q->gpus_per_node,
        .replicas = q->replicas,
        .policies = &policy,
        .policies_len = 1,
        .source = &source,
        .observers = &observer,
        .observers_len = 1,
        .seed = QUEUE_SEED,
        .audit = AUDIT_NEVER,
        .replication = replication,
    };
    world_run(w);
    assert_int_equal(w->end, SIMULATION_DRAINED);
    assert_true(w->in_system_ns == w->sojourn_ns);
    yaml_close(f);
    diag_fini(&diag);
}

void queue_lab_run(struct queue_lab *q)
{
    struct world *w = malloc(sizeof *w);
    double sum[QUEUE_MEASURES_MOST] = {0}, squares[QUEUE_MEASURES_MOST] = {0};
    const double n = q->replications;
    assert_non_null(w);
    for (unsigned r = 0; r < q->replications; r++) {
        struct sums s = {.lab = q};
        run_once(q, w, r, &s);
        for (size_t m = 0; m < q->measures_len; m++) {
            const double mean = s.sum[m] / (double)s.count[m];
            sum[m] += mean;
            squares[m] += mean * mean;
        }
    }
    for (size_t m = 0; m < q->measures_len; m++) {
        q->mean[m] = sum[m] / n;
        q->error[m] = sqrt((squares[m] / n - q->mean[m] * q->mean[m]) / (n - 1));
    }
    free(w);
}

void queue_lab_expect(const struct queue_lab *q, size_t measure, const char *what, double want)
{
    const double mean = q->mean[measure], error = q->error[measure];
    print_message("  %-24s %.6f, expected %.6f: %+.2f standard errors of %.2g %%\n", what, mean,
                  want, (mean - want) / error, 100 * error / want);
    assert_near(mean, want, 4 * error);
    assert_true(error < 0.1 * want);
}
