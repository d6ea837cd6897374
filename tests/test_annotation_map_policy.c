/* Where and when the annotation map's policy runs pods, and why the others wait. */
#include "models/kubernetes/controller.h"
#include "policies/registry.h"
#include "sim/rng.h"
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/unit.h"
#include "tests/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

static const char strict[] = "{mode: strict}";
static const char in_order[] = "{mode: strict, in_order: true}";
static const char dynamic[] = "{mode: dynamic}";

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
    f->policy.ops = policy_find("annotation-map");
    f->policy.options = yaml_docs(f->options) == 0 ? NULL : yaml_doc(f->options, 0);
    *f->world = (struct world){.policies = &f->policy,
                               .policies_len = 1,
                               .nodes = 3,
                               .gpus_per_node = 4,
                               .cpu_milli = 8000,
                               .diag_out = f->messages.diag.out,
                               .audit = AUDIT_ALWAYS,
                               .log = stderr};
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

static const struct controller one_pod = {.kind = CONTROLLER_POD,
                                          .restarts = RESTART_NEVER,
                                          .parallelism = 1,
                                          .completions = 1,
                                          .deadline_ns = LIMIT_NONE,
                                          .lifetime_ns = LIMIT_NONE};

#define EXTRA(pods, text)                                                                         \
    {                                                                                             \
        .controller = (pods), .map = (text), .namespace_word = INTERN_NONE,                       \
        .priority_class_word = INTERN_NONE, .account_word = INTERN_NONE, .qos_word = INTERN_NONE, \
        .array_task = UINT32_MAX,                                                                 \
    }

static struct world_job pod(const char *name, int64_t submit_s, int64_t work_s,
                            const struct job_extra *extra)
{
    return (struct world_job){.submit_s = submit_s,
                              .work_s = work_s,
                              .tasks = 1,
                              .name = name,
                              .extra = extra,
                              .queue = "q"};
}

/* --- original --- */

static void two_pods_on_one_gpu_share_its_time(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct job_extra map = EXTRA(&one_pod, "3=n2:3\n4=n2:3\n5=n2:2");
    const struct world_job jobs[] = {pod("a-3", 0, 300, &map), pod("a-4", 100, 300, &map),
                                     pod("a-5", 100, 300, &map)};
    run(&f, jobs, LEN(jobs));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(w->results[i].start_s, jobs[i].submit_s);
        assert_int_equal(w->results[i].first_node, 2);
    }
    assert_int_equal(w->results[0].gpu_mask, 8);
    assert_int_equal(w->results[1].gpu_mask, 8);
    /* Alone for 100 s; then each has half the time, less 10 % (in 1/65536) for switching. */
    assert_int_equal(w->results[0].end_s, 544); /* 100 + 200 x 2.22 */
    assert_int_equal(w->results[1].end_s, 644); /* + the 100 that are left, alone */
    assert_int_equal(w->results[2].end_s, 400);
    assert_non_null(strstr(messages_text(&f.messages), "the original scheduler injects nothing"));
    tear_down(&f);
}

static void nobody_looks_at_what_is_free(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct job_extra map = EXTRA(&one_pod, "0=n1:\n1=n1:0,0,1,7,-1,77,x\n2=n1:0:1");
    struct world_job jobs[] = {pod("a-0", 0, 100, &map), pod("a-1", 0, 100, &map),
                               pod("a-2", 0, 100, &map)};
    for (size_t i = 0; i < LEN(jobs); i++)
        jobs[i].cpu_milli = 8000, jobs[i].gpus = 9; /* more than there is */
    run(&f, jobs, LEN(jobs));
    for (size_t i = 0; i < LEN(jobs); i++) {
        assert_int_equal(w->results[i].end_s, 100);
        assert_int_equal(w->results[i].first_node, 1);
    }
    assert_int_equal(w->results[0].gpu_mask, 0);
    assert_int_equal(w->results[1].gpu_mask, 3); /* those that exist, once each */
    assert_int_equal(w->results[2].gpu_mask, 0); /* "0:1" is no number */
    tear_down(&f);
}

