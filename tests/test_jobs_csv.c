/* jobs.csv of worlds in which everything happens, against what was seen otherwise. */
#include "policies/registry.h"
#include "results/out_table.h"
#include "results/registry.h"
#include "tests/messages.h"
#include "tests/results_world.h"
#include "tests/table.h"
#include "tests/temp_dir.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PICO INT64_C(1000000000000) /* table_number counts in 1e-12 */

enum { RUNS = 40, PLACE = 512 };

/* --- small worlds, looked at whole --- */

static void run_with_jobs(struct world *w, const char *dir)
{
    const struct observer_use jobs = {observer_find("jobs"), NULL};
    w->observers = &jobs;
    w->observers_len = 1;
    w->out_dir = dir;
    world_run(w);
    w->observers = NULL;
    w->observers_len = 0;
}

static char *jobs_text(struct world *w)
{
    const struct observer_use jobs = {observer_find("jobs"), NULL};
    return results_world_text(w, &jobs, 1, "jobs.csv");
}

static const char header[] =
    "job,name,tenant,user,queue,kind,priority,tasks,gpus,submit_s,admit_s,start_s,end_s,wait_s,"
    "wait_unexplained_s,wait_behind_others_s,wait_resources_s,wait_no_node_s,startup_s,run_s,"
    "suspended_s,ending_s,"
    "bounded_slowdown,state,cause,preemptions,restarts,speed,gpu_hours,cost_usd,placement\n";

static void a_row_tells_everything_about_a_job(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 3600, .gpus = 8, .tasks = 2, .tenant = "team-a", .queue = "lq"},
        {.submit_s = 5, .work_s = 4, .gpus = 3, .tasks = 1, .user = "ann, \"the\" one"},
        {.submit_s = 7, .work_s = 20, .gpus = 1, .tasks = 3, .priority = -5, .name = "x\ny"},
        {.submit_s = 9, .work_s = 20, .gpus = 1, .tasks = 1, .patience_s = 5},
    };
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->start_s = 1000000;
    w->startup_s = 2;
    char *text = jobs_text(w);
    char want[4096];
    snprintf(
        want, sizeof want, "%s%s", header,
        "4,job-3,,,,batch,0,1,1,9,,,14,5,0,5,0,0,0,0,0,0,,ended,lost,0,0,,0,0,\n"
        "1,job-0,team-a,,lq,batch,0,2,16,0,2,2,3602,0,0,0,0,0,2,3600,0,0,1.000555556,ended,done,"
        "0,0,1,16.008889,196.749244,n0:0-7;n1:0-7\n"
        "2,job-1,,\"ann, \"\"the\"\" one\",,batch,0,1,3,5,3604,3604,3608,3597,0,0,3597,0,2,4,0,"
        "0,360.3,ended,done,0,0,1,0.005,0.06145,n0:0-2\n"
        "3,\"x\ny\",,,,batch,-5,3,3,7,3604,3604,3624,3595,0,3595,0,0,2,20,0,0,180.85,ended,done,"
        "0,0,1,0.018333,0.225317,n0:3-5\n");
    assert_string_equal(text, want);
    free(text);
    free(w);
}

static void jobs_open_at_the_end_come_last_in_their_order(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = INT64_MAX, .gpus = 8, .tasks = 1},
        {.submit_s = 0, .work_s = 10, .gpus = 8, .tasks = 1},
        {.submit_s = 50, .work_s = 100, .gpus = 16, .tasks = 1},
        {.submit_s = 60, .work_s = 1, .gpus = 1, .tasks = 1},
    };
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->until_s = 90;
    char *text = jobs_text(w);
    char want[4096];
    snprintf(
        want, sizeof want, "%s%s", header,
        "2,job-1,,,,batch,0,1,8,0,0,0,10,0,0,0,0,0,0,10,0,0,1,ended,done,0,0,1,0.022222,"
        "0.273111,n1:0-7\n"
        "1,job-0,,,,batch,0,1,8,0,0,0,,0,0,0,0,0,0,90,0,0,,running,open,0,0,,0.2,2.458,n0:0-7\n"
        "3,job-2,,,,batch,0,1,16,50,,,,40,0,0,40,0,0,0,0,0,,queued,open,0,0,,0,0,\n"
        "4,job-3,,,,batch,0,1,1,60,,,,30,0,30,0,0,0,0,0,0,,queued,open,0,0,,0,0,\n");
    assert_string_equal(text, want);
    free(text);
    free(w);
}

static void devices_without_numbers_are_counted(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {{.submit_s = 0, .work_s = 1, .gpus = 3, .tasks = 3}};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->is_loose = true;
    char *text = jobs_text(w);
    assert_non_null(strstr(text, ",n0*6;n1*3\n"));
    free(text);
    free(w);
}

static void a_node_may_have_64_gpus(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 1, .gpus = 64, .tasks = 1},
        {.submit_s = 0, .work_s = 2, .gpus = 62, .tasks = 1},
        {.submit_s = 0, .work_s = 3, .gpus = 2, .tasks = 1},
    };
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->gpus_per_node = 64;
    char *text = jobs_text(w);
    assert_non_null(strstr(text, ",n0:0-63\n"));
    assert_non_null(strstr(text, ",n1:0-61\n"));
    assert_non_null(strstr(text, ",n1:62-63\n"));
    free(text);
    free(w);
}

