/*
 * lint_world.h - all that is known when manifests are judged: objects of many files, the pods they
 * make, and the nodes that there are.
 *
 *   struct lint_world w;
 *   lint_world_open(&w, &reader);
 *   lint_world_add(&w, set);          for each file
 *   w.cluster = ...;                  NULL: unknown, but for Node objects
 *   lint_world_look(&w);              finds the pods
 *   lint_pods(&w); ...
 *   lint_world_fini(&w);
 *
 * Order    As added. Of objects with the same name the last one counts, as when the files are
 *          applied one after another.
 * Memory   Everything lies in the reader's arena and in the sets; lint_world_fini gives back a
 *          cluster that was made of Node objects.
 * Errors   None of its own: what cannot be read was told by whoever read it first.
 */
#ifndef MODELS_KUBERNETES_LINT_WORLD_H
#define MODELS_KUBERNETES_LINT_WORLD_H

#include "models/cluster.h"
#include "models/kubernetes/object_set.h"
#include "models/kubernetes/workload.h"

/* How often one unit of a resource is offered, by a ConfigMap of the device plugin. */
struct lint_sharing {
    const char *resource;
    int64_t replicas;
    bool refuses_several;
    bool is_mps;
};

/* Pods of one template. */
struct lint_pods_of {
    const struct object *object;
    const struct workload_shape *shape;
    const struct pod_set *set;
    struct resource_list requests; /* with what LimitRanges fill in */
    const char *gpus;              /* the resource of GPUs it asks for; NULL: none */
    int64_t gpus_count;
    struct src_pos gpus_at;
};

struct lint_world {
    struct field_reader f;
    const struct object_set **sets;
    size_t sets_len;
    const struct object **objects; /* each name once */
    size_t objects_len;
    struct lint_pods_of *pods;
    size_t pods_len;
    const struct cluster *cluster; /* NULL: nobody knows */
    struct cluster *made;          /* of Node objects */
    struct lint_sharing *sharing;
    size_t sharing_len;
};

enum { LINT_MOST_SETS = 8192 };

void lint_world_open(struct lint_world *w, const struct field_reader *f);
void lint_world_fini(struct lint_world *w);
void lint_world_add(struct lint_world *w, const struct object_set *set);
void lint_world_share(struct lint_world *w, const struct lint_sharing *sharing);

/* All sets are there: finds objects and pods, and nodes if no cluster is known. */
void lint_world_look(struct lint_world *w);

/* How often a unit of the resource is offered, 1 if it is not shared; out tells more of a shared
 * one. */
int64_t lint_world_replicas(const struct lint_world *w, const char *resource,
                            struct lint_sharing *out);

/* Whether a resource is of GPUs, or of parts of them. */
bool lint_is_gpu(const char *resource);

/* "Job train": kind and name. */
const char *lint_object_name(struct lint_world *w, const struct object *o);

#endif /* MODELS_KUBERNETES_LINT_WORLD_H */
