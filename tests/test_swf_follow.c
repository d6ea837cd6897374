/* Jobs that follow others: by themselves, and in a simulation, where one that was handed out has to
 * be taken back because another now comes first. */
#include "models/names.h"
#include "models/simulation.h"
#include "policies/registry.h"
#include "sim/arena.h"
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/temp_file.h"
#include "tests/unit.h"
#include "workloads/registry.h"
#include "workloads/swf_follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

/* --- by themselves; times in ns --- */

static bool put(struct swf_follow *f, int64_t number, int64_t arrive, int64_t preceding,
                int64_t think)
{
    const struct swf_job job = {.number = number, .preceding = preceding, .think_ns = think};
    return swf_follow_put(f, &job, arrive);
}

/* The number of the next job, which must come at that time; -1: none can come now. */
static int64_t take(struct swf_follow *f, int64_t at)
{
    struct swf_job job;
    int64_t arrive;
    if (!swf_follow_take(f, &job, &arrive))
        return -1;
    assert_int_equal(arrive, at);
    return job.number;
}

static void jobs_come_in_the_order_of_arrival(void **state)
{
    (void)state;
    struct swf_follow *f = swf_follow_new();
    assert_true(put(f, 1, 10, -1, -1));
    assert_true(put(f, 2, 10, -1, -1));
    assert_true(put(f, 3, 5, -1, -1));
    assert_int_equal(swf_follow_len(f), 3);
    assert_int_equal(take(f, 5), 3);
    assert_int_equal(take(f, 10), 1);
    assert_int_equal(take(f, 10), 2);
    assert_int_equal(take(f, 0), -1);
    swf_follow_free(f);
}

static void a_follower_comes_its_think_time_after_the_end(void **state)
{
    (void)state;
    struct swf_follow *f = swf_follow_new();
    assert_true(put(f, 1, 0, -1, -1));
    assert_true(put(f, 2, 7, 1, 30)); /* the log's time 7 does not count */
    assert_true(put(f, 3, 8, 1, -1)); /* no think time: at once */
    assert_int_equal(take(f, 0), 1);
    assert_int_equal(take(f, 0), -1);
    assert_int_equal(swf_follow_len(f), 2);
    assert_false(swf_follow_ended(f, 1, 100)); /* nothing was handed out meanwhile */
    assert_int_equal(take(f, 100), 3);
    assert_int_equal(take(f, 130), 2);
    assert_int_equal(swf_follow_len(f), 0);
    swf_follow_free(f);
}

static void chains_go_on(void **state)
{
    (void)state;
    struct swf_follow *f = swf_follow_new();
    for (int64_t n = 1; n <= 5; n++)
        assert_true(put(f, n, n, n == 1 ? -1 : n - 1, 10));
    int64_t now = 1;
    for (int64_t n = 1; n <= 5; n++) {
        assert_int_equal(take(f, now), n);
        assert_int_equal(take(f, 0), -1);
        assert_false(swf_follow_ended(f, n, now + 100));
        now += 110;
    }
    swf_follow_free(f);
}

static void a_job_that_was_handed_out_may_be_taken_back(void **state)
{
    (void)state;
    struct swf_follow *f = swf_follow_new();
    assert_true(put(f, 1, 0, -1, -1));
    assert_true(put(f, 2, 0, 1, 5));
    assert_true(put(f, 3, 1000, -1, -1));
    assert_int_equal(take(f, 0), 1);
    assert_int_equal(take(f, 1000), 3);
    assert_true(swf_follow_ended(f, 1, 100));
    assert_int_equal(take(f, 105), 2);
    assert_int_equal(take(f, 1000), 3);
    assert_int_equal(take(f, 0), -1);
    swf_follow_free(f);
}

