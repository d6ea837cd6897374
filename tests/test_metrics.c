/* Metrics of random worlds against a slow and obvious reading of the same jobs. */
#include "policies/registry.h"
#include "results/metrics.h"
#include "results/registry.h"
#include "results/run_record.h"
#include "tests/results_world.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 30, MOST_JOBS = WORLD_MOST_JOBS, NAME = 32 };

static const struct metric_place everything = {BY_NOTHING, 0};

/* --- a witness: all jobs of a run --- */

struct seen_job {
    double values[METRIC_JOBS]; /* NAN: absent */
    char keys[METRIC_BYS][NAME];
    enum end_cause cause;
    bool started;
    int64_t waits_ns[8];
};

struct witness {
    const struct simulation *sim;
    int64_t from_ns;
    size_t len;
    struct seen_job *jobs;
    int64_t first_ns, last_ns;
};

struct witness_state {
    struct witness *w;
};

static bool witness_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    struct witness *w = (struct witness *)(uintptr_t)env->options;
    ((struct witness_state *)state)->w = w;
    w->sim = env->sim;
    w->from_ns = env->start_ns + env->warm_up_ns;
    w->first_ns = INT64_MAX, w->last_ns = INT64_MIN;
    return true;
}

static void name_of(const struct witness *w, uint32_t word, char out[NAME])
{
    snprintf(out, NAME, "%s",
             word == INTERN_NONE ? "(none)" : intern_text(simulation_names(w->sim)->words, word));
}

static void name_size(uint32_t gpus, char out[NAME])
{
    unsigned most = 1;
    while (most < gpus)
        most *= 2;
    if (gpus <= 2)
        snprintf(out, NAME, "%u", gpus);
    else
        snprintf(out, NAME, "%u-%u", most / 2 + 1, most);
}

static void witness_job_over(void *state, const struct job *job)
{
    struct witness *w = ((struct witness_state *)state)->w;
    if (job->submit_ns < w->from_ns)
        return;
    struct seen_job *s = &w->jobs[w->len++];
    const int64_t *in = job->in_state_ns;
    const bool ran = job->end_ns != TIME_NEVER && job->first_start_ns != TIME_NEVER;
    const double all = (double)(job->end_ns - job->submit_ns), run = (double)in[JOB_RUNNING];
    *s = (struct seen_job){
        .values = {[METRIC_WAIT] = (double)(in[JOB_QUEUED] + in[JOB_ADMITTED]) / 1e9,
                   [METRIC_UNSCHEDULABLE] = (double)in[JOB_ADMITTED] / 1e9,
                   [METRIC_STARTUP] = ran ? (double)in[JOB_STARTING] / 1e9 : (double)NAN,
                   [METRIC_RUN] = ran ? run / 1e9 : (double)NAN,
                   [METRIC_SUSPENDED] = ran ? (double)in[JOB_SUSPENDED] / 1e9 : (double)NAN,
                   [METRIC_TURNAROUND] = ran ? all / 1e9 : (double)NAN,
                   [METRIC_SLOWDOWN] = ran ? fmin(all / run, 2e9) : (double)NAN,
                   [METRIC_BOUNDED_SLOWDOWN] = ran ? fmax(1, all / fmax(run, 1e10)) : (double)NAN,
                   [METRIC_GPUS] = job->gpus,
                   [METRIC_GPU_HOURS] = (double)job->gpu_milli_ns / 3.6e15,
                   [METRIC_COST] = (double)job->cost_nano_usd / 1e9,
                   [METRIC_PREEMPTIONS] = job->preemptions,
                   [METRIC_RESTARTS] = job->restarts},
        .cause = job->cause,
        .started = job->first_start_ns != TIME_NEVER,
    };
    name_of(w, job->tenant_word, s->keys[BY_TENANT]);
    name_of(w, job->queue_word, s->keys[BY_QUEUE]);
    name_of(w, job->user_word, s->keys[BY_USER]);
    name_size(job->gpus, s->keys[BY_SIZE]);
    snprintf(s->keys[BY_PRIORITY], NAME, "%d", job->priority);
    for (size_t r = 0; r < simulation_reasons_len(w->sim); r++)
        s->waits_ns[r] = simulation_waits(w->sim, job)[r];
    w->first_ns = job->submit_ns < w->first_ns ? job->submit_ns : w->first_ns;
    w->last_ns = job->end_ns > w->last_ns ? job->end_ns : w->last_ns;
}

