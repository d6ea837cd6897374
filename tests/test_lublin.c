#include "workloads/lublin.h"

#include "sim/arena.h"
#include "sim/rng.h"
#include "tests/near.h"
#include "workloads/rate_profile.h"

#include <stdlib.h>

enum { SEED = 20260302, N = 200000 };

/* What published_results.md (f) says of a sample of 10,000 jobs of the original program. */
struct sample {
    double interval_s, run_mean_s, run_median_s, run_cv, size, serial, powers;
};

struct job {
    double submit_s, run_s;
    uint64_t size;
};

struct stream {
    struct lublin model;
    struct rate_profile day;
    struct rate_walk walk;
    gsl_rng *r;
};

static void open_stream(struct stream *s, enum lublin_type type, struct arena *a)
{
    double factors[LUBLIN_DAY_PARTS];
    s->model = lublin_make(type, 256);
    lublin_day(&s->model, factors);
    s->day = rate_profile_make(a, factors, LUBLIN_DAY_PARTS, NULL);
    s->walk = rate_walk_from(&s->day, 0);
    s->r = rng_open(SEED, 0, "test lublin", type);
}

static struct job next_job(struct stream *s)
{
    const double interval = 1e9 * lublin_interval_s(&s->model, s->r);
    assert_true(rate_walk_on(&s->walk, &s->day, interval, INT64_C(1) << 62));
    const uint64_t size = lublin_size(&s->model, s->r);
    return (struct job){(double)s->walk.now_ns / 1e9, lublin_run_s(&s->model, size, s->r), size};
}

static int by_run(const void *a, const void *b)
{
    const double x = ((const struct job *)a)->run_s, y = ((const struct job *)b)->run_s;
    return (x > y) - (x < y);
}

struct measured {
    struct sample mean;
    double interval_cv;
};

static struct measured measure(struct job *jobs, size_t len)
{
    double intervals2 = 0, run = 0, run2 = 0, size = 0, serial = 0, powers = 0;
    for (size_t i = 0; i < len; i++) {
        const double interval = jobs[i].submit_s - (i == 0 ? 0 : jobs[i - 1].submit_s);
        intervals2 += interval * interval;
        run += jobs[i].run_s;
        run2 += jobs[i].run_s * jobs[i].run_s;
        size += (double)jobs[i].size;
        serial += jobs[i].size == 1;
        powers += jobs[i].size > 1 && (jobs[i].size & (jobs[i].size - 1)) == 0;
    }
    const double n = (double)len, interval = jobs[len - 1].submit_s / n;
    struct measured m = {
        .mean = {interval, run / n, 0, sqrt(run2 / n - run / n * run / n) / (run / n), size / n,
                 serial / n, powers / (n - serial)},
        .interval_cv = sqrt(intervals2 / n - interval * interval) / interval,
    };
    qsort(jobs, len, sizeof jobs[0], by_run);
    m.mean.run_median_s = jobs[len / 2].run_s;
    return m;
}

/* Four standard errors of a mean of 10,000 values; the medians of so many runs of a model whose
 * logarithms spread that far vary by some 5 %, their CVs by 5 %. */
static void expect_sample(const struct measured *m, const struct sample *want)
{
    const struct sample *got = &m->mean;
    print_message("interval %.1f run %.1f median %.1f cv %.3f size %.2f serial %.4f powers %.4f\n",
                  got->interval_s, got->run_mean_s, got->run_median_s, got->run_cv, got->size,
                  got->serial, got->powers);
    assert_near(got->interval_s, want->interval_s, 4 * m->interval_cv * got->interval_s / 100);
    assert_near(got->run_mean_s, want->run_mean_s, 4 * got->run_cv * got->run_mean_s / 100);
    assert_near(got->run_median_s, want->run_median_s, .2 * want->run_median_s);
    assert_near(got->run_cv, want->run_cv, .2 * want->run_cv);
    assert_near(got->size, want->size, 4 * 45 / 100.0);
    assert_near(got->serial, want->serial, 4 * sqrt(.25 * .75) / 100);
    assert_near(got->powers, want->powers, 4 * sqrt(.8 * .2) / sqrt(7500));
}

static void typeless_jobs_are_those_of_lublin_1(void **state)
{
    (void)state;
    static const struct sample lublin_1 = {770.7, 4862.8, 137, 1.74, 22.1, .249, .815};
    struct arena *a = arena_new();
    struct stream s;
    struct job *jobs = malloc(N * sizeof jobs[0]);
    print_message("seed %d\n", SEED);
    open_stream(&s, LUBLIN_TYPELESS, a);
    for (int i = 0; i < N; i++)
        jobs[i] = next_job(&s);
    const struct measured m = measure(jobs, N);
    expect_sample(&m, &lublin_1);
    gsl_rng_free(s.r);
    free(jobs);
    arena_free(a);
}

