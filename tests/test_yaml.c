#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/unit.h"
#include "tests/yaml_dump.h"

#include <string.h>

static const struct row {
    const char *name;
    const char *yaml;
    const char *trees;    /* one line per document */
    const char *messages; /* without the caret lines */
} rows[] = {
    /* What is read. */
    {"nothing", "", "", ""},
    {"comments_only", "# a\n# b\n", "", ""},
    {"empty_documents", "---\n---\n# x\n---\n...\n", "", ""},
    {"null_document", "---\n~\n", "~\n", ""},
    {"scalars", "a: 1\nb: '1'\nc: \"x\\ty\"\nd:\ne: ~\nf: null\ng: 'null'\nh: ''\ni: |\n  t\n  u\n",
     "{a: 1, b: '1', c: 'x\ty', d: ~, e: ~, f: ~, g: 'null', h: '', i: 't\nu\n'}\n", ""},
    {"collections", "a: [1, {b: 2}, []]\nc:\n- d\n-\n  - e\nf: {}\n",
     "{a: [1, {b: 2}, []], c: [d, [e]], f: {}}\n", ""},
    {"documents", "a: 1\n---\n- b\n---\n---\nc\n", "{a: 1}\n[b]\nc\n", ""},
    {"json", "{\"a\": [1, true, null, \"x\"], \"b\": {}}\n", "{'a': [1, true, ~, 'x'], 'b': {}}\n",
     ""},
    {"crlf", "a: 1\r\nb:\r\n  - 2\r\n", "{a: 1, b: [2]}\n", ""},
    {"byte_order_mark",
     "\xef\xbb\xbf"
     "a: 1\n",
     "{a: 1}\n", ""},
    {"other_letters", "\xc3\xbc: \xe6\x97\xa5\n", "{\xc3\xbc: \xe6\x97\xa5}\n", ""},
    {"keys_beyond_the_index",
     "{a: 0, b: 1, c: 2, d: 3, e: 4, f: 5, g: 6, h: 7, i: 8, j: 9, k: 10, l: 11, m: 12, n: 13, "
     "o: 14, p: 15, q: 16}",
     "{a: 0, b: 1, c: 2, d: 3, e: 4, f: 5, g: 6, h: 7, i: 8, j: 9, k: 10, l: 11, m: 12, n: 13, "
     "o: 14, p: 15, q: 16}\n",
     ""},

    /* Tags. */
    {"core_tags",
     "a: !!str 1\nb: !!int '2'\nc: !!float 3\nd: !!null ''\ne: !!map {}\nf: !!seq []\ng: ! x\n"
     "h: !!bool true\ni: !<tag:yaml.org,2002:str> y\nj: ! []\n",
     "{a: '1', b: 2, c: 3, d: ~, e: {}, f: [], g: 'x', h: true, i: 'y', j: []}\n", ""},
    {"other_tags", "a: !vault x\nb: !!binary eA==\nc: !!set {}\nd: !!map x\ne: !x []\n",
     "{a: x, b: eA==, c: {}, d: x, e: []}\n",
     "t:1:4: error: tag '!vault': not known here; write the value without it\n"
     "t:2:4: error: tag '!!binary': not known here; write the value without it\n"
     "t:3:4: error: tag '!!set': not known here; write the value without it\n"
     "t:4:4: error: tag '!!map': not known here; write the value without it\n"
     "t:5:4: error: tag '!x': not known here; write the value without it\n"},

    /* Aliases. */
    {"aliases", "a: &x {b: 1}\nc: *x\nd: [*x, &y 2, *y]\n*y : e\n",
     "{a: {b: 1}, c: {b: 1}, d: [{b: 1}, 2, 2], 2: e}\n", ""},
    {"anchors_may_be_set_anew", "- &x 1\n- *x\n- &x 2\n- *x\n", "[1, 1, 2, 2]\n", ""},
    {"unknown_alias", "a: &limits 1\nb: *limit\nc: *other\n", "{a: 1, b: ~, c: ~}\n",
     "t:2:4: error: alias '*limit': no '&limit' stands above it in this document; did you mean "
     "'limits'?\n"
     "t:3:4: error: alias '*other': no '&other' stands above it in this document\n"},
    {"anchors_end_with_their_document", "a: &x 1\n---\nb: *x\n---\nc: &x 2\nd: *x\n",
     "{a: 1}\n{b: ~}\n{c: 2, d: 2}\n",
     "t:3:4: error: alias '*x': no '&x' stands above it in this document\n"},
    {"recursive_alias", "a: &x [1, *x]\nb: &y {c: *y}\n", "{a: [1, ~], b: {c: ~}}\n",
     "t:1:11: error: alias '*x': stands within the value it names\n"
     "t:2:11: error: alias '*y': stands within the value it names\n"},
    {"merge_key", "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\ne: {'<<': 3}\n",
     "{a: {b: 1}, c: {d: 2}, e: {'<<': 3}}\n",
     "t:3:3: error: '<<': merge keys are not read; write the keys out, or give the whole mapping "
     "by an alias\n"},

    /* Keys. */
    {"twins", "a: 1\nb: 2\na: 3\n\"b\": {c: 4, c: 5}\n", "{a: 1, b: 2}\n",
     "t:4:13: error: 'c' is given twice\n"
     "t:4:7: note: it stands here first\n"
     "t:3:1: error: 'a' is given twice\n"
     "t:1:1: note: it stands here first\n"
     "t:4:1: error: 'b' is given twice\n"
     "t:2:1: note: it stands here first\n"},
    {"keys_that_are_no_text", "? [a]\n: 1\n? {b: c}\n: 2\nd: 3\n", "{d: 3}\n",
     "t:1:3: error: a list cannot be a key; expected text\n"
     "t:3:3: error: a mapping cannot be a key; expected text\n"},

    /* Syntax. */
    {"tab", "a:\n\tb: 1\n", "", "t:2:1: error: a tab; YAML indents with spaces\n"},
    {"at_sign", "a: @b\n", "", "t:1:4: error: no value can begin with '@'; put it in quotes\n"},
    {"two_colons", "a: b: c\n", "",
     "t:1:5: error: no key can end here; put text that holds ': ' in quotes, or check the "
     "indentation and the line above\n"},
    {"no_colon", "a: 1\nbc\nd: 2\n", "",
     "t:2:1: error: expected 'key: value'; there is no ':' after this\n"},
    {"text_behind_a_quote", "a: 1\nb: 'x' y\nc: 2\n", "",
     "t:2:8: error: expected a key of the mapping above; check the indentation, and quotes that "
     "end too early\n"
     "t:1:1: note: the mapping begins here\n"},
    {"less_indented", "a:\n    b: 1\n  c: 2\n", "",
     "t:3:3: error: expected a key of the mapping above; check the indentation, and quotes that "
     "end too early\n"
     "t:1:1: note: the mapping begins here\n"},
    {"list_item_lost", "a:\n- 1\nb: 2\n- 3\n", "",
     "t:4:1: error: expected a key of the mapping above; check the indentation, and quotes that "
     "end too early\n"
     "t:1:1: note: the mapping begins here\n"},
    {"key_among_items", "- 1\nb: 2\n", "",
     "t:2:1: error: expected '- ' and a further item of the list above; check the indentation\n"
     "t:1:1: note: the list begins here\n"},
    {"open_list", "a: [1, 2\nb: 3\n", "",
     "t:2:2: error: expected ',' or ']'\n"
     "t:1:4: note: the list begins here\n"},
    {"open_mapping", "a: {b: 1\n", "",
     "t:2:1: error: expected ',' or '}'\n"
     "t:1:4: note: the mapping begins here\n"},
    {"item_in_line", "a: - b\n", "",
     "t:1:4: error: no list item can begin here; begin the list on a line of its own\n"},
    {"open_quote", "a: 1\nb: \"x\nc: 2\n", "",
     "t:2:4: error: the quote that begins here never ends\n"},
    {"unknown_escape", "a: \"C:\\dir\"\n", "",
     "t:1:7: error: unknown escape; write '\\\\' for a backslash, or use single quotes\n"},
    {"star_alone", "a: * b\n", "",
     "t:1:4: error: a name must follow '&' and '*'; put text that begins with them in quotes\n"},
    {"tag_handle", "a: !x!y z\n", "",
     "t:1:4: error: unknown tag; put text that begins with '!' in quotes\n"},
    {"first_line_indented", "  a: 1\nb: 2\n", "",
     "t:2:1: error: does not go on from what stands above; check the indentation\n"},
    {"comma_alone", "a: [,]\n", "", "t:1:5: error: expected a value\n"},
    {"a_rare_one", "%YAML 3.0\n---\na: 1\n", "{a: 1}\n",
     "t:1:1: error: no YAML: found incompatible YAML document\n"},
    {"reading_goes_on_with_the_next_document",
     "a: 1\n---\nb: @\n---\nc: [\n--- \nd: 2\n---\ne: \"\n---\nf: 3\n---x\n", "{a: 1}\n{d: 2}\n",
     "t:3:4: error: no value can begin with '@'; put it in quotes\n"
     "t:6:1: error: expected a value\n"
     "t:9:4: error: the quote that begins here does not end before the next document\n"
     "t:12:1: error: expected 'key: value'; there is no ':' after this\n"},

    /* Bytes. */
    {"not_utf8", "a: 1\nb\xc3\xbc: \xff\n", "",
     "t:2:5: error: byte 0xff is not UTF-8; save the file as UTF-8\n"},
    {"control_character", "a: \x07\n", "",
     "t:1:4: error: a control character (0x07); leave it out\n"},
    {"utf16",
     "\xff\xfe"
     "a:",
     "", "t: error: is UTF-16; save it as UTF-8\n"},
    {"gzip", "\x1f\x8b\x08", "", "t: error: is compressed by gzip; expected YAML\n"},
};

