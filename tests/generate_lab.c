#include "tests/generate_lab.h"

#include "models/catalogue.h"
#include "models/cluster_spec.h"
#include "models/kubernetes/node_terms.h"
#include "sim/arena.h"
#include "sim/yaml.h"
#include "workloads/registry.h"

#define FOUR_MACHINES "{pools: [{name: train, machine: Standard_ND96isr_H100_v5, count: 4}]}"

static const struct yaml_node *parse(struct generate_lab *lab, size_t i, const char *name,
                                     const char *text)
{
    lab->files[i] = yaml_parse(name, text, strlen(text), &lab->messages.diag);
    return yaml_docs(lab->files[i]) == 0 ? NULL : yaml_doc(lab->files[i], 0);
}

static void make_cluster(struct generate_lab *lab)
{
    const char *text = lab->cluster == NULL ? FOUR_MACHINES : lab->cluster;
    struct config_reader r = {.diag = &lab->messages.diag, .arena = lab->arena};
    struct cluster_spec spec = {0};
    assert_true(cluster_spec_read(&r, parse(lab, 0, "c.yaml", text), lab->catalogue, &spec));
    lab->nodes =
        cluster_spec_build(&spec, lab->catalogue, &lab->names, lab->arena, &lab->messages.diag);
    assert_non_null(lab->nodes);
}

void generate_lab_open(struct generate_lab *lab, const char *options)
{
    const struct job_source_ops *ops = job_source_find("generate");
    messages_open(&lab->messages);
    lab->arena = arena_new();
    lab->catalogue = catalogue_open(&lab->messages.diag);
    lab->names = (struct names){.resources = resource_names_new(), .words = intern_new()};
    lab->names.terms = node_terms_table_new(lab->names.words);
    lab->requests = request_table_new(lab->names.resources);
    make_cluster(lab);
    const struct source_env env = {
        .names = &lab->names,
        .requests = lab->requests,
        .cluster = lab->nodes,
        .options = parse(lab, 1, "g.yaml", arena_printf(lab->arena, "generate: %s\n", options)),
        .base_dir = ".",
        .seed = GENERATE_LAB_SEED,
        .replication = lab->replication,
        .start_ns = lab->start_ns,
        .horizon_ns = lab->horizon_ns == 0 ? INT64_MAX : lab->horizon_ns,
        .arena = lab->arena,
    };
    lab->state = arena_alloc(lab->arena, ops->state_bytes);
    lab->is_open = ops->open(lab->state, &env, &lab->messages.diag);
}

void generate_lab_open_clean(struct generate_lab *lab, const char *options)
{
    generate_lab_open(lab, options);
    assert_string_equal(messages_text(&lab->messages), "");
    assert_true(lab->is_open);
}

void generate_lab_close(struct generate_lab *lab)
{
    if (lab->is_open)
        job_source_find("generate")->close(lab->state);
    cluster_free(lab->nodes);
    yaml_close(lab->files[0]);
    yaml_close(lab->files[1]);
    catalogue_close(lab->catalogue);
    request_table_free(lab->requests);
    node_terms_table_free(lab->names.terms);
    intern_free(lab->names.resources);
    intern_free(lab->names.words);
    arena_free(lab->arena);
    messages_close(&lab->messages);
}

bool generate_lab_next(struct generate_lab *lab, struct job_spec *job)
{
    if (!lab->is_open)
        print_message("%s", messages_text(&lab->messages));
    assert_true(lab->is_open);
    const enum pull pull = job_source_find("generate")->next(lab->state, job, &lab->messages.diag);
    assert_true(pull == PULL_JOB || pull == PULL_END);
    return pull == PULL_JOB;
}

const char *generate_lab_word(const struct generate_lab *lab, uint32_t word)
{
    return intern_text(lab->names.words, word);
}

const struct request *generate_lab_request(const struct generate_lab *lab,
                                           const struct job_spec *job)
{
    assert_int_equal(job->groups_len, 1);
    return request_get(lab->requests, job->groups[0].request);
}

int64_t generate_lab_amount(const struct generate_lab *lab, const struct job_spec *job,
                            const char *resource)
{
    return request_amount(generate_lab_request(lab, job),
                          intern_find(lab->names.resources, resource));
}
