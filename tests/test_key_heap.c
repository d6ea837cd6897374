#include "sim/key_heap.h"
#include "sim/rng.h"
#include "tests/aborts.h"
#include "tests/unit.h"

#include <gsl/gsl_rng.h>
#include <stdlib.h>

static void an_empty_heap_has_no_top(void **state)
{
    (void)state;
    struct key_heap h;
    key_heap_init(&h);
    assert_null(key_heap_top(&h));
    key_heap_push(&h, (struct key_entry){5, 0, 7});
    assert_int_equal(key_heap_top(&h)->item, 7);
    assert_int_equal(key_heap_pop(&h).item, 7);
    assert_null(key_heap_top(&h));
    key_heap_fini(&h);
}

static void keys_of_any_size_are_ordered(void **state)
{
    (void)state;
    static const int64_t keys[] = {0, INT64_MAX, -1, INT64_MIN, 1, INT64_MIN + 1};
    static const int64_t sorted[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX};
    struct key_heap h;
    key_heap_init(&h);
    for (size_t i = 0; i < LEN(keys); i++)
        key_heap_push(&h, (struct key_entry){keys[i], i, 0});
    for (size_t i = 0; i < LEN(sorted); i++)
        assert_int_equal(key_heap_pop(&h).key, sorted[i]);
    key_heap_fini(&h);
}

/* The reference: the least of an unsorted array, found by looking at all of it. */
static size_t least(const struct key_entry *all, size_t len)
{
    size_t best = 0;
    for (size_t i = 1; i < len; i++)
        if (key_entry_before(&all[i], &all[best]))
            best = i;
    return best;
}

static void agrees_with_searching_all(void **state)
{
    (void)state;
    const uint64_t seed = 4;
    print_message("seed %ju\n", (uintmax_t)seed);
    gsl_rng *rng = rng_open(seed, 0, "heap", 0);
    enum { MOST = 300 };
    struct key_entry all[MOST];
    size_t len = 0;
    struct key_heap h;
    key_heap_init(&h);
    for (uint64_t i = 0; i < 20000; i++) {
        const bool pushes = len == 0 || (len < MOST && gsl_rng_uniform_int(rng, 2) == 0);
        if (pushes) {
            all[len] = (struct key_entry){(int64_t)gsl_rng_uniform_int(rng, 50), i, (uint32_t)i};
            key_heap_push(&h, all[len++]);
        } else {
            const size_t best = least(all, len);
            const struct key_entry got = key_heap_pop(&h);
            assert_int_equal(got.key, all[best].key);
            assert_int_equal(got.tie, all[best].tie);
            assert_int_equal(got.item, all[best].item);
            all[best] = all[--len];
        }
        assert_int_equal(h.len, len);
    }
    key_heap_fini(&h);
    gsl_rng_free(rng);
}

static void pop_nothing(void *arg)
{
    (void)arg;
    struct key_heap h;
    key_heap_init(&h);
    key_heap_pop(&h);
}

static void popping_nothing_is_a_bug(void **state)
{
    (void)state;
    assert_true(aborts(pop_nothing, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_heap_has_no_top),
        cmocka_unit_test(keys_of_any_size_are_ordered),
        cmocka_unit_test(agrees_with_searching_all),
        cmocka_unit_test(popping_nothing_is_a_bug),
    };
    return cmocka_run_group_tests_name("key_heap", tests, NULL, NULL);
}