static bool witness_close(void *state, struct diag *d)
{
    (void)state;
    (void)d;
    return true;
}

static const struct observer_ops witness_ops = {
    .api = OBSERVER_API,
    .name = "witness",
    .state_bytes = sizeof(struct witness_state),
    .wants = WANTS_JOBS,
    .open = witness_open,
    .job_over = witness_job_over,
    .close = witness_close,
};

static void watch(struct world *w, struct run_record *r, struct witness *seen)
{
    run_record_init(r, &(struct run_facts){0}, RECORD_NO_FILES);
    seen->jobs = realloc(seen->jobs, (seen->len + MOST_JOBS) * sizeof seen->jobs[0]);
    assert_non_null(seen->jobs);
    const struct observer_use both[] = {{observer_find("summary"), r}, {&witness_ops, seen}};
    w->observers = both, w->observers_len = LEN(both);
    world_run(w);
}

/* --- the slow reading --- */

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t values_of(const struct witness *w, enum metric_id id, enum metric_by by,
                        const char *group, double *out)
{
    size_t len = 0;
    for (size_t i = 0; i < w->len; i++)
        if ((by == BY_NOTHING || strcmp(w->jobs[i].keys[by], group) == 0) &&
            !isnan(w->jobs[i].values[id]))
            out[len++] = w->jobs[i].values[id];
    qsort(out, len, sizeof out[0], ascending);
    return len;
}

static void assert_close(double a, double b)
{
    if (isnan(a) != isnan(b) || fabs(a - b) > 1e-9 * fmax(1, fabs(b)) + 1e-9)
        fail_msg("%.17g is not %.17g", a, b);
}

static void check_values(struct metrics *m, const struct witness *w, enum metric_id id,
                         struct metric_place at)
{
    double x[MOST_JOBS], sum = 0, squares = 0;
    const size_t len = values_of(w, id, at.by, metrics_group_name(m, id, at), x);
    for (size_t i = 0; i < len; i++)
        sum += x[i];
    for (size_t i = 0; i < len; i++)
        squares += (x[i] - sum / (double)len) * (x[i] - sum / (double)len);
    assert_int_equal(metrics_value(m, id, at, STAT_COUNT, 0).value, len);
    assert_close(metrics_value(m, id, at, STAT_SUM, 0).value, sum);
    assert_close(metrics_value(m, id, at, STAT_MEAN, 0).value, sum / (double)len);
    assert_close(metrics_value(m, id, at, STAT_DEVIATION, 0).value,
                 len < 2 ? (double)NAN : sqrt(squares / (double)(len - 1)));
    assert_close(metrics_value(m, id, at, STAT_MIN, 0).value, len == 0 ? (double)NAN : x[0]);
    assert_close(metrics_value(m, id, at, STAT_MAX, 0).value, len == 0 ? (double)NAN : x[len - 1]);
    if (!metrics_has_percentiles(m, id, at.by))
        return;
    const struct metric_value p95 = metrics_value(m, id, at, STAT_P, 950000);
    assert_close(p95.value, len == 0 ? (double)NAN : x[(len * 95 + 99) / 100 - 1]);
    assert_true(len == 0 || (p95.error == 0 && p95.count == len));
}

static void check_counts(struct metrics *m, const struct witness *w, struct metric_place at)
{
    static const struct {
        enum metric_id id;
        enum end_cause cause;
    } counts[] = {{METRIC_DONE, END_DONE},           {METRIC_PREEMPTED, END_PREEMPTED},
                  {METRIC_CANCELLED, END_CANCELLED}, {METRIC_REFUSED, END_REFUSED},
                  {METRIC_LOST, END_LOST},           {METRIC_UNFINISHED, END_OPEN}};
    const char *group = metrics_group_name(m, METRIC_JOBS, at);
    size_t jobs = 0, unstarted = 0, ended[END_CAUSES] = {0};
    for (size_t i = 0; i < w->len; i++)
        if (at.by == BY_NOTHING || strcmp(w->jobs[i].keys[at.by], group) == 0) {
            jobs++;
            unstarted += !w->jobs[i].started;
            ended[w->jobs[i].cause]++;
        }
    assert_int_equal(metrics_value(m, METRIC_JOBS, at, STAT_COUNT, 0).value, jobs);
    assert_int_equal(metrics_value(m, METRIC_UNSTARTED, at, STAT_COUNT, 0).value, unstarted);
    for (size_t i = 0; i < LEN(counts); i++) {
        assert_int_equal(metrics_value(m, counts[i].id, at, STAT_COUNT, 0).value,
                         ended[counts[i].cause]);
        assert_close(metrics_value(m, counts[i].id, at, STAT_MEAN, 0).value,
                     (double)ended[counts[i].cause] / (double)jobs);
    }
}

