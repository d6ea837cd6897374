/*
 * pod_text.h - a pod template as a text that is equal when Kueue cannot tell two apart.
 *
 * Source   pkg/util/pod SpecShape in Kueue v0.20-dev; specs/kueue.md 1.2 (equivalence hash).
 */
#ifndef POLICIES_KUEUE_POD_TEXT_H
#define POLICIES_KUEUE_POD_TEXT_H

#include "models/kubernetes/field.h"

/* spec: of a pod; NULL gives "". In the arena. */
const char *pod_text(struct arena *arena, const struct yaml_node *spec);

/* Any tree, maps sorted by key; quantities as they are written. */
const char *yaml_text(struct arena *arena, const struct yaml_node *n);

#endif /* POLICIES_KUEUE_POD_TEXT_H */
