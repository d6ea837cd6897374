#include "sim/cli/gate_compare.h"

#include "results/metric.h"
#include "results/regression.h"
#include "results/replications.h"
#include "sim/check.h"
#include "sim/text_stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef void visit_fn(void *context, const struct gate_value *v, const struct run_record *run,
                      const struct baseline_series *before);

/* Every value of every policy and group that both have. */
static void visit_all(const struct gate *g, const struct run_record *records, size_t len,
                      visit_fn *visit, void *context)
{
    for (size_t i = 0; i < len; i++)
        for (size_t v = 0; v < g->values_len; v++) {
            const struct gate_value *value = &g->values[v];
            const struct replication_question q = expectation_question(&value->of);
            const char *policy = records[i].facts.policy;
            for (size_t s = 0; (s = baseline_find(&g->baseline, s, policy, &q)) != SIZE_MAX; s++) {
                const struct baseline_series *before = &g->baseline.series[s];
                if (value->of.name == NULL || strcmp(value->of.name, before->group) == 0)
                    visit(context, value, &records[i], before);
            }
        }
}

static void count_one(void *context, const struct gate_value *v, const struct run_record *run,
                      const struct baseline_series *before)
{
    (void)v, (void)run, (void)before;
    ++*(size_t *)context;
}

/* --- words --- */

struct words {
    FILE *out;
    enum metric_unit unit;
    const struct gate_value *value;
    const struct regression *r;
};

static const char *direction(double gap)
{
    return gap < 0 ? "less" : "more";
}

/* "31m to 57m more", "4m less to 8m more" */
static void put_range(const struct words *w)
{
    char lower[METRIC_TEXT], upper[METRIC_TEXT];
    const struct interval *d = &w->r->difference;
    const bool is_one_way = (d->lower < 0) == (d->upper < 0);
    const double first = is_one_way && d->upper < 0 ? d->upper : d->lower;
    const double second = is_one_way && d->upper < 0 ? d->lower : d->upper;
    metric_print(lower, w->unit, fabs(first));
    metric_print(upper, w->unit, fabs(second));
    if (!interval_is_known(d))
        fputs(" (in every replication)", w->out);
    else if (is_one_way)
        fprintf(w->out, " (%s to %s %s)", lower, upper, direction(first));
    else
        fprintf(w->out, " (%s %s to %s %s)", lower, direction(first), upper, direction(second));
}

static void put_tolerance(const struct words *w)
{
    char buf[METRIC_TEXT];
    if (w->value->is_relative)
        fprintf(w->out, "%.6g %%", 100 * w->value->of.value);
    else
        fputs(metric_print(buf, w->unit, w->value->of.value), w->out);
}

static void put_detail(const struct words *w)
{
    char now[METRIC_TEXT], gap[METRIC_TEXT], before[METRIC_TEXT];
    const struct regression *r = w->r;
    if (r->verdict == REGRESSION_GONE) {
        fputs("nothing is measured any more", w->out);
        return;
    }
    fputs(metric_print(now, w->unit, r->now), w->out);
    if (r->verdict == REGRESSION_SAME || r->verdict == REGRESSION_NEW) {
        fputs(r->verdict == REGRESSION_SAME ? ", as before" : ", nothing before", w->out);
        return;
    }
    fprintf(w->out, ", %s %s than %s", metric_print(gap, w->unit, fabs(r->difference.mean)),
            direction(r->difference.mean), metric_print(before, w->unit, r->before));
    put_range(w);
    if (r->verdict == REGRESSION_OPEN)
        fputs(": it may be luck", w->out);
    if (r->verdict != REGRESSION_SMALL && r->verdict != REGRESSION_WORSE)
        return;
    fputs(r->verdict == REGRESSION_SMALL ? ": within the " : ": more than the ", w->out);
    put_tolerance(w);
    fputs(" that are tolerated", w->out);
}

static void put_name(FILE *out, const struct gate_value *v, const struct baseline_series *before)
{
    fprintf(out, "%s(%s)", before->statistic, before->metric);
    if (v->of.by != BY_NOTHING)
        fprintf(out, " of %s %s", before->by, before->group);
    fputs(" against the baseline", out);
}

/* --- checks --- */

struct compare {
    const struct gate *g;
    struct check_list *out;
    double level;
};

static struct regression judge(const struct compare *c, const struct gate_value *v,
                               const struct run_record *run, const struct baseline_series *before)
{
    const struct replications *reps = run->replications;
    const struct replication_question q = expectation_question(&v->of);
    const struct regression_test t = {
        .better = metric_better_of(q.id, q.s),
        .tolerance = v->of.value,
        .is_relative = v->is_relative,
        .is_paired = run->seed == c->g->baseline.seed,
        .level = c->level,
    };
    double *now = calloc(replications_len(reps), sizeof now[0]);
    SIM_REQUIRE(now != NULL);
    replications_values(reps, &q, before->group, now);
    const struct regression r =
        regression_judge(&t, before->values, before->len, now, replications_len(reps));
    free(now);
    return r;
}

static void compare_one(void *context, const struct gate_value *v, const struct run_record *run,
                        const struct baseline_series *before)
{
    const struct compare *c = context;
    const struct regression r = judge(c, v, run, before);
    const enum metric_unit unit = metric_unit_of(v->of.id, v->of.s);
    struct text_stream name, detail;
    put_name(text_stream_open(&name), v, before);
    put_detail(&(struct words){text_stream_open(&detail), unit, v, &r});
    text_stream_close(&name);
    text_stream_close(&detail);
    check_list_add(c->out, &(struct check){
                               .kind = CHECK_BASELINE,
                               .policy = run->facts.policy,
                               .name = name.text,
                               .detail = detail.text,
                               .verdict = regression_verdict_name(r.verdict),
                               .passed = !regression_is_bad(r.verdict),
                               .unit = metric_unit_name(unit),
                               .value = r.now,
                               .before = r.before,
                               .difference = r.difference.mean,
                               .lower = r.difference.lower,
                               .upper = r.difference.upper,
                           });
    free(name.text);
    free(detail.text);
}

void gate_compare(const struct gate *g, const struct run_record *records, size_t len,
                  struct check_list *out)
{
    size_t tests = 0;
    visit_all(g, records, len, count_one, &tests);
    struct compare c = {g, out, 1 - (1 - INTERVAL_LEVEL) / (double)(tests > 0 ? tests : 1)};
    visit_all(g, records, len, compare_one, &c);
}
