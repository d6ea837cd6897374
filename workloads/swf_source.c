/*
 * swf_source.c - jobs from a log in the Standard Workload Format, plain or gzipped.
 *
 * A line becomes a job or not (swf_filter), jobs are put in order (reorder), and arrive by the
 * simulation's clock (log_replay), or after others (swf_follow). Each is a gang of equal tasks of
 * whole processors.
 */
#include "models/names.h"
#include "models/request.h"
#include "sim/arena.h"
#include "sim/line_reader.h"
#include "sim/path.h"
#include "workloads/log_stream.h"
#include "workloads/swf_dirt.h"
#include "workloads/swf_filter.h"
#include "workloads/swf_follow.h"
#include "workloads/task_split.h"

#include <inttypes.h>
#include <stddef.h>

enum {
    MILLI_CPUS = 1000,
    MOST_AHEAD = 65536, /* jobs read before their time, to know which follow which */
};

struct swf_source {
    struct swf_options options;
    struct source_env env;
    struct diag *diag;
    const char *file;
    struct line_reader *lines;
    struct swf_filter filter;
    struct log_stream stream;
    struct swf_follow *follow; /* NULL: nobody follows anybody */
    bool log_is_over;
    uint32_t *requests; /* by processors of a task; REQUEST_NONE: not needed yet */
    uint32_t name_word;
    struct group_spec group;
};

/* --- reading --- */

static enum reorder_pull pull_job(void *context, void *record)
{
    struct swf_source *s = context;
    for (struct line line; line_reader_next(s->lines, &line);)
        if (swf_filter_take(&s->filter, &line, record))
            return REORDER_RECORD;
    return line_reader_failed(s->lines) ? REORDER_FAILED : REORDER_END;
}

static bool open_lines(struct swf_source *s)
{
    line_reader_close(s->lines);
    s->lines = line_reader_open(s->file, s->diag);
    return s->lines != NULL;
}

static bool read_again(void *context)
{
    struct swf_source *s = context;
    swf_filter_rewind(&s->filter);
    return open_lines(s);
}

/* --- opening --- */

static uint32_t resource_of(const struct swf_options *o)
{
    return o->as.processor == SWF_AS_GPU ? RESOURCE_GPU : RESOURCE_CPU;
}

/* Processors of all nodes; 0: there are no nodes. False: there are, but none has any. */
static bool count_processors(const struct swf_source *s, uint64_t *processors)
{
    const struct cluster *c = s->env.cluster;
    const bool is_gpu = s->options.as.processor == SWF_AS_GPU;
    int64_t sum = 0;
    for (uint32_t n = 0; n < c->nodes_len; n++)
        sum += cluster_capacity_of(c, n, resource_of(&s->options)) / (is_gpu ? 1 : MILLI_CPUS);
    *processors = (uint64_t)sum;
    if (sum > 0 || c->nodes_len == 0)
        return true;
    const struct yaml_node *at = yaml_get(yaml_get(s->env.options, "as"), "processor");
    diag_error(s->diag, yaml_pos(at != NULL ? at : s->env.options),
               "processor: '%s': no node of the cluster has any; expected %s",
               is_gpu ? "gpu" : "cpu",
               is_gpu ? "cpu, or machines with whole GPUs" : "gpu, or machines with CPUs");
    return false;
}

static void make_requests(struct swf_source *s)
{
    const size_t len = (size_t)s->options.as.per_task + 1;
    s->requests = arena_alloc(s->env.arena, len * sizeof s->requests[0]);
    for (size_t i = 0; i < len; i++)
        s->requests[i] = REQUEST_NONE;
}

static void make_stream(struct swf_source *s)
{
    const struct log_stream_spec spec = {
        .file = s->file,
        .record_bytes = sizeof(struct swf_job),
        .input = {.context = s, .pull = pull_job, .rewind = read_again},
        .order = &s->options.order,
        .replay = &s->options.as.replay,
        .start = (enum log_start)s->options.start,
        .zero_ns = &s->filter.zero_ns,
        .repairs = &s->filter.repairs,
        .too_late = DIRT_TOO_LATE,
        .too_early = DIRT_TOO_EARLY,
        .no_jobs = "there is no job in it; is it a log in the Standard Workload Format?",
    };
    log_stream_init(&s->stream, &spec, &s->env, s->diag);
}

static void swf_close(void *state)
{
    struct swf_source *s = state;
    swf_follow_free(s->follow);
    log_stream_fini(&s->stream);
    line_reader_close(s->lines);
    swf_filter_fini(&s->filter);
}

