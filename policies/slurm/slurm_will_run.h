/*
 * slurm_will_run.h - when and where a job could run, if running jobs end at their limits.
 *
 * Running jobs are taken away in the order of their ends, in groups that grow, and after each group
 * the job is tried on what is left.
 *
 * Cost     O(jobs taken away + nodes touched) and one selection per group.
 * Source   _will_run_test and _future_run_test of cons_tres in Slurm 26.11, as specs slurm.md 2.0
 *          rule 1 and 2.5 describe them. Its limit of 2 s of work does not exist here.
 */
#ifndef POLICIES_SLURM_WILL_RUN_H
#define POLICIES_SLURM_WILL_RUN_H

#include "policies/slurm/slurm_ctld.h"

struct will_run {
    const struct slurm_job *job;
    const uint64_t *cand;
    int64_t now_s;
    int64_t at_s;    /* not before */
    int64_t later_s; /* jobs that end after this are left; SLURM_NEVER: none is */
    bool is_now_only;
    int64_t start_s; /* the answer; the nodes are in the selector's picks */
};

struct will_run_scratch;

struct will_run_scratch *slurm_will_run_new(const struct slurm_site *site);
void slurm_will_run_free(struct will_run_scratch *s); /* NULL is allowed */

/* False: not at all, or not before later_s. */
bool slurm_will_run(struct slurm_ctld *c, struct will_run_scratch *s, struct will_run *w);

#endif /* POLICIES_SLURM_WILL_RUN_H */
