#include "models/kubernetes/controller.h"
#include "models/simulation.h"
#include "policies/registry.h"
#include "sim/rng.h"
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/unit.h"
#include "tests/world.h"

#include <stdlib.h>
#include <string.h>

struct fixture {
    struct world *world;
    struct policy_use policy;
    struct messages messages;
    struct yaml_file *options;
};

static struct world *set_up(struct fixture *f, const char *options)
{
    *f = (struct fixture){.world = calloc(1, sizeof *f->world)};
    messages_open(&f->messages);
    f->options = yaml_parse("options.yaml", options, strlen(options), &f->messages.diag);
    f->policy.ops = policy_find("kube-scheduler");
    f->policy.options = yaml_docs(f->options) == 0 ? NULL : yaml_doc(f->options, 0);
    f->world->policies = &f->policy;
    f->world->policies_len = 1;
    f->world->nodes = 1;
    f->world->gpus_per_node = 8;
    f->world->log = stderr;
    assert_string_equal(messages_text(&f->messages), "");
    return f->world;
}

static void run(struct fixture *f, const struct world_job *jobs, size_t len)
{
    f->world->jobs = jobs;
    f->world->jobs_len = len;
    world_run(f->world);
    assert_int_equal(f->world->counts.verbs_refused, 0);
}

static void tear_down(struct fixture *f)
{
    yaml_close(f->options);
    messages_close(&f->messages);
    free(f->world);
}

static void a_pod_that_does_not_fit_is_passed(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 4, .tasks = 1},
        {.submit_s = 10, .work_s = 50, .gpus = 8, .tasks = 1},
        {.submit_s = 20, .work_s = 10, .gpus = 4, .tasks = 1},
        {.submit_s = 30, .work_s = 10, .gpus = 9, .tasks = 1, .patience_s = 500},
    };
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->results[1].start_s, 100);
    assert_int_equal(w->results[2].start_s, 20);
    assert_string_equal(w->results[1].waited_for, "insufficient_gpu");
    assert_null(w->results[2].waited_for);
    assert_string_equal(w->results[3].waited_for, "too_large");
    tear_down(&f);
}

static void priority_goes_first_then_age(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 1},
        {.submit_s = 1, .work_s = 10, .gpus = 8, .tasks = 1},
        {.submit_s = 2, .work_s = 10, .gpus = 8, .tasks = 1, .priority = 5},
        {.submit_s = 3, .work_s = 10, .gpus = 7, .tasks = 1, .priority = -5},
        {.submit_s = 4, .work_s = 10, .gpus = 8, .tasks = 1},
        {.submit_s = 5, .work_s = 10, .gpus = 6, .tasks = 1, .priority = 5},
    };
    run(&f, jobs, LEN(jobs));
    const int64_t want[] = {0, 120, 100, 140, 130, 110};
    for (size_t i = 0; i < LEN(want); i++)
        assert_int_equal(w->results[i].start_s, want[i]);
    tear_down(&f);
}

/* Seed 001: four nvidia-smi replicas and one vLLM pod on one GPU with four replicas. */
static void one_of_five_pods_stays_pending_on_four_replicas(void **state)
{
    (void)state;
    static const struct controller four = {.kind = CONTROLLER_DEPLOYMENT,
                                           .parallelism = 4,
                                           .deadline_ns = LIMIT_NONE,
                                           .lifetime_ns = LIMIT_NONE};
    static const struct controller one = {.kind = CONTROLLER_DEPLOYMENT,
                                          .parallelism = 1,
                                          .deadline_ns = LIMIT_NONE,
                                          .lifetime_ns = LIMIT_NONE};
    static const struct job_extra smi = {.controller = &four}, vllm = {.controller = &one};
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = INT64_MAX, .gpus = 1, .tasks = 4, .extra = &smi},
        {.submit_s = 60, .work_s = INT64_MAX, .gpus = 1, .tasks = 1, .extra = &vllm},
    };
    w->gpus_per_node = 1;
    w->replicas = 4;
    w->until_s = 3600;
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->counts.tasks_bound, 4);
    assert_int_equal(w->results[0].start_s, 0);
    assert_int_equal(w->results[1].start_s, -1);
    assert_int_equal(w->results[1].wait_s, 3540);
    assert_string_equal(w->results[1].waited_for, "insufficient_gpu");
    tear_down(&f);
}

