/*
 * fragmentation.h - free GPUs that are of no use to those who wait.
 *
 * Something free on a node that takes tasks is of use if some waiting job could have it: the node
 * lets one of its tasks in, has the CPUs and the memory, and the piece is one that the task asks
 * for. Of GPUs that are had whole or in shares, those with enough left for the smallest such task;
 * of MIG instances and replicas, the free units of the resources asked for; where instances are
 * made as tasks come, the slices that those asked for could still cover. The rest is fragmented,
 * and so is always what no unit contains, like the eighth memory slice beside seven 1g.
 *
 * While nobody waits, what is free is idle, but for that. Jobs that run and want more tasks are not
 * among those who wait.
 *
 * Kinds    Waiting tasks are told apart by what they ask of GPUs and by their terms (selectors,
 *          tolerations); of one kind the least demanding in CPU, then memory counts.
 * Units    Thousandths of GPUs.
 * Memory   4 bytes per node for each of the last SETS_KEPT sets of kinds that waited together.
 * Cost     waits: O(kinds). measure: O(nodes that changed since the same set waited last x kinds);
 *          a set that is new costs O(nodes x kinds).
 */
#ifndef MODELS_FRAGMENTATION_H
#define MODELS_FRAGMENTATION_H

#include "models/cluster.h"

struct fragmentation;
struct node_terms_table;

/* terms NULL: every node admits every task. */
struct fragmentation *fragmentation_new(const struct cluster *c,
                                        const struct request_table *requests,
                                        const struct node_terms_table *terms);
void fragmentation_free(struct fragmentation *f); /* NULL is allowed */

/* Jobs with such tasks begin (+1) or cease (-1) to wait. */
void fragmentation_waits(struct fragmentation *f, uint32_t request, int64_t change);

/* What is fragmented now, by pool: lent until the next call. */
const int64_t *fragmentation_measure(struct fragmentation *f);

/* On one node, computed from scratch: for audits and tests. */
int64_t fragmentation_of_node(const struct fragmentation *f, uint32_t node);

/* Of what is free on the node, what would be of use if tasks of these requests waited. */
int64_t fragmentation_useful(const struct fragmentation *f, uint32_t node, const uint32_t *requests,
                             uint32_t len);

/* The i-th request for GPUs of which some wait, and in how many groups of jobs; REQUEST_NONE: there
 * are no more. */
uint32_t fragmentation_waiting(const struct fragmentation *f, uint32_t i, int64_t *groups);

const struct cluster *fragmentation_cluster(const struct fragmentation *f);
const struct request_table *fragmentation_requests(const struct fragmentation *f);

/* Labels and taints let it onto the node. */
bool fragmentation_admits(const struct fragmentation *f, const struct request *r,
                          const struct node *n);

#endif /* MODELS_FRAGMENTATION_H */
