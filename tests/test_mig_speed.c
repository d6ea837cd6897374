#include "models/mig_speed.h"
#include "tests/mig_tables.h"
#include "tests/unit.h"

#include <math.h>

/* A100 80 GB: 14 SMs a slice, 98 in 7g (go-nvml's a100.go). */
static const struct mig_profile a100_profiles[] = {
    {"1g.10gb", "1g", .sms = 14, .compute_slices = 1, .memory_slices = 1},
    {"2g.20gb", "2g", .sms = 28, .compute_slices = 2, .memory_slices = 2},
    {"3g.40gb", "3g", .sms = 42, .compute_slices = 3, .memory_slices = 4},
    {"4g.40gb", "4g", .sms = 56, .compute_slices = 4, .memory_slices = 4},
    {"7g.80gb", "7g", .sms = 98, .compute_slices = 7, .memory_slices = 8},
};
static const struct mig_table a100 = {"A100-80GB", a100_profiles, 5, 7, 8};

static uint32_t q16(double width)
{
    return (uint32_t)lround(width * MIG_WIDTH_WHOLE);
}

static double speed(const struct mig_table *t, unsigned profile, enum mig_bound bound, double width)
{
    return (double)mig_speed_q32(mig_share(t, profile, bound), q16(width)) /
           (double)MIG_SPEED_WHOLE;
}

static void assert_within(double got, double want, double relative)
{
    if (fabs(got - want) > relative * want)
        fail_msg("%.6f is not within %g of %.6f", got, relative, want);
}

/* NJIT Wulver, GROMACS on slices of 10, 20 and 40 GB and the whole: 43.28, 81.2, 115.5, 118.6
 * ns/day. */
static void gromacs_is_within_five_percent(void **state)
{
    (void)state;
    assert_within(speed(&a100, 0, MIG_BOUND_COMPUTE, 0.40), 43.28 / 118.6, 0.05);
    assert_within(speed(&a100, 1, MIG_BOUND_COMPUTE, 0.40), 81.2 / 118.6, 0.05);
    assert_within(speed(&a100, 2, MIG_BOUND_COMPUTE, 0.40), 115.5 / 118.6, 0.05);
    assert_within(speed(&a100, 4, MIG_BOUND_COMPUTE, 0.40), 1, 0);
}

/* nebuly: YOLOS-small takes 0.0882 s on the GPU, 0.342 to 0.345 s on 1g.10gb. */
static void yolos_is_within_one_percent(void **state)
{
    (void)state;
    assert_within(speed(&a100, 0, MIG_BOUND_COMPUTE, 0.557), 0.0882 / 0.3435, 0.01);
}

static void a_saturating_job_gets_its_share(void **state)
{
    (void)state;
    assert_within(speed(&h100, P1, MIG_BOUND_COMPUTE, 1), 16.0 / 132, 1e-9);
    assert_within(speed(&h100, P3, MIG_BOUND_COMPUTE, 1), 60.0 / 132, 1e-9);
    assert_within(speed(&h100, P1DM, MIG_BOUND_COMPUTE, 1), 26.0 / 132, 1e-9);
    assert_within(speed(&h100, P1DM, MIG_BOUND_MEMORY, 1), 2.0 / 8, 0);
    assert_within(speed(&h100, P3, MIG_BOUND_MEMORY, 1), 0.5, 0);
    for (int bound = 0; mig_bound_names[bound] != NULL; bound++)
        assert_int_equal(
            mig_speed_q32(mig_share(&h100, P7, (enum mig_bound)bound), MIG_WIDTH_WHOLE),
            MIG_SPEED_WHOLE);
}

static void a_narrow_job_loses_nothing(void **state)
{
    (void)state;
    for (unsigned p = 0; p < h100.len; p++) {
        const struct mig_share f = mig_share(&h100, p, MIG_BOUND_COMPUTE);
        assert_int_equal(mig_speed_q32(f, 1), MIG_SPEED_WHOLE);
        assert_int_equal(mig_speed_q32(f, q16(0.12)), MIG_SPEED_WHOLE);
    }
}

/* Values that a change of rounding would move. */
static void speeds_are_these_integers_everywhere(void **state)
{
    (void)state;
    const struct mig_share f = mig_share(&h100, P1, MIG_BOUND_COMPUTE);
    assert_int_equal(mig_speed_q32(f, MIG_WIDTH_WHOLE), UINT64_C(520602096));
    assert_int_equal(mig_speed_q32(f, q16(0.3)), UINT64_C(1735322669));
    assert_int_equal(mig_speed_smooth_q32(f, MIG_WIDTH_WHOLE, 4), UINT64_C(619070310));
    assert_int_equal(mig_speed_smooth_q32(f, q16(0.3), 4), UINT64_C(1727430877));
}

