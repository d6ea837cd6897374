#include "models/audit.h"

#include "models/device.h"
#include "models/lifecycle.h"
#include "models/mig_dynamic.h"
#include "models/simulation_state.h"
#include "sim/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* What the tasks say the cluster must look like. */
struct audit {
    const struct simulation *sim;
    int64_t *free;      /* as cluster.free, without the GPU columns of whole devices */
    uint32_t *on_node;  /* tasks by node */
    uint32_t *on_gpu;   /* residents by GPU */
    uint32_t *shares;   /* thousandths held by shares, by GPU */
    uint32_t *made;     /* dynamic MIG instances, by GPU */
    int64_t *milli;     /* held, by node */
    bool *is_unchecked; /* by node: somebody bypassed the checks */
    char *text;
    size_t cap;
    bool ok;
};

PRINTF_LIKE(2, 3)
static void broken(struct audit *a, const char *fmt, ...)
{
    if (!a->ok)
        return; /* the first one is the cause, as a rule */
    a->ok = false;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(a->text, a->cap, fmt, ap);
    va_end(ap);
}

#define AUDIT(a, cond, ...)         \
    do {                            \
        if (!(cond))                \
            broken(a, __VA_ARGS__); \
    } while (false)

size_t audit_cost(const struct simulation *sim)
{
    const struct cluster *c = sim->cluster;
    return (size_t)c->nodes_len * (c->resources_len + 1) + c->gpus_len + sim->jobs.cap +
           sim->tasks.cap;
}

static void *zeroed(size_t len, size_t bytes)
{
    void *p = calloc(len + 1, bytes);
    SIM_REQUIRE(p != NULL);
    return p;
}

/* Columns that follow from the state of the GPUs, not from sums of amounts. */
static bool is_gpu_column(const struct node *n, uint32_t resource)
{
    for (uint32_t i = 0; i < n->classes_len; i++)
        if ((n->classes[i].kind == DEVICE_WHOLE || n->classes[i].kind == DEVICE_DYNAMIC) &&
            n->classes[i].resource == resource)
            return true;
    return false;
}

/* --- tasks --- */

static void book_amounts(struct audit *a, const struct task *t, const struct request *r)
{
    const struct cluster *c = a->sim->cluster;
    const struct node *n = &c->nodes[t->node];
    for (uint32_t i = 0; i < r->amounts_len; i++) {
        const uint32_t resource = r->amounts[i].resource;
        if (resource < c->resources_len && !is_gpu_column(n, resource))
            a->free[(size_t)t->node * c->resources_len + resource] -=
                r->amounts[i].value * t->count;
    }
}

static void book_instance(struct audit *a, const struct node *n, uint32_t gpu, uint32_t start)
{
    AUDIT(a, mig_at(&a->sim->cluster->gpus[n->first_gpu + gpu].layout, start) != MIG_NONE,
          "node %s: GPU %" PRIu32 " has no instance at slice %" PRIu32, n->name, gpu, start);
    a->made[n->first_gpu + gpu]++;
}

static void book_devices(struct audit *a, const struct task *t, const struct request *r)
{
    const struct cluster *c = a->sim->cluster;
    const struct node *n = &c->nodes[t->node];
    for (uint64_t mask = t->gpu_mask; mask != 0; mask &= mask - 1)
        a->on_gpu[n->first_gpu + (uint32_t)__builtin_ctzll(mask)]++;
    for (uint32_t i = 0; i < t->uses_len; i++) {
        const struct device_class *k = &n->classes[t->uses[i].class_index];
        AUDIT(a, (k->free[t->uses[i].unit / 64] >> t->uses[i].unit % 64 & 1) == 0,
              "node %s: unit %u is held and free", n->name, t->uses[i].unit);
        if (k->kind == DEVICE_DYNAMIC)
            book_instance(a, n, k->units[t->uses[i].unit].gpu,
                          k->units[t->uses[i].unit].slice_start);
        if (k->kind == DEVICE_WHOLE)
            a->shares[n->first_gpu + t->uses[i].unit] += device_share_milli(t, r);
        else
            a->milli[t->node] += k->units[t->uses[i].unit].milli;
    }
    if (n->classes_len == 0 && !t->is_unchecked)
        a->milli[t->node] += (int64_t)r->gpus * t->count * 1000;
}

