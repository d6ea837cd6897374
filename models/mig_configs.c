#include "models/mig_configs.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/suggest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct wanted {
    const char *profile;
    int64_t count;
    struct src_pos at;
};

struct wanted_list {
    struct wanted *list;
    size_t len;
    struct src_pos at;
};

struct rule {
    uint64_t gpus; /* bit g: GPU g of the node */
    struct config_texts models;
    bool enabled;
    struct wanted_list devices;
};

struct named {
    const char *name;
    struct src_pos at;
    struct rule *rules;
    size_t len;
};

struct mig_configs {
    struct arena *arena;
    struct named *list;
    size_t len;
    size_t cap;
    struct yaml_file **files;
    size_t files_len;
};

enum { MOST_GPUS = 64, MOST_INSTANCES = 1000000 };

static bool read_devices(struct config_reader *r, const struct yaml_node *n, void *field)
{
    static const struct config_key item = {"devices", CONFIG_INT, .max = MOST_GPUS - 1};
    uint64_t *gpus = field;
    if (n->kind == YAML_SCALAR && strcmp(n->text, "all") == 0) {
        *gpus = UINT64_MAX;
        return true;
    }
    if (n->kind != YAML_LIST) {
        const char *what = n->kind == YAML_SCALAR ? n->text : yaml_kind_name(n);
        diag_error(r->diag, yaml_pos(n), "devices: '%s'; expected all, or a list of GPU numbers",
                   what);
        return false;
    }
    bool ok = true;
    for (size_t i = 0; i < n->len; i++) {
        int64_t gpu = 0;
        const bool is_number = config_read_value(r, n->items[i], &item, &gpu);
        *gpus |= is_number ? UINT64_C(1) << gpu : 0;
        ok = ok && is_number;
    }
    return ok;
}

static bool read_wanted(struct config_reader *r, const struct yaml_node *n, void *field)
{
    struct wanted_list *wanted = field;
    wanted->at = yaml_pos(n);
    if (n->kind != YAML_MAP) {
        diag_error(r->diag, yaml_pos(n), "mig-devices: %s; expected a mapping such as {1g.10gb: 7}",
                   yaml_kind_name(n));
        return false;
    }
    bool ok = true;
    wanted->list = arena_alloc(r->arena, (n->len + 1) * sizeof wanted->list[0]);
    for (size_t i = 0; i < n->len; i++) {
        struct wanted *w = &wanted->list[wanted->len++];
        const struct config_key key = {n->pairs[i].key->text, CONFIG_INT, .max = MOST_INSTANCES};
        w->profile = key.key;
        w->at = yaml_pos(n->pairs[i].key);
        ok = config_read_value(r, n->pairs[i].value, &key, &w->count) && ok;
    }
    return ok;
}

static const struct config_key rule_keys[] = {
    {"devices", CONFIG_CUSTOM, offsetof(struct rule, gpus), .read = read_devices,
     .hint = "all, or a list of GPU numbers", .help = "which GPUs of the node"},
    {"device-filter", CONFIG_TEXTS, offsetof(struct rule, models), "",
     .help = "PCI ids of the models that are meant; absent: every model"},
    {"mig-enabled", CONFIG_BOOL, offsetof(struct rule, enabled), .help = "MIG mode"},
    {"mig-devices", CONFIG_CUSTOM, offsetof(struct rule, devices), "", .read = read_wanted,
     .hint = "a mapping from profile to number: {1g.10gb: 7}", .help = "the instances"},
    {0},
};

static const struct config_table rule_table = {
    .name = "mig-configs",
    .help = "What the GPUs of a node are cut into.",
    .bytes = sizeof(struct rule),
    .keys = rule_keys,
};

struct mig_configs *mig_configs_new(void)
{
    struct mig_configs *c = calloc(1, sizeof *c);
    SIM_REQUIRE(c != NULL);
    c->arena = arena_new();
    return c;
}

void mig_configs_free(struct mig_configs *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->files_len; i++)
        yaml_close(c->files[i]);
    free(c->files);
    free(c->list);
    arena_free(c->arena);
    free(c);
}

static void keep(struct mig_configs *c, struct yaml_file *file)
{
    c->files = realloc(c->files, (c->files_len + 1) * sizeof c->files[0]);
    SIM_REQUIRE(c->files != NULL);
    c->files[c->files_len++] = file;
}

