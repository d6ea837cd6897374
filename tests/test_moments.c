#include "sim/moments.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <math.h>
#include <stdbool.h>

enum { SEED = 20260302 };

static struct moments of(const int64_t *x, size_t len)
{
    struct moments m = {0};
    for (size_t i = 0; i < len; i++)
        moments_add(&m, x[i]);
    return m;
}

/* Rows whose exact answers can be checked by hand; every variance is a double. */
static const struct row {
    const char *name;
    int64_t x[4];
    size_t len;
    double mean;
    int64_t nearest;
    double variance;
    int64_t min, max;
} rows[] = {
    {"one_value", {7}, 1, 7, 7, NAN, 7, 7},
    {"one_to_four", {4, 2, 1, 3}, 4, 2.5, 3, 5.0 / 3, 1, 4},
    {"equal_values_do_not_vary", {-9, -9, -9}, 3, -9, -9, 0, -9, -9},
    {"negative_halves_go_away_from_zero", {-1, -2}, 2, -1.5, -2, 0.5, -2, -1},
    {"nearest_goes_down_below_a_half", {0, 0, 1}, 3, 1.0 / 3, 0, 1.0 / 3, 0, 1},
    {"close_values_far_from_zero_do_not_cancel",
     {INT64_C(1) << 62, (INT64_C(1) << 62) + 1, (INT64_C(1) << 62) + 2},
     3,
     0x1p62,
     (INT64_C(1) << 62) + 1,
     1,
     INT64_C(1) << 62,
     (INT64_C(1) << 62) + 2},
    {"the_whole_range", {INT64_MAX, INT64_MIN}, 2, -0.5, -1, 0x1p127, INT64_MIN, INT64_MAX},
    {"a_year_beside_a_nanosecond",
     {31536000000000000, 1},
     2,
     15768000000000000.5,
     15768000000000001,
     (31536000000000000.0 - 1) * (31536000000000000.0 - 1) / 2,
     1,
     31536000000000000},
};

