/*
 * generate_source.c - jobs drawn at random, as a scenario describes them.
 *
 * Every property of a job has a random stream of its own, and takes exactly one number from it for
 * each job: a change to one distribution leaves all other properties of all jobs as they were, and
 * all policies meet the same jobs.
 */
#include "workloads/generate_options.h"
#include "workloads/generate_shapes.h"

#include "models/kubernetes/workload.h"
#include "models/names.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/rng.h"

#include <inttypes.h>
#include <math.h>

/* The names are part of the results: they choose the numbers. */
enum stream {
    STREAM_ARRIVALS,
    STREAM_BATCH,
    STREAM_TENANT,
    STREAM_USER,
    STREAM_SIZE,
    STREAM_DEVICE,
    STREAM_CPUS,
    STREAM_MEMORY,
    STREAM_DURATION,
    STREAM_LIMIT,
    STREAM_PRIORITY,
    STREAM_PATIENCE,
    STREAMS,
};

static const char *const stream_names[] = {
    [STREAM_ARRIVALS] = "arrivals", [STREAM_BATCH] = "batch",       [STREAM_TENANT] = "tenant",
    [STREAM_USER] = "user",         [STREAM_SIZE] = "size",         [STREAM_DEVICE] = "device",
    [STREAM_CPUS] = "cpus",         [STREAM_MEMORY] = "memory",     [STREAM_DURATION] = "duration",
    [STREAM_LIMIT] = "limit",       [STREAM_PRIORITY] = "priority", [STREAM_PATIENCE] = "patience",
};

struct generate_source {
    struct generate_options options;
    struct arrivals arrivals;
    struct owners owners;
    struct job_shapes shapes;
    struct lublin lublin;
    struct job_extra *extras; /* by owner and priority class */
    struct object object;     /* what pods with annotations come from */
    struct pod_set pods;
    struct workload workload;
    size_t classes;
    gsl_rng *streams[STREAMS];
    uint64_t made;
    uint64_t jobs_most;
    struct job_spec job;
    struct group_spec group;
};

/* --- opening --- */

static bool set_lublin(struct generate_source *s, const struct source_env *env, struct diag *d)
{
    const struct generate_options *o = &s->options;
    if (!o->has_lublin)
        return true;
    const uint64_t total = generate_shapes_total(env->cluster, s->shapes.spec.devices[0].resource);
    const uint64_t largest = o->lublin.largest > 0 ? (uint64_t)o->lublin.largest : total;
    if (largest > total && total > 0 && !generate_has(&o->gpus))
        diag_warning(d, generate_at(o, "lublin"),
                     "lublin: the largest jobs ask for more than the %" PRIu64
                     " GPUs of the whole cluster",
                     total);
    if (largest == 0) {
        diag_error(d, generate_at(o, "lublin"),
                   "lublin: 'largest' is missing, and the cluster has no GPUs to take it from");
        return false;
    }
    s->lublin = lublin_make((enum lublin_type)o->lublin.type, largest);
    return true;
}

static uint32_t class_word(const struct generate_source *s, size_t i, const struct source_env *env)
{
    const struct priority_option *p = &s->options.priority;
    return p->are_words ? intern_add(env->names->words, p->d.texts[i]) : INTERN_NONE;
}

static void make_extras(struct generate_source *s, const struct source_env *env)
{
    const char *qos = s->options.qos;
    s->classes = s->options.priority.are_words ? distribution_listed(&s->options.priority.d) : 1;
    s->extras = arena_alloc(env->arena, owners_len(&s->owners) * s->classes * sizeof s->extras[0]);
    for (size_t i = 0; i < owners_len(&s->owners) * s->classes; i++) {
        const struct owner *owner = &s->owners.list[i / s->classes];
        s->extras[i] = (struct job_extra){
            .namespace_word = owner->namespace_word,
            .account_word = owner->account_word,
            .qos_word = qos == NULL ? INTERN_NONE : intern_add(env->names->words, qos),
            .priority_class_word = class_word(s, i % s->classes, env),
            .workload = s->options.annotations == NULL ? NULL : &s->workload,
            .array_task = UINT32_MAX,
        };
    }
}

