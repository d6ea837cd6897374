#include "models/free_index.h"
#include "models/kubernetes/node_filter.h"
#include "tests/kube_fixture.h"

struct filter_fixture {
    struct kube_fixture *kube;
    struct names names;
    struct request_table *requests;
    struct cluster *cluster;
};

static int set_up(void **state)
{
    struct filter_fixture *f = calloc(1, sizeof *f);
    void *kube = NULL;
    kube_set_up(&kube);
    f->kube = kube;
    f->names.words = f->kube->words;
    f->names.resources = f->kube->resources;
    f->names.terms = node_terms_table_new(f->kube->words);
    f->requests = request_table_new(f->kube->resources);
    f->cluster = cluster_new();
    cluster_add_pool(f->cluster, "pool", "machine", KIND_NONE);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct filter_fixture *f = *state;
    cluster_free(f->cluster);
    request_table_free(f->requests);
    node_terms_table_free(f->names.terms);
    void *kube = f->kube;
    kube_tear_down(&kube);
    free(f);
    return 0;
}

static void add_node(struct filter_fixture *f, const char *name, int64_t gpus, const char *taint)
{
    struct taint *t = arena_alloc(f->kube->reader.arena, sizeof *t);
    const struct label_map labels =
        label_map_read(&f->kube->reader, kube_yaml(f->kube, gpus > 0 ? "{gpu: h100}" : "{}"));
    struct amount amounts[] = {
        {RESOURCE_CPU, 8000}, {RESOURCE_MEMORY, INT64_C(64) << 30}, {RESOURCE_GPU, gpus}};
    const char *why = "";
    assert_true(taint == NULL || taint_parse(f->kube->words, taint, t, &why));
    cluster_add_node(f->cluster, &(struct node_spec){
                                     .name = name,
                                     .state = NODE_READY,
                                     .amounts = amounts,
                                     .amounts_len = LEN(amounts),
                                     .labels = labels.pairs,
                                     .labels_len = labels.len,
                                     .taints = t,
                                     .taints_len = taint != NULL,
                                 });
}

static uint32_t request(struct filter_fixture *f, int64_t milli, int64_t gpus, const char *spec)
{
    const struct node_terms terms = node_terms_read(&f->kube->reader, kube_yaml(f->kube, spec));
    const struct amount amounts[] = {{RESOURCE_CPU, milli}, {RESOURCE_GPU, gpus}};
    return request_add(f->requests, amounts, LEN(amounts), node_terms_add(f->names.terms, &terms),
                       NULL);
}

static const char *explain(struct filter_fixture *f, uint32_t id, bool names_taints)
{
    struct node_refusals refusals = {0};
    char *text = arena_alloc(f->kube->reader.arena, 1024);
    node_refusals_count(&refusals, f->cluster, f->names.terms, request_get(f->requests, id));
    const size_t len = node_refusals_print(&refusals, &f->names, names_taints, text, 1024);
    assert_int_equal(len, strlen(text));
    node_refusals_fini(&refusals);
    return text;
}

static void refusals_are_counted_in_kubernetes_words(void **state)
{
    struct filter_fixture *f = *state;
    add_node(f, "n0", 8, NULL);
    add_node(f, "n1", 8, NULL);
    add_node(f, "n2", 8, "nvidia.com/gpu=present:NoSchedule");
    add_node(f, "n3", 0, "dedicated:NoExecute");
    add_node(f, "n4", 0, NULL);
    cluster_seal(f->cluster, RESOURCES_FIXED);
    const uint32_t ten = request(f, 1000, 10, "{}");
    assert_string_equal(explain(f, ten, true),
                        "0/5 nodes are available: 1 node(s) had untolerated taint {dedicated: }, "
                        "1 node(s) had untolerated taint {nvidia.com/gpu: present}, "
                        "3 Insufficient nvidia.com/gpu.");
    assert_string_equal(explain(f, ten, false),
                        "0/5 nodes are available: 2 node(s) had untolerated taint(s), "
                        "3 Insufficient nvidia.com/gpu.");
    const uint32_t both = request(f, 9000, 9, "{tolerations: [{operator: Exists}]}");
    assert_string_equal(explain(f, both, true), "0/5 nodes are available: 5 Insufficient cpu, "
                                                "5 Insufficient nvidia.com/gpu.");
    const uint32_t picky = request(f, 1, 1, "{nodeSelector: {gpu: a100}}");
    cluster_set_state(f->cluster, 0, NODE_CORDONED);
    cluster_set_state(f->cluster, 1, NODE_DOWN);
    assert_string_equal(
        explain(f, picky, true),
        "0/5 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, "
        "1 node(s) had untolerated taint {dedicated: }, "
        "1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, "
        "1 node(s) had untolerated taint {nvidia.com/gpu: present}, "
        "1 node(s) were unschedulable.");
    assert_string_equal(explain(f, request(f, 1, 1, "{nodeName: n9}"), true),
                        "0/5 nodes are available: 1 node(s) had untolerated taint "
                        "{node.kubernetes.io/unreachable: }, 1 node(s) were unschedulable, "
                        "3 node(s) didn't match the requested node name.");
    cluster_set_state(f->cluster, 1, NODE_BOOTING);
    assert_string_equal(explain(f, request(f, 1, 0, "{}"), true),
                        "1/4 nodes are available: 1 node(s) had untolerated taint {dedicated: }, "
                        "1 node(s) had untolerated taint {nvidia.com/gpu: present}, "
                        "1 node(s) were unschedulable.");
}