static void replicas_are_shown_as_their_gpus(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {{.submit_s = 0, .work_s = 1, .gpus = 1, .tasks = 18}};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->replicas = 2;
    char *text = jobs_text(w);
    assert_non_null(strstr(text, ",n0:0-7;n1:0\n"));
    free(text);
    free(w);
}

static void long_texts_and_placements_are_whole(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    char name[3001], part[16];
    for (int i = 0; i < 3000; i++)
        name[i] = i % 7 == 0 ? '"' : 'a';
    name[3000] = '\0';
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 1, .gpus = 8, .tasks = 600, .name = name, .tenant = name},
        {.submit_s = 0, .work_s = 1, .gpus = 8, .tasks = 1},
    };
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->nodes = 600;
    struct temp_dir dir;
    temp_dir_open(&dir);
    run_with_jobs(w, dir.path);
    struct table *t = table_read_in(dir.path, "jobs.csv");
    assert_int_equal(t->rows, 2);
    assert_string_equal(table_text(t, 0, "name"), name);
    assert_string_equal(table_text(t, 0, "tenant"), name);
    const char *at = table_text(t, 0, "placement");
    for (int n = 0; n < 600; n++) {
        snprintf(part, sizeof part, "%sn%d:0-7", n == 0 ? "" : ";", n);
        assert_memory_equal(at, part, strlen(part));
        at += strlen(part);
    }
    assert_string_equal(at, "");
    assert_string_equal(table_text(t, 1, "placement"), "n0:0-7");
    table_free(t);
    temp_dir_remove(&dir);
    free(w);
}

/* --- random worlds --- */

/* What another observer saw of each job, by its number. */
struct seen {
    char place[PLACE]; /* at its last start */
    int64_t in_state_ns[JOB_STATES];
    int64_t held_milli_s;
    double slowdown; /* NAN: none */
};

struct witness {
    struct seen *jobs;
    const struct simulation *sim;
};

static bool witness_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    *(struct witness *)state = (struct witness){(struct seen *)(uintptr_t)env->options, env->sim};
    return true;
}

/* Node by node, GPU by GPU. */
static void note_place(const struct witness *w, const struct job *job)
{
    char *out = w->jobs[job->number].place;
    const char *end = out + PLACE;
    *out = '\0';
    for (uint32_t id = job->first_task; id != TASK_NONE; id = simulation_task(w->sim, id)->next) {
        const struct task *t = simulation_task(w->sim, id);
        out +=
            snprintf(out, (size_t)(end - out), "%sn%u", id == job->first_task ? "" : ";", t->node);
        char separator = ':';
        for (int g = 0; g < 8; g++) {
            int to = g;
            while (t->gpu_mask >> to & 1)
                to++;
            if (to == g)
                continue;
            out += snprintf(out, (size_t)(end - out), "%c%d", separator, g);
            if (to > g + 1)
                out += snprintf(out, (size_t)(end - out), "-%d", to - 1);
            separator = '+';
            g = to;
        }
    }
}

static void witness_happened(void *state, const struct sim_event *e)
{
    if (e->kind == SIM_STARTED)
        note_place(state, e->job);
}

static void witness_job_over(void *state, const struct job *job)
{
    const struct witness *w = state;
    struct seen *s = &w->jobs[job->number];
    for (int i = 0; i < JOB_STATES; i++)
        s->in_state_ns[i] = job->in_state_ns[i];
    const double run = (double)job->in_state_ns[JOB_RUNNING] / 1e9;
    s->slowdown = (double)NAN;
    if (job->end_ns != TIME_NEVER && job->first_start_ns != TIME_NEVER)
        s->slowdown = fmax((double)(job->end_ns - job->submit_ns) / 1e9 / fmax(run, 10), 1);
    s->held_milli_s = (int64_t)(job->gpu_milli_ns / 1000000000);
}

static bool witness_close(void *state, struct diag *d)
{
    (void)state;
    (void)d;
    return true;
}

static const struct observer_ops witness = {
    .api = OBSERVER_API,
    .name = "witness",
    .state_bytes = sizeof(struct witness),
    .wants = WANTS_JOBS | WANTS_EVENTS,
    .open = witness_open,
    .job_over = witness_job_over,
    .happened = witness_happened,
    .close = witness_close,
};

static int128 sum_of_waits(const struct table *t, size_t row)
{
    int128 sum = 0;
    for (size_t c = 0; c < t->columns; c++)
        if (strncmp(t->cells[c], "wait_", 5) == 0 && strcmp(t->cells[c], "wait_s") != 0)
            sum += table_parse(t->cells[(row + 1) * t->columns + c]);
    return sum;
}

