#include "models/catalogue_list.h"
#include "sim/yaml.h"
#include "tests/catalogue_fixture.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

#define GIB (INT64_C(1) << 30)

/* Adds a file's text. The caller closes the file when nothing of it is used any more. */
static bool add(struct fixture *f, struct yaml_file **file, const char *text)
{
    *file = yaml_parse("my.yaml", text, strlen(text), &f->said.diag);
    bool ok = true;
    for (size_t i = 0; i < yaml_docs(*file); i++)
        ok = catalogue_add_node(f->c, yaml_doc(*file, i), &f->said.diag) && ok;
    return ok;
}

static void what_ships_is_without_mistakes(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(messages_text(&f->said), "");
    assert_int_equal(catalogue_machines(f->c), 14);
    assert_int_equal(catalogue_gpus(f->c), 13);
    assert_int_equal(catalogue_migs(f->c), 8);
}

static void the_first_machine_is_the_h100_node(void **state)
{
    struct fixture *f = *state;
    const struct machine *m = catalogue_machine(f->c, 0);
    assert_ptr_equal(m, catalogue_find_machine(f->c, "Standard_ND96isr_H100_v5"));
    assert_int_equal(m->vcpus, 96);
    assert_int_equal(m->memory_bytes, 1900 * GIB);
    assert_int_equal(m->gpus, 8);
    assert_true(m->nvlink);
    assert_true(m->numbered);
    assert_string_equal(m->gpu->name, "H100-80GB-SXM");
    assert_string_equal(m->gpu->product, "NVIDIA-H100-80GB-HBM3");
    assert_string_equal(m->gpu->mig->name, "H100-80GB");
    assert_int_equal(m->gpu->memory_bytes, 80 * GIB);
    assert_int_equal(m->gpu->sms, 132);
    assert_true(m->gpu->busy_w == 0);
    assert_string_equal(m->priced, "2026-06-18");
}

static void prices_are_by_region(void **state)
{
    struct fixture *f = *state;
    const struct machine *m = catalogue_machine(f->c, 0);
    assert_int_equal(machine_price_in(m, NULL)->micro_usd_per_h, 98320000);
    assert_int_equal(machine_price_in(m, "southafricanorth")->micro_usd_per_h, 168672000);
    assert_null(machine_price_in(m, "northpole"));
    assert_null(machine_price_in(catalogue_find_machine(f->c, "gb10"), NULL));
}

static void the_gb10_shares_its_memory_and_is_not_partitioned(void **state)
{
    struct fixture *f = *state;
    const struct machine *m = catalogue_find_machine(f->c, "gb10");
    assert_int_equal(m->gpus, 1);
    assert_true(m->gpu->unified_memory);
    assert_null(m->gpu->mig);
    assert_int_equal(m->gpu->memory_bytes, 128 * GIB);
    assert_int_equal(m->memory_bytes, 128 * GIB);
    assert_int_equal(m->labels.len, 1);
    assert_string_equal(m->labels.list[0].key, "kubernetes.io/arch");
    assert_string_equal(m->labels.list[0].value, "arm64");
}

