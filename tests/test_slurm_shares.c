/* Slurm's gres/mps and gres/shard through the whole program: who gets which GPU, when, how fast. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/unit.h"

#define SITE "SelectType=select/cons_tres\nSelectTypeParameters=CR_Core\nGresTypes=gpu,mps,shard\n"
#define ALL  "PartitionName=p Nodes=ALL Default=YES\n"
#define ROWS "name,submit_s,run_s,cpus,gpus,mps,shards\n"

enum { MOST_JOBS = 8, TICKS = 1000000000 }; /* table_number counts in 1e-12 */

struct outcome {
    const char *job;
    int64_t start_ms, end_ms; /* -1: never */
    const char *gpus;         /* of tasks.csv: "0", "1 2"; NULL: whatever */
};

/* 4 GPUs a node; memory plays no part. */
static const struct row {
    const char *name, *pool, *conf, *gres, *jobs;
    struct outcome want[MOST_JOBS];
} rows[] = {
    /* gres.html: --gres=mps:200 of Counts 1300, 1200, 1100, 1000 is 15, 16, 18, 20 %: 90 s of work
     * on the whole GPU take 600, 562.5, 500, 450 s. Each node has CPUs for one job. */
    {"so_many_mps_are_a_percentage_of_the_gpus_count",
     "machine: Standard_NC40ads_H100_v5, count: 4, names: [n0, n1, n2, n3]",
     "NodeName=n0 CPUs=4 Gres=gpu:1,mps:1300\nNodeName=n1 CPUs=4 Gres=gpu:1,mps:1200\n"
     "NodeName=n2 CPUs=4 Gres=gpu:1,mps:1100\nNodeName=n3 CPUs=4 Gres=gpu:1,mps:1000\n",
     "NodeName=n[0-3] Name=gpu File=/dev/nvidia0\n"
     "NodeName=n0 Name=mps Count=1300 File=/dev/nvidia0\n"
     "NodeName=n1 Name=mps Count=1200 File=/dev/nvidia0\n"
     "NodeName=n2 Name=mps Count=1100 File=/dev/nvidia0\n"
     "NodeName=n3 Name=mps Count=1000 File=/dev/nvidia0\n",
     ROWS "a,0,90,4,,200,\nb,0,90,4,,200,\nc,0,90,4,,200,\nd,0,90,4,,200,\n",
     {{"a", 0, 600000, "n0:0"},
      {"b", 0, 562500, "n1:0"},
      {"c", 0, 500000, "n2:0"},
      {"d", 0, 450000, "n3:0"}}},
    /* The same on the four GPUs of one node: as more of them are held whole, mps goes to the next.
     * Six of 200 fit on the GPU of 1300, and the seventh waits. */
    {"the_gpu_that_is_chosen_decides",
     "machine: Standard_ND96isr_H100_v5, names: [n0]",
     "NodeName=n0 CPUs=96 Gres=gpu:4,mps:4600\n",
     "Name=gpu File=/dev/nvidia[0-3]\nName=mps Count=1300 File=/dev/nvidia0\n"
     "Name=mps Count=1200 File=/dev/nvidia1\nName=mps Count=1100 File=/dev/nvidia2\n"
     "Name=mps Count=1000 File=/dev/nvidia3\n",
     ROWS "hold,0,5000,1,2,,\na,10,90,1,,200,\nb,10,90,1,,200,\nc,1000,90,1,,1100,\n",
     {{"hold", 0, 5000000, "n0:0-1"},
      {"a", 10000, 510000, "n0:2"},
      {"b", 10000, 510000, "n0:2"},
      {"c", 1000000, 1090000, "n0:2"}}},
    {"six_of_200_fit_on_1300",
     "machine: Standard_NC40ads_H100_v5, names: [n0]",
     "NodeName=n0 CPUs=40 Gres=gpu:1,mps:1300\n",
     "Name=gpu File=/dev/nvidia0\nName=mps Count=1300 File=/dev/nvidia0\n",
     ROWS "a,0,90,1,,200,\nb,0,90,1,,200,\nc,0,90,1,,200,\nd,0,90,1,,200,\ne,0,90,1,,200,\n"
          "f,0,90,1,,200,\ng,0,90,1,,200,\n",
     {{"a", 0, 600000, "n0:0"}, {"f", 0, 600000, "n0:0"}, {"g", 600000, 1200000, "n0:0"}}},
    /* gpu:2,mps:200: 100 each. b would have room on GPU 1, but one GPU of a node is in use by MPS.
     */
    {"one_gpu_of_a_node_for_mps",
     "machine: Standard_NC80adis_H100_v5, names: [n0]",
     "NodeName=n0 CPUs=8 Gres=gpu:2,mps:200\n",
     "Name=gpu File=/dev/nvidia[0-1]\nName=mps Count=200\n",
     ROWS "a,0,60,1,,60,\nb,10,60,1,,60,\nc,20,60,1,1,,\nd,30,60,1,,40,\n",
     {{"a", 0, 100000, "n0:0"},
      {"b", 100000, 200000, "n0:0"},
      {"c", 20000, 80000, "n0:1"},
      {"d", 30000, 180000, "n0:0"}}},
    /* A request is satisfied by one GPU: 150 of 2 x 100 never are. */
    {"mps_of_two_gpus_do_not_add_up",
     "machine: Standard_NC80adis_H100_v5, names: [n0]",
     "NodeName=n0 CPUs=8 Gres=gpu:2,mps:200\n",
     "Name=gpu File=/dev/nvidia[0-1]\nName=mps Count=200\n",
     ROWS "a,0,60,1,,150,\nb,1,60,1,,100,\n",
     {{"a", -1, -1, NULL}, {"b", 1000, 61000, "n0:0"}}},
    /* gpu:2,shard:64: 32 each; nothing fences them, so they run at full speed. c finds no GPU free
     * of shards before 100 s, d none that is not held whole or full. */
    {"gpu_and_shard_are_never_together_on_one_gpu",
     "machine: Standard_NC80adis_H100_v5, names: [n0]",
     "NodeName=n0 CPUs=8 Gres=gpu:2,shard:64\n",
     "Name=gpu File=/dev/nvidia[0-1]\nName=shard Count=64\n",
     ROWS "a,0,100,1,,,20\nb,0,200,1,,,20\nc,10,100,1,1,,\nd,110,30,1,,,20\n",
     {{"a", 0, 100000, "n0:0"},
      {"b", 0, 200000, "n0:1"},
      {"c", 100000, 200000, "n0:0"},
      {"d", 200000, 230000, NULL}}},
    {"gpu_and_mps_are_never_together_on_one_gpu",
     "machine: Standard_NC40ads_H100_v5, names: [n0]",
     "NodeName=n0 CPUs=8 Gres=gpu:1,mps:100\n",
     "Name=gpu File=/dev/nvidia0\nName=mps Count=100\n",
     ROWS "a,0,50,1,,50,\nb,10,50,1,1,,\nc,110,10,1,,10,\n",
     {{"a", 0, 100000, "n0:0"}, {"b", 100000, 150000, "n0:0"}, {"c", 150000, 250000, "n0:0"}}},
    {"shards_beyond_those_of_one_gpu_wait_for_ever",
     "machine: Standard_NC80adis_H100_v5, names: [n0]",
     "NodeName=n0 CPUs=8 Gres=gpu:2,shard:64\n",
     "Name=gpu File=/dev/nvidia[0-1]\nName=shard Count=64\n",
     ROWS "a,0,100,1,,,33\nb,0,100,1,,,32\nc,0,100,1,,,32\n",
     {{"a", -1, -1, NULL}, {"b", 0, 100000, "n0:0"}, {"c", 0, 100000, "n0:1"}}},
    /* Types are what the GPUs were cut into before slurmd started: 16 of 132 SMs, full at 132 s. */
    {"instances_are_gpus_of_a_type",
     "machine: Standard_NC40ads_H100_v5, names: [n0], mig: {layout: all-1g.12gb}",
     "NodeName=n0 CPUs=8 Gres=gpu:1g.12gb:7\n",
     "Name=gpu Type=1g.12gb File=/dev/nvidia[0-6]\n",
     "name,submit_s,run_s,cpus,resource:nvidia.com/mig-1g.12gb\na,0,16,1,7\nb,1,16,1,1\n",
     {{"a", 0, 132000, NULL}, {"b", 132000, 264000, "n0:0/1g.12gb@0"}}},
    /* Shares that a job states in shards cannot come from a site that has MPS, and the reverse. */
    {"who_asks_for_what_no_node_has_is_refused",
     "machine: Standard_NC40ads_H100_v5, names: [n0]",
     "NodeName=n0 CPUs=8 Gres=gpu:1,mps:100\n",
     "Name=gpu File=/dev/nvidia0\nName=mps Count=100\n",
     ROWS "a,0,50,1,,,4\nb,0,50,1,,100,\n",
     {{"a", -1, -1, NULL}, {"b", 0, 50000, "n0:0"}}},
};

