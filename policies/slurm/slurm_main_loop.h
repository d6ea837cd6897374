/*
 * slurm_main_loop.h - the main scheduling loop: strict order within a partition.
 *
 * The first job of a partition that does not fit stops every later one of the partition, and takes
 * the partition's nodes away from jobs of other partitions for the rest of the pass.
 *
 * Cost     O(jobs tested), plus, where the depth is limited, the records up to that depth. Jobs
 *          behind a blocked partition cost nothing in a full pass.
 * Source   _schedule() of Slurm 26.11, as specs slurm.md 2.0 rules 11, 12, 14 and 2.3 describe it.
 */
#ifndef POLICIES_SLURM_MAIN_LOOP_H
#define POLICIES_SLURM_MAIN_LOOP_H

#include "policies/slurm/slurm_ctld.h"

/* depth: records looked at, 0: all. Returns how many jobs started. */
uint32_t slurm_main_pass(struct slurm_ctld *c, int64_t now_s, uint32_t depth);

#endif /* POLICIES_SLURM_MAIN_LOOP_H */
