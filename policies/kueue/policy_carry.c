/* Decisions become verbs: jobs start, stop, end, or are told why they wait. */
#include "policies/kueue/policy_kueue.h"

#include "models/job_name.h"
#include "policies/kueue/message.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <inttypes.h>
#include <stdio.h>

enum { GROUPS_MOST = 64, NAME_TEXT = 512, WORDS_TEXT = 2048 };

/* Once there and back may be chance. */
enum { EXCHANGES_MANY = 3 };

/* --- quota --- */

static void fill_groups(struct policy_kueue *p, const struct tracked *t,
                        struct group_admission groups[GROUPS_MOST])
{
    const struct kueue_workload *w = t->w;
    SIM_REQUIRE(w->shape->sets_len <= GROUPS_MOST);
    for (uint32_t s = 0; s < w->shape->sets_len; s++)
        groups[s] = w->sets == NULL
                        ? (struct group_admission){w->shape->sets[s].count, REQUEST_NONE}
                        : (struct group_admission){
                              .count = w->sets[s].count,
                              .request = policy_kueue_flavored(p, t->requests[s], &w->sets[s])};
}

static const struct place_admission *places_of(struct policy_kueue *p, const struct tracked *t,
                                               size_t *len)
{
    struct group_admission groups[GROUPS_MOST];
    fill_groups(p, t, groups);
    return policy_kueue_places(p, t, groups, len);
}

void policy_kueue_admit(struct policy_kueue *p, struct acts *a, struct tracked *t)
{
    kueue_admit(p->k, t->w, acts_now_ns(a));
    policy_kueue_start(p, a, t);
}

void policy_kueue_start(struct policy_kueue *p, struct acts *a, struct tracked *t)
{
    struct group_admission groups[GROUPS_MOST];
    fill_groups(p, t, groups);
    t->state = TRACKED_RUNS;
    struct admission adm = {.job = t->job, .groups = groups};
    adm.places = t->live != NULL ? policy_kueue_live_places(p, t, groups, &adm.places_len)
                                 : policy_kueue_places(p, t, groups, &adm.places_len);
    t->live = NULL;
    act_admit(a, &adm);
}

/* It has quota, and the API server knows. */
static void go_on(struct policy_kueue *p, struct acts *a, struct tracked *t)
{
    if (kueue_may_run(p->k, t->w)) {
        policy_kueue_admit(p, a, t);
        return;
    }
    t->state = TRACKED_CHECKED;
    policy_kueue_start_checks(p, t, acts_now_ns(a));
    policy_kueue_wait(p, a, t);
    policy_kueue_answer_checks(p, a); /* some take no time */
}

static void reserve(struct policy_kueue *p, struct acts *a, struct tracked *t)
{
    if (policy_kueue_defer(p, t, false, acts_now_ns(a)))
        t->state = TRACKED_ASSUMED;
    else
        go_on(p, a, t);
}

/* Places on nodes were found for quota it had. */
static void place(struct policy_kueue *p, struct acts *a, struct tracked *t)
{
    if (t->state == TRACKED_CHECKED && kueue_may_run(p->k, t->w)) {
        policy_kueue_admit(p, a, t);
    } else if (t->state == TRACKED_RUNS && !acts_job(a, t->job)->is_gang) {
        size_t len;
        const struct place_admission *places = places_of(p, t, &len);
        act_place(a, t->job, places, len);
    }
}

/* --- evictions --- */

/* Says of a job, in words, that another one did something to it. */
static void tell_pair(const struct policy_kueue *p, struct acts *a, const char *what, uint32_t job,
                      uint32_t by, const char *words)
{
    char name[NAME_TEXT], text[WORDS_TEXT];
    job_name(p->env.names, acts_job(a, by), name, sizeof name);
    const int len = snprintf(text, sizeof text, "%s, by %s", words, name);
    SIM_REQUIRE(len > 0);
    act_tell_of(a, &(struct announcement){.what = what, .detail = text, .job = job, .by = by});
    /* cut, if somebody names queues in novels */
}

