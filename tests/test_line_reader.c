#include "sim/line_reader.h"
#include "sim/rng.h"
#include "tests/messages.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <gsl/gsl_rng.h>

/* --- rows: a small file and its lines, "|" between them --- */

static const struct row {
    const char *name;
    const char *bytes;
    const char *lines;
} rows[] = {
    {"lines_end_with_newlines", "a\nbb\n", "a|bb|"},
    {"the_last_newline_may_be_missing", "a\nbb", "a|bb|"},
    {"empty_lines_count", "\n\na\n\n", "||a||"},
    {"an_empty_file_has_no_lines", "", ""},
    {"one_newline_is_one_line", "\n", "|"},
    {"carriage_returns_before_newlines_go", "a\r\nb\r\n", "a|b|"},
    {"a_carriage_return_at_the_end_goes", "a\r\nb\r", "a|b|"},
    {"carriage_returns_elsewhere_stay", "a\rb\r\r\n", "a\rb\r|"},
    {"a_byte_order_mark_is_no_text",
     "\xef\xbb\xbf"
     "a\nb\n",
     "a|b|"},
    {"a_byte_order_mark_alone_is_an_empty_file", "\xef\xbb\xbf", ""},
    {"half_a_byte_order_mark_is_text", "\xef\xbb", "\xef\xbb|"},
    {"short_files_are_read", "1\n", "1|"},
    {"a_mark_in_the_second_line_is_text", "a\n\xef\xbb\xbf", "a|\xef\xbb\xbf|"},
};

/* Of a file, each followed by "|". */
static char *lines_of(const char *path)
{
    struct messages m;
    messages_open(&m);
    struct line_reader *r = line_reader_open(path, &m.diag);
    assert_non_null(r);
    char *all = calloc(1, 4096);
    size_t len = 0;
    uint64_t number = 0;
    for (struct line line; line_reader_next(r, &line);) {
        assert_int_equal(line.number, ++number);
        assert_int_equal(line.text[line.len], '\0');
        memcpy(all + len, line.text, line.len);
        len += line.len;
        all[len++] = '|';
    }
    assert_false(line_reader_failed(r));
    assert_string_equal(messages_text(&m), "");
    line_reader_close(r);
    messages_close(&m);
    return all;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct temp_file plain, packed;
    temp_file_text(&plain, row->bytes);
    temp_file_gzip(&packed, row->bytes, strlen(row->bytes));
    char *of_plain = lines_of(plain.path);
    char *of_packed = lines_of(packed.path);
    assert_string_equal(of_plain, row->lines);
    assert_string_equal(of_packed, row->lines);
    free(of_plain);
    free(of_packed);
    temp_file_remove(&plain);
    temp_file_remove(&packed);
}

/* --- larger ones --- */

/* Lines of all lengths around the window's edges, whose text tells where they stood. */
static void agrees_with_splitting_the_whole_text(void **state)
{
    (void)state;
    const uint64_t seed = 20260302;
    print_message("seed %ju\n", (uintmax_t)seed);
    gsl_rng *rng = rng_open(seed, 0, "lines", 0);
    enum { BYTES = 1500000 };
    char *text = malloc(BYTES + 1);
    for (size_t i = 0; i < BYTES; i++)
        text[i] = gsl_rng_uniform_int(rng, i < 700000 ? 40 : 30000) == 0
                      ? '\n'
                      : (char)('a' + gsl_rng_uniform_int(rng, 26));
    text[BYTES] = '\0';
    gsl_rng_free(rng);
    struct temp_file f;
    temp_file_gzip(&f, text, BYTES);
    struct messages m;
    messages_open(&m);
    struct line_reader *r = line_reader_open(f.path, &m.diag);
    const char *at = text;
    for (struct line line; line_reader_next(r, &line);) {
        const char *end = strchr(at, '\n');
        const size_t len = end == NULL ? strlen(at) : (size_t)(end - at);
        assert_int_equal(line.len, len);
        assert_memory_equal(line.text, at, len);
        at += end == NULL ? len : len + 1;
    }
    assert_int_equal(at - text, BYTES);
    line_reader_close(r);
    messages_close(&m);
    temp_file_remove(&f);
    free(text);
}

