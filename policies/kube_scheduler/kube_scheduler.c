/*
 * kube_scheduler.c - pods on nodes, one by one, as kube-scheduler does it.
 *
 * Of the pods that wait, the one with the highest priority is next, of equals the one that came
 * first. It goes to the best of the nodes that fit it, by the strategy of the scenario (default:
 * LeastAllocated and BalancedAllocation over CPU and memory, PreferNoSchedule taints, preferred
 * node affinity). If none fits, it waits, and others pass it.
 *
 *           A pod that names its node never meets the real scheduler: it goes first.
 * When      A pod that does not fit is tried again as soon as a node has changed so that it fits:
 *           pod_pool.h keeps equal pods together, placement.h knows at once. kube-scheduler finds
 *           out by its event hints, and every five minutes by trying anyway; here nothing is left
 *           for that flush to find. Attempts that are known to fail are not made, so they count for
 *           no back-off. Back-off is off unless asked for: since 1.33, kube-scheduler takes pods
 *           that back off when it has nothing else to do, which with no latency is at once.
 * Gangs     Kubernetes knows none: the tasks of a gang are bound one by one, and two gangs may each
 *           hold what the other waits for. With `gang: true` a gang is bound as a whole or not at
 *           all; the nodes of one with several groups are then chosen by first fit, as its groups
 *           must be planned together. Pods of controllers are always on their own.
 *           A gang that is placed as a whole goes where it finds room, not to certain nodes.
 * Left out  Preemption, topology spread, inter-pod affinity, ports, images, volumes; sampling of
 *           nodes in large clusters: all nodes are scored.
 */
#include "models/kubernetes/node_filter.h"
#include "models/policy.h"
#include "policies/kube_scheduler/pod_pool.h"
#include "policies/placement/first_fit.h"
#include "policies/placement/placement.h"
#include "sim/check.h"
#include "sim/config.h"

#include <stdlib.h>

enum { LONGEST_EVENT = 1024 }; /* as Kubernetes cuts them */

enum reason {
    QUEUED, /* not tried yet; never lasts */
    INSUFFICIENT_GPU,
    INSUFFICIENT_CPU,
    INSUFFICIENT_MEMORY,
    INSUFFICIENT_RESOURCE,
    TAINT,
    AFFINITY,
    NODE_STATE,
    TOO_LARGE,
    NO_NODES,
    GANG,
    BACKOFF,
    REASONS,
};

static const char *const reason_names[] = {
    [QUEUED] = "scheduling",
    [INSUFFICIENT_GPU] = "insufficient_gpu",
    [INSUFFICIENT_CPU] = "insufficient_cpu",
    [INSUFFICIENT_MEMORY] = "insufficient_memory",
    [INSUFFICIENT_RESOURCE] = "insufficient_resource",
    [TAINT] = "taint",
    [AFFINITY] = "affinity",
    [NODE_STATE] = "node_state",
    [TOO_LARGE] = "too_large",
    [NO_NODES] = "no_nodes",
    [GANG] = "gang",
    [BACKOFF] = "backoff",
    [REASONS] = NULL,
};

/* A unit whose job is yet to be told why it waits. */
struct untold {
    uint32_t unit;
    uint64_t came;
};

struct kube_scheduler {
    /* options */
    struct placement_choice choice;
    bool places_gangs;
    bool backs_off;
    /* the rest */
    struct placement *placement;
    struct first_fit first_fit;     /* for gangs */
    struct node_terms_table *terms; /* of an environment that has none */
    const struct node_terms_table *known_terms;
    const struct request_table *requests;
    struct pod_pool pool;
    uint64_t seen; /* changes of the cluster */
    int64_t wakes_at_ns;
    uint8_t *reasons; /* by bucket: as told */
    uint32_t reasons_cap;
    struct untold *untold;
    size_t untold_len, untold_cap;
};

/* --- options --- */

#define FIELD(member) offsetof(struct kube_scheduler, member)

static const struct config_key keys[] = {
    PLACEMENT_KEYS(FIELD(choice)),
    {.key = "gang",
     .kind = CONFIG_BOOL,
     .offset = FIELD(places_gangs),
     .fallback = "false",
     .help = "jobs without a controller get all their nodes at once or none, as with coscheduling; "
             "otherwise task by task, and may wait for each other for ever"},
    {.key = "backoff",
     .kind = CONFIG_BOOL,
     .offset = FIELD(backs_off),
     .fallback = "false",
     .help = "a pod that failed is not tried again for 1s, doubling to 10s, as before Kubernetes "
             "1.33"},
    {0},
};

static const struct config_table options = {
    .name = "kube-scheduler",
    .help = "Places pods one by one: highest priority first, on the best node that fits.",
    .bytes = sizeof(struct kube_scheduler),
    .keys = keys,
};

