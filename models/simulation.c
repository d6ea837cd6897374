#include "models/simulation.h"

#include "models/audit.h"
#include "models/kubernetes/controller.h"
#include "models/lifecycle.h"
#include "models/mig_dynamic.h"
#include "models/reconfigure.h"
#include "sim/check.h"

#include <inttypes.h>

/* --- events --- */

uint32_t sim_push(struct simulation *sim, int64_t at_ns, unsigned phase, uint64_t key,
                  enum sim_event_number kind, uint32_t subject)
{
    if (kind < EVENT_WARM)
        sim->foreground++;
    return event_queue_push(sim->loop.queue, &(struct event){.time_ns = at_ns,
                                                             .phase = (uint16_t)phase,
                                                             .key = key,
                                                             .kind = (uint16_t)kind,
                                                             .subject = subject});
}

bool sim_cancel(struct simulation *sim, uint32_t *handle)
{
    if (!event_queue_cancel(sim->loop.queue, handle))
        return false;
    sim->foreground--;
    return true;
}

void sim_notify_all(struct simulation *sim, const struct note *n)
{
    for (size_t p = 0; p < sim->spec.policies_len; p++) {
        struct policy_slot *slot = &sim->policies[p];
        if (slot->ops->wants & NOTE_BIT(n->kind))
            slot->ops->notify(slot->state, n, &slot->acts);
    }
    event_loop_want_round(&sim->loop);
}

void sim_show(struct simulation *sim, const struct sim_event *e)
{
    struct sim_event at_now = *e;
    at_now.at_ns = sim_now(sim);
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        if (sim->observers[i].ops->wants & WANTS_EVENTS)
            sim->observers[i].ops->happened(sim->observers[i].state, &at_now);
}

/* --- pulling jobs --- */

static bool next_job(struct simulation *sim, struct source_slot *s)
{
    s->is_waiting = false;
    switch (s->ops->next(s->state, &s->next, sim->diag)) {
    case PULL_JOB:
        return true;
    case PULL_LATER:
        s->is_waiting = true;
        return false;
    case PULL_END:
        s->is_done = true;
        return false;
    default:
        s->is_done = true;
        sim->has_failed = true;
        event_loop_stop(&sim->loop);
        return false;
    }
}

void simulation_schedule_arrival(struct simulation *sim, uint32_t source)
{
    struct source_slot *s = &sim->sources[source];
    if (!next_job(sim, s))
        return;
    const int64_t now = sim_now(sim);
    const int64_t at = s->next.submit_ns > now ? s->next.submit_ns : now;
    s->arrival = sim_push(sim, at, PHASE_ARRIVE, source, EVENT_ARRIVE, source);
}

static void fire_arrive(void *world, uint32_t source)
{
    struct simulation *sim = world;
    sim->foreground--;
    sim->sources[source].arrival = EVENT_NONE;
    event_loop_progress(&sim->loop); /* a million jobs at one instant are no livelock */
    lifecycle_arrive(sim, source, &sim->sources[source].next);
    simulation_schedule_arrival(sim, source);
}

void simulation_withdraw_arrival(struct simulation *sim, uint32_t source)
{
    struct source_slot *s = &sim->sources[source];
    if (sim_cancel(sim, &s->arrival))
        s->is_waiting = true;
}

/* Sources that waited for some job to end may have one now. */
void simulation_job_ended(struct simulation *sim)
{
    event_loop_progress(&sim->loop);
    for (uint32_t i = 0; i < sim->spec.sources_len; i++)
        if (sim->sources[i].is_waiting)
            simulation_schedule_arrival(sim, i);
}

/* --- other events --- */

static void fire_task(void *world, uint32_t task)
{
    struct simulation *sim = world;
    sim->foreground--;
    lifecycle_task_event(sim, task);
    event_loop_want_round(&sim->loop);
}

static void fire_patience(void *world, uint32_t id)
{
    struct simulation *sim = world;
    sim->foreground--;
    struct job *job = sim_job(sim, id);
    job->patience_event = EVENT_NONE;
    if (job->first_start_ns == TIME_NEVER)
        lifecycle_end_job(sim, job, END_LOST);
    event_loop_want_round(&sim->loop);
}