/* A pod of a Job ends, its node is free for the next: pods wait one by one. */
static void pods_of_a_job_come_as_others_go(void **state)
{
    (void)state;
    static const struct controller five = {.kind = CONTROLLER_JOB,
                                           .parallelism = 3,
                                           .completions = 5,
                                           .restarts = RESTART_NEVER,
                                           .deadline_ns = LIMIT_NONE,
                                           .lifetime_ns = LIMIT_NONE};
    static const struct job_extra extra = {.controller = &five};
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 4, .tasks = 3, .extra = &extra},
        {.submit_s = 1, .work_s = 10, .gpus = 4, .tasks = 1},
    };
    run(&f, jobs, LEN(jobs));
    /* Two at once: 0-10, 10-20 (one of them waits since 0, one is made at 10); the other job came
     * at 1, before the pods made at 10. */
    assert_int_equal(w->results[1].start_s, 10);
    assert_int_equal(w->results[0].end_s, 30);
    assert_int_equal(w->counts.tasks_bound, 6);
    tear_down(&f);
}

static const struct world_job two_gangs[] = {
    {.submit_s = 0, .work_s = 5, .gpus = 8, .tasks = 1},
    {.submit_s = 0, .work_s = 10, .gpus = 8, .tasks = 1},
    {.submit_s = 1, .work_s = 10, .gpus = 8, .tasks = 3},
    {.submit_s = 2, .work_s = 10, .gpus = 8, .tasks = 3, .priority = 1},
};

static void two_gangs_may_each_hold_what_the_other_waits_for(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "");
    w->nodes = 4;
    run(&f, two_gangs, LEN(two_gangs));
    assert_int_equal(w->end, SIMULATION_STUCK);
    assert_int_equal(w->results[2].start_s, -1);
    assert_int_equal(w->results[3].start_s, -1);
    assert_int_equal(w->counts.tasks_bound, 6);
    tear_down(&f);
}

static void a_gang_gets_all_its_nodes_or_none_if_told_so(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "{gang: true}");
    w->nodes = 4;
    run(&f, two_gangs, LEN(two_gangs));
    assert_int_equal(w->end, SIMULATION_DRAINED);
    assert_int_equal(w->results[3].start_s, 5);
    assert_string_equal(w->results[3].waited_for, "gang");
    assert_int_equal(w->results[2].start_s, 15);
    tear_down(&f);
}

/* Both groups or nothing: the second needs what the first would leave. */
static void groups_of_a_gang_are_planned_together(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "{gang: true}");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 4, .tasks = 1},
        {.submit_s = 0, .work_s = 20, .gpus = 6, .tasks = 1},
        {.submit_s = 1, .work_s = 10, .gpus = 2, .tasks = 2, .more_gpus = 8, .more_tasks = 1},
        {.submit_s = 2, .work_s = 10, .gpus = 2, .tasks = 3, .more_gpus = 1, .more_tasks = 1},
        {.submit_s = 3, .work_s = 5, .gpus = 2, .tasks = 1},
    };
    w->nodes = 2;
    run(&f, jobs, LEN(jobs));
    /* 4 + 2 GPUs are free at 2: three tasks of 2, but then no 1 is left. */
    const int64_t want[] = {0, 0, 20, 10, 3};
    for (size_t i = 0; i < LEN(want); i++)
        assert_int_equal(w->results[i].start_s, want[i]);
    tear_down(&f);
}