static void check_waits(const struct metrics *m, const struct witness *w, struct metric_place at)
{
    const char *group = metrics_group_name(m, METRIC_WAIT, at);
    for (size_t r = 0; r < metrics_reasons(m); r++) {
        int128 sum = 0;
        for (size_t i = 0; i < w->len; i++)
            if (at.by == BY_NOTHING || strcmp(w->jobs[i].keys[at.by], group) == 0)
                sum += w->jobs[i].waits_ns[r];
        assert_true(metrics_waited_ns(m, at, r) == sum);
    }
}

static void check_all(struct metrics *m, const struct witness *w)
{
    assert_int_equal(metrics_jobs(m), w->len);
    for (enum metric_by by = BY_NOTHING; by <= BY_PRIORITY; by++) {
        double jobs = 0;
        for (size_t g = 0; g < metrics_groups(m, METRIC_WAIT, by); g++) {
            const struct metric_place at = {by, g};
            for (enum metric_id id = 0; id < METRIC_JOBS; id++)
                check_values(m, w, id, at);
            check_counts(m, w, at);
            check_waits(m, w, at);
            jobs += metrics_value(m, METRIC_JOBS, at, STAT_COUNT, 0).value;
        }
        assert_int_equal(jobs, w->len); /* nobody is left out, nobody counts twice */
    }
}

static void metrics_agree_with_a_slow_reading(void **state)
{
    (void)state;
    for (uint64_t run = 0; run < RUNS; run++) {
        struct world_job jobs[CHAOS_JOBS];
        struct world *w = results_world_chaos(run, jobs);
        struct run_record r;
        struct witness seen = {0};
        watch(w, &r, &seen);
        check_all(r.metrics, &seen);
        const double makespan =
            metrics_value(r.metrics, METRIC_MAKESPAN, everything, STAT_MEAN, 0).value;
        assert_close(makespan, (double)(seen.last_ns - seen.first_ns) / 1e9);
        run_record_fini(&r);
        free(seen.jobs);
        free(w);
    }
}

/* Keys appear one by one, some only after several batches of one key. */
static void hundreds_of_jobs_come_in_batches(void **state)
{
    (void)state;
    enum { TIMES = 15 };
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    static struct world_job jobs[TIMES * CHAOS_JOBS];
    for (uint64_t run = 0; run < 4; run++) {
        for (uint64_t i = 0; i < TIMES; i++) {
            free(results_world_chaos(run * TIMES + i, &jobs[i * CHAOS_JOBS]));
            for (size_t j = i * CHAOS_JOBS; j < (i + 1) * CHAOS_JOBS; j++) {
                jobs[j].submit_s += (int64_t)i * 700;
                if (i < 5)
                    jobs[j].tenant = "first", jobs[j].priority = 3;
            }
        }
        struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
        struct run_record r;
        struct witness seen = {0};
        w->nodes = 4;
        watch(w, &r, &seen);
        check_all(r.metrics, &seen);
        run_record_fini(&r);
        free(seen.jobs);
        free(w);
    }
}

static void merged_metrics_are_those_of_all_jobs(void **state)
{
    (void)state;
    for (uint64_t run = 0; run < RUNS; run += 3) {
        struct metrics *merged = metrics_new();
        struct witness seen = {0};
        for (uint64_t part = 0; part < 3; part++) {
            struct world_job jobs[CHAOS_JOBS];
            struct world *w = results_world_chaos(run + part, jobs);
            w->pools = 3;
            if (part == 1) /* one key only, unlike the others; and nothing before another */
                for (size_t i = 0; i < CHAOS_JOBS; i++)
                    jobs[i].tenant = "alone", jobs[i].queue = "short", jobs[i].priority = 7;
            struct run_record r;
            watch(w, &r, &seen);
            metrics_merge(merged, r.metrics);
            run_record_fini(&r);
            free(w);
        }
        assert_int_equal(metrics_runs(merged), 3);
        check_all(merged, &seen);
        metrics_free(merged);
        free(seen.jobs);
    }
}

/* --- averages over time --- */

