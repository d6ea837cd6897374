#include "policies/slurm/slurm_offer.h"

#include "policies/slurm/slurm_gres.h"
#include "sim/check.h"

#include <string.h>

/* A node as it is, or would be. */
struct node_view {
    const struct slurm_site *site;
    const struct slurm_layout *layout;
    const struct node_use *use;
    const uint16_t *shares; /* NULL: nobody shares on this site */
    bool is_empty;          /* as if nothing ran */
};

static struct node_view view_of(const struct slurm_ledger *l, enum use_state state, uint32_t node)
{
    return (struct node_view){
        .site = l->site,
        .layout = l->site->nodes[node].layout,
        .use = slurm_ledger_use(l, state, node),
        .shares = slurm_ledger_shares(l, state, node),
        .is_empty = state == USE_EMPTY,
    };
}

static bool binds(const struct slurm_shape *s, const struct slurm_site *site)
{
    return s->r.enforces_binding || site->params.enforces_binding;
}

static struct device_view devices_of(const struct node_view *v, const struct slurm_shape *s)
{
    return (struct device_view){
        .layout = v->layout,
        .use = v->use,
        .matching = s->matching[v->layout->id],
        .enforces_binding = binds(s, v->site),
    };
}

static bool counts_gpus(const struct node_view *v, const struct slurm_shape *s)
{
    return v->layout->devices_len == 0 && s->counted_gpu[v->layout->id] != UINT8_MAX;
}

static int64_t free_gpus(const struct node_view *v, const struct slurm_shape *s)
{
    if (counts_gpus(v, s))
        return v->use->counted_free[s->counted_gpu[v->layout->id]];
    return __builtin_popcountll(v->use->devices_free & s->matching[v->layout->id]);
}

static uint32_t free_cpus(const struct node_view *v)
{
    return v->use->cores_free * v->layout->threads;
}

int64_t slurm_gpus_on_one_node(const struct slurm_shape *s)
{
    if (s->gpu == NULL)
        return 0;
    const int64_t tasks = s->r.tasks == 0 ? 1 : s->r.tasks;
    return s->gpu->scope == WANT_PER_TASK ? s->gpu->count * tasks : s->gpu->count;
}

/* --- how many tasks a node can host --- */

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* GPUs that come with the first task, or with the node. */
static int64_t least_gpus(const struct slurm_shape *s)
{
    if (s->gpu == NULL)
        return 0;
    return s->gpu->scope == WANT_PER_JOB ? 1 : s->gpu->count;
}

static int64_t tasks_by_memory(const struct node_view *v, const struct slurm_shape *s, int64_t most)
{
    if (s->r.takes_all_memory)
        return v->use->memory_free_mb == v->layout->memory_mb ? most : 0;
    if (v->use->memory_free_mb < s->r.mem_per_node_mb ||
        v->use->memory_free_mb < s->r.mem_per_gpu_mb * least_gpus(s))
        return 0;
    if (s->r.mem_per_task_mb == 0)
        return most;
    const int64_t left = v->use->memory_free_mb - s->r.mem_per_node_mb;
    return at_most(most, left / s->r.mem_per_task_mb);
}

static int64_t shares_of_all(const struct slurm_layout *l)
{
    int64_t sum = 0;
    for (uint32_t d = 0; d < l->devices_len; d++)
        sum += l->shares[d];
    return sum;
}

/* The question whether a job can ever run counts the shares of all devices, though a job gets them
 * of one: a job that wants more waits for ever, and is not held. */
static bool has_shares(const struct node_view *v, const struct gres_want *w)
{
    if (v->shares == NULL || !v->layout->is_shared || v->layout->sharing != w->kind)
        return false;
    if (v->is_empty)
        return shares_of_all(v->layout) >= w->count;
    return slurm_gres_find_share(v->layout, v->use, v->shares, w->count,
                                 v->site->params.shares_least_loaded) != UINT32_MAX;
}

