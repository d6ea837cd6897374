/* Partitioned GPUs through the whole program: who gets an instance, where, and when. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/unit.h"

#define SCENARIO(machine, mig)                                                                     \
    "clustersim: 1\nname: t\ncluster:\n  pools:\n    - {name: n, machine: " machine ", mig: {" mig \
    "}}\nworkload:\n  - kubernetes: p.yaml\npolicies: [kube-scheduler]\n"                          \
    "run: {until: 2h}\n"
#define ONE_GPU "Standard_NC40ads_H100_v5"
#define POD(name, seconds, limits)                                                                \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name "}\nspec:\n  restartPolicy: Never\n"      \
    "  containers:\n  - command: [sleep, '" seconds "']\n    resources: {limits: {" limits "}}\n" \
    "---\n"
#define MIG(profile, n) "nvidia.com/mig-" profile ": " #n

enum { MOST_PODS = 8 };

/* Pods come in order at the start; on 1g (16 of 132 SMs) 600 s of work take 4950 s, on 2g 800 s
 * take 3300 s. What their rows of tasks.csv say: start in ms (-1: it never ran), and the instances.
 */
struct outcome {
    const char *pod;
    int64_t start_ms;
    const char *instances;
};

static const struct row {
    const char *name, *mig, *pods;
    struct outcome want[MOST_PODS];
} rows[] = {
    /* The user guide's example: -cgi 19,19,14,9 fails with "Insufficient Resources" ... */
    {"small_ones_first_leave_no_place_for_3g",
     "manager: dynamic, placement: driver-order, create: 0, destroy: 0",
     POD("a", "600", MIG("1g.12gb", 1)) POD("b", "700", MIG("1g.12gb", 1))
         POD("c", "800", MIG("2g.24gb", 1)) POD("d", "60", MIG("3g.47gb", 1)),
     {{"a", 0, "0/1g.12gb@6"},
      {"b", 0, "0/1g.12gb@4"},
      {"c", 0, "0/2g.24gb@0"},
      {"d", 3300000, "0/3g.47gb@0"}}},
    /* ... and -cgi 9,19,14,19 succeeds. */
    {"the_largest_first_leaves_places_for_all",
     "manager: dynamic, placement: driver-order, create: 0, destroy: 0",
     POD("a", "600", MIG("3g.47gb", 1)) POD("b", "700", MIG("1g.12gb", 1))
         POD("c", "800", MIG("2g.24gb", 1)) POD("d", "60", MIG("1g.12gb", 1)),
     {{"a", 0, "0/3g.47gb@4"},
      {"b", 0, "0/1g.12gb@0"},
      {"c", 0, "0/2g.24gb@2"},
      {"d", 0, "0/1g.12gb@1"}}},
    {"making_and_destroying_take_their_time",
     "manager: dynamic, create: 1s, destroy: 500ms",
     POD("a", "600", MIG("7g.94gb", 1)) POD("b", "600", MIG("7g.94gb", 1)),
     {{"a", 1000, "0/7g.94gb@0"}, {"b", 602500, "0/7g.94gb@0"}}},
    {"a_gpu_with_an_instance_is_not_whole",
     "manager: dynamic, create: 0, destroy: 1s",
     POD("a", "600", MIG("1g.12gb", 1)) POD("b", "600", "nvidia.com/gpu: 1")
         POD("c", "60", MIG("1g.12gb", 1)),
     {{"a", 0, "0/1g.12gb@0"}, {"b", 4951000, ""}, {"c", 0, "0/1g.12gb@1"}}},
    {"a_whole_gpu_has_no_instance",
     "manager: dynamic, create: 0, destroy: 0",
     POD("a", "600", "nvidia.com/gpu: 1") POD("b", "60", MIG("1g.12gb", 1)),
     {{"a", 0, ""}, {"b", 600000, "0/1g.12gb@0"}}},
    {"a_pod_may_have_two_profiles",
     "manager: dynamic, create: 1s, destroy: 0",
     POD("a", "600", MIG("3g.47gb", 1) ", " MIG("4g.47gb", 1)),
     {{"a", 2000, "0/4g.47gb@0+0/3g.47gb@4"}}},
    {"profiles_that_do_not_fit_together_never_start",
     "manager: dynamic, create: 0, destroy: 0",
     POD("a", "600", MIG("3g.47gb", 2) ", " MIG("1g.12gb", 1)) POD("b", "60", MIG("1g.12gb", 1)),
     {{"a", -1, ""}, {"b", 0, "0/1g.12gb@0"}}},
    {"media_engines_exist_once",
     "manager: dynamic, create: 0, destroy: 0",
     POD("a", "600", MIG("1g.12gb.me", 1)) POD("b", "60", MIG("1g.12gb.me", 1)),
     {{"a", 0, "0/1g.12gb+me@0"}, {"b", 4950000, "0/1g.12gb+me@0"}}},
    {"most_reachable_keeps_room_for_large_ones",
     "manager: dynamic, placement: most-reachable, create: 0, destroy: 0",
     POD("a", "600", MIG("1g.12gb", 1)) POD("b", "60", MIG("4g.47gb", 1)),
     {{"a", 0, "0/1g.12gb@6"}, {"b", 0, "0/4g.47gb@0"}}},
    {"first_fit_does_not",
     "manager: dynamic, create: 0, destroy: 0",
     POD("a", "600", MIG("1g.12gb", 1)) POD("b", "60", MIG("4g.47gb", 1)),
     {{"a", 0, "0/1g.12gb@0"}, {"b", 4950000, "0/4g.47gb@0"}}},
};

