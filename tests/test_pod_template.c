#include "models/kubernetes/limit_range.h"
#include "models/kubernetes/object_set.h"
#include "models/kubernetes/pod_template.h"
#include "models/kubernetes/priority_class.h"
#include "tests/kube_fixture.h"

#include <inttypes.h>

/* "cpu=1500 memory=1024" by name, in the units of resource.h. */
static const char *amounts(struct kube_fixture *k, const struct resource_list *l)
{
    char *out = arena_alloc(k->reader.arena, 1000);
    const struct amount *a = resource_list_amounts(l, k->reader.arena);
    size_t len = 0;
    for (uint32_t r = 0; r < intern_len(k->resources); r++)
        for (uint32_t i = 0; i < l->len; i++)
            if (a[i].resource == r)
                len += (size_t)snprintf(out + len, 1000 - len, "%s%s=%" PRId64, len == 0 ? "" : " ",
                                        intern_text(k->resources, r), a[i].value);
    return out;
}

static struct pod_template template_of(struct kube_fixture *k, const char *spec)
{
    char text[4000];
    struct pod_template t;
    snprintf(text, sizeof text, "{spec: {%s}}", spec);
    pod_template_read(&k->reader, kube_yaml(k, text), &t);
    return t;
}

/* --- what a pod asks for --- */

#define C(resources)       "{name: c, resources: {" resources "}}"
#define SIDECAR(resources) "{name: s, restartPolicy: Always, resources: {" resources "}}"