static int64_t ms(const struct table *t, size_t row, const char *column)
{
    return table_text(t, row, column)[0] == '\0' ? -1
                                                 : (int64_t)(table_number(t, row, column) / TICKS);
}

static void expect(const struct table *t, const struct outcome *o)
{
    const size_t row = table_find(t, "name", o->job);
    const int64_t start = ms(t, row, "start_s");
    const int64_t end = start < 0 ? -1 : ms(t, row, "end_s");
    const char *gpus = table_text(t, row, "placement");
    /* Speeds are rounded down to 2^-32: the end may be a microsecond late. */
    if (start != o->start_ms || end < o->end_ms || end > o->end_ms + 1 ||
        (o->gpus != NULL && strcmp(gpus, o->gpus) != 0))
        fail_msg("%s: %lld to %lld ms on '%s', not %lld to %lld on '%s'", o->job, (long long)start,
                 (long long)end, gpus, (long long)o->start_ms, (long long)o->end_ms,
                 o->gpus == NULL ? "anything" : o->gpus);
}

static void run(struct scenario_run *r, const char *pool, const char *workload,
                const char *const files[3])
{
    char text[1024], conf[2048];
    assert_true(snprintf(text, sizeof text,
                         "clustersim: 1\nname: t\ncluster: {pools: [{name: n, %s}]}\nworkload:\n%s"
                         "policies: [{name: slurm, slurm: {conf: slurm.conf, gres: gres.conf, "
                         "passes: zero-latency}}]\nrun: {until: 2h}\n",
                         pool, workload) < (int)sizeof text);
    assert_true(snprintf(conf, sizeof conf, SITE "%s" ALL, files[0]) < (int)sizeof conf);
    scenario_run_files(r, (const char *const[]){"s.yaml", text, "slurm.conf", conf, "gres.conf",
                                                files[1], "jobs.csv", files[2], NULL});
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct scenario_run r;
    run(&r, row->pool, "  - csv: jobs.csv\n",
        (const char *const[]){row->conf, row->gres, row->jobs});
    if (r.rc != 0 || r.said[0] != '\0')
        fail_msg("exit %d, said: %s", r.rc, r.said);
    struct table *t = table_read_in(r.out, "jobs.csv");
    for (const struct outcome *o = row->want; o->job != NULL; o++)
        expect(t, o);
    table_free(t);
    scenario_run_close(&r);
}

