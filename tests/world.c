#include "tests/world.h"

#include "models/gpu_model.h"
#include "models/kubernetes/node_terms.h"
#include "models/sharing.h"
#include "sim/arena.h"
#include "sim/yaml.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

/* --- the source --- */

struct array_source {
    struct world *w;
    const struct source_env *env;
    struct names *names;
    struct request_table *requests;
    size_t next;
    struct group_spec groups[2];
};

/* The source's options in the scenario: the world that it belongs to. */
struct world_options {
    struct yaml_node node; /* first: options point here */
    struct world *world;
};

static bool source_open(void *state, const struct source_env *env, struct diag *d)
{
    (void)d;
    struct array_source *s = state;
    s->w = ((const struct world_options *)(const void *)env->options)->world;
    s->names = env->names;
    s->requests = env->requests;
    return true;
}

static uint32_t word(const struct array_source *s, const char *text)
{
    return text == NULL ? INTERN_NONE : intern_add(s->names->words, text);
}

static uint32_t tier_word(struct names *names, uint32_t tier)
{
    char text[16];
    snprintf(text, sizeof text, "%u", tier);
    return intern_add(names->words, text);
}

static uint32_t terms(const struct array_source *s, const struct world_job *j)
{
    if (j->tier == 0 && !j->goes_dedicated)
        return NODE_TERMS_NONE;
    const struct node_label tier = {word(s, "tier"), tier_word(s->names, j->tier)};
    const struct toleration dedicated = {
        .key = word(s, "dedicated"), .value = INTERN_NONE, .exists = true, .any_effect = true};
    const struct node_terms t = {.selector = {&tier, j->tier != 0},
                                 .tolerations = {&dedicated, j->goes_dedicated},
                                 .node_name = INTERN_NONE};
    return node_terms_add(s->names->terms, &t);
}

static struct group_spec group(const struct array_source *s, const struct world_job *j,
                               uint32_t gpus, uint32_t tasks)
{
    const struct amount amounts[] = {{RESOURCE_GPU, gpus}, {RESOURCE_CPU, j->cpu_milli}};
    return (struct group_spec){.request = request_add(s->requests, amounts, 2, terms(s, j), NULL),
                               .count = tasks};
}

static enum pull source_next(void *state, struct job_spec *out, struct diag *d)
{
    (void)d;
    struct array_source *s = state;
    if (s->next == s->w->jobs_len)
        return PULL_END;
    const struct world_job *j = &s->w->jobs[s->next];
    s->groups[0] = group(s, j, j->gpus, j->tasks);
    s->groups[1] = group(s, j, j->more_gpus, j->more_tasks);
    *out = (struct job_spec){
        .submit_ns = (s->w->start_s + j->submit_s) * SECOND_NS,
        .work_ns = j->work_s == INT64_MAX ? WORK_ENDLESS : j->work_s * SECOND_NS,
        .limit_ns = j->limit_s == 0 ? LIMIT_NONE : j->limit_s * SECOND_NS,
        .patience_ns = j->patience_s == 0    ? LIMIT_NONE
                       : j->patience_s == -1 ? 0
                                             : j->patience_s * SECOND_NS,
        .groups = s->groups,
        .groups_len = j->more_tasks == 0 ? 1 : 2,
        .name_word = word(s, j->name == NULL ? "job" : j->name),
        .ordinal = j->name == NULL ? s->next : UINT64_MAX,
        .source_id = s->next++,
        .user_word = word(s, j->user),
        .tenant_word = word(s, j->tenant),
        .queue_word = word(s, j->queue),
        .priority = j->priority,
        .extra = j->extra,
    };
    return PULL_JOB;
}

static void source_close(void *state)
{
    (void)state;
}

static const struct job_source_ops array_source = {
    .api = JOB_SOURCE_API,
    .name = "array",
    .state_bytes = sizeof(struct array_source),
    .open = source_open,
    .next = source_next,
    .close = source_close,
};

/* --- the observer --- */

struct recorder {
    struct world *w;
    const struct simulation *sim;
};

static bool recorder_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    struct recorder *r = state;
    r->w = (struct world *)(uintptr_t)env->options;
    r->sim = env->sim;
    return true;
}

static void check_times(const struct recorder *r, const struct job *job)
{
    int64_t sum = 0;
    for (int s = 0; s < JOB_STATES; s++)
        sum += job->in_state_ns[s];
    assert_int_equal(sum, job->state_since_ns - job->submit_ns);
    int64_t waits = 0;
    for (size_t i = 0; i < simulation_reasons_len(r->sim); i++)
        waits += simulation_waits(r->sim, job)[i];
    assert_int_equal(waits, job->in_state_ns[JOB_QUEUED] + job->in_state_ns[JOB_ADMITTED]);
}