static void little_holds_exactly(void **state)
{
    (void)state;
    for (uint64_t run = 0; run < RUNS; run++) {
        struct world_job jobs[CHAOS_JOBS];
        struct world *w = results_world_chaos(run, jobs);
        struct run_record r;
        struct witness seen = {0};
        w->warm_up_s = 0;
        watch(w, &r, &seen);
        struct metrics *m = r.metrics;
        const double time = metrics_value(m, METRIC_MEASURED_TIME, everything, STAT_MEAN, 0).value;
        assert_close(metrics_value(m, METRIC_QUEUE_LENGTH, everything, STAT_MEAN, 0).value * time,
                     metrics_value(m, METRIC_WAIT, everything, STAT_SUM, 0).value);
        double by_queue = 0, capacity = 0;
        for (size_t q = 0; q < metrics_groups(m, METRIC_QUEUE_LENGTH, BY_QUEUE); q++)
            by_queue += metrics_value(m, METRIC_QUEUE_LENGTH, (struct metric_place){BY_QUEUE, q},
                                      STAT_MEAN, 0)
                            .value;
        assert_close(by_queue,
                     metrics_value(m, METRIC_QUEUE_LENGTH, everything, STAT_MEAN, 0).value);
        for (size_t p = 0; p < metrics_groups(m, METRIC_UTILISATION, BY_POOL); p++)
            capacity += metrics_value(m, METRIC_UTILISATION, (struct metric_place){BY_POOL, p},
                                      STAT_MEAN, 0)
                            .value *
                        24 / (w->pools == 0 ? 1 : w->pools);
        assert_close(capacity * time / 3600,
                     metrics_value(m, METRIC_GPU_HOURS, everything, STAT_SUM, 0).value);
        run_record_fini(&r);
        free(seen.jobs);
        free(w);
    }
}

static double value(struct metrics *m, enum metric_id id, enum statistic s)
{
    return metrics_value(m, id, everything, s, 0).value;
}

static void the_warm_up_is_left_out(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 40, .gpus = 8, .tasks = 2},
        {.submit_s = 30, .work_s = 20, .gpus = 8, .tasks = 1}, /* waits 10 */
        {.submit_s = 50, .work_s = 50, .gpus = 4, .tasks = 1},
    };
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    struct run_record r;
    struct witness seen = {0};
    w->warm_up_s = 30;
    watch(w, &r, &seen);
    struct metrics *m = r.metrics;
    assert_int_equal(metrics_jobs(m), 2); /* one that comes as it ends counts */
    assert_close(value(m, METRIC_WAIT, STAT_MEAN), 5);
    assert_close(value(m, METRIC_MEASURED_TIME, STAT_MEAN), 70);
    assert_close(value(m, METRIC_QUEUE_LENGTH, STAT_MEAN), 10.0 / 70);
    assert_close(value(m, METRIC_QUEUE_LENGTH, STAT_MAX), 1);
    assert_close(value(m, METRIC_UTILISATION, STAT_MEAN), (160 + 160 + 200) / (16.0 * 70));
    assert_close(value(m, METRIC_MAKESPAN, STAT_MEAN), 70);
    assert_close(value(m, METRIC_THROUGHPUT, STAT_MEAN), 2 / (70 / 3600.0));
    assert_close(value(m, METRIC_CLUSTER_COST, STAT_MEAN), 2 * 98.32 * 70 / 3600);
    assert_close(value(m, METRIC_COST, STAT_SUM), 98.32 * 20 / 3600 + 98.32 / 2 * 50 / 3600);
    run_record_fini(&r);
    free(seen.jobs);
    free(w);
}

static void a_run_that_ends_in_its_warm_up_measures_nothing(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {{.submit_s = 0, .work_s = 40, .gpus = 8, .tasks = 2}};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    struct run_record r;
    struct witness seen = {0};
    w->warm_up_s = 100;
    watch(w, &r, &seen);
    struct metrics *m = r.metrics;
    assert_int_equal(metrics_jobs(m), 0);
    for (enum metric_id id = 0; id < METRICS; id++)
        assert_true(isnan(value(m, id, STAT_MEAN)));
    assert_true(isnan(metrics_value(m, METRIC_WAIT, everything, STAT_P, 950000).value));
    assert_int_equal(metrics_groups(m, METRIC_WAIT, BY_TENANT), 0);
    assert_int_equal(metrics_groups(m, METRIC_UTILISATION, BY_POOL), 0);
    run_record_fini(&r);
    free(seen.jobs);
    free(w);
}

/* --- groups --- */

