#include "results/gpu_view.h"

#include "models/gpu_model.h"
#include "models/simulation.h"

#include <stdio.h>
#include <string.h>

enum { MIB_SHIFT = 20 };

/* --- what a GPU is cut into --- */

static bool exists(const struct gpu_cells *c, const struct node *n, const struct device_class *k,
                   const struct device_unit *u)
{
    return k->kind != DEVICE_DYNAMIC ||
           mig_at(&c->cluster->gpus[n->first_gpu + u->gpu].layout, u->slice_start) == k->profile;
}

void gpu_view_cuts(const struct gpu_cells *c, uint32_t node, struct gpu_cut *out)
{
    const struct node *n = &c->cluster->nodes[node];
    memset(out, 0, n->gpus * sizeof out[0]);
    if (!gpu_cells_is_cut(c, node))
        return;
    for (uint32_t k = 0; k < n->classes_len; k++)
        for (uint32_t i = 0; i < n->classes[k].units_len; i++) {
            const struct device_unit *u = &n->classes[k].units[i];
            if (u->profile != NULL && exists(c, n, &n->classes[k], u))
                out[u->gpu].at[u->slice_start] = u;
        }
}

/* --- memory --- */

static bool has_processes(const struct task *t)
{
    return t->is_ready && t->state != TASK_BACKOFF;
}

/* Bytes that those on a cell use, at most all there are; UINT64_MAX: unknown. */
static uint64_t used_bytes(const struct gpu_cells *c, const struct gpu_cell *cell, uint64_t all)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < cell->len; i++) {
        const struct gpu_part *p = &cell->parts[i];
        if (!has_processes(simulation_task(c->sim, p->task)))
            continue;
        if (p->memory_bytes == 0)
            return UINT64_MAX;
        sum += p->memory_bytes;
    }
    return all != 0 && sum > all ? all : sum;
}

static void set_memory(struct gpu_view *v, uint64_t used, uint64_t all)
{
    v->used_mib = used == UINT64_MAX ? VIEW_UNKNOWN : (int64_t)(used >> MIB_SHIFT);
    v->free_mib =
        used == UINT64_MAX || all == 0 ? VIEW_UNKNOWN : (int64_t)(all >> MIB_SHIFT) - v->used_mib;
}

static uint64_t used_by_instances(const struct gpu_cells *c, uint32_t node, uint32_t gpu,
                                  const struct gpu_cut *cut)
{
    uint64_t sum = 0;
    for (unsigned s = 0; s < MIG_MOST_SLICES; s++) {
        if (cut->at[s] == NULL)
            continue;
        const uint64_t used =
            used_bytes(c, gpu_cells_instance(c, node, gpu, s), cut->at[s]->memory_bytes);
        if (used == UINT64_MAX)
            return UINT64_MAX;
        sum += used;
    }
    return sum;
}

/* --- the whole --- */

int64_t gpu_view_busy_e4(const struct gpu_cells *c, const struct gpu_cell *cell)
{
    const uint64_t busy_q32 = gpu_cells_busy_q32(c, cell, simulation_now_ns(c->sim));
    return (int64_t)((busy_q32 * VIEW_WHOLE + (UINT64_C(1) << 31)) >> 32);
}

/* idle + (busy - idle) x share of time busy. */
static int64_t power_mw(const struct gpu_model *m, int64_t busy_e4)
{
    if (m == NULL || m->idle_w <= 0 || m->busy_w <= 0)
        return VIEW_UNKNOWN;
    const int64_t idle_mw = (int64_t)(m->idle_w * 1000 + 0.5);
    const int64_t busy_mw = (int64_t)(m->busy_w * 1000 + 0.5);
    return idle_mw + (busy_mw - idle_mw) * busy_e4 / VIEW_WHOLE;
}

static struct gpu_view begin(const struct gpu_cells *c, uint32_t node, uint32_t gpu,
                             const struct gpu_cell *cell)
{
    const struct node *n = &c->cluster->nodes[node];
    return (struct gpu_view){
        .node = n,
        .model = n->gpu_kind == KIND_NONE ? NULL : c->cluster->kinds[n->gpu_kind],
        .gpu = gpu,
        .cell = cell,
        .is_there = n->state != NODE_DOWN && n->state != NODE_BOOTING,
        .busy_e4 = gpu_view_busy_e4(c, cell),
        .power_mw = VIEW_UNKNOWN,
    };
}

struct gpu_view gpu_view_gpu(const struct gpu_cells *c, uint32_t node, uint32_t gpu,
                             const struct gpu_cut *cut)
{
    struct gpu_view v = begin(c, node, gpu, gpu_cells_gpu(c, node, gpu));
    for (unsigned s = 0; s < MIG_MOST_SLICES; s++)
        v.is_cut |= cut->at[s] != NULL;
    const uint64_t all = v.model == NULL ? 0 : (uint64_t)v.model->memory_bytes;
    set_memory(&v, v.is_cut ? used_by_instances(c, node, gpu, cut) : used_bytes(c, v.cell, all),
               all);
    v.power_mw = power_mw(v.model, v.busy_e4);
    return v;
}

/* Of an instance that nobody has been on: the cell is still that of the one before. */
static const struct gpu_cell fresh = {0};

struct gpu_view gpu_view_instance(const struct gpu_cells *c, uint32_t node,
                                  const struct device_unit *u)
{
    const struct gpu_cell *cell = gpu_cells_instance(c, node, u->gpu, u->slice_start);
    if (cell->profile == NULL || strcmp(cell->profile, u->profile) != 0)
        cell = &fresh;
    struct gpu_view v = begin(c, node, u->gpu, cell);
    v.profile = u->profile;
    set_memory(&v, used_bytes(c, cell, u->memory_bytes), u->memory_bytes);
    const struct mig_table *t = v.model->mig;
    const int id = mig_instance_id(t, (unsigned)mig_profile_find(t, u->profile), u->slice_start);
    if (id == MIG_NONE)
        snprintf(v.id, sizeof v.id, "@%u", (unsigned)u->slice_start % MIG_MOST_SLICES);
    else
        snprintf(v.id, sizeof v.id, "%d", (int8_t)id);
    return v;
}
