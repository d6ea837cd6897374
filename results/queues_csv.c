/* queues_csv.c - queues.csv: how long every queue was, and what its quota did, step by step. */
#include "models/simulation.h"
#include "results/out_table.h"
#include "results/step_area.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

static const struct out_column columns[] = {
    {"time_s", "s", "the instant"},
    {"queue", "text", "empty: of jobs that name none"},
    {"resource", "text",
     "empty: the row counts the jobs that name this queue; else it is the policy's own view of its "
     "queue (a ClusterQueue, a partition) and of this resource"},
    {"pending", "jobs", "waiting for admission or for nodes; in the policy's view as it counts"},
    {"admitted", "jobs", "of the policy's view: those that hold quota"},
    {"running", "jobs", "at work"},
    {"pending_gpus", "GPUs", "wanted by those that wait"},
    {"running_gpus", "GPUs", "wanted by those at work"},
    {"mean_pending", "jobs",
     "average over the step that ends here, to 6 digits; empty at the start"},
    {"mean_running", "jobs", "the same of those at work"},
    {"arrived", "jobs", "since the start"},
    {"ended", "jobs", "since the start"},
    {"nominal", "amount", "quota of its own; cpu in thousandths, memory in bytes, else pieces"},
    {"used", "amount", "held by its admitted jobs"},
    {"borrowed", "amount", "of that, beyond nominal, from others of the cohort"},
    {"lent", "amount", "of its nominal, used by others of the cohort"},
    {0},
};

extern const struct out_table out_table_queues;
const struct out_table out_table_queues = {
    .file = "queues.csv",
    .help = "At the start, at each step and at the end: one row per queue that jobs name, then one "
            "per queue and resource of the policies that have quotas. What a kind of row does not "
            "know is empty.",
    .columns = columns,
};

enum { MICRO_PLACES = 6, MICRO_PER_JOB = 1000000 };

struct queue_step {
    struct step_area waiting, running;
};

struct queues_csv {
    struct table_file file;
    const struct simulation *sim;
    int64_t start_ns;
    int64_t last_ns; /* of the last sample; TIME_NEVER: there was none */
    struct queue_step *steps;
    size_t steps_cap;
};

static bool queues_open(void *state, const struct observer_env *env, struct diag *d)
{
    struct queues_csv *s = state;
    s->sim = env->sim;
    s->start_ns = env->start_ns;
    s->last_ns = TIME_NEVER;
    return table_file_open(&s->file, env, &out_table_queues, d);
}

static struct queue_step *step_of(struct queues_csv *s, uint32_t queue)
{
    if (queue >= s->steps_cap) {
        const size_t old = s->steps_cap;
        s->steps_cap = 2 * ((size_t)queue + 1);
        s->steps = realloc(s->steps, s->steps_cap * sizeof s->steps[0]);
        SIM_REQUIRE(s->steps != NULL);
        memset(s->steps + old, 0, (s->steps_cap - old) * sizeof s->steps[0]);
    }
    return &s->steps[queue];
}

static void put_mean(struct queues_csv *s, struct step_area *step, const struct time_average *t,
                     int64_t now_ns)
{
    const int128 area = step_area_take(step, t, now_ns) * MICRO_PER_JOB;
    const int64_t lasted_ns = s->last_ns == TIME_NEVER ? 0 : now_ns - s->last_ns;
    if (lasted_ns == 0)
        csv_empty(&s->file.csv);
    else
        csv_fixed(&s->file.csv, (area + lasted_ns / 2) / lasted_ns, MICRO_PLACES);
}

static void put_empty(struct csv *c, size_t fields)
{
    while (fields-- > 0)
        csv_empty(c);
}

static void put_jobs(struct queues_csv *s, uint32_t queue, int64_t now_ns)
{
    struct csv *c = &s->file.csv;
    const struct queue_meter *q = &simulation_meter(s->sim)->queues[queue];
    struct queue_step *step = step_of(s, queue);
    csv_seconds(c, now_ns - s->start_ns);
    csv_text(c, intern_text(simulation_names(s->sim)->words, q->queue_word));
    put_empty(c, 1);
    csv_int(c, q->waiting.level);
    put_empty(c, 1);
    csv_int(c, q->running.level);
    csv_int(c, q->waiting_gpus.level);
    csv_int(c, q->running_gpus.level);
    put_mean(s, &step->waiting, &q->waiting, now_ns);
    put_mean(s, &step->running, &q->running, now_ns);
    csv_int(c, (int64_t)q->arrived);
    csv_int(c, (int64_t)q->ended);
    put_empty(c, 4);
    csv_end_row(c);
}

static void put_view(struct queues_csv *s, const struct queue_view *v, int64_t now_ns)
{
    struct csv *c = &s->file.csv;
    csv_seconds(c, now_ns - s->start_ns);
    csv_text(c, v->name);
    csv_text(c, intern_text(simulation_names(s->sim)->resources, v->resource));
    csv_int(c, v->pending);
    csv_int(c, v->admitted);
    put_empty(c, 7);
    csv_int(c, v->nominal);
    csv_int(c, v->used);
    csv_int(c, v->borrowed);
    csv_int(c, v->lent);
    csv_end_row(c);
}

static void queues_sample(void *state, int64_t now_ns)
{
    struct queues_csv *s = state;
    if (now_ns == s->last_ns)
        return; /* the end of the run, and of a step */
    for (uint32_t q = 0; q < simulation_meter(s->sim)->queues_len; q++)
        put_jobs(s, q, now_ns);
    struct queue_view view;
    for (struct queue_cursor at = {0}; simulation_next_queue(s->sim, &at, &view);)
        put_view(s, &view, now_ns);
    s->last_ns = now_ns;
}

static void queues_warmed_up(void *state, int64_t now_ns)
{
    struct queues_csv *s = state;
    const struct meter *m = simulation_meter(s->sim);
    for (uint32_t q = 0; q < m->queues_len; q++) {
        step_area_cut(&step_of(s, q)->waiting, &m->queues[q].waiting, now_ns);
        step_area_cut(&step_of(s, q)->running, &m->queues[q].running, now_ns);
    }
}

static bool queues_close(void *state, struct diag *d)
{
    struct queues_csv *s = state;
    free(s->steps);
    return table_file_close(&s->file, d);
}

static void queues_abandon(void *state)
{
    struct queues_csv *s = state;
    free(s->steps);
    table_file_abandon(&s->file);
}

extern const struct observer_ops observer_queues;
const struct observer_ops observer_queues = {
    .api = OBSERVER_API,
    .name = "queues",
    .summary = "queues.csv: how long every queue was, and what its quota did, step by step",
    .state_bytes = sizeof(struct queues_csv),
    .wants = WANTS_SAMPLES,
    .open = queues_open,
    .sample = queues_sample,
    .warmed_up = queues_warmed_up,
    .close = queues_close,
    .abandon = queues_abandon,
};
