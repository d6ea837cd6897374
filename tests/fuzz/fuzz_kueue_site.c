/* Any bytes are read as a site's own files: Kueue's objects and the jobs people submit. What is
 * made of a job is a Workload that the readers take. */
#include "models/kubernetes/tree.h"
#include "models/names.h"
#include "policies/kueue/job_resources.h"
#include "policies/kueue/job_workloads.h"
#include "policies/kueue/read_site.h"
#include "policies/kueue/validate.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/text_stream.h"
#include "tests/fuzz/fuzz_target.h"

#include <string.h>

struct bench {
    struct field_reader f;
    struct object_set *objects;
    struct site *site;
    struct gates gates;
};

static void set_up(struct bench *b, const uint8_t *data, size_t size, struct diag *d)
{
    b->objects = object_set_new();
    b->site = site_new();
    b->f = (struct field_reader){.diag = d,
                                 .arena = object_set_arena(b->objects),
                                 .words = intern_new(),
                                 .resources = resource_names_new()};
    gates_init(&b->gates, KUEUE_NEWEST);
    object_set_parse(b->objects, "fuzz", (const char *)data, size, d);
}

static void tear_down(struct bench *b)
{
    site_free(b->site);
    object_set_free(b->objects);
    intern_free(b->f.words);
    intern_free(b->f.resources);
}

static void check_objects(struct bench *b)
{
    struct site_reader r = {.f = b->f, .site = b->site};
    for (size_t i = 0; i < object_set_len(b->objects); i++) {
        const struct object *o = object_set_at(b->objects, i);
        const unsigned errors = diag_errors(b->f.diag);
        site_read(&r, o);
        const bool ok = kueue_object_check(&b->f, o, &b->gates);
        SIM_REQUIRE(ok || diag_errors(b->f.diag) > errors);
    }
}

static void make_workloads(struct bench *b)
{
    struct job_maker m = {.f = b->f, .objects = b->objects, .gates = &b->gates};
    job_workloads_make(&m);
    for (uint32_t i = 0; i < m.made_len; i++) {
        const struct yaml_node *sets = tree_get(m.made[i].doc, "spec.podSets");
        struct object o;
        SIM_REQUIRE(tree_len(sets) >= 1 && tree_len(sets) <= JOB_MOST_SETS);
        SIM_REQUIRE(object_read(&b->f, m.made[i].doc, 0, &o));
        job_pods_problem(b->f.arena, b->objects, m.made[i].namespace, sets);
    }
    for (uint32_t i = 0; i < m.problems_len; i++)
        SIM_REQUIRE(m.problems[i].text != NULL && m.problems[i].text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_stream messages;
    struct diag d;
    struct bench b;
    diag_init(&d, text_stream_open(&messages));
    set_up(&b, data, size, &d);
    check_objects(&b);
    make_workloads(&b);
    tear_down(&b);
    diag_fini(&d);
    text_stream_close(&messages);
    free(messages.text);
    return 0;
}
