/* Layouts from files of mig-parted, through the whole program. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/unit.h"

#define SCENARIO(machine, mig)                                                                     \
    "clustersim: 1\nname: t\ncluster:\n  pools:\n    - {name: n, machine: " machine ", mig: {" mig \
    "}}\nworkload:\n  - kubernetes: p.yaml\npolicies: [kube-scheduler]\n"                          \
    "run: {until: 2h}\n"
#define POD(name, limits)                                                                        \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name "}\nspec:\n  restartPolicy: Never\n"     \
    "  containers:\n  - command: [sleep, '60']\n    resources: {limits: {nvidia.com/mig-" limits \
    "}}\n---\n"
#define FILE_OF_MIG_PARTED                                                           \
    "version: v1\nmig-configs:\n  by-gpu:\n"                                         \
    "  - {devices: [0], mig-enabled: true, mig-devices: {3g.47gb: 2}}\n"             \
    "  - {devices: [1], mig-enabled: true, mig-devices: {1g.12gb: 4, 2g.24gb: 1}}\n" \
    "  all-3g:\n  - {devices: all, mig-enabled: true, mig-devices: {3g.47gb: 2}}\n"  \
    "  too-much:\n"                                                                  \
    "  - {devices: all, mig-enabled: true, mig-devices: {3g.47gb: 2, 1g.12gb: 1}}\n" \
    "  other-gpu:\n  - {devices: all, mig-enabled: true, mig-devices: {3g.20gb: 2}}\n"
#define CONFIG_MAP                                                                      \
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mig}\ndata:\n  config.yaml: |\n" \
    "    version: v1\n    mig-configs:\n      mine:\n      - devices: all\n"            \
    "        mig-enabled: true\n        mig-devices:\n          3g.47gb: 1\n"
#define TWO "Standard_NC80adis_H100_v5"

enum { MOST_PODS = 4, TICKS = 1000000000 };

struct outcome {
    const char *pod;
    int64_t start_ms; /* -1: it never ran */
    const char *instances;
};

static const struct row {
    const char *name, *scenario, *file, *pods;
    struct outcome want[MOST_PODS];
} rows[] = {
    {"a_configuration_says_which_gpus_it_means",
     SCENARIO(TWO, "mig-configs: mig.yaml, layout: by-gpu"),
     FILE_OF_MIG_PARTED,
     POD("a", "3g.47gb: 2") POD("b", "2g.24gb: 1") POD("c", "1g.12gb: 4"),
     {{"a", 0, "0/3g.47gb@0+0/3g.47gb@4"},
      {"b", 0, "1/2g.24gb@4"},
      {"c", 0, "1/1g.12gb@0+1/1g.12gb@1+1/1g.12gb@2+1/1g.12gb@6"}}},
    {"names_that_ship_are_known_beside_it",
     SCENARIO(TWO, "mig-configs: mig.yaml, layout: all-2g.24gb"),
     FILE_OF_MIG_PARTED,
     POD("a", "2g.24gb: 6"),
     {{"a", 0, NULL}}},
    {"a_config_map_will_do",
     SCENARIO(TWO, "mig-configs: mig.yaml, layout: mine"),
     CONFIG_MAP,
     POD("a", "3g.47gb: 2"),
     {{"a", 0, "0/3g.47gb@4+1/3g.47gb@4"}}},
    {"the_manager_has_its_layouts_from_it",
     SCENARIO(TWO, "mig-configs: mig.yaml, manager: mig-manager, change: 90s, layouts: "
                   "[all-1g.12gb, by-gpu], repartition: {mode: to-demand, idle: 0}"),
     FILE_OF_MIG_PARTED,
     POD("a", "3g.47gb: 1"),
     {{"a", 90000, "0/3g.47gb@0"}}},
    {"under_names_of_its_own",
     SCENARIO(TWO, "mig-configs: mig.yaml, manager: mig-manager, layout: night, layouts: "
                   "{day: all-1g.12gb, night: all-3g}"),
     FILE_OF_MIG_PARTED,
     POD("a", "3g.47gb: 4"),
     {{"a", 0, NULL}}},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct scenario_run r;
    scenario_run_files(&r, (const char *const[]){"s.yaml", row->scenario, "p.yaml", row->pods,
                                                 "mig.yaml", row->file, NULL});
    if (r.rc != 0 || r.said[0] != '\0')
        fail_msg("exit %d, said: %s", r.rc, r.said);
    struct table *t = table_read_in(r.out, "tasks.csv");
    for (const struct outcome *o = row->want; o->pod != NULL; o++) {
        const size_t i = table_find(t, "task", o->pod);
        assert_int_equal(table_number(t, i, "start_s") / TICKS, o->start_ms);
        if (o->instances != NULL)
            assert_string_equal(table_text(t, i, "instances"), o->instances);
    }
    table_free(t);
    scenario_run_close(&r);
}

