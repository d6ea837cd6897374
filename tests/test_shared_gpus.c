/* Shared GPUs through the whole program: who starts, who fails, how fast they are. */
#include "tests/scenario_run.h"
#include "tests/shared_data.h"
#include "tests/table.h"
#include "tests/unit.h"

#define SCENARIO(cluster, workload)                                          \
    "clustersim: 1\nname: t\ncluster:\n  pools:\n    - "                     \
    "{name: n, machine: gb10, sharing: {" cluster "}}\nworkload:\n" workload \
    "policies: [kube-scheduler]\nrun: {until: 1h}\n"
#define POD(name, load, gpus, more)                                                          \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name                                      \
    ", annotations: {clustersim/load: \"{" load                                              \
    "}\"}}\nspec:\n  restartPolicy: OnFailure\n  containers:\n  - command: [sleep, '600']\n" \
    "    resources: {limits: {nvidia.com/gpu: " gpus more "}}\n---\n"

enum { TICKS = 1000000000 }; /* table_number counts in 1e-12; milliseconds of it */

static int64_t ms(const struct table *t, size_t row, const char *column)
{
    return (int64_t)(table_number(t, row, column) / TICKS);
}

/* Times of the task-failed events of a job, in order. */
static size_t failures(const struct scenario_run *r, const char *job, int64_t *at_ms, size_t most)
{
    struct table *t = table_read_in(r->out, "events.csv");
    size_t len = 0;
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(table_text(t, i, "event"), "task-failed") == 0 &&
            strcmp(table_text(t, i, "name"), job) == 0 && len < most)
            at_ms[len++] = ms(t, i, "time_s");
    table_free(t);
    return len;
}

static void who_finds_no_memory_comes_again_after_10_to_300_s(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_run_files(
        &r,
        (const char *const[]){
            "s.yaml", SCENARIO("time-slicing: {replicas: 4}", "  - kubernetes: p.yaml\n"), "p.yaml",
            POD("a-holds", "memory: 100GiB", "1", "") POD("b-waits", "memory: 40GiB", "1", "")
                POD("c-fits", "memory: 20GiB", "1", ""),
            NULL});
    assert_string_equal(r.said, "");
    /* a takes 100 of 128 GiB, c 20 beside it; b fails, at once again, and then after 10, 20, 40,
     * 80, 160 and 300 s. a and c take turns until 1332 s = 2 x 600 x 1.11, b gets in at 1210 or
     * after. */
    static const int64_t want[] = {0,      0,      10000,  30000,  70000,
                                   150000, 310000, 610000, 910000, 1210000};
    int64_t got[16];
    assert_int_equal(failures(&r, "b-waits", got, 16), 10);
    for (size_t i = 0; i < LEN(want); i++)
        assert_int_equal(got[i], want[i]);
    assert_int_equal(failures(&r, "a-holds", got, 16) + failures(&r, "c-fits", got, 16), 0);
    struct table *jobs = table_read_in(r.out, "jobs.csv");
    /* Those that crash take no time from the others: 2 x 600 x 1.11, and b alone. */
    assert_in_range(ms(jobs, table_find(jobs, "name", "a-holds"), "end_s"), 1331900, 1332100);
    assert_in_range(ms(jobs, table_find(jobs, "name", "c-fits"), "end_s"), 1331900, 1332100);
    assert_int_equal(ms(jobs, table_find(jobs, "name", "b-waits"), "start_s"), 1510000);
    assert_int_equal(ms(jobs, table_find(jobs, "name", "b-waits"), "end_s"), 2110000);
    table_free(jobs);
    scenario_run_close(&r);
}

static void a_pod_that_asks_for_two_replicas_is_refused_if_the_plugin_says_so(void **state)
{
    (void)state;
    static const char pods[] = POD("two", "duty: 50%", "2", "") POD("one", "duty: 50%", "1", "");
    static const char *const sharing[] = {
        SCENARIO("time-slicing: {replicas: 4, failRequestsGreaterThanOne: true}",
                 "  - kubernetes: p.yaml\n"),
        SCENARIO("time-slicing: {replicas: 4}", "  - kubernetes: p.yaml\n"),
        SCENARIO("mps: {replicas: 4}", "  - kubernetes: p.yaml\n"),
        SCENARIO("mps: {replicas: 4, failRequestsGreaterThanOne: false}",
                 "  - kubernetes: p.yaml\n"),
    };
    for (size_t i = 0; i < LEN(sharing); i++) {
        struct scenario_run r;
        int64_t at_ms[4];
        scenario_run_files(&r, (const char *const[]){"s.yaml", sharing[i], "p.yaml", pods, NULL});
        struct table *jobs = table_read_in(r.out, "jobs.csv");
        const size_t two = table_find(jobs, "name", "two");
        assert_string_equal(r.said, "");
        assert_int_equal(failures(&r, "two", at_ms, 4), i % 2 == 0);
        assert_string_equal(table_text(jobs, two, "cause"), i % 2 == 0 ? "failed" : "done");
        assert_string_equal(table_text(jobs, table_find(jobs, "name", "one"), "cause"), "done");
        table_free(jobs);
        scenario_run_close(&r);
    }
}

