#include "models/kubernetes/selector.h"
#include "tests/kube_fixture.h"

static struct label_map labels(struct kube_fixture *k, const char *text)
{
    return label_map_read(&k->reader, kube_yaml(k, text));
}

/* One selector against one set of labels. */
static const struct row {
    const char *selector, *labels;
    bool matches;
} rows[] = {
    {"{}", "{}", true},
    {"{}", "{a: b}", true},
    {"{matchLabels: {a: b}}", "{a: b, c: d}", true},
    {"{matchLabels: {a: b}}", "{a: c}", false},
    {"{matchLabels: {a: b}}", "{}", false},
    {"{matchLabels: {a: ''}}", "{a: ''}", true},
    {"{matchLabels: {a: ''}}", "{}", false},
    {"{matchLabels: {a: b, c: d}}", "{a: b}", false},
    {"{matchExpressions: [{key: a, operator: In, values: [x, y]}]}", "{a: y}", true},
    {"{matchExpressions: [{key: a, operator: In, values: [x, y]}]}", "{a: z}", false},
    {"{matchExpressions: [{key: a, operator: In, values: [x, y]}]}", "{}", false},
    {"{matchExpressions: [{key: a, operator: NotIn, values: [x, y]}]}", "{a: x}", false},
    {"{matchExpressions: [{key: a, operator: NotIn, values: [x, y]}]}", "{a: z}", true},
    {"{matchExpressions: [{key: a, operator: NotIn, values: [x, y]}]}", "{}", true},
    {"{matchExpressions: [{key: a, operator: Exists}]}", "{a: ''}", true},
    {"{matchExpressions: [{key: a, operator: Exists}]}", "{b: a}", false},
    {"{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{b: a}", true},
    {"{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{a: x}", false},
    {"{matchLabels: {a: b}, matchExpressions: [{key: c, operator: Exists}]}", "{a: b}", false},
    {"{matchLabels: {a: b}, matchExpressions: [{key: c, operator: Exists}]}", "{a: b, c: d}", true},
};

static void every_requirement_has_to_hold(void **state)
{
    for (size_t i = 0; i < LEN(rows); i++) {
        kube_set_up(state);
        struct kube_fixture *k = *state;
        const struct selector *s = selector_read(&k->reader, kube_yaml(k, rows[i].selector));
        const struct label_map m = labels(k, rows[i].labels);
        assert_string_equal(kube_complaints(k), "");
        assert_int_equal(selector_matches(s, &m, k->words), rows[i].matches);
        kube_tear_down(state);
    }
}

static void no_selector_matches_nothing(void **state)
{
    struct kube_fixture *k = *state;
    const struct label_map none = {0};
    assert_null(selector_read(&k->reader, NULL));
    assert_false(selector_matches(NULL, &none, k->words));
    const struct node n = {.name = "n"};
    assert_null(node_selector_read(&k->reader, NULL));
    assert_false(node_selector_matches(NULL, &n, k->words));
}

