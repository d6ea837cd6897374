/*
 * device_class.h - what a node offers under one resource name, piece by piece.
 *
 * Data only; device.h says who gets which piece.
 *
 * Units    Parts of a GPU in thousandths, memory in bytes.
 */
#ifndef MODELS_DEVICE_CLASS_H
#define MODELS_DEVICE_CLASS_H

#include "models/mig_speed.h"

enum device_kind {
    DEVICE_WHOLE,    /* units are the node's GPUs by number; partitioned ones are not there */
    DEVICE_INSTANCE, /* units are MIG instances */
    DEVICE_REPLICA,  /* units are replicas of a GPU or of an instance */
    DEVICE_DYNAMIC,  /* units are places where an instance of a profile may be made */
};

/* Which free units a task gets: the lowest; or of the GPU, or instance, with most or fewest of its
 * replicas taken. */
enum device_order { DEVICES_LOWEST, DEVICES_PACKED, DEVICES_DISTRIBUTED };

/* One piece of a device class; the same for all nodes of a pool. */
struct device_unit {
    uint16_t gpu;             /* on the node */
    uint16_t domain;          /* of the node's sharing domains; UINT16_MAX: for one task alone */
    uint16_t milli;           /* part of the GPU; the units of a GPU add up to at most 1000 */
    uint16_t domain_milli;    /* of a replica: the part of the GPU that its domain is */
    uint16_t slice_start;     /* memory slices of a MIG instance */
    uint16_t slices;          /* 0: the whole GPU */
    const char *profile;      /* MIG profile name; NULL: the whole GPU */
    uint64_t memory_bytes;    /* what one task may use at most */
    struct mig_share compute; /* of what a whole GPU gives */
    struct mig_share memory;
};

/* What a node offers under one resource name. */
struct device_class {
    uint32_t resource;
    enum device_kind kind;
    enum device_order order;
    bool refuses_several; /* of replicas: a task that asks for two fails on the node */
    uint8_t profile;      /* DEVICE_DYNAMIC: of the MIG table */
    uint32_t units_len;
    const struct device_unit *units;
    uint64_t *free; /* one bit for each unit, lowest first */
};

/* One of the ways in which a MIG manager may cut a node's GPUs. */
struct node_layout {
    const char *name;
    struct device_class *classes;
    uint32_t classes_len;
};

#endif /* MODELS_DEVICE_CLASS_H */
