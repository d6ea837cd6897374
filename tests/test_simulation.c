#include "models/kubernetes/controller.h"
#include "models/simulation.h"
#include "policies/registry.h"
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/unit.h"
#include "tests/world.h"

#include <stdlib.h>
#include <string.h>

static struct policy_use fifo(void)
{
    return (struct policy_use){.ops = policy_find("fifo")};
}

static struct world *new_world(void)
{
    struct world *w = calloc(1, sizeof *w);
    w->nodes = 1;
    w->gpus_per_node = 8;
    return w;
}

static void expect_times(const struct world *w, const int64_t (*want)[2])
{
    for (size_t i = 0; i < w->jobs_len; i++) {
        assert_int_equal(w->results[i].start_s, want[i][0]);
        assert_int_equal(w->results[i].end_s, want[i][1]);
    }
}

static void a_job_waits_for_room_and_the_next_behind_it(void **state)
{
    (void)state;
    struct world *w = new_world();
    const struct policy_use p = fifo();
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 4, .tasks = 1},
        {.submit_s = 10, .work_s = 50, .gpus = 8, .tasks = 1},
        {.submit_s = 20, .work_s = 10, .gpus = 1, .tasks = 1},
    };
    w->policies = &p, w->policies_len = 1, w->jobs = jobs, w->jobs_len = LEN(jobs);
    world_run(w);
    expect_times(w, (const int64_t[][2]){{0, 100}, {100, 150}, {150, 160}});
    assert_int_equal(w->end, SIMULATION_DRAINED);
    assert_int_equal(w->end_s, 160);
    assert_int_equal(w->counts.verbs_refused, 0);
    assert_true(w->allocated_milli_ns == (int128)(4 * 100 + 8 * 50 + 10) * 1000 * 1000000000);
    assert_true(w->in_system_ns == w->sojourn_ns); /* Little's law, exactly */
    free(w);
}

static void a_gang_takes_whole_nodes_and_lowest_gpus_first(void **state)
{
    (void)state;
    struct world *w = new_world();
    const struct policy_use p = fifo();
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 3, .tasks = 1},
        {.submit_s = 1, .work_s = 10, .gpus = 8, .tasks = 1},
        {.submit_s = 2, .work_s = 10, .gpus = 2, .tasks = 1},
    };
    w->nodes = 2;
    w->policies = &p, w->policies_len = 1, w->jobs = jobs, w->jobs_len = LEN(jobs);
    world_run(w);
    assert_int_equal(w->results[0].gpu_mask, 0x07);
    assert_int_equal(w->results[1].first_node, 1);
    assert_int_equal(w->results[1].gpu_mask, 0xff);
    assert_int_equal(w->results[2].first_node, 0);
    assert_int_equal(w->results[2].gpu_mask, 0x18);
    free(w);
}

static void ends_come_before_arrivals_of_the_same_instant(void **state)
{
    (void)state;
    struct world *w = new_world();
    const struct policy_use p = fifo();
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 8, .tasks = 1},
        {.submit_s = 10, .work_s = 10, .gpus = 8, .tasks = 1, .patience_s = -1},
        {.submit_s = 15, .work_s = 10, .gpus = 1, .tasks = 1, .patience_s = -1},
        {.submit_s = 15, .work_s = 10, .gpus = 1, .tasks = 1, .patience_s = 4},
        {.submit_s = 15, .work_s = 10, .gpus = 1, .tasks = 1, .patience_s = 6},
    };
    w->policies = &p, w->policies_len = 1, w->jobs = jobs, w->jobs_len = LEN(jobs);
    world_run(w);
    expect_times(w, (const int64_t[][2]){{0, 10}, {10, 20}, {-1, 15}, {-1, 19}, {20, 30}});
    assert_int_equal(w->results[2].cause, END_LOST);
    assert_int_equal(w->results[3].wait_s, 4);
    free(w);
}

