#include "models/mig_misfit.h"
#include "models/mig_place.h"
#include "sim/arena.h"
#include "tests/mig_tables.h"
#include "tests/unit.h"

static const struct row {
    const char *name;
    uint32_t counts[7];
    const char *why;
} rows[] = {
    {"nothing", {0}, NULL},
    {"balanced", {[P1] = 2, [P2] = 1, [P3] = 1}, NULL},
    {"seven", {[P1] = 7}, NULL},
    {"values_mig_mixed_of_the_sample",
     {[P3] = 2, [P1] = 1},
     "two 3g.40gb use all 8 memory slices, no room is left for one 1g.10gb"},
    {"eight_1g", {[P1] = 8}, "eight 1g.10gb, but a GPU holds at most seven"},
    {"a_billion", {[P1] = 1000000000}, "1000000000 1g.10gb, but a GPU holds at most seven"},
    {"two_4g", {[P4] = 2}, "two 4g.40gb, but a GPU holds at most one"},
    {"4g_3g_1g",
     {[P4] = 1, [P3] = 1, [P1] = 1},
     "one 3g.40gb and one 4g.40gb use all 8 memory slices, no room is left for one 1g.10gb"},
    {"7g_and_1g",
     {[P7] = 1, [P1] = 1},
     "one 7g.80gb uses all 8 memory slices, no room is left for one 1g.10gb"},
    {"3g_and_five_1g",
     {[P3] = 1, [P1] = 5},
     "one 3g.40gb and four 1g.10gb use all 8 memory slices, no room is left for one more 1g.10gb"},
    {"4g_and_four_1g",
     {[P4] = 1, [P1] = 4},
     "one 4g.40gb and three 1g.10gb use all 7 compute slices, no room is left for one more "
     "1g.10gb"},
    {"media_twice", {[P1ME] = 2}, "two 1g.10gb+me, but a GPU holds at most one"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct mig_space *s = mig_space_new(&h100, MIG_ALL_PROFILES);
    struct arena *a = arena_new();
    const char *why = mig_misfit(s, a, row->counts);
    if (row->why == NULL)
        assert_null(why);
    else
        assert_string_equal(why, row->why);
    arena_free(a);
    mig_space_free(s);
}

static void two_profiles_with_media_are_refused(void **state)
{
    (void)state;
    struct mig_space *s = mig_space_new(&a30, MIG_ALL_PROFILES);
    struct arena *a = arena_new();
    const uint32_t counts[] = {[A1ME] = 1, [A2ME] = 1, [A4] = 0};
    assert_string_equal(mig_misfit(s, a, counts),
                        "two instances with the media engines (+me), which a GPU has once");
    arena_free(a);
    mig_space_free(s);
}

static void slices_that_do_not_divide_are_counted(void **state)
{
    (void)state;
    const struct mig_profile p[] = {
        {"3g", "3g", .compute_slices = 1, .memory_slices = 3, .most = 4, .starts = 0x1f,
         .order_len = 5, .order = {0, 1, 2, 3, 4}},
        {"2g", "2g", .compute_slices = 1, .memory_slices = 2, .most = 4, .starts = 0x0c,
         .order_len = 2, .order = {2, 3}},
    };
    const struct mig_table t = {"odd", p, 2, 7, 7};
    struct mig_space *s = mig_space_new(&t, MIG_ALL_PROFILES);
    struct arena *a = arena_new();
    assert_string_equal(mig_misfit(s, a, (const uint32_t[]){3, 0}),
                        "two 3g use 6 of 7 memory slices, no room is left for one more 3g");
    assert_string_equal(mig_misfit(s, a, (const uint32_t[]){1, 2}),
                        "there are slices enough, but no places that do not overlap");
    arena_free(a);
    mig_space_free(s);
}

/* Every request of up to three of each profile: a reason is given if and only if none fits. */
static void a_reason_is_given_exactly_if_there_is_one(void **state)
{
    (void)state;
    struct mig_space *s = mig_space_new(&h100, MIG_ALL_PROFILES);
    struct arena *a = arena_new();
    for (unsigned code = 0; code < 1u << 14; code++) {
        uint32_t counts[7];
        for (unsigned p = 0; p < 7; p++)
            counts[p] = code >> 2 * p & 3u;
        struct mig_layout l = {0};
        assert_int_equal(mig_misfit(s, a, counts) == NULL, mig_fit(s, &l, counts));
    }
    arena_free(a);
    mig_space_free(s);
}

int main(void)
{
    struct CMUnitTest reasons[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        reasons[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_profiles_with_media_are_refused),
        cmocka_unit_test(slices_that_do_not_divide_are_counted),
        cmocka_unit_test(a_reason_is_given_exactly_if_there_is_one),
    };
    const int failed = cmocka_run_group_tests_name("mig_misfit_reasons", reasons, NULL, NULL);
    return failed + cmocka_run_group_tests_name("mig_misfit", tests, NULL, NULL);
}
