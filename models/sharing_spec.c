#include "models/sharing_spec.h"

#include "models/lint.h"
#include "models/sharing.h"
#include "sim/arena.h"
#include "sim/path.h"
#include "sim/quantity.h"

#include <string.h>

static const char *const order_names[] = {"distributed", "packed", NULL};

/* --- tables --- */

enum { MOST_REPLICAS = 1000 };

static const struct config_key resource_keys[] = {
    {"name", CONFIG_TEXT, offsetof(struct sharing_resource, name),
     .help = "of the resource, such as nvidia.com/gpu or nvidia.com/mig-1g.10gb"},
    {"replicas", CONFIG_INT, offsetof(struct sharing_resource, replicas), NULL, 2, MOST_REPLICAS,
     .help = "how often each of its units is offered"},
    {0},
};

static const struct config_table resource_table = {"resources",
                                                   "How often units of one resource are offered.",
                                                   sizeof(struct sharing_resource), resource_keys};

#define FIELD(member) offsetof(struct replicas_section, member)

#define REPLICAS_KEYS(fails)                                                                      \
    {"replicas",                                                                                  \
     CONFIG_INT,                                                                                  \
     FIELD(replicas),                                                                             \
     "",                                                                                          \
     2,                                                                                           \
     MOST_REPLICAS,                                                                               \
     .help = "how often every GPU is offered, and with time-slicing every MIG instance"},         \
        {"resources",                                                                             \
         CONFIG_SECTIONS,                                                                         \
         FIELD(resources),                                                                        \
         "[]",                                                                                    \
         .table = &resource_table,                                                                \
         .help = "in place of replicas: only these resources, as in the device plugin's file"},   \
        {"renameByDefault", CONFIG_BOOL, FIELD(renames), "false",                                 \
         .help = "replicas are called nvidia.com/gpu.shared"},                                    \
        {"failRequestsGreaterThanOne", CONFIG_BOOL, FIELD(refuses_several), fails,                \
         .help = "a pod that asks for two replicas fails with UnexpectedAdmissionError"},         \
    {                                                                                             \
        "allocation", CONFIG_CHOICE, FIELD(order), "distributed",                                 \
            .choices = order_names,                                                               \
            .help = "which replica a pod gets: of the GPU with fewest or with most of them taken" \
    }

static const struct config_key timeslicing_keys[] = {
    REPLICAS_KEYS("false"),
    {"overhead", CONFIG_RATIO, FIELD(cost), "0.11", 0, 1,
     .help = "time lost to switching when two or more work, per unit of work (docs/MODEL.md)"},
    {0},
};

static const struct config_table timeslicing_table = {
    "time-slicing", "Replicas of a GPU whose users take turns, without a fence around memory.",
    sizeof(struct replicas_section), timeslicing_keys};

static const struct config_key mps_keys[] = {
    REPLICAS_KEYS("true"),
    {"interference", CONFIG_RATIO, FIELD(cost), "0.44", 0, 4,
     .help = "slowdown by each neighbour that is always busy (docs/MODEL.md)"},
    {0},
};

static const struct config_table mps_table = {
    "mps",
    "Replicas of a whole GPU whose users run side by side, each with 1/replicas of the memory and "
    "of the threads.",
    sizeof(struct replicas_section), mps_keys};

static const struct config_key sharing_keys[] = {
    {"time-slicing", CONFIG_SECTION, offsetof(struct sharing_spec, timeslicing), "",
     .table = &timeslicing_table, .help = "as NVIDIA's device plugin does it"},
    {"mps", CONFIG_SECTION, offsetof(struct sharing_spec, mps), "", .table = &mps_table,
     .help = "NVIDIA's Multi-Process Service, as the device plugin sets it up"},
    {"config", CONFIG_TEXT, offsetof(struct sharing_spec, config), "",
     .help = "a file of the device plugin, or a ConfigMap with one, in place of the two above"},
    {"config_key", CONFIG_TEXT, offsetof(struct sharing_spec, config_key), "",
     .help = "which of the ConfigMap's configurations; else the node's label "
             "nvidia.com/device-plugin.config says, or the ClusterPolicy beside it, or there is "
             "only one"},
    {0},
};

const struct config_table sharing_spec_table = {"sharing", "Several tasks on one GPU.",
                                                sizeof(struct sharing_spec), sharing_keys};

/* --- a file of the device plugin --- */

/* What the plugin takes; the rest it ignores, and so do we, but not in silence. */
static void warn_of_strays(const struct yaml_node *map, const char *where, const char *const *known,
                           struct config_reader *r)
{
    const char *names = known[0];
    for (size_t k = 1; known[k] != NULL; k++)
        names = arena_printf(r->arena, "%s%s%s", names, known[k + 1] == NULL ? " and " : ", ",
                             known[k]);
    for (size_t i = 0; map != NULL && map->kind == YAML_MAP && i < map->len; i++) {
        const struct yaml_node *key = map->pairs[i].key;
        size_t k = 0;
        while (known[k] != NULL && strcmp(known[k], key->text) != 0)
            k++;
        if (known[k] == NULL)
            lint_report(r->diag, LINT_SHARING_UNKNOWN_KEY, yaml_pos(key),
                        "%s.%s: the device plugin ignores this key; take it away: %s knows %s",
                        where, key->text, where, names);
    }
}

