/* Opening a simulation and closing it. */
#include "models/fetch_ahead.h"
#include "models/lifecycle.h"
#include "models/simulation.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/path.h"
#include "sim/yaml.h"

#include <stdlib.h>
#include <string.h>

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

/* Relative paths start at the file in which they are written. */
static const char *dir_of(struct simulation *sim, const struct yaml_node *options)
{
    return options == NULL ? sim->spec.base_dir : path_dir(sim->arena, options->file);
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
        .names_view = spec->names,
        .names = spec->names,
        .requests = spec->requests,
        .cluster = sim->cluster,
        .options = spec->policies[i].options,
        .base_dir = dir_of(sim, spec->policies[i].options),
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

static bool is_known(const struct simulation *sim, size_t edit)
{
    for (size_t p = 0; p < sim->spec.policies_len; p++)
        if (sim->policies[p].edits[edit] != UINT64_MAX)
            return true;
    return sim->spec.timeline[edit].edit == NULL;
}

/* What is of no node must be of some policy. */
static bool check_edits(const struct simulation *sim)
{
    bool ok = true;
    for (size_t i = 0; i < sim->spec.timeline_len; i++) {
        if (is_known(sim, i))
            continue;
        if (sim->spec.timeline[i].is_optional) {
            diag_warning(sim->diag, yaml_pos(sim->spec.timeline[i].edit),
                         "timeline: %s has no objects that this could change: left out",
                         sim->spec.policies[0].ops->name);
            continue;
        }
        diag_error(sim->diag, yaml_pos(sim->spec.timeline[i].edit),
                   "timeline: no policy of this run knows what to do here; expected such as {at: "
                   "2h, drain: node-1}, or cordon, uncordon, down or up");
        ok = false;
    }
    return ok;
}

static bool open_source(struct simulation *sim, uint32_t i)
{
    const struct simulation_spec *spec = &sim->spec;
    struct source_slot *s = &sim->sources[i];
    s->ops = spec->sources[i].ops;
    s->arrival = EVENT_NONE;
    s->state = arena_alloc(sim->arena, s->ops->state_bytes + 1);
    const struct source_env env = {
        .names = spec->names,
        .requests = spec->requests,
        .cluster = sim->cluster,
        .options = spec->sources[i].options,
        .base_dir = dir_of(sim, spec->sources[i].options),
        .seed = spec->seed,
        .replication = spec->replication,
        .start_ns = spec->start_ns,
        .horizon_ns = spec->until_ns,
        .bootstrap_ns = spec->bootstrap_ns,
        .strict = spec->strict,
        .maker = spec->maker,
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
    o->sample_event = EVENT_NONE;
    if (o->ops->step_ns != NULL)
        o->step_ns = o->ops->step_ns(spec->observers[i].options);
    o->state = arena_alloc(sim->arena, o->ops->state_bytes + 1);
    sim->observers_want |= o->ops->wants;
    const struct observer_env env = {
        .sim = sim,
        .options = spec->observers[i].options,
        .out_dir = spec->out_dir,
        .start_ns = spec->start_ns,
        .warm_up_ns = spec->warm_up_ns,
        .step_ns = o->step_ns > 0 ? o->step_ns : spec->step_ns,
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
    ok = ok && check_edits(sim);
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
        simulation_schedule_arrival(sim, i);
    for (uint32_t p = 0; p < sim->cluster->pools_len; p++)
        simulation_meter_down(sim, p);
    simulation_sample_all(sim);
    simulation_schedule_samples(sim);
    event_loop_want_round(&sim->loop);
}

struct simulation *simulation_open(const struct simulation_spec *spec, struct diag *d)
{
    SIM_REQUIRE(spec->policies_len > 0 && spec->policies_len < 8);
    struct simulation *sim = calloc(1, sizeof *sim);
    SIM_REQUIRE(sim != NULL);
    sim->spec = *spec;
    sim->end = SIMULATION_UNTIL;
    sim->diag = d;
    sim->arena = arena_new();
    sim->cluster = spec->cluster;
    sim->requests = spec->requests;
    sim->stack = stack_of(spec);
    sim->sample_event = sim->warm_event = sim->repartition_event = EVENT_NONE;
    sim->policies = arena_alloc(sim->arena, spec->policies_len * sizeof sim->policies[0]);
    sim->sources = arena_alloc(sim->arena, (spec->sources_len + 1) * sizeof sim->sources[0]);
    sim->observers = arena_alloc(sim->arena, (spec->observers_len + 1) * sizeof sim->observers[0]);
    pool_init(&sim->jobs, sizeof(struct job));
    pool_init(&sim->tasks, sizeof(struct task));
    pool_init(&sim->wakes, sizeof(struct wake));
    pool_init(&sim->closings, sizeof(struct closing));
    event_loop_init(&sim->loop, simulation_event_kinds, EVENT_KINDS, sim, spec->start_ns);
    event_queue_tell_near(sim->loop.queue, fetch_ahead, sim);
    sim->loop.settled = simulation_settled;
    meter_init(&sim->meter, sim->cluster->pools_len, spec->start_ns);
    if (sim->cluster->nodes_len > 0 && !spec->no_fragments)
        sim->fragmentation = fragmentation_new(sim->cluster, spec->requests, spec->names->terms);
    sim->repartition = repartition_new(sim->cluster, spec->requests, spec->names->terms);
    add_reason(sim, "unexplained");
    if (!open_parts(sim)) {
        simulation_free(sim);
        return NULL;
    }
    schedule_start(sim);
    return sim;
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
    for (size_t i = 0; i < sim->observers_open; i++)
        if (sim->observers[i].ops->abandon != NULL)
            sim->observers[i].ops->abandon(sim->observers[i].state);
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
    pool_fini(&sim->closings);
    fragmentation_free(sim->fragmentation);
    repartition_free(sim->repartition);
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
    simulation_sample_all(sim);
    bool ok = true;
    for (size_t i = 0; i < sim->observers_open; i++)
        ok &= sim->observers[i].ops->close(sim->observers[i].state, sim->diag);
    sim->observers_open = 0;
    simulation_free(sim);
    return ok;
}
