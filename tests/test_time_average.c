#include "sim/rng.h"
#include "sim/time_average.h"
#include "tests/aborts.h"
#include "tests/unit.h"

#include <math.h>

enum { SEED = 20260302 };

static const int64_t YEAR_NS = 31536000000000000;

static void a_step_averages_over_its_length(void **state)
{
    (void)state;
    struct time_average t;
    time_average_init(&t, 100, 0);
    time_average_set(&t, 110, 8);
    time_average_add(&t, 120, -6);
    assert_true(time_average_area(&t, 140) == 0 * 10 + 8 * 10 + 2 * 20);
    assert_true(time_average_mean(&t, 140) == 3);
    assert_true(time_average_max(&t, 140) == 8);
    assert_true(time_average_mean(&t, 120) == 4);
}

static void no_time_has_no_mean(void **state)
{
    (void)state;
    struct time_average t;
    time_average_init(&t, -5, 7);
    assert_true(isnan(time_average_mean(&t, -5)));
    assert_true(isnan(time_average_window(&t, -5)));
    assert_true(time_average_max(&t, -5) == 7);
    assert_true(time_average_mean(&t, -4) == 7);
}

static void a_level_of_no_length_leaves_no_trace(void **state)
{
    (void)state;
    struct time_average t;
    time_average_init(&t, 0, 1);
    time_average_set(&t, 10, 100);
    time_average_set(&t, 10, 2);
    assert_true(time_average_max(&t, 10) == 1);
    assert_true(time_average_max(&t, 11) == 2);
    time_average_set(&t, 20, 100); /* has not lasted yet */
    assert_true(time_average_max(&t, 20) == 2);
    assert_true(time_average_mean(&t, 20) == 1.5);
}

static void a_first_level_of_no_length_leaves_none_either(void **state)
{
    (void)state;
    struct time_average t;
    time_average_init(&t, 0, 9);
    time_average_set(&t, 0, 1);
    assert_true(time_average_max(&t, 5) == 1);
    assert_true(time_average_mean(&t, 5) == 1);
}

static void set_early(void *t)
{
    time_average_set(t, 9, 1);
}

static void cut_early(void *t)
{
    time_average_cut(t, 9);
}

static void time_that_goes_back_is_a_bug(void **state)
{
    (void)state;
    struct time_average t;
    time_average_init(&t, 0, 1);
    assert_false(aborts(set_early, &t));
    assert_false(aborts(cut_early, &t));
    time_average_set(&t, 10, 2);
    assert_true(aborts(set_early, &t));
    assert_true(aborts(cut_early, &t));
}

static void a_cut_forgets_the_warm_up(void **state)
{
    (void)state;
    struct time_average t;
    time_average_init(&t, 0, 50);
    time_average_set(&t, 10, 4);
    time_average_cut(&t, 15); /* learnt of at 20: nothing changed in between */
    time_average_set(&t, 20, 0);
    assert_true(time_average_mean(&t, 25) == 2);
    assert_true(time_average_max(&t, 25) == 4);
    assert_true(time_average_window(&t, 25) == 2);
}

static void windows_are_averaged_apart(void **state)
{
    (void)state;
    struct time_average t;
    time_average_init(&t, 0, 6);
    assert_true(time_average_window(&t, 10) == 6);
    time_average_set(&t, 15, 0);
    assert_true(time_average_window(&t, 20) == 3);
    assert_true(time_average_window(&t, 30) == 0);
    assert_true(time_average_mean(&t, 30) == 3);
}

static void a_million_gpus_for_a_century_stay_exact(void **state)
{
    (void)state;
    struct time_average t;
    time_average_init(&t, -50 * YEAR_NS, 1000000);
    time_average_set(&t, 50 * YEAR_NS, 1000001);
    const int128 want = (int128)1000000 * 100 * YEAR_NS + 1000001;
    assert_true(time_average_area(&t, 50 * YEAR_NS + 1) == want);
    time_average_init(&t, 0, INT64_MIN);
    assert_true(time_average_area(&t, INT64_MAX) == (int128)INT64_MIN * INT64_MAX);
    assert_true(time_average_mean(&t, INT64_MAX) == -0x1p63);
    assert_true(time_average_max(&t, INT64_MAX) == INT64_MIN);
    time_average_init(&t, -INT64_MAX, 3);
    time_average_set(&t, 0, 3);
    assert_true(time_average_mean(&t, INT64_MAX) == 3);
}

/* One nanosecond at a time. */
static void agrees_with_counting_each_nanosecond(void **state)
{
    (void)state;
    enum { CHANGES = 2000 };
    gsl_rng *r = rng_open(SEED, 0, "test", 0);
    struct time_average t;
    time_average_init(&t, 0, 3);
    int64_t now = 0, level = 3, sum = 0, window_sum = 0, window_from = 0, max = INT64_MIN;
    for (int i = 0; i < CHANGES; i++) {
        for (unsigned long step = gsl_rng_uniform_int(r, 4); step > 0; step--) {
            now++;
            sum += level;
            window_sum += level;
            max = level > max ? level : max;
        }
        if (gsl_rng_uniform_int(r, 10) == 0) {
            const double want = (double)window_sum / (double)(now - window_from);
            const double got = time_average_window(&t, now);
            assert_true(got == want || (isnan(got) && now == window_from));
            window_from = now;
            window_sum = 0;
        }
        const int64_t change = (int64_t)gsl_rng_uniform_int(r, 2001) - 1000;
        time_average_add(&t, now, change);
        level += change;
        assert_true(time_average_area(&t, now) == sum);
    }
    gsl_rng_free(r);
    assert_true(time_average_mean(&t, now) == (double)sum / (double)now);
    assert_true(time_average_max(&t, now) == max);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_averages_over_its_length),
        cmocka_unit_test(no_time_has_no_mean),
        cmocka_unit_test(a_level_of_no_length_leaves_no_trace),
        cmocka_unit_test(a_first_level_of_no_length_leaves_none_either),
        cmocka_unit_test(time_that_goes_back_is_a_bug),
        cmocka_unit_test(a_cut_forgets_the_warm_up),
        cmocka_unit_test(windows_are_averaged_apart),
        cmocka_unit_test(a_million_gpus_for_a_century_stay_exact),
        cmocka_unit_test(agrees_with_counting_each_nanosecond),
    };
    return cmocka_run_group_tests_name("time_average", tests, NULL, NULL);
}
