#include "policies/slurm/slurm_machine.h"

#include "models/gpu_model.h"
#include "models/lint.h"
#include "models/slurm_text/hostlist.h"
#include "policies/slurm/node_set.h"
#include "policies/slurm/slurm_site_build.h"
#include "sim/arena.h"
#include "sim/intern.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

enum { MIB = 1 << 20, CPUS_UNKNOWN = 4096 };

/* Room to add, and never to run short. */
#define MEMORY_UNKNOWN_MB (INT64_MAX / 4)

/* --- what the machines have --- */

static int64_t cpus_of(const struct cluster *c, uint32_t node)
{
    return cluster_capacity_of(c, node, RESOURCE_CPU) / 1000;
}

static int64_t memory_mb_of(const struct cluster *c, uint32_t node)
{
    return cluster_capacity_of(c, node, RESOURCE_MEMORY) / MIB;
}

/* GPUs that are cut have no unit among the whole ones. */
static uint32_t units_of(const struct device_class *k)
{
    uint32_t units = 0;
    for (uint32_t u = 0; u < k->units_len; u++)
        units += k->units[u].milli > 0;
    return units;
}

/* The resource of devices that slurm.conf calls by this type: a MIG profile, or else whole GPUs. */
static uint32_t resource_of_type(const struct cluster *c, const char *type)
{
    for (uint32_t n = 0; n < c->nodes_len; n++)
        for (uint32_t i = 0; i < c->nodes[n].classes_len; i++) {
            const struct device_class *k = &c->nodes[n].classes[i];
            if (k->units_len > 0 && k->units[0].profile != NULL &&
                strcasecmp(k->units[0].profile, type) == 0)
                return k->resource;
        }
    return RESOURCE_GPU;
}

uint64_t slurm_machine_types(const struct slurm_machine *m, const struct slurm_site *site,
                             uint32_t resource)
{
    uint64_t types = resource == m->untyped_resource ? SLURM_UNTYPED : 0;
    for (uint32_t t = 0; t < site->types_len; t++)
        if (m->type_resource[t] == resource)
            types |= slurm_type_bit(t);
    return types;
}

/* --- devices --- */

static const struct device_class *class_of(const struct node *n, uint32_t resource)
{
    for (uint32_t i = 0; i < n->classes_len; i++)
        if (n->classes[i].resource == resource)
            return &n->classes[i];
    return NULL;
}

/* The devices' GPUs, the n-th whole device being the n-th whole GPU. */
static const uint8_t *map_gpus(struct arena *a, const struct slurm_machine *m,
                               const struct slurm_layout *l, const struct node *n)
{
    if (l->devices_len == 0)
        return NULL;
    uint8_t *gpus = arena_alloc(a, l->devices_len);
    uint32_t unit = 0;
    for (uint32_t d = 0; d < l->devices_len; d++) {
        const uint32_t resource =
            l->type_of[d] == UINT8_MAX ? m->untyped_resource : m->type_resource[l->type_of[d]];
        const struct device_class *k = class_of(n, resource);
        gpus[d] = UINT8_MAX;
        if (k == NULL || k->kind != DEVICE_WHOLE)
            continue;
        while (unit < k->units_len && k->units[unit].milli == 0)
            unit++;
        if (unit < k->units_len)
            gpus[d] = (uint8_t)unit++;
    }
    return gpus;
}

/* Pieces of the resource that the layout names. */
static int64_t pieces_of(const struct slurm_machine *m, const struct slurm_layout *l,
                         uint32_t resource)
{
    int64_t sum = 0;
    for (uint32_t d = 0; d < l->devices_len; d++)
        sum += resource ==
               (l->type_of[d] == UINT8_MAX ? m->untyped_resource : m->type_resource[l->type_of[d]]);
    for (uint32_t i = 0; i < l->counted_len; i++)
        if (l->counted[i].kind == GRES_GPU &&
            resource == (l->counted[i].type == UINT32_MAX ? m->untyped_resource
                                                          : m->type_resource[l->counted[i].type]))
            sum += l->counted[i].count;
    return sum;
}

/* --- finding nodes --- */

struct binding {
    struct slurm_key_reader *r;
    const char *file;
    const struct names *names;
    struct slurm_site *site;
    struct slurm_machine *m;
    struct complaint *complaints;
    size_t complaints_len;
};

/* What some nodes lack. */
struct complaint {
    const char *what;
    int64_t has, wants;
    struct src_pos at; /* of their line */
    const char **nodes;
    size_t nodes_len;
};

enum { MOST_COMPLAINTS = 64 };

