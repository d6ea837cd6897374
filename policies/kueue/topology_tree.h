/*
 * topology_tree.h - the nodes of a flavor, ordered into the domains of its topology.
 *
 * Domains are numbered level by level, from the widest, and within a level by their values, so that
 * the number of a domain is its place in every tie, and children stand together.
 *
 * Order    Texts of values, compared byte by byte, the widest level first.
 * Memory   Owns its tables; borrows nodes and texts.
 * Cost     Building: O(nodes log nodes). topology_tree_leaf: O(1).
 * Source   Kueue v0.20-dev, pkg/cache/scheduler/tas_topology_tree.go; specs/kueue.md 1.12.1.
 */
#ifndef POLICIES_KUEUE_TOPOLOGY_TREE_H
#define POLICIES_KUEUE_TOPOLOGY_TREE_H

#include "models/kubernetes/labels.h"
#include "policies/kueue/kueue_workload.h"
#include "sim/intern.h"

enum { TOPOLOGY_LEVELS_MOST = 16 };

#define DOMAIN_NOWHERE UINT32_MAX

/* A node as Kueue sees it. */
struct topology_node {
    const struct node *node; /* name, labels, taints */
    bool is_usable;          /* ready, and not closed to new pods */
    const struct res_qty *capacity;
    uint32_t capacity_len;
};

struct topology_domain {
    uint32_t parent; /* DOMAIN_NOWHERE: of the widest level */
    uint32_t first_child, children_len;
    const uint32_t *values; /* words, one for each level down to its own */
};

struct topology_level {
    uint32_t first, len; /* its domains */
};

struct topology_tree {
    uint32_t levels_len;
    uint32_t keys[TOPOLOGY_LEVELS_MOST]; /* words: node labels */
    struct topology_level levels[TOPOLOGY_LEVELS_MOST];
    bool is_by_host; /* the narrowest level is kubernetes.io/hostname */
    uint32_t domains_len;
    struct topology_domain *domains;
    uint32_t leaves_len;                     /* domains of the narrowest level */
    uint32_t *leaf_ids;                      /* words: hostname, or all values joined by commas */
    const struct topology_node **leaf_nodes; /* where is_by_host: the first of that name */
    uint32_t *node_leaves;                   /* by node; DOMAIN_NOWHERE: not of this flavor */
    uint32_t nodes_len;
    uint32_t *leaf_of_id; /* by word */
    uint32_t ids_len;
    struct arena *arena;
};

struct topology_tree_spec {
    struct intern *words;
    const char *const *levels; /* node labels, the widest first */
    uint32_t levels_len;
    const struct label_map *labels; /* nodes have all of these */
    const struct topology_node *nodes;
    uint32_t nodes_len;
};

void topology_tree_init(struct topology_tree *t, const struct topology_tree_spec *spec);
void topology_tree_fini(struct topology_tree *t);

/* The number of a leaf among the leaves; DOMAIN_NOWHERE: there is none of that id. */
static inline uint32_t topology_tree_leaf(const struct topology_tree *t, uint32_t id)
{
    return id < t->ids_len ? t->leaf_of_id[id] : DOMAIN_NOWHERE;
}

static inline uint32_t topology_tree_first_leaf(const struct topology_tree *t)
{
    return t->domains_len - t->leaves_len;
}

/* Which level the node label stands for; -1: none. */
int topology_tree_level(const struct topology_tree *t, const struct intern *words, const char *key);

/* The domain of a wider level that this one lies in. */
uint32_t topology_tree_ancestor(const struct topology_tree *t, uint32_t domain, uint32_t from_level,
                                uint32_t to_level);

/* All values of the domain down to level, joined by commas. */
const char *topology_tree_path(const struct topology_tree *t, const struct intern *words,
                               struct arena *arena, uint32_t domain, uint32_t level);

#endif /* POLICIES_KUEUE_TOPOLOGY_TREE_H */
