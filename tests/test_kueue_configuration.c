/* Kueue's Configuration file as people write it: defaults, and mistakes at their place. */
#include "models/kubernetes/tree.h"
#include "models/resource.h"
#include "policies/kueue/configuration.h"
#include "sim/arena.h"
#include "sim/intern.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define BETA1     "apiVersion: config.kueue.x-k8s.io/v1beta1\nkind: Configuration\n"
#define BETA2     "apiVersion: config.kueue.x-k8s.io/v1beta2\nkind: Configuration\n"

struct fixture {
    struct messages m;
    struct field_reader r;
    struct yaml_file *file;
    struct kueue_settings settings;
    struct configuration c;
    bool ok;
};

static void apply_to(struct fixture *f, const char *text, int minor)
{
    *f = (struct fixture){0};
    messages_open(&f->m);
    f->r = (struct field_reader){.diag = &f->m.diag,
                                 .arena = arena_new(),
                                 .words = intern_new(),
                                 .resources = resource_names_new()};
    f->file = yaml_parse("c.yaml", text, strlen(text), &f->m.diag);
    kueue_settings_init(&f->settings, minor);
    f->ok = configuration_apply(&f->r, f->file, minor, &f->settings, &f->c);
}

static void apply(struct fixture *f, const char *text)
{
    apply_to(f, text, KUEUE_NEWEST);
}

static void close_all(struct fixture *f)
{
    yaml_close(f->file);
    intern_free(f->r.words);
    intern_free(f->r.resources);
    arena_free(f->r.arena);
    messages_close(&f->m);
}

static void refused(const char *text, const char *messages)
{
    struct fixture f;
    apply(&f, text);
    messages_assert(&f.m, messages);
    assert_false(f.ok && diag_errors(&f.m.diag) == 0);
    close_all(&f);
}

static void an_empty_one_is_all_defaults(void **state)
{
    (void)state;
    struct fixture f;
    apply(&f, "");
    assert_true(f.ok);
    assert_false(f.settings.has_fair_sharing);
    assert_true(f.settings.pods_ready.is_on);
    assert_int_equal(f.settings.pods_ready.timeout_ns, 1800 * SECOND_NS);
    assert_int_equal(f.settings.pods_ready.recovery_timeout_ns, 1800 * SECOND_NS);
    assert_string_equal(tree_text(f.c.tree, "multiKueue.origin", ""), "multikueue");
    close_all(&f);
}

static void older_versions_wait_for_pods_only_if_told(void **state)
{
    (void)state;
    struct fixture f;
    apply_to(&f, BETA2, 17);
    assert_false(f.settings.pods_ready.is_on);
    close_all(&f);
    apply_to(&f, BETA1 "waitForPodsReady: {enable: true}\n", 17);
    assert_true(f.settings.pods_ready.is_on);
    assert_true(f.settings.pods_ready.blocks_admission);
    assert_int_equal(f.settings.pods_ready.timeout_ns, 300 * SECOND_NS);
    close_all(&f);
}

static void what_decides_is_taken_over(void **state)
{
    (void)state;
    struct fixture f;
    apply(&f, BETA2 "fairSharing: {preemptionStrategies: [LessThanInitialShare]}\n"
                    "admissionFairSharing:\n"
                    "  usageHalfLifeTime: 10m\n"
                    "  resourceWeights: {cpu: 0.5}\n"
                    "waitForPodsReady: {timeout: 2m, recoveryTimeout: 0s, blockAdmission: true,\n"
                    "  requeuingStrategy: {timestamp: Creation, backoffLimitCount: 5}}\n"
                    "featureGates: {PriorityBoost: true}\n");
    messages_assert(&f.m, "");
    assert_true(f.ok);
    assert_true(f.settings.has_fair_sharing);
    assert_int_equal(f.settings.strategies_len, 1);
    assert_int_equal(f.settings.strategies[0], STRATEGY_INITIAL_SHARE);
    assert_int_equal(f.settings.afs.half_life_ns, 600 * SECOND_NS);
    assert_int_equal(f.settings.afs.sampling_ns, 300 * SECOND_NS);
    assert_int_equal(f.settings.afs.weights_len, 1);
    assert_true(f.settings.afs.weights[0].weight == 0.5);
    assert_int_equal(f.settings.pods_ready.recovery_timeout_ns, INT64_MAX);
    assert_true(f.settings.pods_ready.blocks_admission);
    assert_true(f.settings.pods_ready.orders_by_creation);
    assert_int_equal(f.settings.pods_ready.backoff_limit, 5);
    assert_true(gates_on(&f.settings.gates, GATE_PRIORITY_BOOST));
    close_all(&f);
}

