#include "results/timeline.h"

#include "results/job_dimension.h"
#include "results/own_text.h"

#include <stdlib.h>

struct timeline_step {
    int64_t to_ns;
    struct pool_areas pools[TIMELINE_POOLS + 1]; /* the last: all together */
    int128 waiting[TIMELINE_QUEUES + 1];
    int128 running;
};

struct queue_line {
    char *name;
    struct step_area waiting;
};

struct timeline {
    const struct simulation *sim; /* NULL: not being filled */
    int64_t start_ns;
    struct timeline_step *steps; /* TIMELINE_STEPS of them */
    size_t len;
    unsigned join;   /* so many samples make a step: a power of two */
    unsigned joined; /* of the newest step */
    struct pool_step *pool_steps;
    uint32_t pools_len; /* of the cluster */
    char *pool_names[TIMELINE_POOLS];
    uint32_t gpus[TIMELINE_POOLS + 1];
    size_t pools; /* known singly */
    struct queue_line queues[TIMELINE_QUEUES];
    size_t queues_len; /* all there were, also those beyond */
    struct step_area waiting, running;
};

struct timeline *timeline_new(void)
{
    struct timeline *t = calloc(1, sizeof *t);
    SIM_REQUIRE(t != NULL);
    t->steps = calloc(TIMELINE_STEPS, sizeof t->steps[0]);
    SIM_REQUIRE(t->steps != NULL);
    t->join = 1;
    return t;
}

void timeline_free(struct timeline *t)
{
    if (t == NULL)
        return;
    for (size_t p = 0; p < t->pools; p++)
        free(t->pool_names[p]);
    for (size_t q = 0; q < TIMELINE_QUEUES; q++)
        free(t->queues[q].name);
    free(t->pool_steps);
    free(t->steps);
    free(t);
}

/* --- filling --- */

void timeline_begin(struct timeline *t, const struct simulation *sim, int64_t start_ns)
{
    const struct cluster *c = simulation_cluster(sim);
    t->sim = sim;
    t->start_ns = start_ns;
    t->pools_len = c->pools_len;
    t->pool_steps = calloc((size_t)c->pools_len + 1, sizeof t->pool_steps[0]);
    SIM_REQUIRE(t->pool_steps != NULL);
    t->pools = c->pools_len <= TIMELINE_POOLS ? c->pools_len : 0;
    for (uint32_t p = 0; p < c->pools_len; p++) {
        t->gpus[TIMELINE_POOLS] += c->pools[p].gpus;
        if (p >= t->pools)
            continue;
        t->gpus[p] = c->pools[p].gpus;
        t->pool_names[p] = own_text(c->pools[p].name);
    }
}

static void add_areas(struct pool_areas *into, const struct pool_areas *from)
{
    for (unsigned s = 0; s < POOL_SHARES; s++)
        into->of[s] += from->of[s];
    into->active += from->active;
}

static void add_step(struct timeline_step *into, const struct timeline_step *from)
{
    for (size_t p = 0; p <= TIMELINE_POOLS; p++)
        add_areas(&into->pools[p], &from->pools[p]);
    for (size_t q = 0; q <= TIMELINE_QUEUES; q++)
        into->waiting[q] += from->waiting[q];
    into->running += from->running;
    into->to_ns = from->to_ns;
}

static void join_neighbours(struct timeline *t)
{
    for (size_t i = 0; i + 1 < t->len; i += 2) {
        struct timeline_step joined = t->steps[i];
        add_step(&joined, &t->steps[i + 1]);
        t->steps[i / 2] = joined;
    }
    t->len /= 2;
    t->join *= 2;
}

static void push_step(struct timeline *t, const struct timeline_step *step)
{
    if (t->joined > 0 && t->joined < t->join) {
        add_step(&t->steps[t->len - 1], step);
        t->joined++;
        return;
    }
    if (t->len == TIMELINE_STEPS)
        join_neighbours(t);
    t->steps[t->len++] = *step;
    t->joined = 1;
}

static void meet_queue(struct timeline *t, uint32_t queue)
{
    const uint32_t word = simulation_meter(t->sim)->queues[queue].queue_word;
    const char *name =
        word == INTERN_NONE ? GROUP_NONE : intern_text(simulation_names(t->sim)->words, word);
    if (queue < TIMELINE_QUEUES)
        t->queues[queue].name = own_text(name);
    t->queues_len++;
}

