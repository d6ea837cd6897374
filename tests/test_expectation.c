#include "policies/registry.h"
#include "results/expectation.h"
#include "results/registry.h"
#include "results/run_record.h"
#include "sim/arena.h"
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/results_world.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- reading --- */

static const struct good {
    const char *text;
    enum statistic s;
    unsigned p;
    enum metric_id id;
    enum metric_by by;
    const char *name;
    enum comparison op;
    double value;
} good[] = {
    {"p95(wait) by tenant <= 4h", STAT_P, 950000, METRIC_WAIT, BY_TENANT, NULL, LESS_EQUAL, 14400},
    {"mean(utilisation) of pool train >= 70%", STAT_MEAN, 500000, METRIC_UTILISATION, BY_POOL,
     "train", GREATER_EQUAL, 0.7},
    {"mean(queue length) <= 20", STAT_MEAN, 500000, METRIC_QUEUE_LENGTH, BY_NOTHING, NULL,
     LESS_EQUAL, 20},
    {"mean(queue_length)<=20", STAT_MEAN, 500000, METRIC_QUEUE_LENGTH, BY_NOTHING, NULL, LESS_EQUAL,
     20},
    {"  median( bounded slowdown )  >  1.5 ", STAT_P, 500000, METRIC_BOUNDED_SLOWDOWN, BY_NOTHING,
     NULL, GREATER, 1.5},
    {"p99.9(turnaround) of queue 'a < b' < 1d12h", STAT_P, 999000, METRIC_TURNAROUND, BY_QUEUE,
     "a < b", LESS, 129600},
    {"p0(run) of size 3-4 == 0", STAT_P, 0, METRIC_RUN, BY_SIZE, "3-4", EQUAL, 0},
    {"p100(run) of user ann lee != 0", STAT_P, 1000000, METRIC_RUN, BY_USER, "ann lee", NOT_EQUAL,
     0},
    {"p99.9999(wait) <= 1h", STAT_P, 999999, METRIC_WAIT, BY_NOTHING, NULL, LESS_EQUAL, 3600},
    {"count(lost) == 0", STAT_COUNT, 500000, METRIC_LOST, BY_NOTHING, NULL, EQUAL, 0},
    {"mean(lost) by priority <= 1%", STAT_MEAN, 500000, METRIC_LOST, BY_PRIORITY, NULL, LESS_EQUAL,
     0.01},
    {"sum(cost) < 12000.5 USD", STAT_SUM, 500000, METRIC_COST, BY_NOTHING, NULL, LESS, 12000.5},
    {"mean(cluster cost) < 12000USD", STAT_MEAN, 500000, METRIC_CLUSTER_COST, BY_NOTHING, NULL,
     LESS, 12000},
    {"mean(throughput) >= 12/h", STAT_MEAN, 500000, METRIC_THROUGHPUT, BY_NOTHING, NULL,
     GREATER_EQUAL, 12},
    {"max(makespan) <= 3-00:00:00", STAT_MAX, 500000, METRIC_MAKESPAN, BY_NOTHING, NULL, LESS_EQUAL,
     259200},
    {"deviation(gpu-hours) <= 5", STAT_DEVIATION, 500000, METRIC_GPU_HOURS, BY_NOTHING, NULL,
     LESS_EQUAL, 5},
};

static void good_ones_are_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(good); i++) {
        struct messages m;
        struct expectation e;
        struct arena *a = arena_new();
        messages_open(&m);
        const bool ok = expectation_parse(&e, good[i].text, "expect", a, &m.diag);
        if (!ok)
            fail_msg("%s: %s", good[i].text, messages_text(&m));
        assert_string_equal(e.text, good[i].text);
        assert_int_equal(e.s, good[i].s);
        assert_true(e.s != STAT_P || e.p == good[i].p);
        assert_int_equal(e.id, good[i].id);
        assert_int_equal(e.by, good[i].by);
        assert_true((e.name == NULL) == (good[i].name == NULL));
        if (e.name != NULL)
            assert_string_equal(e.name, good[i].name);
        assert_int_equal(e.op, good[i].op);
        assert_true(fabs(e.value - good[i].value) < 1e-9);
        messages_close(&m);
        arena_free(a);
    }
}

#define STATISTICS \
    "one of mean, median, p95 (or another percentile), min, max, sum, deviation, count"

