/*
 * pod_name.h - names as Kubernetes makes them up, from numbers instead of from luck.
 *
 * Source   k8s.io/apimachinery/pkg/util/rand: 27 characters that make no words, digits among them,
 *          so a suffix or hash of digits only is possible; k8s.io/apiserver/pkg/storage/names: five
 *          of them behind at most 58 of a base. Deployment: the hash of its ReplicaSet lies
 * between.
 */
#ifndef MODELS_KUBERNETES_POD_NAME_H
#define MODELS_KUBERNETES_POD_NAME_H

#include <stddef.h>
#include <stdint.h>

struct controller;

enum { POD_NAME_SUFFIX = 5, POD_NAME_HASH = 10 };

/* "x7k2p": the same for the same number, unrelated for neighbours. */
void pod_name_suffix(char out[POD_NAME_SUFFIX + 1], uint64_t number);

struct pod_name_of {
    const char *job_name;
    uint64_t job_number;
    uint32_t index; /* of the pod; StatefulSets and Indexed Jobs show it */
    uint32_t made;  /* how many pods the job had made before it */
};

/* The pod's name; returns its length, at most cap - 1. */
size_t pod_name(const struct controller *c, const struct pod_name_of *of, char *out, size_t cap);

#endif /* MODELS_KUBERNETES_POD_NAME_H */