static void a_user_adds_hardware_of_every_kind(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file;
    assert_true(
        add(f, &file,
            "machines:\n"
            "  - {name: rack, vcpus: 128, memory: 2TiB, gpus: 4, gpu: X1, provider: us,\n"
            "     prices: {here: 1.5 USD/h, there: 2 USD/h}, labels: {tier: a, spot: \"true\"}}\n"
            "gpus:\n"
            "  - {name: X1, memory: 16GiB, mig: X1, idle_watts: 50, busy_watts: 300.5}\n"
            "mig:\n"
            "  - {name: X1, geometry: halves,\n"
            "     profiles: [{kind: half, name: 1g.8gb, memory: 8GiB, copy: 0}]}\n"
            "mig_geometries:\n"
            "  - {name: halves, compute_slices: 2, memory_slices: 2, profiles: [\n"
            "     {kind: half, compute_slices: 1, memory_slices: 1, most: 2,\n"
            "      starts: [1, 0]}]}\n"));
    assert_string_equal(messages_text(&f->said), "");
    const struct machine *m = catalogue_find_machine(f->c, "rack");
    assert_ptr_equal(m, catalogue_machine(f->c, 14));
    assert_true(m->gpu->busy_w == 300.5);
    assert_int_equal(m->prices.len, 2);
    assert_int_equal(machine_price_in(m, "there")->micro_usd_per_h, 2000000);
    assert_string_equal(m->labels.list[1].value, "true");
    const struct mig_table *t = m->gpu->mig;
    assert_int_equal(t->len, 1);
    const struct mig_profile *p = &t->profiles[0];
    assert_string_equal(p->name, "1g.8gb");
    assert_string_equal(p->kind, "half");
    assert_int_equal(p->memory_bytes, 8 * GIB);
    assert_int_equal(p->starts, 3);
    assert_int_equal(p->order[0], 0);
    assert_true(p->order_assumed);
    assert_int_equal(p->id, MIG_NONE);
    assert_int_equal(p->sms, 0);
    assert_int_equal(p->engines.copy, 0);
    assert_int_equal(p->engines.decoders, MIG_NONE);
    assert_int_equal(mig_instance_id(t, 0, 1), MIG_NONE);
    yaml_close(file);
}

static void sixty_four_numbered_gpus_are_not_too_many(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file;
    assert_true(
        add(f, &file, "machines: [{name: a, vcpus: 1, memory: 1GiB, gpus: 64, gpu: generic}]\n"));
    assert_int_equal(catalogue_find_machine(f->c, "a")->gpus, 64);
    yaml_close(file);
}

static void a_single_start_needs_no_assumption(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file;
    assert_true(add(f, &file,
                    "mig_geometries: [{name: o, compute_slices: 1, memory_slices: 1, profiles: [\n"
                    "  {kind: k, compute_slices: 1, memory_slices: 1, most: 1, starts: [0]}]}]\n"
                    "mig: [{name: t, geometry: o, profiles: [{kind: k, name: p}]}]\n"));
    assert_false(catalogue_find_mig(f->c, "t")->profiles[0].order_assumed);
    yaml_close(file);
}

static void a_twin_shows_where_the_first_stands(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file;
    assert_false(add(f, &file,
                     "machines:\n  - {name: a, vcpus: 1, memory: 1GiB}\n"
                     "  - {name: a, vcpus: 1, memory: 1GiB}\n"));
    assert_non_null(strstr(messages_text(&f->said), "my.yaml:2:12: note: here for the first time"));
    yaml_close(file);
}

static void processors_without_identity_may_be_many(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file;
    assert_true(add(f, &file,
                    "machines: [{name: curie, vcpus: 80640, memory: 1TiB, gpus: 80640,\n"
                    "            gpu: generic, numbered: false}]\n"));
    assert_int_equal(catalogue_find_machine(f->c, "curie")->gpus, 80640);
    assert_false(catalogue_find_machine(f->c, "curie")->numbered);
    yaml_close(file);
}

static void a_replacement_stands_in_everywhere(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file;
    const struct machine *m = catalogue_machine(f->c, 0);
    const struct gpu_model *g = m->gpu;
    assert_true(add(f, &file,
                    "gpus: [{name: H100-80GB-SXM, replaces: true, memory: 80GiB, mig: H100-80GB,\n"
                    "        idle_watts: 70}]\n"));
    assert_ptr_equal(m->gpu, g);
    assert_true(g->idle_w == 70);
    assert_int_equal(g->sms, 0);
    assert_int_equal(catalogue_gpus(f->c), 13);
    assert_ptr_equal(catalogue_gpu(f->c, 0), g);
    yaml_close(file);
}

