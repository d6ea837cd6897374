/* Mistakes in Kueue's objects, as a user sees them. */
#include "models/kubernetes/object_set.h"
#include "policies/kueue/validate.h"
#include "sim/arena.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <string.h>

#define API   "apiVersion: kueue.x-k8s.io/v1beta2\n"
#define QUEUE API "kind: ClusterQueue\nmetadata: {name: a}\n"

static void judged(const char *text, const char *messages)
{
    struct messages m;
    messages_open(&m);
    struct object_set *set = object_set_new();
    struct gates gates;
    struct field_reader r = {.diag = &m.diag, .arena = object_set_arena(set)};
    gates_init(&gates, KUEUE_NEWEST);
    object_set_parse(set, "m.yaml", text, strlen(text), &m.diag);
    for (size_t i = 0; i < object_set_len(set); i++)
        kueue_object_check(&r, object_set_at(set, i), &gates);
    messages_assert(&m, messages);
    object_set_free(set);
    messages_close(&m);
}

static void quotas_are_judged_where_they_stand(void **state)
{
    (void)state;
    judged(QUEUE "spec:\n"
                 "  resourceGroups:\n"
                 "  - coveredResources: [cpu, cpu]\n"
                 "    flavors:\n"
                 "    - name: f\n"
                 "      resources:\n"
                 "      - {name: cpu, nominalQuota: -1, borrowingLimit: 2}\n"
                 "      - {name: memory}\n",
           "m.yaml:6:29: error: ClusterQueue a: spec.resourceGroups[0].coveredResources[1]: "
           "Duplicate value: \"cpu\"\n"
           "m.yaml:10:35: error: ClusterQueue a: "
           "spec.resourceGroups[0].flavors[0].resources[0].nominalQuota: Invalid value: \"-1\": "
           "must be greater than or equal to 0\n"
           "m.yaml:10:55: error: ClusterQueue a: "
           "spec.resourceGroups[0].flavors[0].resources[0].borrowingLimit: Invalid value: \"2\": "
           "must be nil when cohort is empty\n"
           "m.yaml:11:16: error: ClusterQueue a: "
           "spec.resourceGroups[0].flavors[0].resources[1].name: Invalid value: \"memory\": must "
           "match the name in coveredResources\n"
           "m.yaml:11:9: error: ClusterQueue a: "
           "spec.resourceGroups[0].flavors[0].resources[1].nominalQuota: Required value\n");
}

static void defaults_come_before_rules(void **state)
{
    (void)state;
    judged(QUEUE "spec:\n  preemption: {borrowWithinCohort: {policy: LowerPriority}}\n",
           "m.yaml:5:15: error: ClusterQueue a: spec.preemption: Invalid value: "
           "{\"borrowWithinCohort\":{\"policy\":\"LowerPriority\"},\"reclaimWithinCohort\":"
           "\"Never\"}: reclaimWithinCohort=Never and borrowWithinCohort.Policy!=Never\n");
    judged(QUEUE "spec:\n  preemption: {reclaimWithinCohort: Any}\n", "");
}

static void older_objects_are_judged_as_new_ones(void **state)
{
    (void)state;
    static const char text[] =
        "apiVersion: kueue.x-k8s.io/v1beta1\nkind: ClusterQueue\nmetadata: {name: a}\n"
        "spec:\n"
        "  cohort: all\n"
        "  flavorFungibility: {whenCanBorrow: Borrow}\n"
        "  resourceGroups:\n"
        "  - coveredResources: [cpu]\n"
        "    flavors:\n"
        "    - {name: f, resources: [{name: cpu, nominalQuota: 1, borrowingLimit: 2}]}\n";
    judged(text, "");
}

static void a_topology_ends_with_hosts(void **state)
{
    (void)state;
    judged(API "kind: Topology\nmetadata: {name: t}\n"
               "spec: {levels: [{nodeLabel: kubernetes.io/hostname}, {nodeLabel: rack}]}\n",
           "m.yaml:4:17: error: Topology t: spec.levels[0].nodeLabel: Invalid value: "
           "\"kubernetes.io/hostname\": the kubernetes.io/hostname label can only be used at the "
           "lowest level of topology\n");
    judged(API "kind: Topology\nmetadata: {name: t}\n",
           "m.yaml:1:1: error: Topology t: spec.levels: Invalid value: 0: should have at least 1 "
           "items\n");
    judged(API "kind: ResourceFlavor\nmetadata: {name: f}\nspec: {topologyName: t}\n",
           "m.yaml:4:22: error: ResourceFlavor f: spec.nodeLabels: Required value: at least one "
           "nodeLabel is required when topology is set\n");
}

static void gates_of_a_workload_are_names(void **state)
{
    (void)state;
    judged(API "kind: Workload\n"
               "metadata: {name: w, annotations: {kueue.x-k8s.io/admission-gated-by: \"a/b,,c\"}}\n"
               "spec: {podSets: [{name: main, count: 2, minCount: 3}]}\n",
           "m.yaml:3:70: error: Workload w: "
           "metadata.annotations[kueue.x-k8s.io/admission-gated-by]: Invalid value: \"a/b,,c\": "
           "cannot contain empty gate names\n"
           "m.yaml:3:70: error: Workload w: "
           "metadata.annotations[kueue.x-k8s.io/admission-gated-by]: Invalid value: \"c\": must be "
           "a domain-prefixed path (such as \"acme.io/foo\")\n"
           "m.yaml:4:51: error: Workload w: spec.podSets[0].minCount: Invalid value: 3: minCount "
           "should be positive and less or equal to count\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotas_are_judged_where_they_stand),
        cmocka_unit_test(defaults_come_before_rules),
        cmocka_unit_test(older_objects_are_judged_as_new_ones),
        cmocka_unit_test(a_topology_ends_with_hosts),
        cmocka_unit_test(gates_of_a_workload_are_names),
    };
    return cmocka_run_group_tests_name("kueue_validate", tests, NULL, NULL);
}
