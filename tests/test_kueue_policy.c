/* The policy `kueue` in a simulation: where the cluster has no nodes, quota alone decides. */
#include "policies/registry.h"
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/unit.h"
#include "tests/world.h"

#include <string.h>

enum { LOW = 100, HIGH = 1000 };

/* Runs the jobs under the policy with these options. */
static void run(struct world *w, const char *options)
{
    struct messages m;
    messages_open(&m);
    struct yaml_file *f =
        yaml_parse("tests/test_kueue_policy.yaml", options, strlen(options), &m.diag);
    const struct policy_use uses[] = {{policy_find("kueue"), yaml_doc(f, 0)},
                                      {policy_find("kube-scheduler"), NULL}};
    assert_non_null(uses[0].ops);
    w->policies = uses;
    w->policies_len = w->nodes == 0 ? 1 : 2;
    w->audit = AUDIT_ALWAYS;
    world_run(w);
    assert_int_equal(w->counts.verbs_refused, 0);
    yaml_close(f);
    messages_close(&m);
}

static const char walkthrough[] = "{objects: [data/kueue/walkthrough], termination: 5s}";

/* Team A's low job is in quota, its high one borrows four; team B's evicts the low one alone. */
static const struct world_job walkthrough_jobs[] = {
    {.submit_s = 0, .work_s = 600, .gpus = 2, .tasks = 1, .priority = LOW, .queue = "a"},
    {.submit_s = 30, .work_s = 600, .gpus = 4, .tasks = 1, .priority = HIGH, .queue = "a"},
    {.submit_s = 60, .work_s = 600, .gpus = 4, .tasks = 1, .priority = HIGH, .queue = "b"},
};

static void the_walkthrough_evicts_the_low_job_and_not_the_high_one(void **state)
{
    (void)state;
    struct world w = {.jobs = walkthrough_jobs, .jobs_len = 3, .until_s = 480};
    run(&w, walkthrough);
    assert_int_equal(w.results[0].preemptions, 1);
    assert_int_equal(w.results[1].preemptions, 0);
    assert_int_equal(w.results[1].start_s, 30);
    assert_int_equal(w.results[2].start_s, 65); /* once the low one has terminated */
    assert_int_equal(w.results[0].wait_s, 480 - 65);
}

static void the_evicted_job_runs_again_when_quota_is_free(void **state)
{
    (void)state;
    struct world w = {.jobs = walkthrough_jobs, .jobs_len = 3};
    run(&w, walkthrough);
    assert_int_equal(w.end, SIMULATION_DRAINED);
    /* The high job ends at 630; the parked one is looked at a second later, and begins anew. */
    assert_int_equal(w.results[0].start_s, 631);
    assert_int_equal(w.results[0].end_s, 1231);
}

static void a_job_for_a_queue_that_is_not_there_waits_for_ever(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 10, .gpus = 1, .tasks = 1, .queue = "nowhere"},
        {.work_s = 10, .gpus = 1, .tasks = 1, .queue = "a"},
    };
    struct world w = {.jobs = jobs, .jobs_len = 2};
    run(&w, walkthrough);
    assert_int_equal(w.end, SIMULATION_STUCK);
    assert_int_equal(w.results[0].start_s, -1);
    assert_int_equal(w.results[1].start_s, 0);
}

/* --- the control plane --- */

static void admissions_take_their_turn_at_the_api_server(void **state)
{
    (void)state;
    struct world_job jobs[4];
    for (size_t i = 0; i < LEN(jobs); i++)
        jobs[i] = (struct world_job){.work_s = 100, .gpus = 1, .tasks = 1, .queue = "a"};
    struct world w = {.jobs = jobs, .jobs_len = LEN(jobs)};
    run(&w, "{objects: [data/kueue/walkthrough], control_plane: {qps: 0.5, burst: 2}}");
    static const int64_t starts[] = {0, 0, 2, 4};
    for (size_t i = 0; i < LEN(jobs); i++)
        assert_int_equal(w.results[i].start_s, starts[i]);
}

/* Ten seconds for each write: the eviction at 60, at 70 what the preemptor waits for, on which the
 * scheduler waits, too, and at 80 its admission. */
static void the_scheduler_waits_for_its_own_writes(void **state)
{
    (void)state;
    struct world w = {.jobs = walkthrough_jobs, .jobs_len = 3, .until_s = 480};
    run(&w, "{objects: [data/kueue/walkthrough], termination: 5s, "
            "control_plane: {qps: 0.1, burst: 1}}");
    assert_int_equal(w.results[0].preemptions, 1);
    assert_int_equal(w.results[0].start_s, 0);
    assert_int_equal(w.results[1].start_s, 30);
    assert_int_equal(w.results[2].start_s, 80);
}

