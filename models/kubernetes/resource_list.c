#include "models/kubernetes/resource_list.h"

#include "sim/arena.h"
#include "sim/intern.h"

#include <string.h>

#define NANO  INT64_C(1000000000)
#define MICRO INT64_C(1000000)

enum { ROOM = 4, MOST_RESOURCES = 32 };

bool resource_is_native(const char *name)
{
    static const char huge[] = "hugepages-";
    return strcmp(name, "cpu") == 0 || strcmp(name, "memory") == 0 ||
           strcmp(name, "ephemeral-storage") == 0 || strncmp(name, huge, sizeof huge - 1) == 0;
}

bool resource_is_extended(const char *name)
{
    const char *slash = strchr(name, '/');
    return slash != NULL && strncmp(name, "requests.", sizeof "requests." - 1) != 0;
}

static struct resource_quantity *find(const struct resource_list *l, uint32_t resource)
{
    for (uint32_t i = 0; i < l->len; i++)
        if (l->items[i].resource == resource)
            return &l->items[i];
    return NULL;
}

const struct resource_quantity *resource_list_find(const struct resource_list *l, uint32_t resource)
{
    return find(l, resource);
}

static void append(struct resource_list *l, struct arena *a, struct resource_quantity q)
{
    if (l->len == l->cap) {
        const uint32_t cap = l->cap == 0 ? ROOM : 2 * l->cap;
        struct resource_quantity *items = arena_alloc(a, cap * sizeof items[0]);
        if (l->len > 0)
            memcpy(items, l->items, l->len * sizeof items[0]);
        l->items = items;
        l->cap = cap;
    }
    l->items[l->len++] = q;
}

void resource_list_set(struct resource_list *l, struct arena *a, uint32_t resource, int128 nano)
{
    struct resource_quantity *have = find(l, resource);
    if (have != NULL)
        have->nano = nano;
    else
        append(l, a, (struct resource_quantity){.resource = resource, .nano = nano});
}

void resource_list_add(struct resource_list *l, struct arena *a, const struct resource_list *more)
{
    for (uint32_t i = 0; i < more->len; i++) {
        struct resource_quantity *have = find(l, more->items[i].resource);
        if (have != NULL)
            have->nano += more->items[i].nano;
        else
            append(l, a, more->items[i]);
    }
}

void resource_list_max(struct resource_list *l, struct arena *a, const struct resource_list *other)
{
    for (uint32_t i = 0; i < other->len; i++) {
        const struct resource_quantity *have = find(l, other->items[i].resource);
        if (have == NULL || have->nano < other->items[i].nano)
            resource_list_set(l, a, other->items[i].resource, other->items[i].nano);
    }
}

void resource_list_fill(struct resource_list *l, struct arena *a,
                        const struct resource_list *fallback)
{
    for (uint32_t i = 0; i < fallback->len; i++)
        if (find(l, fallback->items[i].resource) == NULL)
            append(l, a, fallback->items[i]);
}

struct amount *resource_list_amounts(const struct resource_list *l, struct arena *a)
{
    struct amount *amounts = arena_alloc(a, (l->len + 1) * sizeof amounts[0]);
    for (uint32_t i = 0; i < l->len; i++) {
        const struct resource_quantity *q = &l->items[i];
        const int64_t unit = q->resource == RESOURCE_CPU ? MICRO : NANO;
        const int128 whole = q->nano <= 0 ? 0 : (q->nano + unit - 1) / unit;
        amounts[i] = (struct amount){q->resource, whole > INT64_MAX ? INT64_MAX : (int64_t)whole};
    }
    return amounts;
}

struct resource_list resource_list_read(struct field_reader *r, const struct yaml_node *map,
                                        const char *key)
{
    const struct yaml_node *n = field_map(r, map, key);
    struct resource_list l = {0};
    if (n != NULL && n->len > MOST_RESOURCES) {
        diag_error(r->diag, yaml_pos(n), "%s: %zu resources; expected at most %d", key, n->len,
                   (int)MOST_RESOURCES);
        return l;
    }
    for (size_t i = 0; n != NULL && i < n->len; i++) {
        const struct yaml_node *value = n->pairs[i].value;
        const char *name = n->pairs[i].key->text;
        struct quantity_kubernetes q;
        if (field_quantity(r, value, name, &q))
            append(&l, r->arena,
                   (struct resource_quantity){intern_add(r->resources, name), q.nano, value});
    }
    return l;
}
