#include "tests/source_run.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_NS (INT64_C(3600) * 1000000000)

static const struct source_world gpus = {.nodes = 4, .gpus = 8, .cpus = 16};
static const struct source_world strict = {.nodes = 4, .gpus = 8, .cpus = 16, .strict = true};
static const struct source_world late = {.nodes = 4, .gpus = 8, .start_ns = 2000 * HOUR_NS};
static const struct source_world no_nodes = {.nodes = 0};

/* --- rows: options beside the file's name, a table, and what comes of it --- */

static const struct row {
    const char *name;
    const struct source_world *world;
    const char *options;
    const char *table;
    const char *comes;
} rows[] = {
    {"three_columns_are_enough", &gpus, "", "submit_s,run_s,gpus\n0,60,4\n1.5,90,1\n",
     "job-1 at 0s: 1 x 4 nvidia.com/gpu, 60s of ever\n"
     "job-2 at 1.5s: 1 x 1 nvidia.com/gpu, 90s of ever\n"},
    {"columns_come_in_any_order", &gpus, "name: row",
     "gpus,user,run_s,tenant,submit_s,queue\n4,ann,60,physics,7,batch\n",
     "row-1 at 7s: 1 x 4 nvidia.com/gpu, 60s of ever, user ann, tenant physics, queue batch\n"},
    {"everything_at_once", &gpus, "",
     "name,job,submit,run,limit,patience,tasks,gpus_per_task,cpus,memory,user,tenant,queue,"
     "namespace,priority,priority_class,account,qos,kind\n"
     "train-7,70,1h,1h30m,2-00:00:00,1d,3,2,0.5,80GiB,u,t,q,ns,-5,high,acc,normal,interactive\n",
     "train-7 at 1h: 3 x 500 cpu + 85899345920 memory + 2 nvidia.com/gpu, 1h30m of 2d, user u, "
     "tenant t, queue q, priority -5, interactive, namespace ns, class high, account acc, qos "
     "normal\n"},
    {"times_come_in_units", &gpus, "",
     "submit_min,run_h,limit_d,patience_ms,gpus\n1,0.5,1.25,1500,1\n",
     "job-1 at 60s: 1 x 1 nvidia.com/gpu, 30m of 1d6h\n"},
    {"memory_comes_in_units", &gpus, "", "submit_s,run_s,memory_gib\n0,1,1.5\n",
     "job-1 at 0s: 1 x 1610612736 memory, 1s of ever\n"},
    {"duration_is_another_word_for_run", &gpus, "", "submit_s,duration,gpus\n0,5m,1\n",
     "job-1 at 0s: 1 x 1 nvidia.com/gpu, 5m of ever\n"},
    {"any_resource_may_be_asked_for", &gpus, "",
     "submit_s,run_s,resource:nvidia.com/mig-1g.10gb,resource:cpu,resource:memory\n0,1,2,500m,1Gi\n"
     "0,1,,,2Gi\n",
     "job-1 at 0s: 1 x 500 cpu + 1073741824 memory + 2 nvidia.com/mig-1g.10gb, 1s of ever\n"
     "job-2 at 0s: 1 x 2147483648 memory, 1s of ever\n"},

    {"gpus_become_the_fewest_equal_tasks", &gpus, "",
     "submit_s,run_s,gpus,tasks\n0,1,12,\n0,1,13,\n0,1,16,4\n0,1,8,\n0,1,32,2\n",
     "job-1 at 0s: 2 x 6 nvidia.com/gpu, 1s of ever\njob-2 at 0s: 13 x 1 nvidia.com/gpu, 1s of "
     "ever\n"
     "job-3 at 0s: 4 x 4 nvidia.com/gpu, 1s of ever\njob-4 at 0s: 1 x 8 nvidia.com/gpu, 1s of "
     "ever\n"
     "job-5 at 0s: 2 x 16 nvidia.com/gpu, 1s of ever\n"},
    {"without_nodes_a_job_is_one_task", &no_nodes, "", "submit_s,run_s,gpus\n0,1,12\n",
     "job-1 at 0s: 1 x 12 nvidia.com/gpu, 1s of ever\n"},
    {"tasks_that_cannot_share_evenly", &gpus, "", "submit_s,run_s,gpus,tasks\n0,1,10,4\n",
     "job-1 at 0s: 2 x 5 nvidia.com/gpu, 1s of ever\n"
     "1 GPUs that cannot be shared evenly by the tasks: tasks made anew (line 2)\n"},
    {"tasks_may_have_no_gpus", &gpus, "", "submit_s,run_s,gpus,tasks,cpus\n0,1,0,3,2\n",
     "job-1 at 0s: 3 x 2000 cpu, 1s of ever\n"},

    {"names_end_in_their_number", &gpus, "",
     "name,submit_s,run_s,gpus\nkth-12,0,1,1\nkth-012,0,1,1\nkth12,0,1,1\n-5,0,1,1\nkth-0,0,1,1\n"
     "a-1234567890123456789,0,1,1\n,0,1,1\n",
     "kth-12 at 0s: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "kth-012 at 0s: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "kth12 at 0s: 1 x 1 nvidia.com/gpu, 1s of ever\n-5 at 0s: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "kth-0 at 0s: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "a-1234567890123456789 at 0s: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "job-7 at 0s: 1 x 1 nvidia.com/gpu, 1s of ever\n"},
    {"jobs_may_bring_a_number", &gpus, "", "job,submit_s,run_s,gpus\n40,0,1,1\n,0,1,1\n",
     "job-40 at 0s: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "job-2 at 0s: 1 x 1 nvidia.com/gpu, 1s of ever\n"},
    {"services_run_for_ever", &gpus, "",
     "submit_s,run_s,gpus,kind\n0,,1,service\n0,60,1,service\n0,,1,batch\n",
     "job-1 at 0s: 1 x 1 nvidia.com/gpu, ever of ever, service\n"
     "job-2 at 0s: 1 x 1 nvidia.com/gpu, 60s of ever, service\n"
     "-1 no run time, and no service: row left out (line 4)\n"},

    {"times_count_from_the_start", &late, "", "submit_s,run_s,gpus\n60,1,1\n-1,1,1\n",
     "job-1 at 83d8h1m: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "1 submitted before the job above it: put in order (line 3)\n"
     "-1 before the start of the simulation: row left out (line 0)\n"},
    {"dates_are_dates", &late, "",
     "submit,run_s,gpus\n1970-03-25T08:00:00Z,1,1\n1970-03-25T09:00:00+01:00,1,1\n1m,1,1\n"
     "1970-03-25,1,1\n",
     "job-1 at 83d8h: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "job-2 at 83d8h: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "job-3 at 83d8h1m: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "1 submitted before the job above it: put in order (line 5)\n"
     "-1 before the start of the simulation: row left out (line 0)\n"},
    {"or_the_first_job_arrives_at_the_start", &late, "start: now",
     "submit,run_s,gpus\n1999-01-01,1,1\n1999-01-02,1,1\n",
     "job-1 at 83d8h: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "job-2 at 84d8h: 1 x 1 nvidia.com/gpu, 1s of ever\n"},
    {"offset_stretch_work_and_a_number_of_jobs", &gpus,
     "as: {offset: 1h, stretch: 2, work: 0.5, jobs: 2}",
     "submit_s,run_s,limit_s,gpus\n0,10,20,1\n10,,,1\n20,10,,1\n30,1,,1\n",
     "job-1 at 1h: 1 x 1 nvidia.com/gpu, 5s of 10s\n"
     "job-3 at 1h40s: 1 x 1 nvidia.com/gpu, 5s of ever\n"
     "-1 no run time, and no service: row left out (line 3)\n"},
    {"rows_are_put_in_order", &gpus, "order: {jobs: 1}",
     "submit_s,run_s,gpus\n3,1,1\n2,1,1\n1,1,1\n",
     "job-3 at 1s: 1 x 1 nvidia.com/gpu, 1s of ever\njob-2 at 2s: 1 x 1 nvidia.com/gpu, 1s of "
     "ever\n"
     "job-1 at 3s: 1 x 1 nvidia.com/gpu, 1s of ever\n"
     "2 submitted before the job above it: put in order (line 3)\n"},

    {"a_quote_behind_a_blank_is_text", &gpus, "",
     " submit_s , run_s,\"gpus\",user\n \"0\" ,1 , \"2\",\"a, b\"\n",
     "FILE: warning: there is no job in it\n"
     "-1 a value that means nothing: row left out (--strict says which) (line 2)\n"},
    {"quoted_fields_are_read", &gpus, "",
     "submit_s , run_s,\"gpus\",user\n\"0\", 1 ,\" 2\",\"a, \"\"b\"\"\"\n",
     "job-1 at 0s: 1 x 2 nvidia.com/gpu, 1s of ever, user a, \"b\"\n"},
    {"columns_of_the_user_are_not_read", &gpus, "",
     "x_note,submit_s,run_s,gpus,x_\nnonsense,0,1,1,\"\n\"\n",
     "job-1 at 0s: 1 x 1 nvidia.com/gpu, 1s of ever\n"},
    {"the_result_of_a_run_is_a_workload", &gpus, "",
     "job,name,tenant,user,queue,kind,priority,tasks,gpus,submit_s,admit_s,start_s,end_s,wait_s,"
     "wait_unexplained_s,wait_no_quota_s,startup_s,run_s,suspended_s,ending_s,bounded_slowdown,"
     "state,cause,preemptions,restarts,speed,gpu_hours,cost_usd,placement\n"
     "1,kth-1,g1,u1,q1,batch,0,4,4,0,10,10,70,10,10,0,0,60,0,0,1,ended,done,0,0,1,0.1,0,n:0-3\n"
     "2,kth-2,g1,u1,q1,batch,3,1,2,5,,,,10,10,0,0,0,0,0,,queued,open,0,0,,0,0,\n"
     "3,kth-3,g1,u1,q1,batch,0,1,2,5,6,6,,1,0,1,0,30,0,0,,running,open,0,0,,0,0,n:4-5\n",
     "kth-1 at 0s: 4 x 1 nvidia.com/gpu, 60s of ever, user u1, tenant g1, queue q1\n"
     "kth-3 at 5s: 1 x 2 nvidia.com/gpu, 30s of ever, user u1, tenant g1, queue q1\n"
     "-1 never ran in the run it comes from: row left out (line 3)\n"
     "1 not over at the end of the run it comes from: its run time so far taken (line 4)\n"},

    {"dirt_is_counted", &gpus, "",
     "submit_s,run_s,gpus,tasks\n0,1,1,1,1\n0,1,1\nzero,1,1,1\n0,1,1.5,1\n0,1,0,\n,1,1,1\n"
     "0,2147483648,1,1\n0,1,\"1\n0,1,1,1\n",
     "FILE: warning: there is no job in it\n"
     "-1 quotes not as they should be: row left out (line 9)\n"
     "-2 more or fewer fields than columns: row left out (line 2)\n"
     "-2 a value that means nothing: row left out (--strict says which) (line 4)\n"
     "-1 no submit time: row left out (line 7)\n-1 run time above 68 years: row left out (line 8)\n"
     "-1 neither GPUs nor CPUs nor anything else: row left out (line 6)\n"},
    {"strict_refuses_all_dirt_at_once", &strict, "",
     "submit_s,run_s,limit,gpus,tasks,memory,priority,kind,cpus,resource:x.y/z\n"
     "0,1,,1,1,,,,\n"
     "zero,1,,1,1,,,,,\n0,-1,,1,1,,,,,\n0,1,90,1,1,,,,,\n0,1,,1.5,1,,,,,\n0,1,,1,0,,,,,\n"
     "0,1,,1,1,80,,,,\n0,1,,1,1,,3000000000,,,\n0,1,,1,1,,,cron,,\n0,1,,1,1,,,,0.0001,\n"
     "0,1,,1,1,,,,,-1\n0,1,,3,2,,,,,\n0,,,1,1,,,,,\n,1,,1,1,,,,,\n0,1,,0,,,,,,\n\"0\"1,1,,1,1,,,,,"
     "\n"
     "0,1e30,,1,1,,,,,\n5,1,,1,1,,,,,\n4,1,,1,1,,,,,\n",
     "FILE:2: error: row: '0': 9 fields for 10 columns; expected a field for each column\n"
     "FILE:3:1: error: submit_s: 'zero': not a number; expected a number\n"
     "FILE:4:3: error: run_s: '-1': below 0; expected a number\n"
     "FILE:5:5: error: limit: '90': no unit; expected a duration such as 90s or 1.5h\n"
     "FILE:6:6: error: gpus: '1.5': not a whole number; expected a whole number\n"
     "FILE:7:8: error: tasks: '0': no task at all; expected 1 or more\n"
     "FILE:8:10: error: memory: '80': no unit; expected a size such as 80GiB or 500MB\n"
     "FILE:9:11: error: priority: '3000000000': too large; expected a whole number\n"
     "FILE:10:12: error: kind: 'cron': unknown; expected batch, interactive or service\n"
     "FILE:11:13: error: cpus: '0.0001': too fine; expected CPUs such as 4 or 0.5\n"
     "FILE:12:14: error: resource:x.y/z: '-1': below 0; expected a Kubernetes quantity such as "
     "500m, 2 or 80Gi\n"
     "FILE:13:6: error: gpus: '3': not a multiple of the tasks; expected a multiple\n"
     "FILE:14:3: error: run_s: '': empty; expected a time\n"
     "FILE:15:1: error: submit_s: '': empty; expected a time\n"
     "FILE:16:6: error: gpus: '0': no resource at all; expected GPUs, CPUs or another resource\n"
     "FILE:17:1: error: submit_s: '01': there is text between the closing quote and the next "
     "delimiter; expected \"...\"\n"
     "FILE:18:3: error: run_s: '1e30': too large; expected a number\n"
     "FILE:20:1: error: submit_s: '4': before the job above it; expected rows in the order of "
     "submission\n"
     "failed\n"},
    {"strict_takes_a_clean_table", &strict, "", "submit_s,run_s,gpus\n0,60,4\n",
     "job-1 at 0s: 1 x 4 nvidia.com/gpu, 60s of ever\n"},

    {"unknown_columns_are_errors", &gpus, "",
     "submit_sec,run_s,gpu,,user,priority_clas,submit_s\n0,1,1,1,1,1,1\n",
     "FILE:1:1: error: unknown column 'submit_sec'; did you mean 'submit_s'? (x_submit_sec would "
     "not be read)\n"
     "FILE:1:18: error: unknown column 'gpu'; did you mean 'gpus'? (x_gpu would not be read)\n"
     "FILE:1:22: error: a column without a name; expected one such as submit_s or x_note\n"
     "FILE:1:28: error: unknown column 'priority_clas'; did you mean 'priority_class'? "
     "(x_priority_clas would not be read)\n"
     "failed\n"},
    {"columns_that_say_the_same_are_errors", &gpus, "",
     "submit_s,submit,run_s,duration_h,gpus,gpus_per_task,resource:a/b,resource:a/b,x_,x_\n",
     "FILE:1:10: error: column 'submit': 'submit_s' says the same; expected one of them\n"
     "FILE:1:23: error: column 'duration_h': 'run_s' says the same; expected one of them\n"
     "FILE:1:39: error: column 'gpus_per_task': 'gpus' says the same; expected one of them\n"
     "FILE:1:66: error: column 'resource:a/b': 'resource:a/b' says the same; expected one of them\n"
     "failed\n"},
    {"missing_columns_are_errors", &gpus, "", "gpus,user\n",
     "FILE:1: error: there is no column 'submit_s'\nFILE:1: error: there is no column 'run_s'\n"
     "failed\n"},
    {"an_empty_file_is_an_error", &gpus, "", "",
     "FILE: error: is empty; expected a row that names the columns, such as submit_s,run_s,gpus\n"
     "failed\n"},
    {"a_table_without_rows_is_a_warning", &gpus, "", "submit_s,run_s,gpus\n",
     "FILE: warning: there is no job in it\n"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct temp_file f;
    char options[512];
    temp_file_text(&f, row->table);
    snprintf(options, sizeof options, "{csv: %s%s%s}", f.path, row->options[0] == '\0' ? "" : ", ",
             row->options);
    char *comes = source_run_all(row->world, options, f.path);
    assert_string_equal(comes, row->comes);
    free(comes);
    temp_file_remove(&f);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = check_row,
            .initial_state = (void *)&rows[i],
        };
    return cmocka_run_group_tests_name("jobs_csv_source", tests, NULL, NULL);
}
