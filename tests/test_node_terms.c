#include "models/kubernetes/node_terms.h"
#include "tests/kube_fixture.h"

/* A node of the given labels and taints, in the arena. */
static struct node *node(struct kube_fixture *k, const char *labels, const char *const *taints)
{
    struct node *n = arena_alloc(k->reader.arena, sizeof *n);
    struct taint *list = arena_alloc(k->reader.arena, 4 * sizeof *list);
    const struct label_map m = label_map_read(&k->reader, kube_yaml(k, labels));
    *n = (struct node){.name = "n1", .state = NODE_READY};
    n->labels = m.pairs;
    n->labels_len = m.len;
    n->taints = list;
    for (; taints != NULL && taints[n->taints_len] != NULL; n->taints_len++) {
        const char *why = "";
        if (!taint_parse(k->words, taints[n->taints_len], &list[n->taints_len], &why))
            fail_msg("%s", why);
    }
    return n;
}

static uint32_t terms(struct kube_fixture *k, struct node_terms_table *t, const char *spec)
{
    const struct node_terms terms = node_terms_read(&k->reader, kube_yaml(k, spec));
    return node_terms_add(t, &terms);
}

#define REQUIRED(terms)                                                           \
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {" \
    "nodeSelectorTerms: [" terms "]}}}"

static const struct row {
    const char *spec, *labels;
    const char *taints[3];
    enum node_refusal_kind want;
    int taint; /* which one refuses */
} rows[] = {
    {"{}", "{}", {NULL}, NODE_REFUSES_NOTHING, 0},
    {"{}", "{}", {"a:NoSchedule"}, NODE_TAINTED, 0},
    {"{}", "{}", {"a:PreferNoSchedule"}, NODE_REFUSES_NOTHING, 0},
    {"{}", "{}", {"a:PreferNoSchedule", "a:NoExecute"}, NODE_TAINTED, 1},
    {"{tolerations: [{key: a, operator: Exists}]}",
     "{}",
     {"a:NoExecute", "b:NoSchedule"},
     NODE_TAINTED,
     1},
    {"{tolerations: [{operator: Exists}]}",
     "{}",
     {"a:NoExecute", "b=c:NoSchedule"},
     NODE_REFUSES_NOTHING,
     0},
    {"{nodeSelector: {a: b}}", "{a: b, c: d}", {NULL}, NODE_REFUSES_NOTHING, 0},
    {"{nodeSelector: {a: b, c: e}}", "{a: b, c: d}", {NULL}, NODE_NOT_SELECTED, 0},
    {"{nodeSelector: {a: b}}", "{}", {NULL}, NODE_NOT_SELECTED, 0},
    {"{nodeSelector: {a: b}}", "{}", {"a:NoSchedule"}, NODE_TAINTED, 0}, /* taints go first */
    {"{nodeName: n1}", "{}", {NULL}, NODE_REFUSES_NOTHING, 0},
    {"{nodeName: n2}", "{}", {"a:NoSchedule"}, NODE_OF_OTHER_NAME, 0}, /* the name goes first */
    {"{nodeName: ''}", "{}", {NULL}, NODE_REFUSES_NOTHING, 0},
    {"{" REQUIRED("{matchExpressions: [{key: a, operator: In, values: [b]}]}") "}",
     "{a: b}",
     {NULL},
     NODE_REFUSES_NOTHING,
     0},
    {"{" REQUIRED("{matchExpressions: [{key: a, operator: In, values: [b]}]}") "}",
     "{a: c}",
     {NULL},
     NODE_NOT_SELECTED,
     0},
    {"{nodeSelector: {x: y}, " REQUIRED(
         "{matchExpressions: [{key: a, operator: In, values: [b]}]}") "}",
     "{a: b}",
     {NULL},
     NODE_NOT_SELECTED,
     0},
    {"{affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 3, "
     "preference: {matchExpressions: [{key: a, operator: Exists}]}}]}}}",
     "{}",
     {NULL},
     NODE_REFUSES_NOTHING,
     0},
};