static const char *policy_name(enum preemption_policy p)
{
    static const char *const names[] = {[POLICY_NEVER] = "Never",
                                        [POLICY_UNSET] = "Never",
                                        [POLICY_LOWER_PRIORITY] = "LowerPriority",
                                        [POLICY_LOWER_OR_NEWER_EQUAL_PRIORITY] =
                                            "LowerOrNewerEqualPriority",
                                        [POLICY_ANY] = "Any"};
    return names[p];
}

static const char *rules_text(struct arena *arena, const struct cluster_queue_spec *q)
{
    return arena_printf(arena, "%s has withinClusterQueue %s, reclaimWithinCohort %s%s", q->name,
                        policy_name(q->preemption.within), policy_name(q->preemption.reclaim),
                        q->preemption.borrows ? ", borrowWithinCohort LowerPriority" : "");
}

/* Two that keep preempting each other, and the settings that let them. */
static void tell_exchange(const struct policy_kueue *p, struct acts *a, const struct decision *d)
{
    const struct cluster_queue *mine = d->w->queue, *theirs = d->by->queue;
    struct arena *arena = arena_new();
    const char *rules = rules_text(arena, mine->spec);
    if (theirs != mine)
        rules = arena_printf(arena, "%s; %s", rules, rules_text(arena, theirs->spec));
    tell_pair(p, a, "ping-pong", (uint32_t)d->w->number, (uint32_t)d->by->number,
              arena_printf(arena, "%" PRIu32 " preemptions in turn (%s%s; %s)", d->w->exchanges + 1,
                           preempt_reason_name(d->preempt),
                           p->k->settings.has_fair_sharing ? ", with fairSharing" : "", rules));
    arena_free(arena);
}

static void tell_eviction(const struct policy_kueue *p, struct acts *a, const struct decision *d)
{
    if (d->evict == EVICT_PREEMPTED && d->w->exchanges >= EXCHANGES_MANY)
        tell_exchange(p, a, d);
    if (d->evict == EVICT_PREEMPTED)
        tell_pair(p, a, "preempted", (uint32_t)d->w->number, (uint32_t)d->by->number,
                  preempt_reason_name(d->preempt));
    else
        act_tell(a, "evicted", (uint32_t)d->w->number,
                 d->deactivation != DEACTIVATED_NOT ? deactivation_name(d->deactivation)
                                                    : evict_reason_name(d->evict));
}

static enum end_cause cause_of(const struct decision *d)
{
    switch (d->evict) {
    case EVICT_PREEMPTED:
        return END_PREEMPTED;
    case EVICT_PODS_READY_TIMEOUT:
        return END_TIMEOUT;
    case EVICT_NODE_FAILURES:
        return END_NODE;
    case EVICT_DEACTIVATED:
        return d->deactivation == DEACTIVATED_BY_TIME ? END_TIMEOUT : END_REFUSED;
    default:
        return END_CANCELLED;
    }
}

/* Pods without a node vanish at once, but Kueue, the job's controller and the API server take about
 * a second to see it (docs/MODEL.md). Without that, whoever is evicted before its pods have nodes
 * could be admitted and evicted without end within one instant. */
enum { RETURN_NS = 1000000000 };

static int64_t least_stop_ns(const struct policy_kueue *p)
{
    return p->termination_ns < RETURN_NS ? p->termination_ns : RETURN_NS;
}

static void stop(struct policy_kueue *p, struct acts *a, struct tracked *t)
{
    const bool has_pods = t->has_pods;
    t->state = TRACKED_STOPS;
    t->returns_ns = acts_now_ns(a) + (has_pods ? least_stop_ns(p) : 0);
    act_stop(a, &t->stop);
}

static void evict(struct policy_kueue *p, struct acts *a, const struct decision *d)
{
    struct tracked *t = policy_kueue_tracked(p, (uint32_t)d->w->number);
    if (acts_wants_detail(a))
        tell_eviction(p, a, d);
    t->has_pods = t->state == TRACKED_RUNS;
    t->stop = (struct stop){.job = t->job,
                            .task = TASK_NONE,
                            .cause = cause_of(d),
                            .hold_ns = t->has_pods ? p->termination_ns : 0,
                            .requeue = d->deactivation == DEACTIVATED_NOT};
    if (policy_kueue_defer(p, t, true, acts_now_ns(a)))
        t->state = TRACKED_EVICTED;
    else
        stop(p, a, t);
}

