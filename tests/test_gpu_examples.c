/* The shipped scenarios about shared and partitioned GPUs say what their READMEs say. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/unit.h"

#define MIG   "examples/mig-day-and-night/"
#define NOTES "examples/notebooks/"

/* Of one tenant's jobs. */
struct counts {
    int jobs, done, lost, failed, restarts;
    double speed; /* mean of those done */
    double wait_s;
};

static struct counts count(const struct table *t, const char *tenant)
{
    struct counts c = {0};
    for (size_t i = 0; i < t->rows; i++) {
        const char *cause = table_text(t, i, "cause");
        if (strcmp(table_text(t, i, "tenant"), tenant) != 0)
            continue;
        c.jobs++;
        c.lost += strcmp(cause, "lost") == 0;
        c.failed += strcmp(cause, "failed") == 0;
        c.restarts += atoi(table_text(t, i, "restarts"));
        c.wait_s += atof(table_text(t, i, "wait_s"));
        if (strcmp(cause, "done") == 0) {
            c.done++;
            c.speed += atof(table_text(t, i, "speed"));
        }
    }
    c.speed /= c.done == 0 ? 1 : c.done;
    c.wait_s /= c.jobs == 0 ? 1 : c.jobs;
    return c;
}

struct outcome {
    struct counts first, second;
    double fragmented;
};

static struct outcome run(const char *path, const char *first, const char *second)
{
    struct scenario_run r;
    scenario_run_path(&r, path, "kube-scheduler");
    if (r.rc != 0 || r.said[0] != '\0')
        fail_msg("%s: exit %d: %s", path, r.rc, r.said);
    struct table *jobs = table_read_in(r.out, "jobs.csv");
    struct table *summary = table_read_in(r.out, "summary.csv");
    struct outcome o = {.first = count(jobs, first), .second = count(jobs, second)};
    const size_t row = table_find(summary, "metric", "fragmentation");
    o.fragmented = atof(table_text(summary, row, "value"));
    print_message(
        "%s: %s %d of %d done, %d lost, speed %.2f, wait %.0f s; %s %d of %d done, %d lost, "
        "%d failed, speed %.2f, wait %.0f s; %d restarts; fragmented %.3f\n",
        path, first, o.first.done, o.first.jobs, o.first.lost, o.first.speed, o.first.wait_s,
        second, o.second.done, o.second.jobs, o.second.lost, o.second.failed, o.second.speed,
        o.second.wait_s, o.first.restarts + o.second.restarts, o.fragmented);
    table_free(jobs);
    table_free(summary);
    scenario_run_close(&r);
    return o;
}

static void instances_made_on_demand_waste_least(void **state)
{
    (void)state;
    const struct outcome fixed = run(MIG "static.yaml", "notebooks", "training");
    const struct outcome managed = run(MIG "mig-manager.yaml", "notebooks", "training");
    const struct outcome dynamic = run(MIG "dynamic.yaml", "notebooks", "training");
    assert_int_equal(fixed.first.jobs, dynamic.first.jobs); /* the same luck */
    assert_true(fixed.first.lost > 5 * fixed.first.jobs / 100);
    assert_in_range(managed.first.lost, fixed.first.jobs / 50, fixed.first.lost / 2);
    assert_int_equal(dynamic.first.lost, 0);
    assert_true(dynamic.fragmented < 0.05 && managed.fragmented > 0.05 && fixed.fragmented > 0.2);
    assert_true(dynamic.second.wait_s < fixed.second.wait_s &&
                fixed.second.wait_s < managed.second.wait_s);
    assert_true(fixed.second.speed > 0.75 && fixed.second.speed < 0.77); /* 60 / 132 / 0.6 */
}

/* Nodes with one GPU, cut for good and as people wait. */
static void layouts_that_follow_the_queue_serve_more_than_fixed_ones(void **state)
{
    (void)state;
    const struct outcome fixed = run(MIG "small-static.yaml", "notebooks", "training");
    const struct outcome follows = run(MIG "small-to-demand.yaml", "notebooks", "training");
    assert_int_equal(fixed.first.jobs, follows.first.jobs);
    assert_true(fixed.first.lost > fixed.first.jobs / 5);
    assert_int_equal(follows.first.lost, 0);
    assert_true(follows.first.wait_s < fixed.first.wait_s / 4);
    assert_true(follows.fragmented < 0.15 && fixed.fragmented > 0.25);
}

static void time_slicing_shares_and_crashes_where_mig_divides(void **state)
{
    (void)state;
    const struct outcome whole = run(NOTES "whole.yaml", "light", "heavy");
    const struct outcome turns = run(NOTES "time-slicing.yaml", "light", "heavy");
    const struct outcome side = run(NOTES "mps.yaml", "light", "heavy");
    const struct outcome mig = run(NOTES "mig.yaml", "light", "heavy");
    assert_true(whole.first.lost > whole.first.jobs / 2);
    assert_int_equal(turns.first.lost, 0);
    assert_true(turns.second.restarts > 1000 && turns.first.restarts > 500);
    assert_true(turns.second.speed < 0.6);
    assert_int_equal(side.second.done, 0); /* 30 GiB are more than a third of 80 */
    assert_true(side.second.failed > 0);
    assert_int_equal(mig.second.done, mig.second.jobs);
    assert_int_equal(mig.first.restarts + mig.second.restarts, 0);
    assert_true(mig.second.speed > 0.775 && mig.second.speed < 0.785); /* 42 / 98 / 0.55 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances_made_on_demand_waste_least),
        cmocka_unit_test(layouts_that_follow_the_queue_serve_more_than_fixed_ones),
        cmocka_unit_test(time_slicing_shares_and_crashes_where_mig_divides),
    };
    return cmocka_run_group_tests_name("gpu_examples", tests, NULL, NULL);
}
