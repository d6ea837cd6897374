/*
 * log_run.h - a log in the Standard Workload Format, run on a flat machine, and its usual metrics.
 */
#ifndef TESTS_LOG_RUN_H
#define TESTS_LOG_RUN_H

#include "models/simulation.h"

struct log_run {
    const char *path;
    uint32_t procs;      /* of the machine: one node */
    const char *options; /* of the swf source: "filter: strong" */
    struct policy_use policy;
    /* Afterwards: */
    uint64_t jobs;
    double mean_wait_s, mean_flow_s;
    double mean_bsld, max_bsld; /* bounded slowdown, 10 s */
    enum simulation_end end;
    uint64_t verbs_refused;
};

void log_run(struct log_run *r);

#endif /* TESTS_LOG_RUN_H */
