/* The gate through the whole program: what becomes worse is refused, what does not is passed. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

enum { SEEDS = 6 };

/* One queue of a load of 0.7; the source's name chooses the luck. */
#define SCENARIO(source, rate)                                                             \
    "clustersim: 1\nname: small\n"                                                         \
    "cluster: {pools: [{name: p, machine: Standard_ND96isr_H100_v5, count: 1}]}\n"         \
    "policies: [fifo, sjf]\nrun: {warm_up: 6h}\n"                                          \
    "workload: [{generate: {name: " source ", tenants: {a: 2, b: 1}, arrivals: {process: " \
    "poisson, rate: " rate "}, gpus: 8, duration: {exponential: {mean: 4m}}, until: 3d}}]\n"

static void expect_said(const struct scenario_run *r, const char *text)
{
    if (strstr(r->said, text) == NULL)
        fail_msg("no '%s' in\n%s", text, r->said);
}

static void write_in(const struct temp_dir *dir, const char *name, const char *text)
{
    char path[120];
    assert_true(snprintf(path, sizeof path, "%s/%s", dir->path, name) < (int)sizeof path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

/* The results of `scenario`, in r->out. */
static void make_baseline(struct scenario_run *r, const char *scenario, const char *options)
{
    char all[160];
    const char *files[] = {"scenario.yaml", scenario, NULL};
    snprintf(all, sizeof all, "--no-plots --quiet %s", options);
    scenario_call_files(r, "compare", files, all);
    if (r->rc != 0)
        fail_msg("%s", r->said);
}

static void gate(struct scenario_run *r, const char *scenario, const char *baseline,
                 const char *options)
{
    char all[400];
    const char *files[] = {"scenario.yaml", scenario, NULL};
    snprintf(all, sizeof all, "--no-plots --baseline %s %s", baseline, options);
    scenario_call_files(r, "compare", files, all);
}

static void the_same_scenario_passes_as_before(void **state)
{
    (void)state;
    struct scenario_run base, r;
    make_baseline(&base, SCENARIO("g", "10.5/h"), "--replications 12");
    gate(&r, SCENARIO("g", "10.5/h"), base.out, "");
    assert_int_equal(r.rc, 0);
    expect_said(&r, "From 12 replications"); /* those of the baseline */
    expect_said(&r, "fifo: pass  mean(wait) against the baseline: ");
    expect_said(&r, ", as before\nsjf: pass  mean(wait) against the baseline: ");
    assert_null(strstr(r.said, "FAIL"));
    scenario_run_close(&r);
    scenario_run_close(&base);
}

static void what_became_worse_is_refused(void **state)
{
    (void)state;
    struct scenario_run base, r;
    make_baseline(&base, SCENARIO("g", "10.5/h"), "--replications 12");
    gate(&r, SCENARIO("g", "12/h"), base.out, "--quiet");
    assert_int_equal(r.rc, 1);
    expect_said(&r, "fifo: FAIL  mean(wait) against the baseline: ");
    expect_said(&r, " more): more than the 5 % that are tolerated\n");
    assert_null(strstr(r.said, "pass"));
    scenario_run_close(&r);
    gate(&r, SCENARIO("g", "12/h"), base.out, "--tolerance 900%");
    assert_int_equal(r.rc, 0);
    expect_said(&r, " more): within the 900 % that are tolerated\n");
    scenario_run_close(&r);
    gate(&r, SCENARIO("g", "9/h"), base.out, "--tolerance 'mean(wait) <= 0'");
    assert_int_equal(r.rc, 0);
    expect_said(&r, " less)\n");
    scenario_run_close(&r);
    scenario_run_close(&base);
}

static void other_luck_is_no_reason_to_refuse(void **state)
{
    (void)state;
    size_t paired = 0, apart = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
        struct scenario_run base, r;
        char options[60], other[60];
        snprintf(options, sizeof options, "--replications 10 --seed %d", seed);
        snprintf(other, sizeof other, "--seed %d", seed + 1000);
        make_baseline(&base, SCENARIO("g", "10.5/h"), options);
        gate(&r, SCENARIO("h", "10.5/h"), base.out, strstr(options, "--seed"));
        paired += r.rc != 0;
        scenario_run_close(&r);
        gate(&r, SCENARIO("g", "10.5/h"), base.out, other);
        apart += r.rc != 0;
        scenario_run_close(&r);
        scenario_run_close(&base);
    }
    print_message("false alarms: %zu paired, %zu with another seed, of %d\n", paired, apart, SEEDS);
    assert_true(paired <= 1 && apart <= 1);
}

/* Files of the two tenants; a group is compared by name. */
static void groups_have_tolerances_of_their_own(void **state)
{
    (void)state;
    static const char tolerance[] = "--tolerance 'mean(wait) by tenant <= 10%'";
    struct scenario_run base, r;
    char options[100];
    snprintf(options, sizeof options, "--replications 10 %s", tolerance);
    make_baseline(&base, SCENARIO("g", "10.5/h"), options);
    gate(&r, SCENARIO("g", "13/h"), base.out, tolerance);
    assert_int_equal(r.rc, 1);
    expect_said(&r, "fifo: FAIL  mean(wait) of tenant a against the baseline: ");
    expect_said(&r, "fifo: FAIL  mean(wait) of tenant b against the baseline: ");
    assert_null(strstr(r.said, "count(done)"));
    scenario_run_close(&r);
    gate(&r, SCENARIO("g", "13/h"), base.out, "--tolerance 'mean(wait) by queue <= 10%'");
    assert_int_equal(r.rc, 2);
    expect_said(&r, "mean(wait) by queue <= 10% is not in it for policy fifo");
    scenario_run_close(&r);
    scenario_run_close(&base);
}

static void expectations_may_stand_in_a_file_of_their_own(void **state)
{
    (void)state;
    static const struct row {
        const char *file;
        int rc;
        const char *said;
    } rows[] = {
        {"[mean(wait) <= 1ms]\n", 1, "fifo: FAIL  mean(wait) <= 1ms: "},
        {"expect: [mean(wait) <= 100d]\n", 0, "fifo: pass  mean(wait) <= 100d: "},
        {"expcet: []\n", 2, "gate.yaml:1:1: error: 'expcet': unknown key"},
        {"expect: [mean(wiat) <= 1d]\n", 2, "gate.yaml:1:15: error: expect: 'mean(wiat) <= 1d'"},
        {"tolerance: [5m]\n", 2, "gate.yaml:1:13: error: tolerance: '5m': of which value?"},
        {"tolerance: [mean(wait) <= x%]\n", 2, "gate.yaml:1:27: error: tolerance: "},
        {"tolerance: 5%\n", 2, "gate.yaml:1:12: error: tolerance: text"},
        {"tolerance: [[5%]]\n", 2, "gate.yaml:1:13: error: tolerance: "},
        {"just text\n", 2, "gate.yaml: error: expected a list of expectations"},
        {"", 2, "gate.yaml"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct scenario_run r;
        char options[120];
        struct temp_dir dir;
        temp_dir_open(&dir);
        write_in(&dir, "gate.yaml", rows[i].file);
        snprintf(options, sizeof options, "--no-plots --expect %s/gate.yaml", dir.path);
        const char *files[] = {"scenario.yaml", SCENARIO("g", "10.5/h"), NULL};
        scenario_call_files(&r, "run", files, options);
        expect_said(&r, rows[i].said);
        assert_int_equal(r.rc, rows[i].rc);
        scenario_run_close(&r);
        temp_dir_remove(&dir);
    }
}

static void baselines_that_are_none_are_refused(void **state)
{
    (void)state;
#define HEADER   "policy,by,group,metric,statistic,seed,replication,value,unit\n"
#define USUAL(k) "fifo,,,wait,mean,1," k ",1,s\n"
    static const struct row {
        const char *file, *said;
    } rows[] = {
        {NULL, "replications.csv: error: --baseline: there is no such file"},
        {"", "replications.csv: error: the file is empty"},
        {"a,b\n", "replications.csv:1:1: error: there is no column 'policy'"},
        {HEADER, "--baseline: of 0 replications there is no interval"},
        {HEADER USUAL("0"), "--baseline: of 1 replications there is no interval"},
        {HEADER USUAL("1"), "replications.csv:2:20: error: replication: '1': replications are not"},
        {HEADER "fifo,,,wait,mean,1,0,x,s\n", "replications.csv:2:22: error: value: 'x': "},
        {HEADER "fifo,,,wait\n", "replications.csv:2: error: the line ends before 'statistic'"},
        {HEADER "lifo,,,wait,mean,1,0,1,s\nlifo,,,wait,mean,1,1,2,s\n",
         "--baseline: none of the policies is in it"},
        {HEADER USUAL("0") USUAL("1"), "p95(wait) is not in it for policy fifo"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct scenario_run r;
        struct temp_dir dir;
        temp_dir_open(&dir);
        if (rows[i].file != NULL)
            write_in(&dir, "replications.csv", rows[i].file);
        gate(&r, SCENARIO("g", "10.5/h"), dir.path, "");
        expect_said(&r, rows[i].said);
        assert_int_equal(r.rc, 2);
        scenario_run_close(&r);
        temp_dir_remove(&dir);
    }
}

static void reports_are_written_and_json_stands_alone(void **state)
{
    (void)state;
    struct scenario_run r;
    struct temp_dir dir;
    char options[240], path[120];
    size_t bytes;
    temp_dir_open(&dir);
    const char *files[] = {"scenario.yaml", SCENARIO("g", "10.5/h") "expect: [mean(wait) <= 1ms]\n",
                           NULL};
    snprintf(options, sizeof options,
             "--no-plots --format json --junit %s/j.xml --markdown %s/m.md", dir.path, dir.path);
    scenario_call_files(&r, "run", files, options);
    assert_int_equal(r.rc, 1);
    assert_memory_equal(r.said, "{\n  \"schema\": 1,\n", 17);
    expect_said(&r, "\"passed\": false");
    snprintf(path, sizeof path, "%s/j.xml", dir.path);
    char *junit = temp_file_read(path, &bytes);
    assert_non_null(strstr(junit, "<testsuite name=\"small.fifo\" tests=\"1\" failures=\"1\""));
    free(junit);
    snprintf(path, sizeof path, "%s/m.md", dir.path);
    char *markdown = temp_file_read(path, &bytes);
    assert_non_null(strstr(markdown, "### clustersim: small: 1 of 1 checks fail"));
    free(markdown);
    scenario_run_close(&r);
    scenario_call_files(&r, "run", files, "--format xml");
    assert_int_equal(r.rc, 2);
    expect_said(&r, "--format: 'xml': expected text or json");
    scenario_run_close(&r);
    temp_dir_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_scenario_passes_as_before),
        cmocka_unit_test(what_became_worse_is_refused),
        cmocka_unit_test(other_luck_is_no_reason_to_refuse),
        cmocka_unit_test(groups_have_tolerances_of_their_own),
        cmocka_unit_test(expectations_may_stand_in_a_file_of_their_own),
        cmocka_unit_test(baselines_that_are_none_are_refused),
        cmocka_unit_test(reports_are_written_and_json_stands_alone),
    };
    return cmocka_run_group_tests_name("program_gate", tests, NULL, NULL);
}