static const char *longest_wait(const struct simulation *sim, const struct job *job)
{
    const int64_t *waits = simulation_waits(sim, job);
    size_t most = 0;
    for (size_t i = 1; i < simulation_reasons_len(sim); i++)
        if (waits[i] > waits[most])
            most = i;
    return waits[most] > 0 ? simulation_reason(sim, most) : NULL;
}

static void record_result(const struct recorder *r, const struct job *job)
{
    struct world_result *out = &r->w->results[job->source_id];
    out->start_s = job->start_ns == TIME_NEVER ? -1 : job->start_ns / SECOND_NS;
    out->end_s = job->end_ns == TIME_NEVER ? -1 : job->end_ns / SECOND_NS;
    out->wait_s = (job->in_state_ns[JOB_QUEUED] + job->in_state_ns[JOB_ADMITTED]) / SECOND_NS;
    out->cause = job->cause;
    out->waited_for = longest_wait(r->sim, job);
    out->preemptions = job->preemptions;
    out->is_over = true;
    out->unexplained_s = simulation_waits(r->sim, job)[0] / SECOND_NS;
}

static void recorder_job_over(void *state, const struct job *job)
{
    struct recorder *r = state;
    check_times(r, job);
    if (r->w->source == NULL)
        record_result(r, job);
    r->w->sojourn_ns += job->state_since_ns - job->submit_ns;
    r->w->held_milli_ns += job->gpu_milli_ns;
}

static void recorder_happened(void *state, const struct sim_event *e)
{
    struct recorder *r = state;
    if (e->kind != SIM_BOUND || r->w->source != NULL)
        return;
    r->w->results[e->job->source_id].first_node = e->node;
    r->w->results[e->job->source_id].gpu_mask = e->task->gpu_mask;
}

static bool recorder_close(void *state, struct diag *d)
{
    (void)d;
    const struct recorder *r = state;
    const struct meter *m = simulation_meter(r->sim);
    const int64_t now = simulation_now_ns(r->sim);
    for (uint32_t p = 0; p < m->pools_len; p++)
        r->w->allocated_milli_ns += time_average_area(&m->pools[p].allocated, now);
    r->w->in_system_ns = time_average_area(&m->in_system, now);
    return true;
}

static const struct observer_ops recorder = {
    .api = OBSERVER_API,
    .name = "recorder",
    .state_bytes = sizeof(struct recorder),
    .wants = WANTS_JOBS | WANTS_EVENTS,
    .open = recorder_open,
    .job_over = recorder_job_over,
    .happened = recorder_happened,
    .close = recorder_close,
};

/* --- the cluster --- */

static const struct timeslice_params no_overhead = {.overhead_q16 = 0};

static const struct gpu_model test_gpu = {.name = "test"};

static struct cluster *make_cluster(const struct world *w, struct names *names)
{
    struct cluster *c = cluster_new();
    const uint32_t gpu = cluster_add_kind(c, &test_gpu);
    if (w->pools == 0)
        cluster_add_pool(c, "pool", "machine", gpu);
    const uint32_t per_gpu = w->replicas == 0 ? 1 : w->replicas;
    struct device_unit *units = arena_alloc(c->arena, w->gpus_per_node * per_gpu * sizeof units[0]);
    struct domain_spec *domains = arena_alloc(c->arena, w->gpus_per_node * sizeof domains[0]);
    for (uint32_t u = 0; u < w->gpus_per_node * per_gpu; u++)
        units[u] = (struct device_unit){
            .gpu = (uint16_t)(u / per_gpu),
            .domain = (uint16_t)(w->replicas == 0 ? UINT16_MAX : u / per_gpu),
            .milli = (uint16_t)(1000u / per_gpu),
            .domain_milli = 1000,
        };
    for (uint32_t g = 0; g < w->gpus_per_node; g++)
        domains[g] = (struct domain_spec){
            .gpu = (uint16_t)g, .ops = &sharing_timeslice, .params = &no_overhead};
    for (uint32_t n = 0; n < w->nodes; n++) {
        if (w->pools > 0 && n % (w->nodes / w->pools) == 0)
            cluster_add_pool(c, arena_printf(c->arena, "pool-%u", c->pools_len), "machine", gpu);
        const uint32_t gpus = w->gpus_of_node == NULL ? w->gpus_per_node : w->gpus_of_node[n];
        const struct class_spec class_spec = {
            .resource = RESOURCE_GPU,
            .kind = w->replicas == 0 ? DEVICE_WHOLE : DEVICE_REPLICA,
            .units = units,
            .units_len = gpus * per_gpu,
        };
        const struct amount amounts[] = {{RESOURCE_CPU, w->cpu_milli}, {RESOURCE_GPU, gpus}};
        const struct world_node kind = w->kinds == NULL ? (struct world_node){0} : w->kinds[n];
        const struct node_label tier = {intern_add(names->words, "tier"),
                                        tier_word(names, kind.tier)};
        const struct taint dedicated = {intern_add(names->words, "dedicated"), INTERN_NONE,
                                        TAINT_NO_SCHEDULE};
        cluster_add_node(c, &(struct node_spec){
                                .name = w->node_names == NULL ? arena_printf(c->arena, "n%u", n)
                                                              : w->node_names[n],
                                .state = NODE_READY,
                                .gpus = gpus,
                                .is_numbered = !w->is_loose,
                                .amounts = amounts,
                                .amounts_len = w->is_loose ? 2 : 1,
                                .classes = &class_spec,
                                .classes_len = !w->is_loose,
                                .domains = domains,
                                .domains_len = w->replicas == 0 ? 0 : gpus,
                                .labels = arena_copy(c->arena, &tier, sizeof tier),
                                .labels_len = kind.tier != 0,
                                .taints = arena_copy(c->arena, &dedicated, sizeof dedicated),
                                .taints_len = kind.is_dedicated,
                                .price_micro_per_h = w->price_micro_per_h,
                            });
    }
    cluster_seal(c, RESOURCES_FIXED);
    return c;
}

