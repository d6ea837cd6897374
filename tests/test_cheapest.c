/* The search for the cheapest point against looking at all of them. */
#include "results/cheapest.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 4096 };

struct world {
    uint64_t lens[3];
    size_t axes, main;
    uint64_t points;
    double costs[MOST];
    bool truth[MOST];
    bool seen[MOST];
    size_t looks, most_looks;
};

static double cost(void *context, uint64_t point)
{
    const struct world *w = context;
    return w->costs[point];
}

static bool holds(void *context, uint64_t point, bool *go_on)
{
    struct world *w = context;
    assert_true(point < w->points);
    w->looks += !w->seen[point];
    w->seen[point] = true;
    *go_on = w->looks <= w->most_looks;
    return *go_on && w->truth[point];
}

static struct cheapest_result find(struct world *w)
{
    const struct cheapest c = {w->lens, w->axes, w->main, cost, holds, w};
    return cheapest_find(&c);
}

static uint64_t coordinate(const struct world *w, uint64_t point, size_t axis)
{
    for (size_t i = w->axes - 1; i > axis; i--)
        point /= w->lens[i];
    return point % w->lens[axis];
}

/* Costs grow along the main axis; on each line, all from a threshold on hold. */
static void make(struct world *w, gsl_rng *rng)
{
    memset(w, 0, sizeof *w);
    w->axes = 1 + gsl_rng_uniform_int(rng, 3);
    w->main = gsl_rng_uniform_int(rng, w->axes);
    w->points = 1;
    w->most_looks = SIZE_MAX;
    for (size_t i = 0; i < w->axes; i++) {
        w->lens[i] = 1 + gsl_rng_uniform_int(rng, 12);
        w->points *= w->lens[i];
    }
    uint64_t thresholds[MOST];
    for (size_t i = 0; i < MOST; i++)
        thresholds[i] = gsl_rng_uniform_int(rng, w->lens[w->main] + 1);
    for (uint64_t p = 0; p < w->points; p++) {
        uint64_t line = 0;
        double others = 0;
        for (size_t i = 0; i < w->axes; i++)
            if (i != w->main) {
                line = line * w->lens[i] + coordinate(w, p, i);
                others += (double)(coordinate(w, p, i) * (i + 1)) * 0.37;
            }
        w->costs[p] = (double)coordinate(w, p, w->main) + others;
        w->truth[p] = coordinate(w, p, w->main) >= thresholds[line];
    }
}

static double cheapest_cost(const struct world *w)
{
    double least = -1;
    for (uint64_t p = 0; p < w->points; p++)
        if (w->truth[p] && (least < 0 || w->costs[p] < least))
            least = w->costs[p];
    return least;
}

static void the_cheapest_is_what_looking_at_all_finds(void **state)
{
    (void)state;
    enum { WORLDS = 20000, SEED = 5 };
    static struct world w;
    size_t looks = 0, points = 0;
    gsl_rng *rng = rng_open(SEED, 0, "cheapest", 0);
    for (int i = 0; i < WORLDS; i++) {
        make(&w, rng);
        const double least = cheapest_cost(&w);
        const struct cheapest_result r = find(&w);
        if (least < 0) {
            assert_true(r.point == CHEAPEST_NONE);
            continue;
        }
        assert_true(r.point != CHEAPEST_NONE && w.truth[r.point] && w.costs[r.point] == least);
        assert_false(r.is_uneven || r.was_stopped);
        const uint64_t at = coordinate(&w, r.point, w.main);
        assert_true((r.below == CHEAPEST_NONE) == (at == 0));
        if (at > 0)
            assert_true(w.seen[r.below] && !w.truth[r.below]);
        looks += w.looks;
        points += w.points;
    }
    gsl_rng_free(rng);
    print_message("seed %d: looked at %zu of %zu points\n", SEED, looks, points);
    assert_true(looks * 4 < points);
}

static struct world line_of(const char *truth)
{
    struct world w = {.axes = 1, .points = strlen(truth), .most_looks = SIZE_MAX};
    w.lens[0] = w.points;
    for (uint64_t p = 0; p < w.points; p++) {
        w.costs[p] = (double)p;
        w.truth[p] = truth[p] == '1';
    }
    return w;
}

static void what_is_uneven_is_found_to_be(void **state)
{
    (void)state;
    static const struct {
        const char *truth;
        uint64_t point;
        bool is_uneven;
    } rows[] = {
        {"0000000011111111", 8, false},
        {"0000001011111111", 6, true},  /* two below the answer */
        {"0011110011111111", 8, false}, /* beyond what is checked */
        {"0011110111111111", 2, false},
        {"0011111111110000", 2, true}, /* the dear end fails */
        {"0000000000000000", CHEAPEST_NONE, false},
        {"1111111111111111", 0, false},
        {"1", 0, false},
        {"0", CHEAPEST_NONE, false},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct world w = line_of(rows[i].truth);
        const struct cheapest_result r = find(&w);
        assert_true(r.point == rows[i].point);
        assert_true(r.is_uneven == rows[i].is_uneven);
    }
}

static void a_search_that_is_stopped_says_so_with_the_best_so_far(void **state)
{
    (void)state;
    struct world w = line_of("0000000011111111");
    w.most_looks = 2;
    const struct cheapest_result r = find(&w);
    assert_true(r.was_stopped);
    assert_true(r.point != CHEAPEST_NONE && w.truth[r.point]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cheapest_is_what_looking_at_all_finds),
        cmocka_unit_test(what_is_uneven_is_found_to_be),
        cmocka_unit_test(a_search_that_is_stopped_says_so_with_the_best_so_far),
    };
    return cmocka_run_group_tests_name("cheapest", tests, NULL, NULL);
}
