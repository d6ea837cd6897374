/*
 * openb_source.c - pods of openb, Alibaba's trace of GPU clusters of 2023.
 *
 * One after the other, they arrive and never leave, and who finds no room is lost: the protocol of
 * "Beware of Fragmentation" (USENIX ATC 2023), which fills a cluster and looks at what is left. Or
 * as recorded: created, run for as long as they ran, and wait if there is no room.
 */
#include "models/kubernetes/node_terms.h"
#include "models/names.h"
#include "models/request.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/path.h"
#include "sim/rng.h"
#include "workloads/openb_nodes.h"
#include "workloads/openb_pods.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

enum { ONE_BY_ONE, RECORDED };
static const char *const times_names[] = {"one-by-one", "recorded", NULL};

struct openb_options {
    const char *file, *order, *name;
    int times;
    int64_t every_ns;
    bool shuffle;
    double demand;
};

struct openb_source {
    struct openb_options options;
    struct source_env env;
    struct openb_pods pods;
    uint32_t *requests; /* by pod of the list; REQUEST_NONE: not needed yet */
    uint32_t name_word;
    size_t next;
    struct group_spec group;
};

/* --- options --- */

#define FIELD(member) offsetof(struct openb_options, member)

static const struct config_key keys[] = {
    {.key = "openb",
     .kind = CONFIG_TEXT,
     .offset = FIELD(file),
     .help = "the list of pods, plain or gzipped"},
    {.key = "times",
     .kind = CONFIG_CHOICE,
     .offset = FIELD(times),
     .fallback = "one-by-one",
     .choices = times_names,
     .help =
         "`one-by-one`: pods arrive, never leave, and are lost if there is no room; `recorded`: "
         "as they were created and deleted"},
    {.key = "every",
     .kind = CONFIG_DURATION,
     .offset = FIELD(every_ns),
     .fallback = "1s",
     .min = 1,
     .max = 1e15,
     .help = "from one arrival to the next, one by one"},
    {.key = "order",
     .kind = CONFIG_TEXT,
     .offset = FIELD(order),
     .fallback = "",
     .help =
         "a table with a column `pod`: the pods in the order they arrive; NAME-tuned-N is a copy "
         "of NAME"},
    {.key = "shuffle",
     .kind = CONFIG_BOOL,
     .offset = FIELD(shuffle),
     .fallback = "false",
     .help = "in an order drawn at random; else by name"},
    {.key = "demand",
     .kind = CONFIG_RATIO,
     .offset = FIELD(demand),
     .fallback = "0",
     .min = 0,
     .max = 1000,
     .help = "copies of pods drawn at random follow until all ask for this part of the cluster's "
             "GPUs: 130%; none if 0"},
    {.key = "name",
     .kind = CONFIG_TEXT,
     .offset = FIELD(name),
     .fallback = "openb",
     .help = "jobs are called this, a dash and their number"},
    {0},
};

static const struct config_table options_table = {
    .name = "openb",
    .help = "Pods of openb: CPUs, memory, and GPUs whole or in thousandths of one.",
    .bytes = sizeof(struct openb_options),
    .keys = keys,
};

/* --- opening --- */

static int64_t cluster_milli(const struct cluster *c)
{
    int64_t milli = 0;
    for (uint32_t p = 0; p < c->pools_len; p++)
        milli += INT64_C(1000) * c->pools[p].gpus;
    return milli;
}

static bool arrange(struct openb_source *s, struct diag *d)
{
    const struct openb_options *o = &s->options;
    gsl_rng *rng = rng_open(s->env.seed, s->env.replication, "openb", 0);
    bool ok = true;
    if (o->times == RECORDED)
        openb_pods_by_time(&s->pods);
    else if (o->order != NULL)
        ok = openb_pods_in_order(
            &s->pods, path_beside(s->env.arena, s->env.options->file, o->order), s->env.arena, d);
    if (o->shuffle)
        openb_pods_shuffle(&s->pods, rng);
    if (o->demand > 0)
        openb_pods_add_copies(&s->pods,
                              (int64_t)(o->demand * (double)cluster_milli(s->env.cluster)), rng);
    gsl_rng_free(rng);
    return ok;
}

static bool is_consistent(const struct openb_source *s, struct diag *d)
{
    const struct openb_options *o = &s->options;
    const char *refused = o->order != NULL ? "order" : o->shuffle ? "shuffle" : NULL;
    if (o->times == RECORDED && refused == NULL && o->demand > 0)
        refused = "demand";
    if (o->times == RECORDED && refused != NULL) {
        diag_error(d, yaml_pos(yaml_get(s->env.options, refused)),
                   "%s: recorded times have an order of their own; expected times: one-by-one",
                   refused);
        return false;
    }
    return true;
}

static void openb_close(void *state)
{
    struct openb_source *s = state;
    openb_pods_fini(&s->pods);
}

