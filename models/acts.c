/* The verbs: checks what a policy wants, refuses with a reason, or has lifecycle.h do it. */
#include "models/device.h"
#include "models/lifecycle.h"
#include "sim/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

int64_t acts_now_ns(const struct acts *a)
{
    return sim_now(a->sim);
}

const struct cluster *acts_cluster(const struct acts *a)
{
    return a->sim->cluster;
}

const struct request_table *acts_requests(const struct acts *a)
{
    return a->sim->requests;
}

const struct job *acts_job(const struct acts *a, uint32_t id)
{
    return pool_has(&a->sim->jobs, id) ? sim_job(a->sim, id) : NULL;
}

const struct task *acts_task(const struct acts *a, uint32_t id)
{
    return pool_has(&a->sim->tasks, id) ? sim_task(a->sim, id) : NULL;
}

bool acts_wants_detail(const struct acts *a)
{
    return (a->sim->observers_want & WANTS_DETAIL) != 0;
}

/* --- refusing --- */

PRINTF_LIKE(4, 5)
static bool refuse(const struct acts *a, const char *verb, uint32_t job, const char *fmt, ...)
{
    struct simulation *sim = a->sim;
    sim->counts.verbs_refused++;
    if (sim->spec.log == NULL)
        return false;
    const int64_t since = sim_now(sim) - sim->spec.start_ns;
    fprintf(sim->spec.log, "policy %s: %s refused at %" PRId64 ".%09" PRId64 " s: ",
            sim->policies[a->policy].ops->name, verb, since / 1000000000, since % 1000000000);
    if (pool_has(&sim->jobs, job))
        fprintf(sim->spec.log, "job %" PRIu64 ": ", sim_job(sim, job)->number);
    va_list ap;
    va_start(ap, fmt);
    vfprintf(sim->spec.log, fmt, ap);
    va_end(ap);
    fputc('\n', sim->spec.log);
    return false;
}

/* What every verb on a job needs. */
static bool may_act_on(const struct acts *a, const char *verb, uint32_t job, unsigned role)
{
    if (!a->sim->may_act)
        return refuse(a, verb, job, "only decide() may act");
    if (!pool_has(&a->sim->jobs, job))
        return refuse(a, verb, job, "there is no live job %" PRIu32, job);
    if ((a->sim->policies[a->policy].ops->roles & role) == 0)
        return refuse(a, verb, job, "it is not the policy's role");
    return true;
}

/* --- admission --- */

bool act_admit(struct acts *a, const struct admission *adm)
{
    if (!may_act_on(a, "admit", adm->job, ROLE_ADMIT))
        return false;
    struct job *job = sim_job(a->sim, adm->job);
    if (job->state != JOB_QUEUED)
        return refuse(a, "admit", adm->job, "it is %s, not queued", job_state_name(job->state));
    if (a->sim->stack == STACK_BOTH)
        return refuse(a, "admit", adm->job, "this policy places jobs itself: bind admits");
    for (uint32_t g = 0; adm->groups != NULL && g < job->groups_len; g++)
        if (adm->groups[g].count > job->groups[g].count)
            return refuse(a, "admit", adm->job,
                          "group %" PRIu32 " has %" PRIu32 " tasks, not %" PRIu32, g,
                          job->groups[g].count, adm->groups[g].count);
    for (size_t i = 0; i < adm->places_len; i++)
        if (adm->places[i].group >= job->groups_len)
            return refuse(a, "admit", adm->job, "there is no group %" PRIu32, adm->places[i].group);
    if (job->admit_ns == TIME_NEVER)
        event_loop_progress(&a->sim->loop);
    lifecycle_admit(a->sim, job, adm);
    return true;
}

bool act_place(struct acts *a, uint32_t id, const struct place_admission *places, size_t len)
{
    if (!may_act_on(a, "place", id, ROLE_ADMIT))
        return false;
    struct job *job = sim_job(a->sim, id);
    if (job->is_gang || !job->is_admitted || job->is_stopping)
        return refuse(a, "place", id, "it is %s, or a gang", job_state_name(job->state));
    for (size_t i = 0; i < len; i++)
        if (places[i].group >= job->groups_len)
            return refuse(a, "place", id, "there is no group %" PRIu32, places[i].group);
    lifecycle_set_places(a->sim, job, places, len);
    return true;
}

