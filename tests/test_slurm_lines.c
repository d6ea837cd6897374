#include "policies/slurm/slurm_lines.h"
#include "sim/arena.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <string.h>
#include <unistd.h>

/* What was read, as "key@line:col=value@line:col" with blanks between and '/' between lines. */
static void print_lines(const struct slurm_lines *l, char *out, size_t bytes)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < l->len; i++)
        for (size_t p = 0; p < l->lines[i].len; p++) {
            const struct slurm_pair *pair = &l->lines[i].pairs[p];
            len += (size_t)snprintf(out + len, bytes - len, "%s%s@%u:%u=%s@%u:%u",
                                    p > 0   ? " "
                                    : i > 0 ? "/"
                                            : "",
                                    pair->key, pair->at.line, pair->at.col, pair->value,
                                    pair->value_at.line, pair->value_at.col);
        }
}

static const struct row {
    const char *name;
    const char *text;
    const char *want;
    const char *messages;
} rows[] = {
    {"a_pair", "A=1\n", "A@1:1=1@1:3", ""},
    {"no_newline_at_the_end", "A=1", "A@1:1=1@1:3", ""},
    {"pairs_on_a_line", "A=1 B=2\tC=3\n", "A@1:1=1@1:3 B@1:5=2@1:7 C@1:9=3@1:11", ""},
    {"lines", "A=1\nB=2\n", "A@1:1=1@1:3/B@2:1=2@2:3", ""},
    {"blanks_and_empty_lines", "\n  \n  A=1  \n", "A@3:3=1@3:5", ""},
    {"blanks_around_equals", "A = 1\n", "A@1:1=1@1:5", ""},
    {"a_comment", "# A=1\nB=2 # C=3\n", "B@2:1=2@2:3", ""},
    {"a_comment_right_behind_a_value", "A=1#2\n", "A@1:1=1@1:3", ""},
    {"an_escaped_hash", "A=1\\#2\n", "A@1:1=1#2@1:3", ""},
    {"an_empty_value", "A= B=2\n", "A@1:1=B=2@1:4", ""},
    {"quotes", "A=\"1 # 2\" B=3\n", "A@1:1=1 # 2@1:3 B@1:11=3@1:13", ""},
    {"equals_in_a_value", "A=b=1,c=2\n", "A@1:1=b=1,c=2@1:3", ""},
    {"a_continued_line", "A=1 \\\nB=2\n", "A@1:1=1@1:3 B@2:1=2@2:3", ""},
    {"a_continued_value", "A=b,\\\nc\nD=4\n", "A@1:1=b,c@1:3/D@3:1=4@3:3", ""},
    {"blanks_behind_a_backslash", "A=b,\\  \nc\n", "A@1:1=b,c@1:3", ""},
    {"windows_line_ends", "A=1\r\nB=2\r\n", "A@1:1=1@1:3/B@2:1=2@2:3", ""},
    {"columns_are_characters", "A=\xc3\xa4 B=2\n", "A@1:1=\xc3\xa4@1:3 B@1:5=2@1:7", ""},
    {"a_word_without_value", "A=1 B\nC=3\n", "A@1:1=1@1:3/C@2:1=3@2:3",
     "t:1:5: error: 'B': not of the form Key=Value\n    1 | A=1 B\n      |     ^\n"},
    {"a_value_without_key", "=1\n", "",
     "t:1:1: error: '': not of the form Key=Value\n    1 | =1\n      | ^\n"},
    {"an_open_quote", "A=\"1\nB=2\n", "A@1:1=1@1:3/B@2:1=2@2:3",
     "t:1:3: error: a quote is opened and not closed on its line\n    1 | A=\"1\n      |   ^\n"},
    {"include_without_a_file", "Include \n", "",
     "t:1:1: error: Include: no file is named\n    1 | Include \n      | ^\n"},
    {"include_of_a_missing_file", "Include /no/such/file\nA=1\n", "A@2:1=1@2:3",
     "t:1:1: error: /no/such/file: No such file or directory\n    1 | Include /no/such/file\n      "
     "| ^\n"},
    {"nothing", "", "", ""},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct arena *a = arena_new();
    struct messages m;
    struct slurm_lines lines;
    char got[512];

    messages_open(&m);
    slurm_lines_parse(a, "t", row->text, &m.diag, &lines);
    print_lines(&lines, got, sizeof got);
    assert_string_equal(got, row->want);
    assert_string_equal(messages_text(&m), row->messages);
    slurm_lines_forget(&lines, &m.diag);
    messages_close(&m);
    arena_free(a);
}

static void put_text(const char *dir, const char *file, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void included_files_stand_where_their_include_stood(void **state)
{
    (void)state;
    char dir[] = "/tmp/test_slurm_lines.XXXXXX", path[128], got[256];
    struct arena *a = arena_new();
    struct messages m;
    struct slurm_lines lines;
    assert_non_null(mkdtemp(dir));
    put_text(dir, "slurm.conf", "A=1\ninclude nodes.conf # ours\nC=3\n");
    put_text(dir, "nodes.conf", "B=2\n");
    snprintf(path, sizeof path, "%s/slurm.conf", dir);
    messages_open(&m);
    assert_true(slurm_lines_read(a, path, (struct src_pos){.file = NULL}, &m.diag, &lines));
    print_lines(&lines, got, sizeof got);
    assert_string_equal(got, "A@1:1=1@1:3/B@1:1=2@1:3/C@3:1=3@3:3");
    assert_int_equal(lines.files_len, 2);
    assert_string_equal(messages_text(&m), "");

    put_text(dir, "nodes.conf", "Include slurm.conf\n");
    assert_true(slurm_lines_read(a, path, (struct src_pos){.file = NULL}, &m.diag, &lines));
    assert_int_equal(diag_errors(&m.diag), 1);
    assert_non_null(strstr(messages_text(&m), "include one another more than 8 deep"));
    put_text(dir, "nodes.conf", "");
    assert_false(slurm_lines_read(a, dir, (struct src_pos){.file = NULL}, &m.diag, &lines));
    messages_close(&m);
    unlink(path);
    snprintf(path, sizeof path, "%s/nodes.conf", dir);
    unlink(path);
    assert_int_equal(rmdir(dir), 0);
    arena_free(a);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 1];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = check_row,
            .initial_state = (void *)&rows[i],
        };
    tests[LEN(rows)] =
        (struct CMUnitTest)cmocka_unit_test(included_files_stand_where_their_include_stood);
    return cmocka_run_group_tests_name("slurm_lines", tests, NULL, NULL);
}