static void assert_docs(const struct yaml_file *f, const char *want)
{
    struct text_stream got;
    FILE *out = text_stream_open(&got);
    for (size_t i = 0; i < yaml_docs(f); i++)
        yaml_dump(out, yaml_doc(f, i));
    assert_string_equal(text_stream_close(&got), want);
    free(got.text);
}

static struct yaml_file *parse(struct messages *m, const char *yaml)
{
    messages_open(m);
    return yaml_parse("t", yaml, strlen(yaml), &m->diag);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct messages m;
    struct yaml_file *f = parse(&m, row->yaml);
    messages_assert(&m, row->messages);
    assert_docs(f, row->trees);
    yaml_close(f);
    messages_close(&m);
}

static void a_nul_is_refused_raw_and_escaped(void **state)
{
    (void)state;
    struct messages m;
    messages_open(&m);
    struct yaml_file *f = yaml_parse("t", "a: 1\0b: 2\n", 10, &m.diag);
    messages_assert(&m, "t:1:5: error: a control character (0x00); leave it out\n");
    assert_int_equal(yaml_docs(f), 0);
    yaml_close(f);
    messages_close(&m);

    f = parse(&m, "a: \"x\\0y\"\n");
    messages_assert(&m, "t:1:4: error: a text with a NUL in it; leave out '\\0'\n");
    yaml_close(f);
    messages_close(&m);
}

