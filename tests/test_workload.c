#include "models/kubernetes/object_set.h"
#include "models/kubernetes/workload.h"
#include "sim/file_text.h"
#include "tests/kube_fixture.h"
#include "tests/shared_data.h"

#include <dirent.h>

static struct object object_of(struct kube_fixture *k, const char *text)
{
    struct object o;
    if (!object_read(&k->reader, kube_yaml(k, text), 0, &o))
        fail_msg("%s", kube_complaints(k));
    return o;
}

static struct workload workload_of(struct kube_fixture *k, const struct object *o)
{
    struct workload w = {0};
    const struct workload_shape *shape = workload_shape_find(o);
    assert_non_null(shape);
    workload_read(&k->reader, o, shape, &w);
    return w;
}

#define TEMPLATE "template: {spec: {restartPolicy: Never, containers: [{name: c}]}}"
#define BATCH    "apiVersion: batch/v1, kind: Job, metadata: {name: j}"

static void counts_of_a_job_follow_parallelism_and_completions(void **state)
{
    static const struct {
        const char *fields;
        uint32_t count, completions;
    } rows[] = {
        {"", 1, 1},
        {"completions: 4,", 1, 4},
        {"parallelism: 3,", 3, UINT32_MAX},
        {"parallelism: 3, completions: 5,", 3, 5},
        {"parallelism: 5, completions: 3,", 3, 3},
        {"parallelism: 0,", 0, UINT32_MAX},
        {"parallelism: null, completions: null,", 1, 1},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        kube_set_up(state);
        struct kube_fixture *k = *state;
        char text[400];
        snprintf(text, sizeof text, "{" BATCH ", spec: {%s " TEMPLATE "}}", rows[i].fields);
        const struct object o = object_of(k, text);
        const struct workload w = workload_of(k, &o);
        struct controller c;
        assert_true(workload_controller(&k->reader, &w, &c));
        assert_true(workload_check(&k->reader, &w));
        assert_int_equal(w.sets_len, 1);
        assert_string_equal(w.sets[0].name, "main");
        assert_int_equal(w.sets[0].count, rows[i].count);
        assert_int_equal(c.kind, CONTROLLER_JOB);
        assert_int_equal(c.parallelism, rows[i].count);
        assert_int_equal(c.completions, rows[i].completions);
        kube_tear_down(state);
    }
}

static void controllers_have_kubernetes_defaults(void **state)
{
    struct kube_fixture *k = *state;
    struct object o = object_of(k, "{" BATCH ", spec: {" TEMPLATE "}}");
    struct workload w = workload_of(k, &o);
    struct controller c;
    assert_true(workload_controller(&k->reader, &w, &c));
    assert_int_equal(c.backoff_limit, 6);
    assert_false(c.is_indexed);
    assert_int_equal(c.restarts, RESTART_NEVER);
    assert_true(c.deadline_ns == LIMIT_NONE && c.lifetime_ns == LIMIT_NONE);
    o = object_of(k, "{" BATCH ", spec: {completionMode: Indexed, completions: 3, backoffLimit: 0,"
                     " activeDeadlineSeconds: 60, " TEMPLATE "}}");
    w = workload_of(k, &o);
    assert_true(workload_controller(&k->reader, &w, &c));
    assert_int_equal(c.backoff_limit, 0);
    assert_true(c.is_indexed);
    assert_true(c.deadline_ns == INT64_C(60000000000));
    o = object_of(k, "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, spec: {"
                     "ordinals: {start: 5}, template: {spec: {containers: [{}]}}}}");
    w = workload_of(k, &o);
    assert_true(workload_controller(&k->reader, &w, &c));
    assert_int_equal(c.kind, CONTROLLER_STATEFULSET);
    assert_int_equal(c.parallelism, 1);
    assert_int_equal(c.first_index, 5);
    assert_true(c.is_ordered);
    assert_int_equal(c.restarts, RESTART_ALWAYS);
    o = object_of(k, "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, spec: {"
                     "replicas: 4, podManagementPolicy: Parallel,"
                     " template: {spec: {containers: [{}]}}}}");
    w = workload_of(k, &o);
    assert_true(workload_controller(&k->reader, &w, &c));
    assert_false(c.is_ordered);
    assert_int_equal(c.parallelism, 4);
    o = object_of(k, "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {"
                     "restartPolicy: OnFailure, containers: [{}]}}");
    w = workload_of(k, &o);
    assert_true(workload_controller(&k->reader, &w, &c));
    assert_int_equal(c.kind, CONTROLLER_POD);
    assert_int_equal(c.parallelism, 1);
    assert_int_equal(c.restarts, RESTART_ON_FAILURE);
    assert_string_equal(kube_complaints(k), "");
}

