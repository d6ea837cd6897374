/* Any bytes are read as manifests; what is accepted can be simulated. */
#include "models/kubernetes/pod_name.h"
#include "models/names.h"
#include "models/request.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/text_stream.h"
#include "tests/fuzz/fuzz_target.h"
#include "workloads/job_origins.h"

#include <string.h>

/* Everything that jobs are made with, and what it must be taken apart with. */
struct bench {
    struct names names;
    struct cluster *cluster;
    struct source_env env;
    struct object_set *objects;
    struct kubernetes_maker maker;
};

static void set_up(struct bench *b, const uint8_t *data, size_t size, struct diag *d)
{
    b->names = (struct names){.words = intern_new(), .resources = resource_names_new()};
    b->names.terms = node_terms_table_new(b->names.words);
    b->cluster = cluster_new();
    cluster_seal(b->cluster, RESOURCES_FIXED);
    b->env = (struct source_env){
        .names = &b->names,
        .requests = request_table_new(b->names.resources),
        .cluster = b->cluster,
        .arena = arena_new(),
    };
    b->objects = object_set_new();
    object_set_parse(b->objects, "fuzz", (const char *)data, size, d);
    b->maker = (struct kubernetes_maker){
        .reader = {d, b->env.arena, b->names.words, b->names.resources},
        .env = &b->env,
        .objects = b->objects,
        .missing_classes = intern_new(),
    };
    priority_classes_read(&b->maker.reader, b->objects, &b->maker.classes);
}

static void tear_down(struct bench *b)
{
    intern_free(b->maker.missing_classes);
    object_set_free(b->objects);
    request_table_free(b->env.requests);
    arena_free(b->env.arena);
    cluster_free(b->cluster);
    node_terms_table_free(b->names.terms);
    intern_free(b->names.words);
    intern_free(b->names.resources);
}

static void check_terms(const struct bench *b, const struct pod_template *t, uint32_t request)
{
    const struct request *r = request_get(b->env.requests, request);
    struct node n = {.name = "n", .state = NODE_READY};
    SIM_REQUIRE(node_terms_add(b->names.terms, &t->terms) == r->terms);
    node_terms_admit(b->names.terms, r->terms, &n, NULL);
    for (uint32_t i = 0; i < r->amounts_len; i++)
        SIM_REQUIRE(r->amounts[i].value > 0);
}

static void check_job(const struct bench *b, struct kubernetes_job *j)
{
    struct job_spec spec;
    char name[300];
    j->submit = (struct submit_rule){.count = 1};
    kubernetes_job_fill(j, &spec);
    SIM_REQUIRE(spec.groups_len > 0 && spec.work_ns >= 0);
    for (uint32_t g = 0; g < spec.groups_len; g++)
        check_terms(b, &j->workload.sets[g].template, spec.groups[g].request);
    if (spec.extra->controller == NULL)
        return;
    const struct pod_name_of of = {.job_name = j->workload.object->name, .index = 7};
    const size_t len = pod_name(spec.extra->controller, &of, name, sizeof name);
    SIM_REQUIRE(len > 0 && len < sizeof name && strlen(name) == len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_stream messages;
    struct diag d;
    struct bench b = {0};
    diag_init(&d, text_stream_open(&messages));
    set_up(&b, data, size, &d);
    static const struct run_time_rule from_sleep = {.from = RUN_TIME_SLEEP};
    struct live_dump dump = {.reader = &b.maker.reader, .objects = b.objects};
    struct job_origins origins = {
        .reader = &b.maker.reader, .objects = b.objects, .dump = &dump, .is_live = size % 2 == 0};
    for (size_t i = 0; i < object_set_len(b.objects); i++) {
        const struct object *o = object_set_at(b.objects, i);
        SIM_REQUIRE(o->name != NULL && o->kind[0] != '\0' && o->number == i);
    }
    live_dump_open(&dump);
    b.maker.dump = &dump;
    job_origins_find(&origins);
    for (size_t i = 0; i < origins.len; i++) {
        struct kubernetes_job *j = arena_alloc(b.env.arena, sizeof *j);
        const unsigned errors = diag_errors(&d);
        if (kubernetes_job_make(&b.maker, &origins.list[i], &from_sleep, j))
            check_job(&b, j);
        else
            SIM_REQUIRE(diag_errors(&d) > errors);
    }
    live_dump_close(&dump);
    diag_sum_up(&d);
    tear_down(&b);
    diag_fini(&d);
    text_stream_close(&messages);
    free(messages.text);
    return 0;
}
