/* gpus.csv and --openmetrics: what DCGM would show of GPUs and MIG instances. */
#include "models/meter.h"
#include "policies/registry.h"
#include "results/registry.h"
#include "tests/results_world.h"
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <string.h>
#include <unistd.h>

#define MACHINES                                                                              \
    "gpus: [{name: X, title: \"Test \\\"X\\\"\", memory: 80GiB, mig: H100-80GB, idle_watts: " \
    "70, busy_watts: 700}]\nmachines: [{name: rack, vcpus: 64, memory: 1TiB, gpus: 1, gpu: X}]\n"
#define SCENARIO(pool)                                                                      \
    "clustersim: 1\nname: t\ncluster:\n  machines: [m.yaml]\n  pools: [{name: n, machine: " \
    "rack" pool "}]\nworkload: [{kubernetes: p.yaml}]\npolicies: [kube-scheduler]\n"
#define POD(name, load, resource)                                                 \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: team-" name \
    ", annotations: {clustersim/load: \"{" load                                   \
    "}\"}}\nspec:\n  restartPolicy: Never\n  containers:\n  - name: main-" name   \
    "\n    command: [sleep, '600']\n    resources: {limits: {nvidia.com/" resource ": 1}}\n---\n"
#define EVERY(interval) "dcgm: {interval: " interval ", rows: all}\n"

static void run(struct scenario_run *r, const char *scenario, const char *pods, const char *options)
{
    scenario_call_files(
        r, "run",
        (const char *const[]){"s.yaml", scenario, "m.yaml", MACHINES, "p.yaml", pods, NULL},
        options);
    if (r->rc != 0 || r->said[0] != '\0')
        fail_msg("exit %d, said: %s", r->rc, r->said);
}

/* The row of a time and a profile ("": of the GPU) from gpu_i_profile to the end. */
static void assert_row(const struct table *t, const char *time, const char *profile,
                       const char *want)
{
    static const char *const columns[] = {"gpu_i_id",    "gpu_util_percent", "gr_engine_active",
                                          "fb_used_mib", "fb_free_mib",      "power_w",
                                          "active_gpu_s"};
    for (size_t row = 0; row < t->rows; row++) {
        char got[256] = "";
        if (strcmp(table_text(t, row, "time_s"), time) != 0 ||
            strcmp(table_text(t, row, "gpu_i_profile"), profile) != 0)
            continue;
        for (size_t i = 0; i < LEN(columns); i++) {
            strcat(got, i == 0 ? "" : ",");
            strcat(got, table_text(t, row, columns[i]));
        }
        if (want == NULL)
            fail_msg("a row of %s at %s", profile, time);
        assert_string_equal(got, want);
        return;
    }
    if (want != NULL)
        fail_msg("no row of %s at %s", profile, time);
}

