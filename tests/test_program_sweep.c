/* clustersim sweep through the whole program: each row is the run it says, cut off or cut up. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include "sim/rng.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCENARIO                                                                             \
    "clustersim: 1\nname: s\n"                                                               \
    "cluster: {pools: [{name: a, machine: Standard_ND96isr_H100_v5, count: 1}]}\n"           \
    "workload: [{generate: {name: r, tenants: {a: 1, b: 2}, arrivals: {rate: 6/h}, gpus: 4," \
    " duration: {exponential: {mean: 30m}}, until: 12h}}]\n"                                 \
    "policies: [fifo, {name: shortest, sjf: {}}]\n"

static const char grid[] = SCENARIO "sweep:\n"
                                    "  vary:\n"
                                    "    - nodes of pool a: {from: 1, to: 3}\n"
                                    "    - workload.r.generate.arrivals.rate: [6/h, 12/h]\n"
                                    "  replications: 2\n"
                                    "  measure: [mean(wait), p95(wait) of tenant b, count(done)]\n";

static const char *const grid_files[] = {"s.yaml", grid, NULL};

static char *file_text(const struct scenario_run *r, const char *name)
{
    char path[160];
    size_t bytes;
    assert_true(snprintf(path, sizeof path, "%s/%s", r->out, name) < (int)sizeof path);
    return temp_file_read(path, &bytes);
}

/* The value in a summary.csv. */
static const char *summary_value(const struct table *t, const char *by, const char *group,
                                 const char *metric, const char *statistic)
{
    for (size_t row = 0; row < t->rows; row++)
        if (strcmp(table_text(t, row, "by"), by) == 0 &&
            strcmp(table_text(t, row, "group"), group) == 0 &&
            strcmp(table_text(t, row, "metric"), metric) == 0 &&
            strcmp(table_text(t, row, "statistic"), statistic) == 0)
            return table_text(t, row, "value");
    fail_msg("no %s(%s) of %s", statistic, metric, group);
    return NULL;
}

static void each_row_is_the_run_that_it_says(void **state)
{
    (void)state;
    struct scenario_run sweep;
    scenario_call_files(&sweep, "sweep", grid_files, "--quiet");
    assert_int_equal(sweep.rc, 0);
    struct table *t = table_read_in(sweep.out, "sweep.csv");
    assert_int_equal(t->rows, 3 * 2 * 2 * 2);
    for (size_t row = 0; row < t->rows; row += 2) { /* the first replication is the single run */
        char options[200];
        struct scenario_run run;
        assert_string_equal(table_text(t, row, "replication"), "0");
        snprintf(options, sizeof options,
                 "--quiet --no-plots --policy %s --set 'nodes of pool a=%s' --set "
                 "workload.r.generate.arrivals.rate=%s",
                 table_text(t, row, "policy"), table_text(t, row, "nodes of pool a"),
                 table_text(t, row, "workload.r.generate.arrivals.rate"));
        scenario_call_files(&run, "run", grid_files, options);
        struct table *s = table_read_in(run.out, "summary.csv");
        assert_string_equal(table_text(t, row, "mean(wait) [s]"),
                            summary_value(s, "", "", "wait", "mean"));
        assert_string_equal(table_text(t, row, "p95(wait) of tenant b [s]"),
                            summary_value(s, "tenant", "b", "wait", "p95"));
        assert_string_not_equal(table_text(t, row, "mean(wait) [s]"),
                                table_text(t, row + 1, "mean(wait) [s]"));
        table_free(s);
        scenario_run_close(&run);
    }
    table_free(t);
    assert_int_equal(temp_dir_len(sweep.out), 1); /* no journal is left */
    scenario_run_close(&sweep);
}