static void assert_place(const struct yaml_node *n, unsigned line, unsigned col)
{
    assert_non_null(n);
    const struct src_pos at = yaml_pos(n);
    assert_string_equal(at.file, "t");
    assert_int_equal(at.line, line);
    assert_int_equal(at.col, col);
}

static void every_node_knows_its_place(void **state)
{
    (void)state;
    struct messages m;
    struct yaml_file *f = parse(&m, "\xef\xbb\xbf# x\n\xc3\xbc: x\nb: [1, &a 2]\nc:\n\nd:\n  - e\n"
                                    "---\nf: |\n  g\n");
    const struct yaml_node *map = yaml_doc(f, 0);
    assert_place(map, 2, 1);
    assert_place(yaml_get(map, "\xc3\xbc"), 2, 4);
    assert_place(yaml_get(map, "b"), 3, 4);
    assert_place(yaml_get(map, "b")->items[1], 3, 8);
    assert_place(yaml_get(map, "c"), 4, 3);
    assert_place(map->pairs[3].key, 6, 1);
    assert_place(yaml_get(map, "d"), 7, 3);
    assert_place(yaml_get(yaml_doc(f, 1), "f"), 9, 4);
    yaml_close(f);
    messages_close(&m);
}

static void carets_stand_where_libyaml_counts(void **state)
{
    (void)state;
    struct messages m;
    struct yaml_file *f = parse(&m, "\xef\xbb\xbf\xc3\xbc: *\xc3\xa4\n");
    assert_string_equal(messages_text(&m),
                        "t:1:4: error: a name must follow '&' and '*'; put text that begins with "
                        "them in quotes\n"
                        "    1 | \xc3\xbc: *\xc3\xa4\n"
                        "      |    ^\n");
    yaml_close(f);
    messages_close(&m);
}

