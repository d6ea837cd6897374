#include "results/cheapest.h"

#include <math.h>

struct search {
    const struct cheapest *c;
    struct cheapest_result r;
    double best_cost;
    uint64_t stride; /* between neighbours on the main axis */
    uint64_t len;    /* of a line */
    bool go_on;
};

static uint64_t stride_of(const struct cheapest *c)
{
    uint64_t stride = 1;
    for (size_t i = c->main + 1; i < c->axes; i++)
        stride *= c->lens[i];
    return stride;
}

uint64_t cheapest_step(const struct cheapest *c, uint64_t point, int64_t steps)
{
    const uint64_t stride = stride_of(c);
    const int64_t at = (int64_t)(point / stride % c->lens[c->main]) + steps;
    if (at < 0 || (uint64_t)at >= c->lens[c->main])
        return CHEAPEST_NONE;
    return point + (uint64_t)steps * stride; /* wraps, and comes back, for steps below 0 */
}

static bool holds(struct search *s, uint64_t point)
{
    return s->go_on && s->c->holds(s->c->context, point, &s->go_on);
}

static void take(struct search *s, uint64_t point)
{
    s->r.point = point;
    s->best_cost = s->c->cost(s->c->context, point);
}

/* How many points of the line that begins at `first` are cheaper than the best. */
static uint64_t count_cheaper(const struct search *s, uint64_t first)
{
    uint64_t low = 0, high = s->len; /* all below low are, none at or beyond high */
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (s->c->cost(s->c->context, first + middle * s->stride) < s->best_cost)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void search_line(struct search *s, uint64_t first)
{
    uint64_t high = count_cheaper(s, first); /* holds, once the dearest of them does */
    uint64_t low = 0;                        /* all below it fail */
    if (high == 0 || !holds(s, first + (high - 1) * s->stride))
        return;
    high--;
    take(s, first + high * s->stride);
    while (low < high && s->go_on) {
        const uint64_t middle = low + (high - low) / 2;
        if (holds(s, first + middle * s->stride)) {
            high = middle;
            take(s, first + high * s->stride);
        } else
            low = middle + 1;
    }
}

/* From a point that holds as far down as the next ones do. */
static void go_down(struct search *s, uint64_t point)
{
    s->r.is_uneven = true;
    take(s, point);
    for (uint64_t next;
         (next = cheapest_step(s->c, s->r.point, -1)) != CHEAPEST_NONE && holds(s, next);)
        take(s, next);
}

/* Nothing holds at the dear end of any line: then some points between are looked at. */
static void probe_line(struct search *s, uint64_t first)
{
    enum { PROBES = 8 };
    for (uint64_t k = 0; k < PROBES && s->r.point == CHEAPEST_NONE && s->go_on; k++) {
        const uint64_t point = first + s->len * k / PROBES * s->stride;
        if (holds(s, point))
            go_down(s, point);
    }
}

/* Two steps below an answer whose neighbour fails: if that holds, the next ones down too are looked
 * at one by one. */
static void check_below(struct search *s)
{
    while (s->r.point != CHEAPEST_NONE && s->go_on) {
        const uint64_t two_below = cheapest_step(s->c, s->r.point, -2);
        if (two_below == CHEAPEST_NONE || !holds(s, two_below))
            return;
        go_down(s, two_below);
    }
}

struct cheapest_result cheapest_find(const struct cheapest *c)
{
    struct search s = {
        .c = c,
        .r = {.point = CHEAPEST_NONE, .below = CHEAPEST_NONE},
        .best_cost = INFINITY,
        .stride = stride_of(c),
        .len = c->lens[c->main],
        .go_on = true,
    };
    uint64_t points = 1;
    for (size_t i = 0; i < c->axes; i++)
        points *= c->lens[i];
    for (uint64_t first = 0; first < points && s.go_on; first++)
        if (first / s.stride % s.len == 0)
            search_line(&s, first);
    for (uint64_t first = 0; first < points && s.go_on && s.r.point == CHEAPEST_NONE; first++)
        if (first / s.stride % s.len == 0)
            probe_line(&s, first);
    check_below(&s);
    if (s.r.point != CHEAPEST_NONE)
        s.r.below = cheapest_step(c, s.r.point, -1);
    s.r.was_stopped = !s.go_on;
    return s.r;
}
