#include "sim/thread_pool.h"
#include "tests/unit.h"

enum { TASKS = 1000 };

static void count(void *context, size_t task)
{
    ((unsigned *)context)[task]++;
}

static void each_task_is_done_once(void **state)
{
    (void)state;
    static const size_t threads[] = {0, 1, 2, 8, 5000};
    static const size_t tasks[] = {0, 1, 3, TASKS};
    for (size_t i = 0; i < LEN(threads); i++)
        for (size_t k = 0; k < LEN(tasks); k++) {
            unsigned done[TASKS] = {0};
            thread_pool_run(threads[i], tasks[k], count, done);
            for (size_t t = 0; t < TASKS; t++)
                assert_int_equal(done[t], t < tasks[k]);
        }
}

struct order {
    size_t next;
    size_t wrong;
};

static void note_order(void *context, size_t task)
{
    struct order *o = context;
    o->wrong += task != o->next++;
}

static void one_thread_does_them_in_their_order(void **state)
{
    (void)state;
    struct order o = {0};
    thread_pool_run(1, TASKS, note_order, &o);
    assert_int_equal(o.next, TASKS);
    assert_int_equal(o.wrong, 0);
}

static void there_is_a_core(void **state)
{
    (void)state;
    assert_true(thread_pool_cores() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_is_done_once),
        cmocka_unit_test(one_thread_does_them_in_their_order),
        cmocka_unit_test(there_is_a_core),
    };
    return cmocka_run_group_tests_name("thread_pool", tests, NULL, NULL);
}
