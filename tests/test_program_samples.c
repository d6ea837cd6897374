/* Samples of a log, and a warm-up that is found, through the whole program. */
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
    "policies: [fifo, sjf]\n"

/* On day d: d + 1 jobs at noon that take all GPUs for an hour, so that waits tell days apart. */
static char *new_log(int days)
{
    char *text = calloc(1, 200000);
    assert_non_null(text);
    size_t at = (size_t)sprintf(text, "submit_s,run_s,gpus,user,job\n");
    int job = 0;
    for (int d = 0; d < days; d++)
        for (int k = 0; k <= d % 10; k++)
            at += (size_t)sprintf(text + at, "%d,3600,8,u%d,%d\n", d * 86400 + 43200 + k, d, ++job);
    return text;
}

static void expect_said(const struct scenario_run *r, const char *text)
{
    if (strstr(r->said, text) == NULL)
        fail_msg("no '%s' in\n%s", text, r->said);
}

/* One per replication. */
static size_t values_of(const struct scenario_run *r, const char *metric, const char *statistic,
                        double *out)
{
    size_t len = 0;
    struct table *t = table_read_in(r->out, "replications.csv");
    for (size_t row = 0; row < t->rows; row++)
        if (strcmp(table_text(t, row, "metric"), metric) == 0 &&
            strcmp(table_text(t, row, "statistic"), statistic) == 0 &&
            strcmp(table_text(t, row, "policy"), "fifo") == 0)
            out[len++] = atof(table_text(t, row, "value"));
    table_free(t);
    return len;
}

static void days_of_a_log_are_drawn_anew(void **state)
{
    (void)state;
    enum { DAYS = 30, TIMES = 12 };
    char *log = new_log(DAYS);
    const char *files[] = {"scenario.yaml",
                           HEAD "workload: [{csv: jobs.csv}]\nrun: {bootstrap: day}\n", "jobs.csv",
                           log, NULL};
    struct scenario_run r;
    double done[TIMES], max[TIMES];
    scenario_call_files(&r, "run", files, "--no-plots --audit --replications 12");
    assert_int_equal(r.rc, 0);
    expect_said(&r, "each value: the mean over 12 samples of the log \302\261");
    expect_said(&r, "From 12 samples of the log (seed 1), each made of its own blocks drawn anew");
    assert_int_equal(values_of(&r, "done", "count", done), TIMES);
    assert_int_equal(values_of(&r, "wait", "max", max), TIMES);
    assert_true(fabs(done[0] - 165) < 1e-9); /* the log itself: 3 * (1 + ... + 10) */
    double sum = 0, squares = 0;
    for (size_t k = 0; k < TIMES; k++) {
        assert_true(max[k] <= 9 * 3600 && fmod(max[k] + 10, 3600) < 20); /* no day overlaps */
        sum += done[k] / TIMES;
    }
    for (size_t k = 0; k < TIMES; k++)
        squares += (done[k] - sum) * (done[k] - sum);
    assert_true(fabs(sum - 165) < 15); /* 30 days, deviation 2.9: 15.7 per sample */
    struct table *t = table_read_in(r.out, "compare.csv");
    for (size_t row = 0; row < t->rows; row++)
        if (strcmp(table_text(t, row, "metric"), "done") == 0 &&
            strcmp(table_text(t, row, "statistic"), "count") == 0) {
            const double half = atof(table_text(t, row, "upper")) - sum;
            assert_true(fabs(half - 2.200985 * sqrt(squares / (TIMES - 1))) < 1e-3);
        }
    table_free(t);
    scenario_run_close(&r);
    scenario_call_files(&r, "run", files, "--no-plots --replications 3 --bootstrap none");
    expect_said(&r, "All 3 replications (seed 1) are the same");
    scenario_run_close(&r);
    free(log);
}

