#include "tests/scenario_run.h"

#include "tests/temp_file.h"

#include <sys/wait.h>

static void write_file(const struct scenario_run *r, const char *name, const char *text)
{
    char path[160];
    assert_true(snprintf(path, sizeof path, "%s/%s", r->dir.path, name) < (int)sizeof path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

/* options: those beside the usual ones. */
static void run(struct scenario_run *r, const char *path, const char *options)
{
    char command[768], said[96];
    assert_true(snprintf(r->out, sizeof r->out, "%s/out", r->dir.path) < (int)sizeof r->out);
    assert_true(snprintf(said, sizeof said, "%s/said", r->dir.path) < (int)sizeof said);
    const int len =
        snprintf(command, sizeof command, "%s run %s --out %s --quiet --audit --no-plots %s 2>%s",
                 CLUSTERSIM_PROGRAM, path, r->out, options, said);
    assert_true(len < (int)sizeof command);
    const int status = system(command);
    assert_true(WIFEXITED(status));
    r->rc = WEXITSTATUS(status);
    size_t bytes;
    r->said = temp_file_read(said, &bytes);
}

void scenario_run_files(struct scenario_run *r, const char *const *files)
{
    char path[160];
    temp_dir_open(&r->dir);
    for (size_t i = 0; files[i] != NULL; i += 2)
        write_file(r, files[i], files[i + 1]);
    assert_true(snprintf(path, sizeof path, "%s/%s", r->dir.path, files[0]) < (int)sizeof path);
    run(r, path, "");
}

void scenario_run_path(struct scenario_run *r, const char *path, const char *policy)
{
    char option[80];
    temp_dir_open(&r->dir);
    assert_true(snprintf(option, sizeof option, "--policy %s", policy) < (int)sizeof option);
    run(r, path, option);
}

void scenario_run_text(struct scenario_run *r, const char *scenario)
{
    scenario_run_files(r, (const char *const[]){"scenario.yaml", scenario, NULL});
}

void scenario_run_close(struct scenario_run *r)
{
    free(r->said);
    temp_dir_remove(&r->dir);
}
