/*
 * openb_pods.h - openb's list of pods, in the order they arrive.
 *
 * As the fragmentation paper has it, the list is shuffled, and copies of pods drawn at random are
 * put behind it until the next one would ask for more GPUs than a given part of the cluster has; or
 * a file names the pods in their order, copies as NAME-tuned-N.
 *
 * Memory   Owns the pods: the list is a few thousand rows.
 * Errors   A file that cannot be read, and an order that names unknown pods, are errors; rows that
 *          make no sense are counted in the repair log and left out.
 */
#ifndef WORKLOADS_OPENB_PODS_H
#define WORKLOADS_OPENB_PODS_H

#include "workloads/repair_log.h"

#include <gsl/gsl_rng.h>

struct openb_pod {
    const char *name;
    int64_t cpu_milli, memory_bytes;
    uint32_t gpus, gpu_milli; /* so many, of each so much: less than 1000 only of one */
    const char *models;       /* "A|B"; "": any */
    const char *qos;          /* "": unknown */
    int64_t created_s, started_s, ended_s; /* -1: unknown */
};

struct openb_pods {
    struct openb_pod *pods; /* of the list */
    size_t pods_len, pods_cap;
    uint32_t *order; /* of arrival, by index in the list; one may come more than once */
    size_t len, cap;
    struct repair_log repairs;
};

/* Reads the list, pods by name; they arrive in that order. strict: rows that make no sense are
 * errors. False after a diag_error. */
bool openb_pods_read(struct openb_pods *p, const char *path, const struct source_env *env,
                     struct diag *d);
void openb_pods_fini(struct openb_pods *p);

/* In the order in which they were created. */
void openb_pods_by_time(struct openb_pods *p);

/* In the order of the file: rows of index,pod. */
bool openb_pods_in_order(struct openb_pods *p, const char *path, struct arena *arena,
                         struct diag *d);

void openb_pods_shuffle(struct openb_pods *p, gsl_rng *rng);

/* Adds copies until the next one would ask for more than most_milli thousandths of GPUs in all. */
void openb_pods_add_copies(struct openb_pods *p, int64_t most_milli, gsl_rng *rng);

#endif /* WORKLOADS_OPENB_PODS_H */
