#include "models/device.h"
#include "models/execution.h"
#include "models/kubernetes/controller.h"
#include "models/lifecycle.h"
#include "models/sharing.h"
#include "sim/check.h"

#include <stdlib.h>

/* --- making and dropping records --- */

static struct task *add_task(struct simulation *sim, struct job *job, uint32_t group,
                             uint32_t count)
{
    const uint32_t id = pool_take(&sim->tasks);
    struct task *t = sim_task(sim, id);
    *t = (struct task){
        .id = id,
        .job = job->id,
        .prev = job->last_task,
        .next = TASK_NONE,
        .group = group,
        .count = count,
        .node = NODE_NONE,
        .lead = id,
        .event = EVENT_NONE,
        .made_ns = sim_now(sim),
        .bound_ns = TIME_NEVER,
        .start_ns = TIME_NEVER,
        .end_ns = TIME_NEVER,
        .work_until_ns = INT64_MAX,
    };
    if (job->last_task == TASK_NONE)
        job->first_task = id;
    else
        sim_task(sim, job->last_task)->next = id;
    job->last_task = id;
    return t;
}

static void drop_task(struct simulation *sim, struct job *job, struct task *t)
{
    if (t->prev == TASK_NONE)
        job->first_task = t->next;
    else
        sim_task(sim, t->prev)->next = t->next;
    if (t->next == TASK_NONE)
        job->last_task = t->prev;
    else
        sim_task(sim, t->next)->prev = t->prev;
    pool_give(&sim->tasks, t->id);
}

struct task *lifecycle_make_task(struct simulation *sim, struct job *job, uint32_t group,
                                 uint32_t index)
{
    struct task *t = add_task(sim, job, group, 1);
    t->index = index;
    t->made = job->tasks_made++;
    t->state = TASK_PENDING;
    job->groups[group].pending++;
    job->tasks_pending++;
    sim_notify(sim, &(struct note){.kind = NOTE_ADMITTED,
                                   .job = job->id,
                                   .group = group,
                                   .task = t->id,
                                   .node = NODE_NONE,
                                   .count = 1});
    return t;
}

static const struct request *request_of(const struct simulation *sim, const struct job *job,
                                        const struct task *t)
{
    return request_get(sim->requests, job->groups[t->group].request);
}

/* --- speeds --- */

static void measure_pool(struct simulation *sim, uint32_t node)
{
    const uint32_t pool = sim->cluster->nodes[node].pool;
    time_average_set(&sim->meter.pools[pool].allocated, sim_now(sim),
                     sim->cluster->pools[pool].allocated_milli);
}

static void set_active(struct simulation *sim, struct task *t, int64_t milli)
{
    if (t->active_milli == milli)
        return;
    const uint32_t pool = sim->cluster->nodes[t->node].pool;
    time_average_add(&sim->meter.pools[pool].active, sim_now(sim), milli - t->active_milli);
    t->active_milli = milli;
}

static uint64_t own_speed(struct simulation *sim, const struct job *job, struct task *t)
{
    if (job->is_suspended)
        return 0;
    if (t->node == NODE_NONE)
        return SPEED_ONE;
    return device_speed(sim->cluster, t, &request_of(sim, job, t)->load);
}

static void update_active(struct simulation *sim, const struct job *job, struct task *t)
{
    if (t->node == NODE_NONE)
        return;
    const bool works = t->state == TASK_RUNNING && !job->is_suspended;
    const struct request *r = request_of(sim, job, t);
    set_active(sim, t, works ? device_active_milli(sim->cluster, t, r) : 0);
}

/* A gang goes as fast as its slowest task. */
static uint64_t gang_speed(struct simulation *sim, const struct job *job)
{
    uint64_t slowest = SPEED_ONE;
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next) {
        const uint64_t speed = own_speed(sim, job, sim_task(sim, id));
        slowest = speed < slowest ? speed : slowest;
    }
    return slowest;
}

static void respeed_lead(struct simulation *sim, const struct job *job, struct task *lead)
{
    if (lead->state != TASK_RUNNING)
        return;
    const uint64_t speed = job->is_gang ? gang_speed(sim, job) : own_speed(sim, job, lead);
    execution_set_speed(sim, lead, speed);
}

