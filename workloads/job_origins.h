/*
 * job_origins.h - which objects of manifests, or of a cluster's dump, are jobs, and what each is
 * made of.
 *
 * An object is one job, but for those that Kueue makes several Workloads of (the groups of a
 * LeaderWorkerSet, the pods of a Deployment with a queue), several that are one (a group of pods),
 * and those that belong to another (live_dump.h).
 *
 * Order    As the objects stand in the files.
 * Memory   Lies in the reader's arena.
 * Errors   Warnings of what is left out; an error if nothing is left.
 */
#ifndef WORKLOADS_JOB_ORIGINS_H
#define WORKLOADS_JOB_ORIGINS_H

#include "models/kubernetes/workload_maker.h"
#include "workloads/kubernetes_job.h"
#include "workloads/live_dump.h"

struct job_origins {
    /* Given. */
    struct field_reader *reader;
    const struct object_set *objects;
    const struct workload_maker *maker; /* NULL: none; then only kinds that have a row */
    const struct live_dump *dump;
    bool is_live; /* states of the dump count */
    /* Found. */
    struct job_origin *list;
    size_t len, cap;
    struct repair finished, deactivated; /* left out, of a dump */
};

void job_origins_find(struct job_origins *o);

#endif /* WORKLOADS_JOB_ORIGINS_H */