/* As if the pods were those of a manifest that says nothing else. */
static bool annotate(struct generate_source *s, const struct source_env *env, struct diag *d)
{
    struct field_reader r = {.diag = d, .arena = env->arena};
    const unsigned errors = diag_errors(d);
    const struct yaml_node *map = field_text_map(&r, s->options.map, "annotations");
    s->pods.template.annotations = map;
    s->workload = (struct workload){.object = &s->object, .sets = &s->pods, .sets_len = 1};
    return diag_errors(d) == errors;
}

static void open_streams(struct generate_source *s, const struct source_env *env)
{
    for (int i = 0; i < STREAMS; i++)
        s->streams[i] =
            rng_open(env->seed, env->replication,
                     arena_printf(env->arena, "%s %s", s->options.name, stream_names[i]), 0);
    s->owners.tenant_rng = s->streams[STREAM_TENANT];
    s->owners.user_rng = s->streams[STREAM_USER];
    const struct arrivals_env arrivals = {
        .lublin = s->options.arrivals.process == ARRIVAL_LUBLIN ? &s->lublin : NULL,
        .arena = env->arena,
        .from_ns = s->options.from_ns,
        .last_ns = s->options.last_ns,
        .interval_rng = s->streams[STREAM_ARRIVALS],
        .batch_rng = generate_has(&s->options.arrivals.batch) ? s->streams[STREAM_BATCH] : NULL,
    };
    arrivals_start(&s->arrivals, &s->options.arrivals, &arrivals);
}

static bool generate_open(void *state, const struct source_env *env, struct diag *d)
{
    struct generate_source *s = state;
    const struct generate_options *o = &s->options;
    if (!generate_options_read(&s->options, env, d) ||
        !generate_shapes_make(&s->shapes, o, env, d) || !set_lublin(s, env, d) ||
        !annotate(s, env, d))
        return false;
    generate_shapes_warn(&s->shapes, o, env, d);
    owners_make(&s->owners, &o->owners, o->name, env);
    make_extras(s, env);
    s->jobs_most = o->jobs == 0 ? UINT64_MAX : (uint64_t)o->jobs;
    s->job = (struct job_spec){
        .limit_ns = LIMIT_NONE,
        .patience_ns = LIMIT_NONE,
        .work_ns = WORK_ENDLESS,
        .groups = &s->group,
        .groups_len = 1,
        .name_word = intern_add(env->names->words, o->name),
        .kind = (enum job_kind)o->kind,
    };
    open_streams(s, env);
    return true;
}

static void generate_close(void *state)
{
    struct generate_source *s = state;
    for (int i = 0; i < STREAMS; i++)
        gsl_rng_free(s->streams[i]);
}

/* --- drawing --- */

static int64_t draw(struct generate_source *s, const struct distribution *d, enum stream stream)
{
    return distribution_int(d, s->streams[stream]);
}

static uint32_t choose(struct generate_source *s, const struct distribution *d, enum stream stream)
{
    return distribution_listed(d) > 1 ? distribution_pick(d, s->streams[stream]) : 0;
}

static uint64_t draw_size(struct generate_source *s)
{
    const struct generate_options *o = &s->options;
    int64_t size = 1;
    if (generate_has(&o->gpus))
        size = draw(s, &o->gpus, STREAM_SIZE);
    else if (generate_has(&o->tasks))
        size = draw(s, &o->tasks, STREAM_SIZE);
    else if (o->has_lublin && !s->shapes.spec.counts_tasks)
        return lublin_size(&s->lublin, s->streams[STREAM_SIZE]);
    const int64_t most = SHAPE_SIZE_MOST / (o->gpus_per_task > 1 ? o->gpus_per_task : 1);
    return size < 0 ? 0 : size > most ? (uint64_t)most : (uint64_t)size;
}

