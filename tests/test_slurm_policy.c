/* The policy `slurm` in a simulation: what becomes of our jobs, and when. */
#include "models/kubernetes/controller.h"
#include "policies/registry.h"
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/unit.h"
#include "tests/world.h"

#include <stdlib.h>
#include <string.h>

#define ZERO "{passes: zero-latency}"

/* --- the reasons of jobs that are over --- */

enum { MOST_REASONS = 16, MOST_JOBS = 16 };

static int64_t waits_s[MOST_JOBS][MOST_REASONS]; /* of the last run, by job and reason */
static char reason_names[MOST_REASONS][32];

struct reason_recorder {
    const struct simulation *sim;
};

static bool reasons_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    struct reason_recorder *r = state;
    r->sim = env->sim;
    return true;
}

static void reasons_job_over(void *state, const struct job *job)
{
    const struct reason_recorder *r = state;
    for (size_t i = 0; i < simulation_reasons_len(r->sim) && job->source_id < MOST_JOBS; i++) {
        snprintf(reason_names[i], sizeof reason_names[i], "%s", simulation_reason(r->sim, i));
        waits_s[job->source_id][i] = simulation_waits(r->sim, job)[i] / 1000000000;
    }
}

static bool reasons_close(void *state, struct diag *d)
{
    (void)state;
    (void)d;
    return true;
}

static const struct observer_ops reasons_observer = {
    .api = OBSERVER_API,
    .name = "reasons",
    .state_bytes = sizeof(struct reason_recorder),
    .wants = WANTS_JOBS,
    .open = reasons_open,
    .job_over = reasons_job_over,
    .close = reasons_close,
};

static int64_t waited_s(size_t job, const char *reason)
{
    for (size_t i = 0; i < MOST_REASONS; i++)
        if (strcmp(reason_names[i], reason) == 0)
            return waits_s[job][i];
    fail_msg("there is no reason %s", reason);
    return 0;
}

/* --- running --- */

static struct world *new_world(const struct world_job *jobs, size_t len)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->nodes = 4;
    w->gpus_per_node = 8;
    w->jobs = jobs;
    w->jobs_len = len;
    w->audit = true;
    return w;
}

static void run(struct world *w, const char *options)
{
    struct messages m;
    messages_open(&m);
    struct yaml_file *f =
        yaml_parse("tests/test_slurm_policy.yaml", options, strlen(options), &m.diag);
    const struct policy_use use = {policy_find("slurm"), yaml_doc(f, 0)};
    const struct observer_use observer = {&reasons_observer, NULL};
    assert_non_null(use.ops);
    w->policies = &use;
    w->policies_len = 1;
    w->observers = &observer;
    w->observers_len = 1;
    w->log = stderr;
    memset(waits_s, 0, sizeof waits_s);
    world_run(w);
    assert_int_equal(w->counts.verbs_refused, 0);
    yaml_close(f);
    messages_close(&m);
}

struct times {
    int64_t start_s, end_s;
};

static void expect_times(const struct world *w, const struct times *want)
{
    for (size_t i = 0; i < w->jobs_len; i++) {
        assert_int_equal(w->results[i].start_s, want[i].start_s);
        assert_int_equal(w->results[i].end_s, want[i].end_s);
    }
}

/* --- without latency --- */

static void a_short_job_goes_before_a_large_one_that_waits(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 3, .limit_s = 600},
        {.submit_s = 10,
         .work_s = 100,
         .gpus = 8,
         .tasks = 4,
         .limit_s = 600}, /* at 600 at the latest */
        {.submit_s = 20, .work_s = 50, .gpus = 8, .tasks = 1, .limit_s = 900}, /* would delay it */
        {.submit_s = 30, .work_s = 50, .gpus = 4, .tasks = 1, .limit_s = 300}, /* would not */
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, ZERO);
    expect_times(w, (const struct times[]){{0, 100}, {100, 200}, {200, 250}, {30, 80}});
    assert_int_equal(waited_s(1, "Resources"), 90);
    assert_int_equal(waited_s(2, "Priority"), 80);
    assert_int_equal(waited_s(2, "Resources"), 100);
    assert_int_equal(waited_s(3, "None"), 0);
    assert_int_equal(w->end, SIMULATION_DRAINED);
    assert_int_equal(w->end_s, 250);
    free(w);
}

