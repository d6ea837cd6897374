/*
 * execution.h - work that gets done at a speed, and the instant it will be finished.
 *
 * Model    A lead task has left_q32 work (ns x 2^32, exact) at exec_since_ns and does speed_q32 of
 * it per ns. Its finish is the first ns at which nothing is left: now + ceil(left / speed). When
 * the speed changes, what was done is taken off and the finish moves. No float decides a finish, so
 * it is the same for every compiler. Units    Work in ns on an unshared reference GPU; speed 2^32
 * is one. Cost     O(1); a move in the event queue where the speed changes.
 */
#ifndef MODELS_EXECUTION_H
#define MODELS_EXECUTION_H

#include "models/simulation_state.h"

/* The lead begins with work_ns left, at a speed. work WORK_ENDLESS: no finish is scheduled. */
void execution_start(struct simulation *sim, struct task *lead, int64_t work_ns,
                     uint64_t speed_q32);

/* Changes the speed of a running lead; 0 suspends it. */
void execution_set_speed(struct simulation *sim, struct task *lead, uint64_t speed_q32);

/* (Re)schedules the lead's event: its finish, or the end of its notice if that is earlier. */
void execution_schedule(struct simulation *sim, struct task *lead);

/* Whether nothing is left to do at this instant. */
bool execution_is_done(const struct simulation *sim, const struct task *lead);

/* Stops it: no finish any more. Returns the work left, in ns, rounded up. */
int64_t execution_stop(struct simulation *sim, struct task *lead);

/* When it would finish at its present speed; INT64_MAX: never. */
int64_t execution_finish_ns(const struct simulation *sim, const struct task *lead);

#endif /* MODELS_EXECUTION_H */