/* A Job whose container cannot start: its restarts count against backoffLimit. */
static void a_job_gives_up_after_so_many_restarts(void **state)
{
    (void)state;
    static const char job[] =
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec:\n  backoffLimit: 3\n"
        "  template:\n    metadata: {annotations: {clustersim/load: \"{memory: 200GiB}\"}}\n"
        "    spec:\n      restartPolicy: OnFailure\n      containers:\n"
        "      - {command: [sleep, '600'], resources: {limits: {nvidia.com/gpu: 1}}}\n";
    struct scenario_run r;
    int64_t at_ms[8];
    scenario_run_files(&r, (const char *const[]){
                               "s.yaml",
                               SCENARIO("time-slicing: {replicas: 4}", "  - kubernetes: p.yaml\n"),
                               "p.yaml", job, NULL});
    assert_int_equal(failures(&r, "j", at_ms, 8), 3); /* at 0, at once again, after 10 s */
    assert_int_equal(at_ms[2], 10000);
    struct table *jobs = table_read_in(r.out, "jobs.csv");
    assert_string_equal(table_text(jobs, 0, "cause"), "failed");
    assert_string_equal(table_text(jobs, 0, "restarts"), "3");
    assert_int_equal(ms(jobs, 0, "end_s"), 10000);
    table_free(jobs);
    scenario_run_close(&r);
}

/* Jobs that crash for want of memory, leave, lose their node and their device plugin: the audit
 * finds nothing wrong, no policy does what it may not, and all jobs end. */
static void crash_loops_keep_the_books_under_any_policy(void **state)
{
    (void)state;
    static const char *const policies[] = {"kube-scheduler", "fifo",         "sjf",
                                           "easy",           "conservative", "slurm"};
    for (size_t i = 0; i < LEN(policies); i++) {
        struct scenario_run r;
        char text[2048];
        snprintf(
            text, sizeof text,
            "clustersim: 1\nname: t\ncluster:\n  pools:\n"
            "  - {name: a, machine: Standard_NC80adis_H100_v5, count: 2, sharing: "
            "{time-slicing: {replicas: 4}}}\n"
            "  - {name: g, machine: gb10, sharing: {time-slicing: {replicas: 3, allocation: "
            "packed}}}\n"
            "timeline:\n- {at: 1h, down: a-1}\n- {at: 2h, up: a-1}\n"
            "- {at: 150m, restart-device-plugin: [a-0, g-0], for: 10m}\n"
            "- {at: 3h, down: g-0}\n- {at: 4h, up: g-0}\nworkload:\n"
            "- generate: {name: a, arrivals: {rate: 40/h}, duration: {exponential: {mean: "
            "15m}}, gpus: {values: [1, 2]}, load: {memory: 30GiB, duty: 40%%}, patience: 3h, "
            "jobs: 120}\n"
            "- generate: {name: b, arrivals: {rate: 20/h}, duration: {exponential: {mean: "
            "15m}}, gpus: 4, gpus_per_task: 1, load: {memory: 50GiB}, patience: 3h, jobs: 60}\n"
            "- generate: {name: c, arrivals: {rate: 10/h}, duration: 10m, tasks: {values: [1, "
            "3]}, gpus_per_task: 1, load: {memory: 120GiB}, jobs: 20}\n"
            "policies: [%s]\nrun: {startup: 20s}\n",
            policies[i]);
        scenario_run_text(&r, text);
        if (r.rc != 0 || r.said[0] != '\0')
            fail_msg("%s: exit %d, said: %s", policies[i], r.rc, r.said);
        struct table *jobs = table_read_in(r.out, "jobs.csv");
        int64_t restarts = 0;
        assert_int_equal(jobs->rows, 200);
        for (size_t j = 0; j < jobs->rows; j++) {
            assert_string_equal(table_text(jobs, j, "state"), "ended");
            restarts += atoi(table_text(jobs, j, "restarts"));
        }
        assert_true(restarts > 50);
        table_free(jobs);
        scenario_run_close(&r);
    }
}

