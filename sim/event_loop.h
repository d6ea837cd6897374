/*
 * event_loop.h - takes events from the queue and hands each to its kind's handler.
 *
 * Order    As the queue's. When everything of an instant up to PHASE_DECIDE is done and a round was
 *          asked for, `settled` is called once; what it makes due at the same instant goes first,
 *          then it is called again if it asks for that. So any number of arrivals and ends at one
 *          instant cost one decision.
 * Errors   A clock that does not move for `most_events` events or `most_rounds` rounds without
 *          progress stops the loop: LOOP_STALLED, and event_loop_stall says which kinds keep it
 *          busy.
 * Cost     O(1) on top of the queue; a round costs no heap operation.
 */
#ifndef SIM_EVENT_LOOP_H
#define SIM_EVENT_LOOP_H

#include "sim/event_queue.h"

#include <stdio.h>

enum { LOOP_MOST_EVENTS = 1000000, LOOP_MOST_ROUNDS = 100000, LOOP_MOST_KINDS = 64 };

struct event_kind {
    const char *name;
    void (*fire)(void *world, uint32_t subject);
};

struct event_loop {
    struct event_queue *queue;
    const struct event_kind *kinds; /* borrowed; an event's kind indexes it */
    size_t kinds_len;
    bool (*settled)(void *world); /* true: ask me again at this instant */
    void *world;                  /* borrowed; handed to every handler */
    uint64_t most_events;         /* at one instant */
    uint64_t most_rounds;
    /* Below: private, readable. */
    uint64_t events; /* since the start */
    uint64_t rounds;
    uint64_t still_events; /* at this instant */
    uint64_t still_rounds;
    int64_t still_since_ns;
    uint64_t still_by_kind[LOOP_MOST_KINDS];
    bool round_wanted;
    bool stopped;
};

enum loop_end { LOOP_EMPTY, LOOP_UNTIL, LOOP_STOPPED, LOOP_STALLED };

/* The loop makes its queue, whose clock reads start_ns. */
void event_loop_init(struct event_loop *l, const struct event_kind *kinds, size_t kinds_len,
                     void *world, int64_t start_ns);
void event_loop_fini(struct event_loop *l);

/* Asks for a round at this instant. */
static inline void event_loop_want_round(struct event_loop *l)
{
    l->round_wanted = true;
}

/* Something happened that can happen only so often: the clock may stand for as long again. */
void event_loop_progress(struct event_loop *l);

/* Makes event_loop_run return after the event that is being handled. */
static inline void event_loop_stop(struct event_loop *l)
{
    l->stopped = true;
}

/* Runs until the queue is empty, or the next event is at or after until_ns, or it is stopped.
 * May be called again to go on. */
enum loop_end event_loop_run(struct event_loop *l, int64_t until_ns);

/* One line: "the clock stands at ... ns: 1000000 events (poll 999998, wake 2), 0 rounds". */
void event_loop_stall(const struct event_loop *l, FILE *out);

#endif /* SIM_EVENT_LOOP_H */