static void gpus_have_slurms_numbers(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 3, .tasks = 1, .limit_s = 60},
        {.submit_s = 1, .work_s = 100, .gpus = 2, .tasks = 1, .limit_s = 600},
        {.submit_s = 20, .work_s = 10, .gpus = 4, .tasks = 1, .limit_s = 60},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, ZERO);
    assert_int_equal(w->results[0].gpu_mask, 0x7);
    assert_int_equal(w->results[1].gpu_mask, 0x18);
    assert_int_equal(w->results[2].gpu_mask, 0x27); /* 3 and 4 are taken */
    free(w);
}

static void nodes_go_by_weight_and_then_by_index(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 5, .tasks = 1, .limit_s = 120},
        {.submit_s = 1, .work_s = 100, .gpus = 4, .tasks = 1, .limit_s = 120},
        {.submit_s = 2, .work_s = 50, .gpus = 3, .tasks = 1, .limit_s = 120}, /* beside the first */
        {.submit_s = 3, .work_s = 50, .gpus = 8, .tasks = 1, .limit_s = 120},
        {.submit_s = 4, .work_s = 50, .gpus = 8, .tasks = 1, .limit_s = 120}, /* the dear one */
        {.submit_s = 5, .work_s = 50, .gpus = 8, .tasks = 1, .limit_s = 120}, /* after the fourth */
        {.submit_s = 6, .work_s = 50, .gpus = 4, .tasks = 1, .limit_s = 60}, /* beside the second */
    };
    static const uint32_t nodes[] = {1, 2, 1, 3, 0, 3, 2};
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, "{passes: zero-latency, conf: data/slurm_sites/weights.conf}");
    expect_times(w, (const struct times[]){
                        {0, 100}, {1, 101}, {2, 52}, {3, 53}, {4, 54}, {53, 103}, {6, 56}});
    for (size_t i = 0; i < LEN(jobs); i++)
        assert_int_equal(w->results[i].first_node, nodes[i]);
    assert_int_equal(waited_s(5, "Resources"), 48);
    free(w);
}

static void a_job_of_several_tasks_fills_nodes(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 1, .tasks = 10, .limit_s = 60},
        {.submit_s = 1, .work_s = 10, .gpus = 2, .tasks = 11, .limit_s = 60},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, ZERO);
    expect_times(w, (const struct times[]){{0, 10}, {1, 11}});
    assert_true(w->held_milli_ns == (int128)(10 + 22) * 10 * 1000 * 1000000000);
    free(w);
}

static void the_larger_priority_goes_first_without_a_slurm_conf(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 4, .limit_s = 600},
        {.submit_s = 1, .work_s = 10, .gpus = 8, .tasks = 4, .limit_s = 600, .priority = 1},
        {.submit_s = 2, .work_s = 10, .gpus = 8, .tasks = 4, .limit_s = 600, .priority = 7},
        {.submit_s = 3, .work_s = 10, .gpus = 8, .tasks = 4, .limit_s = 600, .priority = -7},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, ZERO);
    expect_times(w, (const struct times[]){{0, 100}, {110, 120}, {100, 110}, {120, 130}});
    run(w, "{passes: zero-latency, priority-from: slurm}");
    expect_times(w, (const struct times[]){{0, 100}, {100, 110}, {110, 120}, {120, 130}});
    free(w);
}

static void priorities_are_calculated_again_every_five_minutes(void **state)
{
    (void)state;
    struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 290, .gpus = 8, .tasks = 4, .limit_s = 600},
        {.submit_s = 1, .work_s = 10, .gpus = 8, .tasks = 4, .limit_s = 600},
        {.submit_s = 11, .work_s = 10, .gpus = 8, .tasks = 1, .limit_s = 600},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, "{passes: zero-latency, conf: data/slurm_sites/multifactor.conf}");
    expect_times(w, (const struct times[]){{0, 290}, {300, 310}, {290, 300}}); /* small first */
    jobs[0].work_s = 310;
    run(w, "{passes: zero-latency, conf: data/slurm_sites/multifactor.conf}");
    expect_times(w, (const struct times[]){{0, 310}, {310, 320}, {320, 330}}); /* old first */
    run(w, "{conf: data/slurm_sites/multifactor.conf}");
    assert_int_equal(w->results[1].start_s, 310);
    free(w);
}