static void threads_draw_the_same_days(void **state)
{
    (void)state;
    char *log = new_log(15);
    const char *files[] = {"scenario.yaml", HEAD "workload: [{csv: jobs.csv}]\n", "jobs.csv", log,
                           NULL};
    struct scenario_run one, four;
    double a[6], b[6];
    scenario_call_files(&one, "compare", files,
                        "--no-plots --replications 6 --bootstrap week --threads 1");
    scenario_call_files(&four, "compare", files,
                        "--no-plots --replications 6 --bootstrap week --threads 4");
    assert_int_equal(values_of(&one, "wait", "mean", a), 6);
    assert_int_equal(values_of(&four, "wait", "mean", b), 6);
    assert_memory_equal(a, b, sizeof a);
    scenario_run_close(&one);
    scenario_run_close(&four);
    free(log);
}

static void samples_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const struct row {
        const char *scenario, *options, *said;
    } rows[] = {
        {HEAD "workload: [{csv: jobs.csv}]\n", "--bootstrap month", "--bootstrap: 'month'"},
        {HEAD "workload: [{csv: jobs.csv}]\nrun: {bootstrap: hour}\n", "",
         "scenario.yaml:7:18: error: bootstrap: 'hour'"},
        {HEAD "workload: [{csv: jobs.csv}]\n", "--bootstrap day --until-width 5%",
         "--until-width: what a log says does not become narrower"},
        {HEAD "workload: [{swf: log.swf, dependencies: follow}]\n", "--bootstrap day",
         "scenario.yaml:6:41: error: dependencies: 'follow': blocks that are drawn anew"},
        {HEAD "workload: [{csv: jobs.csv}]\nrun: {warm_up: soon}\n", "",
         "scenario.yaml:7:16: error: warm_up: 'soon': "},
        {HEAD "workload: [{csv: jobs.csv}]\nrun: {warm_up: [auto]}\n", "",
         "scenario.yaml:7:16: error: warm_up: a list"},
        {HEAD "workload: [{csv: jobs.csv}]\nrun: {warm_up: -1h}\n", "",
         "scenario.yaml:7:16: error: warm_up: '-1h': "},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct scenario_run r;
        const char *files[] = {"scenario.yaml",
                               rows[i].scenario,
                               "jobs.csv",
                               "submit_s,run_s,gpus\n0,1,1\n",
                               "log.swf",
                               "1 0 0 10 1 -1 -1 1 10 -1 1 1 1 1 1 1 -1 -1\n",
                               NULL};
        scenario_call_files(&r, "run", files, rows[i].options);
        expect_said(&r, rows[i].said);
        assert_int_equal(r.rc, 2);
        scenario_run_close(&r);
    }
}

/* A queue that begins empty at a load of 0.8. */
static void a_warm_up_is_found_and_left_out(void **state)
{
    (void)state;
    static const char *const files[] = {
        "scenario.yaml",
        HEAD "workload: [{generate: {name: g, arrivals: {process: poisson, rate: 12/h}, gpus: 8,"
             " duration: {exponential: {mean: 4m}}, until: 12d}}]\nrun: {warm_up: auto}\n",
        NULL};
    struct scenario_run r;
    scenario_call_files(&r, "compare", files, "--no-plots --replications 8");
    assert_int_equal(r.rc, 0);
    expect_said(&r, "warm-up: fifo: ");
    expect_said(&r, " jobs, ");
    expect_said(&r, " (MSER-5 over 8 pilot runs)\nwarm-up: sjf: ");
    expect_said(&r, " are left out of all values\n");
    char path[120];
    size_t bytes;
    snprintf(path, sizeof path, "%s/fifo/summary.json", r.out);
    char *json = temp_file_read(path, &bytes);
    const char *found = strstr(json, "\"warm_up_s\": ");
    assert_non_null(found);
    const double warm_up_s = atof(found + strlen("\"warm_up_s\": "));
    assert_true(warm_up_s > 0 && warm_up_s < 3 * 86400 && fmod(warm_up_s, 60) < 1e-9);
    free(json);
    scenario_run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_of_a_log_are_drawn_anew),
        cmocka_unit_test(threads_draw_the_same_days),
        cmocka_unit_test(samples_that_cannot_be_are_refused),
        cmocka_unit_test(a_warm_up_is_found_and_left_out),
    };
    return cmocka_run_group_tests_name("program_samples", tests, NULL, NULL);
}
