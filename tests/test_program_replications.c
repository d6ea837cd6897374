/* Replications through the whole program: any number of threads, logs without luck. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEAD                                                                       \
    "clustersim: 1\nname: small\nstart: 2026-03-02T00:00:00Z\n"                    \
    "cluster: {pools: [{name: p, machine: Standard_ND96isr_H100_v5, count: 1}]}\n" \
    "policies: [fifo, {name: shortest-first, sjf: {}}, {name: again, fifo: {}}]\n"

#define GENERATED                                                 \
    HEAD "workload: [{generate: {name: g, tenants: {a: 2, b: 1}," \
         " arrivals: {process: poisson, rate: 12/h}, gpus: 8,"    \
         " duration: {exponential: {mean: 4m}}, until: 1d}}]\n"   \
         "expect: [mean(wait) <= 1000d, p95(wait) by tenant <= 1s]\n"

static char *file_text(const struct scenario_run *r, const char *name)
{
    char path[160];
    size_t bytes;
    assert_true(snprintf(path, sizeof path, "%s/%s", r->out, name) < (int)sizeof path);
    return temp_file_read(path, &bytes);
}

static void expect_said(const struct scenario_run *r, const char *text)
{
    if (strstr(r->said, text) == NULL)
        fail_msg("no '%s' in\n%s", text, r->said);
}

/* Both folders are temporary, so the line that names one is left out. */
static void cut_where(char *said)
{
    char *line = strstr(said, "results are in");
    assert_non_null(line);
    memset(line, ' ', strcspn(line, "\n"));
}

