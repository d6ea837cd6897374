/*
 * task_terms.h - what generated tasks demand of a node, from a few short texts.
 *
 *   node_selector: {gpu-type: h100}
 *   tolerations: ["notebooks=only:NoSchedule", "nvidia.com/gpu:NoSchedule", "spot"]
 *
 * A toleration is KEY=VALUE:EFFECT as taints are; without =VALUE it tolerates any value, without
 * :EFFECT any effect.
 *
 * Errors   Those of Kubernetes' rules for labels and taints, in the diag.
 */
#ifndef WORKLOADS_TASK_TERMS_H
#define WORKLOADS_TASK_TERMS_H

#include "models/job_source.h"

struct task_terms {
    struct config_texts tolerations;
    const struct yaml_node *map; /* with or without a node_selector */
};

/* Their number (models/kubernetes/node_terms.h) in *id; false after a diag_error. */
bool task_terms_add(const struct task_terms *t, const struct source_env *env, struct diag *d,
                    uint32_t *id);

#endif /* WORKLOADS_TASK_TERMS_H */
