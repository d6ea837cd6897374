#include "policies/annotation_map/annotation_map.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

/* Where its GPUs have no number, or the map names none, a node is waited for as a whole. */
static uint32_t node_device(const struct annotation_map *m, uint32_t node)
{
    return m->cluster->gpus_len + node;
}

/* --- the parked --- */

void map_park(struct annotation_map *m, uint32_t number)
{
    struct map_work *w = map_work(m, number);
    if (w->is_parked)
        return;
    w->is_parked = true;
    w->prev = m->last_parked;
    w->next = UINT32_MAX;
    if (m->last_parked == UINT32_MAX)
        m->first_parked = number;
    else
        map_work(m, m->last_parked)->next = number;
    m->last_parked = number;
}

void map_unpark(struct annotation_map *m, uint32_t number)
{
    struct map_work *w = map_work(m, number);
    if (!w->is_parked)
        return;
    w->is_parked = false;
    if (w->prev == UINT32_MAX)
        m->first_parked = w->next;
    else
        map_work(m, w->prev)->next = w->next;
    if (w->next == UINT32_MAX)
        m->last_parked = w->prev;
    else
        map_work(m, w->next)->prev = w->prev;
}

/* --- binding --- */

/* Whether the simulation may look after capacity and devices as ever: the map names what is asked
 * for, or nothing that could be named there, and there is room. */
static bool may_be_checked(const struct annotation_map *m, const struct map_place *p,
                           const struct request *r)
{
    const struct device_class *k = cluster_whole_gpus(&m->cluster->nodes[p->node]);
    if (cluster_fits(m->cluster, p->node, r) < (int64_t)p->count)
        return false;
    if (k == NULL)
        return true;
    const int64_t asked = r->load.gpu_milli > 0 ? 1 : request_amount(r, k->resource) * p->count;
    return asked == __builtin_popcountll(p->gpus) && (p->gpus & ~k->free[0]) == 0;
}

static void bind(const struct annotation_map *m, struct acts *a, uint32_t number,
                 const struct map_place *p)
{
    const struct job *job = work_job(a, number);
    const struct request *r = request_get(m->requests, job->groups[p->group].request);
    const bool is_named = cluster_whole_gpus(&m->cluster->nodes[p->node]) != NULL;
    const struct slot slot = {.group = p->group,
                              .node = p->node,
                              .count = p->count,
                              .task = work_is_pod(number) ? number / 2 : TASK_NONE,
                              .gpu_mask = p->gpus};
    const bool is_checked = (m->mode == MAP_STRICT || !is_named) && may_be_checked(m, p, r);
    act_bind(a, &(struct bind){
                    .job = job->id, .slots = &slot, .slots_len = 1, .is_unchecked = !is_checked});
}

/* Binding starts pods, which may make others: the work may be gone, or moved, before the last. */
static void bind_ready(struct annotation_map *m, struct acts *a, uint32_t number)
{
    for (size_t i = 0; i < m->ready.len; i++)
        bind(m, a, number, &m->ready.items[i]);
    m->ready.len = 0;
}

static void wait_for(struct annotation_map *m, struct acts *a, uint32_t number, enum map_reason why)
{
    act_wait(a, work_job(a, number)->id, why);
    if (why == MAP_NODE_NOT_READY || why == MAP_NO_FREE_INDEX)
        map_park(m, number);
}

/* --- each task by itself, and no look at what is free --- */

/* Why it cannot be had now; PLACED: it can. */
static enum map_reason why_not(const struct annotation_map *m, const struct map_place *p)
{
    if (p->why != MAP_PLACED)
        return p->why;
    return map_node_is_ready(m, p->node) ? MAP_PLACED : MAP_NODE_NOT_READY;
}

