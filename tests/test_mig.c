#include "models/mig_space.h"
#include "sim/rng.h"
#include "tests/mig_tables.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

static void an_instance_covers_its_slices(void **state)
{
    (void)state;
    struct mig_layout l = {0};
    mig_add(&h100, &l, P3, 4);
    mig_add(&h100, &l, P1, 2);
    assert_int_equal(l.slices, 0xf4);
    assert_int_equal(l.compute_slices, 4);
    assert_int_equal(l.len, 2);
    assert_int_equal(mig_at(&l, 4), P3);
    assert_int_equal(mig_at(&l, 5), MIG_NONE);
    assert_int_equal(mig_at(&l, 2), P1);
    assert_int_equal(mig_at(&l, 8), MIG_NONE);
    assert_int_equal(l.code, 0x00105000);
    assert_int_equal(mig_free_starts(&h100, &l, P1), 0x0b);
    assert_int_equal(mig_free_starts(&h100, &l, P2), 0x01);
    assert_int_equal(mig_free_starts(&h100, &l, P4), 0);
    assert_int_equal(mig_count(&l, P1), 1);
    assert_int_equal(mig_count(&l, P1ME), 0);
}

static void removing_gives_everything_back(void **state)
{
    (void)state;
    struct mig_layout l = {0};
    mig_add(&h100, &l, P1ME, 6);
    mig_add(&h100, &l, P3, 0);
    mig_remove(&h100, &l, 6);
    assert_false(l.media);
    mig_remove(&h100, &l, 0);
    assert_memory_equal(&l, &(struct mig_layout){0}, sizeof l);
}

static void slice_seven_belongs_to_long_instances(void **state)
{
    (void)state;
    const struct mig_layout empty = {0};
    unsigned reach_it = 0;
    for (unsigned p = 0; p < h100.len; p++)
        for (unsigned s = 0; s < 8; s++)
            if (mig_may_add(&h100, &empty, p, s) && mig_slices(&h100_profiles[p], s) >> 7 != 0)
                reach_it |= 1u << p;
    assert_int_equal(reach_it, 1 << P1DM | 1 << P3 | 1 << P7);
}

static void three_g_at_zero_excludes_all_that_begins_below_four(void **state)
{
    (void)state;
    struct mig_layout l = {0};
    mig_add(&h100, &l, P3, 0);
    for (unsigned p = 0; p < h100.len; p++)
        assert_int_equal(mig_free_starts(&h100, &l, p) & 0x0f, 0);
    assert_int_equal(mig_free_starts(&h100, &l, P1), 0x70);
}

static void compute_slices_run_out_before_memory_does(void **state)
{
    (void)state;
    struct mig_layout l = {0};
    mig_add(&h100, &l, P4, 0);
    mig_add(&h100, &l, P3, 4);
    assert_int_equal(l.compute_slices, 7);
    mig_remove(&h100, &l, 4);
    for (unsigned s = 4; s < 7; s++)
        mig_add(&h100, &l, P1, s);
    assert_int_equal(l.slices, 0x7f);
    for (unsigned p = 0; p < h100.len; p++)
        assert_int_equal(mig_free_starts(&h100, &l, p), 0);
}

static void media_engines_exist_once(void **state)
{
    (void)state;
    struct mig_layout l = {0};
    mig_add(&a30, &l, A1ME, 0);
    assert_int_equal(mig_free_starts(&a30, &l, A1ME), 0);
    assert_int_equal(mig_free_starts(&a30, &l, A2ME), 0);
    assert_int_equal(mig_free_starts(&a30, &l, A2), 0x04);
    assert_int_equal(mig_free_starts(&a30, &l, A1), 0x0e);
}