static bool is_line(struct src_pos a, struct src_pos b)
{
    return a.file == b.file && a.line == b.line && a.col == b.col;
}

static struct complaint *find_complaint(struct binding *b, const struct slurm_node *n,
                                        const char *what, int64_t has, int64_t wants)
{
    struct complaint *c = b->complaints;
    for (; c < b->complaints + b->complaints_len; c++)
        if (strcmp(c->what, what) == 0 && c->has == has && c->wants == wants &&
            is_line(c->at, n->at))
            return c;
    if (b->complaints_len == MOST_COMPLAINTS)
        return NULL;
    *c = (struct complaint){
        .what = what,
        .has = has,
        .wants = wants,
        .at = n->at,
        .nodes = arena_alloc(b->r->arena, (b->site->nodes_len + 1) * sizeof c->nodes[0]),
    };
    b->complaints_len++;
    return c;
}

static void complain(struct binding *b, const struct slurm_node *n, const char *what, int64_t has,
                     int64_t wants)
{
    struct complaint *c = find_complaint(b, n, what, has, wants);
    if (c != NULL)
        c->nodes[c->nodes_len++] = n->name;
}

static void report_complaints(struct binding *b)
{
    for (const struct complaint *c = b->complaints; c < b->complaints + b->complaints_len; c++)
        lint_report(b->r->diag, LINT_SLURM_HARDWARE, c->at,
                    "NodeName: '%s': %s=%" PRId64 ": the machine has %" PRId64
                    ": Slurm drains the node; write %" PRId64 ", or less",
                    hostlist_compress(b->r->arena, c->nodes, c->nodes_len), c->what, c->wants,
                    c->has, c->has);
}

/* A capacity of 0 is one that the catalogue does not know. */
static void check_node(struct binding *b, const struct slurm_node *n)
{
    const struct cluster *c = b->m->cluster;
    const struct slurm_layout *l = n->layout;
    const int64_t cpus = cpus_of(c, n->machine), memory = memory_mb_of(c, n->machine);
    const int64_t wants = slurm_layout_cores(l) * (int64_t)l->threads;
    if (cpus > 0 && wants > cpus)
        complain(b, n, "CPUs", cpus, wants);
    if (memory > 0 && b->site->params.memory_counts && l->memory_mb > memory)
        complain(b, n, "RealMemory", memory, l->memory_mb);
    for (uint32_t r = 0; r < c->resources_len; r++) {
        const int64_t pieces = pieces_of(b->m, l, r);
        if (pieces > cluster_capacity_of(c, n->machine, r))
            complain(b, n, intern_text(b->names->resources, r),
                     cluster_capacity_of(c, n->machine, r), pieces);
    }
}

/* From node `first` on, all missing ones of its line. */
static void report_missing_line(struct binding *b, uint32_t first)
{
    const struct slurm_site *s = b->site;
    const char **names = arena_alloc(b->r->arena, (s->nodes_len + 1) * sizeof names[0]);
    size_t len = 0;
    for (uint32_t n = first; n < s->nodes_len; n++)
        if (s->nodes[n].machine == NODE_NONE && is_line(s->nodes[n].at, s->nodes[first].at))
            names[len++] = s->nodes[n].name;
    lint_report(b->r->diag, LINT_SLURM_HARDWARE, s->nodes[first].at,
                "NodeName: the cluster has no node %s; it has %s",
                hostlist_compress(b->r->arena, names, len), b->m->cluster->nodes[0].name);
}

/* Nodes of a line follow one another. */
static void report_missing(struct binding *b)
{
    const struct slurm_site *s = b->site;
    const struct slurm_node *told = NULL;
    for (uint32_t n = 0; n < s->nodes_len; n++) {
        if (s->nodes[n].machine != NODE_NONE || (told != NULL && is_line(told->at, s->nodes[n].at)))
            continue;
        told = &s->nodes[n];
        report_missing_line(b, n);
    }
}

static void report_unnamed(struct binding *b)
{
    const struct cluster *c = b->m->cluster;
    const char **names = arena_alloc(b->r->arena, (c->nodes_len + 1) * sizeof names[0]);
    size_t len = 0;
    for (uint32_t n = 0; n < c->nodes_len; n++)
        if (b->m->slurm_node[n] == UINT32_MAX)
            names[len++] = c->nodes[n].name;
    if (len > 0)
        diag_warning(b->r->diag, (struct src_pos){.file = b->file},
                     "NodeName: no job will run on node %s of the cluster, which is not named here",
                     hostlist_compress(b->r->arena, names, len));
}

