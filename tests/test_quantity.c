#include "sim/quantity.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef bool int_fn(const char *text, int64_t *value, const char **why);
typedef bool real_fn(const char *text, double *value, const char **why);

static const struct int_row {
    const char *name;
    int_fn *parse;
    const char *text;
    int64_t value;
    const char *why; /* NULL if it is accepted */
} ints[] = {
    {"int", quantity_int, "12", 12, NULL},
    {"int_negative", quantity_int, "-3", -3, NULL},
    {"int_zero", quantity_int, "0", 0, NULL},
    {"int_largest", quantity_int, "9223372036854775807", INT64_MAX, NULL},
    {"int_too_large", quantity_int, "9223372036854775808", 0, "too large"},
    {"int_with_a_point", quantity_int, "1.0", 0, "not a whole number"},
    {"int_with_an_exponent", quantity_int, "1e3", 0, "not a whole number"},
    {"int_in_hexadecimal", quantity_int, "0x10", 0, "not a whole number"},
    {"int_octal", quantity_int, "010", 0, "a whole number must not begin with 0"},
    {"int_with_a_plus", quantity_int, "+1", 0, "not a whole number"},
    {"int_with_a_separator", quantity_int, "1_000", 0, "not a whole number"},
    {"int_sign_alone", quantity_int, "-", 0, "not a whole number"},
    {"int_nothing", quantity_int, "", 0, "not a whole number"},

    {"size_bytes", quantity_size, "512B", 512, NULL},
    {"size_binary", quantity_size, "80GiB", 85899345920, NULL},
    {"size_decimal", quantity_size, "500MB", 500000000, NULL},
    {"size_with_a_point", quantity_size, "1.5GiB", 1610612736, NULL},
    {"size_kilo", quantity_size, "1kB", 1000, NULL},
    {"size_kibi", quantity_size, "1KiB", 1024, NULL},
    {"size_tebi", quantity_size, "2TiB", INT64_C(2) << 40, NULL},
    {"size_zero_needs_no_unit", quantity_size, "0", 0, NULL},
    {"size_largest", quantity_size, "9223372036854775807B", INT64_MAX, NULL},
    {"size_too_large", quantity_size, "8192PiB", 0, "too large"},
    {"size_no_unit", quantity_size, "80", 0, "no unit"},
    {"size_in_bits", quantity_size, "80Gb", 0, "in bits; B is a byte"},
    {"size_in_bits_in_full", quantity_size, "80Gbit", 0, "in bits; B is a byte"},
    {"size_of_kubernetes", quantity_size, "80Gi", 0, "unknown unit"},
    {"size_in_another_case", quantity_size, "80GIB", 0, "unknown unit"},
    {"size_with_a_blank", quantity_size, "80 GiB", 0, "unknown unit"},
    {"size_of_half_a_byte", quantity_size, "0.5B", 0, "not a whole number of bytes"},
    {"size_negative", quantity_size, "-1GiB", 0, "negative"},
    {"size_nothing", quantity_size, "", 0, "not a number"},

    {"money", quantity_money_per_hour, "98.32 USD/h", 98320000, NULL},
    {"money_with_a_sign", quantity_money_per_hour, "98.32 $/h", 98320000, NULL},
    {"money_without_a_blank", quantity_money_per_hour, "2USD/h", 2000000, NULL},
    {"money_zero", quantity_money_per_hour, "0", 0, NULL},
    {"money_exact", quantity_money_per_hour, "0.000001 USD/h", 1, NULL},
    {"money_too_fine", quantity_money_per_hour, "0.0000001 USD/h", 0, "finer than a micro-dollar"},
    {"money_too_large", quantity_money_per_hour, "9223372036855 USD/h", 0, "too large"},
    {"money_no_unit", quantity_money_per_hour, "98.32", 0, "no unit"},
    {"money_no_time", quantity_money_per_hour, "98.32 USD", 0, "unknown unit"},
    {"money_of_another_country", quantity_money_per_hour, "98.32 EUR/h", 0, "unknown unit"},
    {"money_two_blanks", quantity_money_per_hour, "98.32  USD/h", 0, "unknown unit"},
    {"money_blank_alone", quantity_money_per_hour, "98.32 ", 0, "no unit"},
    {"money_negative", quantity_money_per_hour, "-1 USD/h", 0, "negative"},
};