/* Two are decided upon at 0, the second to be written at 10, but at 5 there is somebody better. */
static void who_is_evicted_before_it_was_written_never_ran(void **state)
{
    (void)state;
    static const struct world_job jobs[] = {
        {.work_s = 100, .gpus = 2, .tasks = 1, .priority = LOW, .queue = "a"},
        {.work_s = 100, .gpus = 2, .tasks = 1, .priority = LOW - 1, .queue = "a"},
        {.submit_s = 5, .work_s = 100, .gpus = 4, .tasks = 1, .priority = HIGH, .queue = "a"},
    };
    struct world w = {.jobs = jobs, .jobs_len = LEN(jobs)};
    run(&w, "{objects: [data/kueue/walkthrough], termination: 5s, "
            "control_plane: {qps: 0.1, burst: 1}}");
    assert_int_equal(w.end, SIMULATION_DRAINED);
    assert_int_equal(w.results[0].start_s, 0);
    assert_int_equal(w.results[1].preemptions, 1);
    /* Its eviction is written at 20, why the third waits at 30, and the third's admission at 40. */
    assert_int_equal(w.results[2].start_s, 40);
    assert_int_equal(w.results[1].start_s, 101); /* a second after the first one's end */
}

/* --- admission checks --- */

static void a_check_that_takes_its_time_delays_the_start(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 100, .gpus = 4, .tasks = 1, .queue = "a"},
        {.work_s = 100, .gpus = 4, .tasks = 1, .queue = "a"},
    };
    struct world w = {.jobs = jobs, .jobs_len = 2};
    run(&w, "{objects: [data/kueue/checks], admission_checks: [{name: capacity, takes: 90s}]}");
    assert_int_equal(w.results[0].start_s, 90);
    assert_string_equal(w.results[0].waited_for, "admission_checks");
    assert_int_equal(w.results[1].start_s, 190 + 1 + 90); /* a second look takes a second */
}

static void a_check_that_nobody_describes_is_ready_at_once(void **state)
{
    (void)state;
    const struct world_job jobs[] = {{.work_s = 100, .gpus = 4, .tasks = 1, .queue = "a"}};
    struct world w = {.jobs = jobs, .jobs_len = 1};
    run(&w, "{objects: [data/kueue/checks]}");
    assert_int_equal(w.results[0].start_s, 0);
}

/* Fails at 10, 120 and 280: its third failure is one more than the limit. The other has the quota
 * in between. */
static void provisioning_that_fails_is_tried_again_until_the_limit(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 100, .gpus = 4, .tasks = 1, .queue = "a"},
    };
    struct world w = {.jobs = jobs, .jobs_len = 1};
    run(&w, "{objects: [data/kueue/checks], "
            "admission_checks: [{name: capacity, takes: 10s, fails: 100%}]}");
    assert_int_equal(w.end, SIMULATION_DRAINED);
    assert_int_equal(w.results[0].cause, END_REFUSED);
    assert_int_equal(w.results[0].end_s, 10 + 100 + 10 + 150 + 10);
    assert_int_equal(w.results[0].start_s, -1);
    assert_string_equal(w.results[0].waited_for, "requeue_backoff");
}

/* Of two that are equal otherwise, one fails at first: which is a matter of seed and name alone. */
static void luck_is_the_jobs_own(void **state)
{
    (void)state;
    int64_t starts[8];
    for (int alone = 0; alone < 2; alone++) {
        struct world_job jobs[8];
        for (size_t i = 0; i < LEN(jobs); i++)
            jobs[i] = (struct world_job){
                .submit_s = 10000 * (int64_t)i, .work_s = 1, .gpus = 1, .tasks = 1, .queue = "a"};
        struct world w = {.jobs = jobs, .jobs_len = alone ? 4 : 8, .seed = 7};
        run(&w, "{objects: [data/kueue/checks], "
                "admission_checks: [{name: capacity, takes: 10s, fails: 50%}]}");
        for (size_t i = 0; i < w.jobs_len; i++)
            if (alone)
                assert_int_equal(w.results[i].start_s, starts[i]);
            else
                starts[i] = w.results[i].start_s;
    }
    int failed = 0;
    for (size_t i = 0; i < LEN(starts); i++)
        failed += starts[i] != 10000 * (int64_t)i + 10;
    assert_in_range(failed, 1, 7);
}

