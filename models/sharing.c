#include "models/sharing.h"

#include "sim/check.h"
#include "sim/int128.h"

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

void sharing_domain_set_idle(struct sharing_domain *d, uint32_t task, bool idle)
{
    struct resident *r = find(d, task);
    if (r == NULL || r->is_idle == idle)
        return;
    r->is_idle = idle;
    d->ops->speeds(d->params, d->residents, d->len);
}

static uint64_t need_of(const struct sharing_domain *d, const struct resident *r)
{
    return r->load.memory_bytes != 0 ? r->load.memory_bytes : d->part_bytes * r->units;
}

uint32_t sharing_domain_units(const struct sharing_domain *d, uint32_t task)
{
    const struct resident *r = find(d, task);
    return r == NULL ? 0 : r->units;
}

uint64_t sharing_domain_need(const struct sharing_domain *d, uint32_t task)
{
    const struct resident *r = find(d, task);
    return r == NULL ? 0 : need_of(d, r);
}

uint64_t sharing_domain_memory(const struct sharing_domain *d, uint32_t but)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < d->len; i++)
        if (!d->residents[i].is_idle && d->residents[i].task != but)
            sum += need_of(d, &d->residents[i]);
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

static uint64_t width_q32(const struct resident *r)
{
    return r->load.width_q16 == 0 ? SPEED_ONE : (uint64_t)r->load.width_q16 << 16;
}

static size_t count_working(const struct resident *all, size_t len)
{
    size_t working = 0;
    for (size_t i = 0; i < len; i++)
        working += !all[i].is_idle;
    return working;
}

/* Fills from the least demanding: whoever wants less than its fair part of what is left gets all it
 * wants, and the others share the rest; when nobody wants less any more, all get the fair part. */
static void timeslice_speeds(const void *params, struct resident *all, size_t len)
{
    const struct timeslice_params *p = params;
    const bool is_alone = count_working(all, len) < 2;
    uint64_t left = is_alone ? SPEED_ONE : (SPEED_ONE << 16) / (65536 + (uint64_t)p->overhead_q16);
    uint64_t weights = 0;
    for (size_t i = 0; i < len; i++) {
        all[i].speed_q32 = all[i].is_idle ? SPEED_ONE : 0; /* not served yet */
        weights += all[i].is_idle ? 0 : weight(&all[i]);
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

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Slowdowns in q32; with all the residents a node can have they stay far below 2^64. */
static void mps_speeds(const void *params, struct resident *all, size_t len)
{
    const struct mps_params *p = params;
    uint64_t duties = 0, demand = 0;
    for (size_t i = 0; i < len; i++) {
        if (all[i].is_idle)
            continue;
        duties += duty_q32(&all[i]);
        demand += (duty_q32(&all[i]) >> 16) * (width_q32(&all[i]) >> 16);
    }
    for (size_t i = 0; i < len; i++) {
        all[i].speed_q32 = SPEED_ONE;
        if (all[i].is_idle)
            continue;
        const uint64_t others = duties - duty_q32(&all[i]);
        uint64_t slowdown = SPEED_ONE + (others >> 16) * p->alpha_q16;
        slowdown = larger(slowdown, demand);
        slowdown = larger(slowdown, width_q32(&all[i]) * p->clients);
        all[i].speed_q32 = (uint64_t)(((uint128)SPEED_ONE << 32) / slowdown);
    }
}

const struct sharing_ops sharing_mps = {
    .name = "mps",
    .summary = "kernels of several tasks run side by side; memory and threads have limits",
    .speeds = mps_speeds,
};