/* --- binding --- */

static bool slot_names_tasks(const struct acts *a, const struct bind *b, const struct slot *s)
{
    const struct job *job = sim_job(a->sim, b->job);
    if (s->group >= job->groups_len || s->count == 0)
        return refuse(a, "bind", b->job, "a slot names no tasks of it");
    if (s->count > job->groups[s->group].pending)
        return refuse(a, "bind", b->job,
                      "%" PRIu32 " tasks wait in group %" PRIu32 ", not %" PRIu32,
                      job->groups[s->group].pending, s->group, s->count);
    if (job->is_gang != (s->task == TASK_NONE))
        return refuse(a, "bind", b->job, "tasks of a gang have no number, others must be named");
    if (job->is_gang)
        return true;
    const struct task *t = acts_task(a, s->task);
    if (t == NULL || t->job != b->job || t->state != TASK_PENDING || s->count != 1)
        return refuse(a, "bind", b->job, "task %" PRIu32 " is not a waiting one of it", s->task);
    return true;
}

/* GPUs that the node has, and has as a whole. */
static bool are_whole_gpus(const struct node *n, uint64_t gpu_mask)
{
    const struct device_class *k = cluster_whole_gpus(n);
    for (uint64_t mask = gpu_mask; mask != 0; mask &= mask - 1) {
        const uint32_t gpu = (uint32_t)__builtin_ctzll(mask);
        if (k == NULL || gpu >= k->units_len || k->units[gpu].milli == 0)
            return false;
    }
    return true;
}

static bool slot_names_node(const struct acts *a, const struct bind *b, const struct slot *s)
{
    const struct cluster *c = a->sim->cluster;
    if (s->node >= c->nodes_len)
        return refuse(a, "bind", b->job, "there is no node %" PRIu32, s->node);
    const struct node *n = &c->nodes[s->node];
    if (n->state != NODE_READY && !b->is_unchecked)
        return refuse(a, "bind", b->job, "node %s is %s", n->name, node_state_name(n->state));
    if (n->state == NODE_DOWN || n->state == NODE_BOOTING)
        return refuse(a, "bind", b->job, "node %s is %s", n->name, node_state_name(n->state));
    if (!are_whole_gpus(n, s->gpu_mask))
        return refuse(a, "bind", b->job, "node %s has not all of GPUs %" PRIx64 " as a whole",
                      n->name, s->gpu_mask);
    return true;
}

static bool refuse_full(const struct acts *a, const struct bind *b, const struct slot *s)
{
    return refuse(a, "bind", b->job, "node %s has no room for %" PRIu32 " tasks of group %" PRIu32,
                  a->sim->cluster->nodes[s->node].name, s->count, s->group);
}

static uint32_t *bound_scratch(struct simulation *sim, size_t len)
{
    if (len > sim->bound_cap) {
        sim->bound_cap = 2 * len;
        sim->bound = realloc(sim->bound, sim->bound_cap * sizeof sim->bound[0]);
        SIM_REQUIRE(sim->bound != NULL);
    }
    return sim->bound;
}

static void tell_bound(struct simulation *sim, const struct job *job, const uint32_t *tasks,
                       size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const struct task *t = sim_task(sim, tasks[i]);
        if (sim->observers_want & WANTS_EVENTS)
            sim_show(
                sim,
                &(struct sim_event){
                    .kind = SIM_BOUND, .job = job, .task = t, .node = t->node, .count = t->count});
        sim_notify(sim, &(struct note){.kind = NOTE_BOUND,
                                       .job = job->id,
                                       .group = t->group,
                                       .task = t->id,
                                       .node = t->node,
                                       .count = t->count});
    }
}

