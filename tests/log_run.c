#include "tests/log_run.h"

#include "sim/line_reader.h"
#include "sim/yaml.h"
#include "tests/unit.h"
#include "workloads/swf.h"

#include <stdlib.h>

#define SECOND_NS INT64_C(1000000000)

struct log_job {
    int64_t submit_ns, run_ns, estimate_ns;
    uint32_t procs, user, line;
};

/* What the source gets as its options: the log, read. */
struct log_jobs {
    struct yaml_node node; /* first: options point here */
    struct log_job *jobs;
    size_t len, cap;
};

/* --- reading --- */

static bool strong(const struct log_run *r, struct log_job *j, const int64_t *v)
{
    const int64_t procs = v[SWF_REQUESTED_PROCS] > 0 ? v[SWF_REQUESTED_PROCS] : v[SWF_PROCS];
    if (procs <= 0 || procs > r->procs || v[SWF_RUN] <= 0 || v[SWF_REQUESTED_TIME] <= 0 ||
        v[SWF_SUBMIT] < 0)
        return false;
    j->procs = (uint32_t)procs;
    if (j->run_ns > j->estimate_ns)
        j->run_ns = j->estimate_ns;
    return true;
}

static void add_job(const struct log_run *r, struct log_jobs *list, const int64_t *v)
{
    struct log_job j = {
        .submit_ns = v[SWF_SUBMIT],
        .run_ns = v[SWF_RUN],
        .estimate_ns = v[SWF_REQUESTED_TIME],
        .procs = (uint32_t)v[SWF_REQUESTED_PROCS],
        .user = (uint32_t)v[SWF_USER],
        .line = (uint32_t)list->len,
    };
    if (r->filter == LOG_STRONG && !strong(r, &j, v))
        return;
    if (list->len == list->cap) {
        list->cap = list->cap == 0 ? 1024 : 2 * list->cap;
        list->jobs = realloc(list->jobs, list->cap * sizeof list->jobs[0]);
        assert_non_null(list->jobs);
    }
    list->jobs[list->len++] = j;
}

static int by_submission(const void *a, const void *b)
{
    const struct log_job *x = a, *y = b;
    if (x->submit_ns != y->submit_ns)
        return x->submit_ns < y->submit_ns ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static struct log_jobs read_log(const struct log_run *r, struct diag *d)
{
    struct log_jobs list = {.node = {.file = r->path}};
    struct line_reader *reader = line_reader_open(r->path, d);
    assert_non_null(reader);
    struct line line;
    struct swf_record *record = malloc(sizeof *record);
    while (line_reader_next(reader, &line))
        if (swf_parse(line.text, line.len, record) == SWF_JOB)
            add_job(r, &list, record->value);
    assert_false(line_reader_failed(reader));
    line_reader_close(reader);
    free(record);
    qsort(list.jobs, list.len, sizeof list.jobs[0], by_submission);
    return list;
}

/* --- the source --- */

struct log_source {
    const struct log_jobs *list;
    size_t next;
    struct group_spec group;
};

static bool source_open(void *state, const struct source_env *env, struct diag *d)
{
    (void)d;
    struct log_source *s = state;
    s->list = (const struct log_jobs *)(const void *)env->options;
    s->group.request = request_add(env->requests, &(struct amount){RESOURCE_GPU, 1}, 1, 0, NULL);
    return true;
}

static enum pull source_next(void *state, struct job_spec *out, struct diag *d)
{
    (void)d;
    struct log_source *s = state;
    if (s->next == s->list->len)
        return PULL_END;
    const struct log_job *j = &s->list->jobs[s->next++];
    s->group.count = j->procs;
    *out = (struct job_spec){
        .submit_ns = j->submit_ns,
        .work_ns = j->run_ns,
        .limit_ns = j->estimate_ns,
        .patience_ns = LIMIT_NONE,
        .groups = &s->group,
        .groups_len = 1,
        .name_word = INTERN_NONE,
        .ordinal = s->next,
        .user_word = j->user,
        .tenant_word = INTERN_NONE,
        .queue_word = INTERN_NONE,
    };
    return PULL_JOB;
}

static void source_close(void *state)
{
    (void)state;
}

static const struct job_source_ops log_source = {
    .api = JOB_SOURCE_API,
    .name = "log",
    .state_bytes = sizeof(struct log_source),
    .open = source_open,
    .next = source_next,
    .close = source_close,
};

/* --- the metrics --- */

static bool metrics_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    *(struct log_run **)state = (struct log_run *)(uintptr_t)env->options;
    return true;
}

static void metrics_job_over(void *state, const struct job *job)
{
    struct log_run *r = *(struct log_run **)state;
    const double wait_s = (double)(job->start_ns - job->submit_ns) / 1e9;
    const double flow_s = (double)(job->end_ns - job->submit_ns) / 1e9;
    const double run_s = (double)(job->end_ns - job->start_ns) / 1e9;
    const double bsld = flow_s / (run_s > 10 ? run_s : 10);
    r->jobs++;
    r->mean_wait_s += wait_s;
    r->mean_flow_s += flow_s;
    r->mean_bsld += bsld > 1 ? bsld : 1;
    r->max_bsld = bsld > r->max_bsld ? bsld : r->max_bsld;
}

static bool metrics_close(void *state, struct diag *d)
{
    (void)d;
    struct log_run *r = *(struct log_run **)state;
    r->mean_wait_s /= (double)r->jobs;
    r->mean_flow_s /= (double)r->jobs;
    r->mean_bsld /= (double)r->jobs;
    return true;
}

static const struct observer_ops metrics = {
    .api = OBSERVER_API,
    .name = "metrics",
    .state_bytes = sizeof(struct log_run *),
    .wants = WANTS_JOBS,
    .open = metrics_open,
    .job_over = metrics_job_over,
    .close = metrics_close,
};

/* --- the run --- */

static struct cluster *flat_machine(uint32_t procs)
{
    struct cluster *c = cluster_new();
    cluster_add_pool(c, "pool", "machine", KIND_NONE);
    const struct amount units = {RESOURCE_GPU, procs};
    cluster_add_node(c, &(struct node_spec){.name = "node",
                                            .state = NODE_READY,
                                            .gpus = procs,
                                            .amounts = &units,
                                            .amounts_len = 1});
    cluster_seal(c, RESOURCES_FIXED);
    return c;
}

void log_run(struct log_run *r)
{
    struct diag diag;
    diag_init(&diag, stderr);
    const struct log_jobs list = read_log(r, &diag);
    struct names names = {.resources = resource_names_new(), .words = intern_new()};
    struct request_table *requests = request_table_new(names.resources);
    struct cluster *cluster = flat_machine(r->procs);
    const struct source_use source = {&log_source, &list.node};
    const struct observer_use observer = {&metrics, r};
    const struct simulation_spec spec = {
        .names = &names,
        .requests = requests,
        .cluster = cluster,
        .policies = &r->policy,
        .policies_len = 1,
        .sources = &source,
        .sources_len = 1,
        .observers = &observer,
        .observers_len = 1,
        .base_dir = ".",
        .until_ns = INT64_MAX,
        .drain = true,
    };
    struct simulation *sim = simulation_open(&spec, &diag);
    assert_non_null(sim);
    r->end = simulation_run(sim, INT64_MAX);
    r->verbs_refused = simulation_counts(sim).verbs_refused;
    assert_true(simulation_close(sim));
    cluster_free(cluster);
    request_table_free(requests);
    intern_free(names.resources);
    intern_free(names.words);
    free(list.jobs);
    diag_fini(&diag);
}
