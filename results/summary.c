#include "results/summary.h"

#include "results/metrics.h"
#include "results/out_table.h"

#include <stdlib.h>

struct summary {
    struct run_record *record;
    struct run_record own; /* where nobody gave one */
    const struct simulation *sim;
    const char *dir;
};

bool summary_write(const struct run_record *r, const char *dir, struct diag *d)
{
    char *csv = out_path(dir, "summary.csv");
    char *json = out_path(dir, "summary.json");
    const bool csv_written = summary_write_csv(r, csv, d);
    const bool json_written = summary_write_json(r, json, d);
    free(csv);
    free(json);
    return csv_written && json_written;
}

static bool summary_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    struct summary *s = state;
    s->sim = env->sim;
    s->dir = env->out_dir;
    s->record = (struct run_record *)(uintptr_t)env->options; /* lent to be filled */
    if (s->record == NULL) {
        s->record = &s->own;
        run_record_init(s->record, &(struct run_facts){0}, 0);
    }
    metrics_begin(s->record->metrics, env->sim, env->start_ns + env->warm_up_ns);
    return true;
}

static void summary_job_over(void *state, const struct job *job)
{
    const struct summary *s = state;
    metrics_add(s->record->metrics, job);
}

static void release(struct summary *s)
{
    if (s->record == &s->own)
        run_record_fini(&s->own);
}

static bool summary_close(void *state, struct diag *d)
{
    struct summary *s = state;
    metrics_end(s->record->metrics);
    run_record_end(s->record, s->sim);
    const bool ok =
        (s->record->wants & RECORD_NO_FILES) != 0 || summary_write(s->record, s->dir, d);
    release(s);
    return ok;
}

static void summary_abandon(void *state)
{
    release(state);
}

extern const struct observer_ops observer_summary;
const struct observer_ops observer_summary = {
    .api = OBSERVER_API,
    .name = "summary",
    .summary = "summary.csv and summary.json: every metric, and what it was made from",
    .state_bytes = sizeof(struct summary),
    .wants = WANTS_JOBS,
    .open = summary_open,
    .job_over = summary_job_over,
    .close = summary_close,
    .abandon = summary_abandon,
};
