#include "models/pool_devices.h"

#include "models/machine.h"
#include "models/mig_configs.h"
#include "models/mig_dynamic.h"
#include "models/mig_layout_spec.h"
#include "models/mig_layouts.h"
#include "models/mig_resource.h"
#include "models/names.h"
#include "models/sharing.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/path.h"
#include "sim/suggest.h"

#include <string.h>

/* One piece of a GPU that one resource name offers: all of it, or an instance. */
struct piece {
    uint32_t resource;
    struct device_unit unit;
};

struct making {
    const struct pool_spec *spec;
    const struct machine *machine;
    struct names *names;
    struct arena *arena;
    struct diag *diag;
    const struct yaml_node *layout; /* what GPUs are cut into; NULL: MIG is off */
    struct mig_configs *configs;    /* of the file that the pool names; NULL: none */
    struct piece *pieces;
    uint32_t pieces_len;
};

/* --- pieces --- */

static void add_piece(struct making *m, const char *resource, struct device_unit unit)
{
    m->pieces[m->pieces_len++] = (struct piece){intern_add(m->names->resources, resource), unit};
}

static void add_whole(struct making *m, unsigned gpu)
{
    const struct mig_share all = {1, 1, false};
    add_piece(m, MIG_WHOLE_GPU_RESOURCE,
              (struct device_unit){.gpu = (uint16_t)gpu,
                                   .milli = 1000,
                                   .memory_bytes = (uint64_t)m->machine->gpu->memory_bytes,
                                   .compute = all,
                                   .memory = all});
}

static void add_instance(struct making *m, unsigned gpu, unsigned profile, unsigned start)
{
    const struct mig_table *t = m->machine->gpu->mig;
    const struct mig_profile *p = &t->profiles[profile];
    const char *resource = mig_resource_name(m->arena, (enum mig_strategy)m->spec->mig.strategy, p);
    if (resource == NULL)
        return;
    add_piece(m, resource,
              (struct device_unit){
                  .gpu = (uint16_t)gpu,
                  .milli = (uint16_t)(1000u * p->memory_slices / t->memory_slices),
                  .slice_start = (uint16_t)start,
                  .slices = p->memory_slices,
                  .profile = p->name,
                  .memory_bytes = (uint64_t)p->memory_bytes,
                  .compute = mig_share(t, profile, MIG_BOUND_COMPUTE),
                  .memory = mig_share(t, profile, MIG_BOUND_MEMORY),
              });
}

/* By profile, then by place: the order in which a device plugin lists them is not specified. */
static void add_instances(struct making *m, const struct mig_layout *layouts)
{
    const struct mig_table *t = m->machine->gpu->mig;
    for (unsigned p = 0; p < t->len; p++)
        for (unsigned g = 0; g < (unsigned)m->machine->gpus; g++)
            for (unsigned s = 0; s < t->memory_slices; s++)
                if (mig_at(&layouts[g], s) == (int)p)
                    add_instance(m, g, p, s);
}

/* All instances of one profile. */
static bool is_uniform(const struct mig_table *t, const struct mig_layout *l)
{
    for (unsigned p = 0; p < t->len; p++)
        if (mig_count(l, p) > 0)
            return mig_count(l, p) == l->len;
    return true;
}

static bool strategy_allows(const struct making *m, const struct mig_layout *layouts,
                            const bool *enabled)
{
    if (m->spec->mig.strategy != MIG_STRATEGY_SINGLE)
        return true;
    for (int64_t g = 0; g < m->machine->gpus; g++) {
        if (enabled[g] == enabled[0] && is_uniform(m->machine->gpu->mig, &layouts[g]) &&
            mig_multiset(&layouts[g]) == mig_multiset(&layouts[0]))
            continue;
        diag_error(
            m->diag, yaml_pos(m->layout),
            "mig: strategy single needs all GPUs cut into instances of one profile; use mixed");
        return false;
    }
    return true;
}

static bool make_pieces(struct making *m)
{
    const unsigned gpus = (unsigned)m->machine->gpus;
    struct mig_layout layouts[NODE_MOST_GPUS] = {{0}};
    bool enabled[NODE_MOST_GPUS] = {false};
    const struct yaml_node *layout = m->layout;
    if (layout != NULL && m->machine->gpu->mig == NULL) {
        diag_error(m->diag, yaml_pos(layout), "mig: %s cannot be partitioned",
                   m->machine->gpu->name);
        return false;
    }
    const struct mig_layout_target target = {m->machine->gpu, gpus, m->configs, m->arena, m->diag};
    if (layout != NULL && !mig_layout_spec_read(layout, &target, layouts, enabled))
        return false;
    if (layout != NULL && !strategy_allows(m, layouts, enabled))
        return false;
    m->pieces = arena_alloc(m->arena, (size_t)gpus * MIG_MOST_SLICES * sizeof m->pieces[0]);
    m->pieces_len = 0;
    for (unsigned g = 0; g < gpus; g++)
        if (!enabled[g] || m->spec->mig.strategy == MIG_STRATEGY_NONE)
            add_whole(m, g);
    if (layout != NULL && m->spec->mig.strategy != MIG_STRATEGY_NONE)
        add_instances(m, layouts);
    return true;
}

