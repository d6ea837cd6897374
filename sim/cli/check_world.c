#include "sim/cli/check_world.h"

#include "models/kubernetes/lint_pods.h"
#include "models/kubernetes/lint_world.h"
#include "models/kubernetes/object_set.h"
#include "models/kubernetes/tree.h"
#include "models/sharing_spec.h"
#include "policies/annotation_map/lint_map.h"
#include "policies/kueue/lint_quotas.h"
#include "policies/kueue/site_quota.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/path.h"

#include <stdlib.h>
#include <string.h>

struct check_world {
    struct diag *diag;
    struct arena *arena;
    struct object_set **sets;
    size_t sets_len, sets_cap;
    struct sharing_spec *plugins; /* how device plugins share, of files that were given */
    size_t plugins_len, plugins_cap;
};

struct check_world *check_world_new(struct diag *d)
{
    struct check_world *c = calloc(1, sizeof *c);
    SIM_REQUIRE(c != NULL);
    c->diag = d;
    c->arena = arena_new();
    return c;
}

void check_world_free(struct check_world *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->sets_len; i++)
        object_set_free(c->sets[i]);
    free(c->sets);
    free(c->plugins);
    arena_free(c->arena);
    free(c);
}

static void *room_for_one(void *list, size_t len, size_t *cap, size_t bytes)
{
    if (len < *cap)
        return list;
    *cap = *cap == 0 ? 16 : 2 * *cap;
    list = realloc(list, *cap * bytes);
    SIM_REQUIRE(list != NULL);
    return list;
}

bool check_world_add_plugin(struct check_world *c, const struct yaml_node *doc)
{
    const unsigned errors = diag_errors(c->diag);
    struct config_reader r = {.diag = c->diag, .arena = c->arena};
    c->plugins = room_for_one(c->plugins, c->plugins_len, &c->plugins_cap, sizeof c->plugins[0]);
    struct sharing_spec *s = &c->plugins[c->plugins_len];
    *s = (struct sharing_spec){.config = NULL};
    if (sharing_spec_read_plugin(&r, doc, s))
        c->plugins_len++;
    return diag_errors(c->diag) == errors;
}

/* --- ConfigMaps --- */

/* The configuration that a ClusterPolicy of the set names; NULL: none does. */
static const char *named_default(const struct object_set *set)
{
    for (const struct object *o = object_set_of_kind(set, "ClusterPolicy", NULL); o != NULL;
         o = object_set_of_kind(set, "ClusterPolicy", o)) {
        const char *name = tree_text(o->doc, "spec.devicePlugin.config.default", NULL);
        if (name != NULL)
            return name;
    }
    return NULL;
}

/* One of the texts of a ConfigMap, if it is of the device plugin. All are judged; in force is the
 * one that is named, or the only one. */
static void add_text(struct check_world *c, const struct yaml_pair *pair, bool is_in_force)
{
    const struct yaml_node *n = pair->value;
    if (n->kind != YAML_SCALAR || strstr(n->text, "sharing:") == NULL)
        return;
    const size_t before = c->plugins_len;
    const char *name = arena_printf(c->arena, "%s(%s)", n->file, pair->key->text);
    struct yaml_file *inner = yaml_parse_inside(n, name, c->diag);
    for (size_t i = 0; i < yaml_docs(inner); i++)
        if (yaml_get(yaml_doc(inner, i), "sharing") != NULL)
            check_world_add_plugin(c, yaml_doc(inner, i));
    yaml_close(inner);
    if (!is_in_force)
        c->plugins_len = before;
}

static void add_config_maps(struct check_world *c, const struct object_set *set)
{
    const char *standard = named_default(set);
    for (const struct object *o = object_set_of_kind(set, "ConfigMap", NULL); o != NULL;
         o = object_set_of_kind(set, "ConfigMap", o)) {
        const struct yaml_node *data = yaml_get(o->doc, "data");
        for (size_t i = 0; data != NULL && data->kind == YAML_MAP && i < data->len; i++)
            add_text(c, &data->pairs[i],
                     standard != NULL ? strcmp(standard, data->pairs[i].key->text) == 0
                                      : data->len == 1);
    }
}

void check_world_add_set(struct check_world *c, struct object_set *set)
{
    c->sets = room_for_one(c->sets, c->sets_len, &c->sets_cap, sizeof(struct object_set *));
    c->sets[c->sets_len++] = set;
    add_config_maps(c, set);
}

