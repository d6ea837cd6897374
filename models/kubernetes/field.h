/*
 * field.h - typed fields of Kubernetes objects, taken as strictly as the API server takes them.
 *
 * A field that is absent and one that is null are the same. A field nobody asks for is never looked
 * at: Kubernetes has hundreds.
 *
 * Memory   Texts and nodes point into the YAML file; what is made (lists of words) lies in the
 *          reader's arena.
 * Errors   A wrong type is an error in the diag, with its place, and then as good as absent:
 *          "replicas: '3': text in quotes; expected a whole number".
 */
#ifndef MODELS_KUBERNETES_FIELD_H
#define MODELS_KUBERNETES_FIELD_H

#include "sim/quantity.h"
#include "sim/yaml.h"

#include <stdint.h>

struct arena;
struct intern;

/* What every reader of objects needs. */
struct field_reader {
    struct diag *diag;
    struct arena *arena;
    struct intern *words;     /* labels, taints, names; names.words */
    struct intern *resources; /* names.resources */
};

/* A list of numbers of texts. */
struct word_list {
    const uint32_t *words;
    uint32_t len;
};

struct text_list {
    const char *const *texts;
    uint32_t len;
};

struct int_field {
    const char *key;
    int64_t min, max; /* inclusive */
};

/* The value, or NULL if it is absent or null; map may be NULL or no map. */
const struct yaml_node *field_get(const struct yaml_node *map, const char *key);

/* What lies at the end of a path such as "spec.template", through mappings only. */
const struct yaml_node *field_path(struct field_reader *r, const struct yaml_node *map,
                                   const char *path);

/* NULL if absent or wrong. */
const struct yaml_node *field_map(struct field_reader *r, const struct yaml_node *map,
                                  const char *key);
const struct yaml_node *field_list(struct field_reader *r, const struct yaml_node *map,
                                   const char *key);
const char *field_text(struct field_reader *r, const struct yaml_node *map, const char *key);

/* The same; absence is an error at the map, which must not be NULL. */
const char *field_required_text(struct field_reader *r, const struct yaml_node *map,
                                const char *key);

/* A map of texts, such as labels: NULL if absent; a wrong value is an error. */
const struct yaml_node *field_text_map(struct field_reader *r, const struct yaml_node *map,
                                       const char *key);

/* A list of maps: NULL if absent; an item that is no map is an error and the whole as absent. */
const struct yaml_node *field_map_list(struct field_reader *r, const struct yaml_node *map,
                                       const char *key);

/* Whether it is there and right; otherwise *out stays as it was. */
bool field_int(struct field_reader *r, const struct yaml_node *map, const struct int_field *field,
               int64_t *out);
bool field_bool(struct field_reader *r, const struct yaml_node *map, const char *key, bool *out);

/* Which of the names, ended by NULL. */
bool field_choice(struct field_reader *r, const struct yaml_node *map, const char *key,
                  const char *const *names, int *out);

/* A list of texts; what is no text is left out. */
struct text_list field_texts(struct field_reader *r, const struct yaml_node *map, const char *key);

/* The same, numbered. */
struct word_list field_words(struct field_reader *r, const struct yaml_node *map, const char *key);

/* One value that is a quantity; key is for the message. */
bool field_quantity(struct field_reader *r, const struct yaml_node *n, const char *key,
                    struct quantity_kubernetes *out);

/* Whether n is text to Kubernetes: in quotes, or like no number, truth value or null. */
bool field_is_text(const struct yaml_node *n);

#endif /* MODELS_KUBERNETES_FIELD_H */
