/* jobs_csv.c - jobs.csv: a row per job, when it is over. */
#include "models/simulation.h"
#include "results/bounded_slowdown.h"
#include "results/last_placement.h"
#include "results/out_table.h"
#include "results/word_texts.h"
#include "sim/check.h"
#include "sim/text_stream.h"

#include <stdlib.h>

static const struct out_column columns[] = {
    {"job", "number", "counts all jobs of the run from 1, in the order of arrival"},
    {"name", "text", "as the workload calls it"},
    {"tenant", "text", "who is compared with whom: a team, a namespace, a user"},
    {"user", "text", "empty: unknown"},
    {"queue", "text", "LocalQueue, partition or queue of the log"},
    {"kind", "text", "batch, interactive or service"},
    {"priority", "number", "at the end"},
    {"tasks", "number", "wanted at once; pods of a controller: its parallelism"},
    {"gpus", "GPUs", "of all tasks together; MIG instances and replicas count as one each"},
    {"submit_s", "s", "when it was submitted"},
    {"admit_s", "s", "its last admission; where one policy does both, its last start"},
    {"start_s", "s", "when its work last began; empty: never"},
    {"end_s", "s", "when it ended; empty: it was still there at the end of the run"},
    {"wait_s", "s", "time queued, and admitted without a node: all the waits below"},
    {"wait_<reason>_s", "s",
     "one column for each reason of the run's policies: the part of wait_s spent for that reason; "
     "they add up to wait_s exactly"},
    {"startup_s", "s", "time with all its nodes, before its work began"},
    {"run_s", "s", "time at work, lost work included"},
    {"suspended_s", "s", "time suspended, its GPUs kept"},
    {"ending_s", "s", "time told to stop, its GPUs not yet given back"},
    {"bounded_slowdown", "ratio",
     "max(1, (end - submit) / max(run, 10 s)), to 9 digits behind the point; empty: it has not "
     "ended, or never ran"},
    {"state", "text", "ended; or, at the end of the run, what it was doing"},
    {"cause", "text",
     "done, failed, timeout, preempted, node, cancelled, refused, lost (its patience); open: the "
     "run ended first"},
    {"preemptions", "number", "times it was stopped to make room for others"},
    {"restarts", "number", "of its tasks, in place or as new pods"},
    {"speed", "ratio",
     "its work on an unshared reference GPU by the time it took: below 1 where it shared GPUs or "
     "lost work, to 6 digits; only of jobs that are done and whose tasks work together"},
    {"gpu_hours", "GPU h", "held: GPUs or shares of them x time, to 6 digits"},
    {"cost_usd", "USD", "of what it held, at the price of its nodes, to 6 digits"},
    {"placement", "text",
     "nodes and their GPUs at its last start: `train-0:0-3;train-1:0+2-7`, of a MIG instance "
     "`n-0:2/3g.40gb@4` (GPU 2, from memory slice 4), `n-0*4`: 4 GPUs without numbers; empty for "
     "jobs with pods of their own, which are in tasks.csv"},
    {0},
};

extern const struct out_table out_table_jobs;
const struct out_table out_table_jobs = {
    .file = "jobs.csv",
    .help = "One row per job, written when it is over; jobs that are still there at the end of the "
            "run follow in the order of their numbers.",
    .columns = columns,
};

struct jobs_csv {
    struct table_file file;
    const struct simulation *sim;
    int64_t start_ns;
    struct rows rows;
    size_t reasons_len;
    char *no_waits; /* wait_s and its reasons of a job that did not wait */
    size_t no_waits_len;
    struct word_texts words;
    struct last_placement placements;
    struct row_name states[JOB_STATES];
    struct row_name causes[END_CAUSES];
};

/* --- names of columns --- */

static char *reason_column(const char *reason)
{
    struct text_stream t;
    fprintf(text_stream_open(&t), "wait_%s_s", reason);
    text_stream_close(&t);
    for (char *c = t.text; *c != '\0'; c++)
        if (*c == ' ' || *c == '-')
            *c = '_';
    return t.text;
}

