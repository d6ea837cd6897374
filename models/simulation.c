#include "models/simulation.h"

#include "models/audit.h"
#include "models/lifecycle.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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

static void schedule_arrival(struct simulation *sim, uint32_t source)
{
    struct source_slot *s = &sim->sources[source];
    if (!next_job(sim, s))
        return;
    const int64_t now = sim_now(sim);
    const int64_t at = s->next.submit_ns > now ? s->next.submit_ns : now;
    sim_push(sim, at, PHASE_ARRIVE, source, EVENT_ARRIVE, source);
}

static void fire_arrive(void *world, uint32_t source)
{
    struct simulation *sim = world;
    sim->foreground--;
    lifecycle_arrive(sim, source, &sim->sources[source].next);
    schedule_arrival(sim, source);
}

/* Sources that waited for some job to end may have one now. */
void simulation_job_ended(struct simulation *sim)
{
    for (uint32_t i = 0; i < sim->spec.sources_len; i++)
        if (sim->sources[i].is_waiting)
            schedule_arrival(sim, i);
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

static bool takes_tasks(enum node_state state)
{
    return state == NODE_READY;
}

static void meter_down(struct simulation *sim, uint32_t pool)
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
    meter_down(sim, sim->cluster->nodes[node].pool);
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){
                          .kind = SIM_NODE, .node = node, .what = node_state_name(state)});
    sim_notify(sim, &(struct note){.kind = NOTE_NODE_CHANGED,
                                   .job = JOB_NONE,
                                   .group = UINT32_MAX,
                                   .task = TASK_NONE,
                                   .node = node});
}

