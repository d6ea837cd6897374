/* Recorded Workloads that Kueue makes of jobs of every kind, and what it refuses. */
#include "models/kubernetes/pod_template.h"
#include "models/kubernetes/tree.h"
#include "policies/kueue/configuration.h"
#include "policies/kueue/job_claims.h"
#include "policies/kueue/job_resources.h"
#include "policies/kueue/job_workloads.h"
#include "sim/arena.h"
#include "sim/file_text.h"
#include "sim/intern.h"
#include "tests/kueue_case.h"
#include "tests/kueue_verdict.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct messages messages;
    struct yaml_file *file;
    const struct yaml_node *expect;
    struct object_set *set;
    struct gates gates;
    struct configuration configuration;
    struct job_maker m;
};

/* --- opening --- */

static void read_configuration(struct fixture *f, const struct yaml_node *config)
{
    static const char *const keys[] = {"featureGates", "manageJobsWithoutQueueName", "resources"};
    struct arena *a = f->m.f.arena;
    const struct yaml_node *doc = tree_empty_map(a, config), *gates;
    for (size_t i = 1; i < 3; i++)
        if (tree_get(config, keys[i]) != NULL)
            doc = tree_with(a, doc, keys[i], tree_get(config, keys[i]));
    assert_true(configuration_read(&f->m.f, doc, &f->configuration));
    gates_init(&f->gates, KUEUE_NEWEST);
    gates = tree_get(config, keys[0]);
    for (size_t i = 0; i < tree_pairs(gates); i++)
        f->gates.on[gate_find(gates->pairs[i].key->text)] =
            tree_bool(gates->pairs[i].value, NULL, false);
}

/* A name made of generateName ends with abcde in the records. The text may grow; it is freed. */
static char *with_names(char *text)
{
    static const char from[] = "  generateName: ";
    char *found;
    while ((found = strstr(text, from)) != NULL) {
        char *more = malloc(strlen(text) + 8);
        assert_non_null(more);
        const char *value = found + strlen(from);
        const size_t len = strcspn(value, "\n");
        const int bytes = snprintf(more, strlen(text) + 8, "%.*s  name: %.*sabcde%s",
                                   (int)(found - text), text, (int)len, value, value + len);
        assert_true(bytes > 0);
        free(text);
        text = more;
    }
    return text;
}

/* What stands behind the header. */
static void read_objects(struct fixture *f, const char *path)
{
    size_t len;
    char *text;
    assert_true(file_text_read(path, &text, &len));
    text = with_names(text);
    const char *rest = strstr(text, "\n---\n");
    if (rest != NULL)
        object_set_parse(f->set, path, rest + 5, strlen(rest + 5), &f->messages.diag);
    free(text);
}

static void open_case(struct fixture *f, const char *path)
{
    *f = (struct fixture){.set = object_set_new()};
    messages_open(&f->messages);
    f->file = yaml_read(path, &f->messages.diag);
    f->m = (struct job_maker){.f = {.diag = &f->messages.diag,
                                    .arena = object_set_arena(f->set),
                                    .words = intern_new(),
                                    .resources = resource_names_new()},
                              .objects = f->set,
                              .gates = &f->gates};
    f->expect = yaml_get(yaml_doc(f->file, 0), "expect");
    read_configuration(f, yaml_get(yaml_doc(f->file, 0), "config"));
    f->m.configuration = f->configuration.tree;
    read_objects(f, path);
}

static void close_case(struct fixture *f)
{
    intern_free(f->m.f.words);
    intern_free(f->m.f.resources);
    object_set_free(f->set);
    yaml_close(f->file);
    messages_close(&f->messages);
}

/* --- comparing --- */

static bool texts_equal(const char *what, const char *want, const char *got)
{
    if (strcmp(want, got) == 0)
        return true;
    printf("  %s: want '%s', got '%s'\n", what, want, got);
    return false;
}

