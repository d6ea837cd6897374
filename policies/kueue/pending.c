#include "policies/kueue/pending.h"

#include "policies/kueue/pending_parts.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

const char *requeue_reason_name(enum requeue_reason r)
{
    static const char *const names[REQUEUE_REASONS] = {
        [REQUEUE_GENERIC] = "",
        [REQUEUE_FAILED_AFTER_NOMINATION] = "FailedAfterNomination",
        [REQUEUE_NAMESPACE_MISMATCH] = "NamespaceMismatch",
        [REQUEUE_PREEMPTION_GATED] = "PreemptionGated",
        [REQUEUE_PENDING_PREEMPTION] = "PendingPreemption",
        [REQUEUE_PENDING_MIGRATION] = "PendingMigration",
        [REQUEUE_PREEMPTION_FAILED] = "PreemptionFailed",
        [REQUEUE_NO_FIT] = "NoFit",
        [REQUEUE_NO_CANDIDATES] = "PreemptionNoCandidates",
    };
    return names[r];
}

void pending_init(struct pending *p, bool is_strict, bool blocks_classes)
{
    *p = (struct pending){
        .is_strict = is_strict, .blocks_classes = blocks_classes, .flush_cycle = -1};
}

void pending_fini(struct pending *p)
{
    classes_fini(p);
    free(p->heap);
    free(p->blocked);
    *p = (struct pending){0};
}

/* --- order --- */

static int by_usage(const struct pending *p, const struct kueue_workload *a,
                    const struct kueue_workload *b)
{
    if (p->usage == NULL)
        return 0;
    const double x = p->usage(p->usage_context, a);
    const double y = p->usage(p->usage_context, b);
    return (x > y) - (x < y);
}

bool pending_before(const struct pending *p, const struct kueue_workload *a,
                    const struct kueue_workload *b)
{
    const int usage = by_usage(p, a, b);
    if (usage != 0)
        return usage < 0;
    if (p->is_sticky && (a == p->preemptor) != (b == p->preemptor))
        return a == p->preemptor;
    return pending_is_older(a, b);
}

bool pending_is_older(const struct kueue_workload *a, const struct kueue_workload *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    if (a->order_ns != b->order_ns)
        return a->order_ns < b->order_ns;
    return strcmp(a->uid, b->uid) < 0;
}

bool pending_is_preemptor(const struct pending *p, const struct kueue_workload *w)
{
    return p->preemptor == w && p->preemptor_generation == w->generation;
}

/* --- the parked --- */

void pending_set_aside(struct pending *p, struct kueue_workload *w)
{
    w->place = PLACE_PARKED;
    w->prev = p->last_parked;
    w->next = NULL;
    if (p->last_parked == NULL)
        p->first_parked = w;
    else
        p->last_parked->next = w;
    p->last_parked = w;
    p->parked_len++;
}

static void unpark(struct pending *p, struct kueue_workload *w)
{
    if (w->prev == NULL)
        p->first_parked = w->next;
    else
        w->prev->next = w->next;
    if (w->next == NULL)
        p->last_parked = w->prev;
    else
        w->next->prev = w->prev;
    w->place = PLACE_NOWHERE;
    p->parked_len--;
}

/* --- where somebody waits --- */

static bool is_flat(const struct pending *p)
{
    return p->usage != NULL;
}

static void push(struct pending *p, struct kueue_workload *w)
{
    if (is_flat(p))
        flat_push(p, w);
    else
        classes_push(p, w);
}

/* With its class, if all of that are parked and it needs no time. */
static void park(struct pending *p, struct kueue_workload *w, int64_t now_ns)
{
    if (is_flat(p) || !kueue_workload_backoff_is_over(w, now_ns) || !classes_park(p, w))
        pending_set_aside(p, w);
}

static void take_out(struct pending *p, struct kueue_workload *w)
{
    if (w->place == PLACE_PARKED)
        unpark(p, w);
    else if (w->place == PLACE_HEAP && is_flat(p))
        flat_remove(p, w);
    else if (w->place == PLACE_HEAP)
        classes_remove(p, w);
}

bool pending_is_parked(const struct pending *p, const struct kueue_workload *w)
{
    return w->place == PLACE_PARKED ||
           (w->place == PLACE_HEAP && !is_flat(p) && classes_is_parked(p, w));
}