static void gangs_have_a_pod_set_for_each_role(void **state)
{
    struct kube_fixture *k = *state;
    struct object o = object_of(
        k, "{apiVersion: kubeflow.org/v1, kind: PyTorchJob, metadata: {name: p}, spec: {"
           "pytorchReplicaSpecs: {Worker: {replicas: 3, " TEMPLATE "}, Master: {" TEMPLATE "}}}}");
    struct workload w = workload_of(k, &o);
    struct controller c;
    assert_string_equal(kube_complaints(k), "");
    assert_int_equal(w.sets_len, 2);
    assert_string_equal(w.sets[0].name, "master");
    assert_int_equal(w.sets[0].count, 1);
    assert_string_equal(w.sets[1].name, "worker");
    assert_int_equal(w.sets[1].count, 3);
    assert_false(workload_controller(&k->reader, &w, &c));
    o = object_of(k, "{apiVersion: jobset.x-k8s.io/v1alpha2, kind: JobSet, metadata: {name: s},"
                     " spec: {replicatedJobs: [{name: A, replicas: 2, template: {spec: {"
                     "parallelism: 4, completions: 3, " TEMPLATE "}}},"
                     "{name: b, template: {spec: {" TEMPLATE "}}}]}}");
    w = workload_of(k, &o);
    assert_string_equal(kube_complaints(k), "");
    assert_int_equal(w.sets_len, 2);
    assert_string_equal(w.sets[0].name, "a");
    assert_int_equal(w.sets[0].count, 6);
    assert_string_equal(w.sets[1].name, "b");
    assert_int_equal(w.sets[1].count, 1);
}

static void other_kinds_are_known_or_not(void **state)
{
    struct kube_fixture *k = *state;
    const struct object cron =
        object_of(k, "{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}}");
    const struct object map =
        object_of(k, "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}");
    const struct object volcano =
        object_of(k, "{apiVersion: batch.volcano.sh/v1, kind: Job, metadata: {name: c}}");
    assert_null(workload_shape_find(&cron));
    assert_true(workload_is_unknown(&cron));
    assert_null(workload_shape_find(&map));
    assert_false(workload_is_unknown(&map));
    assert_null(workload_shape_find(&volcano));
    assert_true(workload_is_unknown(&volcano));
}

static const struct {
    const char *object, *message;
} bad[] = {
    {"{" BATCH ", spec: {parallelism: three, " TEMPLATE "}}",
     "parallelism: 'three': not a whole number"},
    {"{" BATCH ", spec: {parallelism: -1, " TEMPLATE "}}",
     "parallelism: '-1': out of range; expected 0 to 2147483647"},
    {"{" BATCH ", spec: {parallelism: 2000000000, " TEMPLATE "}}",
     "main of more than 10000000 pods"},
    {"{" BATCH ", spec: {completions: 1.5, " TEMPLATE "}}",
     "completions: '1.5': not a whole number"},
    {"{" BATCH ", spec: {}}", "'spec.template' is missing"},
    {"{" BATCH "}", "'spec.template' is missing"},
    {"{" BATCH ", spec: {template: x}}", "spec.template: text; expected a mapping"},
    {"{" BATCH ", spec: [a]}", "spec: a list; expected a mapping"},
    {"{" BATCH ", spec: {completionMode: Indexed, parallelism: 2, " TEMPLATE "}}",
     "completions: missing; an Indexed Job needs them"},
    {"{" BATCH ", spec: {template: {spec: {containers: [{}]}}}}",
     "restartPolicy: missing; a Job needs Never or OnFailure"},
    {"{" BATCH ", spec: {template: {spec: {restartPolicy: Always, containers: [{}]}}}}",
     "restartPolicy: 'Always'; a Job needs Never or OnFailure"},
    {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {" TEMPLATE "}}",
     "restartPolicy: 'Never'; a Deployment needs Always"},
    {"{apiVersion: batch/v1, kind: Job, metadata: {name: J_1}, spec: {" TEMPLATE "}}",
     "name: 'J_1': not lower-case letters, digits, '-' and '.', with a letter or digit at both "
     "ends"},
    {"{apiVersion: batch/v1, kind: Job, spec: {" TEMPLATE "}}", "Job has no metadata.name"},
    {"{apiVersion: kubeflow.org/v1, kind: MPIJob, metadata: {name: m}, spec: {}}",
     "MPIJob m has no pod template"},
    {"{apiVersion: jobset.x-k8s.io/v1, kind: JobSet, metadata: {name: m}, spec: {"
     "replicatedJobs: [3]}}",
     "spec.replicatedJobs: text; expected a mapping"},
    {"{apiVersion: jobset.x-k8s.io/v1, kind: JobSet, metadata: {name: m}, spec: {"
     "replicatedJobs: [{template: {spec: {" TEMPLATE "}}}]}}",
     "'name' is missing"},
    {"{apiVersion: batch/v1, kind: Job, metadata: {name: j, annotations: {"
     "kueue.x-k8s.io/job-min-parallelism: '3'}}, spec: {parallelism: 3, completions: 3, " TEMPLATE
     "}}",
     "kueue.x-k8s.io/job-min-parallelism: '3': not from 1 to less than its parallelism"},
};

