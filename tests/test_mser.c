/* How much of a beginning is cut: against the rule written out, and on a beginning that is known.
 */
#include "results/mser.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <gsl/gsl_randist.h>
#include <math.h>

enum { SEED = 20260302, MOST = 1000, ROUNDS = 300 };

/* The rule as the paper writes it: each cut by itself. */
static size_t slow_cut(const double *values, size_t len)
{
    const size_t batches = len / MSER_BATCH;
    double best = INFINITY;
    size_t found = 0;
    for (size_t cut = 0; cut <= batches / 2; cut++) {
        const double n = (double)(batches - cut);
        double sum = 0, squares = 0;
        for (size_t i = cut * MSER_BATCH; i < batches * MSER_BATCH; i++)
            sum += values[i] / MSER_BATCH;
        for (size_t b = cut; b < batches; b++) {
            double mean = 0;
            for (size_t i = 0; i < MSER_BATCH; i++)
                mean += values[b * MSER_BATCH + i] / MSER_BATCH;
            squares += (mean - sum / n) * (mean - sum / n);
        }
        if (squares / (n * n) < best) {
            best = squares / (n * n);
            found = cut * MSER_BATCH;
        }
    }
    return found;
}

static void the_cut_is_that_of_the_rule(void **state)
{
    (void)state;
    gsl_rng *rng = rng_open(SEED, 0, "mser", 0);
    for (unsigned round = 0; round < ROUNDS; round++) {
        double values[MOST];
        const size_t len = 50 + gsl_rng_uniform_int(rng, MOST - 50);
        const double bias = 20 * gsl_rng_uniform(rng);
        for (size_t i = 0; i < len; i++)
            values[i] = gsl_ran_exponential(rng, 1) - bias * exp(-(double)i / 30);
        assert_int_equal(mser5(values, len).cut, slow_cut(values, len));
    }
    gsl_rng_free(rng);
}

/* 100 values at 0, then noise around 10. */
static void a_beginning_that_differs_is_cut(void **state)
{
    (void)state;
    double values[MOST];
    gsl_rng *rng = rng_open(SEED, 1, "mser", 0);
    for (size_t i = 0; i < MOST; i++)
        values[i] = i < 100 ? 0 : 10 + gsl_ran_gaussian(rng, 1);
    gsl_rng_free(rng);
    const struct mser m = mser5(values, MOST);
    assert_true(m.is_steady);
    assert_in_range(m.cut, 100, 110);
}

static void what_only_grows_is_never_steady(void **state)
{
    (void)state;
    double values[MOST];
    for (size_t i = 0; i < MOST; i++)
        values[i] = (double)i;
    assert_false(mser5(values, MOST).is_steady);
    assert_false(mser5(values, 49).is_steady);
    assert_int_equal(mser5(values, 49).cut, 0);
}

static void what_is_steady_from_the_first_keeps_all(void **state)
{
    (void)state;
    double values[MOST];
    for (size_t i = 0; i < MOST; i++)
        values[i] = i % 2 == 0 ? 1 : 2;
    assert_int_equal(mser5(values, MOST).cut, 0);
    assert_true(mser5(values, MOST).is_steady);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cut_is_that_of_the_rule),
        cmocka_unit_test(a_beginning_that_differs_is_cut),
        cmocka_unit_test(what_only_grows_is_never_steady),
        cmocka_unit_test(what_is_steady_from_the_first_keeps_all),
    };
    return cmocka_run_group_tests_name("mser", tests, NULL, NULL);
}
