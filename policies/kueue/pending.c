#include "policies/kueue/pending.h"

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

/* --- the heap, step by step as in Go's container/heap --- */

static void put(struct pending *p, uint32_t at, struct kueue_workload *w)
{
    p->heap[at] = w;
    w->heap_at = at;
}

static void swap(struct pending *p, uint32_t a, uint32_t b)
{
    struct kueue_workload *w = p->heap[a];
    put(p, a, p->heap[b]);
    put(p, b, w);
}

static void sift_up(struct pending *p, uint32_t at)
{
    while (at > 0) {
        const uint32_t parent = (at - 1) / 2;
        if (!pending_before(p, p->heap[at], p->heap[parent]))
            return;
        swap(p, at, parent);
        at = parent;
    }
}

/* Among the first len; whether it moved. */
static bool sift_down(struct pending *p, uint32_t from, uint32_t len)
{
    uint32_t at = from;
    for (uint32_t child = 2 * at + 1; child < len; child = 2 * at + 1) {
        if (child + 1 < len && pending_before(p, p->heap[child + 1], p->heap[child]))
            child++;
        if (!pending_before(p, p->heap[child], p->heap[at]))
            break;
        swap(p, at, child);
        at = child;
    }
    return at > from;
}

static void heap_fix(struct pending *p, uint32_t at)
{
    if (!sift_down(p, at, p->heap_len))
        sift_up(p, at);
}

static void heap_push(struct pending *p, struct kueue_workload *w)
{
    if (p->heap_len == p->heap_cap) {
        p->heap_cap = p->heap_cap == 0 ? 16 : 2 * p->heap_cap;
        p->heap = realloc(p->heap, p->heap_cap * sizeof p->heap[0]);
        SIM_REQUIRE(p->heap != NULL);
    }
    w->place = PLACE_HEAP;
    put(p, p->heap_len++, w);
    sift_up(p, p->heap_len - 1);
}

static void heap_remove(struct pending *p, struct kueue_workload *w)
{
    const uint32_t at = w->heap_at;
    const uint32_t last = p->heap_len - 1;
    if (at != last) {
        swap(p, at, last);
        if (!sift_down(p, at, last))
            sift_up(p, at);
    }
    p->heap_len = last;
    w->place = PLACE_NOWHERE;
}

void pending_sort(struct pending *p)
{
    for (uint32_t i = p->heap_len / 2; i-- > 0;)
        sift_down(p, i, p->heap_len);
}

/* --- the parked --- */

static void park(struct pending *p, struct kueue_workload *w)
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
    uint32_t moved = 0;
    for (uint32_t i = p->heap_len; i-- > 0;) {
        /* Removing one may bring another to this place, but only one that was behind it. */
        while (i < p->heap_len && p->heap[i]->scheduling_class == scheduling_class) {
            struct kueue_workload *w = p->heap[i];
            heap_remove(p, w);
            park(p, w);
            moved++;
        }
    }
    return moved;
}

/* --- coming and going --- */

void pending_add(struct pending *p, struct kueue_workload *w, bool has_changed, int64_t now_ns)
{
    if (w->place == PLACE_IN_FLIGHT)
        return; /* it will be requeued as it is then */
    if (w->place == PLACE_PARKED) {
        if (!has_changed)
            return;
        unpark(p, w);
    }
    if (w->place == PLACE_HEAP) {
        heap_fix(p, w->heap_at);
        return;
    }
    const bool is_blocked = !p->is_strict && w->scheduling_class != CLASS_UNKNOWN &&
                            pending_is_blocked(p, w->scheduling_class);
    if (is_blocked || !kueue_workload_backoff_is_over(w, now_ns))
        park(p, w);
    else
        heap_push(p, w);
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
    if (w->place == PLACE_PARKED)
        unpark(p, w);
    else if (w->place == PLACE_HEAP)
        heap_remove(p, w);
    forget_in_flight(p, w);
    if (p->preemptor == w) {
        p->preemptor = NULL;
        p->is_sticky = false;
    }
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
    struct kueue_workload *w = p->heap[0];
    /* Not heap_remove: container/heap's Pop sifts down only. */
    swap(p, 0, p->heap_len - 1);
    sift_down(p, 0, --p->heap_len);
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
        if (w->place == PLACE_HEAP)
            return false;
        if (w->place == PLACE_PARKED)
            unpark(p, w);
        heap_push(p, w);
        return true;
    }
    if (w->place != PLACE_NOWHERE)
        return false;
    park(p, w);
    if (p->blocks_classes && w->scheduling_class != CLASS_UNKNOWN &&
        (reason == REQUEUE_NO_FIT || reason == REQUEUE_NO_CANDIDATES))
        pending_block(p, w->scheduling_class);
    return true;
}

uint32_t pending_flush(struct pending *p, matches_fn *matches, const void *context, int64_t now_ns)
{
    uint32_t moved = 0;
    p->flush_cycle = p->pop_cycle;
    forget_blocked(p);
    for (struct kueue_workload *w = p->first_parked; w != NULL;) {
        struct kueue_workload *next = w->next;
        if (matches(context, w) && kueue_workload_backoff_is_over(w, now_ns)) {
            unpark(p, w);
            heap_push(p, w);
            moved++;
        }
        w = next;
    }
    return moved;
}
