/* Overlays: a few lines that change objects by kind and name. */
#include "models/kubernetes/object_set.h"
#include "models/kubernetes/tree.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <string.h>

static const char objects[] =
    "apiVersion: kueue.x-k8s.io/v1beta2\n"
    "kind: ClusterQueue\n"
    "metadata: {name: team-a}\n"
    "spec:\n"
    "  cohortName: all\n"
    "  resourceGroups:\n"
    "  - coveredResources: [cpu, nvidia.com/gpu]\n"
    "    flavors:\n"
    "    - name: h100\n"
    "      resources: [{name: cpu, nominalQuota: 64}, {name: nvidia.com/gpu, nominalQuota: 8}]\n"
    "---\n"
    "apiVersion: kueue.x-k8s.io/v1beta2\n"
    "kind: ClusterQueue\n"
    "metadata: {name: team-b}\n"
    "spec: {cohortName: all}\n";

struct fixture {
    struct messages m;
    struct object_set *set;
};

static void overlay(struct fixture *f, const char *text)
{
    messages_open(&f->m);
    f->set = object_set_new();
    object_set_parse(f->set, "base.yaml", objects, strlen(objects), &f->m.diag);
    object_set_overlay_text(f->set, "what-if.yaml", text, strlen(text), &f->m.diag);
}

static void close_all(struct fixture *f)
{
    object_set_free(f->set);
    messages_close(&f->m);
}

static const struct yaml_node *doc_of(const struct fixture *f, const char *name)
{
    const struct object *o = object_set_find(f->set, "kueue.x-k8s.io", "ClusterQueue", "", name);
    assert_non_null(o);
    return o->doc;
}

static void one_quota_is_changed_and_all_else_stays(void **state)
{
    (void)state;
    struct fixture f;
    overlay(&f, "kind: ClusterQueue\n"
                "metadata: {name: team-a}\n"
                "spec:\n"
                "  resourceGroups:\n"
                "  - flavors: [{name: h100, resources: [{name: nvidia.com/gpu, nominalQuota: "
                "16}]}]\n");
    messages_assert(&f.m, "");
    const struct yaml_node *group = tree_get(doc_of(&f, "team-a"), "spec.resourceGroups")->items[0];
    const struct yaml_node *quotas = tree_get(tree_get(group, "flavors")->items[0], "resources");
    assert_int_equal(tree_len(tree_get(group, "coveredResources")), 2);
    assert_int_equal(tree_len(quotas), 2);
    assert_int_equal(tree_int(quotas->items[0], "nominalQuota", 0), 64);
    assert_int_equal(tree_int(quotas->items[1], "nominalQuota", 0), 16);
    assert_int_equal(quotas->items[1]->pairs[1].value->line, 5);
    assert_string_equal(tree_text(doc_of(&f, "team-b"), "spec.cohortName", ""), "all");
    close_all(&f);
}

static void a_null_takes_away(void **state)
{
    (void)state;
    struct fixture f;
    overlay(&f, "kind: ClusterQueue\nmetadata: {name: team-b}\nspec: {cohortName: null}\n");
    messages_assert(&f.m, "");
    assert_null(tree_get(doc_of(&f, "team-b"), "spec.cohortName"));
    close_all(&f);
}

static void what_changes_nothing_is_an_error(void **state)
{
    (void)state;
    struct fixture f;
    overlay(&f, "kind: ClusterQueue\nmetadata: {name: team-c}\n---\nspec: {}\n");
    messages_assert(&f.m, "what-if.yaml:1:1: error: there is no ClusterQueue team-c to change; did "
                          "you mean 'team-a'?\n"
                          "what-if.yaml:4:1: error: an overlay needs kind and metadata.name, to "
                          "say what it changes\n");
    close_all(&f);
}

static void objects_of_a_kind_come_in_their_order(void **state)
{
    (void)state;
    struct fixture f;
    overlay(&f, "");
    const struct object *o = object_set_of_kind(f.set, "ClusterQueue", NULL);
    assert_string_equal(o->name, "team-a");
    o = object_set_of_kind(f.set, "ClusterQueue", o);
    assert_string_equal(o->name, "team-b");
    assert_null(object_set_of_kind(f.set, "ClusterQueue", o));
    assert_null(object_set_of_kind(f.set, "Cohort", NULL));
    close_all(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_quota_is_changed_and_all_else_stays),
        cmocka_unit_test(a_null_takes_away),
        cmocka_unit_test(what_changes_nothing_is_an_error),
        cmocka_unit_test(objects_of_a_kind_come_in_their_order),
    };
    return cmocka_run_group_tests_name("object_overlay", tests, NULL, NULL);
}