static const struct named *find(const struct mig_configs *c, const char *name)
{
    for (size_t i = 0; c != NULL && i < c->len; i++)
        if (strcmp(c->list[i].name, name) == 0)
            return &c->list[i];
    return NULL;
}

static void read_rules(struct mig_configs *c, struct named *n, const struct yaml_node *list,
                       struct diag *d)
{
    struct config_reader r = {.diag = d, .arena = c->arena};
    if (list->kind != YAML_LIST) {
        diag_error(d, yaml_pos(list), "%s: %s; expected a list of rules", n->name,
                   yaml_kind_name(list));
        return;
    }
    n->rules = arena_alloc(c->arena, (list->len + 1) * sizeof n->rules[0]);
    n->len = list->len;
    for (size_t i = 0; i < list->len; i++)
        config_read(&r, list->items[i], yaml_pos(list->items[i]), &rule_table, &n->rules[i]);
}

static void add_named(struct mig_configs *c, const struct yaml_pair *pair, struct diag *d)
{
    const struct named *twin = find(c, pair->key->text);
    if (twin != NULL) {
        diag_error(d, yaml_pos(pair->key), "mig-configs: '%s': is given twice; choose another name",
                   twin->name);
        diag_note(d, twin->at, "here for the first time");
    }
    if (c->len == c->cap) {
        c->cap = c->cap == 0 ? 16 : 2 * c->cap;
        c->list = realloc(c->list, c->cap * sizeof c->list[0]);
        SIM_REQUIRE(c->list != NULL);
    }
    struct named *n = &c->list[c->len++];
    *n = (struct named){.name = pair->key->text, .at = yaml_pos(pair->key)};
    read_rules(c, n, pair->value, d);
}

static bool add_configs(struct mig_configs *c, const struct yaml_node *map, struct diag *d)
{
    const struct yaml_node *configs = yaml_get(map, "mig-configs");
    if (configs == NULL)
        return false;
    if (configs->kind != YAML_MAP)
        diag_error(d, yaml_pos(configs), "mig-configs: %s; expected a mapping from name to rules",
                   yaml_kind_name(configs));
    for (size_t i = 0; configs->kind == YAML_MAP && i < configs->len; i++)
        add_named(c, &configs->pairs[i], d);
    return true;
}

/* Files kept as texts in a mapping: of a ConfigMap, or of Helm values that make one. */
static bool add_texts(struct mig_configs *c, const struct yaml_node *data, struct diag *d)
{
    bool found = false;
    for (size_t i = 0; data != NULL && data->kind == YAML_MAP && i < data->len; i++) {
        const struct yaml_node *text = data->pairs[i].value;
        if (text->kind != YAML_SCALAR)
            continue;
        const char *name = arena_printf(c->arena, "%s(%s)", text->file == NULL ? "" : text->file,
                                        data->pairs[i].key->text);
        struct yaml_file *file = yaml_parse_inside(text, name, d);
        keep(c, file);
        for (size_t k = 0; k < yaml_docs(file); k++)
            found = add_configs(c, yaml_doc(file, k), d) || found;
    }
    return found;
}

static const struct yaml_node *helm_data(const struct yaml_node *root, const char *component)
{
    return yaml_get(yaml_get(yaml_get(root, component), "config"), "data");
}

bool mig_configs_add_node(struct mig_configs *c, const struct yaml_node *root, struct diag *d)
{
    const unsigned before = diag_errors(d);
    bool found = add_configs(c, root, d);
    found = add_texts(c, yaml_get(root, "data"), d) || found;
    found = add_texts(c, helm_data(root, "migManager"), d) || found;
    found = add_texts(c, helm_data(root, "migParted"), d) || found;
    if (!found)
        diag_error(d, yaml_pos(root),
                   "no mig-configs here; expected a file of mig-parted, or a "
                   "ConfigMap or Helm values with one in it");
    return diag_errors(d) == before;
}

bool mig_configs_add_file(struct mig_configs *c, const char *path, struct diag *d)
{
    const unsigned before = diag_errors(d);
    struct yaml_file *file = yaml_read(path, d);
    if (file == NULL)
        return false;
    keep(c, file);
    for (size_t i = 0; i < yaml_docs(file); i++)
        mig_configs_add_node(c, yaml_doc(file, i), d);
    return diag_errors(d) == before;
}