/* On the GPUs there are, memory slices run out first; the rule must not rely on it. */
static void most_and_compute_slices_bind_by_themselves(void **state)
{
    (void)state;
    const struct mig_profile small[] = {
        {"a", "a", .compute_slices = 1, .memory_slices = 1, .most = 2, .starts = 0x0f},
        {"b", "b", .compute_slices = 2, .memory_slices = 1, .most = 4, .starts = 0x0f},
    };
    const struct mig_table t = {"t", small, 2, 3, 4};
    struct mig_layout l = {0};
    mig_add(&t, &l, 0, 0);
    mig_add(&t, &l, 0, 1);
    assert_int_equal(mig_free_starts(&t, &l, 0), 0);
    assert_int_equal(mig_free_starts(&t, &l, 1), 0);
    mig_remove(&t, &l, 0);
    assert_int_equal(mig_free_starts(&t, &l, 0), 0x0d);
    assert_int_equal(mig_free_starts(&t, &l, 1), 0x0d);
    mig_add(&t, &l, 1, 3);
    assert_int_equal(mig_free_starts(&t, &l, 0), 0);
}

static void the_driver_numbers_instances_by_place(void **state)
{
    (void)state;
    assert_int_equal(mig_instance_id(&h100, P7, 0), 0);
    assert_int_equal(mig_instance_id(&h100, P4, 0), 1);
    assert_int_equal(mig_instance_id(&h100, P3, 4), 2);
    assert_int_equal(mig_instance_id(&h100, P2, 4), 5);
    assert_int_equal(mig_instance_id(&h100, P1, 0), 7);
    assert_int_equal(mig_instance_id(&h100, P1, 6), 13);
    assert_int_equal(mig_instance_id(&h100, P1DM, 6), MIG_NONE);
}

static void a_layout_reads_from_left_to_right(void **state)
{
    (void)state;
    char text[MIG_TEXT_BYTES];
    struct mig_layout l = {0};
    assert_string_equal(mig_layout_text(&h100, &l, text), "");
    mig_add(&h100, &l, P1ME, 6);
    mig_add(&h100, &l, P2, 4);
    mig_add(&h100, &l, P3, 0);
    assert_string_equal(mig_layout_text(&h100, &l, text), "3g.40gb@0 2g.20gb@4 1g.10gb+me@6");
}

static void absurd_names_are_cut_off(void **state)
{
    (void)state;
    char name[2 * MIG_TEXT_BYTES];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const struct mig_profile p = {name,      "1g",        .compute_slices = 1, .memory_slices = 1,
                                  .most = 2, .starts = 3, .order_len = 2,      .order = {0, 1}};
    const struct mig_table t = {"long", &p, 1, 2, 2};
    struct mig_layout l = {0};
    mig_add(&t, &l, 0, 0);
    mig_add(&t, &l, 0, 1);
    char text[MIG_TEXT_BYTES];
    assert_int_equal(strlen(mig_layout_text(&t, &l, text)), MIG_TEXT_BYTES - 1);
}

static void equal_instances_at_other_places_are_one_multiset(void **state)
{
    (void)state;
    struct mig_layout a = {0};
    struct mig_layout b = {0};
    mig_add(&h100, &a, P1, 0);
    mig_add(&h100, &a, P3, 4);
    mig_add(&h100, &b, P3, 0);
    mig_add(&h100, &b, P1, 5);
    assert_int_equal(mig_multiset(&a), mig_multiset(&b));
    assert_false(a.code == b.code);
    mig_add(&h100, &b, P1, 6);
    assert_false(mig_multiset(&a) == mig_multiset(&b));
}

static void containing_means_the_same_places(void **state)
{
    (void)state;
    struct mig_layout inner = {0};
    struct mig_layout outer = {0};
    assert_true(mig_contains(&outer, &inner));
    mig_add(&h100, &inner, P1, 6);
    assert_false(mig_contains(&outer, &inner));
    mig_add(&h100, &outer, P3, 0);
    mig_add(&h100, &outer, P1, 6);
    assert_true(mig_contains(&outer, &inner));
    assert_false(mig_contains(&inner, &outer));
    mig_add(&h100, &inner, P1, 5);
    assert_false(mig_contains(&outer, &inner));
}