enum workload_place pending_lift(struct pending *p, struct kueue_workload *w)
{
    if (is_flat(p) || w->place != PLACE_HEAP)
        return PLACE_NOWHERE;
    const bool is_parked = classes_is_parked(p, w);
    classes_remove(p, w);
    return is_parked ? PLACE_PARKED : PLACE_HEAP;
}

void pending_put_back(struct pending *p, struct kueue_workload *w, enum workload_place place)
{
    if (place == PLACE_HEAP)
        push(p, w);
    else if (place == PLACE_PARKED && !classes_park(p, w))
        pending_set_aside(p, w);
}

size_t pending_list(const struct pending *p, bool parked, struct kueue_workload **out)
{
    size_t len = is_flat(p) ? 0 : classes_list(p, parked, out);
    for (uint32_t i = 0; !parked && is_flat(p) && i < p->heap_len; i++)
        out[len++] = p->heap[i];
    for (struct kueue_workload *w = parked ? p->first_parked : NULL; w != NULL; w = w->next)
        out[len++] = w;
    return len;
}

/* All that are in the heap; those parked with their classes are parked alone then. */
static void take_all_out(struct pending *p, struct kueue_workload **all)
{
    const uint32_t parked = p->parked_len;
    struct kueue_workload **others = malloc((parked + 1) * sizeof others[0]);
    SIM_REQUIRE(others != NULL);
    pending_list(p, false, all);
    pending_list(p, true, others);
    for (uint32_t i = p->heap_len; i-- > 0;)
        take_out(p, all[i]);
    for (uint32_t i = 0; i < parked; i++) {
        take_out(p, others[i]);
        pending_set_aside(p, others[i]);
    }
    free(others);
}

void pending_order_by(struct pending *p, usage_fn *usage, const void *context)
{
    const uint32_t len = p->heap_len;
    struct kueue_workload **all = malloc((len + 1) * sizeof all[0]);
    SIM_REQUIRE(all != NULL);
    const bool is_other = (p->usage != NULL) != (usage != NULL);
    if (is_other)
        take_all_out(p, all);
    p->usage = usage;
    p->usage_context = context;
    for (uint32_t i = 0; is_other && i < len; i++)
        push(p, all[i]);
    pending_sort(p);
    free(all);
}

/* --- blocked classes: open addressing, at most half full --- */

static uint32_t *blocked_slot(uint32_t *slots, uint32_t cap, uint32_t scheduling_class)
{
    uint32_t at = scheduling_class * 2654435761u & (cap - 1);
    while (slots[at] != 0 && slots[at] != scheduling_class + 1)
        at = (at + 1) & (cap - 1);
    return &slots[at];
}

bool pending_is_blocked(const struct pending *p, uint32_t scheduling_class)
{
    return p->blocked_len > 0 && *blocked_slot(p->blocked, p->blocked_cap, scheduling_class) != 0;
}

static void widen_blocked(struct pending *p)
{
    const uint32_t cap = p->blocked_cap == 0 ? 16 : 2 * p->blocked_cap;
    uint32_t *slots = calloc(cap, sizeof slots[0]);
    SIM_REQUIRE(slots != NULL);
    for (uint32_t i = 0; i < p->blocked_cap; i++)
        if (p->blocked[i] != 0)
            *blocked_slot(slots, cap, p->blocked[i] - 1) = p->blocked[i];
    free(p->blocked);
    p->blocked = slots;
    p->blocked_cap = cap;
}

static void remember_blocked(struct pending *p, uint32_t scheduling_class)
{
    if (2 * (p->blocked_len + 1) > p->blocked_cap)
        widen_blocked(p);
    uint32_t *slot = blocked_slot(p->blocked, p->blocked_cap, scheduling_class);
    if (*slot == 0) {
        *slot = scheduling_class + 1;
        p->blocked_len++;
    }
}

static void forget_blocked(struct pending *p)
{
    if (p->blocked_len > 0)
        memset(p->blocked, 0, p->blocked_cap * sizeof p->blocked[0]);
    p->blocked_len = 0;
}

uint32_t pending_block(struct pending *p, uint32_t scheduling_class)
{
    if (p->is_strict)
        return 0;
    remember_blocked(p, scheduling_class);
    return is_flat(p) ? flat_block(p, scheduling_class) : classes_block(p, scheduling_class);
}

/* --- coming and going --- */

static void fix(struct pending *p, struct kueue_workload *w)
{
    if (is_flat(p))
        flat_fix(p, w->heap_at);
    else
        pending_put_back(p, w, pending_lift(p, w));
}

