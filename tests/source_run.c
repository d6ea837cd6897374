#include "tests/source_run.h"

#include "models/cluster.h"
#include "models/kubernetes/node_terms.h"
#include "models/request.h"
#include "sim/arena.h"
#include "sim/duration.h"
#include "sim/yaml.h"
#include "tests/unit.h"
#include "workloads/registry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct cluster *make_cluster(const struct source_world *w)
{
    struct cluster *c = cluster_new();
    const struct amount amounts[] = {{RESOURCE_CPU, INT64_C(1000) * w->cpus},
                                     {RESOURCE_GPU, w->gpus}};
    cluster_add_pool(c, "pool", "machine", KIND_NONE);
    for (uint32_t n = 0; n < w->nodes; n++)
        cluster_add_node(c, &(struct node_spec){
                                .name = arena_printf(c->arena, "n%u", n),
                                .state = NODE_READY,
                                .gpus = w->gpus,
                                .amounts = amounts,
                                .amounts_len = LEN(amounts),
                            });
    cluster_seal(c, RESOURCES_FIXED);
    return c;
}

void source_run_open(struct source_run *r, const struct source_world *w, const char *options)
{
    *r = (struct source_run){.arena = arena_new()};
    messages_open(&r->m);
    r->names.resources = resource_names_new();
    r->names.words = intern_new();
    r->names.terms = node_terms_table_new(r->names.words);
    r->requests = request_table_new(r->names.resources);
    r->cluster = make_cluster(w);
    r->file = yaml_parse("scenario.yaml", options, strlen(options), &r->m.diag);
    assert_int_equal(yaml_docs(r->file), 1);
    r->env = (struct source_env){
        .names = &r->names,
        .requests = r->requests,
        .cluster = r->cluster,
        .options = yaml_doc(r->file, 0),
        .base_dir = ".",
        .start_ns = w->start_ns,
        .horizon_ns = w->horizon_ns == 0 ? INT64_MAX : w->horizon_ns,
        .strict = w->strict,
        .maker = w->maker,
        .arena = r->arena,
    };
    r->ops = job_source_find(r->env.options->pairs[0].key->text);
    assert_non_null(r->ops);
    r->state = arena_alloc(r->arena, r->ops->state_bytes);
    r->is_open = r->ops->open(r->state, &r->env, &r->m.diag);
}

void source_run_close(struct source_run *r)
{
    if (r->is_open)
        r->ops->close(r->state);
    yaml_close(r->file);
    cluster_free(r->cluster);
    request_table_free(r->requests);
    node_terms_table_free(r->names.terms);
    intern_free(r->names.words);
    intern_free(r->names.resources);
    arena_free(r->arena);
    messages_close(&r->m);
}

enum pull source_run_next(struct source_run *r)
{
    return r->ops->next(r->state, &r->job, &r->m.diag);
}

static void print_duration(FILE *out, int64_t ns)
{
    char text[DURATION_TEXT];
    fputs(ns == INT64_MAX ? "ever" : duration_print(text, ns), out);
}

static void print_word(const struct source_run *r, FILE *out, const char *what, uint32_t word)
{
    if (word != INTERN_NONE)
        fprintf(out, ", %s %s", what, intern_text(r->names.words, word));
}

static void print_group(const struct source_run *r, FILE *out, const struct group_spec *g)
{
    const struct request *request = request_get(r->requests, g->request);
    fprintf(out, " %" PRIu32 " x", g->count);
    for (uint32_t i = 0; i < request->amounts_len; i++)
        fprintf(out, "%s %" PRId64 " %s", i == 0 ? "" : " +", request->amounts[i].value,
                intern_text(r->names.resources, request->amounts[i].resource));
    if (request->load.gpu_milli > 0)
        fprintf(out, " + %d/1000 GPU", request->load.gpu_milli);
    fputc(',', out);
}

static void print_extra(const struct source_run *r, FILE *out, const struct job_extra *x)
{
    if (x == NULL)
        return;
    print_word(r, out, "namespace", x->namespace_word);
    print_word(r, out, "class", x->priority_class_word);
    print_word(r, out, "account", x->account_word);
    print_word(r, out, "qos", x->qos_word);
    if (x->map != NULL)
        fprintf(out, ", map '%s'", x->map);
}

void source_run_print_job(const struct source_run *r, FILE *out)
{
    static const char *const kinds[] = {"", ", interactive", ", service"};
    const struct job_spec *j = &r->job;
    fputs(intern_text(r->names.words, j->name_word), out);
    if (j->ordinal != UINT64_MAX)
        fprintf(out, "-%" PRIu64, j->ordinal);
    fputs(" at ", out);
    print_duration(out, j->submit_ns);
    fputc(':', out);
    for (uint32_t g = 0; g < j->groups_len; g++)
        print_group(r, out, &j->groups[g]);
    fputc(' ', out);
    print_duration(out, j->work_ns);
    fputs(" of ", out);
    print_duration(out, j->limit_ns);
    print_word(r, out, "user", j->user_word);
    print_word(r, out, "tenant", j->tenant_word);
    print_word(r, out, "queue", j->queue_word);
    if (j->priority != 0)
        fprintf(out, ", priority %" PRId32, j->priority);
    fputs(kinds[j->kind], out);
    print_extra(r, out, j->extra);
    fputc('\n', out);
}

void source_run_print_tally(const struct source_run *r, FILE *out)
{
    const struct repair *met;
    const size_t len = r->ops->tally == NULL ? 0 : r->ops->tally(r->state, &met);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "%s%" PRIu64 " %s (line %" PRIu64 ")\n", met[i].is_skip ? "-" : "",
                met[i].count, met[i].what, met[i].first_line);
}

char *source_run_text(struct source_run *r)
{
    static const char *const ends[] = {"", "waits\n", "", "failed\n"};
    char *jobs = NULL;
    char *text = NULL;
    size_t len;
    enum pull how = PULL_FAILED;
    FILE *out = open_memstream(&jobs, &len);
    while (r->is_open && (how = source_run_next(r)) == PULL_JOB)
        source_run_print_job(r, out);
    fclose(out);
    out = open_memstream(&text, &len);
    fprintf(out, "%s%s%s", messages_text(&r->m), jobs, ends[how]);
    if (r->is_open)
        source_run_print_tally(r, out);
    fclose(out);
    free(jobs);
    return text;
}

static void hide_path(char *text, const char *path)
{
    const size_t len = strlen(path);
    for (char *at; (at = strstr(text, path)) != NULL;) {
        memcpy(at, "FILE", 4);
        memmove(at + 4, at + len, strlen(at + len) + 1);
    }
}

char *source_run_all(const struct source_world *w, const char *options, const char *hide)
{
    struct source_run r;
    source_run_open(&r, w, options);
    char *text = source_run_text(&r);
    source_run_close(&r);
    hide_path(text, hide);
    return text;
}