static void every_failure_has_its_reason_and_lasts(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct job_extra map = EXTRA(&one_pod, "0=n0:0\n1=n9:0\nx=y");
    const struct job_extra empty = EXTRA(&one_pod, "not=a map");
    const struct job_extra none = EXTRA(&one_pod, NULL);
    struct world_job jobs[] = {
        pod("test-gpu-pod", 0, 10, &map), pod("a-7", 0, 10, &map),  pod("a-1", 0, 10, &map),
        pod("a-0", 0, 10, &empty),        pod("a-0", 0, 10, &none),
    };
    static const char *const reasons[] = {"no_index", "not_in_map", "no_such_node", "empty_map",
                                          "no_map"};
    w->until_s = 1000;
    run(&f, jobs, LEN(jobs));
    for (size_t i = 0; i < LEN(jobs); i++) {
        assert_int_equal(w->results[i].start_s, -1);
        assert_string_equal(w->results[i].waited_for, reasons[i]);
        assert_int_equal(w->results[i].unexplained_s, 0);
    }
    tear_down(&f);
}

static void a_pod_whose_node_is_down_is_tried_every_minute(void **state)
{
    (void)state;
    static const struct timeline_entry edits[] = {
        {.at_ns = 0, .node = 1, .state = NODE_DOWN},
        {.at_ns = 90 * SECOND_NS, .node = 1, .state = NODE_READY},
        {.at_ns = 200 * SECOND_NS, .node = 1, .state = NODE_CORDONED},
    };
    static const struct row {
        const char *options;
        int64_t start_s[3];
    } rows[] = {
        {"", {120, 150, 300}}, /* cordoned is still Ready */
        {"{retry: 40s}", {120, 150, 300}},
        {"{retry: 100s}", {100, 150, 300}},
        {"{mode: dynamic}", {120, 150, 300}},
    };
    const struct job_extra map = EXTRA(&one_pod, "0=n1:0");
    const struct world_job jobs[] = {pod("a-0", 10, 20, &map), pod("b-0", 150, 20, &map),
                                     pod("c-0", 300, 20, &map)};
    for (size_t i = 0; i < LEN(rows); i++) {
        struct fixture f;
        struct world *w = set_up(&f, rows[i].options);
        w->start_s = 50; /* the grid begins with the run */
        struct timeline_entry moved[LEN(edits)];
        for (size_t k = 0; k < LEN(edits); k++) {
            moved[k] = edits[k];
            moved[k].at_ns += 50 * SECOND_NS;
        }
        w->timeline = moved;
        w->timeline_len = LEN(moved);
        run(&f, jobs, LEN(jobs));
        for (size_t j = 0; j < LEN(jobs); j++)
            assert_int_equal(w->results[j].start_s - w->start_s, rows[i].start_s[j]);
        assert_string_equal(w->results[0].waited_for, "node_not_ready");
        tear_down(&f);
    }
}

static void tasks_of_a_gang_are_named_like_pods(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "");
    const struct job_extra map = EXTRA(NULL, "0=n0:0\n1=n1:1\n2=n1:1\n");
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .tasks = 3, .name = "gang", .extra = &map},
        {.submit_s = 0, .work_s = 100, .tasks = 4, .name = "big", .extra = &map}};
    w->until_s = 5000;
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->results[0].start_s, 0);
    assert_int_equal(w->results[1].start_s, -1); /* its fourth has no line; the others hold on */
    assert_string_equal(w->results[1].waited_for, "not_in_map");
    /* n1:1 has two tasks of each: those of the big one are there, though they wait for a fourth. */
    assert_int_equal(w->results[0].end_s, 444);
    tear_down(&f);
}

/* --- dynamic --- */

static void the_smallest_free_index_is_taken_and_given_back(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, dynamic);
    const struct job_extra map = EXTRA(&one_pod, "10=n1:2\n-3=n0:1\n9=n0:2\n");
    const struct world_job jobs[] = {pod("x", 0, 100, &map),   pod("y", 0, 500, &map),
                                     pod("z", 0, 500, &map),   pod("u", 0, 100, &map),
                                     pod("v-9", 5, 100, &map), pod("late", 600, 10, &map)};
    run(&f, jobs, LEN(jobs));
    static const uint32_t nodes[] = {0, 0, 1, 0, 0, 0};
    static const uint64_t gpus[] = {2, 4, 4, 2, 2, 2};
    static const int64_t start_s[] = {0, 0, 0, 120, 240, 600};
    for (size_t i = 0; i < LEN(jobs); i++) {
        assert_int_equal(w->results[i].first_node, nodes[i]);
        assert_int_equal(w->results[i].gpu_mask, gpus[i]);
        assert_int_equal(w->results[i].start_s, start_s[i]);
    }
    assert_string_equal(w->results[4].waited_for, "no_free_index");
    assert_string_equal(messages_text(&f.messages), "");
    tear_down(&f);
}

