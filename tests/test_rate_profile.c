#include "workloads/rate_profile.h"

#include "sim/arena.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <math.h>

#define HOUR_NS (RATE_DAY_NS / 24)
#define DAYS(n) ((n)*RATE_DAY_NS)
#define FAR_NS  DAYS(20000)

enum { SEED = 20260302 };

static void without_a_profile_time_passes_and_fractions_add_up(void **state)
{
    (void)state;
    const struct rate_profile p = {0};
    struct rate_walk w = rate_walk_from(&p, 1000);
    for (int i = 1; i <= 300; i++)
        assert_true(rate_walk_on(&w, &p, 1 / 4.0, FAR_NS));
    assert_int_equal(w.now_ns, 1075);
    assert_true(rate_walk_on(&w, &p, 5e9, FAR_NS));
    assert_int_equal(w.now_ns, 5000001075);
}

static void intervals_stretch_and_shrink_by_the_factor(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    const double daily[] = {0.5, 2, 0, 1};
    const struct rate_profile p = rate_profile_make(a, daily, 4, NULL);
    struct rate_walk w = rate_walk_from(&p, DAYS(100));
    assert_true(rate_walk_on(&w, &p, 1.0 * HOUR_NS, FAR_NS)); /* at half the rate */
    assert_int_equal(w.now_ns, DAYS(100) + 2 * HOUR_NS);
    assert_true(rate_walk_on(&w, &p, 4.0 * HOUR_NS, FAR_NS)); /* 2 in this part, 2 in the next */
    assert_int_equal(w.now_ns, DAYS(100) + 7 * HOUR_NS);
    assert_true(rate_walk_on(&w, &p, 11.0 * HOUR_NS, FAR_NS)); /* 10 here, then nothing happens */
    assert_int_equal(w.now_ns, DAYS(100) + 19 * HOUR_NS);
    arena_free(a);
}

static void equal_parts_change_nothing(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    const double daily[] = {1, 1, 1, 1};
    const struct rate_profile p = rate_profile_make(a, daily, 4, NULL), none = {0};
    struct rate_walk w = rate_walk_from(&p, 0), want = rate_walk_from(&none, 0);
    for (int i = 0; i < 20000; i++) {
        assert_true(rate_walk_on(&w, &p, HOUR_NS / 7.3, FAR_NS));
        assert_true(rate_walk_on(&want, &none, HOUR_NS / 7.3, FAR_NS));
    }
    assert_in_range(w.now_ns, want.now_ns - 1, want.now_ns + 1);
    arena_free(a);
}

static void weeks_begin_on_monday(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    const double weekly[] = {0, 0, 0, 0, 0, 0, 1}; /* Sundays only */
    const struct rate_profile p = rate_profile_make(a, NULL, 0, weekly);
    struct rate_walk w = rate_walk_from(&p, 0);               /* Thursday, 1970-01-01 */
    assert_true(rate_walk_on(&w, &p, 1.0 * HOUR_NS, FAR_NS)); /* Sunday, the 4th */
    assert_int_equal(w.now_ns, DAYS(3) + HOUR_NS);
    assert_true(rate_walk_on(&w, &p, 24.0 * HOUR_NS, FAR_NS));
    assert_int_equal(w.now_ns, DAYS(10) + HOUR_NS);
    w = rate_walk_from(&p, -DAYS(3)); /* Monday, 1969-12-29 */
    assert_true(rate_walk_on(&w, &p, 1.0 * HOUR_NS, FAR_NS));
    assert_int_equal(w.now_ns, DAYS(3) + HOUR_NS);
    w = rate_walk_from(&p, -DAYS(4) - HOUR_NS); /* Saturday night, an hour before Sunday */
    assert_true(rate_walk_on(&w, &p, 1.0 * HOUR_NS, FAR_NS));
    assert_int_equal(w.now_ns, -DAYS(4) + HOUR_NS);
    arena_free(a);
}

