/*
 * node_overlay.h - what would be free on the nodes if some things were different.
 *
 * A plan asks: would it fit if these jobs had ended, and those had started? An overlay holds the
 * differences to the cluster, for the few nodes that differ.
 *
 * Memory   Owns a row per touched node; borrows the cluster, which must be sealed.
 * Cost     add, fits: O(resources of the cluster). clear: O(nodes touched).
 */
#ifndef POLICIES_PLACEMENT_NODE_OVERLAY_H
#define POLICIES_PLACEMENT_NODE_OVERLAY_H

#include "models/cluster.h"
#include "sim/bitset.h"

struct node_overlay {
    const struct cluster *cluster;
    struct bitset touched;
    uint32_t *slot_of; /* by node; valid if it is touched */
    uint32_t *nodes;   /* by slot */
    int64_t *changes;  /* [slot * resources + resource] to be added to what is free */
    uint32_t len, cap; /* slots */
};

void node_overlay_init(struct node_overlay *o, const struct cluster *c);
void node_overlay_fini(struct node_overlay *o);
void node_overlay_clear(struct node_overlay *o);

/* `times` tasks of r more are free on the node; fewer, if it is negative. */
void node_overlay_add(struct node_overlay *o, uint32_t node, const struct request *r,
                      int64_t times);

/* The changes of a node, one for each column, to be written; valid until another is touched. */
int64_t *node_overlay_touch(struct node_overlay *o, uint32_t node);

/* The same to be read; NULL if there are none. */
const int64_t *node_overlay_row(const struct node_overlay *o, uint32_t node);

/* The first touched node from `from` on; NODE_NONE if there is none. */
uint32_t node_overlay_next(const struct node_overlay *o, uint32_t from);

#endif /* POLICIES_PLACEMENT_NODE_OVERLAY_H */
