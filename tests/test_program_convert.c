/* `clustersim convert` as a user calls it: there and back again, value by value. */
#include "tests/scenario_run.h"
#include "tests/shared_data.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

/* Converts a text that lies in a file of that name; r->said has both outputs. */
static void convert(struct scenario_run *r, const char *name, const char *text, const char *options)
{
    char path[160];
    struct temp_dir dir;
    temp_dir_open(&dir);
    assert_true(snprintf(path, sizeof path, "%s/%s", dir.path, name) < (int)sizeof path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    scenario_say_path(r, "convert", path, options);
    temp_dir_remove(&dir);
}

static void assert_said(const struct scenario_run *r, const char *text)
{
    if (strstr(r->said, text) == NULL)
        fail_msg("it does not say '%s' but:\n%s", text, r->said);
}

#define COLUMNS "job,submit,run_s,limit_s,user,tenant,queue,gpus\n"

/* All that both formats can say: numbers, dates, fractions, no limit, a limit below the run time,
 * names with blanks and commas, and names that look like numbers, in whatever order. */
static const char csv[] = COLUMNS "7,2024-01-01T00:00:00Z,3600,7200,ann,team a,batch,4\n"
                                  "8,2024-01-01T00:30:00.5Z,1800.25,,u1,g3,q9,1\n"
                                  "9,2024-01-01T02:00:00Z,60,30,\"b,en\",,,8\n"
                                  "3,2024-01-02T02:00:00Z,60,30,,,q1,1024\n";

static const char swf[] = "; Version: 2.2\n"
                          "; Conversion: clustersim convert\n"
                          "; UnixStartTime: 1704067200\n"
                          "; TimeZoneString: UTC\n"
                          "; User: 1 ann\n"
                          "; Group: 1 team a\n"
                          "; Queue: 1 batch\n"
                          "7 0 -1 3600 4 -1 -1 4 7200 -1 -1 1 1 -1 1 -1 -1 -1\n"
                          "; User: 2 u1\n"
                          "8 1800.5 -1 1800.25 1 -1 -1 1 -1 -1 -1 2 3 -1 9 -1 -1 -1\n"
                          "; User: 3 b,en\n"
                          "9 7200 -1 60 8 -1 -1 8 30 -1 -1 3 -1 -1 -1 -1 -1 -1\n"
                          "; Queue: 2 q1\n"
                          "3 93600 -1 60 1024 -1 -1 1024 30 -1 -1 -1 -1 -1 2 -1 -1 -1\n";

static void a_table_becomes_a_log_and_is_the_same_table_again(void **state)
{
    (void)state;
    struct scenario_run r;
    convert(&r, "jobs.csv", csv, "--to swf --quiet");
    assert_int_equal(r.rc, 0);
    assert_string_equal(r.said, swf);
    scenario_run_close(&r);
    convert(&r, "log.swf", swf, "--to csv --quiet");
    assert_int_equal(r.rc, 0);
    assert_string_equal(r.said, csv);
    scenario_run_close(&r);
}

static void processors_may_be_cpus(void **state)
{
    (void)state;
    struct scenario_run r;
    convert(&r, "log.swf", "5 60 0 10 4 -1 -1 4 20 -1 1 1 1 -1 1 -1 -1 -1\n",
            "--to csv --processor cpu --quiet");
    assert_int_equal(r.rc, 0);
    assert_string_equal(r.said, "job,submit_s,run_s,limit_s,user,tenant,queue,tasks,cpus\n"
                                "5,60,10,20,u1,g1,q1,4,1\n");
    scenario_run_close(&r);
    convert(&r, "jobs.csv", "submit_s,run_s,tasks,cpus,gpus\n60,10,2,1.5,0\n0,9,1,1,\n",
            "--to swf --processor cpu");
    assert_int_equal(r.rc, 0);
    assert_said(&r, "2 0 -1 9 1 -1 -1 1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1\n"
                    "1 60 -1 10 3 -1 -1 3 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1\n");
    scenario_run_close(&r);
}

static void what_is_repaired_left_out_or_lost_is_counted(void **state)
{
    (void)state;
    static const char dirty[] = "submit_s,run_s,gpus,cpus,priority,kind\n"
                                "0,10,2,8,5,batch\n"
                                "1,x,2,8,5,batch\n"
                                "2,,1,8,0,service\n"
                                "3,10,0,8,0,batch\n";
    struct scenario_run r;
    convert(&r, "jobs.csv", dirty, "--to swf");
    assert_int_equal(r.rc, 0);
    static const char *const lines[] = {
        "jobs.csv: 1 job written\n",
        "  a value that means nothing: row left out (--strict says which): 1, first in line 3\n",
        "  without end: job left out: 1\n",
        "  no processor in it: job left out (--processor cpu counts CPUs): 1\n",
        "  other resources: not written: 1\n",
        "  priority: not written: 1\n",
    };
    for (size_t i = 0; i < LEN(lines); i++)
        assert_said(&r, lines[i]);
    scenario_run_close(&r);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *options, *says;
    } rows[] = {
        {csv, "", "error: --to swf|csv says which format is wanted"},
        {csv, "--to xls", "error: --to: 'xls': expected swf or csv"},
        {csv, "--to swf --processor tpu", "error: --processor: 'tpu': expected gpu or cpu"},
        {"", "--to swf", "jobs.csv: error: is empty"},
        {"submit_s,run_s,gpus\n", "--to swf", "jobs.csv: error: there is no job to write"},
        {"submit_s,run_s,gpus\nx,1,1\n", "--to swf --strict", "jobs.csv:2:1: error: submit_s: 'x'"},
        {"submit_s,run_s,gpus,priority\n0,1,1,3\n", "--to swf --strict",
         "error: --to: 'swf': has no word for: priority: not written (1 times)"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct scenario_run r;
        convert(&r, "jobs.csv", rows[i].text, rows[i].options);
        assert_int_equal(r.rc, 2);
        assert_said(&r, rows[i].says);
        scenario_run_close(&r);
    }
}

/* The first 2,000 jobs of a scenario and of a real log: the second table is the first one. */
static void real_logs_come_back_as_they_were(void **state)
{
    (void)state;
    static const char *const logs[] = {"KTH-SP2-predictsim.swf.gz", "UniLu-Gaia-2014-1.swf.gz",
                                       "LLNL-Atlas-2006-2.1-cln.swf.gz"};
    const char *shared = shared_data_dir();
    size_t ran = 0;
    for (size_t i = 0; shared != NULL && i < LEN(logs); i++) {
        char path[256];
        assert_true(snprintf(path, sizeof path, "%s/traces/swf/%s", shared, logs[i]) <
                    (int)sizeof path);
        FILE *f = fopen(path, "r");
        if (f == NULL)
            continue;
        fclose(f);
        struct scenario_run first, log, again;
        scenario_say_path(&first, "convert", path, "--to csv --quiet --jobs 2000");
        convert(&log, "jobs.csv", first.said, "--to swf --quiet");
        convert(&again, "log.swf", log.said, "--to csv --quiet");
        assert_int_equal(first.rc + log.rc + again.rc, 0);
        assert_string_equal(again.said, first.said);
        scenario_run_close(&first);
        scenario_run_close(&log);
        scenario_run_close(&again);
        ran++;
    }
    printf("real logs: %zu of %zu\n", ran, LEN(logs));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_becomes_a_log_and_is_the_same_table_again),
        cmocka_unit_test(processors_may_be_cpus),
        cmocka_unit_test(what_is_repaired_left_out_or_lost_is_counted),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(real_logs_come_back_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
