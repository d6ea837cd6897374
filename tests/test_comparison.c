/* Runs of several policies side by side: the table, the verdict, compare.csv. */
#include "policies/registry.h"
#include "results/comparison.h"
#include "results/comparison_values.h"
#include "results/registry.h"
#include "sim/text_stream.h"
#include "tests/chaos_policy.h"
#include "tests/messages.h"
#include "tests/results_world.h"
#include "tests/table.h"
#include "tests/temp_dir.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RUNS = 4 };

/* Each wants all 16 GPUs. Waits under fifo: 0, 99, 1098 s; under sjf 0, 109, 98 s. */
static const struct world_job jobs[] = {
    {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 2},
    {.submit_s = 1, .work_s = 1000, .gpus = 8, .tasks = 2},
    {.submit_s = 2, .work_s = 10, .gpus = 8, .tasks = 2},
};

struct runs {
    struct run_record of[MOST_RUNS];
    size_t len;
};

/* Adds a run under `policy`, called `name`, that ends at until_s (0: when nothing is left). */
static void run(struct runs *r, const char *policy, const char *name, int64_t until_s)
{
    struct run_record *record = &r->of[r->len++];
    const struct policy_use use = {.ops = policy_find(policy)};
    const struct observer_use observer = {observer_find("summary"), record};
    struct world *w = results_world_new(&use, jobs, LEN(jobs));
    run_record_init(record, &(struct run_facts){.policy = name}, RECORD_NO_FILES);
    w->observers = &observer, w->observers_len = 1, w->until_s = until_s, w->seed = 42;
    world_run(w);
    free(w);
}

static void close_runs(struct runs *r)
{
    for (size_t i = 0; i < r->len; i++)
        run_record_fini(&r->of[i]);
}

typedef void print_fn(const struct run_record *runs, size_t len, FILE *out);

static void assert_prints(struct runs *r, print_fn *print, const char *want)
{
    struct text_stream t;
    print(r->of, r->len, text_stream_open(&t));
    assert_string_equal(text_stream_close(&t), want);
    free(t.text);
}

/* --- the table --- */

static void the_best_of_each_column_has_a_star(void **state)
{
    (void)state;
    struct runs r = {0};
    run(&r, "fifo", "fifo", 0);
    run(&r, "sjf", "shortest first", 0);
    assert_prints(
        &r, comparison_print_table,
        "policy          done  mean wait  median     p95  slowdown  GPU use  makespan  evictions\n"
        "fifo               3      6m39s   1m39s  18m18s      37.6   100.0%    18m30s          0\n"
        "shortest first     3      *1m9s  *1m38s  *1m49s      *4.3   100.0%    18m30s          0\n"
        "* best; median, p95: of the waits; slowdown: bounded, mean; GPU use: held by jobs, work "
        "that was lost included\n");
    close_runs(&r);
}

static void equal_runs_have_no_star(void **state)
{
    (void)state;
    struct runs r = {0};
    run(&r, "fifo", "a", 0);
    run(&r, "fifo", "b", 0);
    assert_prints(
        &r, comparison_print_table,
        "policy  done  mean wait  median     p95  slowdown  GPU use  makespan  evictions\n"
        "a          3      6m39s   1m39s  18m18s      37.6   100.0%    18m30s          0\n"
        "b          3      6m39s   1m39s  18m18s      37.6   100.0%    18m30s          0\n"
        "median, p95: of the waits; slowdown: bounded, mean; GPU use: held by jobs, work "
        "that was lost included\n");
    close_runs(&r);
}

/* --- the verdict --- */

static void the_verdict_says_who_waits_least_and_by_how_much(void **state)
{
    (void)state;
    struct runs r = {0};
    run(&r, "fifo", "fifo", 0);
    run(&r, "sjf", "sjf", 0);
    assert_prints(
        &r, comparison_print_verdict,
        "Jobs wait least under sjf: 1m9s on average, 5m30s less than under fifo (6m39s).\n"
        "This is one replay (seed 42): another workload or seed may change the order.\n");
    close_runs(&r);
}

