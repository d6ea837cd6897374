#include "policies/kueue/assignment.h"

#include "sim/arena.h"

#include <string.h>

const char *fit_name(enum fit f)
{
    static const char *const names[] = {
        [FIT_NONE] = "NoFit",
        [FIT_PREEMPT] = "Preempt",
        [FIT_DEFERRED] = "DeferredFit",
        [FIT_NOW] = "Fit",
    };
    return names[f];
}

const char *pending_reason_name(enum pending_reason r)
{
    static const char *const names[PENDING_REASONS] = {
        [PENDING_NONE] = "",
        [PENDING_TOPOLOGY_PLACEMENT_FAILED] = "TopologyPlacementFailed",
        [PENDING_WAITING_FOR_QUOTA] = "WaitingForQuota",
        [PENDING_EXCEEDS_MAX_QUOTA] = "ExceedsMaxQuota",
        [PENDING_NO_MATCHING_FLAVOR] = "NoMatchingFlavor",
        [PENDING_WAITING_FOR_PREEMPTED] = "WaitingForPreemptedWorkloads",
        [PENDING_WAITING_FOR_PODS_READY] = "WaitingForPodsReady",
        [PENDING_MISCONFIGURED] = "Misconfigured",
        [PENDING_SUSPENDED] = "Suspended",
        [PENDING_EVALUATION] = "PendingEvaluation",
        [PENDING_ADMISSION_GATED] = "AdmissionGated",
    };
    return names[r];
}

/* --- how well it fits --- */

enum fit set_assignment_fit(const struct set_assignment *s)
{
    if (s->error != NULL)
        return FIT_NONE;
    if (s->obstacles.len == 0)
        return FIT_NOW; /* even if a resource of it does not: specs/kueue.md 1.7 */
    if (s->choices_len == 0)
        return FIT_NONE;
    enum fit worst = FIT_NOW;
    for (uint32_t i = 0; i < s->choices_len; i++)
        if (s->choices[i].fit < worst)
            worst = s->choices[i].fit;
    return worst;
}

enum fit assignment_fit(struct assignment *a)
{
    if (a->sets_len == 0)
        return FIT_NONE;
    if (a->is_fit_known)
        return a->fit;
    a->fit = FIT_NOW;
    for (uint32_t i = 0; i < a->sets_len; i++) {
        const enum fit fit = set_assignment_fit(&a->sets[i]);
        if (fit < a->fit)
            a->fit = fit;
    }
    a->is_fit_known = true;
    return a->fit;
}

static void set_choices(struct set_assignment *s, enum fit fit)
{
    for (uint32_t i = 0; i < s->choices_len; i++)
        s->choices[i].fit = fit;
}

void assignment_set_fit(struct assignment *a, enum fit fit)
{
    a->fit = fit;
    a->is_fit_known = true;
    for (uint32_t i = 0; i < a->sets_len; i++)
        set_choices(&a->sets[i], fit);
}

void assignment_set_fit_of(struct assignment *a, struct set_assignment *s, enum fit fit)
{
    set_choices(s, fit);
    a->fit = fit;
    a->is_fit_known = true;
}

/* --- growing in the arena --- */

static void *grown(struct arena *arena, const void *items, uint32_t len, uint32_t *cap,
                   size_t bytes)
{
    *cap = *cap == 0 ? 4 : 2 * *cap;
    void *more = arena_alloc(arena, *cap * bytes);
    if (len > 0)
        memcpy(more, items, len * bytes);
    return more;
}

int64_t assignment_used(const struct assignment *a, uint32_t column)
{
    for (uint32_t i = 0; i < a->usage_len; i++)
        if (a->usage[i].column == column)
            return a->usage[i].qty;
    return 0;
}

void assignment_use(struct arena *arena, struct assignment *a, uint32_t column, int64_t qty)
{
    for (uint32_t i = 0; i < a->usage_len; i++)
        if (a->usage[i].column == column) {
            a->usage[i].qty = qty_add(a->usage[i].qty, qty);
            return;
        }
    if (a->usage_len == a->usage_cap)
        a->usage = grown(arena, a->usage, a->usage_len, &a->usage_cap, sizeof a->usage[0]);
    a->usage[a->usage_len++] = (struct column_qty){column, qty};
}

struct set_assignment *assignment_of_set(const struct assignment *a, uint32_t set)
{
    for (uint32_t i = 0; i < a->sets_len; i++)
        if (a->sets[i].set == set)
            return &a->sets[i];
    return NULL;
}

const struct choice *set_assignment_choice(const struct set_assignment *s, uint32_t resource)
{
    for (uint32_t i = 0; i < s->choices_len; i++)
        if (s->choices[i].resource == resource)
            return &s->choices[i];
    return NULL;
}

struct obstacle *obstacles_add(struct arena *arena, struct obstacles *o, struct obstacle item)
{
    if (o->len == o->cap)
        o->items = grown(arena, o->items, o->len, &o->cap, sizeof o->items[0]);
    o->items[o->len] = item;
    return &o->items[o->len++];
}

