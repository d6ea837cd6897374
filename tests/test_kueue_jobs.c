/* Workloads of jobs, and the hashes in their names. */
#include "models/kubernetes/tree.h"
#include "models/resource.h"
#include "policies/kueue/job_workloads.h"
#include "policies/kueue/sha.h"
#include "sim/arena.h"
#include "sim/intern.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <string.h>

struct fixture {
    struct messages m;
    struct object_set *set;
    struct gates gates;
    struct job_maker maker;
};

static void make(struct fixture *f, const char *text)
{
    *f = (struct fixture){.set = object_set_new()};
    messages_open(&f->m);
    gates_init(&f->gates, KUEUE_NEWEST);
    object_set_parse(f->set, "j.yaml", text, strlen(text), &f->m.diag);
    f->maker = (struct job_maker){.f = {.diag = &f->m.diag,
                                        .arena = object_set_arena(f->set),
                                        .words = intern_new(),
                                        .resources = resource_names_new()},
                                  .objects = f->set,
                                  .gates = &f->gates};
    job_workloads_make(&f->maker);
    messages_assert(&f->m, "");
}

static void close_all(struct fixture *f)
{
    intern_free(f->maker.f.words);
    intern_free(f->maker.f.resources);
    object_set_free(f->set);
    messages_close(&f->m);
}

#define POD "spec: {containers: [{name: c, resources: {limits: {nvidia.com/gpu: 1}}}]}"

static void a_hash_is_that_of_everybody(void **state)
{
    (void)state;
    char text[200], one[SHA1_HEX], two[SHA256_HEX];
    sha1_hex("abc", 3, one);
    assert_string_equal(one, "a9993e364706816aba3e25717850c26c9cd0d89d");
    sha256_hex("", 0, two);
    assert_string_equal(two, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    memset(text, 'a', sizeof text);
    sha1_hex(text, 64, one); /* a whole block, and its padding in a second */
    assert_string_equal(one, "0098ba824b5c16427bd7a1122a5a442a25ec644d");
    sha256_hex(text, 119, two);
    assert_string_equal(two, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb");
}

static void a_job_becomes_one_workload_with_its_limits_as_requests(void **state)
{
    (void)state;
    struct fixture f;
    make(&f, "apiVersion: batch/v1\nkind: Job\n"
             "metadata: {name: train, uid: u1, labels: {kueue.x-k8s.io/queue-name: a}}\n"
             "spec: {parallelism: 4, completions: 3, template: {" POD "}}\n");
    assert_int_equal(f.maker.made_len, 1);
    const struct yaml_node *set = tree_get(f.maker.made[0].doc, "spec.podSets")->items[0];
    const struct yaml_node *container = tree_get(set, "template.spec.containers")->items[0];
    assert_string_equal(tree_text(f.maker.made[0].doc, "spec.queueName", ""), "a");
    assert_int_equal(tree_int(set, "count", 0), 3);
    assert_string_equal(tree_get(container, "resources.requests")->pairs[0].value->text, "1");
    close_all(&f);
}

static void nobody_without_a_queue_gets_one(void **state)
{
    (void)state;
    static const char job[] = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\n"
                              "spec: {template: {" POD "}}\n";
    struct fixture f;
    char text[600];
    make(&f, job);
    assert_int_equal(f.maker.made_len, 0);
    close_all(&f);
    const int len = snprintf(text, sizeof text,
                             "%s---\napiVersion: kueue.x-k8s.io/v1beta2\nkind: LocalQueue\n"
                             "metadata: {name: default}\nspec: {clusterQueue: a}\n",
                             job);
    assert_true(len > 0 && (size_t)len < sizeof text);
    make(&f, text);
    assert_int_equal(f.maker.made_len, 1);
    close_all(&f);
}

static void what_kueue_refuses_is_said_in_its_words(void **state)
{
    (void)state;
    struct fixture f;
    make(&f, "apiVersion: batch/v1\nkind: Job\n"
             "metadata: {name: j, labels: {kueue.x-k8s.io/queue-name: a},\n"
             "  annotations: {kueue.x-k8s.io/job-min-parallelism: \"9\"}}\n"
             "spec: {parallelism: 4, template: {" POD "}}\n");
    assert_int_equal(f.maker.made_len, 0);
    assert_int_equal(f.maker.problems_len, 1);
    assert_true(f.maker.problems[0].is_rejected);
    assert_string_equal(f.maker.problems[0].text,
                        "metadata.annotations[kueue.x-k8s.io/job-min-parallelism]: Invalid value: "
                        "9: should be between 0 and 3");
    close_all(&f);
}

static void roles_of_pods_do_not_depend_on_how_amounts_are_written(void **state)
{
    (void)state;
    struct messages m;
    struct arena *a = arena_new();
    messages_open(&m);
    static const char text[] =
        "{containers: [{resources: {requests: {cpu: 1000m, memory: 1024Mi}}}]}\n"
        "---\n"
        "{containers: [{resources: {requests: {memory: 1Gi, cpu: 1}}}]}\n"
        "---\n"
        "{containers: [{resources: {requests: {memory: 1Gi, cpu: 2}}}]}\n";
    struct yaml_file *f = yaml_parse("p", text, strlen(text), &m.diag);
    const char *one = pod_role_hash(a, yaml_doc(f, 0));
    assert_string_equal(one, pod_role_hash(a, yaml_doc(f, 1)));
    assert_string_not_equal(one, pod_role_hash(a, yaml_doc(f, 2)));
    yaml_close(f);
    messages_close(&m);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_is_that_of_everybody),
        cmocka_unit_test(a_job_becomes_one_workload_with_its_limits_as_requests),
        cmocka_unit_test(nobody_without_a_queue_gets_one),
        cmocka_unit_test(what_kueue_refuses_is_said_in_its_words),
        cmocka_unit_test(roles_of_pods_do_not_depend_on_how_amounts_are_written),
    };
    return cmocka_run_group_tests_name("kueue_jobs", tests, NULL, NULL);
}
