/*
 * log_run.h - a log in the Standard Workload Format, run on a flat machine, and its usual metrics.
 *
 * Smaller than the swf source of workloads/ and independent of it: it reads the whole log, repairs
 * it as a paper says, and sorts it by submission.
 */
#ifndef TESTS_LOG_RUN_H
#define TESTS_LOG_RUN_H

#include "models/simulation.h"

enum log_filter {
    LOG_RAW,    /* requested processors, run times as they are */
    LOG_STRONG, /* published_results.md (e): what SC'15 left out and cut */
};

struct log_run {
    const char *path;
    uint32_t procs; /* of the machine: one node */
    enum log_filter filter;
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