static bool open_file(struct jobs_csv *s, const struct observer_env *env, struct diag *d)
{
    const size_t reasons = simulation_reasons_len(env->sim);
    const size_t columns_len = out_table_len(&out_table_jobs) + reasons;
    const char **names = calloc(columns_len + 1, sizeof names[0]);
    char **own = calloc(reasons + 1, sizeof own[0]);
    SIM_REQUIRE(names != NULL && own != NULL);
    for (size_t r = 0; r < reasons; r++)
        own[r] = reason_column(simulation_reason(env->sim, r));
    size_t len = 0;
    for (const struct out_column *c = columns; c->name != NULL; c++) {
        if (strchr(c->name, '<') == NULL)
            names[len++] = c->name;
        else
            for (size_t r = 0; r < reasons; r++)
                names[len++] = own[r];
    }
    const bool ok = table_file_open_names(&s->file, env, out_table_jobs.file, names, d);
    for (size_t r = 0; r < reasons; r++)
        free(own[r]);
    free(own);
    free(names);
    return ok;
}

static void prepare_no_waits(struct jobs_csv *s)
{
    s->no_waits_len = 2 * (1 + s->reasons_len);
    s->no_waits = calloc(1, s->no_waits_len + ROW_BLOCK);
    SIM_REQUIRE(s->no_waits != NULL);
    for (size_t i = 0; i <= s->reasons_len; i++)
        row_zero(s->no_waits + 2 * i);
}

static bool jobs_open(void *state, const struct observer_env *env, struct diag *d)
{
    struct jobs_csv *s = state;
    s->sim = env->sim;
    s->start_ns = env->start_ns;
    if (!open_file(s, env, d))
        return false;
    s->reasons_len = simulation_reasons_len(env->sim);
    s->rows = rows_of(s->file.out, out_table_len(&out_table_jobs) + s->reasons_len);
    prepare_no_waits(s);
    word_texts_init(&s->words, simulation_names(env->sim)->words);
    last_placement_init(&s->placements, env->sim);
    for (unsigned i = 0; i < JOB_STATES; i++)
        s->states[i] = row_name_of(job_state_name(i));
    for (unsigned i = 0; i < END_CAUSES; i++)
        s->causes[i] = row_name_of(end_cause_name(i));
    return true;
}

static void jobs_task_over(void *state, const struct job *job, const struct task *task)
{
    struct jobs_csv *s = state;
    last_placement_note(&s->placements, job, task);
}

/* --- the row --- */

static const struct row_name kinds[] = {
    [JOB_BATCH] = {"batch", 5},
    [JOB_INTERACTIVE] = {"interactive", 11},
    [JOB_SERVICE] = {"service", 7},
};

static uint32_t tasks_of(const struct job *job)
{
    uint32_t tasks = 0;
    for (uint32_t g = 0; g < job->groups_len; g++)
        tasks += job->groups[g].count;
    return tasks;
}

static inline char *put_who(struct jobs_csv *s, char *to, const struct job *job)
{
    to = row_int(to, (int64_t)job->number);
    to = word_texts_put_name(&s->words, &s->rows, to, job->name_word, job->ordinal);
    to = word_texts_put(&s->words, &s->rows, to, job->tenant_word);
    to = word_texts_put(&s->words, &s->rows, to, job->user_word);
    to = word_texts_put(&s->words, &s->rows, to, job->queue_word);
    to = row_name(to, &kinds[job->kind]);
    to = row_int(to, job->priority);
    to = row_int(to, tasks_of(job));
    return row_int(to, job->gpus);
}

/* Where one policy admits and places, admission and start are the same text. */
static inline char *put_instants(const struct jobs_csv *s, char *to, const struct job *job)
{
    to = row_instant(to, job->submit_ns, s->start_ns);
    const char *admit = to;
    to = row_instant(to, job->admit_ns, s->start_ns);
    if (job->start_ns == job->admit_ns)
        to = row_copy_blocks(to, admit, (size_t)(to - admit));
    else
        to = row_instant(to, job->start_ns, s->start_ns);
    return row_instant(to, job->end_ns, s->start_ns);
}