static void a_replacement_with_mistakes_replaces_nothing(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file;
    assert_false(add(f, &file,
                     "mig: [{name: H100-80GB, replaces: true, geometry: seven-slices,\n"
                     "       profiles: [{kind: 1g, name: x}, {kind: 2g, name: x}]}]\n"
                     "machines: [{name: gb10, vcpus: 1, memory: 1GiB}]\n"));
    assert_int_equal(catalogue_find_mig(f->c, "H100-80GB")->len, 7);
    assert_int_equal(catalogue_find_machine(f->c, "gb10")->vcpus, 20);
    yaml_close(file);
}

static void a_gpu_never_has_a_table_with_flaws(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file;
    assert_false(add(f, &file,
                     "mig: [{name: t, geometry: seven-slices, profiles: []}]\n"
                     "gpus: [{name: g, mig: t}]\n"));
    assert_null(catalogue_find_gpu(f->c, "g")->mig);
    yaml_close(file);
}

/* One mistake, one message. */
static const struct row {
    const char *name;
    const char *text;
    const char *said;
} rows[] = {
    {"taken_name", "machines:\n  - {name: p5.48xlarge, vcpus: 1, memory: 1GiB}\n",
     "my.yaml:2:12: error: name: 'p5.48xlarge': ships with the program; choose another, or say "
     "`replaces: true`\n"},
    {"empty_name", "machines:\n  - {name: \"\", vcpus: 1, memory: 1GiB}\n",
     "my.yaml:2:12: error: name: '': is empty; give it a name\n"},
    {"given_twice",
     "machines:\n  - {name: a, vcpus: 1, memory: 1GiB}\n  - {name: a, vcpus: 2, memory: 1GiB}\n",
     "my.yaml:3:12: error: name: 'a': is given twice; choose another, or say `replaces: true`\n"},
    {"replaced_and_given_again",
     "machines:\n  - {name: gb10, replaces: true, vcpus: 1, memory: 1GiB}\n"
     "  - {name: gb10, vcpus: 2, memory: 1GiB}\n",
     "my.yaml:3:12: error: name: 'gb10': is given twice; choose another, or say `replaces: "
     "true`\n"},
    {"number_of_gpus_is_wrong",
     "machines:\n  - {name: a, vcpus: 1, memory: 1GiB, gpus: x, gpu: GB10}\n",
     "my.yaml:2:45: error: gpus: 'x': not a whole number; expected a whole number\n"},
    {"nothing_to_replace",
     "machines:\n  - {name: p5.48xlarg, replaces: true, vcpus: 1, memory: 1GiB}\n",
     "my.yaml:2:34: error: replaces: 'true': there is no machine 'p5.48xlarg' to replace; did you "
     "mean 'p5.48xlarge'?\n"},
    {"unknown_gpu",
     "machines:\n  - {name: a, vcpus: 1, memory: 1GiB, gpus: 1, gpu: H100-80GB-SXN}\n",
     "my.yaml:2:53: error: gpu: 'H100-80GB-SXN': no such GPU model; did you mean 'H100-80GB-SXM'?; "
     "`clustersim list gpus` shows them\n"},
    {"no_gpu_said", "machines:\n  - {name: a, vcpus: 1, memory: 1GiB, gpus: 2}\n",
     "my.yaml:2:45: error: gpus: '2': of which model? add `gpu: NAME`; `clustersim list gpus` "
     "shows "
     "them\n"},
    {"no_number_said", "machines:\n  - {name: a, vcpus: 1, memory: 1GiB, gpu: GB10}\n",
     "my.yaml:2:44: error: gpu: 'GB10': how many? add `gpus: NUMBER`\n"},
    {"too_many_numbered",
     "machines:\n  - {name: a, vcpus: 1, memory: 1GiB, gpus: 65, gpu: generic}\n",
     "my.yaml:2:45: error: gpus: '65': at most 64 in one machine; say `numbered: false` if they "
     "need no identity, as the processors of a log\n"},
    {"unknown_key", "machines:\n  - {name: a, vcpu: 1, vcpus: 1, memory: 1GiB}\n",
     "my.yaml:2:15: error: unknown key 'vcpu' in machines; did you mean 'vcpus'?\n"},
    {"unknown_list", "machine:\n  - {name: a}\n",
     "my.yaml:1:1: error: unknown key 'machine' in catalogue (machines, gpus, mig, "
     "mig_geometries); "
     "did you mean 'machines'?\n"},
    {"no_unit", "machines:\n  - {name: a, vcpus: 1, memory: 64}\n",
     "my.yaml:2:33: error: memory: '64': no unit; expected a size such as 80GiB or 500MB\n"},
    {"price_without_unit",
     "machines:\n  - {name: a, vcpus: 1, memory: 1GiB, prices: {eastus: 3.06}}\n",
     "my.yaml:2:56: error: eastus: '3.06': no unit; expected a price such as 98.32 USD/h\n"},
    {"prices_are_no_map", "machines:\n  - {name: a, vcpus: 1, memory: 1GiB, prices: 3 USD/h}\n",
     "my.yaml:2:47: error: prices: text; expected a mapping such as {eastus: 98.32 USD/h}\n"},
    {"labels_are_no_map", "machines:\n  - {name: a, vcpus: 1, memory: 1GiB, labels: [a=b]}\n",
     "my.yaml:2:47: error: labels: a list; expected a mapping such as {tier: train}\n"},
    {"no_list", "machines: {name: a}\n",
     "my.yaml:1:11: error: machines: a mapping; expected a list of mappings\n"},
    {"no_map", "machines: [rack]\n", "my.yaml:1:12: error: machines: text; expected a mapping\n"},
    {"file_is_a_list", "- a\n", "my.yaml:1:1: error: catalogue: a list; expected a mapping\n"},
    {"unknown_table", "gpus:\n  - {name: a, mig: H100}\n",
     "my.yaml:2:20: error: mig: 'H100': no such MIG table; did you mean 'H100-80GB'?; `clustersim "
     "list profiles` shows them\n"},
    {"unknown_geometry", "mig:\n  - {name: a, geometry: seven-slice, profiles: []}\n",
     "my.yaml:2:25: error: geometry: 'seven-slice': no such MIG geometry; did you mean "
     "'seven-slices'?\n"},
    {"unknown_kind",
     "mig:\n  - {name: a, geometry: seven-slices,\n"
     "     profiles: [{kind: 1g+mi, name: 1g.5gb}, {kind: 1g, name: 1g}]}\n",
     "my.yaml:3:24: error: kind: '1g+mi': 'seven-slices' has no such profile; did you mean "
     "'1g+me'?\n"},
    {"same_kind",
     "mig:\n  - {name: a, geometry: seven-slices,\n"
     "     profiles: [{kind: 1g, name: x}, {kind: 1g, name: y}]}\n",
     "my.yaml:3:45: error: kind: '1g': is given twice\n"},
    {"nameless_profiles",
     "mig_geometries:\n  - {name: o, compute_slices: 1, memory_slices: 1, profiles: [{most: 1}]}\n"
     "mig:\n  - {name: t, geometry: o, profiles: [{kind: k}]}\n",
     "my.yaml:2:63: error: 'kind' is missing in mig_geometries.profiles; expected text\n"
     "my.yaml:2:63: error: 'compute_slices' is missing in mig_geometries.profiles; expected a "
     "whole number, 1 to 8\n"
     "my.yaml:2:63: error: 'memory_slices' is missing in mig_geometries.profiles; expected a "
     "whole number, 1 to 8\n"
     "my.yaml:2:63: error: 'starts' is missing in mig_geometries.profiles; expected a list of "
     "memory slices\n"
     "my.yaml:4:39: error: 'name' is missing in mig.profiles; expected text\n"},
    {"no_profiles", "mig:\n  - {name: a, geometry: seven-slices, profiles: []}\n",
     "my.yaml:2:5: error: 'a': a table has 1 to 15 profiles\n"},
    {"same_profile_name",
     "mig:\n  - {name: a, geometry: seven-slices,\n"
     "     profiles: [{kind: 1g, name: x}, {kind: 2g, name: x}]}\n",
     "my.yaml:3:38: error: 'x': two profiles have the same name\n"},
    {"start_outside",
     "mig_geometries:\n  - {name: a, compute_slices: 4, memory_slices: 4, profiles: [\n"
     "     {kind: b, compute_slices: 2, memory_slices: 2, most: 1, starts: [3]}]}\n",
     "my.yaml:3:6: error: 'b': an instance at its last start would leave the GPU\n"},
    {"start_of_nine",
     "mig_geometries:\n  - {name: a, compute_slices: 4, memory_slices: 4, profiles: [\n"
     "     {kind: b, compute_slices: 2, memory_slices: 2, most: 1, starts: [9]}]}\n",
     "my.yaml:3:71: error: starts: '9': out of range; expected 0 to 7\n"},
    {"start_twice",
     "mig_geometries:\n  - {name: a, compute_slices: 4, memory_slices: 4, profiles: [\n"
     "     {kind: b, compute_slices: 1, memory_slices: 1, most: 1, starts: [0, 0]}]}\n",
     "my.yaml:3:70: error: starts: a memory slice is given twice\n"},
    {"starts_are_no_list",
     "mig_geometries:\n  - {name: a, compute_slices: 4, memory_slices: 4, profiles: [\n"
     "     {kind: b, compute_slices: 1, memory_slices: 1, most: 1, starts: 0}]}\n",
     "my.yaml:3:70: error: starts: text; expected a list of at most 8 whole numbers\n"},
    {"nine_starts",
     "mig_geometries:\n  - {name: a, compute_slices: 4, memory_slices: 4, profiles: [\n"
     "     {kind: b, compute_slices: 1, memory_slices: 1, most: 1,\n"
     "      starts: [0, 1, 2, 3, 4, 5, 6, 7, 0]}]}\n",
     "my.yaml:4:15: error: starts: 9 of them; at most 8\n"},
    {"order_misses_a_start",
     "mig_geometries:\n  - {name: a, compute_slices: 4, memory_slices: 4, profiles: [\n"
     "     {kind: b, compute_slices: 1, memory_slices: 1, most: 1, starts: [0, 1], order: [1]}]}\n",
     "my.yaml:3:6: error: 'b': the driver's order must list every start once\n"},
    {"an_id_is_missing",
     "mig_geometries:\n  - {name: a, compute_slices: 4, memory_slices: 4, profiles: [\n"
     "     {kind: b, compute_slices: 1, memory_slices: 1, most: 1, starts: [0, 1],\n"
     "      instance_ids: [7]}]}\n",
     "my.yaml:4:21: error: instance_ids: 1 of them, but 2 starts; one for each start\n"},
    {"sixteen_profiles",
     "mig_geometries:\n  - {name: a, compute_slices: 4, memory_slices: 4, profiles: [\n"
     "     &b {kind: b, compute_slices: 1, memory_slices: 1, most: 1, starts: [0]},\n"
     "     *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]}\n",
     "my.yaml:2:62: error: profiles: 16 of them; at most 15\n"},
};