static void expect(const struct table *t, const struct outcome *o)
{
    const size_t row = table_find(t, "task", o->pod);
    const char *start = table_text(t, row, "start_s");
    const int64_t start_ms =
        start[0] == '\0' ? -1 : (int64_t)(table_number(t, row, "start_s") / 1000000000);
    const bool is_there =
        o->instances == NULL || strcmp(table_text(t, row, "instances"), o->instances) == 0;
    if (start_ms != o->start_ms || !is_there)
        fail_msg("%s: at %lld ms on '%s', not at %lld ms on '%s'", o->pod, (long long)start_ms,
                 table_text(t, row, "instances"), (long long)o->start_ms,
                 o->instances == NULL ? "anything" : o->instances);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct scenario_run r;
    char text[1024];
    assert_true(snprintf(text, sizeof text, SCENARIO(ONE_GPU, "%s"), row->mig) < (int)sizeof text);
    scenario_run_files(&r, (const char *const[]){"s.yaml", text, "p.yaml", row->pods, NULL});
    assert_string_equal(r.said, "");
    struct table *t = table_read_in(r.out, "tasks.csv");
    for (const struct outcome *o = row->want; o->pod != NULL; o++)
        expect(t, o);
    table_free(t);
    scenario_run_close(&r);
}

#define MANAGED(timeline)                                                                      \
    "clustersim: 1\nname: t\ncluster:\n  pools:\n    - {name: n, machine: " ONE_GPU            \
    ", count: 2, mig: {manager: mig-manager, change: 90s, layouts: {day: all-1g.12gb, night: " \
    "[3g.47gb, 3g.47gb], off: all-disabled}}}\ntimeline:\n" timeline                           \
    "workload:\n  - {kubernetes: p.yaml, submit: {late: 20m, later: 3000s}}\n"                 \
    "policies: [kube-scheduler]\nrun: {until: 4h}\n"

