#include "sim/duration.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <string.h>

#define S INT64_C(1000000000)

typedef bool parse_fn(const char *text, int64_t *ns, const char **why);

static const char slurm_form[] = "not a time such as 30, 30:00, 1:30:00, 1-12 or 1-12:30:00";
static const char clock_form[] = "not a time of the form D-HH:MM:SS";

static const struct row {
    const char *name;
    parse_fn *parse;
    const char *text;
    int64_t ns;
    const char *why; /* NULL if it is accepted */
} rows[] = {
    {"nanoseconds", duration_parse, "7ns", 7, NULL},
    {"microseconds", duration_parse, "7us", 7000, NULL},
    {"micro_sign", duration_parse, "7\xc2\xb5s", 7000, NULL},
    {"milliseconds", duration_parse, "7ms", 7000000, NULL},
    {"seconds", duration_parse, "90s", 90 * S, NULL},
    {"minutes", duration_parse, "40m", 2400 * S, NULL},
    {"minutes_in_full", duration_parse, "40min", 2400 * S, NULL},
    {"hours", duration_parse, "1.5h", 5400 * S, NULL},
    {"days", duration_parse, "60d", 60 * 86400 * S, NULL},
    {"weeks", duration_parse, "2w", 14 * 86400 * S, NULL},
    {"a_sum", duration_parse, "1d12h", 36 * 3600 * S, NULL},
    {"a_long_sum", duration_parse, "1w2d3h4m5s6ms7us8ns", 788645006007008, NULL},
    {"a_sum_of_decimals", duration_parse, "1.5d0.5h", (36 * 3600 + 1800) * S, NULL},
    {"zero_needs_no_unit", duration_parse, "0", 0, NULL},
    {"zero_in_full_needs_no_unit", duration_parse, "0.00", 0, NULL},
    {"a_third_decimal_is_exact", duration_parse, "0.001s", 1000000, NULL},
    {"a_tenth_of_an_hour_is_exact", duration_parse, "0.1h", 360 * S, NULL},
    {"no_double_in_between", duration_parse, "9007199254740993ns", 9007199254740993, NULL},
    {"largest", duration_parse, "9223372036854775807ns", INT64_MAX, NULL},
    {"largest_as_a_sum", duration_parse, "106751d23h47m16.854775807s", INT64_MAX, NULL},
    {"slurm_form", duration_parse, "1-12:30:05", 131405 * S, NULL},
    {"slurm_form_of_less_than_a_day", duration_parse, "0-0:0:1", S, NULL},
    {"no_unit", duration_parse, "90", 0, "no unit"},
    {"no_unit_at_the_end", duration_parse, "1h30", 0, "no unit"},
    {"unknown_unit", duration_parse, "5y", 0, "unknown unit"},
    {"case_matters", duration_parse, "5H", 0, "unknown unit"},
    {"blank_within", duration_parse, "5 s", 0, "unknown unit"},
    {"blank_before", duration_parse, " 5s", 0, "not a number"},
    {"blank_behind", duration_parse, "5s ", 0, "unknown unit"},
    {"blank_in_a_sum", duration_parse, "1h 5s", 0, "unknown unit"},
    {"no_number", duration_parse, "s", 0, "not a number"},
    {"nothing", duration_parse, "", 0, "not a number"},
    {"negative", duration_parse, "-5s", 0, "negative"},
    {"plus", duration_parse, "+5s", 0, "not a number"},
    {"no_digit_before_the_point", duration_parse, ".5h", 0, "not a number"},
    {"no_digit_behind_the_point", duration_parse, "5.h", 0, "not a number"},
    {"two_points", duration_parse, "1.5.5h", 0, "no unit"},
    {"exponent", duration_parse, "1e3s", 0, "unknown unit"},
    {"infinite", duration_parse, "inf", 0, "not a number"},
    {"smaller_unit_first", duration_parse, "12h1d", 0,
     "units out of order; the larger comes first"},
    {"a_unit_twice", duration_parse, "1h2h", 0, "units out of order; the larger comes first"},
    {"a_unit_under_two_names", duration_parse, "1m2min", 0,
     "units out of order; the larger comes first"},
    {"too_fine", duration_parse, "0.5ns", 0, "finer than a nanosecond"},
    {"too_fine_a_third", duration_parse, "0.3333333333333h", 0, "finer than a nanosecond"},
    {"too_large", duration_parse, "9223372036854775808ns", 0, "too large"},
    {"too_large_by_unit", duration_parse, "15251w", 0, "too large"},
    {"too_large_by_sum", duration_parse, "106751d24h", 0, "too large"},
    {"too_large_by_far", duration_parse, "99999999999999999999999999h", 0, "too large"},
    {"clock_without_a_day", duration_parse, "12:30:05", 0, clock_form},
    {"clock_cut_off", duration_parse, "1-12:30", 0, clock_form},
    {"clock_with_more", duration_parse, "1-12:30:05s", 0, clock_form},
    {"clock_with_four_fields", duration_parse, "1-12:30:05:1", 0, clock_form},
    {"clock_over_a_day", duration_parse, "1-24:00:00", 0,
     "over 23 hours, 59 minutes or 59 seconds in D-HH:MM:SS"},
    {"clock_over_an_hour", duration_parse, "1-00:60:00", 0,
     "over 23 hours, 59 minutes or 59 seconds in D-HH:MM:SS"},
    {"clock_too_large", duration_parse, "106752-0:0:0", 0, "too large"},
    {"slurm_form_without_clock", duration_parse, "1-12", 0, "unknown unit"},

    {"slurm_minutes", duration_parse_slurm, "90", 5400 * S, NULL},
    {"slurm_zero", duration_parse_slurm, "0", 0, NULL},
    {"slurm_minutes_seconds", duration_parse_slurm, "30:05", 1805 * S, NULL},
    {"slurm_hours", duration_parse_slurm, "1:30:05", 5405 * S, NULL},
    {"slurm_days_hours", duration_parse_slurm, "1-12", 36 * 3600 * S, NULL},
    {"slurm_days_hours_minutes", duration_parse_slurm, "1-12:30", 131400 * S, NULL},
    {"slurm_days_hours_minutes_seconds", duration_parse_slurm, "1-12:30:05", 131405 * S, NULL},
    {"slurm_days_alone", duration_parse_slurm, "7-", 7 * 86400 * S, NULL},
    {"slurm_fields_have_no_limit", duration_parse_slurm, "0:90:75", 5475 * S, NULL},
    {"slurm_unlimited", duration_parse_slurm, "UNLIMITED", DURATION_UNLIMITED, NULL},
    {"slurm_infinite_in_any_case", duration_parse_slurm, "Infinite", DURATION_UNLIMITED, NULL},
    {"slurm_minus_one", duration_parse_slurm, "-1", DURATION_UNLIMITED, NULL},
    {"slurm_nothing", duration_parse_slurm, "", 0, slurm_form},
    {"slurm_unit", duration_parse_slurm, "90s", 0, slurm_form},
    {"slurm_negative", duration_parse_slurm, "-2", 0, slurm_form},
    {"slurm_empty_field", duration_parse_slurm, "1:", 0, slurm_form},
    {"slurm_empty_field_within", duration_parse_slurm, "1::2", 0, slurm_form},
    {"slurm_empty_field_after_days", duration_parse_slurm, "1-:2", 0, slurm_form},
    {"slurm_four_fields", duration_parse_slurm, "1:2:3:4", 0, slurm_form},
    {"slurm_five_fields", duration_parse_slurm, "1-2:3:4:5", 0, slurm_form},
    {"slurm_two_dashes", duration_parse_slurm, "1-2-3", 0, slurm_form},
    {"slurm_dash_after_colon", duration_parse_slurm, "1:2-3", 0, slurm_form},
    {"slurm_decimal", duration_parse_slurm, "1.5", 0, slurm_form},
    {"slurm_too_large", duration_parse_slurm, "106752-", 0, "too large"},

    {"go_mixed", duration_parse_go, "1h30m", 5400 * S, NULL},
    {"go_milliseconds", duration_parse_go, "100ms", 100000000, NULL},
    {"go_decimal", duration_parse_go, "1.5s", 1500000000, NULL},
    {"go_half", duration_parse_go, ".5s", 500000000, NULL},
    {"go_point_behind", duration_parse_go, "5.s", 5 * S, NULL},
    {"go_any_order", duration_parse_go, "5s1h5s", 3610 * S, NULL},
    {"go_negative", duration_parse_go, "-1m30s", -90 * S, NULL},
    {"go_plus", duration_parse_go, "+5s", 5 * S, NULL},
    {"go_zero", duration_parse_go, "0", 0, NULL},
    {"go_negative_zero", duration_parse_go, "-0", 0, NULL},
    {"go_greek_mu", duration_parse_go, "3\xce\xbcs", 3000, NULL},
    {"go_no_days", duration_parse_go, "1d", 0, "unknown unit"},
    {"go_no_min", duration_parse_go, "1min", 0, "unknown unit"},
    {"go_no_unit", duration_parse_go, "5", 0, "no unit"},
    {"go_zero_in_full", duration_parse_go, "0.0", 0, "no unit"},
    {"go_sign_alone", duration_parse_go, "-", 0, "not a number"},
    {"go_nothing", duration_parse_go, "", 0, "not a number"},
    {"go_point_alone", duration_parse_go, ".s", 0, "not a number"},
    {"go_too_fine", duration_parse_go, "1.0000000001s", 0, "finer than a nanosecond"},
    {"go_too_large", duration_parse_go, "2562048h", 0, "too large"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    int64_t got = -77;
    const char *why = NULL;
    assert_int_equal(row->parse(row->text, &got, &why), row->why == NULL);
    if (row->why != NULL) {
        assert_string_equal(why, row->why);
        assert_int_equal(got, -77); /* untouched */
    } else {
        assert_int_equal(got, row->ns);
    }
}

static const struct print {
    const char *text;
    int64_t ns;
} prints[] = {
    {"0s", 0},
    {"1ns", 1},
    {"1.5us", 1500},
    {"999.999ms", 999999000},
    {"1s", S},
    {"1.000000001s", S + 1},
    {"90s", 90 * S},
    {"119.5s", 119500000000},
    {"2m", 120 * S},
    {"2m30s", 150 * S},
    {"1h30m", 5400 * S},
    {"1h1m30s", 3690 * S},
    {"1d12h", 36 * 3600 * S},
    {"1d250ms", 86400 * S + 250000000},
    {"14d", 14 * 86400 * S},
    {"-90s", -90 * S},
    {"106751d23h47m16.854775807s", INT64_MAX},
    {"-106751d23h47m16.854775808s", INT64_MIN},
};

static void prints_the_shortest_exact_text(void **state)
{
    (void)state;
    char buf[DURATION_TEXT];
    for (size_t i = 0; i < LEN(prints); i++)
        assert_string_equal(duration_print(buf, prints[i].ns), prints[i].text);
}

static void what_is_printed_reads_as_the_same(void **state)
{
    (void)state;
    gsl_rng *r = rng_open(20260302, 0, "test", 0);
    for (int i = 0; i < 100000; i++) {
        int64_t ns = (int64_t)(gsl_rng_get(r) >> (1 + gsl_rng_uniform_int(r, 63)));
        if (gsl_rng_uniform_int(r, 2) == 0)
            ns = ns / S * S;
        char buf[DURATION_TEXT];
        int64_t back = -1;
        const char *why = "";
        if (!duration_parse(duration_print(buf, ns), &back, &why))
            fail_msg("'%s': %s", buf, why);
        assert_int_equal(back, ns);
    }
    gsl_rng_free(r);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 2] = {cmocka_unit_test(prints_the_shortest_exact_text),
                                              cmocka_unit_test(what_is_printed_reads_as_the_same)};
    for (size_t i = 0; i < LEN(rows); i++)
        tests[2 + i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
