/* A flat machine is one on which free units are all that matters: every task asks for the same, or
 * there is one node and one resource. That is so until a job comes that is different, and while all
 * nodes are ready. */
#include "policies/baseline/easy.h"

#include "models/names.h"
#include "sim/check.h"
#include "sim/intern.h"

#include <stdlib.h>

enum { MOST_UNITS = UINT32_MAX - 1 };

/* --- lists --- */

void easy_list_add(struct easy_list *l, uint32_t id)
{
    if (l->len == l->cap) {
        l->cap = l->cap == 0 ? 64 : 2 * l->cap;
        l->ids = realloc(l->ids, l->cap * sizeof l->ids[0]);
        SIM_REQUIRE(l->ids != NULL);
    }
    l->ids[l->len++] = id;
}

void easy_lists_fini(struct easy *e)
{
    free(e->came.ids);
    free(e->ended.ids);
    free(e->overdue.ids);
    free(e->untold.ids);
    free(e->kept.ids);
}

/* --- the queue --- */

void easy_join_queue(struct easy *e, struct easy_job *j)
{
    backlog_push(&e->backlog, j->id, j->size, j->prediction.run_ns);
    if (e->order == EASY_SJBF)
        order_tree_insert(&e->by_length, &(struct order_entry){.key = j->prediction.run_ns,
                                                               .tie = j->rank,
                                                               .size = j->size,
                                                               .item = j->id});
}

void easy_leave_queue(struct easy *e, struct easy_job *j)
{
    backlog_remove(&e->backlog, j->id);
    if (e->order == EASY_SJBF)
        order_tree_remove(&e->by_length, j->prediction.run_ns, j->rank);
    if (j->is_told && e->is_flat)
        size_waits_drop(&e->waits, j->size);
    j->is_told = false;
    j->kept_at = 0;
}

/* --- sizes --- */

static uint32_t clip(uint64_t units)
{
    return units < MOST_UNITS ? (uint32_t)units : MOST_UNITS;
}

/* Tasks of a group, or the pod: the request and how many. */
struct demand {
    uint32_t request, count;
};

static uint32_t demands_len(const struct acts *a, uint32_t work)
{
    return work_is_pod(work) ? 1 : work_job(a, work)->groups_len;
}

static struct demand demand(const struct acts *a, uint32_t work, uint32_t g)
{
    if (work_is_pod(work))
        return (struct demand){work_request(a, work), 1};
    const struct group *group = &work_job(a, work)->groups[g];
    return (struct demand){group->request, group->count};
}

/* Units of a flat machine; false if the request does not belong there. */
static bool units_of(const struct easy *e, struct demand d, uint64_t *units)
{
    const struct request *r = request_get(e->requests, d.request);
    if (e->flat_request != REQUEST_NONE) {
        *units += d.count;
        return d.request == e->flat_request;
    }
    if (r->amounts_len != 1 || r->amounts[0].resource != e->flat_resource)
        return false;
    const uint64_t value = (uint64_t)r->amounts[0].value;
    *units += value < MOST_UNITS ? value * d.count : MOST_UNITS;
    return true;
}

static bool flat_size(const struct easy *e, const struct acts *a, uint32_t work, uint32_t *size)
{
    uint64_t units = 0;
    for (uint32_t g = 0; g < demands_len(a, work); g++)
        if (!units_of(e, demand(a, work, g), &units))
            return false;
    *size = clip(units);
    return true;
}

static uint32_t size_in_gpus(const struct easy *e, const struct acts *a, uint32_t work)
{
    if (work_is_pod(work))
        return request_get(e->requests, work_request(a, work))->gpus;
    return clip(work_job(a, work)->gpus);
}

static void set_size(const struct easy *e, const struct acts *a, struct easy_job *j)
{
    if (!e->is_flat || !flat_size(e, a, j->work, &j->size))
        j->size = size_in_gpus(e, a, j->work);
}

/* --- the machine --- */

static int64_t gpus_of(const struct policy_env *env)
{
    int64_t gpus = 0;
    for (uint32_t r = 0; r < env->cluster->resources_len; r++)
        for (uint32_t n = 0; n < env->cluster->nodes_len &&
                             resource_is_gpu(intern_text(env->names_view->resources, r));
             n++)
            gpus += cluster_capacity_of(env->cluster, n, r);
    return gpus;
}

void easy_machine_init(struct easy *e, const struct policy_env *env)
{
    e->cluster = env->cluster;
    e->requests = env->requests;
    e->gpus = gpus_of(env);
    e->flat_request = REQUEST_NONE;
    e->flat_resource = UINT32_MAX;
    e->is_uniform = true;
    e->nodes_changed = true;
    easy_nodes_init(&e->nodes, env->cluster);
}

/* The first job says what is uniform. */
static void take_as_measure(struct easy *e, struct demand first)
{
    const struct request *r = request_get(e->requests, first.request);
    if (e->cluster->nodes_len == 1 && r->amounts_len == 1)
        e->flat_resource = r->amounts[0].resource;
    else
        e->flat_request = first.request;
}

static bool has_measure(const struct easy *e)
{
    return e->flat_request != REQUEST_NONE || e->flat_resource != UINT32_MAX;
}

