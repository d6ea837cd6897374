/*
 * Recorded runs of a real slurmctld, replayed pass by pass. They lie beside the sources, where they
 * are.
 */
#include "tests/shared_data.h"
#include "tests/slurm_run.h"
#include "tests/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 1024 };

struct tally {
    size_t runs, covered, equal;
    size_t lags, jobs, jobs_equal, plans, plans_equal, reasons, reasons_equal;
};

static void add(struct tally *t, const char *name, const struct slurm_run_result *r)
{
    t->runs++;
    if (r->not_covered[0] != '\0') {
        printf("%-34s not covered: %s\n", name, r->not_covered);
        return;
    }
    t->covered++;
    t->equal += r->first_difference[0] == '\0';
    t->lags += r->lags;
    t->jobs += r->jobs;
    t->jobs_equal += r->jobs_equal;
    t->plans += r->plans;
    t->plans_equal += r->plans_equal;
    t->reasons += r->reasons;
    t->reasons_equal += r->reasons_equal;
    if (r->first_difference[0] != '\0')
        printf("%-34s jobs %zu of %zu, plans %zu of %zu, reasons %zu of %zu: %s\n", name,
               r->jobs_equal, r->jobs, r->plans_equal, r->plans, r->reasons_equal, r->reasons,
               r->first_difference);
}

static int is_name(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static void recorded_runs_are_equal(void **state)
{
    (void)state;
    char dir[PATH_BYTES / 2];
    struct dirent **names = NULL;
    struct tally t = {0};
    const char *shared = shared_data_dir();
    snprintf(dir, sizeof dir, "%s/conformance/slurm/runs", shared == NULL ? "" : shared);
    const int len = shared == NULL ? -1 : scandir(dir, &names, is_name, alphasort);
    if (len < 0) {
        printf("recorded runs: not present, skipped\n");
        skip();
    }
    for (int i = 0; i < len; i++) {
        char path[PATH_BYTES];
        struct slurm_run_result r;
        snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name);
        slurm_run_replay(path, &r);
        add(&t, names[i]->d_name, &r);
        free(names[i]);
    }
    free(names);
    printf("%s: %zu of %zu runs covered, %zu of %zu equal; %zu of %zu jobs, %zu of %zu plans, %zu "
           "of %zu reasons; %zu ends lagged\n",
           dir, t.covered, t.runs, t.equal, t.covered, t.jobs_equal, t.jobs, t.plans_equal, t.plans,
           t.reasons_equal, t.reasons, t.lags);
    assert_int_equal(t.equal, t.covered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_runs_are_equal),
    };
    return cmocka_run_group_tests_name("slurm_runs", tests, NULL, NULL);
}
