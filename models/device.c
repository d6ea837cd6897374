#include "models/device.h"

#include "models/gpu_share.h"
#include "models/mig_dynamic.h"
#include "models/sharing.h"
#include "sim/check.h"

#include <stdlib.h>

static const struct device_load no_load = {0};

/* Overhead of GPUs that nobody meant to share; gpu_models.md 2.5. */
static const struct timeslice_params unchecked_params = {.overhead_q16 = 7209};

static bool is_free(const struct device_class *k, uint32_t unit)
{
    return k->free[unit / 64] >> unit % 64 & 1;
}

static void flip(struct device_class *k, uint32_t unit)
{
    k->free[unit / 64] ^= UINT64_C(1) << unit % 64;
}

static struct gpu *gpu_of(const struct cluster *c, const struct node *n, uint32_t gpu)
{
    return &c->gpus[n->first_gpu + gpu];
}

static void count_milli(struct cluster *c, uint32_t node, int64_t change)
{
    c->nodes[node].allocated_milli += change;
    c->pools[c->nodes[node].pool].allocated_milli += change;
}

static uint32_t count_free(const struct device_class *k)
{
    uint32_t sum = 0;
    for (uint32_t w = 0; w < (k->units_len + 63) / 64; w++)
        sum += (uint32_t)__builtin_popcountll(k->free[w]);
    return sum;
}

static uint64_t lowest_bits(uint64_t free, uint32_t n)
{
    uint64_t rest = free;
    while (n-- > 0)
        rest &= rest - 1;
    return free ^ rest;
}

struct sharing_domain *device_unit_domain(const struct cluster *c, const struct node *n,
                                          const struct device_unit *u)
{
    return u->domain == UINT16_MAX ? NULL : &c->domains[n->first_domain + u->domain];
}

/* --- whole GPUs --- */

/* Somebody is on it already, or was once: they share it. */
static void share_gpu(struct cluster *c, const struct task *t, uint32_t gpu,
                      const struct device_load *load)
{
    const struct node *n = &c->nodes[t->node];
    struct gpu *g = gpu_of(c, n, gpu);
    if (g->domain == DOMAIN_NONE)
        g->domain = cluster_add_domain(
            c,
            &(struct domain_spec){.ops = &sharing_timeslice,
                                  .params = &unchecked_params,
                                  .memory_bytes = cluster_whole_gpus(n)->units[gpu].memory_bytes});
    struct sharing_domain *d = &c->domains[g->domain];
    if (d->len == 0 && g->owner != t->id)
        sharing_domain_add(d, g->owner, g->owner_load);
    sharing_domain_add(d, t->id, load);
}

/* Returns how many nobody had before. load must live as long as its request. */
static uint32_t hold_gpus(struct cluster *c, struct task *t, uint64_t mask,
                          const struct device_load *load)
{
    const struct node *n = &c->nodes[t->node];
    uint32_t fresh = 0;
    t->gpu_mask |= mask;
    for (; mask != 0; mask &= mask - 1) {
        const uint32_t gpu = (uint32_t)__builtin_ctzll(mask);
        struct gpu *g = gpu_of(c, n, gpu);
        mig_dynamic_lift(c, n, gpu);
        if (g->residents++ == 0) {
            g->owner = t->id;
            g->owner_load = load;
            fresh++;
        }
        mig_dynamic_settle(c, n, gpu);
        if (g->residents > 1 || g->domain != DOMAIN_NONE)
            share_gpu(c, t, gpu, load);
    }
    count_milli(c, t->node, 1000 * (int64_t)fresh);
    return fresh;
}

/* --- instances and replicas --- */

/* Replicas of one GPU, or of one MIG instance, have a sharing domain in common. */
static uint32_t taken_in(const struct device_class *k, uint32_t domain)
{
    uint32_t taken = 0;
    for (uint32_t u = 0; u < k->units_len; u++)
        taken += k->units[u].domain == domain && !is_free(k, u);
    return taken;
}

/* The free replica of the device with most (packed) or fewest (distributed) of them taken; lowest
 * on ties. */
static uint32_t pick_replica(const struct device_class *k)
{
    uint32_t best = UINT32_MAX, best_taken = 0, last = UINT32_MAX;
    for (uint32_t u = 0; u < k->units_len; u++) {
        if (!is_free(k, u) || k->units[u].domain == last)
            continue;
        last = k->units[u].domain;
        const uint32_t taken = taken_in(k, last);
        const bool better = k->order == DEVICES_PACKED ? taken > best_taken : taken < best_taken;
        if (best == UINT32_MAX || better) {
            best = u;
            best_taken = taken;
        }
    }
    return best;
}