/* n times before, once middle, n times after. */
static char *nest(size_t n, const char *before, const char *middle, const char *after)
{
    struct text_stream text;
    FILE *out = text_stream_open(&text);
    for (size_t i = 0; i < n; i++)
        fputs(before, out);
    fputs(middle, out);
    for (size_t i = 0; i < n; i++)
        fputs(after, out);
    text_stream_close(&text);
    return text.text;
}

static void check_nested(size_t n, const char *middle, const char *messages, size_t docs)
{
    struct messages m;
    char *text = nest(n, "[", middle, "]");
    struct yaml_file *f = parse(&m, text);
    messages_assert(&m, messages);
    assert_int_equal(yaml_docs(f), docs);
    yaml_close(f);
    messages_close(&m);
    free(text);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    check_nested(YAML_DEEPEST, "1", "", 1);
    check_nested(YAML_DEEPEST + 1, "1", "t:1:101: error: nested deeper than 100\n", 0);
    check_nested(2000000, "\n---\na: 1\n---\n",
                 "t:1:101: error: nested deeper than 100\n"
                 "t:5:1: error: expected a value\n",
                 1);
}

static void nesting_through_aliases_is_bounded(void **state)
{
    (void)state;
    struct text_stream text;
    FILE *out = text_stream_open(&text);
    fputs("- &a0 [x]\n", out);
    for (int i = 1; i < 150; i++)
        fprintf(out, "- &a%d [*a%d]\n", i, i - 1);
    text_stream_close(&text);
    struct messages m;
    struct yaml_file *f = parse(&m, text.text);
    assert_non_null(
        strstr(messages_text(&m), "t:100:9: error: alias '*a98': nested deeper than 100\n"));
    assert_int_equal(diag_errors(&m.diag), 1);
    yaml_close(f);
    messages_close(&m);
    free(text.text);
}

static void a_billion_laughs_are_refused(void **state)
{
    (void)state;
    struct text_stream text;
    FILE *out = text_stream_open(&text);
    fputs("- &a0 x\n", out);
    for (int i = 1; i < 30; i++)
        fprintf(out, "- &a%d [*a%d, *a%d]\n", i, i - 1, i - 1);
    fputs("---\nlater: 1\n", out);
    text_stream_close(&text);
    struct messages m;
    struct yaml_file *f = parse(&m, text.text);
    assert_non_null(
        strstr(messages_text(&m), "aliases make more than 100000 values of this file\n"));
    assert_int_equal(diag_errors(&m.diag), 1);
    assert_int_equal(yaml_docs(f), 0);
    yaml_close(f);
    messages_close(&m);
    free(text.text);
}

/* A list of 99 values is 100, and so is each alias of it. */
static void aliases_may_make_just_so_many_values(void **state)
{
    (void)state;
    for (int extra = 0; extra <= 1; extra++) {
        struct text_stream text;
        FILE *out = text_stream_open(&text);
        fputs("- &a [x", out);
        for (int i = 1; i < 99; i++)
            fputs(", x", out);
        fputs("]\n", out);
        for (int i = 0; i < YAML_MOST_ALIASED / 100 + extra; i++)
            fputs("- *a\n", out);
        text_stream_close(&text);
        struct messages m;
        struct yaml_file *f = parse(&m, text.text);
        messages_assert(&m, extra == 0 ? ""
                                       : "t:1002:3: error: alias '*a': aliases make more than "
                                         "100000 values of this file\n");
        yaml_close(f);
        messages_close(&m);
        free(text.text);
    }
}

