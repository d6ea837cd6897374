#include "sim/csv.h"
#include "tests/aborts.h"
#include "tests/unit.h"
#include "tests/written.h"

#include <math.h>
#include <string.h>

static const char *const a_and_b[] = {"a", "b", NULL};

static void a_table_has_names_and_rows(void **state)
{
    (void)state;
    static const char *const names[] = {"job",    "wait_s", "cost_usd", "gpu_h",
                                        "factor", "user",   "note",     NULL};
    struct written w;
    struct csv c;
    csv_begin(&c, written_open(&w), names);
    csv_int(&c, -7);
    csv_seconds(&c, 1500000000);
    csv_dollars(&c, 98320000);
    csv_fixed(&c, (int128)1 << 100, 9);
    csv_real(&c, 2.5);
    csv_text(&c, "team-a");
    csv_empty(&c);
    csv_end_row(&c);
    assert_string_equal(written_text(&w), "job,wait_s,cost_usd,gpu_h,factor,user,note\n"
                                          "-7,1.5,98.32,1267650600228229401496.703205376,2.5,"
                                          "team-a,\n");
    written_close(&w);
}

static const struct row {
    const char *text, *want;
} rows[] = {
    {"", ""},
    {NULL, ""},
    {"plain", "plain"},
    {"with blank", "with blank"},
    {"a,b", "\"a,b\""},
    {"say \"x\"", "\"say \"\"x\"\"\""},
    {"\"", "\"\"\"\""},
    {"\"\"", "\"\"\"\"\"\""},
    {"line\nline", "\"line\nline\""},
    {"cr\r", "\"cr\r\""},
    {"tab\t;", "tab\t;"},
    {"\xc3\xbc\xff", "\xc3\xbc\xff"},
};

static void texts_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct written w;
        struct csv c;
        char want[64];
        csv_begin(&c, written_open(&w), a_and_b);
        csv_text(&c, rows[i].text);
        csv_text(&c, "x");
        csv_end_row(&c);
        snprintf(want, sizeof want, "a,b\n%s,x\n", rows[i].want);
        assert_string_equal(written_text(&w), want);
        written_close(&w);
    }
}

/* Around the length up to which a text is copied at once, with a comma at its end or without. */
static void long_texts_are_written_whole(void **state)
{
    (void)state;
    for (size_t len = 120; len < 140; len++) {
        struct written w;
        struct csv c;
        char text[256], want[512];
        memset(text, 'x', len);
        strcpy(text + len, "");
        csv_begin(&c, written_open(&w), a_and_b);
        csv_text(&c, text);
        strcpy(text + len, ",");
        csv_text(&c, text);
        csv_end_row(&c);
        snprintf(want, sizeof want, "a,b\n%.*s,\"%s\"\n", (int)len, text, text);
        assert_string_equal(written_text(&w), want);
        written_close(&w);
    }
}

static void a_text_longer_than_the_buffer_is_written_whole(void **state)
{
    (void)state;
    enum { LENGTH = 2 * OUT_FILE_BUFFER_BYTES };
    struct written w;
    struct csv c;
    char *text = calloc(1, LENGTH + 1);
    memset(text, 'x', LENGTH);
    text[LENGTH / 2] = '"';
    csv_begin(&c, written_open(&w), a_and_b);
    csv_text(&c, text);
    csv_empty(&c);
    csv_end_row(&c);
    const char *got = written_text(&w);
    assert_int_equal(strlen(got), strlen("a,b\n\"") + LENGTH + 1 + strlen("\",\n"));
    assert_memory_equal(got + 5 + LENGTH / 2, "\"\"x", 3);
    written_close(&w);
    free(text);
}

static void a_number_that_does_not_exist_is_empty(void **state)
{
    (void)state;
    struct written w;
    struct csv c;
    csv_begin(&c, written_open(&w), a_and_b);
    csv_real(&c, NAN);
    csv_real(&c, -NAN);
    csv_end_row(&c);
    csv_real(&c, INFINITY);
    csv_real(&c, -INFINITY);
    csv_end_row(&c);
    assert_string_equal(written_text(&w), "a,b\n,\ninf,-inf\n");
    written_close(&w);
}

/* Rows of all lengths cross the end of the buffer everywhere. */
static void rows_cross_the_buffer_unharmed(void **state)
{
    (void)state;
    enum { ROWS = 60000 };
    static const char *const texts[] = {"x", "a,b", "longer text", "\"q\""};
    static const char *const quoted[] = {"x", "\"a,b\"", "longer text", "\"\"\"q\"\"\""};
    struct written w;
    struct csv c;
    csv_begin(&c, written_open(&w), a_and_b);
    for (int64_t i = 0; i < ROWS; i++) {
        csv_int(&c, i * i * i);
        csv_text(&c, texts[i % 4]);
        csv_end_row(&c);
    }
    const char *at = written_text(&w) + strlen("a,b\n");
    for (int64_t i = 0; i < ROWS; i++) {
        char want[64];
        const int len =
            snprintf(want, sizeof want, "%lld,%s\n", (long long)(i * i * i), quoted[i % 4]);
        assert_memory_equal(at, want, (size_t)len);
        at += len;
    }
    assert_true(*at == '\0');
    written_close(&w);
}

/* Each kind of field is the first that finds the buffer full; the sanitizers look on. */
static void a_full_buffer_is_no_obstacle(void **state)
{
    (void)state;
    static const char zeros[OUT_FILE_BUFFER_BYTES];
    for (size_t room = 0; room < 3; room++) {
        for (int kind = 0; kind < 3; kind++) {
            struct written w;
            struct csv c;
            struct out_file *f = written_open(&w);
            csv_begin(&c, f, a_and_b);
            csv_empty(&c);
            out_file_write(f, zeros, (size_t)(f->end - f->at) - room);
            if (kind == 0)
                csv_empty(&c);
            else if (kind == 1)
                csv_text(&c, "");
            else
                csv_int(&c, 7);
            csv_end_row(&c);
            const char *got = written_text(&w);
            const char *want = kind == 2 ? ",7\n" : ",\n";
            assert_string_equal(got + OUT_FILE_BUFFER_BYTES - room, want);
            written_close(&w);
        }
    }
}

static void end_short_row(void *c)
{
    csv_end_row(c);
}

static void end_long_row(void *c)
{
    csv_int(c, 2);
    csv_int(c, 3);
    csv_end_row(c);
}

static void rows_of_other_lengths_are_bugs(void **state)
{
    (void)state;
    struct written w;
    struct csv c;
    csv_begin(&c, written_open(&w), a_and_b);
    csv_int(&c, 1);
    assert_true(aborts(end_short_row, &c));
    assert_true(aborts(end_long_row, &c));
    csv_int(&c, 2);
    csv_end_row(&c);
    assert_string_equal(written_text(&w), "a,b\n1,2\n");
    written_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_has_names_and_rows),
        cmocka_unit_test(texts_are_quoted_where_they_must_be),
        cmocka_unit_test(long_texts_are_written_whole),
        cmocka_unit_test(a_text_longer_than_the_buffer_is_written_whole),
        cmocka_unit_test(a_number_that_does_not_exist_is_empty),
        cmocka_unit_test(rows_cross_the_buffer_unharmed),
        cmocka_unit_test(a_full_buffer_is_no_obstacle),
        cmocka_unit_test(rows_of_other_lengths_are_bugs),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