static uint32_t pick_unit(const struct device_class *k)
{
    if (k->order != DEVICES_LOWEST)
        return pick_replica(k);
    for (uint32_t w = 0; w < (k->units_len + 63) / 64; w++)
        if (k->free[w] != 0)
            return 64 * w + (uint32_t)__builtin_ctzll(k->free[w]);
    return UINT32_MAX;
}

static uint32_t take_unit(struct cluster *c, const struct node *n, struct device_class *k)
{
    if (k->kind == DEVICE_DYNAMIC) {
        const uint32_t unit = mig_dynamic_create(c, n, k);
        SIM_REQUIRE(unit != UINT32_MAX);                           /* cluster_fits said so */
        c->free[(size_t)n->id * c->resources_len + k->resource]++; /* cluster_take takes it */
        return unit;
    }
    const uint32_t unit = pick_unit(k);
    flip(k, unit);
    return unit;
}

static void reserve_uses(struct task *t, uint32_t more)
{
    if (t->uses_len == 0 && more == 1) {
        t->uses = &t->one_use;
        return;
    }
    struct device_use *old = t->uses == &t->one_use ? NULL : t->uses;
    t->uses = realloc(old, (t->uses_len + more) * sizeof t->uses[0]);
    SIM_REQUIRE(t->uses != NULL);
    if (old == NULL && t->uses_len == 1)
        t->uses[0] = t->one_use;
}

static void hold_units(struct cluster *c, struct task *t, uint16_t class_index, uint32_t n,
                       const struct device_load *load)
{
    const struct node *node = &c->nodes[t->node];
    struct device_class *k = &node->classes[class_index];
    reserve_uses(t, n);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t unit = take_unit(c, node, k);
        t->uses[t->uses_len++] = (struct device_use){class_index, (uint16_t)unit};
        count_milli(c, t->node, k->units[unit].milli);
        struct sharing_domain *d = device_unit_domain(c, node, &k->units[unit]);
        if (d != NULL)
            sharing_domain_add(d, t->id, load);
    }
}

/* --- shares: uses of the class of whole GPUs, each of r's size --- */

static void hold_shares(struct cluster *c, struct task *t, const struct request *r, uint32_t n,
                        uint32_t gpu)
{
    const struct node *node = &c->nodes[t->node];
    const struct device_class *k = cluster_whole_gpus(node);
    const uint16_t class_index = (uint16_t)(k - node->classes);
    reserve_uses(t, n);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t on =
            gpu != GPU_NONE ? gpu : gpu_share_tightest(c, t->node, device_share_milli(t, r));
        gpu_share_take(c, t->node, on, device_share_milli(t, r));
        t->uses[t->uses_len++] = (struct device_use){class_index, (uint16_t)on};
    }
}

static bool take_share(struct cluster *c, struct task *t, const struct request *r, uint32_t count,
                       uint64_t gpu_mask)
{
    const struct node *n = &c->nodes[t->node];
    const struct device_class *k = cluster_whole_gpus(n);
    const uint32_t gpu = (uint32_t)__builtin_ctzll(gpu_mask);
    if (k == NULL || (gpu_mask & (gpu_mask - 1)) != 0 || gpu >= k->units_len)
        return false;
    if (gpu_share_left(c, n, k, gpu) / device_share_milli(t, r) < count)
        return false;
    hold_shares(c, t, r, count, gpu);
    return true;
}

/* --- the ways to take --- */

static bool has_units(const struct cluster *c, const struct node *n, const struct request *r,
                      uint32_t count)
{
    if (r->load.gpu_milli != 0 && gpu_share_fits(c, n->id, r->load.gpu_milli) < count)
        return false;
    for (uint32_t i = 0; i < n->classes_len; i++)
        if (n->classes[i].kind != DEVICE_DYNAMIC &&
            request_amount(r, n->classes[i].resource) * count > count_free(&n->classes[i]))
            return false;
    return true;
}

void device_take(struct cluster *c, struct task *t, const struct request *r, uint32_t count)
{
    const struct node *n = &c->nodes[t->node];
    SIM_INVARIANT(has_units(c, n, r, count)); /* the columns said so */
    if (n->classes_len == 0)
        count_milli(c, t->node, 1000 * (int64_t)r->gpus * (int64_t)count);
    for (uint32_t i = 0; i < n->classes_len; i++) {
        struct device_class *k = &n->classes[i];
        const uint32_t want = (uint32_t)request_amount(r, k->resource) * count;
        if (want == 0)
            continue;
        if (k->kind != DEVICE_WHOLE) {
            hold_units(c, t, (uint16_t)i, want, &r->load);
            continue;
        }
        const uint64_t mask = lowest_bits(k->free[0], want);
        k->free[0] ^= mask;
        hold_gpus(c, t, mask, &r->load);
    }
    if (r->load.gpu_milli != 0)
        hold_shares(c, t, r, count, GPU_NONE);
}

