/*
 * kubernetes_source.c - jobs from Kubernetes manifests, with times that manifests do not have.
 *
 * Order    By time of submission, then as the objects stand in the files. heap[] is a heap of the
 *          jobs that have submissions left; heap[0] comes next.
 */
#include "models/names.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/path.h"
#include "workloads/job_names.h"
#include "workloads/job_origins.h"

#include <stdlib.h>

enum { TALLY_MOST = 6 };

struct kubernetes_options {
    struct config_texts paths;
    const struct yaml_node *submit;
    const struct yaml_node *duration;
    bool is_live;
};

static const struct config_key keys[] = {
    {.key = "kubernetes",
     .kind = CONFIG_TEXTS,
     .offset = offsetof(struct kubernetes_options, paths),
     .help =
         "Files, or folders with *.yaml, *.yml and *.json in them. All kinds of jobs that Kueue "
         "knows are submitted, and its Workloads; PriorityClass, RuntimeClass and LimitRange "
         "are looked up."},
    {.key = "submit",
     .kind = CONFIG_NODE,
     .offset = offsetof(struct kubernetes_options, submit),
     .fallback = "",
     .hint = SUBMIT_HINT,
     .table = &submit_table,
     .help = "When they are submitted; jobs that are not named, at the start."},
    {.key = "duration",
     .kind = CONFIG_NODE,
     .offset = offsetof(struct kubernetes_options, duration),
     .fallback = "",
     .hint = RUN_TIME_HINT,
     .table = &run_history_table,
     .help = "How long each pod runs; as its command sleeps, if it is not named. Deployments, "
             "StatefulSets and pods that always restart never end, unless a time is given here: "
             "then they are deleted."},
    {.key = "live",
     .kind = CONFIG_BOOL,
     .offset = offsetof(struct kubernetes_options, is_live),
     .fallback = "false",
     .help = "The files show a live cluster at the start, as `kubectl get ... -o yaml` prints it: "
             "what is admitted there goes on, what waits has waited since its creation."},
    {0},
};

static const struct config_table kubernetes_table = {
    .name = "kubernetes",
    .help = "Jobs from Kubernetes manifests.",
    .bytes = sizeof(struct kubernetes_options),
    .keys = keys,
};

struct kubernetes_source {
    struct kubernetes_options options;
    struct source_env env;
    struct object_set *objects;
    struct live_dump dump;
    struct kubernetes_job **jobs; /* in the order of the files */
    size_t len;
    size_t *heap; /* of numbers of jobs */
    size_t heap_len;
    struct repair tally[TALLY_MOST];
    size_t tally_len;
};

/* --- the heap --- */

static bool is_before(const struct kubernetes_source *s, size_t a, size_t b)
{
    return s->jobs[a]->next_ns != s->jobs[b]->next_ns ? s->jobs[a]->next_ns < s->jobs[b]->next_ns
                                                      : a < b;
}

static void sink(struct kubernetes_source *s, size_t at)
{
    const size_t job = s->heap[at];
    for (size_t child = 2 * at + 1; child < s->heap_len; child = 2 * at + 1) {
        if (child + 1 < s->heap_len && is_before(s, s->heap[child + 1], s->heap[child]))
            child++;
        if (!is_before(s, s->heap[child], job))
            break;
        s->heap[at] = s->heap[child];
        at = child;
    }
    s->heap[at] = job;
}

static bool find_next(struct kubernetes_source *s, struct kubernetes_job *j)
{
    if (s->options.is_live) {
        const int64_t since_ns = j->live.is_running ? s->env.start_ns : j->live.since_ns;
        j->next_ns = since_ns > s->env.start_ns ? since_ns : s->env.start_ns;
        return j->given == 0 && j->next_ns < s->env.horizon_ns;
    }
    if (!submit_rule_at(&j->submit, j->given, j->workload.object, &j->next_ns))
        return false;
    if (j->next_ns < s->env.start_ns)
        j->next_ns = s->env.start_ns;
    return j->next_ns < s->env.horizon_ns;
}

static void make_heap(struct kubernetes_source *s)
{
    s->heap = arena_alloc(s->env.arena, (s->len + 1) * sizeof s->heap[0]);
    for (size_t i = 0; i < s->len; i++)
        if (find_next(s, s->jobs[i]))
            s->heap[s->heap_len++] = i;
    for (size_t i = s->heap_len / 2; i-- > 0;)
        sink(s, i);
}

/* --- reading --- */

