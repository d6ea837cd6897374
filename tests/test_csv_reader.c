#include "sim/rng.h"
#include "tests/messages.h"
#include "tests/temp_file.h"
#include "tests/unit.h"
#include "workloads/csv_reader.h"

#include "sim/line_reader.h"

#include <gsl/gsl_rng.h>

static const struct csv_dialect bars = {.delimiter = '|', .has_quotes = false};

/* --- rows: a file, and what it holds: [..] a field, "!" a problem before a row --- */

static const struct row {
    const char *name;
    const char *bytes;
    const char *holds;
    const struct csv_dialect *dialect; /* NULL: RFC 4180 */
} rows[] = {
    {"fields_stand_between_commas", "a,b,c\n1,2,3\n", "[a][b][c]\n[1][2][3]\n", NULL},
    {"fields_may_be_empty", ",\n,,x\n", "[][]\n[][][x]\n", NULL},
    {"one_field_needs_no_comma", "a\nb", "[a]\n[b]\n", NULL},
    {"blank_lines_are_no_rows", "\na,b\n\n\n1,2\n\n", "[a][b]\n[1][2]\n", NULL},
    {"a_line_of_blanks_is_a_row", " \n", "[ ]\n", NULL},
    {"an_empty_file_has_no_rows", "", "", NULL},
    {"blanks_belong_to_fields", " a , b\t\n", "[ a ][ b\t]\n", NULL},
    {"lines_may_end_in_two_bytes", "a,b\r\n1,2\r\n", "[a][b]\n[1][2]\n", NULL},
    {"quotes_enclose_commas", "\"a,b\",c\n", "[a,b][c]\n", NULL},
    {"quotes_enclose_quotes", "\"say \"\"hi\"\"\",\"\"\"\"\n", "[say \"hi\"][\"]\n", NULL},
    {"quotes_may_enclose_nothing", "\"\",\"\"\n", "[][]\n", NULL},
    {"quotes_enclose_line_ends", "\"a\nb\",c\n1,2\n", "[a\nb][c]\n[1][2]\n", NULL},
    {"enclosed_line_ends_become_one_byte", "\"a\r\n\r\nb\"\r\n", "[a\n\nb]\n", NULL},
    {"a_quoted_field_may_end_the_file", "a,\"b\"", "[a][b]\n", NULL},
    {"many_lines_in_quotes", "\"1\n2\n3\n\",\"4\n\"\nx\n", "[1\n2\n3\n][4\n]\n[x]\n", NULL},
    {"a_quote_inside_a_field_is_text", "5\" disk,a\"b\"\n", "[5\" disk][a\"b\"]\n", NULL},
    {"text_behind_a_closing_quote", "\"a\"b,c\n", "![ab][c]\n", NULL},
    {"a_quote_behind_such_text_is_text", "\"a\"b\"c\nd\"\n", "![ab\"c]\n[d\"]\n", NULL},
    {"a_blank_behind_a_closing_quote", "\"a\" ,c\n", "![a ][c]\n", NULL},
    {"a_quote_that_never_closes", "a,\"b\nc,d\n", "![a][b\nc,d]\n", NULL},
    {"a_quote_alone_at_the_end", "\"", "![]\n", NULL},
    {"a_problem_stays_in_its_row", "\"a\"b\nc,d\n", "![ab]\n[c][d]\n", NULL},
    {"other_delimiters", "a|b,c|\n|\n", "[a][b,c][]\n[][]\n", &bars},
    {"a_dialect_without_quotes", "\"a|b\"|\"\n", "[\"a][b\"][\"]\n", &bars},
    {"a_byte_order_mark_is_no_name", "\xef\xbb\xbf\"a\",b\n", "[a][b]\n", NULL},
};

static char *print_rows(const char *path, const struct csv_dialect *dialect)
{
    struct messages m;
    messages_open(&m);
    struct csv_reader *r = csv_reader_open(path, dialect == NULL ? &csv_rfc4180 : dialect, &m.diag);
    assert_non_null(r);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    for (struct csv_row row; csv_reader_next(r, &row);) {
        if (row.problem != NULL)
            fputc('!', out);
        for (size_t i = 0; i < row.len; i++) {
            assert_int_equal(row.fields[i].text[row.fields[i].len], '\0');
            fprintf(out, "[%s]", row.fields[i].text);
        }
        fputc('\n', out);
    }
    assert_false(csv_reader_failed(r));
    assert_string_equal(messages_text(&m), "");
    fclose(out);
    csv_reader_close(r);
    messages_close(&m);
    return text;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct temp_file f;
    temp_file_text(&f, row->bytes);
    char *holds = print_rows(f.path, row->dialect);
    assert_string_equal(holds, row->holds);
    free(holds);
    temp_file_remove(&f);
}

