#include "tests/log_run.h"

#include "models/names.h"
#include "models/request.h"
#include "sim/yaml.h"
#include "tests/unit.h"
#include "workloads/registry.h"

#include <stdio.h>
#include <string.h>

/* --- the metrics --- */

static bool metrics_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    *(struct log_run **)state = (struct log_run *)(uintptr_t)env->options;
    return true;
}

static void metrics_job_over(void *state, const struct job *job)
{
    struct log_run *r = *(struct log_run **)state;
    const double wait_s = (double)(job->start_ns - job->submit_ns) / 1e9;
    const double flow_s = (double)(job->end_ns - job->submit_ns) / 1e9;
    const double run_s = (double)(job->end_ns - job->start_ns) / 1e9;
    const double bsld = flow_s / (run_s > 10 ? run_s : 10);
    r->jobs++;
    r->mean_wait_s += wait_s;
    r->mean_flow_s += flow_s;
    r->mean_bsld += bsld > 1 ? bsld : 1;
    r->max_bsld = bsld > r->max_bsld ? bsld : r->max_bsld;
}

static bool metrics_close(void *state, struct diag *d)
{
    (void)d;
    struct log_run *r = *(struct log_run **)state;
    r->mean_wait_s /= (double)r->jobs;
    r->mean_flow_s /= (double)r->jobs;
    r->mean_bsld /= (double)r->jobs;
    return true;
}

static const struct observer_ops metrics = {
    .api = OBSERVER_API,
    .name = "metrics",
    .state_bytes = sizeof(struct log_run *),
    .wants = WANTS_JOBS,
    .open = metrics_open,
    .job_over = metrics_job_over,
    .close = metrics_close,
};

/* --- the run --- */

static struct cluster *flat_machine(uint32_t procs)
{
    struct cluster *c = cluster_new();
    cluster_add_pool(c, "pool", "machine", KIND_NONE);
    const struct amount units = {RESOURCE_GPU, procs};
    cluster_add_node(c, &(struct node_spec){.name = "node",
                                            .state = NODE_READY,
                                            .gpus = procs,
                                            .amounts = &units,
                                            .amounts_len = 1});
    cluster_seal(c, RESOURCES_FIXED);
    return c;
}

void log_run(struct log_run *r)
{
    struct diag diag;
    diag_init(&diag, stderr);
    char options[4200];
    snprintf(options, sizeof options, "{swf: '%s', %s}", r->path, r->options);
    struct yaml_file *file = yaml_parse("options.yaml", options, strlen(options), &diag);
    struct names names = {.resources = resource_names_new(), .words = intern_new()};
    struct request_table *requests = request_table_new(names.resources);
    struct cluster *cluster = flat_machine(r->procs);
    const struct source_use source = {job_source_find("swf"), yaml_doc(file, 0)};
    const struct observer_use observer = {&metrics, r};
    const struct simulation_spec spec = {
        .names = &names,
        .requests = requests,
        .cluster = cluster,
        .policies = &r->policy,
        .policies_len = 1,
        .sources = &source,
        .sources_len = 1,
        .observers = &observer,
        .observers_len = 1,
        .base_dir = ".",
        .until_ns = INT64_MAX,
        .drain = true,
    };
    struct simulation *sim = simulation_open(&spec, &diag);
    assert_non_null(sim);
    r->end = simulation_run(sim, INT64_MAX);
    r->verbs_refused = simulation_counts(sim).verbs_refused;
    assert_true(simulation_close(sim));
    cluster_free(cluster);
    request_table_free(requests);
    intern_free(names.resources);
    intern_free(names.words);
    yaml_close(file);
    diag_fini(&diag);
}