/* col: where the message points, with the text at column 5. */
static const struct bad {
    const char *text;
    unsigned col;
    const char *why;
} bad[] = {
    {"p95(wiat) <= 4h", 9,
     "no metric 'wiat'; did you mean 'wait'? (see `clustersim list metrics`)"},
    {"p95(wait <= 4h", 19, "')' is missing"},
    {"p95 wait <= 4h", 9, "expected a statistic of a metric, such as p95(wait)"},
    {"wait <= 4h", 10, "expected a statistic of a metric, such as p95(wait)"},
    {"mode(wait) <= 4h", 5, "no statistic 'mode'; " STATISTICS},
    {"p101(wait) <= 4h", 5, "no statistic 'p101'; " STATISTICS},
    {"p99.99999(wait) <= 4h", 5, "no statistic 'p99.99999'; " STATISTICS},
    {"p9.99999(wait) <= 4h", 5, "no statistic 'p9.99999'; " STATISTICS},
    {"p9.(wait) <= 4h", 5, "no statistic 'p9.'; " STATISTICS},
    {"p(wait) <= 4h", 5, "no statistic 'p'; " STATISTICS},
    {"p95(utilisation) <= 4h", 5, "utilisation has no such statistic; expected mean"},
    {"sum(done) <= 4", 5, "done has no such statistic; expected count, mean"},
    {"p95(wait) by tenants <= 4h", 18,
     "it is not measured by 'tenants'; one of tenant, queue, user, size, priority; did you mean "
     "'tenant'?"},
    {"mean(utilisation) by tenant <= 4h", 26, "it is not measured by 'tenant'; one of pool"},
    {"mean(makespan) by pool <= 4h", 23, "it is not measured by 'pool'"},
    {"p95(wait) by tenant of queue x <= 4h", 25,
     "by and of together are not measured; expected one of them"},
    {"p95(wait) of tenant <= 4h", 25, "which tenant? expected its name"},
    {"p95(wait) of tenant 'a <= 4h", 25, "the quote is not closed"},
    {"p95(wait) for tenant <= 4h", 15,
     "expected <=, <, >=, >, == or !=, or `by tenant` and the like"},
    {"p95(wait) by tenant = 4h", 25, "expected <=, <, >=, >, == or !="},
    {"p95(wait) <=", 17, "the value is missing; expected a duration such as 90s or 1.5h"},
    {"p95(wait) <= 4", 18, "4: no unit; expected a duration such as 90s or 1.5h"},
    {"p95(wait) <= 4h sharp", 18,
     "4h sharp: unknown unit; expected a duration such as 90s or 1.5h"},
    {"mean(utilisation) >= 70 %%", 26,
     "70 %%: neither a plain number nor a percentage; expected a ratio such as 0.7 or 70%"},
    {"sum(cost) <= 400", 18, "400: no unit; expected an amount such as 1200 USD"},
    {"sum(cost) <= xUSD", 18, "xUSD: not a number; expected an amount such as 1200 USD"},
    {"mean(throughput) <= 5", 25, "5: no unit; expected a rate such as 12/h or 0.5/s"},
    {"mean(queue length) <= 20 jobs", 27,
     "20 jobs: not a number; expected a number such as 0.25 or 1e-6"},
    {"", 5, "expected a statistic of a metric, such as p95(wait)"},
};

static void bad_ones_are_refused_where_they_are_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(bad); i++) {
        struct messages m;
        struct expectation e;
        char yaml[256], want[512];
        struct arena *a = arena_new();
        messages_open(&m);
        snprintf(yaml, sizeof yaml, "  - \"%s\"\n", bad[i].text);
        struct yaml_file *f = yaml_parse("e.yaml", yaml, strlen(yaml), &m.diag);
        const struct yaml_node *n = yaml_doc(f, 0)->items[0];
        assert_false(expectation_read(&e, n, "expect", a, &m.diag));
        snprintf(want, sizeof want, "e.yaml:1:%u: error: expect: '%s': %s\n", bad[i].col + 1,
                 bad[i].text, bad[i].why);
        messages_assert(&m, want);
        yaml_close(f);
        messages_close(&m);
        arena_free(a);
    }
}

