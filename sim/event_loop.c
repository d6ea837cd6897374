#include "sim/event_loop.h"

#include "sim/check.h"

#include <inttypes.h>
#include <string.h>

void event_loop_init(struct event_loop *l, const struct event_kind *kinds, size_t kinds_len,
                     void *world, int64_t start_ns)
{
    SIM_REQUIRE(kinds_len <= LOOP_MOST_KINDS);
    *l = (struct event_loop){
        .queue = event_queue_new(start_ns),
        .kinds = kinds,
        .kinds_len = kinds_len,
        .world = world,
        .most_events = LOOP_MOST_EVENTS,
        .most_rounds = LOOP_MOST_ROUNDS,
        .still_since_ns = start_ns,
    };
}

void event_loop_fini(struct event_loop *l)
{
    event_queue_free(l->queue);
    l->queue = NULL;
}

/* Counts anew what happens at one instant. */
static void count_from(struct event_loop *l, int64_t to_ns)
{
    l->still_since_ns = to_ns;
    l->still_events = 0;
    l->still_rounds = 0;
    memset(l->still_by_kind, 0, l->kinds_len * sizeof l->still_by_kind[0]);
}

void event_loop_progress(struct event_loop *l)
{
    count_from(l, l->still_since_ns);
}

static bool round_is_due(const struct event_loop *l, bool any, const struct event *next)
{
    return l->round_wanted &&
           (!any || next->time_ns > event_queue_now_ns(l->queue) || next->phase > PHASE_DECIDE);
}

static void run_round(struct event_loop *l)
{
    l->round_wanted = false;
    l->rounds++;
    l->still_rounds++;
    if (l->settled != NULL && l->settled(l->world))
        l->round_wanted = true;
}

static void run_event(struct event_loop *l)
{
    struct event ev;
    const bool any = event_queue_pop(l->queue, &ev);
    SIM_REQUIRE(any && ev.kind < l->kinds_len);
    if (ev.time_ns != l->still_since_ns)
        count_from(l, ev.time_ns);
    l->events++;
    l->still_events++;
    l->still_by_kind[ev.kind]++;
    l->kinds[ev.kind].fire(l->world, ev.subject);
}

enum loop_end event_loop_run(struct event_loop *l, int64_t until_ns)
{
    l->stopped = false;
    while (!l->stopped) {
        struct event next;
        const bool any = event_queue_peek(l->queue, &next);
        if (round_is_due(l, any, &next))
            run_round(l);
        else if (!any)
            return LOOP_EMPTY;
        else if (next.time_ns >= until_ns)
            return LOOP_UNTIL;
        else
            run_event(l);
        if (l->still_events > l->most_events || l->still_rounds > l->most_rounds)
            return LOOP_STALLED;
    }
    return LOOP_STOPPED;
}

void event_loop_stall(const struct event_loop *l, FILE *out)
{
    fprintf(out, "the clock stands at %" PRId64 " ns: %" PRIu64 " events (", l->still_since_ns,
            l->still_events);
    const char *comma = "";
    for (size_t k = 0; k < l->kinds_len; k++) {
        if (l->still_by_kind[k] == 0)
            continue;
        fprintf(out, "%s%s %" PRIu64, comma, l->kinds[k].name, l->still_by_kind[k]);
        comma = ", ";
    }
    fprintf(out, "), %" PRIu64 " rounds of decisions\n", l->still_rounds);
}
