/*
 * workload.h - the objects that bring pods: where each kind keeps its pod templates and counts.
 *
 * A table (workload_shapes) says it for every kind; a kind more is a row more. What is read is a
 * list of pod sets: so many pods of one template.
 *
 * Memory   Lies in the reader's arena and in the YAML file.
 * Errors   While reading: wrong types, counts that are no numbers, missing templates. What the API
 *          server would refuse for other reasons in workload_check.
 * Source   Kubernetes 1.36 batch/v1, apps/v1; Kueue v0.20's pod sets per kind
 *          (conformance/kueue, jobs).
 */
#ifndef MODELS_KUBERNETES_WORKLOAD_H
#define MODELS_KUBERNETES_WORKLOAD_H

#include "models/kubernetes/controller.h"
#include "models/kubernetes/object.h"
#include "models/kubernetes/pod_template.h"

/* A number in the object: 1, or what fallback says, where it is absent. */
struct count_field {
    const char *path;    /* NULL: 1 */
    const char *at_most; /* path of a number that it never exceeds, if that is given; NULL: none */
    int32_t fallback;
};

/* One pod set, or all items of a list of them. */
struct pod_set_shape {
    const char *list;  /* path to the list or map of them; NULL: the object is the only one */
    const char *entry; /* in a map: this key; NULL: every item of a list */
    const char *name;  /* of the set; NULL: as the item says in name_field */
    const char *name_field;
    const char *template;         /* path to the pod template from there; NULL: it is one itself */
    struct count_field counts[2]; /* multiplied */
    const char *min_count;        /* path to the least count that will do; NULL: it has none */
    const char *topology;         /* path to Kueue's topologyRequest; NULL: it has none */
};

enum { WORKLOAD_MOST_SHAPES = 6, WORKLOAD_MOST_SETS = 18, WORKLOAD_MOST_PODS = 10000000 };

struct workload_shape {
    const char *group, *kind;
    bool has_controller;
    enum controller_kind controller;
    struct pod_set_shape sets[WORKLOAD_MOST_SHAPES]; /* ended by one without any name */
};

struct pod_set {
    const char *name; /* in lower case */
    uint32_t count;
    uint32_t min_count; /* fewer will do; 0: no */
    struct pod_template template;
    const struct yaml_node *topology; /* Kueue's topologyRequest; NULL: none */
};

struct workload {
    const struct object *object;
    const struct workload_shape *shape;
    struct pod_set *sets;
    uint32_t sets_len;
};

/* Kueue's Workload: what other kinds come to, in a cluster that has it. */
bool workload_is_kueue(const struct object *o);

/* The row of the object's kind; NULL: it brings no pods, or we cannot run it. */
const struct workload_shape *workload_shape_find(const struct object *o);

/* Whether its kind brings pods, but has no row. */
bool workload_is_unknown(const struct object *o);

/* False after an error. */
bool workload_read(struct field_reader *r, const struct object *o,
                   const struct workload_shape *shape, struct workload *out);

/* Whether the API server would take it: its name, its pods (pod_template_check), a restartPolicy
 * that goes with the kind. False after an error. */
bool workload_check(struct field_reader *r, const struct workload *w);

/* Fills in what makes its pods and makes them again; name_seed is left to the caller. False, and
 * nothing, for kinds whose pods are a gang, and after an error. */
bool workload_controller(struct field_reader *r, const struct workload *w, struct controller *out);

#endif /* MODELS_KUBERNETES_WORKLOAD_H */