static void read_files(struct kubernetes_source *s, struct diag *d)
{
    s->objects = object_set_new();
    for (size_t i = 0; i < s->options.paths.len; i++)
        object_set_read(
            s->objects,
            path_beside(s->env.arena, s->options.paths.nodes[i]->file, s->options.paths.texts[i]),
            d);
}

static bool *find_resources(const struct source_env *env)
{
    const struct cluster *c = env->cluster;
    bool *has = arena_alloc(env->arena, c->resources_len + 1);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        for (uint32_t r = 0; r < c->resources_len; r++)
            has[r] |= cluster_capacity_of(c, n, r) > 0;
    return has;
}

/* Options for all jobs, and by name. */
struct rules {
    struct config_reader reader;
    struct job_names submit_names, duration_names;
    struct submit_env submit_env;
    struct submit_rule submit;
    struct run_time_rule duration;
};

static void open_rules(struct rules *rules, const struct kubernetes_source *s, struct diag *d)
{
    const struct yaml_node *submit = s->options.submit;
    const struct yaml_node *duration = s->options.duration;
    const bool one_submit = submit_is_rule(submit), one_duration = run_time_is_rule(duration);
    rules->reader = (struct config_reader){.diag = d, .arena = s->env.arena};
    rules->submit_env = (struct submit_env){s->env.start_ns, s->env.horizon_ns};
    job_names_init(&rules->submit_names, s->env.arena, "submit", one_submit ? NULL : submit);
    job_names_init(&rules->duration_names, s->env.arena, "duration",
                   one_duration ? NULL : duration);
    submit_rule_read(&rules->reader, one_submit ? submit : NULL, &rules->submit_env,
                     &rules->submit);
    run_time_rule_read(&rules->reader, one_duration ? duration : NULL, &rules->duration);
}

static struct submit_rule submit_rule_of(struct rules *rules, const struct object *o)
{
    const struct yaml_node *named = job_names_find(&rules->submit_names, o);
    struct submit_rule rule = rules->submit;
    if (named != NULL)
        submit_rule_read(&rules->reader, named, &rules->submit_env, &rule);
    return rule;
}

static const struct run_time_rule *duration_rule_of(struct rules *rules, const struct object *o)
{
    const struct yaml_node *named = job_names_find(&rules->duration_names, o);
    if (named == NULL)
        return &rules->duration;
    struct run_time_rule *rule = arena_alloc(rules->reader.arena, sizeof *rule);
    run_time_rule_read(&rules->reader, named, rule);
    return rule;
}

static void count(struct kubernetes_source *s, struct repair r)
{
    if (r.count > 0)
        s->tally[s->tally_len++] = r;
}

static void make_jobs(struct kubernetes_source *s, const struct job_origins *origins,
                      struct kubernetes_maker *maker)
{
    const size_t len = origins->len;
    struct rules *rules =
        arena_alloc(s->env.arena, sizeof *rules); /* run times are drawn by them */
    const struct object **named = arena_alloc(s->env.arena, (len + 1) * sizeof named[0]);
    open_rules(rules, s, maker->reader.diag);
    s->jobs = arena_alloc(s->env.arena, (len + 1) * sizeof s->jobs[0]);
    struct repair without_pods = {.what = "asks for no pods: left out", .is_skip = true};
    for (size_t i = 0; i < len; i++) {
        const struct job_origin *from = &origins->list[i];
        struct kubernetes_job *j = arena_alloc(s->env.arena, sizeof *j);
        const struct submit_rule submit = submit_rule_of(rules, from->named);
        named[i] = from->named;
        if (!kubernetes_job_make(maker, from, duration_rule_of(rules, from->named), j))
            continue;
        j->submit = submit;
        if (kubernetes_job_has_pods(j))
            s->jobs[s->len++] = j;
        else if (without_pods.count++ == 0)
            without_pods.first_line = object_pos(from->object).line;
    }
    count(s, without_pods);
    job_names_check(&rules->submit_names, named, len, maker->reader.diag);
    job_names_check(&rules->duration_names, named, len, maker->reader.diag);
}

