#include "models/cluster.h"

#include "models/gpu_share.h"
#include "models/job.h"
#include "models/mig_dynamic.h"
#include "models/sharing.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/int128.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 8, LOG_LEAST = 1024 };

const char *node_state_name(enum node_state state)
{
    static const char *const names[NODE_STATES] = {
        [NODE_BOOTING] = "booting",   [NODE_READY] = "ready", [NODE_CORDONED] = "cordoned",
        [NODE_DRAINING] = "draining", [NODE_DOWN] = "down",
    };
    SIM_REQUIRE((unsigned)state < NODE_STATES);
    return names[state];
}

/* Room for one more element of bytes each. */
static void *room_for_one(void *list, uint32_t len, uint32_t *cap, size_t bytes)
{
    if (len < *cap)
        return list;
    *cap = *cap == 0 ? FIRST_CAPACITY : 2 * *cap;
    list = realloc(list, *cap * bytes);
    SIM_REQUIRE(list != NULL);
    return list;
}

struct cluster *cluster_new(void)
{
    struct cluster *c = calloc(1, sizeof *c);
    SIM_REQUIRE(c != NULL);
    c->arena = arena_new();
    c->node_names = intern_new();
    return c;
}

void cluster_free(struct cluster *c)
{
    if (c == NULL)
        return;
    for (uint32_t i = 0; i < c->domains_len; i++)
        sharing_domain_fini(&c->domains[i]);
    for (uint32_t i = 0; i < c->spaces_len; i++)
        mig_space_free(c->spaces[i]);
    free((void *)c->spaces);
    intern_free(c->node_names);
    free(c->named);
    free(c->nodes);
    free(c->pools);
    free((void *)c->kinds);
    free(c->gpus);
    free(c->domains);
    free(c->capacity);
    free(c->free);
    free(c->changes);
    arena_free(c->arena);
    free(c);
}

uint32_t cluster_add_kind(struct cluster *c, const struct gpu_model *kind)
{
    c->kinds = room_for_one((void *)c->kinds, c->kinds_len, &c->kinds_cap, sizeof c->kinds[0]);
    c->kinds[c->kinds_len] = kind;
    return c->kinds_len++;
}

uint32_t cluster_add_pool(struct cluster *c, const char *name, const char *machine,
                          uint32_t gpu_kind)
{
    SIM_REQUIRE(c->capacity == NULL);
    c->pools = room_for_one(c->pools, c->pools_len, &c->pools_cap, sizeof c->pools[0]);
    c->pools[c->pools_len] = (struct node_pool){
        .name = name, .machine = machine, .first_node = c->nodes_len, .gpu_kind = gpu_kind};
    return c->pools_len++;
}

static void add_gpus(struct cluster *c, const struct node_spec *spec)
{
    for (uint32_t g = 0; spec->is_numbered && g < spec->gpus; g++) {
        c->gpus = room_for_one(c->gpus, c->gpus_len, &c->gpus_cap, sizeof c->gpus[0]);
        c->gpus[c->gpus_len++] = (struct gpu){.owner = TASK_NONE, .domain = DOMAIN_NONE};
    }
}

uint32_t cluster_add_domain(struct cluster *c, const struct domain_spec *spec)
{
    c->domains = room_for_one(c->domains, c->domains_len, &c->domains_cap, sizeof c->domains[0]);
    struct sharing_domain *d = &c->domains[c->domains_len];
    sharing_domain_init(d, spec->ops, spec->params);
    d->memory_bytes = spec->memory_bytes;
    d->part_bytes = spec->part_bytes;
    return c->domains_len++;
}

void cluster_keep_space(struct cluster *c, struct mig_space *space)
{
    c->spaces = room_for_one((void *)c->spaces, c->spaces_len, &c->spaces_cap, sizeof c->spaces[0]);
    c->spaces[c->spaces_len++] = space;
}

static struct device_class *make_classes(struct cluster *c, const struct class_spec *specs,
                                         uint32_t len)
{
    struct device_class *classes = arena_alloc(c->arena, (len + 1) * sizeof classes[0]);
    for (uint32_t i = 0; i < len; i++) {
        const struct class_spec *from = &specs[i];
        const uint32_t words = (from->units_len + 63) / 64;
        classes[i] = (struct device_class){
            .resource = from->resource,
            .kind = from->kind,
            .order = from->order,
            .refuses_several = from->refuses_several,
            .profile = from->profile,
            .units = from->units,
            .units_len = from->units_len,
            .free = arena_alloc(c->arena, words * sizeof(uint64_t)),
        };
        for (uint32_t u = 0; u < from->units_len; u++)
            if (from->units[u].milli > 0)
                classes[i].free[u / 64] |= UINT64_C(1) << u % 64;
    }
    return classes;
}