static void check_all_free(const struct cluster *c)
{
    for (uint32_t n = 0; n < c->nodes_len; n++) {
        assert_int_equal(c->nodes[n].tasks, 0);
        assert_int_equal(c->nodes[n].allocated_milli, 0);
        for (uint32_t r = 0; r < c->resources_len; r++)
            assert_int_equal(cluster_free_of(c, n, r), cluster_capacity_of(c, n, r));
    }
}

static void run_to_the_end(struct world *w, struct simulation *sim)
{
    w->end = simulation_run(sim, INT64_MAX);
    w->end_s = simulation_now_ns(sim) / SECOND_NS;
    w->counts = simulation_counts(sim);
    if (w->counts.jobs_live == 0)
        check_all_free(simulation_cluster(sim));
    assert_true(simulation_close(sim) != w->expect_close_fails);
}

void world_run(struct world *w)
{
    assert_true(w->jobs_len <= WORLD_MOST_JOBS);
    struct names names = {.resources = resource_names_new(), .words = intern_new()};
    names.terms = node_terms_table_new(names.words);
    struct request_table *requests = request_table_new(names.resources);
    struct cluster *cluster = make_cluster(w, &names);
    struct diag diag;
    diag_init(&diag, w->diag_out == NULL ? stderr : w->diag_out);
    const struct world_options options = {.node = {.file = "test"}, .world = w};
    const struct source_use array = {&array_source, &options.node};
    struct observer_use *observers = calloc(w->observers_len + 1, sizeof observers[0]);
    assert_non_null(observers);
    observers[0] = (struct observer_use){&recorder, w};
    for (size_t i = 0; i < w->observers_len; i++)
        observers[i + 1] = w->observers[i];
    const struct simulation_spec spec = {
        .names = &names,
        .requests = requests,
        .cluster = cluster,
        .policies = w->policies,
        .policies_len = w->policies_len,
        .sources = w->source == NULL ? &array : w->source,
        .sources_len = 1,
        .observers = observers,
        .observers_len = w->observers_len + 1,
        .timeline = w->timeline,
        .timeline_len = w->timeline_len,
        .base_dir = ".",
        .seed = w->seed,
        .replication = w->replication,
        .out_dir = w->out_dir,
        .start_ns = w->start_s * SECOND_NS,
        .until_ns = w->until_s == 0 ? INT64_MAX : (w->start_s + w->until_s) * SECOND_NS,
        .drain = w->until_s == 0,
        .warm_up_ns = w->warm_up_s * SECOND_NS,
        .step_ns = w->step_s * SECOND_NS,
        .startup_ns = w->startup_s * SECOND_NS,
        .audit = w->audit,
        .log = w->log,
    };
    struct simulation *sim = simulation_open(&spec, &diag);
    assert_true((sim == NULL) == w->expect_open_fails);
    if (sim != NULL)
        run_to_the_end(w, sim);
    free(observers);
    cluster_free(cluster);
    request_table_free(requests);
    node_terms_table_free(names.terms);
    intern_free(names.resources);
    intern_free(names.words);
    diag_fini(&diag);
}
