/*
 * fetch_ahead.h - has the memory at hand that the next ends of tasks will need.
 *
 * In a large cluster a task's record, its job's, and those of its node were touched an hour of
 * simulated time ago, so they left the processor's caches long since; waiting for them took half of
 * the time of a run. The event queue tells which ends come soon, and each step nearer asks for what
 * the records that came before point to.
 *
 * Cost     Some 10 ns for each step; nothing is decided by it.
 */
#ifndef MODELS_FETCH_AHEAD_H
#define MODELS_FETCH_AHEAD_H

#include "sim/event_queue.h"

/* Of a struct simulation. */
event_near_fn fetch_ahead;

#endif /* MODELS_FETCH_AHEAD_H */
