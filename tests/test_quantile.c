#include "sim/quantile.h"
#include "sim/rng.h"
#include "tests/aborts.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>

enum { SEED = 20260302, ALWAYS_EXACT = 1 << 30, NEVER_EXACT = 0 };

static struct quantile *of(size_t exact_most, const int64_t *x, size_t len)
{
    struct quantile *q = quantile_new(exact_most);
    for (size_t i = 0; i < len; i++)
        quantile_add(q, x[i]);
    return q;
}

static struct quantile_answer at(struct quantile *q, unsigned p)
{
    struct quantile_answer a = {0};
    assert_true(quantile_at(q, p, &a));
    return a;
}

/* Percentiles of 1, 2 ... n, in millionths, with the rank that the definition asks for. */
static const struct row {
    const char *name;
    unsigned n, p, rank;
} rows[] = {
    {"the_median_of_two_is_the_first", 2, 500000, 1},
    {"the_median_of_three_is_the_middle", 3, 500000, 2},
    {"p95_of_100_is_the_95th", 100, 950000, 95},
    {"p7_of_100_is_the_7th", 100, 70000, 7}, /* ceil(0.07 * 100) is 8 in doubles */
    {"p95_of_101_is_the_96th", 101, 950000, 96},
    {"p999_of_1000_is_the_999th", 1000, 999000, 999},
    {"p0_is_the_least", 10, 0, 1},
    {"p100_is_the_greatest", 10, 1000000, 10},
    {"a_millionth_is_the_least", 10, 1, 1},
    {"p90_of_one", 1, 900000, 1},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    for (int exact = 0; exact < 2; exact++) { /* below 2048 the sketch is exact as well */
        struct quantile *q = quantile_new(exact ? ALWAYS_EXACT : NEVER_EXACT);
        for (unsigned i = row->n; i > 0; i--)
            quantile_add(q, i);
        assert_int_equal(quantile_is_exact(q), exact);
        assert_int_equal(at(q, row->p).value, row->rank);
        assert_int_equal(at(q, row->p).half_width, 0);
        quantile_free(q);
    }
}

static void nothing_has_no_percentile(void **state)
{
    (void)state;
    struct quantile *q = quantile_new(QUANTILE_EXACT_MOST);
    struct quantile_answer a;
    struct quantile_step steps[2];
    assert_false(quantile_at(q, 500000, &a));
    assert_int_equal(quantile_above(q, 0).most, 0);
    assert_int_equal(quantile_cdf(q, steps, 2), 0);
    assert_int_equal(quantile_count(q), 0);
    quantile_free(q);
    quantile_free(NULL);
}

static void the_sketch_begins_after_the_limit(void **state)
{
    (void)state;
    struct quantile *q = quantile_new(3);
    for (int64_t x = 5000; x < 5003; x++)
        quantile_add(q, x);
    assert_true(quantile_is_exact(q));
    quantile_add(q, 5001);
    assert_false(quantile_is_exact(q));
    assert_int_equal(quantile_count(q), 4);
    quantile_free(q);
}

/* Each bucket's ends, and what lies beside them, over the whole range. */
static void every_value_is_within_its_own_half_width(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 63; bit++) {
        for (int64_t sub = -2; sub < 3; sub++) {
            const int64_t x = (INT64_C(1) << bit) + sub * (bit > 9 ? INT64_C(1) << (bit - 10) : 1);
            for (int64_t near = -1; near <= 1; near++) {
                const int64_t v[] = {INT64_MIN, x + near, x + near, ~(x + near), INT64_MAX};
                struct quantile *q = of(NEVER_EXACT, v, LEN(v));
                const struct quantile_answer a = at(q, 600000); /* the third or fourth */
                assert_true(llabs(a.value - v[1]) <= a.half_width ||
                            llabs(a.value - v[3]) <= a.half_width);
                assert_true(a.half_width <= llabs(a.value) / 2000 + (llabs(a.value) > 2047));
                quantile_free(q);
            }
        }
    }
}

