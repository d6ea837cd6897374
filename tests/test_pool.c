#include "sim/pool.h"
#include "tests/unit.h"

struct record {
    uint64_t value;
    char rest[40];
};

static void records_are_zeroed_and_keep_their_place(void **state)
{
    (void)state;
    struct pool p;
    pool_init(&p, sizeof(struct record));
    struct record *first = pool_at(&p, pool_take(&p));
    first->value = 7;
    for (uint32_t i = 1; i < 1000; i++) {
        const uint32_t slot = pool_take(&p);
        struct record *r = pool_at(&p, slot);
        assert_int_equal(slot, i);
        assert_int_equal(r->value, 0);
        r->value = i;
    }
    assert_ptr_equal(pool_at(&p, 0), first);
    for (uint32_t i = 1; i < 1000; i++)
        assert_int_equal(((struct record *)pool_at(&p, i))->value, i);
    assert_int_equal(p.len, 1000);
    pool_fini(&p);
}

static void the_slot_freed_last_is_taken_first(void **state)
{
    (void)state;
    struct pool p;
    pool_init(&p, sizeof(struct record));
    for (int i = 0; i < 3; i++)
        pool_take(&p);
    pool_give(&p, 0);
    pool_give(&p, 2);
    assert_false(pool_has(&p, 2));
    assert_true(pool_has(&p, 1));
    assert_int_equal(pool_take(&p), 2);
    assert_int_equal(pool_take(&p), 0);
    assert_int_equal(pool_take(&p), 3);
    assert_false(pool_has(&p, 4));
    assert_false(pool_has(&p, 1000000));
    pool_fini(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_zeroed_and_keep_their_place),
        cmocka_unit_test(the_slot_freed_last_is_taken_first),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
