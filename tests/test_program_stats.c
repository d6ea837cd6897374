/* `clustersim stats` as a user calls it: small logs counted by hand, and real ones. */
#include "tests/scenario_run.h"
#include "tests/shared_data.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

/* Monday 2024-01-01T00:00:00Z is 1704067200. */
static const char swf[] = "; UnixStartTime: 1704067200\n"
                          "; MaxProcs: 8\n"
                          "1 0 0 3600 4 -1 -1 4 7200 -1 1 1 1 -1 1 -1 -1 -1\n"
                          "2 1800 0 1800 1 -1 -1 1 3600 -1 0 1 1 -1 1 -1 -1 -1\n"
                          "3 7200 0 3600 8 -1 -1 8 3600 -1 1 2 2 -1 1 -1 -1 -1\n"
                          "4 86400 -1 -1 2 -1 -1 2 3600 -1 5 2 2 -1 1 -1 -1 -1\n"
                          "5 93600 0 7200 3 -1 -1 3 3600 -1 1 3 2 -1 2 -1 -1 -1\n";

static void describe(struct scenario_run *r, const char *name, const char *text,
                     const char *options)
{
    char path[160];
    temp_dir_open(&r->dir);
    assert_true(snprintf(path, sizeof path, "%s/%s", r->dir.path, name) < (int)sizeof path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    struct scenario_run again;
    scenario_say_path(&again, "stats", path, options);
    temp_dir_remove(&again.dir);
    r->rc = again.rc;
    r->said = again.said;
}

static void assert_said(const struct scenario_run *r, const char *text)
{
    if (strstr(r->said, text) == NULL)
        fail_msg("it does not say '%s' but:\n%s", text, r->said);
}

static void a_log_is_described_by_its_numbers(void **state)
{
    (void)state;
    struct scenario_run r;
    describe(&r, "log.swf", swf, "");
    assert_int_equal(r.rc, 0);
    static const char *const lines[] = {
        "SWF, 4 jobs\n",
        "submitted: 2024-01-01T00:00:00Z to 2024-01-02T02:00:00Z, 1d2h\n",
        "users: 3, tenants: 2, queues: 2\n",
        "ended: 3 completed, 1 failed, 1 cancelled, 0 unknown (all lines)\n",
        /* 4 + 0.5 + 8 + 6 hours of processors in 26 hours on 8 of them */
        ("work: 18.5 processor hours, 0.7 processors busy on average if none waited: offered load "
         "0.089 of 8\n"),
        /* 0.5, 1.5 and 24 hours: mean 26/3, deviation 13.287 */
        "arrivals: every 8h40m on average, coefficient of variation 1.53 (Poisson: 1)\n",
        "processors             1      1      3      8      8      8      8\n",
        "1              1  25.0 %    0.5   2.7 %\n",
        "3 to 4         2  50.0 %   10.0  54.1 %\n",
        "5 to 8         1  25.0 %    8.0  43.2 %\n",
        "00             2  50.0 %    4.5  24.3 %\n",
        "02             2  50.0 %   14.0  75.7 %\n",
        "Mon         3  75.0 %   12.5  67.6 %\n",
        "Tue         1  25.0 %    6.0  32.4 %\n",
        "cancelled before it started: job left out            1              6\n",
        "requested time below the run time: raised to it      1              7\n",
    };
    for (size_t i = 0; i < LEN(lines); i++)
        assert_said(&r, lines[i]);
    scenario_run_close(&r);
}

static void json_says_the_same(void **state)
{
    (void)state;
    struct scenario_run r;
    describe(&r, "log.swf", swf, "--format json");
    assert_int_equal(r.rc, 0);
    static const char *const lines[] = {
        "\"jobs\": 4,\n",       "\"first\": \"2024-01-01T00:00:00Z\",\n",
        "\"span_s\": 93600,\n", "\"hours\": 18.5,\n",
        "\"machine\": 8,\n",    "\"failed\": 1,\n",
        "\"cancelled\": 1,\n",  "\"times\": 1,\n",
    };
    for (size_t i = 0; i < LEN(lines); i++)
        assert_said(&r, lines[i]);
    scenario_run_close(&r);
}

static void a_table_of_jobs_and_a_scenario_are_described_too(void **state)
{
    (void)state;
    struct scenario_run r;
    describe(&r, "jobs.csv", "submit_s,run_s,gpus,user\n0,3600,2,ann\n60,1800,1,ben\nx,1,1,ann\n",
             "");
    assert_int_equal(r.rc, 0);
    assert_said(&r, "jobs CSV, 2 jobs\n");
    assert_said(&r, "submitted: within 60s; no dates");
    assert_said(&r, "work: 2.5 GPU hours");
    assert_said(&r, "ann      1  50.0 %    2.0  80.0 %\n");
    scenario_run_close(&r);
    scenario_say_path(&r, "stats", "examples/four-teams/compare.yaml", "--jobs 100");
    assert_int_equal(r.rc, 0);
    assert_said(&r, "scenario, the first 100 jobs\n");
    assert_said(&r, " of 32\n");
    scenario_run_close(&r);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *options, *says;
        int rc;
    } rows[] = {
        {"a.swf", "", "", "a.swf: error: is empty; expected an SWF log", 2},
        {"a.swf", "1 2 3\n", "", "its first line is none of a log", 2},
        {"a.csv", "submit_s,gpus\n0,1\n", "", "a.csv:1: error: there is no column 'run_s'", 2},
        {"a.csv", "submit_s,run_s\nx,1\n", "--strict", "a.csv:2:1: error: submit_s: 'x'", 2},
        {"a.swf", "1 0 0 -1 4 -1 -1 4 -1 -1 1 1 1 -1 1 -1 -1 -1\n", "--strict",
         "a.swf:1:7: error: run time: '-1': unknown; expected seconds", 2},
        {"a.csv", "submit_s,run_s\n0,1\n", "--format xml", "--format: 'xml'", 2},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct scenario_run r;
        describe(&r, rows[i].name, rows[i].text, rows[i].options);
        assert_int_equal(r.rc, rows[i].rc);
        assert_said(&r, rows[i].says);
        scenario_run_close(&r);
    }
    struct scenario_run r;
    scenario_say_path(&r, "stats", "/nowhere/log.swf", "");
    assert_int_equal(r.rc, 3);
    scenario_run_close(&r);
}