/* What pods get from nodes whose layout is changed, and when. */
static const struct managed {
    const char *name, *scenario, *pods;
    struct outcome want[MOST_PODS];
} managed[] = {
    {"nodes_without_tasks_change_at_once",
     MANAGED("  - {at: 10m, mig-layout: night}\n"),
     POD("late", "60", MIG("3g.47gb", 1)) POD("later", "60", MIG("1g.12gb", 1)),
     {{"late", 1200000, "0/3g.47gb@0"}, {"later", -1, ""}}},
    /* a runs until 4950 s on n-0; n-0 is kept from tasks until then, and changed by 5040 s. */
    {"a_change_waits_until_the_tasks_are_gone_and_takes_its_time",
     MANAGED("  - {at: 10m, mig-layout: night, nodes: n-0}\n"),
     POD("a", "600", MIG("1g.12gb", 1)) POD("late", "60", MIG("3g.47gb", 1))
         POD("later", "60", MIG("1g.12gb", 7)),
     {{"a", 0, "0/1g.12gb@0"},
      {"late", 5040000, "0/3g.47gb@0"},
      {"later", 3000000,
       "0/1g.12gb@0+0/1g.12gb@1+0/1g.12gb@2+0/1g.12gb@3+0/1g.12gb@4+0/1g.12gb@5+0/1g.12gb@6"}}},
    {"a_wish_that_is_withdrawn_lets_tasks_in_again",
     MANAGED("  - {at: 10m, mig-layout: night}\n  - {at: 40m, mig-layout: day}\n"),
     POD("a", "600", MIG("1g.12gb", 1)) POD("b", "600", MIG("1g.12gb", 7))
         POD("late", "60", "cpu: 1") POD("later", "60", MIG("1g.12gb", 1)),
     {{"a", 0, "0/1g.12gb@0"},
      {"b", 0, NULL},
      {"late", 2400000, NULL},
      {"later", 3000000, "0/1g.12gb@1"}}},
    {"mig_may_be_switched_off",
     MANAGED("  - {at: 10m, mig-layout: off, nodes: [n-0]}\n"),
     POD("late", "60", "nvidia.com/gpu: 1") POD("later", "60", MIG("1g.12gb", 1)),
     {{"late", 1200000, ""}, {"later", 3000000, "0/1g.12gb@0"}}},
    {"a_layout_may_change_while_the_plugin_is_away",
     MANAGED("  - {at: 9m, restart-device-plugin: [n-0, n-1], for: 12m}\n"
             "  - {at: 10m, mig-layout: night}\n"),
     POD("late", "60", MIG("3g.47gb", 1)) POD("later", "60", MIG("3g.47gb", 2)),
     {{"late", 1260000, "0/3g.47gb@0"}, {"later", 3000000, NULL}}},
    {"a_plugin_that_restarts_offers_nothing_and_takes_nothing_away",
     MANAGED("  - {at: 20m, restart-device-plugin: [n-0, n-1], for: 40s}\n"),
     POD("a", "600", MIG("1g.12gb", 1)) POD("late", "60", MIG("1g.12gb", 1))
         POD("later", "60", MIG("1g.12gb", 1)),
     {{"a", 0, "0/1g.12gb@0"}, {"late", 1240000, NULL}, {"later", 3000000, NULL}}},
};

/* Layouts that follow the queue: 1g by default, so that static (no rule) never runs `late`. */
#define FOLLOWS(rule, workload)                                                                \
    "clustersim: 1\nname: t\ncluster:\n  pools:\n    - {name: n, machine: " ONE_GPU            \
    ", count: 2, mig: {manager: mig-manager, change: 90s, layouts: {day: all-1g.12gb, night: " \
    "[3g.47gb, 3g.47gb], mixed: [3g.47gb, 2g.24gb, 1g.12gb, 1g.12gb]}" rule "}}\n"             \
    "workload:\n  - {kubernetes: p.yaml, submit: {" workload "}}\n"                            \
    "policies: [kube-scheduler]\nrun: {until: 4h}\n"
#define RULE(options) ", repartition: {mode: to-demand, " options "}"

