/* `clustersim init` as a user calls it: what it writes is a scenario that check accepts. */
#include "tests/scenario_run.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

/* A log in a folder of its own; what is said lies in r. */
static void init(struct scenario_run *r, const char *name, const char *text, const char *options)
{
    char path[160];
    struct temp_dir dir;
    temp_dir_open(&dir);
    assert_true(snprintf(path, sizeof path, "%s/%s", dir.path, name) < (int)sizeof path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    scenario_say_path(r, "init", path, options);
    temp_dir_remove(&dir);
}

static void assert_said(const struct scenario_run *r, const char *text)
{
    if (strstr(r->said, text) == NULL)
        fail_msg("it does not say '%s' but:\n%s", text, r->said);
}

static const char swf[] = "; MaxProcs: 20\n"
                          "1 0 0 3600 4 -1 -1 4 7200 -1 1 1 1 -1 1 -1 -1 -1\n"
                          "2 1800 0 1800 20 -1 -1 20 3600 -1 0 1 1 -1 1 -1 -1 -1\n"
                          "4 86400 -1 -1 2 -1 -1 2 3600 -1 5 2 2 -1 1 -1 -1 -1\n";

static void the_cluster_is_as_large_as_the_header_says(void **state)
{
    (void)state;
    struct scenario_run r;
    init(&r, "log.swf", swf, "");
    assert_int_equal(r.rc, 0);
    static const char *const lines[] = {
        "clustersim: 1\nname: \"log\"\n",
        "speaks of 20 processors. Guessed: each is a GPU",
        "- {name: nodes, machine: Standard_ND96isr_H100_v5, count: 3}",
        "# 2 jobs, 1 left out",
        "/log.swf'\n",
        "as: {processor: gpu, per_task: 1}\n",
    };
    for (size_t i = 0; i < LEN(lines); i++)
        assert_said(&r, lines[i]);
    scenario_run_close(&r);
    init(&r, "a.swf", swf, "--processor cpu");
    assert_int_equal(r.rc, 0);
    assert_said(&r, "count: 1}   # 96 CPUs each\n");
    assert_said(&r, "as: {processor: cpu, per_task: 1}\n");
    scenario_run_close(&r);
}

/* 100 GPU hours in 4 hours: 25 busy, 36 at a load of 70 %, 5 nodes of 8. */
static void without_a_header_the_load_decides(void **state)
{
    (void)state;
    struct scenario_run r;
    init(&r, "jobs.csv", "submit_s,run_h,gpus\n0,10,5\n14400,10,5\n", "");
    assert_int_equal(r.rc, 0);
    assert_said(&r, "36 GPUs, at which the load is 70 % at most");
    assert_said(&r, "count: 5}");
    scenario_run_close(&r);
    init(&r, "jobs.csv", "submit_s,run_h,gpus\n0,1,65\n", "");
    assert_int_equal(r.rc, 0);
    assert_said(&r, "count: 9}");
    scenario_run_close(&r);
}

static void check_accepts_it_and_run_runs_it(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_call_files(&r, "init", (const char *const[]){"log.swf", swf, NULL}, "");
    assert_int_equal(r.rc, 0);
    char command[512];
    assert_true(snprintf(command, sizeof command, "mv %s %s/scenario.yaml", r.out, r.dir.path) <
                (int)sizeof command);
    assert_int_equal(system(command), 0);
    char path[160];
    assert_true(snprintf(path, sizeof path, "%s/scenario.yaml", r.dir.path) < (int)sizeof path);
    struct scenario_run check;
    scenario_say_path(&check, "check", path, "");
    if (check.rc != 0)
        fail_msg("%s", check.said);
    scenario_run_close(&check);
    scenario_call_again(&r, "run", "scenario.yaml", "--quiet --audit --no-plots");
    if (r.rc != 0)
        fail_msg("%s", r.said);
    scenario_run_close(&r);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *options, *says;
    } rows[] = {
        {"a.swf", "", "", "a.swf: error: is empty"},
        {"a.swf", "; no jobs\n", "", "a.swf: error: there is no job in it"},
        {"a.swf", swf, "--machine nd96", "nd96"},
        {"a.swf", swf, "--processor tpu", "error: --processor: 'tpu': expected gpu or cpu"},
        {"slurm.conf", "NodeName=a CPUs=4\n", "", "its first line is none of a log"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct scenario_run r;
        init(&r, rows[i].name, rows[i].text, rows[i].options);
        assert_int_equal(r.rc, 2);
        assert_said(&r, rows[i].says);
        scenario_run_close(&r);
    }
    struct scenario_run r;
    scenario_say_path(&r, "init", "examples/walkthrough.yaml", "");
    assert_int_equal(r.rc, 2);
    assert_said(&r, "is called like a scenario; expected an SWF log or a jobs CSV");
    scenario_run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cluster_is_as_large_as_the_header_says),
        cmocka_unit_test(without_a_header_the_load_decides),
        cmocka_unit_test(check_accepts_it_and_run_runs_it),
        cmocka_unit_test(bad_input_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