static void check_int(void **state)
{
    const struct int_row *row = *state;
    int64_t got = -77;
    const char *why = NULL;
    assert_int_equal(row->parse(row->text, &got, &why), row->why == NULL);
    assert_string_equal(why != NULL ? why : "", row->why != NULL ? row->why : "");
    assert_int_equal(got, row->why != NULL ? -77 : row->value);
}

static const struct real_row {
    const char *name;
    real_fn *parse;
    const char *text;
    double value;
    const char *why;
} reals[] = {
    {"real", quantity_real, "0.25", 0.25, NULL},
    {"real_negative", quantity_real, "-1.5", -1.5, NULL},
    {"real_with_an_exponent", quantity_real, "1e-6", 1e-6, NULL},
    {"real_with_a_large_exponent", quantity_real, "2.5E+3", 2500, NULL},
    {"real_too_large", quantity_real, "1e999", 0, "too large"},
    {"real_infinite", quantity_real, "inf", 0, "not a number"},
    {"real_nan", quantity_real, "nan", 0, "not a number"},
    {"real_in_hexadecimal", quantity_real, "0x1p3", 0, "not a number"},
    {"real_cut_off", quantity_real, "1e", 0, "not a number"},
    {"real_with_a_unit", quantity_real, "1s", 0, "not a number"},
    {"real_without_a_digit_before_the_point", quantity_real, ".5", 0, "not a number"},
    {"real_nothing", quantity_real, "", 0, "not a number"},

    {"ratio", quantity_ratio, "0.7", 0.7, NULL},
    {"ratio_in_percent", quantity_ratio, "70%", 0.7, NULL},
    {"ratio_rounded_once", quantity_ratio, "33.3%", 0.333, NULL},
    {"ratio_rounded_once_too", quantity_ratio, "0.07%", 0.0007, NULL},
    {"ratio_above_one", quantity_ratio, "150%", 1.5, NULL},
    {"ratio_negative", quantity_ratio, "-5%", 0, "negative"},
    {"ratio_with_a_blank", quantity_ratio, "70 %", 0, "neither a plain number nor a percentage"},
    {"ratio_of_words", quantity_ratio, "half", 0, "not a number"},
    {"ratio_with_an_exponent", quantity_ratio, "7e-1", 0,
     "neither a plain number nor a percentage"},

    {"rate_per_hour", quantity_rate, "12/h", 12.0 / 3600, NULL},
    {"rate_per_second", quantity_rate, "0.5/s", 0.5, NULL},
    {"rate_per_minute", quantity_rate, "3/min", 0.05, NULL},
    {"rate_per_day", quantity_rate, "1.2/d", 1.2 / 86400, NULL},
    {"rate_zero_needs_no_unit", quantity_rate, "0", 0, NULL},
    {"rate_no_unit", quantity_rate, "12", 0, "no unit"},
    {"rate_of_a_duration", quantity_rate, "12h", 0, "unknown unit"},
    {"rate_per_year", quantity_rate, "12/y", 0, "unknown unit of time"},
    {"rate_per_nothing", quantity_rate, "12/", 0, "unknown unit of time"},
    {"rate_with_an_exponent", quantity_rate, "1e3/h", 0, "unknown unit"},
    {"rate_negative", quantity_rate, "-1/h", 0, "negative"},
    {"rate_too_large", quantity_rate,
     "1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "00000000000000000000000000000000000000/ns",
     0, "too large"},
};

static void check_real(void **state)
{
    const struct real_row *row = *state;
    double got = -77;
    const char *why = NULL;
    assert_int_equal(row->parse(row->text, &got, &why), row->why == NULL);
    assert_string_equal(why != NULL ? why : "", row->why != NULL ? row->why : "");
    assert_true(got == (row->why != NULL ? -77 : row->value));
}