static const struct values {
    const char *name, *scenario, *pods;
    const char *rows[6][3]; /* time, profile, what stands there; NULL: no such row */
} values[] = {
    {"half of a whole GPU",
     SCENARIO("") EVERY("200s"),
     POD("a", "duty: 50%, memory: 20GiB", "gpu"),
     {{"0", "", ",0,0,0,81920,70,0"},
      {"200", "", ",50,0.5,20480,61440,385,100"},
      {"600", "", ",50,0.5,0,81920,385,300"}}},
    {"who does not say takes all the memory",
     SCENARIO("") EVERY("400s"),
     POD("a", "duty: 25%", "gpu"),
     {{"400", "", ",25,0.25,81920,0,227.5,100"}, {"600", "", ",25,0.25,0,81920,227.5,150"}}},
    /* 1 / 1.11 of the time for both; a alone at the end, as its share was the larger one. */
    {"time slices",
     SCENARIO(", sharing: {time-slicing: {replicas: 4}}") EVERY("300s"),
     POD("a", "duty: 50%, memory: 20GiB", "gpu") POD("b", "memory: 10GiB", "gpu"),
     {{"300", "", ",90.09,0.9009,30720,51200,637.567,270"},
      {"900", "", ",97.82,0.9782,10240,71680,686.266,833.399963367"}}},
    /* a at 1 / 1.22, b at 0.5 / 1.44: more than one GPU of work, but no more than all the time. */
    {"MPS",
     SCENARIO(", sharing: {mps: {replicas: 2}}") EVERY("300s"),
     POD("a", "width: 30%, memory: 20GiB", "gpu")
         POD("b", "duty: 50%, width: 30%, memory: 10GiB", "gpu"),
     {{"300", "", ",100,1,30720,51200,700,349.8"}}},
    /* 60 and 16 of 132 multiprocessors. */
    {"instances",
     SCENARIO(", mig: {layout: [3g.40gb, 1g.10gb, 1g.20gb]}") EVERY("300s"),
     POD("a", "memory: 20GiB", "mig-3g.40gb") POD("b", "duty: 50%", "mig-1g.10gb"),
     {{"300", "", ",,0.5152,30464,51456,394.576,168.6"},
      {"300", "3g.40gb", "2,,1,20480,19968,,150"},
      {"300", "1g.10gb", "9,,0.5,9984,0,,18.6"},
      {"300", "1g.20gb", "3,,0,0,20096,,0"}}},
    {"instances made on demand",
     SCENARIO(", mig: {manager: dynamic, create: 0s, destroy: 10s}") EVERY("305s"),
     POD("a", "width: 40%, memory: 20GiB", "mig-3g.40gb"),
     {{"0", "", ",0,0,0,81920,70,0"},
      {"305", "", ",,0.4545,20480,61440,356.335,152.5"},
      {"305", "3g.40gb", "1,,1,20480,19968,,152.5"},
      {"610", "", ",43.96,0.4396,0,81920,346.948,300"},
      {"610", "3g.40gb", NULL}}},
};

static void samples_have_the_values_of_the_models(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(values); i++) {
        struct scenario_run r;
        run(&r, values[i].scenario, values[i].pods, "--quiet --audit --no-plots");
        struct table *t = table_read_in(r.out, "gpus.csv");
        print_message("%s\n", values[i].name);
        for (size_t k = 0; k < LEN(values[i].rows) && values[i].rows[k][0] != NULL; k++)
            assert_row(t, values[i].rows[k][0], values[i].rows[k][1], values[i].rows[k][2]);
        table_free(t);
        scenario_run_close(&r);
    }
}

/* Nobody measures what is on a node that is down. */
static void a_node_that_is_down_has_no_values(void **state)
{
    (void)state;
    struct scenario_run r;
    char options[160];
    struct temp_dir dir;
    temp_dir_open(&dir);
    snprintf(options, sizeof options, "--quiet --no-plots --openmetrics %s/m", dir.path);
    run(&r,
        SCENARIO("") EVERY(
            "100s") "timeline: [{at: 250s, down: n-0}, {at: 450s, up: n-0}]\nrun: {until: 600s}\n",
        POD("a", "duty: 50%, memory: 20GiB", "gpu"), options);
    struct table *t = table_read_in(r.out, "gpus.csv");
    assert_row(t, "200", "", ",50,0.5,20480,61440,385,100");
    assert_row(t, "300", "", ",,,,,,125");
    assert_row(t, "400", "", ",,,,,,125");
    table_free(t);
    char path[120];
    size_t bytes;
    snprintf(path, sizeof path, "%s/m", dir.path);
    char *text = temp_file_read(path, &bytes);
    assert_non_null(strstr(text, " 385 200\n"));
    assert_null(strstr(text, " 300\n"));
    assert_non_null(strstr(text, " 500\n"));
    free(text);
    temp_dir_remove(&dir);
    scenario_run_close(&r);
}

/* --- the same whatever happens --- */

static void notebooks(struct scenario_run *r, const char *example, const char *rows)
{
    char text[768], root[256];
    assert_non_null(getcwd(root, sizeof root));
    snprintf(text, sizeof text,
             "extends: %s/examples/%s.yaml\nname: t\nrun: {until: 2d}\noutputs: [gpus, "
             "utilisation]\ndcgm: {interval: 15m, rows: %s}\n",
             root, example, rows);
    scenario_run_text(r, text);
    if (r->rc != 0 || r->said[0] != '\0')
        fail_msg("exit %d, said: %s", r->rc, r->said);
}