size_t mig_configs_len(const struct mig_configs *c)
{
    return c->len;
}

const char *mig_configs_name(const struct mig_configs *c, size_t i)
{
    SIM_REQUIRE(i < c->len);
    return c->list[i].name;
}

static bool is_meant(const struct rule *r, const struct gpu_model *m)
{
    for (size_t i = 0; i < r->models.len; i++)
        for (size_t k = 0; k < m->ids.len; k++)
            if (strcasecmp(r->models.texts[i], m->ids.texts[k]) == 0)
                return true;
    return r->models.len == 0;
}

/* Adds what a rule wants; false if the table lacks a profile, after complaining if d is not NULL.
 */
static bool add_wanted(const struct mig_table *t, const struct rule *r, struct mig_set *set,
                       struct diag *d)
{
    bool ok = true;
    for (size_t i = 0; i < r->devices.len; i++) {
        const struct wanted *w = &r->devices.list[i];
        const int p = mig_profile_find(t, w->profile);
        if (p != MIG_NONE)
            set->counts[p] = (uint32_t)w->count;
        else if (d != NULL)
            mig_set_no_profile(t, w->profile, w->at, d);
        ok = ok && p != MIG_NONE;
    }
    return ok;
}

static bool check_rule(const struct rule *r, const struct gpu_model *m,
                       const struct mig_space *space, struct src_pos at, struct diag *d)
{
    if (r->models.len > 0 && m->ids.len == 0)
        diag_warning(d, yaml_pos(r->models.nodes[0]),
                     "device-filter: the catalogue has no device_ids for '%s', so it is taken for "
                     "another model",
                     m->name);
    if (!is_meant(r, m) || !r->enabled)
        return true;
    if (space == NULL) {
        diag_error(d, r->devices.len > 0 ? r->devices.at : at,
                   "mig-enabled: 'true': '%s' cannot be partitioned", m->name);
        return false;
    }
    struct mig_set set = {.enabled = true};
    return add_wanted(mig_space_table(space), r, &set, d) &&
           mig_set_fits(space, &set, r->devices.at, d);
}

static void complain_of_name(const struct mig_configs *c, const char *name,
                             const struct gpu_model *m, struct src_pos at, struct diag *d)
{
    struct arena *a = arena_new();
    struct suggest s;
    suggest_init(&s, name);
    for (size_t i = 0; c != NULL && i < c->len; i++)
        suggest_offer(&s, c->list[i].name);
    if (m->mig != NULL)
        suggest_offer_all(&s, mig_set_names(m->mig, a));
    diag_error(d, at, "'%s': no such MIG configuration for '%s'%s", name, m->name,
               suggest_hint(&s));
    arena_free(a);
}

/* "all-disabled" suits every model. */
static bool find_shipped(const char *name, const struct gpu_model *m, struct mig_set *set)
{
    *set = (struct mig_set){0};
    return m->mig != NULL ? mig_set_named(m->mig, name, set) : strcmp(name, "all-disabled") == 0;
}

bool mig_configs_check(const struct mig_configs *c, const char *name, const struct gpu_model *m,
                       const struct mig_space *space, struct src_pos at, struct diag *d)
{
    const struct named *n = find(c, name);
    struct mig_set set;
    if (n == NULL && !find_shipped(name, m, &set)) {
        complain_of_name(c, name, m, at, d);
        return false;
    }
    bool ok = true;
    for (size_t i = 0; n != NULL && i < n->len; i++)
        ok = check_rule(&n->rules[i], m, space, n->at, d) && ok;
    return ok;
}

struct mig_set mig_configs_set(const struct mig_configs *c, const char *name,
                               const struct gpu_model *m, unsigned gpu)
{
    SIM_REQUIRE(gpu < MOST_GPUS);
    struct mig_set set;
    const struct named *n = find(c, name);
    if (n == NULL) {
        SIM_REQUIRE(find_shipped(name, m, &set));
        return set;
    }
    set = (struct mig_set){0};
    for (size_t i = 0; i < n->len; i++) {
        const struct rule *r = &n->rules[i];
        if ((r->gpus >> gpu & 1u) == 0 || !is_meant(r, m))
            continue;
        set = (struct mig_set){.enabled = r->enabled};
        SIM_REQUIRE(!r->enabled || (m->mig != NULL && add_wanted(m->mig, r, &set, NULL)));
    }
    return set;
}
