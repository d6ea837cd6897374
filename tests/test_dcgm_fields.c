/* Names of DCGM's metrics. */
#include "models/dcgm_fields.h"
#include "tests/unit.h"

#include <string.h>

static void names_are_sorted_and_found(void **state)
{
    (void)state;
    assert_true(dcgm_fields_len() > 1000);
    for (size_t i = 0; i < dcgm_fields_len(); i++) {
        assert_true(dcgm_fields_has(dcgm_fields_at(i)));
        assert_true(i == 0 || strcmp(dcgm_fields_at(i - 1), dcgm_fields_at(i)) < 0);
    }
}

/* The default counters of dcgm-exporter, and what there is not. */
static void what_exporters_write_is_there_and_nothing_else(void **state)
{
    (void)state;
    static const char *const there[] = {
        "DCGM_FI_DEV_SM_CLOCK",
        "DCGM_FI_DEV_MEM_CLOCK",
        "DCGM_FI_DEV_GPU_TEMP",
        "DCGM_FI_DEV_POWER_USAGE",
        "DCGM_FI_DEV_GPU_UTIL",
        "DCGM_FI_DEV_MEM_COPY_UTIL",
        "DCGM_FI_DEV_XID_ERRORS",
        "DCGM_FI_DEV_FB_FREE",
        "DCGM_FI_DEV_FB_USED",
        "DCGM_FI_DEV_FB_RESERVED",
        "DCGM_FI_DRIVER_VERSION",
        "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
        "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
        "DCGM_EXP_XID_ERRORS_COUNT",
    };
    static const char *const absent[] = {
        "",
        "DCGM_FI_DEV_MEM_USED",
        "DCGM_FI_DEV_GPU_UTI",
        "DCGM_FI_DEV_GPU_UTILS",
        "dcgm_fi_dev_gpu_util",
        "nvidia_gpu_duty_cycle",
    };
    for (size_t i = 0; i < LEN(there); i++)
        if (!dcgm_fields_has(there[i]))
            fail_msg("no %s", there[i]);
    for (size_t i = 0; i < LEN(absent); i++)
        if (dcgm_fields_has(absent[i]))
            fail_msg("there is %s", absent[i]);
}

static void a_wrong_name_is_put_right(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"DCGM_FI_DEV_MEM_USED", "DCGM_FI_DEV_FB_USED"},
        {"DCGM_FI_DEV_MEM_FREE", "DCGM_FI_DEV_FB_FREE"},
        {"DCGM_FI_DEV_GPU_UTL", "DCGM_FI_DEV_GPU_UTIL"},
        {"dcgm_fi_prof_gr_engine_active", "DCGM_FI_PROF_GR_ENGINE_ACTIVE"},
    };
    for (size_t i = 0; i < LEN(rows); i++)
        assert_string_equal(dcgm_fields_meant(rows[i][0]), rows[i][1]);
    assert_null(dcgm_fields_meant("x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_sorted_and_found),
        cmocka_unit_test(what_exporters_write_is_there_and_nothing_else),
        cmocka_unit_test(a_wrong_name_is_put_right),
    };
    return cmocka_run_group_tests_name("dcgm_fields", tests, NULL, NULL);
}