static bool is_same_gpu(const struct table *a, size_t row, const struct table *b, size_t other)
{
    static const char *const keys[] = {"node", "gpu", "gpu_i_profile", "gpu_i_id"};
    for (size_t i = 0; i < LEN(keys); i++)
        if (strcmp(table_text(a, row, keys[i]), table_text(b, other, keys[i])) != 0)
            return false;
    return true;
}

/* The last row of the GPU or instance that is not later. */
static size_t row_before(const struct table *changes, const struct table *all, size_t row)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < changes->rows; i++) {
        if (table_number(changes, i, "time_s") > table_number(all, row, "time_s"))
            break;
        if (is_same_gpu(all, row, changes, i))
            best = i;
    }
    assert_true(best != SIZE_MAX);
    return best;
}

static void rows_of_changes_hold_until_the_next(void **state)
{
    (void)state;
    static const char *const examples[] = {"notebooks/time-slicing", "notebooks/mps",
                                           "notebooks/mig", "notebooks/whole"};
    static const char *const columns[] = {"state",       "tasks",       "task_names",
                                          "fb_used_mib", "fb_free_mib", "gpu_util_percent",
                                          "node_state",  "power_w",     "gr_engine_active"};
    for (size_t e = 0; e < LEN(examples); e++) {
        struct scenario_run a, b;
        notebooks(&a, examples[e], "all");
        notebooks(&b, examples[e], "changes");
        struct table *all = table_read_in(a.out, "gpus.csv");
        struct table *changes = table_read_in(b.out, "gpus.csv");
        assert_true(changes->rows < all->rows && changes->rows > all->rows / 20);
        for (size_t row = 0; row < all->rows; row++) {
            const size_t last = row_before(changes, all, row);
            for (size_t i = 0; i < LEN(columns); i++)
                if (strcmp(table_text(all, row, columns[i]),
                           table_text(changes, last, columns[i])) != 0)
                    fail_msg("%s: row %zu: %s", examples[e], row, columns[i]);
        }
        table_free(all);
        table_free(changes);
        scenario_run_close(&a);
        scenario_run_close(&b);
    }
}

/* One leaves and the next comes at the instant of a sample, and leaves within the step after it. */
static void a_step_begins_where_the_last_one_ended(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct world_job jobs[] = {{.submit_s = 0, .work_s = 10, .gpus = 1, .tasks = 1},
                                     {.submit_s = 0, .work_s = 5, .gpus = 1, .tasks = 1},
                                     {.submit_s = 28, .work_s = 4, .gpus = 1, .tasks = 1}};
    const struct observer_use o = {observer_find("gpus"), NULL};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    w->nodes = w->gpus_per_node = 1;
    w->step_s = 10;
    char *text = results_world_text(w, &o, 1, "gpus.csv");
    assert_non_null(strstr(text, "\n10,n0,0,test,allocated,ready,1,job-1-0,10,,,100,1,,,,10\n"));
    assert_non_null(strstr(text, "\n20,n0,0,test,idle,ready,0,,15,,,50,0.5,0,,,15\n"));
    assert_non_null(strstr(text, "\n30,n0,0,test,allocated,ready,1,job-2-0,17,,,20,0.2,,,,17\n"));
    assert_non_null(strstr(text, "\n32,n0,0,test,idle,ready,0,,19,,,100,1,0,,,19\n"));
    free(text);
    free(w);
}

/* Looks at the meters when the run is over. */
static void witness_sample(void *state, int64_t now_ns)
{
    (void)state;
    (void)now_ns;
}

struct witness {
    const struct simulation *sim;
    int128 *active; /* of all pools */
};

static bool witness_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    *(struct witness *)state = (struct witness){env->sim, *(int128 *const *)env->options};
    return true;
}

