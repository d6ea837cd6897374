#include "policies/slurm/slurm_shape.h"

#include "policies/slurm/node_set.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/hash.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 64 };

struct slurm_shapes {
    const struct slurm_site *site;
    struct arena *arena;
    struct slurm_shape **shapes;
    size_t len, cap;
    uint32_t *slots; /* open addressing by the request's bytes; shape + 1, 0: empty */
    size_t slots_len;
};

struct slurm_shapes *slurm_shapes_new(const struct slurm_site *site)
{
    struct slurm_shapes *t = calloc(1, sizeof *t);
    SIM_REQUIRE(t != NULL);
    t->site = site;
    t->arena = arena_new();
    t->slots_len = FIRST_SLOTS;
    t->slots = calloc(t->slots_len, sizeof t->slots[0]);
    SIM_REQUIRE(t->slots != NULL);
    return t;
}

void slurm_shapes_free(struct slurm_shapes *t)
{
    if (t == NULL)
        return;
    arena_free(t->arena);
    free(t->shapes);
    free(t->slots);
    free(t);
}

struct slurm_shape *slurm_shape_get(const struct slurm_shapes *t, uint32_t id)
{
    SIM_REQUIRE(id < t->len);
    return t->shapes[id];
}

size_t slurm_shapes_len(const struct slurm_shapes *t)
{
    return t->len;
}

/* --- what follows from a request --- */

static uint64_t devices_of(const struct slurm_layout *l, uint64_t types)
{
    uint64_t devices = 0;
    for (uint32_t d = 0; d < l->devices_len; d++)
        if (types & slurm_type_bit(l->type_of[d] == UINT8_MAX ? UINT32_MAX : l->type_of[d]))
            devices |= UINT64_C(1) << d;
    return devices;
}

uint8_t slurm_shape_counted(const struct slurm_layout *l, const struct gres_want *w)
{
    for (uint8_t i = 0; i < l->counted_len; i++) {
        const struct slurm_counted *c = &l->counted[i];
        if (c->kind == w->kind && c->name == w->name && w->types & slurm_type_bit(c->type))
            return i;
    }
    return UINT8_MAX;
}

static void match_layouts(const struct slurm_shapes *t, struct slurm_shape *s)
{
    const uint32_t len = t->site->layouts_len;
    uint64_t *matching = arena_alloc(t->arena, (len + 1) * sizeof matching[0]);
    uint8_t *counted = arena_alloc(t->arena, len + 1);
    for (uint32_t i = 0; i < len && s->gpu != NULL; i++) {
        matching[i] = devices_of(t->site->layouts[i], s->gpu->types);
        counted[i] = slurm_shape_counted(t->site->layouts[i], s->gpu);
    }
    s->matching = matching;
    s->counted_gpu = counted;
}

/* GPUs of the whole job, 0 if their number depends on the nodes. */
static int64_t gpus_of_job(const struct slurm_shape *s)
{
    if (s->gpu == NULL || s->gpu->scope == WANT_PER_NODE)
        return 0;
    const int64_t tasks = s->r.tasks == 0 ? 1 : s->r.tasks;
    return s->gpu->scope == WANT_PER_TASK ? s->gpu->count * tasks : s->gpu->count;
}

static void count_nodes(struct slurm_shape *s)
{
    const struct slurm_request *r = &s->r;
    s->min_nodes = r->min_nodes == 0 ? 1 : r->min_nodes;
    s->max_nodes = r->max_nodes;
    if (r->max_nodes == 0)
        s->max_nodes = r->tasks > 0 ? r->tasks : SLURM_MOST_NODES_OF_JOB;
    if (r->most_nodes > 0 && s->max_nodes > r->most_nodes)
        s->max_nodes = r->most_nodes;
    if (s->max_nodes < s->min_nodes)
        s->max_nodes = s->min_nodes;
    s->req_nodes = r->max_nodes > s->min_nodes ? r->max_nodes : s->min_nodes;
    const bool is_spread_by_gpus = s->gpu != NULL && s->gpu->scope != WANT_PER_NODE;
    s->wanted_nodes = is_spread_by_gpus ? s->min_nodes : s->req_nodes;
    s->is_one_node = s->max_nodes == 1;
    s->has_one_task_per_node = r->tasks > 0 && r->tasks == s->min_nodes && r->tasks == s->max_nodes;
    /* Selection itself never takes more nodes than tasks. */
    if (r->tasks > 0 && s->max_nodes > r->tasks)
        s->max_nodes = r->tasks > s->min_nodes ? r->tasks : s->min_nodes;
}