static uint64_t draw_shape(struct generate_source *s)
{
    const struct generate_options *o = &s->options;
    const struct distribution *devices = generate_has(&o->mig) ? &o->mig : &o->gpu_share;
    const struct job_choices c = {
        .size = draw_size(s),
        .device = choose(s, devices, STREAM_DEVICE),
        .cpus = choose(s, &o->cpus, STREAM_CPUS),
        .memory = choose(s, &o->memory, STREAM_MEMORY),
    };
    const struct job_shape shape = job_shapes_get(&s->shapes, &c);
    s->group.request = shape.request;
    s->group.count = shape.tasks;
    return c.size;
}

static int64_t draw_work(struct generate_source *s, uint64_t size)
{
    const struct generate_options *o = &s->options;
    if (generate_has(&o->duration))
        return draw(s, &o->duration, STREAM_DURATION);
    if (o->has_lublin)
        return llround(1e9 * lublin_run_s(&s->lublin, size, s->streams[STREAM_DURATION]));
    return WORK_ENDLESS;
}

static int64_t draw_limit(struct generate_source *s, int64_t work_ns)
{
    const struct limit_option *limit = &s->options.limit;
    if (limit->kind == LIMIT_ABSENT)
        return LIMIT_NONE;
    if (limit->kind == LIMIT_DURATION)
        return draw(s, &limit->d, STREAM_LIMIT);
    const double factor = distribution_real(&limit->d, s->streams[STREAM_LIMIT]);
    if (work_ns == WORK_ENDLESS)
        return LIMIT_NONE;
    const double ns = fmin((double)work_ns * factor, (double)DISTRIBUTION_INT_MOST);
    return ns < 1 ? 1 : llround(ns);
}

/* Returns the number of its class. */
static size_t draw_priority(struct generate_source *s)
{
    const struct priority_option *p = &s->options.priority;
    if (!generate_has(&p->d))
        return 0;
    if (p->is_listed) {
        const uint32_t i = choose(s, &p->d, STREAM_PRIORITY);
        s->job.priority = p->values[i];
        return p->are_words ? i : 0;
    }
    const int64_t x = draw(s, &p->d, STREAM_PRIORITY);
    s->job.priority = (int32_t)(x < INT32_MIN ? INT32_MIN : x > INT32_MAX ? INT32_MAX : x);
    return 0;
}

static void draw_owner(struct generate_source *s)
{
    const uint32_t i = owners_pick(&s->owners);
    const struct owner *owner = &s->owners.list[i];
    s->job.tenant_word = owner->tenant_word;
    s->job.user_word = owner->user_word;
    s->job.queue_word = owner->queue_word;
    s->job.extra = &s->extras[i * s->classes + draw_priority(s)];
}

static enum pull generate_next(void *state, struct job_spec *out, struct diag *d)
{
    (void)d;
    struct generate_source *s = state;
    if (s->made == s->jobs_most || !arrivals_next(&s->arrivals, &s->job.submit_ns))
        return PULL_END;
    s->made++;
    s->job.ordinal = s->made;
    s->job.source_id = s->made;
    draw_owner(s);
    s->job.work_ns = draw_work(s, draw_shape(s));
    s->job.limit_ns = draw_limit(s, s->job.work_ns);
    if (generate_has(&s->options.patience))
        s->job.patience_ns = draw(s, &s->options.patience, STREAM_PATIENCE);
    *out = s->job;
    return PULL_JOB;
}

extern const struct job_source_ops generate_source;
const struct job_source_ops generate_source = {
    .api = JOB_SOURCE_API,
    .name = "generate",
    .summary = "jobs drawn at random: arrivals, sizes, durations and tenants from distributions",
    .state_bytes = sizeof(struct generate_source),
    .options = &generate_options_table,
    .open = generate_open,
    .next = generate_next,
    .close = generate_close,
};
