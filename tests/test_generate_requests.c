/* What generated jobs ask of nodes. */
#include "models/kubernetes/node_terms.h"
#include "tests/generate_lab.h"
#include "tests/near.h"

#include <stdio.h>

struct shape_row {
    const char *options; /* after name, arrivals, duration and jobs */
    uint32_t tasks;
    const char *resource; /* of each task */
    int64_t amount, cpus_milli, memory_gib;
};

static const struct shape_row shapes[] = {
    {"gpus: 8", 1, "nvidia.com/gpu", 8, 0, 0},
    {"gpus: 12", 2, "nvidia.com/gpu", 6, 0, 0},
    {"gpus: 13, cpus_per_gpu: 12, memory: 8GiB", 13, "nvidia.com/gpu", 1, 12000, 8},
    {"gpus: 16, gpus_per_task: 4, cpus: 0.5, cpus_per_gpu: 2, memory_per_gpu: 3GiB", 4,
     "nvidia.com/gpu", 4, 8500, 12},
    {"tasks: 3, gpus_per_task: 2, cpus: 8", 3, "nvidia.com/gpu", 2, 8000, 0},
    {"tasks: 3, cpus: 8", 3, "nvidia.com/gpu", 0, 8000, 0},
    {"gpus: 0, cpus: 8", 1, "nvidia.com/gpu", 0, 8000, 0},
};

static void jobs_are_split_into_tasks(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(shapes); i++) {
        const struct shape_row *row = &shapes[i];
        struct generate_lab lab = {0};
        struct job_spec job;
        char options[300];
        snprintf(options, sizeof options,
                 "{name: x, arrivals: {rate: 1/h}, duration: 1m, jobs: 1, %s}", row->options);
        generate_lab_open_clean(&lab, options);
        assert_true(generate_lab_next(&lab, &job));
        assert_int_equal(job.groups[0].count, row->tasks);
        assert_int_equal(generate_lab_amount(&lab, &job, row->resource), row->amount);
        assert_int_equal(generate_lab_amount(&lab, &job, "cpu"), row->cpus_milli);
        assert_int_equal(generate_lab_amount(&lab, &job, "memory"), row->memory_gib << 30);
        generate_lab_close(&lab);
    }
}

static void cpus_and_memory_are_drawn_apart(void **state)
{
    (void)state;
    struct generate_lab lab = {0};
    struct job_spec job;
    uint64_t counts[2 * 3] = {0};
    generate_lab_open_clean(&lab, "{name: x, arrivals: {rate: 1/h}, duration: 1m, jobs: 12000, "
                                  "gpus: {values: [1, 2]}, cpus: {values: [1, 2], weights: [3, "
                                  "1]}, memory: {values: [1GiB, 2GiB, 3GiB]}}");
    while (generate_lab_next(&lab, &job)) {
        const int64_t cpus = generate_lab_amount(&lab, &job, "cpu") / 1000;
        const int64_t gib = generate_lab_amount(&lab, &job, "memory") >> 30;
        assert_true(cpus >= 1 && cpus <= 2 && gib >= 1 && gib <= 3);
        counts[3 * (cpus - 1) + gib - 1]++;
    }
    assert_in_proportion(counts, (const double[]){3, 3, 3, 1, 1, 1}, LEN(counts));
    generate_lab_close(&lab);
}

#define CUT_POOL                                                                               \
    "{pools: [{name: n, machine: Standard_ND96isr_H100_v5, count: 2, mig: {layout: {default: " \
    "[3g.40gb, 2g.20gb, 1g.10gb, 1g.10gb]}}}]}"

static void profiles_are_asked_for_by_weight(void **state)
{
    (void)state;
    struct generate_lab lab = {.cluster = CUT_POOL};
    struct job_spec job;
    uint64_t counts[2] = {0};
    generate_lab_open_clean(
        &lab, "{name: x, arrivals: {rate: 1/h}, duration: 1m, jobs: 9000, mig: {values: "
              "[1g.10gb, 3g.40gb], weights: [3, 1]}}");
    while (generate_lab_next(&lab, &job)) {
        const int64_t small = generate_lab_amount(&lab, &job, "nvidia.com/mig-1g.10gb");
        const int64_t large = generate_lab_amount(&lab, &job, "nvidia.com/mig-3g.40gb");
        assert_int_equal(small + large, 1);
        counts[large]++;
    }
    assert_in_proportion(counts, (const double[]){3, 1}, 2);
    generate_lab_close(&lab);
}