static void profiles_are_found_by_name(void **state)
{
    (void)state;
    assert_int_equal(mig_profile_find(&h100, "1g.10gb+me"), P1ME);
    assert_int_equal(mig_profile_find(&h100, "1g.10gb"), P1);
    assert_int_equal(mig_profile_find(&h100, "1g"), MIG_NONE);
    assert_int_equal(mig_profile_find(&h100, ""), MIG_NONE);
}

static const char *flaw_with(struct mig_profile p, unsigned *profile)
{
    const struct mig_profile two[] = {a30_profiles[A1], p};
    return mig_table_flaw(&(struct mig_table){"t", two, 2, 4, 4}, profile);
}

static void every_flaw_of_a_table_is_named(void **state)
{
    (void)state;
    unsigned at;
    assert_null(mig_table_flaw(&h100, &at));
    assert_null(mig_table_flaw(&a30, &at));
    struct mig_table t = a30;
    t.len = 0;
    assert_string_equal(mig_table_flaw(&t, &at), "a table has 1 to 15 profiles");
    assert_int_equal(at, 0);
    t = a30;
    t.memory_slices = 9;
    assert_non_null(mig_table_flaw(&t, &at));
    assert_int_equal(at, a30.len);
    t = a30;
    t.compute_slices = 0;
    assert_non_null(mig_table_flaw(&t, &at));

    struct mig_profile p = a30_profiles[A2];
    assert_null(flaw_with(p, &at));
    p.memory_slices = 5;
    assert_string_equal(flaw_with(p, &at), "memory slices: at least 1, at most what the GPU has");
    assert_int_equal(at, 1);
    p = a30_profiles[A2];
    p.compute_slices = 5;
    assert_non_null(flaw_with(p, &at));
    p = a30_profiles[A2];
    p.starts = 0x09;
    assert_string_equal(flaw_with(p, &at), "an instance at its last start would leave the GPU");
    p = a30_profiles[A2];
    p.starts = 0;
    assert_non_null(flaw_with(p, &at));
    p = a30_profiles[A2];
    p.most = 0;
    assert_non_null(flaw_with(p, &at));
    p = a30_profiles[A2];
    p.order[1] = 0;
    assert_string_equal(flaw_with(p, &at), "the driver's order must list every start once");
    p.order[1] = 9;
    assert_non_null(flaw_with(p, &at));
    p = a30_profiles[A2];
    p.order_len = 1;
    assert_non_null(flaw_with(p, &at));
    p = a30_profiles[A2];
    p.name = "1g.6gb";
    assert_string_equal(flaw_with(p, &at), "two profiles have the same name");
    p.name = "";
    assert_non_null(flaw_with(p, &at));
}

/* The rule once more, slow and from scratch: instances in a list, slices counted one by one. */
struct reference {
    struct {
        unsigned profile;
        unsigned start;
    } list[8];
    size_t len;
};

static bool reference_allows(const struct mig_table *t, const struct reference *r, unsigned profile,
                             unsigned start)
{
    int users[16] = {0};
    unsigned compute = 0;
    unsigned same = 0;
    unsigned media = 0;
    for (size_t i = 0; i <= r->len; i++) {
        const unsigned p = i < r->len ? r->list[i].profile : profile;
        const unsigned from = i < r->len ? r->list[i].start : start;
        const struct mig_profile *spec = &t->profiles[p];
        for (unsigned slice = from; slice < from + spec->memory_slices; slice++)
            if (++users[slice] > 1 || slice >= t->memory_slices)
                return false;
        compute += spec->compute_slices;
        same += p == profile;
        media += spec->media;
    }
    bool listed = false;
    for (unsigned i = 0; i < t->profiles[profile].order_len; i++)
        listed = listed || t->profiles[profile].order[i] == start;
    return listed && compute <= t->compute_slices && same <= t->profiles[profile].most &&
           media <= 1;
}

