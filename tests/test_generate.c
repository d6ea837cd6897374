#include "models/kubernetes/workload.h"
#include "tests/generate_lab.h"
#include "tests/near.h"

#include <stdio.h>

#define SECOND_NS INT64_C(1000000000)
#define HOUR_NS   (3600 * SECOND_NS)
#define DAY_NS    (24 * HOUR_NS)

/* --- identity --- */

static void jobs_are_numbered_from_one_up_to_as_many_as_wanted(void **state)
{
    (void)state;
    struct generate_lab lab = {.start_ns = 1000 * DAY_NS};
    struct job_spec job;
    generate_lab_open_clean(&lab,
                            "{name: nightly, arrivals: {rate: 12/h}, duration: 5m, jobs: 100}");
    int64_t last = lab.start_ns;
    for (uint64_t i = 1; i <= 100; i++) {
        assert_true(generate_lab_next(&lab, &job));
        assert_int_equal(job.ordinal, i);
        assert_int_equal(job.source_id, i);
        assert_string_equal(generate_lab_word(&lab, job.name_word), "nightly");
        assert_true(job.submit_ns >= last);
        last = job.submit_ns;
    }
    assert_false(generate_lab_next(&lab, &job));
    assert_false(generate_lab_next(&lab, &job));
    generate_lab_close(&lab);
}

static void what_is_not_said_is_the_simplest(void **state)
{
    (void)state;
    struct generate_lab lab = {0};
    struct job_spec job;
    generate_lab_open_clean(&lab, "{name: x, arrivals: {rate: 1/h}, duration: 5m, jobs: 1}");
    assert_true(generate_lab_next(&lab, &job));
    assert_int_equal(job.work_ns, 300 * SECOND_NS);
    assert_int_equal(job.limit_ns, LIMIT_NONE);
    assert_int_equal(job.patience_ns, LIMIT_NONE);
    assert_int_equal(job.priority, 0);
    assert_int_equal(job.kind, JOB_BATCH);
    assert_int_equal(job.groups[0].count, 1);
    assert_int_equal(job.groups[0].min_count, 0);
    const uint32_t words[] = {job.tenant_word, job.user_word, job.queue_word,
                              job.extra->namespace_word, job.extra->account_word};
    for (size_t i = 0; i < LEN(words); i++)
        assert_string_equal(generate_lab_word(&lab, words[i]), "x");
    assert_int_equal(job.extra->priority_class_word, INTERN_NONE);
    assert_int_equal(job.extra->qos_word, INTERN_NONE);
    assert_int_equal(job.extra->array_task, UINT32_MAX);
    assert_null(job.extra->controller);
    const struct request *r = generate_lab_request(&lab, &job);
    assert_int_equal(r->amounts_len, 1);
    assert_int_equal(r->gpus, 1);
    assert_int_equal(r->terms, 0);
    assert_int_equal(r->load.duty_q16 | r->load.width_q16 | r->load.processes, 0);
    generate_lab_close(&lab);
}

static void owners_come_in_turn_where_that_is_asked_for(void **state)
{
    (void)state;
    static const char *const users[] = {"b-1", "b-2", "a-1", "a-2", "b-1"};
    struct generate_lab lab = {0};
    struct job_spec job;
    generate_lab_open_clean(&lab, "{name: x, tenants: {b: 1, a: 9}, users: 2, turns: true, "
                                  "arrivals: {rate: 1/h}, duration: 5m, jobs: 5}");
    for (size_t i = 0; i < LEN(users); i++) {
        assert_true(generate_lab_next(&lab, &job));
        assert_string_equal(generate_lab_word(&lab, job.user_word), users[i]);
    }
    generate_lab_close(&lab);
}

static void pods_have_the_annotations_that_are_written(void **state)
{
    (void)state;
    struct generate_lab lab = {0};
    struct job_spec job;
    generate_lab_open_clean(&lab, "{name: x, annotations: {a/b: rack}, arrivals: {rate: 1/h}, "
                                  "duration: 5m, jobs: 1}");
    assert_true(generate_lab_next(&lab, &job));
    const struct workload *w = job.extra->workload;
    assert_non_null(w);
    assert_int_equal(w->sets_len, 1);
    assert_string_equal(text_map_find(w->sets[0].template.annotations, "a/b"), "rack");
    assert_null(object_label(w->object, "a/b"));
    assert_null(job.extra->controller);
    generate_lab_close(&lab);
}

/* --- streams --- */

