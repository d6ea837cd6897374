#include "models/kubernetes/workload.h"
#include "models/names.h"
#include "policies/annotation_map/annotation_map.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void map_book_init(struct annotation_map *m, const struct policy_env *env)
{
    m->cluster = env->cluster;
    m->names = env->names_view;
    m->requests = env->requests;
    m->arena = env->arena;
    m->start_ns = env->start_ns;
    m->texts = intern_new();
    m->pool_names = intern_new();
    pool_init(&m->pools, sizeof(struct index_pool));
    map_maker_init(&m->maker, env->cluster);
}

void map_book_fini(struct annotation_map *m)
{
    for (uint32_t id = 0; id < m->pools.cap; id++)
        if (pool_has(&m->pools, id))
            bitset_fini(&((struct index_pool *)pool_at(&m->pools, id))->free);
    for (size_t j = 0; j < m->jobs_cap; j++)
        map_places_fini(&m->jobs[j].made);
    intern_free(m->texts);
    intern_free(m->pool_names);
    id_map_fini(&m->pool_of);
    pool_fini(&m->pools);
    map_maker_fini(&m->maker);
    free(m->known);
    free(m->jobs);
}

/* --- maps that are brought --- */

/* Numbers as str() writes them. */
static bool is_less(const char *a, const char *b)
{
    const bool a_negative = a[0] == '-', b_negative = b[0] == '-';
    if (a_negative != b_negative)
        return a_negative;
    const size_t a_len = strlen(a), b_len = strlen(b);
    const bool is_nearer_0 = a_len != b_len ? a_len < b_len : strcmp(a, b) < 0;
    return is_nearer_0 != a_negative && strcmp(a, b) != 0;
}

static int compare_indexes(const void *a, const void *b)
{
    const struct gpu_map_entry *const *left = a, *const *right = b;
    return is_less((*right)->index, (*left)->index) - is_less((*left)->index, (*right)->index);
}

static uint32_t *sort_by_number(struct arena *arena, const struct gpu_map *map)
{
    const struct gpu_map_entry **sorted = arena_alloc(arena, (map->len + 1) * sizeof sorted[0]);
    uint32_t *order = arena_alloc(arena, (map->len + 1) * sizeof order[0]);
    for (uint32_t i = 0; i < map->len; i++)
        sorted[i] = &map->entries[i];
    qsort(sorted, map->len, sizeof sorted[0], compare_indexes);
    for (uint32_t i = 0; i < map->len; i++)
        order[i] = (uint32_t)(sorted[i] - map->entries);
    return order;
}

static const struct known_map *learn_map(struct annotation_map *m, const char *text, uint32_t *id)
{
    const size_t len = intern_len(m->texts);
    *id = intern_add(m->texts, text);
    if (*id < len)
        return m->known[*id];
    if (*id >= m->known_cap) {
        m->known_cap = m->known_cap == 0 ? 16 : 2 * m->known_cap;
        m->known = realloc(m->known, m->known_cap * sizeof m->known[0]);
        SIM_REQUIRE(m->known != NULL);
    }
    struct known_map *known = arena_alloc(m->arena, sizeof *known);
    known->map = gpu_map_parse(m->arena, text, m->mode == MAP_POD_INDEX);
    known->by_number = sort_by_number(m->arena, &known->map);
    return m->known[*id] = known;
}

/* --- indexes --- */

static struct index_pool *pool_of(const struct annotation_map *m, uint32_t id)
{
    return pool_at(&m->pools, id);
}

static uint32_t new_pool(struct annotation_map *m, size_t indexes)
{
    const uint32_t id = pool_take(&m->pools);
    const uint32_t len = indexes < BITSET_MOST ? (uint32_t)indexes : BITSET_MOST;
    bitset_init(&pool_of(m, id)->free, len);
    for (uint32_t i = 0; i < len; i++)
        bitset_set(&pool_of(m, id)->free, i);
    return id;
}

/* The pool of the map in the job's namespace. */
static uint32_t shared_pool(struct annotation_map *m, const struct job *job, uint32_t map)
{
    char name[32];
    snprintf(name, sizeof name, "%" PRIu32 " %" PRIu32, job->extra->namespace_word, map);
    const uint32_t id = intern_add(m->pool_names, name);
    if (*id_map_at(&m->pool_of, id) == 0)
        *id_map_at(&m->pool_of, id) = new_pool(m, m->known[map]->map.len) + 1;
    return *id_map_at(&m->pool_of, id) - 1;
}

