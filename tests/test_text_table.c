#include "sim/text_table.h"
#include "tests/unit.h"

#include <stdlib.h>

static const struct text_column columns[] = {{"NAME", false}, {"GPUS", true}, {"NOTE", false}};

static void expect(struct text_table *t, const char *want)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    text_table_print(t, out);
    fclose(out);
    assert_string_equal(text, want);
    free(text);
    text_table_free(t);
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
    (void)state;
    struct text_table *t = text_table_new(columns, LEN(columns));
    static const char *const cells[] = {"a", "8", "x", "longer name", "80640", "y"};
    for (size_t i = 0; i < LEN(cells); i++)
        text_table_cell(t, cells[i]);
    expect(t, "NAME          GPUS  NOTE\n"
              "a                8  x\n"
              "longer name  80640  y\n");
}

static void no_line_ends_in_blanks(void **state)
{
    (void)state;
    struct text_table *t = text_table_new(columns, LEN(columns));
    static const char *const cells[] = {"name", "1", "", "", "", "", "b", "", "z"};
    for (size_t i = 0; i < LEN(cells); i++)
        text_table_cell(t, cells[i]);
    expect(t, "NAME  GPUS  NOTE\n"
              "name     1\n"
              "\n"
              "b           z\n");
}

static void characters_count_not_bytes(void **state)
{
    (void)state;
    struct text_table *t = text_table_new(columns, 2);
    static const char *const cells[] = {"\u00e9\u00e9\u00e9\u00e9\u00e9", "1", "bad\xff", "2"};
    for (size_t i = 0; i < LEN(cells); i++)
        text_table_cell(t, cells[i]);
    expect(t, "NAME   GPUS\n"
              "\u00e9\u00e9\u00e9\u00e9\u00e9     1\n"
              "bad\xff      2\n");
}

static void a_table_without_rows_has_titles(void **state)
{
    (void)state;
    expect(text_table_new(columns, LEN(columns)), "NAME  GPUS  NOTE\n");
    text_table_free(NULL);
}

static void cells_are_copied(void **state)
{
    (void)state;
    struct text_table *t = text_table_new(columns, 1);
    char cell[] = "one";
    text_table_cell(t, cell);
    cell[0] = 'X';
    for (int i = 0; i < 100; i++)
        text_table_cell(t, "");
    text_table_cell(t, "last");
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    text_table_print(t, out);
    fclose(out);
    assert_memory_equal(text, "NAME\none\n\n", 10);
    assert_string_equal(text + len - 5, "last\n");
    free(text);
    text_table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(no_line_ends_in_blanks),
        cmocka_unit_test(characters_count_not_bytes),
        cmocka_unit_test(a_table_without_rows_has_titles),
        cmocka_unit_test(cells_are_copied),
    };
    return cmocka_run_group_tests_name("text_table", tests, NULL, NULL);
}
