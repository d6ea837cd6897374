/* --set through the whole program: what is set counts as if it were written in the file. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

static const char scenario[] =
    "clustersim: 1\nname: small\nstart: 2026-03-02T00:00:00Z\n"
    "cluster: {pools: [{name: p, machine: Standard_ND96isr_H100_v5, count: 1}]}\n"
    "workload:\n"
    "  - generate: {name: g, arrivals: {rate: 6/h}, gpus: 8, duration: 1h, until: 12h}\n"
    "policies:\n"
    "  - fifo\n"
    "  - {name: shortest-first, sjf: {}}\n";

static const char quota[] =
    "apiVersion: kueue.x-k8s.io/v1beta2\nkind: ResourceFlavor\nmetadata: {name: f}\n---\n"
    "apiVersion: kueue.x-k8s.io/v1beta2\nkind: ResourceFlavor\nmetadata: {name: spot}\n---\n"
    "apiVersion: kueue.x-k8s.io/v1beta2\nkind: ClusterQueue\nmetadata: {name: q}\n"
    "spec:\n  namespaceSelector: {}\n  resourceGroups:\n"
    "    - coveredResources: [cpu]\n"
    "      flavors: [{name: f, resources: [{name: cpu, nominalQuota: 3}]},\n"
    "                {name: spot, resources: [{name: cpu, nominalQuota: 0}]}]\n"
    "    - coveredResources: [nvidia.com/gpu]\n"
    "      flavors: [{name: g, resources: [{name: nvidia.com/gpu, nominalQuota: 1}]}]\n---\n"
    "apiVersion: kueue.x-k8s.io/v1beta2\nkind: ResourceFlavor\nmetadata: {name: g}\n---\n"
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n---\n"
    "apiVersion: kueue.x-k8s.io/v1beta2\nkind: LocalQueue\n"
    "metadata: {name: l, namespace: default}\nspec: {clusterQueue: q}\n";

static const char quota_scenario[] = "clustersim: 1\nname: q\n"
                                     "workload: [{csv: jobs.csv}]\n"
                                     "policies: [{kueue: {objects: [q.yaml]}}]\n";

/* Three at once, each of one GPU; one that was parked is looked at again after a second. */
static const char quota_jobs[] = "name,submit_s,queue,gpus,run_s\n"
                                 "a,0,l,1,60\nb,0,l,1,60\nc,0,l,1,60\n";

static char *file_text(const struct scenario_run *r, const char *name)
{
    char path[160];
    size_t bytes;
    assert_true(snprintf(path, sizeof path, "%s/%s", r->out, name) < (int)sizeof path);
    return temp_file_read(path, &bytes);
}

/* The scenario with one text in place of another. */
static char *written(const char *was, const char *is)
{
    const char *at = strstr(scenario, was);
    assert_non_null(at);
    const size_t bytes = sizeof scenario + strlen(is);
    char *text = malloc(bytes);
    assert_non_null(text);
    snprintf(text, bytes, "%.*s%s%s", (int)(at - scenario), scenario, is, at + strlen(was));
    return text;
}

static void what_is_set_counts_as_if_it_were_written(void **state)
{
    (void)state;
    static const struct {
        const char *set, *was, *is;
    } rows[] = {
        {"cluster.pools.p.count=3", "count: 1", "count: 3"},
        {"nodes of pool p=2", "count: 1", "count: 2"},
        {"machine of pool p=Standard_ND96isr_H200_v5", "ND96isr_H100", "ND96isr_H200"},
        {"workload.g.generate.gpus=4", "gpus: 8", "gpus: 4"},
        {"workload.0.generate.duration=30m", "duration: 1h", "duration: 30m"},
        {"workload.generate.generate.duration=30m", "duration: 1h", "duration: 30m"},
        {"run.until=6h", "policies:", "run: {until: 6h}\npolicies:"},
        {"run={until: 6h}", "policies:", "run: {until: 6h}\npolicies:"},
        {"seed=9", "name: small", "seed: 9\nname: small"},
    };
    char *before = NULL;
    for (size_t i = 0; i < LEN(rows); i++) {
        char *text = written(rows[i].was, rows[i].is);
        char options[160];
        struct scenario_run set, in_file;
        snprintf(options, sizeof options, "--no-plots --quiet --set '%s'", rows[i].set);
        scenario_call_files(&set, "run", (const char *const[]){"s.yaml", scenario, NULL}, options);
        scenario_call_files(&in_file, "run", (const char *const[]){"s.yaml", text, NULL},
                            "--no-plots --quiet");
        assert_int_equal(set.rc, 0);
        char *a = file_text(&set, "summary.csv"), *b = file_text(&in_file, "summary.csv");
        assert_string_equal(a, b);
        if (before != NULL && i < 4)
            assert_string_not_equal(a, before); /* the setting did something */
        free(before);
        before = a;
        free(b);
        free(text);
        scenario_run_close(&set);
        scenario_run_close(&in_file);
    }
    free(before);
}