static bool witness_close(void *state, struct diag *d)
{
    const struct witness *w = state;
    const struct meter *m = simulation_meter(w->sim);
    (void)d;
    for (uint32_t p = 0; p < m->pools_len; p++)
        *w->active += time_average_area(&m->pools[p].active, simulation_now_ns(w->sim));
    return true;
}

static const struct observer_ops witness = {
    .api = OBSERVER_API,
    .name = "witness",
    .summary = "the meters at the end",
    .state_bytes = sizeof(struct witness),
    .wants = WANTS_SAMPLES,
    .open = witness_open,
    .sample = witness_sample,
    .close = witness_close,
};

static int128 active_at_end(const struct table *t)
{
    const char *end = table_text(t, t->rows - 1, "time_s");
    int128 sum = 0;
    for (size_t row = 0; row < t->rows; row++)
        if (strcmp(table_text(t, row, "time_s"), end) == 0)
            sum += table_number(t, row, "active_gpu_s");
    return sum;
}

/* In 1e-12 GPU seconds, which are thousandths of GPUs x ns: not one is lost or made. */
static void what_gpus_do_adds_up_to_what_pools_do(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 30; i++) {
        struct world_job jobs[CHAOS_JOBS];
        struct world *w = results_world_chaos(i, jobs);
        struct temp_dir dir;
        int128 active = 0;
        int128 *const there = &active;
        const struct observer_use all[] = {{observer_find("gpus"), NULL}, {&witness, &there}};
        temp_dir_open(&dir);
        w->observers = all, w->observers_len = LEN(all), w->out_dir = dir.path;
        w->replicas = (uint32_t)(i % 3);
        w->warm_up_s = 0;
        world_run(w);
        struct table *t = table_read_in(dir.path, "gpus.csv");
        assert_true(active > 0 && active_at_end(t) == active);
        table_free(t);
        temp_dir_remove(&dir);
        free(w);
    }
}

/* --- OpenMetrics --- */

#define GPU                                                                            \
    "{gpu=\"0\",UUID=\"GPU-74616b17-2c1a-1aac-f9f6-f0b7f9a6ae07\",device=\"nvidia0\"," \
    "modelName=\"Test \\\"X\\\"\","
#define HEAD(name, help) "# HELP " name " " help "\n# TYPE " name " gauge\n"
#define A                "Hostname=\"n-0\",container=\"main-a\",namespace=\"team-a\",pod=\"a\"} "
#define NONE             "Hostname=\"n-0\"} "
#define P                "DCGM_FI_DEV_POWER_USAGE"
#define U                "DCGM_FI_DEV_GPU_UTIL"
#define F                "DCGM_FI_DEV_FB_FREE"
#define M                "DCGM_FI_DEV_FB_USED"
#define G                "DCGM_FI_PROF_GR_ENGINE_ACTIVE"

static void the_file_is_as_dcgm_exporter_names_things(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_call_files(&r, "run",
                        (const char *const[]){"s.yaml", SCENARIO("") "dcgm: {interval: 400s}\n",
                                              "m.yaml", MACHINES, "p.yaml",
                                              POD("a", "duty: 50%, memory: 20GiB", "gpu"), NULL},
                        "--quiet --no-plots --openmetrics -");
    assert_int_equal(r.rc, 0);
    assert_string_equal(
        r.said, HEAD(P, "Power draw (in W).") P GPU NONE
        "70 0\n" P GPU A "385 400\n" HEAD(U, "GPU utilization (in %).") U GPU NONE
        "0 0\n" U GPU A "50 400\n" HEAD(F, "Framebuffer memory free (in MiB).") F GPU NONE
        "81920 0\n" F GPU A "61440 400\n" HEAD(M, "Framebuffer memory used (in MiB).") M GPU NONE
        "0 0\n" M GPU A "20480 400\n" HEAD(G, "Ratio of time the graphics engine is active.")
            G GPU NONE "0 0\n" G GPU A "0.5 400\n# EOF\n");
    scenario_run_close(&r);
}