static void a_job_waits_for_what_its_last_group_lacks(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 8, .tasks = 1},
        {.submit_s = 1,
         .work_s = 10,
         .gpus = 9,
         .tasks = 1,
         .more_gpus = 8,
         .more_tasks = 1,
         .patience_s = 100},
    };
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->counts.tasks_bound, 2);
    assert_string_equal(w->results[1].waited_for, "too_large"); /* 9 s it was the other group */
    tear_down(&f);
}

static void a_gang_stopped_half_bound_waits_as_a_whole_again(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 50, .gpus = 8, .tasks = 1},
        {.submit_s = 1, .work_s = 10, .gpus = 8, .tasks = 3},
    };
    const struct timeline_entry timeline[] = {
        {.at_ns = 10 * INT64_C(1000000000), .node = 1, .state = NODE_DOWN},
        {.at_ns = 20 * INT64_C(1000000000), .node = 1, .state = NODE_READY},
    };
    w->nodes = 3;
    w->timeline = timeline, w->timeline_len = LEN(timeline);
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->results[1].start_s, 50);
    assert_int_equal(w->results[1].end_s, 60);
    tear_down(&f);
}

/* gpu-clustering keeps in mind what runs where: whoever leaves must be forgotten. */
static void the_strategy_is_told_who_left(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "{placement: gpu-clustering}");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 2, .tasks = 1},
        {.submit_s = 1, .work_s = 99, .gpus = 1, .tasks = 1},
        {.submit_s = 20, .work_s = 10, .gpus = 4, .tasks = 1},
    };
    w->nodes = 2;
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->results[1].first_node, 1); /* node 0 hosts another class */
    assert_int_equal(w->results[2].first_node, 0); /* and now none */
    tear_down(&f);
}

static void a_node_that_comes_back_takes_pods_again(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 1},
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 1},
        {.submit_s = 150, .work_s = 10, .gpus = 8, .tasks = 1},
    };
    const struct timeline_entry timeline[] = {
        {.at_ns = 30 * INT64_C(1000000000), .node = 0, .state = NODE_DOWN},
        {.at_ns = 140 * INT64_C(1000000000), .node = 1, .state = NODE_CORDONED},
        {.at_ns = 300 * INT64_C(1000000000), .node = 0, .state = NODE_READY},
    };
    w->nodes = 2;
    w->timeline = timeline, w->timeline_len = LEN(timeline);
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->results[1].end_s, 100);
    assert_int_equal(w->results[0].start_s, 100); /* on the other node, cordoned meanwhile */
    assert_int_equal(w->results[0].end_s, 200);
    assert_int_equal(w->results[2].start_s, 300);
    assert_string_equal(w->results[2].waited_for, "node_state");
    tear_down(&f);
}

static void a_pod_that_failed_backs_off_if_told_so(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "{backoff: true}");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 8, .tasks = 1},
        {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 1},
        {.submit_s = 105, .work_s = 5, .gpus = 4, .tasks = 1},
        {.submit_s = 110, .work_s = 1, .gpus = 8, .tasks = 1},
        {.submit_s = 110, .work_s = 10, .gpus = 8, .tasks = 1},
        {.submit_s = 110, .work_s = 100, .gpus = 8, .tasks = 1},
    };
    run(&f, jobs, LEN(jobs));
    /* Who failed at 0 and at 105 was ready again when the node was free. The last three fail at 110
     * and are ready at 111. The node is free at 115: one takes it, the other two fail for the
     * second time, until 117, and so miss 116. At 117 the last fails again, until 121. */
    const int64_t want[] = {0, 10, 110, 115, 117, 127};
    for (size_t i = 0; i < LEN(want); i++)
        assert_int_equal(w->results[i].start_s, want[i]);
    assert_string_equal(w->results[4].waited_for, "insufficient_gpu");
    tear_down(&f);
}

static void no_nodes_are_a_reason_of_their_own(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 1, .tasks = 1, .patience_s = 5}};
    w->nodes = 0;
    run(&f, jobs, LEN(jobs));
    assert_string_equal(w->results[0].waited_for, "no_nodes");
    tear_down(&f);
}

