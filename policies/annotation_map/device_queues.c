#include "policies/annotation_map/device_queues.h"

#include "sim/check.h"

#include <stdlib.h>

struct want {
    uint32_t work, device;
    uint32_t prev, next; /* in the device's queue; POOL_END: none */
};

static struct want *want_at(const struct device_queues *q, uint32_t id)
{
    return pool_at(&q->wants, id);
}

void device_queues_init(struct device_queues *q, uint32_t devices)
{
    pool_init(&q->wants, sizeof(struct want));
    q->heads = malloc((devices + 1) * sizeof q->heads[0]);
    q->tails = malloc((devices + 1) * sizeof q->tails[0]);
    SIM_REQUIRE(q->heads != NULL && q->tails != NULL);
    for (uint32_t d = 0; d < devices; d++)
        q->heads[d] = q->tails[d] = POOL_END;
}

void device_queues_fini(struct device_queues *q)
{
    pool_fini(&q->wants);
    free(q->heads);
    free(q->tails);
    *q = (struct device_queues){0};
}

void device_queues_join(struct device_queues *q, struct device_claim *c, uint32_t work,
                        uint32_t device)
{
    const uint32_t tail = q->tails[device];
    if (tail != POOL_END && want_at(q, tail)->work == work)
        return; /* its own tasks share it */
    const uint32_t id = pool_take(&q->wants);
    *want_at(q, id) = (struct want){.work = work, .device = device, .prev = tail, .next = POOL_END};
    if (tail == POOL_END)
        q->heads[device] = id;
    else
        want_at(q, tail)->next = id;
    q->tails[device] = id;
    id_list_add(&c->wants, id);
}

static void leave(struct device_queues *q, uint32_t id)
{
    const struct want *w = want_at(q, id);
    if (w->prev == POOL_END)
        q->heads[w->device] = w->next;
    else
        want_at(q, w->prev)->next = w->next;
    if (w->next == POOL_END)
        q->tails[w->device] = w->prev;
    else
        want_at(q, w->next)->prev = w->prev;
    pool_give(&q->wants, id);
}

void device_queues_leave(struct device_queues *q, struct device_claim *c)
{
    for (size_t i = 0; i < c->wants.len; i++)
        leave(q, c->wants.ids[i]);
    id_list_fini(&c->wants);
}

bool device_queues_is_first(const struct device_queues *q, const struct device_claim *c)
{
    for (size_t i = 0; i < c->wants.len; i++)
        if (want_at(q, c->wants.ids[i])->prev != POOL_END)
            return false;
    return true;
}

uint32_t device_queues_first(const struct device_queues *q, uint32_t device)
{
    return q->heads[device];
}

uint32_t device_queues_next(const struct device_queues *q, uint32_t place)
{
    return want_at(q, place)->next;
}

uint32_t device_queues_work(const struct device_queues *q, uint32_t place)
{
    return want_at(q, place)->work;
}
