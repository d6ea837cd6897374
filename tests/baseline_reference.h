/*
 * baseline_reference.h - what the baselines must do, done slowly and obviously.
 *
 * Seconds, equal nodes, one kind of GPU, gangs of equal tasks; every list is walked, nothing is
 * remembered from one instant to the next but who waits and who runs. It shares no code with the
 * policies.
 */
#ifndef TESTS_BASELINE_REFERENCE_H
#define TESTS_BASELINE_REFERENCE_H

#include "tests/world.h"

enum reference_policy {
    REFERENCE_FIFO,
    REFERENCE_SJF,
    REFERENCE_EASY,
    REFERENCE_PUBLISHED_EASY,
    REFERENCE_CONSERVATIVE, /* set corrector to THEN_DOUBLE */
};

/* As the options of easy number them. */
enum reference_predictor { KNOWS_REQUEST, KNOWS_TRUTH, KNOWS_DOUBLE, KNOWS_LAST_TWO };
enum reference_corrector { THEN_REQUEST, THEN_DOUBLE, THEN_STEPS };

struct reference {
    enum reference_policy policy;
    uint32_t nodes, gpus_per_node;
    const struct world_node *kinds; /* as in struct world; one node is plain */
    const struct world_job *jobs;   /* no patience */
    size_t jobs_len;
    int64_t max_wait_s;  /* of sjf; 0: none */
    bool shortest_first; /* of easy: order sjbf */
    enum reference_predictor predictor;
    enum reference_corrector corrector;
    /* Afterwards: */
    int64_t starts_s[WORLD_MOST_JOBS];
    uint32_t last_node[WORLD_MOST_JOBS]; /* the highest it got */
};

void reference_run(struct reference *r);

#endif /* TESTS_BASELINE_REFERENCE_H */
