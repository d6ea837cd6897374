#include "models/mig_dynamic.h"
#include "tests/mig_tables.h"
#include "tests/unit.h"

/* Instances that one gets by adding one after the other by a rule. */
static uint32_t filled(const struct mig_space *s, enum mig_rule rule, struct mig_layout l,
                       unsigned profile)
{
    uint32_t n = 0;
    for (int start; (start = mig_place(s, rule, &l, profile)) != MIG_NONE; n++)
        mig_add(mig_space_table(s), &l, profile, (unsigned)start);
    return n;
}

static void check_table(const struct mig_table *t)
{
    struct mig_space *s = mig_space_new(t, MIG_ALL_PROFILES);
    size_t len;
    const struct mig_layout *all = mig_space_layouts(s, &len);
    for (size_t i = 0; i < len; i++)
        for (unsigned p = 0; p < t->len; p++) {
            const uint32_t room = mig_dynamic_room(t, &all[i], p);
            for (int rule = 0; mig_rule_names[rule] != NULL; rule++)
                if (filled(s, (enum mig_rule)rule, all[i], p) != room)
                    fail_msg("%s: layout %08x, %s by %s: %u, not %u", t->name,
                             (unsigned)all[i].code, t->profiles[p].name, mig_rule_names[rule],
                             filled(s, (enum mig_rule)rule, all[i], p), room);
        }
    print_message("%s: %zu layouts x %u profiles x 3 rules\n", t->name, len, t->len);
    mig_space_free(s);
}

static void the_column_of_a_profile_is_what_every_rule_reaches(void **state)
{
    (void)state;
    check_table(&h100);
    check_table(&a30);
}

static void every_place_of_every_gpu_is_a_unit(void **state)
{
    (void)state;
    struct device_unit units[2 * MIG_MOST_SLICES];
    assert_int_equal(mig_dynamic_units(&h100, P2, 2, units), 6);
    assert_int_equal(units[1].slice_start, 2);
    assert_int_equal(units[4].gpu, 1);
    assert_int_equal(units[4].slices, 2);
    assert_int_equal(units[4].milli, 250);
    assert_int_equal(mig_dynamic_units(&h100, P1, 1, units), 7);
    assert_int_equal(units[6].milli, 125);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_column_of_a_profile_is_what_every_rule_reaches),
        cmocka_unit_test(every_place_of_every_gpu_is_a_unit),
    };
    return cmocka_run_group_tests_name("mig_dynamic", tests, NULL, NULL);
}