static void audit_task(struct audit *a, const struct task *t)
{
    const struct simulation *sim = a->sim;
    AUDIT(a, pool_has(&sim->jobs, t->job), "task %" PRIu32 " has no job", t->id);
    if (!a->ok || t->node == NODE_NONE)
        return;
    AUDIT(a, t->state > TASK_PENDING && t->state < TASK_ENDED, "task %" PRIu32 " on node %s is %s",
          t->id, sim->cluster->nodes[t->node].name, task_state_name(t->state));
    const struct job *job = sim_job(sim, t->job);
    const struct request *r = request_get(sim->requests, job->groups[t->group].request);
    a->on_node[t->node]++;
    a->is_unchecked[t->node] |= t->is_unchecked;
    book_amounts(a, t, r);
    book_devices(a, t, r);
}

static void audit_closings(struct audit *a)
{
    const struct simulation *sim = a->sim;
    for (uint32_t id = 0; id < sim->closings.cap; id++) {
        if (!pool_has(&sim->closings, id))
            continue;
        const struct closing *gone = pool_at(&sim->closings, id);
        book_instance(a, &sim->cluster->nodes[gone->node], gone->gpu, gone->start);
    }
}

/* --- jobs --- */

struct tally {
    uint32_t pending, live, unready, running;
};

static struct tally tally_tasks(struct audit *a, const struct job *job)
{
    struct tally sum = {0};
    uint32_t last = TASK_NONE;
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(a->sim, id)->next) {
        const struct task *t = sim_task(a->sim, id);
        AUDIT(a, t->job == job->id && t->prev == last,
              "job %" PRIu64 ": its list of tasks is broken", job->number);
        last = id;
        if (t->state == TASK_PENDING) {
            sum.pending += t->count;
            continue;
        }
        sum.live++;
        sum.unready += !t->is_ready;
        sum.running += t->state == TASK_RUNNING;
    }
    return sum;
}

static void audit_job(struct audit *a, const struct job *job)
{
    const struct simulation *sim = a->sim;
    const struct tally sum = tally_tasks(a, job);
    uint32_t pending = 0;
    for (uint32_t g = 0; g < job->groups_len; g++)
        pending += job->groups[g].gated + job->groups[g].pending;
    AUDIT(a, job->state < JOB_ENDED, "job %" PRIu64 " lives and is %s", job->number,
          job_state_name(job->state));
    AUDIT(a, job->tasks_pending == pending, "job %" PRIu64 ": %" PRIu32 " tasks wait, not %" PRIu32,
          job->number, pending, job->tasks_pending);
    AUDIT(a, job->is_gang || sum.pending == pending || job->state == JOB_QUEUED,
          "job %" PRIu64 ": %" PRIu32 " pods wait, not %" PRIu32, job->number, sum.pending,
          pending);
    AUDIT(a,
          job->tasks_live == sum.live && job->tasks_unready == sum.unready &&
              job->tasks_running == sum.running,
          "job %" PRIu64 ": live, unready, running tasks are %" PRIu32 ", %" PRIu32 ", %" PRIu32,
          job->number, sum.live, sum.unready, sum.running);
    AUDIT(a, job->state != JOB_RUNNING || sum.running > 0, "job %" PRIu64 " runs without a task",
          job->number);
    AUDIT(a,
          lifecycle_waits(job->state) == (wait_reasons_bucket(&sim->waits, job->id) != BUCKET_NONE),
          "job %" PRIu64 " is %s, but its wait is not booked so", job->number,
          job_state_name(job->state));
}

