#include "models/device.h"
#include "models/device_start.h"
#include "models/execution.h"
#include "models/kubernetes/controller.h"
#include "models/lifecycle.h"
#include "models/mig_dynamic.h"
#include "models/reconfigure.h"
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
        .place = UINT32_MAX,
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

void lifecycle_drop_task(struct simulation *sim, struct job *job, struct task *t)
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

uint32_t lifecycle_take_place(struct job *job, struct task *t)
{
    for (uint32_t i = 0; i < job->places_len; i++) {
        struct task_place *p = &job->places[i];
        if (p->group != t->group || p->left == 0)
            continue;
        p->left--;
        t->place = i;
        return p->request;
    }
    return job->groups[t->group].request;
}

struct task *lifecycle_make_task(struct simulation *sim, struct job *job, uint32_t group,
                                 uint32_t index)
{
    struct task *t = add_task(sim, job, group, 1);
    t->index = index;
    t->made = job->tasks_made++;
    t->state = TASK_PENDING;
    lifecycle_set_pending(sim, &job->groups[group], job->groups[group].pending + 1);
    job->tasks_pending++;
    const uint32_t request = lifecycle_take_place(job, t);
    sim_notify(sim, &(struct note){.kind = NOTE_ADMITTED,
                                   .job = job->id,
                                   .group = group,
                                   .task = t->id,
                                   .node = NODE_NONE,
                                   .count = 1,
                                   .request = request});
    return t;
}

/* --- binding --- */

static bool take_devices(struct simulation *sim, struct task *t, const struct request *r,
                         const struct slot *slot)
{
    if (t->is_unchecked && sim->cluster->nodes[t->node].dynamic != NULL)
        return false; /* its GPUs are cut up as others ask for it */
    if (t->is_unchecked)
        device_take_unchecked(sim->cluster, t, r, slot->count, slot->gpu_mask);
    else if (slot->gpu_mask != 0)
        return device_take_gpus(sim->cluster, t, r, slot->count, slot->gpu_mask);
    else
        device_take(sim->cluster, t, r, slot->count);
    return true;
}

/* A share of a size of its own is looked at on its GPU, when it is taken. */
static bool has_room(const struct cluster *c, const struct slot *slot, const struct request *r)
{
    if (slot->share_milli == 0)
        return cluster_fits(c, slot->node, r) >= (int64_t)slot->count;
    const int64_t *row = &c->free[(size_t)slot->node * c->resources_len];
    return c->nodes[slot->node].state == NODE_READY && slot->gpu_mask != 0 &&
           cluster_fits_row(c, row, r) >= (int64_t)slot->count;
}

static bool take_node(struct simulation *sim, struct job *job, struct task *t,
                      const struct slot *slot)
{
    const struct request *r = lifecycle_request(sim, job, t);
    if (!t->is_unchecked && !has_room(sim->cluster, slot, r))
        return false;
    t->node = slot->node;
    t->share_milli = slot->share_milli;
    t->share_percent = slot->share_percent;
    if (!take_devices(sim, t, r, slot)) {
        t->node = NODE_NONE;
        return false;
    }
    t->milli = (int64_t)device_milli(sim->cluster, t, r);
    cluster_take(sim->cluster, slot->node, r, slot->count);
    lifecycle_measure_pool(sim, slot->node);
    lifecycle_set_idle(sim, t, true);
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
            lifecycle_drop_task(sim, job, t);
        return NULL;
    }
    struct group *group = &job->groups[slot->group];
    if (is_new)
        t->index = group->live;
    lifecycle_set_pending(sim, group, group->pending - slot->count);
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

void lifecycle_give_node(struct simulation *sim, struct job *job, struct task *t)
{
    const struct request *r = lifecycle_request(sim, job, t);
    lifecycle_close_instances(sim, t);
    lifecycle_touch_neighbours(sim, t);
    lifecycle_set_active(sim, t, 0);
    device_give(sim->cluster, t, r);
    cluster_give(sim->cluster, t->node, r, t->count);
    lifecycle_measure_pool(sim, t->node);
    lifecycle_respeed_touched(sim);
    if (sim->cluster->nodes[t->node].tasks == 0 && sim->cluster->nodes[t->node].layouts_len > 0)
        reconfigure_idle(sim, t->node);
}

