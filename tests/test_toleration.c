#include "models/kubernetes/toleration.h"
#include "tests/kube_fixture.h"

static struct taint taint(struct kube_fixture *k, const char *text)
{
    struct taint t;
    const char *why = "";
    if (!taint_parse(k->words, text, &t, &why))
        fail_msg("%s: %s", text, why);
    return t;
}

static struct toleration_list tolerations(struct kube_fixture *k, const char *list)
{
    char text[300];
    snprintf(text, sizeof text, "{tolerations: %s}", list);
    return tolerations_read(&k->reader, kube_yaml(k, text), "tolerations");
}

static const struct row {
    const char *tolerations, *taint;
    bool tolerates;
} rows[] = {
    {"[]", "a=b:NoSchedule", false},
    {"[{key: a, operator: Equal, value: b, effect: NoSchedule}]", "a=b:NoSchedule", true},
    {"[{key: a, value: b, effect: NoSchedule}]", "a=b:NoSchedule", true},
    {"[{key: a, operator: '', value: b, effect: NoSchedule}]", "a=b:NoSchedule", true},
    {"[{key: a, value: c, effect: NoSchedule}]", "a=b:NoSchedule", false},
    {"[{key: a, value: b, effect: NoExecute}]", "a=b:NoSchedule", false},
    {"[{key: a, value: b}]", "a=b:NoExecute", true},
    {"[{key: a, value: b, effect: ''}]", "a=b:NoExecute", true},
    {"[{key: b, value: b}]", "a=b:NoExecute", false},
    {"[{key: a}]", "a=b:NoSchedule", false},
    {"[{key: a}]", "a:NoSchedule", true},
    {"[{key: a, value: ''}]", "a=:NoSchedule", true},
    {"[{key: a, operator: Exists}]", "a=b:NoSchedule", true},
    {"[{key: a, operator: Exists}]", "a:NoExecute", true},
    {"[{key: a, operator: Exists, effect: NoSchedule}]", "a:NoExecute", false},
    {"[{operator: Exists}]", "x=y:PreferNoSchedule", true},
    {"[{key: '', operator: Exists, effect: NoExecute}]", "x=y:NoExecute", true},
    {"[{key: '', operator: Exists, effect: NoExecute}]", "x=y:NoSchedule", false},
    {"[{key: x, operator: Exists}, {key: a, value: b}]", "a=b:NoSchedule", true},
    {"[{key: a, value: b, effect: NoExecute, tolerationSeconds: 30}]", "a=b:NoExecute", true},
    /* the seeds: seed 2's pods say Equal "true", seed 0's nodes are tainted "present" */
    {"[{key: nvidia.com/gpu, operator: Equal, value: 'true', effect: NoSchedule}]",
     "nvidia.com/gpu=present:NoSchedule", false},
    {"[{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]",
     "nvidia.com/gpu=present:NoSchedule", true},
    {"[{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]",
     "nvidia.com/gpu=true:NoSchedule", true},
};

static void tolerations_match_as_in_kubernetes(void **state)
{
    for (size_t i = 0; i < LEN(rows); i++) {
        kube_set_up(state);
        struct kube_fixture *k = *state;
        const struct toleration_list list = tolerations(k, rows[i].tolerations);
        const struct taint t = taint(k, rows[i].taint);
        assert_string_equal(kube_complaints(k), "");
        assert_int_equal(tolerations_tolerate(&list, &t), rows[i].tolerates);
        kube_tear_down(state);
    }
}

static void seconds_are_read(void **state)
{
    struct kube_fixture *k = *state;
    const struct toleration_list list =
        tolerations(k, "[{operator: Exists, effect: NoExecute, tolerationSeconds: 30},"
                       " {operator: Exists, effect: NoExecute}]");
    assert_int_equal(list.items[0].seconds, 30);
    assert_true(list.items[1].seconds == TOLERATION_FOR_EVER);
}

static void mistakes_are_reported_where_they_stand(void **state)
{
    struct kube_fixture *k = *state;
    tolerations_read(&k->reader,
                     kube_yaml(k, "tolerations:\n"
                                  "- {value: b}\n"
                                  "- {key: a, operator: Exists, value: b}\n"
                                  "- {key: a, operator: exists}\n"
                                  "- {key: a, effect: NoScheduling}\n"
                                  "- {key: a, tolerationSeconds: 3}\n"
                                  "- {key: a, effect: NoExecute, tolerationSeconds: soon}\n"
                                  "- {key: 'a b', operator: Exists}\n"
                                  "- {key: a, value: true}\n"),
                     "tolerations");
    assert_string_equal(
        kube_complaints(k),
        "t.yaml:2:3: error: a toleration without a key needs operator Exists\n"
        "t.yaml:3:3: error: a value does not go with operator Exists\n"
        "t.yaml:4:22: error: operator: 'exists': not one of Equal, Exists; did you mean 'Exists'?\n"
        "t.yaml:5:20: error: effect: 'NoScheduling': not one of NoSchedule, PreferNoSchedule, "
        "NoExecute; did you mean 'NoSchedule'?\n"
        "t.yaml:6:3: error: tolerationSeconds go with effect NoExecute only\n"
        "t.yaml:7:50: error: tolerationSeconds: 'soon': not a whole number\n"
        "t.yaml:8:9: error: key: 'a b': not letters, digits, '-', '_' and '.', with a letter or "
        "digit at both ends\n"
        "t.yaml:9:19: error: value: 'true': not text to Kubernetes but a truth value; put it in "
        "quotes\n");
}

