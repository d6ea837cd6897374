/* When observers look: at the steps of the run, subject 0 of the event, and of those that have
 * their own, subjects 1 and on. */
#include "models/simulation_state.h"

/* --- samples: of the run, event subject 0, and of the observers that have their own, 1 and on ---
 */

static void sample_one(struct simulation *sim, size_t observer)
{
    const struct observer_slot *o = &sim->observers[observer];
    if (o->ops->wants & WANTS_SAMPLES)
        o->ops->sample(o->state, sim_now(sim));
}

void simulation_sample_all(struct simulation *sim)
{
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        sample_one(sim, i);
}

static uint32_t schedule_sample(struct simulation *sim, uint32_t subject, int64_t step_ns)
{
    return step_ns == 0 ? EVENT_NONE
                        : sim_push(sim, sim_now(sim) + step_ns, PHASE_SAMPLE, subject, EVENT_SAMPLE,
                                   subject);
}

void simulation_schedule_samples(struct simulation *sim)
{
    sim->sample_event = schedule_sample(sim, 0, sim->spec.step_ns);
    for (uint32_t i = 0; i < sim->spec.observers_len; i++)
        sim->observers[i].sample_event = schedule_sample(sim, i + 1, sim->observers[i].step_ns);
}

void simulation_cancel_samples(struct simulation *sim)
{
    event_queue_cancel(sim->loop.queue, &sim->sample_event);
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        event_queue_cancel(sim->loop.queue, &sim->observers[i].sample_event);
}

static void fire_own_sample(struct simulation *sim, uint32_t observer)
{
    sample_one(sim, observer);
    sim->observers[observer].sample_event =
        schedule_sample(sim, observer + 1, sim->observers[observer].step_ns);
}

void simulation_fire_sample(void *world, uint32_t subject)
{
    struct simulation *sim = world;
    if (subject > 0) {
        fire_own_sample(sim, subject - 1);
        return;
    }
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        if (sim->observers[i].step_ns == 0)
            sample_one(sim, i);
    sim->sample_event = schedule_sample(sim, 0, sim->spec.step_ns);
}
