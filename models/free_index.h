/*
 * free_index.h - which nodes can take a task of some request now, without walking all nodes.
 *
 * For each request that is asked for, the index keeps how many of its tasks fit on each node, the
 * sum over all nodes, and the set of nodes where at least one fits. It reads the cluster's change
 * log when asked and looks again at the nodes that changed since the last question, and only at
 * those.
 *
 * Order    free_index_next goes by node number.
 * Memory   4 bytes per node and request; requests that were not asked for lately are forgotten when
 *          there are many, and rebuilt when they come back.
 * Cost     A question: O(nodes changed since the last one about this request), then O(1), or
 * O(log64 nodes) for next. The first question about a request: O(nodes). Threads  Belongs to one
 * policy of one simulation.
 */
#ifndef MODELS_FREE_INDEX_H
#define MODELS_FREE_INDEX_H

#include "models/cluster.h"

struct free_index;

/* Whether labels and taints let tasks of the request onto the node at all; NULL: always. Must not
 * change over time, except after free_index_forget. */
typedef bool node_admits_fn(const void *context, const struct request *r, const struct node *n);

struct free_index *free_index_new(const struct cluster *c, const struct request_table *requests,
                                  node_admits_fn *admits, const void *context);
void free_index_free(struct free_index *ix); /* NULL is allowed */

/* Labels or taints changed. */
void free_index_forget(struct free_index *ix);

/* Tasks of the request that fit now: on all nodes together, on one. */
uint64_t free_index_total(struct free_index *ix, uint32_t request);
uint32_t free_index_fits(struct free_index *ix, uint32_t request, uint32_t node);

/* The first node from `from` on where one fits; NODE_NONE if there is none. */
uint32_t free_index_next(struct free_index *ix, uint32_t request, uint32_t from);

/* Whether labels and taints let it onto the node, full or not. */
bool free_index_admits(struct free_index *ix, uint32_t request, uint32_t node);
bool free_index_has_node(struct free_index *ix, uint32_t request); /* onto any */

#endif /* MODELS_FREE_INDEX_H */