static void kube_close(void *state)
{
    struct kube_scheduler *s = state;
    placement_free(s->placement);
    first_fit_fini(&s->first_fit);
    node_terms_table_free(s->terms);
    pod_pool_fini(&s->pool);
    free(s->reasons);
    free(s->untold);
}

static bool kube_open(void *state, const struct policy_env *env, struct diag *d)
{
    struct kube_scheduler *s = state;
    struct config_reader reader = {.diag = d, .arena = env->arena};
    pod_pool_init(&s->pool);
    if (config_read(&reader, env->options, (struct src_pos){0}, &options, s))
        s->placement = placement_new(&s->choice, env, d);
    if (s->placement == NULL) {
        kube_close(s);
        return false;
    }
    if (env->names_view->terms == NULL)
        s->terms = node_terms_table_new(env->names_view->words);
    s->known_terms = s->terms != NULL ? s->terms : env->names_view->terms;
    s->requests = env->requests;
    if (s->places_gangs)
        first_fit_init_where(&s->first_fit, env, node_filter_admits, s->known_terms);
    s->wakes_at_ns = INT64_MAX;
    return true;
}

/* --- why they wait --- */

static uint8_t *told_of(struct kube_scheduler *s, uint32_t bucket)
{
    if (bucket >= s->reasons_cap) {
        const uint32_t old = s->reasons_cap;
        s->reasons_cap = 2 * bucket + 16;
        s->reasons = realloc(s->reasons, s->reasons_cap);
        SIM_REQUIRE(s->reasons != NULL);
        for (uint32_t b = old; b < s->reasons_cap; b++)
            s->reasons[b] = QUEUED;
    }
    return &s->reasons[bucket];
}

/* What stands in the way on most of the nodes; of those that are large enough, first where only
 * others' work does. */
static enum reason reason_of(struct kube_scheduler *s, uint32_t request)
{
    static const struct {
        enum misfit misfit;
        enum reason reason;
    } ranks[][4] = {
        {{MISFIT_GPU, INSUFFICIENT_GPU},
         {MISFIT_CPU, INSUFFICIENT_CPU},
         {MISFIT_MEMORY, INSUFFICIENT_MEMORY},
         {MISFIT_RESOURCE, INSUFFICIENT_RESOURCE}},
        {{MISFIT_TAINT, TAINT},
         {MISFIT_SELECTOR, AFFINITY},
         {MISFIT_STATE, NODE_STATE},
         {MISFIT_STATE, NODE_STATE}},
    };
    const uint32_t *misfits = placement_misfits(s->placement, request);
    for (int rank = 0; rank < 2; rank++) {
        int most = 0;
        for (int i = 1; i < 4; i++)
            if (misfits[ranks[rank][i].misfit] > misfits[ranks[rank][most].misfit])
                most = i;
        if (misfits[ranks[rank][most].misfit] > 0)
            return ranks[rank][most].reason;
    }
    return misfits[MISFIT_TOO_SMALL] > 0 ? TOO_LARGE : NO_NODES;
}

static void tell(struct kube_scheduler *s, struct acts *a, uint32_t bucket, enum reason reason)
{
    char text[LONGEST_EVENT + 1];
    *told_of(s, bucket) = (uint8_t)reason;
    act_bucket(
        a, bucket, reason,
        !acts_wants_detail(a)
            ? NULL
            : placement_explain(s->placement, s->pool.buckets[bucket].request, text, sizeof text));
}

/* An attempt that failed is told in words each time somebody reads them; the rest once. */
static void tell_why(struct kube_scheduler *s, struct acts *a, uint32_t bucket, bool was_tried)
{
    const struct pod_bucket *b = &s->pool.buckets[bucket];
    const bool only_gang = b->need > 1 && placement_fits(s->placement, b->request);
    const enum reason reason = only_gang ? GANG : reason_of(s, b->request);
    if (*told_of(s, bucket) != reason || (was_tried && acts_wants_detail(a)))
        tell(s, a, bucket, reason);
}

static void will_tell(struct kube_scheduler *s, uint32_t unit)
{
    if (unit == UNIT_NONE)
        return;
    if (s->untold_len == s->untold_cap) {
        s->untold_cap = s->untold_cap == 0 ? 64 : 2 * s->untold_cap;
        s->untold = realloc(s->untold, s->untold_cap * sizeof s->untold[0]);
        SIM_REQUIRE(s->untold != NULL);
    }
    s->untold[s->untold_len++] = (struct untold){unit, pod_pool_unit(&s->pool, unit)->came};
}

