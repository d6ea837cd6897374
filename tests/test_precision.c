/* How many replications are enough: by hand, and whether stopping keeps what intervals promise. */
#include "results/precision.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <gsl/gsl_randist.h>
#include <math.h>

enum { SEED = 20260302, EXPERIMENTS = 2000, MOST = 2000 };

#define NONE ((double)NAN)

static struct interval around(double mean, double half, size_t count)
{
    return (struct interval){mean, mean - half, mean + half, count};
}

static void a_width_is_of_the_unit_or_of_the_mean(void **state)
{
    (void)state;
    static const struct row {
        double half_width;
        bool is_relative;
        double mean, half;
        bool reached;
    } rows[] = {
        {2, false, 100, 2, true},        {2, false, 100, 2.01, false},
        {0.05, true, 105, 5, true},      {0.05, true, 105, 5.01, false}, /* 105 * 0.05 / 1.05 */
        {0.05, true, -105, 5, true},     {0.05, true, 0, 1e-9, false},
        {0.05, false, -105, 0.05, true},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct precision p = {rows[i].half_width, rows[i].is_relative, MOST};
        const struct interval known = around(rows[i].mean, rows[i].half, 10);
        assert_int_equal(precision_is_reached(&p, &known), rows[i].reached);
    }
}

static void batches_are_whole_and_at_most_double(void **state)
{
    (void)state;
    static const struct row {
        double half;
        size_t len, next;
    } rows[] = {
        {1, 10, 10},     {1.01, 10, 20},     {1.3, 10, 20},   {9, 10, 20},
        {1.1, 100, 130}, {1.04, 100, 110},   {3, 100, 200},   {0.9, 100, 100},
        {5, 1500, 2000}, {1.01, 1995, 2000}, {7, 2000, 2000}, {0.1, 4, 10},
    };
    const struct precision p = {1, false, MOST};
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct interval known = around(50, rows[i].half, rows[i].len);
        assert_int_equal(precision_next(&p, &known, rows[i].len), rows[i].next);
    }
}

static void what_does_not_vary_needs_no_more(void **state)
{
    (void)state;
    const struct precision p = {1, false, MOST};
    const struct interval same = {7, NONE, NONE, 10}, nothing = {NONE, NONE, NONE, 0};
    const struct interval one = {7, NONE, NONE, 1};
    assert_int_equal(precision_next(&p, &same, 10), 10);
    assert_int_equal(precision_next(&p, &nothing, 10), 10);
    assert_int_equal(precision_next(&p, &one, 10), 20); /* the others had no value */
}

static void a_cap_below_the_least_is_kept(void **state)
{
    (void)state;
    const struct precision p = {1, false, 4};
    const struct interval wide = around(50, 9, 4);
    assert_int_equal(precision_first(&p), 4);
    assert_int_equal(precision_next(&p, &wide, 4), 4);
    assert_int_equal(precision_first(&(struct precision){1, false, 1000}), 10);
}

/* Exponential values of mean 1, to 10 % of it: about 430 of them. */
static void a_stopped_interval_holds_the_mean_as_often_as_promised(void **state)
{
    (void)state;
    static double values[MOST];
    const struct precision p = {0.1, true, MOST};
    gsl_rng *rng = rng_open(SEED, 0, "stopping", 0);
    size_t held = 0, spent = 0;
    for (size_t e = 0; e < EXPERIMENTS; e++) {
        size_t len = 0, next = precision_first(&p);
        struct interval i;
        while (next > len) {
            for (; len < next; len++)
                values[len] = gsl_ran_exponential(rng, 1);
            i = interval_of(values, len);
            next = precision_next(&p, &i, len);
        }
        assert_true(precision_is_reached(&p, &i));
        held += i.lower <= 1 && 1 <= i.upper;
        spent += len;
    }
    gsl_rng_free(rng);
    print_message("seed %d: %zu of %d stopped intervals hold the mean, after %.1f values\n", SEED,
                  held, EXPERIMENTS, (double)spent / EXPERIMENTS);
    assert_in_range(held, EXPERIMENTS * 93 / 100, EXPERIMENTS * 97 / 100);
    assert_in_range(spent / EXPERIMENTS, 400, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_width_is_of_the_unit_or_of_the_mean),
        cmocka_unit_test(batches_are_whole_and_at_most_double),
        cmocka_unit_test(what_does_not_vary_needs_no_more),
        cmocka_unit_test(a_cap_below_the_least_is_kept),
        cmocka_unit_test(a_stopped_interval_holds_the_mean_as_often_as_promised),
    };
    return cmocka_run_group_tests_name("precision", tests, NULL, NULL);
}