void policy_kueue_written(struct policy_kueue *p, struct acts *a, struct tracked *t)
{
    t->write = 0;
    if (t->state == TRACKED_ASSUMED)
        go_on(p, a, t);
    else if (t->state == TRACKED_EVICTED)
        stop(p, a, t);
}

/* --- waiting --- */

static uint32_t reason_of(const struct tracked *t)
{
    const struct kueue_workload *w = t->w;
    if (t->state == TRACKED_CHECKED)
        return WAIT_CHECKS;
    if (w->local_queue == NULL || w->local_queue->queue == NULL)
        return PENDING_MISCONFIGURED;
    if (!w->is_active)
        return PENDING_SUSPENDED;
    if (w->local_queue->spec->stop != STOP_NONE || w->local_queue->queue->spec->stop != STOP_NONE)
        return WAIT_STOPPED;
    if (!w->local_queue->queue->is_active)
        return PENDING_MISCONFIGURED;
    return w->requeued == REQUEUED_FALSE ? WAIT_BACKOFF : PENDING_NONE;
}

void policy_kueue_wait(struct policy_kueue *p, struct acts *a, const struct tracked *t)
{
    (void)p;
    act_wait(a, t->job, reason_of(t));
}

/* An obstacle of quota as a number; false: it is of another kind. */
static bool need_of(const struct policy_kueue *p, const struct decision *d,
                    const struct obstacle *o, struct wait_need *out)
{
    if (o->kind != OBSTACLE_SHORT && o->kind != OBSTACLE_EXCEEDS)
        return false;
    const bool is_short = o->kind == OBSTACLE_SHORT;
    *out = (struct wait_need){
        .resource = o->resource,
        .amount = is_short ? o->request : qty_sub(qty_add(o->assumed, o->request), o->maximum),
        .queue = d->w->queue == NULL ? "" : d->w->queue->spec->name,
        .flavor = intern_text(p->env.names->words, o->flavor)};
    return true;
}

static void tell_pending(const struct policy_kueue *p, struct acts *a, const struct decision *d,
                         const char *text, struct arena *arena)
{
    struct announcement t = {
        .what = "pending", .detail = text, .job = (uint32_t)d->w->number, .by = JOB_NONE};
    const struct assignment *all = d->text == NULL ? d->assignment : NULL;
    size_t most = 0;
    for (uint32_t s = 0; all != NULL && s < all->sets_len; s++)
        most += all->sets[s].obstacles.len;
    struct wait_need *needs = arena_alloc(arena, (most + 1) * sizeof needs[0]);
    for (uint32_t s = 0; all != NULL && s < all->sets_len; s++)
        for (uint32_t i = 0; i < all->sets[s].obstacles.len; i++)
            t.needs_len += need_of(p, d, &all->sets[s].obstacles.items[i], &needs[t.needs_len]);
    t.needs = needs;
    act_tell_of(a, &t);
}

static void explain(struct policy_kueue *p, struct acts *a, const struct decision *d)
{
    struct tracked *t = policy_kueue_tracked(p, (uint32_t)d->w->number);
    act_wait(a, t->job, d->why);
    policy_kueue_write_reason(p, t, d, acts_now_ns(a));
    if (!acts_wants_detail(a))
        return;
    struct arena *arena = arena_new();
    const char *text = decision_text(arena, p->env.names, d);
    const uint64_t told = kueue_told(d, text);
    if (told != t->told)
        tell_pending(p, a, d, text, arena);
    t->told = told;
    arena_free(arena);
}

bool policy_kueue_carry_out(struct policy_kueue *p, struct acts *a)
{
    bool acted = false;
    for (uint32_t i = 0; i < p->k->decisions_len; i++) {
        const struct decision d = p->k->decisions[i];
        struct tracked *t = policy_kueue_tracked(p, (uint32_t)d.w->number);
        if (d.kind == DECIDED_RESERVE)
            reserve(p, a, t);
        else if (d.kind == DECIDED_PLACE)
            place(p, a, t);
        else if (d.kind == DECIDED_EVICT)
            evict(p, a, &d);
        else
            explain(p, a, &d);
        acted |= d.kind != DECIDED_PENDING;
    }
    p->k->decisions_len = 0;
    return acted;
}