static bool openb_open(void *state, const struct source_env *env, struct diag *d)
{
    struct openb_source *s = state;
    struct config_reader reader = {.diag = d, .arena = env->arena};
    s->env = *env;
    if (!config_read(&reader, env->options, yaml_pos(env->options), &options_table, &s->options) ||
        !is_consistent(s, d))
        return false;
    const char *path = path_beside(env->arena, env->options->file, s->options.file);
    if (!openb_pods_read(&s->pods, path, env, d) || !arrange(s, d)) {
        openb_close(s);
        return false;
    }
    s->requests = arena_alloc(env->arena, (s->pods.pods_len + 1) * sizeof s->requests[0]);
    for (size_t i = 0; i < s->pods.pods_len; i++)
        s->requests[i] = REQUEST_NONE;
    s->name_word = intern_add(env->names->words, s->options.name);
    return true;
}

/* --- jobs --- */

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Terms of "A|B": a node with one of these models. */
static uint32_t terms_of(struct openb_source *s, const char *models)
{
    uint32_t words[16];
    struct selector_requirement one_of = {
        .key = intern_add(s->env.names->words, OPENB_MODEL_LABEL),
        .op = SELECTOR_IN,
        .values = {.words = words},
    };
    for (const char *end = models; *models != '\0' && one_of.values.len < 16; models = end) {
        models += *models == '|';
        end = models + strcspn(models, "|");
        words[one_of.values.len++] =
            intern_add_len(s->env.names->words, models, (size_t)(end - models));
    }
    qsort(words, one_of.values.len, sizeof words[0], by_number);
    const struct node_selector_term term = {.labels = {&one_of, 1}};
    const struct node_selector selector = {&term, 1};
    return node_terms_add(s->env.names->terms,
                          &(struct node_terms){.required = &selector, .node_name = INTERN_NONE});
}

static uint32_t request_of(struct openb_source *s, uint32_t pod)
{
    if (s->requests[pod] != REQUEST_NONE)
        return s->requests[pod];
    const struct openb_pod *p = &s->pods.pods[pod];
    const bool is_share = p->gpus == 1 && p->gpu_milli < 1000;
    const struct amount amounts[] = {{RESOURCE_CPU, p->cpu_milli},
                                     {RESOURCE_MEMORY, p->memory_bytes},
                                     {RESOURCE_GPU, is_share ? 0 : p->gpus}};
    const struct device_load load = {.gpu_milli = is_share ? (uint16_t)p->gpu_milli : 0};
    const bool has_terms = p->models[0] != '\0' && s->env.names->terms != NULL;
    s->requests[pod] =
        request_add(s->env.requests, amounts, 3, has_terms ? terms_of(s, p->models) : 0, &load);
    return s->requests[pod];
}

static void set_times(const struct openb_source *s, const struct openb_pod *p, struct job_spec *out)
{
    out->work_ns = WORK_ENDLESS;
    out->limit_ns = LIMIT_NONE;
    if (s->options.times == ONE_BY_ONE) {
        out->submit_ns = s->env.start_ns + (int64_t)s->next * s->options.every_ns;
        out->patience_ns = 0;
        return;
    }
    const int64_t began_s = p->started_s >= 0 ? p->started_s : p->created_s;
    out->submit_ns = s->env.start_ns + (p->created_s < 0 ? 0 : p->created_s) * SECOND_NS;
    out->patience_ns = LIMIT_NONE;
    if (p->ended_s >= 0 && began_s >= 0)
        out->work_ns = p->ended_s > began_s ? (p->ended_s - began_s) * SECOND_NS : 0;
}

static enum pull openb_next(void *state, struct job_spec *out, struct diag *d)
{
    struct openb_source *s = state;
    (void)d;
    if (s->next == s->pods.len)
        return PULL_END;
    const uint32_t pod = s->pods.order[s->next];
    const struct openb_pod *p = &s->pods.pods[pod];
    s->group = (struct group_spec){.request = request_of(s, pod), .count = 1};
    const uint32_t qos = p->qos[0] == '\0' ? INTERN_NONE : intern_add(s->env.names->words, p->qos);
    *out = (struct job_spec){
        .groups = &s->group,
        .groups_len = 1,
        .name_word = s->name_word,
        .ordinal = s->next,
        .source_id = s->next,
        .user_word = INTERN_NONE,
        .tenant_word = qos,
        .queue_word = INTERN_NONE,
    };
    set_times(s, p, out);
    s->next++;
    return PULL_JOB;
}

static size_t openb_tally(const void *state, const struct repair **out)
{
    const struct openb_source *s = state;
    return repair_log_tally(&s->pods.repairs, out);
}

extern const struct job_source_ops openb_source;
const struct job_source_ops openb_source = {
    .api = JOB_SOURCE_API,
    .name = "openb",
    .summary = "pods of Alibaba's GPU trace of 2023, with parts of GPUs",
    .state_bytes = sizeof(struct openb_source),
    .options = &options_table,
    .open = openb_open,
    .next = openb_next,
    .tally = openb_tally,
    .close = openb_close,
};