static const struct kubernetes_row {
    const char *name;
    const char *text;
    int64_t milli; /* INT64_MAX, INT64_MIN + 1: capped */
    int64_t units;
    const char *why;
} kubernetes[] = {
    {"k8s_half", "500m", 500, 1, NULL},
    {"k8s_whole", "2", 2000, 2, NULL},
    {"k8s_memory", "80Gi", INT64_C(80) * 1073741824000, INT64_C(80) << 30, NULL},
    {"k8s_decimal_memory", "1.5Gi", 1610612736000, 1610612736, NULL},
    {"k8s_decimal", "0.5", 500, 1, NULL},
    {"k8s_point_first", ".5", 500, 1, NULL},
    {"k8s_point_last", "5.", 5000, 5, NULL},
    {"k8s_kilo", "100k", 100000000, 100000, NULL},
    {"k8s_mega", "12.1M", 12100000000, 12100000, NULL},
    {"k8s_giga", "1G", 1000000000000, 1000000000, NULL},
    {"k8s_exponent", "1e3", 1000000, 1000, NULL},
    {"k8s_large_exponent_sign", "1E+3", 1000000, 1000, NULL},
    {"k8s_negative_exponent", "15e-1", 1500, 2, NULL},
    {"k8s_exa", "1E", INT64_MAX, 1000000000000000000, NULL},
    {"k8s_beyond_int64", "12E", INT64_MAX, INT64_MAX, NULL},
    {"k8s_exbi", "7Ei", INT64_MAX, INT64_C(7) << 60, NULL},
    {"k8s_largest", "9223372036854775807", INT64_MAX, INT64_MAX - 0, NULL},
    {"k8s_nano", "1n", 1, 1, NULL},
    {"k8s_micro", "1500u", 2, 1, NULL},
    {"k8s_less_than_nano", "0.1n", 1, 1, NULL},
    {"k8s_rounded_up", "1001u", 2, 1, NULL},
    {"k8s_rounded_up_from_a_unit", "1.0000000001", 1001, 2, NULL},
    {"k8s_rounded_up_binary", "0.1Ki", 102400, 103, NULL},
    {"k8s_zero", "0", 0, 0, NULL},
    {"k8s_zero_with_a_suffix", "0Gi", 0, 0, NULL},
    {"k8s_plus", "+1", 1000, 1, NULL},
    {"k8s_negative", "-0.5", -500, -1, NULL},
    {"k8s_negative_is_rounded_away_from_zero", "-1.0001", -1001, -2, NULL},
    {"k8s_negative_beyond_int64", "-12E", INT64_MIN + 1, INT64_MIN + 1, NULL},
    {"k8s_absurd_exponent", "1e99999999999999999999", INT64_MAX, INT64_MAX, NULL},
    {"k8s_absurd_negative_exponent", "1e-99999999999999999999", 1, 1, NULL},
    {"k8s_zero_with_absurd_exponent", "0e99999999999999999999", 0, 0, NULL},
    {"k8s_more_digits_than_any_integer", "1.0000000000000000009Ei", INT64_MAX,
     (INT64_C(1) << 60) + 2, NULL},
    {"k8s_nothing", "", 0, 0, "not a number"},
    {"k8s_point_alone", ".", 0, 0, "not a number"},
    {"k8s_suffix_alone", "Gi", 0, 0, "not a number"},
    {"k8s_blank", "1 Gi", 0, 0, "unknown suffix"},
    {"k8s_blank_first", " 1", 0, 0, "not a number"},
    {"k8s_our_own_unit", "80GiB", 0, 0, "unknown suffix"},
    {"k8s_large_k", "1K", 0, 0, "unknown suffix"},
    {"k8s_small_g", "1g", 0, 0, "unknown suffix"},
    {"k8s_mi_of_another_case", "1mi", 0, 0, "unknown suffix"},
    {"k8s_exponent_cut_off", "1e", 0, 0, "unknown suffix"},
    {"k8s_exponent_and_suffix", "1e3Ki", 0, 0, "unknown suffix"},
    {"k8s_two_points", "1.1.1", 0, 0, "unknown suffix"},
    {"k8s_two_signs", "--1", 0, 0, "not a number"},
};

static void check_kubernetes(void **state)
{
    const struct kubernetes_row *row = *state;
    struct quantity_kubernetes q = {0};
    const char *why = NULL;
    assert_int_equal(quantity_kubernetes(row->text, &q, &why), row->why == NULL);
    assert_string_equal(why != NULL ? why : "", row->why != NULL ? row->why : "");
    if (row->why != NULL)
        return;
    assert_int_equal(q.milli, row->milli);
    assert_int_equal(q.units, row->units);
    const bool is_largest = strcmp(row->text, "9223372036854775807") == 0;
    assert_int_equal(q.milli_is_capped, q.milli == INT64_MAX || q.milli == INT64_MIN + 1);
    assert_int_equal(q.units_are_capped,
                     !is_largest && (q.units == INT64_MAX || q.units == INT64_MIN + 1));
}