void lifecycle_respeed(struct simulation *sim, struct job *job)
{
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next) {
        struct task *t = sim_task(sim, id);
        if (t->lead == id)
            respeed_lead(sim, job, t);
        update_active(sim, job, t);
    }
}

static void touch(void *context, uint32_t task)
{
    struct simulation *sim = context;
    if (sim->touched_len == sim->touched_cap) {
        sim->touched_cap = sim->touched_cap == 0 ? 64 : 2 * sim->touched_cap;
        sim->touched = realloc(sim->touched, sim->touched_cap * sizeof sim->touched[0]);
        SIM_REQUIRE(sim->touched != NULL);
    }
    sim->touched[sim->touched_len++] = task;
}

/* Remembers who shares devices with t; their speeds change once t has come or gone. */
static void touch_neighbours(struct simulation *sim, const struct task *t)
{
    sim->touched_len = 0;
    if (t->node != NODE_NONE && sim->cluster->domains_len > 0)
        device_each_neighbour(sim->cluster, t, touch, sim);
}

static void respeed_touched(struct simulation *sim)
{
    for (size_t i = 0; i < sim->touched_len; i++) {
        struct task *t = sim_task(sim, sim->touched[i]);
        const struct job *job = sim_job(sim, t->job);
        respeed_lead(sim, job, sim_task(sim, t->lead));
        update_active(sim, job, t);
    }
    sim->touched_len = 0;
}

/* --- binding --- */

static bool take_devices(struct simulation *sim, struct task *t, const struct request *r,
                         const struct slot *slot)
{
    if (t->is_unchecked)
        device_take_unchecked(sim->cluster, t, &r->load, slot->gpu_mask);
    else if (slot->gpu_mask != 0)
        return device_take_gpus(sim->cluster, t, r, slot->count, slot->gpu_mask);
    else
        return device_take(sim->cluster, t, r, slot->count);
    return true;
}

static bool take_node(struct simulation *sim, struct job *job, struct task *t,
                      const struct slot *slot)
{
    const struct request *r = request_of(sim, job, t);
    if (!t->is_unchecked && cluster_fits(sim->cluster, slot->node, r) < (int64_t)slot->count)
        return false;
    t->node = slot->node;
    if (!take_devices(sim, t, r, slot)) {
        t->node = NODE_NONE;
        return false;
    }
    cluster_take(sim->cluster, slot->node, r, slot->count);
    measure_pool(sim, slot->node);
    touch_neighbours(sim, t);
    respeed_touched(sim);
    return true;
}

struct task *lifecycle_bind(struct simulation *sim, struct job *job, const struct slot *slot,
                            bool is_unchecked)
{
    const bool is_new = slot->task == TASK_NONE;
    struct task *t =
        is_new ? add_task(sim, job, slot->group, slot->count) : sim_task(sim, slot->task);
    t->is_unchecked = is_unchecked;
    if (slot->node != NODE_NONE && !take_node(sim, job, t, slot)) {
        if (is_new)
            drop_task(sim, job, t);
        return NULL;
    }
    struct group *group = &job->groups[slot->group];
    if (is_new)
        t->index = group->live;
    group->pending -= slot->count;
    group->live += slot->count;
    job->tasks_pending -= slot->count;
    job->tasks_live++;
    job->tasks_unready++;
    t->state = TASK_BOUND;
    t->bound_ns = sim_now(sim);
    if (job->is_gang)
        t->lead = job->first_task;
    sim->counts.tasks_bound += slot->count;
    return t;
}

static void give_node(struct simulation *sim, struct job *job, struct task *t)
{
    const struct request *r = request_of(sim, job, t);
    touch_neighbours(sim, t);
    set_active(sim, t, 0);
    device_give(sim->cluster, t, r);
    cluster_give(sim->cluster, t->node, r, t->count);
    measure_pool(sim, t->node);
    respeed_touched(sim);
}

void lifecycle_unbind(struct simulation *sim, struct job *job, struct task *t)
{
    struct group *group = &job->groups[t->group];
    if (t->node != NODE_NONE)
        give_node(sim, job, t);
    group->pending += t->count;
    group->live -= t->count;
    job->tasks_pending += t->count;
    job->tasks_live--;
    job->tasks_unready--;
    sim->counts.tasks_bound -= t->count;
    t->node = NODE_NONE;
    t->state = TASK_PENDING;
    if (job->is_gang)
        drop_task(sim, job, t);
}