static const struct managed followers[] = {
    {"nobody_changes_a_layout_without_a_rule",
     FOLLOWS("", "late: 20m"),
     POD("late", "60", MIG("3g.47gb", 1)),
     {{"late", -1, ""}}},
    {"no_rule_is_the_same_as_one_that_is_off",
     FOLLOWS(", repartition: {mode: off}", "late: 20m"),
     POD("late", "60", MIG("3g.47gb", 1)),
     {{"late", -1, ""}}},
    /* Idle since the start: told at once, and 90 s later there. */
    {"an_idle_node_changes_to_what_is_asked_for",
     FOLLOWS(RULE("idle: 5m"), "late: 20m"),
     POD("late", "60", MIG("3g.47gb", 1)),
     {{"late", 1290000, "0/3g.47gb@0"}}},
    /* Not before it has been idle for 25 minutes. */
    {"a_node_must_be_idle_for_so_long",
     FOLLOWS(RULE("idle: 25m"), "late: 20m"),
     POD("late", "60", MIG("3g.47gb", 1)),
     {{"late", 1590000, "0/3g.47gb@0"}}},
    /* a and b hold both nodes until 4950 s; idle then, told at 5250 s. */
    {"a_node_with_tasks_is_left_alone",
     FOLLOWS(RULE("idle: 5m"), "late: 20m"),
     POD("a", "600", MIG("1g.12gb", 4)) POD("b", "600", MIG("1g.12gb", 4))
         POD("late", "60", MIG("3g.47gb", 1)),
     {{"a", 0, NULL}, {"b", 0, NULL}, {"late", 5340000, "0/3g.47gb@0"}}},
    /* Two of 3g fit on one GPU: one node is told; the third task takes the other node. */
    {"no_more_nodes_change_than_are_needed",
     FOLLOWS(RULE("idle: 5m"), "late: 20m, later: 20m, small: 25m"),
     POD("late", "600", MIG("3g.47gb", 1)) POD("later", "600", MIG("3g.47gb", 1))
         POD("small", "60", MIG("1g.12gb", 7)),
     {{"late", 1290000, NULL}, {"later", 1290000, NULL}, {"small", 1500000, NULL}}},
    {"so_many_tasks_must_wait",
     FOLLOWS(RULE("idle: 5m, waiting: 2"), "late: 20m, later: 50m"),
     POD("late", "60", MIG("3g.47gb", 1)) POD("later", "60", MIG("3g.47gb", 1)),
     {{"late", 3090000, NULL}, {"later", 3090000, NULL}}},
    /* 3g and 2g are asked for together: `mixed` serves 750 thousandths, `night` 500. */
    {"the_layout_that_serves_most_is_taken",
     FOLLOWS(RULE("idle: 5m"), "late: 20m, later: 20m"),
     POD("late", "60", MIG("3g.47gb", 1)) POD("later", "60", MIG("2g.24gb", 1)),
     {{"late", 1290000, "0/3g.47gb@4"}, {"later", 1290000, "0/2g.24gb@0"}}},
    /* n-0 and n-1 were changed at 1290 s and may not be again before 4890 s, done at 4980 s. */
    {"changes_of_a_node_keep_their_distance",
     FOLLOWS(RULE("idle: 1m, between: 1h"), "late: 20m, later: 20m, small: 30m"),
     POD("late", "60", MIG("3g.47gb", 2)) POD("later", "60", MIG("3g.47gb", 2))
         POD("small", "60", MIG("1g.12gb", 7)),
     {{"late", 1290000, NULL}, {"later", 1290000, NULL}, {"small", 4980000, NULL}}},
    /* There is a free instance: nothing is changed, though both nodes have been idle for long. */
    {"what_is_free_is_not_asked_for",
     FOLLOWS(RULE("idle: 5m"), "late: 20m, later: 21m"),
     POD("late", "60", MIG("1g.12gb", 1)) POD("later", "60", MIG("1g.12gb", 7)),
     {{"late", 1200000, "0/1g.12gb@0"}, {"later", 1260000, NULL}}},
    /* a holds 1/7 of n-0, b all of n-1. n-0 takes no more tasks, not even `small`, changes when a
     * is gone at 4950 s, and back when `late` is gone and 10 minutes are over. */
    {"a_node_that_is_hardly_held_is_emptied",
     FOLLOWS(RULE("idle: 5m, held: 20%"), "late: 20m, small: 25m"),
     POD("a", "600", MIG("1g.12gb", 1)) POD("b", "1200", MIG("1g.12gb", 7))
         POD("late", "60", MIG("3g.47gb", 1)) POD("small", "60", MIG("1g.12gb", 1)),
     {{"a", 0, NULL}, {"b", 0, NULL}, {"late", 5040000, NULL}, {"small", 5730000, NULL}}},
    /* a holds 5/7 of one node until 4950 s, b 4/7 of the other until 9900 s: the latter is told. */
    {"the_node_that_is_held_least_is_told",
     FOLLOWS(RULE("idle: 5m, held: 72%"), "late: 20m"),
     POD("a", "600", MIG("1g.12gb", 5)) POD("b", "1200", MIG("1g.12gb", 4))
         POD("late", "60", MIG("3g.47gb", 1)),
     {{"a", 0, NULL}, {"b", 0, NULL}, {"late", 9990000, NULL}}},
    {"what_no_layout_has_changes_nothing",
     FOLLOWS(RULE("idle: 5m"), "late: 20m, later: 40m"),
     POD("late", "60", MIG("7g.94gb", 1)) POD("later", "60", MIG("1g.12gb", 7)),
     {{"late", -1, ""}, {"later", 2400000, NULL}}},
};

static void check_managed(void **state)
{
    const struct managed *row = *state;
    struct scenario_run r;
    scenario_run_files(&r,
                       (const char *const[]){"s.yaml", row->scenario, "p.yaml", row->pods, NULL});
    if (r.rc != 0 || strstr(r.said, "error") != NULL || strstr(r.said, "bug") != NULL)
        fail_msg("exit %d, said: %s", r.rc, r.said);
    struct table *t = table_read_in(r.out, "tasks.csv");
    for (const struct outcome *o = row->want; o->pod != NULL; o++)
        expect(t, o);
    table_free(t);
    scenario_run_close(&r);
}

