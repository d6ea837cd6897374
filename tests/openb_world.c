#include "tests/openb_world.h"

#include "models/kubernetes/node_terms.h"
#include "models/simulation.h"
#include "policies/registry.h"
#include "sim/arena.h"
#include "sim/text_stream.h"
#include "sim/yaml.h"
#include "tests/unit.h"
#include "workloads/openb_nodes.h"
#include "workloads/openb_pods.h"
#include "workloads/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct parts {
    struct diag diag;
    struct arena *arena;
    struct names names;
    struct request_table *requests;
    struct cluster *cluster;
    struct yaml_file *file; /* a document each: nodes, source, policy */
};

static double processor_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void open_parts(struct parts *p, const struct openb_world *w)
{
    struct text_stream text;
    FILE *out = text_stream_open(&text);
    fprintf(out, "{nodes: %s", w->nodes);
    if (w->node_order != NULL)
        fprintf(out, ", order: %s", w->node_order);
    fprintf(out, "}\n---\n{openb: %s, %s}\n---\n{%s}\n", w->pods, w->source, w->policy);
    text_stream_close(&text);
    *p = (struct parts){.arena = arena_new()};
    diag_init(&p->diag, stderr);
    p->file = yaml_parse("./openb.yaml", text.text, strlen(text.text), &p->diag);
    assert_int_equal(diag_errors(&p->diag), 0);
    free(text.text);
    p->names = (struct names){.resources = resource_names_new(), .words = intern_new()};
    p->names.terms = node_terms_table_new(p->names.words);
    p->requests = request_table_new(p->names.resources);
    p->cluster = openb_cluster(yaml_doc(p->file, 0), &p->names, p->arena, &p->diag);
    assert_non_null(p->cluster);
}

static void close_parts(struct parts *p)
{
    cluster_free(p->cluster);
    request_table_free(p->requests);
    node_terms_table_free(p->names.terms);
    intern_free(p->names.resources);
    intern_free(p->names.words);
    arena_free(p->arena);
    yaml_close(p->file);
    assert_int_equal(diag_errors(&p->diag), 0);
    diag_fini(&p->diag);
}

void openb_world_run(struct openb_world *w)
{
    struct parts p;
    open_parts(&p, w);
    const struct policy_use policy = {policy_find("kube-scheduler"), yaml_doc(p.file, 2)};
    const struct source_use source = {job_source_find("openb"), yaml_doc(p.file, 1)};
    const struct simulation_spec spec = {
        .names = &p.names,
        .requests = p.requests,
        .cluster = p.cluster,
        .policies = &policy,
        .policies_len = 1,
        .sources = &source,
        .sources_len = 1,
        .base_dir = ".",
        .until_ns = INT64_MAX,
        .drain = true,
        .seed = w->seed,
        .log = stderr,
    };
    struct simulation *sim = simulation_open(&spec, &p.diag);
    assert_non_null(sim);
    const double from_s = processor_s();
    assert_int_equal(simulation_run(sim, INT64_MAX), SIMULATION_DRAINED);
    w->run_s = processor_s() - from_s;
    const struct simulation_counts counts = simulation_counts(sim);
    assert_int_equal(counts.verbs_refused, 0);
    w->arrived = counts.jobs_arrived;
    w->placed = counts.tasks_bound;
    w->allocated_milli = 0;
    for (uint32_t i = 0; i < p.cluster->pools_len; i++)
        w->allocated_milli += p.cluster->pools[i].allocated_milli;
    assert_true(simulation_close(sim));
    close_parts(&p);
}

char *openb_typical(const char *path)
{
    struct diag diag;
    struct openb_pods pods;
    struct text_stream text;
    FILE *out = text_stream_open(&text);
    struct arena *arena = arena_new();
    diag_init(&diag, stderr);
    const struct source_env env = {.arena = arena};
    assert_true(openb_pods_read(&pods, path, &env, &diag));
    fputs("typical: [", out);
    for (size_t i = 0; i < pods.pods_len; i++) {
        const struct openb_pod *p = &pods.pods[i];
        fprintf(out, "{cpu_milli: %" PRId64 ", gpus: %" PRIu32 ", gpu_milli: %" PRIu32 "}, ",
                p->cpu_milli, p->gpus, p->gpus == 0 ? 1000 : p->gpu_milli);
    }
    fputs("]", out);
    text_stream_close(&text);
    openb_pods_fini(&pods);
    arena_free(arena);
    diag_fini(&diag);
    return text.text;
}
