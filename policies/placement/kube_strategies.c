/*
 * kube_strategies.c - the scoring strategies of kube-scheduler's NodeResourcesFit, each with
 * NodeResourcesBalancedAllocation beside it: resource_score.h has the formulas.
 *
 * What a pod counts for in the first differs from what it takes: containers that say nothing of
 * their CPU or memory count as 100m and 200Mi (request.scored_*). Their sums are kept here by node.
 */
#include "models/kubernetes/resource_list.h"
#include "policies/placement/resource_score.h"
#include "policies/placement/strategy.h"
#include "sim/arena.h"
#include "sim/config.h"
#include "sim/intern.h"

#include <string.h>

struct weighted {
    const char *name;
    int64_t weight;
    uint32_t resource;
    bool is_scalar; /* counts only for pods that ask for it */
};

struct balanced_section {
    int64_t weight;
    struct config_list resources;
};

struct scored {
    int64_t cpu_milli, memory_bytes;
};

struct kube_scoring {
    /* options */
    int64_t weight;
    struct config_list resources; /* of struct weighted */
    struct config_list shape;     /* of struct shape_point */
    struct balanced_section balanced;
    int64_t taint_weight, affinity_weight;
    /* the rest */
    const struct cluster *cluster;
    struct scored *scored; /* by node */
};

/* --- options --- */

static const struct config_key weighted_keys[] = {
    {.key = "name",
     .kind = CONFIG_TEXT,
     .offset = offsetof(struct weighted, name),
     .help = "of the resource: cpu, memory, nvidia.com/gpu ..."},
    {.key = "weight",
     .kind = CONFIG_INT,
     .offset = offsetof(struct weighted, weight),
     .fallback = "1",
     .min = 1,
     .max = 100,
     .help = "how much it counts"},
    {0},
};

static const struct config_table weighted_table = {
    .name = "resources", .bytes = sizeof(struct weighted), .keys = weighted_keys};

static const struct config_key point_keys[] = {
    {.key = "utilization",
     .kind = CONFIG_INT,
     .offset = offsetof(struct shape_point, utilization),
     .min = 0,
     .max = 100,
     .help = "percent of the resource that is requested"},
    {.key = "score",
     .kind = CONFIG_INT,
     .offset = offsetof(struct shape_point, score),
     .min = 0,
     .max = 10,
     .help = "of a node that is used so far"},
    {0},
};

static const struct config_table point_table = {
    .name = "shape", .bytes = sizeof(struct shape_point), .keys = point_keys};

static bool refuse(struct config_reader *r, const struct yaml_node *n, const char *what)
{
    diag_error(r->diag, yaml_pos(n), "%s", what);
    return false;
}

/* The items of a list, each a map. */
static bool read_items(struct config_reader *r, const struct yaml_node *n, const char *what,
                       const struct config_table *table, struct config_list *out)
{
    if (n->kind != YAML_LIST) {
        diag_error(r->diag, yaml_pos(n), "%s: %s; expected a list", what, yaml_kind_name(n));
        return false;
    }
    char *items = arena_alloc(r->arena, (n->len + 1) * table->bytes);
    bool ok = true;
    for (size_t i = 0; i < n->len; i++)
        ok &= config_read(r, n->items[i], yaml_pos(n->items[i]), table, items + i * table->bytes);
    *out = (struct config_list){items, n->len};
    return ok;
}

static bool read_resources(struct config_reader *r, const struct yaml_node *n, void *field)
{
    struct config_list *list = field;
    if (!read_items(r, n, "resources", &weighted_table, list))
        return false;
    if (list->len > RESOURCE_MOST_SCORED)
        return refuse(r, n, "resources: more than 32");
    const struct weighted *w = list->items;
    for (size_t i = 0; i < list->len; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(w[i].name, w[k].name) == 0)
                return refuse(r, n->items[i], "resources: named twice");
    return true;
}

static bool read_shape(struct config_reader *r, const struct yaml_node *n, void *field)
{
    struct config_list *list = field;
    if (!read_items(r, n, "shape", &point_table, list))
        return false;
    struct shape_point *p = list->items;
    for (size_t i = 0; i < list->len; i++) {
        p[i].score *= 10;
        if (i > 0 && p[i].utilization <= p[i - 1].utilization)
            return refuse(r, n->items[i], "shape: utilization must rise from point to point");
    }
    return list->len > 0 || refuse(r, n, "shape: empty; expected at least one point");
}

#define RESOURCES_KEY(field)                                                                    \
    {                                                                                           \
        .key = "resources", .kind = CONFIG_CUSTOM, .offset = (field), .fallback = "",           \
        .read = read_resources, .hint = "a list of {name: RESOURCE, weight: 1..100}",           \
        .help = "what counts; cpu and memory with weight 1 if absent: GPUs count only if named" \
    }