/* A scenario with everything in it. */
#define MIXED                                                                                   \
    "clustersim: 1\nname: t\nstart: 2026-03-02T08:00:00Z\ncluster:\n  machines: [m.yaml]\n"     \
    "  pools:\n  - {name: whole, machine: rack}\n"                                              \
    "  - {name: cut, machine: rack, mig: {layout: [3g.40gb, 1g.10gb, 1g.20gb]}}\n"              \
    "  - {name: shared, machine: rack, sharing: {time-slicing: {replicas: 4, renameByDefault: " \
    "true}}}\nworkload:\n- {kubernetes: p.yaml}\n"                                              \
    "- generate: {name: j, arrivals: {rate: 6/h}, duration: 20m, gpus: 1, jobs: 5}\n"           \
    "policies: [kube-scheduler]\ndcgm: {interval: 30s}\n"

static void prometheus_reads_the_file(void **state)
{
    (void)state;
    struct scenario_run r;
    struct temp_dir dir;
    char options[120], command[320];
    temp_dir_open(&dir);
    snprintf(options, sizeof options, "--quiet --no-plots --openmetrics %s/m", dir.path);
    run(&r, MIXED,
        POD("a", "duty: 50%", "gpu.shared") POD("b", "duty: 20%", "gpu.shared")
            POD("c", "memory: 1GiB", "mig-1g.20gb"),
        options);
    if (system("command -v promtool >/dev/null 2>&1") != 0) {
        print_message("promtool is not installed: skipped\n");
    } else {
        snprintf(command, sizeof command,
                 "promtool tsdb create-blocks-from openmetrics %s/m %s/blocks >%s/said 2>&1",
                 dir.path, dir.path, dir.path);
        assert_int_equal(system(command), 0);
        /* Every series of it stands in the blocks. */
        snprintf(command, sizeof command,
                 "mkdir %s/blocks/wal; test \"$(promtool tsdb dump %s/blocks | wc -l)\" -eq "
                 "\"$(grep -vc '^#' %s/m)\"",
                 dir.path, dir.path, dir.path);
        assert_int_equal(system(command), 0);
        snprintf(command, sizeof command, "rm -r %s/blocks", dir.path);
        assert_int_equal(system(command), 0);
    }
    temp_dir_remove(&dir);
    scenario_run_close(&r);
}

static void mistakes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *scenario, *options, *says;
        int rc;
    } rows[] = {
        {SCENARIO("") "dcgm: {interval: 0}\n", "", "interval: '0': out of range; expected 1ms", 2},
        {SCENARIO("") "dcgm: {every: 5m}\n", "", "unknown key 'every' in dcgm (interval, rows)", 2},
        {SCENARIO("") "dcgm: {rows: some}\n", "", "rows: 'some': not one of changes, all", 2},
        {SCENARIO("") "dcgm: 5m\n", "", "dcgm: text; expected a mapping", 2},
        {SCENARIO(""), "--openmetrics", "--openmetrics: its value is missing", 2},
        {SCENARIO(""), "--openmetrics /no/such/file",
         "/no/such/file: error: cannot be written: No such file", 3},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct scenario_run r;
        scenario_call_files(&r, "run",
                            (const char *const[]){"s.yaml", rows[i].scenario, "m.yaml", MACHINES,
                                                  "p.yaml", POD("a", "duty: 50%", "gpu"), NULL},
                            rows[i].options);
        if (r.rc != rows[i].rc || strstr(r.said, rows[i].says) == NULL)
            fail_msg("exit %d: %s", r.rc, r.said);
        scenario_run_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_have_the_values_of_the_models),
        cmocka_unit_test(a_node_that_is_down_has_no_values),
        cmocka_unit_test(rows_of_changes_hold_until_the_next),
        cmocka_unit_test(a_step_begins_where_the_last_one_ended),
        cmocka_unit_test(what_gpus_do_adds_up_to_what_pools_do),
        cmocka_unit_test(the_file_is_as_dcgm_exporter_names_things),
        cmocka_unit_test(prometheus_reads_the_file),
        cmocka_unit_test(mistakes_are_refused),
    };
    return cmocka_run_group_tests_name("gpu_samples", tests, NULL, NULL);
}
