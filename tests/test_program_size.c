/* clustersim size through the whole program: the number of a formula, and what it says of it. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An M/M/c queue: nodes of one GPU, jobs of one GPU. 20 erlang. */
#define ERLANG                                                                             \
    "clustersim: 1\nname: s\n"                                                             \
    "cluster: {pools: [{name: a, machine: Standard_NC40ads_H100_v5, count: 1}]}\n"         \
    "workload: [{generate: {name: r, tenants: {x: 1, y: 1}, arrivals: {process: poisson, " \
    "rate: 20/h}, gpus: 1, cpus_per_gpu: 1, memory_per_gpu: 1GiB,"                         \
    " duration: {exponential: {mean: 1h}}, until: 6d}}]\n"                                 \
    "policies: [fifo]\nrun: {warm_up: 1d, until: 6d}\n"

static const struct scenario_run *call(struct scenario_run *r, const char *text,
                                       const char *options)
{
    scenario_call_files(r, "size", (const char *const[]){"s.yaml", text, NULL}, options);
    return r;
}

static void expect_said(const struct scenario_run *r, const char *text)
{
    if (strstr(r->said, text) == NULL)
        fail_msg("no '%s' in\n%s", text, r->said);
}

/* P(wait > t) of M/M/c by Erlang's C. */
static double late(unsigned servers, double erlang, double t_in_services)
{
    double b = 1; /* Erlang B, recursively */
    for (unsigned c = 1; c <= servers; c++)
        b = erlang * b / (c + erlang * b);
    const double share = erlang / servers;
    return b / (1 - share * (1 - b)) * exp(-(servers - erlang) * t_in_services);
}

static void it_finds_the_number_of_erlangs_formula(void **state)
{
    (void)state;
    static const struct {
        const char *limit;
        double t_in_services;
    } rows[] = {{"5m", 5.0 / 60}, {"20m", 20.0 / 60}};
    for (size_t i = 0; i < LEN(rows); i++) {
        unsigned servers = 21;
        while (late(servers, 20, rows[i].t_in_services) > 0.05)
            servers++;
        char text[1600], answer[80];
        struct scenario_run r;
        snprintf(text, sizeof text,
                 ERLANG
                 "size: {vary: [nodes of pool a: {from: 22, to: 35}], target: [p95(wait) <= %s],"
                 " budget: {replications: 40}}\n",
                 rows[i].limit);
        call(&r, text, "--no-plots");
        assert_int_equal(r.rc, 0);
        snprintf(answer, sizeof answer, "Answer: nodes of pool a = %u, for ", servers);
        expect_said(&r, answer);
        snprintf(answer, sizeof answer, "nodes of pool a = %u does not keep p95(wait)",
                 servers - 1);
        if (strstr(r.said, answer) == NULL)
            expect_said(&r, " probably does not keep p95(wait)");
        struct table *t = table_read_in(r.out, "size.csv");
        size_t answers = 0;
        for (size_t row = 0; row < t->rows; row++) {
            const bool holds = table_text(t, row, "holds")[0] == 'y' ||
                               strcmp(table_text(t, row, "holds"), "probably") == 0;
            const unsigned nodes = (unsigned)atoi(table_text(t, row, "nodes of pool a"));
            assert_true(holds == (nodes >= servers));
            answers += strcmp(table_text(t, row, "is_answer"), "yes") == 0;
        }
        assert_int_equal(answers, 1);
        assert_true(t->rows <= 7); /* of 14 */
        table_free(t);
        assert_int_equal(temp_dir_len(r.out), 1); /* no journal is left */
        scenario_run_close(&r);
    }
}

static void threads_change_nothing(void **state)
{
    (void)state;
    static const char text[] = ERLANG "size: {vary: [nodes of pool a: {from: 23, to: 26}], target: "
                                      "[mean(wait) by tenant <= 5m]}\n";
    struct scenario_run one, three;
    call(&one, text, "--threads 1 --quiet");
    call(&three, text, "--threads 3 --quiet");
    char path[160];
    size_t bytes;
    snprintf(path, sizeof path, "%s/size.csv", one.out);
    char *a = temp_file_read(path, &bytes);
    snprintf(path, sizeof path, "%s/size.csv", three.out);
    char *b = temp_file_read(path, &bytes);
    assert_string_equal(a, b);
    free(a);
    free(b);
    scenario_run_close(&one);
    scenario_run_close(&three);
}

