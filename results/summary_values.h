/*
 * summary_values.h - which values a summary holds: what its writers have in common.
 */
#ifndef RESULTS_SUMMARY_VALUES_H
#define RESULTS_SUMMARY_VALUES_H

#include "results/metrics.h"

struct summary_stat {
    enum statistic s;
    unsigned p; /* of STAT_P */
};

enum { SUMMARY_STATS_MOST = 12 };

/* Whether groups of this kind are shown: there is more than one, or one with a name. */
bool summary_shows_by(const struct metrics *m, enum metric_id id, enum metric_by by);

/* Which statistics of a metric are shown, in their order; 0: it cannot be asked by this. */
size_t summary_stats(const struct metrics *m, enum metric_id id, enum metric_by by,
                     struct summary_stat out[SUMMARY_STATS_MOST]);

#endif /* RESULTS_SUMMARY_VALUES_H */
