#include "sim/rng.h"
#include "tests/unit.h"
#include "workloads/number_set.h"

#include <gsl/gsl_rng.h>
#include <stdlib.h>

static void numbers_are_new_once(void **state)
{
    (void)state;
    static const int64_t numbers[] = {0, 1, 63, 64, 4095, 4096, -1, -4096, INT64_MAX, INT64_MIN};
    struct number_set *s = number_set_new();
    for (size_t i = 0; i < LEN(numbers); i++)
        assert_true(number_set_add(s, numbers[i]));
    for (size_t i = 0; i < LEN(numbers); i++)
        assert_false(number_set_add(s, numbers[i]));
    number_set_clear(s);
    for (size_t i = 0; i < LEN(numbers); i++)
        assert_true(number_set_add(s, numbers[i]));
    number_set_free(s);
}

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a;
    const int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void agrees_with_sorting(void **state)
{
    (void)state;
    const uint64_t seed = 12;
    print_message("seed %ju\n", (uintmax_t)seed);
    gsl_rng *rng = rng_open(seed, 0, "set", 0);
    enum { NUMBERS = 30000 };
    static int64_t numbers[NUMBERS];
    struct number_set *s = number_set_new();
    size_t new_ones = 0;
    for (size_t i = 0; i < NUMBERS; i++) {
        const uint64_t range = i % 2 == 0 ? 20000 : UINT64_C(1) << 24;
        numbers[i] = (int64_t)(gsl_rng_get(rng) % range) - 100;
        new_ones += number_set_add(s, numbers[i]);
    }
    qsort(numbers, NUMBERS, sizeof numbers[0], by_value);
    size_t distinct = 1;
    for (size_t i = 1; i < NUMBERS; i++)
        distinct += numbers[i] != numbers[i - 1];
    assert_int_equal(new_ones, distinct);
    number_set_free(s);
    gsl_rng_free(rng);
}

static void a_full_set_forgets_what_has_no_page(void **state)
{
    (void)state;
    struct number_set *s = number_set_new();
    for (int64_t page = 0; page < NUMBER_SET_MOST_PAGES; page++)
        assert_true(number_set_add(s, page * 4096));
    const int64_t beyond = INT64_C(4096) * NUMBER_SET_MOST_PAGES;
    assert_true(number_set_add(s, beyond));
    assert_true(number_set_add(s, beyond)); /* not noticed */
    assert_false(number_set_add(s, 0));
    assert_true(number_set_add(s, 1)); /* where there is a page, numbers are still taken */
    assert_false(number_set_add(s, 1));
    number_set_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_new_once),
        cmocka_unit_test(agrees_with_sorting),
        cmocka_unit_test(a_full_set_forgets_what_has_no_page),
    };
    return cmocka_run_group_tests_name("number_set", tests, NULL, NULL);
}
