/* Many jobs at one instant: as many cycles as it takes, and no false alarm. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/unit.h"

#include <stdio.h>
#include <stdlib.h>

enum { JOBS = 120000 };

static const char scenario[] = "clustersim: 1\n"
                               "name: crowd\n"
                               "workload: [{csv: jobs.csv}]\n"
                               "policies: [{kueue: {objects: [objects.yaml]}}]\n"
                               "outputs: [summary]\n"
                               "run: {until: 2m}\n";

static const char objects[] =
    "{kind: Namespace, apiVersion: v1, metadata: {name: default}}\n"
    "---\n"
    "{kind: ResourceFlavor, apiVersion: kueue.x-k8s.io/v1beta2, metadata: {name: any}, spec: {}}\n"
    "---\n"
    "kind: ClusterQueue\n"
    "apiVersion: kueue.x-k8s.io/v1beta2\n"
    "metadata: {name: all}\n"
    "spec:\n"
    "  namespaceSelector: {}\n"
    "  resourceGroups:\n"
    "  - coveredResources: [cpu]\n"
    "    flavors: [{name: any, resources: [{name: cpu, nominalQuota: 120000}]}]\n"
    "---\n"
    "kind: LocalQueue\n"
    "apiVersion: kueue.x-k8s.io/v1beta2\n"
    "metadata: {name: lq, namespace: default}\n"
    "spec: {clusterQueue: all}\n";

/* All at once; more: CPUs of the first beyond one, and each has one more than the one before. */
static char *crowd(int more, int step)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *f = open_memstream(&text, &bytes);
    assert_non_null(f);
    fputs("submit_s,run_s,cpus,queue,namespace\n", f);
    for (int i = 0; i < JOBS; i++)
        fprintf(f, "5,10,%d,lq,default\n", 1 + more + step * i);
    assert_int_equal(fclose(f), 0);
    return text;
}

static int64_t unfinished(const struct scenario_run *r)
{
    struct table *t = table_read_in(r->out, "summary.csv");
    const size_t row = table_find(t, "metric", "unfinished");
    const int64_t n = (int64_t)(table_number(t, row, "value") / 1000000000000);
    table_free(t);
    return n;
}

static int64_t run(char *jobs)
{
    struct scenario_run r;
    scenario_call_files(&r, "run",
                        (const char *const[]){"scenario.yaml", scenario, "objects.yaml", objects,
                                              "jobs.csv", jobs, NULL},
                        "--quiet --no-plots"); /* an audit looks at all jobs in each round */
    if (r.rc != 0)
        print_error("%s\n", r.said);
    assert_int_equal(r.rc, 0);
    const int64_t n = unfinished(&r);
    scenario_run_close(&r);
    free(jobs);
    return n;
}

/* One is admitted in each cycle. */
static void all_are_admitted_where_there_is_room(void **state)
{
    (void)state;
    assert_int_equal(run(crowd(0, 0)), 0);
}

/* One is parked in each cycle: no two are alike. */
static void all_are_parked_where_there_is_none(void **state)
{
    (void)state;
    assert_int_equal(run(crowd(JOBS, 1)), JOBS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_admitted_where_there_is_room),
        cmocka_unit_test(all_are_parked_where_there_is_none),
    };
    return cmocka_run_group_tests_name("kueue_crowd", tests, NULL, NULL);
}