static bool obstacles_equal(const struct obstacle *a, const struct obstacle *b)
{
    return a->kind == b->kind && a->flavor == b->flavor && a->resource == b->resource &&
           a->other == b->other && a->assumed == b->assumed && a->request == b->request &&
           a->maximum == b->maximum &&
           (a->text == b->text ||
            (a->text != NULL && b->text != NULL && strcmp(a->text, b->text) == 0));
}

void obstacles_add_new(struct arena *arena, struct obstacles *o, struct obstacle item)
{
    for (uint32_t i = 0; i < o->len; i++)
        if (obstacles_equal(&o->items[i], &item))
            return;
    obstacles_add(arena, o, item);
}

void obstacles_append(struct arena *arena, struct obstacles *o, const struct obstacles *more)
{
    for (uint32_t i = 0; i < more->len; i++)
        obstacles_add(arena, o, more->items[i]);
}

/* --- attempts --- */

struct attempt *attempts_add(struct arena *arena, struct attempts *a, struct attempt item)
{
    if (a->len == a->cap)
        a->items = grown(arena, a->items, a->len, &a->cap, sizeof a->items[0]);
    a->items[a->len] = item;
    return &a->items[a->len++];
}

static struct attempt *attempt_of(const struct attempts *a, uint32_t flavor)
{
    for (uint32_t i = 0; i < a->len; i++)
        if (a->items[i].flavor == flavor)
            return &a->items[i];
    return NULL;
}

static void merge_one(struct arena *arena, struct attempt *to, const struct attempt *from)
{
    if (from->fit < to->fit)
        to->fit = from->fit;
    if (from->borrow > to->borrow)
        to->borrow = from->borrow;
    if (from->possibility != POSSIBLE_UNASKED &&
        (to->possibility == POSSIBLE_UNASKED || from->possibility < to->possibility))
        to->possibility = from->possibility;
    if (from->reason > to->reason)
        to->reason = from->reason;
    for (uint32_t i = 0; i < from->obstacles.len; i++)
        obstacles_add_new(arena, &to->obstacles, from->obstacles.items[i]);
}

void attempts_merge(struct arena *arena, struct attempts *all, const struct attempts *group)
{
    for (uint32_t i = 0; i < group->len; i++) {
        const struct attempt *from = &group->items[i];
        struct attempt *known = attempt_of(all, from->flavor);
        if (known == NULL) {
            known = attempts_add(arena, all, *from);
            known->obstacles = (struct obstacles){0}; /* its own, without twins */
        }
        merge_one(arena, known, from);
    }
}

static bool offers(const struct resource_group *g, uint32_t flavor)
{
    for (uint32_t f = 0; f < g->flavors_len; f++)
        if (g->flavors[f].flavor == flavor)
            return true;
    return false;
}

void attempts_miss(struct arena *arena, struct attempts *all, const struct attempts *group,
                   const struct resource_group *g, uint32_t resource)
{
    for (uint32_t i = 0; group->len > 0 && i < all->len; i++) {
        struct attempt *a = &all->items[i];
        if (!offers(g, a->flavor) || attempt_of(group, a->flavor) != NULL)
            continue;
        const struct attempt lost = {.flavor = a->flavor, .reason = PENDING_NO_MATCHING_FLAVOR};
        merge_one(arena, a, &lost);
        obstacles_add_new(arena, &a->obstacles,
                          (struct obstacle){.kind = OBSTACLE_UNPROVIDED,
                                            .flavor = a->flavor,
                                            .resource = resource});
        a->reason = PENDING_NO_MATCHING_FLAVOR;
    }
}

/* --- why nothing fits --- */

/* Of the flavors of one group the one that is least in the way counts; over all groups the worst.
 */
static enum pending_reason reason_of_set(const struct attempts *attempts,
                                         const struct cluster_queue *q)
{
    if (attempts == NULL || attempts->len == 0)
        return PENDING_NO_MATCHING_FLAVOR;
    enum pending_reason worst = PENDING_NONE;
    for (uint32_t g = 0; g < q->spec->groups_len; g++) {
        enum pending_reason least = PENDING_REASONS;
        for (uint32_t i = 0; i < attempts->len; i++) {
            const struct attempt *a = &attempts->items[i];
            if (a->fit == FIT_NONE && offers(&q->spec->groups[g], a->flavor) && a->reason < least)
                least = a->reason;
        }
        if (least != PENDING_REASONS && least > worst)
            worst = least;
    }
    return worst;
}

enum pending_reason assignment_no_fit_reason(struct assignment *a, const struct cluster_queue *q)
{
    enum pending_reason worst = PENDING_NONE;
    if (assignment_fit(a) != FIT_NONE)
        return worst;
    for (uint32_t i = 0; i < a->sets_len; i++) {
        if (set_assignment_fit(&a->sets[i]) != FIT_NONE)
            continue;
        const enum pending_reason reason = reason_of_set(a->sets[i].attempts, q);
        if (reason > worst)
            worst = reason;
    }
    return worst;
}