static void a_node_is_refused_for_the_first_reason(void **state)
{
    for (size_t i = 0; i < LEN(rows); i++) {
        kube_set_up(state);
        struct kube_fixture *k = *state;
        struct node_terms_table *t = node_terms_table_new(k->words);
        struct node *n = node(k, rows[i].labels, rows[i].taints);
        const uint32_t id = terms(k, t, rows[i].spec);
        assert_string_equal(kube_complaints(k), "");
        struct node_refusal why = {.kind = NODE_NOT_READY};
        const bool admits = node_terms_admit(t, id, n, &why);
        assert_int_equal(why.kind, rows[i].want);
        assert_int_equal(admits, rows[i].want == NODE_REFUSES_NOTHING);
        assert_int_equal(node_terms_match(t, id, n, NULL), admits);
        if (rows[i].want == NODE_TAINTED)
            assert_ptr_equal(why.taint, &n->taints[rows[i].taint]);
        else
            assert_null(why.taint);
        node_terms_table_free(t);
        kube_tear_down(state);
    }
}

static void the_state_of_a_node_goes_before_all(void **state)
{
    struct kube_fixture *k = *state;
    struct node_terms_table *t = node_terms_table_new(k->words);
    struct node *n = node(k, "{}", (const char *const[]){"a:NoSchedule", NULL});
    static const enum node_refusal_kind want[NODE_STATES] = {
        [NODE_BOOTING] = NODE_NOT_READY,      [NODE_READY] = NODE_TAINTED,
        [NODE_CORDONED] = NODE_UNSCHEDULABLE, [NODE_DRAINING] = NODE_UNSCHEDULABLE,
        [NODE_DOWN] = NODE_NOT_READY,
    };
    for (int s = 0; s < NODE_STATES; s++) {
        struct node_refusal why;
        n->state = (enum node_state)s;
        assert_false(node_terms_admit(t, NODE_TERMS_NONE, n, &why));
        assert_int_equal(why.kind, want[s]);
        assert_false(node_terms_match(t, NODE_TERMS_NONE, n, &why));
        assert_int_equal(why.kind, NODE_TAINTED);
    }
    node_terms_table_free(t);
}

static void equal_terms_have_one_number(void **state)
{
    struct kube_fixture *k = *state;
    struct node_terms_table *t = node_terms_table_new(k->words);
    assert_int_equal(node_terms_table_len(t), 1);
    assert_int_equal(terms(k, t, "{}"), NODE_TERMS_NONE);
    assert_int_equal(terms(k, t, "{tolerations: [], nodeSelector: {}, affinity: {}}"),
                     NODE_TERMS_NONE);
    static const char *const different[] = {
        "{nodeSelector: {a: b}}",
        "{nodeSelector: {a: c}}",
        "{nodeSelector: {b: a}}",
        "{nodeName: a}",
        "{tolerations: [{key: a}]}",
        "{tolerations: [{key: a, effect: NoSchedule}]}",
        "{tolerations: [{key: a, operator: Exists}]}",
        "{tolerations: [{key: a, effect: NoExecute}]}",
        "{tolerations: [{key: a, effect: NoExecute, tolerationSeconds: 1}]}",
        "{" REQUIRED("{matchExpressions: [{key: a, operator: Exists}]}") "}",
        "{" REQUIRED("{matchExpressions: [{key: a, operator: DoesNotExist}]}") "}",
        "{" REQUIRED("{matchExpressions: [{key: a, operator: Gt, values: ['1']}]}") "}",
        "{" REQUIRED("{matchExpressions: [{key: a, operator: Gt, values: ['2']}]}") "}",
        "{" REQUIRED("{matchFields: [{key: metadata.name, operator: In, values: [a]}]}") "}",
        "{" REQUIRED("{}") "}",
        "{" REQUIRED("{}, {}") "}",
    };
    for (size_t i = 0; i < LEN(different); i++) {
        assert_int_equal(terms(k, t, different[i]), i + 1);
        assert_int_equal(node_terms_table_len(t), i + 2);
    }
    for (size_t i = 0; i < LEN(different); i++)
        assert_int_equal(terms(k, t, different[i]), i + 1);
    assert_string_equal(kube_complaints(k), "");
    node_terms_table_free(t);
}

