/* How much of each GPU was held over time, and the map of it; MIG instances in chart and map. */
#include "policies/registry.h"
#include "results/gpu_heat.h"
#include "results/gpu_spans.h"
#include "results/plots/plots.h"
#include "results/registry.h"
#include "results/run_record.h"
#include "tests/messages.h"
#include "tests/results_world.h"
#include "tests/scenario_run.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void run(struct run_record *r, struct world *w)
{
    const struct policy_use use = {.ops = policy_find("fifo")};
    const struct observer_use observers[] = {{observer_find("summary"), r},
                                             {observer_find("plots"), r}};
    run_record_init(r, &(struct run_facts){.policy = "fifo"}, RECORD_NO_FILES | RECORD_PLOTS);
    if (w->policies == NULL)
        w->policies = &use, w->policies_len = 1;
    w->observers = observers, w->observers_len = LEN(observers);
    world_run(w);
}

/* Of a row that is a GPU, from the list of who held it. */
static double share_by_spans(const struct run_record *r, size_t gpu, size_t column)
{
    const int64_t from_ns = gpu_heat_from_ns(r->heat, column);
    const int64_t to_ns = gpu_heat_to_ns(r->heat, column);
    int64_t held_ns = 0;
    for (size_t i = 0; i < gpu_spans_len(r->spans); i++) {
        const struct gpu_span *s = gpu_spans_at(r->spans, i);
        const int64_t begin = s->from_ns > from_ns ? s->from_ns : from_ns;
        const int64_t end = s->to_ns < to_ns ? s->to_ns : to_ns;
        if (s->gpu == gpu && end > begin)
            held_ns += end - begin;
    }
    return (double)held_ns / (double)(to_ns - from_ns);
}

static void shares_are_those_of_the_stays(void **state)
{
    (void)state;
    size_t compared = 0;
    for (uint64_t number = 0; number < 30; number++) {
        struct world_job jobs[CHAOS_JOBS];
        struct world *w = results_world_chaos(number, jobs);
        struct run_record r;
        double shares[HEAT_COLUMNS];
        run(&r, w);
        const size_t columns = gpu_heat_columns(r.heat);
        assert_int_equal(gpu_heat_row_is(r.heat), HEAT_GPU);
        assert_int_equal(gpu_heat_rows(r.heat), gpu_spans_gpus(r.spans));
        assert_in_range(columns, HEAT_COLUMNS / 2, HEAT_COLUMNS);
        assert_true(gpu_heat_to_ns(r.heat, columns - 1) == r.end_ns);
        for (size_t row = 0; row < gpu_heat_rows(r.heat); row++) {
            gpu_heat_shares(r.heat, row, shares);
            for (size_t i = 0; i < columns; i++, compared++)
                assert_true(fabs(shares[i] - share_by_spans(&r, row, i)) < 1e-9);
        }
        run_record_fini(&r);
        free(w);
    }
    print_message("%zu cells compared\n", compared);
}

/* The first five nodes have all jobs: 20 GPUs of 40 at first, 4 at the end. */
static void rows_are_nodes_where_gpus_are_many(void **state)
{
    (void)state;
    static const struct world_job jobs[] = {
        {.work_s = 50, .gpus = 8, .tasks = 2},
        {.work_s = 100, .gpus = 4, .tasks = 1},
    };
    static const struct {
        uint32_t nodes, gpus;
        bool is_loose;
        enum heat_row row_is;
        size_t rows, row;
        const char *name;
        double first, last; /* shares of row 0 in the first and the last column */
    } cases[] = {
        {12, 8, false, HEAT_GPU, 96, 8, "n1", 1, 0},
        {13, 8, false, HEAT_NODE, 13, 1, "n1", 1, 0},
        {96, 8, false, HEAT_NODE, 96, 95, "n95", 1, 0},
        {97, 8, false, HEAT_NODES, 49, 48, "n96", 1, 0},
        {400, 8, false, HEAT_NODES, 80, 1, "n5", 20.0 / 40, 4.0 / 40},
        {3, 8, true, HEAT_GPU, 3, 2, "n2", 1, 0},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct world *w = results_world_new(NULL, jobs, LEN(jobs));
        struct run_record r;
        double shares[HEAT_COLUMNS];
        w->nodes = cases[i].nodes, w->gpus_per_node = cases[i].gpus;
        w->is_loose = cases[i].is_loose;
        w->policies_len = 0;
        run(&r, w);
        assert_int_equal(gpu_heat_row_is(r.heat), cases[i].row_is);
        assert_int_equal(gpu_heat_rows(r.heat), cases[i].rows);
        assert_string_equal(gpu_heat_node(r.heat, cases[i].row), cases[i].name);
        gpu_heat_shares(r.heat, 0, shares);
        assert_true(fabs(shares[0] - cases[i].first) < 1e-9);
        assert_true(fabs(shares[gpu_heat_columns(r.heat) - 1] - cases[i].last) < 1e-9);
        run_record_fini(&r);
        free(w);
    }
}

