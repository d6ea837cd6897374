#include "models/mig_resource.h"
#include "sim/arena.h"
#include "tests/mig_tables.h"
#include "tests/unit.h"

#include <string.h>

static int make_arena(void **state)
{
    *state = arena_new();
    return 0;
}

static int free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static void resources_follow_the_strategy(void **state)
{
    struct arena *a = *state;
    const struct mig_profile *me = &h100_profiles[P1ME];
    const struct mig_profile *p3 = &h100_profiles[P3];
    assert_string_equal(mig_resource_name(a, MIG_STRATEGY_MIXED, p3), "nvidia.com/mig-3g.40gb");
    assert_string_equal(mig_resource_name(a, MIG_STRATEGY_MIXED, me), "nvidia.com/mig-1g.10gb.me");
    assert_string_equal(mig_resource_name(a, MIG_STRATEGY_SINGLE, p3), "nvidia.com/gpu");
    assert_null(mig_resource_name(a, MIG_STRATEGY_NONE, p3));
    for (int s = 0; mig_strategy_names[s] != NULL; s++)
        assert_string_equal(mig_resource_name(a, (enum mig_strategy)s, NULL), "nvidia.com/gpu");
}

static void resources_lead_back_to_their_profile(void **state)
{
    struct arena *a = *state;
    for (unsigned p = 0; p < h100.len; p++)
        assert_int_equal(
            mig_resource_find(&h100, mig_resource_name(a, MIG_STRATEGY_MIXED, &h100_profiles[p])),
            p);
    static const char *const none[] = {"nvidia.com/gpu",
                                       "nvidia.com/mig-1g.10gb+me",
                                       "nvidia.com/mig-1g.5gb",
                                       "nvidia.com/mig-",
                                       "nvidia.com/mig-1g.10gb.m",
                                       "nvidia.com/mig-1g.10gb.me2",
                                       "1g.10gb",
                                       ""};
    for (size_t i = 0; i < LEN(none); i++)
        assert_int_equal(mig_resource_find(&h100, none[i]), MIG_NONE);
}

static void the_product_label_names_the_profile_under_single(void **state)
{
    struct arena *a = *state;
    const char *product = "NVIDIA-H100-80GB-HBM3";
    assert_string_equal(mig_product_label(a, product, MIG_STRATEGY_SINGLE, &h100_profiles[P1]),
                        "NVIDIA-H100-80GB-HBM3-MIG-1g.10gb");
    assert_string_equal(mig_product_label(a, product, MIG_STRATEGY_SINGLE, &h100_profiles[P1ME]),
                        "NVIDIA-H100-80GB-HBM3-MIG-1g.10gb.me");
    assert_string_equal(mig_product_label(a, product, MIG_STRATEGY_SINGLE, NULL), product);
    assert_string_equal(mig_product_label(a, product, MIG_STRATEGY_MIXED, &h100_profiles[P1]),
                        product);
    assert_string_equal(mig_product_label(a, product, MIG_STRATEGY_NONE, &h100_profiles[P1]),
                        product);
}

static void the_plain_profile_of_a_size_is_the_one_that_fits_most_often(void **state)
{
    (void)state;
    assert_int_equal(mig_plain_profile(&h100, 1), P1);
    assert_int_equal(mig_plain_profile(&h100, 7), P7);
    assert_int_equal(mig_plain_profile(&h100, 5), MIG_NONE);
    assert_int_equal(mig_plain_profile(&a30, 2), A2);
    assert_int_equal(mig_aks_profile(&h100, "MIG1g"), P1);
    assert_int_equal(mig_aks_profile(&h100, "MIG3g"), P3);
    assert_int_equal(mig_aks_profile(&h100, "MIG5g"), MIG_NONE);
    assert_int_equal(mig_aks_profile(&h100, "MIG9g"), MIG_NONE);
    assert_int_equal(mig_aks_profile(&h100, "mig1g"), MIG_NONE);
    assert_int_equal(mig_aks_profile(&h100, "MIG1gb"), MIG_NONE);
    assert_int_equal(mig_aks_profile(&h100, "MIG"), MIG_NONE);
}

/* scripts/post-provision.sh: 8 GPUs, one mode for all. */
static void quotas_are_those_of_the_sample(void **state)
{
    (void)state;
    static const struct {
        const char *mode;
        int64_t per_gpu;
        struct mig_quota want; /* total, team, borrowing, shared */
    } modes[] = {
        {NULL, 1, {8, 2, 4, 4}},     {"MIG1g", 7, {56, 14, 28, 28}}, {"MIG2g", 3, {24, 6, 12, 12}},
        {"MIG3g", 2, {16, 4, 8, 8}}, {"MIG4g", 1, {8, 2, 4, 4}},     {"MIG7g", 1, {8, 2, 4, 4}},
    };
    for (size_t i = 0; i < LEN(modes); i++) {
        if (modes[i].mode != NULL) {
            const int p = mig_aks_profile(&h100, modes[i].mode);
            assert_int_equal(h100_profiles[p].most, modes[i].per_gpu);
        }
        const struct mig_quota q = mig_sample_quota(8, modes[i].per_gpu);
        assert_memory_equal(&q, &modes[i].want, sizeof q);
    }
    assert_int_equal(mig_sample_quota(1, 7).team, 1);
    assert_int_equal(mig_sample_quota(1, 7).shared, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resources_follow_the_strategy),
        cmocka_unit_test(resources_lead_back_to_their_profile),
        cmocka_unit_test(the_product_label_names_the_profile_under_single),
        cmocka_unit_test(the_plain_profile_of_a_size_is_the_one_that_fits_most_often),
        cmocka_unit_test(quotas_are_those_of_the_sample),
    };
    return cmocka_run_group_tests_name("mig_resource", tests, make_arena, free_arena);
}