/* Every instant is audited: layouts, columns and bits follow from who holds what. */
static void any_mix_under_any_policy_keeps_the_books(void **state)
{
    (void)state;
    static const char *const policies[] = {"kube-scheduler", "fifo", "sjf"};
    for (size_t i = 0; i < LEN(policies); i++)
        for (size_t rule = 0; rule < 3; rule++) {
            static const char *const rules[] = {"first-fit", "driver-order", "most-reachable"};
            struct scenario_run r;
            char text[2048];
            snprintf(text, sizeof text,
                     "clustersim: 1\nname: t\nseed: %zu\n"
                     "cluster: {pools: [{name: n, machine: Standard_ND96isr_H100_v5, mig: "
                     "{manager: dynamic, placement: %s}}]}\n"
                     "workload:\n"
                     "- generate: {name: a, arrivals: {rate: 240/h}, duration: {exponential: "
                     "{mean: 30m}}, jobs: 300, mig: {values: [1g.10gb, 2g.20gb, 3g.40gb, 1g.20gb, "
                     "7g.80gb, 4g.40gb, 1g.10gb+me]}}\n"
                     "- generate: {name: b, arrivals: {rate: 20/h}, duration: 10m, gpus: {values: "
                     "[1, 2, 4]}, jobs: 30}\n"
                     "- generate: {name: c, arrivals: {rate: 20/h}, duration: 10m, tasks: 1, "
                     "gpu_share: 0.4, jobs: 30}\n"
                     "policies: [%s]\n",
                     7 * i + rule, rules[rule], policies[i]);
            scenario_run_text(&r, text);
            assert_string_equal(r.said, "");
            assert_int_equal(r.rc, 0);
            struct table *jobs = table_read_in(r.out, "jobs.csv");
            assert_int_equal(jobs->rows, 360);
            for (size_t j = 0; j < jobs->rows; j++)
                assert_string_equal(table_text(jobs, j, "cause"), "done");
            table_free(jobs);
            scenario_run_close(&r);
        }
}

/* What is refused, and with what words. */
static const struct refusal {
    const char *name, *machine, *mig, *says;
} refusals[] = {
    {"a_layout_beside_dynamic", ONE_GPU, "manager: dynamic, layout: all-1g.12gb",
     "error: layout: the manager `dynamic` makes instances as tasks ask for them"},
    {"single_beside_dynamic", ONE_GPU, "manager: dynamic, strategy: single",
     "error: mig: the manager `dynamic` needs the strategy mixed"},
    {"dynamic_without_mig", "Standard_NC6s_v3", "manager: dynamic",
     "error: mig: V100-16GB cannot be partitioned"},
    {"dynamic_and_shared", ONE_GPU, "manager: dynamic}, sharing: {time-slicing: {replicas: 2}",
     "cannot be shared; leave sharing out"},
    {"no_such_rule", ONE_GPU, "manager: dynamic, placement: best-fit", "placement: 'best-fit'"},
    {"no_such_manager", ONE_GPU, "manager: dinamic", "manager: 'dinamic'"},
    {"a_manager_without_layouts", ONE_GPU, "manager: mig-manager", "layouts: the manager"},
    {"layouts_are_a_mapping", ONE_GPU, "manager: mig-manager, layouts: [[1g.12gb]]",
     "layouts: a list; expected a mapping"},
    {"or_names", ONE_GPU, "manager: mig-manager, layouts: all-1g.12gb",
     "layouts: text; expected a mapping"},
    {"a_layout_that_cannot_be", ONE_GPU,
     "manager: mig-manager, layouts: {a: all-1g.12gb, b: [4g.47gb, 4g.47gb]}",
     "these instances do not fit on one GPU"},
    {"no_such_layout", ONE_GPU, "manager: mig-manager, layout: c, layouts: {a: all-1g.12gb}",
     "layout: 'c': none of the layouts"},
    {"layouts_and_mps", ONE_GPU,
     "manager: mig-manager, layouts: {a: all-1g.12gb}}, sharing: {mps: {replicas: 2}",
     "shares whole GPUs by MPS"},
    {"static_layouts_follow_nothing", ONE_GPU,
     "layout: all-1g.12gb, repartition: {mode: to-demand}",
     "repartition: only the manager `mig-manager` changes layouts"},
    {"a_rule_without_a_mode", ONE_GPU,
     "manager: mig-manager, layouts: {a: all-1g.12gb}, repartition: {idle: 5m}", "mode"},
    {"no_such_mode", ONE_GPU,
     "manager: mig-manager, layouts: {a: all-1g.12gb}, repartition: {mode: on-demand}",
     "mode: 'on-demand'"},
    {"no_task_need_wait", ONE_GPU,
     "manager: mig-manager, layouts: {a: all-1g.12gb}, repartition: {mode: to-demand, waiting: 0}",
     "waiting: '0'"},
    {"no_time", ONE_GPU, "manager: dynamic, create: 3", "create: '3'"},
};