/* Columns are 0.512 s long: of that in which the second job ends it has 72 %. */
static void the_map_has_a_box_as_long_as_its_colour_stays(void **state)
{
    (void)state;
    static const struct world_job jobs[] = {
        {.work_s = 128, .gpus = 1, .tasks = 1},
        {.work_s = 70, .gpus = 1, .tasks = 1},
    };
    struct world *w = results_world_new(NULL, jobs, LEN(jobs));
    struct run_record r;
    struct temp_dir dir;
    struct messages m;
    size_t len;
    char path[128];
    temp_dir_open(&dir);
    messages_open(&m);
    run(&r, w);
    assert_true(plots_draw_run(&r, dir.path, &m.diag));
    snprintf(path, sizeof path, "%s/plots/heat.gp", dir.path);
    char *script = temp_file_read(path, &len);
    static const char *const lines[] = {
        "$held_3 << END\n69.632 70.144 1\nEND\n",
        "$held_5 << END\n0 128 0\n0 69.632 1\nEND\n",
        ": a row per GPU'\n",
        "node_0 = 'n0'\n",
        "set yrange [16:0]\nset ytics scale 0 (node_0 4, node_8 12)\n",
    };
    for (size_t i = 0; i < LEN(lines); i++)
        if (strstr(script, lines[i]) == NULL)
            fail_msg("no %s in %s", lines[i], script);
    free(script);
    run_record_fini(&r);
    messages_close(&m);
    temp_dir_remove(&dir);
    free(w);
}

#define MACHINES                                                                             \
    "gpus: [{name: X, title: X, memory: 80GiB, mig: H100-80GB, idle_watts: 70, busy_watts: " \
    "700}]\n"                                                                                \
    "machines: [{name: rack, vcpus: 64, memory: 1TiB, gpus: 1, gpu: X}]\n"
#define SCENARIO                                                                             \
    "clustersim: 1\nname: t\ncluster:\n  machines: [m.yaml]\n  pools: [{name: n, machine: "  \
    "rack, mig: {layout: [3g.40gb, 1g.10gb, 1g.20gb]}}]\nworkload: [{kubernetes: p.yaml}]\n" \
    "policies: [kube-scheduler]\n"
#define POD(name, seconds, resource)                                                           \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: team-" name "}\nspec:\n" \
    "  restartPolicy: Never\n  containers:\n  - name: main\n    command: [sleep, '" seconds    \
    "']\n    resources: {limits: {nvidia.com/" resource ": 1}}\n---\n"

static void assert_in_file(const struct scenario_run *r, const char *file, const char *lines)
{
    char path[200];
    size_t len;
    snprintf(path, sizeof path, "%s/plots/%s", r->out, file);
    char *script = temp_file_read(path, &len);
    if (strstr(script, lines) == NULL)
        fail_msg("no %s in %s", lines, script);
    free(script);
}

/* 3g.40gb begins at slice 4 of 8, 1g.10gb at slice 2; they have 3/7 and 1/7 of the GPU. */
static void instances_lie_at_their_slices(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_call_files(
        &r, "run",
        (const char *const[]){"s.yaml", SCENARIO, "m.yaml", MACHINES, "p.yaml",
                              POD("a", "600", "mig-3g.40gb") POD("b", "300", "mig-1g.10gb"), NULL},
        "--quiet");
    assert_int_equal(r.rc, 0);
    assert_in_file(&r, "gantt.gp", "$stays_0 << END\n0 22 0.5000 0.9050 0\nEND\n");
    assert_in_file(&r, "gantt.gp", "$stays_1 << END\n0 41.25 0.2900 0.3800 0\nEND\n");
    assert_in_file(&r, "heat.gp", "$held_3 << END\n0 21.8453333 0\nEND\n");
    assert_in_file(&r, "heat.gp", "$held_1 << END\n22.1184 41.25 0\nEND\n");
    scenario_run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_those_of_the_stays),
        cmocka_unit_test(rows_are_nodes_where_gpus_are_many),
        cmocka_unit_test(the_map_has_a_box_as_long_as_its_colour_stays),
        cmocka_unit_test(instances_lie_at_their_slices),
    };
    return cmocka_run_group_tests_name("gpu_heat", tests, NULL, NULL);
}
