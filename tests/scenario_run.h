/*
 * scenario_run.h - a scenario through the whole program, as a user runs it: text in, tables out.
 *
 *   struct scenario_run r;
 *   scenario_run_files(&r, (const char *const[]){"scenario.yaml", "...", NULL});
 *   assert_int_equal(r.rc, 0);
 *   struct table *jobs = table_read_in(r.out, "jobs.csv");
 *   ...
 *   scenario_run_close(&r);
 */
#ifndef TESTS_SCENARIO_RUN_H
#define TESTS_SCENARIO_RUN_H

#include "tests/temp_dir.h"

struct scenario_run {
    struct temp_dir dir;
    char out[80]; /* folder of the results */
    int rc;       /* exit code */
    char *said;   /* on stdout and stderr */
};

/* Writes the files, pairs of name and text ended by NULL, into a folder of their own and runs the
 * first of them. */
void scenario_run_files(struct scenario_run *r, const char *const *files);

/* The same under all policies, with a table and pictures. */
void scenario_compare_files(struct scenario_run *r, const char *const *files);

/* With options of one's own. */
void scenario_call_files(struct scenario_run *r, const char *command, const char *const *files,
                         const char *options);

/* `clustersim check` of all files together, named as given; said has places such as "a.yaml:1:2".
 */
void scenario_check_files(struct scenario_run *r, const char *const *files, const char *options);

/* The same of a list of paths, from the root of the sources. */
void scenario_check_paths(struct scenario_run *r, const char *paths, const char *options);

/* Once more in the same folder, with the file of that name. */
void scenario_call_again(struct scenario_run *r, const char *command, const char *file,
                         const char *options);

/* The first for one text. */
void scenario_run_text(struct scenario_run *r, const char *scenario);

/* Runs a scenario that lies somewhere else under one of its policies. */
void scenario_run_path(struct scenario_run *r, const char *path, const char *policy);

/* Any command with a file that lies somewhere and options of one's own; no folder for results. */
void scenario_say_path(struct scenario_run *r, const char *command, const char *path,
                       const char *options);
void scenario_run_close(struct scenario_run *r);

#endif /* TESTS_SCENARIO_RUN_H */