static void an_index_is_kept_while_its_node_is_down(void **state)
{
    (void)state;
    static const struct timeline_entry edits[] = {
        {.at_ns = 0, .node = 0, .state = NODE_DOWN},
        {.at_ns = 90 * SECOND_NS, .node = 0, .state = NODE_READY},
    };
    struct fixture f;
    struct world *w = set_up(&f, dynamic);
    w->timeline = edits;
    w->timeline_len = LEN(edits);
    const struct job_extra map = EXTRA(&one_pod, "0=n0:0\n1=n1:1\n2=n9:1\n");
    const struct world_job jobs[] = {pod("x", 1, 10, &map), pod("y", 1, 10, &map),
                                     pod("z", 1, 10, &map), pod("u", 1, 10, &map)};
    w->until_s = 500;
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->results[0].start_s, 120);
    assert_int_equal(w->results[1].start_s, 1);
    assert_string_equal(w->results[2].waited_for, "no_such_node");
    assert_int_equal(w->results[3].start_s, 60); /* with the index of y */
    assert_int_equal(w->results[3].first_node, 1);
    tear_down(&f);
}

static void another_map_has_indexes_of_its_own(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, dynamic);
    const struct job_extra one = EXTRA(&one_pod, "0=n1:2"), other = EXTRA(&one_pod, "0=n1:2 ");
    const struct world_job jobs[] = {pod("x", 0, 90, &one), pod("y", 0, 90, &other)};
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->results[0].start_s, 0);
    assert_int_equal(w->results[1].start_s, 0);
    tear_down(&f);
}

/* --- strict --- */

static void strict_waits_for_devices_and_room(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        int64_t start_s[6];
    } rows[] = {{strict, {0, 102, 2, 100, -1, 3}}, {in_order, {0, 100, 200, 100, -1, 3}}};
    const struct job_extra map = EXTRA(&one_pod, "0=n0:0\n1=n0:0,1\n2=n0:1\n3=n0:2\n4=n0:9\n5=n1:");
    struct world_job jobs[] = {
        pod("a-0", 0, 100, &map),                           /* has GPU 0 */
        pod("a-1", 1, 100, &map),                           /* waits for it, and for GPU 1 */
        pod("a-2", 2, 100, &map),                           /* came after, though GPU 1 is free */
        pod("a-3", 3, 100, &map),                           /* its GPU is free, but not the CPUs */
        pod("a-4", 3, 100, &map), pod("a-5", 3, 100, &map), /* names none */
    };
    jobs[0].cpu_milli = 5000;
    jobs[3].cpu_milli = 4000;
    for (size_t r = 0; r < LEN(rows); r++) {
        struct fixture f;
        struct world *w = set_up(&f, rows[r].options);
        w->until_s = 1000;
        run(&f, jobs, LEN(jobs));
        for (size_t i = 0; i < LEN(jobs); i++)
            assert_int_equal(w->results[i].start_s, rows[r].start_s[i]);
        assert_string_equal(w->results[1].waited_for, "devices_busy");
        assert_string_equal(w->results[4].waited_for, "no_such_device");
        tear_down(&f);
    }
}

static void a_gang_needs_room_for_all_of_its_tasks_at_once(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, strict);
    const struct job_extra map = EXTRA(NULL, "0=n0:0\n1=n0:1\n");
    struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 9, .tasks = 2, .cpu_milli = 4000, .name = "a", .extra = &map},
        {.submit_s = 1, .work_s = 9, .tasks = 2, .cpu_milli = 5000, .name = "b", .extra = &map},
    };
    w->until_s = 100;
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->results[0].start_s, 0);
    assert_int_equal(w->results[1].start_s, -1);
    assert_string_equal(w->results[1].waited_for, "devices_busy");
    tear_down(&f);
}

