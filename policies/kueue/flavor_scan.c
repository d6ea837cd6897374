#include "policies/kueue/flavor_scan.h"

#include "sim/arena.h"

#include <limits.h>
/* --- which mode is better --- */

bool flavor_mode_is_better(struct flavor_mode a, struct flavor_mode b, enum preference preference)
{
    if (a.mode == MODE_NO_FIT || b.mode == MODE_NO_FIT)
        return a.mode != MODE_NO_FIT;
    if ((a.mode == MODE_NO_CANDIDATES) != (b.mode == MODE_NO_CANDIDATES))
        return b.mode == MODE_NO_CANDIDATES;
    if (preference == PREFER_PREEMPTION && a.borrow != b.borrow)
        return a.borrow < b.borrow;
    return a.mode != b.mode ? a.mode > b.mode : a.borrow < b.borrow;
}

static bool tries_next(struct flavor_mode m, const struct fungibility_spec *f)
{
    if (m.mode == MODE_NO_FIT || m.mode == MODE_NO_CANDIDATES)
        return true;
    if (m.mode != MODE_FIT && f->preempt_tries_next)
        return true;
    return m.borrow > 0 && f->borrow_tries_next;
}

static enum fit fit_of(struct flavor_mode m)
{
    return m.mode == MODE_FIT ? FIT_NOW : m.mode == MODE_NO_FIT ? FIT_NONE : FIT_PREEMPT;
}

static enum possibility possibility_of(struct flavor_mode m)
{
    switch (m.mode) {
    case MODE_NO_CANDIDATES:
        return POSSIBLE_NO_CANDIDATES;
    case MODE_PREEMPT:
        return POSSIBLE_PREEMPT;
    case MODE_RECLAIM:
        return POSSIBLE_RECLAIM;
    default:
        return POSSIBLE_UNASKED;
    }
}

static struct flavor_mode mode_of(struct oracle_answer answer)
{
    switch (answer.possibility) {
    case POSSIBLE_PREEMPT:
        return (struct flavor_mode){MODE_PREEMPT, answer.borrow};
    case POSSIBLE_RECLAIM:
        return (struct flavor_mode){MODE_RECLAIM, answer.borrow};
    default:
        return (struct flavor_mode){MODE_NO_CANDIDATES, answer.borrow};
    }
}

/* --- one resource on one flavor --- */

/* POLICY_UNSET is not Never here: specs/kueue.md 1.7. */
static bool preempts_while_borrowing(const struct flavor_scan *s)
{
    const struct preemption_spec *p = &s->w->queue->spec->preemption;
    return p->borrows || (s->a->has_fair_sharing && p->reclaim != POLICY_NEVER);
}

static struct flavor_mode check_quota(struct flavor_scan *s, struct attempt *attempt,
                                      uint32_t flavor, const struct res_qty *r, uint32_t column)
{
    const int64_t assumed = assignment_used(s->so_far, column);
    const int64_t value = qty_add(assumed, r->qty);
    const int64_t most = quota_potential(s->w->queue->node, column);
    if (value > most) {
        if (attempt->reason < PENDING_EXCEEDS_MAX_QUOTA)
            attempt->reason = PENDING_EXCEEDS_MAX_QUOTA;
        obstacles_add(s->a->arena, &attempt->obstacles,
                      (struct obstacle){.kind = OBSTACLE_EXCEEDS,
                                        .flavor = flavor,
                                        .resource = r->resource,
                                        .assumed = assumed,
                                        .request = r->qty,
                                        .maximum = most});
        return (struct flavor_mode){MODE_NO_FIT, 0};
    }
    const struct quota_height height = quota_height_of(s->w->queue->node, column, value);
    const int64_t available = quota_available(s->w->queue->node, column);
    if (value <= available)
        return (struct flavor_mode){MODE_FIT, height.height};
    obstacles_add(s->a->arena, &attempt->obstacles,
                  (struct obstacle){.kind = OBSTACLE_SHORT,
                                    .flavor = flavor,
                                    .resource = r->resource,
                                    .request = qty_sub(value, available)});
    if (s->w->queue->node->cells[column].nominal >= value || height.is_below_root ||
        preempts_while_borrowing(s))
        return mode_of(s->a->oracle(s->a->context, s->w, column, value));
    if (attempt->reason < PENDING_WAITING_FOR_QUOTA)
        attempt->reason = PENDING_WAITING_FOR_QUOTA;
    return (struct flavor_mode){MODE_NO_FIT, height.height};
}

