/* Free GPUs that are of no use to those who wait, as utilisation.csv shows them. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/unit.h"

#define SCENARIO(pool)                                                                             \
    "clustersim: 1\nname: t\nsample: 1h\ncluster:\n  pools:\n    - {name: n, machine: " pool "}\n" \
    "workload:\n  - {kubernetes: p.yaml, duration: 2h}\npolicies: [kube-scheduler]\n"              \
    "run: {until: 1h}\n"
#define NODE    "Standard_ND96isr_H100_v5" /* 8 GPUs, 96 CPUs */
#define ONE_GPU "Standard_NC40ads_H100_v5"
#define POD(name, limits)                                                                    \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name "}\nspec:\n  restartPolicy: Never\n" \
    "  containers:\n  - image: x\n    resources: {limits: {" limits "}}\n---\n"
#define GPUS(n)         "nvidia.com/gpu: " #n
#define MIG(profile, n) "nvidia.com/mig-" profile ": " #n

/* Millionths of GPUs; with what is held they add up to all. */
static const struct row {
    const char *name, *scenario, *pods;
    int fragmented, idle;
    const char *why; /* column of fragments.csv where all of it is; NULL: nobody waits for GPUs */
} rows[] = {
    {"nobody_waits", SCENARIO(NODE), POD("a", GPUS(5)), 0, 3000000, NULL},
    {"who_waits_wants_more_than_a_node_has_left", SCENARIO(NODE),
     POD("a", GPUS(5)) POD("b", GPUS(4)), 3000000, 0, "lack_gpu_gpus"},
    {"free_gpus_on_two_nodes_do_not_make_one", SCENARIO(NODE ", count: 2"),
     POD("a", GPUS(5)) POD("b", GPUS(5)) POD("c", GPUS(4)), 6000000, 0, "lack_gpu_gpus"},
    {"no_cpu_is_left_beside_them", SCENARIO(NODE),
     POD("a", GPUS(1) ", cpu: 95") POD("b", GPUS(1) ", cpu: 2"), 7000000, 0, "lack_cpu_gpus"},
    {"neither_gpus_nor_cpus_are_left", SCENARIO(NODE),
     POD("a", GPUS(7) ", cpu: 90") POD("b", GPUS(2) ", cpu: 20"), 1000000, 0, "lack_both_gpus"},
    {"who_waits_may_not_be_there", SCENARIO(NODE ", taints: ['a=b:NoSchedule']"), POD("a", GPUS(1)),
     8000000, 0, "no_access_gpus"},
    {"who_waits_for_cpus_does_not_count", SCENARIO(NODE), POD("a", "cpu: 200"), 0, 8000000, NULL},
    {"a_node_that_takes_nobody_is_down", SCENARIO(NODE ", count: 2, boot: 3h"), POD("a", GPUS(1)),
     0, 0, NULL},
    {"the_eighth_slice_is_no_instance", SCENARIO(NODE ", mig: {layout: all-1g.10gb}"),
     POD("a", MIG("1g.10gb", 7)), 1000000, 6125000, NULL},
    {"instances_of_another_profile",
     SCENARIO(ONE_GPU ", mig: {layout: [3g.47gb, 2g.24gb, 1g.12gb]}"),
     POD("a", MIG("3g.47gb", 1)) POD("b", MIG("3g.47gb", 1)), 500000, 0, "lack_gpu_gpus"},
    {"replicas_of_a_gpu", SCENARIO(ONE_GPU ", sharing: {time-slicing: {replicas: 4}}"),
     POD("a", GPUS(3)) POD("b", GPUS(2)), 250000, 0, "lack_gpu_gpus"},
    /* 1g at 0, 1 and 2 leave five slices, and none of them is of use to a 7g. */
    {"places_that_a_profile_cannot_have", SCENARIO(ONE_GPU ", mig: {manager: dynamic}"),
     POD("a", MIG("1g.12gb", 3)) POD("b", MIG("7g.94gb", 1)), 625000, 0, "lack_gpu_gpus"},
    {"a_gang_of_instances_wants_two_places", SCENARIO(ONE_GPU ", mig: {manager: dynamic}"),
     POD("a", MIG("1g.12gb", 3)) POD("b", MIG("3g.47gb", 2)), 625000, 0, "lack_gpu_gpus"},
    {"whole_gpus_where_instances_are_made", SCENARIO(NODE ", mig: {manager: dynamic}"),
     POD("a", MIG("1g.10gb", 1)) POD("b", GPUS(8)), 7875000, 0, "lack_gpu_gpus"},
};

