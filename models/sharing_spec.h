/*
 * sharing_spec.h - how a scenario says that several tasks share a GPU.
 *
 *   sharing: {time-slicing: {replicas: 4}}
 *   sharing: {mps: {replicas: 4}}
 *   sharing: {config: time-slicing-config.yaml}     the device plugin's ConfigMap, as it is
 *
 * In a file, the configuration is taken that config_key names; else the node's label
 * nvidia.com/device-plugin.config; else the `default` of a ClusterPolicy in the same file; else the
 * only one. A file of the device plugin without a ConfigMap around it will do as well. Keys that
 * the device plugin ignores are reported, and ignored.
 *
 * Source   k8s-device-plugin, api/config/v1/{config,replicas}.go; specs gpu_models.md 2.1.
 * Memory   What is read lies in the reader's arena.
 * Errors   All mistakes in one run, in the diag, at their places in the file.
 */
#ifndef MODELS_SHARING_SPEC_H
#define MODELS_SHARING_SPEC_H

#include "sim/config.h"

struct sharing_ops;

/* How often one resource is offered; no name: every resource. */
struct sharing_resource {
    const char *name;
    int64_t replicas;
};

/* One of the ways to share, as written. */
struct replicas_section {
    int64_t replicas;             /* 0: as the resources say */
    struct config_list resources; /* of struct sharing_resource */
    double cost; /* time-slicing: time lost to switching; mps: slowdown by a busy neighbour */
    bool renames;
    bool refuses_several;
    int order; /* distributed, packed */
};

struct sharing_spec {
    struct replicas_section timeslicing, mps;
    const char *config, *config_key;
    /* Made of the above: */
    const struct sharing_ops *ops; /* NULL: nothing is shared */
    struct replicas_section used;
};

extern const struct config_table sharing_spec_table;

/* Once the table was read from n: follows config, and finds which way is meant. label: the node's
 * nvidia.com/device-plugin.config, NULL: it has none. */
bool sharing_spec_resolve(struct config_reader *r, const struct yaml_node *n, const char *label,
                          struct sharing_spec *s);

/* A file of the device plugin by itself: of a ConfigMap, say. Whether nothing was wrong; what it
 * does not share stays as it was. */
bool sharing_spec_read_plugin(struct config_reader *r, const struct yaml_node *doc,
                              struct sharing_spec *s);

/* Replicas of one unit of the resource; 0: it is not shared. */
int64_t sharing_spec_replicas(const struct sharing_spec *s, const char *resource);

#endif /* MODELS_SHARING_SPEC_H */