static inline char *put_waits(const struct jobs_csv *s, char *to, const struct job *job)
{
    const int64_t wait_ns = job->in_state_ns[JOB_QUEUED] + job->in_state_ns[JOB_ADMITTED];
    if (wait_ns == 0)
        return row_copy_blocks(to, s->no_waits, s->no_waits_len);
    to = row_seconds(to, wait_ns);
    const int64_t *waits = simulation_waits(s->sim, job);
    for (size_t i = 0; i < s->reasons_len; i++)
        to = row_seconds(to, waits[i]);
    return to;
}

static inline char *put_slowdown(char *to, const struct job *job)
{
    if (!has_slowdown(job))
        return row_empty(to);
    const double slowdown = bounded_slowdown(job);
    return slowdown == 1 ? row_digit(to, 1) : row_seconds(to, (int64_t)(1e9 * slowdown + 0.5));
}

static inline char *put_times(const struct jobs_csv *s, char *to, const struct job *job)
{
    to = put_waits(s, put_instants(s, to, job), job);
    to = row_seconds(to, job->in_state_ns[JOB_STARTING]);
    to = row_seconds(to, job->in_state_ns[JOB_RUNNING]);
    to = row_seconds(to, job->in_state_ns[JOB_SUSPENDED]);
    to = row_seconds(to, job->in_state_ns[JOB_ENDING]);
    return put_slowdown(to, job);
}

static inline char *put_speed(char *to, const struct job *job)
{
    const int64_t run_ns = job->in_state_ns[JOB_RUNNING];
    if (job->cause != END_DONE || !job->is_gang || run_ns == 0)
        return row_empty(to);
    if (run_ns == job->work_ns)
        return row_digit(to, 1);
    return row_millionths(to, (int64_t)(1e6 * (double)job->work_ns / (double)run_ns + 0.5));
}

/* n / d to the nearest; mostly both fit into a word. */
static int64_t divide(int128 n, int64_t d)
{
    const int128 up = n + d / 2;
    return (uint128)up <= UINT64_MAX ? (int64_t)((uint64_t)up / (uint64_t)d) : (int64_t)(up / d);
}

enum { NANO_PER_MICRO = 1000 };

static const int64_t MILLI_NS_PER_MICRO_H = INT64_C(1000) * 3600 * 1000000000 / 1000000;

static void jobs_job_over(void *state, const struct job *job)
{
    struct jobs_csv *s = state;
    char *to = put_who(s, row_begin(&s->rows), job);
    to = put_times(s, to, job);
    to = row_name(to, &s->states[job->state]);
    to = row_name(to, &s->causes[job->cause]);
    to = row_int(to, job->preemptions);
    to = row_int(to, job->restarts);
    to = put_speed(to, job);
    to = row_millionths(to, divide(job->gpu_milli_ns, MILLI_NS_PER_MICRO_H));
    to = row_millionths(to, divide(job->cost_nano_usd, NANO_PER_MICRO));
    to = last_placement_put(&s->placements, &s->rows, to, job);
    row_end(&s->rows, to);
}

/* --- the end --- */

static void release(struct jobs_csv *s)
{
    free(s->no_waits);
    word_texts_fini(&s->words);
    last_placement_fini(&s->placements);
}

static bool jobs_close(void *state, struct diag *d)
{
    struct jobs_csv *s = state;
    release(s);
    return table_file_close(&s->file, d);
}

static void jobs_abandon(void *state)
{
    struct jobs_csv *s = state;
    release(s);
    table_file_abandon(&s->file);
}

extern const struct observer_ops observer_jobs;
const struct observer_ops observer_jobs = {
    .api = OBSERVER_API,
    .name = "jobs",
    .summary = "jobs.csv: what became of every job, and what it waited for",
    .state_bytes = sizeof(struct jobs_csv),
    .wants = WANTS_JOBS | WANTS_TASKS,
    .open = jobs_open,
    .job_over = jobs_job_over,
    .task_over = jobs_task_over,
    .close = jobs_close,
    .abandon = jobs_abandon,
};