static void a_timeline_of_layouts_is_checked(void **state)
{
    (void)state;
    static const char *const mistakes[][2] = {
        {MANAGED("  - {at: 10m, mig-layout: nigt}\n"),
         "mig-layout: 'nigt': no node has such a layout; did you mean 'night'?"},
        {MANAGED("  - {at: 10m, mig-layout: night, nodes: n-7}\n"), "'n-7': there is no such node"},
        {MANAGED("  - {at: 10m, mig-layout: dusk, nodes: [n-0]}\n"),
         "mig-layout: 'dusk': node n-0 has no such layout"},
        {MANAGED("  - {at: 10m, mig-layout: [night]}\n"), "mig-layout: a list; expected the name"},
        {MANAGED("  - {at: 10m, restart-device-plugin: n-0, for: 3}\n"), "for: '3': expected"},
    };
    for (size_t i = 0; i < LEN(mistakes); i++) {
        struct scenario_run r;
        scenario_run_files(
            &r, (const char *const[]){"s.yaml", mistakes[i][0], "p.yaml", POD("a", "1", ""), NULL});
        if (r.rc != 2 || strstr(r.said, mistakes[i][1]) == NULL)
            fail_msg("exit %d, said: %s", r.rc, r.said);
        scenario_run_close(&r);
    }
}

/* Layouts that come and go under jobs that want all of them. */
static void changes_of_layout_keep_the_books_under_any_policy(void **state)
{
    (void)state;
    static const char *const policies[] = {"kube-scheduler", "fifo", "easy", "conservative"};
    for (size_t i = 0; i < LEN(policies); i++) {
        struct scenario_run r;
        char text[2048];
        snprintf(
            text, sizeof text,
            "clustersim: 1\nname: t\ncluster: {pools: [{name: n, count: 2, machine: " ONE_GPU
            ", mig: {manager: mig-manager, layouts: {day: all-1g.12gb, night: [3g.47gb, "
            "3g.47gb], off: all-disabled}}}]}\n"
            "timeline:\n- {at: 3h, mig-layout: night, nodes: n-0}\n"
            "- {at: 4h, restart-device-plugin: [n-0, n-1], for: 5m}\n"
            "- {at: 6h, mig-layout: off, nodes: n-1}\n- {at: 8h, mig-layout: day, nodes: n-1}\n"
            "workload:\n"
            "- generate: {name: a, arrivals: {rate: 20/h}, duration: 2m, mig: 1g.12gb, jobs: "
            "200}\n"
            "- generate: {name: b, arrivals: {rate: 4/h}, duration: 5m, mig: 3g.47gb, jobs: 6}\n"
            "policies: [%s]\n",
            policies[i]);
        scenario_run_text(&r, text);
        if (r.rc != 0 || strstr(r.said, "refused") != NULL)
            fail_msg("%s: exit %d, said: %s", policies[i], r.rc, r.said);
        struct table *jobs = table_read_in(r.out, "jobs.csv");
        assert_int_equal(jobs->rows, 206);
        for (size_t j = 0; j < jobs->rows; j++)
            assert_string_equal(table_text(jobs, j, "cause"), "done");
        table_free(jobs);
        scenario_run_close(&r);
    }
}

