/* Entries of mig_geometries: and mig:. */
#include "models/catalogue_entry.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/suggest.h"

#include <string.h>

struct numbers {
    size_t len;
    int64_t at[MIG_MOST_SLICES];
};

struct raw_shape {
    const char *kind;
    int64_t id;
    int64_t compute_slices;
    int64_t memory_slices;
    int64_t most;
    struct numbers starts;
    struct numbers order;
    struct numbers instance_ids;
    bool order_assumed;
    bool media;
    bool double_memory;
};

struct raw_geometry {
    struct entry_head head;
    int64_t compute_slices;
    int64_t memory_slices;
    struct config_list profiles; /* of raw_shape */
};

struct raw_profile {
    const char *kind;
    const char *name;
    int64_t memory_bytes;
    int64_t sms;
    int64_t decoders;
    int64_t jpeg;
    int64_t ofa;
    int64_t copy;
};

struct raw_table {
    struct entry_head head;
    const char *geometry;
    struct config_list profiles; /* of raw_profile */
};

static bool read_numbers(struct config_reader *r, const struct yaml_node *n, struct numbers *list,
                         const struct config_key *item)
{
    if (n->kind != YAML_LIST) {
        diag_error(r->diag, yaml_pos(n), "%s: %s; expected a list of at most %d whole numbers",
                   item->key, yaml_kind_name(n), MIG_MOST_SLICES);
        return false;
    }
    if (n->len > MIG_MOST_SLICES) {
        diag_error(r->diag, yaml_pos(n), "%s: %zu of them; at most %d", item->key, n->len,
                   MIG_MOST_SLICES);
        return false;
    }
    bool ok = true;
    for (size_t i = 0; i < n->len; i++)
        ok = config_read_value(r, n->items[i], item, &list->at[list->len++]) && ok;
    return ok;
}

static bool read_starts(struct config_reader *r, const struct yaml_node *n, void *field)
{
    static const struct config_key item = {"starts", CONFIG_INT, .max = MIG_MOST_SLICES - 1};
    return read_numbers(r, n, field, &item);
}

static bool read_order(struct config_reader *r, const struct yaml_node *n, void *field)
{
    static const struct config_key item = {"order", CONFIG_INT, .max = MIG_MOST_SLICES - 1};
    return read_numbers(r, n, field, &item);
}

static bool read_ids(struct config_reader *r, const struct yaml_node *n, void *field)
{
    static const struct config_key item = {"instance_ids", CONFIG_INT, .max = INT8_MAX};
    return read_numbers(r, n, field, &item);
}

static const struct config_key shape_keys[] = {
    {"kind", CONFIG_TEXT, offsetof(struct raw_shape, kind),
     .help = "its name on every GPU of the geometry: 1g, 1g+me"},
    {"id", CONFIG_INT, offsetof(struct raw_shape, id), "", 0, INT32_MAX,
     .help = "nvidia-smi's profile id"},
    {"compute_slices", CONFIG_INT, offsetof(struct raw_shape, compute_slices), NULL, 1,
     MIG_MOST_SLICES, .help = "compute slices of an instance"},
    {"memory_slices", CONFIG_INT, offsetof(struct raw_shape, memory_slices), NULL, 1,
     MIG_MOST_SLICES, .help = "memory slices of an instance"},
    {"most", CONFIG_INT, offsetof(struct raw_shape, most), NULL, 1, MIG_MOST_SLICES,
     .help = "instances on one GPU at most"},
    {"starts", CONFIG_CUSTOM, offsetof(struct raw_shape, starts), .read = read_starts,
     .hint = "a list of memory slices", .help = "where an instance may begin"},
    {"order", CONFIG_CUSTOM, offsetof(struct raw_shape, order), "", .read = read_order,
     .hint = "a list of memory slices",
     .help = "the starts as the driver prefers them; if absent the lowest is assumed to be first"},
    {"instance_ids", CONFIG_CUSTOM, offsetof(struct raw_shape, instance_ids), "", .read = read_ids,
     .hint = "a list of numbers", .help = "the driver's GPU instance id for each of the starts"},
    {"order_assumed", CONFIG_BOOL, offsetof(struct raw_shape, order_assumed), "false",
     .help = "the order was not seen in full"},
    {"media", CONFIG_BOOL, offsetof(struct raw_shape, media), "false",
     .help = "has the media engines, which a GPU has once (+me)"},
    {"double_memory", CONFIG_BOOL, offsetof(struct raw_shape, double_memory), "false",
     .help = "has twice the memory slices that are usual for its size"},
    {0},
};