/* The messages alone, without the lines they show and the notes. */
static void errors_only(char *text)
{
    char *to = text;
    for (char *line = text; *line != '\0';) {
        const size_t len = strcspn(line, "\n") + 1;
        line[len - 1] = '\0';
        const bool is_error = strstr(line, ": error: ") != NULL;
        line[len - 1] = '\n';
        if (is_error) {
            memmove(to, line, len);
            to += len;
        }
        line += len;
    }
    *to = '\0';
}

static void check_row(void **state)
{
    const struct row *row = *state;
    void *made = NULL;
    set_up(&made);
    struct fixture *f = made;
    struct yaml_file *file;
    assert_false(add(f, &file, row->text));
    char *said = strdup(messages_text(&f->said));
    errors_only(said);
    assert_string_equal(said, row->said);
    free(said);
    FILE *nowhere = fopen("/dev/null", "w");
    catalogue_list_machines(f->c, nowhere);
    catalogue_list_gpus(f->c, nowhere);
    catalogue_list_profiles(f->c, nowhere);
    fclose(nowhere);
    yaml_close(file);
    tear_down(&made);
}

static void entries_with_mistakes_keep_their_name(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file;
    assert_false(add(f, &file,
                     "gpus: [{name: g, memory: 7, mig: t}]\n"
                     "mig: [{name: t, geometry: o, profiles: [{kind: k, name: p}]}]\n"
                     "mig_geometries: [{name: o, compute_slices: x, memory_slices: 4,\n"
                     "                  profiles: [{kind: k}]}]\n"
                     "machines: [{name: m, vcpus: 1, memory: 1GiB, gpus: 1, gpu: g}]\n"));
    char *said = strdup(messages_text(&f->said));
    errors_only(said);
    assert_string_equal(
        said,
        "my.yaml:3:44: error: compute_slices: 'x': not a whole number; expected a whole number\n"
        "my.yaml:4:30: error: 'compute_slices' is missing in mig_geometries.profiles; "
        "expected a whole number, 1 to 8\n"
        "my.yaml:4:30: error: 'memory_slices' is missing in mig_geometries.profiles; "
        "expected a whole number, 1 to 8\n"
        "my.yaml:4:30: error: 'most' is missing in mig_geometries.profiles; expected a "
        "whole number, 1 to 8\n"
        "my.yaml:4:30: error: 'starts' is missing in mig_geometries.profiles; expected a "
        "list of memory slices\n"
        "my.yaml:1:26: error: memory: '7': no unit; expected a size such as 80GiB or "
        "500MB\n");
    free(said);
    assert_non_null(catalogue_find_machine(f->c, "m")->gpu);
    yaml_close(file);
}