static const struct task *bind_slot(struct simulation *sim, struct job *job, const struct bind *b,
                                    const struct slot *slot)
{
    if (slot->count > job->groups[slot->group].pending)
        return NULL; /* slots before it took them */
    return lifecycle_bind(sim, job, slot, b->is_unchecked);
}

bool act_bind(struct acts *a, const struct bind *b)
{
    if (!may_act_on(a, "bind", b->job, ROLE_PLACE))
        return false;
    struct simulation *sim = a->sim;
    struct job *job = sim_job(sim, b->job);
    if (!lifecycle_waits(job->state) && (job->is_gang || job->state != JOB_RUNNING))
        return refuse(a, "bind", b->job, "it is %s", job_state_name(job->state));
    if (b->slots_len == 0)
        return refuse(a, "bind", b->job, "no slots");
    for (size_t i = 0; i < b->slots_len; i++)
        if (!slot_names_tasks(a, b, &b->slots[i]) || !slot_names_node(a, b, &b->slots[i]))
            return false;
    uint32_t *bound = bound_scratch(sim, b->slots_len);
    for (size_t i = 0; i < b->slots_len; i++) {
        const struct task *t = bind_slot(sim, job, b, &b->slots[i]);
        if (t == NULL) {
            const struct slot *full = &b->slots[i];
            while (i-- > 0)
                lifecycle_unbind(sim, job, sim_task(sim, bound[i]));
            return refuse_full(a, b, full);
        }
        bound[i] = t->id;
    }
    if (sim->notes_wanted & NOTE_BIT(NOTE_BOUND) || sim->observers_want & WANTS_EVENTS)
        tell_bound(sim, job, bound, b->slots_len);
    lifecycle_bound(sim, job, bound, b->slots_len);
    return true;
}

/* --- stopping --- */

bool act_stop(struct acts *a, const struct stop *s)
{
    if (!may_act_on(a, "stop", s->job, ROLE_ADMIT | ROLE_PLACE))
        return false;
    struct job *job = sim_job(a->sim, s->job);
    if (job->is_stopping)
        return refuse(a, "stop", s->job, "it is stopping already");
    if (s->notice_ns < 0 || s->hold_ns < 0)
        return refuse(a, "stop", s->job, "times are negative");
    if (s->task == TASK_NONE) {
        lifecycle_stop_job(a->sim, job, s);
        return true;
    }
    const struct task *t = acts_task(a, s->task);
    if (job->is_gang || t == NULL || t->job != s->job || t->state == TASK_PENDING ||
        t->state == TASK_ENDING)
        return refuse(a, "stop", s->job, "task %" PRIu32 " cannot be stopped alone", s->task);
    lifecycle_stop_task(a->sim, sim_task(a->sim, s->task), s);
    return true;
}

bool act_suspend(struct acts *a, uint32_t id, bool yes)
{
    if (!may_act_on(a, "suspend", id, ROLE_ADMIT | ROLE_PLACE))
        return false;
    struct job *job = sim_job(a->sim, id);
    if (job->state != (yes ? JOB_RUNNING : JOB_SUSPENDED))
        return refuse(a, "suspend", id, "it is %s", job_state_name(job->state));
    lifecycle_suspend(a->sim, job, yes);
    return true;
}

bool act_refuse(struct acts *a, uint32_t id, const char *why)
{
    if (!may_act_on(a, "refuse", id, ROLE_ADMIT | ROLE_PLACE))
        return false;
    struct job *job = sim_job(a->sim, id);
    if (!lifecycle_waits(job->state))
        return refuse(a, "refuse", id, "it is %s", job_state_name(job->state));
    act_tell(a, "refused", id, why);
    lifecycle_end_job(a->sim, job, END_REFUSED);
    return true;
}

bool act_priority(struct acts *a, uint32_t id, int32_t priority)
{
    if (!may_act_on(a, "priority", id, ROLE_ADMIT | ROLE_PLACE))
        return false;
    sim_job(a->sim, id)->priority = priority;
    return true;
}

