#include "results/gpu_cells.h"

#include "models/device.h"
#include "models/device_activity.h"
#include "models/gpu_model.h"
#include "models/sharing.h"
#include "models/simulation.h"
#include "results/placement.h"

#include <stdlib.h>
#include <string.h>

/* --- the cells --- */

static bool offers_instances(const struct device_class *classes, uint32_t len)
{
    for (uint32_t k = 0; k < len; k++)
        for (uint32_t u = 0; u < classes[k].units_len; u++)
            if (classes[k].units[u].profile != NULL)
                return true;
    return false;
}

static bool may_be_cut(const struct node *n)
{
    if (n->dynamic != NULL)
        return true;
    for (uint32_t l = 0; l < n->layouts_len; l++)
        if (offers_instances(n->layouts[l].classes, n->layouts[l].classes_len))
            return true;
    return offers_instances(n->classes, n->classes_len);
}

static uint32_t cells_of(const struct node *n)
{
    return n->classes_len == 0 ? 0 : n->gpus * (may_be_cut(n) ? GPU_CELLS_CUT : 1);
}

void gpu_cells_init(struct gpu_cells *c, const struct simulation *sim, int64_t now_ns)
{
    const struct cluster *cluster = simulation_cluster(sim);
    *c = (struct gpu_cells){.sim = sim, .cluster = cluster, .last_ns = now_ns};
    c->first = calloc((size_t)cluster->nodes_len + 1, sizeof c->first[0]);
    c->has_changed = malloc((size_t)cluster->gpus_len + 1);
    SIM_REQUIRE(c->first != NULL && c->has_changed != NULL);
    memset(c->has_changed, true, (size_t)cluster->gpus_len + 1);
    for (uint32_t n = 0; n < cluster->nodes_len; n++)
        c->first[n + 1] = c->first[n] + cells_of(&cluster->nodes[n]);
    c->cells_len = c->first[cluster->nodes_len];
    c->cells = calloc((size_t)c->cells_len + 1, sizeof c->cells[0]);
    SIM_REQUIRE(c->cells != NULL);
    for (uint32_t i = 0; i < c->cells_len; i++)
        c->cells[i].since_ns = now_ns;
}

void gpu_cells_fini(struct gpu_cells *c)
{
    for (uint32_t i = 0; i < c->cells_len; i++)
        free(c->cells[i].parts);
    free(c->cells);
    free(c->first);
    free(c->has_changed);
    *c = (struct gpu_cells){0};
}

bool gpu_cells_is_cut(const struct gpu_cells *c, uint32_t node)
{
    return c->first[node + 1] - c->first[node] > c->cluster->nodes[node].gpus;
}

struct gpu_cell *gpu_cells_gpu(const struct gpu_cells *c, uint32_t node, uint32_t gpu)
{
    return &c->cells[c->first[node] + gpu * (gpu_cells_is_cut(c, node) ? GPU_CELLS_CUT : 1)];
}

struct gpu_cell *gpu_cells_instance(const struct gpu_cells *c, uint32_t node, uint32_t gpu,
                                    unsigned start)
{
    SIM_REQUIRE(gpu_cells_is_cut(c, node) && start < MIG_MOST_SLICES);
    return gpu_cells_gpu(c, node, gpu) + 1 + start;
}

/* --- levels --- */

static int128 busy_until(const struct gpu_cell *cell, int64_t ns)
{
    return cell->busy_area + (int128)cell->busy_q32 * (ns - cell->since_ns);
}

/* Books the time in the levels that are about to change. */
static void book(const struct gpu_cells *c, struct gpu_cell *cell, int64_t now_ns)
{
    if (cell->since_ns <= c->last_ns) /* the first change since the sample */
        cell->seen_area = busy_until(cell, c->last_ns);
    cell->busy_area = busy_until(cell, now_ns);
    cell->active_area += (int128)cell->milli * (now_ns - cell->since_ns);
    cell->since_ns = now_ns;
}

uint64_t gpu_cells_busy_q32(const struct gpu_cells *c, const struct gpu_cell *cell, int64_t now_ns)
{
    const int64_t lasted_ns = now_ns - c->last_ns;
    if (lasted_ns == 0 || cell->since_ns <= c->last_ns)
        return cell->busy_q32;
    return (uint64_t)((busy_until(cell, now_ns) - cell->seen_area) / lasted_ns);
}

int128 gpu_cells_active(const struct gpu_cell *cell, int64_t now_ns)
{
    return cell->active_area + (int128)cell->milli * (now_ns - cell->since_ns);
}

int64_t gpu_cells_held_ns(const struct gpu_cell *cell, int64_t now_ns)
{
    return cell->held_ns + (cell->len > 0 ? now_ns - cell->held_since_ns : 0);
}

void gpu_cells_sampled(struct gpu_cells *c, int64_t now_ns)
{
    c->last_ns = now_ns;
}

static uint64_t sum_busy(const struct gpu_cell *cell)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < cell->len; i++)
        sum += cell->parts[i].busy_q32;
    return sum < SPEED_ONE ? sum : SPEED_ONE;
}

