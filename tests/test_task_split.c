#include "tests/unit.h"
#include "workloads/task_split.h"

static const struct row {
    const char *name;
    uint64_t pieces, most_each, tasks, each;
} rows[] = {
    {"one_gpu_is_one_task", 1, 8, 1, 1},
    {"a_full_node_is_one_task", 8, 8, 1, 8},
    {"twelve_on_nodes_of_eight_are_two_by_six", 12, 8, 2, 6},
    {"sixteen_are_two_by_eight", 16, 8, 2, 8},
    {"nine_are_three_by_three", 9, 8, 3, 3},
    {"a_prime_is_split_into_ones", 13, 8, 13, 1},
    {"nodes_of_one_make_tasks_of_one", 80640, 1, 80640, 1},
    {"no_node_at_all_counts_as_nodes_of_one", 3, 0, 3, 1},
    {"huge_nodes_take_everything", 5, UINT64_MAX, 1, 5},
    {"two_to_the_sixty_is_split", UINT64_C(1) << 60, 8, UINT64_C(1) << 57, 8},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    const struct task_split s = task_split(row->pieces, row->most_each);
    assert_int_equal(s.tasks, row->tasks);
    assert_int_equal(s.each, row->each);
}

static void no_number_of_fewer_tasks_would_do(void **state)
{
    (void)state;
    for (uint64_t pieces = 1; pieces <= 300; pieces++)
        for (uint64_t most = 1; most <= 20; most++) {
            uint64_t tasks = 1;
            while (pieces % tasks != 0 || pieces / tasks > most)
                tasks++;
            const struct task_split s = task_split(pieces, most);
            assert_int_equal(s.tasks, tasks);
            assert_int_equal(s.each * tasks, pieces);
        }
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 1];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = check_row,
            .initial_state = (void *)&rows[i],
        };
    tests[LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(no_number_of_fewer_tasks_would_do);
    return cmocka_run_group_tests_name("task_split", tests, NULL, NULL);
}
