#include "policies/baseline/backlog.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

enum { SEED = 12, MOST = 2000, ROUNDS = 60000 };

/* The slow obvious one: an array, from which one is taken by moving all behind it. */
struct waiting {
    uint32_t item, size;
    int64_t length_ns;
};

struct line {
    struct waiting jobs[MOST];
    size_t len;
    bool is_in[2 * MOST];
};

static bool passes(const struct waiting *w, const struct backlog_probe *p)
{
    return w->size <= p->most && (w->length_ns <= p->short_ns || w->size <= p->spare);
}

static int64_t random_length(gsl_rng *rng)
{
    static const int64_t popular[] = {0, 1, INT64_C(1) << 35, (INT64_C(1) << 35) + 1, INT64_MAX};
    if (gsl_rng_uniform_int(rng, 4) == 0)
        return popular[gsl_rng_uniform_int(rng, LEN(popular))];
    return (int64_t)(gsl_rng_get(rng) >> (8 + gsl_rng_uniform_int(rng, 30)) & INT64_MAX);
}

static void change(struct backlog *b, struct line *l, gsl_rng *rng, unsigned long growth)
{
    if (l->len < MOST && (l->len == 0 || gsl_rng_uniform_int(rng, 10) < growth)) {
        uint32_t item = (uint32_t)gsl_rng_uniform_int(rng, 2 * MOST);
        while (l->is_in[item])
            item = (item + 1) % (2 * MOST);
        l->is_in[item] = true;
        const struct waiting w = {item, (uint32_t)gsl_rng_uniform_int(rng, 200),
                                  random_length(rng)};
        l->jobs[l->len++] = w;
        backlog_push(b, w.item, w.size, w.length_ns);
        return;
    }
    /* Mostly from the front, as queues go. */
    const size_t i = gsl_rng_uniform_int(rng, 2) ? 0 : gsl_rng_uniform_int(rng, l->len);
    l->is_in[l->jobs[i].item] = false;
    backlog_remove(b, l->jobs[i].item);
    l->len--;
    memmove(&l->jobs[i], &l->jobs[i + 1], (l->len - i) * sizeof l->jobs[0]);
}

static void compare_finds(const struct backlog *b, const struct line *l, gsl_rng *rng)
{
    const struct backlog_probe probe = {(int64_t)gsl_rng_uniform_int(rng, 60), random_length(rng),
                                        (int64_t)gsl_rng_uniform_int(rng, 20)};
    uint32_t cursor = 0;
    for (size_t i = 0; i < l->len; i++)
        if (passes(&l->jobs[i], &probe))
            assert_int_equal(backlog_find(b, &cursor, &probe), l->jobs[i].item);
    assert_int_equal(backlog_find(b, &cursor, &probe), BACKLOG_NONE);
}

static void agrees_with_a_plain_queue(void **state)
{
    (void)state;
    print_message("seed %d\n", SEED);
    gsl_rng *rng = rng_open(SEED, 0, "backlog", 0);
    struct backlog b = {0};
    struct line *l = calloc(1, sizeof *l);
    for (int round = 0; round < ROUNDS; round++) {
        change(&b, l, rng, round / 10000 % 2 == 0 ? 7 : 3);
        assert_int_equal(b.len, l->len);
        assert_int_equal(backlog_first(&b), l->len == 0 ? BACKLOG_NONE : l->jobs[0].item);
        if (round % 16 == 0)
            compare_finds(&b, l, rng);
        const uint32_t item = (uint32_t)gsl_rng_uniform_int(rng, 2 * MOST);
        assert_int_equal(backlog_has(&b, item), l->is_in[item]);
    }
    backlog_fini(&b);
    gsl_rng_free(rng);
    free(l);
}

static void an_empty_one_has_nobody(void **state)
{
    (void)state;
    struct backlog b = {0};
    const struct backlog_probe all = {UINT32_MAX, INT64_MAX, UINT32_MAX};
    uint32_t cursor = 0;
    assert_int_equal(backlog_first(&b), BACKLOG_NONE);
    assert_int_equal(backlog_find(&b, &cursor, &all), BACKLOG_NONE);
    assert_false(backlog_has(&b, 3));
    backlog_push(&b, 3, 0, INT64_MAX);
    backlog_remove(&b, 3);
    assert_int_equal(backlog_find(&b, &cursor, &all), BACKLOG_NONE);
    backlog_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_plain_queue),
        cmocka_unit_test(an_empty_one_has_nobody),
    };
    return cmocka_run_group_tests_name("backlog", tests, NULL, NULL);
}
