#include "models/mig_space.h"
#include "tests/mig_tables.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

/* Figures of the MIG user guide (19), and of a brute force over (profile, start) subsets. */
static const struct row {
    const char *name;
    const struct mig_table *table;
    unsigned profiles;
    size_t layouts; /* not empty */
    size_t multisets;
    size_t maximal;
    size_t maximal_multisets;
} rows[] = {
    {"h100_base_profiles", &h100, BASE, 297, 37, 19, 14},
    {"h100_with_double_memory", &h100, WITH_DM, 722, 77, 78, 38},
    {"h100_with_media_too", &h100, MIG_ALL_PROFILES, 2318, 127, 239, 64},
    {"a30_base_profiles", &a30, A30_BASE, 25, 9, 5, 4},
};

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static size_t distinct_multisets(const struct mig_layout *l, size_t len)
{
    uint64_t *sets = malloc(len * sizeof sets[0]);
    assert_non_null(sets);
    for (size_t i = 0; i < len; i++)
        sets[i] = mig_multiset(&l[i]);
    qsort(sets, len, sizeof sets[0], by_value);
    size_t distinct = 0;
    for (size_t i = 0; i < len; i++)
        distinct += i == 0 || sets[i] != sets[i - 1];
    free(sets);
    return distinct;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct mig_space *s = mig_space_new(row->table, row->profiles);
    size_t len;
    const struct mig_layout *l = mig_space_layouts(s, &len);
    assert_int_equal(l[0].len, 0);
    assert_int_equal(len - 1, row->layouts);
    assert_int_equal(distinct_multisets(l + 1, len - 1), row->multisets);
    for (size_t i = 1; i < len; i++)
        assert_true(l[i - 1].code < l[i].code);
    l = mig_space_maximal(s, &len);
    assert_int_equal(len, row->maximal);
    assert_int_equal(distinct_multisets(l, len), row->maximal_multisets);
    mig_space_free(s);
}

/* The list of the user guide, in the order of the space. */
static const char *const the_19[] = {
    "1g@0 1g@1 1g@2 1g@3 1g@4 1g@5 1g@6",
    "1g@0 1g@1 1g@2 1g@3 2g@4 1g@6",
    "1g@0 1g@1 1g@2 1g@3 3g@4",
    "1g@0 1g@1 2g@2 1g@4 1g@5 1g@6",
    "1g@0 1g@1 2g@2 2g@4 1g@6",
    "1g@0 1g@1 2g@2 3g@4",
    "2g@0 1g@2 1g@3 1g@4 1g@5 1g@6",
    "2g@0 1g@2 1g@3 2g@4 1g@6",
    "2g@0 1g@2 1g@3 3g@4",
    "2g@0 2g@2 1g@4 1g@5 1g@6",
    "2g@0 2g@2 2g@4 1g@6",
    "2g@0 2g@2 3g@4",
    "3g@0 1g@4 1g@5 1g@6",
    "3g@0 2g@4 1g@6",
    "3g@0 3g@4",
    "4g@0 1g@4 1g@5 1g@6",
    "4g@0 2g@4 1g@6",
    "4g@0 3g@4",
    "7g@0",
};

static void the_maximal_layouts_are_those_of_the_user_guide(void **state)
{
    (void)state;
    struct mig_profile short_names[LEN(h100_profiles)];
    memcpy(short_names, h100_profiles, sizeof short_names);
    for (size_t i = 0; i < LEN(short_names); i++)
        short_names[i].name = short_names[i].kind;
    const struct mig_table t = {"short", short_names, h100.len, 7, 8};
    struct mig_space *s = mig_space_new(&t, BASE);
    size_t len;
    const struct mig_layout *l = mig_space_maximal(s, &len);
    assert_int_equal(len, LEN(the_19));
    char text[MIG_TEXT_BYTES];
    for (size_t i = 0; i < len; i++)
        assert_string_equal(mig_layout_text(&t, &l[i], text), the_19[i]);
    mig_space_free(s);
}

static void reachable_counts_the_maximal_layouts_around(void **state)
{
    (void)state;
    struct mig_space *s = mig_space_new(&h100, MIG_ALL_PROFILES);
    size_t len;
    size_t maximal_len;
    const struct mig_layout *l = mig_space_layouts(s, &len);
    const struct mig_layout *m = mig_space_maximal(s, &maximal_len);
    for (size_t i = 0; i < len; i++) {
        unsigned around = 0;
        for (size_t k = 0; k < maximal_len; k++)
            around += mig_contains(&m[k], &l[i]);
        assert_int_equal(mig_space_reachable(s, &l[i]), around);
        assert_true(around > 0);
        assert_true(mig_space_has(s, &l[i]));
    }
    assert_int_equal(mig_space_reachable(s, &l[0]), 239);
    mig_space_free(s);
}

static void a_small_instance_in_the_middle_rules_much_out(void **state)
{
    (void)state;
    struct mig_space *s = mig_space_new(&h100, BASE);
    static const unsigned want[] = {6, 6, 6, 6, 6, 6, 12};
    for (unsigned start = 0; start < LEN(want); start++) {
        struct mig_layout l = {0};
        mig_add(&h100, &l, P1, start);
        assert_int_equal(mig_space_reachable(s, &l), want[start]);
    }
    mig_space_free(s);
}

static void layouts_outside_the_space_reach_nothing(void **state)
{
    (void)state;
    struct mig_space *s = mig_space_new(&h100, BASE);
    struct mig_layout l = {0};
    mig_add(&h100, &l, P1DM, 6);
    assert_false(mig_space_has(s, &l));
    assert_int_equal(mig_space_reachable(s, &l), 0);
    assert_ptr_equal(mig_space_table(s), &h100);
    mig_space_free(s);
}

static void no_profiles_leave_the_empty_layout(void **state)
{
    (void)state;
    struct mig_space *s = mig_space_new(&h100, 0);
    size_t len;
    mig_space_layouts(s, &len);
    assert_int_equal(len, 1);
    mig_space_maximal(s, &len);
    assert_int_equal(len, 1);
    mig_space_free(s);
    mig_space_free(NULL);
}

int main(void)
{
    struct CMUnitTest counts[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        counts[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_maximal_layouts_are_those_of_the_user_guide),
        cmocka_unit_test(reachable_counts_the_maximal_layouts_around),
        cmocka_unit_test(a_small_instance_in_the_middle_rules_much_out),
        cmocka_unit_test(layouts_outside_the_space_reach_nothing),
        cmocka_unit_test(no_profiles_leave_the_empty_layout),
    };
    const int failed = cmocka_run_group_tests_name("mig_space_counts", counts, NULL, NULL);
    return failed + cmocka_run_group_tests_name("mig_space", tests, NULL, NULL);
}