static void a_startup_delay_is_no_wait(void **state)
{
    (void)state;
    struct world *w = new_world();
    const struct policy_use p = fifo();
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 8, .tasks = 1},
        {.submit_s = 0, .work_s = 10, .gpus = 8, .tasks = 1},
    };
    w->startup_s = 5;
    w->policies = &p, w->policies_len = 1, w->jobs = jobs, w->jobs_len = LEN(jobs);
    world_run(w);
    expect_times(w, (const int64_t[][2]){{5, 15}, {20, 30}});
    assert_int_equal(w->results[1].wait_s, 15);
    free(w);
}

static void two_on_a_shared_gpu_take_twice_as_long(void **state)
{
    (void)state;
    struct world *w = new_world();
    const struct policy_use p = fifo();
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 1, .tasks = 1},
        {.submit_s = 50, .work_s = 100, .gpus = 1, .tasks = 1},
        {.submit_s = 60, .work_s = 10, .gpus = 1, .tasks = 1},
    };
    w->gpus_per_node = 1;
    w->replicas = 2;
    w->policies = &p, w->policies_len = 1, w->jobs = jobs, w->jobs_len = LEN(jobs);
    world_run(w);
    /* Alone until 50, then at half speed: the first ends at 150; the third takes its place. The
     * second has 50 left then, and both go on at half speed: the third ends at 170, the second has
     * 40 left and ends at 210. */
    expect_times(w, (const int64_t[][2]){{0, 150}, {50, 210}, {150, 170}});
    free(w);
}

static void the_run_ends_at_its_time_with_jobs_open(void **state)
{
    (void)state;
    struct world *w = new_world();
    const struct policy_use p = fifo();
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = INT64_MAX, .gpus = 8, .tasks = 1},
        {.submit_s = 10, .work_s = 10, .gpus = 8, .tasks = 1},
    };
    w->until_s = 100;
    w->policies = &p, w->policies_len = 1, w->jobs = jobs, w->jobs_len = LEN(jobs);
    world_run(w);
    assert_int_equal(w->end, SIMULATION_UNTIL);
    assert_int_equal(w->end_s, 100);
    assert_int_equal(w->results[0].cause, END_OPEN);
    assert_int_equal(w->results[1].wait_s, 90);
    assert_true(w->held_milli_ns == w->allocated_milli_ns); /* of the open ones, too */
    free(w);
}

static void jobs_that_wait_for_nothing_are_called_stuck(void **state)
{
    (void)state;
    struct world *w = new_world();
    const struct policy_use p = fifo();
    const struct world_job jobs[] = {{.submit_s = 3, .work_s = 10, .gpus = 9, .tasks = 1}};
    w->policies = &p, w->policies_len = 1, w->jobs = jobs, w->jobs_len = LEN(jobs);
    world_run(w);
    assert_int_equal(w->end, SIMULATION_STUCK);
    assert_int_equal(w->end_s, 3);
    free(w);
}

static void a_broken_node_sends_its_jobs_back_to_the_queue(void **state)
{
    (void)state;
    struct world *w = new_world();
    const struct policy_use p = fifo();
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 1},
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 1},
    };
    const struct timeline_entry timeline[] = {
        {.at_ns = 30 * INT64_C(1000000000), .node = 0, .state = NODE_DOWN},
        {.at_ns = 200 * INT64_C(1000000000), .node = 0, .state = NODE_READY},
    };
    w->nodes = 2;
    w->timeline = timeline, w->timeline_len = LEN(timeline);
    w->policies = &p, w->policies_len = 1, w->jobs = jobs, w->jobs_len = LEN(jobs);
    world_run(w);
    expect_times(w, (const int64_t[][2]){{100, 200}, {0, 100}});
    assert_int_equal(w->results[0].wait_s, 70);
    free(w);
}