static int micro(const struct table *t, const char *column)
{
    return (int)(table_number(t, 0, column) / 1000000);
}

static void expect_why(const struct scenario_run *r, const struct row *row)
{
    struct table *t = table_read_in(r->out, "fragments.csv");
    const size_t last = t->rows - 1;
    if (row->why != NULL) {
        assert_true(t->rows > 0);
        assert_int_equal(table_number(t, last, row->why) / 1000000, row->fragmented);
        assert_int_equal(table_number(t, last, "free_gpus") / 1000000, row->fragmented);
    }
    table_free(t);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct scenario_run r;
    scenario_run_files(&r,
                       (const char *const[]){"s.yaml", row->scenario, "p.yaml", row->pods, NULL});
    if (r.rc != 0)
        fail_msg("%s", r.said);
    struct table *t = table_read_in(r.out, "utilisation.csv");
    assert_int_equal(t->rows, 1);
    assert_int_equal(micro(t, "fragmented_gpus"), row->fragmented);
    assert_int_equal(micro(t, "idle_gpus"), row->idle);
    assert_int_equal(micro(t, "allocated_gpus") + micro(t, "fragmented_gpus") +
                         micro(t, "idle_gpus") + micro(t, "down_gpus"),
                     micro(t, "capacity_gpus"));
    table_free(t);
    expect_why(&r, row);
    scenario_run_close(&r);
}

/* The head of the queue wants 4, which is too many, and blocks one that wants 2: to that one the
 * free GPUs would be of use. */
static void what_the_second_in_the_queue_could_use_is_idle(void **state)
{
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        struct scenario_run r;
        char text[1024];
        snprintf(
            text, sizeof text,
            "clustersim: 1\nname: t\nsample: 1h\ncluster: {pools: [{name: n, machine: " NODE
            "}]}\nworkload:\n"
            "- generate: {name: a, arrivals: {rate: 360000/h}, duration: 5h, gpus: 5, jobs: 1}\n"
            "- generate: {name: b, arrivals: {rate: 3600/h}, duration: 5h, gpus: 4, jobs: 1}\n"
            "- generate: {name: c, arrivals: {rate: 36/h}, duration: 5h, gpus: %d, jobs: 1}\n"
            "policies: [fifo]\nrun: {until: 2h, warm_up: 1h}\n",
            i == 0 ? 4 : 2);
        scenario_run_text(&r, text);
        assert_int_equal(r.rc, 0);
        struct table *t = table_read_in(r.out, "utilisation.csv");
        const size_t last = t->rows - 1;
        assert_int_equal(table_number(t, last, "fragmented_gpus") / 1000000, i == 0 ? 3000000 : 0);
        assert_int_equal(table_number(t, last, "idle_gpus") / 1000000, i == 0 ? 0 : 3000000);
        table_free(t);
        struct table *why = table_read_in(r.out, "fragments.csv"); /* the mean of two groups */
        const size_t now = why->rows - 1;
        assert_int_equal(table_number(why, now, "satisfied_gpus") / 1000000, i == 0 ? 0 : 1500000);
        assert_int_equal(table_number(why, now, "lack_gpu_gpus") / 1000000,
                         i == 0 ? 3000000 : 1500000);
        table_free(why);
        scenario_run_close(&r);
    }
}

/* Half of one GPU is taken. The head of the queue wants two whole ones; the next, which wants 0.7
 * of one, could have the other. */