static void an_empty_file_adds_nothing(void **state)
{
    struct fixture *f = *state;
    static const char *const empty[] = {"", "# nothing\n", "---\n", "machines:\n", "gpus: []\n"};
    for (size_t i = 0; i < LEN(empty); i++) {
        struct yaml_file *file;
        assert_true(add(f, &file, empty[i]));
        yaml_close(file);
    }
    assert_string_equal(messages_text(&f->said), "");
    assert_int_equal(catalogue_machines(f->c), 14);
}

static void a_missing_file_is_reported(void **state)
{
    struct fixture *f = *state;
    assert_false(catalogue_add_file(f->c, "/nonexistent/machines.yaml", &f->said.diag));
    assert_non_null(strstr(messages_text(&f->said), "/nonexistent/machines.yaml: error: "));
    assert_non_null(strstr(messages_text(&f->said), "No such file or directory"));
}

static void a_file_is_added_with_all_its_documents(void **state)
{
    struct fixture *f = *state;
    char path[] = "/tmp/test_catalogue_XXXXXX";
    const int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    fputs("machines: [{name: a, vcpus: 1, memory: 1GiB}]\n---\n"
          "machines: [{name: b, vcpus: 1, memory: 1GiB}]\n",
          file);
    fclose(file);
    assert_true(catalogue_add_file(f->c, path, &f->said.diag));
    remove(path);
    assert_non_null(catalogue_find_machine(f->c, "a"));
    assert_string_equal(catalogue_machine(f->c, 15)->name, "b");
}