static void joined_lists_have_each_toleration_once(void **state)
{
    struct kube_fixture *k = *state;
    const struct toleration_list a =
        tolerations(k, "[{key: a, operator: Exists}, {key: a, operator: Exists}, {key: b}]");
    const struct toleration_list b =
        tolerations(k, "[{key: c}, {key: b}, {key: b, effect: NoExecute},"
                       " {key: b, effect: NoExecute, tolerationSeconds: 3}]");
    const struct toleration_list both = tolerations_join(k->reader.arena, &a, &b);
    assert_int_equal(both.len, 5);
    assert_string_equal(intern_text(k->words, both.items[2].key), "c");
    assert_int_equal(both.items[4].seconds, 3);
}

static void short_taints_are_read_as_kubectl_reads_them(void **state)
{
    struct kube_fixture *k = *state;
    const struct taint t = taint(k, "nvidia.com/gpu=present:NoSchedule");
    assert_string_equal(intern_text(k->words, t.key), "nvidia.com/gpu");
    assert_string_equal(intern_text(k->words, t.value), "present");
    assert_int_equal(t.effect, TAINT_NO_SCHEDULE);
    assert_int_equal(taint(k, "a:NoExecute").value, INTERN_NONE);
    assert_int_equal(taint(k, "a=:PreferNoSchedule").value, INTERN_NONE);
    assert_int_equal(taint(k, "a=:PreferNoSchedule").effect, TAINT_PREFER_NO_SCHEDULE);
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "no effect; add :NoSchedule, :PreferNoSchedule or :NoExecute"},
        {"a=b", "no effect; add :NoSchedule, :PreferNoSchedule or :NoExecute"},
        {"a=b:", "the effect is not NoSchedule, PreferNoSchedule or NoExecute"},
        {"a=b:noschedule", "the effect is not NoSchedule, PreferNoSchedule or NoExecute"},
        {":NoSchedule", "no name"},
        {"=b:NoSchedule", "no name"},
        {"a=b=c:NoSchedule",
         "not letters, digits, '-', '_' and '.', with a letter or digit at both ends"},
        {"a b:NoSchedule",
         "not letters, digits, '-', '_' and '.', with a letter or digit at both ends"},
    };
    struct taint out;
    for (size_t i = 0; i < LEN(bad); i++) {
        const char *why = "";
        assert_false(taint_parse(k->words, bad[i].text, &out, &why));
        assert_string_equal(why, bad[i].why);
    }
    char long_text[2000];
    memset(long_text, 'a', sizeof long_text);
    strcpy(long_text + sizeof long_text - 20, ":NoSchedule");
    const char *why = "";
    assert_false(taint_parse(k->words, long_text, &out, &why));
    assert_string_equal(why, "longer than Kubernetes allows");
}

static void taints_of_objects_are_read(void **state)
{
    struct kube_fixture *k = *state;
    struct taint t;
    assert_true(taint_read(&k->reader, kube_yaml(k, "{key: a, value: b, effect: NoExecute}"), &t));
    assert_string_equal(intern_text(k->words, t.value), "b");
    assert_int_equal(t.effect, TAINT_NO_EXECUTE);
    assert_string_equal(taint_effect_name(t.effect), "NoExecute");
    assert_false(taint_read(&k->reader, kube_yaml(k, "{value: b}"), &t));
    assert_string_equal(kube_complaints(k), "t.yaml:1:1: error: 'key' is missing\n"
                                            "t.yaml:1:1: error: 'effect' is missing\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tolerations_match_as_in_kubernetes),
        cmocka_unit_test_setup_teardown(seconds_are_read, kube_set_up, kube_tear_down),
        cmocka_unit_test_setup_teardown(mistakes_are_reported_where_they_stand, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(joined_lists_have_each_toleration_once, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(short_taints_are_read_as_kubectl_reads_them, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(taints_of_objects_are_read, kube_set_up, kube_tear_down),
    };
    return cmocka_run_group_tests_name("toleration", tests, NULL, NULL);
}
