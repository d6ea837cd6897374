#include "models/sharing.h"

#include "sim/check.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 4 };

void sharing_domain_init(struct sharing_domain *d, const struct sharing_ops *ops,
                         const void *params)
{
    *d = (struct sharing_domain){.ops = ops, .params = params};
}

void sharing_domain_fini(struct sharing_domain *d)
{
    free(d->residents);
    *d = (struct sharing_domain){0};
}

static struct resident *find(const struct sharing_domain *d, uint32_t task)
{
    for (uint32_t i = 0; i < d->len; i++)
        if (d->residents[i].task == task)
            return &d->residents[i];
    return NULL;
}

static struct resident *append(struct sharing_domain *d)
{
    if (d->len == d->cap) {
        d->cap = d->cap == 0 ? FIRST_CAPACITY : 2 * d->cap;
        d->residents = realloc(d->residents, d->cap * sizeof d->residents[0]);
        SIM_REQUIRE(d->residents != NULL);
    }
    return &d->residents[d->len++];
}

void sharing_domain_add(struct sharing_domain *d, uint32_t task, const struct device_load *load)
{
    struct resident *r = find(d, task);
    if (r != NULL) {
        r->units++;
    } else {
        r = append(d);
        *r = (struct resident){.task = task, .units = 1, .load = *load};
    }
    d->ops->speeds(d->params, d->residents, d->len);
}

void sharing_domain_remove(struct sharing_domain *d, uint32_t task)
{
    struct resident *r = find(d, task);
    if (r == NULL)
        return;
    for (const struct resident *end = &d->residents[--d->len]; r < end; r++)
        *r = r[1]; /* keeps the order of coming */
    d->ops->speeds(d->params, d->residents, d->len);
}

uint64_t sharing_domain_speed(const struct sharing_domain *d, uint32_t task)
{
    const struct resident *r = find(d, task);
    return r == NULL ? SPEED_ONE : r->speed_q32;
}

uint64_t sharing_domain_memory(const struct sharing_domain *d)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < d->len; i++)
        sum += d->residents[i].load.memory_bytes;
    return sum;
}

static uint64_t duty_q32(const struct resident *r)
{
    return r->load.duty_q16 == 0 ? SPEED_ONE : (uint64_t)r->load.duty_q16 << 16;
}

/* "A pod with two processes gets two shares", and so does one with two replicas of the GPU. */
static uint64_t weight(const struct resident *r)
{
    return (uint64_t)r->units * (r->load.processes == 0 ? 1 : r->load.processes);
}

/* Fills from the least demanding: whoever wants less than its fair part of what is left gets all it
 * wants, and the others share the rest; when nobody wants less any more, all get the fair part. */
static void timeslice_speeds(const void *params, struct resident *all, size_t len)
{
    const struct timeslice_params *p = params;
    uint64_t left = len < 2 ? SPEED_ONE : (SPEED_ONE << 16) / (65536 + (uint64_t)p->overhead_q16);
    uint64_t weights = 0;
    for (size_t i = 0; i < len; i++) {
        all[i].speed_q32 = 0; /* not served yet */
        weights += weight(&all[i]);
    }
    for (bool any = true; any;) {
        any = false;
        const uint64_t fair = weights == 0 ? 0 : left / weights;
        for (size_t i = 0; i < len; i++) {
            if (all[i].speed_q32 != 0 || duty_q32(&all[i]) > fair * weight(&all[i]))
                continue;
            all[i].speed_q32 = SPEED_ONE;
            left -= duty_q32(&all[i]);
            weights -= weight(&all[i]);
            any = true;
        }
    }
    for (size_t i = 0; i < len; i++)
        if (all[i].speed_q32 == 0)
            all[i].speed_q32 = left * weight(&all[i]) / weights * 65536 / (duty_q32(&all[i]) >> 16);
}

const struct sharing_ops sharing_timeslice = {
    .name = "time-slicing",
    .summary = "replicas of a GPU take turns; busy neighbours slow each other down",
    .speeds = timeslice_speeds,
};