static struct claim_counter claims(struct fixture *f, const char *namespace)
{
    return (struct claim_counter){.f = f->m.f,
                                  .objects = f->set,
                                  .gates = &f->gates,
                                  .mappings =
                                      tree_get(f->m.configuration, "resources.deviceClassMappings"),
                                  .namespace = namespace};
}

static const struct yaml_node *requests_of(struct fixture *f, const struct yaml_node *set,
                                           size_t number, const char *namespace)
{
    struct claim_counter c = claims(f, namespace);
    struct refusals refusals = {.arena = f->m.f.arena};
    struct arena *a = f->m.f.arena;
    struct pod_template t;
    const struct yaml_node *map = tree_empty_map(a, set);
    if (!pod_template_read(&f->m.f, tree_get(set, "template"), &t))
        return map;
    struct resource_list l = pod_template_requests(&t, a);
    job_requests_transform(&f->m.f, tree_get(f->m.configuration, "resources"), &l);
    job_claims_rename(&c, &l);
    job_claims_add(&c, set, number, &l, &refusals);
    const struct amount *amounts = resource_list_amounts(&l, a);
    for (uint32_t i = 0; i < l.len; i++)
        map = tree_with_key(a, map, intern_text(f->m.f.resources, amounts[i].resource),
                            tree_scalar(a, arena_printf(a, "%" PRId64, amounts[i].value), set));
    return map;
}

static const struct yaml_node *gate_names(struct arena *a, const struct yaml_node *list)
{
    const struct yaml_node *names[8];
    for (size_t i = 0; i < tree_len(list); i++)
        names[i] = tree_get(list->items[i], "name");
    return list == NULL ? NULL : tree_list(a, names, list->len, list);
}

static bool sets_agree(struct fixture *f, const struct yaml_node *want, const struct yaml_node *got,
                       size_t number, const char *namespace)
{
    const struct yaml_node *spec = tree_get(got, "template.spec");
    bool ok = texts_equal("name", tree_text(want, "name", ""), tree_text(got, "name", ""));
    ok &= trees_agree("count", tree_get(want, "count"), tree_get(got, "count"));
    ok &= trees_agree("minCount", tree_get(want, "minCount"), tree_get(got, "minCount"));
    ok &= trees_agree("topologyRequest", tree_get(want, "topologyRequest"),
                      tree_get(got, "topologyRequest"));
    ok &=
        trees_agree("nodeSelector", tree_get(want, "nodeSelector"), tree_get(spec, "nodeSelector"));
    ok &= trees_agree("tolerations", tree_get(want, "tolerations"), tree_get(spec, "tolerations"));
    ok &= trees_agree("affinity", tree_get(want, "affinity"), tree_get(spec, "affinity"));
    ok &= texts_equal("class", tree_text(want, "priorityClassName", ""),
                      tree_text(spec, "priorityClassName", ""));
    ok &= trees_agree("gates", tree_get(want, "schedulingGates"),
                      gate_names(f->m.f.arena, tree_get(spec, "schedulingGates")));
    return ok & trees_agree("requests", tree_get(want, "requests"),
                            requests_of(f, got, number, namespace));
}

static bool claims_agree(struct fixture *f, const struct yaml_node *want,
                         const struct yaml_node *sets, const char *namespace)
{
    struct claim_counter c = claims(f, namespace);
    struct refusals refusals = {.arena = f->m.f.arena};
    struct resource_list l = {0};
    const struct yaml_node *errors = tree_get(want, "draErrors");
    bool ok = true;
    for (size_t i = 0; i < tree_len(sets); i++)
        job_claims_add(&c, sets->items[i], i, &l, &refusals);
    for (size_t i = 0; i < tree_len(errors) || i < refusals.len; i++)
        ok &=
            texts_equal("claims", i < tree_len(errors) ? tree_text(errors->items[i], NULL, "") : "",
                        i < refusals.len ? refusal_text(f->m.f.arena, &refusals.items[i]) : "");
    return ok;
}

