/*
 * From a dump of a live cluster through the whole program: what its Workloads' status says is what
 * Kueue goes on from.
 */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- a site of 4 GPUs, and Workloads in a line; times are of the day of the start, 09:00 --- */

#define SITE                                                                                      \
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: ResourceFlavor, metadata: {name: f}}\n---\n"      \
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: ClusterQueue, metadata: {name: cq}, spec: "       \
    "{namespaceSelector: {}, admissionChecksStrategy: {admissionChecks: [CHECKS]}, "              \
    "preemption: {withinClusterQueue: LowerPriority}, resourceGroups: [{coveredResources: "       \
    "[nvidia.com/gpu], flavors: [{name: f, resources: [{name: nvidia.com/gpu, nominalQuota: "     \
    "4}]}]}]}}\n---\n"                                                                            \
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: LocalQueue, metadata: {name: q, namespace: "      \
    "default}, spec: {clusterQueue: cq}}\n---\n"                                                  \
    "{apiVersion: v1, kind: Namespace, metadata: {name: default}}\n---\n"                         \
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: AdmissionCheck, metadata: {name: prov}, spec: "   \
    "{controllerName: x.io/provisioner}, status: {conditions: [{type: Active, status: 'True'}]}}" \
    "\n---\n"

#define AT(hm) "'2026-11-20T" hm ":00Z'"
#define IS(type, yes, hm)                               \
    "{type: " type ", status: '" yes "', reason: " type \
    ", message: '', lastTransitionTime: " AT(hm) "}"
#define CONDITIONS(list) "conditions: [" list "]"
#define ADMISSION(gpus, n)                                                                   \
    "admission: {clusterQueue: cq, podSetAssignments: [{name: main, count: " n ", flavors: " \
    "{nvidia.com/gpu: f}, resourceUsage: {nvidia.com/gpu: '" gpus "'}}]}, "
#define WORKLOAD(name, hm, spec, gpus, status)                                                     \
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: Workload, metadata: {name: " name                  \
    ", creationTimestamp: " AT(                                                                    \
        hm) "}, spec: {queueName: q, " spec "podSets: [{name: main, "                              \
            "count: 1, template: {spec: {restartPolicy: Never, containers: [{name: c, resources: " \
            "{limits: {nvidia.com/gpu: " gpus "}}}]}}}]}, status: {" status "}}\n---\n"
#define RUNS(name, made, since, spec, gpus, more)  \
    WORKLOAD(name, made, spec, gpus,               \
             ADMISSION(gpus, "1") more CONDITIONS( \
                 IS("QuotaReserved", "True", since) ", " IS("Admitted", "True", since)))

static const struct row {
    const char *name;
    const char *kueue;  /* options */
    const char *checks; /* of the ClusterQueue */
    const char *objects;
    const char *comes; /* by the order of ends */
} rows[] = {
    {"quota_is_held_for_the_rest_of_the_time", "", "",
     RUNS("a", "07:00", "08:30", "", "3", "") WORKLOAD("b", "08:40", "", "2", "")
         WORKLOAD("c", "08:50", "", "1", ""),
     "a 0 1800\nc 0 3600\nb 1801 5401\n"},
    {"who_is_evicted_starts_again_from_nothing", "termination: 0s", "",
     RUNS("a", "07:00", "08:30", "", "4", "") WORKLOAD("b", "08:50", "priority: 9, ", "4", ""),
     "b 0 3600\na 3601 7201 evicted 1\n"},
    {"the_time_it_may_run_began_before", "termination: 0s", "",
     RUNS("a", "07:00", "08:30", "maximumExecutionTimeSeconds: 2400, ", "4", ""),
     "a 0 600 timeout\n"},
    {"a_backoff_goes_on", "", "",
     WORKLOAD("a", "08:00", "", "4",
              "requeueState: {count: 1, requeueAt: " AT("09:05") "}, " CONDITIONS(
                  IS("Evicted", "True", "08:50") ", " IS("Requeued", "False", "08:50"))),
     "a 300 3900\n"},
    {"one_that_the_cluster_has_told_to_stop_stops", "termination: 30s", "",
     WORKLOAD("a", "08:00", "", "4",
              ADMISSION("4", "1") CONDITIONS(IS("QuotaReserved", "True", "08:30") ", " IS(
                  "Admitted", "True", "08:30") ", " IS("Evicted", "True", "08:59"))),
     "a 30 3630\n"},
    {"quota_without_its_checks_waits_for_them", "admission_checks: [{name: prov, takes: 40m}]",
     "{name: prov}",
     WORKLOAD("a", "08:00", "", "4",
              ADMISSION("4", "1") "admissionChecks: [{name: prov, state: Pending}], " CONDITIONS(
                  IS("QuotaReserved", "True", "08:30"))),
     "a 600 4200\n"},
    {"quota_in_a_queue_that_is_gone_is_lost", "", "",
     WORKLOAD("a", "08:00", "", "4",
              "admission: {clusterQueue: old, podSetAssignments: [{name: main}]}, " CONDITIONS(
                  IS("QuotaReserved", "True", "08:30"))),
     "a 0 3600\n"},
    {"those_that_wait_go_by_age", "", "",
     WORKLOAD("young", "08:50", "", "4", "") WORKLOAD("old", "08:00", "", "4", ""),
     "old 0 3600\nyoung 3601 7201\n"},
    {"pods_without_kueue_run_on", "", "",
     "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {nodeName: n, restartPolicy: Never, "
     "containers: [{name: c}]}, status: {phase: Running, startTime: " AT("08:50") "}}\n---\n",
     "p 0 3000\n"},
};