/* --- others --- */

static void reads_what_rfc_4180_writes(void **state)
{
    (void)state;
    const uint64_t seed = 4180;
    print_message("seed %ju\n", (uintmax_t)seed);
    gsl_rng *rng = rng_open(seed, 0, "csv", 0);
    enum { ROWS = 20000, COLUMNS = 3, LONGEST = 12 };
    static const char alphabet[] = "ab,,\"\"\n\n \xc3\xa9"; /* what is written, byte by byte */
    static char fields[ROWS][COLUMNS][LONGEST + 1];
    struct temp_file f;
    temp_file_text(&f, "");
    FILE *out = fopen(f.path, "w");
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        char *field = fields[i / COLUMNS][i % COLUMNS];
        const size_t len = 1 + gsl_rng_uniform_int(rng, LONGEST);
        for (size_t b = 0; b < len; b++)
            field[b] = alphabet[gsl_rng_uniform_int(rng, sizeof alphabet - 1)];
        const bool needs_quotes = strpbrk(field, ",\"\n") != NULL;
        fputs(needs_quotes ? "\"" : "", out);
        for (size_t b = 0; b < len; b++)
            fprintf(out, field[b] == '"' ? "\"\"" : "%c", field[b]);
        fputs(needs_quotes ? "\"" : "", out);
        fputc(i % COLUMNS == COLUMNS - 1 ? '\n' : ',', out);
    }
    fclose(out);
    gsl_rng_free(rng);
    struct messages m;
    messages_open(&m);
    struct csv_reader *r = csv_reader_open(f.path, &csv_rfc4180, &m.diag);
    size_t rows_read = 0;
    for (struct csv_row row; csv_reader_next(r, &row); rows_read++) {
        assert_int_equal(row.len, COLUMNS);
        assert_null(row.problem);
        for (size_t c = 0; c < COLUMNS; c++)
            assert_string_equal(row.fields[c].text, fields[rows_read][c]);
    }
    assert_int_equal(rows_read, ROWS);
    csv_reader_close(r);
    messages_close(&m);
    temp_file_remove(&f);
}

static void fields_know_where_they_stand(void **state)
{
    (void)state;
    struct temp_file f;
    temp_file_text(&f, "a,bb\n\n\"x\ny\",\"\"\"z\",\xc3\xa9\xc3\xa9,w\n");
    struct messages m;
    messages_open(&m);
    struct csv_reader *r = csv_reader_open(f.path, &csv_rfc4180, &m.diag);
    struct csv_row row;
    assert_true(csv_reader_next(r, &row));
    assert_int_equal(csv_reader_at(r, &row, 1).line, 1);
    assert_int_equal(csv_reader_at(r, &row, 1).col, 3);
    assert_true(csv_reader_next(r, &row));
    static const struct {
        unsigned line, col;
        bool is_quoted;
    } want[] = {{3, 1, true}, {4, 4, true}, {4, 10, false}, {4, 13, false}};
    assert_int_equal(row.len, LEN(want));
    for (size_t i = 0; i < LEN(want); i++) {
        const struct src_pos at = csv_reader_at(r, &row, i);
        assert_string_equal(at.file, f.path);
        assert_int_equal(at.line, want[i].line);
        assert_int_equal(at.col, want[i].col);
        assert_int_equal(row.fields[i].is_quoted, want[i].is_quoted);
    }
    assert_int_equal(csv_reader_at(r, &row, 99).line, 3);
    assert_int_equal(csv_reader_at(r, &row, 99).col, 0);
    csv_reader_close(r);
    messages_close(&m);
    temp_file_remove(&f);
}