static void large_maps_find_their_keys(void **state)
{
    (void)state;
    static const unsigned sizes[] = {1, 2, 15, 16, 17, 18, 19, 63, 64, 65, 128, 1000, 2048};
    for (size_t k = 0; k < LEN(sizes); k++) {
        const unsigned n = sizes[k];
        struct text_stream text;
        FILE *out = text_stream_open(&text);
        for (unsigned i = 0; i < n; i++)
            fprintf(out, "k%u: v%u\n", i, i);
        fprintf(out, "k0: twin\nk%u: twin\n", n / 2);
        text_stream_close(&text);
        struct messages m;
        struct yaml_file *f = parse(&m, text.text);
        const struct yaml_node *map = yaml_doc(f, 0);
        assert_int_equal(map->len, n);
        assert_int_equal(diag_errors(&m.diag), 2);
        for (unsigned i = 0; i < n; i++) {
            char key[16];
            snprintf(key, sizeof key, "k%u", i);
            assert_string_equal(yaml_get(map, key)->text + 1, key + 1);
            assert_string_equal(map->pairs[i].key->text, key);
        }
        assert_null(yaml_get(map, "k"));
        assert_null(yaml_get(map, ""));
        yaml_close(f);
        messages_close(&m);
        free(text.text);
    }
}

static void getting_from_no_map_finds_nothing(void **state)
{
    (void)state;
    struct messages m;
    struct yaml_file *f = parse(&m, "[a]\n");
    assert_null(yaml_get(NULL, "a"));
    assert_null(yaml_get(yaml_doc(f, 0), "a"));
    assert_null(yaml_get(yaml_doc(f, 0)->items[0], "a"));
    yaml_close(f);
    messages_close(&m);
}

static void kinds_have_names(void **state)
{
    (void)state;
    struct messages m;
    struct yaml_file *f = parse(&m, "[a, [], {}, ~, '']\n");
    const struct yaml_node *const *items = yaml_doc(f, 0)->items;
    static const char *const names[] = {"text", "a list", "a mapping", "nothing", "text"};
    for (size_t i = 0; i < LEN(names); i++)
        assert_string_equal(yaml_kind_name(items[i]), names[i]);
    assert_string_equal(yaml_kind_name(NULL), "nothing");
    yaml_close(f);
    messages_close(&m);
}

static void files_are_read_or_the_reason_is_given(void **state)
{
    (void)state;
    struct messages m;
    messages_open(&m);
    assert_null(yaml_read("tests/no-such.yaml", &m.diag));
    assert_null(yaml_read("tests", &m.diag));
    messages_assert(&m, "tests/no-such.yaml: error: cannot be read: No such file or directory\n"
                        "tests: error: cannot be read: Is a directory\n");

    char path[] = "/tmp/clustersim-yaml-XXXXXX";
    FILE *out = fdopen(mkstemp(path), "w");
    for (int i = 0; i < 50000; i++)
        fprintf(out, "---\nn: %d\n", i);
    fclose(out);
    struct yaml_file *f = yaml_read(path, &m.diag);
    remove(path);
    assert_non_null(f);
    assert_int_equal(yaml_docs(f), 50000);
    assert_string_equal(yaml_get(yaml_doc(f, 49999), "n")->text, "49999");
    assert_string_equal(yaml_doc(f, 0)->file, path);
    yaml_close(f);
    yaml_close(NULL);
    messages_close(&m);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(a_nul_is_refused_raw_and_escaped),
        cmocka_unit_test(every_node_knows_its_place),
        cmocka_unit_test(carets_stand_where_libyaml_counts),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(nesting_through_aliases_is_bounded),
        cmocka_unit_test(a_billion_laughs_are_refused),
        cmocka_unit_test(aliases_may_make_just_so_many_values),
        cmocka_unit_test(large_maps_find_their_keys),
        cmocka_unit_test(getting_from_no_map_finds_nothing),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(files_are_read_or_the_reason_is_given),
    };
    struct CMUnitTest tests[LEN(rows) + LEN(others)];
    size_t n = 0;
    for (size_t i = 0; i < LEN(rows); i++)
        tests[n++] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    for (size_t i = 0; i < LEN(others); i++)
        tests[n++] = others[i];
    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