static void set_level(const struct gpu_cells *c, struct gpu_cell *cell, int64_t now_ns)
{
    book(c, cell, now_ns);
    cell->milli = 0;
    for (uint32_t i = 0; i < cell->len; i++)
        cell->milli += cell->parts[i].milli;
    cell->busy_q32 = sum_busy(cell);
}

/* --- parts --- */

static struct gpu_part *find_part(const struct gpu_cell *cell, uint32_t task)
{
    for (uint32_t i = 0; i < cell->len; i++)
        if (cell->parts[i].task == task)
            return &cell->parts[i];
    return NULL;
}

static struct gpu_part *enter(struct gpu_cell *cell, uint32_t task, int64_t now_ns)
{
    struct gpu_part *there = find_part(cell, task);
    if (there != NULL)
        return there;
    if (cell->len == cell->cap) {
        cell->cap = cell->cap == 0 ? 2 : 2 * cell->cap;
        cell->parts = realloc(cell->parts, cell->cap * sizeof cell->parts[0]);
        SIM_REQUIRE(cell->parts != NULL);
    }
    if (cell->len == 0)
        cell->held_since_ns = now_ns;
    cell->parts[cell->len] = (struct gpu_part){.task = task};
    return &cell->parts[cell->len++];
}

static void leave(const struct gpu_cells *c, struct gpu_cell *cell, uint32_t task, int64_t now_ns)
{
    struct gpu_part *p = find_part(cell, task);
    if (p == NULL)
        return;
    for (const struct gpu_part *end = &cell->parts[--cell->len]; p < end; p++)
        *p = p[1];
    if (cell->len == 0)
        cell->held_ns += now_ns - cell->held_since_ns;
    set_level(c, cell, now_ns);
}

/* Another profile where one was: what that did is not its. */
static void begin_instance(struct gpu_cell *cell, const char *profile, int64_t now_ns)
{
    if (cell->profile == profile || (cell->profile != NULL && strcmp(cell->profile, profile) == 0))
        return;
    struct gpu_part *const parts = cell->parts;
    const uint32_t cap = cell->cap;
    *cell = (struct gpu_cell){.parts = parts, .cap = cap, .profile = profile, .since_ns = now_ns};
}

/* --- a task's devices --- */

static const struct device_unit *unit_of(const struct gpu_cells *c, const struct task *t,
                                         uint32_t use)
{
    return device_unit_of(&c->cluster->nodes[t->node], t->uses[use]);
}

/* The cell of a use: of its instance, or of the GPU. */
static struct gpu_cell *cell_of(const struct gpu_cells *c, uint32_t node,
                                const struct device_unit *u, uint32_t gpu)
{
    return u == NULL || u->profile == NULL ? gpu_cells_gpu(c, node, gpu)
                                           : gpu_cells_instance(c, node, gpu, u->slice_start);
}

static uint64_t use_bytes(const struct gpu_cells *c, const struct task *t, uint32_t use,
                          const struct request *r)
{
    const struct node *n = &c->cluster->nodes[t->node];
    const struct device_unit *u = unit_of(c, t, use);
    if (n->classes[t->uses[use].class_index].kind == DEVICE_WHOLE)
        return u->memory_bytes / 1000 * device_share_milli(t, r);
    const struct sharing_domain *d = device_unit_domain(c->cluster, n, u);
    return d != NULL && d->part_bytes != 0 ? d->part_bytes : u->memory_bytes;
}

/* Memory that the task says it needs, it needs on each device once; else it takes what is its. */
static void take_bytes(struct gpu_part *p, const struct request *r, uint64_t own_bytes)
{
    if (r->load.memory_bytes != 0)
        p->memory_bytes = r->load.memory_bytes;
    else
        p->memory_bytes += own_bytes;
}

static const struct request *request_of(const struct gpu_cells *c, const struct job *job,
                                        const struct task *t)
{
    return request_get(simulation_requests(c->sim), job->groups[t->group].request);
}

static void bound(struct gpu_cells *c, const struct sim_event *e)
{
    const struct task *t = e->task;
    const struct node *n = &c->cluster->nodes[t->node];
    const struct request *r = request_of(c, e->job, t);
    for (uint64_t mask = t->gpu_mask; mask != 0; mask &= mask - 1) {
        const uint32_t gpu = (uint32_t)__builtin_ctzll(mask);
        take_bytes(enter(gpu_cells_gpu(c, t->node, gpu), t->id, e->at_ns), r,
                   cluster_whole_gpus(n)->units[gpu].memory_bytes);
    }
    for (uint32_t i = 0; i < t->uses_len; i++) {
        const struct device_unit *u = unit_of(c, t, i);
        struct gpu_cell *gpu = gpu_cells_gpu(c, t->node, u->gpu);
        struct gpu_cell *cell = cell_of(c, t->node, u, u->gpu);
        if (cell != gpu) {
            begin_instance(cell, u->profile, e->at_ns);
            enter(gpu, t->id, e->at_ns);
        }
        take_bytes(enter(cell, t->id, e->at_ns), r, use_bytes(c, t, i, r));
    }
}

