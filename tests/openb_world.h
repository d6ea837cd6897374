/*
 * openb_world.h - openb's nodes and pods under kube-scheduler with a placement strategy, for tests
 * and benchmarks.
 */
#ifndef TESTS_OPENB_WORLD_H
#define TESTS_OPENB_WORLD_H

#include <stddef.h>
#include <stdint.h>

struct openb_world {
    const char *nodes, *node_order; /* files; node_order NULL: by name */
    const char *pods;
    const char *source; /* options beside the list of pods: "order: x.csv" */
    const char *policy; /* options of kube-scheduler: "placement: fgd" */
    uint64_t seed;
    /* Afterwards: */
    int64_t allocated_milli;
    uint64_t arrived, placed;
    double run_s; /* of simulation_run, processor time */
};

/* Fails the test if anything goes wrong. */
void openb_world_run(struct openb_world *w);

/* "typical: [{cpu_milli: 4000, ...}, ...]": all kinds of pods of the list, with their counts; the
 * most frequent of them are typical. To be freed. */
char *openb_typical(const char *pods);

#endif /* TESTS_OPENB_WORLD_H */