static void a_walk_ends_at_its_last_instant(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    const double daily[] = {0, 1};
    const struct rate_profile half = rate_profile_make(a, daily, 2, NULL);
    const struct rate_profile none = {0};
    struct rate_walk w = rate_walk_from(&none, 0);
    assert_true(rate_walk_on(&w, &none, 100, 100));
    assert_false(rate_walk_on(&w, &none, 1, 100));
    w = rate_walk_from(&none, 0);
    assert_false(rate_walk_on(&w, &none, 1e300, INT64_C(1) << 62));
    w = rate_walk_from(&half, 0);
    assert_true(rate_walk_on(&w, &half, 1, 12 * HOUR_NS + 1));
    assert_int_equal(w.now_ns, 12 * HOUR_NS + 1);
    assert_false(rate_walk_on(&w, &half, 1, 12 * HOUR_NS + 1));
    w = rate_walk_from(&half, 0);
    assert_false(rate_walk_on(&w, &half, 1, 12 * HOUR_NS - 1)); /* at night */
    w = rate_walk_from(&half, 0);
    assert_false(rate_walk_on(&w, &half, 1e18, DAYS(100)));
    for (int hours = 2; hours < 100; hours *= 3) { /* time itself ends */
        w = rate_walk_from(&half, INT64_MAX - HOUR_NS);
        assert_false(rate_walk_on(&w, &half, 1.0 * hours * HOUR_NS, INT64_MAX));
    }
    arena_free(a);
}

/* The slow way: part by part from where it is, never skipping anything. */
static int64_t walk_slowly(const double *daily, size_t parts, const double *weekly, int64_t from_ns,
                           long double interval)
{
    const int64_t part_ns = RATE_DAY_NS / (int64_t)parts;
    long double now = (long double)from_ns;
    for (;;) {
        const int64_t part = (int64_t)floorl(now / (long double)part_ns);
        const int64_t day = part / (int64_t)parts;
        const double factor = daily[part % (int64_t)parts] * weekly[(day + 3) % 7];
        const long double room = (long double)(part + 1) * (long double)part_ns - now;
        if (factor > 0 && interval < room * factor)
            return (int64_t)floorl(now + interval / factor);
        interval -= room * factor;
        now = (long double)(part + 1) * (long double)part_ns;
    }
}

static void agrees_with_a_slow_walk(void **state)
{
    (void)state;
    print_message("seed %d\n", SEED);
    gsl_rng *r = rng_open(SEED, 0, "test rate_profile", 0);
    for (int round = 0; round < 300; round++) {
        struct arena *a = arena_new();
        static const size_t lens[] = {1, 2, 3, 8, 24, 48};
        const size_t len = lens[gsl_rng_uniform_int(r, LEN(lens))];
        double daily[48], weekly[7];
        for (size_t i = 0; i < len; i++)
            daily[i] = gsl_rng_uniform_int(r, 3) == 0 ? 0 : 3 * gsl_rng_uniform(r);
        for (size_t i = 0; i < 7; i++)
            weekly[i] = gsl_rng_uniform_int(r, 3) == 0 ? 0 : 3 * gsl_rng_uniform(r);
        daily[len - 1] = weekly[2] = 1;
        const struct rate_profile p = rate_profile_make(a, daily, len, weekly);
        const int64_t from = (int64_t)gsl_rng_uniform_int(r, 1u << 30) * INT64_C(1000000000);
        const double interval = RATE_DAY_NS * exp(20 * gsl_rng_uniform(r) - 14);
        struct rate_walk w = rate_walk_from(&p, from);
        assert_true(rate_walk_on(&w, &p, interval, INT64_C(1) << 62));
        const int64_t want = walk_slowly(daily, len, weekly, from, interval);
        if (llabs(w.now_ns - want) > 2 + llabs(want - from) / 100000000000000)
            fail_msg("round %d: %lld instead of %lld", round, (long long)w.now_ns, (long long)want);
        arena_free(a);
    }
    gsl_rng_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_profile_time_passes_and_fractions_add_up),
        cmocka_unit_test(intervals_stretch_and_shrink_by_the_factor),
        cmocka_unit_test(equal_parts_change_nothing),
        cmocka_unit_test(weeks_begin_on_monday),
        cmocka_unit_test(a_walk_ends_at_its_last_instant),
        cmocka_unit_test(agrees_with_a_slow_walk),
    };
    return cmocka_run_group_tests_name("rate_profile", tests, NULL, NULL);
}
