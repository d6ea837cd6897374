/*
 * The heap of a queue in two levels. Workloads of one scheduling class and namespace stand
 * together, the first of them at the root of a pairing heap; classes are ordered by their first.
 * Whether they are parked is said of the class: what blocks a class or lets it go on costs nothing
 * for each of its workloads.
 */
#include "policies/kueue/pending_parts.h"

#include "sim/check.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

/* One without a namespace (INTERN_NONE) has no workloads: it is the head of its class's list. */
struct waiting {
    struct kueue_workload *first;
    uint32_t len;
    uint32_t scheduling_class, namespace_id;
    uint32_t next_of_class;
    uint32_t listed_at; /* in p->ready, or in p->halted if it is parked; NONE: it is empty */
    bool is_parked;
};

/* --- pairing heaps --- */

static struct kueue_workload *meld(struct kueue_workload *a, struct kueue_workload *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    if (pending_is_older(b, a)) {
        struct kueue_workload *w = a;
        a = b;
        b = w;
    }
    b->prev = a;
    b->next = a->child;
    if (a->child != NULL)
        a->child->prev = b;
    a->child = b;
    a->prev = a->next = NULL;
    return a;
}

/* Pair by pair, and then the pairs from the last to the first. */
static struct kueue_workload *meld_all(struct kueue_workload *list)
{
    struct kueue_workload *pairs = NULL;
    while (list != NULL) {
        struct kueue_workload *a = list, *b = a->next;
        list = b == NULL ? NULL : b->next;
        a->prev = a->next = NULL;
        if (b != NULL)
            b->prev = b->next = NULL;
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    struct kueue_workload *all = NULL;
    while (pairs != NULL) {
        struct kueue_workload *a = pairs;
        pairs = a->next;
        a->next = NULL;
        all = meld(all, a);
    }
    return all;
}

static void cut(struct waiting *g, struct kueue_workload *w)
{
    struct kueue_workload *below = meld_all(w->child);
    if (w == g->first) {
        g->first = below;
    } else {
        if (w->prev->child == w)
            w->prev->child = w->next;
        else
            w->prev->next = w->next;
        if (w->next != NULL)
            w->next->prev = w->prev;
        g->first = meld(g->first, below);
    }
    w->prev = w->next = w->child = NULL;
    g->len--;
}

/* --- the classes that are not parked, as a heap --- */

static bool before(const struct pending *p, uint32_t a, uint32_t b)
{
    return pending_is_older(p->waiting[a].first, p->waiting[b].first);
}

static void put(struct pending *p, uint32_t at, uint32_t class)
{
    p->ready[at] = class;
    p->waiting[class].listed_at = at;
}

static void sift_up(struct pending *p, uint32_t at)
{
    const uint32_t class = p->ready[at];
    for (; at > 0 && before(p, class, p->ready[(at - 1) / 2]); at = (at - 1) / 2)
        put(p, at, p->ready[(at - 1) / 2]);
    put(p, at, class);
}

static void sift_down(struct pending *p, uint32_t at)
{
    const uint32_t class = p->ready[at];
    for (uint32_t child = 2 * at + 1; child < p->ready_len; child = 2 * at + 1) {
        if (child + 1 < p->ready_len && before(p, p->ready[child + 1], p->ready[child]))
            child++;
        if (!before(p, p->ready[child], class))
            break;
        put(p, at, p->ready[child]);
        at = child;
    }
    put(p, at, class);
}

static void settle(struct pending *p, uint32_t at)
{
    const uint32_t class = p->ready[at];
    sift_up(p, at);
    sift_down(p, p->waiting[class].listed_at);
}

static void list(struct pending *p, uint32_t class)
{
    struct waiting *g = &p->waiting[class];
    if (g->is_parked) {
        g->listed_at = p->halted_len;
        p->halted[p->halted_len++] = class;
        return;
    }
    p->ready[p->ready_len] = class;
    sift_up(p, p->ready_len++);
}

static void unlist(struct pending *p, uint32_t class)
{
    struct waiting *g = &p->waiting[class];
    const uint32_t at = g->listed_at;
    g->listed_at = NONE;
    if (g->is_parked) {
        const uint32_t last = p->halted[--p->halted_len];
        if (last != class) {
            p->halted[at] = last;
            p->waiting[last].listed_at = at;
        }
        return;
    }
    const uint32_t last = p->ready[--p->ready_len];
    if (last == class)
        return;
    put(p, at, last);
    settle(p, at);
}

/* --- finding a class --- */

static uint32_t *slot(const struct pending *p, uint32_t scheduling_class, uint32_t namespace_id)
{
    uint32_t at = (scheduling_class * 2654435761u ^ namespace_id * 2246822519u) >> 7;
    for (;; at++) {
        uint32_t *s = &p->index[at & (p->index_cap - 1)];
        const struct waiting *g = *s == 0 ? NULL : &p->waiting[*s - 1];
        if (g == NULL ||
            (g->scheduling_class == scheduling_class && g->namespace_id == namespace_id))
            return s;
    }
}

static void *widened(void *items, uint32_t len, size_t bytes)
{
    void *more = realloc(items, len * bytes);
    SIM_REQUIRE(more != NULL);
    return more;
}

static void widen(struct pending *p)
{
    const uint32_t cap = p->waiting_cap == 0 ? 8 : 2 * p->waiting_cap;
    p->waiting = widened(p->waiting, cap, sizeof p->waiting[0]);
    p->ready = widened(p->ready, cap, sizeof p->ready[0]);
    p->halted = widened(p->halted, cap, sizeof p->halted[0]);
    p->waiting_cap = cap;
    free(p->index);
    p->index_cap = 4 * cap;
    p->index = calloc(p->index_cap, sizeof p->index[0]);
    SIM_REQUIRE(p->index != NULL);
    for (uint32_t i = 0; i < p->waiting_len; i++)
        *slot(p, p->waiting[i].scheduling_class, p->waiting[i].namespace_id) = i + 1;
}

static uint32_t find(const struct pending *p, uint32_t scheduling_class, uint32_t namespace_id)
{
    const uint32_t i = p->index_cap == 0 ? 0 : *slot(p, scheduling_class, namespace_id);
    return i == 0 ? NONE : i - 1;
}

static uint32_t add(struct pending *p, uint32_t scheduling_class, uint32_t namespace_id)
{
    if (p->waiting_len == p->waiting_cap)
        widen(p);
    *slot(p, scheduling_class, namespace_id) = ++p->waiting_len;
    p->waiting[p->waiting_len - 1] = (struct waiting){.scheduling_class = scheduling_class,
                                                      .namespace_id = namespace_id,
                                                      .next_of_class = NONE,
                                                      .listed_at = NONE};
    return p->waiting_len - 1;
}

static uint32_t class_of(struct pending *p, const struct kueue_workload *w)
{
    uint32_t class = find(p, w->scheduling_class, w->namespace_id);
    if (class != NONE)
        return class;
    class = add(p, w->scheduling_class, w->namespace_id);
    uint32_t head = find(p, w->scheduling_class, INTERN_NONE);
    if (head == NONE)
        head = add(p, w->scheduling_class, INTERN_NONE);
    p->waiting[class].next_of_class = p->waiting[head].next_of_class;
    p->waiting[head].next_of_class = class;
    return class;
}

/* --- coming and going --- */

static void enter(struct pending *p, uint32_t class, struct kueue_workload *w)
{
    struct waiting *g = &p->waiting[class];
    w->place = PLACE_HEAP;
    w->waiting = class;
    w->prev = w->next = w->child = NULL;
    g->first = meld(g->first, w);
    *(g->is_parked ? &p->parked_len : &p->heap_len) += 1;
    if (g->len++ == 0)
        list(p, class);
    else if (!g->is_parked && g->first == w)
        sift_up(p, g->listed_at);
}

void classes_remove(struct pending *p, struct kueue_workload *w)
{
    const uint32_t class = w->waiting;
    struct waiting *g = &p->waiting[class];
    const bool was_first = g->first == w;
    *(g->is_parked ? &p->parked_len : &p->heap_len) -= 1;
    w->place = PLACE_NOWHERE;
    if (g->len == 1)
        unlist(p, class);
    cut(g, w);
    if (g->len > 0 && was_first && !g->is_parked)
        settle(p, g->listed_at);
}

/* One of a parked class goes into the heap: the others stay parked, each by itself. */
static void dissolve(struct pending *p, uint32_t class)
{
    while (p->waiting[class].len > 0) {
        struct kueue_workload *w = p->waiting[class].first;
        classes_remove(p, w);
        pending_set_aside(p, w);
    }
    p->waiting[class].is_parked = false;
}

void classes_push(struct pending *p, struct kueue_workload *w)
{
    const uint32_t class = class_of(p, w);
    if (p->waiting[class].is_parked)
        dissolve(p, class);
    enter(p, class, w);
}

bool classes_park(struct pending *p, struct kueue_workload *w)
{
    const uint32_t class = class_of(p, w);
    struct waiting *g = &p->waiting[class];
    if (!g->is_parked && g->len > 0)
        return false;
    g->is_parked = true;
    enter(p, class, w);
    return true;
}

struct kueue_workload *classes_first(const struct pending *p)
{
    return p->ready_len == 0 ? NULL : p->waiting[p->ready[0]].first;
}

bool classes_is_parked(const struct pending *p, const struct kueue_workload *w)
{
    return p->waiting[w->waiting].is_parked;
}

/* --- all of a class --- */

static uint32_t turn(struct pending *p, uint32_t class, bool is_parked)
{
    struct waiting *g = &p->waiting[class];
    if (g->len == 0 || g->is_parked == is_parked)
        return 0;
    unlist(p, class);
    g->is_parked = is_parked;
    list(p, class);
    *(is_parked ? &p->parked_len : &p->heap_len) += g->len;
    *(is_parked ? &p->heap_len : &p->parked_len) -= g->len;
    return g->len;
}

uint32_t classes_block(struct pending *p, uint32_t scheduling_class)
{
    const uint32_t head = find(p, scheduling_class, INTERN_NONE);
    uint32_t moved = 0;
    for (uint32_t i = head == NONE ? NONE : p->waiting[head].next_of_class; i != NONE;
         i = p->waiting[i].next_of_class)
        moved += turn(p, i, true);
    return moved;
}

uint32_t classes_flush(struct pending *p, matches_fn *matches, const void *context)
{
    uint32_t moved = 0;
    for (uint32_t i = p->halted_len; i-- > 0;) /* who leaves the list is replaced by the last */
        if (matches(context, p->waiting[p->halted[i]].first))
            moved += turn(p, p->halted[i], false);
    return moved;
}

/* --- the end, and a look at all --- */

void classes_fini(struct pending *p)
{
    free(p->waiting);
    free(p->ready);
    free(p->halted);
    free(p->index);
}

/* Down to the first child, else to the next one, else back up to a parent that has a next one. */
static struct kueue_workload *walk(struct kueue_workload *w)
{
    if (w->child != NULL)
        return w->child;
    while (w->next == NULL) {
        while (w->prev != NULL && w->prev->child != w) /* to the first of its siblings */
            w = w->prev;
        if (w->prev == NULL)
            return NULL;
        w = w->prev;
    }
    return w->next;
}

size_t classes_list(const struct pending *p, bool parked, struct kueue_workload **out)
{
    size_t len = 0;
    for (uint32_t i = 0; i < p->waiting_len; i++)
        for (struct kueue_workload *w = p->waiting[i].is_parked == parked ? p->waiting[i].first
                                                                          : NULL;
             w != NULL; w = walk(w))
            out[len++] = w;
    return len;
}