static void room_is_what_is_free_now(void **state)
{
    struct filter_fixture *f = *state;
    add_node(f, "n0", 8, NULL);
    cluster_seal(f->cluster, RESOURCES_FIXED);
    const uint32_t six = request(f, 1000, 6, "{}");
    assert_string_equal(explain(f, six, true), "1/1 nodes are available.");
    cluster_take(f->cluster, 0, request_get(f->requests, six), 1);
    assert_string_equal(explain(f, six, true),
                        "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.");
}

static void no_nodes_have_words_of_their_own(void **state)
{
    struct filter_fixture *f = *state;
    cluster_seal(f->cluster, RESOURCES_FIXED);
    assert_string_equal(explain(f, request(f, 1, 1, "{}"), true),
                        "no nodes available to schedule pods");
}

static void counts_are_sorted_as_text(void **state)
{
    struct filter_fixture *f = *state;
    for (int i = 0; i < 12; i++)
        add_node(f, "n", i < 10 ? 8 : 0, i < 10 ? NULL : "a:NoSchedule");
    cluster_seal(f->cluster, RESOURCES_FIXED);
    assert_string_equal(explain(f, request(f, 1, 9, "{}"), false),
                        "0/12 nodes are available: 10 Insufficient nvidia.com/gpu, "
                        "2 node(s) had untolerated taint(s).");
}

static void a_message_is_cut_where_there_is_no_room(void **state)
{
    struct filter_fixture *f = *state;
    add_node(f, "n0", 8, "a:NoSchedule");
    cluster_seal(f->cluster, RESOURCES_FIXED);
    struct node_refusals refusals = {0};
    node_refusals_count(&refusals, f->cluster, f->names.terms,
                        request_get(f->requests, request(f, 1, 1, "{}")));
    char text[12];
    assert_int_equal(node_refusals_print(&refusals, &f->names, true, text, sizeof text), 11);
    assert_string_equal(text, "0/1 nodes a");
    node_refusals_fini(&refusals);
}

static void an_index_lets_terms_decide(void **state)
{
    struct filter_fixture *f = *state;
    add_node(f, "n0", 8, "nvidia.com/gpu=present:NoSchedule");
    add_node(f, "n1", 8, NULL);
    cluster_seal(f->cluster, RESOURCES_FIXED);
    struct free_index *ix =
        free_index_new(f->cluster, f->requests, node_filter_admits, f->names.terms);
    const uint32_t bare = request(f, 1, 2, "{}");
    const uint32_t tolerant = request(f, 1, 2, "{tolerations: [{operator: Exists}]}");
    assert_int_equal(free_index_total(ix, bare), 4);
    assert_int_equal(free_index_next(ix, bare, 0), 1);
    assert_false(free_index_admits(ix, bare, 0));
    assert_int_equal(free_index_total(ix, tolerant), 8);
    assert_int_equal(free_index_next(ix, tolerant, 0), 0);
    cluster_set_state(f->cluster, 0, NODE_CORDONED);
    assert_int_equal(free_index_total(ix, tolerant), 4);
    assert_true(free_index_admits(ix, tolerant, 0)); /* its state is not the filter's matter */
    free_index_free(ix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refusals_are_counted_in_kubernetes_words, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(room_is_what_is_free_now, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_nodes_have_words_of_their_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_are_sorted_as_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_message_is_cut_where_there_is_no_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_index_lets_terms_decide, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("node_filter", tests, NULL, NULL);
}
