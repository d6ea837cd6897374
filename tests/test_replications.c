/* Replications of policies: what is kept of them, and what is said of them. */
#include "policies/registry.h"
#include "results/comparison.h"
#include "results/comparison_values.h"
#include "results/expectation.h"
#include "results/registry.h"
#include "results/replications.h"
#include "sim/arena.h"
#include "sim/text_stream.h"
#include "tests/messages.h"
#include "tests/results_world.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES = 2 };

/* Each wants all 16 GPUs; the tenant of the third is there in the first replication only.
 * Waits under fifo: 0, 100, 1100 s and 0, 100, 1300 s; means 400 and 466.67 s. */
static const struct world_job jobs[TIMES][3] = {
    {{.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 2, .tenant = "a"},
     {.submit_s = 0, .work_s = 1000, .gpus = 8, .tasks = 2, .tenant = "a"},
     {.submit_s = 0, .work_s = 10, .gpus = 8, .tasks = 2, .tenant = "b"}},
    {{.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 2, .tenant = "a"},
     {.submit_s = 0, .work_s = 1200, .gpus = 8, .tasks = 2, .tenant = "a"},
     {.submit_s = 0, .work_s = 10, .gpus = 8, .tasks = 2, .tenant = "a"}},
};

static void run(struct run_record *record, const char *policy, const char *name, size_t which)
{
    const struct policy_use use = {.ops = policy_find(policy)};
    const struct observer_use observer = {observer_find("summary"), record};
    struct world *w = results_world_new(&use, jobs[which], LEN(jobs[which]));
    run_record_init(record, &(struct run_facts){.policy = name}, RECORD_NO_FILES);
    w->observers = &observer, w->observers_len = 1, w->seed = 42;
    world_run(w);
    free(w);
}

/* The record of the first with the values of both; `vary` false: the first twice. */
static void replicate(struct run_record *first, const char *policy, const char *name,
                      const struct replication_question *also, bool vary)
{
    struct run_record second;
    run(first, policy, name, 0);
    run(&second, policy, name, vary ? 1 : 0);
    first->replications = replications_new(TIMES, first->metrics);
    if (also != NULL)
        replications_ask(first->replications, also);
    replications_fill(first->replications, 0, first);
    replications_fill(first->replications, 1, &second);
    run_record_fini(&second);
}

static const struct replication_question mean_wait = {METRIC_WAIT, BY_NOTHING, STAT_MEAN, 0};

static void values_are_those_of_each_run(void **state)
{
    (void)state;
    struct run_record r;
    double values[TIMES], error;
    replicate(&r, "fifo", "fifo", NULL, true);
    replications_values(r.replications, &mean_wait, "", values);
    assert_true(fabs(values[0] - 400) < 1e-9 && fabs(values[1] - 1400.0 / 3) < 1e-9);
    const struct interval i = replications_mean(r.replications, &mean_wait, "", &error);
    assert_true(fabs(i.mean - 1300.0 / 3) < 1e-9); /* s = 66.67 / sqrt(2) */
    assert_true(fabs(interval_half_width(&i) - 12.706205 * (200.0 / 3) / 2) < 1e-4);
    assert_false(replications_are_identical(r.replications));
    assert_int_equal(replications_len(r.replications), TIMES);
    assert_int_equal(replications_ended(r.replications, SIMULATION_DRAINED), TIMES);
    assert_int_equal(replications_ended(r.replications, SIMULATION_STALLED), 0);
    run_record_fini(&r);
}

static void groups_are_those_of_any_run(void **state)
{
    (void)state;
    static const struct replication_question waits = {METRIC_WAIT, BY_TENANT, STAT_MEAN, 0};
    static const struct replication_question counts = {METRIC_JOBS, BY_TENANT, STAT_COUNT, 0};
    struct run_record r;
    double values[TIMES];
    replicate(&r, "fifo", "fifo", &waits, true);
    assert_int_equal(replications_groups(r.replications, &waits), 2);
    assert_string_equal(replications_group_name(r.replications, &waits, 0), "a");
    assert_string_equal(replications_group_name(r.replications, &waits, 1), "b");
    replications_values(r.replications, &waits, "b", values);
    assert_true(fabs(values[0] - 1100) < 1e-9 && isnan(values[1]));
    run_record_fini(&r);
    replicate(&r, "fifo", "fifo", &counts, true);
    replications_values(r.replications, &counts, "b", values);
    assert_true(fabs(values[0] - 1) < 1e-9 && fabs(values[1]) < 1e-9);
    run_record_fini(&r);
}

/* Against sjf (10, 110, 0 s; the same with the longer job, which is last): by 360 and 426.67 s. */
static void an_order_needs_an_interval_without_zero(void **state)
{
    (void)state;
    struct run_record r[2];
    replicate(&r[0], "fifo", "fifo", NULL, true);
    replicate(&r[1], "sjf", "sjf", NULL, true);
    struct comparison_values v = comparison_values_of(r, 2, METRIC_WAIT, STAT_MEAN, 0);
    const struct interval d = comparison_difference(&v, 0, 1);
    assert_true(fabs(d.mean - 1180.0 / 3) < 1e-9);
    assert_true(d.lower < 0 && d.upper > 0); /* two replications say little */
    assert_false(comparison_is_certainly_better(&v, 1, 0));
    assert_int_equal(comparison_rank(&v, 0), 1);
    assert_int_equal(comparison_rank(&v, 1), 1);
    assert_false(comparison_is_best(&v, 1));
    const struct interval back = comparison_difference(&v, 1, 0);
    assert_true(fabs(back.lower + d.upper) < 1e-9 && fabs(back.upper + d.lower) < 1e-9);
    comparison_values_fini(&v);
    struct text_stream t;
    comparison_print_verdict(r, 2, text_stream_open(&t));
    assert_string_equal(
        text_stream_close(&t),
        "The order of sjf and fifo is open: under fifo they wait from 30.2s less to 13m37s more.\n"
        "From 2 replications (seed 42), each with its own luck, the same for all policies; "
        "\302\261 "
        "and ranges are 95 % intervals (Student's t), those of differences paired.\n");
    free(t.text);
    run_record_fini(&r[0]);
    run_record_fini(&r[1]);
}