static bool are_too_few(const struct yaml_node *value, const struct config_key *key, struct diag *d)
{
    int64_t n;
    const char *why;
    if (key->kind != CONFIG_INT || value->kind != YAML_SCALAR || value->quoted ||
        !quantity_int(value->text, &n, &why) || n >= 2)
        return false;
    lint_report(d, LINT_SHARING_REPLICAS, yaml_pos(value),
                "replicas: '%s': the device plugin refuses fewer than 2, and offers nothing; write "
                "2 or more, or leave the resource out",
                value->text);
    return true;
}

static bool read_resources(struct config_reader *r, const struct yaml_node *list,
                           struct replicas_section *s)
{
    static const char *const known[] = {"name", "replicas", NULL};
    bool ok = true;
    struct sharing_resource *rows = arena_alloc(r->arena, (list->len + 1) * sizeof rows[0]);
    for (size_t i = 0; i < list->len; i++) {
        const struct yaml_node *item = list->items[i];
        warn_of_strays(item, "resources", known, r);
        for (size_t k = 0; resource_keys[k].key != NULL; k++) {
            const struct yaml_node *value = yaml_get(item, resource_keys[k].key);
            if (value == NULL)
                diag_error(r->diag, yaml_pos(item), "resources: '%s' is missing (%s)",
                           resource_keys[k].key, resource_keys[k].help);
            ok &= value != NULL && !are_too_few(value, &resource_keys[k], r->diag) &&
                  config_read_value(r, value, &resource_keys[k], &rows[i]);
        }
        if (rows[i].name != NULL) /* the file is closed before this is used */
            rows[i].name = arena_text(r->arena, rows[i].name, strlen(rows[i].name));
    }
    s->resources = (struct config_list){rows, list->len};
    return ok;
}

static bool read_plugin_section(struct config_reader *r, const struct yaml_node *n,
                                const char *where, bool fails, double cost,
                                struct replicas_section *s)
{
    static const char *const known[] = {"renameByDefault", "failRequestsGreaterThanOne",
                                        "resources", NULL};
    static const struct config_key flag = {.key = "a flag", .kind = CONFIG_BOOL};
    const struct yaml_node *list = yaml_get(n, "resources");
    const struct yaml_node *renames = yaml_get(n, "renameByDefault");
    const struct yaml_node *refuses = yaml_get(n, "failRequestsGreaterThanOne");
    *s = (struct replicas_section){.refuses_several = fails, .cost = cost};
    warn_of_strays(n, where, known, r);
    if (list == NULL || list->kind != YAML_LIST || list->len == 0) {
        diag_error(
            r->diag, yaml_pos(n),
            "%s: no resources; expected a list such as [{name: nvidia.com/gpu, replicas: 4}]",
            where);
        return false;
    }
    bool ok = renames == NULL || config_read_value(r, renames, &flag, &s->renames);
    ok &= refuses == NULL || config_read_value(r, refuses, &flag, &s->refuses_several);
    return read_resources(r, list, s) && ok;
}

bool sharing_spec_read_plugin(struct config_reader *r, const struct yaml_node *doc,
                              struct sharing_spec *s)
{
    static const char *const known[] = {"timeSlicing", "mps", NULL};
    const struct yaml_node *sharing = yaml_get(doc, "sharing");
    const struct yaml_node *slicing = yaml_get(sharing, "timeSlicing");
    const struct yaml_node *mps = yaml_get(sharing, "mps");
    if (sharing != NULL && sharing->kind != YAML_MAP) {
        diag_error(r->diag, yaml_pos(sharing),
                   "sharing: %s; expected a mapping such as {timeSlicing: {resources: [{name: "
                   "nvidia.com/gpu, replicas: 4}]}}",
                   yaml_kind_name(sharing));
        return false;
    }
    warn_of_strays(sharing, "sharing", known, r);
    if (slicing != NULL && mps != NULL) {
        diag_error(r->diag, yaml_pos(sharing), "sharing: timeSlicing and mps exclude one another");
        return false;
    }
    if (slicing != NULL)
        return read_plugin_section(r, slicing, "sharing.timeSlicing", false, 0.11, &s->timeslicing);
    return mps == NULL || read_plugin_section(r, mps, "sharing.mps", true, 0.44, &s->mps);
}

/* --- which of the configurations in a file --- */

struct choice {
    const struct yaml_node *data; /* of the ConfigMap */
    const char *standard;         /* what the ClusterPolicy names; NULL: nothing */
    const struct yaml_node *bare; /* a file of the plugin by itself */
};

static bool is_kind(const struct yaml_node *doc, const char *kind)
{
    const struct yaml_node *n = yaml_get(doc, "kind");
    return n != NULL && n->kind == YAML_SCALAR && strcmp(n->text, kind) == 0;
}