static bool swf_open(void *state, const struct source_env *env, struct diag *d)
{
    struct swf_source *s = state;
    uint64_t processors = 0;
    s->env = *env;
    s->diag = d;
    if (!swf_options_read(&s->options, env, d) || !count_processors(s, &processors))
        return false;
    if (env->bootstrap_ns > 0 && s->options.dependencies == SWF_FOLLOW) {
        diag_error(
            d, yaml_pos(yaml_get(env->options, "dependencies")),
            "dependencies: 'follow': blocks that are drawn anew may lack the job that another "
            "follows; expected ignore, or run: {bootstrap: none}");
        return false;
    }
    s->file = path_beside(env->arena, yaml_get(env->options, "swf")->file, s->options.file);
    s->name_word = intern_add(env->names->words, s->options.name);
    swf_filter_init(&s->filter, &s->options, s->file, processors, env);
    make_requests(s);
    make_stream(s);
    if (s->options.dependencies == SWF_FOLLOW)
        s->follow = swf_follow_new();
    if (open_lines(s) && (!env->strict || log_stream_is_clean(&s->stream)))
        return true;
    swf_close(s);
    return false;
}

/* --- jobs --- */

static uint32_t request_of(struct swf_source *s, uint64_t processors)
{
    uint32_t *request = &s->requests[processors];
    if (*request == REQUEST_NONE) {
        const int64_t unit = s->options.as.processor == SWF_AS_GPU ? 1 : MILLI_CPUS;
        const struct amount amount = {resource_of(&s->options), (int64_t)processors * unit};
        *request = request_add(s->env.requests, &amount, 1, 0, NULL);
    }
    return *request;
}

static void fill(struct swf_source *s, const struct swf_job *job, int64_t arrive_ns,
                 struct job_spec *out)
{
    const int64_t number = log_stream_number(&s->stream, job->number);
    const struct task_split split = task_split(job->procs, (uint64_t)s->options.as.per_task);
    s->group = (struct group_spec){
        .request = request_of(s, split.each),
        .count = (uint32_t)split.tasks,
    };
    *out = (struct job_spec){
        .submit_ns = arrive_ns,
        .work_ns = log_stream_work(&s->stream, job->run_ns),
        .limit_ns = log_stream_work(&s->stream, job->limit_ns),
        .patience_ns = LIMIT_NONE,
        .groups = &s->group,
        .groups_len = 1,
        .name_word = s->name_word,
        .ordinal = number < 0 ? UINT64_MAX : (uint64_t)number,
        .source_id = (uint64_t)number,
        .user_word = job->user,
        .tenant_word = job->tenant,
        .queue_word = job->queue,
        .kind = JOB_BATCH,
    };
}

/* False: reading failed. */
static bool read_ahead(struct swf_source *s)
{
    struct swf_job job;
    int64_t arrive_ns;
    while (!s->log_is_over && swf_follow_len(s->follow) < MOST_AHEAD) {
        const enum pull how = log_stream_next(&s->stream, &job, &arrive_ns);
        s->log_is_over = how != PULL_JOB;
        if (how == PULL_FAILED)
            return false;
        if (how == PULL_JOB && !swf_follow_put(s->follow, &job, arrive_ns))
            repair_log_count(&s->filter.repairs, DIRT_NO_PRECEDING, 1);
    }
    return true;
}

static enum pull next_that_follows(struct swf_source *s, struct swf_job *job, int64_t *arrive_ns)
{
    if (!read_ahead(s))
        return PULL_FAILED;
    if (swf_follow_take(s->follow, job, arrive_ns))
        return PULL_JOB;
    return swf_follow_len(s->follow) > 0 ? PULL_LATER : PULL_END;
}

static enum pull swf_next(void *state, struct job_spec *out, struct diag *d)
{
    (void)d; /* the one that open() was given */
    struct swf_source *s = state;
    struct swf_job job;
    int64_t arrive_ns;
    const enum pull how = s->follow == NULL ? log_stream_next(&s->stream, &job, &arrive_ns)
                                            : next_that_follows(s, &job, &arrive_ns);
    if (how == PULL_JOB)
        fill(s, &job, arrive_ns, out);
    return how;
}

static bool swf_ended(void *state, const struct job_end *e)
{
    struct swf_source *s = state;
    return s->follow != NULL && swf_follow_ended(s->follow, (int64_t)e->source_id, e->end_ns);
}

static size_t swf_tally(const void *state, const struct repair **out)
{
    const struct swf_source *s = state;
    return repair_log_tally(&s->filter.repairs, out);
}

extern const struct job_source_ops swf_source;
const struct job_source_ops swf_source = {
    .api = JOB_SOURCE_API,
    .name = "swf",
    .summary = "a log in the Standard Workload Format",
    .state_bytes = sizeof(struct swf_source),
    .options = &swf_options_table,
    .open = swf_open,
    .next = swf_next,
    .ended = swf_ended,
    .tally = swf_tally,
    .close = swf_close,
};