/* What it measured before says nothing of the rest: it has no rank, and no place in the order. */
static void what_broke_off_is_not_compared(void **state)
{
    (void)state;
    static const char basis[] = "From 2 replications (seed 42), ";
    struct run_record r[2], broken;
    replicate(&r[0], "fifo", "fifo", NULL, true);
    run(&r[1], "sjf", "sjf", 0);
    run(&broken, "sjf", "sjf", 1);
    broken.end = SIMULATION_STALLED;
    r[1].replications = replications_new(TIMES, r[1].metrics);
    replications_fill(r[1].replications, 0, &r[1]);
    replications_fill(r[1].replications, 1, &broken);
    struct comparison_values v = comparison_values_of(r, 2, METRIC_WAIT, STAT_MEAN, 0);
    assert_int_equal(comparison_rank(&v, 0), 1);
    assert_int_equal(comparison_rank(&v, 1), 0);
    comparison_values_fini(&v);
    static const char want[] =
        "Under sjf 1 of 2 replications broke off: its values are of the time before, and are not "
        "compared.\nUnder fifo jobs wait 7m13s on average (9.79s to 14m17s).\n";
    struct text_stream t;
    comparison_print_verdict(r, 2, text_stream_open(&t));
    assert_memory_equal(text_stream_close(&t), want, strlen(want));
    assert_memory_equal(t.text + strlen(want), basis, strlen(basis));
    free(t.text);
    run_record_fini(&broken);
    run_record_fini(&r[0]);
    run_record_fini(&r[1]);
}

static void equal_replications_are_no_evidence(void **state)
{
    (void)state;
    struct run_record r[2];
    replicate(&r[0], "fifo", "fifo", NULL, false);
    replicate(&r[1], "sjf", "sjf", NULL, false);
    assert_true(replications_are_identical(r[0].replications));
    struct text_stream t;
    comparison_print_verdict(r, 2, text_stream_open(&t));
    assert_string_equal(
        text_stream_close(&t),
        "Jobs wait least under sjf: 40s on average, 6m less than under fifo (6m40s).\n"
        "All 2 replications (seed 42) are the same: nothing in the scenario is drawn at random (a "
        "log is replayed). So there is no interval, and one replication says as much; with "
        "--bootstrap day or week "
        "the log's days or weeks are drawn anew.\n");
    free(t.text);
    run_record_fini(&r[0]);
    run_record_fini(&r[1]);
}

static void expectations_are_of_means(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
        bool passes;
    } rows[] = {
        /* the first alone would pass, the second alone fail */
        {"mean(wait) <= 440s",
         "pass  mean(wait) <= 440s: 7m13s, 9.79s to 14m17s with 95 % confidence over 2 "
         "replications; not certain: the interval reaches over the limit\n",
         true},
        {"mean(wait) <= 430s",
         "FAIL  mean(wait) <= 430s: 7m13s, 9.79s to 14m17s with 95 % confidence over 2 "
         "replications; not certain: the interval reaches over the limit\n",
         false},
        {"mean(wait) <= 1h",
         "pass  mean(wait) <= 1h: 7m13s, 9.79s to 14m17s with 95 % confidence over 2 "
         "replications\n",
         true},
        {"max(wait) of tenant b <= 20m", "pass  max(wait) of tenant b <= 20m: 18m20s\n", true},
        {"count(done) == 3", "pass  count(done) == 3: 3 over 2 replications\n", true},
        {"max(wait) of tenant c <= 20m",
         "FAIL  max(wait) of tenant c <= 20m: there is no tenant 'c' in this run\n", false},
    };
    struct arena *a = arena_new();
    struct messages m;
    messages_open(&m);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct expectation e;
        struct run_record r;
        struct text_stream t;
        assert_true(expectation_parse(&e, rows[i].text, "expect", a, &m.diag));
        const struct replication_question q = {e.id, e.by, e.s, e.p};
        replicate(&r, "fifo", "fifo", &q, true);
        const struct expectation_result result = expectation_check_means(&e, r.replications);
        assert_int_equal(result.passed, rows[i].passes);
        expectation_print(&e, &result, text_stream_open(&t));
        assert_string_equal(text_stream_close(&t), rows[i].want);
        free(t.text);
        run_record_fini(&r);
    }
    messages_close(&m);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_each_run),
        cmocka_unit_test(groups_are_those_of_any_run),
        cmocka_unit_test(an_order_needs_an_interval_without_zero),
        cmocka_unit_test(what_broke_off_is_not_compared),
        cmocka_unit_test(equal_replications_are_no_evidence),
        cmocka_unit_test(expectations_are_of_means),
    };
    return cmocka_run_group_tests_name("replications", tests, NULL, NULL);
}