static void fire_wake(void *world, uint32_t id)
{
    struct simulation *sim = world;
    sim->foreground--;
    const struct wake w = *(struct wake *)pool_at(&sim->wakes, id);
    pool_give(&sim->wakes, id);
    struct policy_slot *p = &sim->policies[w.policy];
    const struct note n = {.kind = NOTE_TIMER,
                           .job = JOB_NONE,
                           .group = UINT32_MAX,
                           .task = TASK_NONE,
                           .node = NODE_NONE,
                           .token = w.token};
    p->ops->notify(p->state, &n, &p->acts);
    event_loop_want_round(&sim->loop);
}

static void fire_pods(void *world, uint32_t id)
{
    struct simulation *sim = world;
    sim->foreground--;
    controller_wake(sim, sim_job(sim, id));
    event_loop_want_round(&sim->loop);
}

static void fire_time_up(void *world, uint32_t id)
{
    struct simulation *sim = world;
    sim->foreground--;
    controller_time_up(sim, sim_job(sim, id));
    event_loop_want_round(&sim->loop);
}

static bool takes_tasks(enum node_state state)
{
    return state == NODE_READY;
}

void simulation_meter_down(struct simulation *sim, uint32_t pool)
{
    const struct cluster *c = sim->cluster;
    int64_t milli = 0;
    for (uint32_t n = c->pools[pool].first_node;
         n < c->pools[pool].first_node + c->pools[pool].nodes_len; n++)
        if (!takes_tasks(c->nodes[n].state))
            milli += cluster_idle_milli(c, n);
    time_average_set(&sim->meter.pools[pool].down, sim_now(sim), milli);
}

void simulation_set_node(struct simulation *sim, uint32_t node, enum node_state state)
{
    cluster_set_state(sim->cluster, node, state);
    if (state == NODE_DOWN)
        lifecycle_fail_node(sim, node);
    simulation_meter_down(sim, sim->cluster->nodes[node].pool);
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){
                          .kind = SIM_NODE, .node = node, .what = node_state_name(state)});
    sim_notify(sim, &(struct note){.kind = NOTE_NODE_CHANGED,
                                   .job = JOB_NONE,
                                   .group = UINT32_MAX,
                                   .task = TASK_NONE,
                                   .node = node});
}

static void fire_instance(void *world, uint32_t id)
{
    struct simulation *sim = world;
    sim->foreground--;
    const struct closing gone = *(struct closing *)pool_at(&sim->closings, id);
    pool_give(&sim->closings, id);
    mig_dynamic_destroy(sim->cluster, gone.node, gone.gpu, gone.start);
    sim_notify(sim, &(struct note){.kind = NOTE_NODE_CHANGED,
                                   .job = JOB_NONE,
                                   .group = UINT32_MAX,
                                   .task = TASK_NONE,
                                   .node = gone.node});
    event_loop_want_round(&sim->loop);
}

static void fire_layout(void *world, uint32_t node)
{
    struct simulation *sim = world;
    sim->foreground--;
    reconfigure_done(sim, node);
    event_loop_want_round(&sim->loop);
}

static void fire_repartition(void *world, uint32_t subject)
{
    struct simulation *sim = world;
    (void)subject;
    sim->foreground--;
    sim->repartition_event = EVENT_NONE;
    event_loop_want_round(&sim->loop);
}

static void withhold(struct simulation *sim, uint32_t node, bool yes)
{
    cluster_withhold(sim->cluster, node, yes);
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim,
                 &(struct sim_event){.kind = SIM_NODE,
                                     .node = node,
                                     .what = yes ? "device-plugin-gone" : "device-plugin-back"});
    sim_notify(sim, &(struct note){.kind = NOTE_NODE_CHANGED,
                                   .job = JOB_NONE,
                                   .group = UINT32_MAX,
                                   .task = TASK_NONE,
                                   .node = node});
}

static void edit_node(struct simulation *sim, const struct timeline_entry *e)
{
    switch (e->node_edit) {
    case EDIT_STATE:
        simulation_set_node(sim, e->node, e->state);
        break;
    case EDIT_LAYOUT:
        reconfigure_want(sim, e->node, e->layout);
        break;
    default:
        withhold(sim, e->node, e->node_edit == EDIT_PLUGIN_GONE);
        break;
    }
}