static void unknown_sm_counts_are_replaced_by_compute_slices_and_marked(void **state)
{
    (void)state;
    struct mig_profile unknown[] = {h100_profiles[P3], h100_profiles[P7]};
    const struct mig_table t = {"t", unknown, 2, 7, 8};
    struct mig_share f = mig_share(&t, 0, MIG_BOUND_COMPUTE);
    assert_int_equal(f.part, 60);
    assert_int_equal(f.whole, 132);
    assert_false(f.assumed);
    unknown[1].sms = 0;
    f = mig_share(&t, 0, MIG_BOUND_COMPUTE);
    assert_int_equal(f.part, 3);
    assert_int_equal(f.whole, 7);
    assert_true(f.assumed);
    assert_false(mig_share(&t, 0, MIG_BOUND_MEMORY).assumed);
}

static double smooth(struct mig_share f, double width, unsigned exponent)
{
    return (double)mig_speed_smooth_q32(f, q16(width), exponent) / (double)MIG_SPEED_WHOLE;
}

/* The equation of the header, term by term, with the C library's pow. */
static double by_the_book(struct mig_share f, double width, double p)
{
    const double share = (double)f.part / f.whole;
    const double here = pow(pow(share, -p) + pow(width, -p), -1 / p);
    return here / pow(1 + pow(width, -p), -1 / p);
}

static void the_smooth_variant_is_its_equation(void **state)
{
    (void)state;
    for (unsigned profile = 0; profile < h100.len; profile++)
        for (unsigned p = 1; p <= MIG_SHARPEST; p++)
            for (double width = 1.0 / 64; width <= 1; width += 1.0 / 64) {
                const struct mig_share f = mig_share(&h100, profile, MIG_BOUND_COMPUTE);
                assert_within(smooth(f, width, p), by_the_book(f, width, p), 1e-8);
            }
}

static void the_smooth_variant_keeps_the_whole_gpu_at_one(void **state)
{
    (void)state;
    for (unsigned p = 1; p <= MIG_SHARPEST; p++)
        assert_int_equal(mig_speed_smooth_q32(mig_share(&h100, P7, MIG_BOUND_COMPUTE), q16(0.7), p),
                         MIG_SPEED_WHOLE);
}

static void the_smooth_variant_nears_the_sharp_one(void **state)
{
    (void)state;
    for (unsigned profile = 0; profile < h100.len; profile++)
        for (double width = 0.1; width <= 1; width += 0.05) {
            const struct mig_share f = mig_share(&h100, profile, MIG_BOUND_COMPUTE);
            assert_within(smooth(f, width, MIG_SHARPEST),
                          speed(&h100, profile, MIG_BOUND_COMPUTE, width), 0.023);
        }
}

static void more_share_never_slows_and_more_width_never_speeds(void **state)
{
    (void)state;
    for (uint32_t part = 1; part < 132; part++)
        for (uint32_t width = 1024; width < MIG_WIDTH_WHOLE; width += 1024) {
            const struct mig_share f = {part, 132, false};
            const struct mig_share more = {part + 1, 132, false};
            assert_true(mig_speed_q32(more, width) >= mig_speed_q32(f, width));
            assert_true(mig_speed_q32(f, width + 1024) <= mig_speed_q32(f, width));
            assert_true(mig_speed_smooth_q32(more, width, 4) >= mig_speed_smooth_q32(f, width, 4));
            assert_true(mig_speed_smooth_q32(f, width + 1024, 4) <=
                        mig_speed_smooth_q32(f, width, 4));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gromacs_is_within_five_percent),
        cmocka_unit_test(yolos_is_within_one_percent),
        cmocka_unit_test(a_saturating_job_gets_its_share),
        cmocka_unit_test(a_narrow_job_loses_nothing),
        cmocka_unit_test(speeds_are_these_integers_everywhere),
        cmocka_unit_test(unknown_sm_counts_are_replaced_by_compute_slices_and_marked),
        cmocka_unit_test(the_smooth_variant_is_its_equation),
        cmocka_unit_test(the_smooth_variant_keeps_the_whole_gpu_at_one),
        cmocka_unit_test(the_smooth_variant_nears_the_sharp_one),
        cmocka_unit_test(more_share_never_slows_and_more_width_never_speeds),
    };
    return cmocka_run_group_tests_name("mig_speed", tests, NULL, NULL);
}