/* --- limits --- */

static void a_job_is_killed_at_its_limit(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 500, .gpus = 8, .tasks = 1, .limit_s = 61},  /* 2 minutes */
        {.submit_s = 7, .work_s = 120, .gpus = 8, .tasks = 1, .limit_s = 120}, /* just in time */
        {.submit_s = 9, .work_s = 500, .gpus = 8, .tasks = 1},                 /* no limit */
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, ZERO);
    expect_times(w, (const struct times[]){{0, 120}, {7, 127}, {9, 509}});
    assert_int_equal(w->results[0].cause, END_TIMEOUT);
    assert_int_equal(w->results[1].cause, END_DONE);
    run(w, "{passes: real}");
    assert_int_equal(w->results[0].end_s, 120);
    assert_int_equal(w->results[1].start_s, 7);
    assert_int_equal(w->results[1].cause, END_DONE);
    free(w);
}

static void slurmctld_looks_for_overdue_jobs_every_thirty_seconds(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 5, .work_s = 500, .gpus = 8, .tasks = 1, .limit_s = 60},
        {.submit_s = 40, .work_s = 73, .gpus = 8, .tasks = 1, .limit_s = 60}, /* due at 100 */
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, "{passes: real}");
    expect_times(w, (const struct times[]){{5, 90}, {40, 113}});
    assert_int_equal(w->results[0].cause, END_TIMEOUT);
    free(w);
}

static void sigterm_may_be_ignored_until_kill_wait(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 500, .gpus = 1, .tasks = 1, .limit_s = 60},
        {.submit_s = 200, .work_s = 10, .gpus = 8, .tasks = 4, .limit_s = 60},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, "{passes: zero-latency, sigterm: ignored, conf: data/slurm_sites/strict.conf}");
    /* A minute, two of OverTimeLimit, ten seconds of KillWait; 4 nodes are needed after that. */
    expect_times(w, (const struct times[]){{0, 190}, {200, 210}});
    free(w);
}

/* --- real passes --- */

static void a_submission_waits_for_the_main_loop(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 10, .work_s = 5, .gpus = 1, .tasks = 1, .limit_s = 60},
        {.submit_s = 11, .work_s = 5, .gpus = 1, .tasks = 1, .limit_s = 60},
        {.submit_s = 59, .work_s = 5, .gpus = 1, .tasks = 1, .limit_s = 60},
        {.submit_s = 60, .work_s = 5, .gpus = 1, .tasks = 1, .limit_s = 60},
        {.submit_s = 61, .work_s = 5, .gpus = 1, .tasks = 1, .limit_s = 60},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, "{}");
    expect_times(w, (const struct times[]){{10, 15}, {13, 18}, {59, 64}, {60, 65}, {63, 68}});
    assert_int_equal(waited_s(1, "None"), 2);
    free(w);
}

static void backfill_comes_every_thirty_seconds(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 3, .limit_s = 600},
        {.submit_s = 10, .work_s = 100, .gpus = 8, .tasks = 4, .limit_s = 600},
        {.submit_s = 20, .work_s = 20, .gpus = 4, .tasks = 1, .limit_s = 300},
        {.submit_s = 31, .work_s = 20, .gpus = 4, .tasks = 1, .limit_s = 300},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, "{}");
    /* The end at 100 has a pass of its own at once. */
    expect_times(w, (const struct times[]){{0, 100}, {100, 200}, {30, 50}, {60, 80}});
    free(w);
}

/* --- partitions --- */