/* GB10: what pods request of the host's memory is not left for the GPU. */
static void unified_memory_counts_once(void **state)
{
    (void)state;
    static const char *const host[] = {", memory: 20Gi", ", memory: 30Gi"};
    static const char *const pods[] = {POD("p", "memory: 100GiB", "1", ", memory: 20Gi"),
                                       POD("p", "memory: 100GiB", "1", ", memory: 30Gi")};
    for (size_t i = 0; i < LEN(host); i++) {
        struct scenario_run r;
        int64_t at_ms[16];
        scenario_run_files(&r, (const char *const[]){"s.yaml",
                                                     SCENARIO("time-slicing: {replicas: 2}",
                                                              "  - kubernetes: p.yaml\n"),
                                                     "p.yaml", pods[i], NULL});
        assert_int_equal(failures(&r, "p", at_ms, 3), i == 0 ? 0 : 3);
        scenario_run_close(&r);
    }
}

/* Memory of whole GPUs and instances, and the speed of who shares one. */
static const struct device_row {
    const char *name, *pool, *pods;
    int64_t a_end_ms, b_end_ms; /* -1: it starts again and again */
} devices[] = {
    {"a_whole_gpu_has_so_much_memory", "machine: Standard_ND96isr_H100_v5",
     POD("a", "memory: 80GiB", "1", "") POD("b", "memory: 81GiB", "1", ""), 600000, -1},
    {"a_whole_gpu_of_unified_memory", "machine: gb10",
     POD("a", "memory: 100GiB", "1", ", memory: 20Gi")
         POD("b", "memory: 100GiB", "1", ", memory: 40Gi"),
     600000, -1},
    {"an_instance_has_its_own",
     "machine: Standard_NC40ads_H100_v5, mig: {strategy: single, layout: "
     "all-1g.12gb}",
     POD("a", "memory: 10GiB, width: 12%", "1", "") POD("b", "memory: 11GiB", "1", ""), 600000, -1},
    /* Two to an instance of 3g: 60 of 132 SMs are enough for 45 %, and turns take 2 x 1.11. */
    {"packed_replicas_of_one_instance_take_turns",
     "machine: Standard_NC40ads_H100_v5, mig: "
     "{strategy: single, layout: [3g.47gb, 3g.47gb]}, sharing: {time-slicing: {replicas: 2, "
     "allocation: packed}}",
     POD("a", "width: 45%", "1", "") POD("b", "width: 45%", "1", ""), 1332000, 1332000},
    {"distributed_replicas_lie_on_two_instances",
     "machine: Standard_NC40ads_H100_v5, mig: "
     "{strategy: single, layout: [3g.47gb, 3g.47gb]}, sharing: {time-slicing: {replicas: 2}}",
     POD("a", "width: 45%", "1", "") POD("b", "width: 45%", "1", ""), 600000, 600000},
    {"distributed_replicas_lie_on_two_gpus",
     "machine: Standard_NC80adis_H100_v5, sharing: "
     "{time-slicing: {replicas: 2}}",
     POD("a", "", "1", "") POD("b", "", "1", ""), 600000, 600000},
    {"packed_replicas_lie_on_one",
     "machine: Standard_NC80adis_H100_v5, sharing: "
     "{time-slicing: {replicas: 2, allocation: packed}}",
     POD("a", "", "1", "") POD("b", "", "1", ""), 1332000, 1332000},
    {"mps_lets_them_run_side_by_side",
     "machine: Standard_NC40ads_H100_v5, sharing: {mps: "
     "{replicas: 2}}",
     POD("a", "width: 40%", "1", "") POD("b", "width: 40%", "1", ""), 864000, 864000},
};

static void expect_end(const struct table *t, const char *job, int64_t end_ms)
{
    const size_t row = table_find(t, "name", job);
    const char *cause = table_text(t, row, "cause");
    const int64_t got = table_text(t, row, "end_s")[0] == '\0' ? -1 : ms(t, row, "end_s");
    const bool is_late = strcmp(cause, "done") != 0 || llabs(got - end_ms) > end_ms / 10000;
    if (end_ms < 0 ? strcmp(cause, "done") == 0 : is_late)
        fail_msg("%s: %s at %lld ms, not at %lld", job, cause, (long long)got, (long long)end_ms);
}

