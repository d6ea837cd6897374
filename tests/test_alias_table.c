#include "sim/alias_table.h"
#include "sim/arena.h"
#include "sim/rng.h"
#include "tests/aborts.h"
#include "tests/unit.h"

#include <math.h>
#include <stdbool.h>

enum { SEED = 20260302, MOST = 300 };

/* What each choice gets of the slots, as the table has it. */
static void probabilities(const struct alias_table *t, double *p)
{
    for (uint32_t i = 0; i < t->len; i++)
        p[i] = 0;
    for (uint32_t i = 0; i < t->len; i++) {
        const double keep = (double)t->slots[i].keep * 0x1p-64;
        p[i] += keep / t->len;
        p[t->slots[i].other] += (1 - keep) / t->len;
    }
}

static void each_choice_has_its_probability(void **state)
{
    (void)state;
    gsl_rng *r = rng_open(SEED, 0, "test", 0);
    for (int round = 0; round < 500; round++) {
        struct arena *a = arena_new();
        double w[MOST], p[MOST], sum = 0;
        const size_t len = 1 + gsl_rng_uniform_int(r, MOST);
        for (size_t i = 0; i < len; i++) {
            w[i] = ldexp(gsl_rng_uniform(r),
                         (int)gsl_rng_uniform_int(r, 1 + (unsigned long)round % 60));
            if (i > 0 && gsl_rng_uniform_int(r, 4) == 0)
                w[i] = 0;
            sum += w[i];
        }
        const struct alias_table t = alias_table_build(a, w, len);
        probabilities(&t, p);
        for (size_t i = 0; i < len; i++) {
            assert_true(fabs(p[i] - w[i] / sum) < 1e-14);
            assert_true((p[i] == 0) == (w[i] == 0));
        }
        arena_free(a);
    }
    gsl_rng_free(r);
}

static void picks_follow_the_weights(void **state)
{
    (void)state;
    enum { N = 200000 };
    static const double w[] = {50, 20, 15, 0, 12, 3};
    struct arena *a = arena_new();
    const struct alias_table t = alias_table_build(a, w, LEN(w));
    gsl_rng *r = rng_open(SEED, 1, "test", 0);
    int count[LEN(w)] = {0};
    for (int i = 0; i < N; i++)
        count[alias_table_pick(&t, gsl_rng_get(r))]++;
    for (size_t i = 0; i < LEN(w); i++) {
        const double p = w[i] / 100;
        assert_true(fabs(count[i] - N * p) <= 4 * sqrt(N * p * (1 - p)));
    }
    gsl_rng_free(r);
    arena_free(a);
}

static void the_ends_of_all_numbers_pick_something(void **state)
{
    (void)state;
    static const double lone[] = {7}, last[] = {0, 0, 1e-300}, first[] = {1e300, 0, 0};
    struct arena *a = arena_new();
    const struct alias_table t[] = {alias_table_build(a, lone, 1), alias_table_build(a, last, 3),
                                    alias_table_build(a, first, 3)};
    const uint32_t want[] = {0, 2, 0};
    const uint64_t numbers[] = {
        0,         1, UINT64_MAX / 3, UINT64_MAX / 3 + 1, UINT64_MAX / 3 * 2 + 1, UINT64_MAX - 1,
        UINT64_MAX};
    for (size_t i = 0; i < LEN(t); i++)
        for (size_t n = 0; n < LEN(numbers); n++)
            assert_int_equal(alias_table_pick(&t[i], numbers[n]), want[i]);
    arena_free(a);
}

static void build_of_nothing(void *a)
{
    static const double zero[] = {0, 0};
    alias_table_build(a, zero, 2);
}

static void weights_that_are_all_zero_are_a_bug(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_true(aborts(build_of_nothing, a));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_choice_has_its_probability),
        cmocka_unit_test(picks_follow_the_weights),
        cmocka_unit_test(the_ends_of_all_numbers_pick_something),
        cmocka_unit_test(weights_that_are_all_zero_are_a_bug),
    };
    return cmocka_run_group_tests_name("alias_table", tests, NULL, NULL);
}
