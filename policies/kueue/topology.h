/*
 * topology.h - the nodes of one flavor: what is free on them, and what workloads placed by their
 * topology use.
 *
 * Amounts are kept by leaf and column; the columns of a resource are the same for all flavors.
 *
 * Units    As in workloads: cpu in milli-CPUs, everything else whole; "pods" is a resource, too.
 * Memory   Owns tree and amounts; borrows nodes, words and the journal.
 * Cost     topology_use: O(requests). topology_match: O(leaves) the first time for each set of
 *          terms, then O(1).
 * Source   Kueue v0.20-dev, pkg/cache/scheduler/tas_flavor.go and tas_flavor_snapshot.go;
 *          specs/kueue.md 1.12.2.
 */
#ifndef POLICIES_KUEUE_TOPOLOGY_H
#define POLICIES_KUEUE_TOPOLOGY_H

#include "models/kubernetes/node_terms.h"
#include "policies/kueue/journal.h"
#include "policies/kueue/topology_tree.h"

#define COLUMN_NONE UINT32_MAX

/* Resources that some node has, numbered. */
struct topology_columns {
    uint32_t *of_resource; /* by resource */
    uint32_t *resources;   /* by column */
    uint32_t known, len;
    uint32_t pods; /* the column of "pods" */
};

static inline uint32_t topology_column(const struct topology_columns *c, uint32_t resource)
{
    return resource < c->known ? c->of_resource[resource] : COLUMN_NONE;
}

/* Why a node may not have certain pods, in the order in which Kueue looks. */
enum leaf_verdict { LEAF_FEASIBLE, LEAF_TAINTED, LEAF_NOT_SELECTED, LEAF_NOT_PREFERRED };

struct leaf_match {
    const struct node_terms *terms;
    uint8_t *verdicts; /* enum leaf_verdict by leaf; NULL: all are feasible */
    int64_t *scores;   /* weights of preferred terms that hold, by leaf; NULL: none */
};

struct topology {
    const char *name; /* of the Topology */
    uint32_t flavor;  /* word */
    struct toleration_list tolerations;
    const struct intern *words, *resources;
    struct topology_tree tree;
    const struct topology_columns *columns;
    int64_t *free; /* [leaf * columns->len + column]: without pods that have no topology */
    int64_t *used;
    struct leaf_match *matches;
    uint32_t matches_len, matches_cap;
};

/* Pods of a workload on a leaf: the hostname where that is the narrowest level, else all values. */
struct topology_pods {
    uint32_t leaf_id;
    uint32_t count;
};

struct topology_assignment {
    uint32_t len;
    struct topology_pods pods[];
};

struct topology_spec_of {
    const char *name;
    uint32_t flavor;
    const struct intern *resources;
    const struct toleration_list *tolerations;
    struct topology_tree_spec tree;
    const struct topology_columns *columns;
};

void topology_init(struct topology *t, const struct topology_spec_of *spec);
void topology_fini(struct topology *t);

/* Pods on a node that count for nothing but the room they take; sign 1: they come, -1: they go. */
void topology_occupy(struct topology *t, uint32_t node, const struct res_qty *requests,
                     uint32_t len, int sign);

/* count pods on a leaf come (sign 1) or go; a leaf that is not there is passed over. journal: to
 * go back by; NULL: for good. */
void topology_use(struct topology *t, struct journal *journal, const struct topology_pods *pods,
                  const struct pod_requests *requests, int sign);

/* Whether the pods find room where they are to go. */
bool topology_fits(const struct topology *t, const struct topology_pods *pods,
                   const struct pod_requests *requests);

/* Which leaves pods with these terms (NULL: none) may use. */
const struct leaf_match *topology_match(struct topology *t, const struct node_terms *terms);

/* The first taint of the leaf's node that neither the pods nor the flavor tolerate; NULL. */
const struct taint *topology_taint(const struct topology *t, uint32_t leaf,
                                   const struct node_terms *terms);

static inline int64_t topology_free(const struct topology *t, uint32_t leaf, uint32_t column)
{
    return t->free[(size_t)leaf * t->columns->len + column];
}

static inline int64_t topology_used(const struct topology *t, uint32_t leaf, uint32_t column)
{
    return t->used[(size_t)leaf * t->columns->len + column];
}

/* Whether the leaf is this node: the last of its values is the node's name. */
bool topology_id_is_of(const struct intern *words, uint32_t leaf_id, uint32_t node);

uint32_t topology_assignment_count(const struct topology_assignment *a); /* pods in all */

#endif /* POLICIES_KUEUE_TOPOLOGY_H */
