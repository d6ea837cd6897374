#include "models/mig_configs.h"
#include "sim/yaml.h"
#include "tests/catalogue_fixture.h"
#include "tests/shared_data.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

static const struct src_pos here = {"scenario.yaml", 3, 7};

/* A catalogue, an H100's layouts, and configurations from a text. */
struct bench {
    struct fixture *f;
    const struct gpu_model *h100;
    struct mig_space *space;
    struct mig_configs *c;
    struct yaml_file *file;
};

static int set_up_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    void *fixture = NULL;
    set_up(&fixture);
    b->f = fixture;
    b->h100 = catalogue_find_gpu(b->f->c, "H100-80GB-SXM");
    b->space = mig_space_new(b->h100->mig, MIG_ALL_PROFILES);
    b->c = mig_configs_new();
    *state = b;
    return 0;
}

static int tear_down_bench(void **state)
{
    struct bench *b = *state;
    void *fixture = b->f;
    mig_configs_free(b->c);
    mig_space_free(b->space);
    yaml_close(b->file);
    tear_down(&fixture);
    free(b);
    return 0;
}

static bool add(struct bench *b, const char *text)
{
    b->file = yaml_parse("c.yaml", text, strlen(text), &b->f->said.diag);
    bool ok = true;
    for (size_t i = 0; i < yaml_docs(b->file); i++)
        ok = mig_configs_add_node(b->c, yaml_doc(b->file, i), &b->f->said.diag) && ok;
    return ok;
}

static bool check(struct bench *b, const char *name)
{
    return mig_configs_check(b->c, name, b->h100, b->space, here, &b->f->said.diag);
}

static void assert_says(struct bench *b, const char *text)
{
    const char *said = messages_text(&b->f->said);
    if (strstr(said, text) == NULL)
        fail_msg("'%s' is not in: %s", text, said);
}

static uint32_t count(struct bench *b, const char *name, unsigned gpu, const char *profile)
{
    const struct mig_set set = mig_configs_set(b->c, name, b->h100, gpu);
    return set.counts[mig_profile_find(b->h100->mig, profile)];
}

static void rules_apply_to_the_gpus_they_name(void **state)
{
    struct bench *b = *state;
    assert_true(add(b, "version: v1\n"
                       "mig-configs:\n"
                       "  mine:\n"
                       "    - {devices: all, mig-enabled: false}\n"
                       "    - {devices: [0, 63], mig-enabled: true,\n"
                       "       mig-devices: {1g.10gb: 4, \"3g.40gb\": 1}}\n"
                       "    - {devices: [63], mig-enabled: true, mig-devices: {}}\n"));
    assert_true(check(b, "mine"));
    assert_int_equal(mig_configs_len(b->c), 1);
    assert_string_equal(mig_configs_name(b->c, 0), "mine");
    assert_int_equal(count(b, "mine", 0, "1g.10gb"), 4);
    assert_int_equal(count(b, "mine", 0, "3g.40gb"), 1);
    assert_false(mig_configs_set(b->c, "mine", b->h100, 1).enabled);
    assert_true(mig_configs_set(b->c, "mine", b->h100, 63).enabled);
    assert_int_equal(count(b, "mine", 63, "1g.10gb"), 0);
    assert_string_equal(messages_text(&b->f->said), "");
}

static void a_device_filter_picks_the_model(void **state)
{
    struct bench *b = *state;
    assert_true(add(b, "mig-configs:\n"
                       "  mine:\n"
                       "    - {devices: all, device-filter: [\"0x20B010DE\", \"0x233010de\"],\n"
                       "       mig-enabled: true, mig-devices: {1g.10gb: 7}}\n"
                       "    - {devices: all, device-filter: \"0x20B010DE\",\n"
                       "       mig-enabled: true, mig-devices: {1g.5gb: 7}}\n"));
    assert_true(check(b, "mine"));
    assert_int_equal(count(b, "mine", 5, "1g.10gb"), 7);
    const struct gpu_model *v100 = catalogue_find_gpu(b->f->c, "V100-16GB");
    assert_true(mig_configs_check(b->c, "mine", v100, NULL, here, &b->f->said.diag));
    assert_says(b, "c.yaml:3:38: warning: device-filter: the catalogue has no device_ids for "
                   "'V100-16GB'");
    assert_false(mig_configs_set(b->c, "mine", v100, 0).enabled);
}

static void names_of_mig_parted_need_no_file(void **state)
{
    struct bench *b = *state;
    assert_true(check(b, "all-balanced"));
    assert_int_equal(count(b, "all-balanced", 0, "1g.10gb"), 2);
    assert_true(mig_configs_check(NULL, "all-1g.10gb", b->h100, b->space, here, &b->f->said.diag));
    assert_int_equal(mig_configs_set(NULL, "all-1g.10gb", b->h100, 0).counts[0], 7);
    const struct gpu_model *v100 = catalogue_find_gpu(b->f->c, "V100-16GB");
    assert_true(mig_configs_check(NULL, "all-disabled", v100, NULL, here, &b->f->said.diag));
    assert_false(mig_configs_set(NULL, "all-disabled", v100, 0).enabled);
    assert_string_equal(messages_text(&b->f->said), "");
}

