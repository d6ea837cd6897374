/*
 * slurm_run.h - a recorded run of a real slurmctld, replayed: what it was told and the passes it
 * made are taken from its log, and what it decided in them is compared with what ours decides.
 *
 * A run is a folder: slurm.conf, gres.conf, meta.json, workload.csv, sched_events.csv, observed.csv
 * and timeline.csv (conformance/slurm/README.md of the shared data).
 *
 * Model    A job starts in the right pass, on the right nodes, with the right devices and number of
 * CPUs; every plan of every backfill pass has the right start and nodes; whenever somebody
 *          looked, a job had the right reason. Jobs with --nodelist are put where they were put.
 *          The log does not say how long a node was still completing after a job, which kept
 *          passes from using it: where a pass within 150 ms of an end decides otherwise, the replay
 *          tries whether that is why, and counts it.
 */
#ifndef TESTS_SLURM_RUN_H
#define TESTS_SLURM_RUN_H

#include <stdbool.h>
#include <stddef.h>

struct slurm_run_result {
    char not_covered[160]; /* "" or what it needs that is not modelled */
    size_t jobs, jobs_equal;
    size_t plans, plans_equal;
    size_t reasons, reasons_equal;
    size_t lags;                /* ends whose nodes lagged */
    char first_difference[320]; /* "" if all is equal */
};

void slurm_run_replay(const char *dir, struct slurm_run_result *out);

#endif /* TESTS_SLURM_RUN_H */
