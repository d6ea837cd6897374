/* Any bytes are a table of jobs, or refused: jobs come in order, and ask for something. */
#include "models/names.h"
#include "models/request.h"
#include "sim/arena.h"
#include "sim/yaml.h"
#include "tests/fuzz/fuzz_file.h"
#include "tests/fuzz/fuzz_target.h"
#include "workloads/registry.h"

enum { START_NS = 1000 };

static void check_job(const struct source_env *env, const struct job_spec *j, int64_t last_ns)
{
    SIM_REQUIRE(j->submit_ns >= last_ns && j->submit_ns >= START_NS);
    SIM_REQUIRE(j->work_ns >= 0 && j->limit_ns >= 0 && j->patience_ns >= 0);
    SIM_REQUIRE(j->groups_len == 1 && j->groups[0].count > 0);
    const struct request *r = request_get(env->requests, j->groups[0].request);
    SIM_REQUIRE(r->amounts_len > 0);
    for (uint32_t i = 0; i < r->amounts_len; i++)
        SIM_REQUIRE(r->amounts[i].value > 0);
}

static void pull_all(const struct source_env *env, const struct job_source_ops *ops, struct diag *d)
{
    struct job_spec job;
    int64_t last_ns = INT64_MIN;
    const struct repair *met;
    void *state = arena_alloc(env->arena, ops->state_bytes);
    if (!ops->open(state, env, d)) {
        SIM_REQUIRE(d->errors > 0);
        return;
    }
    enum pull how;
    while ((how = ops->next(state, &job, d)) == PULL_JOB) {
        check_job(env, &job, last_ns);
        last_ns = job.submit_ns;
    }
    SIM_REQUIRE(how == PULL_END || d->errors > 0);
    ops->tally(state, &met);
    ops->close(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FILE *nowhere = fopen("/dev/null", "w");
    SIM_REQUIRE(nowhere != NULL);
    struct diag d;
    struct fuzz_file f;
    char options[64];
    diag_init(&d, nowhere);
    fuzz_file_open(&f, data, size);
    snprintf(options, sizeof options, "{csv: %s, order: {jobs: 2}}", f.path);
    struct yaml_file *file = yaml_parse("fuzz.yaml", options, strlen(options), &d);
    struct names names = {.resources = resource_names_new(), .words = intern_new()};
    struct cluster *cluster = cluster_new();
    cluster_seal(cluster, RESOURCES_FIXED);
    const struct source_env env = {
        .names = &names,
        .requests = request_table_new(names.resources),
        .cluster = cluster,
        .options = yaml_doc(file, 0),
        .base_dir = ".",
        .start_ns = START_NS,
        .horizon_ns = INT64_MAX,
        .strict = size % 2 == 1,
        .arena = arena_new(),
    };
    pull_all(&env, job_source_find("csv"), &d);
    arena_free(env.arena);
    request_table_free(env.requests);
    cluster_free(cluster);
    intern_free(names.words);
    intern_free(names.resources);
    yaml_close(file);
    fuzz_file_close(&f);
    diag_fini(&d);
    fclose(nowhere);
    return 0;
}
