#include "sim/numeral.h"
#include "sim/rng.h"
#include "tests/aborts.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20260302, ROUNDS = 200000 };

static const struct row {
    int64_t value;
    const char *plain, *seconds, *dollars;
} rows[] = {
    {0, "0", "0", "0"},
    {1, "1", "0.000000001", "0.000001"},
    {-1, "-1", "-0.000000001", "-0.000001"},
    {10, "10", "0.00000001", "0.00001"},
    {99, "99", "0.000000099", "0.000099"},
    {100, "100", "0.0000001", "0.0001"},
    {12345678, "12345678", "0.012345678", "12.345678"},
    {100000000, "100000000", "0.1", "100"},
    {1000000000, "1000000000", "1", "1000"},
    {-1500000000, "-1500000000", "-1.5", "-1500"},
    {90000000000, "90000000000", "90", "90000"},
    {98320001, "98320001", "0.098320001", "98.320001"},
    {-98320000, "-98320000", "-0.09832", "-98.32"},
    {1772438400000000000, "1772438400000000000", "1772438400", "1772438400000"},
    {1772438400000000001, "1772438400000000001", "1772438400.000000001", "1772438400000.000001"},
    {INT64_MAX, "9223372036854775807", "9223372036.854775807", "9223372036854.775807"},
    {INT64_MIN, "-9223372036854775808", "-9223372036.854775808", "-9223372036854.775808"},
};

static void assert_written(const char *buffer, const char *end, const char *want)
{
    char got[NUMERAL_MOST + 1];
    assert_in_range(end - buffer, 1, NUMERAL_MOST);
    snprintf(got, sizeof got, "%.*s", (int)(end - buffer), buffer);
    assert_string_equal(got, want);
}

static void rows_are_written_as_read(void **state)
{
    (void)state;
    char to[NUMERAL_MOST];
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_written(to, numeral_int(to, rows[i].value), rows[i].plain);
        assert_written(to, numeral_seconds(to, rows[i].value), rows[i].seconds);
        assert_written(to, numeral_dollars(to, rows[i].value), rows[i].dollars);
        assert_written(to, numeral_fixed(to, rows[i].value, 0), rows[i].plain);
        assert_written(to, numeral_fixed(to, rows[i].value, 9), rows[i].seconds);
        assert_written(to, numeral_fixed(to, rows[i].value, 6), rows[i].dollars);
    }
}

/* By snprintf, and cutting zeros one by one. */
static void slow_fixed(char *to, size_t room, int64_t value, unsigned places)
{
    uint64_t unit = 1;
    for (unsigned i = 0; i < places; i++)
        unit *= 10;
    const uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    snprintf(to, room, "%s%" PRIu64 ".%0*" PRIu64, value < 0 ? "-" : "", size / unit, (int)places,
             size % unit);
    size_t len = strlen(to);
    while (to[len - 1] == '0')
        to[--len] = '\0';
    if (to[len - 1] == '.')
        to[len - 1] = '\0';
}

static void agrees_with_snprintf(void **state)
{
    (void)state;
    gsl_rng *r = rng_open(SEED, 0, "test", 0);
    for (int i = 0; i < ROUNDS; i++) {
        char to[NUMERAL_MOST], want[64];
        int64_t v = (int64_t)gsl_rng_get(r) >> gsl_rng_uniform_int(r, 64);
        if (i % 3 == 0) /* round ones */
            v -= v % (int64_t)pow(10, (double)gsl_rng_uniform_int(r, 19));
        snprintf(want, sizeof want, "%" PRId64, v);
        assert_written(to, numeral_int(to, v), want);
        slow_fixed(want, sizeof want, v, 9);
        assert_written(to, numeral_seconds(to, v), want);
        assert_written(to, numeral_fixed(to, v, 9), want);
        slow_fixed(want, sizeof want, v, 6);
        assert_written(to, numeral_dollars(to, v), want);
    }
    gsl_rng_free(r);
}

static void every_small_number_is_right(void **state)
{
    (void)state;
    for (int v = -20000; v < 20000; v++) {
        char to[NUMERAL_MOST], want[16];
        snprintf(want, sizeof want, "%d", v);
        assert_written(to, numeral_int(to, v), want);
        snprintf(want, sizeof want, "%d", 50000000 + v * 2499);
        assert_written(to, numeral_int(to, 50000000 + v * 2499), want);
    }
}

static void wide_numbers_keep_all_digits(void **state)
{
    (void)state;
    const int128 most = (int128)(~(uint128)0 >> 1);
    static const char digits[] = "170141183460469231731687303715884105727";
    char to[NUMERAL_MOST];
    assert_written(to, numeral_fixed(to, most, 0), digits);
    assert_written(to, numeral_fixed(to, most, 38), "1.70141183460469231731687303715884105727");
    assert_written(to, numeral_fixed(to, -most - 1, 9),
                   "-170141183460469231731687303715.884105728");
    assert_written(to, numeral_fixed(to, 1, 38), "0.00000000000000000000000000000000000001");
    assert_written(to, numeral_fixed(to, -1000, 2), "-10");
    assert_written(to, numeral_fixed(to, 0, 38), "0");
}

static const struct {
    double x;
    const char *text;
} reals[] = {
    {0, "0"},
    {-0.0, "0"},
    {1, "1"},
    {-3, "-3"},
    {0.1, "0.1"},
    {0.5, "0.5"},
    {-2.25, "-2.25"},
    {1.0 / 3, "0.3333333333333333"},
    {92.5765397336295, "92.5765397336295"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1e-9, "1e-09"},
    {123456789.125, "123456789.125"},
    {9007199254740991, "9007199254740991"},
    {9007199254740992, "9007199254740992"},
    {0x1p60, "1.152921504606847e+18"},
    {1e22, "1e+22"},
    {1.7976931348623157e308, "1.7976931348623157e+308"},
    {5e-324, "4.94065645841247e-324"},
};

static void reals_are_short(void **state)
{
    (void)state;
    char to[NUMERAL_MOST];
    for (size_t i = 0; i < LEN(reals); i++)
        assert_written(to, numeral_real(to, reals[i].x), reals[i].text);
}

static void reals_come_back(void **state)
{
    (void)state;
    gsl_rng *r = rng_open(SEED, 1, "test", 0);
    for (int i = 0; i < ROUNDS / 10; i++) {
        const uint64_t bits = gsl_rng_get(r);
        double x;
        memcpy(&x, &bits, sizeof x);
        if (!isfinite(x))
            continue;
        char to[NUMERAL_MOST + 1];
        *numeral_real(to, x) = '\0';
        assert_true(strtod(to, NULL) == x);
    }
    gsl_rng_free(r);
}

static void write_too_many_places(void *to)
{
    numeral_fixed(to, 1, NUMERAL_PLACES_MOST + 1);
}

static void more_places_than_digits_are_a_bug(void **state)
{
    (void)state;
    char to[64];
    assert_true(aborts(write_too_many_places, to));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_written_as_read),
        cmocka_unit_test(agrees_with_snprintf),
        cmocka_unit_test(every_small_number_is_right),
        cmocka_unit_test(wide_numbers_keep_all_digits),
        cmocka_unit_test(reals_are_short),
        cmocka_unit_test(reals_come_back),
        cmocka_unit_test(more_places_than_digits_are_a_bug),
    };
    return cmocka_run_group_tests_name("numeral", tests, NULL, NULL);
}
