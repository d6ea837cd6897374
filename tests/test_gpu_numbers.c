/* Published and agreed numbers of shared and partitioned GPUs, through the whole program: from a
 * scenario to jobs.csv and summary.csv. The models by themselves: test_sharing, test_mig_speed. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/unit.h"

#include <math.h>

#define A100 "Standard_NC24ads_A100_v4" /* one A100 80 GB */

enum { MOST_PODS = 8 };

static void add_pod(char *text, size_t cap, const char *name, const char *load, unsigned sleep_s,
                    const char *resource)
{
    const size_t len = strlen(text);
    assert_true(
        snprintf(text + len, cap - len,
                 "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, annotations: {clustersim/load: "
                 "\"{memory: 1GiB, %s}\"}}\nspec:\n  restartPolicy: Never\n  containers:\n"
                 "  - {command: [sleep, '%u'], resources: {limits: {%s: 1}}}\n---\n",
                 name, load, sleep_s, resource) < (int)(cap - len));
}

static void run(struct scenario_run *r, const char *pool, const char *pods)
{
    char text[1024];
    assert_true(snprintf(text, sizeof text,
                         "clustersim: 1\nname: t\ncluster: {pools: [{name: n, machine: " A100
                         ", %s}]}\nworkload:\n  - kubernetes: p.yaml\npolicies: [kube-scheduler]\n",
                         pool) < (int)sizeof text);
    scenario_run_files(r, (const char *const[]){"s.yaml", text, "p.yaml", pods, NULL});
    if (r->rc != 0 || r->said[0] != '\0')
        fail_msg("exit %d, said: %s", r->rc, r->said);
}

/* How many times as long as alone. */
static double slowdown(const struct table *t, const char *job, unsigned sleep_s)
{
    return atof(table_text(t, table_find(t, "name", job), "end_s")) / sleep_s;
}

static void assert_within(const char *what, double got, double want, double relative)
{
    if (fabs(got - want) > relative * want)
        fail_msg("%s: %.4f is not within %g of %.4f", what, got, relative, want);
}

/* --- who shares a GPU --- */

/* Sleeps are such that all pods end together, so that none is alone at the end. */
static const struct sharing_row {
    const char *name, *sharing;
    const char *loads[MOST_PODS];
    unsigned sleep_s[MOST_PODS];
    double slowdown[MOST_PODS];
    double within;
} rows[] = {
    {"alone_nobody_waits", "time-slicing: {replicas: 2}", {"duty: 100%"}, {1000}, {1}, 0},
    {"four_that_saturate",
     "time-slicing: {replicas: 4}",
     {"duty: 100%", "duty: 100%", "duty: 100%", "duty: 100%"},
     {1000, 1000, 1000, 1000},
     {4.44, 4.44, 4.44, 4.44},
     1e-4},
    {"four_that_hardly_work",
     "time-slicing: {replicas: 4}",
     {"duty: 10%", "duty: 10%", "duty: 10%", "duty: 10%"},
     {1000, 1000, 1000, 1000},
     {1, 1, 1, 1},
     1e-6},
    {"one_busy_among_three_idle",
     "time-slicing: {replicas: 4}",
     {"duty: 100%", "duty: 10%", "duty: 10%", "duty: 10%"},
     {601, 1000, 1000, 1000},
     {1.664, 1, 1, 1},
     1e-3},
    {"two_halves",
     "time-slicing: {replicas: 2}",
     {"duty: 50%", "duty: 50%"},
     {1000, 1000},
     {1.11, 1.11},
     1e-4},
    {"a_client_of_mps_has_its_part_of_the_threads",
     "mps: {replicas: 4}",
     {"width: 100%"},
     {1000},
     {4},
     1e-6},
    {"which_may_be_enough_for_it", "mps: {replicas: 4}", {"width: 25%"}, {1000}, {1}, 0},
    /* nebuly, YOLOS-small on an A100 80 GB: 0.0882, 0.2931, 0.4890, 0.6849 s under time-slicing,
     * 0.0880, 0.1640, 0.2409, 0.3198 s under MPS. */
    {"published_time_slicing_of_3",
     "time-slicing: {replicas: 3}",
     {"duty: 100%", "duty: 100%", "duty: 100%"},
     {1000, 1000, 1000},
     {.2931 / .0882, .2931 / .0882, .2931 / .0882},
     0.03},
    {"published_time_slicing_of_5",
     "time-slicing: {replicas: 5}",
     {"duty: 100%", "duty: 100%", "duty: 100%", "duty: 100%", "duty: 100%"},
     {1000, 1000, 1000, 1000, 1000},
     {.4890 / .0882, .4890 / .0882, .4890 / .0882, .4890 / .0882, .4890 / .0882},
     0.03},
    {"published_time_slicing_of_7",
     "time-slicing: {replicas: 7}",
     {"duty: 100%", "duty: 100%", "duty: 100%", "duty: 100%", "duty: 100%", "duty: 100%",
      "duty: 100%"},
     {1000, 1000, 1000, 1000, 1000, 1000, 1000},
     {.6849 / .0882, .6849 / .0882, .6849 / .0882, .6849 / .0882, .6849 / .0882, .6849 / .0882,
      .6849 / .0882},
     0.03},
    {"published_mps_of_3",
     "mps: {replicas: 3}",
     {"width: 52%", "width: 52%", "width: 52%"},
     {1000, 1000, 1000},
     {.1640 / .0880, .1640 / .0880, .1640 / .0880},
     0.03},
    {"published_mps_of_5",
     "mps: {replicas: 5}",
     {"width: 52%", "width: 52%", "width: 52%", "width: 52%", "width: 52%"},
     {1000, 1000, 1000, 1000, 1000},
     {.2409 / .0880, .2409 / .0880, .2409 / .0880, .2409 / .0880, .2409 / .0880},
     0.03},
    {"published_mps_of_7",
     "mps: {replicas: 7}",
     {"width: 52%", "width: 52%", "width: 52%", "width: 52%", "width: 52%", "width: 52%",
      "width: 52%"},
     {1000, 1000, 1000, 1000, 1000, 1000, 1000},
     {.3198 / .0880, .3198 / .0880, .3198 / .0880, .3198 / .0880, .3198 / .0880, .3198 / .0880,
      .3198 / .0880},
     0.03},
};