static const struct config_table shape_table = {
    .name = "mig_geometries.profiles",
    .help = "The shapes of instances.",
    .bytes = sizeof(struct raw_shape),
    .keys = shape_keys,
};

static const struct config_key geometry_keys[] = {
    ENTRY_HEAD_KEYS(raw_geometry),
    {"compute_slices", CONFIG_INT, offsetof(struct raw_geometry, compute_slices), NULL, 1,
     MIG_MOST_SLICES, .help = "compute slices of the GPU"},
    {"memory_slices", CONFIG_INT, offsetof(struct raw_geometry, memory_slices), NULL, 1,
     MIG_MOST_SLICES, .help = "memory slices of the GPU"},
    {"profiles", CONFIG_SECTIONS, offsetof(struct raw_geometry, profiles), .table = &shape_table,
     .help = "the shapes of instances"},
    {0},
};

const struct config_table entry_geometry_table = {
    .name = "mig_geometries",
    .help = "Where MIG instances may lie on a GPU.",
    .bytes = sizeof(struct raw_geometry),
    .keys = geometry_keys,
};

static const struct config_key profile_keys[] = {
    {"kind", CONFIG_TEXT, offsetof(struct raw_profile, kind), .help = "a shape of the geometry"},
    {"name", CONFIG_TEXT, offsetof(struct raw_profile, name),
     .help = "as nvidia-smi prints it: 1g.10gb+me"},
    {"memory", CONFIG_SIZE, offsetof(struct raw_profile, memory_bytes), "",
     .help = "of one instance"},
    {"sms", CONFIG_INT, offsetof(struct raw_profile, sms), "", 1, UINT16_MAX,
     .help = "streaming multiprocessors"},
    {"decoders", CONFIG_INT, offsetof(struct raw_profile, decoders), "", 0, INT8_MAX,
     .help = "NVDEC engines"},
    {"jpeg", CONFIG_INT, offsetof(struct raw_profile, jpeg), "", 0, INT8_MAX,
     .help = "NVJPG engines"},
    {"ofa", CONFIG_INT, offsetof(struct raw_profile, ofa), "", 0, INT8_MAX,
     .help = "optical flow engines"},
    {"copy", CONFIG_INT, offsetof(struct raw_profile, copy), "", 0, INT8_MAX,
     .help = "copy engines"},
    {0},
};

static const struct config_table profile_table = {
    .name = "mig.profiles",
    .help = "What an instance is called and has.",
    .bytes = sizeof(struct raw_profile),
    .keys = profile_keys,
};

static const struct config_key table_keys[] = {
    ENTRY_HEAD_KEYS(raw_table),
    {"geometry", CONFIG_TEXT, offsetof(struct raw_table, geometry), .help = "of mig_geometries"},
    {"profiles", CONFIG_SECTIONS, offsetof(struct raw_table, profiles), .table = &profile_table,
     .help = "those of the geometry that this kind of GPU offers"},
    {0},
};

const struct config_table entry_mig_table = {
    .name = "mig",
    .help = "What the GPUs of one kind can be cut into.",
    .bytes = sizeof(struct raw_table),
    .keys = table_keys,
};

static const struct yaml_node *item_of(const struct yaml_node *entry, size_t i)
{
    const struct yaml_node *list = yaml_get(entry, "profiles");
    return list != NULL && list->kind == YAML_LIST && i < list->len ? list->items[i] : entry;
}

