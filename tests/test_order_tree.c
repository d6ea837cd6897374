#include "policies/baseline/order_tree.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

enum { SEED = 11, MOST = 3000, ROUNDS = 60000 };

/* The slow obvious one: a sorted array. */
struct list {
    struct order_entry entries[MOST];
    size_t len;
    uint64_t inserted; /* ever: makes ties unique, in no order */
};

static bool is_before(const struct order_entry *a, const struct order_entry *b)
{
    return a->key < b->key || (a->key == b->key && a->tie < b->tie);
}

static void list_insert(struct list *l, const struct order_entry *e)
{
    size_t i = l->len++;
    for (; i > 0 && is_before(e, &l->entries[i - 1]); i--)
        l->entries[i] = l->entries[i - 1];
    l->entries[i] = *e;
}

static void list_remove(struct list *l, size_t i)
{
    l->len--;
    memmove(&l->entries[i], &l->entries[i + 1], (l->len - i) * sizeof l->entries[0]);
}

static void expect_same(const struct order_entry *a, const struct order_entry *b)
{
    assert_int_equal(a->key, b->key);
    assert_int_equal(a->tie, b->tie);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->item, b->item);
}

static bool compare_next(void *context, const struct order_entry *e)
{
    const struct order_entry **next = context;
    expect_same((*next)++, e);
    return true;
}

static void compare_small(const struct order_tree *t, const struct list *l, int64_t limit,
                          struct order_entry from)
{
    for (size_t i = 0; i < l->len; i++) {
        if (l->entries[i].size > limit || is_before(&l->entries[i], &from))
            continue;
        assert_true(order_tree_find_small(t, limit, &from));
        expect_same(&l->entries[i], &from);
        return;
    }
    assert_false(order_tree_find_small(t, limit, &from));
}

static void compare_sums(const struct order_tree *t, const struct list *l, int64_t key,
                         int64_t need)
{
    int64_t to_key = 0, all = 0, found = INT64_MIN, got;
    for (size_t i = 0; i < l->len; i++) {
        all += l->entries[i].size;
        if (l->entries[i].key <= key)
            to_key += l->entries[i].size;
        if (all >= need && found == INT64_MIN)
            found = l->entries[i].key;
    }
    assert_int_equal(order_tree_sum_to(t, key), to_key);
    assert_int_equal(order_tree_find_sum(t, need, &got), all >= need);
    if (all >= need)
        assert_int_equal(got, found);
}

static void change(struct order_tree *t, struct list *l, gsl_rng *rng, unsigned long phase)
{
    /* It grows, shrinks to nothing, grows again: nodes split and join on the way. */
    const bool grow = l->len == 0 || (l->len < MOST && gsl_rng_uniform_int(rng, 10) < phase);
    if (grow) {
        const struct order_entry e = {
            .key = (int64_t)gsl_rng_uniform_int(rng, 500) - 250,
            .tie = l->inserted++ * 7919 % 1000003,
            .size = (int64_t)gsl_rng_uniform_int(rng, 100),
            .item = (uint32_t)gsl_rng_uniform_int(rng, 1000),
        };
        list_insert(l, &e);
        order_tree_insert(t, &e);
        return;
    }
    const size_t i = gsl_rng_uniform_int(rng, l->len);
    order_tree_remove(t, l->entries[i].key, l->entries[i].tie);
    list_remove(l, i);
}

static void agrees_with_a_sorted_array(void **state)
{
    (void)state;
    print_message("seed %d\n", SEED);
    gsl_rng *rng = rng_open(SEED, 0, "order_tree", 0);
    struct order_tree t = {0};
    struct list *l = calloc(1, sizeof *l);
    for (int round = 0; round < ROUNDS; round++) {
        change(&t, l, rng, round / 10000 % 2 == 0 ? 7 : 2);
        assert_int_equal(t.len, l->len);
        if (round % 16 != 0)
            continue;
        struct order_entry first;
        assert_int_equal(order_tree_first(&t, &first), l->len > 0);
        if (l->len > 0)
            expect_same(&first, &l->entries[0]);
        const struct order_entry from = {.key = (int64_t)gsl_rng_uniform_int(rng, 520) - 260,
                                         .tie = gsl_rng_uniform_int(rng, 1000003)};
        compare_small(&t, l, (int64_t)gsl_rng_uniform_int(rng, 100) / 10, from);
        compare_sums(&t, l, (int64_t)gsl_rng_uniform_int(rng, 520) - 260,
                     1 + (int64_t)gsl_rng_uniform_int(rng, 160000));
        const struct order_entry *next = l->entries;
        order_tree_walk(&t, compare_next, &next);
        assert_ptr_equal(next, l->entries + l->len);
    }
    order_tree_fini(&t);
    gsl_rng_free(rng);
    free(l);
}

static bool stop_at_second(void *context, const struct order_entry *e)
{
    *(uint32_t *)context = e->item;
    return e->item != 2;
}

static void a_walk_stops_when_it_is_told_to(void **state)
{
    (void)state;
    struct order_tree t = {0};
    for (uint32_t i = 1; i <= 100; i++)
        order_tree_insert(&t, &(struct order_entry){.key = i, .size = 1, .item = i});
    uint32_t last = 0;
    order_tree_walk(&t, stop_at_second, &last);
    assert_int_equal(last, 2);
    order_tree_fini(&t);
}

static void an_empty_tree_has_nothing(void **state)
{
    (void)state;
    struct order_tree t = {0};
    struct order_entry e = {.key = INT64_MIN};
    int64_t key;
    assert_false(order_tree_first(&t, &e));
    assert_false(order_tree_find_small(&t, INT64_MAX, &e));
    assert_false(order_tree_find_sum(&t, 1, &key));
    assert_int_equal(order_tree_sum_to(&t, INT64_MAX), 0);
    order_tree_insert(&t, &(struct order_entry){.key = 5, .size = 3});
    order_tree_remove(&t, 5, 0);
    assert_false(order_tree_first(&t, &e));
    assert_int_equal(t.len, 0);
    order_tree_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_sorted_array),
        cmocka_unit_test(a_walk_stops_when_it_is_told_to),
        cmocka_unit_test(an_empty_tree_has_nothing),
    };
    return cmocka_run_group_tests_name("order_tree", tests, NULL, NULL);
}
