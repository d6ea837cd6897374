/*
 * resource_list.h - exact amounts of named resources, as containers ask for them.
 *
 * Units    nano of whatever a plain number means: CPUs, bytes, pieces. Kubernetes adds quantities
 *          exactly and rounds a sum up once, so rounding is the last step (resource_list_amounts).
 * Order    As written, or as first met; no decision depends on it.
 * Memory   Items lie in an arena.
 */
#ifndef MODELS_KUBERNETES_RESOURCE_LIST_H
#define MODELS_KUBERNETES_RESOURCE_LIST_H

#include "models/kubernetes/field.h"
#include "models/resource.h"
#include "sim/int128.h"

struct resource_quantity {
    uint32_t resource; /* names.resources */
    int128 nano;
    const struct yaml_node *at; /* where it was written; NULL: made */
};

struct resource_list {
    struct resource_quantity *items;
    uint32_t len, cap;
};

/* The field of a resources section: a map of quantities. */
struct resource_list resource_list_read(struct field_reader *r, const struct yaml_node *map,
                                        const char *key);

/* NULL if it does not name the resource. */
const struct resource_quantity *resource_list_find(const struct resource_list *l,
                                                   uint32_t resource);

/* Puts an amount in, in place of what was there. */
void resource_list_set(struct resource_list *l, struct arena *a, uint32_t resource, int128 nano);

/* Adds each amount of more; takes the larger of both. */
void resource_list_add(struct resource_list *l, struct arena *a, const struct resource_list *more);
void resource_list_max(struct resource_list *l, struct arena *a, const struct resource_list *other);

/* What fallback names and l does not. */
void resource_list_fill(struct resource_list *l, struct arena *a,
                        const struct resource_list *fallback);

/* Rounded up into the units of resource.h: cpu in milli, all else as it is; negative ones become 0
 * and huge ones INT64_MAX. Returns len amounts in the arena. */
struct amount *resource_list_amounts(const struct resource_list *l, struct arena *a);

/* What Kubernetes calls its own: cpu, memory, ephemeral-storage, hugepages-*. */
bool resource_is_native(const char *name);

/* Belongs to somebody: nvidia.com/gpu. Comes in whole pieces that are never overcommitted. */
bool resource_is_extended(const char *name);

#endif /* MODELS_KUBERNETES_RESOURCE_LIST_H */