static void one_that_leaves_lets_the_next_in(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, in_order);
    const struct job_extra map = EXTRA(&one_pod, "0=n0:0\n1=n0:0,1\n2=n0:1\n");
    struct world_job jobs[] = {pod("a-0", 0, 100, &map), pod("a-1", 1, 100, &map),
                               pod("a-2", 2, 100, &map)};
    jobs[1].patience_s = 30;
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->results[1].cause, END_LOST);
    assert_int_equal(w->results[2].start_s, 31);
    tear_down(&f);
}

enum { SEED = 11, PODS = 200, WORLDS = 30, NODES = 3, GPUS = 4 };

struct mapped_pod {
    char map[64];
    struct job_extra extra;
    uint64_t gpus; /* of all nodes, one after the other */
    int64_t start_s;
};

static void random_map(gsl_rng *rng, struct mapped_pod *p)
{
    const unsigned node = (unsigned)gsl_rng_uniform_int(rng, NODES);
    size_t len = (size_t)snprintf(p->map, sizeof p->map, "0=n%u:", node);
    p->gpus = 0;
    for (unsigned i = 0; i <= gsl_rng_uniform_int(rng, 3); i++) {
        const unsigned g = (unsigned)gsl_rng_uniform_int(rng, GPUS);
        p->gpus |= UINT64_C(1) << (node * GPUS + g);
        len += (size_t)snprintf(p->map + len, sizeof p->map - len, "%u,", g);
    }
    p->extra = (struct job_extra)EXTRA(&one_pod, p->map);
}

/* In order: a pod starts when the last ones before it that name one of its GPUs are gone. */
static void start_in_order(struct mapped_pod *pods, const struct world_job *jobs)
{
    for (size_t i = 0; i < PODS; i++) {
        pods[i].start_s = jobs[i].submit_s;
        for (size_t k = 0; k < i; k++)
            if ((pods[k].gpus & pods[i].gpus) != 0 &&
                pods[k].start_s + jobs[k].work_s > pods[i].start_s)
                pods[i].start_s = pods[k].start_s + jobs[k].work_s;
    }
}

/* Otherwise: every second, in the order of arrival, whoever finds its GPUs free. */
static void start_when_free(struct mapped_pod *pods, const struct world_job *jobs)
{
    size_t waiting = PODS;
    for (size_t i = 0; i < PODS; i++)
        pods[i].start_s = -1;
    for (int64_t now_s = 0; waiting > 0; now_s++) {
        uint64_t held = 0;
        for (size_t i = 0; i < PODS; i++)
            if (pods[i].start_s >= 0 && pods[i].start_s + jobs[i].work_s > now_s)
                held |= pods[i].gpus;
        for (size_t i = 0; i < PODS && jobs[i].submit_s <= now_s; i++) {
            if (pods[i].start_s >= 0 || (pods[i].gpus & held) != 0)
                continue;
            pods[i].start_s = now_s;
            held |= pods[i].gpus;
            waiting--;
        }
    }
}

static void strict_starts_when_a_slow_reference_says(void **state)
{
    (void)state;
    static struct mapped_pod pods[PODS];
    static struct world_job jobs[PODS];
    for (unsigned n = 0; n < WORLDS; n++) {
        struct fixture f;
        struct world *w = set_up(&f, n % 2 == 0 ? strict : in_order);
        gsl_rng *rng = rng_open(SEED, 0, "maps", n);
        print_message("seed %d, world %u\n", SEED, n);
        int64_t at_s = 0;
        for (size_t i = 0; i < PODS; i++) {
            random_map(rng, &pods[i]);
            at_s += (int64_t)gsl_rng_uniform_int(rng, 10);
            jobs[i] = pod("p-0", at_s, 1 + (int64_t)gsl_rng_uniform_int(rng, 60), &pods[i].extra);
        }
        gsl_rng_free(rng);
        if (n % 2 == 0)
            start_when_free(pods, jobs);
        else
            start_in_order(pods, jobs);
        run(&f, jobs, PODS);
        for (size_t i = 0; i < PODS; i++) {
            assert_int_equal(w->results[i].start_s, pods[i].start_s);
            assert_int_equal(w->results[i].end_s, pods[i].start_s + jobs[i].work_s);
        }
        tear_down(&f);
    }
}

