/*
 * read_node.h - nodes and bound pods as Kubernetes objects: what topologies are about.
 *
 * In a simulation nodes come from the cluster; from objects they come where there is none: in
 * recorded decisions, and in dumps of a live cluster.
 *
 * Memory   Lies in the reader's arena and in the YAML file.
 */
#ifndef POLICIES_KUEUE_READ_NODE_H
#define POLICIES_KUEUE_READ_NODE_H

#include "models/kubernetes/object.h"
#include "policies/kueue/topology.h"

/* ignores_state: it is usable whatever its conditions say. False after an error. */
bool node_object_read(struct field_reader *r, const struct object *o, bool ignores_state,
                      struct topology_node *out);

struct bound_pod {
    const char *node; /* NULL: it is on none, or has come to its end */
    struct pod_requests requests;
};

bool pod_object_read(struct field_reader *r, const struct object *o, struct bound_pod *out);

#endif /* POLICIES_KUEUE_READ_NODE_H */