static void shares_that_are_too_small_are_fragments(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_run_text(
        &r, "clustersim: 1\nname: t\nsample: 1h\ncluster: {pools: [{name: n, machine: "
            "Standard_NC80adis_H100_v5}]}\nworkload:\n"
            "- generate: {name: a, arrivals: {rate: 360000/h}, duration: 5h, tasks: 1, gpu_share: "
            "0.5, jobs: 1}\n"
            "- generate: {name: b, arrivals: {rate: 3600/h}, duration: 5h, gpus: 2, jobs: 1}\n"
            "- generate: {name: c, arrivals: {rate: 36/h}, duration: 5h, tasks: 1, gpu_share: 0.7, "
            "jobs: 1}\n"
            "policies: [fifo]\nrun: {until: 2h, warm_up: 1h}\n");
    assert_int_equal(r.rc, 0);
    struct table *t = table_read_in(r.out, "utilisation.csv");
    struct table *why = table_read_in(r.out, "fragments.csv");
    const size_t last = t->rows - 1, now = why->rows - 1;
    assert_int_equal(table_number(t, last, "fragmented_gpus") / 1000000, 500000);
    assert_int_equal(table_number(t, last, "idle_gpus") / 1000000, 1000000);
    assert_int_equal(table_number(why, now, "satisfied_gpus") / 1000000, 500000);
    assert_int_equal(table_number(why, now, "beside_gpus") / 1000000, 250000);
    assert_int_equal(table_number(why, now, "lack_gpu_gpus") / 1000000, 750000);
    table_free(t);
    table_free(why);
    scenario_run_close(&r);
}

/* Shares of GPUs and whole ones, many kinds waiting; the audit compares with a count from scratch
 * at every instant. */
static void what_is_kept_is_what_is_counted_from_scratch(void **state)
{
    (void)state;
    static const char *const policies[] = {"kube-scheduler", "fifo", "easy"};
    for (size_t i = 0; i < LEN(policies); i++) {
        struct scenario_run r;
        char text[2048];
        snprintf(text, sizeof text,
                 "clustersim: 1\nname: t\ncluster:\n  pools:\n"
                 "  - {name: a, machine: " NODE ", count: 3}\n"
                 "  - {name: b, machine: " NODE ", count: 2, mig: {layout: all-balanced}}\n"
                 "timeline: [{at: 2h, down: a-1}, {at: 4h, up: a-1}]\nworkload:\n"
                 "- generate: {name: a, arrivals: {rate: 40/h}, duration: {exponential: {mean: "
                 "30m}}, gpus: {values: [1, 2, 4, 8, 16]}, cpus_per_gpu: 14, jobs: 200}\n"
                 "- generate: {name: b, arrivals: {rate: 40/h}, duration: {exponential: {mean: "
                 "20m}}, tasks: 1, gpu_share: {values: [0.3, 0.5, 0.7]}, jobs: 200}\n"
                 "- generate: {name: c, arrivals: {rate: 60/h}, duration: {exponential: {mean: "
                 "10m}}, mig: {values: [1g.10gb, 2g.20gb, 3g.40gb]}, jobs: 200}\n"
                 "policies: [%s]\n",
                 policies[i]);
        scenario_run_text(&r, text);
        if (r.rc != 0)
            fail_msg("%s: %s", policies[i], r.said);
        scenario_run_close(&r);
    }
}

int main(void)
{
    struct CMUnitTest states[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        states[i] = (struct CMUnitTest){.name = rows[i].name,
                                        .test_func = check_row,
                                        .initial_state = (void *)(uintptr_t)&rows[i]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_second_in_the_queue_could_use_is_idle),
        cmocka_unit_test(shares_that_are_too_small_are_fragments),
        cmocka_unit_test(what_is_kept_is_what_is_counted_from_scratch),
    };
    const int failed = cmocka_run_group_tests_name("fragments", states, NULL, NULL);
    return failed + cmocka_run_group_tests_name("fragmentation", tests, NULL, NULL);
}
