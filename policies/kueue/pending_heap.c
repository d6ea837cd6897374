/* The heap of a queue with admission fair sharing, step by step as Go's container/heap. */
#include "policies/kueue/pending_parts.h"

#include "sim/check.h"

#include <stdlib.h>

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

void flat_fix(struct pending *p, uint32_t at)
{
    if (!sift_down(p, at, p->heap_len))
        sift_up(p, at);
}

void flat_push(struct pending *p, struct kueue_workload *w)
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

void flat_remove(struct pending *p, struct kueue_workload *w)
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
    if (p->usage == NULL)
        return; /* what classes go by does not change */
    for (uint32_t i = p->heap_len / 2; i-- > 0;)
        sift_down(p, i, p->heap_len);
}

struct kueue_workload *flat_pop(struct pending *p)
{
    struct kueue_workload *w = p->heap[0];
    /* Not flat_remove: container/heap's Pop sifts down only. */
    swap(p, 0, p->heap_len - 1);
    sift_down(p, 0, --p->heap_len);
    return w;
}

uint32_t flat_block(struct pending *p, uint32_t scheduling_class)
{
    uint32_t moved = 0;
    for (uint32_t i = p->heap_len; i-- > 0;) {
        /* Removing one may bring another to this place, but only one that was behind it. */
        while (i < p->heap_len && p->heap[i]->scheduling_class == scheduling_class) {
            struct kueue_workload *w = p->heap[i];
            flat_remove(p, w);
            pending_set_aside(p, w);
            moved++;
        }
    }
    return moved;
}
