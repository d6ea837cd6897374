#include "sim/utf8.h"
#include "tests/unit.h"

#include <string.h>

static const struct row {
    const char *name;
    const char *bytes;
    size_t taken;
    uint32_t c;
    unsigned width;
} rows[] = {
    {"ascii", "a", 1, 'a', 1},
    {"two_bytes", "\xc3\xbc", 2, 0xfc, 1},
    {"three_bytes", "\xe2\x82\xac", 3, 0x20ac, 1},
    {"four_bytes", "\xf0\x9f\x98\x80", 4, 0x1f600, 2},
    {"first_and_last_of_two_bytes", "\xc2\x80", 2, 0x80, 1},
    {"the_last_of_all", "\xf4\x8f\xbf\xbf", 4, 0x10ffff, 1},
    {"wide", "\xe6\x97\xa5", 3, 0x65e5, 2},
    {"combining", "\xcc\x81", 2, 0x301, 0},
    {"cut_off", "\xe2\x82", 0, 0, 0},
    {"not_continued", "\xc3(", 0, 0, 0},
    {"continuation_alone", "\x80", 0, 0, 0},
    {"overlong_two", "\xc1\xbf", 0, 0, 0},
    {"overlong_three", "\xe0\x9f\xbf", 0, 0, 0},
    {"overlong_four", "\xf0\x8f\xbf\xbf", 0, 0, 0},
    {"surrogate", "\xed\xa0\x80", 0, 0, 0},
    {"beyond_the_last", "\xf4\x90\x80\x80", 0, 0, 0},
    {"five_bytes", "\xf8\x88\x80\x80\x80", 0, 0, 0},
    {"never_a_byte_of_it", "\xff", 0, 0, 0},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    uint32_t c = 0;
    assert_int_equal(utf8_read(row->bytes, strlen(row->bytes), &c), row->taken);
    assert_int_equal(c, row->c);
    if (row->taken > 0)
        assert_int_equal(utf8_width(c), row->width);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