static const struct config_key balanced_keys[] = {
    {.key = "weight",
     .kind = CONFIG_INT,
     .offset = offsetof(struct balanced_section, weight),
     .fallback = "1",
     .min = 0,
     .max = 100,
     .help = "of the plugin's score; 0: it is disabled"},
    RESOURCES_KEY(offsetof(struct balanced_section, resources)),
    {0},
};

static const struct config_table balanced_table = {
    .name = "balanced",
    .help = "NodeResourcesBalancedAllocation: nodes whose resources are used evenly.",
    .bytes = sizeof(struct balanced_section),
    .keys = balanced_keys};

#define FIELD(member) offsetof(struct kube_scoring, member)

#define FIT_KEYS                                                                                \
    RESOURCES_KEY(FIELD(resources)),                                                            \
        {.key = "weight",                                                                       \
         .kind = CONFIG_INT,                                                                    \
         .offset = FIELD(weight),                                                               \
         .fallback = "1",                                                                       \
         .min = 0,                                                                              \
         .max = 100,                                                                            \
         .help = "of NodeResourcesFit; 0: it is disabled"},                                     \
    {                                                                                           \
        .key = "balanced", .kind = CONFIG_SECTION, .offset = FIELD(balanced), .fallback = "{}", \
        .table = &balanced_table, .help = "NodeResourcesBalancedAllocation"                     \
    }

#define PREFERENCE_KEYS                                                                 \
    {.key = "taint_weight",                                                             \
     .kind = CONFIG_INT,                                                                \
     .offset = FIELD(taint_weight),                                                     \
     .fallback = "3",                                                                   \
     .min = 0,                                                                          \
     .max = 100,                                                                        \
     .help = "of TaintToleration: PreferNoSchedule taints that are not tolerated"},     \
    {                                                                                   \
        .key = "affinity_weight", .kind = CONFIG_INT, .offset = FIELD(affinity_weight), \
        .fallback = "2", .min = 0, .max = 100,                                          \
        .help = "of NodeAffinity: preferred terms that match"                           \
    }

static const struct config_key fit_keys[] = {FIT_KEYS, PREFERENCE_KEYS, {0}};

static const struct config_key ratio_keys[] = {
    FIT_KEYS,
    {.key = "shape",
     .kind = CONFIG_CUSTOM,
     .offset = FIELD(shape),
     .fallback = "",
     .read = read_shape,
     .hint = "a list of {utilization: 0..100, score: 0..10}",
     .help = "score by utilization, a line between points; packing if absent: 0 at 0, 10 at 100"},
    PREFERENCE_KEYS,
    {0},
};

static const struct config_key balanced_only_keys[] = {
    {.key = "weight",
     .kind = CONFIG_INT,
     .offset = FIELD(balanced.weight),
     .fallback = "1",
     .min = 1,
     .max = 100,
     .help = "of NodeResourcesBalancedAllocation"},
    RESOURCES_KEY(FIELD(balanced.resources)),
    PREFERENCE_KEYS,
    {0},
};

static const struct config_table least_options = {
    .name = "least-allocated", .bytes = sizeof(struct kube_scoring), .keys = fit_keys};
static const struct config_table most_options = {
    .name = "most-allocated", .bytes = sizeof(struct kube_scoring), .keys = fit_keys};
static const struct config_table ratio_options = {.name = "requested-to-capacity-ratio",
                                                  .bytes = sizeof(struct kube_scoring),
                                                  .keys = ratio_keys};
static const struct config_table balanced_options = {.name = "balanced-allocation",
                                                     .bytes = sizeof(struct kube_scoring),
                                                     .keys = balanced_only_keys};

/* --- opening --- */

static void take_defaults(struct config_list *list, struct arena *a)
{
    static const struct weighted both[] = {{.name = "cpu", .weight = 1},
                                           {.name = "memory", .weight = 1}};
    if (list->items == NULL)
        *list = (struct config_list){arena_copy(a, both, sizeof both), 2};
}

static void number_resources(struct config_list *list, const struct names *names)
{
    struct weighted *w = list->items;
    for (size_t i = 0; i < list->len; i++) {
        w[i].resource = intern_find(names->resources, w[i].name);
        /* ephemeral-storage is counted like cpu and memory, pages and devices are not. */
        w[i].is_scalar =
            !resource_is_native(w[i].name) || strncmp(w[i].name, "hugepages-", 10) == 0;
    }
}

static bool kube_open(void *state, const struct strategy_env *env, struct diag *d)
{
    static const struct shape_point packing[] = {{0, 0}, {100, 100}};
    struct kube_scoring *s = state;
    (void)d;
    take_defaults(&s->resources, env->arena);
    take_defaults(&s->balanced.resources, env->arena);
    if (s->shape.items == NULL)
        s->shape = (struct config_list){arena_copy(env->arena, packing, sizeof packing), 2};
    number_resources(&s->resources, env->names);
    number_resources(&s->balanced.resources, env->names);
    s->cluster = env->cluster;
    s->scored = arena_alloc(env->arena, (env->cluster->nodes_len + 1) * sizeof s->scored[0]);
    *env->preferences = (struct preferences){s->taint_weight, s->affinity_weight, 1};
    return true;
}

