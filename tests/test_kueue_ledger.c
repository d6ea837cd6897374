#include "policies/kueue/ledger.h"

#include "policies/kueue/decay.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

static uint64_t bits(double x)
{
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

/* What Go 1.26 gives on amd64, recorded from a program that only calls math.Pow. */
static void alpha_has_the_bits_go_gives_it(void **state)
{
    (void)state;
    static const struct {
        int64_t elapsed_ns, half_life_ns;
        uint64_t alpha;
    } rows[] = {
        {1400000, 270 * SECOND_NS, 0x3ece263fe42c0000},
        {199037155581, 219524 * SECOND_NS, 0x3f44963f7aa20000},
        {304345769183, 23443 * SECOND_NS, 0x3f8258be72ac0780},
        {143958340983, 490 * SECOND_NS, 0x3fc79558cd3af640},
        {46173588, 506056 * SECOND_NS, 0x3e70fa1b31000000},
        {10 * SECOND_NS, 10 * SECOND_NS, 0x3fe0000000000000},
        {5 * SECOND_NS, 10 * SECOND_NS, 0x3fd2bec333018866},
        {0, 10 * SECOND_NS, 0},
        {10 * SECOND_NS, 0, 0},
    };
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(bits(decay_alpha(rows[i].elapsed_ns, rows[i].half_life_ns)),
                         rows[i].alpha);
}

static void products_are_rounded_down_at_the_ninth_decimal(void **state)
{
    (void)state;
    const uint128 one = 1000000000;
    assert_true(decay_times(3 * one, 1.0) == 3 * one);
    assert_true(decay_times(3 * one, 0.0) == 0);
    assert_true(decay_times(3 * one, 0.1) == 300000000); /* not 0.1000000000000000055 */
    assert_true(decay_times(7, 0.99) == 6);              /* 6.93 */
    assert_true(decay_times(one, 0.18424520512592046) == 184245205);
    assert_true(decay_times(one << 60, 0.000003594090033032238) ==
                (uint128)UINT64_C(4143703688576) * one + 183463);
}

/* Above a power of two lie twice as many doubles as below. */
static void the_shortest_decimal_may_lie_above(void **state)
{
    (void)state;
    const uint128 large = (uint128)1000000000 * 1000000000 * 1000000;
    assert_true(decay_times(large, ldexp(1, -24)) == (uint128)UINT64_C(59604644775390630));
}

static void penalties_become_consumption(void **state)
{
    (void)state;
    struct intern *resources = intern_new();
    const uint32_t cpu = intern_add(resources, "cpu");
    const struct afs_settings s = {.half_life_ns = 10 * SECOND_NS, .sampling_ns = SECOND_NS};
    struct ledger l = {0};
    struct penalty *p = malloc(sizeof *p + sizeof p->parts[0]);
    p->len = 1;
    p->parts[0] = (struct penalty_part){cpu, 250000000};
    ledger_owe(&l, resources, p, 0);
    assert_true(ledger_owes(&l));
    assert_true(ledger_usage(&l, &s, 1) == 0.25);
    ledger_admit(&l, resources, &(struct res_qty){cpu, 4000});
    ledger_decay(&l, s.half_life_ns, 10 * SECOND_NS);
    ledger_settle(&l, resources, p);
    assert_false(ledger_owes(&l));
    assert_true(ledger_usage(&l, &s, 1) == 2.25);
    assert_true(ledger_usage(&l, &s, 3) == 0.75);
    assert_true(isinf(ledger_usage(&l, &s, 0)));
    ledger_forget(&l, 20 * SECOND_NS);
    assert_true(ledger_usage(&l, &s, 1) == 0);
    free(p);
    ledger_fini(&l);
    intern_free(resources);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alpha_has_the_bits_go_gives_it),
        cmocka_unit_test(products_are_rounded_down_at_the_ninth_decimal),
        cmocka_unit_test(the_shortest_decimal_may_lie_above),
        cmocka_unit_test(penalties_become_consumption),
    };
    return cmocka_run_group_tests_name("kueue_ledger", tests, NULL, NULL);
}