static int64_t flat_capacity(const struct easy *e)
{
    if (e->flat_request == REQUEST_NONE)
        return cluster_capacity_of(e->cluster, 0, e->flat_resource);
    int64_t units = 0;
    for (uint32_t n = 0; n < e->cluster->nodes_len && units <= MOST_UNITS; n++) {
        const struct request *r = request_get(e->requests, e->flat_request);
        const int64_t fits = cluster_could_fit(e->cluster, n, r);
        units += fits < MOST_UNITS ? fits : MOST_UNITS;
    }
    return units;
}

static bool is_full_strength(const struct easy *e)
{
    for (uint32_t n = 0; n < e->cluster->nodes_len; n++)
        if (e->cluster->nodes[n].state != NODE_READY)
            return false;
    return true;
}

struct sizing {
    struct easy *e;
    const struct acts *a;
    struct order_tree ends;
};

static bool size_running(void *context, const struct order_entry *entry)
{
    struct sizing *s = context;
    struct easy_job *j = easy_job(s->e, entry->item);
    if (j->state == EASY_RUNNING)
        set_size(s->e, s->a, j);
    struct order_entry sized = *entry;
    sized.size = j->size;
    s->e->running += j->size;
    order_tree_insert(&s->ends, &sized);
    return true;
}

/* Units have another meaning: everything is measured anew. */
static void measure_again(struct easy *e, const struct acts *a)
{
    struct sizing s = {.e = e, .a = a};
    e->running = 0;
    order_tree_walk(&e->ends, size_running, &s);
    order_tree_fini(&e->ends);
    e->ends = s.ends;
    struct backlog old = e->backlog;
    e->backlog = (struct backlog){0};
    order_tree_fini(&e->by_length);
    const struct backlog_probe all = {MOST_UNITS, INT64_MAX, MOST_UNITS};
    uint32_t cursor = 0, id;
    while ((id = backlog_find(&old, &cursor, &all)) != BACKLOG_NONE) {
        struct easy_job *j = easy_job(e, id);
        set_size(e, a, j);
        j->is_told = false;
        j->kept_at = 0;
        easy_join_queue(e, j);
        easy_list_add(&e->untold, id);
    }
    backlog_fini(&old);
    size_waits_fini(&e->waits);
    e->kept.len = 0;
}

static void set_flat(struct easy *e, const struct acts *a, bool is_flat)
{
    const bool was_flat = e->is_flat;
    e->is_flat = is_flat && has_measure(e);
    e->capacity = e->is_flat ? flat_capacity(e) : e->gpus;
    e->is_planned = false;
    if (e->is_flat != was_flat)
        measure_again(e, a);
}

void easy_look_at_nodes(struct easy *e, struct acts *a)
{
    e->is_full_strength = is_full_strength(e);
    set_flat(e, a, e->is_uniform && e->is_full_strength);
}

bool easy_measure(struct easy *e, struct acts *a, struct easy_job *j)
{
    if (!has_measure(e)) {
        take_as_measure(e, demand(a, j->work, 0));
        e->is_uniform = flat_capacity(e) <= MOST_UNITS;
        set_flat(e, a, e->is_uniform && e->is_full_strength);
    }
    if (e->is_uniform && !flat_size(e, a, j->work, &j->size)) {
        if (e->protocol == EASY_PUBLISHED) {
            act_refuse(a, j->job, "protocol published: it asks for something else than the others");
            return false;
        }
        e->is_uniform = false;
        set_flat(e, a, false);
    }
    set_size(e, a, j);
    return true;
}

/* --- why they wait --- */

static void tell_new(struct easy *e, struct acts *a)
{
    for (size_t i = 0; i < e->untold.len; i++) {
        const uint32_t id = e->untold.ids[i];
        if (!pool_has(&e->jobs, id))
            continue;
        struct easy_job *j = easy_job(e, id);
        if (j->state != EASY_WAITING || j->is_told)
            continue;
        j->is_told = true;
        if (e->is_flat)
            size_waits_add(&e->waits, a, j->job, j->size);
        else
            act_wait(a, j->job, EASY_NO_ROOM);
    }
    e->untold.len = 0;
}

/* Those that the last pass has found kept back, and those it has not any more. */
static void tell_kept(struct easy *e, struct acts *a)
{
    size_t left = 0;
    for (size_t i = 0; i < e->kept.len; i++) {
        const uint32_t id = e->kept.ids[i];
        if (!pool_has(&e->jobs, id) || easy_job(e, id)->kept_at == 0)
            continue;
        struct easy_job *j = easy_job(e, id);
        const bool is_kept = j->kept_at == e->passes;
        act_wait(a, j->job, is_kept ? EASY_RESERVED : EASY_NO_ROOM);
        if (is_kept)
            e->kept.ids[left++] = id;
        else
            j->kept_at = 0;
    }
    e->kept.len = left;
}

void easy_tell_waits(struct easy *e, struct acts *a)
{
    if (!e->has_buckets)
        act_bucket(a, EASY_RESERVED, EASY_RESERVED, NULL);
    e->has_buckets = true;
    if (e->is_flat)
        size_waits_set_free(&e->waits, a, e->capacity - e->running);
    tell_new(e, a);
    if (!e->is_flat)
        tell_kept(e, a);
}