/* --- classes of pieces --- */

static uint32_t count_of(const struct making *m, uint32_t resource)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->pieces_len; i++)
        n += m->pieces[i].resource == resource;
    return n;
}

static bool is_first(const struct making *m, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++)
        if (m->pieces[j].resource == m->pieces[i].resource)
            return false;
    return true;
}

/* GPUs are units by their number; those that are cut are not there. */
static struct class_spec whole_class(const struct making *m, uint32_t resource)
{
    const uint32_t gpus = (uint32_t)m->machine->gpus;
    struct device_unit *units = arena_alloc(m->arena, gpus * sizeof units[0]);
    for (uint32_t i = 0; i < m->pieces_len; i++) {
        if (m->pieces[i].resource != resource)
            continue;
        units[m->pieces[i].unit.gpu] = m->pieces[i].unit;
        units[m->pieces[i].unit.gpu].domain = UINT16_MAX;
    }
    return (struct class_spec){
        .resource = resource, .kind = DEVICE_WHOLE, .units = units, .units_len = gpus};
}

static struct class_spec instance_class(const struct making *m, uint32_t resource)
{
    const uint32_t len = count_of(m, resource);
    struct device_unit *units = arena_alloc(m->arena, len * sizeof units[0]);
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->pieces_len; i++) {
        if (m->pieces[i].resource != resource)
            continue;
        units[n] = m->pieces[i].unit;
        units[n++].domain = UINT16_MAX;
    }
    return (struct class_spec){
        .resource = resource, .kind = DEVICE_INSTANCE, .units = units, .units_len = len};
}

static const void *sharing_params(const struct making *m, uint32_t replicas)
{
    const double cost = m->spec->sharing.used.cost * 65536 + 0.5;
    if (m->spec->sharing.ops == &sharing_mps) {
        struct mps_params *mps = arena_alloc(m->arena, sizeof *mps);
        *mps = (struct mps_params){.alpha_q16 = (uint32_t)cost, .clients = replicas};
        return mps;
    }
    struct timeslice_params *slicing = arena_alloc(m->arena, sizeof *slicing);
    slicing->overhead_q16 = (uint32_t)cost;
    return slicing;
}

/* Replicas of one piece. One of a time-sliced piece may use all the memory: nothing fences it. */
static void add_replicas(const struct making *m, const struct device_unit *piece, uint32_t replicas,
                         struct device_unit *units, struct pool_devices *out)
{
    const bool is_mps = m->spec->sharing.ops == &sharing_mps;
    const uint64_t part = piece->memory_bytes / replicas;
    out->domains[out->domains_len] = (struct domain_spec){
        .gpu = piece->gpu,
        .ops = m->spec->sharing.ops,
        .params = sharing_params(m, replicas),
        .memory_bytes = piece->memory_bytes,
        .part_bytes = part,
    };
    for (uint32_t k = 0; k < replicas; k++) {
        units[k] = *piece;
        units[k].domain = (uint16_t)out->domains_len;
        units[k].domain_milli = piece->milli;
        units[k].milli =
            (uint16_t)((k + 1) * piece->milli / replicas - k * piece->milli / replicas);
        if (is_mps)
            units[k].memory_bytes = part;
    }
    out->domains_len++;
}

static struct class_spec replica_class(const struct making *m, uint32_t resource, uint32_t replicas,
                                       struct pool_devices *out)
{
    const struct replicas_section *used = &m->spec->sharing.used;
    const uint32_t len = count_of(m, resource) * replicas;
    struct device_unit *units = arena_alloc(m->arena, len * sizeof units[0]);
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->pieces_len; i++) {
        if (m->pieces[i].resource != resource)
            continue;
        add_replicas(m, &m->pieces[i].unit, replicas, &units[n], out);
        n += replicas;
    }
    const char *name = intern_text(m->names->resources, resource);
    if (used->renames)
        resource = intern_add(m->names->resources, arena_printf(m->arena, "%s.shared", name));
    return (struct class_spec){.resource = resource,
                               .kind = DEVICE_REPLICA,
                               .order = used->order == 0 ? DEVICES_DISTRIBUTED : DEVICES_PACKED,
                               .refuses_several = used->refuses_several,
                               .units = units,
                               .units_len = len};
}

