#include "results/expectation.h"

#include "results/replications.h"
#include "sim/suggest.h"

#include <math.h>
#include <string.h>

void expectation_want(const struct expectation *e, struct metrics *m)
{
    if (e->s == STAT_P)
        metrics_want(m, e->by, e->id);
}

bool comparison_holds(enum comparison op, double a, double b)
{
    switch (op) {
    case LESS_EQUAL:
        return a <= b;
    case LESS:
        return a < b;
    case GREATER_EQUAL:
        return a >= b;
    case GREATER:
        return a > b;
    case EQUAL:
        return a == b;
    default:
        return a < b || a > b; /* NaN is not unequal either: nothing was measured */
    }
}

/* How far from passing: what the worst is chosen by. What was not measured is worst. */
static double badness(const struct expectation *e, double value)
{
    if (isnan(value))
        return INFINITY;
    switch (e->op) {
    case LESS_EQUAL:
    case LESS:
        return value - e->value;
    case GREATER_EQUAL:
    case GREATER:
        return e->value - value;
    case EQUAL:
        return fabs(value - e->value);
    default:
        return -fabs(value - e->value);
    }
}

static bool is_open(const struct expectation *e, const struct metric_value *v)
{
    return v->error > 0 && comparison_holds(e->op, v->value - v->error, e->value) !=
                               comparison_holds(e->op, v->value + v->error, e->value);
}

/* What one group has: the worst is remembered. */
static void look_at(const struct expectation *e, const char *group, const struct metric_value *v,
                    const struct interval *interval, struct expectation_result *r)
{
    r->groups++;
    r->failed += !comparison_holds(e->op, v->value, e->value);
    r->is_close |= is_open(e, v);
    r->is_within |=
        interval_is_known(interval) && interval->lower <= e->value && e->value <= interval->upper;
    if (r->worst != NULL && badness(e, v->value) <= badness(e, r->value.value))
        return;
    r->worst = group;
    r->value = *v;
    r->interval = *interval;
}

static const struct expectation_result nothing_seen = {
    .value = {.value = (double)NAN},
    .interval = {(double)NAN, (double)NAN, (double)NAN, 0},
};

static void look_at_group(const struct expectation *e, struct metrics *m, size_t group,
                          struct expectation_result *r)
{
    const struct metric_place at = {e->by, group};
    const struct metric_value v = metrics_value(m, e->id, at, e->s, e->p);
    look_at(e, metrics_group_name(m, e->id, at), &v, &nothing_seen.interval, r);
}

struct expectation_result expectation_check(const struct expectation *e, struct metrics *m)
{
    struct expectation_result r = nothing_seen;
    if (e->name != NULL) {
        const size_t i = metrics_find_group(m, e->id, e->by, e->name);
        if (i != SIZE_MAX)
            look_at_group(e, m, i, &r);
    } else {
        for (size_t i = 0; i < metrics_groups(m, e->id, e->by); i++)
            look_at_group(e, m, i, &r);
    }
    r.passed = r.groups > 0 && r.failed == 0;
    return r;
}

struct replication_question expectation_question(const struct expectation *e)
{
    return (struct replication_question){e->id, e->by, e->s, e->p};
}

void expectation_ask(const struct expectation *e, struct replications *r)
{
    const struct replication_question q = expectation_question(e);
    replications_ask(r, &q);
}

struct expectation_result expectation_check_means(const struct expectation *e,
                                                  const struct replications *reps)
{
    struct expectation_result r = nothing_seen;
    const struct replication_question q = expectation_question(e);
    for (size_t i = 0; i < replications_groups(reps, &q); i++) {
        const char *group = replications_group_name(reps, &q, i);
        if (e->name != NULL && strcmp(e->name, group) != 0)
            continue;
        struct metric_value v = {0};
        const struct interval mean = replications_mean(reps, &q, group, &v.error);
        v.value = mean.mean;
        v.count = mean.count;
        look_at(e, group, &v, &mean, &r);
    }
    r.passed = r.groups > 0 && r.failed == 0;
    return r;
}

static void print_interval(const struct expectation *e, const struct expectation_result *r,
                           FILE *out)
{
    char lower[METRIC_TEXT], upper[METRIC_TEXT];
    const enum metric_unit unit = metric_unit_of(e->id, e->s);
    if (interval_is_known(&r->interval))
        fprintf(out, ", %s to %s with 95 %% confidence",
                metric_print(lower, unit, r->interval.lower),
                metric_print(upper, unit, r->interval.upper));
    if (r->worst != NULL && r->interval.count > 1)
        fprintf(out, " over %zu replications", r->interval.count);
}

void expectation_print(const struct expectation *e, const struct expectation_result *r, FILE *out)
{
    fprintf(out, "%s  %s: ", r->passed ? "pass" : "FAIL", e->text);
    expectation_print_detail(e, r, out);
    fputc('\n', out);
}

void expectation_print_detail(const struct expectation *e, const struct expectation_result *r,
                              FILE *out)
{
    char buf[METRIC_TEXT];
    if (r->worst == NULL)
        fprintf(out, "there is no %s%s%s%s in this run", metric_by_name(e->by),
                e->name == NULL ? "" : " '", e->name == NULL ? "" : e->name,
                e->name == NULL ? "" : "'");
    else if (isnan(r->value.value))
        fputs("nothing was measured", out);
    else
        fputs(metric_print(buf, metric_unit_of(e->id, e->s), r->value.value), out);
    print_interval(e, r, out);
    if (r->worst != NULL && e->by != BY_NOTHING && e->name == NULL)
        fprintf(out, " (%s%s)", r->groups > 1 ? "worst: " : "", r->worst);
    if (r->failed > 1)
        fprintf(out, "; %zu of %zu fail", r->failed, r->groups);
    if (r->is_close)
        fputs("; too close to tell: percentiles have an error here", out);
    if (r->is_within)
        fputs("; not certain: the interval reaches over the limit", out);
}
