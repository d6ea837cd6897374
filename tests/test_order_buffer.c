#include "sim/rng.h"
#include "tests/unit.h"
#include "workloads/order_buffer.h"

#include <gsl/gsl_rng.h>
#include <string.h>

struct record {
    int64_t key;
    uint64_t pushed; /* how many were pushed before it */
    char text[8];
};

static struct record record_of(int64_t key, uint64_t pushed)
{
    return (struct record){key, pushed, "record"};
}

/* Pushes all keys, then pops all: "pushed" numbers in the order of leaving. */
static void assert_leaves_as(const int64_t *keys, const uint64_t *pushed, size_t len)
{
    struct order_buffer *b = order_buffer_new(sizeof(struct record));
    for (size_t i = 0; i < len; i++) {
        const struct record r = record_of(keys[i], i);
        order_buffer_push(b, &r);
        assert_int_equal(order_buffer_len(b), i + 1);
    }
    struct record r;
    for (size_t i = 0; i < len; i++) {
        assert_true(order_buffer_pop(b, &r));
        assert_int_equal(r.pushed, pushed[i]);
        assert_int_equal(r.key, keys[pushed[i]]);
        assert_string_equal(r.text, "record");
    }
    assert_false(order_buffer_pop(b, &r));
    order_buffer_free(b);
}

#define LEAVES(keys, pushed) assert_leaves_as(keys, pushed, LEN(keys))

static void sorted_records_leave_as_they_came(void **state)
{
    (void)state;
    LEAVES(((int64_t[]){1, 2, 2, 3}), ((uint64_t[]){0, 1, 2, 3}));
}

static void late_records_leave_in_order(void **state)
{
    (void)state;
    LEAVES(((int64_t[]){5, 3, 4, 6, 1}), ((uint64_t[]){4, 1, 2, 0, 3}));
}

static void equal_keys_leave_as_they_came(void **state)
{
    (void)state;
    LEAVES(((int64_t[]){3, 5, 3, 5, 3, 4, 4}), ((uint64_t[]){0, 2, 4, 5, 6, 1, 3}));
}

static void reversed_records_leave_in_order(void **state)
{
    (void)state;
    LEAVES(((int64_t[]){INT64_MAX, 2, 1, 0, -1, INT64_MIN}), ((uint64_t[]){5, 4, 3, 2, 1, 0}));
}

static void the_span_is_from_the_least_key_to_the_largest(void **state)
{
    (void)state;
    struct order_buffer *b = order_buffer_new(sizeof(int64_t));
    static const int64_t keys[] = {10, 20, 15, 4, 4, 30};
    static const uint64_t spans[] = {0, 10, 10, 16, 16, 26};
    assert_int_equal(order_buffer_span(b), 0);
    for (size_t i = 0; i < LEN(keys); i++) {
        order_buffer_push(b, &keys[i]);
        assert_int_equal(order_buffer_span(b), spans[i]);
    }
    int64_t key;
    order_buffer_clear(b);
    assert_int_equal(order_buffer_len(b), 0);
    order_buffer_push(b, &(int64_t){INT64_MIN});
    order_buffer_push(b, &(int64_t){INT64_MAX});
    assert_true(order_buffer_span(b) == UINT64_MAX);
    assert_true(order_buffer_pop(b, &key));
    assert_true(key == INT64_MIN);
    order_buffer_free(b);
}

/* The reference: the first of the least keys among everything held. */
static size_t next_of(const struct record *held, size_t len)
{
    size_t best = 0;
    for (size_t i = 1; i < len; i++)
        if (held[i].key < held[best].key ||
            (held[i].key == held[best].key && held[i].pushed < held[best].pushed))
            best = i;
    return best;
}

static void agrees_with_searching_all(void **state)
{
    (void)state;
    const uint64_t seed = 99;
    print_message("seed %ju\n", (uintmax_t)seed);
    gsl_rng *rng = rng_open(seed, 0, "buffer", 0);
    enum { MOST = 900 };
    static struct record held[MOST];
    struct order_buffer *b = order_buffer_new(sizeof(struct record));
    size_t len = 0;
    for (uint64_t i = 0; i < 60000; i++) {
        const uint64_t phase = i / 5000 % 4; /* grows, shrinks; small and large disorder */
        const bool pushes = gsl_rng_uniform_int(rng, 10) < (phase % 2 == 0 ? 6U : 4U);
        if (pushes && len < MOST) {
            const uint64_t noise = phase < 2 ? 5 : 4000;
            held[len] = record_of((int64_t)(i / 4 + gsl_rng_uniform_int(rng, noise)), i);
            order_buffer_push(b, &held[len++]);
        } else if (len > 0) {
            struct record got;
            const size_t best = next_of(held, len);
            assert_true(order_buffer_pop(b, &got));
            assert_int_equal(got.pushed, held[best].pushed);
            held[best] = held[--len];
        }
        assert_int_equal(order_buffer_len(b), len);
    }
    order_buffer_free(b);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorted_records_leave_as_they_came),
        cmocka_unit_test(late_records_leave_in_order),
        cmocka_unit_test(equal_keys_leave_as_they_came),
        cmocka_unit_test(reversed_records_leave_in_order),
        cmocka_unit_test(the_span_is_from_the_least_key_to_the_largest),
        cmocka_unit_test(agrees_with_searching_all),
    };
    return cmocka_run_group_tests_name("order_buffer", tests, NULL, NULL);
}