static void mistakes_are_reported(void **state)
{
    for (size_t i = 0; i < LEN(bad); i++) {
        kube_set_up(state);
        struct kube_fixture *k = *state;
        const struct object o = object_of(k, bad[i].object);
        struct workload w;
        struct controller c;
        if (workload_read(&k->reader, &o, workload_shape_find(&o), &w)) {
            workload_check(&k->reader, &w);
            workload_controller(&k->reader, &w, &c);
        }
        char want[300];
        snprintf(want, sizeof want, "error: %s\n", bad[i].message);
        const char *got = kube_complaints(k);
        if (strstr(got, "error: ") == NULL)
            fail_msg("accepted: %s", bad[i].object);
        assert_string_equal(strstr(got, "error: "), want);
        kube_tear_down(state);
    }
}

/* --- Kueue's own pod sets, where the recorded cases are present --- */

struct tally {
    unsigned cases, sets, refused, other_kinds;
};

static const struct yaml_node *at(const struct yaml_node *n, const char *key)
{
    return yaml_get(n, key);
}

static int64_t number(const struct yaml_node *n)
{
    return n == NULL || yaml_is_null(n) ? 0 : strtoll(n->text, NULL, 10);
}

static bool is_object_of(const struct object_set *s, const char *kind)
{
    for (size_t i = 0; i < object_set_len(s); i++)
        if (strcmp(object_set_at(s, i)->kind, kind) == 0)
            return true;
    return false;
}

/* Requests that Kueue itself changes are its own matter. */
static bool has_plain_requests(const char *path, const struct yaml_node *header,
                               const struct object_set *s)
{
    return at(at(header, "config"), "resources") == NULL && !is_object_of(s, "LimitRange") &&
           strstr(path, "/dra/") == NULL && strstr(path, "dra-") == NULL &&
           strstr(path, "pod-level-limits-only") == NULL; /* Kueue knows no defaults of the API */
}

static void check_requests(struct kube_fixture *k, const char *path, const struct pod_set *set,
                           const struct yaml_node *want)
{
    const struct resource_list l = pod_template_requests(&set->template, k->reader.arena);
    const struct amount *a = resource_list_amounts(&l, k->reader.arena);
    if (l.len != (want == NULL ? 0 : want->len))
        fail_msg("%s: %u resources", path, l.len);
    for (uint32_t i = 0; i < l.len; i++) {
        const struct yaml_node *n = at(want, intern_text(k->resources, a[i].resource));
        if (n == NULL || a[i].value != number(n))
            fail_msg("%s: %s is %lld", path, intern_text(k->resources, a[i].resource),
                     (long long)a[i].value);
    }
}

static void check_set(struct kube_fixture *k, const char *path, const struct pod_set *set,
                      const struct yaml_node *want, const struct yaml_node *header,
                      bool with_requests)
{
    const bool has_gates = at(at(header, "config"), "featureGates") != NULL;
    const struct yaml_node *selector = at(want, "nodeSelector");
    const struct yaml_node *tolerations = at(want, "tolerations");
    if (strcmp(set->name, at(want, "name")->text) != 0 || set->count != number(at(want, "count")) ||
        (!has_gates && set->min_count != number(at(want, "minCount"))))
        fail_msg("%s: pod set %s of %u to %u", path, set->name, set->min_count, set->count);
    assert_int_equal(set->template.terms.selector.len, selector == NULL ? 0 : selector->len);
    assert_int_equal(set->template.terms.tolerations.len,
                     tolerations == NULL ? 0 : tolerations->len);
    if (with_requests)
        check_requests(k, path, set, at(want, "requests"));
}