/* --- pods that do not get ready --- */

/* Quota for four, but the node has two: admitted and unschedulable, until Kueue takes it back. */
static void who_finds_no_node_loses_its_quota_after_half_an_hour(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 100, .gpus = 4, .tasks = 1, .queue = "a", .patience_s = 4000},
        {.submit_s = 60, .work_s = 100, .gpus = 2, .tasks = 1, .queue = "a"},
    };
    struct world w = {.jobs = jobs, .jobs_len = 2, .nodes = 1, .gpus_per_node = 2};
    run(&w, "{objects: [data/kueue/checks], termination: 0s}");
    assert_int_equal(w.results[0].start_s, -1);
    assert_string_equal(w.results[0].waited_for, "too_large");
    assert_int_equal(w.results[1].start_s, 1801);
}

static void before_v0_19_it_keeps_its_quota(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 100, .gpus = 4, .tasks = 1, .queue = "a", .patience_s = 4000},
        {.submit_s = 60, .work_s = 100, .gpus = 2, .tasks = 1, .queue = "a"},
    };
    struct world w = {.jobs = jobs, .jobs_len = 2, .nodes = 1, .gpus_per_node = 2};
    run(&w, "{objects: [data/kueue/checks], termination: 0s, version: v0.18}");
    assert_int_equal(w.results[1].start_s, 4001);
}

/* --- edits --- */

static void run_with_edit(struct world *w, int64_t at_s, const char *text)
{
    struct messages m;
    messages_open(&m);
    struct yaml_file *f = yaml_parse("tests/test_kueue_policy.yaml", text, strlen(text), &m.diag);
    const struct timeline_entry e = {
        .at_ns = at_s * 1000000000, .edit = yaml_doc(f, 0), .node = NODE_NONE};
    w->timeline = &e;
    w->timeline_len = 1;
    run(w, walkthrough);
    yaml_close(f);
    messages_close(&m);
}

static void quota_that_is_added_lets_the_next_one_in(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 1000, .gpus = 6, .tasks = 1, .queue = "a"},
        {.work_s = 1000, .gpus = 2, .tasks = 1, .queue = "a"},
    };
    struct world w = {.jobs = jobs, .jobs_len = 2};
    run_with_edit(&w, 300, "{apply: data/kueue/edits/team-a-has-four.yaml}");
    assert_int_equal(w.results[0].start_s, 0);
    assert_int_equal(w.results[1].start_s, 301);
}

static void a_queue_that_is_drained_sends_its_jobs_back(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 1000, .gpus = 6, .tasks = 1, .queue = "a"},
        {.work_s = 1000, .gpus = 2, .tasks = 1, .queue = "b"},
    };
    struct world w = {.jobs = jobs, .jobs_len = 2, .until_s = 5000};
    run_with_edit(&w, 300, "{apply: data/kueue/edits/team-a-is-drained.yaml}");
    assert_int_equal(w.results[0].wait_s, 5000 - 305);
    assert_string_equal(w.results[0].waited_for, "queue_stopped");
    assert_int_equal(w.results[1].end_s, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_walkthrough_evicts_the_low_job_and_not_the_high_one),
        cmocka_unit_test(the_evicted_job_runs_again_when_quota_is_free),
        cmocka_unit_test(a_job_for_a_queue_that_is_not_there_waits_for_ever),
        cmocka_unit_test(admissions_take_their_turn_at_the_api_server),
        cmocka_unit_test(the_scheduler_waits_for_its_own_writes),
        cmocka_unit_test(who_is_evicted_before_it_was_written_never_ran),
        cmocka_unit_test(a_check_that_takes_its_time_delays_the_start),
        cmocka_unit_test(a_check_that_nobody_describes_is_ready_at_once),
        cmocka_unit_test(provisioning_that_fails_is_tried_again_until_the_limit),
        cmocka_unit_test(luck_is_the_jobs_own),
        cmocka_unit_test(who_finds_no_node_loses_its_quota_after_half_an_hour),
        cmocka_unit_test(before_v0_19_it_keeps_its_quota),
        cmocka_unit_test(quota_that_is_added_lets_the_next_one_in),
        cmocka_unit_test(a_queue_that_is_drained_sends_its_jobs_back),
    };
    return cmocka_run_group_tests_name("kueue_policy", tests, NULL, NULL);
}
