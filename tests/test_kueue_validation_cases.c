/* Recorded verdicts of Kueue's webhooks on ClusterQueues, Cohorts, ResourceFlavors and Workloads.
 */
#include "models/kubernetes/object.h"
#include "models/kubernetes/tree.h"
#include "policies/kueue/validate.h"
#include "sim/arena.h"
#include "tests/kueue_case.h"
#include "tests/kueue_verdict.h"
#include "tests/unit.h"

#include <string.h>

static void read_gates(const struct yaml_node *map, struct gates *gates)
{
    gates_init(gates, KUEUE_NEWEST);
    for (size_t i = 0; i < tree_pairs(map); i++) {
        const enum gate gate = gate_find(map->pairs[i].key->text);
        assert_int_not_equal(gate, GATES);
        gates->on[gate] = tree_bool(map->pairs[i].value, NULL, false);
    }
}

static void validate(const struct yaml_node *doc, const struct yaml_node *old,
                     const struct gates *gates, struct refusals *r)
{
    const char *kind = tree_text(doc, "kind", "");
    if (strcmp(kind, "ClusterQueue") == 0)
        cluster_queue_validate(doc, old, gates, r);
    else if (strcmp(kind, "Cohort") == 0)
        cohort_validate(doc, r);
    else if (strcmp(kind, "ResourceFlavor") == 0)
        resource_flavor_validate(doc, r);
    else if (strcmp(kind, "Workload") == 0)
        workload_validate(doc, old, gates, r);
    else
        fail_msg("kind %s", kind);
}

static bool equals(const char *path)
{
    struct messages m;
    struct gates gates;
    struct refusals r = {.arena = arena_new()};
    messages_open(&m);
    struct yaml_file *f = yaml_read(path, &m.diag);
    const struct yaml_node *header = yaml_doc(f, 0);
    const bool is_update = strcmp(tree_text(header, "run.op", ""), "update") == 0;
    assert_int_equal(yaml_docs(f), is_update ? 3 : 2);
    read_gates(tree_get(header, "config.featureGates"), &gates);
    validate(yaml_doc(f, is_update ? 2 : 1), is_update ? yaml_doc(f, 1) : NULL, &gates, &r);
    const bool ok = verdicts_equal(tree_get(header, "expect.errors"), &r);
    yaml_close(f);
    messages_close(&m);
    arena_free(r.arena);
    return ok;
}

static void objects_are_judged_as_kueue_judges_them(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("validation", equals, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_judged_as_kueue_judges_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