static const char *const names[MOST_PODS] = {"a", "b", "c", "d", "e", "f", "g", "h"};

static void check_row(void **state)
{
    const struct sharing_row *row = *state;
    char pool[128], pods[4096] = "";
    snprintf(pool, sizeof pool, "sharing: {%s}", row->sharing);
    for (size_t i = 0; i < MOST_PODS && row->loads[i] != NULL; i++)
        add_pod(pods, sizeof pods, names[i], row->loads[i], row->sleep_s[i], "nvidia.com/gpu");
    struct scenario_run r;
    run(&r, pool, pods);
    struct table *t = table_read_in(r.out, "jobs.csv");
    for (size_t i = 0; i < MOST_PODS && row->loads[i] != NULL; i++)
        assert_within(names[i], slowdown(t, names[i], row->sleep_s[i]), row->slowdown[i],
                      row->within);
    table_free(t);
    scenario_run_close(&r);
}

/* --- who has an instance --- */

/* NJIT Wulver, A100 80 GB: GROMACS on slices of 10, 20, 40 GB and the whole, in ns/day; nebuly's
 * YOLOS-small on 1g.10gb, 0.0882 s alone and 0.3435 s there. */
static void published_points_of_instances_are_met(void **state)
{
    (void)state;
    static const struct {
        const char *layout, *resource, *width;
        double speed, within;
    } points[] = {
        {"all-1g.10gb", "nvidia.com/mig-1g.10gb", "width: 40%", 43.28 / 118.6, 0.05},
        {"all-2g.20gb", "nvidia.com/mig-2g.20gb", "width: 40%", 81.2 / 118.6, 0.05},
        {"all-3g.40gb", "nvidia.com/mig-3g.40gb", "width: 40%", 115.5 / 118.6, 0.05},
        {"all-7g.80gb", "nvidia.com/mig-7g.80gb", "width: 40%", 1, 0},
        {"all-disabled", "nvidia.com/gpu", "width: 40%", 1, 0},
        {"all-1g.10gb", "nvidia.com/mig-1g.10gb", "width: 55.7%", .0882 / .3435, 0.01},
    };
    for (size_t i = 0; i < LEN(points); i++) {
        struct scenario_run r;
        char pool[128], pods[1024] = "";
        snprintf(pool, sizeof pool, "mig: {layout: %s}", points[i].layout);
        add_pod(pods, sizeof pods, "a", points[i].width, 1000, points[i].resource);
        run(&r, pool, pods);
        struct table *t = table_read_in(r.out, "jobs.csv");
        assert_within(points[i].layout, 1 / slowdown(t, "a", 1000), points[i].speed,
                      points[i].within);
        table_free(t);
        scenario_run_close(&r);
    }
}

/* --- names --- */

