/*
 * queue_lab.h - a queue whose answer is known: one generated workload on equal servers, many times.
 *
 * Each replication starts empty; jobs before `first` let it settle, and jobs after `last` keep it
 * busy until those between, which are measured, are over. A measure is the mean of some number of
 * those jobs; its standard error comes from the replications, which are independent.
 */
#ifndef TESTS_QUEUE_LAB_H
#define TESTS_QUEUE_LAB_H

#include "models/job.h"

#include <stddef.h>

enum { QUEUE_MEASURES_MOST = 8, QUEUE_SEED = 20260302 };

/* Of a job that is over; NaN: it does not count. */
typedef double queue_measure_fn(const struct job *job);

struct queue_lab {
    const char *policy;
    const char *workload; /* options of `generate` */
    uint32_t nodes, gpus_per_node;
    uint32_t replicas; /* 0: whole GPUs */
    unsigned replications;
    uint64_t first, last; /* numbers of jobs, from 1 */
    queue_measure_fn *measures[QUEUE_MEASURES_MOST];
    size_t measures_len;
    /* Afterwards: */
    double mean[QUEUE_MEASURES_MOST];
    double error[QUEUE_MEASURES_MOST]; /* standard error of the mean */
};

/* Also checks in each replication that the number of jobs in the system, integrated over time, is
 * the sum of their times in it (Little's law), to the nanosecond. */
void queue_lab_run(struct queue_lab *q);

/* The measure is what it should be: within four standard errors, which are less than 10 %. */
void queue_lab_expect(const struct queue_lab *q, size_t measure, const char *what, double want);

/* Seconds. */
double queue_wait_s(const struct job *job);
double queue_sojourn_s(const struct job *job);
double queue_has_waited(const struct job *job); /* 1 or 0 */
double queue_is_lost(const struct job *job);    /* 1 or 0 */

#endif /* TESTS_QUEUE_LAB_H */