/* As a kill leaves it: the journal ends anywhere. */
static void cut_off_anywhere_it_goes_on_to_the_same_table(void **state)
{
    (void)state;
    enum { CUTS = 25, SEED = 20261122 };
    print_message("seed %d\n", SEED);
    gsl_rng *rng = rng_open(SEED, 0, "cuts", 0);
    struct scenario_run whole, cut;
    scenario_call_files(&whole, "sweep", grid_files, "--quiet");
    char *expected = file_text(&whole, "sweep.csv");
    scenario_call_files(&cut, "sweep", grid_files, "--quiet --shard 1/2");
    scenario_call_again(&cut, "sweep", "s.yaml", "--quiet --shard 2/2");
    char path[160];
    size_t bytes;
    snprintf(path, sizeof path, "%s/sweep-1-of-2.journal", cut.out);
    char *journal = temp_file_read(path, &bytes);
    for (int i = 0; i < CUTS; i++) {
        assert_int_equal(truncate(path, (off_t)gsl_rng_uniform_int(rng, bytes)), 0);
        scenario_call_again(&cut, "sweep", "s.yaml", "--quiet --merge");
        assert_int_equal(cut.rc, strstr(cut.said, "another search") != NULL ? 2 : 3);
        scenario_call_again(&cut, "sweep", "s.yaml", "--quiet --shard 1/2");
        assert_int_equal(cut.rc, 0);
        scenario_call_again(&cut, "sweep", "s.yaml", "--quiet --merge");
        assert_int_equal(cut.rc, 0);
        char *got = file_text(&cut, "sweep.csv");
        assert_string_equal(got, expected);
        free(got);
    }
    gsl_rng_free(rng);
    free(journal);
    free(expected);
    scenario_run_close(&whole);
    scenario_run_close(&cut);
}

static void a_journal_of_another_sweep_is_refused(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_call_files(&r, "sweep", grid_files, "--quiet --shard 1/2");
    static const char *const others[] = {"--shard 1/2 --seed 7", "--shard 1/2 --replications 3",
                                         "--shard 1/2 --set run.until=6h"};
    for (size_t i = 0; i < LEN(others); i++) {
        scenario_call_again(&r, "sweep", "s.yaml", others[i]);
        assert_int_equal(r.rc, 2);
        assert_non_null(strstr(r.said, "belongs to another search or sweep"));
    }
    scenario_run_close(&r);
}

static void a_random_sample_is_the_same_whoever_draws_it(void **state)
{
    (void)state;
    static const char sample[] =
        SCENARIO "sweep:\n"
                 "  sample: 9\n"
                 "  vary:\n"
                 "    - workload.r.generate.arrivals.rate: {from: 1.5/h, to: 12/h}\n"
                 "    - nodes of pool a: [1, 2]\n"
                 "  measure: [mean(wait)]\n";
    struct scenario_run one, two;
    const char *const files[] = {"s.yaml", sample, NULL};
    scenario_call_files(&one, "sweep", files, "--quiet --threads 1");
    scenario_call_files(&two, "sweep", files, "--quiet --threads 3");
    assert_int_equal(one.rc, 0);
    char *a = file_text(&one, "sweep.csv"), *b = file_text(&two, "sweep.csv");
    assert_string_equal(a, b);
    struct table *t = table_read_in(one.out, "sweep.csv");
    assert_int_equal(t->rows, 18);
    double least = 99, most = 0;
    for (size_t row = 0; row < t->rows; row++) {
        const double rate = atof(table_text(t, row, "workload.r.generate.arrivals.rate"));
        assert_true(rate >= 1.5 && rate < 12);
        least = rate < least ? rate : least;
        most = rate > most ? rate : most;
    }
    assert_true(most - least > 3);
    table_free(t);
    free(a);
    free(b);
    scenario_run_close(&one);
    scenario_run_close(&two);
}

static void the_database_has_the_rows_of_the_table(void **state)
{
    (void)state;
    struct scenario_run r;
    char path[160], options[220];
    scenario_call_files(&r, "sweep", grid_files, "--quiet");
    snprintf(path, sizeof path, "%s/r.db", r.dir.path);
    snprintf(options, sizeof options, "--quiet --db %s", path);
    scenario_call_again(&r, "sweep", "s.yaml", options);
    assert_int_equal(r.rc, 0);
    struct table *t = table_read_in(r.out, "sweep.csv");
    sqlite3 *db;
    sqlite3_stmt *all;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT * FROM sweep", -1, &all, NULL), SQLITE_OK);
    size_t row = 0;
    for (; sqlite3_step(all) == SQLITE_ROW; row++)
        for (int c = 0; c < sqlite3_column_count(all); c++) {
            const char *csv = table_text(t, row, sqlite3_column_name(all, c));
            if (sqlite3_column_type(all, c) == SQLITE_TEXT)
                assert_string_equal((const char *)sqlite3_column_text(all, c), csv);
            else
                assert_true(sqlite3_column_double(all, c) == atof(csv));
        }
    assert_int_equal(row, t->rows);
    sqlite3_finalize(all);
    sqlite3_close(db);
    table_free(t);
    scenario_run_close(&r);
}

