#include "sim/bitset.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>

static void finds_the_next_member_at_every_size(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 63, 64, 65, 4095, 4096, 4097, 100000, BITSET_MOST};
    for (size_t i = 0; i < LEN(sizes); i++) {
        struct bitset b;
        bitset_init(&b, sizes[i]);
        assert_int_equal(bitset_next(&b, 0), BITSET_NONE);
        bitset_set(&b, sizes[i] - 1);
        assert_int_equal(bitset_next(&b, 0), sizes[i] - 1);
        assert_int_equal(bitset_next(&b, sizes[i] - 1), sizes[i] - 1);
        assert_int_equal(bitset_next(&b, sizes[i]), BITSET_NONE);
        bitset_set(&b, 0);
        assert_int_equal(bitset_next(&b, 0), 0);
        bitset_clear(&b, sizes[i] - 1);
        assert_int_equal(bitset_next(&b, 1), BITSET_NONE);
        bitset_fini(&b);
    }
}

static uint32_t slow_next(const bool *in, uint32_t size, uint32_t from)
{
    while (from < size && !in[from])
        from++;
    return from < size ? from : BITSET_NONE;
}

static void agrees_with_an_array_of_flags(void **state)
{
    (void)state;
    enum { SIZE = 10007, STEPS = 200000, SEED = 5 };
    print_message("seed %d\n", SEED);
    bool *in = calloc(SIZE, sizeof in[0]);
    struct bitset b;
    bitset_init(&b, SIZE);
    gsl_rng *rng = rng_open(SEED, 0, "bitset", 0);
    for (int step = 0; step < STEPS; step++) {
        const uint32_t i = (uint32_t)gsl_rng_uniform_int(rng, SIZE);
        if (gsl_rng_uniform_int(rng, 100) < 45) {
            bitset_set(&b, i);
            in[i] = true;
        } else {
            bitset_clear(&b, i);
            in[i] = false;
        }
        const uint32_t from = (uint32_t)gsl_rng_uniform_int(rng, SIZE + 1);
        if (step % 16 == 0)
            assert_int_equal(bitset_next(&b, from), slow_next(in, SIZE, from));
        assert_int_equal(bitset_has(&b, i), in[i]);
    }
    gsl_rng_free(rng);
    bitset_fini(&b);
    free(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_next_member_at_every_size),
        cmocka_unit_test(agrees_with_an_array_of_flags),
    };
    return cmocka_run_group_tests_name("bitset", tests, NULL, NULL);
}
