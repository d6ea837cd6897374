/* A simulation of a site's own files: objects with an overlay, and a Configuration. */
#include "policies/registry.h"
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/unit.h"
#include "tests/world.h"

#include <string.h>

static void run(struct world *w, const char *options)
{
    struct messages m;
    messages_open(&m);
    struct yaml_file *f =
        yaml_parse("tests/test_kueue_site.yaml", options, strlen(options), &m.diag);
    const struct policy_use use = {policy_find("kueue"), yaml_doc(f, 0)};
    w->policies = &use;
    w->policies_len = 1;
    w->audit = AUDIT_ALWAYS;
    world_run(w);
    yaml_close(f);
    messages_close(&m);
}

static void an_overlay_answers_what_if(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 100, .gpus = 6, .tasks = 1, .queue = "a"},
        {.work_s = 100, .gpus = 2, .tasks = 1, .queue = "a"},
    };
    struct world as_it_is = {.jobs = jobs, .jobs_len = 2}, what_if = {.jobs = jobs, .jobs_len = 2};
    run(&as_it_is, "{objects: data/kueue/walkthrough}");
    assert_int_equal(as_it_is.results[1].start_s, 101); /* six are all that team A may have */
    run(&what_if, "{objects: data/kueue/walkthrough, overlay: data/kueue/team-a-has-eight.yaml}");
    assert_int_equal(what_if.results[1].start_s, 0);
}

static void quota_is_counted_in_what_requests_are_transformed_to(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 100, .gpus = 1, .tasks = 1, .queue = "a"},
        {.work_s = 100, .gpus = 2, .tasks = 1, .queue = "a"},
        {.work_s = 100, .gpus = 1, .tasks = 1, .queue = "a"},
    };
    struct world w = {.jobs = jobs, .jobs_len = 3};
    run(&w, "{objects: data/kueue/credits, configuration: data/kueue/credits-for-gpus.yaml}");
    assert_int_equal(w.results[0].start_s, 0);
    assert_int_equal(w.results[1].start_s, 0);
    assert_int_equal(w.results[2].start_s, 101); /* 30 credits are three GPUs */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_overlay_answers_what_if),
        cmocka_unit_test(quota_is_counted_in_what_requests_are_transformed_to),
    };
    return cmocka_run_group_tests_name("kueue_site", tests, NULL, NULL);
}
