/*
 * sweep_emit.h - a sweep as work for a scheduler that exists: a Slurm job array, or an Indexed Job.
 *
 * Source   sbatch(1), --array; Kubernetes, batch/v1 Job, completionMode: Indexed.
 */
#ifndef SIM_CLI_SWEEP_EMIT_H
#define SIM_CLI_SWEEP_EMIT_H

#include <stdint.h>
#include <stdio.h>

struct sweep_emit {
    const char *name;     /* of the scenario */
    const char *scenario; /* its path, as given */
    const char *out_dir;
    const char *const *words; /* of the command line behind `clustersim sweep`; NULL ends them */
    const char *image;        /* of the program, for Kubernetes */
    const char *version;      /* of the program */
    uint64_t shards;
};

/* A script for sbatch, or a manifest for kubectl apply. */
void sweep_emit_slurm(const struct sweep_emit *e, FILE *out);
void sweep_emit_kubernetes(const struct sweep_emit *e, FILE *out);

#endif /* SIM_CLI_SWEEP_EMIT_H */