static void check_device_row(void **state)
{
    const struct device_row *row = *state;
    struct scenario_run r;
    char text[1024];
    assert_true(snprintf(text, sizeof text,
                         "clustersim: 1\nname: t\ncluster: {pools: [{name: n, %s}]}\nworkload:\n"
                         "  - kubernetes: p.yaml\npolicies: [kube-scheduler]\nrun: {until: 2h}\n",
                         row->pool) < (int)sizeof text);
    scenario_run_files(&r, (const char *const[]){"s.yaml", text, "p.yaml", row->pods, NULL});
    if (r.rc != 0)
        fail_msg("%s", r.said);
    struct table *jobs = table_read_in(r.out, "jobs.csv");
    expect_end(jobs, "a", row->a_end_ms);
    expect_end(jobs, "b", row->b_end_ms);
    table_free(jobs);
    scenario_run_close(&r);
}

/* A client of MPS has 1/replicas of the memory, whatever the others leave. */
static void mps_fences_memory(void **state)
{
    (void)state;
    struct scenario_run r;
    int64_t at_ms[4];
    scenario_run_files(
        &r,
        (const char *const[]){
            "s.yaml", SCENARIO("mps: {replicas: 4}", "  - kubernetes: p.yaml\n"), "p.yaml",
            POD("fits", "memory: 32GiB", "1", "") POD("large", "memory: 33GiB", "1", ""), NULL});
    assert_int_equal(failures(&r, "fits", at_ms, 4), 0);
    assert_true(failures(&r, "large", at_ms, 4) > 0);
    scenario_run_close(&r);
}

/* The seeds' own files: 4 pods of nvidia-smi and 1 of vLLM want 5 of 4 replicas. */
static void the_seed_wants_five_replicas_of_four(void **state)
{
    (void)state;
    if (shared_data_dir() == NULL) {
        print_message("shared data: not present, skipped\n");
        return;
    }
    char text[2048], here[256], dir[512];
    assert_non_null(getcwd(here, sizeof here));
    assert_true(snprintf(dir, sizeof dir, "%s/%s", shared_data_dir()[0] == '/' ? "" : here,
                         shared_data_dir()) < (int)sizeof dir);
    assert_true(snprintf(text, sizeof text,
                         SCENARIO("config: %s/manifests/time-slicing/time-slicing-config.yaml",
                                  "  - kubernetes: [%s/manifests/time-slicing/"
                                  "nvidia-smi-deployment.yaml, %s/manifests/time-slicing/"
                                  "vllm-deployment.yaml]\n"),
                         dir, dir, dir) < (int)sizeof text);
    struct scenario_run r;
    scenario_run_text(&r, text);
    assert_int_equal(r.rc, 0);
    assert_non_null(strstr(r.said, "time-slicing-config.yaml:15:9: warning: "
                                   "sharing.timeSlicing.replicas: the device plugin ignores"));
    assert_non_null(strstr(r.said, "1 warning"));
    struct table *jobs = table_read_in(r.out, "jobs.csv");
    assert_int_equal(ms(jobs, table_find(jobs, "name", "nvidia-smi-test"), "start_s"), 0);
    assert_string_equal(table_text(jobs, table_find(jobs, "name", "vllm"), "start_s"), "");
    assert_string_equal(table_text(jobs, table_find(jobs, "name", "vllm"), "cause"), "open");
    table_free(jobs);
    scenario_run_close(&r);
}

/* --- the device plugin's file --- */

#define CONFIG_MAP(name, text) "kind: ConfigMap\ndata:\n  " name ": |\n" text
#define FOUR                                                                        \
    "    sharing:\n      timeSlicing:\n        resources: [{name: nvidia.com/gpu, " \
    "replicas: 4}]\n"
#define TWO    "    sharing:\n      mps:\n        resources: [{name: nvidia.com/gpu, replicas: 2}]\n"
#define POLICY "---\nkind: ClusterPolicy\nspec: {devicePlugin: {config: {default: b}}}\n"