static void the_verdict_of_one_run_is_its_mean(void **state)
{
    (void)state;
    struct runs r = {0};
    run(&r, "sjf", "sjf", 0);
    assert_prints(&r, comparison_print_verdict,
                  "Jobs wait 1m9s on average.\n"
                  "This is one replay (seed 42): another workload or seed may change the order.\n");
    close_runs(&r);
}

static void equal_policies_are_named_together(void **state)
{
    (void)state;
    struct runs r = {0};
    run(&r, "sjf", "a", 0);
    run(&r, "sjf", "b", 0);
    assert_prints(&r, comparison_print_verdict,
                  "Jobs wait 1m9s on average, under all policies alike.\n"
                  "This is one replay (seed 42): another workload or seed may change the order.\n");
    run(&r, "fifo", "c", 0);
    assert_prints(
        &r, comparison_print_verdict,
        "Jobs wait least under a and b: 1m9s on average, 5m30s less than under c (6m39s).\n"
        "This is one replay (seed 42): another workload or seed may change the order.\n");
    close_runs(&r);
}

/* At 150 s sjf has finished two jobs, fifo one; the third of fifo has waited for 148 s. */
static void the_verdict_warns_of_jobs_left(void **state)
{
    (void)state;
    struct runs r = {0};
    run(&r, "fifo", "fifo", 150);
    run(&r, "sjf", "sjf", 0);
    run(&r, "sjf", "short", 50);
    assert_prints(&r, comparison_print_verdict,
                  "fifo did not finish 2 of 3 jobs: its other values leave them out or count them "
                  "only so far.\n"
                  "short did not finish 3 of 3 jobs: its other values leave them out or count them "
                  "only so far.\n"
                  "Jobs wait least under short: 32.3s on average, 36.7s less than under sjf (1m9s) "
                  "and 50s less than under fifo (1m22s).\n"
                  "This is one replay (seed 42): another workload or seed may change the order.\n");
    close_runs(&r);
}

/* What is refused or lost was never finished, though it has ended. */
static void the_verdict_warns_of_jobs_refused_and_lost(void **state)
{
    (void)state;
    static const struct policy_use use = {.ops = &policy_chaos};
    struct world_job chaos[CHAOS_JOBS];
    struct world *w = results_world_chaos(1, chaos);
    struct runs r = {.len = 1};
    const struct observer_use observer = {observer_find("summary"), &r.of[0]};
    run_record_init(&r.of[0], &(struct run_facts){.policy = "chaos"}, RECORD_NO_FILES);
    w->policies = &use, w->observers = &observer, w->observers_len = 1;
    world_run(w);
    int refused = 0, lost = 0;
    for (size_t i = 0; i < CHAOS_JOBS; i++) {
        refused += w->results[i].cause == END_REFUSED;
        lost += w->results[i].cause == END_LOST;
    }
    char want[128];
    struct text_stream t;
    assert_true(refused > 0 && lost > 0);
    snprintf(want, sizeof want, "chaos did not finish %d of %d jobs: ", refused + lost, CHAOS_JOBS);
    comparison_print_verdict(r.of, 1, text_stream_open(&t));
    assert_memory_equal(text_stream_close(&t), want, strlen(want));
    free(t.text);
    free(w);
    close_runs(&r);
}

/* --- ranks --- */

static void values_within_their_errors_are_equal(void **state)
{
    (void)state;
    struct metric_value of[] = {{.value = 10, .error = 1}, {.value = 11.5, .error = 1},
                                {.value = 13, .error = 1}, {.value = (double)NAN},
                                {.value = 9, .error = 0},  {.value = 13, .error = 1}};
    struct comparison_values v = {.better = BETTER_LESS, .of = of, .len = LEN(of)};
    static const size_t less[] = {1, 2, 3, 0, 1, 3};
    for (size_t i = 0; i < LEN(of); i++)
        assert_int_equal(comparison_rank(&v, i), less[i]);
    assert_int_equal(comparison_first(&v), 0);
    assert_int_equal(comparison_last(&v), 2);
    assert_true(comparison_is_best(&v, 0) && comparison_is_best(&v, 4));
    assert_false(comparison_is_best(&v, 1) || comparison_is_best(&v, 3));
    v.better = BETTER_MORE;
    static const size_t more[] = {3, 1, 1, 0, 4, 1};
    for (size_t i = 0; i < LEN(of); i++)
        assert_int_equal(comparison_rank(&v, i), more[i]);
    v.better = BETTER_NEITHER;
    assert_int_equal(comparison_rank(&v, 0), 0);
    assert_int_equal(comparison_first(&v), SIZE_MAX);
}

