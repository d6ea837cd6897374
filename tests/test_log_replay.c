#include "tests/unit.h"
#include "workloads/log_replay.h"

#define SECOND_NS INT64_C(1000000000)

static struct log_replay replay_of(struct log_replay_options o, enum log_start start,
                                   int64_t start_s, int64_t horizon_s)
{
    const struct source_env env = {
        .start_ns = start_s * SECOND_NS,
        .horizon_ns = horizon_s == 0 ? INT64_MAX : horizon_s * SECOND_NS,
    };
    struct log_replay r;
    log_replay_init(&r, &o, start, &env);
    return r;
}

static const struct log_replay_options as_it_is = {.stretch = 1, .work = 1};

/* Where it goes in seconds; -1: too early, -2: over. */
static int64_t place_s(struct log_replay *r, int64_t submit_s)
{
    int64_t at = 0;
    switch (log_replay_place(r, submit_s * SECOND_NS, &at)) {
    case LOG_TOO_EARLY:
        return -1;
    case LOG_OVER:
        return -2;
    default:
        return at / SECOND_NS;
    }
}

static void the_first_job_arrives_at_the_start(void **state)
{
    (void)state;
    struct log_replay r = replay_of(as_it_is, LOG_START_NOW, 1000, 0);
    assert_int_equal(place_s(&r, 500), 1000);
    assert_int_equal(place_s(&r, 507), 1007);
    assert_int_equal(r.given, 2);
}

static void dates_of_the_log_are_kept(void **state)
{
    (void)state;
    struct log_replay r = replay_of(as_it_is, LOG_START_LOG, 1000, 1100);
    r.zero_ns = 900 * SECOND_NS;
    assert_int_equal(place_s(&r, 99), -1);
    assert_int_equal(place_s(&r, 100), 1000);
    assert_int_equal(place_s(&r, 200), 1100);
    assert_int_equal(place_s(&r, 201), -2);
    assert_int_equal(r.given, 2);
}

static void only_so_many_jobs_are_given(void **state)
{
    (void)state;
    struct log_replay_options o = as_it_is;
    o.jobs = 2;
    struct log_replay r = replay_of(o, LOG_START_LOG, 5, 0);
    assert_int_equal(place_s(&r, 4), -1); /* not one of the two */
    assert_int_equal(place_s(&r, 5), 5);
    assert_int_equal(place_s(&r, 6), 6);
    assert_int_equal(place_s(&r, 7), -2);
}

static void stretching_begins_at_the_first_job(void **state)
{
    (void)state;
    struct log_replay_options o = as_it_is;
    o.stretch = 0.1;
    o.offset_ns = 3 * SECOND_NS;
    struct log_replay r = replay_of(o, LOG_START_NOW, 0, 0);
    assert_int_equal(place_s(&r, 1000), 3);
    assert_int_equal(place_s(&r, 1030), 6);
}

static void tenths_are_exact(void **state)
{
    (void)state;
    struct log_replay_options o = as_it_is;
    o.stretch = 0.1;
    o.work = 0.7;
    struct log_replay r = replay_of(o, LOG_START_NOW, 0, 0);
    int64_t at = 0;
    assert_int_equal(log_replay_place(&r, 0, &at), LOG_GIVE);
    assert_int_equal(log_replay_place(&r, INT64_C(30000000000000010), &at), LOG_GIVE);
    assert_int_equal(at, INT64_C(3000000000000001));
    assert_int_equal(log_replay_work(&r, INT64_C(1000000000000000010)),
                     INT64_C(700000000000000007));
}

static void times_beyond_int64_stay_at_its_limits(void **state)
{
    (void)state;
    struct log_replay_options o = as_it_is;
    o.stretch = 1e6;
    o.work = 1e6;
    struct log_replay r = replay_of(o, LOG_START_NOW, 0, 0);
    int64_t at = 0;
    assert_int_equal(log_replay_place(&r, INT64_MIN, &at), LOG_GIVE);
    assert_int_equal(log_replay_place(&r, INT64_MAX, &at), LOG_GIVE);
    assert_true(at == INT64_MAX);
    assert_true(log_replay_work(&r, INT64_C(1) << 60) == LOG_LONGEST_NS);
    assert_true(log_replay_work(&r, LIMIT_NONE) == LIMIT_NONE);
    assert_true(log_replay_work(&r, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_job_arrives_at_the_start),
        cmocka_unit_test(dates_of_the_log_are_kept),
        cmocka_unit_test(only_so_many_jobs_are_given),
        cmocka_unit_test(stretching_begins_at_the_first_job),
        cmocka_unit_test(tenths_are_exact),
        cmocka_unit_test(times_beyond_int64_stay_at_its_limits),
    };
    return cmocka_run_group_tests_name("log_replay", tests, NULL, NULL);
}
