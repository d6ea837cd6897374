/* The tables of Gaussier et al., SC'15, on the log they used; and FCFS. ../shared has the log. */
#include "policies/registry.h"
#include "sim/yaml.h"
#include "tests/log_run.h"
#include "tests/shared_data.h"
#include "tests/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char kth[] = "traces/swf/KTH-SP2-predictsim.swf.gz";

/* Cells of published_results.md (e); -1: not printed there. */
static const struct row {
    const char *name;
    const char *options;
    double mean_bsld, mean_flow_s, max_bsld;
} rows[] = {
    {"easy", "protocol: published", 92.5765397336295, 15696.7981812436, 14805.2},
    {"easy_sjbf", "{protocol: published, order: sjbf}", 69.4054005803035, 14764.0026684456,
     14805.2},
    {"easy_clairvoyant", "{protocol: published, predictor: clairvoyant}", 71.7223851124418,
     15187.6077033812, 10017.2},
    {"easy_plus_plus_clairvoyant", "{protocol: published, order: sjbf, predictor: clairvoyant}",
     49.8477189313406, 14295.9468417542, 9941.7},
    {"easy_plus_plus_tsafrir",
     "{protocol: published, order: sjbf, predictor: tsafrir, corrector: requested}",
     62.8568827272923, -1, -1},
};

static bool path_of(const char *log, char *path, size_t cap)
{
    if (shared_data_dir() == NULL)
        return false;
    snprintf(path, cap, "%s/%s", shared_data_dir(), log);
    FILE *f = fopen(path, "rb");
    if (f != NULL)
        fclose(f);
    return f != NULL;
}

/* To ten digits. */
static void expect_number(double got, double want)
{
    if (want >= 0 && fabs(got - want) > want * 5e-11)
        fail_msg("%.15g, not %.15g", got, want);
}

static void agrees_with_the_table(void **state)
{
    const struct row *row = *state;
    char path[4096];
    if (!path_of(kth, path, sizeof path)) {
        print_message("%s: not present, skipped\n", kth);
        skip();
    }
    struct diag d;
    diag_init(&d, stderr);
    struct yaml_file *file = yaml_parse("options", row->options, strlen(row->options), &d);
    struct log_run r = {.path = path,
                        .procs = 100,
                        .options = "filter: strong",
                        .policy = {.ops = policy_find("easy"), .options = yaml_doc(file, 0)}};
    log_run(&r);
    assert_int_equal(r.jobs, 28481);
    assert_int_equal(r.end, SIMULATION_DRAINED);
    assert_int_equal(r.verbs_refused, 0);
    expect_number(r.mean_bsld, row->mean_bsld);
    expect_number(r.mean_flow_s, row->mean_flow_s);
    expect_number(r.max_bsld, row->max_bsld);
    yaml_close(file);
    diag_fini(&d);
}

static void fifo_on_the_unfiltered_log(void **state)
{
    (void)state;
    char path[4096];
    if (!path_of(kth, path, sizeof path)) {
        print_message("%s: not present, skipped\n", kth);
        skip();
    }
    struct log_run r = {.path = path,
                        .procs = 100,
                        .options = "overrun: keep",
                        .policy = {.ops = policy_find("fifo")}};
    log_run(&r);
    assert_int_equal(r.jobs, 28489);
    assert_true(fabs(r.mean_wait_s - 389661.05) < 0.005);
    assert_true(fabs(r.mean_bsld - 7515.047) < 0.0005);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 1];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = agrees_with_the_table,
            .initial_state = (void *)(uintptr_t)&rows[i],
        };
    tests[LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(fifo_on_the_unfiltered_log);
    return cmocka_run_group_tests_name("published_easy", tests, NULL, NULL);
}