/* Of what is small to the nano, of what is large to the milli or the unit. */
static void nanos_of_kubernetes_are_what_sums_are_made_of(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t whole, nano;
    } rows[] = {
        {"100u", 0, 100000},
        {"1.0000000001", 1, 1},
        {"-1.5", -1, -500000000},
        {"9Gi", INT64_C(9) << 30, 0},
        {"80000000000.0001", INT64_C(80000000000), 1000000},
        {"7Ei", INT64_C(7) << 60, 0},
        {"12E", INT64_MAX, 0},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct quantity_kubernetes q;
        const char *why = NULL;
        assert_true(quantity_kubernetes(rows[i].text, &q, &why));
        assert_true(q.nano == (int128)rows[i].whole * 1000000000 + rows[i].nano);
    }
}

static void sizes_are_printed_exactly(void **state)
{
    (void)state;
    static const struct {
        int64_t bytes;
        const char *text;
    } prints[] = {
        {0, "0B"},
        {1, "1B"},
        {1500, "1500B"},
        {1000, "1kB"},
        {1024, "1KiB"},
        {85899345920, "80GiB"},
        {500000000, "500MB"},
        {1610612736, "1536MiB"},
        {INT64_MAX, "9223372036854775807B"},
    };
    char buf[QUANTITY_TEXT];
    for (size_t i = 0; i < LEN(prints); i++) {
        assert_string_equal(quantity_print_size(buf, prints[i].bytes), prints[i].text);
        int64_t back = -1;
        const char *why;
        assert_true(quantity_size(buf, &back, &why));
        assert_int_equal(back, prints[i].bytes);
    }
}

static void money_is_printed_exactly(void **state)
{
    (void)state;
    static const struct {
        int64_t micro_usd;
        const char *text;
    } prints[] = {
        {0, "0 USD/h"},           {1, "0.000001 USD/h"},    {98320000, "98.32 USD/h"},
        {100000000, "100 USD/h"}, {-1500000, "-1.5 USD/h"}, {-500000, "-0.5 USD/h"},
    };
    char buf[QUANTITY_TEXT];
    for (size_t i = 0; i < LEN(prints); i++)
        assert_string_equal(quantity_print_money_per_hour(buf, prints[i].micro_usd),
                            prints[i].text);
}

static void what_is_printed_reads_as_the_same(void **state)
{
    (void)state;
    gsl_rng *r = rng_open(20260302, 0, "test", 0);
    for (int i = 0; i < 100000; i++) {
        const int64_t x = (int64_t)(gsl_rng_get(r) >> (1 + gsl_rng_uniform_int(r, 63)));
        char buf[QUANTITY_TEXT];
        int64_t back = -1;
        const char *why;
        assert_true(quantity_size(quantity_print_size(buf, x), &back, &why));
        assert_int_equal(back, x);
        assert_true(quantity_money_per_hour(quantity_print_money_per_hour(buf, x), &back, &why));
        assert_int_equal(back, x);
        snprintf(buf, sizeof buf, "%" PRId64, -x);
        assert_true(quantity_int(buf, &back, &why));
        assert_int_equal(back, -x);
    }
    gsl_rng_free(r);
}

static struct CMUnitTest row_test(const char *name, CMUnitTestFunction check, const void *row)
{
    return (struct CMUnitTest){.name = name, .test_func = check, .initial_state = (void *)row};
}

int main(void)
{
    struct CMUnitTest tests[LEN(ints) + LEN(reals) + LEN(kubernetes) + 4] = {
        cmocka_unit_test(nanos_of_kubernetes_are_what_sums_are_made_of),
        cmocka_unit_test(sizes_are_printed_exactly),
        cmocka_unit_test(money_is_printed_exactly),
        cmocka_unit_test(what_is_printed_reads_as_the_same),
    };
    size_t n = 4;
    for (size_t i = 0; i < LEN(ints); i++)
        tests[n++] = row_test(ints[i].name, check_int, &ints[i]);
    for (size_t i = 0; i < LEN(reals); i++)
        tests[n++] = row_test(reals[i].name, check_real, &reals[i]);
    for (size_t i = 0; i < LEN(kubernetes); i++)
        tests[n++] = row_test(kubernetes[i].name, check_kubernetes, &kubernetes[i]);
    return cmocka_run_group_tests_name("quantity", tests, NULL, NULL);
}
