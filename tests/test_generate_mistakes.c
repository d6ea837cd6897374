#include "tests/generate_lab.h"

#include <stdio.h>

/* What is wrong with a workload, as its user reads it. Warnings do not stop it. */
static const struct row {
    const char *options;
    bool is_open;
    const char *said;
} rows[] = {
    {"", false, "g.yaml:1:10: error: 'name' is missing in generate; expected text\n"},
    {"[]", false, "g.yaml:1:11: error: generate: a list; expected a mapping\n"},
    {"{}", false, "g.yaml:1:11: error: 'name' is missing in generate; expected text\n"},
    {"{name: }", false, "g.yaml:1:18: error: name: nothing; expected text\n"},
    {"{name: \"\"}", false,
     "g.yaml:1:18: error: name: '': empty; expected a prefix for the jobs' names\n"
     "g.yaml:1:11: error: generate: 'arrivals' is missing; expected {process: poisson, rate: "
     "12/h}, or the key 'lublin'\n"
     "g.yaml:1:11: error: generate: 'duration' is missing; only services may run for ever\n"},
    {"{name: x}", false,
     "g.yaml:1:11: error: generate: 'arrivals' is missing; expected {process: poisson, rate: "
     "12/h}, or the key 'lublin'\n"
     "g.yaml:1:11: error: generate: 'duration' is missing; only services may run for ever\n"},
    {"{name: x, arrivals: {}}", false,
     "g.yaml:1:31: error: arrivals: 'poisson' needs a rate such as 12/h\n"
     "g.yaml:1:11: error: generate: 'duration' is missing; only services may run for ever\n"},
    {"{name: x, arrivals: {process: poison, rate: 1/h}, duration: 1h}", false,
     "g.yaml:1:41: error: process: 'poison': not one of poisson, deterministic, renewal, lublin; "
     "did you mean 'poisson'?\n"},
    {"{name: x, arrivals: {rate: -1/h}, duration: 1h}", false,
     "g.yaml:1:38: error: rate: '-1/h': negative; expected a rate such as 12/h or 0.5/s\n"},
    {"{name: x, arrivals: {rate: 0}, duration: 1h}", false,
     "g.yaml:1:38: error: rate: '0': so low that nothing would ever arrive\n"},
    {"{name: x, arrivals: {rate: 12}, duration: 1h}", false,
     "g.yaml:1:38: error: rate: '12': no unit; expected a rate such as 12/h or 0.5/s\n"},
    {"{name: x, arrivals: {rate: 1e300/h}, duration: 1h}", false,
     "g.yaml:1:38: error: rate: '1e300/h': unknown unit; expected a rate such as 12/h or 0.5/s\n"},
    {"{name: x, arrivals: {process: renewal, rate: 1/h}, duration: 1h}", false,
     "g.yaml:1:31: error: arrivals: 'renewal' needs intervals: between: DISTRIBUTION\n"},
    {"{name: x, arrivals: {process: renewal, rate: 1/h, between: 1h}, duration: 1h}", false,
     "g.yaml:1:56: error: rate: '1/h': that of 'renewal' follows from 'between'; expected one of "
     "them\n"},
    {"{name: x, arrivals: {process: renewal, between: 0s}, duration: 1h}", false,
     "g.yaml:1:59: error: between: '0s': 0 on average: time would stand still\n"},
    {"{name: x, arrivals: {process: renewal, between: {exponential: {mean: 0s}}}, duration: 1h}",
     false, "g.yaml:1:80: error: mean: '0s': out of range; expected at least 1ns\n"},
    {"{name: x, arrivals: {rate: 1/h, between: 1h}, duration: 1h}", false,
     "g.yaml:1:52: error: between: '1h': only process 'renewal' has it\n"},
    {"{name: x, arrivals: {process: lublin}, duration: 1h}", false,
     "g.yaml:1:31: error: arrivals: process 'lublin' needs the key 'lublin' beside arrivals\n"},
    {"{name: x, arrivals: {rate: 1/h, daily: []}, duration: 1h}", false,
     "g.yaml:1:50: error: daily: expected a list of factors such as [0.3, 1, 1.6, 0.6]\n"},
    {"{name: x, arrivals: {rate: 1/h, daily: 3}, duration: 1h}", false,
     "g.yaml:1:50: error: daily: '3': expected a list of factors such as [0.3, 1, 1.6, 0.6]\n"},
    {"{name: x, arrivals: {rate: 1/h, daily: [1, 1, 1, 1, 1, 1, 1]}, duration: 1h}", false,
     "g.yaml:1:50: error: daily: 7 factors do not divide a day into equal parts of whole minutes; "
     "expected as many as 4, 6, 8, 12, 24 or 48\n"},
    {"{name: x, arrivals: {rate: 1/h, daily: [1, -1]}, duration: 1h}", false,
     "g.yaml:1:54: error: daily: '-1': out of range; expected 0 to 1000000\n"},
    {"{name: x, arrivals: {rate: 1/h, daily: [1, x]}, duration: 1h}", false,
     "g.yaml:1:54: error: daily: 'x': not a number; expected a number such as 0.25 or 1e-6\n"},
    {"{name: x, arrivals: {rate: 1/h, daily: [0, 0]}, duration: 1h}", false,
     "g.yaml:1:50: error: daily: all factors are 0: nothing would ever arrive\n"},
    {"{name: x, arrivals: {rate: 1/h, weekly: [1, 1]}, duration: 1h}", false,
     "g.yaml:1:51: error: weekly: 2 factors; expected 7, from Monday on\n"},
    {"{name: x, arrivals: {rate: 1/h, batch: 0}, duration: 1h}", false,
     "g.yaml:1:50: error: batch: '0': may be 0; expected 1 or more (min: 1)\n"},
    {"{name: x, arrivals: {rate: 1/h, batch: {exponential: {mean: 3}}}, duration: 1h}", false,
     "g.yaml:1:50: error: batch: may be 0; expected 1 or more (min: 1)\n"},
    {"{name: x, arrivals: {rate: 1/h, batch: {pareto: {shape: 0.5, from: 1}}}, duration: 1h}",
     false, "g.yaml:1:50: error: batch: has no finite mean; expected a max\n"},
    {"{name: x, arrivals: {rate: 1/h}}", false,
     "g.yaml:1:11: error: generate: 'duration' is missing; only services may run for ever\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: -1h}", false,
     "g.yaml:1:54: error: duration: '-1h': negative; expected a duration such as 90s or 1.5h\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, tenants: {a: 0, b: 0}}", false,
     "g.yaml:1:67: error: weights: none is above 0; expected at least one\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, tenants: [a, b]}", false,
     "g.yaml:1:67: error: weights: a list; expected names with weights, {a: 2, b: 1}\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, users: 0}", false,
     "g.yaml:1:65: error: users: '0': out of range; expected 1 to 100000\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, queue: \"{team}\"}", false,
     "g.yaml:1:65: error: queue: '{team}': a brace that is no placeholder; expected {tenant} or "
     "{user}\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, queue: \"}\"}", false,
     "g.yaml:1:65: error: queue: '}': a brace that is no placeholder; expected {tenant} or "
     "{user}\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: -1}", false,
     "g.yaml:1:64: error: gpus: '-1': out of range; expected 0 to 1000000000\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: {uniform: [-1, 3]}}", false,
     "g.yaml:1:64: error: gpus: may be negative; expected 0 or more (min: 0)\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: {values: [1, 5000000000]}}", false,
     "g.yaml:1:64: error: gpus: '5000000000': out of range; expected 0 to 1000000000\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, tasks: 20000, gpus_per_task: 65535}", false,
     "g.yaml:1:65: error: tasks: '20000': out of range; expected 1 to 15259\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, tasks: {exponential: {mean: 3}}, cpus: 1}",
     false, "g.yaml:1:65: error: tasks: may be 0; expected 1 or more (min: 1)\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: 0}", false,
     "g.yaml:1:64: error: gpus: '0': may be 0, and then a job asks for nothing; expected 1 or more "
     "(min: 1), or cpus\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: {exponential: {mean: 2}}}", false,
     "g.yaml:1:64: error: gpus: may be 0, and then a job asks for nothing; expected 1 or more "
     "(min: 1), or cpus\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: {values: [1, 2], weights: [0, 0]}}",
     false, "g.yaml:1:90: error: weights: none is above 0; expected at least one\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: {values: [1, 2], weights: [1]}}", false,
     "g.yaml:1:90: error: weights: 1 of them for 2 values; expected as many\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: {values: [1, 64]}}", true,
     "g.yaml:1:64: warning: gpus: '64': all nodes together could take 4 of its 8 tasks of 8 "
     "nvidia.com/gpu\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: {uniform: [1, 64]}}", true,
     "g.yaml:1:64: warning: gpus: about 50 % of the jobs ask for more than the 32 of the whole "
     "cluster\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: {lognormal: {median: 4, p95: 40}, min: "
     "1}}",
     true,
     "g.yaml:1:64: warning: gpus: about 6.73 % of the jobs ask for more than the 32 of the whole "
     "cluster\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: 8, cpus_per_gpu: 16}", true,
     "g.yaml:1:64: warning: gpus: no node could ever take a task of 128 cpu, 8 nvidia.com/gpu\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: 16, gpus_per_task: 16}", true,
     "g.yaml:1:64: warning: gpus: no node could ever take a task of 16 nvidia.com/gpu\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: 16, gpus_per_task: 0}", false,
     "g.yaml:1:83: error: gpus_per_task: '0': the GPUs of a job cannot be split so\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, tasks: 2}", false,
     "g.yaml:1:65: error: tasks: '2': ask for nothing; expected gpus_per_task, gpu_share or "
     "cpus\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, tasks: 0, cpus: 1}", false,
     "g.yaml:1:65: error: tasks: '0': out of range; expected 1 to 1000000000\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, tasks: 2, gpus: 2}", false,
     "g.yaml:1:65: error: tasks: beside 'gpus'; expected one of them\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: 2, gpu_share: 0.5}", false,
     "g.yaml:1:78: error: gpu_share: beside 'gpus'; expected one of them\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpu_share: 1.5}", false,
     "g.yaml:1:69: error: gpu_share: '1.5': out of range; expected 0.001 to 0.999\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, gpu_share: {uniform: [0.1, 0.5]}}", false,
     "g.yaml:1:69: error: gpu_share: has too many values to tell apart; expected one, or {values: "
     "[1, 2]}\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, cpus: {uniform: [1, 5]}}", false,
     "g.yaml:1:64: error: cpus: has too many values to tell apart; expected one, or {values: [1, "
     "2]}\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, mig: 1g.20g}", false,
     "g.yaml:1:63: error: mig: '1g.20g': no GPU of the cluster has such a profile; did you mean "
     "'1g.20gb'?\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, mig: 1g.20gb}", true,
     "g.yaml:1:63: warning: mig: no node could ever take a task of 1 nvidia.com/mig-1g.20gb\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, mig: 1g.20gb, resource: foo}", false,
     "g.yaml:1:82: error: resource: beside 'mig'; expected one of them\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, resource: nvidia.com/gpu.shared}", true,
     "g.yaml:1:68: warning: resource: no node could ever take a task of 1 nvidia.com/gpu.shared\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, limit: 30m}", true,
     "g.yaml:1:65: warning: limit: about 100 % of the jobs run longer than their limit\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, limit: {factor: {uniform: [0.5, 3]}}}", true,
     "g.yaml:1:65: warning: limit: about 20 % of the jobs run longer than their limit\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, limit: {factor: {uniform: [0, 3]}}}", true,
     "g.yaml:1:65: warning: limit: about 33.3 % of the jobs run longer than their limit\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, limit: {factor: -1}}", false,
     "g.yaml:1:65: error: limit: the factor may be 0 or less; expected more (min: 1)\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, limit: {factor: 2, round: 1m}}", false,
     "g.yaml:1:77: error: unknown key 'round' in limit (factor)\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: {exponential: {mean: 1h}}, limit: {uniform: [1h, "
     "4h]}}",
     true, "g.yaml:1:88: warning: limit: about 12 % of the jobs run longer than their limit\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, limit: 0s}", false,
     "g.yaml:1:65: error: limit: '0s': may be 0; expected more (min: 1m)\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, limit: soon}", false,
     "g.yaml:1:65: error: duration: 'soon': not a number; expected a duration such as 90s or "
     "1.5h\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, priority: {values: [low, 5]}}", false,
     "g.yaml:1:68: error: priority: '5' beside 'low'; expected integers only, or words only\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, priority: [1]}", false,
     "g.yaml:1:68: error: text: a list; expected text\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, priority: {uniform: [1, 2.5]}}", false,
     "g.yaml:1:78: error: uniform: the limits of whole numbers must be whole\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, kind: servce}", false,
     "g.yaml:1:64: error: kind: 'servce': not one of batch, interactive, service; did you mean "
     "'service'?\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, tolerations: [\"a b:NoSchedule\", "
     "\"x:Nope\"]}",
     false,
     "g.yaml:1:72: error: tolerations: 'a b:NoSchedule': not letters, digits, '-', '_' and '.', "
     "with a letter or digit at both ends; expected KEY=VALUE:EFFECT, KEY:EFFECT or KEY\n"
     "g.yaml:1:90: error: tolerations: 'x:Nope': the effect is not NoSchedule, PreferNoSchedule or "
     "NoExecute; expected KEY=VALUE:EFFECT, KEY:EFFECT or KEY\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, node_selector: [a]}", false,
     "g.yaml:1:73: error: node_selector: a list; expected a mapping\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, node_selector: {a: [b]}}", false,
     "g.yaml:1:77: error: a: a list; expected text\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, from: never}", false,
     "g.yaml:1:64: error: from: 'never': expected a duration such as 90s or 1.5h, or a date such "
     "as 2026-03-02 or 2026-03-02T08:00:00Z\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, until: 0s}", false,
     "g.yaml:1:65: error: until: '0s': nothing arrives before that\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, from: 2h, until: 1h}", false,
     "g.yaml:1:75: error: until: '1h': nothing arrives before that\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, from: 1d, until: 1970-01-01}", false,
     "g.yaml:1:75: error: until: '1970-01-01': nothing arrives before that\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, jobs: 0}", false,
     "g.yaml:1:64: error: jobs: '0': out of range; expected 1 to 1000000000000000000\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, job: 10}", false,
     "g.yaml:1:58: error: unknown key 'job' in generate; did you mean 'jobs'?\n"},
    {"{name: x, lublin: {largest: 64}}", true,
     "g.yaml:1:29: warning: lublin: the largest jobs ask for more than the 32 GPUs of the whole "
     "cluster\n"},
    {"{name: x, lublin: {type: batches}}", false,
     "g.yaml:1:36: error: type: 'batches': not one of batch, interactive, typeless; did you mean "
     "'batch'?\n"},
    {"{name: x, lublin: {}, load: {duty: 0}}", false,
     "g.yaml:1:46: error: duty: '0': out of range; expected 0.001 to 1\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, from: 1000d, until: {a: b}}", false,
     "g.yaml:1:78: error: until: 'a mapping': expected a duration such as 90s or 1.5h, or a date "
     "such as 2026-03-02 or 2026-03-02T08:00:00Z\n"},
    {"{name: x, arrivals: {rate: 1/h}, duration: 1h, users: 100000, tenants: {a: 1, b: 1, c: 1, d: "
     "1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1}}",
     false,
     "g.yaml:1:65: error: users: '100000': tenants x users x priority classes are more than a "
     "million\n"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct generate_lab lab = {.horizon_ns = INT64_C(1) << 60};
    generate_lab_open(&lab, row->options);
    messages_assert(&lab.messages, row->said);
    assert_int_equal(lab.is_open, row->is_open);
    generate_lab_close(&lab);
}

static void a_run_without_end_needs_one(void **state)
{
    (void)state;
    struct generate_lab lab = {0};
    generate_lab_open(&lab, "{name: x, arrivals: {rate: 1/h}, duration: 1h}");
    messages_assert(&lab.messages, "g.yaml:1:11: error: generate: neither 'until' nor 'jobs', and "
                                   "the run has no end\n");
    assert_false(lab.is_open);
    generate_lab_close(&lab);
}

static void without_nodes_nothing_is_too_large_but_the_model_needs_a_size(void **state)
{
    (void)state;
    struct generate_lab a = {.cluster = "{}"}, b = {.cluster = "{}"};
    generate_lab_open(&a,
                      "{name: x, arrivals: {rate: 1/h}, duration: 1h, gpus: 512, mig: any, jobs: "
                      "1}");
    messages_assert(&a.messages, "");
    assert_true(a.is_open);
    generate_lab_open(&b, "{name: x, lublin: {type: batch}, jobs: 1}");
    messages_assert(&b.messages,
                    "g.yaml:1:29: error: lublin: 'largest' is missing, and the cluster "
                    "has no GPUs to take it from\n");
    assert_false(b.is_open);
    generate_lab_close(&a);
    generate_lab_close(&b);
}

/* {values: [1, 2, ...]} */
static const char *many(char *text, int len, const char *unit)
{
    char *end = text + sprintf(text, "{values: [");
    for (int i = 1; i <= len; i++)
        end += sprintf(end, "%s%d%s", i == 1 ? "" : ", ", i, unit);
    sprintf(end, "]}");
    return text;
}

static void combinations_are_few(void **state)
{
    (void)state;
    struct generate_lab few = {0}, more = {0};
    char options[2000], cpus[800], memory[800];
    snprintf(options, sizeof options,
             "{name: x, arrivals: {rate: 1/h}, duration: 1h, jobs: 1, cpus: %s, memory: %s}",
             many(cpus, 32, ""), many(memory, 32, "GiB"));
    generate_lab_open(&few, options);
    messages_assert(&few.messages, "");
    snprintf(options, sizeof options,
             "{name: x, arrivals: {rate: 1/h}, duration: 1h, jobs: 1, cpus: %s, memory: %s}",
             many(cpus, 33, ""), many(memory, 32, "GiB"));
    generate_lab_open(&more, options);
    messages_assert(&more.messages, "g.yaml:1:73: error: cpus: cpus x memory x kinds of device are "
                                    "more than 1024 combinations\n");
    generate_lab_close(&few);
    generate_lab_close(&more);
}

static void until_may_lie_beyond_all_time(void **state)
{
    (void)state;
    struct generate_lab lab = {.start_ns = INT64_C(1) << 61};
    struct job_spec job;
    generate_lab_open(&lab, "{name: x, arrivals: {rate: 1/h}, duration: 1h, until: 100000d}");
    messages_assert(&lab.messages, "");
    assert_true(generate_lab_next(&lab, &job));
    generate_lab_close(&lab);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 4];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].options,
            .test_func = check_row,
            .initial_state = (void *)(uintptr_t)&rows[i],
        };
    tests[LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(a_run_without_end_needs_one);
    tests[LEN(rows) + 1] = (struct CMUnitTest)cmocka_unit_test(
        without_nodes_nothing_is_too_large_but_the_model_needs_a_size);
    tests[LEN(rows) + 2] = (struct CMUnitTest)cmocka_unit_test(combinations_are_few);
    tests[LEN(rows) + 3] = (struct CMUnitTest)cmocka_unit_test(until_may_lie_beyond_all_time);
    return cmocka_run_group_tests_name("generate_mistakes", tests, NULL, NULL);
}