static struct class_spec make_class(struct making *m, uint32_t resource, bool is_instance,
                                    struct pool_devices *out)
{
    const struct sharing_spec *sharing = &m->spec->sharing;
    const int64_t replicas =
        sharing->ops == NULL
            ? 0
            : sharing_spec_replicas(sharing, intern_text(m->names->resources, resource));
    if (out->replicas == 0)
        out->replicas = replicas > 1 ? (uint32_t)replicas : 1;
    if (replicas > 1)
        return replica_class(m, resource, (uint32_t)replicas, out);
    return is_instance ? instance_class(m, resource) : whole_class(m, resource);
}

static void make_classes(struct making *m, struct pool_devices *out)
{
    out->classes = arena_alloc(m->arena, (m->pieces_len + 1) * sizeof out->classes[0]);
    out->classes_len = 0;
    for (uint32_t i = 0; i < m->pieces_len; i++) {
        if (!is_first(m, i))
            continue;
        struct class_spec *k = &out->classes[out->classes_len++];
        *k = make_class(m, m->pieces[i].resource, m->pieces[i].unit.slices > 0, out);
    }
}

static bool sharing_suits(const struct making *m)
{
    if (m->spec->sharing.ops != &sharing_mps || m->layout == NULL)
        return true;
    diag_error(m->diag, yaml_pos(yaml_get(m->spec->node, "sharing")),
               "mps: the device plugin shares whole GPUs by MPS, no MIG instances; use "
               "time-slicing, or leave mig out");
    return false;
}

/* --- dynamic instances --- */

static bool dynamic_suits(const struct making *m)
{
    const struct mig_section *mig = &m->spec->mig;
    const struct yaml_node *n = yaml_get(m->spec->node, "mig");
    if (m->machine->gpu->mig == NULL)
        diag_error(m->diag, yaml_pos(n), "mig: %s cannot be partitioned", m->machine->gpu->name);
    else if (mig->layout != NULL)
        diag_error(m->diag, yaml_pos(mig->layout),
                   "layout: the manager `dynamic` makes instances as tasks ask for them; leave it "
                   "out, or use `static`");
    else if (mig->strategy != MIG_STRATEGY_MIXED)
        diag_error(m->diag, yaml_pos(n), "mig: the manager `dynamic` needs the strategy mixed");
    else if (m->spec->sharing.ops != NULL)
        diag_error(m->diag, yaml_pos(n),
                   "mig: instances of the manager `dynamic` cannot be shared; leave sharing out");
    else
        return true;
    return false;
}

static struct class_spec dynamic_class(const struct making *m, unsigned profile)
{
    const struct mig_table *t = m->machine->gpu->mig;
    const uint32_t gpus = (uint32_t)m->machine->gpus;
    const struct mig_layout empty = {0};
    const char *name = mig_resource_name(m->arena, MIG_STRATEGY_MIXED, &t->profiles[profile]);
    struct device_unit *units =
        arena_alloc(m->arena, (size_t)gpus * MIG_MOST_SLICES * sizeof units[0]);
    struct class_spec k = {.resource = intern_add(m->names->resources, name),
                           .kind = DEVICE_DYNAMIC,
                           .profile = (uint8_t)profile,
                           .amount = gpus * mig_dynamic_room(t, &empty, profile),
                           .units = units};
    k.units_len = mig_dynamic_units(t, profile, gpus, units);
    return k;
}

/* Whole GPUs, then profiles from large to small: in this order a task's are placed. */
static void make_dynamic(struct making *m, struct pool_devices *out)
{
    const struct mig_table *t = m->machine->gpu->mig;
    out->classes = arena_alloc(m->arena, (t->len + 1u) * sizeof out->classes[0]);
    m->pieces = arena_alloc(m->arena, (size_t)m->machine->gpus * sizeof m->pieces[0]);
    for (unsigned g = 0; g < (unsigned)m->machine->gpus; g++)
        add_whole(m, g);
    out->classes[out->classes_len++] = whole_class(m, m->pieces[0].resource);
    for (unsigned slices = t->memory_slices; slices > 0; slices--)
        for (unsigned p = t->len; p-- > 0;)
            if (t->profiles[p].memory_slices == slices)
                out->classes[out->classes_len++] = dynamic_class(m, p);
    struct mig_dynamic *d = arena_alloc(m->arena, sizeof *d);
    *d = (struct mig_dynamic){.table = t,
                              .space = mig_space_new(t, MIG_ALL_PROFILES),
                              .rule = (enum mig_rule)m->spec->mig.rule,
                              .create_ns = m->spec->mig.create_ns,
                              .destroy_ns = m->spec->mig.destroy_ns};
    out->dynamic = d;
    out->product = m->machine->gpu->product;
}