static void a_rule_without_mig_mode_suits_every_model(void **state)
{
    struct bench *b = *state;
    assert_true(add(b, "mig-configs:\n  off:\n"
                       "    - {devices: all, mig-enabled: false, mig-devices: {x: 9}}\n"));
    const struct gpu_model *v100 = catalogue_find_gpu(b->f->c, "V100-16GB");
    assert_true(mig_configs_check(b->c, "off", v100, NULL, here, &b->f->said.diag));
    assert_false(mig_configs_set(b->c, "off", v100, 0).enabled);
    assert_true(check(b, "off"));
}

static void a_file_goes_before_the_shipped_names(void **state)
{
    struct bench *b = *state;
    assert_true(add(b, "mig-configs:\n  all-balanced:\n"
                       "    - {devices: all, mig-enabled: true, mig-devices: {7g.80gb: 1}}\n"));
    assert_int_equal(count(b, "all-balanced", 0, "7g.80gb"), 1);
    assert_int_equal(count(b, "all-balanced", 0, "1g.10gb"), 0);
}

static void unknown_names_get_the_nearest(void **state)
{
    struct bench *b = *state;
    assert_true(add(b, "mig-configs: {mixed-training: []}\n"));
    assert_false(check(b, "mixed-trainig"));
    assert_says(b, "scenario.yaml:3:7: error: 'mixed-trainig': no such MIG configuration for "
                   "'H100-80GB-SXM'; did you mean 'mixed-training'?");
    assert_false(check(b, "all-1g.10g"));
    assert_says(b, "'all-1g.10g': no such MIG configuration for 'H100-80GB-SXM'; did you mean "
                   "'all-1g.10gb'?");
    const struct gpu_model *v100 = catalogue_find_gpu(b->f->c, "V100-16GB");
    assert_false(mig_configs_check(b->c, "all-1g.10gb", v100, NULL, here, &b->f->said.diag));
}

static void what_does_not_suit_the_model_is_refused(void **state)
{
    struct bench *b = *state;
    assert_true(add(b, "mig-configs:\n"
                       "  other:\n"
                       "    - {devices: all, mig-enabled: true, mig-devices: {1g.5gb: 7}}\n"
                       "  much:\n"
                       "    - {devices: all, mig-enabled: true, mig-devices: {3g.40gb: 3}}\n"));
    assert_false(check(b, "other"));
    assert_says(b, "c.yaml:3:55: error: '1g.5gb': H100-80GB has no such MIG profile; did you mean "
                   "'1g.10gb'?; `clustersim list profiles` shows them");
    assert_false(check(b, "much"));
    assert_says(b, "c.yaml:5:54: error: H100-80GB: these instances do not fit on one GPU: three "
                   "3g.40gb, but a GPU holds at most two");
    const struct gpu_model *v100 = catalogue_find_gpu(b->f->c, "V100-16GB");
    assert_false(mig_configs_check(b->c, "much", v100, NULL, here, &b->f->said.diag));
    assert_says(b, "c.yaml:5:54: error: mig-enabled: 'true': 'V100-16GB' cannot be partitioned");
}

static void texts_inside_of_other_files_are_found(void **state)
{
    struct bench *b = *state;
    assert_true(add(b, "kind: ConfigMap\n"
                       "data:\n"
                       "  config.yaml: |\n"
                       "    mig-configs:\n"
                       "      a: [{devices: all, mig-enabled: false}]\n"
                       "---\n"
                       "driver: {enabled: true}\n"
                       "migManager: {config: {data: {\"config.yaml\": \"mig-configs: {b: []}\"}}}\n"
                       "migParted: {config: {data: {x: \"mig-configs: {c: []}\"}}}\n"));
    assert_int_equal(mig_configs_len(b->c), 3);
    assert_string_equal(mig_configs_name(b->c, 2), "c");
    assert_string_equal(messages_text(&b->f->said), "");
}