/* --- starting --- */

static void mark_started(struct simulation *sim, struct job *job)
{
    const int64_t now = sim_now(sim);
    if (job->first_start_ns == TIME_NEVER)
        job->first_start_ns = now;
    job->start_ns = now;
    job->is_admitted = true;
    if (job->admit_ns == TIME_NEVER || sim->stack == STACK_BOTH)
        job->admit_ns = now;
    sim_cancel(sim, &job->patience_event);
    lifecycle_set_state(sim, job, JOB_RUNNING);
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){.kind = SIM_STARTED, .job = job});
    sim_notify(sim, &(struct note){.kind = NOTE_STARTED,
                                   .job = job->id,
                                   .group = UINT32_MAX,
                                   .task = TASK_NONE,
                                   .node = NODE_NONE});
}

static void run_task(struct simulation *sim, struct job *job, struct task *t)
{
    t->state = TASK_RUNNING;
    t->start_ns = sim_now(sim);
    job->tasks_running++;
    update_active(sim, job, t);
}

static void start_gang(struct simulation *sim, struct job *job)
{
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next)
        run_task(sim, job, sim_task(sim, id));
    const int64_t work = job->work_ns == WORK_ENDLESS ? WORK_ENDLESS : job->work_ns - job->saved_ns;
    execution_start(sim, sim_task(sim, job->first_task), work, gang_speed(sim, job));
    mark_started(sim, job);
}

static void start_alone(struct simulation *sim, struct job *job, struct task *t)
{
    run_task(sim, job, t);
    execution_start(sim, t, controller_task_work(job, t), own_speed(sim, job, t));
    if (job->state != JOB_RUNNING)
        mark_started(sim, job);
    controller_task_started(sim, job, t);
}

static void ready(struct simulation *sim, struct job *job, struct task *t)
{
    t->is_ready = true;
    job->tasks_unready--;
    if (!job->is_gang)
        start_alone(sim, job, t);
    else if (job->tasks_unready == 0 && job->tasks_pending == 0)
        start_gang(sim, job);
}

static void begin_start(struct simulation *sim, struct job *job, struct task *t)
{
    t->state = TASK_STARTING;
    if (sim->spec.startup_ns == 0)
        ready(sim, job, t);
    else
        t->event = sim_push(sim, sim_now(sim) + sim->spec.startup_ns, PHASE_NODE_AGENT, job->number,
                            EVENT_TASK, t->id);
}

void lifecycle_bound(struct simulation *sim, struct job *job, const uint32_t *tasks, size_t len)
{
    if (job->tasks_pending == 0 && sim->spec.startup_ns > 0 && lifecycle_waits(job->state))
        lifecycle_set_state(sim, job, JOB_STARTING);
    for (size_t i = 0; i < len; i++)
        begin_start(sim, job, sim_task(sim, tasks[i]));
}

/* --- ending --- */

static void book_use(struct simulation *sim, struct job *job, const struct task *t)
{
    if (t->node == NODE_NONE)
        return;
    const struct node *n = &sim->cluster->nodes[t->node];
    const int64_t held_ns = sim_now(sim) - t->bound_ns;
    const struct request *r = request_of(sim, job, t);
    const int64_t milli = (int64_t)device_milli(sim->cluster, t, r);
    job->gpu_milli_ns += (int128)milli * held_ns;
    job->cost_nano_usd += cluster_cost_nano_usd(sim->cluster, n, r, milli, t->count, held_ns);
}