/* --- against a scheduler that tries every waiting pod at every event --- */

enum { JOBS = 400, NODES = 6, GPUS = 8 };

struct slow {
    const struct world_job *jobs;
    bool best_fit;
    int free[NODES];
    int64_t start_s[JOBS], end_s[JOBS];
    int node[JOBS];
};

static int slow_node(const struct slow *s, uint32_t gpus)
{
    int best = -1;
    for (int n = 0; n < NODES; n++)
        if (s->free[n] >= (int)gpus && (best < 0 || (s->best_fit && s->free[n] < s->free[best])))
            best = n;
    return best;
}

/* The one to try next after `last`, by priority and age; -1: all were tried. */
static int slow_next(const struct slow *s, int64_t now_s, int last)
{
    int best = -1;
    for (int i = 0; i < JOBS; i++) {
        const struct world_job *j = &s->jobs[i];
        if (j->submit_s > now_s || s->start_s[i] >= 0)
            continue;
        if (last >= 0 && (j->priority > s->jobs[last].priority ||
                          (j->priority == s->jobs[last].priority && i <= last)))
            continue;
        if (best < 0 || j->priority > s->jobs[best].priority)
            best = i;
    }
    return best;
}

static void slow_instant(struct slow *s, int64_t now_s)
{
    for (int i = 0; i < JOBS; i++)
        if (s->start_s[i] >= 0 && s->end_s[i] == now_s)
            s->free[s->node[i]] += (int)s->jobs[i].gpus;
    for (int i = slow_next(s, now_s, -1); i >= 0; i = slow_next(s, now_s, i)) {
        const int node = slow_node(s, s->jobs[i].gpus);
        if (node < 0)
            continue;
        s->free[node] -= (int)s->jobs[i].gpus;
        s->node[i] = node;
        s->start_s[i] = now_s;
        s->end_s[i] = now_s + s->jobs[i].work_s;
    }
}

static void check_against_slow(const char *options, bool best_fit, uint64_t seed)
{
    struct world_job jobs[JOBS] = {0};
    gsl_rng *rng = rng_open(seed, 0, "kube_scheduler", 0);
    int64_t now_s = 0;
    for (int i = 0; i < JOBS; i++) {
        now_s += (int64_t)gsl_rng_uniform_int(rng, 8);
        jobs[i] = (struct world_job){.submit_s = now_s,
                                     .work_s = 1 + (int64_t)gsl_rng_uniform_int(rng, 60),
                                     .gpus = 1 + (uint32_t)gsl_rng_uniform_int(rng, GPUS),
                                     .tasks = 1,
                                     .priority = (int32_t)gsl_rng_uniform_int(rng, 3)};
    }
    gsl_rng_free(rng);
    struct slow s = {.jobs = jobs, .best_fit = best_fit};
    for (int n = 0; n < NODES; n++)
        s.free[n] = GPUS;
    for (int i = 0; i < JOBS; i++)
        s.start_s[i] = s.end_s[i] = -1;
    for (int64_t t = 0; t < now_s + 60 * JOBS; t++)
        slow_instant(&s, t);
    struct fixture f;
    struct world *w = set_up(&f, options);
    w->nodes = NODES;
    run(&f, jobs, JOBS);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(w->results[i].start_s, s.start_s[i]);
        assert_int_equal(w->results[i].first_node, s.node[i]);
    }
    tear_down(&f);
}

static void starts_are_those_of_trying_everybody_at_every_event(void **state)
{
    (void)state;
    enum { SEED = 71 };
    print_message("seed %d\n", SEED);
    for (uint64_t seed = SEED; seed < SEED + 3; seed++) {
        check_against_slow("{placement: first-fit}", false, seed);
        check_against_slow("{placement: best-fit, ties: first-number}", true, seed);
    }
}

/* --- mistakes --- */