static void attempt_unchecked(struct annotation_map *m, struct acts *a, uint32_t number)
{
    struct map_places *places = &map_work(m, number)->places;
    enum map_reason why = MAP_PLACED;
    for (size_t i = 0; i < places->len; i++) {
        struct map_place *p = &places->items[i];
        if (p->is_bound)
            continue;
        const enum map_reason here = why_not(m, p);
        p->is_bound = here == MAP_PLACED;
        if (p->is_bound)
            map_places_add(&m->ready, p);
        else if (why == MAP_PLACED)
            why = here;
    }
    if (why != MAP_PLACED)
        wait_for(m, a, number, why);
    bind_ready(m, a, number);
}

/* --- mode strict: all tasks together, on devices that nobody has --- */

/* What can never be had, or PLACED. */
static enum map_reason hopeless(const struct map_places *places)
{
    for (size_t i = 0; i < places->len; i++) {
        if (places->items[i].why != MAP_PLACED)
            return places->items[i].why;
        if (places->items[i].lacks_devices)
            return MAP_NO_DEVICE;
    }
    return MAP_PLACED;
}

static void join_queues(struct annotation_map *m, uint32_t number)
{
    struct map_work *w = map_work(m, number);
    w->came = m->claims++;
    for (size_t i = 0; i < w->places.len; i++) {
        const struct map_place *p = &w->places.items[i];
        const uint32_t first = m->cluster->nodes[p->node].first_gpu;
        for (uint64_t mask = p->gpus; mask != 0; mask &= mask - 1)
            device_queues_join(&m->queues, &w->claim, number,
                               first + (uint32_t)__builtin_ctzll(mask));
        if (p->gpus == 0)
            device_queues_join(&m->queues, &w->claim, number, node_device(m, p->node));
    }
}

static void mark_changed(struct annotation_map *m, const struct map_places *places)
{
    for (size_t i = 0; i < places->len; i++)
        if (places->items[i].node != NODE_NONE)
            bitset_set(&m->changed, places->items[i].node);
}

void map_leave_queues(struct annotation_map *m, uint32_t number)
{
    struct map_work *w = map_work(m, number);
    if (w->claim.wants.len == 0)
        return;
    device_queues_leave(&m->queues, &w->claim);
    mark_changed(m, &w->places);
}

/* Room beside what the work's earlier places take; the column of whole GPUs says nothing here. */
static bool has_room(struct annotation_map *m, const struct map_place *p, const struct request *r)
{
    const struct cluster *c = m->cluster;
    const struct device_class *k = cluster_whole_gpus(&c->nodes[p->node]);
    const int64_t *taken = node_overlay_row(&m->taken, p->node);
    memcpy(m->row, &c->free[(size_t)p->node * c->resources_len],
           c->resources_len * sizeof m->row[0]);
    for (uint32_t i = 0; taken != NULL && i < c->resources_len; i++)
        m->row[i] += taken[i];
    if (k != NULL)
        m->row[k->resource] = INT64_MAX;
    return cluster_fits_row(c, m->row, r) >= (int64_t)p->count;
}

/* The devices alone: most that wait can be left out by these. */
static bool are_free(const struct annotation_map *m, const struct map_work *w)
{
    for (size_t i = 0; i < w->places.len; i++) {
        const struct map_place *p = &w->places.items[i];
        const struct node *n = &m->cluster->nodes[p->node];
        const struct device_class *k = cluster_whole_gpus(n);
        if (n->state != NODE_READY || (k != NULL && (p->gpus & ~k->free[0]) != 0))
            return false;
    }
    return true;
}

static bool have_room(struct annotation_map *m, const struct map_work *w, const struct job *job)
{
    bool ok = true;
    for (size_t i = 0; i < w->places.len && ok; i++) {
        const struct map_place *p = &w->places.items[i];
        const struct request *r = request_get(m->requests, job->groups[p->group].request);
        ok = has_room(m, p, r);
        if (ok)
            node_overlay_add(&m->taken, p->node, r, -(int64_t)p->count);
    }
    node_overlay_clear(&m->taken);
    return ok;
}

