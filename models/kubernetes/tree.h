/*
 * tree.h - YAML trees changed: what a default fills in, and what an overlay replaces.
 *
 * A tree is never changed in place: the path to the change is made anew, everything else is shared.
 * A path is of keys between dots; a null value is the same as none.
 *
 * Memory   What is made lies in the arena, beside the file the tree came from.
 * Cost     O(keys on the path).
 */
#ifndef MODELS_KUBERNETES_TREE_H
#define MODELS_KUBERNETES_TREE_H

#include "sim/yaml.h"

#include <stdint.h>

struct arena;

/* NULL: nothing there. */
const struct yaml_node *tree_get(const struct yaml_node *map, const char *path);

/* The text there, or otherwise. */
const char *tree_text(const struct yaml_node *map, const char *path, const char *otherwise);
/* The text of a scalar; "" for all else. */
const char *node_text(const struct yaml_node *n);

bool tree_bool(const struct yaml_node *map, const char *path, bool otherwise);
int64_t tree_int(const struct yaml_node *map, const char *path, int64_t otherwise);

/* Items of a list, pairs of a map; 0 for all else, so that nothing else is taken for one. */
size_t tree_len(const struct yaml_node *n);
size_t tree_pairs(const struct yaml_node *n);

/* map with a value put in at the path, maps on the way made; or with it taken away. */
const struct yaml_node *tree_with(struct arena *a, const struct yaml_node *map, const char *path,
                                  const struct yaml_node *value);
const struct yaml_node *tree_without(struct arena *a, const struct yaml_node *map,
                                     const char *path);

/* The same for one key that may hold dots. */
const struct yaml_node *tree_with_key(struct arena *a, const struct yaml_node *map, const char *key,
                                      const struct yaml_node *value);
const struct yaml_node *tree_without_key(struct arena *a, const struct yaml_node *map,
                                         const char *key);

/* A value where there is none. */
const struct yaml_node *tree_or(struct arena *a, const struct yaml_node *map, const char *path,
                                const char *text);

/* at says where it would stand in the file; NULL: nowhere. */
const struct yaml_node *tree_scalar(struct arena *a, const char *text, const struct yaml_node *at);
const struct yaml_node *tree_quoted(struct arena *a, const char *text, const struct yaml_node *at);
const struct yaml_node *tree_list(struct arena *a, const struct yaml_node *const *items, size_t len,
                                  const struct yaml_node *at);
const struct yaml_node *tree_empty_map(struct arena *a, const struct yaml_node *at);

/* A tree that lives as long as the arena, all of it standing at one place. */
const struct yaml_node *tree_copy(struct arena *a, const struct yaml_node *n,
                                  const struct yaml_node *at);

/* Without any key whose value is null. */
const struct yaml_node *tree_without_nulls(struct arena *a, const struct yaml_node *n);

/* base changed by over: maps key by key, a null takes its key away; lists of maps item by item, the
 * item of the same name, or at the same place where items have no name; all else is replaced. */
const struct yaml_node *tree_merge(struct arena *a, const struct yaml_node *base,
                                   const struct yaml_node *over);

/* Whether both say the same: keys in any order; null and what is empty as none. */
bool tree_equal(const struct yaml_node *a, const struct yaml_node *b);

#endif /* MODELS_KUBERNETES_TREE_H */
