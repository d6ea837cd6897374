/* In which order heads are processed: classically, by borrowing, priority and age. */
#include "policies/kueue/kueue_parts.h"
#include "sim/arena.h"

#include <string.h>

static bool is_before(const struct gates *gates, struct entry *a, struct entry *b)
{
    if (a->w->has_quota != b->w->has_quota)
        return a->w->has_quota; /* a second pass */
    if (gates_on(gates, GATE_PRIORITIZE_PREEMPTOR_WORKLOADS) && a->is_preemptor != b->is_preemptor)
        return a->is_preemptor;
    if (a->a.borrow != b->a.borrow)
        return a->a.borrow < b->a.borrow;
    if (gates_on(gates, GATE_PRIORITY_SORTING_WITHIN_COHORT) && a->w->priority != b->w->priority)
        return a->w->priority > b->w->priority;
    return a->w->order_ns < b->w->order_ns;
}

/* Merge sort: equals keep the order of their queues. */
static void sort(const struct gates *gates, struct entry **list, struct entry **spare, uint32_t len)
{
    if (len < 2)
        return;
    const uint32_t half = len / 2;
    sort(gates, list, spare, half);
    sort(gates, list + half, spare, len - half);
    memcpy(spare, list, half * sizeof spare[0]);
    for (uint32_t i = 0, k = half, n = 0; i < half; n++)
        list[n] = k < len && is_before(gates, list[k], spare[i]) ? list[k++] : spare[i++];
}

void entries_sort(struct cycle *c, struct entry **order, uint32_t len)
{
    struct entry **spare = arena_alloc(c->k->cycle_arena, len * sizeof spare[0]);
    sort(&c->k->settings.gates, order, spare, len);
}
