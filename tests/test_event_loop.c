#include "sim/event_loop.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

/* A world that writes down what happens to it. */
struct world {
    struct event_loop loop;
    char log[256];
    int rounds_to_ask;
    bool makes_progress;
};

enum { TICK, POLL };

static void note(struct world *w, const char *what, int subject)
{
    const size_t len = strlen(w->log);
    snprintf(w->log + len, sizeof w->log - len, "%s%d ", what, subject);
}

static void schedule(struct world *w, int64_t at_ns, unsigned phase, uint16_t kind,
                     uint32_t subject)
{
    event_queue_push(w->loop.queue, &(struct event){.time_ns = at_ns,
                                                    .phase = (uint16_t)phase,
                                                    .kind = kind,
                                                    .subject = subject});
}

static void tick(void *world, uint32_t subject)
{
    struct world *w = world;
    note(w, "t", (int)subject);
    event_loop_want_round(&w->loop);
}

static void poll_again(void *world, uint32_t subject)
{
    struct world *w = world;
    schedule(w, event_queue_now_ns(w->loop.queue), PHASE_TIMER, POLL, subject);
}

static const struct event_kind kinds[] = {{"tick", tick}, {"poll", poll_again}};

static bool settled(void *world)
{
    struct world *w = world;
    note(w, "d", w->rounds_to_ask);
    if (w->makes_progress)
        event_loop_progress(&w->loop);
    return w->rounds_to_ask-- > 0;
}

static void set_up(struct world *w)
{
    *w = (struct world){.rounds_to_ask = 0};
    event_loop_init(&w->loop, kinds, LEN(kinds), w, 0);
    w->loop.settled = settled;
}

static void one_round_settles_an_instant(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    schedule(&w, 5, PHASE_ARRIVE, TICK, 2);
    schedule(&w, 5, PHASE_END, TICK, 1);
    schedule(&w, 5, PHASE_SAMPLE, TICK, 3);
    schedule(&w, 6, PHASE_ARRIVE, TICK, 4);
    assert_int_equal(event_loop_run(&w.loop, 100), LOOP_EMPTY);
    /* The sample at 5 asks for a round, too: it comes at once, still at 5. */
    assert_string_equal(w.log, "t1 t2 d0 t3 d-1 t4 d-2 ");
    assert_int_equal(w.loop.events, 4);
    assert_int_equal(w.loop.rounds, 3);
    event_loop_fini(&w.loop);
}

static void a_round_may_ask_for_another(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    w.rounds_to_ask = 2;
    schedule(&w, 5, PHASE_ARRIVE, TICK, 1);
    assert_int_equal(event_loop_run(&w.loop, 100), LOOP_EMPTY);
    assert_string_equal(w.log, "t1 d2 d1 d0 ");
    event_loop_fini(&w.loop);
}

static void stops_before_until_and_goes_on(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    schedule(&w, 5, PHASE_ARRIVE, TICK, 1);
    schedule(&w, 10, PHASE_ARRIVE, TICK, 2);
    assert_int_equal(event_loop_run(&w.loop, 10), LOOP_UNTIL);
    assert_string_equal(w.log, "t1 d0 ");
    assert_int_equal(event_loop_run(&w.loop, 11), LOOP_EMPTY);
    assert_string_equal(w.log, "t1 d0 t2 d-1 ");
    event_loop_fini(&w.loop);
}

static void a_standing_clock_is_named(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    w.loop.most_events = 1000;
    schedule(&w, 7, PHASE_ARRIVE, TICK, 1);
    schedule(&w, 7, PHASE_TIMER, POLL, 0);
    assert_int_equal(event_loop_run(&w.loop, 100), LOOP_STALLED);
    char text[200] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    event_loop_stall(&w.loop, out);
    fclose(out);
    assert_string_equal(text, "the clock stands at 7 ns: 1001 events (tick 1, poll 1000), "
                              "0 rounds of decisions\n");
    event_loop_fini(&w.loop);
}

static void endless_rounds_are_a_stall(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    w.rounds_to_ask = 1000000;
    w.loop.most_rounds = 10;
    schedule(&w, 7, PHASE_ARRIVE, TICK, 1);
    assert_int_equal(event_loop_run(&w.loop, 100), LOOP_STALLED);
    assert_int_equal(w.loop.still_rounds, 11);
    event_loop_fini(&w.loop);
}

static void rounds_that_get_somewhere_are_none(void **state)
{
    (void)state;
    struct world w;
    set_up(&w);
    w.rounds_to_ask = 20;
    w.makes_progress = true;
    w.loop.most_rounds = 10;
    schedule(&w, 7, PHASE_ARRIVE, TICK, 1);
    assert_int_equal(event_loop_run(&w.loop, 100), LOOP_EMPTY);
    assert_int_equal(w.loop.rounds, 21);
    event_loop_fini(&w.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_round_settles_an_instant),
        cmocka_unit_test(a_round_may_ask_for_another),
        cmocka_unit_test(stops_before_until_and_goes_on),
        cmocka_unit_test(a_standing_clock_is_named),
        cmocka_unit_test(endless_rounds_are_a_stall),
        cmocka_unit_test(rounds_that_get_somewhere_are_none),
    };
    return cmocka_run_group_tests_name("event_loop", tests, NULL, NULL);
}
