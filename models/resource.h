/*
 * resource.h - what nodes have and tasks ask for: named amounts, as Kubernetes counts them.
 *
 * Units    cpu in milli-CPUs, memory in bytes, everything else in pieces (GPUs, MIG instances,
 *          replicas), all int64.
 * Order    Vectors are sorted by resource number. The first numbers are fixed, others follow in the
 *          order of their first use; no decision may depend on a number where the original uses
 * names.
 */
#ifndef MODELS_RESOURCE_H
#define MODELS_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intern;

enum resource {
    RESOURCE_CPU,    /* "cpu" */
    RESOURCE_MEMORY, /* "memory" */
    RESOURCE_GPU,    /* "nvidia.com/gpu" */
    RESOURCES_FIXED,
};

struct amount {
    uint32_t resource;
    int64_t value;
};

/* Devices of the known vendors: nvidia.com/anything, amd.com/gpu, gpu.intel.com/anything. */
bool resource_is_gpu(const char *name);

/* A table of resource names that begins with the fixed ones. Free with intern_free. */
struct intern *resource_names_new(void);

#endif /* MODELS_RESOURCE_H */