static const struct row {
    const char *name, *spec, *want;
} rows[] = {
    {"nothing", "containers: [{name: c}]", ""},
    {"one_container", "containers: [" C("requests: {cpu: '1.5', memory: 1Gi}") "]",
     "cpu=1500 memory=1073741824"},
    {"containers_add_up",
     "containers: [" C("requests: {cpu: 500m}") "," C("requests: {cpu: 1, memory: 1k}") "]",
     "cpu=1500 memory=1000"},
    {"sums_are_rounded_up_once",
     "containers: [" C("requests: {cpu: 100u, memory: 100m}") "," C(
         "requests: {cpu: 100u, memory: 100m}") "]",
     "cpu=1 memory=1"},
    {"limits_are_requests_where_these_are_missing",
     "containers: [" C("requests: {cpu: 1}, limits: {cpu: 2, memory: 1Ki}") "]",
     "cpu=1000 memory=1024"},
    {"gpus_by_limit", "containers: [" C("limits: {nvidia.com/gpu: 2}") "]", "nvidia.com/gpu=2"},
    {"mig_slices", "containers: [" C("limits: {nvidia.com/mig-3g.40gb: 1}") "]",
     "nvidia.com/mig-3g.40gb=1"},
    {"a_larger_init_container_counts",
     "initContainers: [" C("requests: {cpu: 3}") "," C(
         "requests: {cpu: 2, memory: 9}") "],"
                                          "containers: [" C("requests: {cpu: 1, memory: 5}") "]",
     "cpu=3000 memory=9"},
    {"a_sidecar_adds_to_the_containers",
     "initContainers: [" SIDECAR("requests: {cpu: 500m}") "],"
                                                          "containers: [" C(
                                                              "requests: {cpu: 1}") "]",
     "cpu=1500"},
    {"an_init_container_runs_beside_earlier_sidecars",
     "initContainers: [" SIDECAR("requests: {cpu: 500m}") "," C(
         "requests: {cpu: 2}") "],"
                               "containers: [" C("requests: {cpu: 1}") "]",
     "cpu=2500"},
    {"but_not_beside_later_ones",
     "initContainers: [" C("requests: {cpu: 2}") "," SIDECAR(
         "requests: {cpu: 500m}") "],"
                                  "containers: [" C("requests: {cpu: 1}") "]",
     "cpu=2000"},
    {"overhead_is_added",
     "overhead: {cpu: 250m, memory: 120Mi}, containers: [" C("requests: {cpu: 1}") "]",
     "cpu=1250 memory=125829120"},
    {"requests_of_the_pod_replace_the_sum",
     "resources: {requests: {cpu: 3}},"
     "containers: [" C("requests: {cpu: 1, memory: 7}, limits: {nvidia.com/gpu: 1}") "]",
     "cpu=3000 memory=7 nvidia.com/gpu=1"},
    {"limits_of_the_pod_count_where_no_container_asks",
     "resources: {limits: {cpu: 3, memory: 9}}, containers: [" C("requests: {cpu: 1}") "]",
     "cpu=1000 memory=9"},
    {"suffixes", "containers: [" C("requests: {cpu: 10, memory: 2e9, example.com/x: 3k}") "]",
     "cpu=10000 memory=2000000000 example.com/x=3000"},
    {"huge_sums_stay_in_range",
     "containers: [" C("requests: {memory: 9E}") "," C("requests: {memory: 9E}") "]",
     "memory=9223372036854775807"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    void *fixture = NULL;
    kube_set_up(&fixture);
    struct kube_fixture *k = fixture;
    const struct pod_template t = template_of(k, row->spec);
    assert_string_equal(kube_complaints(k), "");
    const struct resource_list l = pod_template_requests(&t, k->reader.arena);
    assert_string_equal(amounts(k, &l), row->want);
    kube_tear_down(&fixture);
}

static void scores_count_what_is_not_said(void **state)
{
    struct kube_fixture *k = *state;
    const struct pod_template t =
        template_of(k, "containers: [" C("requests: {cpu: 1}") "," C("limits: {memory: 1Mi}") "," C(
                           "requests: {cpu: 0}") "]");
    const struct resource_list l = pod_template_scored(&t, k->reader.arena);
    assert_string_equal(amounts(k, &l), "cpu=1100 memory=420478976"); /* 1.1, 2 x 200Mi + 1Mi */
    const struct pod_template whole = template_of(
        k, "resources: {requests: {cpu: 2}}, containers: [" C("requests: {cpu: 1}") "]");
    const struct resource_list w = pod_template_scored(&whole, k->reader.arena);
    assert_string_equal(amounts(k, &w), "cpu=2000 memory=209715200");
}

static void fields_are_read_and_have_kubernetes_defaults(void **state)
{
    struct kube_fixture *k = *state;
    const struct pod_template bare = template_of(k, "containers: [{name: c}]");
    assert_int_equal(bare.restart, RESTART_ALWAYS);
    assert_string_equal(bare.scheduler, "default-scheduler");
    assert_null(bare.priority_class);
    assert_null(bare.runtime_class);
    assert_int_equal(bare.grace_s, 30);
    assert_int_equal(bare.deadline_s, 0);
    assert_false(bare.is_gated);
    assert_int_equal(bare.terms.node_name, INTERN_NONE);
    struct pod_template t;
    pod_template_read(&k->reader,
                      kube_yaml(k,
                                "metadata: {labels: {a: b}, annotations: {c: d}}\n"
                                "spec:\n"
                                "  restartPolicy: OnFailure\n"
                                "  schedulerName: gpu-scheduler\n"
                                "  priorityClassName: high\n"
                                "  runtimeClassName: nvidia\n"
                                "  terminationGracePeriodSeconds: 0\n"
                                "  activeDeadlineSeconds: 60\n"
                                "  nodeName: n7\n"
                                "  nodeSelector: {gpu: h100}\n"
                                "  schedulingGates: [{name: g}]\n"
                                "  tolerations: [{operator: Exists}]\n"
                                "  topologySpreadConstraints: [{maxSkew: 1}]\n"
                                "  initContainers: [{name: i}, {name: s, restartPolicy: Always}]\n"
                                "  containers: [{name: c, command: [sleep, '600']}]\n"),
                      &t);
    assert_string_equal(kube_complaints(k), "");
    assert_int_equal(t.restart, RESTART_ON_FAILURE);
    assert_string_equal(t.scheduler, "gpu-scheduler");
    assert_string_equal(t.priority_class, "high");
    assert_string_equal(t.runtime_class, "nvidia");
    assert_int_equal(t.grace_s, 0);
    assert_int_equal(t.deadline_s, 60);
    assert_true(t.is_gated);
    assert_string_equal(intern_text(k->words, t.terms.node_name), "n7");
    assert_int_equal(t.terms.selector.len, 1);
    assert_int_equal(t.terms.tolerations.len, 1);
    assert_string_equal(text_map_find(t.labels, "a"), "b");
    assert_string_equal(text_map_find(t.annotations, "c"), "d");
    assert_int_equal(t.containers_len, 3);
    assert_true(t.containers[0].is_init && !t.containers[0].is_sidecar);
    assert_true(t.containers[1].is_init && t.containers[1].is_sidecar);
    assert_false(t.containers[2].is_init);
    assert_string_equal(yaml_get(t.containers[2].node, "command")->items[1]->text, "600");
}

/* --- mistakes --- */

static void wrong_types_are_reported_where_they_stand(void **state)
{
    struct kube_fixture *k = *state;
    struct pod_template t;
    assert_false(pod_template_read(
        &k->reader,
        kube_yaml(k, "metadata: {labels: {a: 1}}\n"
                     "spec:\n"
                     "  restartPolicy: never\n"
                     "  terminationGracePeriodSeconds: '3'\n"
                     "  priorityClassName: 3\n"
                     "  overhead: 3\n"
                     "  initContainers: {name: x}\n"
                     "  containers:\n"
                     "  - name: c\n"
                     "    resources:\n"
                     "      requests: {cpu: lots, memory: 8GB, nvidia.com/gpu: }\n"
                     "      limits: [a]\n"),
        &t));
    assert_string_equal(
        kube_complaints(k),
        "t.yaml:1:24: error: a: '1': not text to Kubernetes but a number; put it in quotes\n"
        "t.yaml:7:19: error: initContainers: a mapping; expected a list\n"
        "t.yaml:11:23: error: cpu: 'lots': not a number; expected a Kubernetes quantity such as "
        "500m, 2 or 80Gi\n"
        "t.yaml:11:37: error: memory: '8GB': unknown suffix; expected a Kubernetes quantity such "
        "as 500m, 2 or 80Gi\n"
        "t.yaml:11:58: error: nvidia.com/gpu: nothing; expected a Kubernetes quantity such as "
        "500m, 2 or 80Gi\n"
        "t.yaml:12:15: error: limits: a list; expected a mapping\n"
        "t.yaml:6:13: error: overhead: '3'; expected a mapping\n"
        "t.yaml:3:18: error: restartPolicy: 'never': not one of Always, OnFailure, Never; did you "
        "mean 'Never'?\n"
        "t.yaml:5:22: error: priorityClassName: '3': not text to Kubernetes but a number; put it "
        "in quotes\n"
        "t.yaml:4:34: error: terminationGracePeriodSeconds: '3': text in quotes; expected a whole "
        "number\n");
    assert_false(pod_template_read(&k->reader, kube_yaml(k, "metadata: {}\n"), &t));
    assert_false(pod_template_read(&k->reader, kube_yaml(k, "spec: {}\n"), &t));
    assert_false(pod_template_read(&k->reader, kube_yaml(k, "spec: {containers: []}\n"), &t));
    assert_false(pod_template_read(&k->reader, kube_yaml(k, "spec: 3\n"), &t));
    assert_string_equal(kube_complaints(k),
                        "t.yaml:1:1: error: 'spec' is missing\n"
                        "t.yaml:1:7: error: 'containers' are missing\n"
                        "t.yaml:1:20: error: containers: none; expected at least one\n"
                        "t.yaml:1:7: error: spec: '3'; expected a mapping\n");
}

static void what_the_api_server_refuses_is_refused(void **state)
{
    struct kube_fixture *k = *state;
    static const struct {
        const char *spec, *message;
    } bad[] = {
        {"containers: [" C("requests: {nvidia.com/gpu: 1}, limits: {nvidia.com/gpu: 2}") "]",
         "nvidia.com/gpu: '1': the request is not the limit 2"},
        {"containers: [" C("requests: {nvidia.com/gpu: 1}") "]",
         "nvidia.com/gpu: '1': requested without a limit; it needs one, equal to it"},
        {"containers: [" C("limits: {nvidia.com/gpu: 0.5}") "]",
         "nvidia.com/gpu: '0.5': not a whole number; it comes in pieces"},
        {"containers: [" C("limits: {nvidia.com/gpu: 500m}") "]",
         "nvidia.com/gpu: '500m': not a whole number; it comes in pieces"},
        {"containers: [" C("limits: {nvidia.com/gpu: -1}") "]", "nvidia.com/gpu: '-1': negative"},
        {"containers: [" C("limits: {nvidia.com/gpu: 1G}") "]",
         "nvidia.com/gpu: '1G': more than any node has"},
        {"containers: [" C("requests: {memory: 1E}") "]", "memory: '1E': more than any node has"},
        {"containers: [" C("requests: {cpu: -0.5}") "]", "cpu: '-0.5': negative"},
        {"containers: [" C("requests: {cpu: 3}, limits: {cpu: 2}") "]",
         "cpu: '3': the request is above the limit 2"},
        {"initContainers: [" C("requests: {cpu: 3}, limits: {cpu: 2}") "], containers: [{}]",
         "cpu: '3': the request is above the limit 2"},
        {"containers: [" C("requests: {hugepages-2Mi: 4Mi}, limits: {hugepages-2Mi: 8Mi}") "]",
         "hugepages-2Mi: '4Mi': the request is not the limit 8Mi"},
        {"containers: [" C("limits: {gpu: 1}") "]",
         "gpu: needs its vendor's domain, as in nvidia.com/gpu"},
        {"containers: [" C("limits: {Memory: 1}") "]",
         "Memory: no resource of Kubernetes, and no domain such as nvidia.com/ in front; did you "
         "mean 'memory'?"},
        {"resources: {requests: {cpu: 3}, limits: {cpu: 2}}, containers: [{}]",
         "cpu: '3': the request is above the limit 2"},
        {"resources: {limits: {nvidia.com/gpu: 2}}, containers: [{}]",
         "nvidia.com/gpu: not for the pod as a whole; ask for it in a container"},
        {"overhead: {cpu: -1}, containers: [{}]", "cpu: '-1': negative"},
    };
    for (size_t i = 0; i < LEN(bad); i++) {
        const struct pod_template t = template_of(k, bad[i].spec);
        assert_string_equal(kube_complaints(k), "");
        assert_false(pod_template_check(&k->reader, &t));
        char want[300];
        snprintf(want, sizeof want, "error: %s\n", bad[i].message);
        assert_string_equal(strstr(kube_complaints(k), "error: "), want);
    }
    const struct pod_template good =
        template_of(k, "overhead: {cpu: 1}, containers: [" C(
                           "requests: {cpu: 1, ephemeral-storage: 1Gi, "
                           "nvidia.com/gpu: 8}, limits: {cpu: 1, nvidia.com/gpu: 8}") "]");
    assert_true(pod_template_check(&k->reader, &good));
}

static void more_resources_than_a_request_can_hold_are_refused(void **state)
{
    struct kube_fixture *k = *state;
    char *spec = arena_alloc(k->reader.arena, 10000);
    char *at = spec + sprintf(spec, "{spec: {containers: [");
    for (int c = 0; c < 4; c++) {
        at += sprintf(at, "{resources: {limits: {");
        for (int r = 0; r < 16; r++)
            at += sprintf(at, "example.com/r%d: 1,", 16 * c + r);
        at += sprintf(at, "}}},");
    }
    sprintf(at, "]}}");
    struct pod_template t;
    assert_true(pod_template_read(&k->reader, kube_yaml(k, spec), &t));
    assert_false(pod_template_check(&k->reader, &t));
    assert_string_equal(kube_complaints(k),
                        "t.yaml:1:8: error: its containers ask for more than 60 resources\n");
}

/* --- classes --- */

static struct object_set *objects(struct kube_fixture *k, const char *text)
{
    struct object_set *s = object_set_new();
    object_set_parse(s, "t.yaml", text, strlen(text), &k->messages.diag);
    return s;
}

static void overhead_comes_from_the_runtime_class(void **state)
{
    struct kube_fixture *k = *state;
    struct object_set *s =
        objects(k, "{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: kata},"
                   " overhead: {podFixed: {memory: 1Ki}}}");
    struct pod_template t = template_of(k, "runtimeClassName: kata, containers: [{}]");
    assert_true(pod_template_take_overhead(&k->reader, &t, s));
    struct resource_list l = pod_template_requests(&t, k->reader.arena);
    assert_string_equal(amounts(k, &l), "memory=1024");
    t = template_of(k, "runtimeClassName: kata, overhead: {cpu: 1}, containers: [{}]");
    assert_true(pod_template_take_overhead(&k->reader, &t, s));
    l = pod_template_requests(&t, k->reader.arena);
    assert_string_equal(amounts(k, &l), "cpu=1000");
    t = template_of(k, "runtimeClassName: nvidia, containers: [{}]");
    assert_true(pod_template_take_overhead(&k->reader, &t, s));
    assert_int_equal(t.overhead.len, 0);
    object_set_free(s);
}

static void limit_ranges_give_what_containers_leave_out(void **state)
{
    struct kube_fixture *k = *state;
    struct object_set *s =
        objects(k, "{apiVersion: v1, kind: LimitRange, metadata: {name: b}, spec: {limits: [{type: "
                   "Container, defaultRequest: {cpu: 4, memory: 2Ki}}]}}\n---\n"
                   "{apiVersion: v1, kind: LimitRange, metadata: {name: a}, spec: {limits: [{type: "
                   "Container, defaultRequest: {cpu: 1}, default: {nvidia.com/gpu: 2}}]}}\n---\n"
                   "{apiVersion: v1, kind: LimitRange, metadata: {name: a, namespace: else}, spec: "
                   "{limits: [{type: Container, defaultRequest: {ephemeral-storage: 1}}]}}");
    struct pod_template t = template_of(k, "containers: [{}]");
    pod_template_take_limits(&k->reader, &t, s, "default");
    struct resource_list l = pod_template_requests(&t, k->reader.arena);
    assert_string_equal(amounts(k, &l), "cpu=1000 memory=2048 nvidia.com/gpu=2");
    t = template_of(k, "containers: [{resources: {requests: {cpu: 3}}}]");
    pod_template_take_limits(&k->reader, &t, s, "default");
    l = pod_template_requests(&t, k->reader.arena);
    assert_string_equal(amounts(k, &l), "cpu=3000 memory=2048 nvidia.com/gpu=2");
    object_set_free(s);
}

static void priority_classes_have_values(void **state)
{
    struct kube_fixture *k = *state;
    struct object_set *s =
        objects(k, "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high},"
                   " value: 1000, preemptionPolicy: Never}\n---\n"
                   "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: d1},"
                   " value: 7, globalDefault: true}\n---\n"
                   "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: d2},"
                   " value: -5, globalDefault: true}\n---\n"
                   "{apiVersion: kueue.x-k8s.io/v1beta2, kind: WorkloadPriorityClass,"
                   " metadata: {name: high}, value: 3}\n");
    struct priority_classes c;
    priority_classes_read(&k->reader, s, &c);
    assert_string_equal(kube_complaints(k), "");
    assert_int_equal(priority_class_find(&c, "high")->value, 1000);
    assert_false(priority_class_find(&c, "high")->preempts);
    assert_int_equal(priority_class_find(&c, NULL)->value, -5);
    assert_true(priority_class_find(&c, NULL)->preempts);
    assert_null(priority_class_find(&c, "low"));
    assert_int_equal(priority_class_find(&c, "system-node-critical")->value, 2000001000);
    assert_int_equal(workload_priority_class_find(&c, "high")->value, 3);
    assert_null(workload_priority_class_find(&c, "d1"));
    object_set_free(s);
    s = objects(k, "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: a}\n"
                   "value: 1000000001\n---\n"
                   "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\n"
                   "metadata: {name: system-x}\nvalue: 3\n---\n"
                   "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: b}\n"
                   "value: 3000000000\npreemptionPolicy: Always\n");
    priority_classes_read(&k->reader, s, &c);
    assert_string_equal(
        kube_complaints(k),
        "t.yaml:4:8: error: value: '1000000001': above 1000000000, the most that users may have\n"
        "t.yaml:6:1: error: PriorityClass system-x: names that begin with system- are Kubernetes' "
        "own\n"
        "t.yaml:14:8: error: value: '3000000000': out of range; expected -2147483648 to "
        "2147483647\n"
        "t.yaml:15:19: error: preemptionPolicy: 'Always': not one of PreemptLowerPriority, "
        "Never\n");
    object_set_free(s);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 7] = {
        cmocka_unit_test_setup_teardown(scores_count_what_is_not_said, kube_set_up, kube_tear_down),
        cmocka_unit_test_setup_teardown(fields_are_read_and_have_kubernetes_defaults, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(wrong_types_are_reported_where_they_stand, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(what_the_api_server_refuses_is_refused, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(more_resources_than_a_request_can_hold_are_refused,
                                        kube_set_up, kube_tear_down),
        cmocka_unit_test_setup_teardown(overhead_comes_from_the_runtime_class, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(limit_ranges_give_what_containers_leave_out, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(priority_classes_have_values, kube_set_up, kube_tear_down),
    };
    size_t n = 7;
    for (size_t i = 0; i < LEN(rows); i++)
        tests[n++] = (struct CMUnitTest){.name = rows[i].name,
                                         .test_func = check_row,
                                         .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("pod_template", tests, NULL, NULL);
}
