/* utilisation.csv, queues.csv and gpus.csv: laws that hold whatever happens, and small worlds. */
#include "policies/registry.h"
#include "results/registry.h"
#include "tests/results_world.h"
#include "tests/table.h"
#include "tests/temp_dir.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

#define PICO  ((int128)1000000000000) /* table_number counts in 1e-12 */
#define MICRO (PICO / 1000000)

enum { RUNS = 40 };

static struct observer_use use(const char *name)
{
    return (struct observer_use){observer_find(name), NULL};
}

/* --- small worlds, looked at whole --- */

static void a_row_has_the_averages_of_its_step(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 15, .gpus = 8, .tasks = 1},
        {.submit_s = 5, .work_s = 5, .gpus = 4, .tasks = 3},
    };
    const struct observer_use o = use("utilisation");
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->step_s = 7;
    w->pools = 2;
    char *text = results_world_text(w, &o, 1, "utilisation.csv");
    assert_string_equal(
        text,
        "from_s,to_s,pool,gpu,capacity_gpus,allocated_gpus,active_gpus,fragmented_gpus,idle_gpus,"
        "down_gpus,jobs_waiting,jobs_running\n"
        "0,7,pool-0,test,8,8,8,0,0,0,0.285714,1\n"
        "0,7,pool-1,test,8,0,0,0,8,0,0.285714,1\n"
        "7,14,pool-0,test,8,8,8,0,0,0,1,1\n"
        "7,14,pool-1,test,8,0,0,0,8,0,1,1\n"
        "14,20,pool-0,test,8,8,8,0,0,0,0.166667,1\n"
        "14,20,pool-1,test,8,3.333333,3.333333,0,4.666667,0,0.166667,1\n");
    free(text);
    free(w);
}

static void cordoned_nodes_are_down_as_far_as_they_are_free(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {{.submit_s = 0, .work_s = 15, .gpus = 3, .tasks = 1},
                                     {.submit_s = 0, .work_s = 40, .gpus = 1, .tasks = 1}};
    const struct timeline_entry edits[] = {
        {.at_ns = INT64_C(10000000000), .node = 0, .state = NODE_CORDONED},
        {.at_ns = INT64_C(30000000000), .node = 0, .state = NODE_READY},
    };
    const struct observer_use o = use("utilisation");
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->nodes = 1;
    w->step_s = 5;
    w->timeline = edits, w->timeline_len = LEN(edits);
    char *text = results_world_text(w, &o, 1, "utilisation.csv");
    assert_non_null(strstr(text, "\n5,10,pool,test,8,4,4,0,4,0,0,2\n"));
    assert_non_null(strstr(text, "\n10,15,pool,test,8,4,4,0,0,4,0,2\n"));
    assert_non_null(strstr(text, "\n15,20,pool,test,8,1,1,0,0,7,0,1\n"));
    assert_non_null(strstr(text, "\n30,35,pool,test,8,1,1,0,7,0,0,1\n"));
    free(text);
    free(w);
}

static void queues_are_shown_at_the_samples(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 15, .gpus = 8, .tasks = 2, .queue = "long"},
        {.submit_s = 5, .work_s = 10, .gpus = 4, .tasks = 3, .queue = "short, very"},
    };
    const struct observer_use o = use("queues");
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->step_s = 10;
    char *text = results_world_text(w, &o, 1, "queues.csv");
    assert_string_equal(
        text,
        "time_s,queue,resource,pending,admitted,running,pending_gpus,running_gpus,mean_pending,"
        "mean_running,arrived,ended,nominal,used,borrowed,lent\n"
        "10,long,,0,,1,0,16,0,1,1,0,,,,\n"
        "10,\"short, very\",,1,,0,12,0,0.5,0,1,0,,,,\n"
        "20,long,,0,,0,0,0,0,0.5,1,1,,,,\n"
        "20,\"short, very\",,0,,1,0,12,0.5,0.5,1,0,,,,\n"
        "25,long,,0,,0,0,0,0,0,1,1,,,,\n"
        "25,\"short, very\",,0,,0,0,0,0,1,1,1,,,,\n");
    free(text);
    free(w);
}

/* A policy with a quota to show, which does as fifo does. */
static bool quota_at(void *state, size_t i, struct queue_view *out)
{
    (void)state;
    static const char *const names[] = {"team-a-cq", "team-b-cq"};
    if (i >= LEN(names))
        return false;
    *out = (struct queue_view){.name = names[i],
                               .resource = RESOURCE_GPU,
                               .nominal = 8,
                               .used = i == 0 ? 12 : 4,
                               .borrowed = i == 0 ? 4 : 0,
                               .lent = i == 0 ? 0 : 4,
                               .pending = 3,
                               .admitted = 2};
    return true;
}

