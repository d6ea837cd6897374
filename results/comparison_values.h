/*
 * comparison_values.h - one value under each of several policies, and which are the best: what the
 * parts of a comparison have in common.
 *
 * Memory   Owns the list until comparison_values_fini.
 */
#ifndef RESULTS_COMPARISON_VALUES_H
#define RESULTS_COMPARISON_VALUES_H

#include "results/interval.h"
#include "results/metrics.h"
#include "results/run_record.h"

struct comparison_values {
    enum metric_unit unit;
    enum metric_better better;
    struct metric_value *of; /* each run; of replications their mean */
    bool *broke_off;         /* such a run has met only the first of its jobs; NULL: none did */
    size_t len;
    /* Of replications; NULL: there is one run of each policy. */
    struct interval *intervals;   /* one per policy */
    struct interval *differences; /* run a minus run b, paired, at a * len + b */
};

/* p in millionths, for STAT_P. */
struct comparison_values comparison_values_of(const struct run_record *runs, size_t len,
                                              enum metric_id id, enum statistic s, unsigned p);
void comparison_values_fini(struct comparison_values *v);

/* NaN without an interval where there is none. */
struct interval comparison_interval(const struct comparison_values *v, size_t run);
struct interval comparison_difference(const struct comparison_values *v, size_t a, size_t b);

/* By the interval of their difference where there is one, else by the values' errors. */
bool comparison_is_certainly_better(const struct comparison_values *v, size_t a, size_t b);

/* 1: none is certainly better; 0: it is not known which would be better, it has no value, or it
 * broke off. */
size_t comparison_rank(const struct comparison_values *v, size_t run);

/* Whether it is better than another one: rank 1, and somebody has a higher rank. */
bool comparison_is_best(const struct comparison_values *v, size_t run);

/* How many of its replications (of one run: 0 or 1) stalled or broke an invariant. */
size_t comparison_broke_off(const struct run_record *run);

/* Of the runs that have a value, one with the least (best) or the greatest rank; SIZE_MAX: none. */
size_t comparison_first(const struct comparison_values *v);
size_t comparison_last(const struct comparison_values *v);

#endif /* RESULTS_COMPARISON_VALUES_H */
