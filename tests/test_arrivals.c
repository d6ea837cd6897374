#include "tests/generate_lab.h"
#include "tests/near.h"
#include "workloads/lublin.h"

#define SECOND_NS INT64_C(1000000000)
#define HOUR_NS   (3600 * SECOND_NS)
#define DAY_NS    (24 * HOUR_NS)

static void poisson_intervals_have_the_mean_and_spread_of_exponential_ones(void **state)
{
    (void)state;
    enum { N = 50000 };
    struct generate_lab lab = {0};
    struct job_spec job;
    double sum = 0, squares = 0;
    int64_t last = 0;
    generate_lab_open_clean(&lab,
                            "{name: x, arrivals: {process: poisson, rate: 12/h}, duration: 1m, "
                            "jobs: 50000}");
    while (generate_lab_next(&lab, &job)) {
        const double x = (double)(job.submit_ns - last) / (300 * 1e9);
        sum += x;
        squares += x * x;
        last = job.submit_ns;
    }
    assert_near(sum / N, 1, 4 / sqrt(N));
    assert_near(squares / N, 2, 4 * sqrt(20.0 / N)); /* E[x^2] = 2, Var[x^2] = 24 - 4 */
    generate_lab_close(&lab);
}

static void counts_by_hour_and_day_follow_the_factors(void **state)
{
    (void)state;
    static const double daily[] = {0.3, 0.3, 0, 1, 1.6, 1.6, 1, 0.6};
    static const double weekly[] = {1, 1, 1, 1, 0.8, 0.2, 0};
    enum { WEEKS = 40 };
    struct generate_lab lab = {.start_ns = 4 * DAY_NS}; /* Monday, 1970-01-05 */
    struct job_spec job;
    uint64_t counts[7 * 8] = {0}, all = 0;
    double weights[7 * 8], sum = 0;
    for (int i = 0; i < 7 * 8; i++)
        sum += weights[i] = daily[i % 8] * weekly[i / 8];
    generate_lab_open_clean(
        &lab, "{name: x, arrivals: {rate: 12/h, daily: [0.3, 0.3, 0, 1, 1.6, 1.6, 1, 0.6],"
              " weekly: [1, 1, 1, 1, 0.8, 0.2, 0]}, duration: 1m, until: 40w}");
    for (; generate_lab_next(&lab, &job); all++)
        counts[(job.submit_ns - lab.start_ns) % (7 * DAY_NS) / (3 * HOUR_NS)]++;
    assert_in_proportion(counts, weights, LEN(counts));
    const double mean = WEEKS * 3 * 12 * sum; /* 3 hours of 12 jobs, times the factors */
    assert_near((double)all, mean, 4 * sqrt(mean));
    generate_lab_close(&lab);
}

static void deterministic_arrivals_do_not_drift(void **state)
{
    (void)state;
    struct generate_lab lab = {.start_ns = 77};
    struct job_spec job;
    generate_lab_open_clean(
        &lab, "{name: x, arrivals: {process: deterministic, rate: 7/s}, duration: 1m, "
              "jobs: 700000}");
    for (int64_t i = 1; generate_lab_next(&lab, &job); i++)
        assert_near((double)(job.submit_ns - 77 - i * SECOND_NS / 7), 0, 2);
    assert_near((double)(job.submit_ns - 77), 1e14, 2);
    generate_lab_close(&lab);
}

static void a_renewal_process_has_its_intervals(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct generate_lab lab = {0};
    struct job_spec job;
    double sum = 0, squares = 0;
    int64_t last = 0;
    generate_lab_open_clean(
        &lab, "{name: x, arrivals: {process: renewal, between: {gamma: {mean: 5m, cv: 2}}},"
              " duration: 1m, jobs: 20000}");
    while (generate_lab_next(&lab, &job)) {
        const double x = (double)(job.submit_ns - last) / (300 * 1e9);
        sum += x;
        squares += x * x;
        last = job.submit_ns;
    }
    assert_near(sum / N, 1, 4 * 2 / sqrt(N));
    assert_near(squares / N, 5, 4 * sqrt(560.0 / N)); /* E[x^4] of a gamma of shape 1/4 is 585 */
    generate_lab_close(&lab);
}

static void a_batch_arrives_at_once_and_the_rate_is_that_of_jobs(void **state)
{
    (void)state;
    enum { N = 40000 };
    struct generate_lab lab = {0};
    struct job_spec job;
    uint64_t sizes[5] = {0}, size = 0;
    int64_t last = -1;
    generate_lab_open_clean(
        &lab, "{name: x, arrivals: {rate: 12/h, batch: {values: [1, 4], weights: [1, 2]}}, "
              "duration: 1m, jobs: 40000}");
    while (generate_lab_next(&lab, &job)) {
        if (job.submit_ns != last && last >= 0) {
            assert_true(size == 1 || size == 4);
            sizes[size]++;
            size = 0;
        }
        size++;
        last = job.submit_ns;
    }
    assert_in_proportion(sizes, (const double[]){0, 1, 0, 0, 2}, 5);
    const double mean_s = N * 300.0, batches = N / 3.0; /* of 3 jobs each, every 15 minutes */
    assert_near((double)last / 1e9, mean_s, 4 * mean_s * sqrt(1.2 / batches));
    generate_lab_close(&lab);
}

