/* What the whole program leaves behind: files, pictures, the table of a comparison. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/unit.h"

#include <sys/stat.h>

#define SCENARIO                                                                   \
    "clustersim: 1\nname: small\nstart: 2026-03-02T00:00:00Z\n"                    \
    "cluster: {pools: [{name: p, machine: Standard_ND96isr_H100_v5, count: 1}]}\n" \
    "workload: [{csv: jobs.csv}]\n"                                                \
    "policies: [fifo, {name: shortest-first, sjf: {}}]\nsample: 50s\n"

/* Waits under fifo 0, 100 and 1100 s; shortest first 10, 110 and 0 s. */
#define JOBS "submit_s,run_s,gpus\n0,100,8\n0,1000,8\n0,10,8\n"

static bool has(const struct scenario_run *r, const char *file)
{
    char path[200];
    struct stat s;
    assert_true(snprintf(path, sizeof path, "%s/%s", r->out, file) < (int)sizeof path);
    return stat(path, &s) == 0 && s.st_size > 0;
}

static void a_comparison_has_a_table_and_pictures(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_compare_files(
        &r, (const char *const[]){"scenario.yaml", SCENARIO, "jobs.csv", JOBS, NULL});
    assert_int_equal(r.rc, 0);
    static const char *const lines[] = {
        "fifo               3      6m40s   1m40s  18m20s      37.7   100.0%    18m30s          0\n",
        "shortest-first     3       *40s    *10s",
        "Jobs wait least under shortest-first: 40s on average, 6m less than under fifo (6m40s).\n"};
    for (size_t i = 0; i < LEN(lines); i++)
        if (strstr(r.said, lines[i]) == NULL)
            fail_msg("no %s in %s", lines[i], r.said);
    static const char *const files[] = {
        "compare.csv",
        "plots/utilisation.gp",
        "plots/queue-length.gp",
        "plots/waits.gp",
        "plots/policies.gp",
        "fifo/jobs.csv",
        "fifo/summary.json",
        "fifo/plots/utilisation.gp",
        "fifo/plots/queue-length.gp",
        "fifo/plots/waits.gp",
        "fifo/plots/heat.gp",
        "fifo/plots/gantt.gp",
        "shortest-first/jobs.csv",
        "shortest-first/plots/gantt.gp",
    };
    for (size_t i = 0; i < LEN(files); i++)
        if (!has(&r, files[i]))
            fail_msg("no %s", files[i]);
    const bool has_gnuplot = strstr(r.said, "gnuplot is not installed") == NULL;
    assert_int_equal(has(&r, "plots/policies.svg"), has_gnuplot);
    assert_int_equal(has(&r, "shortest-first/plots/gantt.png"), has_gnuplot);
    struct table *t = table_read_in(r.out, "compare.csv");
    assert_string_equal(table_text(t, 0, "policy"), "fifo");
    assert_string_equal(table_text(t, 1, "policy"), "shortest-first");
    table_free(t);
    scenario_run_close(&r);
}

static void only_chosen_outputs_are_written(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_compare_files(&r, (const char *const[]){"scenario.yaml",
                                                     SCENARIO "outputs: [jobs, summary]\n",
                                                     "jobs.csv", JOBS, NULL});
    assert_int_equal(r.rc, 0);
    assert_true(has(&r, "fifo/jobs.csv") && has(&r, "fifo/summary.csv"));
    assert_true(has(&r, "compare.csv"));
    assert_false(has(&r, "fifo/events.csv") || has(&r, "fifo/plots") || has(&r, "plots"));
    scenario_run_close(&r);
}

static void an_output_that_is_none_is_refused(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_run_files(&r,
                       (const char *const[]){"scenario.yaml", SCENARIO "outputs: [jobs, summry]\n",
                                             "jobs.csv", JOBS, NULL});
    assert_int_equal(r.rc, 2);
    if (strstr(r.said, "scenario.yaml:8:17: error: outputs: 'summry': there is no such output; did "
                       "you mean 'summary'? (see `clustersim list outputs`)\n") == NULL)
        fail_msg("%s", r.said);
    assert_false(has(&r, "jobs.csv"));
    scenario_run_close(&r);
}

#define POD(name)                                                          \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name                    \
    ", annotations: {clustersim/load: \"{memory: 100GiB}\"}}\nspec:\n"     \
    "  restartPolicy: Never\n  containers:\n  - command: [sleep, '600']\n" \
    "    resources: {limits: {nvidia.com/gpu: 1}}\n---\n"

/* Two that want 100 of 128 GiB of one GPU: the second finds no memory. */
static void the_verdict_tells_of_failed_jobs(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_compare_files(
        &r, (const char *const[]){
                "s.yaml",
                "clustersim: 1\nname: t\ncluster: {pools: [{name: n, machine: gb10, sharing: "
                "{time-slicing: {replicas: 4}}}]}\nworkload: [{kubernetes: p.yaml}]\n"
                "policies: [kube-scheduler]\noutputs: [summary]\n",
                "p.yaml", POD("a") POD("b"), NULL});
    assert_int_equal(r.rc, 0);
    if (strstr(r.said, "\nUnder kube-scheduler 1 of 2 jobs failed.\nJobs wait ") == NULL)
        fail_msg("%s", r.said);
    scenario_run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comparison_has_a_table_and_pictures),
        cmocka_unit_test(only_chosen_outputs_are_written),
        cmocka_unit_test(the_verdict_tells_of_failed_jobs),
        cmocka_unit_test(an_output_that_is_none_is_refused),
    };
    return cmocka_run_group_tests_name("program_outputs", tests, NULL, NULL);
}
