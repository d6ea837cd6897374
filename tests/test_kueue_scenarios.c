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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_copies_come_out_again),
        cmocka_unit_test(every_recorded_history_comes_out_again),
    };
    if (argc > 1)
        return check_history(argv[1]) ? 0 : 1;
    return cmocka_run_group_tests_name("kueue_scenarios", tests, NULL, NULL);
}