#define FULL(gpus, duration, more)                                                               \
    "{name: research, tenants: {a: 2, b: 1}, users: 7, arrivals: {rate: 12/h, batch: {uniform: " \
    "[1, 3]}}, gpus: " gpus ", duration: " duration                                              \
    ", cpus: {values: [1, 2]}, limit: {factor: {values: [2, 3]}}, priority: {values: [low, "     \
    "high]}, patience: {exponential: {mean: 1h}}, jobs: 400" more "}"

enum property { SUBMIT, TENANT, USER, GPUS, CPUS, WORK, FACTOR, PRIORITY, PATIENCE, PROPERTIES };

struct drawn {
    double of[400][PROPERTIES];
};

static void draw_all(struct drawn *x, const char *options, uint64_t replication)
{
    struct generate_lab lab = {.replication = replication};
    struct job_spec job;
    generate_lab_open_clean(&lab, options);
    for (int i = 0; i < 400; i++) {
        assert_true(generate_lab_next(&lab, &job));
        const struct request *r = generate_lab_request(&lab, &job);
        const double of[PROPERTIES] = {
            [SUBMIT] = (double)job.submit_ns,
            [TENANT] = job.tenant_word,
            [USER] = job.user_word,
            [GPUS] = r->gpus * job.groups[0].count,
            [CPUS] = (double)request_amount(r, RESOURCE_CPU),
            [WORK] = (double)job.work_ns,
            [FACTOR] = round((double)job.limit_ns / (double)job.work_ns),
            [PRIORITY] = job.priority,
            [PATIENCE] = (double)job.patience_ns,
        };
        memcpy(x->of[i], of, sizeof of);
    }
    generate_lab_close(&lab);
}

/* As bits: the properties that differ in at least one job. */
static unsigned differences(const struct drawn *x, const struct drawn *y)
{
    unsigned bits = 0;
    for (int i = 0; i < 400; i++)
        for (int p = 0; p < PROPERTIES; p++)
            bits |= (unsigned)(x->of[i][p] != y->of[i][p]) << p;
    return bits;
}

static void a_changed_distribution_changes_nothing_else(void **state)
{
    (void)state;
    static struct drawn base, changed;
    static const char first[] = FULL("{values: [1, 2, 4]}", "{exponential: {mean: 1h}}", "");
    print_message("seed %d\n", GENERATE_LAB_SEED);
    draw_all(&base, first, 0);
    draw_all(&changed, first, 0);
    assert_int_equal(differences(&base, &changed), 0);
    draw_all(&changed, FULL("{uniform: [1, 8]}", "{exponential: {mean: 1h}}", ""), 0);
    assert_int_equal(differences(&base, &changed), 1u << GPUS);
    draw_all(&changed, FULL("{values: [1, 2, 4]}", "{gamma: {mean: 1h, cv: 2}}", ""), 0);
    assert_int_equal(differences(&base, &changed), 1u << WORK);
    draw_all(&changed,
             FULL("{values: [1, 2, 4]}", "{exponential: {mean: 1h}}",
                  ", memory: {values: [1GiB, 2GiB]}, qos: high"),
             0);
    assert_int_equal(differences(&base, &changed), 0);
    draw_all(&changed, first, 1);
    assert_int_equal(differences(&base, &changed), (1u << PROPERTIES) - 1);
}

/* Arrival, duration, GPUs and CPUs of some jobs. */
static void draw_main(int64_t main[100][4], const char *more)
{
    struct generate_lab lab = {0};
    struct job_spec job;
    char options[400];
    snprintf(options, sizeof options,
             "{name: x, arrivals: {rate: 1/h}, gpus: {values: [1, 8]}, cpus: {values: [1, 2]}, "
             "duration: "
             "{uniform: [1m, 2h]}, jobs: 100%s}",
             more);
    generate_lab_open(&lab, options);
    for (int i = 0; generate_lab_next(&lab, &job); i++) {
        main[i][0] = job.submit_ns;
        main[i][1] = job.work_ns;
        main[i][2] = generate_lab_request(&lab, &job)->gpus;
        main[i][3] = generate_lab_amount(&lab, &job, "cpu");
    }
    generate_lab_close(&lab);
}

static void an_added_property_changes_nothing_else(void **state)
{
    (void)state;
    static const char *const added[] = {
        ", limit: {factor: {uniform: [1, 2]}}",
        ", limit: {uniform: [3h, 4h]}",
        ", priority: {values: [low, high]}",
        ", priority: {uniform: [1, 9]}",
        ", patience: {uniform: [1m, 2m]}",
        ", tenants: {a: 1, b: 2}, users: 9",
        ", memory: {values: [1GiB, 2GiB]}",
        ", mig: {values: [1g.10gb, 3g.40gb]}",
        ", resource: amd.com/gpu",
    };
    static int64_t base[100][4], more[100][4];
    draw_main(base, "");
    for (size_t i = 0; i < LEN(added); i++) {
        draw_main(more, added[i]);
        assert_memory_equal(base, more, sizeof base);
    }
}

