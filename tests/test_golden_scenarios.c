/*
 * Scenarios of tests/data/scenarios through the whole program, twice each: the two runs write the
 * same bytes, and they are those that were reviewed (POLICY.jobs.csv, POLICY.tasks.csv), whatever
 * built the program. Where a change is meant, scripts/update-golden.sh writes them anew.
 */
#include "tests/scenario_run.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One row is one test. What draws random durations has no golden files: the last bit of a logarithm
 * may differ between processors. */
static const struct row {
    const char *scenario, *policy;
    bool has_no_golden;
} rows[] = {
    {"aks-walkthrough", "kueue", false},
    {"aks-drained", "kueue", false},
    {"aks-drained", "kube-scheduler", false},
    {"aks-mig", "kueue", false},
    {"tas-racks", "kueue", false},
    {"tas-node-down", "kueue", false},
    {"tas-provisioning", "kueue", false},
    {"two-taints", "kube-scheduler", false},
    {"two-taints", "fifo", false},
    {"two-taints", "sjf", false},
    {"two-taints", "easy", false},
    {"two-taints", "conservative", false},
    {"time-slicing", "kube-scheduler", false},
    {"time-slicing", "fifo", false},
    {"gb10-slurm", "slurm", false},
    {"gb10-slurm", "easy", false},
    {"gb10-slurm", "conservative", false},
    {"backfill-log", "fifo", false},
    {"backfill-log", "easy", false},
    {"annotation-map", "original", false},
    {"annotation-map", "dynamic", false},
    {"annotation-map", "strict", false},
    {"annotation-map", "last-part", false},
    {"annotation-map", "pod-index", false},
    {"annotation-map", "generated", false},
    {"all-kinds", "kueue", false},
    {"live-cluster", "kueue", false},
    {"live-cluster", "fifo", false},
    {"four-teams", "kueue", true},
    {"four-teams-seed-43", "kueue", true},
    {"four-teams", "slurm", true},
    {"four-teams", "annotation-map", true},
    {"four-teams", "fifo", true},
};

static char *output(const struct scenario_run *r, const char *file)
{
    char path[160];
    size_t bytes;
    assert_true(snprintf(path, sizeof path, "%s/%s", r->out, file) < (int)sizeof path);
    return temp_file_read(path, &bytes);
}

static void compare_runs(const struct scenario_run *a, const struct scenario_run *b)
{
    static const char *const files[] = {"jobs.csv",   "tasks.csv", "events.csv",  "utilisation.csv",
                                        "queues.csv", "gpus.csv",  "summary.csv", "summary.json"};
    for (size_t i = 0; i < LEN(files); i++) {
        char *one = output(a, files[i]), *other = output(b, files[i]);
        if (strcmp(one, other) != 0)
            fail_msg("two runs wrote different %s", files[i]);
        free(one);
        free(other);
    }
}

static void compare_golden(const struct row *row, const struct scenario_run *r, const char *file)
{
    char path[160];
    size_t bytes;
    assert_true(snprintf(path, sizeof path, "tests/data/scenarios/%s/%s.%s", row->scenario,
                         row->policy, file) < (int)sizeof path);
    char *want = temp_file_read(path, &bytes), *got = output(r, file);
    assert_string_equal(got, want);
    free(want);
    free(got);
}

static void two_runs_write_the_golden_bytes(void **state)
{
    const struct row *row = *state;
    char path[160];
    assert_true(snprintf(path, sizeof path, "tests/data/scenarios/%s/scenario.yaml",
                         row->scenario) < (int)sizeof path);
    struct scenario_run a, b;
    scenario_run_path(&a, path, row->policy);
    scenario_run_path(&b, path, row->policy);
    if (a.rc != 0)
        fail_msg("exit code %d: %s", a.rc, a.said);
    assert_int_equal(b.rc, 0);
    compare_runs(&a, &b);
    if (!row->has_no_golden) {
        compare_golden(row, &a, "jobs.csv");
        compare_golden(row, &a, "tasks.csv");
    }
    scenario_run_close(&a);
    scenario_run_close(&b);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows)];
    char names[LEN(rows)][64];
    for (size_t i = 0; i < LEN(rows); i++) {
        snprintf(names[i], sizeof names[i], "%.30s/%.30s", rows[i].scenario, rows[i].policy);
        tests[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = two_runs_write_the_golden_bytes,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    }
    return cmocka_run_group_tests_name("golden_scenarios", tests, NULL, NULL);
}
