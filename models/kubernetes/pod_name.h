/*
 * pod_name.h - names as Kubernetes makes them up, from a number instead of from luck.
 *
 * Source   k8s.io/apimachinery/pkg/util/rand (27 characters that make no words, and digits among
 *          them: a suffix of digits only is possible) and k8s.io/apiserver/pkg/storage/names
 *          (five of them behind at most 58 of the base).
 */
#ifndef MODELS_KUBERNETES_POD_NAME_H
#define MODELS_KUBERNETES_POD_NAME_H

#include <stddef.h>
#include <stdint.h>

enum { POD_NAME_SUFFIX = 5, POD_NAME_HASH = 10, POD_NAME_BASE = 58 };

/* "x7k2p": the same for the same number, unrelated for neighbours. */
void pod_name_suffix(char out[POD_NAME_SUFFIX + 1], uint64_t number);

/* A pod-template-hash, "7d4b8c9f5d": the decimal digits of 32 bits, each as its own character. */
void pod_name_hash(char out[POD_NAME_HASH + 1], uint64_t number);

/* Scrambles a number. */
uint64_t pod_name_mix(uint64_t x);

#endif /* MODELS_KUBERNETES_POD_NAME_H */