static void the_number_of_threads_changes_nothing(void **state)
{
    (void)state;
    static const char *const files[] = {"scenario.yaml", GENERATED, NULL};
    static const char *const compared[] = {"compare.csv", "fifo/jobs.csv", "fifo/summary.csv",
                                           "shortest-first/jobs.csv", "again/jobs.csv"};
    struct scenario_run one, eight;
    scenario_call_files(&one, "compare", files, "--no-plots --replications 9 --threads 1");
    scenario_call_files(&eight, "compare", files, "--no-plots --replications 9 --threads 8");
    assert_int_equal(one.rc, 1); /* of the expectations one fails */
    assert_int_equal(eight.rc, 1);
    cut_where(one.said);
    cut_where(eight.said);
    assert_string_equal(strstr(one.said, "policy"), strstr(eight.said, "policy"));
    for (size_t i = 0; i < LEN(compared); i++) {
        char *a = file_text(&one, compared[i]);
        char *b = file_text(&eight, compared[i]);
        assert_true(strlen(a) > 100);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    scenario_run_close(&one);
    scenario_run_close(&eight);
}

/* The first replication is the only run of a comparison without replications. */
static void the_first_replication_is_the_single_run(void **state)
{
    (void)state;
    static const char *const files[] = {"scenario.yaml", GENERATED, NULL};
    static const char *const compared[] = {"fifo/jobs.csv", "fifo/summary.csv", "again/jobs.csv"};
    struct scenario_run one, many;
    scenario_call_files(&one, "compare", files, "--quiet --no-plots");
    scenario_call_files(&many, "compare", files, "--quiet --no-plots --replications 3");
    for (size_t i = 0; i < LEN(compared); i++) {
        char *a = file_text(&one, compared[i]);
        char *b = file_text(&many, compared[i]);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    scenario_run_close(&one);
    scenario_run_close(&many);
}

static size_t row_of(const struct table *t, const char *policy)
{
    for (size_t row = 0; row < t->rows; row++)
        if (strcmp(table_text(t, row, "metric"), "wait") == 0 &&
            strcmp(table_text(t, row, "statistic"), "mean") == 0 &&
            strcmp(table_text(t, row, "policy"), policy) == 0)
            return row;
    fail_msg("no row of %s", policy);
    return 0;
}

static double number(const struct table *t, size_t row, const char *column)
{
    assert_string_not_equal(table_text(t, row, column), "");
    return atof(table_text(t, row, column));
}

static void intervals_stand_in_the_table(void **state)
{
    (void)state;
    static const char *const files[] = {"scenario.yaml", GENERATED, NULL};
    struct scenario_run r;
    scenario_call_files(&r, "compare", files, "--no-plots --replications 9");
    expect_said(&r, "Jobs wait least under shortest-first: ");
    expect_said(&r, " less than under fifo and ");
    expect_said(&r, "Under again they wait exactly as long as under fifo.\n");
    expect_said(&r, "From 9 replications (seed ");
    expect_said(&r, "pass  mean(wait) <= 1000d: ");
    expect_said(&r, " with 95 % confidence over 9 replications\n");
    expect_said(&r, "FAIL  p95(wait) by tenant <= 1s: ");
    struct table *t = table_read_in(r.out, "compare.csv");
    const size_t fifo = row_of(t, "fifo"), sjf = row_of(t, "shortest-first");
    const size_t again = row_of(t, "again");
    const double mean = number(t, sjf, "value"), gap = number(t, sjf, "difference");
    assert_true(number(t, sjf, "lower") < mean && mean < number(t, sjf, "upper"));
    assert_true(fabs(gap - (mean - number(t, fifo, "value"))) < 1e-6);
    assert_true(number(t, sjf, "difference_lower") < gap);
    assert_true(number(t, sjf, "difference_upper") < 0);
    assert_string_equal(table_text(t, sjf, "rank"), "1");
    assert_string_equal(table_text(t, again, "rank"), "2");
    assert_string_equal(table_text(t, again, "difference"), "0");
    assert_string_equal(table_text(t, again, "difference_lower"), "");
    assert_string_equal(table_text(t, again, "replications"), "9");
    table_free(t);
    scenario_run_close(&r);
}

static void a_run_has_intervals_too(void **state)
{
    (void)state;
    static const char *const files[] = {"scenario.yaml", GENERATED, NULL};
    struct scenario_run r;
    scenario_call_files(&r, "run", files, "--no-plots --replications 4");
    assert_int_equal(r.rc, 1);
    expect_said(&r, "Jobs wait ");
    expect_said(&r, "From 4 replications (seed ");
    struct table *t = table_read_in(r.out, "compare.csv");
    const size_t fifo = row_of(t, "fifo");
    assert_true(number(t, fifo, "lower") < number(t, fifo, "upper"));
    table_free(t);
    free(file_text(&r, "jobs.csv"));
    scenario_run_close(&r);
}

/* Waits under fifo 0, 100 and 1100 s; shortest first 10, 110 and 0 s. */
#define JOBS "submit_s,run_s,gpus\n0,100,8\n0,1000,8\n0,10,8\n"

static void a_replayed_log_has_no_interval(void **state)
{
    (void)state;
    static const char *const files[] = {"scenario.yaml", HEAD "workload: [{csv: jobs.csv}]\n",
                                        "jobs.csv", JOBS, NULL};
    struct scenario_run r;
    scenario_call_files(&r, "compare", files, "--no-plots --replications 5");
    assert_int_equal(r.rc, 0);
    expect_said(&r,
                "Jobs wait least under shortest-first: 40s on average, 6m less than under fifo");
    expect_said(&r, "All 5 replications (seed ");
    expect_said(&r,
                " are the same: nothing in the scenario is drawn at random (a log is replayed).");
    assert_null(strstr(r.said, "\302\261"));
    struct table *t = table_read_in(r.out, "compare.csv");
    const size_t sjf = row_of(t, "shortest-first");
    assert_string_equal(table_text(t, sjf, "value"), "40");
    assert_string_equal(table_text(t, sjf, "lower"), "");
    assert_string_equal(table_text(t, sjf, "difference"), "-360");
    assert_string_equal(table_text(t, sjf, "difference_upper"), "");
    assert_string_equal(table_text(t, sjf, "rank"), "1");
    table_free(t);
    scenario_run_close(&r);
}

static void width_ends_at_the_same_replication_on_any_threads(void **state)
{
    (void)state;
    static const char *const files[] = {"scenario.yaml", GENERATED, NULL};
    struct scenario_run one, eight;
    scenario_call_files(&one, "compare", files,
                        "--no-plots --until-width 'mean(wait) by tenant <= 20%' --threads 1");
    scenario_call_files(&eight, "compare", files,
                        "--no-plots --until-width 'mean(wait) by tenant <= 20%' --threads 8");
    expect_said(&one, "--until-width mean(wait) by tenant <= 20%: ");
    cut_where(one.said);
    cut_where(eight.said);
    assert_string_equal(strstr(one.said, "policy"), strstr(eight.said, "policy"));
    struct table *t = table_read_in(one.out, "compare.csv");
    const double times = number(t, row_of(t, "fifo"), "replications");
    assert_true(times >= 20 && fmod(times, 10) < 0.5);
    table_free(t);
    scenario_run_close(&one);
    scenario_run_close(&eight);
}

static void width_gives_up_at_the_most_replications(void **state)
{
    (void)state;
    static const char *const files[] = {"scenario.yaml", GENERATED, NULL};
    struct scenario_run r;
    scenario_call_files(&r, "run", files, "--no-plots --until-width 1ms --replications 12");
    expect_said(&r, "--until-width 1ms: 12 replications, the most allowed\nfifo: ");
    expect_said(&r, ": wider than wanted\n");
    scenario_run_close(&r);
}

static void a_log_is_as_narrow_as_wanted_at_once(void **state)
{
    (void)state;
    static const char *const files[] = {"scenario.yaml", HEAD "workload: [{csv: jobs.csv}]\n",
                                        "jobs.csv", JOBS, NULL};
    struct scenario_run r;
    scenario_call_files(&r, "run", files, "--no-plots --until-width 1%");
    expect_said(&r, "--until-width 1%: 10 replications\nfifo: 6m40s in every replication\n");
    scenario_run_close(&r);
}

static void widths_that_are_none_are_refused(void **state)
{
    (void)state;
    static const struct row {
        const char *option, *message;
    } rows[] = {
        {"--until-width 5x", "error: --until-width: '5x': 5x: unknown unit"},
        {"--until-width 0%", "error: --until-width: '0%': no interval is as narrow as that"},
        {"--until-width -3s", "error: "},
        {"--until-width 'mean(wait) >= 3s'", "expected <= and the width"},
        {"--until-width 'mean(wiat) <= 3s'", "no metric 'wiat'; did you mean 'wait'?"},
        {"--until-width 'mean(wait) <= x%'", "x%: "},
    };
    static const char *const files[] = {"scenario.yaml", GENERATED, NULL};
    for (size_t i = 0; i < LEN(rows); i++) {
        struct scenario_run r;
        scenario_call_files(&r, "compare", files, rows[i].option);
        assert_int_equal(r.rc, 2);
        expect_said(&r, rows[i].message);
        scenario_run_close(&r);
    }
}

static void numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    static const char *const options[] = {"--replications 0", "--replications -3",
                                          "--replications many", "--threads 0",
                                          "--replications 1000000000000"};
    static const char *const files[] = {"scenario.yaml", GENERATED, NULL};
    for (size_t i = 0; i < LEN(options); i++) {
        struct scenario_run r;
        scenario_call_files(&r, "compare", files, options[i]);
        assert_int_equal(r.rc, 2);
        expect_said(&r, "error: --");
        scenario_run_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(the_first_replication_is_the_single_run),
        cmocka_unit_test(intervals_stand_in_the_table),
        cmocka_unit_test(a_run_has_intervals_too),
        cmocka_unit_test(a_replayed_log_has_no_interval),
        cmocka_unit_test(width_ends_at_the_same_replication_on_any_threads),
        cmocka_unit_test(width_gives_up_at_the_most_replications),
        cmocka_unit_test(a_log_is_as_narrow_as_wanted_at_once),
        cmocka_unit_test(widths_that_are_none_are_refused),
        cmocka_unit_test(numbers_out_of_range_are_refused),
    };
    return cmocka_run_group_tests_name("program_replications", tests, NULL, NULL);
}