static void replicas_have_the_name_that_the_plugin_gives_them(void **state)
{
    (void)state;
    static const struct {
        const char *pool, *resource;
    } cases[] = {
        {"sharing: {time-slicing: {replicas: 2}}", "nvidia.com/gpu"},
        {"sharing: {time-slicing: {replicas: 2, renameByDefault: true}}", "nvidia.com/gpu.shared"},
        {"mig: {layout: [3g.40gb, 3g.40gb]}, sharing: {time-slicing: {replicas: 2}}",
         "nvidia.com/mig-3g.40gb"},
        {"mig: {layout: [1g.10gb+me, 1g.10gb]}, sharing: {time-slicing: {replicas: 2, "
         "renameByDefault: true}}",
         "nvidia.com/mig-1g.10gb.me.shared"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct scenario_run r;
        char pods[2048] = "";
        add_pod(pods, sizeof pods, "a", "duty: 10%, width: 10%", 60, cases[i].resource);
        run(&r, cases[i].pool, pods);
        struct table *t = table_read_in(r.out, "jobs.csv");
        assert_string_equal(table_text(t, 0, "end_s"), "60");
        table_free(t);
        scenario_run_close(&r);
    }
}

/* --- quota says yes, no node fits --- */

#define QUEUE(name, gpus)                                                                         \
    "apiVersion: kueue.x-k8s.io/v1beta2\nkind: ClusterQueue\nmetadata: {name: " name "}\nspec:\n" \
    "  namespaceSelector: {}\n  resourceGroups:\n"                                                \
    "  - coveredResources: [nvidia.com/gpu]\n    flavors: [{name: f, resources: [{name: "         \
    "nvidia.com/gpu, nominalQuota: " gpus "}]}]\n---\n"                                           \
    "apiVersion: kueue.x-k8s.io/v1beta2\nkind: LocalQueue\nmetadata: {name: " name                \
    ", namespace: default}\nspec: {clusterQueue: " name "}\n---\n"
#define JOB(name, queue, seconds)                                                        \
    "apiVersion: batch/v1\nkind: Job\nmetadata: {name: " name ", labels: "               \
    "{kueue.x-k8s.io/queue-name: " queue "}}\nspec:\n  template:\n    spec:\n"           \
    "      restartPolicy: Never\n      containers:\n      - {command: [sleep, '" seconds \
    "'], resources: {limits: {nvidia.com/gpu: 1}}}\n---\n"

static double value_of(const struct table *t, const char *group, const char *statistic)
{
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(table_text(t, i, "by"), "queue") == 0 &&
            strcmp(table_text(t, i, "group"), group) == 0 &&
            strcmp(table_text(t, i, "metric"), "unschedulable") == 0 &&
            strcmp(table_text(t, i, "statistic"), statistic) == 0)
            return atof(table_text(t, i, "value"));
    fail_msg("no %s of unschedulable by queue %s", statistic, group);
    return 0;
}

/* One GPU. red has quota for two, blue for one. Kueue admits a head of each queue a cycle: red-1
 * runs until 600 s, blue-1 until 800 s, red-2, admitted at 0 as well, until 1100 s. blue-2 has its
 * quota at 801 s; what it waited for that is no part of it. */
static void admitted_and_unschedulable_is_timed_by_queue(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_run_files(
        &r,
        (const char *const[]){
            "s.yaml",
            "clustersim: 1\nname: t\ncluster: {pools: [{name: n, machine: " A100 "}]}\n"
            "workload: [{kubernetes: p.yaml}]\n"
            "policies: [{name: kueue, stack: [kueue, kube-scheduler], kueue: {objects: q.yaml}}]\n"
            "expect: [\"sum(unschedulable) by queue <= 30m\"]\n",
            "q.yaml",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n---\n"
            "apiVersion: kueue.x-k8s.io/v1beta2\nkind: ResourceFlavor\nmetadata: {name: "
            "f}\n---\n" QUEUE("red", "2") QUEUE("blue", "1"),
            "p.yaml",
            JOB("red-1", "red", "600") JOB("red-2", "red", "300") JOB("blue-1", "blue", "200")
                JOB("blue-2", "blue", "100"),
            NULL});
    if (r.rc != 0)
        fail_msg("exit %d, said: %s", r.rc, r.said);
    struct table *t = table_read_in(r.out, "summary.csv");
    print_message("red: %g s of %g jobs, blue: %g s of %g jobs\n", value_of(t, "red", "sum"),
                  value_of(t, "red", "count"), value_of(t, "blue", "sum"),
                  value_of(t, "blue", "count"));
    assert_true(value_of(t, "red", "sum") == 800 && value_of(t, "red", "max") == 800);
    assert_true(value_of(t, "blue", "sum") == 600 + 299 && value_of(t, "blue", "max") == 600);
    assert_true(value_of(t, "red", "count") == 2 && value_of(t, "blue", "count") == 2);
    table_free(t);
    scenario_run_close(&r);
}

int main(void)
{
    struct CMUnitTest sharing[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        sharing[i] = (struct CMUnitTest){.name = rows[i].name,
                                         .test_func = check_row,
                                         .initial_state = (void *)(uintptr_t)&rows[i]};
    const struct CMUnitTest others[] = {
        cmocka_unit_test(published_points_of_instances_are_met),
        cmocka_unit_test(replicas_have_the_name_that_the_plugin_gives_them),
        cmocka_unit_test(admitted_and_unschedulable_is_timed_by_queue),
    };
    const int failed = cmocka_run_group_tests_name("gpu_numbers_sharing", sharing, NULL, NULL);
    return failed + cmocka_run_group_tests_name("gpu_numbers", others, NULL, NULL);
}
