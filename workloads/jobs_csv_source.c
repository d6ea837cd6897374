/*
 * jobs_csv_source.c - jobs from a CSV file in our own format (jobs_columns.h), plain or gzipped.
 */
#include "models/names.h"
#include "sim/config.h"
#include "sim/path.h"
#include "workloads/csv_reader.h"
#include "workloads/jobs_row.h"
#include "workloads/log_stream.h"

#include <stddef.h>

struct csv_as {
    struct log_replay_options replay;
};

struct csv_options {
    const char *file;
    const char *name;
    struct csv_as as;
    int start;
    struct log_order_options order;
};

struct csv_source {
    struct csv_options options;
    struct source_env env;
    struct diag *diag;
    const char *file;
    struct csv_reader *reader;
    struct jobs_row row;
    struct log_stream stream;
    struct group_spec group;
};

/* --- options --- */

static const struct config_key as_keys[] = {
    LOG_REPLAY_AS_KEYS(csv_as, replay),
    {0},
};

static const struct config_table as_table = {
    .name = "as",
    .bytes = sizeof(struct csv_as),
    .keys = as_keys,
};

static const struct config_key keys[] = {
    {.key = "csv",
     .kind = CONFIG_TEXT,
     .offset = offsetof(struct csv_options, file),
     .help = "The file, plain or gzipped; a relative path begins in the scenario's folder."},
    {.key = "name",
     .kind = CONFIG_TEXT,
     .offset = offsetof(struct csv_options, name),
     .fallback = "job",
     .help = "Jobs without a name are called this, a dash and their number."},
    {.key = "as",
     .kind = CONFIG_SECTION,
     .offset = offsetof(struct csv_options, as),
     .fallback = "{}",
     .table = &as_table,
     .help = "What the file's jobs are in the simulation."},
    LOG_REPLAY_START_KEY(csv_options, start, "log"),
    LOG_ORDER_KEY(csv_options, order),
    {0},
};

static const struct config_table options_table = {
    .name = "csv",
    .help =
        "Jobs in our own format: a row for each, columns named in the first row, in any order. "
        "`submit_s` (seconds after the simulation's start) or `submit` (a date, or a duration), "
        "`run_s` or `run`, `limit_s`, `patience_s` (times also as _ms, _min, _h, _d); `gpus` (of "
        "all tasks together) or `gpus_per_task`, or a share of one (`shards`, `mps`: as in Slurm's "
        "--gres=mps:20), `tasks`, `cpus` and `memory` (or `memory_gib`, "
        "`memory_mib`) of a task, `resource:NAME` of a task for any resource, such as "
        "`resource:nvidia.com/mig-1g.10gb`; `name`, `job` (its number), `user`, `tenant`, `queue`, "
        "`namespace`, `priority`, `priority_class`, `account`, `qos`, `kind` (batch, interactive, "
        "service). GPUs without `tasks` become the fewest equal tasks that fit the largest node. "
        "Columns that begin with x_ are not read, nor are the results in a jobs.csv of a run, "
        "which may serve as a workload as it is.",
    .bytes = sizeof(struct csv_options),
    .keys = keys,
};

/* --- reading --- */

static enum reorder_pull pull_job(void *context, void *record)
{
    struct csv_source *s = context;
    for (struct csv_row row; csv_reader_next(s->reader, &row);)
        if (jobs_row_take(&s->row, &row, record))
            return REORDER_RECORD;
    return csv_reader_failed(s->reader) ? REORDER_FAILED : REORDER_END;
}

/* With its header row read. */
static bool open_file(struct csv_source *s)
{
    struct csv_row header;
    csv_reader_close(s->reader);
    s->reader = csv_reader_open(s->file, &csv_rfc4180, s->diag);
    s->row.reader = s->reader;
    if (s->reader == NULL)
        return false;
    if (csv_reader_next(s->reader, &header))
        return jobs_columns_read(&s->row.columns, s->reader, &header, s->env.names->resources,
                                 s->env.arena, s->diag);
    if (!csv_reader_failed(s->reader))
        diag_error(s->diag, (struct src_pos){.file = s->file},
                   "is empty; expected a row that names the columns, such as submit_s,run_s,gpus");
    return false;
}