static void fire_timeline(void *world, uint32_t i)
{
    struct simulation *sim = world;
    sim->foreground--;
    const struct timeline_entry *e = &sim->spec.timeline[i];
    if (e->edit == NULL) {
        edit_node(sim, e);
        event_loop_want_round(&sim->loop);
        return;
    }
    for (size_t p = 0; p < sim->spec.policies_len; p++) {
        struct policy_slot *slot = &sim->policies[p];
        if (slot->edits[i] == UINT64_MAX)
            continue;
        const struct note n = {.kind = NOTE_EDIT,
                               .job = JOB_NONE,
                               .group = UINT32_MAX,
                               .task = TASK_NONE,
                               .node = NODE_NONE,
                               .token = slot->edits[i]};
        slot->ops->notify(slot->state, &n, &slot->acts);
    }
    event_loop_want_round(&sim->loop);
}

/* Averages leave out what was before; observers are told first, to put away what they want kept. */
static void fire_warm(void *world, uint32_t subject)
{
    struct simulation *sim = world;
    (void)subject;
    sim->warm_event = EVENT_NONE;
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        if (sim->observers[i].ops->warmed_up != NULL)
            sim->observers[i].ops->warmed_up(sim->observers[i].state, sim_now(sim));
    meter_cut(&sim->meter, sim_now(sim));
}

const struct event_kind simulation_event_kinds[EVENT_KINDS] = {
    [EVENT_ARRIVE] = {"arrive", fire_arrive},
    [EVENT_TASK] = {"task", fire_task},
    [EVENT_PATIENCE] = {"leave", fire_patience},
    [EVENT_WAKE] = {"wake", fire_wake},
    [EVENT_PODS] = {"pods", fire_pods},
    [EVENT_TIME_UP] = {"time up", fire_time_up},
    [EVENT_WARM] = {"warm-up", fire_warm},
    [EVENT_TIMELINE] = {"edit", fire_timeline},
    [EVENT_SAMPLE] = {"sample", simulation_fire_sample},
    [EVENT_INSTANCE] = {"instance", fire_instance},
    [EVENT_LAYOUT] = {"layout", fire_layout},
    [EVENT_REPARTITION] = {"repartition", fire_repartition},
};

#ifdef NDEBUG
enum { AUDIT_CELLS = 0 };
#else
enum { AUDIT_CELLS = 4096 }; /* debug builds audit whatever is small */
#endif

static void audit(struct simulation *sim)
{
    if (sim->spec.audit == AUDIT_NEVER ||
        (sim->spec.audit == AUDIT_SMALL && audit_cost(sim) > AUDIT_CELLS))
        return;
    char text[256];
    if (audit_passes(sim, text, sizeof text))
        return;
    const int64_t since = sim_now(sim) - sim->spec.start_ns;
    fprintf(sim->diag->out, "audit: at %" PRId64 ".%09" PRId64 " s: %s\n", since / 1000000000,
            since % 1000000000, text);
    sim->is_broken = true;
    event_loop_stop(&sim->loop);
}

/* All jobs are gone and none will come: what policies asked to be woken for is of no use. */
static void drop_wakes(struct simulation *sim)
{
    for (uint32_t id = 0; id < sim->wakes.cap; id++) {
        if (!pool_has(&sim->wakes, id))
            continue;
        struct wake *w = pool_at(&sim->wakes, id);
        sim_cancel(sim, &w->event);
        pool_give(&sim->wakes, id);
    }
}

static void measure_fragments(struct simulation *sim)
{
    if (sim->fragmentation == NULL)
        return;
    const int64_t *milli = fragmentation_measure(sim->fragmentation);
    for (uint32_t p = 0; p < sim->cluster->pools_len; p++)
        if (milli[p] != sim->meter.pools[p].fragmented.level)
            time_average_set(&sim->meter.pools[p].fragmented, sim_now(sim), milli[p]);
}

/* True if nodes were told to change their layouts, which policies must know. */
static bool repartition(struct simulation *sim)
{
    int64_t at_ns;
    if (sim->repartition == NULL)
        return false;
    const bool told = repartition_look(sim, &at_ns);
    sim_cancel(sim, &sim->repartition_event);
    if (at_ns != INT64_MAX)
        sim->repartition_event = sim_push(sim, at_ns, PHASE_TIMER, 0, EVENT_REPARTITION, 0);
    return told;
}

