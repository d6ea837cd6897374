#include "results/out_table.h"
#include "results/summary.h"
#include "results/summary_values.h"
#include "sim/check.h"
#include "sim/out_file.h"

#include <math.h>
#include <stdlib.h>

static const struct out_column columns[] = {
    {"policy", "text", "as the scenario calls it"},
    {"by", "text",
     "what the row looks at: empty: everything; tenant, queue, user, size (GPUs of a job), "
     "priority, pool"},
    {"group", "text",
     "which of them; `(none)`: jobs that name none, `(others)`: beyond the first 64"},
    {"metric", "text", "see below"},
    {"statistic", "text",
     "count, mean, sum, deviation (of a sample), min, max, or a percentile by nearest rank"},
    {"value", "unit", "empty: there is none, for nothing was there to be measured"},
    {"unit", "text", "of value and error; empty: a ratio"},
    {"error", "unit",
     "the true value is at most so far away: 0 up to 100,000 values (1,000,000 jobs for groups), "
     "at most 0.05 % of the value beyond"},
    {"count", "number", "of values behind it; 0 for averages over time"},
    {"low", "unit", "of its interval over replications; empty: there is one run"},
    {"high", "unit", "of the same interval"},
    {0},
};

extern const struct out_table out_table_summary;
const struct out_table out_table_summary = {
    .file = "summary.csv",
    .help = "One row per value, of all jobs that were submitted after the warm-up, and of the time "
            "after it.",
    .columns = columns,
};

struct summary_csv {
    struct table_file file;
    const struct run_record *record;
};

static void put_value(struct summary_csv *s, enum metric_id id, struct metric_place at,
                      const struct summary_stat *stat)
{
    struct csv *c = &s->file.csv;
    char name[STATISTIC_TEXT];
    struct metrics *m = s->record->metrics;
    const struct metric_value v = metrics_value(m, id, at, stat->s, stat->p);
    csv_text(c, s->record->facts.policy);
    csv_text(c, metric_by_name(at.by));
    csv_text(c, metrics_group_name(m, id, at));
    csv_text(c, metric_get(id)->name);
    csv_text(c, statistic_print(name, stat->s, stat->p));
    csv_real(c, v.value);
    csv_text(c, metric_unit_name(metric_unit_of(id, stat->s)));
    csv_real(c, isnan(v.value) ? (double)NAN : v.error);
    csv_int(c, (int64_t)v.count);
    csv_empty(c);
    csv_empty(c);
    csv_end_row(c);
}

static void put_metric(struct summary_csv *s, enum metric_id id, enum metric_by by)
{
    struct summary_stat stats[SUMMARY_STATS_MOST];
    const struct metrics *m = s->record->metrics;
    const size_t len = summary_stats(m, id, by, stats);
    if (len == 0 || !summary_shows_by(m, id, by))
        return;
    for (size_t g = 0; g < metrics_groups(m, id, by); g++)
        for (size_t i = 0; i < len; i++)
            put_value(s, id, (struct metric_place){by, g}, &stats[i]);
}

bool summary_write_csv(const struct run_record *r, const char *path, struct diag *d)
{
    const struct out_options options = {.path = path};
    const struct observer_env env = {.options = &options};
    struct summary_csv s = {.record = r};
    if (!table_file_open(&s.file, &env, &out_table_summary, d))
        return false;
    for (enum metric_by by = 0; by < METRIC_BYS; by++)
        for (enum metric_id id = 0; id < METRICS; id++)
            put_metric(&s, id, by);
    return table_file_close(&s.file, d);
}