static void the_ends_of_the_range_are_exact(void **state)
{
    (void)state;
    const int64_t v[] = {INT64_MAX, 0, -1, INT64_MIN};
    struct quantile *q = of(NEVER_EXACT, v, LEN(v));
    const int64_t want[] = {INT64_MIN, -1, 0, INT64_MAX};
    for (unsigned i = 0; i < 4; i++) {
        assert_true(at(q, 250000 * (i + 1)).value == want[i]);
        assert_true(at(q, 250000 * (i + 1)).half_width == 0);
    }
    assert_int_equal(quantile_above(q, 0).least, 1);
    assert_int_equal(quantile_above(q, -1).least, 2);
    quantile_free(q);
}

static void equal_values_stay_exact(void **state)
{
    (void)state;
    const int64_t v[] = {123456789012345, 123456789012345, 123456789012345};
    struct quantile *q = of(NEVER_EXACT, v, LEN(v));
    assert_true(at(q, 500000).value == v[0] && at(q, 500000).half_width == 0);
    quantile_free(q);
}

static void ends_are_kept_on_either_side_of_zero(void **state)
{
    (void)state;
    const int64_t above[] = {5001, 5000, 5001}, below[] = {-5001, -5000, -5001};
    struct quantile *from[] = {of(NEVER_EXACT, above, 3), of(NEVER_EXACT, below, 3)};
    for (size_t i = 0; i < LEN(from); i++) {
        struct quantile *q = quantile_new(NEVER_EXACT);
        quantile_merge(q, from[i]);
        assert_true(at(q, 0).value == (i == 0 ? 5000 : -5001));
        assert_true(at(q, 1000000).value == (i == 0 ? 5001 : -5000));
        quantile_free(q);
    }
    struct quantile_step s[3]; /* 5000 and 5001 share a bucket */
    assert_int_equal(quantile_cdf(from[0], s, 3), 2);
    assert_true(s[0].value == 5000 && s[0].count == 1);
    assert_true(s[1].value == 5001 && s[1].count == 3);
    quantile_free(from[0]);
    quantile_free(from[1]);
}

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

enum { N = 20000 };

/* Of all sizes, negative ones too, with many repetitions. */
static void draw(gsl_rng *r, int64_t *x)
{
    for (int i = 0; i < N; i++) {
        x[i] = (int64_t)gsl_rng_get(r) >> gsl_rng_uniform_int(r, 64);
        if (i > 0 && gsl_rng_uniform_int(r, 3) == 0)
            x[i] = x[gsl_rng_uniform_int(r, (unsigned long)i)];
    }
}

static void the_sketch_holds_what_sorting_finds(void **state)
{
    (void)state;
    static int64_t x[N];
    gsl_rng *r = rng_open(SEED, 0, "test", 0);
    draw(r, x);
    gsl_rng_free(r);
    struct quantile *exact = of(ALWAYS_EXACT, x, N);
    struct quantile *sketch = of(1000, x, N);
    qsort(x, N, sizeof x[0], ascending);
    for (unsigned p = 0; p <= QUANTILE_ONE; p += 1250) {
        const size_t rank = p == 0 ? 1 : ((size_t)p * N + QUANTILE_ONE - 1) / QUANTILE_ONE;
        const struct quantile_answer a = at(sketch, p);
        assert_true(at(exact, p).value == x[rank - 1]);
        assert_true(x[rank - 1] >= a.value - a.half_width);
        assert_true(x[rank - 1] <= a.value + a.half_width);
        assert_true((double)a.half_width <= 0.0005 * fabs((double)a.value));
    }
    for (size_t i = 0; i < N; i += 97) {
        size_t above = N;
        while (above > 0 && x[N - above] <= x[i])
            above--;
        const struct quantile_range want = quantile_above(exact, x[i]);
        const struct quantile_range got = quantile_above(sketch, x[i]);
        assert_true(want.least == above && want.most == above);
        assert_true(got.least <= above && above <= got.most);
    }
    uint64_t want[N], got[N];
    quantile_at_most(exact, x, N, want);
    quantile_at_most(sketch, x, N, got);
    for (size_t i = 0; i < N; i += 97) {
        const struct quantile_range above = quantile_above(exact, x[i]);
        const struct quantile_range range = quantile_above(sketch, x[i]);
        assert_true(want[i] == N - above.most);
        assert_true(got[i] >= N - range.most && got[i] <= N - range.least);
    }
    quantile_free(exact);
    quantile_free(sketch);
}

