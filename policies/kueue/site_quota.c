#include "policies/kueue/site_quota.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"
#include "sim/suggest.h"

#include <string.h>

/* Where a resource stands in the object of a queue or cohort. */
struct place {
    size_t group;                     /* of spec.resourceGroups */
    const struct yaml_node *flavor;   /* NULL: nowhere */
    const struct yaml_node *resource; /* its item */
    size_t found;                     /* flavors that have it */
};

static const struct yaml_node *named(const struct yaml_node *list, const char *name)
{
    for (size_t i = 0; i < tree_len(list); i++)
        if (strcmp(tree_text(list->items[i], "name", ""), name) == 0)
            return list->items[i];
    return NULL;
}

/* flavor NULL: of any. */
static struct place find_place(const struct object *o, const char *flavor, const char *resource)
{
    struct place p = {0};
    const struct yaml_node *groups = tree_get(o->doc, "spec.resourceGroups");
    for (size_t g = 0; g < tree_len(groups); g++) {
        const struct yaml_node *flavors = tree_get(groups->items[g], "flavors");
        for (size_t f = 0; f < tree_len(flavors); f++) {
            const struct yaml_node *item = flavors->items[f];
            const struct yaml_node *r = named(tree_get(item, "resources"), resource);
            if (r == NULL || (flavor != NULL && strcmp(tree_text(item, "name", ""), flavor) != 0))
                continue;
            if (p.found++ == 0)
                p = (struct place){.group = g, .flavor = item, .resource = r, .found = 1};
        }
    }
    return p;
}

static void offer_names(struct suggest *s, const struct object *o)
{
    const struct yaml_node *groups = tree_get(o->doc, "spec.resourceGroups");
    for (size_t g = 0; g < tree_len(groups); g++) {
        const struct yaml_node *flavors = tree_get(groups->items[g], "flavors");
        for (size_t f = 0; f < tree_len(flavors); f++) {
            const struct yaml_node *resources = tree_get(flavors->items[f], "resources");
            suggest_offer(s, tree_text(flavors->items[f], "name", ""));
            for (size_t r = 0; r < tree_len(resources); r++)
                suggest_offer(s, tree_text(resources->items[r], "name", ""));
        }
    }
}

static void refuse(const struct object *o, const struct place *p, const struct yaml_node *key,
                   struct diag *d)
{
    struct suggest s;
    suggest_init(&s, key->text);
    if (p->found > 1) {
        diag_error(d, yaml_pos(key),
                   "quota: '%s': %zu flavors of %s %s have it; say which: {%s: {%s: ...}}",
                   key->text, p->found, o->kind, o->name, tree_text(p->flavor, "name", ""),
                   key->text);
        return;
    }
    offer_names(&s, o);
    diag_error(d, yaml_pos(key), "quota: '%s': %s %s has no such flavor or resource%s", key->text,
               o->kind, o->name, suggest_hint(&s));
}

/* --- an overlay that says it --- */

static const struct yaml_node *with_text(struct arena *a, const struct yaml_node *map,
                                         const char *key, const char *text)
{
    return tree_with_key(a, map, key, tree_scalar(a, text, map));
}

/* [{name: NAME, KEY: value}], or with empty items before it. */
static const struct yaml_node *list_of_last(struct arena *a, const struct yaml_node *item,
                                            size_t before)
{
    const struct yaml_node **items = arena_alloc(a, (before + 1) * sizeof items[0]);
    for (size_t i = 0; i < before; i++)
        items[i] = tree_empty_map(a, item);
    items[before] = item;
    return tree_list(a, items, before + 1, item);
}

static void set_one(struct object_set *s, const struct object *o, const struct place *p,
                    const struct yaml_node *value, struct diag *d)
{
    struct arena *a = object_set_arena(s);
    const struct yaml_node *empty = tree_empty_map(a, value);
    const struct yaml_node *resource = value->kind == YAML_MAP ? value : empty;
    if (value->kind != YAML_MAP)
        resource = tree_with_key(a, empty, "nominalQuota", value);
    resource = with_text(a, resource, "name", tree_text(p->resource, "name", ""));
    const struct yaml_node *flavor = with_text(a, empty, "name", tree_text(p->flavor, "name", ""));
    flavor = tree_with_key(a, flavor, "resources", list_of_last(a, resource, 0));
    const struct yaml_node *group = tree_with_key(a, empty, "flavors", list_of_last(a, flavor, 0));
    const struct yaml_node *doc = with_text(a, empty, "kind", o->kind);
    doc = tree_with(a, doc, "metadata.name", tree_scalar(a, o->name, value));
    doc = tree_with(a, doc, "spec.resourceGroups", list_of_last(a, group, p->group));
    object_set_overlay_tree(s, doc, d);
}

/* --- the whole --- */

static void set_resource(struct object_set *s, const struct object *o, const char *flavor,
                         const struct yaml_pair *pair, struct diag *d)
{
    const struct place p = find_place(o, flavor, pair->key->text);
    if (p.found == 1)
        set_one(s, o, &p, pair->value, d);
    else
        refuse(o, &p, pair->key, d);
}

static bool has_flavor(const struct object *o, const char *name)
{
    const struct yaml_node *groups = tree_get(o->doc, "spec.resourceGroups");
    for (size_t g = 0; g < tree_len(groups); g++)
        if (named(tree_get(groups->items[g], "flavors"), name) != NULL)
            return true;
    return false;
}

static void set_object(struct object_set *s, const struct object *o, const struct yaml_node *map,
                       struct diag *d)
{
    if (tree_pairs(map) == 0)
        diag_error(d, yaml_pos(map), "quota: %s: %s; expected such as {nvidia.com/gpu: 16}",
                   o->name, yaml_kind_name(map));
    for (size_t i = 0; i < tree_pairs(map); i++) {
        const struct yaml_pair *pair = &map->pairs[i];
        if (!has_flavor(o, pair->key->text)) {
            set_resource(s, o, NULL, pair, d);
            continue;
        }
        for (size_t k = 0; k < tree_pairs(pair->value); k++)
            set_resource(s, o, pair->key->text, &pair->value->pairs[k], d);
    }
}

static const struct object *find_object(const struct object_set *s, const char *name,
                                        struct suggest *near)
{
    static const char *const kinds[] = {"ClusterQueue", "Cohort"};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (const struct object *o = object_set_of_kind(s, kinds[k], NULL); o != NULL;
             o = object_set_of_kind(s, kinds[k], o)) {
            if (strcmp(o->name, name) == 0)
                return o;
            suggest_offer(near, o->name);
        }
    return NULL;
}

void site_quota_set(struct object_set *s, const struct yaml_node *quota, struct diag *d)
{
    if (quota == NULL)
        return;
    if (quota->kind != YAML_MAP)
        diag_error(d, yaml_pos(quota),
                   "quota: %s; expected a mapping such as {team-b: {nvidia.com/gpu: 16}}",
                   yaml_kind_name(quota));
    for (size_t i = 0; i < tree_pairs(quota); i++) {
        const struct yaml_node *key = quota->pairs[i].key;
        struct suggest near;
        suggest_init(&near, key->text);
        const struct object *o = find_object(s, key->text, &near);
        if (o != NULL)
            set_object(s, o, quota->pairs[i].value, d);
        else
            diag_error(d, yaml_pos(key), "quota: '%s': there is no such ClusterQueue or Cohort%s",
                       key->text, suggest_hint(&near));
    }
}
