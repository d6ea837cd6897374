/*
 * slurm_backfill.h - the backfill pass: every job gets a reservation, and may start if that delays
 * none of those before it.
 *
 * Reservations are of whole nodes, even for jobs that use little of them; running jobs are not in
 * the map but in the will-run test. Everything is rounded to bf_resolution on multiples of it.
 *
 * Cost     One will-run test and a walk over the map for each of at most bf_max_job_test jobs, and
 *          again for every later time that is tried.
 * Source   _attempt_backfill() of Slurm 26.11, as specs slurm.md 2.0 rules 6, 7, 10 and 2.4
 *          describe it.
 */
#ifndef POLICIES_SLURM_BACKFILL_H
#define POLICIES_SLURM_BACKFILL_H

#include <stdint.h>

struct slurm_backfill; /* memory between passes: nothing but room */
struct slurm_ctld;
struct slurm_site;

struct slurm_backfill *slurm_backfill_new(const struct slurm_site *site);
void slurm_backfill_free(struct slurm_backfill *b); /* NULL is allowed */

/* Returns how many jobs started. Plans go to the hooks; those of the pass before are void. */
uint32_t slurm_backfill_pass(struct slurm_ctld *c, int64_t now_s);

#endif /* POLICIES_SLURM_BACKFILL_H */
