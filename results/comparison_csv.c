#include "results/comparison.h"
#include "results/comparison_values.h"
#include "results/out_table.h"
#include "results/summary_values.h"
#include "sim/out_file.h"

#include <math.h>

static const struct out_column columns[] = {
    {"metric", "text", "as in summary.csv"},
    {"statistic", "text", "as in summary.csv"},
    {"policy", "text", "as the scenario calls it"},
    {"value", "unit",
     "as in that policy's summary.csv; of several replications their mean; empty: there is none"},
    {"unit", "text", "of value, error and difference; empty: a ratio"},
    {"error", "unit", "the true value is at most so far away"},
    {"difference", "unit", "to the value of the scenario's first policy"},
    {"rank", "number",
     "1: no other policy is better, within their errors and the interval of the difference; equal "
     "ones share a rank; empty: neither less nor more is better, or a run of the policy broke off"},
    {"lower", "unit",
     "of the 95 % interval of value (Student's t over replications); empty: there is one "
     "replication, or all have the same value"},
    {"upper", "unit", "of the same interval"},
    {"difference_lower", "unit",
     "of the 95 % interval of difference, paired: replication k has the same luck under all "
     "policies; empty: as lower"},
    {"difference_upper", "unit", "of the same interval"},
    {"replications", "number", "that have the value"},
    {0},
};

extern const struct out_table out_table_comparison;
const struct out_table out_table_comparison = {
    .file = "compare.csv",
    .help = "Written by `clustersim compare`, and by `run` with `--replications`: one row per "
            "value and policy, of all jobs that were "
            "submitted after the warm-up, and of the time after it.",
    .columns = columns,
};

struct comparison_csv {
    struct table_file file;
    const struct run_record *runs;
    size_t len;
};

static void put_row(struct comparison_csv *c, const struct comparison_values *v, size_t run)
{
    struct csv *csv = &c->file.csv;
    const struct metric_value *value = &v->of[run];
    csv_text(csv, c->runs[run].facts.policy);
    csv_real(csv, value->value);
    csv_text(csv, metric_unit_name(v->unit));
    csv_real(csv, isnan(value->value) ? (double)NAN : value->error);
    const struct interval difference = comparison_difference(v, run, 0);
    csv_real(csv, difference.mean);
    const size_t rank = comparison_rank(v, run);
    if (rank == 0)
        csv_empty(csv);
    else
        csv_int(csv, (int64_t)rank);
    const struct interval interval = comparison_interval(v, run);
    csv_real(csv, interval.lower);
    csv_real(csv, interval.upper);
    csv_real(csv, difference.lower);
    csv_real(csv, difference.upper);
    csv_int(csv, isnan(value->value) ? 0 : (int64_t)interval.count);
    csv_end_row(csv);
}

static void put_metric(struct comparison_csv *c, enum metric_id id)
{
    struct summary_stat stats[SUMMARY_STATS_MOST];
    const size_t len = summary_stats(c->runs[0].metrics, id, BY_NOTHING, stats);
    for (size_t i = 0; i < len; i++) {
        char name[STATISTIC_TEXT];
        struct comparison_values v =
            comparison_values_of(c->runs, c->len, id, stats[i].s, stats[i].p);
        for (size_t run = 0; run < c->len; run++) {
            csv_text(&c->file.csv, metric_get(id)->name);
            csv_text(&c->file.csv, statistic_print(name, stats[i].s, stats[i].p));
            put_row(c, &v, run);
        }
        comparison_values_fini(&v);
    }
}

bool comparison_write_csv(const struct run_record *runs, size_t len, const char *path,
                          struct diag *d)
{
    const struct out_options options = {.path = path};
    const struct observer_env env = {.options = &options};
    struct comparison_csv c = {.runs = runs, .len = len};
    if (!table_file_open(&c.file, &env, &out_table_comparison, d))
        return false;
    for (enum metric_id id = 0; id < METRICS; id++)
        put_metric(&c, id);
    return table_file_close(&c.file, d);
}