static void unknown_fields_are_errors_with_the_nearest_name(void **state)
{
    (void)state;
    refused(BETA2 "fairSharing: {preemptionStrategy: []}\nwaitForPodReady: {}\n",
            "c.yaml:3:15: error: unknown field 'preemptionStrategy'; did you mean "
            "'preemptionStrategies'?\n"
            "c.yaml:4:1: error: unknown field 'waitForPodReady'; did you mean "
            "'waitForPodsReady'?\n");
    refused(BETA2 "fairSharing: {enable: true}\n", "c.yaml:3:15: error: unknown field 'enable'\n");
}

static void wrong_types_are_errors_at_their_place(void **state)
{
    (void)state;
    refused(BETA2 "waitForPodsReady: {timeout: 5 minutes}\nmanageJobsWithoutQueueName: maybe\n"
                  "integrations: {frameworks: batch/job}\n",
            "c.yaml:3:29: error: timeout: '5 minutes'; expected a duration such as 30m or 1h30m\n"
            "c.yaml:4:29: error: manageJobsWithoutQueueName: 'maybe'; expected true or false\n"
            "c.yaml:5:28: error: frameworks: 'batch/job'; expected a list\n");
    refused("[1]\n", "c.yaml:1:1: error: no Configuration but a list\n");
    refused("apiVersion: config.kueue.x-k8s.io/v2\nkind: Configuration\n",
            "c.yaml:1:13: error: apiVersion: 'config.kueue.x-k8s.io/v2'; expected "
            "config.kueue.x-k8s.io/v1beta2 or config.kueue.x-k8s.io/v1beta1\n");
}

static void a_key_given_twice_is_an_error(void **state)
{
    (void)state;
    struct fixture f;
    apply(&f, BETA2 "namespace: a\nnamespace: b\n");
    assert_int_equal(diag_errors(&f.m.diag), 1);
    close_all(&f);
}

static void rules_speak_as_kueue_does(void **state)
{
    (void)state;
    refused(BETA2 "waitForPodsReady: {timeout: -90s}\nfairSharing: {}\n"
                  "featureGates: {TopologyAwareScheduling: true, NoSuchGate: true}\n",
            "c.yaml:5:47: error: Configuration: featureGates: Invalid value: "
            "{\"NoSuchGate\":true,\"TopologyAwareScheduling\":true}: unrecognized feature gate: "
            "NoSuchGate\n"
            "c.yaml:3:29: error: Configuration: waitForPodsReady.timeout: Invalid value: "
            "\"-1m30s\": must be greater than or equal to 0\n"
            "c.yaml:3:29: error: Configuration: waitForPodsReady.recoveryTimeout: Invalid value: "
            "\"-1m30s\": must be greater than or equal to 0\n"
            "c.yaml:4:14: error: Configuration: fairSharing.preemptionStrategies: Required value: "
            "must be specified\n");
}

static void a_gate_needs_others(void **state)
{
    (void)state;
    refused(BETA2 "featureGates: {AllAlpha: true, ElasticJobsViaWorkloadSlices: false}\n",
            "c.yaml:3:15: error: Configuration: featureGates: Invalid value: "
            "{\"AllAlpha\":true,\"ElasticJobsViaWorkloadSlices\":false}: "
            "ElasticJobsViaWorkloadSlicesWithTAS is enabled, but depends on features that are "
            "disabled: [ElasticJobsViaWorkloadSlices]\n");
}

static void durations_are_printed_as_go_does(void **state)
{
    (void)state;
    static const struct {
        int64_t ns;
        const char *text;
    } rows[] = {
        {0, "0s"},
        {1, "1ns"},
        {1500, "1.5µs"},
        {2000000, "2ms"},
        {SECOND_NS, "1s"},
        {90 * SECOND_NS, "1m30s"},
        {-SECOND_NS, "-1s"},
        {3600 * SECOND_NS + 1, "1h0m0.000000001s"},
        {INT64_MIN, "-2562047h47m16.854775808s"},
    };
    struct arena *a = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(go_duration_text(a, rows[i].ns), rows[i].text);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_is_all_defaults),
        cmocka_unit_test(older_versions_wait_for_pods_only_if_told),
        cmocka_unit_test(what_decides_is_taken_over),
        cmocka_unit_test(unknown_fields_are_errors_with_the_nearest_name),
        cmocka_unit_test(wrong_types_are_errors_at_their_place),
        cmocka_unit_test(a_key_given_twice_is_an_error),
        cmocka_unit_test(rules_speak_as_kueue_does),
        cmocka_unit_test(a_gate_needs_others),
        cmocka_unit_test(durations_are_printed_as_go_does),
    };
    return cmocka_run_group_tests_name("kueue_configuration", tests, NULL, NULL);
}