static void nothing_arrives_before_from_or_at_until(void **state)
{
    (void)state;
    struct generate_lab lab = {.start_ns = 5 * DAY_NS};
    struct job_spec job;
    generate_lab_open_clean(
        &lab, "{name: x, arrivals: {process: deterministic, rate: 1/h}, duration: 1m, "
              "from: 2h, until: 1970-01-06T05:00:00Z}");
    for (int64_t h = 3; h < 5; h++) {
        assert_true(generate_lab_next(&lab, &job));
        assert_int_equal(job.submit_ns, lab.start_ns + h * HOUR_NS);
    }
    assert_false(generate_lab_next(&lab, &job));
    generate_lab_close(&lab);
}

static void until_counts_where_the_run_ends_then(void **state)
{
    (void)state;
    struct generate_lab lab = {.horizon_ns = 5 * HOUR_NS};
    struct job_spec job;
    int len = 0;
    generate_lab_open_clean(&lab, "{name: x, arrivals: {process: deterministic, rate: 1/h}, "
                                  "duration: 1m, until: 5h}");
    for (; generate_lab_next(&lab, &job); len++)
        assert_true(job.submit_ns < lab.horizon_ns);
    assert_int_equal(len, 4);
    generate_lab_close(&lab);
}

static void nothing_is_made_that_arrives_after_the_run(void **state)
{
    (void)state;
    struct generate_lab lab = {.horizon_ns = 10 * HOUR_NS};
    struct job_spec job;
    int len = 0;
    generate_lab_open_clean(
        &lab, "{name: x, arrivals: {process: deterministic, rate: 1/h}, duration: 1m}");
    for (; generate_lab_next(&lab, &job); len++)
        assert_true(job.submit_ns <= lab.horizon_ns);
    assert_int_equal(len, 10);
    generate_lab_close(&lab);
}

static void lublin_arrives_at_the_rate_that_is_wanted(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct generate_lab lab = {0};
    struct job_spec job;
    generate_lab_open_clean(
        &lab, "{name: x, lublin: {type: interactive}, arrivals: {process: lublin, rate: "
              "20/h}, jobs: 100000}");
    while (generate_lab_next(&lab, &job))
        ;
    assert_near((double)job.submit_ns / 1e9 / N, 180, 4 * 180 * 7.5 / sqrt(N)); /* cv 7.5 */
    generate_lab_close(&lab);
}

/* Jobs by half hour of the day. Intervals of the model vary too much for Pearson's test. */
static void count_half_hours(const char *options, uint64_t counts[LUBLIN_DAY_PARTS])
{
    struct generate_lab lab = {0};
    struct job_spec job;
    generate_lab_open_clean(&lab, options);
    memset(counts, 0, LUBLIN_DAY_PARTS * sizeof counts[0]);
    while (generate_lab_next(&lab, &job))
        counts[job.submit_ns % DAY_NS / (HOUR_NS / 2)]++;
    generate_lab_close(&lab);
}

static void lublin_has_days_of_its_own_unless_others_are_given(void **state)
{
    (void)state;
    enum { N = 200000 };
    uint64_t counts[LUBLIN_DAY_PARTS], flat[LUBLIN_DAY_PARTS];
    double day[LUBLIN_DAY_PARTS];
    const struct lublin l = lublin_make(LUBLIN_TYPELESS, 32);
    lublin_day(&l, day);
    count_half_hours("{name: x, lublin: {}, duration: 1m, jobs: 200000}", counts);
    count_half_hours("{name: x, lublin: {}, arrivals: {process: lublin, daily: [1, 1]}, duration: "
                     "1m, jobs: 200000}",
                     flat);
    for (int i = 0; i < LUBLIN_DAY_PARTS; i++) {
        const double mean = N / (double)LUBLIN_DAY_PARTS;
        assert_near((double)counts[i], day[i] * mean, .2 * mean);
        assert_near((double)flat[i], mean, .2 * mean);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poisson_intervals_have_the_mean_and_spread_of_exponential_ones),
        cmocka_unit_test(counts_by_hour_and_day_follow_the_factors),
        cmocka_unit_test(deterministic_arrivals_do_not_drift),
        cmocka_unit_test(a_renewal_process_has_its_intervals),
        cmocka_unit_test(a_batch_arrives_at_once_and_the_rate_is_that_of_jobs),
        cmocka_unit_test(nothing_arrives_before_from_or_at_until),
        cmocka_unit_test(until_counts_where_the_run_ends_then),
        cmocka_unit_test(nothing_is_made_that_arrives_after_the_run),
        cmocka_unit_test(lublin_arrives_at_the_rate_that_is_wanted),
        cmocka_unit_test(lublin_has_days_of_its_own_unless_others_are_given),
    };
    return cmocka_run_group_tests_name("arrivals", tests, NULL, NULL);
}