/* Wrong types in the status of the Workload: all are found before anything runs. */
static const struct mistake {
    const char *name;
    const char *status;
    const char *says[3];
} mistakes[] = {
    {"assignments_that_are_no_list",
     "admission: {clusterQueue: cq, podSetAssignments: 7}, " CONDITIONS(
         IS("QuotaReserved", "True", "08:30")),
     {"dump.yaml:11:", "error: podSetAssignments: '7'; expected a list"}},
    {"all_of_them_in_one_run",
     "admission: {clusterQueue: cq, podSetAssignments: [{name: main, count: many, flavors: [f]}]}, "
     "reclaimablePods: {}, " CONDITIONS(IS("QuotaReserved", "True", "08:30")),
     {"error: count: 'many'", "error: flavors: ", "error: reclaimablePods: "}},
    {"of_one_that_waits",
     "requeueState: {count: often, requeueAt: later}",
     {"error: count: 'often'", "error: requeueAt: 'later'"}},
    {"a_time_that_is_a_word",
     "accumulatedPastExecutionTimeSeconds: long",
     {"error: accumulatedPastExecutionTimeSeconds: 'long'"}},
    {"places_that_are_none",
     "admission: {clusterQueue: cq, podSetAssignments: [{name: main, topologyAssignment: {levels: "
     "[h], slices: none}}]}, " CONDITIONS(IS("QuotaReserved", "True", "08:30")),
     {"error: slices: 'none'; expected a list"}},
    {"a_state_of_a_check",
     "admissionChecks: [{name: prov, state: Perhaps}]",
     {"error: state: 'Perhaps'"}},
    {"conditions_that_are_no_list",
     "conditions: yes",
     {"error: conditions: 'yes'; expected a list"}},
};

/* --- running a row --- */

/* text with the first CHECKS replaced. */
static char *site_with(const char *checks, const char *objects)
{
    const char *at = strstr(SITE, "CHECKS");
    char *out = malloc(sizeof SITE + strlen(checks) + strlen(objects));
    assert_non_null(out);
    sprintf(out, "%.*s%s%s%s", (int)(at - SITE), SITE, checks, at + strlen("CHECKS"), objects);
    return out;
}

static void add_line(char *text, const struct table *jobs, size_t row)
{
    const char *cause = table_text(jobs, row, "cause");
    const char *evictions = table_text(jobs, row, "preemptions");
    char more[64] = "";
    if (strcmp(evictions, "0") != 0)
        assert_true(snprintf(more, sizeof more, " evicted %s", evictions) < (int)sizeof more);
    else if (strcmp(cause, "done") != 0)
        assert_true(snprintf(more, sizeof more, " %s", cause) < (int)sizeof more);
    sprintf(text + strlen(text), "%s %s %s%s\n", table_text(jobs, row, "name"),
            table_text(jobs, row, "start_s"), table_text(jobs, row, "end_s"), more);
}

static void simulate(struct scenario_run *r, const char *kueue, char *dump)
{
    char scenario[1000];
    assert_true(snprintf(scenario, sizeof scenario,
                         "clustersim: 1\nname: live\nstart: 2026-11-20T09:00:00Z\n"
                         "workload: [{kubernetes: [dump.yaml], live: true, duration: 1h}]\n"
                         "policies: [{name: kueue, kueue: {objects: [dump.yaml], %s}}]\n"
                         "run: {until: drained}\n",
                         kueue) < (int)sizeof scenario);
    scenario_run_files(r, (const char *const[]){"s.yaml", scenario, "dump.yaml", dump, NULL});
    free(dump);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    char text[2000] = "";
    struct scenario_run r;
    simulate(&r, row->kueue, site_with(row->checks, row->objects));
    if (r.rc != 0)
        fail_msg("%s", r.said);
    struct table *jobs = table_read_in(r.out, "jobs.csv");
    for (size_t i = 0; i < jobs->rows; i++)
        add_line(text, jobs, i);
    assert_string_equal(text, row->comes);
    table_free(jobs);
    scenario_run_close(&r);
}

static void check_mistake(void **state)
{
    enum { EXIT_INPUT = 2 };
    const struct mistake *m = *state;
    char object[2000];
    struct scenario_run r;
    assert_true(snprintf(object, sizeof object, WORKLOAD("a", "08:00", "", "4", "%s"), m->status) <
                (int)sizeof object);
    simulate(&r, "", site_with("", object));
    assert_int_equal(r.rc, EXIT_INPUT);
    for (size_t i = 0; i < LEN(m->says) && m->says[i] != NULL; i++)
        if (strstr(r.said, m->says[i]) == NULL)
            fail_msg("%s\nis not in\n%s", m->says[i], r.said);
    scenario_run_close(&r);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + LEN(mistakes)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = check_row,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    for (size_t i = 0; i < LEN(mistakes); i++)
        tests[LEN(rows) + i] =
            (struct CMUnitTest){.name = mistakes[i].name,
                                .test_func = check_mistake,
                                .initial_state = (void *)(uintptr_t)&mistakes[i]};
    return cmocka_run_group_tests_name("live_cluster", tests, NULL, NULL);
}
