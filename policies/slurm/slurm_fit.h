/*
 * slurm_fit.h - which nodes could take part in a job of some shape now.
 *
 * Kept per shape and brought up to date from the ledger's change log, so that testing a queue of
 * equal jobs does not look at all nodes again and again.
 *
 * Cost     O(nodes changed since the shape was asked about last), at most O(nodes).
 */
#ifndef POLICIES_SLURM_FIT_H
#define POLICIES_SLURM_FIT_H

#include "policies/slurm/slurm_ledger.h"
#include "policies/slurm/slurm_shape.h"

/* The set; it lives in the shape, and is right until the ledger changes. */
const uint64_t *slurm_fit_now(const struct slurm_ledger *l, struct slurm_shape *s);

#endif /* POLICIES_SLURM_FIT_H */