static void queues_are_partitions(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 10, .gpus = 8, .tasks = 3, .limit_s = 60, .queue = "batch"},
        {.work_s = 10, .gpus = 8, .tasks = 1, .limit_s = 60, .queue = "short"},
        {.work_s = 10, .gpus = 1, .tasks = 1, .limit_s = 60, .queue = "elsewhere"},
        {.work_s = 10, .gpus = 1, .tasks = 1, .limit_s = 60, .queue = "closed"},
        {.work_s = 10, .gpus = 1, .tasks = 1, .limit_s = 601, .queue = "short"},
        {.work_s = 10, .gpus = 8, .tasks = 2, .limit_s = 60, .queue = "short"},
        {.work_s = 10, .gpus = 1, .tasks = 1, .limit_s = 60, .queue = "down"},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, "{passes: zero-latency, conf: data/slurm_sites/two_partitions.conf}");
    /* short has the higher tier and gets n1, so batch has to wait for it. */
    expect_times(w, (const struct times[]){
                        {10, 20}, {0, 10}, {20, 30}, {-1, 0}, {-1, -1}, {-1, -1}, {-1, -1}});
    assert_int_equal(w->results[1].first_node, 1);
    assert_int_equal(w->results[3].cause, END_REFUSED);
    assert_int_equal(w->end, SIMULATION_STUCK);
    assert_int_equal(waited_s(4, "PartitionTimeLimit"), w->end_s);
    assert_int_equal(waited_s(5, "BadConstraints"), w->end_s); /* two nodes are never allowed */
    assert_int_equal(waited_s(6, "PartitionDown"), w->end_s);
    free(w);
}

static void limits_may_be_enforced_at_submission(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 10, .gpus = 1, .tasks = 1, .limit_s = 7201, .queue = "batch"},
        {.work_s = 7200, .gpus = 1, .tasks = 1, .queue = "batch"}, /* DefaultTime is 30 minutes */
        {.work_s = 10, .gpus = 1, .tasks = 1, .limit_s = 60, .queue = "nowhere"},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, "{passes: zero-latency, unknown-partition: refuse, "
           "conf: data/slurm_sites/strict.conf}");
    assert_int_equal(w->results[0].cause, END_REFUSED);
    assert_int_equal(w->results[1].end_s, (30 + 2) * 60);
    assert_int_equal(w->results[2].cause, END_REFUSED);
    free(w);
}

static void what_can_never_run_is_held(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.work_s = 10, .gpus = 9, .tasks = 1, .limit_s = 60},
        {.work_s = 10, .gpus = 8, .tasks = 5, .limit_s = 60},
        {.work_s = 10, .gpus = 8, .tasks = 4, .limit_s = 60},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, "{passes: zero-latency, tick: 30s}");
    expect_times(w, (const struct times[]){{-1, -1}, {-1, -1}, {0, 10}});
    assert_int_equal(w->end, SIMULATION_STUCK);
    assert_int_equal(waited_s(0, "BadConstraints"), w->end_s);
    free(w);
}

/* --- nodes --- */

static void a_job_of_a_broken_node_may_begin_again_after_121_seconds(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 4, .limit_s = 600},
        {.submit_s = 60, .work_s = 10, .gpus = 1, .tasks = 1, .limit_s = 600},
    };
    const struct timeline_entry timeline[] = {
        {.at_ns = 50 * INT64_C(1000000000), .node = 2, .state = NODE_DOWN},
        {.at_ns = 55 * INT64_C(1000000000), .node = 2, .state = NODE_READY},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    w->timeline = timeline;
    w->timeline_len = LEN(timeline);
    run(w, ZERO);
    expect_times(w, (const struct times[]){{171, 271}, {60, 70}});
    assert_int_equal(waited_s(0, "BeginTime"), 121);
    free(w);
}

static void drained_nodes_take_no_jobs(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 1, .limit_s = 600},
        {.submit_s = 10, .work_s = 10, .gpus = 8, .tasks = 4, .limit_s = 600},
        {.submit_s = 10, .work_s = 10, .gpus = 8, .tasks = 3, .limit_s = 60},
    };
    const struct timeline_entry timeline[] = {
        {.at_ns = 5 * INT64_C(1000000000), .node = 0, .state = NODE_DRAINING},
        {.at_ns = 200 * INT64_C(1000000000), .node = 0, .state = NODE_READY},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    w->timeline = timeline;
    w->timeline_len = LEN(timeline);
    run(w, ZERO);
    expect_times(w, (const struct times[]){{0, 100}, {200, 210}, {10, 20}});
    free(w);
}