/* By the driver's order if it is known, else ascending. */
static void set_order(struct mig_profile *p, const struct raw_shape *raw)
{
    for (size_t i = 0; i < raw->order.len; i++)
        p->order[p->order_len++] = (uint8_t)raw->order.at[i];
    if (raw->order.len > 0)
        return;
    for (unsigned s = 0; s < MIG_MOST_SLICES; s++)
        if ((p->starts & 1u << s) != 0)
            p->order[p->order_len++] = (uint8_t)s;
    p->order_assumed = p->order_len > 1;
}

static void set_instance_ids(struct entry_reading *r, const struct yaml_node *node,
                             struct mig_profile *p, const struct raw_shape *raw)
{
    memset(p->instance_id, MIG_NONE, sizeof p->instance_id);
    if (raw->instance_ids.len == 0)
        return;
    if (raw->instance_ids.len != raw->starts.len) {
        diag_error(r->config->diag, entry_pos(node, "instance_ids"),
                   "instance_ids: %zu of them, but %zu starts; one for each start",
                   raw->instance_ids.len, raw->starts.len);
        return;
    }
    for (size_t i = 0; i < raw->starts.len; i++)
        p->instance_id[raw->starts.at[i]] = (int8_t)raw->instance_ids.at[i];
}

static size_t bits_in(unsigned bits)
{
    size_t count = 0;
    for (; bits != 0; bits &= bits - 1)
        count++;
    return count;
}

static void set_shape(struct entry_reading *r, const struct yaml_node *node, struct mig_profile *p,
                      const struct raw_shape *raw)
{
    *p = (struct mig_profile){
        .name = raw->kind,
        .kind = raw->kind,
        .id = yaml_get(node, "id") != NULL ? (int32_t)raw->id : MIG_NONE,
        .compute_slices = (uint8_t)raw->compute_slices,
        .memory_slices = (uint8_t)raw->memory_slices,
        .most = (uint8_t)raw->most,
        .order_assumed = raw->order_assumed,
        .media = raw->media,
        .double_memory = raw->double_memory,
    };
    for (size_t i = 0; i < raw->starts.len; i++)
        p->starts = (uint8_t)(p->starts | 1u << raw->starts.at[i]);
    if (bits_in(p->starts) != raw->starts.len)
        diag_error(r->config->diag, entry_pos(node, "starts"),
                   "starts: a memory slice is given twice");
    set_order(p, raw);
    set_instance_ids(r, node, p, raw);
}

/* True if the table may be relied on. */
static bool check_flaws(struct entry_reading *r, const struct mig_table *t)
{
    unsigned profile;
    const char *flaw = r->sound ? mig_table_flaw(t, &profile) : NULL;
    if (flaw != NULL)
        diag_error(r->config->diag, yaml_pos(item_of(r->node, profile)), "'%s': %s",
                   profile < t->len ? t->profiles[profile].name : t->name, flaw);
    return r->sound && flaw == NULL;
}

static void finish_geometry(struct entry_reading *r, const void *raw_entry, void *entry)
{
    const struct raw_geometry *raw = raw_entry;
    const struct raw_shape *shapes = raw->profiles.items;
    struct mig_geometry *g = entry;
    *g = (struct mig_geometry){
        .name = raw->head.name,
        .compute_slices = (uint8_t)raw->compute_slices,
        .memory_slices = (uint8_t)raw->memory_slices,
    };
    const size_t len =
        raw->profiles.len < MIG_MOST_PROFILES ? raw->profiles.len : MIG_MOST_PROFILES;
    if (raw->profiles.len > len) {
        r->sound = false;
        diag_error(r->config->diag, entry_pos(r->node, "profiles"),
                   "profiles: %zu of them; at most %d", raw->profiles.len, MIG_MOST_PROFILES);
    }
    g->profiles = arena_alloc(r->config->arena, (len + 1) * sizeof g->profiles[0]);
    g->len = (uint8_t)len;
    for (size_t i = 0; i < len; i++)
        set_shape(r, item_of(r->node, i), &g->profiles[i], &shapes[i]);
    const struct mig_table as_table = {g->name, g->profiles, g->len, g->compute_slices,
                                       g->memory_slices};
    g->flawed = !check_flaws(r, &as_table);
}