static void mistakes_in_the_options_are_reported(void **state)
{
    (void)state;
    static const struct {
        const char *options, *message;
    } rows[] = {
        {"{placement: fdg}",
         "options.yaml:1:13: error: placement: 'fdg': no such strategy; did you "
         "mean 'fgd'?; `clustersim list placements` names them"},
        {"{placement: [fgd]}", "options.yaml:1:13: error: placement: a list; expected a strategy "
                               "such as fgd, or {STRATEGY: its options}"},
        {"{placement: {fgd: {coverage: 2}}}",
         "options.yaml:1:30: error: coverage: '2': out of range; expected 0.01 to 1"},
        {"{placement: {first-fit: {a: 1}}}", "options.yaml:1:25: error: first-fit: has no options"},
        {"{placement: {most-allocated: {resources: [{name: cpu}, {name: cpu}]}}}",
         "options.yaml:1:56: error: resources: named twice"},
        {"{placement: {requested-to-capacity-ratio: {shape: [{utilization: 5, score: 1}, "
         "{utilization: 5, score: 2}]}}}",
         "options.yaml:1:80: error: shape: utilization must rise from point to point"},
        {"{placement: {requested-to-capacity-ratio: {shape: []}}}",
         "options.yaml:1:51: error: shape: empty; expected at least one point"},
        {"{ties: rnd}", "options.yaml:1:8: error: ties: 'rnd': not one of by-strategy, first-name, "
                        "first-number, shuffled, random"},
        {"{gangs: true}", "options.yaml:1:2: error: unknown key 'gangs' in kube-scheduler "
                          "(placement, ties, gang, backoff); did you mean 'gang'?"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct messages m;
        messages_open(&m);
        struct yaml_file *file =
            yaml_parse("options.yaml", rows[i].options, strlen(rows[i].options), &m.diag);
        struct names names = {.resources = resource_names_new(), .words = intern_new()};
        struct request_table *requests = request_table_new(names.resources);
        struct cluster *cluster = cluster_new();
        cluster_seal(cluster, RESOURCES_FIXED);
        const struct policy_use use = {policy_find("kube-scheduler"), yaml_doc(file, 0)};
        const struct simulation_spec spec = {.names = &names,
                                             .requests = requests,
                                             .cluster = cluster,
                                             .policies = &use,
                                             .policies_len = 1,
                                             .base_dir = ".",
                                             .until_ns = 1};
        assert_null(simulation_open(&spec, &m.diag));
        const char *text = messages_text(&m);
        assert_non_null(strchr(text, '\n'));
        if (strncmp(text, rows[i].message, strlen(rows[i].message)) != 0)
            fail_msg("%s\nnot: %s", text, rows[i].message);
        cluster_free(cluster);
        request_table_free(requests);
        intern_free(names.resources);
        intern_free(names.words);
        yaml_close(file);
        messages_close(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pod_that_does_not_fit_is_passed),
        cmocka_unit_test(priority_goes_first_then_age),
        cmocka_unit_test(one_of_five_pods_stays_pending_on_four_replicas),
        cmocka_unit_test(pods_of_a_job_come_as_others_go),
        cmocka_unit_test(two_gangs_may_each_hold_what_the_other_waits_for),
        cmocka_unit_test(a_gang_gets_all_its_nodes_or_none_if_told_so),
        cmocka_unit_test(groups_of_a_gang_are_planned_together),
        cmocka_unit_test(a_job_waits_for_what_its_last_group_lacks),
        cmocka_unit_test(a_gang_stopped_half_bound_waits_as_a_whole_again),
        cmocka_unit_test(the_strategy_is_told_who_left),
        cmocka_unit_test(a_node_that_comes_back_takes_pods_again),
        cmocka_unit_test(a_pod_that_failed_backs_off_if_told_so),
        cmocka_unit_test(no_nodes_are_a_reason_of_their_own),
        cmocka_unit_test(starts_are_those_of_trying_everybody_at_every_event),
        cmocka_unit_test(mistakes_in_the_options_are_reported),
    };
    return cmocka_run_group_tests_name("kube_scheduler", tests, NULL, NULL);
}
