/*
 * pool_devices.h - what a node's device plugin offers, given how its GPUs are cut and shared.
 *
 * whole GPUs              nvidia.com/gpu
 * MIG, strategy single    nvidia.com/gpu counts instances, all of one profile
 * MIG, strategy mixed     nvidia.com/mig-3g.40gb ..., and nvidia.com/gpu the GPUs that are not cut
 * MIG, manager dynamic    nvidia.com/gpu, and every profile that its GPUs have
 * time-slicing, MPS       units of the above `replicas` times; renamed: nvidia.com/gpu.shared
 *
 * Source   k8s-device-plugin; mig-parted tries orders of creation until one works, and so do we.
 * Units    A MIG instance is memory slices / all of them of its GPU in thousandths, a replica its
 * part of that: what is left over, such as the eighth slice beside seven 1g, is no unit and shows
 * as fragmented.
 */
#ifndef MODELS_POOL_DEVICES_H
#define MODELS_POOL_DEVICES_H

#include "models/cluster_spec.h"

struct machine;
struct mig_dynamic;

struct pool_devices {
    struct class_spec *classes;
    uint32_t classes_len;
    struct domain_spec *domains;
    uint32_t domains_len;
    struct layout_spec *layouts;       /* in place of classes, the first is the one to begin with */
    uint32_t layouts_len;              /* 0: classes are for good */
    const struct mig_dynamic *dynamic; /* NULL: instances are made before the run */
    const char *product;               /* label nvidia.com/gpu.product; NULL: unknown */
    uint32_t replicas; /* label nvidia.com/gpu.replicas: of the first resource; 1: not shared */
};

/* False after a diag_error. */
bool pool_devices_make(const struct pool_spec *spec, const struct machine *m, struct names *names,
                       struct arena *a, struct diag *d, struct pool_devices *out);

#endif /* MODELS_POOL_DEVICES_H */