static void derive(const struct slurm_shapes *t, struct slurm_shape *s)
{
    for (uint32_t i = 0; i < s->r.wants_len; i++) {
        const struct gres_want *w = &s->r.wants[i];
        if (w->kind == GRES_GPU)
            s->gpu = w;
        else if (w->kind == GRES_SHARD || w->kind == GRES_MPS)
            s->share = w;
    }
    count_nodes(s);
    const uint32_t tasks = s->r.tasks == 0 ? 1 : s->r.tasks;
    s->min_cpus = tasks * s->r.cpus_per_task;
    if (s->gpu != NULL) {
        const int64_t of_job = gpus_of_job(s);
        const int64_t coarse = s->gpu->scope == WANT_PER_JOB ? 1 : s->gpu->count;
        s->near_wanted = of_job > 0 ? of_job : s->gpu->count;
        s->may_be_rejected = s->is_one_node && (of_job > coarse || s->r.enforces_binding);
    }
    match_layouts(t, s);
}

/* --- the table --- */

/* The same request with every byte defined, so that bytes can be compared. */
static void normalise(struct slurm_request *out, const struct slurm_request *r)
{
    memset(out, 0, sizeof *out);
    out->min_nodes = r->min_nodes;
    out->max_nodes = r->max_nodes;
    out->most_nodes = r->most_nodes;
    out->tasks = r->tasks;
    out->cpus_per_task = r->cpus_per_task == 0 ? 1 : r->cpus_per_task;
    out->mem_per_task_mb = r->mem_per_task_mb;
    out->mem_per_node_mb = r->mem_per_node_mb;
    out->takes_all_memory = r->takes_all_memory;
    out->mem_per_gpu_mb = r->mem_per_gpu_mb;
    out->is_exclusive = r->is_exclusive;
    out->is_contiguous = r->is_contiguous;
    out->enforces_binding = r->enforces_binding;
    out->is_lln = r->is_lln;
    for (uint32_t i = 0; i < r->wants_len; i++) {
        if (r->wants[i].count == 0)
            continue;
        struct gres_want *w = &out->wants[out->wants_len++];
        w->kind = r->wants[i].kind;
        w->scope = r->wants[i].scope;
        w->name = r->wants[i].name;
        w->types = r->wants[i].types;
        w->count = r->wants[i].count;
    }
}

static size_t find_slot(const struct slurm_shapes *t, const struct slurm_request *r)
{
    size_t i = hash_bytes(r, sizeof *r) % t->slots_len;
    while (t->slots[i] != 0 && memcmp(&t->shapes[t->slots[i] - 1]->r, r, sizeof *r) != 0)
        i = (i + 1) % t->slots_len;
    return i;
}

static void grow_slots(struct slurm_shapes *t)
{
    free(t->slots);
    t->slots_len *= 2;
    t->slots = calloc(t->slots_len, sizeof t->slots[0]);
    SIM_REQUIRE(t->slots != NULL);
    for (uint32_t i = 0; i < t->len; i++)
        t->slots[find_slot(t, &t->shapes[i]->r)] = i + 1;
}

static struct slurm_shape *new_shape(struct slurm_shapes *t, const struct slurm_request *r)
{
    if (t->len == t->cap) {
        t->cap = t->cap == 0 ? FIRST_SLOTS : 2 * t->cap;
        t->shapes = realloc(t->shapes, t->cap * sizeof t->shapes[0]);
        SIM_REQUIRE(t->shapes != NULL);
    }
    struct slurm_shape *s = arena_alloc(t->arena, sizeof *s);
    memcpy(&s->r, r, sizeof *r);
    s->id = (uint32_t)t->len;
    s->fits = arena_alloc(t->arena, (t->site->words + 1) * sizeof s->fits[0]);
    derive(t, s);
    t->shapes[t->len++] = s;
    return s;
}

uint32_t slurm_shape_add(struct slurm_shapes *t, const struct slurm_request *request)
{
    SIM_REQUIRE(request->wants_len <= SLURM_MOST_WANTS);
    struct slurm_request r;
    normalise(&r, request);
    const size_t slot = find_slot(t, &r);
    if (t->slots[slot] != 0)
        return t->slots[slot] - 1;
    const uint32_t id = new_shape(t, &r)->id;
    t->slots[slot] = id + 1;
    if (4 * t->len > 3 * t->slots_len)
        grow_slots(t);
    return id;
}