static void entries_stay_where_they_are_while_others_are_added(void **state)
{
    struct fixture *f = *state;
    const struct machine *first = catalogue_machine(f->c, 0);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    fputs("machines:\n", out);
    for (int i = 0; i < 5000; i++)
        fprintf(out, "  - {name: m%d, vcpus: 1, memory: 1GiB}\n", i);
    fclose(out);
    struct yaml_file *file;
    assert_true(add(f, &file, text));
    assert_ptr_equal(catalogue_machine(f->c, 0), first);
    assert_string_equal(first->name, "Standard_ND96isr_H100_v5");
    assert_string_equal(catalogue_find_machine(f->c, "m4999")->name, "m4999");
    free(text);
    yaml_close(file);
}

static void an_unknown_machine_gets_a_suggestion(void **state)
{
    struct fixture *f = *state;
    assert_null(catalogue_find_machine(f->c, "Standard_ND96isr_H100v5"));
    catalogue_no_machine(f->c, "Standard_ND96isr_H100v5", (struct src_pos){"s.yaml", 7, 16},
                         &f->said.diag);
    assert_string_equal(messages_text(&f->said),
                        "s.yaml:7:16: error: machine: 'Standard_ND96isr_H100v5': no such machine; "
                        "did you mean 'Standard_ND96isr_H100_v5'?; `clustersim list machines` "
                        "shows them\n");
}