static void make_layouts(struct cluster *c, struct node *n, const struct node_spec *spec)
{
    n->classes = make_classes(c, spec->classes, spec->classes_len);
    n->classes_len = spec->classes_len;
    n->layouts_len = spec->layouts_len;
    if (spec->layouts_len == 0)
        return;
    n->layouts = arena_alloc(c->arena, spec->layouts_len * sizeof n->layouts[0]);
    for (uint32_t i = 0; i < spec->layouts_len; i++) {
        const struct layout_spec *from = &spec->layouts[i];
        n->layouts[i] = (struct node_layout){
            from->name, make_classes(c, from->classes, from->classes_len), from->classes_len};
    }
    n->classes = n->layouts[0].classes;
    n->classes_len = n->layouts[0].classes_len;
}

/* Units of a class that were never had. */
static int64_t offered(const struct device_class *k)
{
    int64_t n = 0;
    for (uint32_t u = 0; u < k->units_len; u++)
        n += k->units[u].milli > 0;
    return n;
}

static void offer(struct cluster *c, const struct node *n, int sign)
{
    for (uint32_t i = 0; i < n->classes_len; i++) {
        const size_t cell = (size_t)n->id * c->resources_len + n->classes[i].resource;
        c->capacity[cell] += sign * offered(&n->classes[i]);
        c->free[cell] += n->is_withheld ? 0 : sign * offered(&n->classes[i]);
    }
}

void cluster_set_layout(struct cluster *c, uint32_t node, uint32_t layout)
{
    struct node *n = &c->nodes[node];
    SIM_REQUIRE(n->tasks == 0 && layout < n->layouts_len);
    offer(c, n, -1);
    n->layout = layout;
    n->classes = n->layouts[layout].classes;
    n->classes_len = n->layouts[layout].classes_len;
    offer(c, n, 1);
    cluster_touch(c, node);
}

void cluster_withhold(struct cluster *c, uint32_t node, bool yes)
{
    struct node *n = &c->nodes[node];
    if (n->is_withheld == yes)
        return;
    n->is_withheld = yes;
    for (uint32_t i = 0; i < n->classes_len; i++) {
        const size_t cell = (size_t)node * c->resources_len + n->classes[i].resource;
        c->free[cell] += yes ? -c->capacity[cell] : c->capacity[cell];
    }
    cluster_touch(c, node);
}

/* Capacities wait for their columns in a list per node until the cluster is sealed. */
static const struct amount *all_amounts(struct cluster *c, const struct node_spec *spec)
{
    const struct class_spec *classes =
        spec->layouts_len > 0 ? spec->layouts[0].classes : spec->classes;
    const uint32_t classes_len =
        spec->layouts_len > 0 ? spec->layouts[0].classes_len : spec->classes_len;
    const uint32_t len = spec->amounts_len + classes_len;
    struct amount *all = arena_alloc(c->arena, (len + 1) * sizeof all[0]);
    if (spec->amounts_len != 0)
        memcpy(all, spec->amounts, spec->amounts_len * sizeof all[0]);
    for (uint32_t i = 0; i < classes_len; i++) {
        const struct class_spec *k = &classes[i];
        struct amount *count = &all[spec->amounts_len + i];
        *count = (struct amount){.resource = k->resource, .value = k->amount};
        for (uint32_t u = 0; k->kind != DEVICE_DYNAMIC && u < k->units_len; u++)
            count->value += k->units[u].milli > 0;
    }
    all[len].resource = UINT32_MAX;
    return all;
}

/* Of several nodes of one name, which a scenario may not have, the first is found. */
static void note_name(struct cluster *c, const char *name)
{
    if (intern_add(c->node_names, name) < c->named_len)
        return;
    c->named = room_for_one(c->named, c->named_len, &c->named_cap, sizeof c->named[0]);
    c->named[c->named_len++] = c->nodes_len;
}