/* --- what a scenario names --- */

struct reading {
    struct object_set *set;
    struct intern *read; /* paths: jobs and objects of a dump stand in one file */
    struct diag *diag;
};

static void read_path(const struct reading *r, const struct yaml_node *n, bool is_overlay)
{
    if (n->kind != YAML_SCALAR || n->len == 0 || strcmp(n->text, "-") == 0)
        return;
    const char *path = path_beside(object_set_arena(r->set), n->file, n->text);
    if (is_overlay) {
        object_set_overlay(r->set, path, r->diag);
    } else if (intern_find(r->read, path) == INTERN_NONE) {
        intern_add(r->read, path);
        object_set_read(r->set, path, r->diag);
    }
}

static void read_paths(const struct reading *r, const struct yaml_node *n, bool is_overlay)
{
    if (n == NULL)
        return;
    if (n->kind == YAML_SCALAR)
        read_path(r, n, is_overlay);
    for (size_t i = 0; n->kind == YAML_LIST && i < n->len; i++)
        read_path(r, n->items[i], is_overlay);
}

/* What is there under one of the policies: what another one names may be the same with other
 * quotas. What the scenario's own readers have told already is not told again. */
static void add_objects_under(struct object_set *set, const struct scenario *s,
                              const struct policy_entry *policy, struct diag *d)
{
    const struct reading r = {set, intern_new(), d};
    const struct yaml_node *list = s->workload;
    for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->len; i++)
        read_paths(&r, yaml_get(list->items[i], "kubernetes"), false);
    for (size_t k = 0; k < policy->len; k++) {
        const struct yaml_node *options = policy->options[k];
        if (strcmp(policy->stack[k]->name, "kueue") != 0)
            continue;
        read_paths(&r, yaml_get(options, "objects"), false);
        read_paths(&r, yaml_get(options, "overlay"), true);
        site_quota_set(set, yaml_get(options, "quota"), d);
    }
    intern_free(r.read);
}

/* --- judging --- */

static void share(struct lint_world *w, const struct replicas_section *s, bool is_mps)
{
    const struct sharing_resource *rows = s->resources.items;
    for (size_t i = 0; i < s->resources.len; i++)
        lint_world_share(w, &(struct lint_sharing){.resource = rows[i].name,
                                                   .replicas = rows[i].replicas,
                                                   .refuses_several = s->refuses_several,
                                                   .is_mps = is_mps});
}

static void judge(const struct check_world *c, struct object_set *own, const struct setup *s)
{
    struct lint_world w;
    const struct field_reader f = {.diag = c->diag,
                                   .arena = s->arena,
                                   .words = s->names.words,
                                   .resources = s->names.resources};
    lint_world_open(&w, &f);
    lint_world_add(&w, own); /* the files that were given are applied to it */
    for (size_t i = 0; i < c->sets_len && i + 1 < LINT_MOST_SETS; i++)
        lint_world_add(&w, c->sets[i]);
    for (size_t i = 0; i < c->plugins_len; i++) {
        share(&w, &c->plugins[i].timeslicing, false);
        share(&w, &c->plugins[i].mps, true);
    }
    if (s->cluster != NULL && s->cluster->nodes_len > 0)
        w.cluster = s->cluster;
    lint_world_look(&w);
    lint_quotas(&w);
    lint_pods(&w);
    lint_vllm(&w);
    lint_maps(&w);
    lint_world_fini(&w);
}

static void judge_files(struct check_world *c)
{
    struct object_set *none = object_set_new();
    struct setup s = {.arena = arena_new()};
    s.names = (struct names){.resources = resource_names_new(), .words = intern_new()};
    judge(c, none, &s);
    intern_free(s.names.words);
    intern_free(s.names.resources);
    arena_free(s.arena);
    object_set_free(none);
}

static void judge_scenario(struct check_world *c, const struct prepared *p)
{
    struct setup s;
    setup_prepare(&s, &p->scenario, p->catalogue, c->diag);
    for (size_t i = 0; i < p->scenario.policies_len; i++) {
        struct object_set *own = object_set_new();
        add_objects_under(own, &p->scenario, &p->scenario.policies[i], c->diag);
        judge(c, own, &s);
        object_set_free(own);
    }
    setup_close(&s);
}

void check_world_judge(struct check_world *c, const struct prepared *p)
{
    if (p == NULL)
        judge_files(c);
    else
        judge_scenario(c, p);
}
