/*
 * task_split.h - a job's GPUs, or processors, as tasks that fit a node.
 *
 * Logs give a number for the whole job; a task never asks for more than the largest node has. The
 * fewest equal tasks are taken, and no GPU is added or lost: 12 on nodes of 8 are 2 x 6, and 13,
 * which nothing divides, are 13 x 1.
 *
 * Cost     O(most_each), once per distinct number for callers who keep the answer.
 */
#ifndef WORKLOADS_TASK_SPLIT_H
#define WORKLOADS_TASK_SPLIT_H

#include <stdint.h>

struct cluster;

struct task_split {
    uint64_t tasks;
    uint64_t each;
};

/* tasks x each = pieces > 0, each <= most_each; most_each 0 is taken for 1. */
struct task_split task_split(uint64_t pieces, uint64_t most_each);

/* The most of a resource that any one node of the cluster has; 0: none has any. */
uint64_t task_split_largest_node(const struct cluster *c, uint32_t resource);

#endif /* WORKLOADS_TASK_SPLIT_H */
