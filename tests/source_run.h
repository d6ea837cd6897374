/*
 * source_run.h - a job source by itself, as a simulation would drive it.
 *
 *   struct source_run r;
 *   source_run_open(&r, &(struct source_world){.nodes = 4, .gpus = 8}, "{swf: x.swf}");
 *   char *text = source_run_text(&r);   all jobs, messages and the tally, as text; to be freed
 *   source_run_close(&r);
 */
#ifndef TESTS_SOURCE_RUN_H
#define TESTS_SOURCE_RUN_H

#include "models/job_source.h"
#include "models/names.h"
#include "tests/messages.h"

struct source_world {
    uint32_t nodes, gpus, cpus; /* of each node */
    int64_t start_ns;
    int64_t horizon_ns; /* 0: none */
    bool strict;
    const struct workload_maker *maker; /* NULL: none */
};

struct source_run {
    struct messages m;
    struct names names;
    struct request_table *requests;
    struct cluster *cluster;
    struct arena *arena;
    struct yaml_file *file;
    struct source_env env;
    const struct job_source_ops *ops;
    void *state;
    bool is_open;
    struct job_spec job; /* of the last source_run_next */
};

/* options is a YAML mapping whose first key is the kind of source; it stands in "scenario.yaml". */
void source_run_open(struct source_run *r, const struct source_world *w, const char *options);
void source_run_close(struct source_run *r);

enum pull source_run_next(struct source_run *r);

/* The job just pulled: "job-1 at 0s: 2 x 6 nvidia.com/gpu, 1h of 2h, user u1, tenant g1, queue q1".
 */
void source_run_print_job(const struct source_run *r, FILE *out);

/* "12 requested time unknown: run time taken (line 8)"; a "-" in front of what left a job out. */
void source_run_print_tally(const struct source_run *r, FILE *out);

/* Pulls to the end: messages, jobs, how it ended if it failed or waits, tally. */
char *source_run_text(struct source_run *r);

/* All of the above for one source; `hide`, a file's path, reads "FILE" in the text. */
char *source_run_all(const struct source_world *w, const char *options, const char *hide);

#endif /* TESTS_SOURCE_RUN_H */