/* Jobs join the buckets of their units once these have their reasons. */
static void tell_jobs(struct kube_scheduler *s, struct acts *a)
{
    for (size_t i = 0; i < s->untold_len; i++) {
        if (!pod_pool_has(&s->pool, s->untold[i].unit, s->untold[i].came))
            continue;
        const struct pod_unit *u = pod_pool_unit(&s->pool, s->untold[i].unit);
        act_wait(a, u->job, u->bucket);
    }
    s->untold_len = 0;
}

/* --- coming and going --- */

static int32_t priority_of(const struct kube_scheduler *s, const struct job *job, uint32_t request)
{
    const struct node_terms *t =
        node_terms_get(s->known_terms, request_get(s->requests, request)->terms);
    return t->node_name == INTERN_NONE ? job->priority : INT32_MAX;
}

static void come(struct kube_scheduler *s, const struct note *n, const struct acts *a)
{
    const struct job *job = acts_job(a, n->job);
    const bool is_gang = s->places_gangs && job->is_gang;
    const struct group *group = &job->groups[n->group];
    const uint32_t request = is_gang ? group->request : n->request;
    if (n->count == 0)
        return;
    placement_came(s->placement, request, n->count);
    if (is_gang && pod_pool_of_job(&s->pool, n->job) != UNIT_NONE)
        return; /* another of its groups */
    const struct pod_unit unit = {.job = n->job,
                                  .group = is_gang ? UINT32_MAX : n->group,
                                  .task = n->task,
                                  .count = is_gang ? group->pending : n->count,
                                  .priority = priority_of(s, job, request)};
    const struct pod_bucket bucket = {
        .request = request,
        .need = is_gang ? group->pending : 1,
        .owner = is_gang && job->groups_len > 1 ? n->job : UINT32_MAX,
    };
    will_tell(s, pod_pool_add(&s->pool, &unit, &bucket));
}

static void remove_unit(struct kube_scheduler *s, uint32_t unit)
{
    const uint32_t job = pod_pool_unit(&s->pool, unit)->job;
    pod_pool_remove(&s->pool, unit);
    will_tell(s, pod_pool_of_job(&s->pool, job)); /* it may wait for something else now */
}

static void remove_job(struct kube_scheduler *s, uint32_t job)
{
    for (uint32_t unit; (unit = pod_pool_of_job(&s->pool, job)) != UNIT_NONE;)
        pod_pool_remove(&s->pool, unit);
}

static void remove_pod(struct kube_scheduler *s, uint32_t job, uint32_t task)
{
    uint32_t unit = pod_pool_of_job(&s->pool, job);
    while (unit != UNIT_NONE && pod_pool_unit(&s->pool, unit)->task != task)
        unit = pod_pool_unit(&s->pool, unit)->next;
    if (unit != UNIT_NONE && task != TASK_NONE)
        remove_unit(s, unit);
}

static void kube_notify(void *state, const struct note *n, struct acts *a)
{
    struct kube_scheduler *s = state;
    switch (n->kind) {
    case NOTE_ADMITTED:
        come(s, n, a);
        break;
    case NOTE_ENDING:
    case NOTE_ENDED:
        remove_job(s, n->job);
        break;
    case NOTE_JOB_CHANGED:
        remove_pod(s, n->job, n->task);
        break;
    case NOTE_RELEASED:
        if (n->node != NODE_NONE)
            placement_moved(s->placement, acts_job(a, n->job)->groups[n->group].request, n->node,
                            -(int64_t)n->count);
        break;
    default: /* nodes and timers: the next decision sees them */
        break;
    }
}

/* --- attempts --- */

/* Binds one task of the unit where the strategy wants it; false if no node fits. */
static bool place_one(struct kube_scheduler *s, struct acts *a, const struct slot *of, uint32_t job,
                      uint32_t request)
{
    struct placement_pick pick;
    if (!placement_pick(s->placement, request, &pick))
        return false;
    struct slot slot = *of;
    slot.node = pick.node;
    slot.gpu_mask = pick.gpu_mask;
    slot.count = 1;
    if (!act_bind(a, &(struct bind){.job = job, .slots = &slot, .slots_len = 1}))
        return false;
    placement_moved(s->placement, request, pick.node, 1);
    return true;
}

/* Nodes for the tasks of a group, one after the other. True if none is left: also because the job
 * failed at its start and is no more. */
static bool place_unit(struct kube_scheduler *s, struct acts *a, uint32_t unit)
{
    struct pod_unit *u = pod_pool_unit(&s->pool, unit);
    const struct slot of = {.group = u->group, .task = u->task};
    const uint32_t request = s->pool.buckets[u->bucket].request;
    const uint64_t came = u->came;
    while (u->count > 0) {
        if (!place_one(s, a, &of, u->job, request))
            return false;
        if (!pod_pool_has(&s->pool, unit, came))
            break;
        u->count--;
    }
    return true;
}