bool map_take_index(struct annotation_map *m, const struct map_job *job, uint32_t group,
                    uint32_t *rank)
{
    struct bitset *free = &pool_of(m, job->pool)->free;
    uint32_t i = bitset_next(free, 0);
    while (i != BITSET_NONE && job->is_made && job->made.items[i].group != group)
        i = bitset_next(free, i + 1);
    if (i == BITSET_NONE)
        return false;
    bitset_clear(free, i);
    *rank = i;
    return true;
}

void map_return_index(struct annotation_map *m, uint32_t job, struct map_place *place)
{
    if (place->rank == MAP_NO_RANK)
        return;
    bitset_set(&pool_of(m, m->jobs[job].pool)->free, place->rank);
    place->rank = MAP_NO_RANK;
}

/* --- maps that are made --- */

static const struct request *request_of(const struct annotation_map *m, const struct job *job,
                                        uint32_t group)
{
    return request_get(m->requests, job->groups[group].request);
}

/* Tasks of a gang without devices of their own on one node are one place. */
static bool joins(const struct map_places *made, const struct map_place *p, bool is_gang)
{
    if (!is_gang || made->len == 0)
        return false;
    struct map_place *last = &made->items[made->len - 1];
    if (last->group != p->group || last->node != p->node || last->gpus != 0 || p->gpus != 0)
        return false;
    last->count++;
    return true;
}

static bool make_group(struct annotation_map *m, const struct job *job, struct map_job *j,
                       uint32_t group)
{
    struct map_place p = {.group = group, .rank = MAP_NO_RANK, .why = MAP_PLACED};
    for (uint32_t i = 0; i < job->groups[group].count; i++) {
        if (!map_maker_place(&m->maker, request_of(m, job, group), job->is_gang, &p))
            return false;
        if (!joins(&j->made, &p, job->is_gang))
            map_places_add(&j->made, &p);
    }
    return true;
}

static void forget_made(struct annotation_map *m, const struct job *job, struct map_job *j)
{
    for (size_t i = 0; i < j->made.len; i++)
        map_maker_forget(&m->maker, request_of(m, job, j->made.items[i].group), &j->made.items[i]);
    map_places_fini(&j->made);
}

/* All of it, or nothing. */
static void make_map(struct annotation_map *m, const struct job *job, struct map_job *j)
{
    bool ok = true;
    for (uint32_t g = 0; g < job->groups_len && ok; g++)
        ok = make_group(m, job, j, g);
    map_maker_end(&m->maker, &j->made);
    if (!ok)
        forget_made(m, job, j);
    j->is_made = true;
    if (!job->is_gang)
        j->pool = new_pool(m, j->made.len);
}

/* --- jobs --- */

static struct map_job *job_at(struct annotation_map *m, uint32_t id)
{
    const size_t old = m->jobs_cap;
    if (id >= old) {
        while (m->jobs_cap <= id)
            m->jobs_cap = m->jobs_cap == 0 ? 64 : 2 * m->jobs_cap;
        m->jobs = realloc(m->jobs, m->jobs_cap * sizeof m->jobs[0]);
        SIM_REQUIRE(m->jobs != NULL);
        memset(m->jobs + old, 0, (m->jobs_cap - old) * sizeof m->jobs[0]);
    }
    return &m->jobs[id];
}

/* A job from no manifest is ours, and so is one whose manifest names no scheduler at all. */
static bool is_ours(const struct annotation_map *m, const struct job *job)
{
    const struct workload *w = job->extra->workload;
    return w == NULL || w->sets_len == 0 || w->sets[0].template.scheduler == NULL ||
           strcmp(w->sets[0].template.scheduler, m->scheduler_name) == 0;
}

void map_open_job(struct annotation_map *m, const struct job *job)
{
    struct map_job *j = job_at(m, job->id);
    *j = (struct map_job){.pool = POOL_END};
    if (job->extra->map == NULL) {
        if (m->generate != GENERATE_NONE)
            make_map(m, job, j);
        return;
    }
    uint32_t map;
    j->known = learn_map(m, job->extra->map, &map);
    j->is_passed_over = !is_ours(m, job);
    if (m->mode == MAP_DYNAMIC)
        j->pool = shared_pool(m, job, map);
}

void map_close_job(struct annotation_map *m, const struct job *job)
{
    struct map_job *j = job_at(m, job->id);
    forget_made(m, job, j);
    if (j->is_made && j->pool != POOL_END) {
        bitset_fini(&pool_of(m, j->pool)->free);
        pool_give(&m->pools, j->pool);
    }
    *j = (struct map_job){.pool = POOL_END};
}