static void what_is_emitted_runs_the_shards(void **state)
{
    (void)state;
    struct scenario_run r;
    char script[160], options[160];
    scenario_call_files(&r, "sweep", grid_files, "--emit slurm --shards 4 --set seed=3");
    assert_int_equal(r.rc, 0);
    assert_non_null(strstr(r.said, "#SBATCH --array=1-4\n"));
    assert_non_null(
        strstr(r.said, " '--set' 'seed=3' '--seed' '3' '--replications' '2' '--out' '"));
    assert_non_null(strstr(r.said, " --shard \"$SLURM_ARRAY_TASK_ID/4\"\n"));
    snprintf(script, sizeof script, "%s/said", r.dir.path);
    snprintf(options, sizeof options, "sh -n %s", script);
    assert_int_equal(system(options), 0);
    scenario_call_again(&r, "sweep", "s.yaml", "--emit kubernetes --shards 400");
    assert_non_null(strstr(r.said, "  completions: 6\n")); /* no more than there are points */
    assert_non_null(strstr(r.said, "--shard \"$((JOB_COMPLETION_INDEX + 1))/6\"\n"));
    scenario_run_close(&r);
}

static void mistakes_are_told_before_anything_is_run(void **state)
{
    (void)state;
    static const struct {
        const char *sweep, *says;
    } rows[] = {
        {"sweep: {}", "'vary' is missing"},
        {"sweep: {vary: [nodes of pool b: [1]]}", "nothing there is called 'b'"},
        {"sweep: {vary: [nodes of pool a: [1, x]]}", "at point 1: nodes of pool a = x"},
        {"sweep: {vary: [nodes of pool a: 3]}", "expected values such as [2, 4]"},
        {"sweep: {vary: [nodes of pool a: {from: 3, to: 1}]}", "expected from <= to"},
        {"sweep: {vary: [nodes of pool a: {from: 1/h, to: 2}]}", "need the same unit: '/h'"},
        {"sweep: {vary: [nodes of pool a: {from: 1.5, to: 2}]}", "a grid needs a step"},
        {"sweep: {vary: [nodes of pool a: [1], nodes of pool a: [2]]}", "is varied already"},
        {"sweep: {vary: [seed: [1]], measure: p95(wait) by tenant}", "which one?"},
        {"sweep: {vary: [seed: [1]], measure: mean(wait) <= 3}", "expected nothing more"},
        {"sweep: {vary: [seed: {from: 1, to: 900000}, run.until: {from: 1h, to: 99h}]}",
         "more than 10000000 points"},
        {"seed: 1", "it has no `sweep` that says what to vary"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        char text[1200];
        struct scenario_run r;
        snprintf(text, sizeof text, "%s%s\n", SCENARIO, rows[i].sweep);
        scenario_call_files(&r, "sweep", (const char *const[]){"s.yaml", text, NULL}, "");
        if (strstr(r.said, rows[i].says) == NULL)
            fail_msg("no '%s' in\n%s", rows[i].says, r.said);
        assert_int_equal(r.rc, 2);
        if (access(r.out, F_OK) == 0)
            assert_int_equal(temp_dir_len(r.out), 0);
        scenario_run_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_the_run_that_it_says),
        cmocka_unit_test(cut_off_anywhere_it_goes_on_to_the_same_table),
        cmocka_unit_test(a_journal_of_another_sweep_is_refused),
        cmocka_unit_test(a_random_sample_is_the_same_whoever_draws_it),
        cmocka_unit_test(the_database_has_the_rows_of_the_table),
        cmocka_unit_test(what_is_emitted_runs_the_shards),
        cmocka_unit_test(mistakes_are_told_before_anything_is_run),
    };
    return cmocka_run_group_tests_name("program_sweep", tests, NULL, NULL);
}
