/* Inputs of Kueue's as users have them, through the whole program: a Configuration in a ConfigMap,
 * and edits of objects beside policies that have none. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/unit.h"

#include <string.h>

static const char objects[] =
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: ResourceFlavor, metadata: {name: f}}\n---\n"
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: ClusterQueue, metadata: {name: cq}, spec: "
    "{namespaceSelector: {}, resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: "
    "[{name: f, resources: [{name: nvidia.com/gpu, nominalQuota: 1}]}]}]}}\n---\n"
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: LocalQueue, metadata: {name: q, namespace: "
    "default}, spec: {clusterQueue: cq}}\n---\n"
    "{apiVersion: v1, kind: Namespace, metadata: {name: default}}\n";

static const char job[] =
    "{apiVersion: batch/v1, kind: Job, metadata: {name: j, labels: {kueue.x-k8s.io/queue-name: "
    "q}}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, resources: "
    "{limits: {nvidia.com/gpu: 2}}}]}}}}\n";

static const char more_quota[] =
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: ClusterQueue, metadata: {name: cq}, spec: "
    "{namespaceSelector: {}, resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: "
    "[{name: f, resources: [{name: nvidia.com/gpu, nominalQuota: 2}]}]}]}}\n";

#define SCENARIO(policies, more)                                                             \
    "clustersim: 1\nname: s\nworkload: [{kubernetes: [job.yaml], duration: 1h}]\npolicies: " \
    "[" policies "]\nrun: {until: drained}\n" more
#define KUEUE(more) "{name: kueue, kueue: {objects: [objects.yaml]" more "}}"

/* The Job asks for more GPUs than there is quota for, unless GPUs do not count. */
static const char *start_of(const char *configuration, char text[32])
{
    struct scenario_run r;
    scenario_run_files(&r, (const char *const[]){"s.yaml",
                                                 SCENARIO(KUEUE(", configuration: c.yaml"), ""),
                                                 "objects.yaml", objects, "job.yaml", job, "c.yaml",
                                                 configuration, NULL});
    if (r.rc != 0)
        fail_msg("%s", r.said);
    struct table *jobs = table_read_in(r.out, "jobs.csv");
    assert_int_equal(jobs->rows, 1);
    assert_true(strlen(table_text(jobs, 0, "start_s")) < 32);
    strcpy(text, table_text(jobs, 0, "start_s"));
    table_free(jobs);
    scenario_run_close(&r);
    return text;
}

#define CONFIGURATION(more) "apiVersion: config.kueue.x-k8s.io/v1beta2\nkind: Configuration\n" more
#define NO_GPUS             "resources: {excludeResourcePrefixes: [nvidia.com]}\n"

static void a_config_map_holds_the_configuration(void **state)
{
    (void)state;
    static const char in_map[] =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kueue-manager-config}\ndata:\n"
        "  controller_manager_config.yaml: |\n"
        "    apiVersion: config.kueue.x-k8s.io/v1beta2\n"
        "    kind: Configuration\n"
        "    " NO_GPUS;
    static const char in_list[] =
        "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, data: {c.yaml: "
        "\"{apiVersion: config.kueue.x-k8s.io/v1beta2, kind: Configuration, resources: "
        "{excludeResourcePrefixes: [nvidia.com]}}\"}}]}\n";
    char text[32];
    assert_string_equal(start_of(CONFIGURATION(""), text), "");
    assert_string_equal(start_of(CONFIGURATION(NO_GPUS), text), "0");
    assert_string_equal(start_of(in_map, text), "0");
    assert_string_equal(start_of(in_list, text), "0");
}

static void a_mistake_in_a_config_map_has_its_place(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_run_files(&r, (const char *const[]){"s.yaml",
                                                 SCENARIO(KUEUE(", configuration: c.yaml"), ""),
                                                 "objects.yaml", objects, "job.yaml", job, "c.yaml",
                                                 "apiVersion: v1\nkind: ConfigMap\ndata:\n"
                                                 "  controller_manager_config.yaml: |\n"
                                                 "    apiVersion: config.kueue.x-k8s.io/v1beta2\n"
                                                 "    kind: Configuration\n"
                                                 "    fairShering: {}\n",
                                                 NULL});
    assert_int_equal(r.rc, 2);
    if (strstr(r.said, "c.yaml(controller_manager_config.yaml):3:1: error: ") == NULL)
        fail_msg("%s", r.said);
    scenario_run_close(&r);
}

static void an_edit_of_objects_is_left_out_where_there_are_none(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_compare_files(
        &r, (const char *const[]){"s.yaml",
                                  SCENARIO(KUEUE("") ", {name: fifo, fifo: {}}",
                                           "timeline: [{at: 10m, apply: more.yaml}]\n"),
                                  "objects.yaml", objects, "job.yaml", job, "more.yaml", more_quota,
                                  NULL});
    if (r.rc != 0)
        fail_msg("%s", r.said);
    assert_non_null(strstr(r.said, "s.yaml:6:12: warning: timeline: fifo has no objects that this "
                                   "could change: left out"));
    struct table *jobs = table_read_in(r.out, "kueue/jobs.csv");
    assert_string_equal(table_text(jobs, 0, "start_s"), "601");
    table_free(jobs);
    scenario_run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_config_map_holds_the_configuration),
        cmocka_unit_test(a_mistake_in_a_config_map_has_its_place),
        cmocka_unit_test(an_edit_of_objects_is_left_out_where_there_are_none),
    };
    return cmocka_run_group_tests_name("kueue_inputs", tests, NULL, NULL);
}
