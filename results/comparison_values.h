/*
 * comparison_values.h - one value under each of several policies, and which are the best: what the
 * parts of a comparison have in common.
 *
 * Memory   Owns the list until comparison_values_fini.
 */
#ifndef RESULTS_COMPARISON_VALUES_H
#define RESULTS_COMPARISON_VALUES_H

#include "results/metrics.h"
#include "results/run_record.h"

struct comparison_values {
    enum metric_unit unit;
    enum metric_better better;
    struct metric_value *of; /* each run */
    size_t len;
};

/* p in millionths, for STAT_P. */
struct comparison_values comparison_values_of(const struct run_record *runs, size_t len,
                                              enum metric_id id, enum statistic s, unsigned p);
void comparison_values_fini(struct comparison_values *v);

/* 1: none is certainly better; 0: it is not known which would be better, or it has no value. */
size_t comparison_rank(const struct comparison_values *v, size_t run);

/* Whether it is better than another one: rank 1, and somebody has a higher rank. */
bool comparison_is_best(const struct comparison_values *v, size_t run);

/* Of the runs that have a value, one with the least (best) or the greatest rank; SIZE_MAX: none. */
size_t comparison_first(const struct comparison_values *v);
size_t comparison_last(const struct comparison_values *v);

#endif /* RESULTS_COMPARISON_VALUES_H */
