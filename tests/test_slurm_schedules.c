/*
 * Recorded schedules of Slurm's own code: every start, end, node, CPU count, device and plan must
 * be ours, too. Some lie in tests/data/slurm; all of them beside the sources, where they are.
 */
#include "tests/shared_data.h"
#include "tests/slurm_case.h"
#include "tests/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CASES = 256, PATH_BYTES = 1024 };

struct tally {
    size_t cases, equal;
    size_t jobs, jobs_equal, plans, plans_equal;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the folders in dir, in their order. */
static size_t list_cases(const char *dir, char *names[MOST_CASES])
{
    size_t len = 0;
    DIR *d = opendir(dir);
    for (const struct dirent *e; d != NULL && len < MOST_CASES && (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.' && strchr(e->d_name, '.') == NULL)
            names[len++] = strdup(e->d_name);
    if (d != NULL)
        closedir(d);
    qsort(names, len, sizeof names[0], by_text);
    return len;
}

static void add(struct tally *t, const char *name, const struct slurm_case_result *r)
{
    t->cases++;
    t->equal += slurm_case_is_equal(r);
    t->jobs += r->jobs;
    t->jobs_equal += r->jobs_equal;
    t->plans += r->plans;
    t->plans_equal += r->plans_equal;
    if (!slurm_case_is_equal(r))
        printf("%-20s jobs %zu of %zu, plans %zu of %zu: %s\n", name, r->jobs_equal, r->jobs,
               r->plans_equal, r->plans, r->first_difference);
}

static struct tally run_all(const char *dir)
{
    struct tally t = {0};
    char *names[MOST_CASES];
    const size_t len = list_cases(dir, names);
    for (size_t i = 0; i < len; i++) {
        char path[PATH_BYTES];
        struct slurm_case_result r;
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        slurm_case_run(path, &r);
        add(&t, names[i], &r);
        free(names[i]);
    }
    printf("%s: %zu of %zu cases equal; %zu of %zu jobs, %zu of %zu plans\n", dir, t.equal, t.cases,
           t.jobs_equal, t.jobs, t.plans_equal, t.plans);
    return t;
}

static void shipped_schedules_are_equal(void **state)
{
    (void)state;
    const struct tally t = run_all("tests/data/slurm");
    assert_int_equal(t.cases, 12);
    assert_int_equal(t.equal, t.cases);
}

static void recorded_schedules_are_equal(void **state)
{
    (void)state;
    char dir[PATH_BYTES];
    const char *shared = shared_data_dir();
    snprintf(dir, sizeof dir, "%s/conformance/slurm/schedules", shared == NULL ? "" : shared);
    DIR *d = shared == NULL ? NULL : opendir(dir);
    if (d == NULL) {
        printf("recorded schedules: not present, skipped\n");
        skip();
    }
    closedir(d);
    const struct tally t = run_all(dir);
    assert_int_equal(t.equal, t.cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_schedules_are_equal),
        cmocka_unit_test(recorded_schedules_are_equal),
    };
    return cmocka_run_group_tests_name("slurm_schedules", tests, NULL, NULL);
}