static void groups_beyond_the_first_are_summed_up(void **state)
{
    (void)state;
    enum { USERS = 70, EACH = 3 };
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    static struct world_job jobs[USERS * EACH];
    static char names[USERS][NAME];
    for (int u = 0; u < USERS; u++)
        snprintf(names[u], NAME, "user-%02d", USERS - u);
    for (int i = 0; i < USERS * EACH; i++)
        jobs[i] = (struct world_job){
            .submit_s = i, .work_s = 5, .gpus = 1, .tasks = 1, .user = names[i % USERS]};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    struct run_record r;
    struct witness seen = {0};
    watch(w, &r, &seen);
    struct metrics *m = r.metrics;
    assert_true(metrics_has_others(m, BY_USER));
    assert_false(metrics_has_others(m, BY_TENANT));
    assert_int_equal(metrics_groups(m, METRIC_WAIT, BY_USER), 65);
    const struct metric_place first = {BY_USER, 0}, last = {BY_USER, 64};
    assert_string_equal(metrics_group_name(m, METRIC_WAIT, first), "user-07");
    assert_string_equal(metrics_group_name(m, METRIC_WAIT, last), "(others)");
    assert_int_equal(metrics_value(m, METRIC_JOBS, first, STAT_COUNT, 0).value, EACH);
    assert_int_equal(metrics_value(m, METRIC_JOBS, last, STAT_COUNT, 0).value, 6 * EACH);
    assert_int_equal(metrics_find_group(m, METRIC_WAIT, BY_USER, "user-41"), 34);
    assert_true(metrics_find_group(m, METRIC_WAIT, BY_USER, "user-01") == SIZE_MAX);

    struct metrics *merged = metrics_new(); /* the others of both stay together */
    metrics_merge(merged, m);
    metrics_merge(merged, m);
    assert_int_equal(metrics_groups(merged, METRIC_WAIT, BY_USER), 65);
    assert_int_equal(metrics_value(merged, METRIC_JOBS, last, STAT_COUNT, 0).value, 12 * EACH);
    metrics_free(merged);
    run_record_fini(&r);
    free(seen.jobs);
    free(w);
}

/* Users from..to, three jobs each; those beyond the first 64 are others. */
static struct metrics *metrics_of_users(int from, int to)
{
    enum { EACH = 3, MOST = 100 };
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    static struct world_job jobs[MOST * EACH];
    static char names[MOST][NAME];
    const int users = to - from;
    for (int u = from; u < to; u++)
        snprintf(names[u - from], NAME, "user-%02d", u);
    for (int i = 0; i < users * EACH; i++)
        jobs[i] = (struct world_job){
            .submit_s = i, .work_s = 5, .gpus = 1, .tasks = 1, .user = names[i % users]};
    struct world *w = results_world_new(&fifo, jobs, (size_t)(users * EACH));
    struct run_record r;
    struct witness seen = {0};
    watch(w, &r, &seen);
    struct metrics *m = metrics_new();
    metrics_merge(m, r.metrics);
    run_record_fini(&r);
    free(seen.jobs);
    free(w);
    return m;
}

static double jobs_of(struct metrics *m, const char *user)
{
    const size_t i = metrics_find_group(m, METRIC_JOBS, BY_USER, user);
    return i == SIZE_MAX
               ? 0
               : metrics_value(m, METRIC_JOBS, (struct metric_place){BY_USER, i}, STAT_COUNT, 0)
                     .value;
}

static void merging_sums_up_what_is_too_much(void **state)
{
    (void)state;
    struct metrics *m = metrics_of_users(0, 40);
    struct metrics *more = metrics_of_users(30, 80);
    struct metrics *most = metrics_of_users(0, 70); /* has others itself */
    metrics_merge(m, more);
    assert_int_equal(metrics_groups(m, METRIC_JOBS, BY_USER), 65);
    assert_int_equal(jobs_of(m, "user-35"), 6);
    assert_int_equal(jobs_of(m, "user-63"), 3);
    assert_int_equal(jobs_of(m, "user-64"), 0);
    assert_int_equal(jobs_of(m, "(others)"), 16 * 3);
    metrics_merge(more, most); /* room for some of them, after there are others */
    assert_int_equal(metrics_groups(more, METRIC_JOBS, BY_USER), 65);
    assert_int_equal(jobs_of(more, "(others)"), 6 * 3 + 16 * 3);
    assert_int_equal(jobs_of(more, "user-13"), 3);
    metrics_merge(more, m);
    assert_int_equal(jobs_of(more, "(others)"), 6 * 3 + 16 * 3 + 16 * 3 + 16 * 3);
    metrics_free(m);
    metrics_free(more);
    metrics_free(most);
}