static void it_stays_if_the_other_does_not_come_before_it(void **state)
{
    (void)state;
    struct swf_follow *f = swf_follow_new();
    assert_true(put(f, 1, 0, -1, -1));
    assert_true(put(f, 2, 0, 1, 900));
    assert_true(put(f, 3, 1000, -1, -1));
    assert_int_equal(take(f, 0), 1);
    assert_int_equal(take(f, 1000), 3);
    assert_false(swf_follow_ended(f, 1, 100)); /* 2 comes at 1000, too */
    assert_int_equal(take(f, 1000), 2);
    swf_follow_free(f);
}

static void jobs_that_are_over_are_followed_by_nobody(void **state)
{
    (void)state;
    struct swf_follow *f = swf_follow_new();
    assert_true(put(f, 1, 0, -1, -1));
    assert_int_equal(take(f, 0), 1);
    assert_int_equal(take(f, 0), -1);
    assert_false(swf_follow_ended(f, 1, 10));
    assert_false(put(f, 2, 50, 1, 5));  /* keeps its time */
    assert_false(put(f, 3, 60, 99, 5)); /* there never was such a job */
    assert_false(put(f, 4, 70, 4, 5));  /* itself */
    assert_int_equal(take(f, 50), 2);
    assert_int_equal(take(f, 60), 3);
    assert_int_equal(take(f, 70), 4);
    swf_follow_free(f);
}

static void a_number_used_twice_is_that_of_the_first(void **state)
{
    (void)state;
    struct swf_follow *f = swf_follow_new();
    assert_true(put(f, 7, 100, -1, -1));
    assert_true(put(f, 7, 0, -1, -1));
    assert_true(put(f, 8, 0, 7, 5));
    assert_true(put(f, -1, 0, -1, -1));
    assert_true(put(f, -1, 0, -1, -1));
    assert_int_equal(take(f, 0), 7); /* the second */
    assert_int_equal(take(f, 0), -1);
    assert_int_equal(take(f, 0), -1);
    assert_false(swf_follow_ended(f, 7, 50)); /* the first has not even arrived */
    assert_int_equal(take(f, 100), 7);
    assert_int_equal(take(f, 0), -1);
    assert_false(swf_follow_ended(f, 7, 200));
    assert_int_equal(take(f, 205), 8);
    swf_follow_free(f);
}

/* --- in a simulation --- */

struct watcher {
    FILE *out;
};

static bool watcher_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    struct watcher *w = state;
    w->out = (FILE *)(uintptr_t)env->options;
    return true;
}

static void watcher_job_over(void *state, const struct job *job)
{
    const struct watcher *w = state;
    fprintf(w->out, "%" PRIu64 ": %" PRId64 " to %" PRId64 "\n", job->source_id,
            job->submit_ns / SECOND_NS, job->end_ns / SECOND_NS);
}

static bool watcher_close(void *state, struct diag *d)
{
    (void)state;
    (void)d;
    return true;
}

static const struct observer_ops watcher = {
    .api = OBSERVER_API,
    .name = "watcher",
    .state_bytes = sizeof(struct watcher),
    .wants = WANTS_JOBS,
    .open = watcher_open,
    .job_over = watcher_job_over,
    .close = watcher_close,
};

static struct cluster *make_cluster(void)
{
    struct cluster *c = cluster_new();
    const struct amount gpus = {RESOURCE_GPU, 100};
    cluster_add_pool(c, "pool", "machine", KIND_NONE);
    cluster_add_node(
        c, &(struct node_spec){
               .name = "n0", .state = NODE_READY, .gpus = 100, .amounts = &gpus, .amounts_len = 1});
    cluster_seal(c, RESOURCES_FIXED);
    return c;
}