/* --- other schedulers of this kind --- */

static void sdg_goes_by_the_index_of_a_stateful_set(void **state)
{
    (void)state;
    static const struct controller set = {.kind = CONTROLLER_STATEFULSET,
                                          .parallelism = 1,
                                          .first_index = 4,
                                          .deadline_ns = LIMIT_NONE,
                                          .lifetime_ns = 100 * SECOND_NS};
    const struct job_extra map = EXTRA(&set, "4=n2:1"), spoilt = EXTRA(&set, "4=n2:1\n5"),
                           no_label = EXTRA(&one_pod, "4=n2:1");
    struct world_job jobs[] = {pod("web", 0, INT64_MAX, &map), pod("web", 0, INT64_MAX, &spoilt),
                               pod("a-4", 0, 10, &no_label)};
    static const char *const reasons[] = {NULL, "empty_map", "no_index"};
    struct fixture f;
    struct world *w = set_up(&f, "{mode: pod-index}");
    w->until_s = 500;
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->results[0].start_s, 0);
    assert_int_equal(w->results[0].gpu_mask, 2);
    for (size_t i = 1; i < LEN(jobs); i++)
        assert_string_equal(w->results[i].waited_for, reasons[i]);
    tear_down(&f);
}

static void evgl_knows_nodes_by_their_label_alone(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "{mode: last-part}");
    const struct job_extra map = EXTRA(&one_pod, "0=n0:0");
    const struct world_job jobs[] = {pod("a-0", 0, 10, &map), pod("a-0-x", 0, 10, &map)};
    w->until_s = 100;
    run(&f, jobs, LEN(jobs));
    assert_string_equal(w->results[0].waited_for, "no_such_node");
    assert_string_equal(w->results[1].waited_for, "no_index");
    tear_down(&f);
}

/* --- maps that are made --- */

static void made_maps_name_what_the_fewest_name(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "{generate: first-fit, mode: strict}");
    w->nodes = 2;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 3, .tasks = 1},
        {.submit_s = 1, .work_s = 90, .gpus = 2, .tasks = 1}, /* n0 has one left: n1 */
        {.submit_s = 2, .work_s = 50, .gpus = 1, .tasks = 1}, /* n0:3 */
        {.submit_s = 3, .work_s = 10, .gpus = 4, .tasks = 1}, /* all are named: n0, and waits */
        {.submit_s = 4, .work_s = 10, .gpus = 1, .tasks = 1}, /* n1:2 */
        {.submit_s = 5, .work_s = 10, .gpus = 5, .tasks = 1, .patience_s = 50},
        {.submit_s = 120, .work_s = 10, .gpus = 1, .tasks = 1}, /* maps are gone with jobs */
    };
    run(&f, jobs, LEN(jobs));
    static const int64_t start_s[] = {0, 1, 2, 100, 4, -1, 120};
    static const uint32_t nodes[] = {0, 1, 0, 0, 1, 0, 0};
    static const uint64_t gpus[] = {7, 3, 8, 15, 4, 0, 1};
    for (size_t i = 0; i < LEN(jobs); i++) {
        assert_int_equal(w->results[i].start_s, start_s[i]);
        assert_int_equal(w->results[i].first_node, nodes[i]);
        assert_int_equal(w->results[i].gpu_mask, gpus[i]);
    }
    assert_string_equal(w->results[5].waited_for, "too_large");
    tear_down(&f);
}

static void tasks_of_a_gang_share_no_gpu_and_fit_together(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "{generate: first-fit, mode: strict}");
    w->nodes = 3;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 4, .tasks = 2},                   /* n0, n1 */
        {.submit_s = 1, .work_s = 10, .gpus = 1, .tasks = 12},                   /* all GPUs */
        {.submit_s = 2, .work_s = 10, .gpus = 1, .tasks = 3, .cpu_milli = 5000}, /* one a node */
        {.submit_s = 3, .work_s = 10, .gpus = 1, .tasks = 13, .patience_s = 40},
        {.submit_s = 3, .work_s = 10, .gpus = 0, .tasks = 3, .cpu_milli = 100}, /* at once */
    };
    run(&f, jobs, LEN(jobs));
    static const int64_t start_s[] = {0, 100, 110, -1, 3};
    for (size_t i = 0; i < LEN(jobs); i++)
        assert_int_equal(w->results[i].start_s, start_s[i]);
    for (size_t i = 0; i < LEN(jobs); i++)
        if (start_s[i] >= 0)
            assert_int_equal(w->results[i].end_s, start_s[i] + jobs[i].work_s);
    assert_string_equal(w->results[3].waited_for, "too_large");
    assert_int_equal(w->results[4].first_node, 2); /* n0, n1 and n2 in turn */
    tear_down(&f);
}

