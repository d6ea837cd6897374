/*
 * openb_nodes.h - a cluster made of openb's list of nodes.
 *
 *   cluster: {openb: {nodes: openb_node_list_gpu_node.csv.gz, order: node_order.txt}}
 *
 * Nodes with GPUs of one model are one pool, named after the model; those without GPUs are the pool
 * "cpu". They carry the labels kubernetes.io/hostname and nvidia.com/gpu.product.
 *
 * Memory   The cluster borrows names from the arena, which must outlive it.
 * Errors   All mistakes of the files in one run, in the diag.
 */
#ifndef WORKLOADS_OPENB_NODES_H
#define WORKLOADS_OPENB_NODES_H

#include "models/cluster.h"
#include "sim/config_key.h"
#include "sim/diag.h"

struct names;

struct openb_nodes {
    const char *nodes;
    const char *order; /* NULL: nodes keep their names */
};

extern const struct config_table openb_nodes_table;

/* The label whose values a pod's gpu_spec names. */
#define OPENB_MODEL_LABEL "nvidia.com/gpu.product"

/* The cluster of `cluster: {openb: section}`, sealed; NULL after a diag_error. */
struct cluster *openb_cluster(const struct yaml_node *section, struct names *names,
                              struct arena *arena, struct diag *d);

#endif /* WORKLOADS_OPENB_NODES_H */
