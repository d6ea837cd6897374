/*
 * generate_shapes.h - from a generated workload's options to the shapes of its jobs.
 *
 * Errors   MIG profiles that no GPU of the cluster has. Warnings: sizes that fit on no node, or
 *          not into the whole cluster.
 */
#ifndef WORKLOADS_GENERATE_SHAPES_H
#define WORKLOADS_GENERATE_SHAPES_H

#include "workloads/generate_options.h"
#include "workloads/job_shapes.h"

/* False after a diag_error. */
bool generate_shapes_make(struct job_shapes *s, const struct generate_options *o,
                          const struct source_env *env, struct diag *d);

/* Warns of jobs that can never start, even on empty nodes. */
void generate_shapes_warn(struct job_shapes *s, const struct generate_options *o,
                          const struct source_env *env, struct diag *d);

/* Pieces of a device that all nodes have together. */
uint64_t generate_shapes_total(const struct cluster *c, uint32_t resource);

#endif /* WORKLOADS_GENERATE_SHAPES_H */
