#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/unit.h"
#include "tests/yaml_dump.h"

static struct yaml_file *parse(const char *name, const char *yaml, struct messages *m)
{
    return yaml_parse(name, yaml, strlen(yaml), &m->diag);
}

static const struct overlay {
    const char *name;
    const char *base;
    const char *over;
    const char *want;
} overlays[] = {
    {"overlay_replaces_and_adds", "{a: 1, b: 2}", "{c: 3, a: 4}", "{a: 4, b: 2, c: 3}\n"},
    {"overlay_merges_maps", "{a: {b: {x: 1}, c: 2}, d: 3}", "{a: {b: {y: 4}}}",
     "{a: {b: {x: 1, y: 4}, c: 2}, d: 3}\n"},
    {"overlay_replaces_lists", "{a: [1, 2]}", "{a: [3]}", "{a: [3]}\n"},
    {"overlay_replaces_other_kinds", "{a: {b: 1}, c: 2}", "{a: 3, c: {d: 4}}",
     "{a: 3, c: {d: 4}}\n"},
    {"overlay_by_null_takes_away", "{a: {b: 1}}", "{a: ~}", "{a: ~}\n"},
    {"overlay_of_no_maps", "[1]", "2", "2\n"},
    {"overlay_of_nothing", "{a: 1}", "{}", "{a: 1}\n"},
    {"overlay_over_nothing", "{}", "{a: 1}", "{a: 1}\n"},
    {"overlay_grows_beyond_the_index",
     "{a: 0, b: 1, c: 2, d: 3, e: 4, f: 5, g: 6, h: 7, i: 8, j: 9}",
     "{j: 1, k: 10, l: 11, m: 12, n: 13, o: 14, p: 15, q: 16}",
     "{a: 0, b: 1, c: 2, d: 3, e: 4, f: 5, g: 6, h: 7, i: 8, j: 1, k: 10, l: 11, m: 12, n: 13, "
     "o: 14, p: 15, q: 16}\n"},
};

static void check_overlay(void **state)
{
    const struct overlay *row = *state;
    struct messages m;
    messages_open(&m);
    struct yaml_file *base = parse("t", row->base, &m);
    struct yaml_file *over = parse("o", row->over, &m);
    const struct yaml_node *both = yaml_overlay(over, yaml_doc(base, 0), yaml_doc(over, 0));
    struct text_stream got;
    FILE *out = text_stream_open(&got);
    yaml_dump(out, both);
    assert_string_equal(text_stream_close(&got), row->want);
    free(got.text);
    for (size_t i = 0; both->kind == YAML_MAP && i < both->len; i++)
        assert_ptr_equal(yaml_get(both, both->pairs[i].key->text), both->pairs[i].value);
    yaml_close(over);
    yaml_close(base);
    messages_close(&m);
}

static void an_overlay_stands_where_it_was_written_last(void **state)
{
    (void)state;
    struct messages m;
    messages_open(&m);
    struct yaml_file *base = parse("t", "a: 1\nb: 2\n", &m);
    struct yaml_file *over = parse("o", "\nb: 3\n", &m);
    const struct yaml_node *both = yaml_overlay(over, yaml_doc(base, 0), yaml_doc(over, 0));
    assert_string_equal(both->file, "o");
    assert_string_equal(both->pairs[0].key->file, "t");
    assert_string_equal(both->pairs[1].key->file, "o");
    assert_int_equal(both->pairs[1].key->line, 2);
    assert_ptr_equal(yaml_overlay(over, NULL, both), both);
    assert_ptr_equal(yaml_overlay(over, both, NULL), both);
    yaml_close(over);
    yaml_close(base);
    messages_close(&m);
}

int main(void)
{
    struct CMUnitTest tests[LEN(overlays) + 1] = {
        cmocka_unit_test(an_overlay_stands_where_it_was_written_last)};
    for (size_t i = 0; i < LEN(overlays); i++)
        tests[1 + i] = (struct CMUnitTest){.name = overlays[i].name,
                                           .test_func = check_overlay,
                                           .initial_state = (void *)&overlays[i]};
    return cmocka_run_group_tests_name("yaml_overlay", tests, NULL, NULL);
}
