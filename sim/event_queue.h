/*
 * event_queue.h - the future event list: what happens next, and when.
 *
 * Order    Events leave by (time_ns, phase, key, seq). The phase settles what is true when several
 *          things happen at one instant; the key is the model's own order inside a phase (job
 *          numbers, node indexes); seq is the order of pushing. Nothing else (no address, no hash,
 *          no float) can influence the order.
 * Memory   The queue owns its events; the caller holds a handle, which is dead once the event has
 *          left (popped or cancelled) and may then be given to another event. O(most events ever
 *          scheduled at once). Out of memory aborts the run.
 * Errors   Scheduling into the past, or using a dead handle that nobody else got, is a bug in a
 *          model: SIM_REQUIRE.
 * Cost     push, pop, cancel, move: O(log4 n), keys inline: comparisons touch the heap only.
 *          next, now, len: O(1). No allocation once the heap has its size.
 * Threads  One queue belongs to one replication, hence to one thread.
 */
#ifndef SIM_EVENT_QUEUE_H
#define SIM_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_NONE UINT32_MAX /* the handle of nothing */

/* What goes first at one instant. Numbered with gaps, so that a new phase goes between. */
enum event_phase {
    PHASE_FAULT = 100,      /* hardware breaks before anyone uses it            */
    PHASE_EDIT = 200,       /* an administrator's change, from the timeline     */
    PHASE_END = 300,        /* finished work gives its devices back             */
    PHASE_METER = 400,      /* usage is sampled where the original samples it   */
    PHASE_ARRIVE = 500,     /* new work joins the queue                         */
    PHASE_TIMER = 600,      /* what a policy asked to be woken for              */
    PHASE_DECIDE = 700,     /* the policies look, at a settled cluster          */
    PHASE_NODE_AGENT = 800, /* the node picks devices and starts containers     */
    PHASE_LEAVE = 850,      /* who does not wait any longer goes                */
    PHASE_SAMPLE = 900,     /* probes read, and change nothing                  */
};

enum { EVENT_KEY_BITS = 48 }; /* keys are below 2^48 */

struct event {
    int64_t time_ns;
    uint64_t key;
    uint16_t phase; /* enum event_phase, or between */
    uint16_t kind;  /* the model's own number for what this is */
    uint32_t subject;
};

struct event_queue;

/* A queue whose clock reads start_ns. Free with event_queue_free; NULL is allowed there. */
struct event_queue *event_queue_new(int64_t start_ns);
void event_queue_free(struct event_queue *q);

int64_t event_queue_now_ns(const struct event_queue *q);
size_t event_queue_len(const struct event_queue *q);

/* To be told whenever an event comes near the front: to level 3, 2, 1 of the heap, before which at
 * most 84, 20, 4 other events stand. An event may come to a level more than once, skip some, or be
 * cancelled; so this is for hints, such as what memory will be needed. It must not touch the queue.
 */
typedef void event_near_fn(void *context, uint16_t kind, uint32_t subject, unsigned level);
void event_queue_tell_near(struct event_queue *q, event_near_fn *near, void *context);

/* Schedules a copy of ev at ev->time_ns >= now. */
uint32_t event_queue_push(struct event_queue *q, const struct event *ev);

/* Takes an event out and sets *handle to EVENT_NONE; false if it was that already, so
 * cancelling twice is harmless. */
bool event_queue_cancel(struct event_queue *q, uint32_t *handle);

/* Gives a scheduled event another time >= now. It counts as pushed now. */
void event_queue_move(struct event_queue *q, uint32_t handle, int64_t time_ns);

/* The earliest event without taking it; false if there is none. */
bool event_queue_peek(const struct event_queue *q, struct event *out);

/* Moves the clock to the earliest event and takes it; false if there is none. */
bool event_queue_pop(struct event_queue *q, struct event *out);

/* Moves the clock to time_ns >= now, which must not be after the earliest event. */
void event_queue_advance(struct event_queue *q, int64_t time_ns);

/* "arrive", "decide" ...; "phase" for a number without a name. */
const char *event_phase_name(unsigned phase);

#endif /* SIM_EVENT_QUEUE_H */
