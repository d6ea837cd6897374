/* stats_text.c - a log described in tables. */
#include "sim/cli/stats_report.h"

#include "sim/calendar.h"
#include "sim/duration.h"
#include "sim/text_table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define HOUR_NS   3.6e12
#define SECOND_NS INT64_C(1000000000)

const unsigned stats_quantiles[STATS_QUANTILES] = {0,      100000, 500000, 900000,
                                                   950000, 990000, 1000000};
const char *const stats_quantile_names[STATS_QUANTILES] = {"min", "p10", "p50", "p90",
                                                           "p95", "p99", "max"};
const char *const stats_weekdays[LOG_WEEK_DAYS] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

static void cell_count(struct text_table *t, uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    text_table_cell(t, text);
}

static void cell_percent(struct text_table *t, double part, double whole)
{
    char text[24] = "-";
    if (whole > 0)
        snprintf(text, sizeof text, "%.1f %%", 100 * part / whole);
    text_table_cell(t, text);
}

static void cell_hours(struct text_table *t, double use_ns)
{
    char text[32];
    snprintf(text, sizeof text, "%.1f", use_ns / HOUR_NS);
    text_table_cell(t, text);
}

static void end_table(struct text_table *t, FILE *out)
{
    fputc('\n', out);
    text_table_print(t, out);
    text_table_free(t);
}

/* --- the head --- */

static void print_span(const struct stats_report *r, FILE *out)
{
    const struct log_stats *s = r->stats;
    char from[CALENDAR_TEXT], to[CALENDAR_TEXT], span[DURATION_TEXT];
    const int64_t whole = (s->last_ns - s->first_ns) / SECOND_NS * SECOND_NS;
    if (log_stats_has_dates(s))
        fprintf(out, "submitted: %s to %s, %s\n",
                calendar_print(from, s->first_ns / SECOND_NS * SECOND_NS),
                calendar_print(to, s->last_ns / SECOND_NS * SECOND_NS),
                duration_print(span, whole));
    else
        fprintf(out, "submitted: within %s; no dates, so hours and weekdays count from time 0\n",
                duration_print(span, whole));
}

static void print_ends(const struct swf_ends *e, FILE *out)
{
    fprintf(out,
            "ended: %" PRIu64 " completed, %" PRIu64 " failed, %" PRIu64 " cancelled, %" PRIu64
            " unknown",
            e->completed, e->failed, e->cancelled, e->unknown);
    if (e->partial > 0)
        fprintf(out, ", %" PRIu64 " lines of parts of jobs", e->partial);
    fprintf(out, " (all lines)\n");
}

static void print_load(const struct stats_report *r, FILE *out)
{
    const double mean = log_stats_mean_use(r->stats);
    fprintf(out, "work: %.1f %s hours", r->stats->all.use_ns / HOUR_NS, r->unit);
    if (!isnan(mean))
        fprintf(out, ", %.1f %ss busy on average if none waited", mean, r->unit);
    if (!isnan(mean) && r->machine > 0)
        fprintf(out, ": offered load %.3f of %" PRIu64, mean / (double)r->machine, r->machine);
    fputc('\n', out);
}

static void print_arrivals(const struct log_stats *s, FILE *out)
{
    const double variation = log_stats_gap_variation(s);
    if (isnan(variation))
        return;
    char mean[DURATION_TEXT];
    fprintf(out, "arrivals: every %s on average, coefficient of variation %.2f (Poisson: 1)\n",
            duration_print(mean, moments_mean_nearest(&s->gaps) / 1000000 * 1000000), variation);
}

static void print_owners(const struct log_stats *s, FILE *out)
{
    fprintf(out, "users: %" PRIu64 ", tenants: %" PRIu64 ", queues: %" PRIu64 "\n",
            s->owners[LOG_USER].len, s->owners[LOG_TENANT].len, s->owners[LOG_QUEUE].len);
}

static void print_head(const struct stats_report *r, FILE *out)
{
    const struct log_stats *s = r->stats;
    fprintf(out, "%s: %s, %s%" PRIu64 " job%s", r->in->path, log_format_name(r->in->format),
            r->in->is_cut ? "the first " : "", s->all.jobs, s->all.jobs == 1 ? "" : "s");
    if (s->without_end > 0)
        fprintf(out, ", %" PRIu64 " of them without end", s->without_end);
    if (s->without_gpus > 0 && s->without_gpus < s->all.jobs)
        fprintf(out, ", %" PRIu64 " without GPUs (their CPUs count)", s->without_gpus);
    fputc('\n', out);
    if (s->all.jobs == 0)
        return;
    print_span(r, out);
    print_owners(s, out);
    if (r->ends != NULL)
        print_ends(r->ends, out);
    print_load(r, out);
    print_arrivals(s, out);
}

/* --- tables --- */

/* As fine as somebody wants to know: milliseconds, from a minute on seconds. */
static void cell_time(struct text_table *t, int64_t ns)
{
    const int64_t grain = ns < 60 * SECOND_NS ? SECOND_NS / 1000 : SECOND_NS;
    char text[DURATION_TEXT];
    text_table_cell(t, duration_print(text, ns / grain * grain));
}

static void cell_milli(struct text_table *t, int64_t milli)
{
    char text[32];
    snprintf(text, sizeof text, "%.10g", (double)milli / 1e3);
    text_table_cell(t, text);
}