static bool place_plan(struct kube_scheduler *s, struct acts *a, uint32_t job)
{
    const struct first_fit *f = &s->first_fit;
    if (!act_bind(a, &(struct bind){.job = job, .slots = f->slots, .slots_len = f->len}))
        return false;
    for (size_t i = 0; i < f->len; i++)
        placement_moved(s->placement, acts_job(a, job)->groups[f->slots[i].group].request,
                        f->slots[i].node, f->slots[i].count);
    return true;
}

/* All tasks of a gang or none. Tasks of one group that fit somehow fit whichever node each of them
 * takes: a task takes the room of one wherever it goes. */
static bool place_gang(struct kube_scheduler *s, struct acts *a, uint32_t unit)
{
    struct pod_unit *u = pod_pool_unit(&s->pool, unit);
    const struct job *job = acts_job(a, u->job);
    if (!first_fit_plan(&s->first_fit, job, NULL))
        return false;
    if (job->groups_len > 1)
        return place_plan(s, a, u->job);
    u->group = 0;
    return place_unit(s, a, unit);
}

static bool try_unit(struct kube_scheduler *s, struct acts *a, uint32_t unit)
{
    return pod_pool_unit(&s->pool, unit)->group == UINT32_MAX ? place_gang(s, a, unit)
                                                              : place_unit(s, a, unit);
}

static bool fits_now(struct kube_scheduler *s, const struct pod_bucket *b)
{
    return b->need == 1 ? placement_fits(s->placement, b->request)
                        : free_index_total(s->first_fit.free, b->request) >= b->need;
}

/* Nodes have changed: one test for each distinct request that waits. */
static void look_again(struct kube_scheduler *s, struct acts *a)
{
    for (uint32_t b = 0; b < s->pool.buckets_len; b++) {
        const struct pod_bucket *bucket = &s->pool.buckets[b];
        if (bucket->units == 0 || bucket->is_open)
            continue;
        if (!fits_now(s, bucket)) {
            tell_why(s, a, b, false);
            continue;
        }
        pod_pool_open(&s->pool, b);
        if (bucket->handle_unit == UNIT_NONE)
            tell(s, a, b, BACKOFF);
    }
}

static void fail(struct kube_scheduler *s, struct acts *a, uint32_t bucket)
{
    pod_pool_close(&s->pool, bucket);
    if (s->backs_off)
        pod_pool_back_off(&s->pool, bucket, acts_now_ns(a));
    tell_why(s, a, bucket, true);
}

static void wake_for_backoff(struct kube_scheduler *s, struct acts *a)
{
    const int64_t at_ns = pod_pool_wakes_at_ns(&s->pool);
    if (at_ns == INT64_MAX || at_ns == s->wakes_at_ns)
        return;
    s->wakes_at_ns = at_ns;
    act_wake(a, at_ns, PHASE_TIMER, 0);
}

static enum verdict kube_decide(void *state, struct acts *a)
{
    struct kube_scheduler *s = state;
    const struct cluster *c = acts_cluster(a);
    pod_pool_wake(&s->pool, acts_now_ns(a));
    if (c->changes_end != s->seen)
        look_again(s, a);
    for (uint32_t unit; (unit = pod_pool_next(&s->pool)) != UNIT_NONE;) {
        const struct pod_unit was = *pod_pool_unit(&s->pool, unit);
        if (!try_unit(s, a, unit))
            fail(s, a, was.bucket);
        else if (pod_pool_has(&s->pool, unit, was.came))
            remove_unit(s, unit);
    }
    s->seen = c->changes_end;
    tell_jobs(s, a);
    wake_for_backoff(s, a);
    return SETTLED;
}

extern const struct policy_ops policy_kube_scheduler;
const struct policy_ops policy_kube_scheduler = {
    .api = POLICY_API,
    .name = "kube-scheduler",
    .summary = "pods on nodes one by one: by priority and age, on the best node that fits",
    .roles = ROLE_PLACE,
    .wants = NOTE_BIT(NOTE_ADMITTED) | NOTE_BIT(NOTE_ENDING) | NOTE_BIT(NOTE_ENDED) |
             NOTE_BIT(NOTE_JOB_CHANGED) | NOTE_BIT(NOTE_RELEASED) | NOTE_BIT(NOTE_NODE_CHANGED) |
             NOTE_BIT(NOTE_TIMER),
    .state_bytes = sizeof(struct kube_scheduler),
    .options = &options,
    .reasons = reason_names,
    .open = kube_open,
    .notify = kube_notify,
    .decide = kube_decide,
    .close = kube_close,
};
