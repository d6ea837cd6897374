#include "results/comparison_values.h"

#include "results/replications.h"
#include "sim/check.h"

#include <math.h>
#include <stdlib.h>

size_t comparison_broke_off(const struct run_record *run)
{
    if (run->replications == NULL)
        return run->end == SIMULATION_STALLED || run->end == SIMULATION_BROKEN;
    return replications_ended(run->replications, SIMULATION_STALLED) +
           replications_ended(run->replications, SIMULATION_BROKEN);
}

static void fill_from_replications(struct comparison_values *v, const struct run_record *runs,
                                   const struct replication_question *q)
{
    const size_t len = v->len;
    v->intervals = calloc(len, sizeof v->intervals[0]);
    v->differences = calloc(len * len, sizeof v->differences[0]);
    SIM_REQUIRE(v->intervals != NULL && v->differences != NULL);
    for (size_t a = 0; a < len; a++) {
        double error;
        v->intervals[a] = replications_mean(runs[a].replications, q, "", &error);
        v->of[a] = (struct metric_value){v->intervals[a].mean, error, v->intervals[a].count};
        for (size_t b = 0; b < len; b++)
            v->differences[a * len + b] =
                replications_difference(runs[a].replications, runs[b].replications, q);
    }
}

struct comparison_values comparison_values_of(const struct run_record *runs, size_t len,
                                              enum metric_id id, enum statistic s, unsigned p)
{
    SIM_REQUIRE(len > 0);
    struct comparison_values v = {.unit = metric_unit_of(id, s),
                                  .better = metric_better_of(id, s),
                                  .of = calloc(len, sizeof v.of[0]),
                                  .broke_off = calloc(len, sizeof v.broke_off[0]),
                                  .len = len};
    SIM_REQUIRE(v.of != NULL && v.broke_off != NULL);
    for (size_t i = 0; i < len; i++)
        v.broke_off[i] = comparison_broke_off(&runs[i]) > 0;
    if (runs[0].replications != NULL) {
        fill_from_replications(&v, runs, &(struct replication_question){id, BY_NOTHING, s, p});
        return v;
    }
    for (size_t i = 0; i < len; i++)
        v.of[i] = metrics_value(runs[i].metrics, id, (struct metric_place){BY_NOTHING, 0}, s, p);
    return v;
}

void comparison_values_fini(struct comparison_values *v)
{
    free(v->of);
    free(v->broke_off);
    free(v->intervals);
    free(v->differences);
    *v = (struct comparison_values){0};
}

static bool is_comparable(const struct comparison_values *v, size_t run)
{
    return !isnan(v->of[run].value) && (v->broke_off == NULL || !v->broke_off[run]);
}

struct interval comparison_interval(const struct comparison_values *v, size_t run)
{
    SIM_REQUIRE(run < v->len);
    if (v->intervals != NULL)
        return v->intervals[run];
    return (struct interval){v->of[run].value, (double)NAN, (double)NAN, 1};
}

struct interval comparison_difference(const struct comparison_values *v, size_t a, size_t b)
{
    SIM_REQUIRE(a < v->len && b < v->len);
    if (v->differences != NULL)
        return v->differences[a * v->len + b];
    return (struct interval){v->of[a].value - v->of[b].value, (double)NAN, (double)NAN, 1};
}

bool comparison_is_certainly_better(const struct comparison_values *v, size_t a, size_t b)
{
    const bool is_less_better = v->better == BETTER_LESS;
    const struct interval gain =
        is_less_better ? comparison_difference(v, b, a) : comparison_difference(v, a, b);
    const double least = interval_is_known(&gain) ? gain.lower : gain.mean;
    return is_comparable(v, a) && is_comparable(v, b) && least > v->of[a].error + v->of[b].error;
}

size_t comparison_rank(const struct comparison_values *v, size_t run)
{
    SIM_REQUIRE(run < v->len);
    if (v->better == BETTER_NEITHER || !is_comparable(v, run))
        return 0;
    size_t rank = 1;
    for (size_t i = 0; i < v->len; i++)
        rank += comparison_is_certainly_better(v, i, run);
    return rank;
}

bool comparison_is_best(const struct comparison_values *v, size_t run)
{
    bool is_better_than_some = false;
    for (size_t i = 0; i < v->len; i++)
        is_better_than_some |= comparison_is_certainly_better(v, run, i);
    return comparison_rank(v, run) == 1 && is_better_than_some;
}

/* The first run whose rank is the least, or the greatest. */
static size_t extreme(const struct comparison_values *v, bool greatest)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < v->len; i++) {
        const size_t rank = comparison_rank(v, i);
        if (rank == 0)
            continue;
        const size_t had = found == SIZE_MAX ? 0 : comparison_rank(v, found);
        if (found == SIZE_MAX || (greatest ? rank > had : rank < had))
            found = i;
    }
    return found;
}

size_t comparison_first(const struct comparison_values *v)
{
    return extreme(v, false);
}

size_t comparison_last(const struct comparison_values *v)
{
    return extreme(v, true);
}
