#include "sim/rng.h"
#include "tests/unit.h"
#include "workloads/number_map.h"

#include <gsl/gsl_rng.h>

static void an_empty_map_has_nothing(void **state)
{
    (void)state;
    struct number_map m;
    number_map_init(&m);
    assert_int_equal(number_map_find(&m, 0), NUMBER_MAP_NONE);
    number_map_fini(&m);
}

static void numbers_of_any_size_are_found(void **state)
{
    (void)state;
    static const int64_t numbers[] = {0, -1, 1, INT64_MAX, INT64_MIN, INT64_C(1) << 32};
    struct number_map m;
    number_map_init(&m);
    for (size_t i = 0; i < LEN(numbers); i++)
        number_map_add(&m, numbers[i], (uint32_t)i);
    for (size_t i = 0; i < LEN(numbers); i++)
        assert_int_equal(number_map_find(&m, numbers[i]), i);
    number_map_remove(&m, 0);
    assert_int_equal(number_map_find(&m, 0), NUMBER_MAP_NONE);
    assert_int_equal(m.len, LEN(numbers) - 1);
    number_map_fini(&m);
}

/* Few numbers in a small table, so that runs collide; the reference is an array by number. */
static void agrees_with_an_array(void **state)
{
    (void)state;
    const uint64_t seed = 17;
    print_message("seed %ju\n", (uintmax_t)seed);
    gsl_rng *rng = rng_open(seed, 0, "map", 0);
    enum { NUMBERS = 120 };
    uint32_t want[NUMBERS];
    size_t len = 0;
    struct number_map m;
    number_map_init(&m);
    for (size_t i = 0; i < NUMBERS; i++)
        want[i] = NUMBER_MAP_NONE;
    for (uint32_t i = 0; i < 200000; i++) {
        const size_t n = gsl_rng_uniform_int(rng, NUMBERS);
        const bool is_crowded = len > (i / 10000 % 2 == 0 ? 30U : 90U);
        if (want[n] != NUMBER_MAP_NONE) {
            number_map_remove(&m, (int64_t)n - 60);
            want[n] = NUMBER_MAP_NONE;
            len--;
        } else if (!is_crowded) {
            number_map_add(&m, (int64_t)n - 60, i);
            want[n] = i;
            len++;
        }
        const size_t look = gsl_rng_uniform_int(rng, NUMBERS);
        assert_int_equal(number_map_find(&m, (int64_t)look - 60), want[look]);
        assert_int_equal(m.len, len);
    }
    for (size_t n = 0; n < NUMBERS; n++)
        assert_int_equal(number_map_find(&m, (int64_t)n - 60), want[n]);
    number_map_fini(&m);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(numbers_of_any_size_are_found),
        cmocka_unit_test(agrees_with_an_array),
    };
    return cmocka_run_group_tests_name("number_map", tests, NULL, NULL);
}
