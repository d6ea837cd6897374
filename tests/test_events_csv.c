/* events.csv and tasks.csv of small worlds, looked at whole. */
#include "models/kubernetes/controller.h"
#include "policies/registry.h"
#include "results/registry.h"
#include "tests/results_world.h"
#include "tests/table.h"
#include "tests/temp_dir.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

static const struct controller two_at_once = {.kind = CONTROLLER_JOB,
                                              .parallelism = 2,
                                              .completions = 3,
                                              .is_indexed = true,
                                              .restarts = RESTART_NEVER,
                                              .backoff_limit = 6,
                                              .deadline_ns = LIMIT_NONE,
                                              .lifetime_ns = LIMIT_NONE};
static const struct controller set_of_three = {.kind = CONTROLLER_STATEFULSET,
                                               .parallelism = 3,
                                               .deadline_ns = LIMIT_NONE,
                                               .lifetime_ns = LIMIT_NONE};

static struct job_extra pods_of(const struct controller *c)
{
    return (struct job_extra){
        .controller = c,
        .namespace_word = INTERN_NONE,
        .priority_class_word = INTERN_NONE,
        .account_word = INTERN_NONE,
        .qos_word = INTERN_NONE,
        .array_task = UINT32_MAX,
    };
}

static void everything_that_happened_is_a_row(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {
        {.submit_s = 1, .work_s = 10, .gpus = 8, .tasks = 2},
        {.submit_s = 2, .work_s = 5, .gpus = 1, .tasks = 1, .patience_s = 3},
    };
    const struct timeline_entry edits[] = {
        {.at_ns = INT64_C(6000000000), .node = 1, .state = NODE_DOWN},
        {.at_ns = INT64_C(8000000000), .node = 1, .state = NODE_READY},
    };
    const struct observer_use o = {observer_find("events"), NULL};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->timeline = edits, w->timeline_len = LEN(edits);
    char *text = results_world_text(w, &o, 1, "events.csv");
    assert_string_equal(text,
                        "time_s,event,job,name,task,node,count,cause,reason,bucket,what,detail\n"
                        "1,arrived,1,job-0,,,,,,,,\n"
                        "1,reason,,,,,,,resources,1,,\n"
                        "1,reason,,,,,,,no_node,2,,\n"
                        "1,reason,1,job-0,,,,,behind_others,3,,\n"
                        "1,bound,1,job-0,job-0-0,n0,1,,,,,\n"
                        "1,bound,1,job-0,job-0-1,n1,1,,,,,\n"
                        "1,started,1,job-0,,,,,,,,\n"
                        "2,arrived,2,job-1,,,,,,,,\n"
                        "2,reason,2,job-1,,,,,behind_others,3,,\n"
                        "2,reason,2,job-1,,,,,resources,1,,\n"
                        "5,ended,2,job-1,,,,lost,,,,\n"
                        "6,stopping,1,job-0,,,,node,,,,\n"
                        "6,released,1,job-0,job-0-0,n0,1,node,,,,\n"
                        "6,released,1,job-0,job-0-1,n1,1,node,,,,\n"
                        "6,requeued,1,job-0,,,,node,,,,\n"
                        "6,reason,1,job-0,,,,,behind_others,3,,\n"
                        "6,node,,,,n1,,,,,down,\n"
                        "6,reason,1,job-0,,,,,resources,1,,\n"
                        "8,node,,,,n1,,,,,ready,\n"
                        "8,bound,1,job-0,job-0-0,n0,1,,,,,\n"
                        "8,bound,1,job-0,job-0-1,n1,1,,,,,\n"
                        "8,started,1,job-0,,,,,,,,\n"
                        "18,released,1,job-0,job-0-0,n0,1,done,,,,\n"
                        "18,released,1,job-0,job-0-1,n1,1,done,,,,\n"
                        "18,ended,1,job-0,,,,done,,,,\n");
    free(text);
    free(w);
}

static void what_policies_tell_is_quoted(void **state)
{
    (void)state;
    size_t told = 0;
    for (uint64_t run = 0; run < 5; run++) {
        struct world_job jobs[CHAOS_JOBS];
        struct world *w = results_world_chaos(run, jobs);
        const struct observer_use o = {observer_find("events"), NULL};
        struct temp_dir dir;
        temp_dir_open(&dir);
        w->observers = &o, w->observers_len = 1, w->out_dir = dir.path;
        world_run(w);
        struct table *t = table_read_in(dir.path, "events.csv");
        int128 now = 0;
        for (size_t row = 0; row < t->rows; row++) {
            assert_true(table_number(t, row, "time_s") >= now);
            now = table_number(t, row, "time_s");
            if (strcmp(table_text(t, row, "what"), "thinking") != 0)
                continue;
            assert_string_equal(table_text(t, row, "event"), "told");
            assert_string_equal(table_text(t, row, "detail"), "about \"chaos\", mostly");
            told++;
        }
        table_free(t);
        temp_dir_remove(&dir);
        free(w);
    }
    assert_true(told > 10);
}

static void pods_have_rows_and_gangs_have_none(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct job_extra job = pods_of(&two_at_once);
    const struct job_extra set = pods_of(&set_of_three);
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 2, .tasks = 2, .extra = &job, .name = "train"},
        {.submit_s = 0, .work_s = 10, .gpus = 1, .tasks = 1, .name = "gang"},
        {.submit_s = 15, .work_s = INT64_MAX, .gpus = 3, .tasks = 3, .extra = &set, .name = "web"},
    };
    const struct observer_use o = {observer_find("tasks"), NULL};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->nodes = 1;
    w->until_s = 60;
    char *text = results_world_text(w, &o, 1, "tasks.csv");
    /* The random part of a Job's pod names is tested where it is made: train-0-abcde. */
    for (char *at = text; (at = strstr(at, "train-")) != NULL; at += strlen("train-0"))
        memmove(at + strlen("train-0"), at + strlen("train-0-abcde"),
                strlen(at + strlen("train-0-abcde")) + 1);
    assert_string_equal(
        text, "job,name,task,node,gpus,instances,made_s,bound_s,start_s,end_s,cause,restarts\n"
              "1,train,train-0,n0,0-1,,0,0,0,10,done,0\n"
              "1,train,train-1,n0,2-3,,0,0,0,10,done,0\n"
              "1,train,train-2,n0,0-1,,10,10,10,20,done,0\n"
              "3,web,web-0,n0,2-4,,15,15,15,,open,0\n"
              "3,web,web-1,n0,5-7,,15,15,15,,open,0\n"
              "3,web,web-2,,,,15,,,,open,0\n");
    free(text);
    free(w);
}

static void pods_that_never_got_a_node_are_there(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct job_extra set = pods_of(&set_of_three);
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 9, .tasks = 3, .extra = &set, .patience_s = 7},
    };
    const struct observer_use o = {observer_find("tasks"), NULL};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    char *text = results_world_text(w, &o, 1, "tasks.csv");
    assert_string_equal(strchr(text, '\n'), "\n1,job-0,job-0-0,,,,0,,,7,lost,0\n"
                                            "1,job-0,job-0-1,,,,0,,,7,lost,0\n"
                                            "1,job-0,job-0-2,,,,0,,,7,lost,0\n");
    free(text);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_happened_is_a_row),
        cmocka_unit_test(what_policies_tell_is_quoted),
        cmocka_unit_test(pods_have_rows_and_gangs_have_none),
        cmocka_unit_test(pods_that_never_got_a_node_are_there),
    };
    return cmocka_run_group_tests_name("events_csv", tests, NULL, NULL);
}