static const struct mig_profile *find_shape(struct entry_reading *r, const struct mig_geometry *g,
                                            const struct yaml_node *node, const char *kind)
{
    struct suggest s;
    suggest_init(&s, kind);
    for (unsigned i = 0; i < g->len; i++) {
        if (g->profiles[i].kind == NULL)
            continue;
        if (strcmp(g->profiles[i].kind, kind) == 0)
            return &g->profiles[i];
        suggest_offer(&s, g->profiles[i].kind);
    }
    diag_error(r->config->diag, entry_pos(node, "kind"), "kind: '%s': '%s' has no such profile%s",
               kind, g->name, suggest_hint(&s));
    return NULL;
}

/* Each profile of a geometry at most once: so a table has no more than a geometry may have. */
static bool is_listed(struct entry_reading *r, const struct mig_table *t,
                      const struct yaml_node *node, const char *kind)
{
    for (unsigned i = 0; i < t->len; i++)
        if (t->profiles[i].kind == kind) {
            diag_error(r->config->diag, entry_pos(node, "kind"), "kind: '%s': is given twice",
                       kind);
            return true;
        }
    return false;
}

static int8_t engines_of(const struct yaml_node *node, const char *key, int64_t count)
{
    return yaml_get(node, key) != NULL ? (int8_t)count : MIG_NONE;
}

static void set_profile(struct mig_profile *p, const struct mig_profile *shape,
                        const struct raw_profile *raw, const struct yaml_node *node)
{
    *p = *shape;
    p->name = raw->name;
    p->memory_bytes = raw->memory_bytes;
    p->sms = (int32_t)raw->sms;
    p->engines = (struct mig_engines){
        .decoders = engines_of(node, "decoders", raw->decoders),
        .jpeg = engines_of(node, "jpeg", raw->jpeg),
        .ofa = engines_of(node, "ofa", raw->ofa),
        .copy = engines_of(node, "copy", raw->copy),
    };
}

static void finish_mig(struct entry_reading *r, const void *raw_entry, void *entry)
{
    const struct raw_table *raw = raw_entry;
    const struct raw_profile *wanted = raw->profiles.items;
    struct mig_table *t = entry;
    *t = (struct mig_table){.name = raw->head.name};
    const struct mig_geometry *g = entry_named(r, ENTRY_GEOMETRY, "geometry", raw->geometry);
    if (g == NULL)
        return;
    struct mig_profile *profiles =
        arena_alloc(r->config->arena, (MIG_MOST_PROFILES + 1) * sizeof profiles[0]);
    t->profiles = profiles;
    t->compute_slices = g->compute_slices;
    t->memory_slices = g->memory_slices;
    for (size_t i = 0; i < raw->profiles.len; i++) {
        const struct yaml_node *node = item_of(r->node, i);
        if (wanted[i].kind == NULL || wanted[i].name == NULL)
            continue;
        const struct mig_profile *shape = find_shape(r, g, node, wanted[i].kind);
        if (shape == NULL || is_listed(r, t, node, shape->kind))
            continue;
        set_profile(&profiles[t->len++], shape, &wanted[i], node);
    }
    r->sound = r->sound && !g->flawed;
    check_flaws(r, t);
}

const struct entry_kind entry_geometry = {
    .key = "mig_geometries",
    .noun = "MIG geometry",
    .table = &entry_geometry_table,
    .bytes = sizeof(struct mig_geometry),
    .finish = finish_geometry,
};

const struct entry_kind entry_mig = {
    .key = "mig",
    .noun = "MIG table",
    .list = "profiles",
    .table = &entry_mig_table,
    .bytes = sizeof(struct mig_table),
    .finish = finish_mig,
};
