#include "results/metric_levels.h"

#include "results/job_dimension.h"
#include "results/own_text.h"
#include "sim/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MILLI_PER_GPU = 1000 };

static void *grown(void *list, size_t len, size_t bytes)
{
    list = realloc(list, (len + 1) * bytes);
    SIM_REQUIRE(list != NULL);
    memset((char *)list + len * bytes, 0, bytes);
    return list;
}

static struct level_sum sum_of(const struct time_average *t, int64_t now_ns)
{
    return (struct level_sum){time_average_area(t, now_ns), time_average_max(t, now_ns)};
}

static void add(struct level_sum *into, const struct level_sum *from)
{
    into->area += from->area;
    into->max = from->max > into->max ? from->max : into->max;
}

static int by_name(const void *a, const void *b)
{
    const struct queue_levels *x = a;
    const struct queue_levels *y = b;
    const bool x_last = strcmp(x->name, GROUP_NONE) == 0;
    const bool y_last = strcmp(y->name, GROUP_NONE) == 0;
    return x_last != y_last ? x_last - y_last : strcmp(x->name, y->name);
}

static struct queue_levels *append_queue(struct metric_levels *l, const char *name)
{
    l->queues = grown(l->queues, l->queues_len, sizeof l->queues[0]);
    l->queues[l->queues_len].name = own_text(name);
    return &l->queues[l->queues_len++];
}

static struct pool_levels *pool_named(struct metric_levels *l, const char *name)
{
    for (size_t i = 0; i < l->pools_len; i++)
        if (strcmp(l->pools[i].name, name) == 0)
            return &l->pools[i];
    l->pools = grown(l->pools, l->pools_len, sizeof l->pools[0]);
    l->pools[l->pools_len].name = own_text(name);
    return &l->pools[l->pools_len++];
}

static void add_queue(struct queue_levels *into, const struct queue_levels *from)
{
    add(&into->waiting, &from->waiting);
    add(&into->running, &from->running);
    add(&into->waiting_gpus, &from->waiting_gpus);
    add(&into->running_gpus, &from->running_gpus);
}

static void add_pool(struct pool_levels *into, const struct pool_levels *from)
{
    into->capacity += from->capacity;
    into->allocated += from->allocated;
    into->active += from->active;
    into->fragmented += from->fragmented;
    into->down += from->down;
}

static void sort_queues(struct metric_levels *l)
{
    if (l->queues_len > 1)
        qsort(l->queues, l->queues_len, sizeof l->queues[0], by_name);
}

static void read_queues(struct metric_levels *l, const struct simulation *sim, int64_t now_ns)
{
    const struct meter *m = simulation_meter(sim);
    for (uint32_t i = 0; i < m->queues_len; i++) {
        const struct queue_meter *q = &m->queues[i];
        const struct queue_levels levels = {
            .waiting = sum_of(&q->waiting, now_ns),
            .running = sum_of(&q->running, now_ns),
            .waiting_gpus = sum_of(&q->waiting_gpus, now_ns),
            .running_gpus = sum_of(&q->running_gpus, now_ns),
        };
        const char *name = q->queue_word == INTERN_NONE
                               ? GROUP_NONE
                               : intern_text(simulation_names(sim)->words, q->queue_word);
        add_queue(append_queue(l, name), &levels);
        add_queue(&l->all_queues, &levels);
    }
    sort_queues(l);
    l->all_queues.waiting = sum_of(&m->waiting, now_ns); /* with their own maxima */
    l->all_queues.running = sum_of(&m->running, now_ns);
}

static void read_pools(struct metric_levels *l, const struct simulation *sim, int64_t now_ns)
{
    const struct cluster *c = simulation_cluster(sim);
    for (uint32_t p = 0; p < c->pools_len; p++) {
        const struct pool_meter *m = &simulation_meter(sim)->pools[p];
        const struct pool_levels levels = {
            .capacity = (int128)c->pools[p].gpus * MILLI_PER_GPU * l->measured_ns,
            .allocated = time_average_area(&m->allocated, now_ns),
            .active = time_average_area(&m->active, now_ns),
            .fragmented = time_average_area(&m->fragmented, now_ns),
            .down = time_average_area(&m->down, now_ns),
        };
        add_pool(pool_named(l, c->pools[p].name), &levels);
        add_pool(&l->all_pools, &levels);
    }
}

void metric_levels_read(struct metric_levels *l, const struct simulation *sim, int64_t measured_ns)
{
    const int64_t now_ns = simulation_now_ns(sim);
    l->measured_ns = measured_ns;
    read_queues(l, sim, now_ns);
    read_pools(l, sim, now_ns);
    l->in_system = sum_of(&simulation_meter(sim)->in_system, now_ns);
}

void metric_levels_fini(struct metric_levels *l)
{
    for (size_t i = 0; i < l->queues_len; i++)
        free(l->queues[i].name);
    for (size_t i = 0; i < l->pools_len; i++)
        free(l->pools[i].name);
    free(l->queues);
    free(l->pools);
    *l = (struct metric_levels){0};
}

void metric_levels_merge(struct metric_levels *into, const struct metric_levels *from)
{
    into->measured_ns += from->measured_ns;
    add(&into->in_system, &from->in_system);
    add_queue(&into->all_queues, &from->all_queues);
    add_pool(&into->all_pools, &from->all_pools);
    const size_t sorted = into->queues_len;
    for (size_t i = 0; i < from->queues_len; i++) {
        struct queue_levels *q =
            sorted == 0 ? NULL
                        : bsearch(&from->queues[i], into->queues, sorted, sizeof *q, by_name);
        add_queue(q != NULL ? q : append_queue(into, from->queues[i].name), &from->queues[i]);
    }
    for (size_t i = 0; i < from->pools_len; i++)
        add_pool(pool_named(into, from->pools[i].name), &from->pools[i]);
    sort_queues(into);
}

/* --- values --- */

static double level_value(const struct level_sum *l, int128 measured_ns, double divisor,
                          enum statistic s)
{
    if (measured_ns == 0)
        return (double)NAN;
    return s == STAT_MAX ? (double)l->max : (double)l->area / (double)measured_ns / divisor;
}

static double share_value(const struct pool_levels *p, enum metric_id id)
{
    const int128 part = id == METRIC_UTILISATION     ? p->allocated
                        : id == METRIC_ACTIVITY      ? p->active
                        : id == METRIC_FRAGMENTATION ? p->fragmented
                                                     : p->down;
    return p->capacity == 0 ? (double)NAN : (double)part / (double)p->capacity;
}

double metric_levels_value(const struct metric_levels *l, enum metric_id id, size_t i,
                           enum statistic s)
{
    if (metric_get(id)->kind == METRIC_SHARE)
        return share_value(i == SIZE_MAX ? &l->all_pools : &l->pools[i], id);
    const struct queue_levels *q = i == SIZE_MAX ? &l->all_queues : &l->queues[i];
    const struct level_sum *level = id == METRIC_QUEUE_LENGTH   ? &q->waiting
                                    : id == METRIC_QUEUED_GPUS  ? &q->waiting_gpus
                                    : id == METRIC_RUNNING_JOBS ? &q->running
                                    : id == METRIC_RUNNING_GPUS ? &q->running_gpus
                                                                : &l->in_system;
    return level_value(level, l->measured_ns, metric_get(id)->divisor, s);
}
