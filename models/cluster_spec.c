#include "models/cluster_spec.h"

#include "models/aks_reserved.h"
#include "models/catalogue.h"
#include "models/mig_dynamic.h"
#include "models/mig_resource.h"
#include "models/names.h"
#include "models/pool_devices.h"
#include "models/sharing.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/path.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RESERVED_NONE, RESERVED_AKS };

static const char *const reserved_names[] = {"none", "aks", NULL};

/* --- tables --- */

#define RULE(member) offsetof(struct repartition_rule, member)

static const struct config_key repartition_keys[] = {
    {"mode", CONFIG_CHOICE, RULE(mode), .choices = repartition_mode_names,
     .help = "`to-demand`: whenever tasks wait for pieces of GPUs that nobody has or is about to "
             "have, idle nodes change to the layout that serves most of them; `off`: only the "
             "timeline changes layouts"},
    {"idle", CONFIG_DURATION, RULE(idle_ns), "1m", 0, 3.2e16,
     .help = "a node without tasks for so long is idle"},
    {"waiting", CONFIG_INT, RULE(waiting), "1", 1, 1e9,
     .help = "tasks that a node's change must serve at least"},
    {"held", CONFIG_RATIO, RULE(held), "0%", 0, 1,
     .help =
         "a node of which no more than this share of the GPUs is held counts as idle, too: told "
         "to change, it takes no more tasks, and changes when the last one is gone"},
    {"between", CONFIG_DURATION, RULE(between_ns), "10m", 0, 3.2e16,
     .help = "from the end of a node's change to its next one at least"},
    {0},
};

static const struct config_table repartition_table = {
    "repartition", "Layouts that follow the queue.", sizeof(struct repartition_rule),
    repartition_keys};

static const struct config_key mig_keys[] = {
    {"manager", CONFIG_CHOICE, offsetof(struct mig_section, manager), "static",
     .choices = mig_manager_names,
     .help =
         "who may change the layout: `static`, nobody (AKS: fixed when the pool is created); "
         "`mig-manager`, the timeline, for a node that its tasks have left; `dynamic`, a task's "
         "instances are made for it and destroyed after it (DRA)"},
    {"strategy", CONFIG_CHOICE, offsetof(struct mig_section, strategy), "mixed",
     .choices = mig_strategy_names,
     .help = "how the device plugin names instances: `mixed` nvidia.com/mig-PROFILE, `single` "
             "nvidia.com/gpu, `none` not at all"},
    {"layout", CONFIG_NODE, offsetof(struct mig_section, layout), "",
     .hint = "a set such as `all-3g.40gb`, AKS's `MIG3g`, a list of profiles, or a mapping by GPU "
             "with `default`",
     .help = "what every GPU is cut into; absent: MIG is off, or dynamic; of mig-manager, the name "
             "of the layout to begin with (the first if absent)"},
    {"layouts", CONFIG_NODE, offsetof(struct mig_section, layouts), "",
     .hint = "a mapping from names to layouts, or a list of names that are known",
     .help = "mig-manager: what the timeline may choose, as in {at: 20h, mig-layout: night, nodes: "
             "[n-0]}; an empty one is MIG off"},
    {"mig-configs", CONFIG_TEXT, offsetof(struct mig_section, configs), "", .hint = "a path",
     .help =
         "a file of mig-parted, or a ConfigMap or Helm values with one in it, whose names may be "
         "written as layouts"},
    {"change", CONFIG_CUSTOM, offsetof(struct mig_section, change), "",
     .table = &distribution_table, .read = distribution_read_duration,
     .hint = DISTRIBUTION_HINT("a duration"),
     .help = "mig-manager: from the last task's end to the new layout; lognormal with median 60s "
             "and p95 2m, at most 5m, if absent (docs/MODEL.md)"},
    {"repartition", CONFIG_SECTION, offsetof(struct mig_section, repartition), "",
     .table = &repartition_table,
     .help = "mig-manager: whether idle nodes change to what waiting tasks ask for"},
    {"placement", CONFIG_CHOICE, offsetof(struct mig_section, rule), "first-fit",
     .choices = mig_rule_names,
     .help = "dynamic: where on the lowest GPU with room an instance goes; `first-fit` is what the "
             "DRA driver's listing gives"},
    {"create", CONFIG_DURATION, offsetof(struct mig_section, create_ns), "600ms", 0, 3.6e12,
     .help = "dynamic: from the choice of an instance to its being there (docs/MODEL.md)"},
    {"destroy", CONFIG_DURATION, offsetof(struct mig_section, destroy_ns), "600ms", 0, 3.6e12,
     .help = "dynamic: from the end of its task to its slices being free again"},
    {0},
};