/* Shares of the instances of a GPU, by their parts of it. */
static void set_cut_level(const struct gpu_cells *c, uint32_t node, uint32_t gpu, int64_t now_ns)
{
    struct gpu_cell *cell = gpu_cells_gpu(c, node, gpu);
    set_level(c, cell, now_ns);
    const struct mig_table *table = c->cluster->kinds[c->cluster->nodes[node].gpu_kind]->mig;
    uint64_t sum = cell->busy_q32;
    for (unsigned s = 0; table != NULL && s < MIG_MOST_SLICES; s++) {
        const struct gpu_cell *instance = cell + 1 + s;
        if (instance->busy_q32 == 0)
            continue;
        const struct mig_share share = mig_share(
            table, (unsigned)mig_profile_find(table, instance->profile), MIG_BOUND_COMPUTE);
        sum += instance->busy_q32 * share.part / share.whole;
    }
    cell->busy_q32 = sum < SPEED_ONE ? sum : SPEED_ONE;
}

static void settle_gpus(struct gpu_cells *c, const struct task *t, int64_t now_ns)
{
    const uint32_t first = c->cluster->nodes[t->node].first_gpu;
    const bool is_cut = gpu_cells_is_cut(c, t->node);
    for (uint64_t mask = placement_gpu_mask(c->cluster, t); mask != 0; mask &= mask - 1) {
        const uint32_t gpu = (uint32_t)__builtin_ctzll(mask);
        c->has_changed[first + gpu] = true;
        if (is_cut)
            set_cut_level(c, t->node, gpu, now_ns);
        else
            set_level(c, gpu_cells_gpu(c, t->node, gpu), now_ns);
    }
}

static void released(struct gpu_cells *c, const struct sim_event *e)
{
    const struct task *t = e->task;
    for (uint64_t mask = t->gpu_mask; mask != 0; mask &= mask - 1)
        leave(c, gpu_cells_gpu(c, t->node, (uint32_t)__builtin_ctzll(mask)), t->id, e->at_ns);
    for (uint32_t i = 0; i < t->uses_len; i++) {
        const struct device_unit *u = unit_of(c, t, i);
        leave(c, cell_of(c, t->node, u, u->gpu), t->id, e->at_ns);
        leave(c, gpu_cells_gpu(c, t->node, u->gpu), t->id, e->at_ns);
    }
}

static void change_node(struct gpu_cells *c, const struct node *n)
{
    for (uint32_t i = 0; n->classes_len > 0 && i < n->gpus; i++)
        c->has_changed[n->first_gpu + i] = true;
}

void gpu_cells_happened(struct gpu_cells *c, const struct sim_event *e)
{
    if (e->kind == SIM_NODE || e->kind == SIM_LAYOUT)
        change_node(c, &c->cluster->nodes[e->node]);
    if ((e->kind != SIM_BOUND && e->kind != SIM_RELEASED) || e->node == NODE_NONE ||
        c->cluster->nodes[e->node].classes_len == 0)
        return;
    if (e->kind == SIM_BOUND)
        bound(c, e);
    else
        released(c, e);
    settle_gpus(c, e->task, e->at_ns);
}

struct adding {
    const struct gpu_cells *c;
    const struct task *task;
};

static void add(void *context, const struct device_activity *a)
{
    const struct adding *to = context;
    struct gpu_cell *gpu = gpu_cells_gpu(to->c, to->task->node, a->gpu);
    struct gpu_cell *cell = cell_of(to->c, to->task->node, a->unit, a->gpu);
    struct gpu_part *p = find_part(cell, to->task->id);
    SIM_REQUIRE(p != NULL);
    p->milli += a->milli;
    p->busy_q32 += a->busy_q32;
    if (cell != gpu)
        find_part(gpu, to->task->id)->milli += a->milli;
}

static bool clear(const struct gpu_cell *cell, uint32_t task)
{
    struct gpu_part *p = find_part(cell, task);
    if (p != NULL)
        p->milli = 0, p->busy_q32 = 0;
    return p != NULL;
}

/* A task that is being bound is not shown before all of its bind is in: it does not work yet. */
void gpu_cells_activity(struct gpu_cells *c, const struct job *job, const struct task *t,
                        bool works)
{
    if (c->cluster->nodes[t->node].classes_len == 0)
        return;
    const int64_t now_ns = simulation_now_ns(c->sim);
    bool is_known = false;
    for (uint64_t mask = placement_gpu_mask(c->cluster, t); mask != 0; mask &= mask - 1)
        is_known |= clear(gpu_cells_gpu(c, t->node, (uint32_t)__builtin_ctzll(mask)), t->id);
    if (!is_known)
        return;
    for (uint32_t i = 0; i < t->uses_len; i++)
        clear(cell_of(c, t->node, unit_of(c, t, i), unit_of(c, t, i)->gpu), t->id);
    if (works)
        device_each_activity(c->cluster, t, request_of(c, job, t), add, &(struct adding){c, t});
    for (uint32_t i = 0; i < t->uses_len; i++)
        if (unit_of(c, t, i)->profile != NULL)
            set_level(c, cell_of(c, t->node, unit_of(c, t, i), unit_of(c, t, i)->gpu), now_ns);
    settle_gpus(c, t, now_ns);
}