static void audit_jobs(struct audit *a)
{
    const struct simulation *sim = a->sim;
    int64_t waiting = 0, running = 0;
    for (uint32_t id = 0; id < sim->jobs.cap; id++) {
        if (!pool_has(&sim->jobs, id))
            continue;
        const struct job *job = sim_job(sim, id);
        audit_job(a, job);
        waiting += lifecycle_waits(job->state);
        running += job->state == JOB_RUNNING;
    }
    AUDIT(a, sim->meter.waiting.level == waiting, "%" PRId64 " jobs wait, the meter says %" PRId64,
          waiting, sim->meter.waiting.level);
    AUDIT(a, sim->meter.running.level == running, "%" PRId64 " jobs run, the meter says %" PRId64,
          running, sim->meter.running.level);
    AUDIT(a, sim->meter.in_system.level == sim->jobs.len,
          "%" PRIu32 " jobs are there, the meter says %" PRId64, sim->jobs.len,
          sim->meter.in_system.level);
}

/* --- nodes --- */

static void audit_gpu(struct audit *a, const struct node *n, const struct device_class *k,
                      uint32_t g)
{
    const struct cluster *c = a->sim->cluster;
    const struct gpu *gpu = &c->gpus[n->first_gpu + g];
    const uint32_t held = a->on_gpu[n->first_gpu + g];
    const uint32_t shares = a->shares[n->first_gpu + g];
    const bool is_taken = held > 0 || shares > 0 || gpu->layout.len > 0;
    a->milli[n->id] += (held > 0 ? 1000 : 0) + (int64_t)shares;
    AUDIT(a, gpu->residents == held && (gpu->owner == TASK_NONE) == (held == 0),
          "node %s: GPU %" PRIu32 " has %" PRIu32 " residents, not %" PRIu32, n->name, g, held,
          gpu->residents);
    AUDIT(a, gpu->share_milli == shares,
          "node %s: shares of GPU %" PRIu32 " add up to %" PRIu32 " thousandths, not %" PRIu16,
          n->name, g, shares, gpu->share_milli);
    AUDIT(a, (k->free[g / 64] >> g % 64 & 1) == (k->units[g].milli > 0 && !is_taken),
          "node %s: GPU %" PRIu32 " is held and free, or neither", n->name, g);
    AUDIT(a, (held <= 1 && (held == 0 ? 0 : 1000) + shares <= 1000) || a->is_unchecked[n->id],
          "node %s: GPU %" PRIu32 " is oversubscribed", n->name, g);
    a->free[(size_t)n->id * c->resources_len + k->resource] -= is_taken;
}

static void audit_dynamic(struct audit *a, const struct node *n, const struct device_class *k)
{
    const struct cluster *c = a->sim->cluster;
    int64_t *free = &a->free[(size_t)n->id * c->resources_len + k->resource];
    *free = 0;
    for (uint32_t g = 0; g < n->gpus; g++) {
        const struct gpu *gpu = &c->gpus[n->first_gpu + g];
        AUDIT(a, gpu->layout.len == a->made[n->first_gpu + g],
              "node %s: GPU %" PRIu32 " has %" PRIu8 " instances, not %" PRIu32, n->name, g,
              gpu->layout.len, a->made[n->first_gpu + g]);
        if (gpu->residents == 0 && gpu->share_milli == 0)
            *free += mig_dynamic_room(n->dynamic->table, &gpu->layout, k->profile);
    }
}

static void audit_gpus(struct audit *a, const struct node *n)
{
    for (uint32_t i = 0; i < n->classes_len; i++)
        if (n->classes[i].kind == DEVICE_DYNAMIC)
            audit_dynamic(a, n, &n->classes[i]);
    const struct device_class *k = cluster_whole_gpus(n);
    for (uint32_t g = 0; k != NULL && g < k->units_len; g++)
        audit_gpu(a, n, k, g);
}