void pending_add(struct pending *p, struct kueue_workload *w, bool has_changed, int64_t now_ns)
{
    if (w->place == PLACE_IN_FLIGHT)
        return; /* it will be requeued as it is then */
    if (pending_is_parked(p, w)) {
        if (!has_changed)
            return;
        take_out(p, w);
    }
    if (w->place == PLACE_HEAP) {
        fix(p, w);
        return;
    }
    const bool is_blocked = !p->is_strict && w->scheduling_class != CLASS_UNKNOWN &&
                            pending_is_blocked(p, w->scheduling_class);
    if (is_blocked || !kueue_workload_backoff_is_over(w, now_ns))
        park(p, w, now_ns);
    else
        push(p, w);
}

static void forget_in_flight(struct pending *p, struct kueue_workload *w)
{
    if (p->in_flight == w)
        p->in_flight = NULL;
    if (w->place == PLACE_IN_FLIGHT)
        w->place = PLACE_NOWHERE;
}

void pending_remove(struct pending *p, struct kueue_workload *w)
{
    take_out(p, w);
    forget_in_flight(p, w);
    if (p->preemptor == w) {
        p->preemptor = NULL;
        p->is_sticky = false;
    }
}

/* The preemptor goes before everybody, wherever it stands. */
static struct kueue_workload *pop_class(struct pending *p)
{
    struct kueue_workload *w = p->is_sticky ? p->preemptor : NULL;
    if (w == NULL || w->place != PLACE_HEAP || classes_is_parked(p, w))
        w = classes_first(p);
    classes_remove(p, w);
    return w;
}

struct kueue_workload *pending_pop(struct pending *p)
{
    p->pop_cycle++;
    if (p->unsettled > 0)
        pending_sort(p);
    if (p->in_flight != NULL)
        forget_in_flight(p, p->in_flight);
    if (p->heap_len == 0)
        return NULL;
    struct kueue_workload *w = is_flat(p) ? flat_pop(p) : pop_class(p);
    w->place = PLACE_IN_FLIGHT;
    p->in_flight = w;
    return w;
}

static bool is_immediate(const struct pending *p, enum requeue_reason reason)
{
    if (p->is_strict)
        return reason != REQUEUE_NAMESPACE_MISMATCH;
    return reason == REQUEUE_FAILED_AFTER_NOMINATION || reason == REQUEUE_PENDING_PREEMPTION ||
           reason == REQUEUE_PENDING_MIGRATION || reason == REQUEUE_PREEMPTION_FAILED;
}

bool pending_requeue(struct pending *p, struct kueue_workload *w, enum requeue_reason reason,
                     int64_t now_ns)
{
    return pending_return(p, w, reason, is_immediate(p, reason), now_ns);
}

bool pending_return(struct pending *p, struct kueue_workload *w, enum requeue_reason reason,
                    bool immediate, int64_t now_ns)
{
    if (reason == REQUEUE_PENDING_PREEMPTION || reason == REQUEUE_PENDING_MIGRATION) {
        p->preemptor = w;
        p->preemptor_generation = w->generation;
        p->is_sticky = !p->is_strict;
    }
    forget_in_flight(p, w);
    if (kueue_workload_backoff_is_over(w, now_ns) &&
        (immediate || p->flush_cycle >= p->pop_cycle || scan_memory_is_pending(&w->scan))) {
        if (w->place == PLACE_HEAP && !pending_is_parked(p, w))
            return false;
        take_out(p, w);
        push(p, w);
        return true;
    }
    if (w->place != PLACE_NOWHERE)
        return false;
    if (p->blocks_classes && w->scheduling_class != CLASS_UNKNOWN &&
        (reason == REQUEUE_NO_FIT || reason == REQUEUE_NO_CANDIDATES))
        pending_block(p, w->scheduling_class);
    park(p, w, now_ns); /* with its class */
    return true;
}

uint32_t pending_flush(struct pending *p, matches_fn *matches, const void *context, int64_t now_ns)
{
    p->flush_cycle = p->pop_cycle;
    forget_blocked(p);
    uint32_t moved = is_flat(p) ? 0 : classes_flush(p, matches, context);
    for (struct kueue_workload *w = p->first_parked; w != NULL;) {
        struct kueue_workload *next = w->next;
        if (matches(context, w) && kueue_workload_backoff_is_over(w, now_ns)) {
            unpark(p, w);
            push(p, w);
            moved++;
        }
        w = next;
    }
    return moved;
}