static bool attempt_waiting(struct annotation_map *m, struct acts *a, uint32_t number)
{
    const struct map_work *w = map_work(m, number);
    if (!are_free(m, w) || (m->in_order && !device_queues_is_first(&m->queues, &w->claim)) ||
        !have_room(m, w, work_job(a, number)))
        return false;
    map_leave_queues(m, number);
    struct map_places *places = &map_work(m, number)->places;
    for (size_t i = 0; i < places->len; i++) {
        places->items[i].is_bound = true;
        map_places_add(&m->ready, &places->items[i]);
    }
    bind_ready(m, a, number);
    return true;
}

static enum map_reason busy(const struct annotation_map *m, const struct map_places *places)
{
    for (size_t i = 0; i < places->len; i++)
        if (m->cluster->nodes[places->items[i].node].state != NODE_READY)
            return MAP_NODE_NOT_READY;
    return MAP_DEVICES_BUSY;
}

static void attempt_strict(struct annotation_map *m, struct acts *a, uint32_t number)
{
    const struct map_places *places = &map_work(m, number)->places;
    const enum map_reason why = hopeless(places);
    if (why != MAP_PLACED) {
        wait_for(m, a, number, why);
        return;
    }
    join_queues(m, number);
    if (!attempt_waiting(m, a, number))
        act_wait(a, work_job(a, number)->id, busy(m, places));
}

static void list_waiting(struct annotation_map *m, uint32_t device)
{
    const struct device_queues *q = &m->queues;
    uint32_t place = device_queues_first(q, device);
    for (; place != POOL_END; place = m->in_order ? POOL_END : device_queues_next(q, place)) {
        struct map_work *w = map_work(m, device_queues_work(q, place));
        if (w->is_listed || !are_free(m, w))
            continue;
        w->is_listed = true;
        if (m->candidates_len == m->candidates_cap) {
            m->candidates_cap = m->candidates_cap == 0 ? 64 : 2 * m->candidates_cap;
            m->candidates = realloc(m->candidates, m->candidates_cap * sizeof m->candidates[0]);
            SIM_REQUIRE(m->candidates != NULL);
        }
        m->candidates[m->candidates_len++] =
            (struct map_candidate){w->came, device_queues_work(q, place)};
    }
}

/* Who may have what it waits for stands at some device there that is free. */
static void list_candidates(struct annotation_map *m, const struct node *n)
{
    const struct device_class *k = cluster_whole_gpus(n);
    for (uint64_t free = k == NULL ? 0 : k->free[0]; free != 0; free &= free - 1)
        list_waiting(m, n->first_gpu + (uint32_t)__builtin_ctzll(free));
    list_waiting(m, node_device(m, n->id));
}

static int by_arrival(const void *a, const void *b)
{
    const struct map_candidate *x = a, *y = b;
    return (x->came > y->came) - (x->came < y->came);
}

void map_attempt_changed(struct annotation_map *m, struct acts *a)
{
    uint32_t id;
    while ((id = bitset_next(&m->changed, 0)) != BITSET_NONE) {
        m->candidates_len = 0;
        for (; id != BITSET_NONE; id = bitset_next(&m->changed, id + 1)) {
            bitset_clear(&m->changed, id);
            list_candidates(m, &m->cluster->nodes[id]);
        }
        if (m->candidates_len > 1)
            qsort(m->candidates, m->candidates_len, sizeof m->candidates[0], by_arrival);
        for (size_t i = 0; i < m->candidates_len; i++) {
            struct map_work *w = map_work(m, m->candidates[i].number);
            w->is_listed = false;
            if (w->claim.wants.len > 0) /* one before it may have ended its job */
                attempt_waiting(m, a, m->candidates[i].number);
        }
    }
}

void map_attempt(struct annotation_map *m, struct acts *a, uint32_t number)
{
    map_unpark(m, number);
    map_resolve(m, a, number);
    if (m->mode == MAP_STRICT)
        attempt_strict(m, a, number);
    else
        attempt_unchecked(m, a, number);
}