static const struct node_row {
    const char *selector, *labels;
    bool matches;
} node_rows[] = {
    {"[{matchExpressions: [{key: n, operator: Gt, values: ['3']}]}]", "{n: '4'}", true},
    {"[{matchExpressions: [{key: n, operator: Gt, values: ['3']}]}]", "{n: '3'}", false},
    {"[{matchExpressions: [{key: n, operator: Gt, values: ['3']}]}]", "{n: x}", false},
    {"[{matchExpressions: [{key: n, operator: Gt, values: ['3']}]}]", "{}", false},
    {"[{matchExpressions: [{key: n, operator: Lt, values: ['3']}]}]", "{n: '2'}", true},
    {"[{matchExpressions: [{key: n, operator: Lt, values: ['-3']}]}]", "{n: '2'}", false},
    {"[{matchExpressions: [{key: n, operator: Lt, values: ['3']}]}]", "{n: '2.5'}", false},
    /* one term after the other */
    {"[{matchExpressions: [{key: a, operator: Exists}]},"
     " {matchExpressions: [{key: b, operator: Exists}]}]",
     "{b: x}", true},
    {"[{matchExpressions: [{key: a, operator: Exists}, {key: b, operator: Exists}]}]", "{b: x}",
     false},
    /* an empty term is no way to be right */
    {"[{}]", "{a: x}", false},
    {"[{}, {matchExpressions: [{key: a, operator: Exists}]}]", "{a: x}", true},
    /* the node is called n1 */
    {"[{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}]", "{}", true},
    {"[{matchFields: [{key: metadata.name, operator: In, values: [n2]}]}]", "{}", false},
    {"[{matchFields: [{key: metadata.name, operator: NotIn, values: [n1]}]}]", "{}", false},
    {"[{matchFields: [{key: metadata.name, operator: NotIn, values: [n2]}]}]", "{}", true},
    {"[{matchFields: [{key: metadata.name, operator: In, values: [n1]}],"
     "  matchExpressions: [{key: a, operator: Exists}]}]",
     "{}", false},
};

static void any_term_of_a_node_selector_will_do(void **state)
{
    for (size_t i = 0; i < LEN(node_rows); i++) {
        kube_set_up(state);
        struct kube_fixture *k = *state;
        char text[400];
        snprintf(text, sizeof text, "{nodeSelectorTerms: %s}", node_rows[i].selector);
        const struct node_selector *s = node_selector_read(&k->reader, kube_yaml(k, text));
        const struct label_map m = labels(k, node_rows[i].labels);
        const struct node n = {.name = "n1", .labels = m.pairs, .labels_len = m.len};
        assert_string_equal(kube_complaints(k), "");
        assert_int_equal(node_selector_matches(s, &n, k->words), node_rows[i].matches);
        kube_tear_down(state);
    }
}

static void selectors_that_say_the_same_are_equal(void **state)
{
    struct kube_fixture *k = *state;
    const struct selector *a = selector_read(
        &k->reader, kube_yaml(k, "{matchExpressions: [{key: x, operator: In, values: [p, q, p]},"
                                 "{key: y, operator: Exists}]}"));
    const struct selector *b =
        selector_read(&k->reader, kube_yaml(k, "{matchExpressions: [{key: y, operator: Exists},"
                                               "{key: x, operator: In, values: [q, p]}]}"));
    assert_int_equal(a->len, 2);
    assert_int_equal(b->len, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(a->requirements[i].key, b->requirements[i].key);
        assert_int_equal(a->requirements[i].op, b->requirements[i].op);
        assert_int_equal(a->requirements[i].values.len, b->requirements[i].values.len);
    }
    assert_int_equal(a->requirements[0].values.len, 2);
    assert_int_equal(a->requirements[0].values.words[1], b->requirements[0].values.words[1]);
}

