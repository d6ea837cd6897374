/* Whether a value became worse: by hand, and how often a gate cries wolf. */
#include "results/regression.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <gsl/gsl_randist.h>
#include <math.h>

enum { SEED = 20260302, EXPERIMENTS = 4000, REPLICATIONS = 20 };

#define NONE ((double)NAN)

/* t for 2 degrees of freedom: 4.302653; before has the mean 20. */
static void verdicts_are_those_of_the_rule(void **state)
{
    (void)state;
    static const double before[] = {10, 20, 30};
    static const struct row {
        double now[3];
        enum metric_better better;
        double tolerance;
        bool is_relative;
        enum regression_verdict verdict;
    } rows[] = {
        {{10, 20, 30}, BETTER_LESS, 0, true, REGRESSION_SAME},
        {{11, 21, 31}, BETTER_LESS, 0.05, true, REGRESSION_SMALL}, /* 1 = 5 % of 20 */
        {{11, 21, 31}, BETTER_LESS, 0.04, true, REGRESSION_WORSE},
        {{11, 21, 31}, BETTER_LESS, 1, false, REGRESSION_SMALL},
        {{11, 21, 31}, BETTER_LESS, 0.9, false, REGRESSION_WORSE},
        {{11, 21, 31}, BETTER_MORE, 0, true, REGRESSION_BETTER},
        {{9, 19, 29}, BETTER_LESS, 0, true, REGRESSION_BETTER},
        {{9, 19, 29}, BETTER_MORE, 0, true, REGRESSION_WORSE},
        {{9, 19, 29}, BETTER_NEITHER, 0, true, REGRESSION_WORSE},
        {{11, 21, 38}, BETTER_LESS, 0.05, true, REGRESSION_OPEN},  /* 1, 1, 8: 3.33 +- 10 */
        {{14, 25, 36}, BETTER_LESS, 0.05, true, REGRESSION_WORSE}, /* 4, 5, 6: 5 +- 2.48 */
        {{NONE, NONE, NONE}, BETTER_LESS, 9, true, REGRESSION_GONE},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct regression_test t = {rows[i].better, rows[i].tolerance, rows[i].is_relative,
                                          true, 0.95};
        const struct regression r = regression_judge(&t, before, 3, rows[i].now, 3);
        if (r.verdict != rows[i].verdict)
            fail_msg("row %zu: %s", i, regression_verdict_name(r.verdict));
    }
}

static void what_was_not_there_is_not_judged(void **state)
{
    (void)state;
    static const double none[] = {NONE, NONE}, some[] = {1, 2};
    const struct regression_test t = {BETTER_LESS, 0, true, true, 0.95};
    assert_int_equal(regression_judge(&t, none, 2, some, 2).verdict, REGRESSION_NEW);
    assert_int_equal(regression_judge(&t, none, 2, none, 2).verdict, REGRESSION_SAME);
    assert_false(regression_is_bad(REGRESSION_NEW));
    assert_true(regression_is_bad(REGRESSION_GONE));
}

/* Of 3 and 2 pairs two are compared: 1 and 1. */
static void pairs_are_those_that_both_have(void **state)
{
    (void)state;
    static const double before[] = {10, 20, 90}, now[] = {11, 21};
    const struct regression_test t = {BETTER_LESS, 0, true, true, 0.95};
    const struct regression r = regression_judge(&t, before, 3, now, 2);
    assert_int_equal(r.verdict, REGRESSION_WORSE);
    assert_true(fabs(r.before - 15) < 1e-9 && fabs(r.now - 16) < 1e-9);
}

/* Welch by hand: means 3 and 8, variances of the means 1/3 and 4/3, 3.6 / (..) = 2.94 degrees of
 * freedom. */
static void values_that_are_no_pairs_are_compared_by_welch(void **state)
{
    (void)state;
    static const double a[] = {2, 3, 4}, b[] = {6, 8, 10};
    const struct interval i = interval_of_means_apart(0.95, a, 3, b, 3);
    const double freedom = (5.0 / 3) * (5.0 / 3) / ((1.0 / 9) / 2 + (16.0 / 9) / 2);
    assert_true(fabs(freedom - 2.941) < 1e-3);
    assert_true(fabs(i.mean + 5) < 1e-12);
    assert_true(interval_half_width(&i) > sqrt(5.0 / 3) * 3.182446 && /* t of 3 */
                interval_half_width(&i) < sqrt(5.0 / 3) * 4.302653);  /* t of 2 */
}

static double noise(gsl_rng *rng)
{
    return gsl_ran_gamma(rng, 2, 50); /* mean 100, skewed as waits are */
}

static size_t alarms(gsl_rng *rng, bool is_paired, double worse)
{
    const struct regression_test t = {BETTER_LESS, 0.05, true, is_paired, 0.95};
    size_t count = 0;
    for (size_t e = 0; e < EXPERIMENTS; e++) {
        double before[REPLICATIONS], now[REPLICATIONS];
        for (size_t k = 0; k < REPLICATIONS; k++) {
            before[k] = noise(rng);
            now[k] = (is_paired ? before[k] : noise(rng)) * worse + gsl_ran_gaussian(rng, 10);
        }
        count += regression_judge(&t, before, REPLICATIONS, now, REPLICATIONS).verdict ==
                 REGRESSION_WORSE;
    }
    return count;
}

static void false_alarms_are_rare_and_true_ones_are_raised(void **state)
{
    (void)state;
    gsl_rng *rng = rng_open(SEED, 0, "regression", 0);
    const size_t paired = alarms(rng, true, 1), apart = alarms(rng, false, 1);
    const size_t worse = alarms(rng, true, 1.2);
    gsl_rng_free(rng);
    print_message("seed %d, of %d: false alarms %zu paired, %zu not; 20 %% worse refused %zu\n",
                  SEED, EXPERIMENTS, paired, apart, worse);
    assert_true(paired <= EXPERIMENTS * 3 / 100);
    assert_true(apart <= EXPERIMENTS * 4 / 100);
    assert_true(worse >= EXPERIMENTS * 99 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_are_those_of_the_rule),
        cmocka_unit_test(what_was_not_there_is_not_judged),
        cmocka_unit_test(pairs_are_those_that_both_have),
        cmocka_unit_test(values_that_are_no_pairs_are_compared_by_welch),
        cmocka_unit_test(false_alarms_are_rare_and_true_ones_are_raised),
    };
    return cmocka_run_group_tests_name("regression", tests, NULL, NULL);
}
