#include "results/gpu_residents.h"

#include "results/placement.h"
#include "sim/check.h"

#include <stdlib.h>

void gpu_residents_init(struct gpu_residents *r, const struct cluster *c)
{
    *r = (struct gpu_residents){.cluster = c, .len = c->gpus_len};
    r->gpus = calloc((size_t)c->gpus_len + 1, sizeof r->gpus[0]);
    SIM_REQUIRE(r->gpus != NULL);
    for (uint32_t g = 0; g < r->len; g++)
        r->gpus[g] = (struct gpu_resident){.has_changed = true, .shown_ns = TIME_NEVER};
}

void gpu_residents_fini(struct gpu_residents *r)
{
    for (uint32_t g = 0; g < r->len; g++)
        free(r->gpus[g].tasks);
    free(r->gpus);
    *r = (struct gpu_residents){0};
}

static void enter(struct gpu_resident *g, uint32_t task, int64_t now_ns)
{
    if (g->len == g->cap) {
        g->cap = g->cap == 0 ? 2 : 2 * g->cap;
        g->tasks = realloc(g->tasks, g->cap * sizeof g->tasks[0]);
        SIM_REQUIRE(g->tasks != NULL);
    }
    if (g->len == 0)
        g->since_ns = now_ns;
    g->tasks[g->len++] = task;
    g->has_changed = true;
}

static void leave(struct gpu_resident *g, uint32_t task, int64_t now_ns)
{
    uint32_t i = 0;
    while (i < g->len && g->tasks[i] != task)
        i++;
    SIM_REQUIRE_AT(now_ns, i < g->len);
    for (g->len--; i < g->len; i++)
        g->tasks[i] = g->tasks[i + 1];
    if (g->len == 0)
        g->held_ns += now_ns - g->since_ns;
    g->has_changed = true;
}

static void change_node(struct gpu_residents *r, const struct node *n)
{
    for (uint32_t i = 0; n->classes_len > 0 && i < n->gpus; i++)
        r->gpus[n->first_gpu + i].has_changed = true;
}

void gpu_residents_happened(struct gpu_residents *r, const struct sim_event *e)
{
    if (e->kind == SIM_NODE)
        change_node(r, &r->cluster->nodes[e->node]);
    if ((e->kind != SIM_BOUND && e->kind != SIM_RELEASED) || e->node == NODE_NONE ||
        r->cluster->nodes[e->node].classes_len == 0)
        return;
    const uint32_t first = r->cluster->nodes[e->node].first_gpu;
    for (uint64_t mask = placement_gpu_mask(r->cluster, e->task); mask != 0; mask &= mask - 1) {
        struct gpu_resident *g = &r->gpus[first + (uint32_t)__builtin_ctzll(mask)];
        if (e->kind == SIM_BOUND)
            enter(g, e->task->id, e->at_ns);
        else
            leave(g, e->task->id, e->at_ns);
    }
}

int64_t gpu_residents_held_ns(const struct gpu_residents *r, uint32_t gpu, int64_t now_ns)
{
    const struct gpu_resident *g = &r->gpus[gpu];
    return g->held_ns + (g->len > 0 ? now_ns - g->since_ns : 0);
}
