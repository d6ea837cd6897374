#include "results/pool_step.h"
#include "tests/unit.h"

static void set_area(struct time_average *t, int64_t area)
{
    time_average_init(t, 0, area);
    time_average_set(t, 1, 0);
}

/* One GPU over 7 ns: areas in thousandths x ns. */
static void rounding_hands_out_what_it_takes(void **state)
{
    (void)state;
    static const struct {
        int64_t allocated, fragmented, down;
        int64_t want[POOL_SHARES];
    } rows[] = {
        {1, 3, 2, {143, 428, 999143, 286}}, /* three are missing: the first of equals goes first */
        {7000, 0, 0, {1000000, 0, 0, 0}},          {0, 0, 0, {0, 0, 1000000, 0}},
        {3500, 3499, 0, {500000, 499857, 143, 0}}, {1, 0, 6999, {143, 0, 0, 999857}},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct pool_meter m;
        struct pool_step s = {0};
        set_area(&m.allocated, rows[i].allocated);
        set_area(&m.active, rows[i].allocated);
        set_area(&m.fragmented, rows[i].fragmented);
        set_area(&m.down, rows[i].down);
        const struct pool_average a = pool_step_take(&s, &m, 1, 7, 7);
        int64_t sum = 0;
        for (unsigned share = 0; share < POOL_SHARES; share++) {
            assert_int_equal(a.micro[share], rows[i].want[share]);
            sum += a.micro[share];
        }
        assert_int_equal(sum, 1000000);
        assert_int_equal(a.capacity_micro, 1000000);
    }
}

static void a_step_begins_where_the_last_one_ended(void **state)
{
    (void)state;
    struct pool_meter m;
    struct pool_step s = {0};
    time_average_init(&m.allocated, 0, 2000);
    time_average_init(&m.active, 0, 1000);
    time_average_init(&m.fragmented, 0, 0);
    time_average_init(&m.down, 0, 0);
    assert_int_equal(pool_step_take(&s, &m, 8, 10, 10).micro[SHARE_ALLOCATED], 2000000);
    time_average_set(&m.allocated, 12, 4000);
    pool_step_cut(&s, &m, 15); /* the warm-up ends within the step */
    time_average_cut(&m.allocated, 15);
    time_average_cut(&m.active, 15);
    time_average_cut(&m.fragmented, 15);
    time_average_cut(&m.down, 15);
    const struct pool_average a = pool_step_take(&s, &m, 8, 20, 10);
    assert_int_equal(a.micro[SHARE_ALLOCATED], 3600000);
    assert_int_equal(a.micro[SHARE_IDLE], 4400000);
    assert_int_equal(a.active_micro, 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounding_hands_out_what_it_takes),
        cmocka_unit_test(a_step_begins_where_the_last_one_ended),
    };
    return cmocka_run_group_tests_name("pool_step", tests, NULL, NULL);
}