uint32_t cluster_add_node(struct cluster *c, const struct node_spec *spec)
{
    SIM_REQUIRE(c->capacity == NULL && c->pools_len > 0);
    SIM_REQUIRE(!spec->is_numbered || spec->gpus <= NODE_MOST_GPUS);
    struct node_pool *pool = &c->pools[c->pools_len - 1];
    c->nodes = room_for_one(c->nodes, c->nodes_len, &c->nodes_cap, sizeof c->nodes[0]);
    c->nodes[c->nodes_len] = (struct node){
        .name = spec->name,
        .id = c->nodes_len,
        .pool = c->pools_len - 1,
        .state = spec->state,
        .gpus = spec->gpus,
        .gpu_kind = spec->gpus > 0 ? pool->gpu_kind : KIND_NONE,
        .dynamic = spec->dynamic,
        .first_gpu = c->gpus_len,
        .first_domain = c->domains_len,
        .labels = spec->labels,
        .labels_len = spec->labels_len,
        .taints = spec->taints,
        .taints_len = spec->taints_len,
        .weight = spec->weight,
        .price_micro_per_h = spec->price_micro_per_h,
        .boot_ns = spec->boot_ns,
        .unsealed = all_amounts(c, spec),
    };
    make_layouts(c, &c->nodes[c->nodes_len], spec);
    add_gpus(c, spec);
    for (uint32_t d = 0; d < spec->domains_len; d++)
        cluster_add_domain(c, &spec->domains[d]);
    pool->nodes_len++;
    pool->gpus += spec->gpus;
    note_name(c, spec->name);
    return c->nodes_len++;
}

static void make_log(struct cluster *c)
{
    uint64_t len = LOG_LEAST;
    while (len < 2 * (uint64_t)c->nodes_len)
        len *= 2;
    c->changes = calloc(len, sizeof c->changes[0]);
    SIM_REQUIRE(c->changes != NULL);
    c->changes_mask = len - 1;
}

void cluster_seal(struct cluster *c, uint32_t resources_len)
{
    SIM_REQUIRE(c->capacity == NULL && resources_len <= CLUSTER_MOST_RESOURCES);
    const size_t cells = (size_t)c->nodes_len * resources_len;
    c->resources_len = resources_len;
    c->capacity = calloc(cells + 1, sizeof c->capacity[0]);
    c->free = calloc(cells + 1, sizeof c->free[0]);
    SIM_REQUIRE(c->capacity != NULL && c->free != NULL);
    for (uint32_t n = 0; n < c->nodes_len; n++) {
        for (const struct amount *a = c->nodes[n].unsealed; a->resource != UINT32_MAX; a++) {
            SIM_REQUIRE(a->resource < resources_len);
            c->capacity[(size_t)n * resources_len + a->resource] += a->value;
        }
    }
    memcpy(c->free, c->capacity, cells * sizeof c->free[0]);
    make_log(c);
}

/* have / value of non-negative numbers; the short division takes half the time of the long one. */
static int64_t quotient(int64_t have, int64_t value)
{
    if (((have | value) >> 32) == 0)
        return (uint32_t)have / (uint32_t)value;
    return have / value;
}

int64_t cluster_fits_row(const struct cluster *c, const int64_t *row, const struct request *r)
{
    int64_t most = INT64_MAX;
    for (uint32_t i = 0; i < r->amounts_len; i++) {
        const struct amount *a = &r->amounts[i];
        const int64_t have = a->resource < c->resources_len ? row[a->resource] : 0;
        if (have < a->value)
            return 0;
        const int64_t tasks = quotient(have, a->value);
        most = tasks < most ? tasks : most;
    }
    return most;
}

int64_t cluster_fits(const struct cluster *c, uint32_t node, const struct request *r)
{
    if (c->nodes[node].state != NODE_READY)
        return 0;
    int64_t fits = cluster_fits_row(c, &c->free[(size_t)node * c->resources_len], r);
    if (c->nodes[node].dynamic != NULL && fits > 0)
        fits = mig_dynamic_limit(c, node, r, fits);
    return r->load.gpu_milli == 0 ? fits : gpu_share_limit(c, node, r, fits);
}

/* Pieces of the resource that the classes offer. */
static int64_t offered_of(const struct device_class *classes, uint32_t len, uint32_t resource)
{
    int64_t n = 0;
    for (uint32_t i = 0; i < len; i++)
        n += classes[i].resource == resource ? offered(&classes[i]) : 0;
    return n;
}