static void leave_counts(struct job *job, const struct task *t)
{
    struct group *group = &job->groups[t->group];
    if (t->state == TASK_PENDING) {
        group->pending -= t->count;
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

static void show_task_over(struct simulation *sim, const struct job *job, const struct task *t)
{
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        if (sim->observers[i].ops->wants & WANTS_TASKS)
            sim->observers[i].ops->task_over(sim->observers[i].state, job, t);
}

static void show_released(struct simulation *sim, const struct job *job, const struct task *t)
{
    if (sim->observers_want & WANTS_TASKS)
        show_task_over(sim, job, t);
    if (sim->observers_want & WANTS_EVENTS)
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
    const bool was_live = t->state != TASK_PENDING;
    leave_counts(job, t);
    if (was_live) {
        book_use(sim, job, t);
        show_released(sim, job, t); /* while it can still be seen where it was */
        if (t->node != NODE_NONE)
            give_node(sim, job, t);
        sim_notify(sim, &(struct note){.kind = NOTE_RELEASED,
                                       .cause = t->cause,
                                       .job = job->id,
                                       .group = t->group,
                                       .task = t->id,
                                       .node = t->node,
                                       .count = t->count});
    }
    drop_task(sim, job, t);
}

/* A lead has nothing left to do, or may not go on: it and those it leads give their devices back.
 */
static void release_led(struct simulation *sim, struct job *job, struct task *lead,
                        enum end_cause cause)
{
    if (job->is_gang) {
        for (uint32_t id = job->first_task; id != TASK_NONE; id = job->first_task) {
            struct task *t = sim_task(sim, id);
            t->cause = cause;
            lifecycle_release(sim, job, t);
        }
        return;
    }
    lead->cause = cause;
    const struct task was = *lead;
    lifecycle_release(sim, job, lead);
    if (!job->is_stopping)
        controller_task_over(sim, job, &was);
    else if (cause != END_DONE)
        controller_withdrawn(job, &was);
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
    update_active(sim, job, t);
    t->event =
        sim_push(sim, sim_now(sim) + delay, PHASE_NODE_AGENT, job->number, EVENT_TASK, t->id);
}

static void finish(struct simulation *sim, struct task *lead)
{
    struct job *job = sim_job(sim, lead->job);
    if (!job->is_stopping && controller_restarts(job, END_DONE)) {
        restart_in_place(sim, job, lead);
        return;
    }
    if (job->is_gang) {
        lifecycle_end_job(sim, job, END_DONE);
        return;
    }
    release_led(sim, job, lead, END_DONE);
    if (job->is_stopping && job->tasks_live == 0)
        lifecycle_stopped(sim, job);
}

static void hold_over(struct simulation *sim, struct task *lead)
{
    struct job *job = sim_job(sim, lead->job);
    release_led(sim, job, lead, lead->cause);
    if (job->is_stopping && job->tasks_live == 0)
        lifecycle_stopped(sim, job);
}

static void stop_working(struct simulation *sim, struct job *job, struct task *lead)
{
    if (lead->state == TASK_RUNNING) {
        const int64_t left = execution_stop(sim, lead);
        if (lead->keep_progress && job->is_gang && left != WORK_ENDLESS)
            job->saved_ns = job->work_ns - left;
    }
    sim_cancel(sim, &lead->event);
    for (uint32_t id = job->is_gang ? job->first_task : lead->id; id != TASK_NONE;
         id = job->is_gang ? sim_task(sim, id)->next : TASK_NONE) {
        struct task *t = sim_task(sim, id);
        sim_cancel(sim, &t->event);
        if (t->state == TASK_RUNNING)
            job->tasks_running--;
        t->state = TASK_ENDING;
        update_active(sim, job, t);
    }
}

static void end_of_work(struct simulation *sim, struct task *lead)
{
    struct job *job = sim_job(sim, lead->job);
    stop_working(sim, job, lead);
    if (lead->hold_ns == 0)
        hold_over(sim, lead);
    else
        lead->event = sim_push(sim, sim_now(sim) + lead->hold_ns, PHASE_END, job->number,
                               EVENT_TASK, lead->id);
}

void lifecycle_stop_task(struct simulation *sim, struct task *lead, const struct stop *stop)
{
    lead->cause = stop->cause;
    lead->hold_ns = stop->hold_ns;
    lead->keep_progress = stop->keep_progress;
    if (lead->state != TASK_RUNNING || stop->notice_ns == 0) {
        end_of_work(sim, lead);
        return;
    }
    lead->work_until_ns = sim_now(sim) + stop->notice_ns;
    execution_schedule(sim, lead);
}

void lifecycle_task_event(struct simulation *sim, uint32_t id)
{
    struct task *t = sim_task(sim, id);
    t->event = EVENT_NONE;
    switch (t->state) {
    case TASK_STARTING:
        ready(sim, sim_job(sim, t->job), t);
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
        start_alone(sim, sim_job(sim, t->job), t);
        break;
    default:
        SIM_REQUIRE_AT(sim_now(sim), !"a task in this state has no event");
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