/* What is added in bulk answers as what is added one by one does. */
static void many_at_once_are_as_many_one_by_one(void **state)
{
    (void)state;
    enum { LEN_MOST = 300, CDF = 50 };
    static int64_t all[N];
    gsl_rng *r = rng_open(SEED, 0, "bulk", 0);
    draw(r, all);
    for (int round = 0; round < 200; round++) {
        const size_t limit = gsl_rng_uniform_int(r, 400);
        struct quantile *one = quantile_new(limit);
        struct quantile *many = quantile_new(limit);
        for (int part = 0; part < 3; part++) {
            const int64_t *x = all + gsl_rng_uniform_int(r, N - LEN_MOST);
            const size_t len = gsl_rng_uniform_int(r, LEN_MOST);
            const uint64_t times = gsl_rng_uniform_int(r, 5) * gsl_rng_uniform_int(r, 50);
            for (size_t i = 0; i < len; i++)
                quantile_add(one, x[i]);
            quantile_add_all(many, x, len);
            quantile_add_times(many, 12345, times);
            for (uint64_t i = 0; i < times; i++)
                quantile_add(one, 12345);
        }
        struct quantile_step a[CDF], b[CDF];
        assert_int_equal(quantile_count(one), quantile_count(many));
        assert_int_equal(quantile_is_exact(one), quantile_is_exact(many));
        const size_t len = quantile_cdf(one, a, CDF);
        assert_int_equal(quantile_cdf(many, b, CDF), len);
        for (size_t i = 0; i < len; i++)
            assert_true(a[i].value == b[i].value && a[i].count == b[i].count);
        quantile_free(one);
        quantile_free(many);
    }
    gsl_rng_free(r);
}

static void a_sketch_may_begin_early(void **state)
{
    (void)state;
    struct quantile *q = of(100, (const int64_t[]){1 << 20, 3, 7}, 3);
    quantile_begin_sketch(q);
    quantile_begin_sketch(q);
    assert_false(quantile_is_exact(q));
    quantile_add(q, 5);
    assert_int_equal(quantile_count(q), 4);
    assert_int_equal(at(q, 500000).value, 5);
    assert_int_equal(at(q, 1000000).value, 1 << 20);
    struct quantile *from = of(100, (const int64_t[]){2}, 1);
    quantile_merge(from, q);
    assert_int_equal(at(from, 0).value, 2);
    assert_int_equal(quantile_count(from), 5);
    quantile_free(from);
    quantile_free(q);
}

static void order_and_threads_do_not_matter(void **state)
{
    (void)state;
    enum { PARTS = 5 };
    static int64_t x[N];
    gsl_rng *r = rng_open(SEED, 1, "test", 0);
    draw(r, x);
    for (int round = 0; round < 20; round++) {
        const size_t limit = gsl_rng_uniform_int(r, 2 * N);
        struct quantile *whole = of(limit, x, N), *parts[PARTS], *merged = quantile_new(limit);
        for (int p = 0; p < PARTS; p++)
            parts[p] = quantile_new(limit);
        for (int i = 0; i < N; i++)
            quantile_add(parts[i % 97 % PARTS], x[i]);
        for (int p = PARTS - 1; p >= 0; p--)
            quantile_merge(merged, parts[p]);
        assert_int_equal(quantile_is_exact(merged), N <= limit);
        assert_int_equal(quantile_is_exact(whole), N <= limit);
        struct quantile_step a[50], b[50];
        const size_t len = quantile_cdf(whole, a, LEN(a));
        assert_int_equal(quantile_cdf(merged, b, LEN(b)), len);
        assert_memory_equal(a, b, len * sizeof a[0]);
        for (unsigned p = 0; p <= QUANTILE_ONE; p += 9999) {
            assert_true(at(whole, p).value == at(merged, p).value);
            assert_true(at(whole, p).half_width == at(merged, p).half_width);
        }
        for (int p = 0; p < PARTS; p++)
            quantile_free(parts[p]);
        quantile_free(whole);
        quantile_free(merged);
    }
    gsl_rng_free(r);
}

static void merging_keeps_the_other_as_it_was(void **state)
{
    (void)state;
    const int64_t v[] = {30, 10, 20};
    struct quantile *from = of(10, v, 3), *into = quantile_new(10), *none = quantile_new(10);
    quantile_merge(into, from);
    quantile_merge(into, none);
    quantile_merge(into, from);
    assert_int_equal(quantile_count(into), 6);
    assert_int_equal(quantile_count(from), 3);
    assert_int_equal(at(into, 500000).value, 20);
    assert_int_equal(at(into, 0).value, 10);
    quantile_free(from);
    quantile_free(into);
    quantile_free(none);
}