bool device_take_gpus(struct cluster *c, struct task *t, const struct request *r, uint32_t count,
                      uint64_t gpu_mask)
{
    if (r->load.gpu_milli != 0)
        return take_share(c, t, r, count, gpu_mask);
    struct device_class *k = cluster_whole_gpus(&c->nodes[t->node]);
    if (k == NULL || (gpu_mask & ~k->free[0]) != 0)
        return false;
    if (__builtin_popcountll(gpu_mask) != request_amount(r, k->resource) * count)
        return false;
    k->free[0] ^= gpu_mask;
    hold_gpus(c, t, gpu_mask, &r->load);
    return true;
}

/* What cluster_take and cluster_give think of as taken from the column of whole GPUs. */
static int64_t asked_gpus(const struct device_class *k, const struct request *r, uint32_t count)
{
    return request_amount(r, k->resource) * (int64_t)count;
}

void device_take_unchecked(struct cluster *c, struct task *t, const struct request *r,
                           uint32_t count, uint64_t gpu_mask)
{
    struct device_class *k = cluster_whole_gpus(&c->nodes[t->node]);
    if (k == NULL) { /* nothing can be named there: it gets no GPU */
        SIM_REQUIRE(gpu_mask == 0);
        return;
    }
    SIM_REQUIRE(k->units_len == 64 || gpu_mask >> k->units_len == 0);
    k->free[0] &= ~gpu_mask;
    c->free[(size_t)t->node * c->resources_len + k->resource] +=
        asked_gpus(k, r, count) - hold_gpus(c, t, gpu_mask, &r->load);
}

/* --- giving back --- */

static void leave_gpu(struct cluster *c, const struct task *t, struct gpu *g)
{
    SIM_REQUIRE(g->residents > 0);
    g->residents--;
    struct sharing_domain *d = g->domain == DOMAIN_NONE ? NULL : &c->domains[g->domain];
    if (d != NULL)
        sharing_domain_remove(d, t->id);
    if (g->residents == 0) {
        g->owner = TASK_NONE;
    } else if (g->owner == t->id) {
        g->owner = d->residents[0].task;
        g->owner_load = &no_load; /* its own stands in the domain, which is there for good */
    }
}

/* The GPU column follows the free bits, while cluster_give is about to add what was asked for. */
static void give_gpus(struct cluster *c, const struct task *t, const struct request *r)
{
    const struct node *n = &c->nodes[t->node];
    struct device_class *k = cluster_whole_gpus(n);
    uint64_t freed = 0;
    int64_t held = 0, still_held = 0;
    for (uint64_t mask = t->gpu_mask; mask != 0; mask &= mask - 1, held++) {
        const uint32_t gpu = (uint32_t)__builtin_ctzll(mask);
        struct gpu *g = gpu_of(c, n, gpu);
        mig_dynamic_lift(c, n, gpu);
        leave_gpu(c, t, g);
        mig_dynamic_settle(c, n, gpu);
        if (g->residents == 0)
            freed |= mask & -mask;
        else
            still_held++;
    }
    k->free[0] |= freed;
    count_milli(c, t->node, -1000 * (held - still_held));
    c->free[(size_t)t->node * c->resources_len + k->resource] +=
        t->is_unchecked ? held - still_held - asked_gpus(k, r, t->count) : -still_held;
}

static void give_units(struct cluster *c, const struct task *t, const struct request *r)
{
    const struct node *n = &c->nodes[t->node];
    for (uint32_t i = 0; i < t->uses_len; i++) {
        struct device_class *k = &n->classes[t->uses[i].class_index];
        const struct device_unit *u = &k->units[t->uses[i].unit];
        if (k->kind == DEVICE_WHOLE) {
            gpu_share_give(c, t->node, t->uses[i].unit, device_share_milli(t, r));
            continue;
        }
        struct sharing_domain *d = device_unit_domain(c, n, u);
        if (d != NULL)
            sharing_domain_remove(d, t->id);
        if (k->kind == DEVICE_DYNAMIC) /* the instance is there until mig_dynamic_destroy */
            c->free[(size_t)t->node * c->resources_len + k->resource]--;
        else
            flip(k, t->uses[i].unit);
        count_milli(c, t->node, -(int64_t)u->milli);
    }
}

