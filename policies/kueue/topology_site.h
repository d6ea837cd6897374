/*
 * topology_site.h - the topologies of all flavors that have one, over the same nodes.
 *
 * Flavors may share nodes. Where hosts are the narrowest level, what workloads use on a host counts
 * in every flavor that has the host (gate TASHandleOverlappingFlavors), but only from the next
 * cycle on: within a cycle usage is that of the flavor alone, as in Kueue.
 *
 * Memory   Owns topologies and what occupies nodes; borrows nodes and names.
 * Cost     Building: O(flavors x nodes log nodes). Use: O(flavors) at most.
 * Source   Kueue v0.20-dev, pkg/cache/scheduler/tas_cache.go, snapshot.go; specs/kueue.md 1.12.2.
 */
#ifndef POLICIES_KUEUE_TOPOLOGY_SITE_H
#define POLICIES_KUEUE_TOPOLOGY_SITE_H

#include "models/names.h"
#include "policies/kueue/site.h"
#include "policies/kueue/topology.h"

struct topology_site {
    struct names *names;
    bool handles_overlaps;
    struct topology_columns columns;
    const struct topology_node *nodes;
    uint32_t nodes_len;
    int64_t *occupied; /* [node * columns.len + column], by pods that are not placed by topology */
    struct topology **topologies;
    uint32_t len;
};

struct topology_site *topology_site_new(struct names *names, bool handles_overlaps);
void topology_site_free(struct topology_site *s); /* NULL is allowed */

/* Trees of the site's nodes and flavors as they are now; no workload uses anything in them yet. */
void topology_site_build(struct topology_site *s, const struct site *site);

/* NULL: the flavor has no topology, or it is not known. */
struct topology *topology_site_of(const struct topology_site *s, uint32_t flavor);

/* A pod that no topology placed comes to the node (sign 1) or goes. */
void topology_site_occupy(struct topology_site *s, uint32_t node, const struct pod_requests *r,
                          int sign);

/* Pods of a workload come or go for good. */
void topology_site_use(struct topology_site *s, uint32_t flavor,
                       const struct topology_assignment *a, const struct pod_requests *r, int sign);

#endif /* POLICIES_KUEUE_TOPOLOGY_SITE_H */