/* Jobs as their own tests count them (test_swf_traces.c reads them by the same rules). */
static void real_logs_are_described(void **state)
{
    (void)state;
    static const struct {
        const char *name, *says;
    } logs[] = {
        {"KTH-SP2-predictsim.swf.gz", "SWF, 28489 jobs\n"},
        {"KTH-SP2-predictsim.swf.gz", "ended: 20541 completed, 7948 failed, 0 cancelled"},
        {"NASA-iPSC-1993-3-wrench-excerpt.swf", "SWF, "},
    };
    const char *shared = shared_data_dir();
    size_t ran = 0;
    for (size_t i = 0; shared != NULL && i < LEN(logs); i++) {
        char path[256];
        assert_true(snprintf(path, sizeof path, "%s/traces/swf/%s", shared, logs[i].name) <
                    (int)sizeof path);
        FILE *f = fopen(path, "r");
        if (f == NULL)
            continue;
        fclose(f);
        struct scenario_run r;
        scenario_say_path(&r, "stats", path, "");
        assert_int_equal(r.rc, 0);
        assert_said(&r, logs[i].says);
        scenario_run_close(&r);
        ran++;
    }
    printf("real logs: %zu of %zu\n", ran, LEN(logs));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_is_described_by_its_numbers),
        cmocka_unit_test(json_says_the_same),
        cmocka_unit_test(a_table_of_jobs_and_a_scenario_are_described_too),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(real_logs_are_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