static void find_nodes(struct binding *b)
{
    const struct cluster *c = b->m->cluster;
    struct intern *names = intern_new();
    for (uint32_t n = 0; n < c->nodes_len; n++)
        intern_add(names, c->nodes[n].name);
    for (uint32_t n = 0; n < b->site->nodes_len; n++) {
        struct slurm_node *node = &b->site->nodes[n];
        node->machine = intern_find(names, node->name);
        if (node->machine != NODE_NONE)
            b->m->slurm_node[node->machine] = n;
    }
    intern_free(names);
}

/* Where memory does not count for Slurm, what the machine has is the limit. */
static void set_memory(struct binding *b)
{
    struct layout_table t = {.arena = b->r->arena};
    for (uint32_t n = 0; n < b->site->nodes_len; n++) {
        struct slurm_node *node = &b->site->nodes[n];
        struct slurm_layout layout = *node->layout;
        const int64_t has = memory_mb_of(b->m->cluster, node->machine);
        layout.id = 0;
        layout.memory_mb = has > 0 ? has : MEMORY_UNKNOWN_MB;
        node->layout = layout_table_add(&t, &layout);
    }
    b->site->layouts = t.layouts;
    b->site->layouts_len = t.len;
}

static void start_machine(struct arena *a, const struct cluster *c, struct slurm_machine *m)
{
    *m = (struct slurm_machine){.cluster = c, .untyped_resource = RESOURCE_GPU};
    m->slurm_node = arena_alloc(a, (c->nodes_len + 1) * sizeof m->slurm_node[0]);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        m->slurm_node[n] = UINT32_MAX;
}

static void map_devices(struct arena *a, const struct slurm_site *site, struct slurm_machine *m)
{
    m->gpu_of = arena_alloc(a, (site->nodes_len + 1) * sizeof m->gpu_of[0]);
    for (uint32_t n = 0; n < site->nodes_len; n++)
        m->gpu_of[n] =
            map_gpus(a, m, site->nodes[n].layout, &m->cluster->nodes[site->nodes[n].machine]);
}

bool slurm_machine_bind(struct slurm_key_reader *r, const char *conf_file,
                        const struct cluster *cluster, const struct names *names,
                        struct slurm_site *site, struct slurm_machine *out)
{
    const unsigned errors = r->diag->errors;
    struct binding b = {.r = r, .file = conf_file, .names = names, .site = site, .m = out};
    b.complaints = arena_alloc(r->arena, MOST_COMPLAINTS * sizeof b.complaints[0]);
    start_machine(r->arena, cluster, out);
    for (uint32_t t = 0; t < site->types_len; t++)
        out->type_resource[t] = resource_of_type(cluster, site->types[t]);
    find_nodes(&b);
    report_missing(&b);
    report_unnamed(&b);
    if (r->diag->errors > errors)
        return false;
    for (uint32_t n = 0; n < site->nodes_len; n++)
        check_node(&b, &site->nodes[n]);
    report_complaints(&b);
    if (!site->params.memory_counts)
        set_memory(&b);
    map_devices(r->arena, site, out);
    return r->diag->errors == errors;
}

/* --- a site of the cluster alone --- */

struct deriving {
    struct arena *arena;
    const struct names *names;
    struct slurm_site *site;
    struct slurm_machine *m;
    const char **types;
};

/* GRES of equal names may be pieces of different resources: each gets a type of its own. */
static uint32_t add_type(struct deriving *x, const char *name, uint32_t resource)
{
    struct slurm_site *s = x->site;
    for (uint32_t t = 0; t < s->types_len; t++)
        if (x->m->type_resource[t] == resource && strcmp(x->types[t], name) == 0)
            return t;
    if (s->types_len == SLURM_MOST_TYPES)
        return SLURM_MOST_TYPES - 1; /* the last one stands for all that are left */
    x->types[s->types_len] = name;
    x->m->type_resource[s->types_len] = resource;
    return s->types_len++;
}

static void add_counted(struct slurm_layout *l, uint32_t type, int64_t count)
{
    if (l->counted_len < SLURM_MOST_COUNTED)
        l->counted[l->counted_len++] =
            (struct slurm_counted){.kind = GRES_GPU, .type = type, .count = count};
}