static void the_longest_queue_of_all_is_no_sum(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 8, .tasks = 2, .queue = "a"},
        {.submit_s = 1, .work_s = 10, .gpus = 8, .tasks = 2, .queue = "a"},
        {.submit_s = 2, .work_s = 10, .gpus = 8, .tasks = 2, .queue = "b"},
        {.submit_s = 35, .work_s = 10, .gpus = 8, .tasks = 2, .queue = "b"},
        {.submit_s = 36, .work_s = 10, .gpus = 8, .tasks = 2, .queue = "b"},
    };
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    struct run_record r;
    struct witness seen = {0};
    watch(w, &r, &seen);
    const struct metric_place a = {BY_QUEUE, 0}, b = {BY_QUEUE, 1};
    assert_int_equal(metrics_value(r.metrics, METRIC_QUEUE_LENGTH, a, STAT_MAX, 0).value, 1);
    assert_int_equal(metrics_value(r.metrics, METRIC_QUEUE_LENGTH, b, STAT_MAX, 0).value, 1);
    assert_int_equal(value(r.metrics, METRIC_QUEUE_LENGTH, STAT_MAX), 2);
    assert_int_equal(value(r.metrics, METRIC_JOBS_IN_SYSTEM, STAT_MAX), 3);
    run_record_fini(&r);
    free(seen.jobs);
    free(w);
}

static void sizes_are_in_the_order_of_their_numbers(void **state)
{
    (void)state;
    static const struct {
        uint32_t gpus, tasks;
        const char *size;
    } rows[] = {{1, 1, "1"},   {2, 1, "2"},   {3, 1, "3-4"},  {4, 1, "3-4"},
                {5, 1, "5-8"}, {8, 1, "5-8"}, {3, 3, "9-16"}, {8, 2, "9-16"}};
    static const char *const want[] = {"1", "2", "3-4", "5-8", "9-16"};
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    struct world_job jobs[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        jobs[LEN(rows) - 1 - i] =
            (struct world_job){.work_s = 1, .gpus = rows[i].gpus, .tasks = rows[i].tasks};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    struct run_record r;
    struct witness seen = {0};
    watch(w, &r, &seen);
    assert_int_equal(metrics_groups(r.metrics, METRIC_WAIT, BY_SIZE), LEN(want));
    for (size_t i = 0; i < LEN(want); i++)
        assert_string_equal(
            metrics_group_name(r.metrics, METRIC_WAIT, (struct metric_place){BY_SIZE, i}), want[i]);
    run_record_fini(&r);
    free(seen.jobs);
    free(w);
}

static void percentiles_are_kept_where_they_are_wanted(void **state)
{
    (void)state;
    struct world_job jobs[CHAOS_JOBS];
    struct world *w = results_world_chaos(1, jobs);
    struct run_record r;
    struct witness seen = {0};
    run_record_init(&r, &(struct run_facts){0}, RECORD_NO_FILES);
    assert_false(metrics_has_percentiles(r.metrics, METRIC_COST, BY_USER));
    metrics_want(r.metrics, BY_USER, METRIC_COST);
    assert_true(metrics_has_percentiles(r.metrics, METRIC_COST, BY_USER));
    assert_true(metrics_has_percentiles(r.metrics, METRIC_COST, BY_NOTHING));
    seen.jobs = calloc(MOST_JOBS, sizeof seen.jobs[0]);
    const struct observer_use both[] = {{observer_find("summary"), &r}, {&witness_ops, &seen}};
    w->observers = both, w->observers_len = LEN(both);
    world_run(w);
    check_all(r.metrics, &seen);
    run_record_fini(&r);
    free(seen.jobs);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_agree_with_a_slow_reading),
        cmocka_unit_test(hundreds_of_jobs_come_in_batches),
        cmocka_unit_test(merged_metrics_are_those_of_all_jobs),
        cmocka_unit_test(little_holds_exactly),
        cmocka_unit_test(the_warm_up_is_left_out),
        cmocka_unit_test(a_run_that_ends_in_its_warm_up_measures_nothing),
        cmocka_unit_test(groups_beyond_the_first_are_summed_up),
        cmocka_unit_test(merging_sums_up_what_is_too_much),
        cmocka_unit_test(the_longest_queue_of_all_is_no_sum),
        cmocka_unit_test(sizes_are_in_the_order_of_their_numbers),
        cmocka_unit_test(percentiles_are_kept_where_they_are_wanted),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