bool act_cordon(struct acts *a, uint32_t node, bool yes)
{
    struct cluster *c = a->sim->cluster;
    const enum node_state from = yes ? NODE_READY : NODE_CORDONED;
    if (node >= c->nodes_len || c->nodes[node].state != from)
        return refuse(a, "cordon", JOB_NONE, "node %" PRIu32 " is not %s", node,
                      node_state_name(from));
    simulation_set_node(a->sim, node, yes ? NODE_CORDONED : NODE_READY);
    return true;
}

/* --- why jobs wait --- */

static uint32_t run_bucket(struct acts *a, uint32_t bucket)
{
    struct policy_slot *p = &a->sim->policies[a->policy];
    if (bucket >= p->buckets_cap) {
        const uint32_t old = p->buckets_cap;
        while (p->buckets_cap <= bucket)
            p->buckets_cap = p->buckets_cap == 0 ? 16 : 2 * p->buckets_cap;
        p->buckets = realloc(p->buckets, p->buckets_cap * sizeof p->buckets[0]);
        SIM_REQUIRE(p->buckets != NULL);
        for (uint32_t b = old; b < p->buckets_cap; b++)
            p->buckets[b] = 0;
    }
    if (p->buckets[bucket] == 0)
        p->buckets[bucket] = wait_reasons_add_bucket(&a->sim->waits, p->reasons[0]) + 1;
    return p->buckets[bucket] - 1;
}

static void show_reason(struct simulation *sim, const struct job *job, uint32_t bucket,
                        uint32_t reason, const char *detail)
{
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){.kind = SIM_REASON,
                                          .job = job,
                                          .reason = reason,
                                          .bucket = bucket,
                                          .detail = detail});
}

void act_wait(struct acts *a, uint32_t id, uint32_t bucket)
{
    struct simulation *sim = a->sim;
    SIM_REQUIRE_AT(sim_now(sim), pool_has(&sim->jobs, id));
    const uint32_t to = run_bucket(a, bucket);
    sim_job(sim, id)->wait_bucket = to;
    if (!lifecycle_waits(sim_job(sim, id)->state) || wait_reasons_bucket(&sim->waits, id) == to)
        return;
    wait_reasons_move(&sim->waits, id, to, sim_now(sim));
    show_reason(sim, sim_job(sim, id), to, wait_reasons_of_bucket(&sim->waits, to), NULL);
}

void act_bucket(struct acts *a, uint32_t bucket, uint32_t reason, const char *detail)
{
    struct simulation *sim = a->sim;
    const struct policy_slot *p = &sim->policies[a->policy];
    SIM_REQUIRE_AT(sim_now(sim), reason < p->reasons_len);
    const uint32_t b = run_bucket(a, bucket);
    wait_reasons_set(&sim->waits, b, p->reasons[reason], sim_now(sim));
    show_reason(sim, NULL, b, p->reasons[reason], detail);
}

/* --- the rest --- */

void act_wake(struct acts *a, int64_t at_ns, enum event_phase phase, uint64_t token)
{
    struct simulation *sim = a->sim;
    const uint32_t id = pool_take(&sim->wakes);
    const uint32_t event = sim_push(sim, at_ns, phase, 0, EVENT_WAKE, id);
    *(struct wake *)pool_at(&sim->wakes, id) =
        (struct wake){.token = token, .policy = a->policy, .event = event};
}

void act_again(struct acts *a)
{
    event_loop_want_round(&a->sim->loop);
}

void act_tell_of(struct acts *a, const struct announcement *t)
{
    struct simulation *sim = a->sim;
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){.kind = SIM_TOLD,
                                          .job = acts_job(a, t->job),
                                          .what = t->what,
                                          .detail = t->detail,
                                          .by = acts_job(a, t->by),
                                          .needs = t->needs,
                                          .needs_len = t->needs_len});
}

void act_tell(struct acts *a, const char *what, uint32_t job, const char *detail)
{
    act_tell_of(a,
                &(struct announcement){.what = what, .detail = detail, .job = job, .by = JOB_NONE});
}