static void mistakes_are_reported_where_they_stand(void **state)
{
    struct kube_fixture *k = *state;
    selector_read(&k->reader, kube_yaml(k, "matchLabels: {'a b': c, d: e/f}\n"
                                           "matchExpressions:\n"
                                           "- {key: a, operator: in, values: [b]}\n"
                                           "- {key: a, operator: In}\n"
                                           "- {key: a, operator: Exists, values: [b]}\n"
                                           "- {operator: Exists}\n"
                                           "- {key: a}\n"
                                           "- {key: a, operator: Gt, values: ['1']}\n"
                                           "- {key: a, operator: In, values: [1]}\n"
                                           "- {key: a, operator: In, values: b}\n"));
    assert_string_equal(
        kube_complaints(k),
        "t.yaml:1:15: error: label: 'a b': not letters, digits, '-', '_' and '.', with a letter or "
        "digit at both ends\n"
        "t.yaml:1:28: error: d: 'e/f': not letters, digits, '-', '_' and '.', with a letter or "
        "digit at both ends\n"
        "t.yaml:3:22: error: operator: 'in': not one of In, NotIn, Exists, DoesNotExist; did you "
        "mean 'In'?\n"
        "t.yaml:4:3: error: values: none; operator In needs at least one\n"
        "t.yaml:5:38: error: values: not with operator Exists\n"
        "t.yaml:6:3: error: 'key' is missing\n"
        "t.yaml:7:3: error: 'operator' is missing\n"
        "t.yaml:8:22: error: operator: 'Gt': not one of In, NotIn, Exists, DoesNotExist\n"
        "t.yaml:9:35: error: values: '1': not text to Kubernetes but a number; put it in quotes\n"
        "t.yaml:9:34: error: values: none; operator In needs at least one\n"
        "t.yaml:10:34: error: values: 'b'; expected a list\n"
        "t.yaml:10:34: error: values: none; operator In needs at least one\n");
    node_selector_read(&k->reader,
                       kube_yaml(k, "nodeSelectorTerms:\n"
                                    "- matchExpressions: [{key: a, operator: Lt, values: [b]}]\n"
                                    "- matchExpressions: [{key: a, operator: Lt}]\n"
                                    "- matchFields: [{key: name, operator: In, values: [b, c]}]\n"
                                    "- matchFields: [{key: metadata.name, operator: Exists}]\n"));
    assert_string_equal(
        kube_complaints(k),
        "t.yaml:2:53: error: values: 'b': not a whole number\n"
        "t.yaml:3:22: error: values: 0 of them; operator Lt needs one\n"
        "t.yaml:4:23: error: key: 'name': no field to select nodes by; expected metadata.name\n"
        "t.yaml:4:51: error: values: 2 of them; expected one name\n"
        "t.yaml:5:48: error: operator: 'Exists': not one of In, NotIn\n");
    node_selector_read(&k->reader, kube_yaml(k, "nodeSelectorTerms: []\n"));
    node_selector_read(&k->reader, kube_yaml(k, "nodeSelectorTerms: [a]\n"));
    assert_string_equal(kube_complaints(k),
                        "t.yaml:1:1: error: nodeSelectorTerms: none; expected at least one term\n"
                        "t.yaml:1:21: error: nodeSelectorTerms: 'a'; expected a list of mappings\n"
                        "t.yaml:1:1: error: nodeSelectorTerms: none; expected at least one term\n");
}

static void joined_labels_take_the_later_value(void **state)
{
    struct kube_fixture *k = *state;
    const struct label_map a = labels(k, "{a: 'x', c: 'x', e: 'x'}");
    const struct label_map b = labels(k, "{b: 'y', c: 'y', f: 'y'}");
    const struct label_map m = label_map_join(k->reader.arena, &a, &b);
    assert_int_equal(m.len, 5);
    for (uint32_t i = 1; i < m.len; i++)
        assert_true(m.pairs[i - 1].key < m.pairs[i].key);
    static const char *const want[][2] = {
        {"a", "x"}, {"b", "y"}, {"c", "y"}, {"e", "x"}, {"f", "y"}};
    for (size_t i = 0; i < LEN(want); i++)
        assert_string_equal(
            intern_text(k->words, label_map_find(&m, intern_find(k->words, want[i][0]))),
            want[i][1]);
    assert_int_equal(label_map_find(&m, intern_add(k->words, "g")), INTERN_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_requirement_has_to_hold),
        cmocka_unit_test(any_term_of_a_node_selector_will_do),
        cmocka_unit_test_setup_teardown(no_selector_matches_nothing, kube_set_up, kube_tear_down),
        cmocka_unit_test_setup_teardown(selectors_that_say_the_same_are_equal, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(mistakes_are_reported_where_they_stand, kube_set_up,
                                        kube_tear_down),
        cmocka_unit_test_setup_teardown(joined_labels_take_the_later_value, kube_set_up,
                                        kube_tear_down),
    };
    return cmocka_run_group_tests_name("selector", tests, NULL, NULL);
}