/* --- compare.csv --- */

static void every_value_has_its_difference_and_rank(void **state)
{
    (void)state;
    struct runs r = {0};
    struct temp_dir dir;
    struct messages m;
    temp_dir_open(&dir);
    messages_open(&m);
    run(&r, "fifo", "fifo", 0);
    run(&r, "sjf", "sjf, mine", 0);
    char path[128];
    snprintf(path, sizeof path, "%s/compare.csv", dir.path);
    assert_true(comparison_write_csv(r.of, r.len, path, &m.diag));
    struct table *t = table_read(path);
    static const struct {
        const char *metric, *statistic, *policy;
        double value;
        const char *unit, *difference, *rank;
    } rows[] = {
        {"wait", "mean", "fifo", 399, "s", "0", "2"},
        {"wait", "mean", "sjf, mine", 69, "s", "-330", "1"},
        {"wait", "p95", "sjf, mine", 109, "s", "-989", "1"},
        {"wait", "count", "sjf, mine", 3, "jobs", "0", ""},
        {"wait", "min", "sjf, mine", 0, "s", "0", ""},
        {"bounded_slowdown", "max", "fifo", 110.8, "", "0", "2"},
        {"done", "count", "fifo", 3, "jobs", "0", "1"},
        {"done", "mean", "sjf, mine", 1, "", "0", "1"},
        {"utilisation", "mean", "sjf, mine", 1, "", "0", ""},
        {"makespan", "mean", "sjf, mine", 1110, "s", "0", "1"},
    };
    size_t found = 0;
    for (size_t row = 0; row < t->rows; row++)
        for (size_t i = 0; i < LEN(rows); i++) {
            if (strcmp(table_text(t, row, "metric"), rows[i].metric) != 0 ||
                strcmp(table_text(t, row, "statistic"), rows[i].statistic) != 0 ||
                strcmp(table_text(t, row, "policy"), rows[i].policy) != 0)
                continue;
            found++;
            assert_true(fabs(atof(table_text(t, row, "value")) - rows[i].value) < 1e-9);
            assert_string_equal(table_text(t, row, "unit"), rows[i].unit);
            assert_string_equal(table_text(t, row, "difference"), rows[i].difference);
            assert_string_equal(table_text(t, row, "rank"), rows[i].rank);
        }
    assert_int_equal(found, LEN(rows));
    table_free(t);
    assert_false(comparison_write_csv(r.of, r.len, "/dev/full", &m.diag));
    assert_string_equal(messages_text(&m),
                        "/dev/full: error: cannot be written: No space left on device\n");
    close_runs(&r);
    messages_close(&m);
    temp_dir_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_of_each_column_has_a_star),
        cmocka_unit_test(equal_runs_have_no_star),
        cmocka_unit_test(the_verdict_says_who_waits_least_and_by_how_much),
        cmocka_unit_test(the_verdict_of_one_run_is_its_mean),
        cmocka_unit_test(equal_policies_are_named_together),
        cmocka_unit_test(the_verdict_warns_of_jobs_left),
        cmocka_unit_test(the_verdict_warns_of_jobs_refused_and_lost),
        cmocka_unit_test(values_within_their_errors_are_equal),
        cmocka_unit_test(every_value_has_its_difference_and_rank),
    };
    return cmocka_run_group_tests_name("comparison", tests, NULL, NULL);
}