/* A share in thousandths is as many mps as it needs, and its percentage is a limit, no speed: who
 * fills no more multiprocessors than that is as fast as alone, and so are shards. */
static void the_percentage_is_a_limit_of_speed(void **state)
{
    (void)state;
    static const struct {
        const char *load, *gres, *speed;
    } cases[] = {{"", "mps", "0.2"},
                 {", load: {width: 50%}", "mps", "0.4"},
                 {", load: {width: 20%}", "mps", "1"},
                 {", load: {width: 50%}", "shard", "1"}};
    for (size_t i = 0; i < LEN(cases); i++) {
        struct scenario_run r;
        char workload[256], conf[128], gres[128];
        snprintf(workload, sizeof workload,
                 "  - generate: {name: a, arrivals: {rate: 1/h}, duration: 1m, cpus: 1, gpu_share: "
                 "0.2, jobs: 1%s}\n",
                 cases[i].load);
        snprintf(conf, sizeof conf, "NodeName=n0 CPUs=8 Gres=gpu:1,%s:100\n", cases[i].gres);
        snprintf(gres, sizeof gres, "Name=gpu File=/dev/nvidia0\nName=%s Count=100\n",
                 cases[i].gres);
        run(&r, "machine: Standard_NC40ads_H100_v5, names: [n0]", workload,
            (const char *const[]){conf, gres, "unused"});
        assert_string_equal(r.said, "");
        struct table *t = table_read_in(r.out, "jobs.csv");
        assert_string_equal(table_text(t, 0, "speed"), cases[i].speed);
        table_free(t);
        scenario_run_close(&r);
    }
}

static void a_share_stands_alone_in_its_row(void **state)
{
    (void)state;
    static const char *const mistakes[][2] = {
        {ROWS "a,0,90,1,1,20,\n", "jobs.csv:2:12: error: mps: '20': beside other GPUs"},
        {ROWS "a,0,90,1,,20,4\n", "beside other GPUs; expected one of gpus"},
        {ROWS "a,0,90,1,,70000,\n", "mps: '70000': too large"},
        {ROWS "a,0,90,1,,-1,\n", "mps: '-1': below 0"},
        {ROWS "a,0,90,1,,0.5,\n", "mps: '0.5': not a whole number"},
    };
    for (size_t i = 0; i < LEN(mistakes); i++) {
        struct scenario_run r;
        scenario_call_files(
            &r, "run",
            (const char *const[]){"s.yaml",
                                  "clustersim: 1\nname: t\ncluster: {pools: [{name: n, machine: "
                                  "Standard_NC40ads_H100_v5}]}\nworkload: [{csv: jobs.csv}]\n"
                                  "policies: [fifo]\n",
                                  "jobs.csv", mistakes[i][0], NULL},
            "--strict");
        if (r.rc != 2 || strstr(r.said, mistakes[i][1]) == NULL)
            fail_msg("exit %d, said: %s", r.rc, r.said);
        scenario_run_close(&r);
    }
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = check_row,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    const struct CMUnitTest others[] = {
        cmocka_unit_test(the_percentage_is_a_limit_of_speed),
        cmocka_unit_test(a_share_stands_alone_in_its_row),
    };
    const int failed = cmocka_run_group_tests_name("slurm_shares", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("slurm_shares_more", others, NULL, NULL);
}
