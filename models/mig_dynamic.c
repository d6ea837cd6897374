#include "models/mig_dynamic.h"

#include "models/device.h"
#include "sim/check.h"

#include <string.h>

/* --- one GPU --- */

uint32_t mig_dynamic_units(const struct mig_table *t, unsigned profile, uint32_t gpus,
                           struct device_unit *units)
{
    const struct mig_profile *p = &t->profiles[profile];
    uint32_t len = 0;
    for (uint32_t g = 0; g < gpus; g++)
        for (unsigned s = 0; s < t->memory_slices; s++)
            if (p->starts >> s & 1)
                units[len++] = (struct device_unit){
                    .gpu = (uint16_t)g,
                    .domain = UINT16_MAX,
                    .milli = (uint16_t)(1000u * p->memory_slices / t->memory_slices),
                    .slice_start = (uint16_t)s,
                    .slices = p->memory_slices,
                    .profile = p->name,
                    .memory_bytes = (uint64_t)p->memory_bytes,
                    .compute = mig_share(t, profile, MIG_BOUND_COMPUTE),
                    .memory = mig_share(t, profile, MIG_BOUND_MEMORY),
                };
    return len;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

uint32_t mig_dynamic_room(const struct mig_table *t, const struct mig_layout *l, unsigned profile)
{
    const struct mig_profile *p = &t->profiles[profile];
    const uint32_t places = (uint32_t)__builtin_popcount(mig_free_starts(t, l, profile));
    const uint32_t compute = (uint32_t)(t->compute_slices - l->compute_slices) / p->compute_slices;
    const uint32_t most = p->media ? 1 : p->most - mig_count(l, profile);
    return least(places, least(compute, most));
}

static struct gpu *gpu_of(const struct cluster *c, const struct node *n, uint32_t gpu)
{
    return &c->gpus[n->first_gpu + gpu];
}

/* Somebody has it whole, or a share of it. */
static bool is_held(const struct gpu *g)
{
    return g->residents > 0 || g->share_milli > 0;
}

/* --- columns and bits --- */

static void set_bit(const struct device_class *k, uint32_t unit, bool free)
{
    const uint64_t bit = UINT64_C(1) << unit % 64;
    k->free[unit / 64] = free ? k->free[unit / 64] | bit : k->free[unit / 64] & ~bit;
}

static int64_t *column(struct cluster *c, const struct node *n, const struct device_class *k)
{
    return &c->free[(size_t)n->id * c->resources_len + k->resource];
}

static uint32_t places_of(const struct node *n, const struct device_class *k)
{
    return k->units_len / n->gpus;
}

static void show_places(struct cluster *c, const struct node *n, const struct device_class *k,
                        uint32_t gpu, int sign)
{
    const struct mig_table *t = n->dynamic->table;
    const struct gpu *g = gpu_of(c, n, gpu);
    const unsigned starts = is_held(g) || sign < 0 ? 0 : mig_free_starts(t, &g->layout, k->profile);
    const uint32_t places = places_of(n, k), first = gpu * places;
    for (uint32_t u = first; u < first + places; u++)
        set_bit(k, u, starts >> k->units[u].slice_start & 1);
    if (!is_held(g))
        *column(c, n, k) += sign * (int64_t)mig_dynamic_room(t, &g->layout, k->profile);
}

static void show(struct cluster *c, const struct node *n, uint32_t gpu, int sign)
{
    for (uint32_t i = 0; n->dynamic != NULL && i < n->classes_len; i++)
        if (n->classes[i].kind == DEVICE_DYNAMIC)
            show_places(c, n, &n->classes[i], gpu, sign);
}

void mig_dynamic_lift(struct cluster *c, const struct node *n, uint32_t gpu)
{
    show(c, n, gpu, -1);
}

void mig_dynamic_settle(struct cluster *c, const struct node *n, uint32_t gpu)
{
    show(c, n, gpu, 1);
}

/* A GPU that gets its first instance, or lost its last. */
static void offer_whole(struct cluster *c, const struct node *n, uint32_t gpu, bool yes)
{
    const struct device_class *k = cluster_whole_gpus(n);
    set_bit(k, gpu, yes);
    *column(c, n, k) += yes ? 1 : -1;
}

/* --- instances --- */

static uint32_t unit_at(const struct node *n, const struct device_class *k, uint32_t gpu, int start)
{
    const uint32_t places = places_of(n, k);
    uint32_t u = gpu * places;
    while (k->units[u].slice_start != (unsigned)start)
        u++;
    SIM_REQUIRE(u < (gpu + 1) * places);
    return u;
}

uint32_t mig_dynamic_create(struct cluster *c, const struct node *n, const struct device_class *k)
{
    const struct mig_dynamic *d = n->dynamic;
    for (uint32_t g = 0; g < n->gpus; g++) {
        struct gpu *gpu = gpu_of(c, n, g);
        const int start =
            is_held(gpu) ? MIG_NONE : mig_place(d->space, d->rule, &gpu->layout, k->profile);
        if (start == MIG_NONE)
            continue;
        mig_dynamic_lift(c, n, g);
        if (gpu->layout.len == 0)
            offer_whole(c, n, g, false);
        mig_add(d->table, &gpu->layout, k->profile, (unsigned)start);
        mig_dynamic_settle(c, n, g);
        return unit_at(n, k, g, start);
    }
    return UINT32_MAX;
}

void mig_dynamic_destroy(struct cluster *c, uint32_t node, uint32_t gpu, uint32_t start)
{
    const struct node *n = &c->nodes[node];
    struct gpu *g = gpu_of(c, n, gpu);
    mig_dynamic_lift(c, n, gpu);
    mig_remove(n->dynamic->table, &g->layout, start);
    if (g->layout.len == 0)
        offer_whole(c, n, gpu, true);
    mig_dynamic_settle(c, n, gpu);
    cluster_touch(c, node);
}

int64_t mig_dynamic_create_ns(const struct cluster *c, const struct task *t)
{
    if (t->node == NODE_NONE || c->nodes[t->node].dynamic == NULL)
        return 0;
    const struct node *n = &c->nodes[t->node];
    int64_t ns = 0;
    for (uint32_t i = 0; i < t->uses_len; i++)
        if (n->classes[t->uses[i].class_index].kind == DEVICE_DYNAMIC)
            ns += n->dynamic->create_ns;
    return ns;
}

/* --- tasks that ask for several profiles --- */

struct trial {
    const struct cluster *c;
    const struct node *n;
    struct mig_layout layouts[NODE_MOST_GPUS];
    bool held[NODE_MOST_GPUS];
};

static void begin_trial(struct trial *t)
{
    for (uint32_t g = 0; g < t->n->gpus; g++) {
        t->layouts[g] = gpu_of(t->c, t->n, g)->layout;
        t->held[g] = is_held(gpu_of(t->c, t->n, g));
    }
}

static bool take_whole(struct trial *t)
{
    for (uint32_t g = 0; g < t->n->gpus; g++) {
        if (t->held[g] || t->layouts[g].len > 0)
            continue;
        t->held[g] = true;
        return true;
    }
    return false;
}

static bool take_instance(struct trial *t, unsigned profile)
{
    const struct mig_dynamic *d = t->n->dynamic;
    for (uint32_t g = 0; g < t->n->gpus; g++) {
        const int start =
            t->held[g] ? MIG_NONE : mig_place(d->space, d->rule, &t->layouts[g], profile);
        if (start == MIG_NONE)
            continue;
        mig_add(d->table, &t->layouts[g], profile, (unsigned)start);
        return true;
    }
    return false;
}

/* As device_take does it: class by class. */
static bool can_take(struct trial *t, const struct request *r, int64_t tasks)
{
    begin_trial(t);
    for (uint32_t i = 0; i < t->n->classes_len; i++) {
        const struct device_class *k = &t->n->classes[i];
        for (int64_t want = request_amount(r, k->resource) * tasks; want > 0; want--)
            if (k->kind == DEVICE_DYNAMIC ? !take_instance(t, k->profile) : !take_whole(t))
                return false;
    }
    return true;
}

int64_t mig_dynamic_limit(const struct cluster *c, uint32_t node, const struct request *r,
                          int64_t most)
{
    struct trial t = {.c = c, .n = &c->nodes[node]};
    uint32_t kinds = 0;
    for (uint32_t i = 0; i < t.n->classes_len; i++)
        kinds += request_amount(r, t.n->classes[i].resource) > 0;
    if (kinds < 2)
        return most;
    int64_t fits = 0;
    while (fits < most && can_take(&t, r, fits + 1))
        fits++;
    return fits;
}