static bool same_double(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void check_row(void **state)
{
    const struct row *row = *state;
    const struct moments m = of(row->x, row->len);
    assert_int_equal(m.sums.count, row->len);
    assert_true(same_double(moments_mean(&m), row->mean));
    assert_int_equal(moments_mean_nearest(&m), row->nearest);
    if (isnan(row->variance))
        assert_true(isnan(moments_variance(&m)));
    else
        assert_true(fabs(moments_variance(&m) - row->variance) <= row->variance * 0x1p-51);
    assert_true(m.min == row->min && m.max == row->max);
}

static void nothing_has_no_mean(void **state)
{
    (void)state;
    const struct moments m = {0};
    const struct moments_real r = {0};
    assert_true(isnan(moments_mean(&m)) && isnan(moments_variance(&m)));
    assert_true(isnan(moments_deviation(&m)));
    assert_int_equal(moments_mean_nearest(&m), 0);
    assert_true(isnan(moments_real_mean(&r)) && isnan(moments_real_variance(&r)));
}

static void merging_with_nothing_changes_nothing(void **state)
{
    (void)state;
    const struct moments nothing = {0}, two = of((const int64_t[]){5, 8}, 2);
    struct moments m = {0};
    moments_merge(&m, &two);
    moments_merge(&m, &nothing);
    assert_true(m.min == 5 && m.max == 8 && m.sums.count == 2);
    const struct moments_real no_real = {0};
    struct moments_real real = {0}, other = {0};
    moments_real_add(&real, -3);
    moments_real_merge(&other, &real);
    moments_real_merge(&other, &no_real);
    assert_true(other.min == -3 && other.max == -3 && other.sums.count == 1);
}

static bool same(const struct moments_sums *a, const struct moments_sums *b)
{
    return a->count == b->count && a->sum == b->sum && a->squares_low == b->squares_low &&
           a->squares_high == b->squares_high;
}

/* Squares of values near 2^63: the 128-bit lower half overflows after four of them. */
static void zeros_count_as_values(void **state)
{
    (void)state;
    struct moments one = {0}, many = {0};
    moments_add(&one, -4);
    moments_add(&many, -4);
    for (int i = 0; i < 7; i++)
        moments_add(&one, 0);
    moments_add_zeros(&many, 0);
    moments_add_zeros(&many, 7);
    assert_memory_equal(&one, &many, sizeof one);
    assert_int_equal(moments_count(&many), 8);
    assert_true(moments_sum(&many) == -4);
    assert_int_equal(many.max, 0);
}

static void many_at_once_are_as_many_one_by_one(void **state)
{
    (void)state;
    enum { MOST = 400 };
    gsl_rng *r = rng_open(SEED, 0, "bulk", 0);
    for (int round = 0; round < 300; round++) {
        int64_t x[MOST];
        struct moments one = {0}, many = {0};
        for (int part = 0; part < 2; part++) {
            const size_t len = gsl_rng_uniform_int(r, MOST);
            const unsigned bits = (unsigned)gsl_rng_uniform_int(r, 64);
            for (size_t i = 0; i < len; i++) {
                x[i] = (int64_t)gsl_rng_get(r) >> bits;
                moments_add(&one, x[i]);
            }
            moments_add_all(&many, x, len);
        }
        assert_memory_equal(&one, &many, sizeof one);
    }
    gsl_rng_free(r);
}

static void squares_do_not_overflow(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct moments m = {0};
    for (int i = 0; i < N; i++)
        moments_add(&m, i % 2 == 0 ? INT64_MAX : -INT64_MAX);
    const double want = 0x1p126 * N / (N - 1);
    assert_true(m.sums.sum == 0);
    assert_true(fabs(moments_variance(&m) / want - 1) < 1e-15);
    assert_true(fabs(moments_deviation(&m) / sqrt(want) - 1) < 1e-15);
}

static void order_and_threads_do_not_matter(void **state)
{
    (void)state;
    enum { N = 5000, PARTS = 7 };
    gsl_rng *r = rng_open(SEED, 0, "test", 0);
    struct moments whole = {0}, parts[PARTS] = {0}, merged = {0};
    struct moments_real real = {0}, real_parts[PARTS] = {0}, real_merged = {0};
    for (int i = 0; i < N; i++) {
        const int64_t x = (int64_t)gsl_rng_get(r) >> gsl_rng_uniform_int(r, 64);
        const double y = ldexp(gsl_rng_uniform(r) - 0.5, (int)gsl_rng_uniform_int(r, 80) - 40);
        const unsigned long part = gsl_rng_uniform_int(r, PARTS - 1); /* one stays empty */
        moments_add(&whole, x);
        moments_add(&parts[part], x);
        moments_real_add(&real, y);
        moments_real_add(&real_parts[part], y);
    }
    for (int p = PARTS - 1; p >= 0; p--) {
        moments_merge(&merged, &parts[p]);
        moments_real_merge(&real_merged, &real_parts[p]);
    }
    gsl_rng_free(r);
    assert_true(same(&whole.sums, &merged.sums));
    assert_true(whole.min == merged.min && whole.max == merged.max);
    assert_true(same(&real.sums, &real_merged.sums));
    assert_true(real.min == real_merged.min && real.max == real_merged.max);
    assert_true(moments_real_variance(&real) == moments_real_variance(&real_merged));
}

/* Two passes in long doubles, which carry 64 bits. */
static void reals_agree_with_two_passes(void **state)
{
    (void)state;
    enum { N = 28481 };
    static double x[N]; /* a slowdown of at least 1, with a long tail */
    gsl_rng *r = rng_open(SEED, 1, "test", 0);
    struct moments_real m = {0};
    long double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        x[i] = 1 / gsl_rng_uniform_pos(r);
        sum += x[i];
        moments_real_add(&m, x[i]);
    }
    gsl_rng_free(r);
    const long double mean = sum / N;
    for (int i = 0; i < N; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    assert_true(fabsl(moments_real_mean(&m) / mean - 1) < 2e-16L);
    assert_true(fabsl(moments_real_variance(&m) / (squares / (N - 1)) - 1) < 1e-15L);
}

static void a_tenth_is_summed_as_it_is(void **state)
{
    (void)state;
    struct moments_real m = {0};
    for (int i = 0; i < 1000; i++)
        moments_real_add(&m, 0.1);
    assert_true(moments_real_mean(&m) == 0.1);
    assert_true(moments_real_variance(&m) == 0);
    moments_real_add(&m, -0.1);
    assert_true(m.min == -0.1 && m.max == 0.1);
}

static void tiny_reals_lose_less_than_the_bound(void **state)
{
    (void)state;
    struct moments_real m = {0};
    const double tiny = 0x1.fffffffffffffp-20;
    for (int i = 0; i < 3; i++)
        moments_real_add(&m, tiny);
    assert_true(tiny - moments_real_mean(&m) >= 0);
    assert_true(tiny - moments_real_mean(&m) < 0x1p-64);
}

static void reals_near_the_limit_are_squared_in_full(void **state)
{
    (void)state;
    struct moments_real m = {0};
    moments_real_add(&m, 0x1p62);
    moments_real_add(&m, -0x1p62);
    moments_real_add(&m, 0x1p62);
    moments_real_add(&m, -0x1p62);
    assert_true(moments_real_mean(&m) == 0);
    assert_true(fabs(moments_real_variance(&m) / (0x1p124 * 4 / 3) - 1) < 1e-15);
}

static void the_sign_of_zero_leaves_no_trace(void **state)
{
    (void)state;
    struct moments_real a = {0}, b = {0};
    moments_real_add(&a, -0.0);
    moments_real_add(&a, 0.0);
    moments_real_add(&b, 0.0);
    moments_real_add(&b, -0.0);
    assert_false(signbit(a.min) || signbit(b.min) || signbit(a.max) || signbit(b.max));
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 11] = {
        cmocka_unit_test(nothing_has_no_mean),
        cmocka_unit_test(merging_with_nothing_changes_nothing),
        cmocka_unit_test(zeros_count_as_values),
        cmocka_unit_test(many_at_once_are_as_many_one_by_one),
        cmocka_unit_test(squares_do_not_overflow),
        cmocka_unit_test(order_and_threads_do_not_matter),
        cmocka_unit_test(reals_agree_with_two_passes),
        cmocka_unit_test(a_tenth_is_summed_as_it_is),
        cmocka_unit_test(tiny_reals_lose_less_than_the_bound),
        cmocka_unit_test(reals_near_the_limit_are_squared_in_full),
        cmocka_unit_test(the_sign_of_zero_leaves_no_trace),
    };
    for (size_t i = 0; i < LEN(rows); i++)
        tests[11 + i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests_name("moments", tests, NULL, NULL);
}
