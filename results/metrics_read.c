/* What metrics say. */
#include "results/metrics_state.h"
#include "sim/check.h"

#include <math.h>
#include <string.h>

uint64_t metrics_jobs(const struct metrics *m)
{
    return m->jobs;
}

uint64_t metrics_runs(const struct metrics *m)
{
    return m->runs;
}

static bool is_of_jobs(enum metric_id id)
{
    return metric_get(id)->kind == METRIC_PER_JOB || metric_get(id)->kind == METRIC_COUNT;
}

size_t metrics_groups(const struct metrics *m, enum metric_id id, enum metric_by by)
{
    if (by == BY_NOTHING)
        return 1;
    if (is_of_jobs(id))
        return dimension_len(&m->dimensions[by]);
    return by == BY_QUEUE ? m->levels.queues_len : by == BY_POOL ? m->levels.pools_len : 0;
}

const char *metrics_group_name(const struct metrics *m, enum metric_id id, struct metric_place at)
{
    SIM_REQUIRE(at.i < metrics_groups(m, id, at.by));
    if (at.by == BY_NOTHING)
        return "";
    if (is_of_jobs(id))
        return dimension_name(&m->dimensions[at.by], at.i);
    return at.by == BY_QUEUE ? m->levels.queues[at.i].name : m->levels.pools[at.i].name;
}

size_t metrics_find_group(const struct metrics *m, enum metric_id id, enum metric_by by,
                          const char *name)
{
    for (size_t i = 0; i < metrics_groups(m, id, by); i++)
        if (strcmp(metrics_group_name(m, id, (struct metric_place){by, i}), name) == 0)
            return i;
    return SIZE_MAX;
}

bool metrics_has_others(const struct metrics *m, enum metric_by by)
{
    return m->dimensions[by].is_cut;
}

static const struct job_group *group_at(const struct metrics *m, struct metric_place at)
{
    return at.by == BY_NOTHING ? m->all : dimension_group(&m->dimensions[at.by], m->all, at.i);
}

bool metrics_has_percentiles(const struct metrics *m, enum metric_id id, enum metric_by by)
{
    return id < JOB_METRICS && (m->dimensions[by].keeps & METRIC_KEEP(id));
}

struct quantile *metrics_quantile(struct metrics *m, enum metric_id id, struct metric_place at)
{
    return id < JOB_METRICS && m->all != NULL ? group_at(m, at)->tallies[id].quantile : NULL;
}

static struct metric_value percentile(const struct tally *t, const struct metric *metric,
                                      unsigned p)
{
    struct quantile_answer a;
    if (t->quantile == NULL || !quantile_at(t->quantile, p, &a))
        return (struct metric_value){.value = (double)NAN};
    return (struct metric_value){(double)a.value / metric->divisor,
                                 (double)a.half_width / metric->divisor,
                                 quantile_count(t->quantile)};
}

static struct metric_value job_value(const struct tally *t, const struct metric *metric,
                                     enum statistic s, unsigned p)
{
    const struct moments *m = &t->moments;
    struct metric_value v = {.count = moments_count(m)};
    const bool is_empty = v.count == 0;
    switch (s) {
    case STAT_COUNT:
        v.value = (double)v.count;
        break;
    case STAT_MEAN:
        v.value = moments_mean(m) / metric->divisor;
        break;
    case STAT_SUM:
        v.value = (double)moments_sum(m) / metric->divisor;
        break;
    case STAT_MIN:
        v.value = is_empty ? (double)NAN : (double)m->min / metric->divisor;
        break;
    case STAT_MAX:
        v.value = is_empty ? (double)NAN : (double)m->max / metric->divisor;
        break;
    case STAT_DEVIATION:
        v.value = moments_deviation(m) / metric->divisor;
        break;
    case STAT_P:
        return percentile(t, metric, p);
    }
    return v;
}

static uint64_t count_of(const struct job_group *g, enum metric_id id)
{
    static const enum end_cause causes[COUNT_METRICS] = {
        [METRIC_DONE - FIRST_COUNT] = END_DONE,
        [METRIC_FAILED - FIRST_COUNT] = END_FAILED,
        [METRIC_TIMED_OUT - FIRST_COUNT] = END_TIMEOUT,
        [METRIC_PREEMPTED - FIRST_COUNT] = END_PREEMPTED,
        [METRIC_NODE_LOST - FIRST_COUNT] = END_NODE,
        [METRIC_CANCELLED - FIRST_COUNT] = END_CANCELLED,
        [METRIC_REFUSED - FIRST_COUNT] = END_REFUSED,
        [METRIC_LOST - FIRST_COUNT] = END_LOST,
        [METRIC_UNFINISHED - FIRST_COUNT] = END_OPEN,
    };
    return id == METRIC_JOBS        ? job_group_jobs(g)
           : id == METRIC_UNSTARTED ? g->unstarted
                                    : g->causes[causes[id - FIRST_COUNT]];
}

static struct metric_value count_value(const struct job_group *g, enum metric_id id,
                                       enum statistic s)
{
    const uint64_t jobs = job_group_jobs(g);
    const double count = (double)count_of(g, id);
    return (struct metric_value){.value = s == STAT_COUNT ? count : count / (double)jobs,
                                 .count = jobs};
}

static struct metric_value run_value(const struct metrics *m, enum metric_id id, enum statistic s)
{
    if (id == METRIC_THROUGHPUT) {
        const double hours = (double)m->levels.measured_ns / 3.6e12;
        const double done = m->all == NULL ? 0 : (double)m->all->causes[END_DONE];
        return (struct metric_value){.value = done / hours, .count = m->runs};
    }
    const enum run_metric r = id == METRIC_MAKESPAN        ? RUN_MAKESPAN
                              : id == METRIC_MEASURED_TIME ? RUN_MEASURED
                                                           : RUN_COST;
    return job_value(&(struct tally){.moments = m->per_run[r]}, metric_get(id), s, 0);
}

struct metric_value metrics_value(struct metrics *m, enum metric_id id, struct metric_place at,
                                  enum statistic s, unsigned p)
{
    const struct metric *metric = metric_get(id);
    SIM_REQUIRE((metric->by >> at.by & 1) && (metric->stats >> s & 1) && m->all != NULL);
    switch (metric->kind) {
    case METRIC_PER_JOB:
        return job_value(&group_at(m, at)->tallies[id], metric, s, p);
    case METRIC_COUNT:
        return count_value(group_at(m, at), id, s);
    case METRIC_PER_RUN:
        return run_value(m, id, s);
    default:
        return (struct metric_value){
            .value = metric_levels_value(&m->levels, id, at.by == BY_NOTHING ? SIZE_MAX : at.i, s)};
    }
}

size_t metrics_reasons(const struct metrics *m)
{
    return m->reasons_len;
}

const char *metrics_reason(const struct metrics *m, size_t reason)
{
    SIM_REQUIRE(reason < m->reasons_len);
    return m->reasons[reason];
}

int128 metrics_waited_ns(const struct metrics *m, struct metric_place at, size_t reason)
{
    SIM_REQUIRE(reason < m->reasons_len);
    return group_at(m, at)->waits[reason];
}