static void blanks_around_a_field_may_be_taken_away(void **state)
{
    (void)state;
    struct temp_file f;
    temp_file_text(&f, "  a b\t ,\" \",, c\n");
    struct messages m;
    messages_open(&m);
    struct csv_reader *r = csv_reader_open(f.path, &csv_rfc4180, &m.diag);
    struct csv_row row;
    assert_true(csv_reader_next(r, &row));
    static const char *const want[] = {"a b", "", "", "c"};
    static const unsigned cols[] = {3, 10, 13, 15};
    for (size_t i = 0; i < LEN(want); i++) {
        csv_field_trim(&row.fields[i]);
        assert_string_equal(row.fields[i].text, want[i]);
        assert_int_equal(row.fields[i].len, strlen(want[i]));
        assert_int_equal(csv_reader_at(r, &row, i).col, cols[i]);
    }
    csv_reader_close(r);
    messages_close(&m);
    temp_file_remove(&f);
}

static void problems_name_the_field(void **state)
{
    (void)state;
    struct temp_file f;
    temp_file_text(&f, "a,\"b\"c,\"d\"e\nf,\"g\n");
    struct messages m;
    messages_open(&m);
    struct csv_reader *r = csv_reader_open(f.path, &csv_rfc4180, &m.diag);
    struct csv_row row;
    assert_true(csv_reader_next(r, &row));
    assert_string_equal(row.problem,
                        "there is text between the closing quote and the next delimiter");
    assert_int_equal(row.problem_field, 1);
    assert_true(csv_reader_next(r, &row));
    assert_string_equal(row.problem, "the quote is not closed");
    assert_int_equal(row.problem_field, 1);
    assert_int_equal(row.line, 2);
    csv_reader_close(r);
    messages_close(&m);
    temp_file_remove(&f);
}

static void a_quote_that_swallows_a_large_file_is_an_error(void **state)
{
    (void)state;
    const size_t len = (size_t)LINE_LONGEST + 1000;
    char *text = malloc(len);
    for (size_t i = 0; i < len; i++)
        text[i] = i % 50 == 49 ? '\n' : 'x';
    memcpy(text + 100, "a,\"b", 4);
    struct temp_file f;
    temp_file_bytes(&f, text, len);
    struct messages m;
    messages_open(&m);
    struct csv_reader *r = csv_reader_open(f.path, &csv_rfc4180, &m.diag);
    size_t rows_read = 0;
    for (struct csv_row row; csv_reader_next(r, &row);)
        rows_read++;
    assert_int_equal(rows_read, 2);
    assert_true(csv_reader_failed(r));
    char want[160];
    snprintf(want, sizeof want,
             "%s:3: error: this row is longer than 4 MiB; is a quote not closed?\n", f.path);
    assert_string_equal(messages_text(&m), want);
    csv_reader_close(r);
    messages_close(&m);
    temp_file_remove(&f);
    free(text);
}

static void rows_with_many_fields_are_read(void **state)
{
    (void)state;
    enum { FIELDS = 5000 };
    char *text = malloc(2 * FIELDS);
    for (size_t i = 0; i < FIELDS; i++)
        memcpy(text + 2 * i, i == FIELDS - 1 ? "7\n" : "7,", 2);
    struct temp_file f;
    temp_file_bytes(&f, text, 2 * FIELDS);
    struct messages m;
    messages_open(&m);
    struct csv_reader *r = csv_reader_open(f.path, &csv_rfc4180, &m.diag);
    struct csv_row row;
    assert_true(csv_reader_next(r, &row));
    assert_int_equal(row.len, FIELDS);
    for (size_t i = 0; i < FIELDS; i++)
        assert_string_equal(row.fields[i].text, "7");
    csv_reader_close(r);
    messages_close(&m);
    temp_file_remove(&f);
    free(text);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(reads_what_rfc_4180_writes),
        cmocka_unit_test(fields_know_where_they_stand),
        cmocka_unit_test(blanks_around_a_field_may_be_taken_away),
        cmocka_unit_test(problems_name_the_field),
        cmocka_unit_test(a_quote_that_swallows_a_large_file_is_an_error),
        cmocka_unit_test(rows_with_many_fields_are_read),
    };
    struct CMUnitTest tests[LEN(rows) + LEN(others)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = check_row,
            .initial_state = (void *)&rows[i],
        };
    memcpy(tests + LEN(rows), others, sizeof others);
    return cmocka_run_group_tests_name("csv_reader", tests, NULL, NULL);
}
