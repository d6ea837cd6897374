/*
 * run_record.h - what a run leaves behind in memory: what tables, expectations and plots are made
 * from, when its simulation is gone.
 *
 *   struct run_record r;
 *   run_record_init(&r, &facts, RECORD_PLOTS);
 *   run_record_add_input(&r, "scenario.yaml", d);
 *   ... observers {observer_find("summary"), &r} and {observer_find("plots"), &r} ...
 *   simulation_run, simulation_close          writes summary.csv and summary.json
 *   expectation_check, comparison_add, plots_draw ...
 *   run_record_fini(&r);
 *
 * Memory   Owns everything in it, copies of all texts included.
 * Threads  One per run.
 */
#ifndef RESULTS_RUN_RECORD_H
#define RESULTS_RUN_RECORD_H

#include "models/simulation.h"

struct arena;
struct metrics;
struct timeline;
struct gpu_spans;
struct gpu_heat;
struct replications;

/* What the simulation does not know of itself; texts may be NULL. */
struct run_facts {
    const char *scenario; /* its name */
    const char *policy;   /* as the scenario calls it */
    const char *version;  /* of the program */
};

enum { RUN_INPUT_MOST = 1 << 20 };

struct run_input {
    const char *path;
    uint64_t hash;    /* FNV-1a of its bytes */
    const char *text; /* what stands in it; NULL: more than RUN_INPUT_MOST bytes */
};

struct run_repair {
    const char *source;
    struct repair repair;
};

enum record_wants {
    RECORD_PLOTS = 1,    /* the timeline, the spans of GPUs and their heat */
    RECORD_NO_FILES = 2, /* the summary is written by somebody else, later */
};

struct run_record {
    struct run_facts facts;
    unsigned wants;
    struct arena *arena;
    struct metrics *metrics;
    struct timeline *timeline; /* NULL: not wanted */
    struct gpu_spans *spans;   /* NULL: not wanted */
    struct gpu_heat *heat;     /* NULL: not wanted */
    /* Of this run and its fellows, the first of which this is; NULL: there is one run. Owned. */
    struct replications *replications;
    struct run_input *inputs;
    size_t inputs_len, inputs_cap;
    /* Known at the end: */
    uint64_t seed, replication;
    int64_t start_ns, end_ns, warm_up_ns;
    enum simulation_end end;
    struct simulation_counts counts;
    struct run_repair *repairs;
    size_t repairs_len, repairs_cap;
};

void run_record_init(struct run_record *r, const struct run_facts *facts, unsigned wants);
void run_record_fini(struct run_record *r);

/* Notes a file that the run reads, with its hash. False after a diag_error. */
bool run_record_add_input(struct run_record *r, const char *path, struct diag *d);

/* Notes what the simulation knows at its end; the observers do it. */
void run_record_end(struct run_record *r, const struct simulation *sim);

const char *simulation_end_name(enum simulation_end end); /* "drained" */

#endif /* RESULTS_RUN_RECORD_H */
