#include "results/summary.h"
#include "results/summary_values.h"
#include "sim/calendar.h"
#include "sim/json_out.h"
#include "sim/out_file.h"

#include <inttypes.h>
#include <stdio.h>

static void put_inputs(struct json_out *j, const struct run_record *r)
{
    json_out_list(j, "inputs");
    for (size_t i = 0; i < r->inputs_len; i++) {
        char hash[17];
        snprintf(hash, sizeof hash, "%016" PRIx64, r->inputs[i].hash);
        json_out_map(j, NULL);
        json_out_text(j, "path", r->inputs[i].path);
        json_out_text(j, "fnv1a64", hash);
        json_out_text(j, "text", r->inputs[i].text);
        json_out_end(j);
    }
    json_out_end(j);
}

static void put_times(struct json_out *j, const struct run_record *r)
{
    char buf[CALENDAR_TEXT];
    json_out_text(j, "start", calendar_print(buf, r->start_ns));
    json_out_text(j, "end", calendar_print(buf, r->end_ns));
    json_out_seconds(j, "simulated_s", r->end_ns - r->start_ns);
    json_out_seconds(j, "warm_up_s", r->warm_up_ns);
    json_out_text(j, "ended", simulation_end_name(r->end));
}

static void put_counts(struct json_out *j, const struct run_record *r)
{
    const struct simulation_counts *c = &r->counts;
    json_out_map(j, "counts");
    json_out_int(j, "events", (int64_t)c->events);
    json_out_int(j, "rounds", (int64_t)c->rounds);
    json_out_int(j, "jobs_arrived", (int64_t)c->jobs_arrived);
    json_out_int(j, "jobs_ended", (int64_t)c->jobs_ended);
    json_out_int(j, "tasks_bound", (int64_t)c->tasks_bound);
    json_out_int(j, "verbs_refused", (int64_t)c->verbs_refused);
    json_out_int(j, "jobs_measured", (int64_t)metrics_jobs(r->metrics));
    json_out_end(j);
}

static void put_repairs(struct json_out *j, const struct run_record *r)
{
    json_out_list(j, "repairs");
    for (size_t i = 0; i < r->repairs_len; i++) {
        const struct run_repair *repair = &r->repairs[i];
        json_out_map(j, NULL);
        json_out_text(j, "source", repair->source);
        json_out_text(j, "what", repair->repair.what);
        json_out_bool(j, "job_left_out", repair->repair.is_skip);
        json_out_int(j, "count", (int64_t)repair->repair.count);
        json_out_int(j, "first_line", (int64_t)repair->repair.first_line);
        json_out_end(j);
    }
    json_out_end(j);
}

/* What was waited for, in seconds of all jobs together. */
static void put_waits(struct json_out *j, const struct metrics *m, struct metric_place at)
{
    json_out_map(j, "waited_for_s");
    for (size_t i = 0; i < metrics_reasons(m); i++)
        json_out_real(j, metrics_reason(m, i), (double)metrics_waited_ns(m, at, i) / 1e9);
    json_out_end(j);
}

static void put_value(struct json_out *j, struct metrics *m, enum metric_id id,
                      struct metric_place at, const struct summary_stat *stat)
{
    char name[STATISTIC_TEXT];
    const struct metric_value v = metrics_value(m, id, at, stat->s, stat->p);
    json_out_map(j, statistic_print(name, stat->s, stat->p));
    json_out_real(j, "value", v.value);
    if (v.error > 0)
        json_out_real(j, "error", v.error);
    json_out_end(j);
}

static void put_stats(struct json_out *j, struct metrics *m, enum metric_id id,
                      struct metric_place at)
{
    struct summary_stat stats[SUMMARY_STATS_MOST];
    const size_t len = summary_stats(m, id, at.by, stats);
    for (size_t i = 0; i < len; i++)
        put_value(j, m, id, at, &stats[i]);
}

static void put_metrics(struct json_out *j, struct metrics *m)
{
    json_out_map(j, "metrics");
    for (enum metric_id id = 0; id < METRICS; id++) {
        json_out_map(j, metric_get(id)->name);
        json_out_text(j, "unit", metric_unit_name(metric_get(id)->unit));
        put_stats(j, m, id, (struct metric_place){BY_NOTHING, 0});
        json_out_end(j);
    }
    json_out_end(j);
}

static void put_groups(struct json_out *j, struct metrics *m, enum metric_id id, enum metric_by by)
{
    if ((metric_get(id)->by >> by & 1) == 0 || !summary_shows_by(m, id, by))
        return;
    json_out_map(j, metric_get(id)->name);
    for (size_t g = 0; g < metrics_groups(m, id, by); g++) {
        const struct metric_place at = {by, g};
        json_out_map(j, metrics_group_name(m, id, at));
        put_stats(j, m, id, at);
        json_out_end(j);
    }
    json_out_end(j);
}

static void put_by(struct json_out *j, struct metrics *m)
{
    json_out_map(j, "by");
    for (enum metric_by by = BY_NOTHING + 1; by < METRIC_BYS; by++) {
        json_out_map(j, metric_by_name(by));
        for (enum metric_id id = 0; id < METRICS; id++)
            put_groups(j, m, id, by);
        json_out_end(j);
    }
    json_out_end(j);
}

static void put_all(struct json_out *j, const struct run_record *r)
{
    json_out_map(j, NULL);
    json_out_int(j, "schema", SUMMARY_SCHEMA);
    json_out_text(j, "clustersim", r->facts.version);
    json_out_text(j, "scenario", r->facts.scenario);
    json_out_text(j, "policy", r->facts.policy);
    json_out_int(j, "seed", (int64_t)r->seed);
    json_out_int(j, "replications", (int64_t)metrics_runs(r->metrics));
    put_inputs(j, r);
    put_times(j, r);
    put_counts(j, r);
    put_repairs(j, r);
    put_waits(j, r->metrics, (struct metric_place){BY_NOTHING, 0});
    put_metrics(j, r->metrics);
    put_by(j, r->metrics);
    json_out_end(j);
}

bool summary_write_json(const struct run_record *r, const char *path, struct diag *d)
{
    struct out_file *file = out_file_open(path, d);
    if (file == NULL)
        return false;
    struct json_out j;
    json_out_begin(&j, file);
    put_all(&j, r);
    return out_file_close(file, d);
}
