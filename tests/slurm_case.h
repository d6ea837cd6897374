/*
 * slurm_case.h - a recorded schedule of Slurm's own code, and the schedule that ours makes of the
 * same jobs.
 *
 * A case is a folder: slurm.conf, gres.conf, case.json, jobs.csv, expected.csv and plans.csv, as
 * tests/data/slurm/README.md describes them. Used by tests of the policy slurm.
 */
#ifndef TESTS_SLURM_CASE_H
#define TESTS_SLURM_CASE_H

#include <stdbool.h>
#include <stddef.h>

struct slurm_case_result {
    size_t jobs, jobs_equal;
    size_t plans, plans_equal;
    unsigned passes;
    char first_difference[512]; /* "" if all is equal */
};

/* False if the case could not be read: first_difference says why. */
bool slurm_case_run(const char *dir, struct slurm_case_result *out);

static inline bool slurm_case_is_equal(const struct slurm_case_result *r)
{
    return r->first_difference[0] == '\0';
}

#endif /* TESTS_SLURM_CASE_H */
