/*
 * aks_reserved.h - what Azure's Kubernetes service keeps of a node for the system.
 *
 * CPU      60, 100, 140, 180, 260, 420, 740 milli-CPU at 1, 2, 4, 8, 16, 32, 64 cores, linear
 *          between; beyond 64 cores the last slope goes on (10 milli-CPU a core), which is our
 *          extrapolation: 96 cores keep 1060.
 * Memory   20 MiB x the pods a node may have + 50 MiB, at most a quarter of the memory, and the
 *          100 MiB below which the kubelet evicts. The text says MB; the kubelet is told Mi.
 * Source   azure-aks-docs, articles/aks/node-resource-reservations.md (AKS 1.29 and later).
 */
#ifndef MODELS_AKS_RESERVED_H
#define MODELS_AKS_RESERVED_H

#include <stdint.h>

enum { AKS_DEFAULT_PODS = 110 }; /* --max-pods of most network plug-ins */

/* vcpus >= 1 */
int64_t aks_reserved_cpu_milli(int64_t vcpus);

/* kube-reserved and the eviction threshold together; never more than memory_bytes. */
int64_t aks_reserved_memory_bytes(int64_t memory_bytes, int64_t max_pods);

#endif /* MODELS_AKS_RESERVED_H */
