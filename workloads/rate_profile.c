#include "workloads/rate_profile.h"

#include "sim/arena.h"
#include "sim/check.h"

#include <math.h>

enum { WEEK_DAYS = 7 };

/* 1970-01-05 was a Monday. */
#define MONDAY_NS (4 * RATE_DAY_NS)

struct rate_profile rate_profile_make(struct arena *a, const double *daily, size_t day_parts,
                                      const double *weekly)
{
    SIM_REQUIRE(daily != NULL || weekly != NULL);
    const size_t parts = daily == NULL ? 1 : day_parts;
    const size_t days = weekly == NULL ? 1 : WEEK_DAYS;
    SIM_REQUIRE(parts > 0 && RATE_DAY_NS % (int64_t)parts == 0);
    double *factors = arena_alloc(a, parts * days * sizeof factors[0]);
    double sum = 0;
    for (size_t i = 0; i < parts * days; i++) {
        const double of_day = weekly == NULL ? 1 : weekly[i / parts];
        factors[i] = of_day * (daily == NULL ? 1 : daily[i % parts]);
        sum += factors[i];
    }
    SIM_REQUIRE(sum > 0);
    return (struct rate_profile){
        .factors = factors,
        .len = parts * days,
        .part_ns = RATE_DAY_NS / (int64_t)parts,
        .origin_ns = MONDAY_NS,
        .mean = sum / (double)(parts * days),
    };
}

static int64_t cycle_ns(const struct rate_profile *p)
{
    return p->part_ns * (int64_t)p->len;
}

/* From the beginning of the cycle that ns is in. */
static int64_t since_cycle_ns(const struct rate_profile *p, int64_t ns)
{
    const int64_t cycle = cycle_ns(p);
    const int64_t rest = (ns % cycle - p->origin_ns % cycle) % cycle;
    return rest < 0 ? rest + cycle : rest;
}

/* INT64_MAX where time ends first. */
static int64_t plus(int64_t ns, int64_t more)
{
    return ns > INT64_MAX - more ? INT64_MAX : ns + more;
}

struct rate_walk rate_walk_from(const struct rate_profile *p, int64_t ns)
{
    if (p->len == 0)
        return (struct rate_walk){.now_ns = ns, .part_end_ns = INT64_MAX};
    const int64_t since = since_cycle_ns(p, ns);
    return (struct rate_walk){
        .now_ns = ns,
        .part = (size_t)(since / p->part_ns),
        .part_end_ns = plus(ns, p->part_ns - since % p->part_ns),
    };
}

/* Within a part, whose end lies beyond. */
static bool step(struct rate_walk *w, double ns, int64_t last_ns)
{
    const double from_now = w->fraction + ns;
    if (from_now > (double)(last_ns - w->now_ns))
        return false;
    const double whole = floor(from_now);
    w->now_ns += (int64_t)whole;
    w->fraction = from_now - whole;
    return w->now_ns <= last_ns;
}

static void enter_next_part(struct rate_walk *w, const struct rate_profile *p)
{
    w->now_ns = w->part_end_ns;
    w->fraction = 0;
    w->part = w->part + 1 == p->len ? 0 : w->part + 1;
    w->part_end_ns = plus(w->now_ns, p->part_ns);
}

/* Passes whole cycles at once; what is left of the interval takes less than two. */
static bool skip_cycles(struct rate_walk *w, const struct rate_profile *p, double *interval_ns,
                        int64_t last_ns)
{
    const double of_cycle = p->mean * (double)cycle_ns(p);
    const double cycles = floor(*interval_ns / of_cycle) - 1;
    if (cycles < 1)
        return true;
    if (cycles > (double)((last_ns - w->now_ns) / cycle_ns(p)))
        return false;
    const int64_t ns = (int64_t)cycles * cycle_ns(p);
    *interval_ns -= cycles * of_cycle;
    w->now_ns += ns;
    w->part_end_ns = plus(w->part_end_ns, ns);
    return true;
}

bool rate_walk_on(struct rate_walk *w, const struct rate_profile *p, double interval_ns,
                  int64_t last_ns)
{
    if (w->now_ns > last_ns)
        return false;
    if (p->len == 0)
        return step(w, interval_ns, last_ns);
    if (!skip_cycles(w, p, &interval_ns, last_ns))
        return false;
    for (;;) {
        const double factor = p->factors[w->part];
        const double room_ns = (double)(w->part_end_ns - w->now_ns) - w->fraction;
        if (factor > 0 && interval_ns < factor * room_ns)
            return step(w, interval_ns / factor, last_ns);
        if (w->part_end_ns > last_ns || w->part_end_ns == INT64_MAX)
            return false;
        interval_ns -= factor * room_ns;
        enter_next_part(w, p);
    }
}
