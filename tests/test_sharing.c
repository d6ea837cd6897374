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
    {"three_that_saturate", 0.11, {1, 1, 1}, {3.33, 3.33, 3.33}},
    {"seven_that_saturate",
     0.11,
     {1, 1, 1, 1, 1, 1, 1},
     {7.77, 7.77, 7.77, 7.77, 7.77, 7.77, 7.77}},
    {"no_overhead_is_processor_sharing", 0, {1, 1}, {2, 2}},
};

/* nebuly, YOLOS-small on an A100 80 GB, mean seconds per inference; time-slicing and MPS without a
 * limit of threads, all always busy. */
static const struct measured {
    uint32_t clients;
    double timeslice_s, mps_s;
} measured[] = {{1, .0882, .0880}, {3, .2931, .1640}, {5, .4890, .2409}, {7, .6849, .3198}};

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

static double slowdown_of_all(const struct sharing_ops *ops, const void *params, uint32_t clients)
{
    struct sharing_domain d;
    sharing_domain_init(&d, ops, params);
    for (uint32_t t = 0; t < clients; t++)
        sharing_domain_add(&d, t, &(struct device_load){0, .width_q16 = q16(0.52)});
    const double slow = slowdown(&d, clients - 1);
    sharing_domain_fini(&d);
    return slow;
}

static void published_points_are_met_within_three_percent(void **state)
{
    (void)state;
    const struct timeslice_params slicing = {.overhead_q16 = q16(0.11)};
    const struct mps_params mps = {.alpha_q16 = q16(0.44), .clients = 1};
    for (size_t i = 0; i < LEN(measured); i++) {
        const struct measured *m = &measured[i];
        const double turns = slowdown_of_all(&sharing_timeslice, &slicing, m->clients) /
                             (m->timeslice_s / measured[0].timeslice_s);
        const double side =
            slowdown_of_all(&sharing_mps, &mps, m->clients) / (m->mps_s / measured[0].mps_s);
        print_message("%u clients: time-slicing %+.1f %%, MPS %+.1f %% of the measured slowdown\n",
                      m->clients, 100 * (turns - 1), 100 * (side - 1));
        assert_true(fabs(turns - 1) < 0.03);
        assert_true(fabs(side - 1) < 0.03);
    }
}

/* What a client of MPS may use, what all of them want together, and what neighbours cost. */
static void mps_slows_by_the_largest_of_three_terms(void **state)
{
    (void)state;
    const struct mps_params p = {.alpha_q16 = q16(0.25), .clients = 4};
    struct sharing_domain d;
    sharing_domain_init(&d, &sharing_mps, &p);
    sharing_domain_add(&d, 1, &(struct device_load){.width_q16 = q16(0.125)});
    assert_int_equal(sharing_domain_speed(&d, 1), SPEED_ONE); /* a quarter is enough for it */
    sharing_domain_add(&d, 2, &(struct device_load){.width_q16 = q16(1), .duty_q16 = q16(0.5)});
    assert_true(fabs(slowdown(&d, 1) - 1.125) < 1e-6); /* by a neighbour that is half idle */
    assert_true(fabs(slowdown(&d, 2) - 4) < 1e-6);     /* a quarter of the threads */
    const struct mps_params free_for_all = {.alpha_q16 = 0, .clients = 1};
    d.params = &free_for_all;
    sharing_domain_add(&d, 3, &(struct device_load){.width_q16 = q16(0.875)});
    assert_true(fabs(slowdown(&d, 1) - 1.5) < 1e-6); /* 0.125 + 0.5 + 0.875 of one GPU */
    sharing_domain_set_idle(&d, 3, true);
    assert_int_equal(sharing_domain_speed(&d, 1), SPEED_ONE);
    assert_int_equal(sharing_domain_speed(&d, 3), SPEED_ONE);
    sharing_domain_fini(&d);
}

static void who_is_idle_takes_neither_time_nor_memory(void **state)
{
    (void)state;
    const struct timeslice_params params = {.overhead_q16 = q16(0.11)};
    struct sharing_domain d;
    sharing_domain_init(&d, &sharing_timeslice, &params);
    d.part_bytes = 25;
    for (uint32_t t = 0; t < 3; t++)
        sharing_domain_add(&d, t, &(struct device_load){.memory_bytes = t == 2 ? 40 : 0});
    sharing_domain_add(&d, 1, &(struct device_load){0}); /* a second replica */
    assert_int_equal(sharing_domain_memory(&d, UINT32_MAX), 25 + 50 + 40);
    assert_int_equal(sharing_domain_memory(&d, 1), 25 + 40);
    assert_int_equal(sharing_domain_need(&d, 1), 50);
    assert_int_equal(sharing_domain_need(&d, 7), 0);
    sharing_domain_set_idle(&d, 1, true);
    sharing_domain_set_idle(&d, 7, true); /* is not there */
    assert_int_equal(sharing_domain_memory(&d, UINT32_MAX), 25 + 40);
    assert_true(fabs(slowdown(&d, 0) - 2.22) < 1e-3);
    sharing_domain_set_idle(&d, 2, true);
    assert_int_equal(sharing_domain_speed(&d, 0), SPEED_ONE); /* alone: nothing to switch to */
    sharing_domain_set_idle(&d, 1, false);
    assert_true(fabs(slowdown(&d, 0) - 3.33) < 1e-3); /* two shares of three are the other's */
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
    assert_int_equal(sharing_domain_memory(&d, UINT32_MAX), 50);
    assert_int_equal(sharing_domain_speed(&d, 3), SPEED_ONE / 5);
    sharing_domain_remove(&d, 0);
    sharing_domain_remove(&d, 0); /* it is gone already */
    assert_int_equal(sharing_domain_speed(&d, 3), SPEED_ONE / 4);
    assert_int_equal(sharing_domain_speed(&d, 0), SPEED_ONE);
    assert_int_equal(sharing_domain_memory(&d, UINT32_MAX), 40);
    sharing_domain_fini(&d);
}

int main(void)
{
    struct CMUnitTest water[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        water[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = check_row,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_points_are_met_within_three_percent),
        cmocka_unit_test(mps_slows_by_the_largest_of_three_terms),
        cmocka_unit_test(who_is_idle_takes_neither_time_nor_memory),
        cmocka_unit_test(two_processes_get_two_shares),
        cmocka_unit_test(who_leaves_gives_its_time_to_the_others),
    };
    const int failed = cmocka_run_group_tests_name("sharing_water", water, NULL, NULL);
    return failed + cmocka_run_group_tests_name("sharing", tests, NULL, NULL);
}