static int64_t tasks_by_want(const struct node_view *v, const struct slurm_shape *s,
                             const struct gres_want *w, int64_t most)
{
    int64_t free = 0;
    if (w == s->gpu) {
        free = free_gpus(v, s);
    } else if (w == s->share) {
        return has_shares(v, w) ? most : 0;
    } else {
        const uint8_t i = slurm_shape_counted(v->layout, w);
        free = i == UINT8_MAX ? 0 : v->use->counted_free[i];
    }
    if (w->scope == WANT_PER_TASK)
        return at_most(most, free / w->count);
    return free >= (w->scope == WANT_PER_NODE ? w->count : 1) ? most : 0;
}

static int64_t tasks_it_hosts(const struct node_view *v, const struct slurm_shape *s)
{
    int64_t most = free_cpus(v) / s->r.cpus_per_task;
    most = tasks_by_memory(v, s, most);
    for (uint32_t i = 0; i < s->r.wants_len && most > 0; i++)
        most = tasks_by_want(v, s, &s->r.wants[i], most);
    return most;
}

/* --- the offer --- */

static void look_coarsely(const struct node_view *v, const struct slurm_shape *s,
                          struct node_offer *out)
{
    const uint32_t cpus = s->is_one_node ? s->min_cpus : s->r.cpus_per_task;
    out->gpus = free_gpus(v, s);
    int64_t counted = out->gpus, near = out->gpus;
    if (v->layout->has_affinity) {
        const struct device_view d = devices_of(v, s);
        counted = slurm_gres_coarse_count(&d);
        near = d.enforces_binding ? counted : slurm_gres_near_count(&d);
    }
    const int64_t least = s->gpu->scope == WANT_PER_JOB ? 1 : s->gpu->count;
    out->is_coarse = free_cpus(v) >= cpus && counted >= least;
    near = at_most(near, s->near_wanted);
    out->near = (uint32_t)at_most(near, UINT8_MAX);
}

static bool cores_fit(const struct node_view *v, const struct slurm_shape *s, uint32_t cpus,
                      int64_t gpus, bool is_local)
{
    if (!v->layout->has_affinity || s->gpu == NULL)
        return true;
    const struct device_view d = devices_of(v, s);
    const uint32_t cores = (cpus + v->layout->threads - 1) / v->layout->threads;
    struct core_plan plan;
    return slurm_gres_plan(&d, gpus, cores, is_local, &plan);
}

static bool fits_alone(const struct node_view *v, const struct slurm_shape *s, int64_t hosts,
                       int64_t gpus)
{
    const int64_t need = slurm_gpus_on_one_node(s);
    return hosts >= (s->r.tasks == 0 ? 1 : s->r.tasks) && gpus >= need &&
           cores_fit(v, s, s->min_cpus, need, false);
}

static void offer(const struct node_view *v, const struct slurm_shape *s, struct node_offer *out)
{
    *out = (struct node_offer){.is_coarse = false};
    if (s->r.is_exclusive && v->use->jobs > 0)
        return;
    if (s->gpu != NULL)
        look_coarsely(v, s, out);
    int64_t hosts = tasks_it_hosts(v, s);
    if (s->is_one_node) {
        out->fits = fits_alone(v, s, hosts, out->gpus);
        out->cpus = s->min_cpus;
        return;
    }
    if (s->gpu != NULL && s->r.tasks > 0)
        hosts = at_most(hosts, s->r.tasks);
    if (s->has_one_task_per_node)
        hosts = at_most(hosts, 1);
    out->cpus = (uint32_t)hosts * s->r.cpus_per_task;
    out->fits = hosts > 0 && cores_fit(v, s, s->r.cpus_per_task, least_gpus(s), false);
}

void slurm_offer(const struct slurm_ledger *l, enum use_state state, const struct slurm_shape *s,
                 uint32_t node, struct node_offer *out)
{
    const struct node_view v = view_of(l, state, node);
    offer(&v, s, out);
}

bool slurm_offer_is_local(const struct slurm_ledger *l, enum use_state state,
                          const struct slurm_shape *s, uint32_t node, uint32_t cpus, int64_t gpus)
{
    const struct node_view v = view_of(l, state, node);
    return cores_fit(&v, s, cpus, gpus, true);
}

/* --- taking --- */