static void workloads_of_other_names_have_other_luck(void **state)
{
    (void)state;
    struct generate_lab a = {0}, b = {0};
    struct job_spec x, y;
    generate_lab_open_clean(
        &a, "{name: a, arrivals: {rate: 1/h}, duration: {exponential: {mean: 1h}}, jobs: 1}");
    generate_lab_open_clean(
        &b, "{name: b, arrivals: {rate: 1/h}, duration: {exponential: {mean: 1h}}, jobs: 1}");
    assert_true(generate_lab_next(&a, &x) && generate_lab_next(&b, &y));
    assert_true(x.submit_ns != y.submit_ns && x.work_ns != y.work_ns);
    generate_lab_close(&a);
    generate_lab_close(&b);
}

/* --- owners --- */

static void tenants_and_users_get_their_shares(void **state)
{
    (void)state;
    struct generate_lab lab = {0};
    struct job_spec job;
    uint64_t counts[3 * 4] = {0};
    double weights[3 * 4];
    generate_lab_open_clean(
        &lab, "{name: x, tenants: {team-a: 2, team-b: 1, team-c: 1}, users: 4, queue: "
              "'lq-{tenant}', namespace: '{tenant}-{user}', account: all, qos: high, "
              "arrivals: {rate: 1/h}, duration: 1m, jobs: 30000}");
    while (generate_lab_next(&lab, &job)) {
        const char *tenant = generate_lab_word(&lab, job.tenant_word);
        const char *user = generate_lab_word(&lab, job.user_word);
        char text[64];
        snprintf(text, sizeof text, "lq-%s", tenant);
        assert_string_equal(generate_lab_word(&lab, job.queue_word), text);
        snprintf(text, sizeof text, "%s-%s", tenant, user);
        assert_string_equal(generate_lab_word(&lab, job.extra->namespace_word), text);
        assert_string_equal(generate_lab_word(&lab, job.extra->account_word), "all");
        assert_string_equal(generate_lab_word(&lab, job.extra->qos_word), "high");
        assert_memory_equal(user, tenant, 6);
        counts[4 * (tenant[5] - 'a') + (user[7] - '1')]++;
    }
    for (int i = 0; i < 3 * 4; i++)
        weights[i] = i < 4 ? 2 : 1;
    assert_in_proportion(counts, weights, LEN(counts));
    generate_lab_close(&lab);
}

static void nothing_grows_with_the_jobs(void **state)
{
    (void)state;
    struct generate_lab lab = {0};
    struct job_spec job;
    generate_lab_open_clean(
        &lab, "{name: x, tenants: {a: 2, b: 1}, users: 3, arrivals: {rate: 1/h}, gpus: "
              "{uniform: [1, 8]}, duration: 1m, priority: {values: [low, high]}, jobs: "
              "100000}");
    for (int i = 0; i < 1000; i++)
        assert_true(generate_lab_next(&lab, &job));
    const size_t words = intern_len(lab.names.words), requests = request_table_len(lab.requests);
    while (generate_lab_next(&lab, &job))
        ;
    assert_int_equal(intern_len(lab.names.words), words);
    assert_int_equal(request_table_len(lab.requests), requests);
    generate_lab_close(&lab);
}

/* --- time, limits, priorities --- */

static void limits_are_durations_or_factors_of_them(void **state)
{
    (void)state;
    struct generate_lab a = {0}, b = {0}, c = {0};
    struct job_spec job;
    generate_lab_open_clean(
        &a, "{name: x, arrivals: {rate: 1/h}, duration: {exponential: {mean: 1h}}, limit: "
            "{factor: {uniform: [2, 3]}}, jobs: 500}");
    while (generate_lab_next(&a, &job))
        assert_in_range(job.limit_ns, 2 * job.work_ns - 1, 3 * job.work_ns + 1);
    generate_lab_open_clean(
        &b, "{name: x, arrivals: {rate: 1/h}, duration: {uniform: [1h, 2h]}, limit: "
            "{values: [2h, 4h]}, jobs: 500}");
    while (generate_lab_next(&b, &job))
        assert_true(job.limit_ns == 2 * HOUR_NS || job.limit_ns == 4 * HOUR_NS);
    generate_lab_open_clean(&c,
                            "{name: x, arrivals: {rate: 1/h}, duration: 1h, limit: none, jobs: 1}");
    assert_true(generate_lab_next(&c, &job) && job.limit_ns == LIMIT_NONE);
    generate_lab_close(&a);
    generate_lab_close(&b);
    generate_lab_close(&c);
}

