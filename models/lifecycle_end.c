#include "models/device.h"
#include "models/execution.h"
#include "models/kubernetes/controller.h"
#include "models/lifecycle.h"
#include "sim/check.h"

void lifecycle_book_use(struct simulation *sim, struct job *job, const struct task *t)
{
    if (t->node == NODE_NONE)
        return;
    const struct node *n = &sim->cluster->nodes[t->node];
    const int64_t held_ns = sim_now(sim) - t->bound_ns;
    const struct request *r = lifecycle_request(sim, job, t);
    job->gpu_milli_ns += (int128)t->milli * held_ns;
    job->cost_nano_usd += cluster_cost_nano_usd(sim->cluster, n, r, t->milli, t->count, held_ns);
}

static void leave_counts(struct simulation *sim, struct job *job, const struct task *t)
{
    struct group *group = &job->groups[t->group];
    if (t->state == TASK_PENDING) {
        lifecycle_set_pending(sim, group, group->pending - t->count);
        job->tasks_pending -= t->count;
        return;
    }
    group->live -= t->count;
    job->tasks_live--;
    if (!t->is_ready)
        job->tasks_unready--;
    if (t->state == TASK_RUNNING)
        job->tasks_running--;
}

void lifecycle_show_task(struct simulation *sim, const struct job *job, const struct task *t)
{
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        if (sim->observers[i].ops->wants & WANTS_TASKS)
            sim->observers[i].ops->task_over(sim->observers[i].state, job, t);
}

void lifecycle_show_move_to_all(struct simulation *sim, const struct job *job, enum job_state from)
{
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        if (sim->observers[i].ops->wants & WANTS_MOVES)
            sim->observers[i].ops->moved(sim->observers[i].state, job, from);
}

static void show_released(struct simulation *sim, const struct job *job, const struct task *t)
{
    sim_show(sim, &(struct sim_event){.kind = SIM_RELEASED,
                                      .job = job,
                                      .task = t,
                                      .cause = t->cause,
                                      .node = t->node,
                                      .count = t->count});
}

void lifecycle_release(struct simulation *sim, struct job *job, struct task *t)
{
    sim_cancel(sim, &t->event);
    t->end_ns = sim_now(sim);
    if (t->place < job->places_len)
        job->places[t->place].left++; /* for the one that comes after it */
    const bool was_live = t->state != TASK_PENDING;
    leave_counts(sim, job, t);
    if (sim->observers_want & WANTS_TASKS)
        lifecycle_show_task(sim, job, t); /* while it can still be seen where it was */
    if (was_live) {
        lifecycle_book_use(sim, job, t);
        if (sim->observers_want & WANTS_EVENTS)
            show_released(sim, job, t);
        if (t->node != NODE_NONE)
            lifecycle_give_node(sim, job, t);
        sim_notify(sim, &(struct note){.kind = NOTE_RELEASED,
                                       .cause = t->cause,
                                       .job = job->id,
                                       .group = t->group,
                                       .task = t->id,
                                       .node = t->node,
                                       .count = t->count});
    } else {
        sim_notify(sim, &(struct note){.kind = NOTE_JOB_CHANGED,
                                       .job = job->id,
                                       .group = t->group,
                                       .task = t->id,
                                       .node = NODE_NONE,
                                       .count = t->count});
    }
    lifecycle_drop_task(sim, job, t);
}

/* A lead has nothing left to do, or may not go on: it and those it leads give their devices back.
 * False if that was the end of the job, which is then no more. */
static bool release_led(struct simulation *sim, struct job *job, struct task *lead,
                        enum end_cause cause)
{
    if (job->is_gang) {
        for (uint32_t id = job->first_task; id != TASK_NONE; id = job->first_task) {
            struct task *t = sim_task(sim, id);
            t->cause = cause;
            lifecycle_release(sim, job, t);
        }
        return true;
    }
    lead->cause = cause;
    const struct task was = *lead;
    lifecycle_release(sim, job, lead);
    return controller_task_over(sim, job, &was);
}

/* The container ended, the pod stays where it is and starts again. */
static void restart_in_place(struct simulation *sim, struct job *job, struct task *t)
{
    const int64_t delay = controller_backoff_ns(t, sim_now(sim));
    execution_stop(sim, t);
    t->state = TASK_BACKOFF;
    count_up(&t->restarts);
    count_up(&job->restarts);
    job->tasks_running--;
    lifecycle_update_active(sim, job, t);
    lifecycle_set_idle(sim, t, true);
    t->event =
        sim_push(sim, sim_now(sim) + delay, PHASE_NODE_AGENT, job->number, EVENT_TASK, t->id);
    controller_follow(sim, job);
}

static void finish(struct simulation *sim, struct task *lead)
{
    struct job *job = sim_job(sim, lead->job);
    if (!job->is_stopping && lead->cause == END_NONE && controller_restarts(job, END_DONE)) {
        restart_in_place(sim, job, lead);
        return;
    }
    if (job->is_gang) {
        lifecycle_end_job(sim, job, END_DONE);
        return;
    }
    if (release_led(sim, job, lead, END_DONE) && job->is_stopping && job->tasks_live == 0)
        lifecycle_stopped(sim, job);
}

