/*
 * object.h - one Kubernetes object: what it is, what it is called, and where it stands.
 *
 * Memory   Everything points into the YAML file it was read from, but for made-up names.
 */
#ifndef MODELS_KUBERNETES_OBJECT_H
#define MODELS_KUBERNETES_OBJECT_H

#include "models/kubernetes/field.h"

struct object {
    const char *group;     /* of apiVersion: "batch", "kueue.x-k8s.io", "" for the core */
    const char *version;   /* "v1" */
    const char *kind;      /* "Job" */
    const char *name;      /* "" if it has none, as configuration files */
    const char *namespace; /* "default" if it says nothing; "" for kinds without one */
    const char *uid;       /* NULL: not from a live cluster */
    int64_t created_ns;    /* creationTimestamp; OBJECT_NEVER: not from a live cluster */
    bool is_generated_name;
    uint32_t number;                     /* in its set, in the order of reading */
    const struct yaml_node *doc;         /* all of it, a map */
    const struct yaml_node *labels;      /* of texts; NULL: none */
    const struct yaml_node *annotations; /* of texts; NULL: none */
};

#define OBJECT_NEVER INT64_MIN

/* Reads kind, apiVersion and metadata; the rest is for whoever knows the kind. number makes names
 * of generateName different. False after an error. */
bool object_read(struct field_reader *r, const struct yaml_node *doc, uint32_t number,
                 struct object *out);

/* Whether doc says what it is at all: a Helm values file does not. */
bool object_is_one(const struct yaml_node *doc);

/* NULL if there is none. */
const char *object_label(const struct object *o, const char *key);
const char *object_annotation(const struct object *o, const char *key);

struct src_pos object_pos(const struct object *o);

/* Complains if it has no name, or one that Kubernetes would not take. */
bool object_check_name(struct field_reader *r, const struct object *o);

/* The value of a key in labels or annotations; NULL if there is none. */
const char *text_map_find(const struct yaml_node *map, const char *key);

#endif /* MODELS_KUBERNETES_OBJECT_H */
