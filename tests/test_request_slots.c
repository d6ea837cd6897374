#include "models/request_slots.h"

#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>

enum { HUGE_CLUSTER = 1 << 22 }; /* on which there are as few slots as ever */

static void a_request_keeps_its_slot(void **state)
{
    (void)state;
    struct request_slots s;
    bool is_new;
    request_slots_init(&s, 10);
    assert_int_equal(request_slots_get(&s, 7, &is_new), 0);
    assert_true(is_new);
    assert_int_equal(request_slots_get(&s, 1000, &is_new), 1);
    assert_true(is_new);
    assert_int_equal(request_slots_get(&s, 7, &is_new), 0);
    assert_false(is_new);
    request_slots_forget(&s);
    assert_int_equal(request_slots_get(&s, 1000, &is_new), 0);
    assert_true(is_new);
    request_slots_fini(&s);
}

/* The slow way: the times of the last questions, all of them. */
static void the_one_not_asked_about_for_longest_loses_its_slot(void **state)
{
    (void)state;
    enum { REQUESTS = 20, STEPS = 5000, SEED = 5 };
    print_message("seed %d\n", SEED);
    struct request_slots s;
    request_slots_init(&s, HUGE_CLUSTER);
    const uint32_t most = s.most;
    assert_in_range(most, 2, REQUESTS - 1);
    int asked[REQUESTS] = {0};
    gsl_rng *rng = rng_open(SEED, 0, "request_slots", 0);
    for (int step = 1; step <= STEPS; step++) {
        const uint32_t r = (uint32_t)gsl_rng_uniform_int(rng, REQUESTS);
        uint32_t later = 0;
        for (uint32_t other = 0; other < REQUESTS; other++)
            later += asked[other] > asked[r];
        bool is_new;
        assert_in_range(request_slots_get(&s, r, &is_new), 0, most - 1);
        assert_int_equal(is_new, asked[r] == 0 || later >= most);
        asked[r] = step;
    }
    gsl_rng_free(rng);
    request_slots_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_keeps_its_slot),
        cmocka_unit_test(the_one_not_asked_about_for_longest_loses_its_slot),
    };
    return cmocka_run_group_tests_name("request_slots", tests, NULL, NULL);
}
