#include "models/mig_set.h"
#include "sim/arena.h"
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/mig_tables.h"
#include "tests/unit.h"

#include <string.h>

static void assert_set(const struct mig_table *t, const char *name, bool enabled,
                       const uint32_t *counts)
{
    struct mig_set set;
    assert_true(mig_set_named(t, name, &set));
    assert_int_equal(set.enabled, enabled);
    assert_memory_equal(set.counts, counts, t->len * sizeof counts[0]);
}

static void mig_parted_brings_named_sets(void **state)
{
    (void)state;
    static const uint32_t none[7] = {0};
    assert_set(&h100, "all-disabled", false, none);
    assert_set(&h100, "all-enabled", true, none);
    assert_set(&h100, "all-1g.10gb", true, (const uint32_t[7]){[P1] = 7});
    assert_set(&h100, "all-1g.10gb.me", true, (const uint32_t[7]){[P1ME] = 1});
    assert_set(&h100, "all-1g.20gb", true, (const uint32_t[7]){[P1DM] = 4});
    assert_set(&h100, "all-3g.40gb", true, (const uint32_t[7]){[P3] = 2});
    assert_set(&h100, "all-balanced", true, (const uint32_t[7]){[P1] = 2, [P2] = 1, [P3] = 1});
    assert_set(&a30, "all-balanced", true, (const uint32_t[5]){[A1] = 2, [A2] = 1});
    struct mig_set set;
    assert_false(mig_set_named(&h100, "all-1g.5gb", &set));
    assert_false(mig_set_named(&h100, "all-", &set));
    assert_false(mig_set_named(&h100, "balanced", &set));
    assert_false(mig_set_named(&h100, "", &set));
}

static void every_listed_set_exists(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    const char *const *names = mig_set_names(&h100, a);
    size_t len = 0;
    struct mig_set set;
    for (; names[len] != NULL; len++)
        assert_true(mig_set_named(&h100, names[len], &set));
    assert_int_equal(len, 3 + h100.len);
    assert_string_equal(names[4], "all-1g.10gb.me");
    arena_free(a);
}

static void gpus_of_other_sizes_have_no_balanced_set(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct mig_table t = h100;
    t.compute_slices = 8;
    struct mig_set set;
    assert_false(mig_set_named(&t, "all-balanced", &set));
    assert_string_equal(mig_set_names(&t, a)[2], "all-1g.10gb");
    arena_free(a);
}

static void a_set_of_one_profile_is_uniform(void **state)
{
    (void)state;
    struct mig_set set = {.enabled = true};
    assert_int_equal(mig_set_uniform(&h100, &set), MIG_NONE);
    set.counts[P3] = 2;
    assert_int_equal(mig_set_uniform(&h100, &set), P3);
    set.counts[P1] = 1;
    assert_int_equal(mig_set_uniform(&h100, &set), MIG_NONE);
}

static void assert_says(struct messages *said, const char *text)
{
    if (strstr(messages_text(said), text) == NULL)
        fail_msg("'%s' is not in: %s", text, messages_text(said));
}

/* A list of profiles as in a scenario's layout. */
static void lists_of_profiles_are_counted(void **state)
{
    (void)state;
    struct messages said;
    messages_open(&said);
    struct mig_space *space = mig_space_new(&h100, MIG_ALL_PROFILES);
    const char *text = "[3g.40gb, 1g.10gb, 1g.10gb, 1g.10gb, 1g.10gb]";
    struct yaml_file *file = yaml_parse("s.yaml", text, strlen(text), &said.diag);
    const struct yaml_node *list = yaml_doc(file, 0);
    const char *names[5];
    for (size_t i = 0; i < 5; i++)
        names[i] = list->items[i]->text;
    struct config_texts texts = {names, list->items, 5};
    struct mig_set set;
    assert_true(mig_set_read(&texts, space, &said.diag, &set));
    assert_true(set.enabled);
    assert_int_equal(set.counts[P1], 4);
    names[1] = "3g.40gb";
    assert_false(mig_set_read(&texts, space, &said.diag, &set));
    assert_says(&said, "s.yaml:1:2: error: H100-80GB: these instances do not fit on one GPU: two "
                       "3g.40gb use all 8 memory slices, no room is left for three 1g.10gb");
    names[4] = "1g.10g";
    assert_false(mig_set_read(&texts, space, &said.diag, &set));
    assert_says(&said,
                "s.yaml:1:38: error: '1g.10g': H100-80GB has no such MIG profile; did you mean "
                "'1g.10gb'?");
    names[1] = "1g.10gb";
    assert_false(mig_set_read(&texts, space, &said.diag, &set));
    texts.len = 0;
    assert_true(mig_set_read(&texts, space, &said.diag, &set));
    yaml_close(file);
    mig_space_free(space);
    messages_close(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mig_parted_brings_named_sets),
        cmocka_unit_test(every_listed_set_exists),
        cmocka_unit_test(gpus_of_other_sizes_have_no_balanced_set),
        cmocka_unit_test(a_set_of_one_profile_is_uniform),
        cmocka_unit_test(lists_of_profiles_are_counted),
    };
    return cmocka_run_group_tests_name("mig_set", tests, NULL, NULL);
}