static void show_settled(struct simulation *sim)
{
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        if (sim->observers[i].ops->wants & WANTS_SETTLED)
            sim->observers[i].ops->settled(sim->observers[i].state, sim_now(sim));
}

bool simulation_settled(void *world)
{
    struct simulation *sim = world;
    bool again = false;
    sim->may_act = true;
    for (size_t p = 0; p < sim->spec.policies_len; p++) {
        struct policy_slot *slot = &sim->policies[p];
        again |= slot->ops->decide(slot->state, &slot->acts) == AGAIN;
    }
    sim->may_act = false;
    again = again || repartition(sim);
    sim->is_settled = !again;
    if (!again)
        measure_fragments(sim);
    audit(sim);
    if (!again && sim->observers_want & WANTS_SETTLED)
        show_settled(sim);
    if (!again && sim->foreground == sim->wakes.len && sim->spec.drain && sim->jobs.len == 0)
        drop_wakes(sim);
    if (!again && sim->foreground == 0 && sim->spec.drain) { /* nothing changes any more */
        simulation_cancel_samples(sim);
        event_queue_cancel(sim->loop.queue, &sim->warm_event);
    }
    return again;
}

/* --- running --- */

static bool someone_waits(const struct simulation *sim)
{
    return sim->meter.waiting.level > 0;
}

enum { LIVELOCK_NAMES = 8 };

/* Who evicts whom stands in events.csv; here is who does it again and again. */
static void tell_livelock(const struct simulation *sim, FILE *out)
{
    const int64_t since = sim_now(sim) - sim->spec.start_ns;
    uint32_t involved = 0;
    fprintf(out,
            "livelock at %" PRId64 ".%09" PRId64
            " s: these jobs are evicted and admitted for ever:",
            since / 1000000000, since % 1000000000);
    for (uint32_t id = 0; id < sim->jobs.cap; id++) {
        const struct job *j = pool_has(&sim->jobs, id) ? sim_job(sim, id) : NULL;
        if (j == NULL || j->last_stop_ns != sim_now(sim) || j->stops_now < 2)
            continue;
        char name[256];
        simulation_job_name(sim, j, name, sizeof name);
        if (involved++ < LIVELOCK_NAMES)
            fprintf(out, "%s %s (%u times)", involved == 1 ? "" : ",", name,
                    (unsigned)j->stops_now);
    }
    if (involved > LIVELOCK_NAMES)
        fprintf(out, " and %" PRIu32 " more", involved - LIVELOCK_NAMES);
    fputc('\n', out);
}

static enum simulation_end how_it_ended(const struct simulation *sim, enum loop_end end)
{
    if (sim->has_failed)
        return SIMULATION_FAILED;
    if (sim->is_broken)
        return SIMULATION_BROKEN;
    if (end == LOOP_STALLED || sim->is_livelocked)
        return SIMULATION_STALLED;
    if (end == LOOP_EMPTY && sim->spec.drain)
        return someone_waits(sim) ? SIMULATION_STUCK : SIMULATION_DRAINED;
    return SIMULATION_UNTIL;
}

enum simulation_end simulation_run(struct simulation *sim, int64_t pause_ns)
{
    SIM_REQUIRE(!sim->is_over);
    const int64_t until = pause_ns < sim->spec.until_ns ? pause_ns : sim->spec.until_ns;
    const enum loop_end end = sim->has_failed ? LOOP_STOPPED : event_loop_run(&sim->loop, until);
    const enum simulation_end how = how_it_ended(sim, end);
    if (how == SIMULATION_UNTIL && until != INT64_MAX)
        event_queue_advance(sim->loop.queue, until);
    if (sim->is_livelocked)
        tell_livelock(sim, sim->diag->out);
    else if (how == SIMULATION_STALLED)
        event_loop_stall(&sim->loop, sim->diag->out);
    sim->is_over = how != SIMULATION_UNTIL || until == sim->spec.until_ns;
    sim->end = how;
    return how;
}

bool simulation_is_over(const struct simulation *sim)
{
    return sim->is_over;
}