static void quotas_of_policies_have_rows_of_their_own(void **state)
{
    (void)state;
    struct policy_ops quota = *policy_find("fifo");
    quota.queue_at = quota_at;
    const struct policy_use p = {.ops = &quota};
    const struct world_job jobs[] = {{.submit_s = 0, .work_s = 15, .gpus = 8, .tasks = 2}};
    const struct observer_use o = use("queues");
    struct world *w = results_world_new(&p, jobs, LEN(jobs));
    char *text = results_world_text(w, &o, 1, "queues.csv");
    const char *rows = strchr(text, '\n');
    assert_string_equal(rows, "\n0,team-a-cq,nvidia.com/gpu,3,2,,,,,,,,8,12,4,0\n"
                              "0,team-b-cq,nvidia.com/gpu,3,2,,,,,,,,8,4,0,4\n"
                              "15,,,0,,0,0,0,0,1,1,1,,,,\n"
                              "15,team-a-cq,nvidia.com/gpu,3,2,,,,,,,,8,12,4,0\n"
                              "15,team-b-cq,nvidia.com/gpu,3,2,,,,,,,,8,4,0,4\n");
    free(text);
    free(w);
}

static void gpus_are_shown_when_something_happened_to_them(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 15, .gpus = 1, .tasks = 1},
        {.submit_s = 12, .work_s = 15, .gpus = 2, .tasks = 1},
    };
    const struct observer_use o = use("gpus");
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->nodes = 1;
    w->gpus_per_node = 3;
    w->step_s = 10;
    char *text = results_world_text(w, &o, 1, "gpus.csv");
    /* The sample after a change shows what it has led to, be it only an average. */
    assert_string_equal(text,
                        "time_s,node,gpu,model,state,node_state,tasks,task_names,held_s,"
                        "gpu_i_profile,gpu_i_id,gpu_util_percent,gr_engine_active,fb_used_mib,"
                        "fb_free_mib,power_w,active_gpu_s\n"
                        "0,n0,0,test,idle,ready,0,,0,,,0,0,0,,,0\n"
                        "0,n0,1,test,idle,ready,0,,0,,,0,0,0,,,0\n"
                        "0,n0,2,test,idle,ready,0,,0,,,0,0,0,,,0\n"
                        "10,n0,0,test,allocated,ready,1,job-0-0,10,,,100,1,,,,10\n"
                        "20,n0,0,test,idle,ready,0,,15,,,50,0.5,0,,,15\n"
                        "20,n0,1,test,allocated,ready,1,job-1-0,8,,,80,0.8,,,,8\n"
                        "20,n0,2,test,allocated,ready,1,job-1-0,8,,,80,0.8,,,,8\n"
                        "27,n0,0,test,idle,ready,0,,15,,,0,0,0,,,15\n"
                        "27,n0,1,test,idle,ready,0,,15,,,100,1,0,,,15\n"
                        "27,n0,2,test,idle,ready,0,,15,,,100,1,0,,,15\n");
    free(text);
    free(w);
}

static void all_who_share_a_gpu_are_named(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 1, .tasks = 1},
        {.submit_s = 5, .work_s = 10, .gpus = 1, .tasks = 1},
    };
    const struct observer_use o = use("gpus");
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->nodes = 1;
    w->gpus_per_node = 1;
    w->replicas = 2;
    w->step_s = 6;
    char *text = results_world_text(w, &o, 1, "gpus.csv");
    assert_non_null(strstr(text, "\n6,n0,0,test,allocated,ready,2,job-0-0;job-1-0,6,,,"));
    assert_non_null(strstr(text, "\n18,n0,0,test,allocated,ready,1,job-1-0,18,,,"));
    assert_non_null(strstr(text, "\n20,n0,0,test,idle,ready,0,,20,,,"));
    free(text);
    free(w);
}

/* --- random worlds --- */

/* Sums over the rows of utilisation.csv, in 1e-12 GPU-seconds or job-seconds. */
struct areas {
    int128 allocated, active, down, waiting, running;
    int128 rounding; /* how far they may be off */
};

static struct areas check_utilisation(const struct table *t, size_t pools)
{
    struct areas sum = {0};
    int128 at = 0;
    for (size_t row = 0; row < t->rows; row++) {
        const int128 from = table_number(t, row, "from_s");
        const int128 lasted = table_number(t, row, "to_s") - from;
        const int128 allocated = table_number(t, row, "allocated_gpus");
        const int128 active = table_number(t, row, "active_gpus");
        const int128 down = table_number(t, row, "down_gpus");
        const int128 idle = table_number(t, row, "idle_gpus");
        assert_true(from == at && lasted > 0);
        assert_true(allocated + table_number(t, row, "fragmented_gpus") + idle + down ==
                    table_number(t, row, "capacity_gpus"));
        assert_true(allocated >= 0 && idle >= 0 && down >= 0 && active >= 0);
        assert_true(active <= allocated + MICRO);
        sum.allocated += allocated * lasted / PICO;
        sum.active += active * lasted / PICO;
        sum.down += down * lasted / PICO;
        sum.rounding += MICRO * lasted / PICO;
        if (row % pools == 0) {
            sum.waiting += table_number(t, row, "jobs_waiting") * lasted / PICO;
            sum.running += table_number(t, row, "jobs_running") * lasted / PICO;
        }
        if (row % pools == pools - 1)
            at += lasted;
    }
    return sum;
}

