#include "sim/diag.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <string.h>

static const char text[] = "cluster:\n"
                           "  link_bandwidth: 100Gb\n"
                           "\tname:\tx\r\n"
                           "  \xc3\xbc\xc3\xa4: \xe6\x97\xa5\xe6\x9c\xac e\xcc\x81 z\n"
                           "bad \xff\xfe byte \x1b[31m\n"
                           "\n"
                           "last";

static const struct row {
    const char *name;
    struct src_pos at;
    const char *want;
} rows[] = {
    {"points_at_the_place",
     {"c.yaml", 2, 19},
     "c.yaml:2:19: error: key: '100Gb'\n"
     "    2 |   link_bandwidth: 100Gb\n"
     "      |                   ^\n"},
    {"a_tab_does_not_displace_the_caret",
     {"c.yaml", 3, 8},
     "c.yaml:3:8: error: key: '100Gb'\n"
     "    3 | \tname:\tx\n"
     "      | \t     \t^\n"},
    {"a_column_is_a_character_not_a_byte",
     {"c.yaml", 4, 6},
     "c.yaml:4:6: error: key: '100Gb'\n"
     "    4 |   \xc3\xbc\xc3\xa4: \xe6\x97\xa5\xe6\x9c\xac e\xcc\x81 z\n"
     "      |      ^\n"},
    {"wide_and_combining_characters_are_as_wide_as_a_terminal_shows_them",
     {"c.yaml", 4, 12},
     "c.yaml:4:12: error: key: '100Gb'\n"
     "    4 |   \xc3\xbc\xc3\xa4: \xe6\x97\xa5\xe6\x9c\xac e\xcc\x81 z\n"
     "      |             ^\n"},
    {"foreign_bytes_and_escape_sequences_are_not_passed_on",
     {"c.yaml", 5, 7},
     "c.yaml:5:7: error: key: '100Gb'\n"
     "    5 | bad ?? byte ?[31m\n"
     "      |       ^\n"},
    {"an_empty_line_has_a_caret",
     {"c.yaml", 6, 1},
     "c.yaml:6:1: error: key: '100Gb'\n"
     "    6 | \n"
     "      | ^\n"},
    {"the_last_line_needs_no_end",
     {"c.yaml", 7, 5},
     "c.yaml:7:5: error: key: '100Gb'\n"
     "    7 | last\n"
     "      |     ^\n"},
    {"beyond_the_text_there_is_no_caret", {"c.yaml", 8, 1}, "c.yaml:8:1: error: key: '100Gb'\n"},
    {"no_column_means_the_line",
     {"c.yaml", 7, 0},
     "c.yaml:7: error: key: '100Gb'\n"
     "    7 | last\n"},
    {"no_line_means_the_file", {"c.yaml", 0, 0}, "c.yaml: error: key: '100Gb'\n"},
    {"no_file_means_the_command_line", {NULL, 0, 0}, "error: key: '100Gb'\n"},
    {"a_file_that_was_not_lent_has_no_caret",
     {"d.yaml", 2, 1},
     "d.yaml:2:1: error: key: '100Gb'\n"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct messages m;
    messages_open(&m);
    diag_lend_text(&m.diag, "c.yaml", text, sizeof text - 1);
    diag_error(&m.diag, row->at, "key: '%s'", "100Gb");
    assert_string_equal(messages_text(&m), row->want);
    assert_int_equal(diag_errors(&m.diag), 1);
    messages_close(&m);
}

static void lines_are_found_in_any_order(void **state)
{
    (void)state;
    struct messages m;
    messages_open(&m);
    diag_lend_text(&m.diag, "f", "one\ntwo\nthree\n", 14);
    diag_error(&m.diag, (struct src_pos){"f", 3, 1}, "a");
    diag_warning(&m.diag, (struct src_pos){"f", 1, 1}, "b");
    diag_note(&m.diag, (struct src_pos){"f", 2, 1}, "c");
    assert_string_equal(messages_text(&m), "f:3:1: error: a\n    3 | three\n      | ^\n"
                                           "f:1:1: warning: b\n    1 | one\n      | ^\n"
                                           "f:2:1: note: c\n    2 | two\n      | ^\n");
    assert_int_equal(m.diag.errors, 1);
    assert_int_equal(m.diag.warnings, 1);
    messages_close(&m);
}

static void two_texts_of_one_name_are_told_apart(void **state)
{
    (void)state;
    const char first[] = "f";
    const char second[] = "f";
    struct messages m;
    messages_open(&m);
    diag_lend_text(&m.diag, first, "one", 3);
    diag_lend_text(&m.diag, second, "two", 3);
    diag_error(&m.diag, (struct src_pos){first, 1, 1}, "a");
    diag_forget_text(&m.diag, first);
    diag_error(&m.diag, (struct src_pos){first, 1, 1}, "b");
    diag_forget_text(&m.diag, second);
    diag_forget_text(&m.diag, second);
    diag_error(&m.diag, (struct src_pos){second, 1, 1}, "c");
    assert_string_equal(messages_text(&m), "f:1:1: error: a\n    1 | one\n      | ^\n"
                                           "f:1:1: error: b\n    1 | two\n      | ^\n"
                                           "f:1:1: error: c\n");
    messages_close(&m);
}

static void control_characters_of_the_user_are_escaped(void **state)
{
    (void)state;
    struct messages m;
    messages_open(&m);
    diag_error(&m.diag, (struct src_pos){"a\nb", 0, 0}, "'%s'", "x\ty\r\n\x1b[1m \xc3\xbc \xff");
    assert_string_equal(messages_text(&m), "a\\nb: error: 'x\\ty\\r\\n\\x1b[1m \xc3\xbc ?'\n");
    messages_close(&m);
}

static void a_long_message_keeps_both_ends(void **state)
{
    (void)state;
    char *much = malloc(100001);
    assert_non_null(much);
    memset(much, 'x', 100000);
    much[100000] = '\0';
    struct messages m;
    messages_open(&m);
    diag_error(&m.diag, (struct src_pos){"f", 0, 0}, "key: '%s': too long", much);
    const char *got = messages_text(&m);
    assert_int_equal(strlen(got), strlen("f: error: \n") + 1000 + strlen(" ... "));
    assert_non_null(strstr(got, "f: error: key: 'xxx"));
    assert_non_null(strstr(got, "x ... x"));
    assert_non_null(strstr(got, "xxx': too long\n"));
    messages_close(&m);
    free(much);
}

static void a_long_line_is_shown_around_the_caret(void **state)
{
    (void)state;
    char line[1000];
    memset(line, '.', sizeof line);
    line[499] = 'X';
    struct messages m;
    messages_open(&m);
    diag_lend_text(&m.diag, "f", line, sizeof line);
    diag_error(&m.diag, (struct src_pos){"f", 1, 500}, "a");
    char want[400];
    snprintf(want, sizeof want, "f:1:500: error: a\n    1 | ...%.*sX%.*s...\n      | %83s^\n", 80,
             line, 39, line, "");
    assert_string_equal(messages_text(&m), want);
    messages_close(&m);
}

static void after_many_messages_further_ones_are_counted(void **state)
{
    (void)state;
    const struct src_pos at = {"f", 0, 0};
    struct messages m;
    messages_open(&m);
    for (int i = 0; i < DIAG_MOST + 7; i++) {
        diag_warning(&m.diag, at, "w%d", i);
        diag_note(&m.diag, at, "n%d", i);
    }
    assert_true(diag_shows_errors(&m.diag));
    diag_error(&m.diag, at, "e");
    diag_note(&m.diag, at, "n");
    const char *got = messages_text(&m);
    assert_non_null(strstr(got, "f: warning: w199\nf: note: n199\nf: error: e\nf: note: n\n"));
    assert_null(strstr(got, "w200"));
    assert_null(strstr(got, "n200"));
    assert_int_equal(m.diag.warnings, 207);
    diag_sum_up(&m.diag);
    assert_non_null(strstr(messages_text(&m), "f: note: n\n1 error and 207 warnings; "
                                              "shown are the first 200 of a kind\n"));
    messages_close(&m);
}

static void the_sum_counts_each_kind(void **state)
{
    (void)state;
    struct messages m;
    messages_open(&m);
    diag_sum_up(&m.diag);
    assert_string_equal(messages_text(&m), "");
    diag_error(&m.diag, (struct src_pos){"f", 0, 0}, "e");
    diag_error(&m.diag, (struct src_pos){"g", 0, 0}, "e");
    diag_sum_up(&m.diag);
    assert_string_equal(messages_text(&m), "f: error: e\ng: error: e\n2 errors\n");
    messages_close(&m);
}

static void what_was_said_of_a_place_is_not_said_again(void **state)
{
    (void)state;
    struct messages m;
    messages_open(&m);
    for (int i = 0; i < 3; i++) {
        diag_error(&m.diag, (struct src_pos){"a.yaml", 3, 1}, "no");
        diag_note(&m.diag, (struct src_pos){"a.yaml", 1, 1}, "because");
    }
    diag_error(&m.diag, (struct src_pos){"a.yaml", 3, 2}, "no");
    diag_warning(&m.diag, (struct src_pos){"a.yaml", 3, 2}, "well");
    diag_sum_up(&m.diag);
    assert_int_equal(diag_errors(&m.diag), 4);
    messages_assert(&m, "a.yaml:3:1: error: no\na.yaml:1:1: note: because\n"
                        "a.yaml:3:2: error: no\na.yaml:3:2: warning: well\n"
                        "2 errors and 1 warning\n");
    messages_close(&m);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 8] = {
        cmocka_unit_test(lines_are_found_in_any_order),
        cmocka_unit_test(two_texts_of_one_name_are_told_apart),
        cmocka_unit_test(control_characters_of_the_user_are_escaped),
        cmocka_unit_test(a_long_message_keeps_both_ends),
        cmocka_unit_test(a_long_line_is_shown_around_the_caret),
        cmocka_unit_test(after_many_messages_further_ones_are_counted),
        cmocka_unit_test(the_sum_counts_each_kind),
        cmocka_unit_test(what_was_said_of_a_place_is_not_said_again),
    };
    for (size_t i = 0; i < LEN(rows); i++)
        tests[8 + i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests_name("diag", tests, NULL, NULL);
}