static void sample_queues(struct timeline *t, struct timeline_step *step, int64_t now_ns)
{
    const struct meter *m = simulation_meter(t->sim);
    while (t->queues_len < m->queues_len)
        meet_queue(t, (uint32_t)t->queues_len);
    for (size_t q = 0; q < t->queues_len && q < TIMELINE_QUEUES; q++)
        step->waiting[q] = step_area_take(&t->queues[q].waiting, &m->queues[q].waiting, now_ns);
    step->waiting[TIMELINE_QUEUES] = step_area_take(&t->waiting, &m->waiting, now_ns);
    step->running = step_area_take(&t->running, &m->running, now_ns);
}

void timeline_sample(struct timeline *t, int64_t now_ns)
{
    const struct cluster *c = simulation_cluster(t->sim);
    const int64_t from_ns = t->len == 0 ? t->start_ns : t->steps[t->len - 1].to_ns;
    if (now_ns == from_ns)
        return;
    struct timeline_step step = {.to_ns = now_ns};
    for (uint32_t p = 0; p < t->pools_len; p++) {
        const struct pool_areas a =
            pool_step_areas(&t->pool_steps[p], &simulation_meter(t->sim)->pools[p],
                            c->pools[p].gpus, now_ns, now_ns - from_ns);
        if (p < t->pools)
            step.pools[p] = a;
        add_areas(&step.pools[TIMELINE_POOLS], &a);
    }
    sample_queues(t, &step, now_ns);
    push_step(t, &step);
}

void timeline_cut(struct timeline *t, int64_t now_ns)
{
    const struct meter *m = simulation_meter(t->sim);
    for (uint32_t p = 0; p < t->pools_len; p++)
        pool_step_cut(&t->pool_steps[p], &m->pools[p], now_ns);
    for (size_t q = 0; q < m->queues_len && q < TIMELINE_QUEUES; q++)
        step_area_cut(&t->queues[q].waiting, &m->queues[q].waiting, now_ns);
    step_area_cut(&t->waiting, &m->waiting, now_ns);
    step_area_cut(&t->running, &m->running, now_ns);
}

void timeline_end(struct timeline *t)
{
    t->sim = NULL;
}

/* --- reading --- */

size_t timeline_len(const struct timeline *t)
{
    return t->len;
}

int64_t timeline_start_ns(const struct timeline *t)
{
    return t->start_ns;
}

int64_t timeline_from_ns(const struct timeline *t, size_t step)
{
    return step == 0 ? t->start_ns : t->steps[step - 1].to_ns;
}

int64_t timeline_to_ns(const struct timeline *t, size_t step)
{
    SIM_REQUIRE(step < t->len);
    return t->steps[step].to_ns;
}

size_t timeline_pools(const struct timeline *t)
{
    return t->pools;
}

const char *timeline_pool_name(const struct timeline *t, size_t pool)
{
    SIM_REQUIRE(pool < t->pools);
    return t->pool_names[pool];
}

static size_t pool_slot(const struct timeline *t, size_t pool)
{
    SIM_REQUIRE(pool == SIZE_MAX || pool < t->pools);
    return pool == SIZE_MAX ? TIMELINE_POOLS : pool;
}

double timeline_capacity_gpus(const struct timeline *t, size_t pool)
{
    return t->gpus[pool_slot(t, pool)];
}

static double lasted_ns(const struct timeline *t, size_t step)
{
    return (double)(timeline_to_ns(t, step) - timeline_from_ns(t, step));
}

static double gpus_of(const struct timeline *t, size_t step, int128 milli_ns)
{
    const double milli_per_gpu = 1000;
    return (double)milli_ns / lasted_ns(t, step) / milli_per_gpu;
}

double timeline_active_gpus(const struct timeline *t, size_t step, size_t pool)
{
    return gpus_of(t, step, t->steps[step].pools[pool_slot(t, pool)].active);
}

double timeline_gpus(const struct timeline *t, size_t step, size_t pool, enum pool_share share)
{
    return gpus_of(t, step, t->steps[step].pools[pool_slot(t, pool)].of[share]);
}

size_t timeline_queues(const struct timeline *t)
{
    return t->queues_len <= TIMELINE_QUEUES ? t->queues_len : 0;
}

const char *timeline_queue_name(const struct timeline *t, size_t queue)
{
    SIM_REQUIRE(queue < timeline_queues(t));
    return t->queues[queue].name;
}

double timeline_waiting(const struct timeline *t, size_t step, size_t queue)
{
    const size_t slot = queue == SIZE_MAX ? TIMELINE_QUEUES : queue;
    return (double)t->steps[step].waiting[slot] / lasted_ns(t, step);
}

double timeline_running(const struct timeline *t, size_t step)
{
    return (double)t->steps[step].running / lasted_ns(t, step);
}
