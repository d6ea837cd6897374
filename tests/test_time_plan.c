#include "policies/baseline/time_plan.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>

enum { SEED = 13, HORIZON = 120, COLUMNS = 2, ROUNDS = 3000 };

/* The slow obvious one: a row for every instant. */
struct table {
    int64_t rows[HORIZON][COLUMNS];
};

static struct plan_use random_use(gsl_rng *rng, struct amount *amounts)
{
    const int64_t from = (int64_t)gsl_rng_uniform_int(rng, HORIZON - 1);
    const int64_t length = 1 + (int64_t)gsl_rng_uniform_int(rng, HORIZON / 2);
    amounts[0] = (struct amount){0, 1 + (int64_t)gsl_rng_uniform_int(rng, 3)};
    amounts[1] = (struct amount){1, 1 + (int64_t)gsl_rng_uniform_int(rng, 3)};
    return (struct plan_use){.amounts = amounts,
                             .amounts_len = 1 + (uint32_t)gsl_rng_uniform_int(rng, 2),
                             .times = 1 + (int64_t)gsl_rng_uniform_int(rng, 3),
                             .from_ns = from,
                             .to_ns = from + length < HORIZON ? from + length : INT64_MAX};
}

static void add(struct table *t, const struct plan_use *u)
{
    for (int64_t s = u->from_ns; s < HORIZON && s < u->to_ns; s++)
        for (uint32_t k = 0; k < u->amounts_len; k++)
            t->rows[s][u->amounts[k].resource] += u->times * u->amounts[k].value;
}

static int64_t room(const struct table *t, const struct plan_use *u, int64_t from, int64_t to)
{
    int64_t most = INT64_MAX;
    for (int64_t s = from; s < HORIZON && s < to; s++) {
        for (uint32_t k = 0; k < u->amounts_len; k++) {
            const int64_t have = t->rows[s][u->amounts[k].resource];
            const int64_t times = have < 0 ? 0 : have / u->amounts[k].value;
            most = times < most ? times : most;
        }
    }
    return most;
}

static void compare(const struct time_plan *p, const struct table *t, gsl_rng *rng)
{
    struct amount amounts[COLUMNS];
    const struct plan_use u = random_use(rng, amounts);
    assert_int_equal(time_plan_room(p, &u), room(t, &u, u.from_ns, u.to_ns));
    const int64_t length = 1 + (int64_t)gsl_rng_uniform_int(rng, HORIZON / 4);
    int64_t want = u.from_ns;
    while (want < HORIZON && room(t, &u, want, want + length) < u.times)
        want++;
    /* Beyond the table everything is as in its last row. */
    assert_int_equal(time_plan_earliest(p, &u, length), want == HORIZON ? INT64_MAX : want);
}

static void agrees_with_a_table_of_instants(void **state)
{
    (void)state;
    print_message("seed %d\n", SEED);
    gsl_rng *rng = rng_open(SEED, 0, "time_plan", 0);
    struct time_plan p;
    time_plan_init(&p, 1, COLUMNS);
    struct table *t = calloc(1, sizeof *t);
    const int64_t row[COLUMNS] = {8, 9};
    time_plan_reset(&p, 0, 0, row);
    for (int s = 0; s < HORIZON; s++)
        t->rows[s][0] = row[0], t->rows[s][1] = row[1];
    for (int i = 0; i < ROUNDS; i++) {
        struct amount amounts[COLUMNS];
        struct plan_use u = random_use(rng, amounts);
        if (room(t, &u, u.from_ns, u.to_ns) >= u.times || gsl_rng_uniform_int(rng, 50) == 0)
            u.times = -u.times;
        add(t, &u);
        time_plan_add(&p, &u);
        compare(&p, t, rng);
    }
    time_plan_fini(&p);
    free(t);
    gsl_rng_free(rng);
}

static void a_plan_that_is_undone_leaves_no_steps(void **state)
{
    (void)state;
    struct time_plan p;
    time_plan_init(&p, 1, 1);
    const int64_t row = 10;
    const struct amount one = {0, 1};
    time_plan_reset(&p, 0, 5, &row);
    for (int sign = -1; sign <= 1; sign += 2)
        for (int64_t i = 0; i < 20; i++)
            time_plan_add(&p, &(struct plan_use){.amounts = &one,
                                                 .amounts_len = 1,
                                                 .times = sign,
                                                 .from_ns = 10 + i,
                                                 .to_ns = i % 2 ? INT64_MAX : 100 - i});
    assert_int_equal(p.nodes[0].len, 1);
    time_plan_fini(&p);
}

static void the_past_is_dropped(void **state)
{
    (void)state;
    struct time_plan p;
    time_plan_init(&p, 1, 1);
    const int64_t row = 10;
    const struct amount one = {0, 1};
    time_plan_reset(&p, 0, 0, &row);
    for (int64_t i = 0; i < 20; i++) {
        time_plan_set_now(&p, i);
        const struct plan_use u = {.amounts = &one,
                                   .amounts_len = 1,
                                   .times = i % 2 ? -1 : -2,
                                   .from_ns = i,
                                   .to_ns = i + 1};
        time_plan_add(&p, &u);
        assert_int_equal(time_plan_room(&p, &u), i % 2 ? 9 : 8);
        assert_int_equal(p.nodes[0].len, 2);
    }
    time_plan_fini(&p);
}

static void a_node_without_anything_has_no_room(void **state)
{
    (void)state;
    struct time_plan p;
    time_plan_init(&p, 2, 1);
    time_plan_reset(&p, 1, 0, NULL);
    const struct amount amounts[] = {{0, 1}, {7, 1}};
    struct plan_use u = {
        .node = 1, .amounts = amounts, .amounts_len = 1, .times = 1, .to_ns = INT64_MAX};
    assert_int_equal(time_plan_room(&p, &u), 0);
    assert_int_equal(time_plan_earliest(&p, &u, 1), INT64_MAX);
    const int64_t row = 3;
    time_plan_reset(&p, 1, 0, &row);
    assert_int_equal(time_plan_room(&p, &u), 3);
    u.amounts_len = 2; /* of a resource that has no column */
    assert_int_equal(time_plan_room(&p, &u), 0);
    time_plan_fini(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_table_of_instants),
        cmocka_unit_test(a_plan_that_is_undone_leaves_no_steps),
        cmocka_unit_test(the_past_is_dropped),
        cmocka_unit_test(a_node_without_anything_has_no_room),
    };
    return cmocka_run_group_tests_name("time_plan", tests, NULL, NULL);
}
