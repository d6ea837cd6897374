/*
 * job_source.h - the port that workloads plug into: jobs are pulled one at a time.
 *
 * Order    submit_ns never falls from one job of a source to the next, except below that of one
 *          withdrawn (ended), and below the present: such a job arrives now. Jobs of several
 *          sources at one instant arrive in the order of the sources.
 * Memory   What next() fills *out with is lent until the next call. Memory grows with what is
 *          alive, not with the length of the log.
 * Errors   Dirt in a real log is repaired or skipped with a count per kind (tally); with `strict`
 *          it is an error. PULL_FAILED: the world failed (a diag_error has said how).
 */
#ifndef MODELS_JOB_SOURCE_H
#define MODELS_JOB_SOURCE_H

#include "models/job.h"
#include "sim/config_key.h"
#include "sim/diag.h"

enum { JOB_SOURCE_API = 1 };

enum pull { PULL_JOB, PULL_LATER, PULL_END, PULL_FAILED }; /* LATER: nothing before some job ends */

struct job_end {
    uint64_t source_id;
    uint64_t number;
    int64_t submit_ns, start_ns, end_ns;
    enum end_cause cause;
};

/* One kind of dirt in a log, and how often it was met. */
struct repair {
    const char *what; /* "run time above the limit: limit raised" */
    bool is_skip;     /* the job was left out */
    uint64_t count;
    uint64_t first_line; /* where it was met first; 0: unknown */
};

struct names;
struct request_table;
struct cluster;
struct yaml_node;
struct arena;
struct workload_maker;

struct source_env {
    struct names *names;
    struct request_table *requests;
    const struct cluster *cluster;
    const struct yaml_node *options; /* of this source in the scenario */
    const char *base_dir;            /* relative paths start here */
    uint64_t seed, replication;
    int64_t start_ns;   /* simulated time 0 */
    int64_t horizon_ns; /* INT64_MAX: none; later jobs need not be produced */
    int64_t
        bootstrap_ns; /* logs are cut into blocks so long, which are drawn anew; 0: as they are */
    bool strict;
    const struct workload_maker *maker; /* of what queues together; NULL: none */
    struct arena *arena;                /* lives as long as the source */
};

struct job_source_ops {
    unsigned api;
    const char *name; /* the key in the scenario's workload: swf, kubernetes, csv, generate */
    const char *summary;
    size_t state_bytes;
    const struct config_table *options;
    bool (*open)(void *state, const struct source_env *env, struct diag *d);
    enum pull (*next)(void *state, struct job_spec *out, struct diag *d);
    /* Optional. True: another job may come before the one handed out last, which has not arrived
     * yet. That one is withdrawn, and next() hands out anew whichever is first. */
    bool (*ended)(void *state, const struct job_end *e);
    size_t (*tally)(const void *state, const struct repair **out); /* optional */
    void (*close)(void *state);
};

#endif /* MODELS_JOB_SOURCE_H */
