#include "sim/json_out.h"
#include "tests/aborts.h"
#include "tests/unit.h"
#include "tests/written.h"

#include <math.h>

static void the_example_in_the_header_is_true(void **state)
{
    (void)state;
    struct written w;
    struct json_out j;
    json_out_begin(&j, written_open(&w));
    json_out_map(&j, NULL);
    json_out_int(&j, "seed", 42);
    json_out_list(&j, "tenants");
    json_out_text(&j, NULL, "team-a");
    json_out_end(&j);
    json_out_end(&j);
    assert_string_equal(written_text(&w), "{\n"
                                          "  \"seed\": 42,\n"
                                          "  \"tenants\": [\"team-a\"]\n"
                                          "}\n");
    written_close(&w);
}

static void all_kinds_of_values_nest(void **state)
{
    (void)state;
    struct written w;
    struct json_out j;
    json_out_begin(&j, written_open(&w));
    json_out_map(&j, NULL);
    json_out_map(&j, "empty");
    json_out_end(&j);
    json_out_list(&j, "none");
    json_out_end(&j);
    json_out_list(&j, "rows");
    json_out_map(&j, NULL);
    json_out_seconds(&j, "wait_s", -1500000000);
    json_out_dollars(&j, "cost_usd", 98320000);
    json_out_end(&j);
    json_out_list(&j, NULL);
    json_out_bool(&j, NULL, true);
    json_out_bool(&j, NULL, false);
    json_out_null(&j, NULL);
    json_out_end(&j);
    json_out_int(&j, NULL, INT64_MIN);
    json_out_real(&j, NULL, 0.1);
    json_out_end(&j);
    json_out_text(&j, "last", NULL);
    json_out_end(&j);
    assert_string_equal(written_text(&w), "{\n"
                                          "  \"empty\": {},\n"
                                          "  \"none\": [],\n"
                                          "  \"rows\": [\n"
                                          "    {\n"
                                          "      \"wait_s\": -1.5,\n"
                                          "      \"cost_usd\": 98.32\n"
                                          "    },\n"
                                          "    [true, false, null], -9223372036854775808, 0.1\n"
                                          "  ],\n"
                                          "  \"last\": null\n"
                                          "}\n");
    written_close(&w);
}

static const struct row {
    const char *text, *want;
} rows[] = {
    {"", "\"\""},
    {"plain / text", "\"plain / text\""},
    {"a\"b\\c", "\"a\\\"b\\\\c\""},
    {"\n\r\t", "\"\\n\\r\\t\""},
    {"\x01\x1f\b", "\"\\u0001\\u001f\\u0008\""},
    {"\x7f", "\"\x7f\""},
    {"\xc3\xbc\xe6\x97\xa5\xf0\x9f\x98\x80", "\"\xc3\xbc\xe6\x97\xa5\xf0\x9f\x98\x80\""},
    {"\xff", "\"\\ufffd\""},
    {"x\xc3", "\"x\\ufffd\""},
    {"\xe6\x97z", "\"\\ufffd\\ufffdz\""},
    {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""}, /* half of a surrogate pair */
};

static void texts_are_escaped(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct written w;
        struct json_out j;
        char want[128];
        json_out_begin(&j, written_open(&w));
        json_out_map(&j, NULL);
        json_out_text(&j, rows[i].text, rows[i].text);
        json_out_end(&j);
        snprintf(want, sizeof want, "{\n  %s: %s\n}\n", rows[i].want, rows[i].want);
        assert_string_equal(written_text(&w), want);
        written_close(&w);
    }
}

static void numbers_that_json_lacks_are_null(void **state)
{
    (void)state;
    struct written w;
    struct json_out j;
    json_out_begin(&j, written_open(&w));
    json_out_list(&j, NULL);
    json_out_real(&j, NULL, NAN);
    json_out_real(&j, NULL, INFINITY);
    json_out_real(&j, NULL, -INFINITY);
    json_out_real(&j, NULL, 1e300);
    json_out_end(&j);
    assert_string_equal(written_text(&w), "[null, null, null, 1e+300]\n");
    written_close(&w);
}

static void the_deepest_nesting_is_served(void **state)
{
    (void)state;
    struct written w;
    struct json_out j;
    json_out_begin(&j, written_open(&w));
    for (int i = 0; i < JSON_OUT_DEEPEST; i++)
        json_out_list(&j, NULL);
    for (int i = 0; i < JSON_OUT_DEEPEST; i++)
        json_out_end(&j);
    assert_non_null(written_text(&w));
    written_close(&w);
}

static void a_single_value_is_json_too(void **state)
{
    (void)state;
    struct written w;
    struct json_out j;
    json_out_begin(&j, written_open(&w));
    json_out_int(&j, NULL, 7);
    assert_string_equal(written_text(&w), "7\n");
    written_close(&w);
}

static void put_key_in_list(void *j)
{
    json_out_list(j, NULL);
    json_out_int(j, "key", 1);
}

static void put_no_key_in_map(void *j)
{
    json_out_map(j, NULL);
    json_out_int(j, NULL, 1);
}

static void put_key_outside(void *j)
{
    json_out_int(j, "key", 1);
}

static void put_two_values(void *j)
{
    json_out_int(j, NULL, 1);
    json_out_int(j, NULL, 2);
}

static void end_too_often(void *j)
{
    json_out_list(j, NULL);
    json_out_end(j);
    json_out_end(j);
}

static void nest_too_deep(void *j)
{
    for (int i = 0; i <= JSON_OUT_DEEPEST; i++)
        json_out_list(j, NULL);
}

static void what_would_be_no_json_is_a_bug(void **state)
{
    (void)state;
    void (*const bugs[])(void *) = {put_key_in_list, put_no_key_in_map, put_key_outside,
                                    put_two_values,  end_too_often,     nest_too_deep};
    struct written w;
    struct json_out j;
    json_out_begin(&j, written_open(&w));
    for (size_t i = 0; i < LEN(bugs); i++)
        assert_true(aborts(bugs[i], &j));
    assert_string_equal(written_text(&w), "");
    written_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_in_the_header_is_true),
        cmocka_unit_test(all_kinds_of_values_nest),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(numbers_that_json_lacks_are_null),
        cmocka_unit_test(the_deepest_nesting_is_served),
        cmocka_unit_test(a_single_value_is_json_too),
        cmocka_unit_test(what_would_be_no_json_is_a_bug),
    };
    return cmocka_run_group_tests_name("json_out", tests, NULL, NULL);
}