static void hold_over(struct simulation *sim, struct task *lead)
{
    struct job *job = sim_job(sim, lead->job);
    if (release_led(sim, job, lead, lead->cause) && job->is_stopping && job->tasks_live == 0)
        lifecycle_stopped(sim, job);
}

static void stop_working(struct simulation *sim, struct job *job, struct task *lead)
{
    if (lead->state == TASK_RUNNING) {
        const int64_t left = execution_stop(sim, lead);
        if (lead->keep_progress && job->is_gang && left != WORK_ENDLESS)
            job->saved_ns = job->work_ns - left;
    }
    if (!lead->keep_progress)
        job->saved_ns -= job->begun_ns;
    job->begun_ns = 0;
    sim_cancel(sim, &lead->event);
    for (uint32_t id = job->is_gang ? job->first_task : lead->id; id != TASK_NONE;
         id = job->is_gang ? sim_task(sim, id)->next : TASK_NONE) {
        struct task *t = sim_task(sim, id);
        sim_cancel(sim, &t->event);
        if (t->state == TASK_RUNNING)
            job->tasks_running--;
        t->state = TASK_ENDING;
        lifecycle_update_active(sim, job, t);
    }
}

static void end_of_work(struct simulation *sim, struct task *lead)
{
    struct job *job = sim_job(sim, lead->job);
    stop_working(sim, job, lead);
    if (lead->hold_ns == 0) {
        hold_over(sim, lead);
        return;
    }
    lead->event =
        sim_push(sim, sim_now(sim) + lead->hold_ns, PHASE_END, job->number, EVENT_TASK, lead->id);
    if (!job->is_gang)
        controller_follow(sim, job);
}

/* Its process failed; the pod stays where it is if its restartPolicy says so. */
static bool fails_in_place(struct simulation *sim, struct task *t, const struct stop *stop)
{
    struct job *job = sim_job(sim, t->job);
    if (stop->cause != END_FAILED || t->state != TASK_RUNNING || job->is_stopping ||
        !controller_restarts(job, END_FAILED))
        return false;
    restart_in_place(sim, job, t);
    return true;
}

void lifecycle_stop_task(struct simulation *sim, struct task *lead, const struct stop *stop)
{
    struct job *job = sim_job(sim, lead->job);
    if (fails_in_place(sim, lead, stop))
        return;
    lead->cause = stop->cause;
    lead->hold_ns = stop->hold_ns;
    lead->keep_progress = stop->keep_progress;
    if (lead->state == TASK_RUNNING && stop->notice_ns > 0) {
        lead->work_until_ns = sim_now(sim) + stop->notice_ns;
        execution_schedule(sim, lead);
    } else {
        end_of_work(sim, lead);
        if (stop->hold_ns == 0)
            return; /* it is gone, and perhaps its job */
    }
    if (!job->is_gang && !job->is_stopping && !lead->is_leaving)
        controller_task_leaving(sim, job, lead);
}

void lifecycle_task_event(struct simulation *sim, uint32_t id)
{
    struct task *t = sim_task(sim, id);
    t->event = EVENT_NONE;
    switch (t->state) {
    case TASK_STARTING:
        lifecycle_ready(sim, sim_job(sim, t->job), t);
        break;
    case TASK_RUNNING:
        if (execution_is_done(sim, t))
            finish(sim, t);
        else
            end_of_work(sim, t);
        break;
    case TASK_ENDING:
        hold_over(sim, t);
        break;
    case TASK_BACKOFF:
        if (!t->is_ready)
            lifecycle_ready(sim, sim_job(sim, t->job), t);
        else if (lifecycle_gets_memory(sim, sim_job(sim, t->job), t))
            lifecycle_start_alone(sim, sim_job(sim, t->job), t);
        break;
    default: /* tasks in other states have no event */
        SIM_REQUIRE_AT(sim_now(sim), t->state == TASK_BACKOFF);
    }
}

void lifecycle_fail_node(struct simulation *sim, uint32_t node)
{
    static const struct stop broken = {.task = TASK_NONE, .cause = END_NODE, .requeue = true};
    for (uint32_t id = 0; id < sim->tasks.cap; id++) {
        if (!pool_has(&sim->tasks, id) || sim_task(sim, id)->node != node)
            continue;
        struct job *job = sim_job(sim, sim_task(sim, id)->job);
        if (job->is_stopping) {
            sim_task(sim, sim_task(sim, id)->lead)->hold_ns = 0;
            end_of_work(sim, sim_task(sim, sim_task(sim, id)->lead));
        } else if (job->is_gang) {
            lifecycle_stop_job(sim, job, &broken);
        } else {
            lifecycle_stop_task(sim, sim_task(sim, id), &broken);
        }
    }
}
