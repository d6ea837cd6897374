/* Decisions while values come in: how often they err. */
#include "results/sequential.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <gsl/gsl_randist.h>
#include <math.h>

/* As `size` does: looks after 10, 20, 40 ... 160 values; the decision, OPEN at the end. */
static enum decision decide(gsl_rng *rng, double mean, size_t *used)
{
    enum { LOOKS = 5 };
    double values[160];
    size_t have = 0;
    for (size_t next = 10; next <= 160; next *= 2) {
        for (; have < next; have++)
            values[have] = mean + gsl_ran_gaussian(rng, 1);
        const struct interval i = interval_of(values, have);
        const enum decision d = sequential_decision(&i, LESS_EQUAL, 0, 0.95, LOOKS);
        *used = have;
        if (d != DECISION_OPEN)
            return d;
    }
    return DECISION_OPEN;
}

static void wrong_decisions_are_rarer_than_promised(void **state)
{
    (void)state;
    enum { TRIES = 4000, SEED = 11 };
    print_message("seed %d\n", SEED);
    gsl_rng *rng = rng_open(SEED, 0, "sequential", 0);
    size_t used, fails = 0, holds = 0;
    for (int i = 0; i < TRIES; i++) /* the mean is at the limit: either decision is a toss */
        fails += decide(rng, 0, &used) == DECISION_FAILS;
    for (int i = 0; i < TRIES; i++)
        holds += decide(rng, 0.05, &used) == DECISION_HOLDS;
    gsl_rng_free(rng);
    assert_true(fails * 1000 <= TRIES * 55);
    assert_true(fails * 1000 >= TRIES * 15); /* nor so careful that nothing is ever decided */
    assert_true(holds * 100 <= TRIES * 5);
}

static void what_is_far_from_the_limit_is_decided_at_once(void **state)
{
    (void)state;
    gsl_rng *rng = rng_open(3, 0, "sequential", 0);
    size_t used;
    for (int i = 0; i < 500; i++) {
        assert_int_equal(decide(rng, -4, &used), DECISION_HOLDS);
        assert_int_equal(used, 10);
        assert_int_equal(decide(rng, 4, &used), DECISION_FAILS);
        assert_int_equal(used, 10);
    }
    gsl_rng_free(rng);
}

static void values_that_are_all_the_same_decide(void **state)
{
    (void)state;
    static const double same[] = {3, 3};
    static const struct {
        size_t len;
        enum comparison op;
        double limit;
        enum decision decision;
    } rows[] = {
        {2, LESS_EQUAL, 3, DECISION_HOLDS},    {2, LESS, 3, DECISION_FAILS},
        {2, GREATER_EQUAL, 3, DECISION_HOLDS}, {2, GREATER, 2, DECISION_HOLDS},
        {2, EQUAL, 3, DECISION_HOLDS},         {2, NOT_EQUAL, 3, DECISION_FAILS},
        {1, LESS_EQUAL, 4, DECISION_OPEN},     {0, LESS_EQUAL, 4, DECISION_FAILS},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct interval v = interval_of(same, rows[i].len);
        assert_int_equal(sequential_decision(&v, rows[i].op, rows[i].limit, 0.95, 3),
                         rows[i].decision);
    }
}

/* t of 9 degrees: 97.5 % 2.262157, 99 % 2.821438; 95 % of 5 looks is 99 % of each. */
static void the_margin_is_that_of_student(void **state)
{
    (void)state;
    const struct interval i = {
        .mean = 10, .lower = 10 - 2.262157, .upper = 10 + 2.262157, .count = 10};
    assert_true(fabs(sequential_margin(&i, 0.95, 5) - 2.821438) < 1e-5);
    assert_int_equal(sequential_decision(&i, LESS_EQUAL, 12.83, 0.95, 5), DECISION_HOLDS);
    assert_int_equal(sequential_decision(&i, LESS_EQUAL, 12.81, 0.95, 5), DECISION_OPEN);
    assert_int_equal(sequential_decision(&i, GREATER_EQUAL, 12.83, 0.95, 5), DECISION_FAILS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_decisions_are_rarer_than_promised),
        cmocka_unit_test(what_is_far_from_the_limit_is_decided_at_once),
        cmocka_unit_test(values_that_are_all_the_same_decide),
        cmocka_unit_test(the_margin_is_that_of_student),
    };
    return cmocka_run_group_tests_name("sequential", tests, NULL, NULL);
}