static const struct config_table mig_table_keys = {"mig", "GPUs cut into instances.",
                                                   sizeof(struct mig_section), mig_keys};

#define POOL(member) offsetof(struct pool_spec, member)

static const struct config_key pool_keys[] = {
    {"name", CONFIG_TEXT, POOL(name),
     .help = "of the pool; its nodes are called NAME-0, NAME-1 ..."},
    {"machine", CONFIG_TEXT, POOL(machine_name),
     .help = "a machine of the catalogue (`clustersim list machines`)"},
    {"count", CONFIG_INT, POOL(count), "1", 0, 200000, .help = "nodes"},
    {"names", CONFIG_TEXTS, POOL(names), "[]",
     .help = "names of the nodes in place of NAME-0 ...; as many as count"},
    {"labels", CONFIG_NODE, POOL(labels), "", .hint = "a mapping of texts",
     .help = "node labels, beside those that nodes have by themselves"},
    {"taints", CONFIG_TEXTS, POOL(taints), "[]", .help = "node taints, as KEY=VALUE:EFFECT"},
    {"weight", CONFIG_INT, POOL(weight), "1", 0, 4294967280.0,
     .help = "Slurm's weight: nodes with less are used first"},
    {"region", CONFIG_TEXT, POOL(region), "",
     .help = "where prices are taken from; the machine's first"},
    {"price", CONFIG_MONEY_PER_HOUR, POOL(price_micro_per_h), "", 0, INFINITY,
     .help = "per hour and node, in place of the catalogue's"},
    {"boot", CONFIG_DURATION, POOL(boot_ns), "0",
     .help = "nodes are ready this long after the start"},
    {"reserved", CONFIG_CHOICE, POOL(reserved), "none", .choices = reserved_names,
     .help = "CPU and memory that the system keeps: `aks` by Azure's rule"},
    {"mig", CONFIG_SECTION, POOL(mig), "{}", .table = &mig_table_keys, .help = "partitioned GPUs"},
    {"sharing", CONFIG_SECTION, POOL(sharing), "", .table = &sharing_spec_table,
     .help = "shared GPUs"},
    {0},
};

static const struct config_table pool_table = {"pools", "Groups of equal nodes.",
                                               sizeof(struct pool_spec), pool_keys};

static const struct config_key cluster_keys[] = {
    {"machines", CONFIG_TEXTS, offsetof(struct cluster_spec, machines), "[]",
     .help = "files with machines and GPUs beside those that ship with the program"},
    {"pools", CONFIG_SECTIONS, offsetof(struct cluster_spec, pools), "[]", .table = &pool_table,
     .help = "groups of equal nodes"},
    {0},
};

const struct config_table cluster_spec_table = {"cluster", "The nodes.",
                                                sizeof(struct cluster_spec), cluster_keys};

/* --- reading --- */

static void read_standard_change(struct config_reader *r, struct distribution *out)
{
    static const char text[] = "{lognormal: {median: 60s, p95: 2m}, max: 5m}";
    struct yaml_file *file = yaml_parse("the standard change", text, sizeof text - 1, r->diag);
    SIM_REQUIRE(distribution_read_duration(r, yaml_doc(file, 0), out));
    yaml_close(file);
}

