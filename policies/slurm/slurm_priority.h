/*
 * slurm_priority.h - priority/multifactor: what a job's priority is made of.
 *
 * Model    The factors age, job size, partition and TRES. Those of associations, fair share and QOS
 * are 0, for there are none here. Everything but the age is known at submission.
 * Order    The sum is made of doubles in Slurm's own order, then cut to a whole number.
 * Memory   slurm_priorities_new owns a few numbers for each partition.
 * Cost     slurm_factors_of: O(1); slurm_priority_at: O(1).
 * Source   priority_multifactor.c of Slurm 26.11; specs slurm.md 2.15.
 */
#ifndef POLICIES_SLURM_PRIORITY_H
#define POLICIES_SLURM_PRIORITY_H

#include "policies/slurm/slurm_shape.h"

/* Of one job, with their weights. */
struct slurm_factors {
    double job_size, partition, tres;
};

struct slurm_priorities;

struct slurm_priorities *slurm_priorities_new(const struct slurm_site *site);
void slurm_priorities_free(struct slurm_priorities *p); /* NULL is allowed */

/* limit_min: SLURM_NOT_SET: the partition's longest counts. */
void slurm_factors_of(const struct slurm_priorities *p, const struct slurm_shape *shape,
                      uint32_t partition, int64_t limit_min, struct slurm_factors *out);

/* The priority of a job that could have run for age_s. */
uint32_t slurm_priority_at(const struct slurm_priority_params *p, const struct slurm_factors *f,
                           int64_t age_s);

#endif /* POLICIES_SLURM_PRIORITY_H */