static void assert_listed(struct fixture *f, void (*list)(const struct catalogue *, FILE *),
                          const char *title, const char *line)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    list(f->c, out);
    fclose(out);
    assert_memory_equal(text, title, strlen(title));
    if (strstr(text, line) == NULL)
        fail_msg("no line '%s' in\n%s", line, text);
    free(text);
}

static void lists_are_tables_for_people(void **state)
{
    struct fixture *f = *state;
    assert_listed(f, catalogue_list_machines, "MACHINE ",
                  "\nStandard_NC40ads_H100_v5      40    320GiB     1  H100-94GB-NVL     6.98 "
                  "USD/h  eastus, 1 more  2026-06-18\n");
    assert_listed(f, catalogue_list_machines, "MACHINE ",
                  "\ngb10                         20?   128GiB?     1  GB10                       "
                  "-  -               -\n");
    assert_listed(f, catalogue_list_gpus, "GPU ",
                  "\nH100-80GB-SXM     80GiB  132  H100-80GB   NVIDIA-H100-80GB-HBM3\n");
    assert_listed(f, catalogue_list_gpus, "GPU ",
                  "\ngeneric               -    -  -           -\n");
    assert_listed(f, catalogue_list_profiles, "MIG ",
                  "\nH100-80GB   1g.10gb+me  20     1      1/7     1/8  6,4,5,0,1,2,3?   9984MiB   "
                  "16    1     1    1   1  nvidia.com/mig-1g.10gb.me\n");
    assert_listed(f, catalogue_list_profiles, "MIG ", "\n-: not known; ?: not verified\n");
}

int main(void)
{
    struct CMUnitTest mistakes[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        mistakes[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    const struct CMUnitTest tests[] = {
        WITH_CATALOGUE(what_ships_is_without_mistakes),
        WITH_CATALOGUE(the_first_machine_is_the_h100_node),
        WITH_CATALOGUE(prices_are_by_region),
        WITH_CATALOGUE(the_gb10_shares_its_memory_and_is_not_partitioned),
        WITH_CATALOGUE(a_user_adds_hardware_of_every_kind),
        WITH_CATALOGUE(sixty_four_numbered_gpus_are_not_too_many),
        WITH_CATALOGUE(a_single_start_needs_no_assumption),
        WITH_CATALOGUE(a_twin_shows_where_the_first_stands),
        WITH_CATALOGUE(processors_without_identity_may_be_many),
        WITH_CATALOGUE(a_replacement_stands_in_everywhere),
        WITH_CATALOGUE(a_replacement_with_mistakes_replaces_nothing),
        WITH_CATALOGUE(a_gpu_never_has_a_table_with_flaws),
        WITH_CATALOGUE(entries_with_mistakes_keep_their_name),
        WITH_CATALOGUE(an_empty_file_adds_nothing),
        WITH_CATALOGUE(a_missing_file_is_reported),
        WITH_CATALOGUE(a_file_is_added_with_all_its_documents),
        WITH_CATALOGUE(entries_stay_where_they_are_while_others_are_added),
        WITH_CATALOGUE(an_unknown_machine_gets_a_suggestion),
        WITH_CATALOGUE(lists_are_tables_for_people),
    };
    const int failed = cmocka_run_group_tests_name("catalogue_mistakes", mistakes, NULL, NULL);
    return failed + cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
