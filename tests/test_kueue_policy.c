/* The policy `kueue` in a simulation: quota alone decides, as the cluster has no nodes. */
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
    const struct policy_use use = {policy_find("kueue"), yaml_doc(f, 0)};
    assert_non_null(use.ops);
    w->policies = &use;
    w->policies_len = 1;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_walkthrough_evicts_the_low_job_and_not_the_high_one),
        cmocka_unit_test(the_evicted_job_runs_again_when_quota_is_free),
        cmocka_unit_test(a_job_for_a_queue_that_is_not_there_waits_for_ever),
    };
    return cmocka_run_group_tests_name("kueue_policy", tests, NULL, NULL);
}
