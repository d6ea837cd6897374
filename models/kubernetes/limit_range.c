#include "models/kubernetes/limit_range.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"

#include <stdlib.h>
#include <string.h>

bool amount_of(const struct yaml_node *n, int128 *nano)
{
    struct quantity_kubernetes q;
    const char *why;
    if (n == NULL || n->kind != YAML_SCALAR || !quantity_kubernetes(n->text, &q, &why))
        return false;
    *nano = q.nano;
    return true;
}

/* --- LimitRanges of a namespace, taken together --- */

const struct yaml_node *amounts_merge(struct arena *a, const struct yaml_node *into,
                                      const struct yaml_node *from, enum amounts_pick pick)
{
    for (size_t i = 0; i < tree_pairs(from); i++) {
        const char *key = from->pairs[i].key->text;
        const struct yaml_node *old = field_get(into, key), *new = from->pairs[i].value;
        int128 was, is;
        const bool comparable = amount_of(old, &was) && amount_of(new, &is);
        if (old == NULL || (pick == PICK_LOWEST && comparable && is < was) ||
            (pick == PICK_HIGHEST && comparable && is > was))
            into = tree_with_key(a, into == NULL ? tree_empty_map(a, from) : into, key, new);
    }
    return into;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct object *const *)a)->name,
                  (*(const struct object *const *)b)->name);
}

/* Those of a namespace in the order of their names, as the API server lists them. */
static size_t list_ranges(struct arena *a, const struct object_set *objects, const char *namespace,
                          const struct object ***out)
{
    const struct object *o = NULL;
    size_t len = 0, most = 0;
    while ((o = object_set_of_kind(objects, "LimitRange", o)) != NULL)
        most++;
    *out = arena_alloc(a, (most + 1) * sizeof(*out)[0]);
    while ((o = object_set_of_kind(objects, "LimitRange", o)) != NULL)
        if (strcmp(o->namespace, namespace) == 0)
            (*out)[len++] = o;
    if (len > 1)
        qsort(*out, len, sizeof(*out)[0], by_name);
    return len;
}

const struct yaml_node *limit_range_sum(struct arena *a, const struct object_set *objects,
                                        const char *namespace, const char *type)
{
    static const struct {
        const char *key;
        enum amounts_pick pick;
    } parts[] = {{"default", PICK_FIRST},
                 {"defaultRequest", PICK_FIRST},
                 {"max", PICK_LOWEST},
                 {"min", PICK_HIGHEST}};
    const struct yaml_node *all = NULL;
    if (objects == NULL)
        return NULL;
    const struct object **ranges;
    const size_t len = list_ranges(a, objects, namespace, &ranges);
    for (size_t i = 0; i < len; i++) {
        const struct yaml_node *list = tree_get(ranges[i]->doc, "spec.limits");
        for (size_t k = 0; k < tree_len(list); k++) {
            if (strcmp(tree_text(list->items[k], "type", ""), type) != 0)
                continue;
            all = all == NULL ? tree_empty_map(a, ranges[i]->doc) : all;
            for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
                const struct yaml_node *merged =
                    amounts_merge(a, field_get(all, parts[p].key),
                                  field_get(list->items[k], parts[p].key), parts[p].pick);
                if (merged != NULL)
                    all = tree_with(a, all, parts[p].key, merged);
            }
        }
    }
    return all;
}

/* --- pods --- */

void pod_template_take_limits(struct field_reader *r, struct pod_template *t,
                              const struct object_set *objects, const char *namespace)
{
    const struct yaml_node *range = limit_range_sum(r->arena, objects, namespace, "Container");
    const struct yaml_node *whole = limit_range_sum(r->arena, objects, namespace, "Pod");
    struct resource_list limits = resource_list_read(r, range, "default");
    struct resource_list requests = resource_list_read(r, range, "defaultRequest");
    for (uint32_t i = 0; i < t->containers_len; i++) {
        resource_list_fill(&t->containers[i].limits, r->arena, &limits);
        resource_list_fill(&t->containers[i].requests, r->arena, &requests);
    }
    if (!t->has_resources)
        return;
    limits = resource_list_read(r, whole, "default");
    requests = resource_list_read(r, whole, "defaultRequest");
    resource_list_fill(&t->limits, r->arena, &limits);
    resource_list_fill(&t->requests, r->arena, &requests);
}
