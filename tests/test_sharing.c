#include "models/sharing.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>

/* Slowdowns that specs gpu_models.md 2.5 asks for: duties in, slowdowns out. */
static const struct row {
    const char *name;
    double overhead;
    double duty[8];
    double slowdown[8];
} rows[] = {
    {"alone_nobody_waits", 0.11, {1}, {1}},
    {"four_that_saturate", 0.11, {1, 1, 1, 1}, {4.44, 4.44, 4.44, 4.44}},
    {"four_that_hardly_work", 0.11, {.1, .1, .1, .1}, {1, 1, 1, 1}},
    {"one_busy_among_three_idle", 0.11, {1, .1, .1, .1}, {1.66, 1, 1, 1}},
    {"two_halves", 0.11, {.5, .5}, {1.11, 1.11}},
    {"three_as_measured_on_a100", 0.11, {1, 1, 1}, {3.33, 3.33, 3.33}},
    {"seven_as_measured_on_a100",
     0.11,
     {1, 1, 1, 1, 1, 1, 1},
     {7.77, 7.77, 7.77, 7.77, 7.77, 7.77, 7.77}},
    {"no_overhead_is_processor_sharing", 0, {1, 1}, {2, 2}},
};

static uint32_t q16(double share)
{
    return (uint32_t)(share * 65536 + 0.5);
}

static double slowdown(const struct sharing_domain *d, uint32_t task)
{
    return (double)SPEED_ONE / (double)sharing_domain_speed(d, task);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    const struct timeslice_params params = {.overhead_q16 = q16(row->overhead)};
    struct sharing_domain d;
    sharing_domain_init(&d, &sharing_timeslice, &params);
    for (uint32_t t = 0; t < 8 && row->duty[t] > 0; t++)
        sharing_domain_add(&d, t, &(struct device_load){.duty_q16 = q16(row->duty[t])});
    for (uint32_t t = 0; t < d.len; t++)
        assert_true(fabs(slowdown(&d, t) - row->slowdown[t]) < 0.006);
    sharing_domain_fini(&d);
}

static void two_processes_get_two_shares(void **state)
{
    (void)state;
    const struct timeslice_params params = {0};
    struct sharing_domain d;
    sharing_domain_init(&d, &sharing_timeslice, &params);
    sharing_domain_add(&d, 1, &(struct device_load){.processes = 2});
    sharing_domain_add(&d, 2, &(struct device_load){.processes = 1});
    assert_true(fabs(slowdown(&d, 1) - 1.5) < 1e-6);
    assert_true(fabs(slowdown(&d, 2) - 3) < 1e-6);
    sharing_domain_add(&d, 2, &(struct device_load){.processes = 1}); /* a second replica */
    assert_true(fabs(slowdown(&d, 1) - 2) < 1e-6);
    sharing_domain_fini(&d);
}

static void who_leaves_gives_its_time_to_the_others(void **state)
{
    (void)state;
    const struct timeslice_params params = {0};
    struct sharing_domain d;
    sharing_domain_init(&d, &sharing_timeslice, &params);
    for (uint32_t t = 0; t < 5; t++)
        sharing_domain_add(&d, t, &(struct device_load){.memory_bytes = 10});
    assert_int_equal(sharing_domain_memory(&d), 50);
    assert_int_equal(sharing_domain_speed(&d, 3), SPEED_ONE / 5);
    sharing_domain_remove(&d, 0);
    sharing_domain_remove(&d, 0); /* it is gone already */
    assert_int_equal(sharing_domain_speed(&d, 3), SPEED_ONE / 4);
    assert_int_equal(sharing_domain_speed(&d, 0), SPEED_ONE);
    assert_int_equal(sharing_domain_memory(&d), 40);
    sharing_domain_fini(&d);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 2];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = check_row,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    tests[LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(two_processes_get_two_shares);
    tests[LEN(rows) + 1] =
        (struct CMUnitTest)cmocka_unit_test(who_leaves_gives_its_time_to_the_others);
    return cmocka_run_group_tests_name("sharing", tests, NULL, NULL);
}
