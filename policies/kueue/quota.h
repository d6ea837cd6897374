/*
 * quota.h - quota and usage in a tree of cohorts, flavor by flavor and resource by resource.
 *
 * A tree is a root cohort with everything below it, or one ClusterQueue that has no cohort. Its
 * columns are the pairs of flavor and resource that somebody in it declares or uses; a node has a
 * cell for each. A queue's usage beyond what its lending limit keeps for itself counts in its
 * parent, and so on up.
 *
 * Order    Children are in the order they were added.
 * Memory   A tree owns its nodes, cells and columns; names are borrowed.
 * Cost     available, add, remove, height: O(depth). A new column: O(nodes). settle: O(nodes x
 *          columns).
 * Source   Kueue v0.20-dev, pkg/cache/scheduler/resource_node.go and
 *          preemption/classical/hierarchical_preemption.go; specs/kueue.md 1.6.
 */
#ifndef POLICIES_KUEUE_QUOTA_H
#define POLICIES_KUEUE_QUOTA_H

#include "policies/kueue/journal.h"
#include "policies/kueue/qty.h"

#include <stdbool.h>

#define QUOTA_NO_COLUMN UINT32_MAX

struct quota_column {
    uint32_t flavor, resource;
    uint32_t slot; /* of the resource among those of the tree */
};

/* Limits are QTY_UNLIMITED if there are none. */
struct quota_cell {
    int64_t nominal, borrowing_limit, lending_limit;
    int64_t subtree;    /* SubtreeQuota: its own, and what its children lend */
    int64_t local;      /* the part of it that the parent never sees */
    int64_t potential;  /* the most it could ever use */
    int64_t usage;      /* of a cohort: what its children do not cover themselves */
    bool is_declared;   /* by the node itself */
    bool is_in_subtree; /* by it or somebody below */
};

struct intern;
struct quota_tree;

struct quota_node {
    const char *name;
    struct quota_tree *tree;
    struct quota_node *parent;                       /* NULL: the root */
    struct quota_node *children, *last_child, *next; /* queues and cohorts */
    struct quota_cell *cells;                        /* by column */
    int64_t *lendable; /* of a cohort, by slot: all that a child of it could ever use */
    uint32_t index;    /* in the tree */
    void *owner;       /* the ClusterQueue or Cohort it stands for */
    double weight;     /* of fair sharing */
    unsigned height;   /* 0: no children */
    bool is_queue;
    bool is_hidden;  /* an inactive queue: its quota counts, nobody looks for victims there */
    int64_t version; /* changes with its usage, and goes back with it */
};

struct quota_tree {
    struct quota_node *root;
    struct quota_node **nodes;
    uint32_t nodes_len, nodes_cap;
    struct quota_column *columns;
    uint32_t columns_len, columns_cap;
    uint32_t slots_len;
    uint32_t *slots;                /* by slot: the resource */
    int64_t *scratch;               /* by slot */
    const struct intern *resources; /* their names; borrowed, may be NULL */
    struct journal *journal;        /* of its usage; borrowed */
    int64_t newest_version;
};

struct quota_tree *quota_tree_new(struct journal *journal, const struct intern *resources);
void quota_tree_free(struct quota_tree *t); /* NULL is allowed */

/* parent NULL: the root, of which there is one. */
struct quota_node *quota_tree_add(struct quota_tree *t, struct quota_node *parent, const char *name,
                                  bool is_queue);

/* The pair's column, which is added if it is new. */
uint32_t quota_tree_column(struct quota_tree *t, uint32_t flavor, uint32_t resource);
uint32_t quota_tree_find(const struct quota_tree *t, uint32_t flavor, uint32_t resource);

/* A node's own quota; before quota_tree_settle. */
void quota_declare(struct quota_node *n, uint32_t column, const struct quota_cell *quota);

/* Derives everything but the usage of queues from what was declared and from that usage. */
void quota_tree_settle(struct quota_tree *t);

/* --- usage; written to the journal --- */

void quota_add(struct quota_node *n, uint32_t column, int64_t value);
void quota_remove(struct quota_node *n, uint32_t column, int64_t value);

/* --- views --- */

/* Guaranteed quota that is not in use. */
static inline int64_t quota_local_available(const struct quota_node *n, uint32_t column)
{
    const struct quota_cell *c = &n->cells[column];
    return qty_max(0, qty_sub(c->local, c->usage));
}

/* What a queue may take now, 0 if it or its cohort owes. */
int64_t quota_available(const struct quota_node *queue, uint32_t column);

static inline int64_t quota_potential(const struct quota_node *n, uint32_t column)
{
    return n->cells[column].potential;
}

/* Whether usage would exceed the node's quota with value more. */
static inline bool quota_borrows_with(const struct quota_node *n, uint32_t column, int64_t value)
{
    const struct quota_cell *c = &n->cells[column];
    return c->subtree < qty_add(c->usage, value);
}

static inline bool quota_borrows(const struct quota_node *n, uint32_t column)
{
    return quota_borrows_with(n, column, 0);
}

/* The lowest subtree around the queue that could hold value more without borrowing. */
struct quota_height {
    unsigned height;    /* 0: the queue itself */
    bool is_below_root; /* it is not the whole tree */
};

struct quota_height quota_height_of(const struct quota_node *queue, uint32_t column, int64_t value);

static inline const struct quota_node *quota_root(const struct quota_node *n)
{
    return n->tree->root;
}

#endif /* POLICIES_KUEUE_QUOTA_H */