static int128 column_sum(const struct table *t, const char *column)
{
    int128 sum = 0;
    for (size_t row = 0; row < t->rows; row++)
        sum += table_number(t, row, column);
    return sum;
}

static void assert_near(int128 a, int128 b, int128 most)
{
    assert_true(a - b <= most && b - a <= most);
}

/* Jobs' own times, summed, are what the levels say. */
static void compare_with_jobs(const struct areas *a, const struct table *jobs)
{
    assert_near(a->waiting, column_sum(jobs, "wait_s"), a->rounding);
    assert_near(a->running, column_sum(jobs, "run_s"), a->rounding);
    assert_near(a->allocated, column_sum(jobs, "gpu_hours") * 3600,
                a->rounding + 3600 * MICRO * (int128)jobs->rows);
}

/* The last row of each GPU has its total. */
static void compare_with_gpus(const struct areas *a, const struct table *gpus, size_t len)
{
    int128 held = 0;
    assert_true(gpus->rows >= 2 * len);
    const char *end = table_text(gpus, gpus->rows - 1, "time_s");
    size_t last = 0;
    for (size_t row = 0; row < gpus->rows; row++)
        if (strcmp(table_text(gpus, row, "time_s"), end) == 0) {
            held += table_number(gpus, row, "held_s");
            last++;
        }
    assert_int_equal(last, len);
    assert_near(a->allocated, held, a->rounding);
}

static void compare_with_queues(const struct areas *a, const struct table *queues, int64_t step_s)
{
    int128 waiting = 0, at = 0;
    int64_t arrived = 0, ended = 0;
    for (size_t row = 0; row < queues->rows; row++) {
        const int128 time = table_number(queues, row, "time_s");
        if (time != at) {
            at = time;
            arrived = ended = 0;
        }
        if (table_text(queues, row, "mean_pending")[0] != '\0')
            waiting += table_number(queues, row, "mean_pending") *
                       (time % (step_s * PICO) == 0 ? step_s * PICO : time % (step_s * PICO)) /
                       PICO;
        arrived += (int64_t)(table_number(queues, row, "arrived") / PICO);
        ended += (int64_t)(table_number(queues, row, "ended") / PICO);
    }
    assert_near(a->waiting, waiting, 4 * a->rounding);
    assert_int_equal(arrived, CHAOS_JOBS);
    assert_true(ended <= arrived);
}

static void check_world(uint64_t run)
{
    struct world_job jobs[CHAOS_JOBS];
    struct world *w = results_world_chaos(run, jobs);
    const struct observer_use all[] = {use("jobs"), use("utilisation"), use("queues"), use("gpus")};
    struct temp_dir dir;
    temp_dir_open(&dir);
    w->observers = all, w->observers_len = LEN(all), w->out_dir = dir.path;
    if (w->until_s != 0)
        w->until_s = 4 * CHAOS_MOST_UNTIL_S; /* all jobs have arrived */
    world_run(w);
    assert_int_equal(w->counts.jobs_arrived, CHAOS_JOBS);
    struct table *utilisation = table_read_in(dir.path, "utilisation.csv");
    struct table *rows = table_read_in(dir.path, "jobs.csv");
    struct table *queues = table_read_in(dir.path, "queues.csv");
    struct table *gpus = table_read_in(dir.path, "gpus.csv");
    const struct areas a = check_utilisation(utilisation, w->pools == 0 ? 1 : w->pools);
    assert_true(table_number(utilisation, utilisation->rows - 1, "to_s") / PICO ==
                w->end_s - w->start_s);
    compare_with_jobs(&a, rows);
    compare_with_gpus(&a, gpus, 24);
    compare_with_queues(&a, queues, w->step_s);
    table_free(utilisation);
    table_free(rows);
    table_free(queues);
    table_free(gpus);
    temp_dir_remove(&dir);
    free(w);
}

static void capacity_is_divided_exactly_whatever_happens(void **state)
{
    (void)state;
    for (uint64_t run = 0; run < RUNS; run++)
        check_world(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_has_the_averages_of_its_step),
        cmocka_unit_test(cordoned_nodes_are_down_as_far_as_they_are_free),
        cmocka_unit_test(queues_are_shown_at_the_samples),
        cmocka_unit_test(quotas_of_policies_have_rows_of_their_own),
        cmocka_unit_test(gpus_are_shown_when_something_happened_to_them),
        cmocka_unit_test(all_who_share_a_gpu_are_named),
        cmocka_unit_test(capacity_is_divided_exactly_whatever_happens),
    };
    return cmocka_run_group_tests_name("utilisation_csv", tests, NULL, NULL);
}