static void a_gang_leaves_the_gpu_that_the_fewest_name_to_one_of_its_tasks(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "{generate: first-fit, mode: strict}");
    w->nodes = 1;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 3, .tasks = 1}, /* 0 to 2, as the next two */
        {.submit_s = 1, .work_s = 10, .gpus = 3, .tasks = 1},
        {.submit_s = 2, .work_s = 10, .gpus = 3, .tasks = 1},
        {.submit_s = 3, .work_s = 10, .gpus = 1, .tasks = 2}, /* 3, and 0 after the others */
    };
    run(&f, jobs, LEN(jobs));
    static const int64_t start_s[] = {0, 10, 20, 30};
    for (size_t i = 0; i < LEN(jobs); i++) {
        assert_int_equal(w->results[i].start_s, start_s[i]);
        assert_int_equal(w->results[i].end_s, start_s[i] + 10);
    }
    tear_down(&f);
}

static void pods_need_no_index_for_a_map_that_was_made(void **state)
{
    (void)state;
    static const struct controller job = {.kind = CONTROLLER_JOB,
                                          .restarts = RESTART_NEVER,
                                          .parallelism = 3,
                                          .completions = 6,
                                          .deadline_ns = LIMIT_NONE,
                                          .lifetime_ns = LIMIT_NONE};
    const struct job_extra none = EXTRA(&job, NULL);
    struct world_job jobs[] = {pod("deploy", 0, 100, &none)};
    jobs[0].tasks = 3;
    jobs[0].gpus = 2;
    struct fixture f;
    struct world *w = set_up(&f, "{generate: first-fit, retry: 30s}");
    run(&f, jobs, LEN(jobs));
    assert_int_equal(w->results[0].end_s, 200);
    tear_down(&f);
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    struct world *w = set_up(&f, "{mode: strikt, generate: first-fit, retry: 60}");
    w->expect_open_fails = true;
    run(&f, NULL, 0);
    assert_non_null(strstr(messages_text(&f.messages), "mode: 'strikt'"));
    assert_non_null(strstr(messages_text(&f.messages), "retry: '60'"));
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_pods_on_one_gpu_share_its_time),
        cmocka_unit_test(nobody_looks_at_what_is_free),
        cmocka_unit_test(every_failure_has_its_reason_and_lasts),
        cmocka_unit_test(a_pod_whose_node_is_down_is_tried_every_minute),
        cmocka_unit_test(tasks_of_a_gang_are_named_like_pods),
        cmocka_unit_test(the_smallest_free_index_is_taken_and_given_back),
        cmocka_unit_test(an_index_is_kept_while_its_node_is_down),
        cmocka_unit_test(another_map_has_indexes_of_its_own),
        cmocka_unit_test(strict_waits_for_devices_and_room),
        cmocka_unit_test(a_gang_needs_room_for_all_of_its_tasks_at_once),
        cmocka_unit_test(one_that_leaves_lets_the_next_in),
        cmocka_unit_test(strict_starts_when_a_slow_reference_says),
        cmocka_unit_test(sdg_goes_by_the_index_of_a_stateful_set),
        cmocka_unit_test(evgl_knows_nodes_by_their_label_alone),
        cmocka_unit_test(made_maps_name_what_the_fewest_name),
        cmocka_unit_test(tasks_of_a_gang_share_no_gpu_and_fit_together),
        cmocka_unit_test(a_gang_leaves_the_gpu_that_the_fewest_name_to_one_of_its_tasks),
        cmocka_unit_test(pods_need_no_index_for_a_map_that_was_made),
        cmocka_unit_test(bad_options_are_refused),
    };
    return cmocka_run_group_tests_name("annotation_map_policy", tests, NULL, NULL);
}
