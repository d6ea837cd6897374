#include "results/comparison_values.h"

#include "sim/check.h"

#include <math.h>
#include <stdlib.h>

struct comparison_values comparison_values_of(const struct run_record *runs, size_t len,
                                              enum metric_id id, enum statistic s, unsigned p)
{
    SIM_REQUIRE(len > 0);
    struct comparison_values v = {.unit = metric_unit_of(id, s),
                                  .better = metric_better_of(id, s),
                                  .of = calloc(len, sizeof v.of[0]),
                                  .len = len};
    SIM_REQUIRE(v.of != NULL);
    for (size_t i = 0; i < len; i++)
        v.of[i] = metrics_value(runs[i].metrics, id, (struct metric_place){BY_NOTHING, 0}, s, p);
    return v;
}

void comparison_values_fini(struct comparison_values *v)
{
    free(v->of);
    v->of = NULL;
}

static bool has_value(const struct comparison_values *v, size_t run)
{
    return !isnan(v->of[run].value);
}

static bool is_certainly_better(const struct comparison_values *v, size_t a, size_t b)
{
    const struct metric_value *x = &v->of[a];
    const struct metric_value *y = &v->of[b];
    const double gain = v->better == BETTER_LESS ? y->value - x->value : x->value - y->value;
    return has_value(v, a) && has_value(v, b) && gain > x->error + y->error;
}

size_t comparison_rank(const struct comparison_values *v, size_t run)
{
    SIM_REQUIRE(run < v->len);
    if (v->better == BETTER_NEITHER || !has_value(v, run))
        return 0;
    size_t rank = 1;
    for (size_t i = 0; i < v->len; i++)
        rank += is_certainly_better(v, i, run);
    return rank;
}

bool comparison_is_best(const struct comparison_values *v, size_t run)
{
    bool is_better_than_some = false;
    for (size_t i = 0; i < v->len; i++)
        is_better_than_some |= is_certainly_better(v, run, i);
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