/* --- pods --- */

static void pods_are_jobs_of_their_own(void **state)
{
    (void)state;
    static const struct controller three = {
        .kind = CONTROLLER_JOB,
        .parallelism = 3,
        .completions = 3,
        .restarts = RESTART_NEVER,
        .backoff_limit = 6,
        .deadline_ns = LIMIT_NONE,
        .lifetime_ns = LIMIT_NONE,
    };
    const struct job_extra extra = {.controller = &three};
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 3, .limit_s = 600},
        {.submit_s = 5, .work_s = 20, .gpus = 8, .tasks = 3, .limit_s = 60, .extra = &extra},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    run(w, ZERO);
    /* One after the other on the fourth node. */
    assert_int_equal(w->results[1].end_s, 65);
    assert_int_equal(w->results[1].cause, END_DONE);
    assert_int_equal(waited_s(1, "None"), 0);
    free(w);
}

/* --- sites --- */

static void expect_refused(const char *options, const char *want)
{
    struct messages m;
    const struct world_job jobs[] = {{.work_s = 1, .gpus = 1, .tasks = 1}};
    struct world *w = new_world(jobs, 1);
    messages_open(&m);
    w->expect_open_fails = true;
    w->diag_out = m.diag.out;
    run(w, options);
    if (strstr(messages_text(&m), want) == NULL)
        assert_string_equal(messages_text(&m), want);
    messages_close(&m);
    free(w);
}

static void mistakes_of_a_site_come_in_one_run(void **state)
{
    (void)state;
    const char *options = "{conf: data/slurm_sites/wrong.conf}";
    expect_refused(options, "tests/data/slurm_sites/wrong.conf:2:12: error: SelectType: "
                            "'select/cons_res': slurmctld does not start: the plugin was removed "
                            "in 23.11; select/cons_tres\n");
    expect_refused(options, "wrong.conf:4:30: error: Gres: 'gpu:1': GresTypes does not name 'gpu'");
    expect_refused(options,
                   "wrong.conf:6:27: error: Nodes: 'n[2-3,6-9]': slurmctld does not start: "
                   "'Invalid node names in partition debug': there is no such node");
    expect_refused(
        "{conf: data/slurm_sites/too_big.conf}",
        "too_big.conf:2:10: error: NodeName: 'n[0-1]': nvidia.com/gpu=9: the machine has "
        "8: Slurm drains the node; write 8, or less [slurm-hardware]\n");
    expect_refused("{conf: data/slurm_sites/nothing.conf}", "No such file or directory");
    expect_refused("{gres: data/slurm_sites/strict.conf}", "gres: it needs conf, a slurm.conf");
    expect_refused("{passes: fast}", "passes: 'fast': ");
    expect_refused("{conf: [a]}", "conf: not the path of a file");
}

static void nodes_of_a_site_must_be_in_the_cluster(void **state)
{
    (void)state;
    struct messages m;
    const struct world_job jobs[] = {{.work_s = 1, .gpus = 1, .tasks = 1}};
    struct world *w = new_world(jobs, 1);
    w->nodes = 2;

    messages_open(&m);
    w->expect_open_fails = true;
    w->diag_out = m.diag.out;
    run(w, "{conf: data/slurm_sites/strict.conf}");
    assert_non_null(
        strstr(messages_text(&m),
               "strict.conf:6:10: error: NodeName: the cluster has no node n[2-3]; it has n0"));
    messages_close(&m);
    w->nodes = 6;
    w->expect_open_fails = false;
    messages_open(&m);
    w->diag_out = m.diag.out;
    run(w, "{conf: data/slurm_sites/strict.conf}");
    assert_non_null(strstr(messages_text(&m), "warning: NodeName: no job will run on node n[4-5] "
                                              "of the cluster, which is not named here\n"));
    messages_close(&m);
    free(w);
}

/* Two jobs of one GPU, on a machine of four nodes with eight: without a default of memory each has
 * a node of its own. */