/* Layouts that follow demand which turns round every few hours; all of it is served. */
static void layouts_that_follow_keep_the_books_under_any_policy(void **state)
{
    (void)state;
    static const char *const policies[] = {"kube-scheduler", "fifo", "sjf", "easy", "conservative"};
    for (size_t i = 0; i < LEN(policies); i++) {
        struct scenario_run r;
        char text[2048];
        snprintf(
            text, sizeof text,
            "clustersim: 1\nname: t\nseed: %zu\ncluster: {pools: [{name: n, count: 3, machine: "
            "Standard_NC80adis_H100_v5, mig: {manager: mig-manager, layouts: {day: all-1g.12gb, "
            "night: [3g.47gb, 3g.47gb], off: all-disabled, mixed: {0: all-balanced}}, "
            "repartition: {mode: to-demand, idle: 30s, waiting: %zu, between: 5m}}}]}\n"
            "timeline:\n- {at: 4h, restart-device-plugin: [n-0, n-1], for: 5m}\n"
            "- {at: 5h, down: n-2}\n- {at: 6h, up: n-2}\n"
            "- {at: 7h, mig-layout: mixed, nodes: n-1}\n"
            "workload:\n"
            "- generate: {name: a, arrivals: {rate: 20/h}, duration: 1m, mig: 1g.12gb, jobs: "
            "150}\n"
            "- generate: {name: b, arrivals: {rate: 8/h}, duration: 5m, mig: 3g.47gb, jobs: "
            "60}\n"
            "- generate: {name: c, arrivals: {rate: 2/h}, duration: 5m, gpus: {values: [1, 2, "
            "4]}, gpus_per_task: 1, jobs: 20}\n"
            "policies: [%s]\n",
            i + 1, 1 + i % 2, policies[i]);
        scenario_run_text(&r, text);
        if (strstr(r.said, "audit") != NULL || strstr(r.said, "bug") != NULL ||
            strstr(r.said, "refused") != NULL || r.rc > 1)
            fail_msg("%s: exit %d, said: %s", policies[i], r.rc, r.said);
        struct table *jobs = table_read_in(r.out, "jobs.csv");
        size_t done = 0;
        for (size_t j = 0; j < jobs->rows; j++)
            done += strcmp(table_text(jobs, j, "cause"), "done") == 0;
        print_message("%s: %zu of %zu jobs done\n", policies[i], done, jobs->rows);
        assert_int_equal(jobs->rows, 230);
        assert_true(i % 2 == 1 || done == 230); /* a single last task may wait for a second */
        table_free(jobs);
        scenario_run_close(&r);
    }
}

/* A gang wants 14 instances: 7 are on n-0, and n-1 is at `night`. n-0 is idle as well, but the gang
 * could use it: n-1 is told. */
static void what_a_gang_could_use_stays_as_it_is(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_run_files(
        &r,
        (const char *const[]){
            "s.yaml",
            "clustersim: 1\nname: t\ncluster: {pools: [{name: n, count: 2, machine: " ONE_GPU
            ", mig: {manager: mig-manager, change: 90s, layouts: {day: all-1g.12gb, night: "
            "[3g.47gb, 3g.47gb], mixed: [3g.47gb, 2g.24gb, 1g.12gb, 1g.12gb]}, repartition: "
            "{mode: to-demand}}}]}\ntimeline: [{at: 1m, mig-layout: night, nodes: n-1}]\n"
            "workload: [{csv: jobs.csv}]\npolicies: [fifo]\nrun: {until: 4h}\n",
            "jobs.csv",
            "name,submit_s,run_s,tasks,resource:nvidia.com/mig-1g.12gb\na,1200,16,14,1\n", NULL});
    assert_string_equal(r.said, "");
    struct table *t = table_read_in(r.out, "jobs.csv");
    assert_string_equal(table_text(t, 0, "start_s"), "1290");
    table_free(t);
    scenario_run_close(&r);
}

/* `head` can never start, so that fifo starts nobody behind it. There are instances of 1g on n-0
 * all the same: nobody changes n-1, which is at `night`, for the sake of `blocked`. */
static void who_waits_for_his_turn_changes_nothing(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_run_files(
        &r, (const char *const[]){
                "s.yaml",
                "clustersim: 1\nname: t\ncluster: {pools: [{name: n, count: 2, machine: " ONE_GPU
                ", mig: {manager: mig-manager, layouts: {day: all-1g.12gb, night: all-3g.47gb}, "
                "repartition: {mode: to-demand}}}]}\n"
                "timeline: [{at: 1m, mig-layout: night, nodes: n-1}]\n"
                "workload: [{csv: jobs.csv}]\npolicies: [fifo]\nrun: {until: 4h}\n",
                "jobs.csv",
                "name,submit_s,run_s,resource:nvidia.com/mig-7g.94gb,"
                "resource:nvidia.com/mig-1g.12gb\nhead,1200,16,1,\nblocked,1201,16,,1\n",
                NULL});
    struct table *t = table_read_in(r.out, "events.csv");
    size_t changes = 0;
    for (size_t i = 0; i < t->rows; i++)
        changes += strcmp(table_text(t, i, "event"), "layout") == 0;
    assert_int_equal(changes, 1);
    table_free(t);
    scenario_run_close(&r);
}