static const char *product_label(const struct making *m, const struct pool_devices *out)
{
    const char *product = m->machine->gpu->product;
    if (product == NULL)
        return NULL;
    const struct mig_profile *single = NULL;
    if (m->spec->mig.strategy == MIG_STRATEGY_SINGLE && m->pieces_len > 0 &&
        m->pieces[0].unit.profile != NULL)
        single = &m->machine->gpu->mig
                      ->profiles[mig_profile_find(m->machine->gpu->mig, m->pieces[0].unit.profile)];
    if (single != NULL)
        product = mig_product_label(m->arena, product, MIG_STRATEGY_SINGLE, single);
    return out->replicas > 1 && !m->spec->sharing.used.renames
               ? arena_printf(m->arena, "%s-SHARED", product)
               : product;
}

/* --- layouts of a MIG manager --- */

static bool make_layout(struct making *m, size_t i, struct layout_spec *l, struct pool_devices *out)
{
    const struct yaml_node *all = m->spec->mig.layouts, *n = mig_layouts_value(all, i);
    m->layout = yaml_is_null(n) ? NULL : n;
    if (!make_pieces(m) || !sharing_suits(m))
        return false;
    make_classes(m, out);
    *l = (struct layout_spec){mig_layouts_name(all, i), out->classes, out->classes_len};
    return true;
}

static bool make_layouts(struct making *m, struct pool_devices *out)
{
    const struct mig_section *mig = &m->spec->mig;
    if (!mig_layouts_suit(mig, yaml_get(m->spec->node, "mig"), m->diag))
        return false;
    const struct yaml_node *map = m->spec->mig.layouts;
    const size_t first = mig_layouts_first(mig, m->diag);
    bool ok = true;
    out->layouts = arena_alloc(m->arena, map->len * sizeof out->layouts[0]);
    out->layouts_len = (uint32_t)map->len;
    for (size_t i = 0; i < map->len; i++) { /* the first, those before it, those after it */
        const size_t at = i == first ? 0 : i < first ? i + 1 : i;
        ok &= make_layout(m, i, &out->layouts[at], out);
    }
    out->product = m->machine->gpu->product;
    return ok;
}

static struct domain_spec *room_for_domains(const struct making *m)
{
    const struct yaml_node *map = m->spec->mig.layouts;
    const size_t layouts = map != NULL && map->kind != YAML_SCALAR ? map->len + 1 : 1;
    return arena_alloc(m->arena, layouts * (size_t)m->machine->gpus * (MIG_MOST_SLICES + 1) *
                                     sizeof(struct domain_spec));
}

static bool make(struct making *m, struct pool_devices *out)
{
    if (m->spec->mig.manager == MIG_MANAGER_DYNAMIC) {
        if (!dynamic_suits(m))
            return false;
        make_dynamic(m, out);
        return true;
    }
    if (m->spec->mig.manager == MIG_MANAGER_NVIDIA)
        return make_layouts(m, out);
    if (!make_pieces(m) || !sharing_suits(m))
        return false;
    make_classes(m, out);
    out->product = product_label(m, out);
    return true;
}

static bool read_configs(struct making *m)
{
    const char *path = m->spec->mig.configs;
    if (path == NULL)
        return true;
    const struct yaml_node *n = yaml_get(yaml_get(m->spec->node, "mig"), "mig-configs");
    m->configs = mig_configs_new();
    return mig_configs_add_file(m->configs, path_beside(m->arena, n->file, path), m->diag);
}

bool pool_devices_make(const struct pool_spec *spec, const struct machine *machine,
                       struct names *names, struct arena *a, struct diag *d,
                       struct pool_devices *out)
{
    struct making m = {.spec = spec,
                       .machine = machine,
                       .names = names,
                       .arena = a,
                       .diag = d,
                       .layout = spec->mig.layout};
    *out = (struct pool_devices){0};
    if (machine->gpus == 0 || !machine->numbered)
        return true;
    out->domains = room_for_domains(&m);
    const bool ok = read_configs(&m) && make(&m, out);
    mig_configs_free(m.configs);
    return ok;
}