/* Of a live cluster, first what runs, in the order in which it began; then what waits, by age. */
static int by_turn(const void *a, const void *b)
{
    const struct kubernetes_job *x = *(struct kubernetes_job *const *)a;
    const struct kubernetes_job *y = *(struct kubernetes_job *const *)b;
    if (x->live.is_running != y->live.is_running)
        return x->live.is_running ? -1 : 1;
    if (x->live.since_ns != y->live.since_ns)
        return x->live.since_ns < y->live.since_ns ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static void sort_live(struct kubernetes_source *s)
{
    for (size_t i = 0; i < s->len; i++)
        s->jobs[i]->order = i;
    if (s->options.is_live && s->len > 1)
        qsort(s->jobs, s->len, sizeof s->jobs[0], by_turn);
}

static void count_live(struct kubernetes_source *s, const struct job_origins *origins,
                       const struct kubernetes_maker *maker)
{
    count(s, origins->finished);
    count(s, origins->deactivated);
    count(s, maker->outlived);
}

static void find_jobs(struct kubernetes_source *s, struct kubernetes_maker *maker)
{
    struct diag *d = maker->reader.diag;
    struct job_origins origins = {.reader = &maker->reader,
                                  .objects = s->objects,
                                  .maker = s->env.maker,
                                  .dump = &s->dump,
                                  .is_live = s->options.is_live};
    s->dump = (struct live_dump){
        .reader = &maker->reader, .objects = s->objects, .cluster = s->env.cluster};
    live_dump_open(&s->dump);
    maker->dump = &s->dump;
    job_origins_find(&origins);
    if (origins.len == 0 && origins.finished.count == 0 && diag_errors(d) == 0)
        diag_error(d, yaml_pos(yaml_get(s->env.options, "kubernetes")),
                   "kubernetes: there is no Job, Pod, Deployment or StatefulSet in these files");
    make_jobs(s, &origins, maker);
    sort_live(s);
    count_live(s, &origins, maker);
}

static bool read_options(struct kubernetes_source *s, struct diag *d)
{
    struct config_reader r = {.diag = d, .arena = s->env.arena};
    if (!config_read(&r, s->env.options, yaml_pos(s->env.options), &kubernetes_table, &s->options))
        return false;
    if (s->options.is_live && s->options.submit != NULL) {
        diag_error(d, yaml_pos(s->options.submit),
                   "submit: not with `live: true`; a live cluster's objects say when they came");
        return false;
    }
    return true;
}

static void kubernetes_close(void *state)
{
    struct kubernetes_source *s = state;
    live_dump_close(&s->dump);
    object_set_free(s->objects);
}

static bool kubernetes_open(void *state, const struct source_env *env, struct diag *d)
{
    struct kubernetes_source *s = state;
    const unsigned errors = diag_errors(d);
    s->env = *env;
    SIM_REQUIRE(env->names->terms != NULL);
    if (!read_options(s, d))
        return false;
    read_files(s, d);
    struct kubernetes_maker maker = {
        .reader = {d, env->arena, env->names->words, env->names->resources},
        .env = &s->env,
        .objects = s->objects,
        .missing_classes = intern_new(),
        .outlived = {.what = "has run longer than it is said to run at all: ends at once"},
        .has_resource = find_resources(env),
    };
    priority_classes_read(&maker.reader, s->objects, &maker.classes);
    find_jobs(s, &maker);
    intern_free(maker.missing_classes);
    count(s,
          (struct repair){
              .what = "asks for disk or huge pages, which no node is described with: not looked at",
              .count = maker.ignored_resources,
          });
    if (diag_errors(d) == errors) {
        make_heap(s);
        return true;
    }
    kubernetes_close(s);
    return false;
}

/* --- jobs --- */

static enum pull kubernetes_next(void *state, struct job_spec *out, struct diag *d)
{
    (void)d;
    struct kubernetes_source *s = state;
    if (s->heap_len == 0)
        return PULL_END;
    struct kubernetes_job *j = s->jobs[s->heap[0]];
    kubernetes_job_fill(j, out);
    if (!find_next(s, j))
        s->heap[0] = s->heap[--s->heap_len];
    if (s->heap_len > 0)
        sink(s, 0);
    return PULL_JOB;
}

static size_t kubernetes_tally(const void *state, const struct repair **out)
{
    const struct kubernetes_source *s = state;
    *out = s->tally;
    return s->tally_len;
}

extern const struct job_source_ops kubernetes_source;
const struct job_source_ops kubernetes_source = {
    .api = JOB_SOURCE_API,
    .name = "kubernetes",
    .summary = "Kubernetes manifests: Jobs, Pods, Deployments, StatefulSets and others",
    .state_bytes = sizeof(struct kubernetes_source),
    .options = &kubernetes_table,
    .open = kubernetes_open,
    .next = kubernetes_next,
    .tally = kubernetes_tally,
    .close = kubernetes_close,
};