static void fire_timeline(void *world, uint32_t i)
{
    struct simulation *sim = world;
    sim->foreground--;
    const struct timeline_entry *e = &sim->spec.timeline[i];
    if (e->edit == NULL) {
        simulation_set_node(sim, e->node, e->state);
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

static void sample(struct simulation *sim)
{
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        if (sim->observers[i].ops->wants & WANTS_SAMPLES)
            sim->observers[i].ops->sample(sim->observers[i].state, sim_now(sim));
}

static void schedule_sample(struct simulation *sim)
{
    if (sim->spec.step_ns > 0)
        sim->sample_event =
            sim_push(sim, sim_now(sim) + sim->spec.step_ns, PHASE_SAMPLE, 0, EVENT_SAMPLE, 0);
}

static void fire_sample(void *world, uint32_t subject)
{
    struct simulation *sim = world;
    (void)subject;
    sim->sample_event = EVENT_NONE;
    sample(sim);
    schedule_sample(sim);
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

static const struct event_kind kinds[EVENT_KINDS] = {
    [EVENT_ARRIVE] = {"arrive", fire_arrive},    [EVENT_TASK] = {"task", fire_task},
    [EVENT_PATIENCE] = {"leave", fire_patience}, [EVENT_WAKE] = {"wake", fire_wake},
    [EVENT_WARM] = {"warm-up", fire_warm},       [EVENT_TIMELINE] = {"edit", fire_timeline},
    [EVENT_SAMPLE] = {"sample", fire_sample},
};

#ifdef NDEBUG
enum { AUDIT_CELLS = 0 };
#else
enum { AUDIT_CELLS = 4096 }; /* debug builds audit whatever is small */
#endif

static void audit(struct simulation *sim)
{
    if (!sim->spec.audit && audit_cost(sim) > AUDIT_CELLS)
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

static bool settled(void *world)
{
    struct simulation *sim = world;
    bool again = false;
    sim->may_act = true;
    for (size_t p = 0; p < sim->spec.policies_len; p++) {
        struct policy_slot *slot = &sim->policies[p];
        again |= slot->ops->decide(slot->state, &slot->acts) == AGAIN;
    }
    sim->may_act = false;
    audit(sim);
    if (!again && sim->foreground == 0 && sim->spec.drain) { /* nothing changes any more */
        event_queue_cancel(sim->loop.queue, &sim->sample_event);
        event_queue_cancel(sim->loop.queue, &sim->warm_event);
    }
    return again;
}

/* --- opening --- */

static uint32_t add_reason(struct simulation *sim, const char *name)
{
    for (uint32_t i = 0; i < sim->reasons_len; i++)
        if (strcmp(sim->reasons[i], name) == 0)
            return i;
    const char **list = arena_alloc(sim->arena, (sim->reasons_len + 1) * sizeof list[0]);
    if (sim->reasons_len > 0)
        memcpy(list, sim->reasons, sim->reasons_len * sizeof list[0]);
    list[sim->reasons_len] = name;
    sim->reasons = list;
    return (uint32_t)sim->reasons_len++;
}

static void collect_reasons(struct simulation *sim, struct policy_slot *p)
{
    while (p->ops->reasons != NULL && p->ops->reasons[p->reasons_len] != NULL)
        p->reasons_len++;
    p->reasons = arena_alloc(sim->arena, (p->reasons_len + 1) * sizeof p->reasons[0]);
    for (uint32_t i = 0; i < p->reasons_len; i++)
        p->reasons[i] = add_reason(sim, p->ops->reasons[i]);
}

static bool open_policy(struct simulation *sim, uint32_t i)
{
    const struct simulation_spec *spec = &sim->spec;
    struct policy_slot *p = &sim->policies[i];
    p->ops = spec->policies[i].ops;
    p->state = arena_alloc(sim->arena, p->ops->state_bytes + 1);
    p->acts = (struct acts){.sim = sim, .policy = i};
    collect_reasons(sim, p);
    sim->notes_wanted |= p->ops->wants;
    const struct policy_env env = {
        .names = spec->names,
        .requests = spec->requests,
        .cluster = sim->cluster,
        .options = spec->policies[i].options,
        .base_dir = spec->base_dir,
        .seed = spec->seed,
        .replication = spec->replication,
        .start_ns = spec->start_ns,
        .has_placer_below = i + 1 < spec->policies_len,
        .arena = sim->arena,
    };
    if (!p->ops->open(p->state, &env, sim->diag))
        return false;
    sim->policies_open = i + 1;
    return true;
}

static bool parse_edits(struct simulation *sim, struct policy_slot *p)
{
    bool ok = true;
    p->edits = arena_alloc(sim->arena, (sim->spec.timeline_len + 1) * sizeof p->edits[0]);
    for (size_t i = 0; i < sim->spec.timeline_len; i++) {
        const struct timeline_entry *e = &sim->spec.timeline[i];
        p->edits[i] = UINT64_MAX;
        if (e->edit != NULL && p->ops->parse_edit != NULL)
            ok &= p->ops->parse_edit(p->state, e->edit, &p->edits[i], sim->diag);
    }
    return ok;
}

static bool open_source(struct simulation *sim, uint32_t i)
{
    const struct simulation_spec *spec = &sim->spec;
    struct source_slot *s = &sim->sources[i];
    s->ops = spec->sources[i].ops;
    s->state = arena_alloc(sim->arena, s->ops->state_bytes + 1);
    const struct source_env env = {
        .names = spec->names,
        .requests = spec->requests,
        .cluster = sim->cluster,
        .options = spec->sources[i].options,
        .base_dir = spec->base_dir,
        .seed = spec->seed,
        .replication = spec->replication,
        .start_ns = spec->start_ns,
        .horizon_ns = spec->until_ns,
        .strict = spec->strict,
        .arena = sim->arena,
    };
    if (!s->ops->open(s->state, &env, sim->diag))
        return false;
    sim->sources_open = i + 1;
    return true;
}

static bool open_observer(struct simulation *sim, size_t i)
{
    const struct simulation_spec *spec = &sim->spec;
    struct observer_slot *o = &sim->observers[i];
    o->ops = spec->observers[i].ops;
    o->state = arena_alloc(sim->arena, o->ops->state_bytes + 1);
    sim->observers_want |= o->ops->wants;
    const struct observer_env env = {
        .sim = sim,
        .options = spec->observers[i].options,
        .out_dir = spec->out_dir,
        .start_ns = spec->start_ns,
        .warm_up_ns = spec->warm_up_ns,
        .step_ns = spec->step_ns,
    };
    if (!o->ops->open(o->state, &env, sim->diag))
        return false;
    sim->observers_open = i + 1;
    return true;
}

static enum stack_kind stack_of(const struct simulation_spec *spec)
{
    unsigned roles = 0;
    for (size_t i = 0; i < spec->policies_len; i++) {
        if (spec->policies[i].ops->roles == (ROLE_ADMIT | ROLE_PLACE))
            return STACK_BOTH;
        roles |= spec->policies[i].ops->roles;
    }
    if (roles == ROLE_PLACE)
        return STACK_PLACE;
    return spec->cluster->nodes_len == 0 ? STACK_ADMIT : STACK_ADMIT_PLACE;
}

/* In this order: sites may declare what workloads name, and observers look at both. */
static bool open_parts(struct simulation *sim)
{
    bool ok = true;
    for (uint32_t i = 0; i < sim->spec.policies_len && ok; i++)
        ok = open_policy(sim, i) && parse_edits(sim, &sim->policies[i]);
    for (uint32_t i = 0; i < sim->spec.sources_len && ok; i++)
        ok = open_source(sim, i);
    wait_reasons_init(&sim->waits, sim->reasons_len);
    wait_reasons_add_bucket(&sim->waits, 0);
    for (size_t i = 0; i < sim->spec.observers_len && ok; i++)
        ok = open_observer(sim, i);
    return ok;
}

static void schedule_start(struct simulation *sim)
{
    for (uint32_t i = 0; i < sim->spec.timeline_len; i++)
        sim_push(sim, sim->spec.timeline[i].at_ns, PHASE_EDIT, i, EVENT_TIMELINE, i);
    if (sim->spec.warm_up_ns > 0)
        sim->warm_event =
            sim_push(sim, sim->spec.start_ns + sim->spec.warm_up_ns, PHASE_FAULT, 0, EVENT_WARM, 0);
    for (uint32_t i = 0; i < sim->spec.sources_len; i++)
        schedule_arrival(sim, i);
    for (uint32_t p = 0; p < sim->cluster->pools_len; p++)
        meter_down(sim, p);
    sample(sim);
    schedule_sample(sim);
    event_loop_want_round(&sim->loop);
}

struct simulation *simulation_open(const struct simulation_spec *spec, struct diag *d)
{
    SIM_REQUIRE(spec->policies_len > 0 && spec->policies_len < 8);
    struct simulation *sim = calloc(1, sizeof *sim);
    SIM_REQUIRE(sim != NULL);
    sim->spec = *spec;
    sim->diag = d;
    sim->arena = arena_new();
    sim->cluster = spec->cluster;
    sim->requests = spec->requests;
    sim->stack = stack_of(spec);
    sim->sample_event = sim->warm_event = EVENT_NONE;
    sim->policies = arena_alloc(sim->arena, spec->policies_len * sizeof sim->policies[0]);
    sim->sources = arena_alloc(sim->arena, (spec->sources_len + 1) * sizeof sim->sources[0]);
    sim->observers = arena_alloc(sim->arena, (spec->observers_len + 1) * sizeof sim->observers[0]);
    pool_init(&sim->jobs, sizeof(struct job));
    pool_init(&sim->tasks, sizeof(struct task));
    pool_init(&sim->wakes, sizeof(struct wake));
    event_loop_init(&sim->loop, kinds, EVENT_KINDS, sim, spec->start_ns);
    sim->loop.settled = settled;
    meter_init(&sim->meter, sim->cluster->pools_len, spec->start_ns);
    add_reason(sim, "unexplained");
    if (!open_parts(sim)) {
        simulation_free(sim);
        return NULL;
    }
    schedule_start(sim);
    return sim;
}

/* --- running --- */

static bool someone_waits(const struct simulation *sim)
{
    return sim->meter.waiting.level > 0;
}

static enum simulation_end how_it_ended(const struct simulation *sim, enum loop_end end)
{
    if (sim->has_failed)
        return SIMULATION_FAILED;
    if (sim->is_broken)
        return SIMULATION_BROKEN;
    if (end == LOOP_STALLED)
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
    if (how == SIMULATION_STALLED)
        event_loop_stall(&sim->loop, sim->diag->out);
    sim->is_over = how != SIMULATION_UNTIL || until == sim->spec.until_ns;
    return how;
}

bool simulation_is_over(const struct simulation *sim)
{
    return sim->is_over;
}

/* --- closing --- */

static int by_number(const void *a, const void *b)
{
    const struct job *x = *(struct job *const *)a;
    const struct job *y = *(struct job *const *)b;
    return (x->number > y->number) - (x->number < y->number);
}

static void close_live_jobs(struct simulation *sim)
{
    struct job **live = malloc((sim->jobs.len + 1) * sizeof live[0]);
    SIM_REQUIRE(live != NULL);
    size_t len = 0;
    for (uint32_t id = 0; id < sim->jobs.cap; id++)
        if (pool_has(&sim->jobs, id))
            live[len++] = sim_job(sim, id);
    qsort(live, len, sizeof live[0], by_number);
    for (size_t i = 0; i < len; i++)
        lifecycle_close_job(sim, live[i]);
    free(live);
}

static void free_jobs(struct simulation *sim)
{
    for (uint32_t id = 0; id < sim->tasks.cap; id++)
        if (pool_has(&sim->tasks, id) && sim_task(sim, id)->uses != &sim_task(sim, id)->one_use)
            free(sim_task(sim, id)->uses);
    for (uint32_t id = 0; id < sim->jobs.cap; id++)
        if (pool_has(&sim->jobs, id))
            lifecycle_free_job(sim, sim_job(sim, id));
}

void simulation_free(struct simulation *sim)
{
    free_jobs(sim);
    for (size_t p = 0; p < sim->policies_open; p++)
        sim->policies[p].ops->close(sim->policies[p].state);
    for (size_t p = 0; p < sim->spec.policies_len; p++)
        free(sim->policies[p].buckets);
    for (size_t s = 0; s < sim->sources_open; s++)
        sim->sources[s].ops->close(sim->sources[s].state);
    wait_reasons_fini(&sim->waits);
    meter_fini(&sim->meter);
    event_loop_fini(&sim->loop);
    pool_fini(&sim->jobs);
    pool_fini(&sim->tasks);
    pool_fini(&sim->wakes);
    free(sim->touched);
    free(sim->bound);
    arena_free(sim->arena);
    free(sim);
}

bool simulation_close(struct simulation *sim)
{
    if (sim == NULL)
        return true;
    close_live_jobs(sim);
    sample(sim);
    bool ok = true;
    for (size_t i = 0; i < sim->observers_open; i++)
        ok &= sim->observers[i].ops->close(sim->observers[i].state, sim->diag);
    simulation_free(sim);
    return ok;
}