void device_give(struct cluster *c, struct task *t, const struct request *r)
{
    const struct node *n = &c->nodes[t->node];
    if (n->classes_len == 0 && !t->is_unchecked)
        count_milli(c, t->node, -1000 * (int64_t)r->gpus * (int64_t)t->count);
    if (t->gpu_mask != 0 || (t->is_unchecked && cluster_whole_gpus(n) != NULL))
        give_gpus(c, t, r);
    give_units(c, t, r);
    if (t->uses != &t->one_use)
        free(t->uses);
    t->uses = NULL;
    t->uses_len = 0;
    t->gpu_mask = 0;
}

/* --- views --- */

uint32_t device_use_milli(const struct node *n, const struct task *t, uint32_t i,
                          const struct request *r)
{
    return n->classes[t->uses[i].class_index].kind == DEVICE_WHOLE
               ? device_share_milli(t, r)
               : device_unit_of(n, t->uses[i])->milli;
}

uint64_t device_milli(const struct cluster *c, const struct task *t, const struct request *r)
{
    const struct node *n = &c->nodes[t->node];
    if (n->classes_len == 0)
        return t->is_unchecked ? 0 : (uint64_t)r->gpus * t->count * 1000;
    uint64_t milli = 0;
    for (uint64_t mask = t->gpu_mask; mask != 0; mask &= mask - 1)
        milli += 1000;
    for (uint32_t i = 0; i < t->uses_len; i++)
        milli += device_use_milli(n, t, i, r);
    return milli;
}

static uint64_t slice_speed(const struct device_unit *u, const struct device_load *load)
{
    const uint32_t width = load->width_q16 == 0 ? MIG_WIDTH_WHOLE : load->width_q16;
    return u->slices == 0 ? SPEED_ONE
                          : mig_speed_q32(load->is_memory_bound ? u->memory : u->compute, width);
}

/* A client of MPS that may use so many of the threads. */
static uint64_t percent_speed(uint32_t percent, const struct device_load *load)
{
    const uint32_t width = load->width_q16 == 0 ? MIG_WIDTH_WHOLE : load->width_q16;
    return percent == 0 ? SPEED_ONE : mig_speed_q32((struct mig_share){percent, 100, false}, width);
}

/* It holds whole GPUs, and no GPU of the cluster was ever shared. */
static bool is_alone(const struct cluster *c, const struct task *t)
{
    return c->domains_len == 0 && t->uses_len == 0;
}

uint64_t device_speed(const struct cluster *c, const struct task *t, const struct device_load *load)
{
    uint64_t slowest = percent_speed(t->share_percent, load);
    if (is_alone(c, t))
        return slowest;
    const struct node *n = &c->nodes[t->node];
    for (uint64_t mask = t->gpu_mask; mask != 0; mask &= mask - 1) {
        const struct gpu *g = gpu_of(c, n, (uint32_t)__builtin_ctzll(mask));
        const uint64_t speed = g->domain == DOMAIN_NONE
                                   ? SPEED_ONE
                                   : sharing_domain_speed(&c->domains[g->domain], t->id);
        slowest = speed < slowest ? speed : slowest;
    }
    for (uint32_t i = 0; i < t->uses_len; i++) {
        const struct device_unit *u = device_unit_of(n, t->uses[i]);
        const struct sharing_domain *d = device_unit_domain(c, n, u);
        const uint64_t shared = d == NULL ? SPEED_ONE : sharing_domain_speed(d, t->id);
        const uint64_t speed = (uint64_t)((uint128)slice_speed(u, load) * shared >> 32);
        slowest = speed < slowest ? speed : slowest;
    }
    return slowest;
}

static void visit_residents(const struct sharing_domain *d, uint32_t but,
                            void (*visit)(void *context, uint32_t task), void *context)
{
    for (uint32_t i = 0; d != NULL && i < d->len; i++)
        if (d->residents[i].task != but)
            visit(context, d->residents[i].task);
}

void device_each_neighbour(const struct cluster *c, const struct task *t,
                           void (*visit)(void *context, uint32_t task), void *context)
{
    const struct node *n = &c->nodes[t->node];
    for (uint64_t mask = t->gpu_mask; mask != 0; mask &= mask - 1) {
        const struct gpu *g = gpu_of(c, n, (uint32_t)__builtin_ctzll(mask));
        if (g->domain != DOMAIN_NONE)
            visit_residents(&c->domains[g->domain], t->id, visit, context);
    }
    for (uint32_t i = 0; i < t->uses_len; i++)
        visit_residents(device_unit_domain(c, n, device_unit_of(n, t->uses[i])), t->id, visit,
                        context);
}
