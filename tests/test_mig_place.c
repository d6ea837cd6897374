#include "models/mig_place.h"
#include "tests/mig_tables.h"
#include "tests/unit.h"

static struct mig_space *base_space;
static struct mig_space *full_space;

static int make_spaces(void **state)
{
    (void)state;
    base_space = mig_space_new(&h100, BASE);
    full_space = mig_space_new(&h100, MIG_ALL_PROFILES);
    return 0;
}

static int free_spaces(void **state)
{
    (void)state;
    mig_space_free(base_space);
    mig_space_free(full_space);
    return 0;
}

/* One request after the other by one rule: what comes of it. */
static const struct row {
    const char *name;
    enum mig_rule rule;
    size_t len;
    uint8_t profiles[8];
    size_t placed;
    const char *layout;
} rows[] = {
    {"user_guide_1_1_2_3_fails_at_the_last",
     MIG_DRIVER_ORDER,
     4,
     {P1, P1, P2, P3},
     3,
     "2g.20gb@0 1g.10gb@4 1g.10gb@6"},
    {"user_guide_3_1_2_1_succeeds",
     MIG_DRIVER_ORDER,
     4,
     {P3, P1, P2, P1},
     4,
     "1g.10gb@0 1g.10gb@1 2g.20gb@2 3g.40gb@4"},
    {"user_guide_2_and_five_1g",
     MIG_DRIVER_ORDER,
     6,
     {P2, P1, P1, P1, P1, P1},
     6,
     "1g.10gb@0 1g.10gb@1 1g.10gb@2 1g.10gb@3 2g.20gb@4 1g.10gb@6"},
    {"user_guide_1_2_4", MIG_DRIVER_ORDER, 3, {P1, P2, P4}, 3, "4g.40gb@0 2g.20gb@4 1g.10gb@6"},
    {"three_2g_then_media",
     MIG_DRIVER_ORDER,
     4,
     {P2, P2, P2, P1ME},
     4,
     "2g.20gb@0 2g.20gb@2 2g.20gb@4 1g.10gb+me@6"},
    {"an_eighth_1g_has_no_room",
     MIG_DRIVER_ORDER,
     8,
     {P1, P1, P1, P1, P1, P1, P1, P1},
     7,
     "1g.10gb@0 1g.10gb@1 1g.10gb@2 1g.10gb@3 1g.10gb@4 1g.10gb@5 1g.10gb@6"},
    {"two_3g", MIG_DRIVER_ORDER, 3, {P3, P3, P1}, 2, "3g.40gb@0 3g.40gb@4"},
    {"3g_and_4g", MIG_DRIVER_ORDER, 3, {P3, P4, P1}, 2, "4g.40gb@0 3g.40gb@4"},
    {"two_4g", MIG_DRIVER_ORDER, 2, {P4, P4}, 1, "4g.40gb@0"},
    {"first_fit_spoils_the_left_half", MIG_FIRST_FIT, 3, {P1, P4, P3}, 1, "1g.10gb@0"},
    {"first_fit_3g_at_zero", MIG_FIRST_FIT, 3, {P3, P2, P1}, 3, "3g.40gb@0 2g.20gb@4 1g.10gb@6"},
    {"most_reachable_1g_at_the_end",
     MIG_MOST_REACHABLE,
     3,
     {P1, P2, P4},
     3,
     "4g.40gb@0 2g.20gb@4 1g.10gb@6"},
    {"most_reachable_serves_1_1_2_3", MIG_MOST_REACHABLE, 2, {P1, P3}, 2, "3g.40gb@0 1g.10gb@6"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct mig_layout l = {0};
    char text[MIG_TEXT_BYTES];
    assert_int_equal(mig_place_each(full_space, row->rule, &l, row->profiles, row->len),
                     row->placed);
    assert_string_equal(mig_layout_text(&h100, &l, text), row->layout);
}

static void seven_1g_come_at_6_4_5_0_1_2_3_with_ids_13_11_12_7_8_9_10(void **state)
{
    (void)state;
    static const int starts[] = {6, 4, 5, 0, 1, 2, 3};
    static const int ids[] = {13, 11, 12, 7, 8, 9, 10};
    struct mig_layout l = {0};
    for (size_t i = 0; i < LEN(starts); i++) {
        const int start = mig_place(base_space, MIG_DRIVER_ORDER, &l, P1);
        assert_int_equal(start, starts[i]);
        assert_int_equal(mig_instance_id(&h100, P1, (unsigned)start), ids[i]);
        mig_add(&h100, &l, P1, (unsigned)start);
    }
    assert_int_equal(mig_place(base_space, MIG_DRIVER_ORDER, &l, P1), MIG_NONE);
    assert_int_equal(mig_place(base_space, MIG_FIRST_FIT, &l, P1), MIG_NONE);
    assert_int_equal(mig_place(base_space, MIG_MOST_REACHABLE, &l, P1), MIG_NONE);
}

static void most_reachable_is_never_beaten_and_takes_the_lowest_of_equals(void **state)
{
    (void)state;
    size_t len;
    const struct mig_layout *l = mig_space_layouts(full_space, &len);
    for (size_t i = 0; i < len; i++) {
        for (unsigned p = 0; p < h100.len; p++) {
            unsigned best = 0;
            int best_start = MIG_NONE;
            for (unsigned s = 0; s < 8; s++) {
                if (!mig_may_add(&h100, &l[i], p, s))
                    continue;
                struct mig_layout with = l[i];
                mig_add(&h100, &with, p, s);
                if (mig_space_reachable(full_space, &with) > best) {
                    best = mig_space_reachable(full_space, &with);
                    best_start = (int)s;
                }
            }
            assert_int_equal(mig_place(full_space, MIG_MOST_REACHABLE, &l[i], p), best_start);
        }
    }
}

static void a_set_without_an_order_is_begun_with_the_largest(void **state)
{
    (void)state;
    const uint32_t counts[] = {[P1] = 1, [P2] = 1, [P3] = 1, [P7] = 0};
    char text[MIG_TEXT_BYTES];
    struct mig_layout l = {0};
    assert_true(mig_place_in_any_order(base_space, MIG_DRIVER_ORDER, &l, counts));
    assert_string_equal(mig_layout_text(&h100, &l, text), "2g.20gb@0 1g.10gb@2 3g.40gb@4");
    l = (struct mig_layout){0};
    assert_true(mig_fit(base_space, &l, counts));
    assert_string_equal(mig_layout_text(&h100, &l, text), "3g.40gb@0 2g.20gb@4 1g.10gb@6");
}

static void media_and_then_memory_go_first_among_equal_compute(void **state)
{
    (void)state;
    const uint32_t counts[] = {[P1] = 1, [P1ME] = 1, [P1DM] = 1, [P7] = 0};
    char text[MIG_TEXT_BYTES];
    struct mig_layout l = {0};
    assert_true(mig_place_in_any_order(full_space, MIG_DRIVER_ORDER, &l, counts));
    assert_string_equal(mig_layout_text(&h100, &l, text), "1g.10gb@0 1g.20gb@4 1g.10gb+me@6");
    const uint32_t twice[] = {[P1] = 2, [P1DM] = 1, [P7] = 0};
    l = (struct mig_layout){0};
    assert_true(mig_place_in_any_order(full_space, MIG_DRIVER_ORDER, &l, twice));
    assert_string_equal(mig_layout_text(&h100, &l, text), "1g.10gb@0 1g.20gb@4 1g.10gb@6");
}

static void what_is_there_already_stays_where_it_is(void **state)
{
    (void)state;
    struct mig_layout l = {0};
    mig_add(&h100, &l, P1, 4);
    const struct mig_layout before = l;
    const uint32_t right_half[] = {[P3] = 2, [P7] = 0};
    assert_false(mig_place_in_any_order(base_space, MIG_DRIVER_ORDER, &l, right_half));
    assert_false(mig_fit(base_space, &l, right_half));
    assert_memory_equal(&l, &before, sizeof l);
    const uint32_t left_half[] = {[P4] = 1, [P7] = 0};
    assert_true(mig_place_in_any_order(base_space, MIG_DRIVER_ORDER, &l, left_half));
    assert_int_equal(mig_at(&l, 4), P1);
    assert_int_equal(mig_at(&l, 0), P4);
}

static void infeasible_sets_of_the_user_guide_fit_in_no_order(void **state)
{
    (void)state;
    static const uint32_t sets[][7] = {
        {[P3] = 2, [P1] = 1},
        {[P4] = 2},
        {[P4] = 1, [P3] = 1, [P1] = 1},
        {[P7] = 1, [P1] = 1},
        {[P1] = 8},
        {[P1ME] = 2},
        {[P2] = 4},
        {[P3] = 3},
        {[P2] = 3, [P1] = 2},
        {[P1] = 4000000000},
        {[P1DM] = 4, [P1] = 1},
    };
    for (size_t i = 0; i < LEN(sets); i++) {
        struct mig_layout l = {0};
        assert_false(mig_fit(full_space, &l, sets[i]));
        for (int rule = 0; mig_rule_names[rule] != NULL; rule++)
            assert_false(mig_place_in_any_order(full_space, (enum mig_rule)rule, &l, sets[i]));
        assert_int_equal(l.code, 0);
    }
}

static bool is_among(const uint64_t *multisets, size_t len, uint64_t multiset)
{
    for (size_t i = 0; i < len; i++)
        if (multisets[i] == multiset)
            return true;
    return false;
}

/* All requests of up to `most` + 1 of each profile, against the enumeration. Also shows that the
 * driver's order, with requests in any order, misses no feasible set without double memory. */
static void every_request_is_judged_as_the_enumeration_judges_it(void **state)
{
    (void)state;
    size_t len;
    const struct mig_layout *l = mig_space_layouts(full_space, &len);
    uint64_t multisets[2319];
    assert_int_equal(len, LEN(multisets));
    for (size_t i = 0; i < len; i++)
        multisets[i] = mig_multiset(&l[i]);
    uint32_t c[7] = {0};
    size_t feasible = 0;
    size_t missed = 0;
    size_t asked = 0;
    for (;; asked++) {
        uint64_t multiset = 0;
        for (unsigned p = 0; p < 7; p++)
            multiset += (uint64_t)c[p] << 4 * p;
        const bool want = is_among(multisets, len, multiset);
        struct mig_layout found = {0};
        assert_int_equal(mig_fit(full_space, &found, c), want);
        if (want)
            assert_int_equal(mig_multiset(&found), multiset);
        for (int rule = 0; mig_rule_names[rule] != NULL; rule++) {
            found = (struct mig_layout){0};
            const bool got = mig_place_in_any_order(full_space, (enum mig_rule)rule, &found, c);
            if (rule == MIG_DRIVER_ORDER && c[P1DM] > 0)
                missed += want && !got;
            else
                assert_int_equal(got, want);
            if (got)
                assert_int_equal(mig_multiset(&found), multiset);
        }
        feasible += want;
        unsigned p = 0;
        while (p < 7 && c[p] == (uint32_t)h100_profiles[p].most + 1)
            c[p++] = 0;
        if (p == 7)
            break;
        c[p]++;
    }
    print_message("%zu requests, %zu feasible\n", asked + 1, feasible);
    assert_int_equal(feasible, 127 + 1);
    assert_int_equal(missed, 14);
}

static void a_partly_used_gpu_is_judged_as_the_enumeration_judges_it(void **state)
{
    (void)state;
    size_t len;
    size_t maximal_len;
    const struct mig_layout *l = mig_space_layouts(base_space, &len);
    const struct mig_layout *m = mig_space_maximal(base_space, &maximal_len);
    for (size_t i = 0; i < len; i++) {
        for (uint32_t ones = 0; ones <= 8; ones++) {
            const uint32_t want[] = {[P1] = ones, [P7] = 0};
            const unsigned have = mig_count(&l[i], P1);
            bool possible = false;
            for (size_t k = 0; k < maximal_len; k++)
                possible =
                    possible || (mig_contains(&m[k], &l[i]) && mig_count(&m[k], P1) >= have + ones);
            struct mig_layout found = l[i];
            assert_int_equal(mig_fit(base_space, &found, want), possible);
            assert_int_equal(mig_contains(&found, &l[i]), true);
        }
    }
}

int main(void)
{
    struct CMUnitTest orders[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        orders[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seven_1g_come_at_6_4_5_0_1_2_3_with_ids_13_11_12_7_8_9_10),
        cmocka_unit_test(most_reachable_is_never_beaten_and_takes_the_lowest_of_equals),
        cmocka_unit_test(a_set_without_an_order_is_begun_with_the_largest),
        cmocka_unit_test(media_and_then_memory_go_first_among_equal_compute),
        cmocka_unit_test(what_is_there_already_stays_where_it_is),
        cmocka_unit_test(infeasible_sets_of_the_user_guide_fit_in_no_order),
        cmocka_unit_test(every_request_is_judged_as_the_enumeration_judges_it),
        cmocka_unit_test(a_partly_used_gpu_is_judged_as_the_enumeration_judges_it),
    };
    const int failed =
        cmocka_run_group_tests_name("mig_place_orders", orders, make_spaces, free_spaces);
    return failed + cmocka_run_group_tests_name("mig_place", tests, make_spaces, free_spaces);
}
