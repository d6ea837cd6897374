/* Whole histories of real Kueue, second by second. */
#include "tests/kueue_history.h"
#include "tests/unit.h"

static bool check_history(const char *path)
{
    struct kueue_case c;
    struct history want = {0}, got = {0};
    kueue_case_open(&c, path);
    history_read(&want, path);
    history_run(&got, &c);
    const bool equal = history_equals(&want, &got);
    history_fini(&want);
    history_fini(&got);
    kueue_case_close(&c);
    return equal;
}

static void our_copies_come_out_again(void **state)
{
    (void)state;
    assert_true(kueue_cases_run_folder("tests/data/kueue/scenarios", check_history, NULL));
}

static void every_recorded_history_comes_out_again(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("scenarios", check_history, NULL));
}

/* In this history team-a/w022 and team-c/w023 preempt each other seven times in turn. */
static void who_preempts_each_other_in_turn_is_counted(void **state)
{
    (void)state;
    struct kueue_case c;
    struct history got = {0};
    kueue_case_open(&c, "tests/data/kueue/scenarios/fairhier-0123.yaml");
    history_run(&got, &c);
    const struct kueue_workload *a = kueue_case_find(&c, "team-a/w022");
    const struct kueue_workload *b = kueue_case_find(&c, "team-c/w023");
    assert_true(a->evictor == b->serial || b->evictor == a->serial);
    assert_int_equal(a->exchanges > b->exchanges ? a->exchanges : b->exchanges, 7);
    history_fini(&got);
    kueue_case_close(&c);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_copies_come_out_again),
        cmocka_unit_test(who_preempts_each_other_in_turn_is_counted),
        cmocka_unit_test(every_recorded_history_comes_out_again),
    };
    if (argc > 1)
        return check_history(argv[1]) ? 0 : 1;
    return cmocka_run_group_tests_name("kueue_scenarios", tests, NULL, NULL);
}
