/*
 * lifecycle.h - what happens to jobs and tasks: the only code that changes their states.
 *
 * Private to models/. The verbs of acts.c check what a policy wants and then call these; so do the
 * events of simulation.c and the controllers that make pods. lifecycle_job.c has jobs, _task.c
 * tasks.
 *
 * Law      in_state_ns of a job that is over adds up to end - submit; its time in JOB_QUEUED and
 *          JOB_ADMITTED is the sum of its wait reasons.
 */
#ifndef MODELS_LIFECYCLE_H
#define MODELS_LIFECYCLE_H

#include "models/simulation_state.h"

/* Saturates. */
static inline void count_up(uint16_t *counter)
{
    if (*counter < UINT16_MAX)
        ++*counter;
}

/* --- jobs --- */

/* A job joins. */
void lifecycle_arrive(struct simulation *sim, uint32_t source, const struct job_spec *spec);

/* The tasks of a gated job may look for nodes. adm NULL: all of them, as they are. */
void lifecycle_admit(struct simulation *sim, struct job *job, const struct admission *adm);

/* Other places for tasks with lives of their own; those that wait are told. */
void lifecycle_set_places(struct simulation *sim, struct job *job,
                          const struct place_admission *places, size_t len);

/* Stops the job: work goes on for notice_ns, then devices are held for hold_ns; then it is queued
 * again or ends. */
void lifecycle_stop_job(struct simulation *sim, struct job *job, const struct stop *stop);

/* The last task of a stopping job is gone, or it had none. */
void lifecycle_stopped(struct simulation *sim, struct job *job);

/* The job ends for good, wherever it is; its tasks give their devices back at once. */
void lifecycle_end_job(struct simulation *sim, struct job *job, enum end_cause cause);

void lifecycle_suspend(struct simulation *sim, struct job *job, bool yes);

/* Closes the accounts of a live job at the end of the run and shows it. */
void lifecycle_close_job(struct simulation *sim, struct job *job);

/* Gives back what the record holds, and the record. */
void lifecycle_free_job(struct simulation *sim, struct job *job);

/* Books the time in the old state and moves the meters. */
void lifecycle_set_state(struct simulation *sim, struct job *job, enum job_state state);

static inline bool lifecycle_waits(enum job_state state)
{
    return state <= JOB_ADMITTED;
}

/* So many tasks of the group wait for a node. */
static inline void lifecycle_set_pending(struct simulation *sim, struct group *g, uint32_t count)
{
    if (sim->repartition != NULL)
        repartition_waits(sim->repartition, g->request, (int64_t)count - (int64_t)g->pending);
    g->pending = count;
}

/* --- tasks --- */

/* The first place that takes one more; the request to place the task by. */
uint32_t lifecycle_take_place(struct job *job, struct task *task);

/* One more task with a life of its own, waiting for a node; for controllers. */
struct task *lifecycle_make_task(struct simulation *sim, struct job *job, uint32_t group,
                                 uint32_t index);

/* The slot's tasks take their node and devices. NULL, and nothing changed, if they do not fit. */
struct task *lifecycle_bind(struct simulation *sim, struct job *job, const struct slot *slot,
                            bool is_unchecked);

/* Undoes a lifecycle_bind of this instant; latest first. */
void lifecycle_unbind(struct simulation *sim, struct job *job, struct task *task);

/* All slots of a bind are in; these are their tasks: work begins where it can. */
void lifecycle_bound(struct simulation *sim, struct job *job, const uint32_t *tasks, size_t len);

/* Stops the task, and those it leads. */
void lifecycle_stop_task(struct simulation *sim, struct task *lead, const struct stop *stop);

/* The task gives its node back and is gone. */
void lifecycle_release(struct simulation *sim, struct job *job, struct task *task);

/* An EVENT_TASK fired. */
void lifecycle_task_event(struct simulation *sim, uint32_t task);

/* The speeds of the job's leads follow their devices; all 0 while it is suspended. */
void lifecycle_respeed(struct simulation *sim, struct job *job);

/* Everything on the node fails. */
void lifecycle_fail_node(struct simulation *sim, uint32_t node);

/* --- between the files of this module --- */

static inline const struct request *lifecycle_request(const struct simulation *sim,
                                                      const struct job *job, const struct task *t)
{
    return request_get(sim->requests, job->groups[t->group].request);
}

/* lifecycle_task.c */
void lifecycle_drop_task(struct simulation *sim, struct job *job, struct task *t);
void lifecycle_give_node(struct simulation *sim, struct job *job, struct task *t);
void lifecycle_ready(struct simulation *sim, struct job *job, struct task *t);
void lifecycle_start_alone(struct simulation *sim, struct job *job, struct task *t);

/* lifecycle_start.c */

/* Whether its devices have what the task needs to start: memory. If not, it fails, and starts again
 * later or ends, and its job with it. */
bool lifecycle_gets_memory(struct simulation *sim, struct job *job, struct task *t);

/* Its processes left the devices that it shares, or came; neighbours' speeds follow. */
void lifecycle_set_idle(struct simulation *sim, const struct task *t, bool idle);

/* The task is about to give its MIG instances back: those made for it are destroyed, at once if it
 * is only just bound. */
void lifecycle_close_instances(struct simulation *sim, const struct task *t);

/* lifecycle_end.c */
void lifecycle_book_use(struct simulation *sim, struct job *job, const struct task *t);
void lifecycle_show_task(struct simulation *sim, const struct job *job, const struct task *t);
void lifecycle_show_move_to_all(struct simulation *sim, const struct job *job, enum job_state from);

/* Of a job that went from one state to another. */
static inline void lifecycle_show_move(struct simulation *sim, const struct job *job,
                                       enum job_state from)
{
    if (sim->observers_want & WANTS_MOVES)
        lifecycle_show_move_to_all(sim, job, from);
}

/* lifecycle_speed.c */
uint64_t lifecycle_own_speed(const struct simulation *sim, const struct job *job,
                             const struct task *t);
uint64_t lifecycle_gang_speed(const struct simulation *sim, const struct job *job);
void lifecycle_update_active(struct simulation *sim, const struct job *job, struct task *t);
void lifecycle_set_active(struct simulation *sim, struct task *t, int64_t milli);
void lifecycle_measure_pool(struct simulation *sim, uint32_t node);
void lifecycle_touch_neighbours(struct simulation *sim, const struct task *t);
void lifecycle_respeed_touched(struct simulation *sim);

#endif /* MODELS_LIFECYCLE_H */
