#include "sim/decimal.h"
#include "sim/int128.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

static const struct row {
    const char *name;
    const char *text;
    uint64_t unit;
    int power;
    int64_t floor;
    bool is_exact;
    bool is_too_large;
} rows[] = {
    {"whole", "12", 1, 0, 12, true, false},
    {"fraction_that_fits", "1.5", 3600, 0, 5400, true, false},
    {"fraction_rounded_down", "1.9999", 1, 0, 1, false, false},
    {"no_digits_before_the_point", ".25", 4, 0, 1, true, false},
    {"no_digits_behind_the_point", "5.", 1, 0, 5, true, false},
    {"zeros_change_nothing", "0001.5000", 2, 0, 3, true, false},
    {"many_zeros_behind_the_point", "1.0000000000000000000000000000000000000000000000", 1, 0, 1,
     true, false},
    {"a_digit_far_behind_the_point", "1.0000000000000000000000000000000000000000000001", 1, 0, 1,
     false, false},
    {"power_moves_the_point_right", "1.2345", 1, 3, 1234, false, false},
    {"power_moves_the_point_beyond_the_digits", "1.2", 1, 5, 120000, true, false},
    {"power_moves_the_point_left", "12345", 1, -2, 123, false, false},
    {"power_moves_the_point_before_the_digits", "5", 1000, -3, 5, true, false},
    {"power_makes_it_vanish", "5", 1, -1000000, 0, false, false},
    {"power_makes_a_unit_vanish", "1", 10, -2, 0, false, false},
    {"nothing_vanishes_exactly", "0", 1, -1000000, 0, true, false},
    {"nothing_grows_to_nothing", "0.0", 1, 1000000, 0, true, false},
    {"power_makes_it_too_large", "1", 1, 1000000, INT64_MAX, true, true},
    {"largest", "9223372036854775807", 1, 0, INT64_MAX, true, false},
    {"one_more_than_the_largest", "9223372036854775808", 1, 0, INT64_MAX, true, true},
    {"largest_and_a_half", "9223372036854775807.5", 1, 0, INT64_MAX, false, false},
    {"too_many_digits", "99999999999999999999999999999999999999999999999", 1, 0, INT64_MAX, true,
     true},
    {"too_large_by_its_unit", "8", UINT64_C(1) << 60, 0, INT64_MAX, true, true},
    {"just_fits_by_its_unit", "7.99", UINT64_C(1) << 60, 0, 9211842821808707338, false, false},
    {"two_to_the_minus_sixty", "0.000000000000000000867361737988403547205962240695953369140625",
     UINT64_C(1) << 60, 0, 1, true, false},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    const char *text = row->text;
    struct decimal d;
    assert_true(decimal_take(&text, &d));
    assert_string_equal(text, "");
    const struct decimal_product p = decimal_times(d, row->unit, row->power);
    assert_int_equal(p.floor, row->floor);
    assert_int_equal(p.is_too_large, row->is_too_large);
    if (!p.is_too_large)
        assert_int_equal(p.is_exact, row->is_exact);
}

static void a_number_ends_where_it_must(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *rest; /* NULL: no number */
        bool is_plain;
    } ends[] = {
        {"12h", "h", true},  {"1.5.2", ".2", true}, {"1.h", "h", false}, {".5h", "h", false},
        {"5", "", true},     {".", NULL, false},    {"", NULL, false},   {"h", NULL, false},
        {"-1", NULL, false}, {".h", NULL, false},
    };
    for (size_t i = 0; i < LEN(ends); i++) {
        const char *text = ends[i].text;
        struct decimal d;
        assert_int_equal(decimal_take(&text, &d), ends[i].rest != NULL);
        assert_string_equal(text, ends[i].rest != NULL ? ends[i].rest : ends[i].text);
        if (ends[i].rest != NULL)
            assert_int_equal(decimal_is_plain(d), ends[i].is_plain);
    }
}

/* The whole number, times unit, divided by the power of ten once. */
static void agrees_with_one_division(void **state)
{
    (void)state;
    gsl_rng *r = rng_open(20260302, 0, "test", 0);
    for (int i = 0; i < 100000; i++) {
        const uint64_t whole = gsl_rng_get(r) >> (1 + gsl_rng_uniform_int(r, 62));
        const unsigned places = (unsigned)gsl_rng_uniform_int(r, 13);
        const uint64_t unit = gsl_rng_get(r) >> gsl_rng_uniform_int(r, 64);
        uint64_t ten = 1;
        for (unsigned k = 0; k < places; k++)
            ten *= 10;
        char text[64];
        snprintf(text, sizeof text, "%llu.%0*llu", (unsigned long long)(whole / ten), (int)places,
                 (unsigned long long)(whole % ten));
        if (places == 0)
            *strchr(text, '.') = '\0';
        const uint128 product = (uint128)whole * unit;
        const char *at = text;
        struct decimal d;
        assert_true(decimal_take(&at, &d));
        const struct decimal_product p = decimal_times(d, unit, 0);
        assert_int_equal(p.is_too_large, product / ten > INT64_MAX);
        if (p.is_too_large)
            continue;
        assert_int_equal(p.floor, (int64_t)(product / ten));
        assert_int_equal(p.is_exact, product % ten == 0);
    }
    gsl_rng_free(r);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 2] = {cmocka_unit_test(a_number_ends_where_it_must),
                                              cmocka_unit_test(agrees_with_one_division)};
    for (size_t i = 0; i < LEN(rows); i++)
        tests[2 + i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