static struct choice look_around(const struct yaml_file *file)
{
    struct choice c = {0};
    for (size_t i = 0; i < yaml_docs(file); i++) {
        const struct yaml_node *doc = yaml_doc(file, i);
        const struct yaml_node *plugin = yaml_get(yaml_get(doc, "spec"), "devicePlugin");
        const struct yaml_node *standard = yaml_get(yaml_get(plugin, "config"), "default");
        if (is_kind(doc, "ConfigMap"))
            c.data = yaml_get(doc, "data");
        else if (is_kind(doc, "ClusterPolicy") && standard != NULL && standard->kind == YAML_SCALAR)
            c.standard = standard->text;
        else if (yaml_get(doc, "sharing") != NULL)
            c.bare = doc;
    }
    return c;
}

static const struct yaml_node *pick(const struct choice *c, const struct sharing_spec *s,
                                    const char *label, const struct yaml_node *at, struct diag *d)
{
    const char *key = s->config_key != NULL ? s->config_key : label != NULL ? label : c->standard;
    if (key == NULL && c->data->len == 1)
        return c->data->pairs[0].value;
    const struct yaml_node *text = key == NULL ? NULL : yaml_get(c->data, key);
    if (text == NULL && key != NULL)
        diag_error(d, yaml_pos(at), "sharing: the ConfigMap in '%s' has no configuration '%s'",
                   s->config, key);
    else if (text == NULL)
        diag_error(
            d, yaml_pos(at),
            "sharing: the ConfigMap in '%s' has %zu configurations; name one with config_key",
            s->config, c->data->len);
    return text;
}

static bool read_text(struct config_reader *r, const struct yaml_node *text, struct sharing_spec *s)
{
    const unsigned before = r->diag->errors;
    if (text->kind != YAML_SCALAR) {
        diag_error(r->diag, yaml_pos(text), "data: %s; expected text", yaml_kind_name(text));
        return false;
    }
    const char *name = arena_printf(r->arena, "%s(%u)", text->file, text->line);
    struct yaml_file *inner = yaml_parse_inside(text, name, r->diag);
    for (size_t i = 0; i < yaml_docs(inner); i++)
        sharing_spec_read_plugin(r, yaml_doc(inner, i), s);
    yaml_close(inner);
    return r->diag->errors == before;
}

static bool read_config(struct config_reader *r, const struct yaml_node *at, const char *label,
                        struct sharing_spec *s)
{
    const unsigned before = r->diag->errors;
    const char *path = path_beside(r->arena, at->file, s->config);
    struct yaml_file *file = yaml_read(path, r->diag);
    if (file == NULL)
        return false;
    const struct choice c = look_around(file);
    if (c.data != NULL && c.data->kind == YAML_MAP) {
        const struct yaml_node *text = pick(&c, s, label, at, r->diag);
        if (text != NULL)
            read_text(r, text, s);
    } else if (c.bare != NULL) {
        sharing_spec_read_plugin(r, c.bare, s);
    } else {
        diag_error(r->diag, yaml_pos(at),
                   "config: '%s': neither a ConfigMap with data nor a file of the device plugin "
                   "with sharing",
                   s->config);
    }
    yaml_close(file);
    return r->diag->errors == before;
}

/* --- the whole --- */

static bool is_given(const struct replicas_section *s)
{
    return s->replicas > 0 || s->resources.len > 0;
}

static bool check_way(struct config_reader *r, const struct yaml_node *n, const char *name,
                      const struct replicas_section *s)
{
    const struct yaml_node *way = yaml_get(n, name);
    if (way == NULL || (s->replicas > 0) != (s->resources.len > 0))
        return true;
    diag_error(r->diag, yaml_pos(way), "%s: %s", name,
               is_given(s) ? "replicas and resources exclude one another"
                           : "'replicas' is missing (how often every GPU is offered)");
    return false;
}

bool sharing_spec_resolve(struct config_reader *r, const struct yaml_node *n, const char *label,
                          struct sharing_spec *s)
{
    if (n == NULL || n->kind != YAML_MAP)
        return true;
    bool ok = check_way(r, n, "time-slicing", &s->timeslicing) && check_way(r, n, "mps", &s->mps);
    if (ok && s->config != NULL && (is_given(&s->timeslicing) || is_given(&s->mps))) {
        diag_error(r->diag, yaml_pos(yaml_get(n, "config")),
                   "config: it stands in place of time-slicing and mps");
        return false;
    }
    if (ok && s->config != NULL)
        ok = read_config(r, yaml_get(n, "config"), label, s);
    if (is_given(&s->timeslicing) && is_given(&s->mps)) {
        diag_error(r->diag, yaml_pos(n), "sharing: time-slicing and mps exclude one another");
        return false;
    }
    s->ops = is_given(&s->timeslicing) ? &sharing_timeslice
             : is_given(&s->mps)       ? &sharing_mps
                                       : NULL;
    s->used = is_given(&s->mps) ? s->mps : s->timeslicing;
    return ok;
}

int64_t sharing_spec_replicas(const struct sharing_spec *s, const char *resource)
{
    const struct sharing_resource *rows = s->used.resources.items;
    for (size_t i = 0; i < s->used.resources.len; i++)
        if (strcmp(rows[i].name, resource) == 0)
            return rows[i].replicas;
    return s->used.replicas;
}