/* "number: arrival to end" of each job, in the order of their ends. */
static char *run_log(const char *log, const char *dependencies)
{
    struct temp_file f;
    struct messages m;
    char yaml[256];
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    temp_file_text(&f, log);
    messages_open(&m);
    snprintf(yaml, sizeof yaml, "{swf: %s, dependencies: %s}", f.path, dependencies);
    struct yaml_file *file = yaml_parse("t.yaml", yaml, strlen(yaml), &m.diag);
    struct names names = {.resources = resource_names_new(), .words = intern_new()};
    struct request_table *requests = request_table_new(names.resources);
    struct cluster *cluster = make_cluster();
    const struct policy_use policy = {.ops = policy_find("fifo")};
    const struct source_use source = {job_source_find("swf"), yaml_doc(file, 0)};
    const struct observer_use observer = {&watcher, out};
    const struct simulation_spec spec = {
        .names = &names,
        .requests = requests,
        .cluster = cluster,
        .policies = &policy,
        .policies_len = 1,
        .sources = &source,
        .sources_len = 1,
        .observers = &observer,
        .observers_len = 1,
        .base_dir = ".",
        .until_ns = INT64_MAX,
        .drain = true,
    };
    struct simulation *sim = simulation_open(&spec, &m.diag);
    assert_string_equal(messages_text(&m), "");
    assert_int_equal(simulation_run(sim, INT64_MAX), SIMULATION_DRAINED);
    assert_true(simulation_close(sim));
    fclose(out);
    cluster_free(cluster);
    request_table_free(requests);
    intern_free(names.words);
    intern_free(names.resources);
    yaml_close(file);
    messages_close(&m);
    temp_file_remove(&f);
    return text;
}

#define REST " -1 -1 1 100 -1 1 1 1 -1 1 1 "

/* On an empty machine everything starts at once: 1 ends at 10, so 2 (5 s later) comes at 15, and
 * its follower 5 at 15 + 20 + 5; 3 and 4, handed out early, come when the log says. */
static const char linked[] = "1 0 -1 10 1" REST "-1 -1\n"
                             "2 300 -1 20 1" REST "1 5\n"
                             "3 600 -1 30 1" REST "-1 -1\n"
                             "4 900 -1 40 1" REST "-1 -1\n"
                             "5 950 -1 50 1" REST "2 5\n";

static void followers_arrive_after_the_jobs_they_follow(void **state)
{
    (void)state;
    char *text = run_log(linked, "follow");
    assert_string_equal(text,
                        "1: 0 to 10\n2: 15 to 35\n5: 40 to 90\n3: 600 to 630\n4: 900 to 940\n");
    free(text);
}

static void otherwise_they_arrive_when_the_log_says(void **state)
{
    (void)state;
    char *text = run_log(linked, "ignore");
    assert_string_equal(
        text, "1: 0 to 10\n2: 300 to 320\n3: 600 to 630\n4: 900 to 940\n5: 950 to 1000\n");
    free(text);
}

/* A chain whose jobs run longer than the log knew: each waits for the one before it. */
static void a_chain_is_as_long_as_its_jobs(void **state)
{
    (void)state;
    char *text = run_log("1 0 -1 1000 1" REST "-1 -1\n"
                         "2 10 -1 1000 1" REST "1 0\n"
                         "3 20 -1 1000 1" REST "2 60\n",
                         "follow");
    assert_string_equal(text, "1: 0 to 1000\n2: 1000 to 2000\n3: 2060 to 3060\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_come_in_the_order_of_arrival),
        cmocka_unit_test(a_follower_comes_its_think_time_after_the_end),
        cmocka_unit_test(chains_go_on),
        cmocka_unit_test(a_job_that_was_handed_out_may_be_taken_back),
        cmocka_unit_test(it_stays_if_the_other_does_not_come_before_it),
        cmocka_unit_test(jobs_that_are_over_are_followed_by_nobody),
        cmocka_unit_test(a_number_used_twice_is_that_of_the_first),
        cmocka_unit_test(followers_arrive_after_the_jobs_they_follow),
        cmocka_unit_test(otherwise_they_arrive_when_the_log_says),
        cmocka_unit_test(a_chain_is_as_long_as_its_jobs),
    };
    return cmocka_run_group_tests_name("swf_follow", tests, NULL, NULL);
}