static void batch_beside_interactive_jobs_are_those_of_lublin_2(void **state)
{
    (void)state;
    static const struct sample lublin_2 = {460.3, 1696.0, 31, 3.94, 39.0, .168, .797};
    struct arena *a = arena_new();
    struct stream s[2];
    struct job *jobs = malloc(N * sizeof jobs[0]);
    struct job next[2];
    for (int k = 0; k < 2; k++) {
        open_stream(&s[k], k == 0 ? LUBLIN_BATCH : LUBLIN_INTERACTIVE, a);
        next[k] = next_job(&s[k]);
    }
    for (int i = 0; i < N; i++) {
        const int k = next[0].submit_s <= next[1].submit_s ? 0 : 1;
        jobs[i] = next[k];
        next[k] = next_job(&s[k]);
    }
    const struct measured m = measure(jobs, N);
    expect_sample(&m, &lublin_2);
    for (int k = 0; k < 2; k++)
        gsl_rng_free(s[k].r);
    free(jobs);
    arena_free(a);
}

static void the_mean_interval_is_that_of_samples(void **state)
{
    (void)state;
    for (int type = LUBLIN_BATCH; type <= LUBLIN_TYPELESS; type++) {
        const struct lublin l = lublin_make((enum lublin_type)type, 64);
        gsl_rng *r = rng_open(SEED, 1, "test lublin", (uint64_t)type);
        double sum = 0, squares = 0;
        for (int i = 0; i < N; i++) {
            const double x = lublin_interval_s(&l, r);
            sum += x;
            squares += x * x;
        }
        const double mean = sum / N, error = sqrt((squares / N - mean * mean) / N);
        assert_near(lublin_mean_interval_s(&l), mean, 4 * error);
        gsl_rng_free(r);
    }
}

static void days_are_busiest_in_the_afternoon(void **state)
{
    (void)state;
    for (int type = LUBLIN_BATCH; type <= LUBLIN_TYPELESS; type++) {
        const struct lublin l = lublin_make((enum lublin_type)type, 64);
        double factors[LUBLIN_DAY_PARTS], sum = 0;
        int busiest = 0, calmest = 0;
        lublin_day(&l, factors);
        for (int i = 0; i < LUBLIN_DAY_PARTS; i++) {
            sum += factors[i];
            busiest = factors[i] > factors[busiest] ? i : busiest;
            calmest = factors[i] < factors[calmest] ? i : calmest;
        }
        assert_near(sum, LUBLIN_DAY_PARTS, 1e-9);
        assert_in_range(busiest, 25, 29); /* half past twelve to half past two */
        assert_in_range(calmest, 9, 11);  /* about five */
    }
}

static void sizes_never_pass_the_largest(void **state)
{
    (void)state;
    static const uint64_t largest[] = {1, 2, 3, 6, 8, 45, 100, 1000000};
    for (size_t i = 0; i < LEN(largest); i++)
        for (int type = LUBLIN_BATCH; type <= LUBLIN_TYPELESS; type++) {
            const struct lublin l = lublin_make((enum lublin_type)type, largest[i]);
            gsl_rng *r = rng_open(SEED, 2, "test lublin", i);
            uint64_t most = 0;
            for (int n = 0; n < 20000; n++) {
                const uint64_t size = lublin_size(&l, r);
                assert_true(size >= 1 && size <= largest[i]);
                most = size > most ? size : most;
            }
            assert_true(2 * most > largest[i]); /* and come near it */
            gsl_rng_free(r);
        }
}

static void rounding_to_powers_stays_below_a_largest_size_that_is_none(void **state)
{
    (void)state;
    const struct lublin l = lublin_make(LUBLIN_TYPELESS, 100);
    gsl_rng *r = rng_open(SEED, 4, "test lublin", 0);
    int largest = 0;
    for (int i = 0; i < N; i++)
        largest += lublin_size(&l, r) == 100;
    assert_in_range(largest, 1, N / 1000); /* were 128 cut to 100, it would be one in 200 */
    gsl_rng_free(r);
}

static void larger_jobs_run_longer(void **state)
{
    (void)state;
    const struct lublin l = lublin_make(LUBLIN_BATCH, 256);
    gsl_rng *r = rng_open(SEED, 3, "test lublin", 0);
    double small = 0, large = 0;
    for (int i = 0; i < 20000; i++) {
        const double a = lublin_run_s(&l, 1, r), b = lublin_run_s(&l, 256, r);
        assert_true(a >= 1 && a <= 162755 && b >= 1 && b <= 162755);
        small += a / 20000;
        large += b / 20000;
    }
    assert_true(large > 2 * small); /* .695 of the small ones are short, none of the large ones */
    gsl_rng_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typeless_jobs_are_those_of_lublin_1),
        cmocka_unit_test(batch_beside_interactive_jobs_are_those_of_lublin_2),
        cmocka_unit_test(the_mean_interval_is_that_of_samples),
        cmocka_unit_test(days_are_busiest_in_the_afternoon),
        cmocka_unit_test(sizes_never_pass_the_largest),
        cmocka_unit_test(rounding_to_powers_stays_below_a_largest_size_that_is_none),
        cmocka_unit_test(larger_jobs_run_longer),
    };
    return cmocka_run_group_tests_name("lublin", tests, NULL, NULL);
}