static void adding_after_a_question_is_seen_by_the_next(void **state)
{
    (void)state;
    const int64_t v[] = {30, 20};
    struct quantile *q = of(10, v, 2);
    assert_int_equal(at(q, 500000).value, 20);
    quantile_add(q, 10);
    assert_int_equal(at(q, 500000).value, 20);
    quantile_add(q, 5);
    quantile_add(q, 4);
    assert_int_equal(at(q, 500000).value, 10);
    quantile_free(q);
}

static void a_short_distribution_is_listed_whole(void **state)
{
    (void)state;
    const int64_t v[] = {7, 3, 3, 9, 3};
    struct quantile_step s[10];
    struct quantile *q = of(10, v, LEN(v));
    assert_int_equal(quantile_cdf(q, s, LEN(s)), 3);
    const struct quantile_step want[] = {{3, 3}, {7, 4}, {9, 5}};
    assert_memory_equal(s, want, sizeof want);
    assert_int_equal(quantile_cdf(q, s, 2), 2);
    assert_true(s[0].value == 3 && s[0].count == 3 && s[1].value == 9 && s[1].count == 5);
    quantile_free(q);
}

static void steps_are_exact_and_few_and_end_where_the_values_do(void **state)
{
    (void)state;
    static int64_t x[N];
    gsl_rng *r = rng_open(SEED, 2, "test", 0);
    draw(r, x);
    gsl_rng_free(r);
    struct quantile *collectors[] = {of(ALWAYS_EXACT, x, N), of(NEVER_EXACT, x, N)};
    qsort(x, N, sizeof x[0], ascending);
    for (size_t c = 0; c < LEN(collectors); c++) {
        for (size_t most = 2; most < 300; most += 33) {
            struct quantile_step s[300];
            const size_t len = quantile_cdf(collectors[c], s, most);
            assert_true(len <= most && len > most / 2);
            assert_true(s[0].value == x[0] && s[len - 1].value == x[N - 1]);
            assert_true(s[len - 1].count == N);
            for (size_t i = 1, below = 0; i < len; i++) {
                assert_true(s[i].value > s[i - 1].value && s[i].count > s[i - 1].count);
                while (below < N && x[below] <= s[i].value)
                    below++;
                assert_int_equal(s[i].count, below);
            }
        }
        quantile_free(collectors[c]);
    }
}

static void ask_for_more_than_all(void *q)
{
    struct quantile_answer a;
    quantile_at(q, QUANTILE_ONE + 1, &a);
}

static void more_than_all_is_a_bug(void **state)
{
    (void)state;
    struct quantile *q = quantile_new(1);
    assert_true(aborts(ask_for_more_than_all, q));
    quantile_free(q);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(nothing_has_no_percentile),
        cmocka_unit_test(the_sketch_begins_after_the_limit),
        cmocka_unit_test(every_value_is_within_its_own_half_width),
        cmocka_unit_test(the_ends_of_the_range_are_exact),
        cmocka_unit_test(ends_are_kept_on_either_side_of_zero),
        cmocka_unit_test(equal_values_stay_exact),
        cmocka_unit_test(the_sketch_holds_what_sorting_finds),
        cmocka_unit_test(many_at_once_are_as_many_one_by_one),
        cmocka_unit_test(a_sketch_may_begin_early),
        cmocka_unit_test(order_and_threads_do_not_matter),
        cmocka_unit_test(merging_keeps_the_other_as_it_was),
        cmocka_unit_test(adding_after_a_question_is_seen_by_the_next),
        cmocka_unit_test(a_short_distribution_is_listed_whole),
        cmocka_unit_test(steps_are_exact_and_few_and_end_where_the_values_do),
        cmocka_unit_test(more_than_all_is_a_bug),
    };
    struct CMUnitTest tests[LEN(rows) + LEN(others)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    for (size_t i = 0; i < LEN(others); i++)
        tests[LEN(rows) + i] = others[i];
    return cmocka_run_group_tests_name("quantile", tests, NULL, NULL);
}