/* What of the file is used, or what is wrong with it. */
static const struct row {
    const char *name, *sharing, *file;
    int replicas; /* of the one GPU; 0: refused; -1: cannot be read */
    const char *says;
} rows[] = {
    {"the_only_configuration", "config: c.yaml", CONFIG_MAP("a", FOUR), 4, ""},
    {"the_one_the_policy_names", "config: c.yaml", CONFIG_MAP("a", FOUR) "  b: |\n" TWO POLICY, 2,
     ""},
    {"the_one_the_scenario_names", "config: c.yaml, config_key: a",
     CONFIG_MAP("a", FOUR) "  b: |\n" TWO POLICY, 4, ""},
    {"a_file_without_a_map", "config: c.yaml",
     "version: v1\nsharing: {timeSlicing: {resources: [{name: nvidia.com/gpu, replicas: 3}]}}\n", 3,
     ""},
    {"another_resource_leaves_the_gpu_whole", "config: c.yaml",
     "sharing: {timeSlicing: {resources: [{name: nvidia.com/mig-1g.10gb, replicas: 3}]}}\n", 1, ""},
    {"rename_and_devices_are_ignored", "config: c.yaml",
     "sharing: {timeSlicing: {resources: [{name: nvidia.com/gpu, replicas: 3, rename: x}]}}\n", 3,
     "resources.rename: the device plugin ignores this key"},
    {"none_of_two", "config: c.yaml", CONFIG_MAP("a", FOUR) "  b: |\n" TWO, 0,
     "has 2 configurations; name one with config_key"},
    {"a_name_that_is_none", "config: c.yaml, config_key: x", CONFIG_MAP("a", FOUR), 0,
     "has no configuration 'x'"},
    {"one_replica_is_none", "config: c.yaml",
     "sharing: {timeSlicing: {resources: [{name: nvidia.com/gpu, replicas: 1}]}}\n", 0,
     "replicas: '1'"},
    {"no_resources", "config: c.yaml", "sharing: {timeSlicing: {replicas: 4}}\n", 0,
     "sharing.timeSlicing: no resources"},
    {"both_ways", "config: c.yaml",
     "sharing: {mps: {resources: [{name: nvidia.com/gpu, replicas: 4}]}, timeSlicing: {resources: "
     "[{name: nvidia.com/gpu, replicas: 4}]}}\n",
     0, "timeSlicing and mps exclude one another"},
    {"no_config_at_all", "config: c.yaml", "kind: Pod\n", 0, "neither a ConfigMap"},
    {"no_file", "config: d.yaml", "", -1, "d.yaml"},
    {"beside_replicas", "config: c.yaml, time-slicing: {replicas: 2}", CONFIG_MAP("a", FOUR), 0,
     "it stands in place of"},
    {"two_ways", "mps: {replicas: 2}, time-slicing: {replicas: 2}", "", 0,
     "time-slicing and mps exclude one another"},
    {"no_replicas", "mps: {interference: 0.3}", "", 0, "mps: 'replicas' is missing"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    char text[1024];
    struct scenario_run r;
    assert_true(snprintf(text, sizeof text,
                         SCENARIO("%s", "  - generate: {name: g, arrivals: {rate: 36000/h}, "
                                        "duration: 2h, jobs: 5}\n"),
                         row->sharing) < (int)sizeof text);
    scenario_run_files(&r, (const char *const[]){"s.yaml", text, "c.yaml", row->file, NULL});
    if (strstr(r.said, row->says) == NULL)
        fail_msg("not said: %s\nbut: %s", row->says, r.said);
    assert_int_equal(r.rc, row->replicas > 0 ? 0 : row->replicas == 0 ? 2 : 3);
    if (row->says[0] == '\0')
        assert_string_equal(r.said, "");
    int started = 0;
    struct table *jobs = row->replicas > 0 ? table_read_in(r.out, "jobs.csv") : NULL;
    for (size_t i = 0; jobs != NULL && i < jobs->rows; i++)
        started += table_text(jobs, i, "start_s")[0] != '\0';
    if (jobs != NULL) {
        assert_int_equal(started, row->replicas); /* of five that take two hours each */
        table_free(jobs);
    }
    scenario_run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_finds_no_memory_comes_again_after_10_to_300_s),
        cmocka_unit_test(a_pod_that_asks_for_two_replicas_is_refused_if_the_plugin_says_so),
        cmocka_unit_test(a_job_gives_up_after_so_many_restarts),
        cmocka_unit_test(crash_loops_keep_the_books_under_any_policy),
        cmocka_unit_test(unified_memory_counts_once),
        cmocka_unit_test(mps_fences_memory),
        cmocka_unit_test(the_seed_wants_five_replicas_of_four),
    };
    struct CMUnitTest files[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        files[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = check_row,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    struct CMUnitTest ends[LEN(devices)];
    for (size_t i = 0; i < LEN(devices); i++)
        ends[i] = (struct CMUnitTest){.name = devices[i].name,
                                      .test_func = check_device_row,
                                      .initial_state = (void *)(uintptr_t)&devices[i]};
    int failed = cmocka_run_group_tests_name("shared_gpus", tests, NULL, NULL);
    failed += cmocka_run_group_tests_name("devices", ends, NULL, NULL);
    return failed + cmocka_run_group_tests_name("device_plugin_files", files, NULL, NULL);
}
