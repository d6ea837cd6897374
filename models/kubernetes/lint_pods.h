/*
 * lint_pods.h - what is wrong with pods that an API server takes: on these nodes, with this sharing
 * of GPUs, with these images.
 *
 * Order    Pods in the order of the world, for each the rules in the order of lint.h.
 * Errors   By lint_report, at the places in the files.
 * Cost     O(pods x nodes) where nodes are known.
 */
#ifndef MODELS_KUBERNETES_LINT_PODS_H
#define MODELS_KUBERNETES_LINT_PODS_H

#include "models/kubernetes/lint_world.h"

/* All rules of one pod by itself, and on its nodes. */
void lint_pods(struct lint_world *w);

/* What vLLM servers ask of the memory of a GPU that they share. */
void lint_vllm(struct lint_world *w);

#endif /* MODELS_KUBERNETES_LINT_PODS_H */