void lifecycle_unbind(struct simulation *sim, struct job *job, struct task *t)
{
    struct group *group = &job->groups[t->group];
    if (t->node != NODE_NONE)
        lifecycle_give_node(sim, job, t);
    lifecycle_set_pending(sim, group, group->pending + t->count);
    group->live -= t->count;
    job->tasks_pending += t->count;
    job->tasks_live--;
    job->tasks_unready--;
    sim->counts.tasks_bound -= t->count;
    t->node = NODE_NONE;
    t->state = TASK_PENDING;
    if (job->is_gang)
        lifecycle_drop_task(sim, job, t);
}

/* --- starting --- */

static void tell_started(struct simulation *sim, const struct job *job)
{
    sim_notify(sim, &(struct note){.kind = NOTE_STARTED,
                                   .job = job->id,
                                   .group = UINT32_MAX,
                                   .task = TASK_NONE,
                                   .node = NODE_NONE});
}

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
    tell_started(sim, job);
}

static void run_task(struct simulation *sim, struct job *job, struct task *t)
{
    t->state = TASK_RUNNING;
    t->start_ns = sim_now(sim);
    job->tasks_running++;
    lifecycle_update_active(sim, job, t);
}

static void start_gang(struct simulation *sim, struct job *job)
{
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next)
        run_task(sim, job, sim_task(sim, id));
    const int64_t work = job->work_ns == WORK_ENDLESS ? WORK_ENDLESS : job->work_ns - job->saved_ns;
    execution_start(sim, sim_task(sim, job->first_task), work, lifecycle_gang_speed(sim, job));
    mark_started(sim, job);
}

void lifecycle_start_alone(struct simulation *sim, struct job *job, struct task *t)
{
    run_task(sim, job, t);
    execution_start(sim, t, controller_task_work(job, t), lifecycle_own_speed(sim, job, t));
    if (job->state != JOB_RUNNING)
        mark_started(sim, job);
    else if (job->tasks_pending == 0 && job->tasks_unready == 0)
        tell_started(sim, job);
    controller_task_started(sim, job, t);
}

void lifecycle_ready(struct simulation *sim, struct job *job, struct task *t)
{
    if (!lifecycle_gets_memory(sim, job, t))
        return;
    t->is_ready = true;
    job->tasks_unready--;
    if (!job->is_gang)
        lifecycle_start_alone(sim, job, t);
    else if (job->tasks_unready == 0 && job->tasks_pending == 0)
        start_gang(sim, job);
    else
        lifecycle_update_active(sim, job, t); /* it has its memory, and waits for the others */
}

/* The kubelet's answer; a controller makes the pod anew, and that takes its time. Our guess. */
#define REFUSED_AFTER_NS INT64_C(1000000000)

/* What fails at once fails after this instant's decisions, as no job may end within a bind. */
static void begin_start(struct simulation *sim, struct job *job, struct task *t)
{
    const struct request *r = lifecycle_request(sim, job, t);
    const enum device_verdict verdict = device_start_check(sim->cluster, t, r).verdict;
    const int64_t delay = verdict == DEVICE_REFUSES
                              ? REFUSED_AFTER_NS
                              : sim->spec.startup_ns + mig_dynamic_create_ns(sim->cluster, t);
    t->state = TASK_STARTING;
    if (delay == 0 && verdict == DEVICE_STARTS)
        lifecycle_ready(sim, job, t);
    else
        t->event =
            sim_push(sim, sim_now(sim) + delay, PHASE_NODE_AGENT, job->number, EVENT_TASK, t->id);
}

void lifecycle_bound(struct simulation *sim, struct job *job, const uint32_t *tasks, size_t len)
{
    if (job->tasks_pending == 0 && sim->spec.startup_ns > 0 && lifecycle_waits(job->state))
        lifecycle_set_state(sim, job, JOB_STARTING);
    for (size_t i = 0; i < len; i++)
        begin_start(sim, job, sim_task(sim, tasks[i]));
    if (job->tasks_pending == 0 && lifecycle_waits(job->state))
        lifecycle_set_state(sim, job, JOB_STARTING); /* a device has no memory for it yet */
}
