#include "results/summary_values.h"

#include "results/job_dimension.h"

#include <string.h>

static const struct summary_stat all_stats[] = {
    {STAT_COUNT, 0},  {STAT_MEAN, 0},   {STAT_SUM, 0},    {STAT_DEVIATION, 0}, {STAT_MIN, 0},
    {STAT_P, 500000}, {STAT_P, 900000}, {STAT_P, 950000}, {STAT_P, 990000},    {STAT_MAX, 0},
};

bool summary_shows_by(const struct metrics *m, enum metric_id id, enum metric_by by)
{
    const size_t groups = metrics_groups(m, id, by);
    if (by == BY_NOTHING || groups > 1)
        return true;
    return groups == 1 &&
           strcmp(metrics_group_name(m, id, (struct metric_place){by, 0}), GROUP_NONE) != 0;
}

size_t summary_stats(const struct metrics *m, enum metric_id id, enum metric_by by,
                     struct summary_stat out[SUMMARY_STATS_MOST])
{
    const struct metric *metric = metric_get(id);
    size_t len = 0;
    if ((metric->by >> by & 1) == 0)
        return 0;
    for (size_t i = 0; i < sizeof all_stats / sizeof all_stats[0]; i++) {
        const enum statistic s = all_stats[i].s;
        if ((metric->stats >> s & 1) && (s != STAT_P || metrics_has_percentiles(m, id, by)))
            out[len++] = all_stats[i];
    }
    return len;
}