static void priorities_are_integers_or_classes(void **state)
{
    (void)state;
    struct generate_lab a = {0}, b = {0}, c = {0};
    struct job_spec job;
    uint64_t counts[2] = {0};
    generate_lab_open_clean(&a,
                            "{name: x, arrivals: {rate: 1/h}, duration: 1h, tenants: {t: 1, u: 1}, "
                            "priority: {values: [low, high], weights: [4, 1]}, jobs: 5000}");
    while (generate_lab_next(&a, &job)) {
        assert_string_equal(generate_lab_word(&a, job.extra->priority_class_word),
                            job.priority == 1 ? "high" : "low");
        assert_int_equal(job.extra->namespace_word, job.tenant_word);
        counts[job.priority]++;
    }
    assert_in_proportion(counts, (const double[]){4, 1}, 2);
    generate_lab_open_clean(
        &b, "{name: x, arrivals: {rate: 1/h}, duration: 1h, priority: {values: [-5, 100]}, "
            "jobs: 100}");
    while (generate_lab_next(&b, &job)) {
        assert_true(job.priority == -5 || job.priority == 100);
        assert_int_equal(job.extra->priority_class_word, INTERN_NONE);
    }
    generate_lab_open_clean(
        &c, "{name: x, arrivals: {rate: 1/h}, duration: 1h, priority: {uniform: [3, 5]}, "
            "jobs: 100}");
    while (generate_lab_next(&c, &job))
        assert_in_range(job.priority, 3, 5);
    generate_lab_close(&a);
    generate_lab_close(&b);
    generate_lab_close(&c);
}

static void services_never_end_and_the_impatient_leave(void **state)
{
    (void)state;
    struct generate_lab lab = {0};
    struct job_spec job;
    generate_lab_open_clean(&lab,
                            "{name: x, arrivals: {rate: 1/h}, kind: service, limit: {factor: 2}, "
                            "patience: 0s, jobs: 1}");
    assert_true(generate_lab_next(&lab, &job));
    assert_int_equal(job.kind, JOB_SERVICE);
    assert_int_equal(job.work_ns, WORK_ENDLESS);
    assert_int_equal(job.limit_ns, LIMIT_NONE);
    assert_int_equal(job.patience_ns, 0);
    generate_lab_close(&lab);
}

/* --- the model --- */

static void lublin_fills_in_what_is_not_said(void **state)
{
    (void)state;
    struct generate_lab a = {0}, b = {0};
    struct job_spec x, y;
    uint64_t largest = 0;
    generate_lab_open_clean(&a, "{name: x, lublin: {}, jobs: 3000}");
    generate_lab_open_clean(
        &b, "{name: x, lublin: {type: typeless, largest: 32}, duration: 5m, jobs: 3000}");
    while (generate_lab_next(&a, &x)) {
        assert_true(generate_lab_next(&b, &y));
        const uint64_t gpus = generate_lab_request(&a, &x)->gpus * x.groups[0].count;
        largest = gpus > largest ? gpus : largest;
        assert_true(generate_lab_request(&a, &x)->gpus <= 8);
        assert_int_equal(x.submit_ns, y.submit_ns);
        assert_int_equal(gpus, generate_lab_request(&b, &y)->gpus * y.groups[0].count);
        assert_in_range(x.work_ns, SECOND_NS, 162755 * SECOND_NS);
        assert_int_equal(y.work_ns, 300 * SECOND_NS);
    }
    assert_int_equal(largest, 32); /* the cluster's */
    generate_lab_close(&a);
    generate_lab_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_are_numbered_from_one_up_to_as_many_as_wanted),
        cmocka_unit_test(what_is_not_said_is_the_simplest),
        cmocka_unit_test(owners_come_in_turn_where_that_is_asked_for),
        cmocka_unit_test(pods_have_the_annotations_that_are_written),
        cmocka_unit_test(a_changed_distribution_changes_nothing_else),
        cmocka_unit_test(an_added_property_changes_nothing_else),
        cmocka_unit_test(workloads_of_other_names_have_other_luck),
        cmocka_unit_test(tenants_and_users_get_their_shares),
        cmocka_unit_test(nothing_grows_with_the_jobs),
        cmocka_unit_test(limits_are_durations_or_factors_of_them),
        cmocka_unit_test(priorities_are_integers_or_classes),
        cmocka_unit_test(services_never_end_and_the_impatient_leave),
        cmocka_unit_test(lublin_fills_in_what_is_not_said),
    };
    return cmocka_run_group_tests_name("generate", tests, NULL, NULL);
}