/* What the replaced slice's pod set got and asked for. */
static const struct assigned *slice_of(const struct kueue_workload *old, uint32_t set,
                                       uint32_t resource)
{
    for (uint32_t i = 0; set < old->shape->sets_len && i < old->sets[set].len; i++)
        if (old->sets[set].resources[i].resource == resource)
            return &old->sets[set].resources[i];
    return NULL;
}

/* A slice takes over its predecessor's flavor, and needs only what is more. False: another one. */
static bool follows_slice(struct flavor_scan *s, struct attempt *attempt, uint32_t flavor,
                          struct res_qty *r)
{
    for (uint32_t i = 0; i < s->sets_len; i++) {
        const struct assigned *old = slice_of(s->a->replaced, s->sets[i], r->resource);
        if (old == NULL || old->flavor != flavor) {
            attempt->reason = PENDING_NO_MATCHING_FLAVOR;
            obstacles_add(s->a->arena, &attempt->obstacles,
                          (struct obstacle){.kind = OBSTACLE_OTHER_SLICE,
                                            .flavor = flavor,
                                            .other = old == NULL ? FLAVOR_NONE : old->flavor});
            return false;
        }
        r->qty = qty_sub(r->qty, old->qty);
    }
    return true;
}

/* --- one flavor --- */

static const char *mismatch(const struct flavor_scan *s, uint32_t flavor)
{
    const char *why = NULL;
    for (uint32_t i = 0; i < s->sets_len && why == NULL; i++)
        why = s->a->match(s->a->context, s->w, s->sets[i], flavor, s->g);
    return why;
}

static bool is_pinned_out(const struct flavor_scan *s, uint32_t flavor)
{
    if (s->a->pins == NULL)
        return false;
    for (uint32_t i = 0; i < s->sets_len; i++) {
        const struct set_assignment *pin = assignment_of_set(s->a->pins, s->sets[i]);
        const struct choice *c = pin == NULL ? NULL : set_assignment_choice(pin, s->resource);
        if (c != NULL && c->flavor == flavor)
            return false;
    }
    return true;
}

/* As a rule the group that a resource is looked up in; two groups may cover the same. */
static bool covers(const struct flavor_scan *s, uint32_t resource)
{
    if (cluster_queue_group(s->w->queue, resource) == s->group)
        return true;
    for (uint32_t i = 0; i < s->g->resources_len; i++)
        if (s->g->resources[i] == resource)
            return true;
    return false;
}

static struct flavor_mode try_flavor(struct flavor_scan *s, uint32_t at, struct attempt *attempt,
                                     struct choice *choices, uint32_t *len)
{
    struct flavor_mode worst = {MODE_FIT, 0};
    const uint32_t flavor = s->g->flavors[at].flavor;
    *len = 0;
    for (uint32_t i = 0; i < s->requests_len; i++) {
        struct res_qty r = s->requests[i];
        if (!covers(s, r.resource))
            continue;
        if (s->a->replaced != NULL && !follows_slice(s, attempt, flavor, &r))
            worst = (struct flavor_mode){MODE_NO_FIT, UINT_MAX};
        const uint32_t column = cluster_queue_column(s->w->queue, s->group, at, r.resource);
        const struct flavor_mode m = check_quota(s, attempt, flavor, &r, column);
        if (m.borrow > attempt->borrow)
            attempt->borrow = m.borrow;
        if (flavor_mode_is_better(worst, m, s->w->queue->spec->fungibility.preference))
            worst = m;
        if (worst.mode != MODE_NO_FIT)
            choices[(*len)++] = (struct choice){.resource = r.resource,
                                                .flavor = flavor,
                                                .column = column,
                                                .fit = fit_of(m),
                                                .borrow = m.borrow};
    }
    attempt->fit = fit_of(worst);
    attempt->possibility = possibility_of(worst);
    return worst;
}