static void audit_node(struct audit *a, const struct node *n)
{
    const struct cluster *c = a->sim->cluster;
    audit_gpus(a, n);
    AUDIT(a, n->tasks == a->on_node[n->id], "node %s: %" PRIu32 " tasks, not %" PRIu32, n->name,
          a->on_node[n->id], n->tasks);
    AUDIT(a, n->allocated_milli == a->milli[n->id],
          "node %s: %" PRId64 " thousandths of GPUs are held, not %" PRId64, n->name,
          a->milli[n->id], n->allocated_milli);
    for (uint32_t i = 0; n->is_withheld && i < n->classes_len; i++)
        a->free[(size_t)n->id * c->resources_len + n->classes[i].resource] -=
            cluster_capacity_of(c, n->id, n->classes[i].resource);
    for (uint32_t r = 0; r < c->resources_len; r++) {
        const int64_t free = cluster_free_of(c, n->id, r);
        AUDIT(a, free == a->free[(size_t)n->id * c->resources_len + r],
              "node %s: resource %" PRIu32 ": %" PRId64 " are free, not %" PRId64, n->name, r,
              a->free[(size_t)n->id * c->resources_len + r], free);
        AUDIT(a, free >= 0 || a->is_unchecked[n->id] || n->is_withheld,
              "node %s: resource %" PRIu32 " is oversubscribed", n->name, r);
    }
}

static int64_t fragments(const struct audit *a, const struct node_pool *pool)
{
    int64_t milli = 0;
    for (uint32_t n = 0; a->sim->fragmentation != NULL && n < pool->nodes_len; n++)
        milli += fragmentation_of_node(a->sim->fragmentation, pool->first_node + n);
    return milli;
}

static void audit_pools(struct audit *a)
{
    const struct simulation *sim = a->sim;
    for (uint32_t p = 0; p < sim->cluster->pools_len; p++) {
        const struct node_pool *pool = &sim->cluster->pools[p];
        int64_t held = 0;
        for (uint32_t n = 0; n < pool->nodes_len; n++)
            held += a->milli[pool->first_node + n];
        AUDIT(a, !sim->is_settled || sim->meter.pools[p].fragmented.level == fragments(a, pool),
              "pool %s: %" PRId64 " thousandths of GPUs are fragmented, not %" PRId64, pool->name,
              fragments(a, pool), sim->meter.pools[p].fragmented.level);
        AUDIT(a, pool->allocated_milli == held && sim->meter.pools[p].allocated.level == held,
              "pool %s: %" PRId64 " thousandths of GPUs are held, not %" PRId64, pool->name, held,
              pool->allocated_milli);
    }
}

bool audit_passes(const struct simulation *sim, char *text, size_t cap)
{
    const struct cluster *c = sim->cluster;
    const size_t cells = (size_t)c->nodes_len * c->resources_len;
    struct audit a = {
        .sim = sim,
        .free = zeroed(cells, sizeof a.free[0]),
        .on_node = zeroed(c->nodes_len, sizeof a.on_node[0]),
        .on_gpu = zeroed(c->gpus_len, sizeof a.on_gpu[0]),
        .shares = zeroed(c->gpus_len, sizeof a.shares[0]),
        .made = zeroed(c->gpus_len, sizeof a.made[0]),
        .milli = zeroed(c->nodes_len, sizeof a.milli[0]),
        .is_unchecked = zeroed(c->nodes_len, sizeof a.is_unchecked[0]),
        .text = text,
        .cap = cap,
        .ok = true,
    };
    memcpy(a.free, c->capacity, cells * sizeof a.free[0]);
    for (uint32_t id = 0; id < sim->tasks.cap; id++)
        if (pool_has(&sim->tasks, id))
            audit_task(&a, sim_task(sim, id));
    audit_closings(&a);
    audit_jobs(&a);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        audit_node(&a, &c->nodes[n]);
    audit_pools(&a);
    free(a.free);
    free(a.on_node);
    free(a.on_gpu);
    free(a.shares);
    free(a.made);
    free(a.milli);
    free(a.is_unchecked);
    return a.ok;
}