static void check_pool(struct config_reader *r, struct pool_spec *p, const struct catalogue *c,
                       const struct yaml_node *n)
{
    p->node = n;
    if (yaml_get(n, "price") == NULL)
        p->price_micro_per_h = -1;
    const struct yaml_node *machine = yaml_get(n, "machine");
    if (p->machine_name != NULL && catalogue_find_machine(c, p->machine_name) == NULL)
        catalogue_no_machine(c, p->machine_name, yaml_pos(machine), r->diag);
    const struct yaml_node *repartition = yaml_get(yaml_get(n, "mig"), "repartition");
    if (p->mig.repartition.mode != REPARTITION_OFF && p->mig.manager != MIG_MANAGER_NVIDIA)
        diag_error(r->diag, yaml_pos(repartition),
                   "repartition: only the manager `mig-manager` changes layouts, among those that "
                   "its `layouts` name; choose it, or leave repartition out");
    if (yaml_get(yaml_get(n, "mig"), "change") == NULL)
        read_standard_change(r, &p->mig.change);
    const struct yaml_node *label = yaml_get(p->labels, "nvidia.com/device-plugin.config");
    sharing_spec_resolve(r, yaml_get(n, "sharing"),
                         label != NULL && label->kind == YAML_SCALAR ? label->text : NULL,
                         &p->sharing);
    if (p->names.len > 0 && (int64_t)p->names.len != p->count)
        diag_error(r->diag, yaml_pos(p->names.nodes[0]),
                   "names: %zu names for %" PRId64 " nodes (count)", p->names.len, p->count);
}

bool cluster_spec_add_machines(struct config_reader *r, const struct yaml_node *n,
                               struct catalogue *c)
{
    static const struct config_key key = {.key = "machines", .kind = CONFIG_TEXTS};
    const struct yaml_node *list = yaml_get(n, "machines");
    struct config_texts files = {0};
    bool ok = list == NULL || config_read_value(r, list, &key, &files);
    for (size_t i = 0; i < files.len; i++)
        ok &= catalogue_add_file(c, path_beside(r->arena, files.nodes[i]->file, files.texts[i]),
                                 r->diag);
    return ok;
}

bool cluster_spec_read(struct config_reader *r, const struct yaml_node *n,
                       const struct catalogue *c, struct cluster_spec *out)
{
    const unsigned before = r->diag->errors;
    const struct src_pos at = n == NULL ? (struct src_pos){0} : yaml_pos(n);
    if (!config_read(r, n, at, &cluster_spec_table, out) && out->pools.len == 0)
        return false;
    const struct yaml_node *list = yaml_get(n, "pools");
    struct pool_spec *pools = out->pools.items;
    for (size_t i = 0; i < out->pools.len; i++) {
        check_pool(r, &pools[i], c, list->items[i]);
        for (size_t j = 0; j < i; j++)
            if (pools[i].name != NULL && pools[j].name != NULL &&
                strcmp(pools[i].name, pools[j].name) == 0)
                diag_error(r->diag, yaml_pos(list->items[i]), "pools: two are called '%s'",
                           pools[i].name);
    }
    return r->diag->errors == before;
}

/* --- building --- */

struct building {
    const struct cluster_spec *spec;
    const struct catalogue *catalogue;
    struct names *names;
    struct arena *arena;
    struct diag *diag;
    struct cluster *cluster;
    struct node_label *labels; /* of the pool being built, room for one node's own */
    uint32_t labels_len;
};

static void add_label(struct building *b, const char *key, const char *value)
{
    const struct node_label l = {intern_add(b->names->words, key),
                                 intern_add(b->names->words, value)};
    for (uint32_t i = 0; i < b->labels_len; i++) {
        if (b->labels[i].key != l.key)
            continue;
        b->labels[i].value = l.value; /* the pool's own word counts */
        return;
    }
    b->labels[b->labels_len++] = l;
}