/* How many lines a file of one line of `len` bytes between two short ones has; -1: it failed. */
static int lines_around(size_t len, struct messages *m, struct temp_file *f)
{
    char *text = malloc(len + 4);
    memset(text, 'x', len + 4);
    text[1] = text[len + 2] = '\n';
    temp_file_bytes(f, text, len + 4);
    free(text);
    struct line_reader *r = line_reader_open(f->path, &m->diag);
    int lines = 0;
    for (struct line line; line_reader_next(r, &line); lines++)
        assert_int_equal(line.len, lines == 1 ? len : 1);
    if (line_reader_failed(r)) {
        assert_int_equal(lines, 1);
        lines = -1;
    }
    line_reader_close(r);
    return lines;
}

static void lines_of_some_megabytes_are_read(void **state)
{
    (void)state;
    struct messages m;
    struct temp_file f;
    messages_open(&m);
    assert_int_equal(lines_around(LINE_LONGEST, &m, &f), 3);
    assert_string_equal(messages_text(&m), "");
    messages_close(&m);
    temp_file_remove(&f);
}

static void longer_lines_are_refused(void **state)
{
    (void)state;
    static const size_t lens[] = {LINE_LONGEST + 1, LINE_LONGEST + 1000000, 3 * LINE_LONGEST};
    for (size_t i = 0; i < LEN(lens); i++) {
        struct messages m;
        struct temp_file f;
        messages_open(&m);
        assert_int_equal(lines_around(lens[i], &m, &f), -1);
        char want[128];
        snprintf(want, sizeof want,
                 "%s:2: error: this line is longer than 4 MiB; is it a text file?\n", f.path);
        assert_string_equal(messages_text(&m), want);
        messages_close(&m);
        temp_file_remove(&f);
    }
}

static void nul_bytes_are_seen_by_the_length(void **state)
{
    (void)state;
    struct temp_file f;
    temp_file_bytes(&f, "a\0b\n\0\n", 6);
    struct messages m;
    messages_open(&m);
    struct line_reader *r = line_reader_open(f.path, &m.diag);
    struct line line;
    assert_true(line_reader_next(r, &line));
    assert_int_equal(line.len, 3);
    assert_memory_equal(line.text, "a\0b", 4);
    assert_true(line_reader_next(r, &line));
    assert_int_equal(line.len, 1);
    assert_false(line_reader_next(r, &line));
    line_reader_close(r);
    messages_close(&m);
    temp_file_remove(&f);
}

static void a_line_cut_off_by_damage_is_not_handed_out(void **state)
{
    (void)state;
    struct temp_file whole, cut;
    temp_file_gzip(&whole, "one\ntwo\nthree\n", 14);
    size_t len;
    char *bytes = temp_file_read(whole.path, &len);
    temp_file_bytes(&cut, bytes, len - 10); /* the end of the data is gone with the checksum */
    struct messages m;
    messages_open(&m);
    struct line_reader *r = line_reader_open(cut.path, &m.diag);
    int lines = 0;
    for (struct line line; line_reader_next(r, &line); lines++)
        assert_memory_equal(line.text, lines == 0 ? "one" : "two", line.len);
    assert_true(lines <= 2);
    assert_true(line_reader_failed(r));
    assert_int_equal(m.diag.errors, 1);
    line_reader_close(r);
    messages_close(&m);
    free(bytes);
    temp_file_remove(&whole);
    temp_file_remove(&cut);
}

static void a_missing_file_has_no_reader(void **state)
{
    (void)state;
    struct messages m;
    messages_open(&m);
    assert_null(line_reader_open("/no/such/file", &m.diag));
    assert_int_equal(m.diag.errors, 1);
    messages_close(&m);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(agrees_with_splitting_the_whole_text),
        cmocka_unit_test(lines_of_some_megabytes_are_read),
        cmocka_unit_test(longer_lines_are_refused),
        cmocka_unit_test(nul_bytes_are_seen_by_the_length),
        cmocka_unit_test(a_line_cut_off_by_damage_is_not_handed_out),
        cmocka_unit_test(a_missing_file_has_no_reader),
    };
    struct CMUnitTest tests[LEN(rows) + LEN(others)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = check_row,
            .initial_state = (void *)&rows[i],
        };
    memcpy(tests + LEN(rows), others, sizeof others);
    return cmocka_run_group_tests_name("line_reader", tests, NULL, NULL);
}