static void kube_moved(void *state, const struct request *r, uint32_t node, int64_t count)
{
    struct kube_scoring *s = state;
    s->scored[node].cpu_milli += count * r->scored_cpu_milli;
    s->scored[node].memory_bytes += count * r->scored_memory_bytes;
}

/* --- scores --- */

/* As the scheduler counts what runs: all nodes have it, INTERN_NONE none. */
static struct resource_use plain_use(const struct kube_scoring *s, const struct weighted *w,
                                     const struct request *r, uint32_t node)
{
    const int64_t capacity = cluster_capacity_of(s->cluster, node, w->resource);
    struct resource_use u = {
        .weight = w->weight,
        .used = capacity - cluster_free_of(s->cluster, node, w->resource),
        .asked = request_amount(r, w->resource),
    };
    if (!w->is_scalar || u.asked > 0)
        u.allocatable = capacity;
    return u;
}

static struct resource_use scored_use(const struct kube_scoring *s, const struct weighted *w,
                                      const struct request *r, uint32_t node)
{
    struct resource_use u = plain_use(s, w, r, node);
    if (w->resource == RESOURCE_CPU) {
        u.used = s->scored[node].cpu_milli;
        u.asked = r->scored_cpu_milli;
    } else if (w->resource == RESOURCE_MEMORY) {
        u.used = s->scored[node].memory_bytes;
        u.asked = r->scored_memory_bytes;
    }
    return u;
}

static int64_t fit(const struct kube_scoring *s, enum resource_rule rule, const struct request *r,
                   uint32_t node)
{
    struct resource_use uses[RESOURCE_MOST_SCORED];
    const struct weighted *w = s->resources.items;
    const struct resource_shape shape = {s->shape.items, s->shape.len};
    for (size_t i = 0; i < s->resources.len; i++)
        uses[i] = scored_use(s, &w[i], r, node);
    return s->weight * resource_fit_score(rule, &shape, uses, s->resources.len);
}

/* A pod that asks for nothing that counts is not scored. */
static int64_t balance(const struct kube_scoring *s, const struct request *r, uint32_t node)
{
    struct resource_use uses[RESOURCE_MOST_SCORED];
    const struct weighted *w = s->balanced.resources.items;
    bool asks = false;
    for (size_t i = 0; i < s->balanced.resources.len; i++) {
        uses[i] = plain_use(s, &w[i], r, node);
        asks |= uses[i].asked > 0;
    }
    return asks ? s->balanced.weight * resource_balance_score(uses, s->balanced.resources.len) : 0;
}

static int64_t both(const struct kube_scoring *s, enum resource_rule rule, const struct request *r,
                    uint32_t node)
{
    return (s->weight == 0 ? 0 : fit(s, rule, r, node)) +
           (s->balanced.weight == 0 ? 0 : balance(s, r, node));
}

static int64_t least_score(void *state, const struct request *r, uint32_t node)
{
    return both(state, RESOURCES_LEAST, r, node);
}

static int64_t most_score(void *state, const struct request *r, uint32_t node)
{
    return both(state, RESOURCES_MOST, r, node);
}

static int64_t ratio_score(void *state, const struct request *r, uint32_t node)
{
    return both(state, RESOURCES_RATIO, r, node);
}

extern const struct strategy_ops strategy_least_allocated;
const struct strategy_ops strategy_least_allocated = {
    .api = STRATEGY_API,
    .name = "least-allocated",
    .summary = "kube-scheduler's default: spread, by free CPU and memory, evenly used",
    .state_bytes = sizeof(struct kube_scoring),
    .options = &least_options,
    .open = kube_open,
    .score = least_score,
    .moved = kube_moved,
};

extern const struct strategy_ops strategy_most_allocated;
const struct strategy_ops strategy_most_allocated = {
    .api = STRATEGY_API,
    .name = "most-allocated",
    .summary = "kube-scheduler's packing: the fullest node first",
    .state_bytes = sizeof(struct kube_scoring),
    .options = &most_options,
    .open = kube_open,
    .score = most_score,
    .moved = kube_moved,
};

extern const struct strategy_ops strategy_requested_to_capacity;
const struct strategy_ops strategy_requested_to_capacity = {
    .api = STRATEGY_API,
    .name = "requested-to-capacity-ratio",
    .summary = "kube-scheduler's scores by a shape: a line over utilization",
    .state_bytes = sizeof(struct kube_scoring),
    .options = &ratio_options,
    .open = kube_open,
    .score = ratio_score,
    .moved = kube_moved,
};

extern const struct strategy_ops strategy_balanced;
const struct strategy_ops strategy_balanced = {
    .api = STRATEGY_API,
    .name = "balanced-allocation",
    .summary = "kube-scheduler's balance alone: resources of a node used evenly",
    .state_bytes = sizeof(struct kube_scoring),
    .options = &balanced_options,
    .open = kube_open,
    .score = least_score,
    .moved = kube_moved,
};
