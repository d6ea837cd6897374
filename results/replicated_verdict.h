/*
 * replicated_verdict.h - what replications of several policies allow to be said in words.
 *
 *   Under slurm jobs wait 12m to 19m less than under kueue.
 *   The order of slurm and easy is open: under easy they wait from 2m less to 5m more.
 *   From 20 replications (seed 42), ...
 *
 * An order is said only if the paired interval of the difference leaves no doubt of it.
 */
#ifndef RESULTS_REPLICATED_VERDICT_H
#define RESULTS_REPLICATED_VERDICT_H

#include "results/run_record.h"

/* All have replications, equally many. */
void replicated_verdict_print(const struct run_record *runs, size_t len, FILE *out);

#endif /* RESULTS_REPLICATED_VERDICT_H */
