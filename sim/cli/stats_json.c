/* stats_json.c - a log described in JSON, with the same numbers as the tables. */
#include "sim/calendar.h"
#include "sim/cli/stats_report.h"
#include "sim/json_out.h"

#include <math.h>

#define HOUR_NS 3.6e12

static void put_share(struct json_out *j, const char *name, const struct log_share *s)
{
    json_out_map(j, NULL);
    json_out_text(j, "name", name);
    json_out_int(j, "jobs", (int64_t)s->jobs);
    json_out_real(j, "hours", s->use_ns / HOUR_NS);
    json_out_end(j);
}

enum scale { IN_SECONDS, IN_MILLI, IN_MILLIONTHS };

static void put_quantiles(struct json_out *j, const char *key, struct quantile *q, enum scale scale)
{
    struct quantile_answer a;
    json_out_map(j, key);
    for (size_t i = 0; i < STATS_QUANTILES; i++) {
        const char *name = stats_quantile_names[i];
        if (!quantile_at(q, stats_quantiles[i], &a))
            json_out_null(j, name);
        else if (scale == IN_SECONDS)
            json_out_seconds(j, name, a.value);
        else
            json_out_real(j, name, (double)a.value / (scale == IN_MILLI ? 1e3 : 1e6));
    }
    json_out_end(j);
}

static void put_sizes(struct json_out *j, const struct log_stats *s)
{
    char name[32];
    json_out_list(j, "sizes");
    for (size_t i = 0; i < LOG_SIZES; i++)
        if (s->sizes[i].jobs > 0)
            put_share(j, log_stats_size_name(name, i), &s->sizes[i]);
    json_out_end(j);
}

static void put_times(struct json_out *j, const struct log_stats *s)
{
    char name[8];
    json_out_list(j, "hours_of_day");
    for (unsigned i = 0; i < LOG_DAY_HOURS; i++) {
        snprintf(name, sizeof name, "%02u", i);
        put_share(j, name, &s->hours[i]);
    }
    json_out_end(j);
    if (!log_stats_has_dates(s)) {
        json_out_null(j, "weekdays");
        return;
    }
    json_out_list(j, "weekdays");
    for (unsigned i = 0; i < LOG_WEEK_DAYS; i++)
        put_share(j, stats_weekdays[i], &s->weekdays[i]);
    json_out_end(j);
}

static void put_owners(struct json_out *j, const struct stats_report *r, enum log_owner who,
                       const char *key)
{
    const struct log_shares *shares = &r->stats->owners[who];
    json_out_list(j, key);
    for (uint32_t w = 0; w < shares->cap; w++)
        if (shares->of[w].jobs > 0)
            put_share(j, intern_text(r->in->setup.names.words, w), &shares->of[w]);
    if (shares->unknown.jobs > 0)
        put_share(j, NULL, &shares->unknown);
    json_out_end(j);
}

static void put_ends(struct json_out *j, const struct swf_ends *e)
{
    json_out_map(j, "ended");
    json_out_int(j, "completed", (int64_t)e->completed);
    json_out_int(j, "failed", (int64_t)e->failed);
    json_out_int(j, "cancelled", (int64_t)e->cancelled);
    json_out_int(j, "partial", (int64_t)e->partial);
    json_out_int(j, "unknown", (int64_t)e->unknown);
    json_out_end(j);
}

static void put_repairs(struct json_out *j, const struct log_input *in)
{
    json_out_list(j, "repairs");
    for (size_t i = 0; i < in->repairs_len; i++) {
        json_out_map(j, NULL);
        json_out_text(j, "what", in->repairs[i].what);
        json_out_bool(j, "left_out", in->repairs[i].is_skip);
        json_out_int(j, "times", (int64_t)in->repairs[i].count);
        json_out_int(j, "first_line", (int64_t)in->repairs[i].first_line);
        json_out_end(j);
    }
    json_out_end(j);
}

static void put_head(struct json_out *j, const struct stats_report *r)
{
    const struct log_stats *s = r->stats;
    char text[CALENDAR_TEXT];
    json_out_text(j, "file", r->in->path);
    json_out_text(j, "format", log_format_name(r->in->format));
    json_out_text(j, "unit", r->unit);
    json_out_int(j, "jobs", (int64_t)s->all.jobs);
    json_out_bool(j, "is_cut", r->in->is_cut);
    json_out_int(j, "without_end", (int64_t)s->without_end);
    json_out_int(j, "without_gpus", (int64_t)s->without_gpus);
    json_out_text(j, "first", log_stats_has_dates(s) ? calendar_print(text, s->first_ns) : NULL);
    json_out_text(j, "last", log_stats_has_dates(s) ? calendar_print(text, s->last_ns) : NULL);
    json_out_seconds(j, "span_s", s->last_ns - s->first_ns);
    json_out_real(j, "hours", s->all.use_ns / HOUR_NS);
    json_out_real(j, "mean_use", log_stats_mean_use(s));
    if (r->machine > 0) {
        json_out_int(j, "machine", (int64_t)r->machine);
        json_out_real(j, "offered_load", log_stats_mean_use(s) / (double)r->machine);
    }
    json_out_real(j, "interarrival_cv", log_stats_gap_variation(s));
}

void stats_report_json(const struct stats_report *r, struct json_out *j)
{
    const struct log_stats *s = r->stats;
    json_out_map(j, NULL);
    put_head(j, r);
    put_quantiles(j, "size", s->size, IN_MILLI);
    put_quantiles(j, "run_s", s->run, IN_SECONDS);
    put_quantiles(j, "limit_s", s->limit, IN_SECONDS);
    put_quantiles(j, "run_by_limit", s->accuracy, IN_MILLIONTHS);
    put_quantiles(j, "interarrival_s", s->gap, IN_SECONDS);
    put_sizes(j, s);
    put_times(j, s);
    put_owners(j, r, LOG_TENANT, "tenants");
    put_owners(j, r, LOG_USER, "users");
    put_owners(j, r, LOG_QUEUE, "queues");
    if (r->ends != NULL)
        put_ends(j, r->ends);
    put_repairs(j, r->in);
    json_out_end(j);
}