static void take_whole(const struct node_view *v, struct slurm_alloc *out)
{
    const struct slurm_layout *l = v->layout;
    out->is_whole = true;
    out->cores = slurm_layout_cores(l);
    out->cpus = out->cores * l->threads;
    for (uint32_t s = 0; s < l->sockets; s++)
        out->socket_cores[s] = (uint16_t)l->cores_per_socket;
    out->devices = l->all_devices;
    out->gpus = l->devices_len;
    for (uint32_t i = 0; i < l->counted_len; i++) {
        out->counted[i] = l->counted[i].count;
        if (l->counted[i].kind == GRES_GPU)
            out->gpus += l->counted[i].count;
    }
}

static bool take_devices(const struct node_view *v, const struct slurm_shape *s,
                         const struct slurm_pick *pick, struct slurm_alloc *out)
{
    struct core_plan plan = {.total = 0};
    if (free_gpus(v, s) < pick->gpus)
        return false;
    out->gpus = pick->gpus;
    if (counts_gpus(v, s)) {
        out->counted[s->counted_gpu[v->layout->id]] = pick->gpus;
        return true;
    }
    const struct device_view d = devices_of(v, s);
    if (v->layout->has_affinity &&
        !slurm_gres_plan(&d, pick->gpus, out->cores, pick->is_local, &plan))
        return false;
    out->devices = slurm_gres_pick(&d, pick->gpus, &plan);
    if (!v->layout->has_affinity)
        return true;
    out->cores = plan.total;
    for (uint32_t i = 0; i < v->layout->sockets; i++)
        out->socket_cores[i] = (uint16_t)plan.cores[i];
    return true;
}

static void take_cores(const struct node_view *v, struct slurm_alloc *out)
{
    if (!v->layout->has_affinity)
        return;
    struct core_plan plan;
    slurm_gres_spread_cores(v->layout, v->use, out->cores, &plan);
    for (uint32_t i = 0; i < v->layout->sockets; i++)
        out->socket_cores[i] = (uint16_t)plan.cores[i];
}

static bool take_others(const struct node_view *v, const struct slurm_shape *s,
                        struct slurm_alloc *out)
{
    for (uint32_t i = 0; i < s->r.wants_len; i++) {
        const struct gres_want *w = &s->r.wants[i];
        if (w == s->gpu)
            continue;
        if (w == s->share) {
            const uint32_t device = slurm_gres_find_share(v->layout, v->use, v->shares, w->count,
                                                          v->site->params.shares_least_loaded);
            if (device == UINT32_MAX)
                return false;
            out->shares[SHARE_DEVICE] = (uint16_t)device;
            out->shares[SHARE_COUNT] = (uint16_t)w->count;
            continue;
        }
        const uint8_t c = slurm_shape_counted(v->layout, w);
        const int64_t n = w->scope == WANT_PER_TASK ? w->count * out->tasks : w->count;
        if (c == UINT8_MAX || v->use->counted_free[c] < n)
            return false;
        out->counted[c] = n;
    }
    return true;
}

static int64_t memory_of(const struct node_view *v, const struct slurm_shape *s, uint32_t tasks)
{
    if (s->r.takes_all_memory || s->r.is_exclusive)
        return v->layout->memory_mb;
    return s->r.mem_per_node_mb + s->r.mem_per_task_mb * tasks;
}

bool slurm_offer_take(const struct slurm_ledger *l, const struct slurm_shape *s,
                      const struct slurm_pick *pick, struct slurm_alloc *out)
{
    const struct node_view v = view_of(l, USE_LIVE, pick->node);
    const uint32_t threads = v.layout->threads;
    *out = (struct slurm_alloc){
        .node = pick->node,
        .tasks = pick->cpus / s->r.cpus_per_task,
        .cores = (pick->cpus + threads - 1) / threads,
    };
    out->memory_mb = memory_of(&v, s, out->tasks);
    if (s->r.is_exclusive) {
        take_whole(&v, out);
        return v.use->jobs == 0;
    }
    if (v.use->cores_free < out->cores || v.use->memory_free_mb < out->memory_mb)
        return false;
    if (s->gpu == NULL)
        take_cores(&v, out);
    else if (!take_devices(&v, s, pick, out))
        return false;
    out->cpus = out->cores * threads;
    return take_others(&v, s, out);
}