/* The node that comes first has a taint that the pod does not tolerate. */
static void nodes_change_for_those_that_may_run_there(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_run_files(
        &r, (const char *const[]){
                "s.yaml",
                "clustersim: 1\nname: t\ncluster: {pools: [{name: x, machine: " ONE_GPU
                ", taints: ['a=b:NoSchedule'], mig: &m {manager: mig-manager, change: 90s, "
                "layouts: {day: all-1g.12gb, night: all-3g.47gb}, repartition: {mode: "
                "to-demand}}}, {name: y, machine: " ONE_GPU ", mig: *m}]}\n"
                "workload: [{kubernetes: p.yaml, submit: {late: 20m}}]\n"
                "policies: [kube-scheduler]\nrun: {until: 4h}\n",
                "p.yaml", POD("late", "60", MIG("3g.47gb", 1)), NULL});
    assert_string_equal(r.said, "");
    struct table *t = table_read_in(r.out, "tasks.csv");
    assert_string_equal(table_text(t, 0, "start_s"), "1290");
    assert_string_equal(table_text(t, 0, "node"), "y-0");
    table_free(t);
    scenario_run_close(&r);
}

static void policies_that_plan_ahead_refuse_dynamic_instances(void **state)
{
    (void)state;
    static const char *const policies[] = {"easy", "conservative"};
    for (size_t i = 0; i < LEN(policies); i++) {
        struct scenario_run r;
        char text[512];
        snprintf(text, sizeof text,
                 "clustersim: 1\nname: t\ncluster: {pools: [{name: n, machine: " ONE_GPU
                 ", mig: {manager: dynamic}}]}\nworkload:\n- generate: {name: a, arrivals: "
                 "{rate: 1/h}, duration: 1m, jobs: 1}\npolicies: [%s]\n",
                 policies[i]);
        scenario_run_text(&r, text);
        assert_int_equal(r.rc, 2);
        assert_non_null(strstr(r.said, "it plans ahead"));
        scenario_run_close(&r);
    }
}

static void check_refusal(void **state)
{
    const struct refusal *row = *state;
    struct scenario_run r;
    char text[1024];
    assert_true(snprintf(text, sizeof text, SCENARIO("%s", "%s"), row->machine, row->mig) <
                (int)sizeof text);
    scenario_run_files(&r,
                       (const char *const[]){"s.yaml", text, "p.yaml", POD("a", "1", ""), NULL});
    if (r.rc != 2 || strstr(r.said, row->says) == NULL)
        fail_msg("exit %d, said: %s", r.rc, r.said);
    scenario_run_close(&r);
}

int main(void)
{
    struct CMUnitTest pods[LEN(rows)], refused[LEN(refusals)];
    for (size_t i = 0; i < LEN(rows); i++)
        pods[i] = (struct CMUnitTest){.name = rows[i].name,
                                      .test_func = check_row,
                                      .initial_state = (void *)(uintptr_t)&rows[i]};
    for (size_t i = 0; i < LEN(refusals); i++)
        refused[i] = (struct CMUnitTest){.name = refusals[i].name,
                                         .test_func = check_refusal,
                                         .initial_state = (void *)(uintptr_t)&refusals[i]};
    struct CMUnitTest changed[LEN(managed)];
    for (size_t i = 0; i < LEN(managed); i++)
        changed[i] = (struct CMUnitTest){.name = managed[i].name,
                                         .test_func = check_managed,
                                         .initial_state = (void *)(uintptr_t)&managed[i]};
    struct CMUnitTest followed[LEN(followers)];
    for (size_t i = 0; i < LEN(followers); i++)
        followed[i] = (struct CMUnitTest){.name = followers[i].name,
                                          .test_func = check_managed,
                                          .initial_state = (void *)(uintptr_t)&followers[i]};
    const struct CMUnitTest mixes[] = {
        cmocka_unit_test(any_mix_under_any_policy_keeps_the_books),
        cmocka_unit_test(changes_of_layout_keep_the_books_under_any_policy),
        cmocka_unit_test(layouts_that_follow_keep_the_books_under_any_policy),
        cmocka_unit_test(what_a_gang_could_use_stays_as_it_is),
        cmocka_unit_test(who_waits_for_his_turn_changes_nothing),
        cmocka_unit_test(nodes_change_for_those_that_may_run_there),
        cmocka_unit_test(a_timeline_of_layouts_is_checked),
        cmocka_unit_test(policies_that_plan_ahead_refuse_dynamic_instances),
    };
    int failed = cmocka_run_group_tests_name("mig_pods", pods, NULL, NULL);
    failed += cmocka_run_group_tests_name("mig_changed", changed, NULL, NULL);
    failed += cmocka_run_group_tests_name("mig_followed", followed, NULL, NULL);
    failed += cmocka_run_group_tests_name("mig_mixes", mixes, NULL, NULL);
    return failed + cmocka_run_group_tests_name("mig_refused", refused, NULL, NULL);
}