static void an_edit_that_no_policy_knows_is_refused(void **state)
{
    (void)state;
    static const char text[] = "[{at: 9s, node: n0, state: down}]";
    struct messages messages;
    messages_open(&messages);
    struct yaml_file *file = yaml_parse("t.yaml", text, strlen(text), &messages.diag);
    const struct timeline_entry edit = {.at_ns = 9, .edit = yaml_doc(file, 0)->items[0]};
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    struct world w = {.nodes = 1,
                      .gpus_per_node = 1,
                      .policies = &fifo,
                      .policies_len = 1,
                      .timeline = &edit,
                      .timeline_len = 1,
                      .diag_out = messages.diag.out,
                      .expect_open_fails = true};
    world_run(&w);
    assert_non_null(strstr(messages_text(&messages),
                           "t.yaml:1:2: error: timeline: no policy of this run knows"));
    yaml_close(file);
    messages_close(&messages);
}

/* Binds the job and stops it again, within one instant. */
static enum verdict change_mind(void *state, struct acts *a)
{
    const uint32_t *id = state;
    const struct job *job = acts_job(a, *id);
    if (job == NULL)
        return SETTLED;
    if (job->tasks_live == 0)
        act_bind(a, &(struct bind){.job = *id,
                                   .slots = &(struct slot){.count = 1, .task = TASK_NONE},
                                   .slots_len = 1});
    else
        act_stop(a, &(struct stop){
                        .job = *id, .task = TASK_NONE, .cause = END_PREEMPTED, .requeue = true});
    return AGAIN;
}

static bool open_fickle(void *state, const struct policy_env *env, struct diag *d)
{
    (void)env, (void)d;
    *(uint32_t *)state = JOB_NONE;
    return true;
}

static void note_arrival(void *state, const struct note *n, struct acts *a)
{
    (void)a;
    *(uint32_t *)state = n->job;
}

static void close_fickle(void *state)
{
    (void)state;
}

static void a_job_stopped_and_started_without_end_is_a_livelock(void **state)
{
    (void)state;
    static const struct policy_ops fickle = {.api = POLICY_API,
                                             .name = "fickle",
                                             .roles = ROLE_ADMIT | ROLE_PLACE,
                                             .wants = NOTE_BIT(NOTE_ARRIVED),
                                             .state_bytes = sizeof(uint32_t),
                                             .open = open_fickle,
                                             .notify = note_arrival,
                                             .decide = change_mind,
                                             .close = close_fickle};
    static const struct policy_use use = {.ops = &fickle};
    static const struct world_job jobs[] = {
        {.submit_s = 3, .work_s = 5, .gpus = 1, .tasks = 1, .name = "poor"}};
    struct messages messages;
    messages_open(&messages);
    struct world *w = new_world();
    w->policies = &use, w->policies_len = 1;
    w->jobs = jobs, w->jobs_len = 1;
    w->diag_out = messages.diag.out;
    world_run(w);
    assert_int_equal(w->end, SIMULATION_STALLED);
    assert_int_equal(w->end_s, 3);
    assert_string_equal(messages_text(&messages),
                        "livelock at 3.000000000 s: these jobs are evicted and admitted for ever: "
                        "poor (64 times)\n");
    messages_close(&messages);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_waits_for_room_and_the_next_behind_it),
        cmocka_unit_test(a_gang_takes_whole_nodes_and_lowest_gpus_first),
        cmocka_unit_test(ends_come_before_arrivals_of_the_same_instant),
        cmocka_unit_test(a_startup_delay_is_no_wait),
        cmocka_unit_test(two_on_a_shared_gpu_take_twice_as_long),
        cmocka_unit_test(the_run_ends_at_its_time_with_jobs_open),
        cmocka_unit_test(jobs_that_wait_for_nothing_are_called_stuck),
        cmocka_unit_test(an_edit_that_no_policy_knows_is_refused),
        cmocka_unit_test(a_job_stopped_and_started_without_end_is_a_livelock),
        cmocka_unit_test(a_broken_node_sends_its_jobs_back_to_the_queue),
    };
    return cmocka_run_group_tests_name("simulation", tests, NULL, NULL);
}
