/* Recorded verdicts on Kueue's Configuration: what holds in the end, or why Kueue would not start.
 */
#include "models/kubernetes/tree.h"
#include "policies/kueue/configuration.h"
#include "sim/arena.h"
#include "sim/intern.h"
#include "tests/kueue_case.h"
#include "tests/kueue_verdict.h"
#include "tests/unit.h"

#include <string.h>

struct fixture {
    struct messages messages;
    struct field_reader r;
    struct yaml_file *file;
    const struct yaml_node *config, *run, *expect;
    struct configuration c;
    struct kueue_settings settings;
    bool is_of_device_classes; /* the table of a single rule */
};

static void open_case(struct fixture *f, const char *path)
{
    *f = (struct fixture){0};
    messages_open(&f->messages);
    f->r = (struct field_reader){.diag = &f->messages.diag,
                                 .arena = arena_new(),
                                 .words = intern_new(),
                                 .resources = resource_names_new()};
    f->file = yaml_read(path, &f->messages.diag);
    const struct yaml_node *header = yaml_doc(f->file, 0);
    f->config = yaml_get(header, "config");
    f->run = yaml_get(header, "run");
    f->expect = yaml_get(header, "expect");
    f->is_of_device_classes =
        strcmp(tree_text(header, "suite", ""), "TestValidateDeviceClassMappings") == 0;
    kueue_settings_init(&f->settings, KUEUE_NEWEST);
}

static void close_case(struct fixture *f)
{
    intern_free(f->r.words);
    intern_free(f->r.resources);
    arena_free(f->r.arena);
    yaml_close(f->file);
    messages_close(&f->messages);
}

/* --- comparing --- */

static bool flags_equal(const char *what, const struct yaml_node *want, bool got)
{
    if (want == NULL || tree_bool(want, NULL, false) == got)
        return true;
    printf("  %s: want %s, got %s\n", what, want->text, got ? "true" : "false");
    return false;
}

static bool gates_agree(const struct fixture *f, const struct yaml_node *want)
{
    bool ok = true;
    for (size_t i = 0; i < tree_pairs(want); i++) {
        const enum gate gate = gate_find(want->pairs[i].key->text);
        ok &= gate != GATES && flags_equal(want->pairs[i].key->text, want->pairs[i].value,
                                           f->settings.gates.on[gate]);
    }
    return ok;
}

static bool changes_agree(const struct fixture *f, const struct yaml_node *want)
{
    size_t changed = 0;
    for (int g = 0; g < GATES; g++)
        changed += f->settings.gates.on[g] != gate_default((enum gate)g, KUEUE_NEWEST);
    if (changed != tree_pairs(want))
        printf("  %zu gates changed, want %zu\n", changed, tree_pairs(want));
    return changed == tree_pairs(want) && gates_agree(f, want);
}

static bool effective_agrees(const struct fixture *f, const struct yaml_node *want)
{
    bool ok = true;
    for (size_t i = 0; i < tree_pairs(want); i++) {
        const char *key = want->pairs[i].key->text;
        const struct yaml_node *value = want->pairs[i].value;
        if (strcmp(key, "blockAdmission") == 0)
            ok &= flags_equal(key, value, f->settings.pods_ready.blocks_admission);
        else if (strcmp(key, "waitForPodsReadyEnabled") == 0)
            ok &= flags_equal(key, value, f->settings.pods_ready.is_on);
        else if (strcmp(key, "featureGates") == 0)
            ok &= gates_agree(f, value);
        else
            ok &= trees_agree(key, value, yaml_get(f->c.tree, key));
    }
    return ok;
}

static bool gate_errors(struct fixture *f, struct refusals *errors)
{
    const struct yaml_node *gates = yaml_get(f->config, "featureGates");
    configuration_gates(f->c.tree, tree_text(f->run, "featureGatesCLI", NULL), KUEUE_NEWEST,
                        &f->settings.gates, errors);
    for (size_t i = 0; i < tree_pairs(gates); i++)
        f->settings.gates.on[gate_find(gates->pairs[i].key->text)] =
            tree_bool(gates->pairs[i].value, NULL, false);
    return errors->len > 0;
}

static bool judge(struct fixture *f)
{
    struct refusals errors = {.arena = f->r.arena}, raw = {.arena = f->r.arena};
    const struct yaml_node *validate_only = yaml_get(f->expect, "validateOnly");
    if (!gate_errors(f, &errors))
        configuration_validate(f->c.tree, &f->settings.gates, &errors);
    configuration_settings(&f->r, &f->c, &f->settings);
    if (f->is_of_device_classes)
        device_classes_validate(tree_get(f->c.given, "resources.deviceClassMappings"),
                                &f->settings.gates, &raw);
    else
        configuration_validate(f->c.given, &f->settings.gates, &raw);
    bool ok = verdicts_equal(yaml_get(f->expect, "errors"), &errors);
    if (validate_only != NULL)
        ok &= verdicts_equal(yaml_get(validate_only, "errors"), &raw);
    if (yaml_get(f->expect, "changedGates") != NULL)
        ok &= changes_agree(f, yaml_get(f->expect, "changedGates"));
    ok &= effective_agrees(f, yaml_get(f->expect, "defaulted"));
    return ok & effective_agrees(f, yaml_get(f->expect, "effective"));
}

static bool equals(const char *path)
{
    struct fixture f;
    open_case(&f, path);
    const bool wants_none = yaml_get(f.expect, "loadError") != NULL;
    const struct yaml_node *doc = yaml_docs(f.file) < 2 ? NULL : yaml_doc(f.file, 1);
    bool is_read = true;
    if (doc == NULL)
        doc = tree_empty_map(f.r.arena, NULL);
    is_read = configuration_read(&f.r, doc, &f.c) && diag_errors(&f.messages.diag) == 0;
    bool ok = is_read != wants_none;
    if (!ok)
        printf("  want %s: %s\n", wants_none ? "a mistake" : "none", messages_text(&f.messages));
    else if (is_read)
        ok = judge(&f);
    close_case(&f);
    return ok;
}

static void configurations_are_judged_as_kueue_judges_them(void **state)
{
    /* Its file holds the key only once; the YAML reader refuses twins (test_yaml.c). */
    static const char *const differing[] = {"v1beta2-duplicate-key", NULL};
    (void)state;
    assert_true(kueue_cases_run("config", equals, differing));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configurations_are_judged_as_kueue_judges_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
