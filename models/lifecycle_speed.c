#include "models/device.h"
#include "models/device_activity.h"
#include "models/execution.h"
#include "models/lifecycle.h"
#include "models/sharing.h"
#include "sim/check.h"

#include <stdlib.h>

void lifecycle_measure_pool(struct simulation *sim, uint32_t node)
{
    const uint32_t pool = sim->cluster->nodes[node].pool;
    time_average_set(&sim->meter.pools[pool].allocated, sim_now(sim),
                     sim->cluster->pools[pool].allocated_milli);
    if (sim->cluster->nodes[node].state != NODE_READY)
        simulation_meter_down(sim, pool); /* what is given back there is no use to anybody */
}

void lifecycle_set_active(struct simulation *sim, struct task *t, int64_t milli)
{
    if (t->active_milli == milli)
        return;
    const uint32_t pool = sim->cluster->nodes[t->node].pool;
    time_average_add(&sim->meter.pools[pool].active, sim_now(sim), milli - t->active_milli);
    t->active_milli = milli;
}

uint64_t lifecycle_own_speed(const struct simulation *sim, const struct job *job,
                             const struct task *t)
{
    if (job->is_suspended)
        return 0;
    if (t->node == NODE_NONE)
        return SPEED_ONE;
    return device_speed(sim->cluster, t, &lifecycle_request(sim, job, t)->load);
}

static void show_activity(struct simulation *sim, const struct job *job, const struct task *t,
                          bool works)
{
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        if (sim->observers[i].ops->wants & WANTS_ACTIVITY)
            sim->observers[i].ops->activity(sim->observers[i].state, job, t, works);
}

void lifecycle_update_active(struct simulation *sim, const struct job *job, struct task *t)
{
    if (t->node == NODE_NONE)
        return;
    const bool works = t->state == TASK_RUNNING && !job->is_suspended;
    const struct request *r = lifecycle_request(sim, job, t);
    lifecycle_set_active(sim, t, works ? device_active_milli(sim->cluster, t, r) : 0);
    if (sim->observers_want & WANTS_ACTIVITY)
        show_activity(sim, job, t, works);
}

/* A gang goes as fast as its slowest task. */
uint64_t lifecycle_gang_speed(const struct simulation *sim, const struct job *job)
{
    uint64_t slowest = SPEED_ONE;
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next) {
        const uint64_t speed = lifecycle_own_speed(sim, job, sim_task(sim, id));
        slowest = speed < slowest ? speed : slowest;
    }
    return slowest;
}

static void respeed_lead(struct simulation *sim, const struct job *job, struct task *lead)
{
    if (lead->state != TASK_RUNNING)
        return;
    const uint64_t speed =
        job->is_gang ? lifecycle_gang_speed(sim, job) : lifecycle_own_speed(sim, job, lead);
    execution_set_speed(sim, lead, speed);
}

void lifecycle_respeed(struct simulation *sim, struct job *job)
{
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next) {
        struct task *t = sim_task(sim, id);
        if (t->lead == id)
            respeed_lead(sim, job, t);
        lifecycle_update_active(sim, job, t);
    }
}

void lifecycle_suspend(struct simulation *sim, struct job *job, bool yes)
{
    job->is_suspended = yes;
    lifecycle_set_state(sim, job, yes ? JOB_SUSPENDED : JOB_RUNNING);
    lifecycle_respeed(sim, job);
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

/* Tasks of one gang begin and end to work together: where they share a device, one that leaves is
 * not to hurry the others, whose lead may be gone already. */
static void spare_gang(struct simulation *sim, const struct task *t)
{
    size_t len = 0;
    for (size_t i = 0; i < sim->touched_len; i++)
        if (sim_task(sim, sim->touched[i])->job != t->job)
            sim->touched[len++] = sim->touched[i];
    sim->touched_len = len;
}

/* Remembers who shares devices with t; their speeds change once t has come or gone. */
void lifecycle_touch_neighbours(struct simulation *sim, const struct task *t)
{
    sim->touched_len = 0;
    if (t->node != NODE_NONE && sim->cluster->domains_len > 0)
        device_each_neighbour(sim->cluster, t, touch, sim);
    if (sim->touched_len > 0 && sim_job(sim, t->job)->is_gang)
        spare_gang(sim, t);
}

void lifecycle_respeed_touched(struct simulation *sim)
{
    for (size_t i = 0; i < sim->touched_len; i++) {
        struct task *t = sim_task(sim, sim->touched[i]);
        const struct job *job = sim_job(sim, t->job);
        respeed_lead(sim, job, sim_task(sim, t->lead));
        lifecycle_update_active(sim, job, t);
    }
    sim->touched_len = 0;
}