static void cell_ratio(struct text_table *t, int64_t millionths)
{
    char text[32];
    snprintf(text, sizeof text, "%.3f", (double)millionths / 1e6);
    text_table_cell(t, text);
}

static void row_quantiles(struct text_table *t, const char *name, struct quantile *q,
                          void (*cell)(struct text_table *t, int64_t value))
{
    struct quantile_answer a;
    text_table_cell(t, name);
    for (size_t i = 0; i < STATS_QUANTILES; i++) {
        if (quantile_at(q, stats_quantiles[i], &a))
            cell(t, a.value);
        else
            text_table_cell(t, "-");
    }
}

static void print_quantiles(const struct stats_report *r, FILE *out)
{
    struct text_column columns[1 + STATS_QUANTILES] = {{"", false}};
    for (size_t i = 0; i < STATS_QUANTILES; i++)
        columns[1 + i] = (struct text_column){stats_quantile_names[i], true};
    struct text_table *t = text_table_new(columns, 1 + STATS_QUANTILES);
    char size[32];
    snprintf(size, sizeof size, "%ss", r->unit);
    row_quantiles(t, size, r->stats->size, cell_milli);
    row_quantiles(t, "run time", r->stats->run, cell_time);
    row_quantiles(t, "limit", r->stats->limit, cell_time);
    row_quantiles(t, "run time by limit", r->stats->accuracy, cell_ratio);
    row_quantiles(t, "between arrivals", r->stats->gap, cell_time);
    end_table(t, out);
}

struct shares_table {
    struct text_table *t;
    const struct log_share *all;
};

static struct shares_table shares_begin(const struct stats_report *r, const char *what)
{
    static const char hours[] = "hours";
    const struct text_column columns[] = {
        {what, false}, {"jobs", true}, {"", true}, {hours, true}, {"", true}};
    return (struct shares_table){text_table_new(columns, 5), &r->stats->all};
}

static void shares_row(const struct shares_table *s, const char *name, const struct log_share *of)
{
    text_table_cell(s->t, name);
    cell_count(s->t, of->jobs);
    cell_percent(s->t, (double)of->jobs, (double)s->all->jobs);
    cell_hours(s->t, of->use_ns);
    cell_percent(s->t, of->use_ns, s->all->use_ns);
}

static void print_sizes(const struct stats_report *r, FILE *out)
{
    char unit[32];
    snprintf(unit, sizeof unit, "%ss", r->unit);
    const struct shares_table s = shares_begin(r, unit);
    char name[32];
    for (size_t i = 0; i < LOG_SIZES; i++)
        if (r->stats->sizes[i].jobs > 0)
            shares_row(&s, log_stats_size_name(name, i), &r->stats->sizes[i]);
    end_table(s.t, out);
}

static void print_hours(const struct stats_report *r, FILE *out)
{
    const struct shares_table s =
        shares_begin(r, log_stats_has_dates(r->stats) ? "hour (UTC)" : "hour");
    char name[8];
    for (unsigned i = 0; i < LOG_DAY_HOURS; i++) {
        snprintf(name, sizeof name, "%02u", i);
        shares_row(&s, name, &r->stats->hours[i]);
    }
    end_table(s.t, out);
}

static void print_weekdays(const struct stats_report *r, FILE *out)
{
    if (!log_stats_has_dates(r->stats))
        return;
    const struct shares_table s = shares_begin(r, "weekday");
    for (unsigned i = 0; i < LOG_WEEK_DAYS; i++)
        shares_row(&s, stats_weekdays[i], &r->stats->weekdays[i]);
    end_table(s.t, out);
}

static void print_top(const struct stats_report *r, enum log_owner who, const char *what, FILE *out)
{
    uint32_t words[STATS_TOP];
    const size_t len = log_stats_top(r->stats, who, words, STATS_TOP);
    if (r->stats->owners[who].len < 2)
        return;
    const struct shares_table s = shares_begin(r, what);
    for (size_t i = 0; i < len; i++)
        shares_row(&s, intern_text(r->in->setup.names.words, words[i]),
                   &r->stats->owners[who].of[words[i]]);
    end_table(s.t, out);
}

static void print_repairs(const struct stats_report *r, FILE *out)
{
    if (r->in->repairs_len == 0) {
        fprintf(out, "\nNothing was repaired or left out.\n");
        return;
    }
    static const struct text_column columns[] = {
        {"repaired or left out", false}, {"times", true}, {"first in line", true}};
    struct text_table *t = text_table_new(columns, 3);
    for (size_t i = 0; i < r->in->repairs_len; i++) {
        text_table_cell(t, r->in->repairs[i].what);
        cell_count(t, r->in->repairs[i].count);
        cell_count(t, r->in->repairs[i].first_line);
    }
    end_table(t, out);
}

void stats_report_print(const struct stats_report *r, FILE *out)
{
    print_head(r, out);
    if (r->stats->all.jobs > 0) {
        print_quantiles(r, out);
        print_sizes(r, out);
        print_hours(r, out);
        print_weekdays(r, out);
        print_top(r, LOG_TENANT, "tenant", out);
        print_top(r, LOG_USER, "user", out);
        print_top(r, LOG_QUEUE, "queue", out);
    }
    print_repairs(r, out);
}