void cluster_row_in_layout(const struct cluster *c, uint32_t node, uint32_t layout, int64_t *row)
{
    const struct node *n = &c->nodes[node];
    const struct node_layout *l = &n->layouts[layout];
    memcpy(row, &c->capacity[(size_t)node * c->resources_len], c->resources_len * sizeof row[0]);
    for (uint32_t i = 0; i < n->classes_len; i++)
        row[n->classes[i].resource] -= offered(&n->classes[i]);
    for (uint32_t i = 0; i < l->classes_len; i++)
        row[l->classes[i].resource] += offered(&l->classes[i]);
}

/* In another of the node's layouts. */
static int64_t fits_layout(const struct cluster *c, const struct node *n,
                           const struct node_layout *l, const struct request *r)
{
    int64_t most = INT64_MAX;
    for (uint32_t i = 0; i < r->amounts_len && most > 0; i++) {
        const struct amount *a = &r->amounts[i];
        const int64_t have = cluster_capacity_of(c, n->id, a->resource) -
                             offered_of(n->classes, n->classes_len, a->resource) +
                             offered_of(l->classes, l->classes_len, a->resource);
        most = have / a->value < most ? have / a->value : most;
    }
    return most;
}

int64_t cluster_could_fit(const struct cluster *c, uint32_t node, const struct request *r)
{
    const struct node *n = &c->nodes[node];
    int64_t fits = cluster_fits_row(c, &c->capacity[(size_t)node * c->resources_len], r);
    for (uint32_t l = 0; l < n->layouts_len; l++) {
        const int64_t then = fits_layout(c, n, &n->layouts[l], r);
        fits = then > fits ? then : fits;
    }
    return r->load.gpu_milli == 0 ? fits : gpu_share_could_limit(c, node, r, fits);
}

int64_t cluster_cost_nano_usd(const struct cluster *c, const struct node *n,
                              const struct request *r, int64_t milli, int64_t count,
                              int64_t held_ns)
{
    const int128 ns_per_h = (int128)3600 * 1000000000;
    const int128 all =
        n->gpus > 0 ? (int128)n->gpus * 1000 : cluster_capacity_of(c, n->id, RESOURCE_CPU);
    const int128 part = n->gpus > 0 ? milli : (int128)request_amount(r, RESOURCE_CPU) * count;
    if (n->price_micro_per_h == 0 || all == 0)
        return 0;
    return (int64_t)(n->price_micro_per_h * part * held_ns / all * 1000 / ns_per_h);
}

struct device_class *cluster_whole_gpus(const struct node *n)
{
    for (uint32_t i = 0; i < n->classes_len; i++)
        if (n->classes[i].kind == DEVICE_WHOLE)
            return &n->classes[i];
    return NULL;
}

bool cluster_has_dynamic(const struct cluster *c)
{
    return c->spaces_len > 0;
}

int64_t cluster_idle_milli(const struct cluster *c, uint32_t node)
{
    const struct node *n = &c->nodes[node];
    return (int64_t)n->gpus * 1000 - n->allocated_milli;
}

uint32_t cluster_find_node(const struct cluster *c, const char *name)
{
    const uint32_t id = intern_find(c->node_names, name);
    return id == INTERN_NONE ? NODE_NONE : c->named[id];
}

static void add_amounts(struct cluster *c, uint32_t node, const struct request *r, int64_t times)
{
    int64_t *row = &c->free[(size_t)node * c->resources_len];
    for (uint32_t i = 0; i < r->amounts_len; i++)
        if (r->amounts[i].resource < c->resources_len)
            row[r->amounts[i].resource] += times * r->amounts[i].value;
    cluster_touch(c, node);
}

void cluster_take(struct cluster *c, uint32_t node, const struct request *r, int64_t count)
{
    add_amounts(c, node, r, -count);
    c->nodes[node].tasks++;
}

void cluster_give(struct cluster *c, uint32_t node, const struct request *r, int64_t count)
{
    add_amounts(c, node, r, count);
    SIM_REQUIRE(c->nodes[node].tasks-- > 0);
}

void cluster_set_state(struct cluster *c, uint32_t node, enum node_state state)
{
    c->nodes[node].state = state;
    cluster_touch(c, node);
}

void cluster_touch(struct cluster *c, uint32_t node)
{
    c->nodes[node].last_change = c->changes_end;
    c->changes[c->changes_end++ & c->changes_mask] = node;
}