static void add_class(struct deriving *x, struct slurm_layout *l, const struct device_class *k,
                      const char *model)
{
    if (k->kind == DEVICE_DYNAMIC)
        return; /* Slurm knows only instances that are there when slurmd starts */
    const char *profile = k->units_len > 0 ? k->units[0].profile : NULL;
    const char *name = k->kind == DEVICE_WHOLE      ? model
                       : k->kind == DEVICE_INSTANCE ? profile
                                                    : intern_text(x->names->resources, k->resource);
    const uint32_t type = add_type(x, name, k->resource), units = units_of(k);
    if (k->kind == DEVICE_REPLICA || l->devices_len + units > SLURM_MOST_DEVICES) {
        add_counted(l, type, units);
        return;
    }
    for (uint32_t u = 0; u < units; u++) {
        l->type_of[l->devices_len] = (uint8_t)type;
        l->all_devices |= UINT64_C(1) << l->devices_len++;
    }
    l->loose_devices = l->all_devices;
}

static void derive_layout(struct deriving *x, const struct node *n, struct slurm_layout *l)
{
    const struct cluster *c = x->m->cluster;
    const char *model = n->gpu_kind == KIND_NONE ? "gpu" : c->kinds[n->gpu_kind]->name;
    const int64_t cpus = cpus_of(c, n->id), memory = memory_mb_of(c, n->id);
    const uint32_t unknown = n->gpus > CPUS_UNKNOWN ? n->gpus : CPUS_UNKNOWN;
    memset(l, 0, sizeof *l);
    l->sockets = l->threads = 1;
    l->cores_per_socket = cpus > 0 ? (uint32_t)cpus : unknown;
    l->memory_mb = memory > 0 ? memory : MEMORY_UNKNOWN_MB;
    for (uint32_t i = 0; i < n->classes_len; i++)
        add_class(x, l, &n->classes[i], model);
    if (n->classes_len == 0 && n->gpus > 0)
        add_counted(l, add_type(x, model, RESOURCE_GPU), n->gpus);
}

static void derive_nodes(struct deriving *x)
{
    const struct cluster *c = x->m->cluster;
    struct slurm_site *s = x->site;
    struct layout_table layouts = {.arena = x->arena};
    s->nodes = arena_alloc(x->arena, (c->nodes_len + 1) * sizeof s->nodes[0]);
    s->nodes_len = c->nodes_len;
    for (uint32_t n = 0; n < c->nodes_len; n++) {
        struct slurm_layout layout;
        const int64_t weight = c->nodes[n].weight;
        derive_layout(x, &c->nodes[n], &layout);
        x->m->slurm_node[n] = n;
        s->nodes[n] = (struct slurm_node){
            .name = c->nodes[n].name,
            .layout = layout_table_add(&layouts, &layout),
            .weight = weight < 0            ? 0
                      : weight > UINT32_MAX ? UINT32_MAX
                                            : (uint32_t)weight,
            .is_up = true,
            .machine = n,
        };
    }
    s->layouts = layouts.layouts;
    s->layouts_len = layouts.len;
}

static void derive_partition(struct deriving *x)
{
    struct slurm_site *s = x->site;
    s->partitions = arena_alloc(x->arena, sizeof s->partitions[0]);
    s->partitions_len = 1;
    s->default_partition = 0;
    s->partitions[0] = (struct slurm_partition){
        .name = "all",
        .nodes = arena_alloc(x->arena, (s->words + 1) * sizeof(uint64_t)),
        .tier = 1,
        .job_factor = 1,
        .max_nodes = UINT32_MAX,
        .max_time_min = SLURM_NO_LIMIT,
        .default_time_min = SLURM_NOT_SET,
        .over_time_min = SLURM_NOT_SET,
    };
    for (uint32_t n = 0; n < s->nodes_len; n++)
        node_set_put(s->partitions[0].nodes, n);
}

void slurm_machine_derive(struct slurm_key_reader *r, const struct cluster *cluster,
                          const struct names *names, struct slurm_site *site,
                          struct slurm_machine *out)
{
    static const char *const gres_names[] = {"gpu"};
    struct deriving x = {.arena = r->arena, .names = names, .site = site, .m = out};
    struct slurm_conf defaults;
    slurm_conf_defaults(&defaults);
    *site = (struct slurm_site){
        .params = defaults.params, .gres_names = gres_names, .gres_names_len = 1};
    site->params.bf_node_space_size = site->params.bf_max_job_test;
    x.types = arena_alloc(r->arena, SLURM_MOST_TYPES * sizeof x.types[0]);
    site->types = x.types;
    start_machine(r->arena, cluster, out);
    derive_nodes(&x);
    site->words = node_set_words(site->nodes_len);
    slurm_site_sort_weights(r->arena, site);
    derive_partition(&x);
    map_devices(r->arena, site, out);
}