static void check_row(const struct table *t, size_t row, const struct seen *seen)
{
    static const struct {
        const char *column;
        enum job_state state;
    } times[] = {{"startup_s", JOB_STARTING},
                 {"run_s", JOB_RUNNING},
                 {"suspended_s", JOB_SUSPENDED},
                 {"ending_s", JOB_ENDING}};
    int128 lasted = table_number(t, row, "wait_s");
    assert_true(sum_of_waits(t, row) == lasted);
    assert_true(lasted ==
                (seen->in_state_ns[JOB_QUEUED] + seen->in_state_ns[JOB_ADMITTED]) * (int128)1000);
    for (size_t i = 0; i < LEN(times); i++) {
        lasted += table_number(t, row, times[i].column);
        assert_true(table_number(t, row, times[i].column) ==
                    seen->in_state_ns[times[i].state] * (int128)1000);
    }
    const bool has_ended = table_text(t, row, "end_s")[0] != '\0';
    if (has_ended)
        assert_true(lasted == table_number(t, row, "end_s") - table_number(t, row, "submit_s"));
    assert_string_equal(table_text(t, row, "placement"), seen->place);
    assert_true((table_text(t, row, "bounded_slowdown")[0] == '\0') == (bool)isnan(seen->slowdown));
    if (!isnan(seen->slowdown))
        assert_true(fabs((double)table_number(t, row, "bounded_slowdown") / 1e12 - seen->slowdown) <
                    1e-9);
    const double hours = (double)table_number(t, row, "gpu_hours") / 1e12;
    assert_true(fabs(hours - (double)seen->held_milli_s / 3.6e6) < 1e-6);
    assert_true(fabs((double)table_number(t, row, "cost_usd") / 1e12 - hours * 98.32 / 8) < 2e-5);
}

static void whatever_happens_times_add_up(void **state)
{
    (void)state;
    size_t preempted = 0, open = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        struct world_job jobs[CHAOS_JOBS];
        struct seen seen[CHAOS_JOBS + 1] = {0};
        struct world *w = results_world_chaos(run, jobs);
        const struct observer_use both[] = {{observer_find("jobs"), NULL}, {&witness, seen}};
        struct temp_dir dir;
        temp_dir_open(&dir);
        w->observers = both, w->observers_len = LEN(both), w->out_dir = dir.path;
        world_run(w);
        struct table *t = table_read_in(dir.path, "jobs.csv");
        assert_int_equal(t->rows, w->counts.jobs_arrived);
        for (size_t row = 0; row < t->rows; row++) {
            const size_t job = (size_t)atoi(table_text(t, row, "job"));
            check_row(t, row, &seen[job]);
            preempted += table_number(t, row, "preemptions") > 0;
            open += strcmp(table_text(t, row, "cause"), "open") == 0;
        }
        table_free(t);
        temp_dir_remove(&dir);
        free(w);
    }
    assert_true(preempted > 100 && open > 20); /* the test is about these */
}

/* --- when it cannot be written --- */

static void a_full_disk_is_one_message_and_a_failure(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {{.submit_s = 0, .work_s = 1, .gpus = 3, .tasks = 1}};
    const struct out_options full = {.path = "/dev/full"};
    const struct observer_use use = {observer_find("jobs"), &full};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    struct messages m;
    messages_open(&m);
    w->observers = &use, w->observers_len = 1, w->expect_close_fails = true,
    w->diag_out = m.diag.out;
    world_run(w);
    assert_string_equal(messages_text(&m),
                        "/dev/full: error: cannot be written: No space left on device\n");
    messages_close(&m);
    free(w);
}

static void earlier_results_stay_if_a_run_cannot_begin(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {{.submit_s = 0, .work_s = 1, .gpus = 3, .tasks = 1}};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    struct temp_dir dir;
    temp_dir_open(&dir);
    run_with_jobs(w, dir.path);
    const struct out_options nowhere = {.path = "/no/such/folder/jobs.csv"};
    const struct observer_use both[] = {{observer_find("jobs"), NULL},
                                        {observer_find("jobs"), &nowhere}};
    struct messages m;
    messages_open(&m);
    w->observers = both, w->observers_len = 2, w->expect_open_fails = true,
    w->diag_out = m.diag.out;
    world_run(w);
    assert_string_equal(
        messages_text(&m),
        "/no/such/folder/jobs.csv: error: cannot be written: No such file or directory\n");
    messages_close(&m);
    assert_int_equal(temp_dir_len(dir.path), 1); /* no .part */
    struct table *t = table_read_in(dir.path, "jobs.csv");
    assert_int_equal(t->rows, 1);
    table_free(t);
    temp_dir_remove(&dir);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_tells_everything_about_a_job),
        cmocka_unit_test(jobs_open_at_the_end_come_last_in_their_order),
        cmocka_unit_test(devices_without_numbers_are_counted),
        cmocka_unit_test(a_node_may_have_64_gpus),
        cmocka_unit_test(replicas_are_shown_as_their_gpus),
        cmocka_unit_test(long_texts_and_placements_are_whole),
        cmocka_unit_test(whatever_happens_times_add_up),
        cmocka_unit_test(a_full_disk_is_one_message_and_a_failure),
        cmocka_unit_test(earlier_results_stay_if_a_run_cannot_begin),
    };
    return cmocka_run_group_tests_name("jobs_csv", tests, NULL, NULL);
}