static void columns_are_characters(void **state)
{
    (void)state;
    struct messages m;
    struct expectation e;
    struct arena *a = arena_new();
    messages_open(&m);
    const char yaml[] = "[p95(wait) of tenant \u00e4\u00f6 <= 4]\n";
    struct yaml_file *f = yaml_parse("e.yaml", yaml, sizeof yaml - 1, &m.diag);
    assert_false(expectation_read(&e, yaml_doc(f, 0)->items[0], "expect", a, &m.diag));
    assert_non_null(strstr(messages_text(&m), "e.yaml:1:28: error: "));
    yaml_close(f);
    messages_close(&m);
    arena_free(a);
}

static void lists_are_no_expectations(void **state)
{
    (void)state;
    struct messages m;
    struct expectation e;
    struct arena *a = arena_new();
    messages_open(&m);
    const char yaml[] = "- {a: b}\n";
    struct yaml_file *f = yaml_parse("e.yaml", yaml, sizeof yaml - 1, &m.diag);
    assert_false(expectation_read(&e, yaml_doc(f, 0)->items[0], "target", a, &m.diag));
    messages_assert(&m, "e.yaml:1:3: error: target: a mapping; expected text such as p95(wait) by "
                        "tenant <= 4h (in quotes if YAML takes it for something else)\n");
    yaml_close(f);
    messages_close(&m);
    arena_free(a);
}

/* --- checking --- */

/* Waits: team-a 0 and 10, team-b 30, none 45 seconds. */
static const struct world_job jobs[] = {
    {.submit_s = 0, .work_s = 20, .gpus = 8, .tasks = 2, .tenant = "team-a"},
    {.submit_s = 10, .work_s = 30, .gpus = 8, .tasks = 2, .tenant = "team-a"},
    {.submit_s = 20, .work_s = 25, .gpus = 8, .tasks = 2, .tenant = "team-b"},
    {.submit_s = 30, .work_s = 25, .gpus = 8, .tasks = 1},
};

static const struct check {
    const char *text;
    const char *line;
} checks[] = {
    {"max(wait) <= 45s", "pass  max(wait) <= 45s: 45s\n"},
    {"max(wait) < 45s", "FAIL  max(wait) < 45s: 45s\n"},
    {"max(wait) by tenant <= 30s", "FAIL  max(wait) by tenant <= 30s: 45s (worst: (none))\n"},
    {"max(wait) by tenant <= 10s",
     "FAIL  max(wait) by tenant <= 10s: 45s (worst: (none)); 2 of 3 fail\n"},
    {"max(wait) of tenant team-a <= 10s", "pass  max(wait) of tenant team-a <= 10s: 10s\n"},
    {"median(wait) by tenant >= 30s", "FAIL  median(wait) by tenant >= 30s: 0s (worst: team-a)\n"},
    {"max(wait) of tenant team-c <= 10s",
     "FAIL  max(wait) of tenant team-c <= 10s: there is no tenant 'team-c' in this run\n"},
    {"count(done) == 4", "pass  count(done) == 4: 4\n"},
    {"count(done) != 4", "FAIL  count(done) != 4: 4\n"},
    {"mean(done) >= 99%", "pass  mean(done) >= 99%: 100.0%\n"},
    {"p90(cost) of size 5-8 <= 1 USD", "pass  p90(cost) of size 5-8 <= 1 USD: 0.68 USD\n"},
    {"mean(utilisation) of pool pool >= 95%",
     "FAIL  mean(utilisation) of pool pool >= 95%: 87.5%\n"},
    {"mean(utilisation) by pool >= 87.5%",
     "pass  mean(utilisation) by pool >= 87.5%: 87.5% (pool)\n"},
    {"max(queue length) <= 1", "FAIL  max(queue length) <= 1: 2\n"},
    {"max(queue length) by queue <= 2", "pass  max(queue length) by queue <= 2: 2 ((none))\n"},
    {"deviation(wait) of tenant team-b <= 1h",
     "FAIL  deviation(wait) of tenant team-b <= 1h: nothing was measured\n"},
    {"deviation(wait) by tenant <= 1h",
     "FAIL  deviation(wait) by tenant <= 1h: nothing was measured (worst: team-b); 2 of 3 fail\n"},
    {"max(wait) of user ann <= 1h",
     "FAIL  max(wait) of user ann <= 1h: there is no user 'ann' in this run\n"},
};