static int by_key(const void *a, const void *b)
{
    const struct node_label *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

static void add_own_labels(struct building *b, const struct pool_spec *p, const struct machine *m,
                           const struct pool_devices *devices)
{
    add_label(b, "clustersim/pool", p->name);
    add_label(b, "node.kubernetes.io/instance-type", m->name);
    for (size_t i = 0; i < m->labels.len; i++)
        add_label(b, m->labels.list[i].key, m->labels.list[i].value);
    if (m->gpus == 0)
        return;
    add_label(b, "nvidia.com/gpu.present", "true");
    add_label(b, "nvidia.com/gpu.count", arena_printf(b->arena, "%" PRId64, m->gpus));
    add_label(b, "nvidia.com/gpu.memory",
              arena_printf(b->arena, "%" PRId64, m->gpu->memory_bytes >> 20));
    if (devices->product != NULL)
        add_label(b, "nvidia.com/gpu.product", devices->product);
    if (p->mig.layout != NULL || devices->dynamic != NULL || devices->layouts_len > 0)
        add_label(b, "nvidia.com/mig.strategy", mig_strategy_names[p->mig.strategy]);
    if (devices->replicas > 1)
        add_label(b, "nvidia.com/gpu.replicas",
                  arena_printf(b->arena, "%" PRIu32, devices->replicas));
    if (p->sharing.ops != NULL)
        add_label(b, "nvidia.com/gpu.sharing-strategy", p->sharing.ops->name);
}

static void add_pool_labels(struct building *b, const struct pool_spec *p)
{
    if (p->labels == NULL)
        return;
    if (p->labels->kind != YAML_MAP) {
        diag_error(b->diag, yaml_pos(p->labels),
                   "labels: %s; expected a mapping such as {tier: train}",
                   yaml_kind_name(p->labels));
        return;
    }
    for (size_t i = 0; i < p->labels->len; i++) {
        const struct yaml_pair *pair = &p->labels->pairs[i];
        if (pair->value->kind == YAML_SCALAR)
            add_label(b, pair->key->text, pair->value->text);
        else
            diag_error(b->diag, yaml_pos(pair->value), "labels: %s: %s; expected text",
                       pair->key->text, yaml_kind_name(pair->value));
    }
}

static bool parse_taint(struct building *b, const char *text, const struct yaml_node *n,
                        struct taint *out)
{
    static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
    const char *colon = strrchr(text, ':');
    const size_t head = colon == NULL ? 0 : (size_t)(colon - text);
    const char *equals = colon == NULL ? NULL : memchr(text, '=', head);
    const size_t key_len = equals == NULL ? head : (size_t)(equals - text);
    for (size_t e = 0; colon != NULL && key_len > 0 && e < 3; e++) {
        if (strcmp(colon + 1, effects[e]) != 0)
            continue;
        out->effect = (enum taint_effect)e;
        out->key = intern_add_len(b->names->words, text, key_len);
        out->value =
            equals == NULL || equals + 1 == colon
                ? INTERN_NONE
                : intern_add_len(b->names->words, equals + 1, (size_t)(colon - equals - 1));
        return true;
    }
    diag_error(
        b->diag, yaml_pos(n),
        "taints: '%s': expected KEY=VALUE:EFFECT, with NoSchedule, PreferNoSchedule or NoExecute",
        text);
    return false;
}

static int64_t price_of(struct building *b, const struct pool_spec *p, const struct machine *m)
{
    if (p->price_micro_per_h >= 0)
        return p->price_micro_per_h;
    const struct machine_price *price = machine_price_in(m, p->region);
    if (price == NULL && p->region != NULL)
        diag_error(b->diag, yaml_pos(yaml_get(p->node, "region")),
                   "region: '%s': the catalogue has no price of %s there; give one with price:",
                   p->region, m->name);
    return price == NULL ? 0 : price->micro_usd_per_h;
}

static const struct amount *amounts_of(struct building *b, const struct pool_spec *p,
                                       const struct machine *m, uint32_t *len)
{
    int64_t cpu_milli = m->vcpus * 1000;
    int64_t memory_bytes = m->memory_bytes;
    if (p->reserved == RESERVED_AKS) {
        cpu_milli -= aks_reserved_cpu_milli(m->vcpus);
        memory_bytes -= aks_reserved_memory_bytes(m->memory_bytes, AKS_DEFAULT_PODS);
    }
    struct amount *list = arena_alloc(b->arena, 3 * sizeof list[0]);
    list[0] = (struct amount){RESOURCE_CPU, cpu_milli};
    list[1] = (struct amount){RESOURCE_MEMORY, memory_bytes};
    list[2] = (struct amount){RESOURCE_GPU, m->numbered ? 0 : m->gpus};
    *len = 3;
    return list;
}

static uint32_t kind_of(struct building *b, const struct gpu_model *model)
{
    if (model == NULL)
        return KIND_NONE;
    for (uint32_t k = 0; k < b->cluster->kinds_len; k++)
        if (b->cluster->kinds[k] == model)
            return k;
    return cluster_add_kind(b->cluster, model);
}

static void add_nodes(struct building *b, const struct pool_spec *p, struct node_spec *spec)
{
    const uint32_t own = b->labels_len;
    for (int64_t i = 0; i < p->count; i++) {
        spec->name = p->names.len > 0 ? p->names.texts[i]
                                      : arena_printf(b->arena, "%s-%" PRId64, p->name, i);
        if (cluster_find_node(b->cluster, spec->name) != NODE_NONE)
            diag_error(b->diag, yaml_pos(p->node), "pools: two nodes are called '%s'", spec->name);
        b->labels_len = own;
        add_label(b, "kubernetes.io/hostname", spec->name);
        struct node_label *labels =
            arena_copy(b->arena, b->labels, b->labels_len * sizeof labels[0]);
        qsort(labels, b->labels_len, sizeof labels[0], by_key);
        spec->labels = labels;
        spec->labels_len = b->labels_len;
        cluster_add_node(b->cluster, spec);
    }
}

static void build_pool(struct building *b, const struct pool_spec *p)
{
    const struct machine *m = catalogue_find_machine(b->catalogue, p->machine_name);
    struct pool_devices devices;
    if (m == NULL || !pool_devices_make(p, m, b->names, b->arena, b->diag, &devices))
        return;
    const size_t labels_most = 16 + m->labels.len + (p->labels == NULL ? 0 : p->labels->len);
    b->labels = arena_alloc(b->arena, labels_most * sizeof b->labels[0]);
    b->labels_len = 0;
    add_own_labels(b, p, m, &devices);
    add_pool_labels(b, p);
    struct taint *taints = arena_alloc(b->arena, (p->taints.len + 1) * sizeof taints[0]);
    for (size_t i = 0; i < p->taints.len; i++)
        parse_taint(b, p->taints.texts[i], p->taints.nodes[i], &taints[i]);
    struct node_spec spec = {
        .state = p->boot_ns > 0 ? NODE_BOOTING : NODE_READY,
        .gpus = (uint32_t)m->gpus,
        .is_numbered = m->numbered,
        .classes = devices.classes,
        .classes_len = devices.classes_len,
        .layouts = devices.layouts,
        .layouts_len = devices.layouts_len,
        .dynamic = devices.dynamic,
        .domains = devices.domains,
        .domains_len = devices.domains_len,
        .taints = taints,
        .taints_len = (uint32_t)p->taints.len,
        .weight = p->weight,
        .price_micro_per_h = price_of(b, p, m),
        .boot_ns = p->boot_ns,
    };
    spec.amounts = amounts_of(b, p, m, &spec.amounts_len);
    if (devices.dynamic != NULL)
        cluster_keep_space(b->cluster, devices.dynamic->space);
    const uint32_t pool = cluster_add_pool(b->cluster, p->name, m->name, kind_of(b, m->gpu));
    b->cluster->pools[pool].change = &p->mig.change;
    if (p->mig.repartition.mode != REPARTITION_OFF)
        b->cluster->pools[pool].repartition = &p->mig.repartition;
    add_nodes(b, p, &spec);
}

struct cluster *cluster_spec_build(const struct cluster_spec *spec, const struct catalogue *c,
                                   struct names *names, struct arena *arena, struct diag *d)
{
    struct building b = {.spec = spec,
                         .catalogue = c,
                         .names = names,
                         .arena = arena,
                         .diag = d,
                         .cluster = cluster_new()};
    const unsigned before = d->errors;
    const struct pool_spec *pools = spec->pools.items;
    for (size_t i = 0; i < spec->pools.len; i++)
        build_pool(&b, &pools[i]);
    if (d->errors != before) {
        cluster_free(b.cluster);
        return NULL;
    }
    cluster_seal(b.cluster, (uint32_t)intern_len(names->resources));
    return b.cluster;
}
