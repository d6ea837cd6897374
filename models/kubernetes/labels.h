/*
 * labels.h - sets of key=value pairs on nodes, pods and namespaces.
 *
 * Keys and values are numbers of names.words, so that equal texts compare as numbers.
 */
#ifndef MODELS_KUBERNETES_LABELS_H
#define MODELS_KUBERNETES_LABELS_H

#include "models/cluster.h"
#include "models/kubernetes/field.h"

struct label_map {
    const struct node_label *pairs; /* sorted by key */
    uint32_t len;
};

/* The value's number, INTERN_NONE if there is no such key. O(len): label sets are short. */
uint32_t label_map_find(const struct label_map *m, uint32_t key);

/* n is a map of texts (field_text_map), or NULL. */
struct label_map label_map_read(struct field_reader *r, const struct yaml_node *n);

/* a's pairs and b's; where both have a key, b's. */
struct label_map label_map_join(struct arena *a, const struct label_map *base,
                                const struct label_map *over);

/* Kubernetes' own rules for the texts; NULL if they hold, else what is wrong. */
const char *label_key_problem(const char *key);
const char *label_value_problem(const char *value);

/* Lower-case letters, digits, '-' and '.', as objects are named. */
const char *object_name_problem(const char *name);

#endif /* MODELS_KUBERNETES_LABELS_H */