/* A variant of a workload that tries each flavor on its own. */
static bool is_left_out(const struct flavor_scan *s, uint32_t flavor)
{
    if (s->w->allowed_flavors == NULL || !gates_on(s->a->gates, GATE_CONCURRENT_ADMISSION))
        return false;
    for (uint32_t i = 0; i < s->w->allowed_len; i++)
        if (s->w->allowed_flavors[i] == flavor)
            return false;
    return true;
}

/* Whether the flavor may be tried at all. */
static bool is_eligible(struct flavor_scan *s, uint32_t flavor)
{
    struct arena *arena = s->a->arena;
    if (is_pinned_out(s, flavor)) {
        obstacles_add(arena, &s->obstacles,
                      (struct obstacle){
                          .kind = OBSTACLE_NOT_PINNED, .flavor = flavor, .resource = s->resource});
        return false;
    }
    if (is_left_out(s, flavor)) {
        obstacles_add(arena, &s->obstacles,
                      (struct obstacle){.kind = OBSTACLE_NOT_ALLOWED, .flavor = flavor});
        return false;
    }
    const char *why = mismatch(s, flavor);
    if (why == NULL)
        return true;
    const struct obstacle o = {.kind = OBSTACLE_TEXT, .flavor = flavor, .text = why};
    obstacles_add(arena, &s->obstacles, o);
    struct attempt *attempt =
        attempts_add(arena, &s->attempts,
                     (struct attempt){.flavor = flavor, .reason = PENDING_NO_MATCHING_FLAVOR});
    obstacles_add(arena, &attempt->obstacles, o);
    return false;
}

static void take(struct flavor_scan *s, struct flavor_mode mode, struct choice *choices,
                 uint32_t len)
{
    s->best = choices;
    s->best_len = len;
    s->best_mode = mode;
}

/* Over the flavors of the group, for its resources. Returns the index it stopped at; -1: none. */
static int32_t scan_flavors(struct flavor_scan *s)
{
    struct arena *arena = s->a->arena;
    const struct fungibility_spec *f = &s->w->queue->spec->fungibility;
    const bool is_fungible = gates_on(s->a->gates, GATE_FLAVOR_FUNGIBILITY);
    int32_t reached = -1;
    uint32_t at = is_fungible ? scan_memory_next(&s->w->scan, s->sets[0], s->resource) : 0;
    for (; at < s->g->flavors_len; at++) {
        reached = (int32_t)at;
        if (!is_eligible(s, s->g->flavors[at].flavor))
            continue;
        struct choice *choices = arena_alloc(arena, s->requests_len * sizeof choices[0]);
        uint32_t len;
        struct attempt attempt = {.flavor = s->g->flavors[at].flavor};
        const struct flavor_mode mode = try_flavor(s, at, &attempt, choices, &len);
        obstacles_append(arena, &s->obstacles, &attempt.obstacles);
        attempts_add(arena, &s->attempts, attempt);
        const bool is_better = is_fungible
                                   ? flavor_mode_is_better(mode, s->best_mode, f->preference)
                                   : mode.mode > s->best_mode.mode;
        if (is_fungible ? !tries_next(mode, f) : is_better && mode.mode == MODE_FIT) {
            take(s, mode, choices, len);
            break;
        }
        if (is_better)
            take(s, mode, choices, len);
    }
    return reached;
}

/* Chooses for all resources of the group that covers s->resource; false: none of the flavors. */
bool flavor_scan_run(struct flavor_scan *s)
{
    s->group = cluster_queue_group(s->w->queue, s->resource);
    s->best_mode = (struct flavor_mode){MODE_NO_FIT, UINT_MAX};
    if (s->group == GROUP_NONE) {
        obstacles_add(s->a->arena, &s->obstacles,
                      (struct obstacle){.kind = OBSTACLE_UNCOVERED, .resource = s->resource});
        return false;
    }
    s->g = &s->w->queue->spec->groups[s->group];
    const int32_t reached = scan_flavors(s);
    const bool is_last = reached == (int32_t)s->g->flavors_len - 1;
    const bool is_fungible = gates_on(s->a->gates, GATE_FLAVOR_FUNGIBILITY);
    for (uint32_t i = 0; i < s->best_len; i++)
        s->best[i].tried = !is_fungible ? 0 : is_last ? -1 : reached;
    if (s->best_mode.mode == MODE_FIT)
        s->obstacles = (struct obstacles){0};
    return s->best_len > 0;
}
