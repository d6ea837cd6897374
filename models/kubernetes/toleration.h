/*
 * toleration.h - which taints of a node a pod does not mind.
 *
 * Source   k8s.io/api/core/v1 Toleration.ToleratesTaint, pkg/apis/core/validation.
 */
#ifndef MODELS_KUBERNETES_TOLERATION_H
#define MODELS_KUBERNETES_TOLERATION_H

#include "models/cluster.h"
#include "models/kubernetes/field.h"

#define TOLERATION_FOR_EVER INT64_MAX

struct toleration {
    uint32_t key;   /* INTERN_NONE: any */
    uint32_t value; /* INTERN_NONE: empty, as in taints */
    bool exists;    /* operator Exists: any value */
    bool any_effect;
    enum taint_effect effect;
    int64_t seconds; /* how long a NoExecute taint is tolerated */
};

struct toleration_list {
    const struct toleration *items;
    uint32_t len;
};

bool toleration_tolerates(const struct toleration *t, const struct taint *taint);
bool tolerations_tolerate(const struct toleration_list *list, const struct taint *taint);

/* The field of a pod spec, or of a flavor's. */
struct toleration_list tolerations_read(struct field_reader *r, const struct yaml_node *map,
                                        const char *key);

/* a's and b's, each once. */
struct toleration_list tolerations_join(struct arena *arena, const struct toleration_list *a,
                                        const struct toleration_list *b);

/* --- taints --- */

/* The short form of kubectl: "key=value:Effect", "key:Effect". */
bool taint_parse(struct intern *words, const char *text, struct taint *out, const char **why);
#define TAINT_HINT "a taint such as nvidia.com/gpu=present:NoSchedule"

/* {key: ..., value: ..., effect: ...}, a map. */
bool taint_read(struct field_reader *r, const struct yaml_node *n, struct taint *out);

const char *taint_effect_name(enum taint_effect effect); /* "NoSchedule" */

#endif /* MODELS_KUBERNETES_TOLERATION_H */