static void a_run_is_held_to_what_is_expected(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    struct messages m;
    struct run_record r;
    struct arena *a = arena_new();
    struct expectation e[LEN(checks)];
    messages_open(&m);
    run_record_init(&r, &(struct run_facts){0}, RECORD_NO_FILES);
    for (size_t i = 0; i < LEN(checks); i++) {
        assert_true(expectation_parse(&e[i], checks[i].text, "expect", a, &m.diag));
        expectation_want(&e[i], r.metrics);
    }
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    const struct observer_use use = {observer_find("summary"), &r};
    w->observers = &use, w->observers_len = 1;
    world_run(w);
    for (size_t i = 0; i < LEN(checks); i++) {
        struct text_stream t;
        const struct expectation_result result = expectation_check(&e[i], r.metrics);
        expectation_print(&e[i], &result, text_stream_open(&t));
        assert_string_equal(text_stream_close(&t), checks[i].line);
        assert_int_equal(result.passed, strncmp(checks[i].line, "pass", 4) == 0);
        free(t.text);
    }
    run_record_fini(&r);
    messages_close(&m);
    arena_free(a);
    free(w);
}

static void a_percentile_may_be_too_close_to_tell(void **state)
{
    (void)state;
    const struct expectation e = {.text = "p50(wait) <= 1h",
                                  .s = STAT_P,
                                  .p = 500000,
                                  .id = METRIC_WAIT,
                                  .op = LESS_EQUAL,
                                  .value = 3600};
    const struct expectation_result close = {.passed = true,
                                             .is_close = true,
                                             .groups = 1,
                                             .worst = "",
                                             .value = {.value = 3599.5, .error = 1}};
    struct text_stream t;
    expectation_print(&e, &close, text_stream_open(&t));
    assert_string_equal(text_stream_close(&t), "pass  p50(wait) <= 1h: 1h; too close to tell: "
                                               "percentiles have an error here\n");
    free(t.text);
}

static void nothing_compares_with_what_was_not_measured(void **state)
{
    (void)state;
    for (enum comparison op = LESS_EQUAL; op <= NOT_EQUAL; op++)
        assert_false(comparison_holds(op, (double)NAN, 1));
}

/* --- numbers for people --- */

static void numbers_are_shown_as_people_read_them(void **state)
{
    (void)state;
    static const struct {
        enum metric_unit unit;
        double value;
        const char *want;
    } rows[] = {
        {UNIT_SECONDS, 0, "0s"},
        {UNIT_SECONDS, 1.25, "1.25s"},
        {UNIT_SECONDS, 0.0001234, "0.000123s"},
        {UNIT_SECONDS, 59.4, "59.4s"},
        {UNIT_SECONDS, 59.6, "1m"},
        {UNIT_SECONDS, 61, "1m1s"},
        {UNIT_SECONDS, 3599.7, "1h"},
        {UNIT_SECONDS, 15120, "4h12m"},
        {UNIT_SECONDS, 86399, "1d"},
        {UNIT_SECONDS, 100000, "1d4h"},
        {UNIT_SECONDS, -7200, "-2h"},
        {UNIT_SHARE, 0.7125, "71.2%"},
        {UNIT_JOBS, 1234567, "1,234,567"},
        {UNIT_JOBS, 12.3456, "12.3"},
        {UNIT_JOBS, -1000, "-1,000"},
        {UNIT_JOBS, 999, "999"},
        {UNIT_RATIO, 92.57653, "92.6"},
        {UNIT_RATIO, 1234.56, "1,235"},
        {UNIT_DOLLARS, 1234.5, "1,234.50 USD"},
        {UNIT_PER_HOUR, 12, "12/h"},
        {UNIT_GPU_HOURS, 0.5, "0.5 GPU h"},
        {UNIT_RATIO, NAN, "-"},
        {UNIT_SECONDS, 1e300, "very many"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        char buf[METRIC_TEXT];
        assert_string_equal(metric_print(buf, rows[i].unit, rows[i].value), rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones_are_understood),
        cmocka_unit_test(bad_ones_are_refused_where_they_are_wrong),
        cmocka_unit_test(columns_are_characters),
        cmocka_unit_test(lists_are_no_expectations),
        cmocka_unit_test(a_run_is_held_to_what_is_expected),
        cmocka_unit_test(a_percentile_may_be_too_close_to_tell),
        cmocka_unit_test(nothing_compares_with_what_was_not_measured),
        cmocka_unit_test(numbers_are_shown_as_people_read_them),
    };
    return cmocka_run_group_tests_name("expectation", tests, NULL, NULL);
}