static void a_job_without_memory_takes_a_node_and_the_site_is_told(void **state)
{
    (void)state;
    struct messages m;
    const struct world_job jobs[] = {
        {.work_s = 60, .gpus = 1, .tasks = 1},
        {.work_s = 60, .gpus = 1, .tasks = 1},
    };
    struct world *w = new_world(jobs, 2);
    messages_open(&m);
    w->diag_out = m.diag.out;
    run(w, "{conf: data/slurm_sites/strict.conf}");
    assert_int_equal(w->results[1].first_node, w->results[0].first_node);
    assert_null(strstr(messages_text(&m), "memory"));
    run(w, "{conf: data/slurm_sites/memory.conf}");
    assert_int_not_equal(w->results[1].first_node, w->results[0].first_node);
    assert_non_null(strstr(messages_text(&m), "memory.conf: warning: memory is allocated"));
    messages_close(&m);
    free(w);
}

static void keys_that_do_not_matter_are_listed_on_request(void **state)
{
    (void)state;
    struct messages m;
    const struct world_job jobs[] = {{.work_s = 1, .gpus = 1, .tasks = 1}};
    struct world *w = new_world(jobs, 1);
    messages_open(&m);
    w->diag_out = m.diag.out;
    run(w, "{conf: data/slurm_sites/two_partitions.conf}");
    assert_string_equal(messages_text(&m), "");
    run(w, "{conf: data/slurm_sites/two_partitions.conf, list-ignored: true}");
    assert_non_null(strstr(messages_text(&m),
                           "two_partitions.conf:2:1: warning: ClusterName: ignored: it cannot "
                           "matter to a schedule\n"));
    messages_close(&m);
    free(w);
}

/* --- machines of other kinds --- */

static void gpus_without_numbers_and_replicas_are_counted(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 1, .tasks = 20, .limit_s = 60},
        {.submit_s = 1, .work_s = 10, .gpus = 1, .tasks = 20, .limit_s = 60},
    };
    struct world *w = new_world(jobs, LEN(jobs));
    w->is_loose = true;
    run(w, ZERO);
    expect_times(w, (const struct times[]){{0, 10}, {10, 20}});
    w->is_loose = false;
    w->replicas = 2;
    run(w, ZERO);
    assert_int_equal(w->results[0].start_s, 0);
    assert_int_equal(w->results[1].start_s, 1);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_job_goes_before_a_large_one_that_waits),
        cmocka_unit_test(gpus_have_slurms_numbers),
        cmocka_unit_test(nodes_go_by_weight_and_then_by_index),
        cmocka_unit_test(a_job_of_several_tasks_fills_nodes),
        cmocka_unit_test(the_larger_priority_goes_first_without_a_slurm_conf),
        cmocka_unit_test(priorities_are_calculated_again_every_five_minutes),
        cmocka_unit_test(a_job_is_killed_at_its_limit),
        cmocka_unit_test(slurmctld_looks_for_overdue_jobs_every_thirty_seconds),
        cmocka_unit_test(sigterm_may_be_ignored_until_kill_wait),
        cmocka_unit_test(a_submission_waits_for_the_main_loop),
        cmocka_unit_test(backfill_comes_every_thirty_seconds),
        cmocka_unit_test(queues_are_partitions),
        cmocka_unit_test(limits_may_be_enforced_at_submission),
        cmocka_unit_test(what_can_never_run_is_held),
        cmocka_unit_test(a_job_of_a_broken_node_may_begin_again_after_121_seconds),
        cmocka_unit_test(drained_nodes_take_no_jobs),
        cmocka_unit_test(pods_are_jobs_of_their_own),
        cmocka_unit_test(mistakes_of_a_site_come_in_one_run),
        cmocka_unit_test(nodes_of_a_site_must_be_in_the_cluster),
        cmocka_unit_test(a_job_without_memory_takes_a_node_and_the_site_is_told),
        cmocka_unit_test(keys_that_do_not_matter_are_listed_on_request),
        cmocka_unit_test(gpus_without_numbers_and_replicas_are_counted),
    };
    return cmocka_run_group_tests_name("slurm_policy", tests, NULL, NULL);
}