/* A Deployment has a Workload for each of its pods. */
static void check_workload(struct kube_fixture *k, const char *path, struct workload *w,
                           const struct object_set *s, const struct yaml_node *header)
{
    const struct yaml_node *list = at(at(header, "expect"), "workloads");
    struct tally seen = {0};
    for (uint32_t i = 0; i < w->sets_len; i++)
        pod_template_take_overhead(&k->reader, &w->sets[i].template, s);
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const struct yaml_node *want = list->items[i];
        const struct yaml_node *owner = at(want, "owner");
        if (strcmp(at(owner, "kind")->text, w->object->kind) != 0 ||
            strcmp(at(owner, "name")->text, w->object->name) != 0)
            continue;
        const struct yaml_node *sets = at(want, "podSets");
        seen.cases++;
        if (w->shape->controller == CONTROLLER_DEPLOYMENT && w->shape->has_controller)
            continue;
        assert_int_equal(sets->len, w->sets_len);
        for (size_t p = 0; p < sets->len; p++)
            check_set(k, path, &w->sets[p], sets->items[p], header,
                      has_plain_requests(path, header, s));
    }
    if (w->shape->controller == CONTROLLER_DEPLOYMENT && w->shape->has_controller && seen.cases > 0)
        assert_int_equal(seen.cases, w->sets[0].count);
}

static void check_case(struct kube_fixture *k, const char *path, struct tally *tally)
{
    char *text = NULL;
    size_t len = 0;
    assert_true(file_text_read(path, &text, &len));
    const struct yaml_node *header = kube_yaml(k, text);
    const char *rest = strstr(text, "\n---\n");
    assert_non_null(rest);
    struct object_set *s = object_set_new();
    object_set_parse(s, path, rest, strlen(rest), &k->messages.diag);
    for (size_t i = 0; i < object_set_len(s); i++) {
        const struct object *o = object_set_at(s, i);
        const struct workload_shape *shape = workload_shape_find(o);
        struct workload w;
        tally->other_kinds += shape == NULL && workload_is_unknown(o);
        if (shape == NULL)
            continue;
        if (!workload_read(&k->reader, o, shape, &w)) {
            const struct yaml_node *none = at(at(header, "expect"), "workloads");
            assert_int_equal(none == NULL ? 0 : none->len, 0); /* Kueue refuses it, too */
            tally->refused++;
            continue;
        }
        tally->sets += w.sets_len;
        check_workload(k, path, &w, s, header);
    }
    tally->cases++;
    object_set_free(s);
    free(text);
}

static void pod_sets_are_those_of_kueue(void **state)
{
    (void)state;
    static const char *const suites[] = {"deployment", "dra",         "examples", "job", "jobset",
                                         "kubeflow",   "management",  "mpijob",   "pod", "priority",
                                         "resources",  "statefulset", "topology"};
    struct tally tally = {0};
    if (shared_data_dir() == NULL) {
        print_message("the recorded cases are not present, skipped\n");
        return;
    }
    for (size_t i = 0; i < LEN(suites); i++) {
        char folder[300], path[700];
        snprintf(folder, sizeof folder, "%s/conformance/kueue/jobs/%s", shared_data_dir(),
                 suites[i]);
        DIR *dir = opendir(folder);
        assert_non_null(dir);
        for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
            if (e->d_name[0] == '.')
                continue;
            void *fixture = NULL;
            kube_set_up(&fixture);
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
            check_case(fixture, path, &tally);
            kube_tear_down(&fixture);
        }
        closedir(dir);
    }
    print_message(
        "%u of %u cases: %u pod sets, %u objects refused, %u of kinds that are not read\n",
        tally.cases, tally.cases, tally.sets, tally.refused, tally.other_kinds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_a_job_follow_parallelism_and_completions),
        cmocka_unit_test_setup_teardown(controllers_have_kubernetes_defaults, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(gangs_have_a_pod_set_for_each_role, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(other_kinds_are_known_or_not, kube_set_up, kube_tear_down),
        cmocka_unit_test(mistakes_are_reported),
        cmocka_unit_test(pod_sets_are_those_of_kueue),
    };
    return cmocka_run_group_tests_name("workload", tests, NULL, NULL);
}