static bool random_step(gsl_rng *rng, const struct mig_table *t, struct mig_layout *l,
                        struct reference *r)
{
    const unsigned p = (unsigned)gsl_rng_uniform_int(rng, t->len);
    const unsigned s = (unsigned)gsl_rng_uniform_int(rng, t->memory_slices);
    const bool may = mig_may_add(t, l, p, s);
    if (may != reference_allows(t, r, p, s))
        return false;
    if (may) {
        mig_add(t, l, p, s);
        r->list[r->len].profile = p;
        r->list[r->len++].start = s;
        return true;
    }
    if (r->len == 0 || gsl_rng_uniform_int(rng, 8) != 0)
        return true;
    const size_t i = gsl_rng_uniform_int(rng, r->len);
    if (mig_at(l, r->list[i].start) != (int)r->list[i].profile)
        return false;
    mig_remove(t, l, r->list[i].start);
    r->list[i] = r->list[--r->len];
    return true;
}

static int by_code(const void *a, const void *b)
{
    const struct mig_layout *x = a;
    const struct mig_layout *y = b;
    return (x->code > y->code) - (x->code < y->code);
}

static void walk(const struct mig_table *t, uint64_t seed, size_t steps)
{
    gsl_rng *rng = rng_open(seed, 0, "mig", 0);
    struct mig_space *space = mig_space_new(t, MIG_ALL_PROFILES);
    struct mig_layout l = {0};
    struct reference r = {.len = 0};
    size_t len;
    const struct mig_layout *all = mig_space_layouts(space, &len);
    bool *met = calloc(len, sizeof met[0]);
    assert_non_null(met);
    for (size_t i = 0; i < steps; i++) {
        if (!random_step(rng, t, &l, &r) || !mig_space_has(space, &l) || l.len != r.len)
            fail_msg("%s, seed %llu, step %zu: layout %08x", t->name, (unsigned long long)seed, i,
                     (unsigned)l.code);
        const struct mig_layout *here = bsearch(&l, all, len, sizeof l, by_code);
        assert_non_null(here);
        met[here - all] = true;
    }
    size_t different = 0;
    for (size_t i = 0; i < len; i++)
        different += met[i];
    print_message("%s: seed %llu, %zu steps, %zu of %zu layouts met\n", t->name,
                  (unsigned long long)seed, steps, different, len);
    assert_int_equal(different, len);
    free(met);
    while (r.len > 0)
        mig_remove(t, &l, r.list[--r.len].start);
    assert_memory_equal(&l, &(struct mig_layout){0}, sizeof l);
    mig_space_free(space);
    gsl_rng_free(rng);
}

static void random_creation_and_destruction_stays_within_the_enumeration(void **state)
{
    (void)state;
    walk(&h100, 20260302, 1000000);
    walk(&a30, 20260303, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instance_covers_its_slices),
        cmocka_unit_test(removing_gives_everything_back),
        cmocka_unit_test(slice_seven_belongs_to_long_instances),
        cmocka_unit_test(three_g_at_zero_excludes_all_that_begins_below_four),
        cmocka_unit_test(compute_slices_run_out_before_memory_does),
        cmocka_unit_test(media_engines_exist_once),
        cmocka_unit_test(most_and_compute_slices_bind_by_themselves),
        cmocka_unit_test(the_driver_numbers_instances_by_place),
        cmocka_unit_test(a_layout_reads_from_left_to_right),
        cmocka_unit_test(absurd_names_are_cut_off),
        cmocka_unit_test(equal_instances_at_other_places_are_one_multiset),
        cmocka_unit_test(containing_means_the_same_places),
        cmocka_unit_test(profiles_are_found_by_name),
        cmocka_unit_test(every_flaw_of_a_table_is_named),
        cmocka_unit_test(random_creation_and_destruction_stays_within_the_enumeration),
    };
    return cmocka_run_group_tests_name("mig", tests, NULL, NULL);
}