static void the_table_keeps_copies(void **state)
{
    struct kube_fixture *k = *state;
    struct node_terms_table *t = node_terms_table_new(k->words);
    uint32_t x = intern_add(k->words, "x"), y = intern_add(k->words, "y");
    struct node_label pair = {x, y};
    struct toleration toleration = {.key = x, .exists = true, .seconds = TOLERATION_FOR_EVER};
    struct selector_requirement q = {.key = x, .op = SELECTOR_IN, .values = {&y, 1}};
    struct node_selector_term term = {.labels = {&q, 1}};
    const struct node_selector required = {&term, 1};
    const struct preferred_term preferred = {7, term};
    const uint32_t id = node_terms_add(t, &(struct node_terms){.selector = {&pair, 1},
                                                               .required = &required,
                                                               .preferred = &preferred,
                                                               .preferred_len = 1,
                                                               .tolerations = {&toleration, 1},
                                                               .node_name = x});
    pair.key = toleration.key = q.key = y = 77;
    term.labels.len = 0;
    const struct node_terms *got = node_terms_get(t, id);
    assert_int_equal(got->selector.pairs[0].key, x);
    assert_int_equal(got->tolerations.items[0].key, x);
    assert_int_equal(got->required->terms[0].labels.requirements[0].key, x);
    assert_int_equal(got->required->terms[0].labels.requirements[0].values.words[0],
                     intern_find(k->words, "y"));
    assert_int_equal(got->preferred[0].weight, 7);
    assert_int_equal(got->preferred[0].term.labels.len, 1);
    node_terms_table_free(t);
}

/* What Kueue does with a ResourceFlavor. */
static void a_flavor_adds_labels_and_tolerations(void **state)
{
    struct kube_fixture *k = *state;
    struct node_terms_table *t = node_terms_table_new(k->words);
    const struct label_map labels =
        label_map_read(&k->reader, kube_yaml(k, "{gpu-type: nvidia-h100}"));
    const struct toleration_list tolerations = tolerations_read(
        &k->reader, kube_yaml(k, "{tolerations: [{key: nvidia.com/gpu, operator: Exists}]}"),
        "tolerations");
    struct node *n = node(k, "{gpu-type: nvidia-h100}",
                          (const char *const[]){"nvidia.com/gpu:NoSchedule", NULL});
    struct node *other = node(k, "{gpu-type: nvidia-a100}",
                              (const char *const[]){"nvidia.com/gpu:NoSchedule", NULL});
    const uint32_t bare = terms(k, t, "{nodeSelector: {gpu-type: nvidia-a100}}");
    const uint32_t with = node_terms_with(t, bare, &labels, &tolerations);
    assert_false(node_terms_admit(t, bare, n, NULL));
    assert_true(node_terms_admit(t, with, n, NULL));
    assert_false(node_terms_admit(t, with, other, NULL));
    assert_int_equal(node_terms_with(t, with, &labels, &tolerations), with);
    assert_int_equal(node_terms_with(t, NODE_TERMS_NONE, &labels, &tolerations), with);
    assert_int_equal(node_terms_with(t, bare, &(struct label_map){0}, &(struct toleration_list){0}),
                     bare);
    node_terms_table_free(t);
}

static void mistakes_are_reported_where_they_stand(void **state)
{
    struct kube_fixture *k = *state;
    node_terms_read(&k->reader,
                    kube_yaml(k, "nodeName: 3\n"
                                 "nodeSelector: {a: 1}\n"
                                 "affinity:\n"
                                 "  nodeAffinity:\n"
                                 "    requiredDuringSchedulingIgnoredDuringExecution: {}\n"
                                 "    preferredDuringSchedulingIgnoredDuringExecution:\n"
                                 "    - {weight: 101, preference: {}}\n"
                                 "    - {preference: {}}\n"
                                 "tolerations: {key: a}\n"));
    assert_string_equal(
        kube_complaints(k),
        "t.yaml:1:11: error: nodeName: '3': not text to Kubernetes but a number; put it in quotes\n"
        "t.yaml:2:19: error: a: '1': not text to Kubernetes but a number; put it in quotes\n"
        "t.yaml:5:53: error: nodeSelectorTerms: none; expected at least one term\n"
        "t.yaml:7:16: error: weight: '101': out of range; expected 1 to 100\n"
        "t.yaml:8:7: error: preferredDuringSchedulingIgnoredDuringExecution: weight and preference "
        "are needed\n"
        "t.yaml:9:14: error: tolerations: a mapping; expected a list\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_is_refused_for_the_first_reason),
        cmocka_unit_test_setup_teardown(the_state_of_a_node_goes_before_all, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(equal_terms_have_one_number, kube_set_up, kube_tear_down),
        cmocka_unit_test_setup_teardown(the_table_keeps_copies, kube_set_up, kube_tear_down),
        cmocka_unit_test_setup_teardown(a_flavor_adds_labels_and_tolerations, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(mistakes_are_reported_where_they_stand, kube_set_up,
                                        kube_tear_down),
    };
    return cmocka_run_group_tests_name("node_terms", tests, NULL, NULL);
}
