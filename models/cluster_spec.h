/*
 * cluster_spec.h - the cluster of a scenario: pools of equal machines, and how their GPUs are cut.
 *
 *   cluster:
 *     machines: [mine.yaml]
 *     pools:
 *       - name: train
 *         machine: Standard_ND96isr_H100_v5
 *         count: 3
 *         taints: ["nvidia.com/gpu=present:NoSchedule"]
 *         mig: {strategy: mixed, layout: {default: [3g.40gb, 2g.20gb, 1g.10gb, 1g.10gb]}}
 *
 * Labels   Nodes carry those of the pool and of the machine, and what a node has by itself:
 *          kubernetes.io/hostname, node.kubernetes.io/instance-type, nvidia.com/gpu.product,
 * .count, .memory, .replicas, nvidia.com/mig.strategy, nvidia.com/mig.config, clustersim/pool.
 * Memory   The cluster borrows from the catalogue and the arena; both must outlive it.
 * Errors   All mistakes in one run, in the diag; a layout that no GPU can have says why.
 */
#ifndef MODELS_CLUSTER_SPEC_H
#define MODELS_CLUSTER_SPEC_H

#include "models/cluster.h"
#include "models/repartition.h"
#include "models/sharing_spec.h"
#include "sim/config.h"
#include "sim/distribution.h"

struct catalogue;
struct names;

struct mig_section {
    int manager;                     /* enum mig_manager */
    int strategy;                    /* enum mig_strategy */
    const struct yaml_node *layout;  /* NULL: MIG is off, or there is a manager */
    const struct yaml_node *layouts; /* of mig-manager, by name */
    const char *configs;             /* a file of mig-parted; NULL: none */
    struct distribution change;      /* of layouts: how long it takes */
    struct repartition_rule repartition;
    int rule; /* enum mig_rule, of a dynamic manager */
    int64_t create_ns, destroy_ns;
};

struct pool_spec {
    const char *name;
    const char *machine_name;
    int64_t count;
    struct config_texts names;
    const struct yaml_node *labels;
    struct config_texts taints;
    int64_t weight;
    const char *region;
    int64_t price_micro_per_h; /* -1: of the catalogue */
    int64_t boot_ns;
    int reserved; /* what the system keeps: none, aks */
    struct mig_section mig;
    struct sharing_spec sharing;
    const struct yaml_node *node; /* where it stands */
};

struct cluster_spec {
    struct config_texts machines; /* files with more rows for the catalogue */
    struct config_list pools;     /* of struct pool_spec */
};

extern const struct config_table cluster_spec_table;

/* Adds the section's own machines to the catalogue: once, before anything is read. */
bool cluster_spec_add_machines(struct config_reader *r, const struct yaml_node *n,
                               struct catalogue *c);

/* Reads the section; n NULL: no nodes. */
bool cluster_spec_read(struct config_reader *r, const struct yaml_node *n,
                       const struct catalogue *c, struct cluster_spec *out);

/* Makes the cluster, sealed; NULL after a diag_error. */
struct cluster *cluster_spec_build(const struct cluster_spec *spec, const struct catalogue *c,
                                   struct names *names, struct arena *arena, struct diag *d);

#endif /* MODELS_CLUSTER_SPEC_H */