static const struct mistake {
    const char *name, *scenario;
    const char *says[2];
} mistakes[] = {
    {"a_name_that_is_nearly_right",
     SCENARIO(TWO, "mig-configs: mig.yaml, layout: by-gpus"),
     {"s.yaml:5:", "layout: 'by-gpus': no such set; did you mean 'by-gpu'?"}},
    {"one_among_the_layouts",
     SCENARIO(TWO, "mig-configs: mig.yaml, manager: mig-manager, layouts: [by-gpu, al-3g]"),
     {"layout: 'al-3g': no such set; did you mean 'all-3g'?", ""}},
    {"what_does_not_fit_is_shown_where_it_stands",
     SCENARIO(TWO, "mig-configs: mig.yaml, layout: too-much"),
     {"mig.yaml:9:", "chosen here"}},
    {"profiles_of_another_gpu",
     SCENARIO(TWO, "mig-configs: mig.yaml, layout: other-gpu"),
     {"mig.yaml:11:", "3g.20gb"}},
    {"a_gpu_without_mig",
     SCENARIO("Standard_NC6s_v3", "mig-configs: mig.yaml, layout: by-gpu"),
     {"V100-16GB cannot be partitioned", ""}},
    {"no_such_file",
     SCENARIO(TWO, "mig-configs: nowhere.yaml, layout: by-gpu"),
     {"nowhere.yaml: error: cannot be read: No such file or directory", ""}},
    {"a_file_of_something_else",
     SCENARIO(TWO, "mig-configs: p.yaml, layout: by-gpu"),
     {"p.yaml:1:1: error: no mig-configs here", ""}},
};

static void check_mistake(void **state)
{
    const struct mistake *m = *state;
    struct scenario_run r;
    scenario_run_files(&r, (const char *const[]){"s.yaml", m->scenario, "p.yaml",
                                                 POD("a", "1g.12gb: 1"), "mig.yaml",
                                                 FILE_OF_MIG_PARTED, NULL});
    if (r.rc < 2 || r.rc > 3 || strstr(r.said, m->says[0]) == NULL ||
        strstr(r.said, m->says[1]) == NULL || strstr(r.said, "bug") != NULL)
        fail_msg("exit %d, said: %s", r.rc, r.said);
    scenario_run_close(&r);
}

int main(void)
{
    struct CMUnitTest good[LEN(rows)], bad[LEN(mistakes)];
    for (size_t i = 0; i < LEN(rows); i++)
        good[i] = (struct CMUnitTest){.name = rows[i].name,
                                      .test_func = check_row,
                                      .initial_state = (void *)(uintptr_t)&rows[i]};
    for (size_t i = 0; i < LEN(mistakes); i++)
        bad[i] = (struct CMUnitTest){.name = mistakes[i].name,
                                     .test_func = check_mistake,
                                     .initial_state = (void *)(uintptr_t)&mistakes[i]};
    const int failed = cmocka_run_group_tests_name("mig_files", good, NULL, NULL);
    return failed + cmocka_run_group_tests_name("mig_file_mistakes", bad, NULL, NULL);
}