static bool workload_agrees(struct fixture *f, const struct yaml_node *want,
                            const struct made_workload *got)
{
    const struct yaml_node *sets = tree_get(got->doc, "spec.podSets");
    const struct yaml_node *wanted = tree_get(want, "podSets");
    bool ok = texts_equal("workload", tree_text(want, "name", ""), got->name);
    ok &= texts_equal("namespace", tree_text(want, "namespace", ""), got->namespace);
    ok &= texts_equal("owner", tree_text(want, "owner.kind", ""), got->owner_kind);
    ok &= texts_equal("owner", tree_text(want, "owner.name", ""), got->owner_name);
    ok &= texts_equal("queue", tree_text(want, "queueName", ""),
                      tree_text(got->doc, "spec.queueName", ""));
    ok &= trees_agree("priority", tree_get(want, "priority"), tree_get(got->doc, "spec.priority"));
    ok &= trees_agree("class", tree_get(want, "priorityClassRef"),
                      tree_get(got->doc, "spec.priorityClassRef"));
    ok &= trees_agree("time", tree_get(want, "maximumExecutionTimeSeconds"),
                      tree_get(got->doc, "spec.maximumExecutionTimeSeconds"));
    ok &= trees_agree("annotations", tree_get(want, "annotations"),
                      tree_get(got->doc, "metadata.annotations"));
    const char *problem = job_pods_problem(f->m.f.arena, f->set, got->namespace, sets);
    ok &= texts_equal("inadmissible", tree_text(want, "inadmissible", ""),
                      problem == NULL ? "" : problem);
    if (tree_len(wanted) != tree_len(sets))
        return printf("  want %zu sets, got %zu\n", tree_len(wanted), tree_len(sets)) < 0;
    for (size_t i = 0; i < tree_len(sets); i++)
        ok &= sets_agree(f, wanted->items[i], sets->items[i], i, got->namespace);
    return ok & claims_agree(f, want, sets, got->namespace);
}

/* Events say the same once more. */
static bool problems_agree(const struct fixture *f, const char *key, bool is_rejected)
{
    const struct yaml_node *want = tree_get(f->expect, key);
    size_t next = 0;
    bool ok = true;
    for (uint32_t i = 0; i < f->m.problems_len; i++) {
        if (f->m.problems[i].is_rejected != is_rejected)
            continue;
        while (next < tree_len(want) && tree_get(want->items[next], "event") != NULL)
            next++;
        ok &= texts_equal(key,
                          next < tree_len(want) ? tree_text(want->items[next], "message", "") : "",
                          f->m.problems[i].text);
        next++;
    }
    while (next < tree_len(want) && tree_get(want->items[next], "event") != NULL)
        next++;
    for (; next < tree_len(want); next++)
        ok &= texts_equal(key, tree_text(want->items[next], "message", ""), "");
    return ok;
}

static bool equals(const char *path)
{
    struct fixture f;
    open_case(&f, path);
    const struct yaml_node *want = tree_get(f.expect, "workloads");
    job_workloads_make(&f.m);
    bool ok = problems_agree(&f, "rejected", true) & problems_agree(&f, "errors", false);
    if (tree_len(want) != f.m.made_len) {
        printf("  want %zu workloads, got %" PRIu32 "\n", tree_len(want), f.m.made_len);
        ok = false;
    }
    for (uint32_t i = 0; i < f.m.made_len && i < tree_len(want); i++)
        ok &= workload_agrees(&f, want->items[i], &f.m.made[i]);
    if (diag_errors(&f.messages.diag) > 0)
        ok &= printf("  %s", messages_text(&f.messages)) < 0;
    close_case(&f);
    return ok;
}

static void jobs_become_the_workloads_kueue_makes_of_them(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("jobs", equals, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_become_the_workloads_kueue_makes_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