static void wrong_settings_are_refused_with_the_nearest_name(void **state)
{
    (void)state;
    static const struct {
        const char *set, *says;
    } rows[] = {
        {"cluster.pools.q.count=3", "cluster.pools.q.count: nothing there is called 'q'"},
        {"cluster.pools.p.cuont=3", "unknown key 'cuont'"},
        {"policies.shortest.sjf.x=3", "did you mean 'shortest-first'?"},
        {"policies.*.kueue.version=v0.19", "policies.*.kueue.version: nothing there has 'kueue'"},
        {"policies.fifo.fifo=3", "fifo: text where its options are expected"},
        {"name.first=x", "above 'first' there is the text 'small', which has no keys"},
        {"nodes of pol p=3", "'nodes of pol p': expected keys between dots"},
        {"cluster..x=3", "'cluster..x': expected keys between dots"},
        {"seed", "--set seed: error: expected KEY=VALUE"},
        {"seed=[1", "--set seed=[1:1:"},
        {"seed=", "'': expected one value"},
        {"seed=x", "seed: 'x'"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        char options[160];
        struct scenario_run r;
        snprintf(options, sizeof options, "--no-plots --quiet --set '%s'", rows[i].set);
        scenario_call_files(&r, "run", (const char *const[]){"s.yaml", scenario, NULL}, options);
        assert_int_equal(r.rc, 2);
        if (strstr(r.said, rows[i].says) == NULL)
            fail_msg("no '%s' in\n%s", rows[i].says, r.said);
        scenario_run_close(&r);
    }
}

static void quota_set_in_the_scenario_decides_how_many_start(void **state)
{
    (void)state;
    static const struct {
        const char *set;
        double last_start_s;
    } rows[] = {
        {"seed=1", 122},
        {"quota of ClusterQueue q for nvidia.com/gpu=2", 61},
        {"quota of ClusterQueue q for nvidia.com/gpu in g=3", 0},
        {"policies.kueue.kueue.quota={q: {nvidia.com/gpu: {nominalQuota: 2}}}", 61},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        char options[160];
        struct scenario_run r;
        snprintf(options, sizeof options, "--no-plots --quiet --set '%s'", rows[i].set);
        scenario_call_files(&r, "run",
                            (const char *const[]){"s.yaml", quota_scenario, "q.yaml", quota,
                                                  "jobs.csv", quota_jobs, NULL},
                            options);
        if (r.rc != 0)
            fail_msg("%s", r.said);
        struct table *jobs = table_read_in(r.out, "jobs.csv");
        double last = -1;
        for (size_t row = 0; row < jobs->rows; row++) {
            const double wait = atof(table_text(jobs, row, "wait_s"));
            last = wait > last ? wait : last;
        }
        assert_true(last == rows[i].last_start_s);
        table_free(jobs);
        scenario_run_close(&r);
    }
}

static void quota_of_what_is_not_there_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *set, *says;
    } rows[] = {
        {"quota of ClusterQueue r for cpu=1",
         "quota: 'r': there is no such ClusterQueue or Cohort"},
        {"quota of ClusterQueue q for nvidia.com/gpus=1", "did you mean 'nvidia.com/gpu'?"},
        {"quota of ClusterQueue q for cpu=1", "2 flavors of ClusterQueue q have it; say which"},
        {"quota of ClusterQueue q for cpu in f=x", "'x': not a number"},
        {"policies.kueue.kueue.quota=3", "quota: text; expected a mapping"},
        {"policies.kueue.kueue.quota={q: 3}", "quota: q: text; expected such as"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        char options[160];
        struct scenario_run r;
        snprintf(options, sizeof options, "--no-plots --quiet --set '%s'", rows[i].set);
        scenario_call_files(&r, "run",
                            (const char *const[]){"s.yaml", quota_scenario, "q.yaml", quota,
                                                  "jobs.csv", quota_jobs, NULL},
                            options);
        assert_int_equal(r.rc, 2);
        if (strstr(r.said, rows[i].says) == NULL)
            fail_msg("no '%s' in\n%s", rows[i].says, r.said);
        scenario_run_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_set_counts_as_if_it_were_written),
        cmocka_unit_test(wrong_settings_are_refused_with_the_nearest_name),
        cmocka_unit_test(quota_set_in_the_scenario_decides_how_many_start),
        cmocka_unit_test(quota_of_what_is_not_there_is_refused),
    };
    return cmocka_run_group_tests_name("program_settings", tests, NULL, NULL);
}