static bool read_again(void *context)
{
    struct csv_source *s = context;
    jobs_row_rewind(&s->row);
    return open_file(s);
}

/* Submit times are dates already: jobs_row adds the start to those that are none. */
static const int64_t epoch_ns = 0;

static void make_stream(struct csv_source *s)
{
    const struct log_stream_spec spec = {
        .file = s->file,
        .record_bytes = sizeof(struct jobs_csv_job),
        .input = {.context = s, .pull = pull_job, .rewind = read_again},
        .order = &s->options.order,
        .replay = &s->options.as.replay,
        .start = (enum log_start)s->options.start,
        .zero_ns = &epoch_ns,
        .repairs = &s->row.repairs,
        .too_late = JOBS_TOO_LATE,
        .too_early = JOBS_TOO_EARLY,
        .no_jobs = "there is no job in it",
    };
    log_stream_init(&s->stream, &spec, &s->env, s->diag);
}

static void csv_close(void *state)
{
    struct csv_source *s = state;
    log_stream_fini(&s->stream);
    csv_reader_close(s->reader);
    jobs_row_fini(&s->row);
}

static bool csv_open(void *state, const struct source_env *env, struct diag *d)
{
    struct csv_source *s = state;
    struct config_reader r = {.diag = d, .arena = env->arena};
    s->env = *env;
    s->diag = d;
    if (!config_read(&r, env->options, (struct src_pos){0}, &options_table, &s->options))
        return false;
    s->file = path_beside(env->arena, yaml_get(env->options, "csv")->file, s->options.file);
    jobs_row_init(&s->row, s->options.name, env);
    make_stream(s);
    if (open_file(s) && (!env->strict || log_stream_is_clean(&s->stream)))
        return true;
    csv_close(s);
    return false;
}

/* --- jobs --- */

static void fill(struct csv_source *s, const struct jobs_csv_job *job, int64_t arrive_ns,
                 struct job_spec *out)
{
    s->group = (struct group_spec){.request = job->request, .count = job->tasks};
    *out = (struct job_spec){
        .submit_ns = arrive_ns,
        .work_ns = log_stream_work(&s->stream, job->run_ns),
        .limit_ns = log_stream_work(&s->stream, job->limit_ns),
        .patience_ns = job->patience_ns,
        .groups = &s->group,
        .groups_len = 1,
        .name_word = job->name,
        .ordinal = (uint64_t)log_stream_number(&s->stream, (int64_t)job->ordinal),
        .source_id = (uint64_t)log_stream_number(&s->stream, (int64_t)job->number),
        .user_word = job->user,
        .tenant_word = job->tenant,
        .queue_word = job->queue,
        .priority = job->priority,
        .kind = job->kind,
        .extra = job->extra,
    };
}

static enum pull csv_next(void *state, struct job_spec *out, struct diag *d)
{
    (void)d; /* the one that open() was given */
    struct csv_source *s = state;
    struct jobs_csv_job job;
    int64_t arrive_ns;
    const enum pull how = log_stream_next(&s->stream, &job, &arrive_ns);
    if (how == PULL_JOB)
        fill(s, &job, arrive_ns, out);
    return how;
}

static size_t csv_tally(const void *state, const struct repair **out)
{
    const struct csv_source *s = state;
    return repair_log_tally(&s->row.repairs, out);
}

extern const struct job_source_ops jobs_csv_source;
const struct job_source_ops jobs_csv_source = {
    .api = JOB_SOURCE_API,
    .name = "csv",
    .summary = "jobs in a table of our own format, or the jobs.csv of a run",
    .state_bytes = sizeof(struct csv_source),
    .options = &options_table,
    .open = csv_open,
    .next = csv_next,
    .tally = csv_tally,
    .close = csv_close,
};
