#include "models/aks_reserved.h"
#include "tests/unit.h"

#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)

static void cpu_follows_the_published_points_and_the_line_between(void **state)
{
    (void)state;
    static const int64_t rows[][2] = {{1, 60},   {2, 100},  {3, 120},  {4, 140},
                                      {8, 180},  {16, 260}, {24, 340}, {32, 420},
                                      {40, 500}, {64, 740}, {80, 900}, {96, 1060}};
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(aks_reserved_cpu_milli(rows[i][0]), rows[i][1]);
}

static void memory_follows_the_published_examples(void **state)
{
    (void)state;
    assert_int_equal(aks_reserved_memory_bytes(8 * GIB, 30), 650 * MIB + 100 * MIB);
    assert_int_equal(aks_reserved_memory_bytes(4 * GIB, 70), GIB + 100 * MIB);
    assert_int_equal(aks_reserved_memory_bytes(1900 * GIB, AKS_DEFAULT_PODS), 2350 * MIB);
}

static void memory_is_never_more_than_there_is(void **state)
{
    (void)state;
    assert_int_equal(aks_reserved_memory_bytes(0, 30), 0);
    assert_int_equal(aks_reserved_memory_bytes(120 * MIB, 30), 120 * MIB);
    assert_int_equal(aks_reserved_memory_bytes(INT64_MAX, INT64_MAX), INT64_MAX / 4 + 100 * MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cpu_follows_the_published_points_and_the_line_between),
        cmocka_unit_test(memory_follows_the_published_examples),
        cmocka_unit_test(memory_is_never_more_than_there_is),
    };
    return cmocka_run_group_tests_name("aks_reserved", tests, NULL, NULL);
}
