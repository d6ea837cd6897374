/*
 * limit_range.h - what a namespace gives containers that say nothing, and the most it allows.
 *
 * Order    LimitRanges of a namespace are taken together in the order of their names, as the API
 *          server lists them: the first default, the lowest maximum, the highest minimum counts.
 * Memory   Lies in the arena, and in the YAML files.
 * Source   Kubernetes' admission plugin LimitRanger; Kueue v0.20-dev, pkg/util/limitrange.
 */
#ifndef MODELS_KUBERNETES_LIMIT_RANGE_H
#define MODELS_KUBERNETES_LIMIT_RANGE_H

#include "models/kubernetes/object_set.h"
#include "models/kubernetes/pod_template.h"

/* default, defaultRequest, max and min of one type, Container or Pod; NULL: there is none, as where
 * objects is NULL. */
const struct yaml_node *limit_range_sum(struct arena *a, const struct object_set *objects,
                                        const char *namespace, const char *type);

enum amounts_pick { PICK_FIRST, PICK_LOWEST, PICK_HIGHEST };

/* Maps of quantities taken together; either may be NULL. */
const struct yaml_node *amounts_merge(struct arena *a, const struct yaml_node *into,
                                      const struct yaml_node *from, enum amounts_pick pick);

/* A quantity, exactly. */
bool amount_of(const struct yaml_node *n, int128 *nano);

/* Fills in what the namespace gives to containers, and to the pod as a whole. */
void pod_template_take_limits(struct field_reader *r, struct pod_template *t,
                              const struct object_set *objects, const char *namespace);

#endif /* MODELS_KUBERNETES_LIMIT_RANGE_H */