static void what_nothing_keeps_is_said_with_the_best_found(void **state)
{
    (void)state;
    struct scenario_run r;
    call(&r,
         ERLANG "size: {vary: [nodes of pool a: {from: 20, to: 21}], target: [p95(wait) <= 1s]}\n",
         "");
    assert_int_equal(r.rc, 1);
    expect_said(&r, "Answer: nothing within the range keeps the targets.");
    expect_said(&r, "nodes of pool a = 21 does not keep p95(wait) <= 1s: ");
    expect_said(&r, "; most jobs wait at 1970-01-");
    scenario_run_close(&r);
}

static void the_smallest_of_the_range_is_said_to_be_that(void **state)
{
    (void)state;
    struct scenario_run r;
    call(&r, ERLANG "size: {vary: [nodes of pool a: [30, 40]], target: [p95(wait) <= 1h]}\n", "");
    assert_int_equal(r.rc, 0);
    expect_said(&r, "Answer: nodes of pool a = 30");
    expect_said(&r, "It is the smallest of the range");
    scenario_run_close(&r);
}

/* A row of points for the answer, which the picture marks. */
static void the_frontier_is_drawn(void **state)
{
    (void)state;
    struct scenario_run r;
    call(&r, ERLANG "size: {vary: [nodes of pool a: [30, 40]], target: [p95(wait) <= 1h]}\n",
         "--quiet");
    assert_int_equal(r.rc, 0);
    char path[160];
    size_t bytes;
    snprintf(path, sizeof path, "%s/plots/frontier.gp", r.out);
    char *script = temp_file_read(path, &bytes);
    assert_non_null(strstr(script, "152.862")); /* 30 nodes at 6.98 USD/h for 730 hours */
    assert_non_null(strstr(script, "203.816"));
    assert_non_null(strstr(script, "p95(wait) <= 1h"));
    free(script);
    scenario_run_close(&r);
}

static void a_search_goes_on_where_it_was_broken_off(void **state)
{
    (void)state;
    static const char text[] =
        ERLANG "size: {vary: [nodes of pool a: {from: 23, to: 62}], target: [mean(wait) <= 5m]}\n";
    struct scenario_run r;
    call(&r, text, "--wall 1ns");
    assert_int_equal(r.rc, 1);
    expect_said(&r, "The time was over before the search was");
    expect_said(&r, "0 of 40 combinations");
    scenario_call_again(&r, "size", "s.yaml", "--resume");
    assert_int_equal(r.rc, 0);
    expect_said(&r, "Answer: nodes of pool a = 2");
    scenario_run_close(&r);
}

static void mistakes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *size, *says;
    } rows[] = {
        {"seed: 1", "it has no `size` that says what may be varied"},
        {"size: {target: [p95(wait) <= 1h]}", "'vary' is missing"},
        {"size: {vary: [nodes of pool a: [1, 2]]}", "no target that must be kept"},
        {"size: {vary: [nodes of pool a: [1, 2]], target: [p95(wiat) <= 1h]}",
         "did you mean 'wait'?"},
        {"size: {vary: [nodes of pool a: {from: 1.5, to: 2}], target: [p95(wait) <= 1h]}",
         "it needs a step"},
        {"size: {vary: [nodes of pool b: [1]], target: [p95(wait) <= 1h]}",
         "nothing there is called 'b'"},
        {"size: {vary: [nodes of pool a: [1]], target: [p95(wait) <= 1h], confidence: 2}",
         "confidence: '2': out of range"},
        {"size: {vary: [nodes of pool a: [1]], target: [p95(wait) <= 1h], budget: {runs: 3}}",
         "unknown key 'runs'"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        char text[1600];
        struct scenario_run r;
        snprintf(text, sizeof text, "%s%s\n", ERLANG, rows[i].size);
        call(&r, text, "");
        assert_int_equal(r.rc, 2);
        expect_said(&r, rows[i].says);
        scenario_run_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_the_number_of_erlangs_formula),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(what_nothing_keeps_is_said_with_the_best_found),
        cmocka_unit_test(the_smallest_of_the_range_is_said_to_be_that),
        cmocka_unit_test(the_frontier_is_drawn),
        cmocka_unit_test(a_search_goes_on_where_it_was_broken_off),
        cmocka_unit_test(mistakes_are_refused),
    };
    return cmocka_run_group_tests_name("program_size", tests, NULL, NULL);
}