static const struct row {
    const char *name;
    const char *text;
    const char *said;
} rows[] = {
    {"nothing_there", "driver: {enabled: true}\n",
     "c.yaml:1:1: error: no mig-configs here; expected a file of mig-parted, or a ConfigMap or "
     "Helm values with one in it\n"},
    {"no_map", "mig-configs: [a]\n",
     "c.yaml:1:14: error: mig-configs: a list; expected a mapping from name to rules\n"},
    {"no_rules", "mig-configs: {a: all}\n",
     "c.yaml:1:18: error: a: text; expected a list of rules\n"},
    {"no_devices", "mig-configs: {a: [{mig-enabled: false}]}\n",
     "c.yaml:1:19: error: 'devices' is missing in mig-configs; expected all, or a list of GPU "
     "numbers\n"},
    {"some_devices", "mig-configs: {a: [{devices: some, mig-enabled: false}]}\n",
     "c.yaml:1:29: error: devices: 'some'; expected all, or a list of GPU numbers\n"},
    {"gpu_64", "mig-configs: {a: [{devices: [64], mig-enabled: false}]}\n",
     "c.yaml:1:30: error: devices: '64': out of range; expected 0 to 63\n"},
    {"instances_are_a_list",
     "mig-configs: {a: [{devices: all, mig-enabled: true, mig-devices: [1g.10gb]}]}\n",
     "c.yaml:1:66: error: mig-devices: a list; expected a mapping such as {1g.10gb: 7}\n"},
    {"minus_one_instance",
     "mig-configs: {a: [{devices: all, mig-enabled: true, mig-devices: {1g.10gb: -1}}]}\n",
     "c.yaml:1:76: error: 1g.10gb: '-1': out of range; expected 0 to 1000000\n"},
    {"unknown_key", "mig-configs: {a: [{devices: all, mig-enable: true, mig-enabled: true}]}\n",
     "c.yaml:1:34: error: unknown key 'mig-enable' in mig-configs (devices, device-filter, "
     "mig-enabled, mig-devices); did you mean 'mig-enabled'?\n"},
    {"broken_text", "data: {x: \"mig-configs: {c: [}\"}\n", "c.yaml(x):1:19: error: "},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    void *made = NULL;
    set_up_bench(&made);
    struct bench *b = made;
    assert_false(add(b, row->text));
    assert_memory_equal(messages_text(&b->f->said), row->said, strlen(row->said));
    tear_down_bench(&made);
}

static void twins_are_refused(void **state)
{
    struct bench *b = *state;
    assert_false(add(b, "mig-configs: {a: []}\n---\nmig-configs: {a: []}\n"));
    assert_says(b, "c.yaml:3:15: error: mig-configs: 'a': is given twice; choose another name");
    assert_says(b, "c.yaml:1:15: note: here for the first time");
}

static void a_missing_file_is_reported(void **state)
{
    struct bench *b = *state;
    assert_false(mig_configs_add_file(b->c, "/nonexistent/c.yaml", &b->f->said.diag));
    assert_says(b, "/nonexistent/c.yaml: error: ");
}

/* manifests/aks-kueue: the single layout is fine, the mixed one is not. */
static void the_mixed_values_of_the_sample_are_refused(void **state)
{
    struct bench *b = *state;
    char path[4096];
    if (shared_data_dir() == NULL) {
        print_message("shared data not present, skipped\n");
        return;
    }
    snprintf(path, sizeof path, "%s/manifests/aks-kueue/values-mig-single.yaml", shared_data_dir());
    assert_true(mig_configs_add_file(b->c, path, &b->f->said.diag));
    assert_true(check(b, "all-1g.10gb"));
    assert_int_equal(count(b, "all-1g.10gb", 7, "1g.10gb"), 7);
    snprintf(path, sizeof path, "%s/manifests/aks-kueue/values-mig-mixed.yaml", shared_data_dir());
    assert_true(mig_configs_add_file(b->c, path, &b->f->said.diag));
    assert_string_equal(messages_text(&b->f->said), "");
    assert_false(check(b, "mixed-training"));
    assert_says(b, "two 3g.40gb use all 8 memory slices, no room is left for one 1g.10gb");
    print_message("2 of 2 files\n");
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up_bench, tear_down_bench)

int main(void)
{
    struct CMUnitTest mistakes[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        mistakes[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    const struct CMUnitTest tests[] = {
        WITH_BENCH(rules_apply_to_the_gpus_they_name),
        WITH_BENCH(a_device_filter_picks_the_model),
        WITH_BENCH(names_of_mig_parted_need_no_file),
        WITH_BENCH(a_rule_without_mig_mode_suits_every_model),
        WITH_BENCH(a_file_goes_before_the_shipped_names),
        WITH_BENCH(unknown_names_get_the_nearest),
        WITH_BENCH(what_does_not_suit_the_model_is_refused),
        WITH_BENCH(texts_inside_of_other_files_are_found),
        WITH_BENCH(twins_are_refused),
        WITH_BENCH(a_missing_file_is_reported),
        WITH_BENCH(the_mixed_values_of_the_sample_are_refused),
    };
    const int failed = cmocka_run_group_tests_name("mig_configs_mistakes", mistakes, NULL, NULL);
    return failed + cmocka_run_group_tests_name("mig_configs", tests, NULL, NULL);
}
