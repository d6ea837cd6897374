#include "sim/calendar.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

#define S INT64_C(1000000000)

static const char date_form[] = "not a date of the form YYYY-MM-DD";
static const char time_form[] = "not a time of the form HH:MM or HH:MM:SS";
static const char years[] = "outside of the years 1678 to 2261";

static const struct row {
    const char *name;
    const char *text;
    int64_t ns;
    const char *why; /* NULL if it is accepted */
} rows[] = {
    {"epoch", "1970-01-01T00:00:00Z", 0, NULL},
    {"a_date_alone_is_its_midnight", "1970-01-02", 86400 * S, NULL},
    {"an_instant", "2026-03-02T08:00:00Z", 1772438400 * S, NULL},
    {"without_seconds", "2026-03-02T08:00Z", 1772438400 * S, NULL},
    {"with_a_fraction", "1970-01-01T00:00:01.5Z", 1500000000, NULL},
    {"with_all_digits", "1970-01-01T00:00:00.123456789Z", 123456789, NULL},
    {"with_more_zeros", "1970-01-01T00:00:00.50000000000Z", 500000000, NULL},
    {"east", "1970-01-01T01:00:00+01:00", 0, NULL},
    {"west", "1969-12-31T18:30:00-05:30", 0, NULL},
    {"an_offset_without_colon", "1970-01-01T05:30:00+0530", 0, NULL},
    {"before_the_epoch", "1969-12-31T23:59:59.999999999Z", -1, NULL},
    {"leap_day", "2024-02-29", 1709164800 * S, NULL},
    {"leap_day_of_a_fourth_century", "2000-02-29", 951782400 * S, NULL},
    {"day_after_a_leap_day", "2024-03-01", 1709251200 * S, NULL},
    {"last_of_all", "2262-04-11T23:47:16.854775807Z", INT64_MAX, NULL},
    {"first_of_all", "1677-09-21T00:12:43.145224192Z", INT64_MIN, NULL},
    {"one_more_than_the_last", "2262-04-11T23:47:16.854775808Z", 0, years},
    {"one_less_than_the_first", "1677-09-21T00:12:43.145224191Z", 0, years},
    {"too_late", "9999-12-31", 0, years},
    {"too_early", "0001-01-01", 0, years},
    {"no_zone", "2026-03-02T08:00:00", 0, "no time zone; add Z, or an offset such as +01:00"},
    {"another_zone", "2026-03-02T08:00:00 CET", 0,
     "something else than a time zone behind the time"},
    {"small_z", "2026-03-02T08:00:00z", 0, "something else than a time zone behind the time"},
    {"bad_offset", "2026-03-02T08:00:00+1", 0, "not an offset of the form +01:00"},
    {"offset_too_large", "2026-03-02T08:00:00+24:00", 0, "not an offset of the form +01:00"},
    {"more_behind", "2026-03-02T08:00:00Zx", 0, "something behind the time zone"},
    {"blank_between", "2026-03-02 08:00:00Z", 0,
     "something else than T and a time behind the date"},
    {"no_time_behind_t", "2026-03-02T", 0, time_form},
    {"time_cut_off", "2026-03-02T08", 0, time_form},
    {"time_of_one_digit", "2026-03-02T8:00Z", 0, time_form},
    {"empty_fraction", "2026-03-02T08:00:00.Z", 0, "no digits behind the point"},
    {"too_fine", "2026-03-02T08:00:00.0000000001Z", 0, "finer than a nanosecond"},
    {"hour_24", "2026-03-02T24:00:00Z", 0, "no such time of day"},
    {"minute_60", "2026-03-02T08:60Z", 0, "no such time of day"},
    {"leap_second", "2016-12-31T23:59:60Z", 0, "no such time of day"},
    {"no_leap_year", "2026-02-29", 0, "no such day"},
    {"no_leap_century", "1900-02-29", 0, "no such day"},
    {"day_31_of_april", "2026-04-31", 0, "no such day"},
    {"day_0", "2026-04-00", 0, "no such day"},
    {"month_13", "2026-13-01", 0, "no such month"},
    {"month_0", "2026-00-01", 0, "no such month"},
    {"other_order", "02.03.2026", 0, date_form},
    {"short_year", "26-03-02", 0, date_form},
    {"one_digit_day", "2026-03-2", 0, date_form},
    {"long_day", "2026-03-021", 0, date_form},
    {"nothing", "", 0, date_form},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    int64_t got = -77;
    const char *why = NULL;
    assert_int_equal(calendar_parse(row->text, &got, &why), row->why == NULL);
    if (row->why != NULL) {
        assert_string_equal(why, row->why);
        assert_int_equal(got, -77); /* untouched */
    } else {
        assert_int_equal(got, row->ns);
    }
}

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* One day after the other, over all that int64 holds. */
static void agrees_with_counting_days(void **state)
{
    (void)state;
    static const unsigned len[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = calendar_days(1678, 1, 1);
    assert_int_equal(days, -106650);
    for (int year = 1678; year < 2262; year++)
        for (unsigned month = 1; month <= 12; month++) {
            const unsigned last = len[month - 1] + (month == 2 && is_leap_year(year));
            assert_int_equal(calendar_days_of_month(year, month), last);
            for (unsigned day = 1; day <= last; day++, days++) {
                assert_int_equal(calendar_days(year, month, day), days);
                const struct calendar c = calendar_split(days * 86400 * S + 86399 * S);
                assert_int_equal(c.year, year);
                assert_int_equal(c.month, month);
                assert_int_equal(c.day, day);
                assert_int_equal(c.hour * 10000 + c.minute * 100 + c.second, 235959);
            }
        }
    assert_int_equal(calendar_days(-4, 3, 1) - calendar_days(-4, 2, 28), 2);
}

static void prints_the_shortest_exact_text(void **state)
{
    (void)state;
    char buf[CALENDAR_TEXT];
    assert_string_equal(calendar_print(buf, 0), "1970-01-01T00:00:00Z");
    assert_string_equal(calendar_print(buf, -1), "1969-12-31T23:59:59.999999999Z");
    assert_string_equal(calendar_print(buf, 1772438400 * S + 500000000), "2026-03-02T08:00:00.5Z");
    assert_string_equal(calendar_print(buf, INT64_MAX), "2262-04-11T23:47:16.854775807Z");
    assert_string_equal(calendar_print(buf, INT64_MIN), "1677-09-21T00:12:43.145224192Z");
}

static void what_is_printed_reads_as_the_same(void **state)
{
    (void)state;
    gsl_rng *r = rng_open(20260302, 0, "test", 0);
    for (int i = 0; i < 100000; i++) {
        const int64_t ns = (int64_t)(gsl_rng_get(r) - (UINT64_C(1) << 63));
        char buf[CALENDAR_TEXT];
        int64_t back = 0;
        const char *why = "";
        if (!calendar_parse(calendar_print(buf, ns), &back, &why))
            fail_msg("'%s': %s", buf, why);
        assert_int_equal(back, ns);
    }
    gsl_rng_free(r);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 3] = {cmocka_unit_test(agrees_with_counting_days),
                                              cmocka_unit_test(prints_the_shortest_exact_text),
                                              cmocka_unit_test(what_is_printed_reads_as_the_same)};
    for (size_t i = 0; i < LEN(rows); i++)
        tests[3 + i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
