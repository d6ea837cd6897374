/* Everything that a program wants to know of a comparison, in one JSON text. */
#include "results/check_list.h"
#include "results/comparison_values.h"
#include "results/metrics.h"
#include "results/summary_values.h"
#include "sim/json_out.h"
#include "sim/out_file.h"

#include <math.h>

enum { CHECKS_SCHEMA = 1 };

static void put_value(struct json_out *j, const struct check_report *r, size_t run,
                      enum metric_id id, const struct summary_stat *stat)
{
    char name[STATISTIC_TEXT];
    struct comparison_values v = comparison_values_of(r->runs, r->len, id, stat->s, stat->p);
    const struct interval i = comparison_interval(&v, run);
    json_out_map(j, statistic_print(name, stat->s, stat->p));
    json_out_real(j, "value", v.of[run].value);
    if (interval_is_known(&i)) {
        json_out_real(j, "lower", i.lower);
        json_out_real(j, "upper", i.upper);
    }
    json_out_end(j);
    comparison_values_fini(&v);
}

static void put_policy(struct json_out *j, const struct check_report *r, size_t run)
{
    json_out_map(j, r->runs[run].facts.policy);
    for (enum metric_id id = 0; id < METRICS; id++) {
        struct summary_stat stats[SUMMARY_STATS_MOST];
        const size_t len = summary_stats(r->runs[0].metrics, id, BY_NOTHING, stats);
        json_out_map(j, metric_get(id)->name);
        json_out_text(j, "unit", metric_unit_name(metric_get(id)->unit));
        for (size_t i = 0; i < len; i++)
            put_value(j, r, run, id, &stats[i]);
        json_out_end(j);
    }
    json_out_end(j);
}

static void put_number(struct json_out *j, const char *key, double x)
{
    if (!isnan(x))
        json_out_real(j, key, x);
}

static void put_check(struct json_out *j, const struct check *c)
{
    json_out_map(j, NULL);
    json_out_text(j, "kind", c->kind == CHECK_BASELINE ? "baseline" : "expectation");
    json_out_text(j, "policy", c->policy);
    json_out_text(j, "check", c->name);
    json_out_bool(j, "passed", c->passed);
    json_out_text(j, "verdict", c->verdict);
    json_out_text(j, "detail", c->detail);
    json_out_text(j, "unit", c->unit);
    put_number(j, "value", c->value);
    put_number(j, "baseline", c->before);
    put_number(j, "difference", c->difference);
    put_number(j, "lower", c->lower);
    put_number(j, "upper", c->upper);
    json_out_end(j);
}

bool check_report_write_json(const struct check_report *r, const char *path, struct diag *d)
{
    struct out_file *file = out_file_open(path, d);
    if (file == NULL)
        return false;
    struct json_out j;
    json_out_begin(&j, file);
    json_out_map(&j, NULL);
    json_out_int(&j, "schema", CHECKS_SCHEMA);
    json_out_text(&j, "clustersim", r->runs[0].facts.version);
    json_out_text(&j, "scenario", r->runs[0].facts.scenario);
    json_out_int(&j, "seed", (int64_t)r->runs[0].seed);
    json_out_int(&j, "replications", (int64_t)check_report_replications(r));
    json_out_text(&j, "baseline", r->baseline);
    json_out_bool(&j, "passed", check_list_failed(r->checks) == 0);
    json_out_list(&j, "checks");
    for (size_t i = 0; i < check_list_len(r->checks); i++)
        put_check(&j, check_list_at(r->checks, i));
    json_out_end(&j);
    json_out_map(&j, "policies");
    for (size_t i = 0; i < r->len; i++)
        put_policy(&j, r, i);
    json_out_end(&j);
    json_out_end(&j);
    return out_file_close(file, d);
}