static void instances_are_split_by_what_a_node_has_of_them(void **state)
{
    (void)state;
    struct generate_lab lab = {.cluster = CUT_POOL};
    struct job_spec job;
    generate_lab_open_clean(
        &lab, "{name: x, arrivals: {rate: 1/h}, duration: 1m, jobs: 1, gpus: 20, mig: "
              "1g.10gb}"); /* a node has 16 */
    assert_true(generate_lab_next(&lab, &job));
    assert_int_equal(job.groups[0].count, 2);
    assert_int_equal(generate_lab_amount(&lab, &job, "nvidia.com/mig-1g.10gb"), 10);
    generate_lab_close(&lab);
}

static void shares_are_parts_of_one_gpu(void **state)
{
    (void)state;
    struct generate_lab lab = {0};
    struct job_spec job;
    uint64_t counts[2 * 2] = {0};
    generate_lab_open_clean(&lab,
                            "{name: x, arrivals: {rate: 1/h}, duration: 1m, jobs: 4000, tasks: 2, "
                            "gpu_share: {values: [0.25, 0.5]}, cpus: {values: [1, 2]}, "
                            "cpus_per_gpu: 8}");
    while (generate_lab_next(&lab, &job)) {
        const struct request *r = generate_lab_request(&lab, &job);
        const int64_t own_milli = request_amount(r, RESOURCE_CPU) - 8 * r->load.gpu_milli;
        assert_int_equal(job.groups[0].count, 2);
        assert_int_equal(request_amount(r, RESOURCE_GPU), 0);
        assert_true(r->load.gpu_milli == 250 || r->load.gpu_milli == 500);
        assert_true(own_milli == 1000 || own_milli == 2000);
        counts[2 * (r->load.gpu_milli == 500) + (own_milli == 2000)]++;
    }
    assert_in_proportion(counts, (const double[]){1, 1, 1, 1}, LEN(counts));
    generate_lab_close(&lab);
}

static void loads_and_terms_are_part_of_the_request(void **state)
{
    (void)state;
    struct generate_lab lab = {0};
    struct job_spec job;
    generate_lab_open_clean(
        &lab, "{name: x, arrivals: {rate: 1/h}, duration: 1m, jobs: 1, load: {duty: 25%, "
              "width: 0.5, memory: 20GiB, processes: 3, memory_bound: true}, tolerations: "
              "['notebooks=only:NoSchedule', spot, 'gpu:NoExecute'], node_selector: {tier: "
              "train}}");
    assert_true(generate_lab_next(&lab, &job));
    const struct request *r = generate_lab_request(&lab, &job);
    assert_int_equal(r->load.duty_q16, 16384);
    assert_int_equal(r->load.width_q16, 32768);
    assert_int_equal(r->load.memory_bytes, INT64_C(20) << 30);
    assert_int_equal(r->load.processes, 3);
    assert_true(r->load.is_memory_bound);
    const struct node_terms *t = node_terms_get(lab.names.terms, r->terms);
    assert_int_equal(t->selector.len, 1);
    assert_string_equal(generate_lab_word(&lab, t->selector.pairs[0].key), "tier");
    assert_string_equal(generate_lab_word(&lab, t->selector.pairs[0].value), "train");
    assert_int_equal(t->tolerations.len, 3);
    const struct toleration *only = t->tolerations.items;
    assert_string_equal(generate_lab_word(&lab, only->key), "notebooks");
    assert_string_equal(generate_lab_word(&lab, only->value), "only");
    assert_true(!only->exists && !only->any_effect && only->effect == TAINT_NO_SCHEDULE);
    assert_true(only[1].exists && only[1].any_effect);
    assert_true(only[2].exists && !only[2].any_effect && only[2].effect == TAINT_NO_EXECUTE);
    generate_lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_are_split_into_tasks),
        cmocka_unit_test(cpus_and_memory_are_drawn_apart),
        cmocka_unit_test(profiles_are_asked_for_by_weight),
        cmocka_unit_test(instances_are_split_by_what_a_node_has_of_them),
        cmocka_unit_test(shares_are_parts_of_one_gpu),
        cmocka_unit_test(loads_and_terms_are_part_of_the_request),
    };
    return cmocka_run_group_tests_name("generate_requests", tests, NULL, NULL);
}
