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

/* What it says lies in a file of its folder meanwhile. */
static void say(struct scenario_run *r, const char *what, const char *path, const char *options)
{
    char command[768], said[96];
    assert_true(snprintf(said, sizeof said, "%s/said", r->dir.path) < (int)sizeof said);
    const int len = snprintf(command, sizeof command, "%s %s %s %s >%s 2>&1", CLUSTERSIM_PROGRAM,
                             what, path, options, said);
    assert_true(len < (int)sizeof command);
    const int status = system(command);
    assert_true(WIFEXITED(status));
    r->rc = WEXITSTATUS(status);
    size_t bytes;
    r->said = temp_file_read(said, &bytes);
}

/* With results in its own folder. */
static void call(struct scenario_run *r, const char *what, const char *path, const char *options)
{
    char all[512];
    assert_true(snprintf(r->out, sizeof r->out, "%s/out", r->dir.path) < (int)sizeof r->out);
    assert_true(snprintf(all, sizeof all, "--out %s %s", r->out, options) < (int)sizeof all);
    say(r, what, path, all);
}

void scenario_say_path(struct scenario_run *r, const char *command, const char *path,
                       const char *options)
{
    temp_dir_open(&r->dir);
    say(r, command, path, options);
}

static void check(struct scenario_run *r, const char *folder, const char *paths,
                  const char *options)
{
    char command[4096], said[96];
    assert_true(snprintf(said, sizeof said, "%s/said", r->dir.path) < (int)sizeof said);
    const int len = snprintf(command, sizeof command, "cd %s && %s check %s %s >%s 2>&1", folder,
                             CLUSTERSIM_PROGRAM, options, paths, said);
    assert_true(len < (int)sizeof command);
    const int status = system(command);
    assert_true(WIFEXITED(status));
    r->rc = WEXITSTATUS(status);
    size_t bytes;
    r->said = temp_file_read(said, &bytes);
}

void scenario_check_files(struct scenario_run *r, const char *const *files, const char *options)
{
    char paths[1024] = "";
    temp_dir_open(&r->dir);
    for (size_t i = 0; files[i] != NULL; i += 2) {
        write_file(r, files[i], files[i + 1]);
        assert_true(strlen(paths) + strlen(files[i]) + 2 < sizeof paths);
        strcat(strcat(paths, " "), files[i]);
    }
    check(r, r->dir.path, paths, options);
}

void scenario_check_paths(struct scenario_run *r, const char *paths, const char *options)
{
    temp_dir_open(&r->dir);
    check(r, ".", paths, options);
}

#define USUAL "--quiet --audit --no-plots"

void scenario_call_files(struct scenario_run *r, const char *command, const char *const *files,
                         const char *options)
{
    char path[160];
    temp_dir_open(&r->dir);
    for (size_t i = 0; files[i] != NULL; i += 2)
        write_file(r, files[i], files[i + 1]);
    assert_true(snprintf(path, sizeof path, "%s/%s", r->dir.path, files[0]) < (int)sizeof path);
    call(r, command, path, options);
}

void scenario_call_again(struct scenario_run *r, const char *command, const char *file,
                         const char *options)
{
    char path[160];
    assert_true(snprintf(path, sizeof path, "%s/%s", r->dir.path, file) < (int)sizeof path);
    free(r->said);
    call(r, command, path, options);
}

void scenario_run_files(struct scenario_run *r, const char *const *files)
{
    scenario_call_files(r, "run", files, USUAL);
}

void scenario_compare_files(struct scenario_run *r, const char *const *files)
{
    scenario_call_files(r, "compare", files, "");
}

void scenario_run_path(struct scenario_run *r, const char *path, const char *policy)
{
    char options[120];
    temp_dir_open(&r->dir);
    assert_true(snprintf(options, sizeof options, USUAL " --policy %s", policy) <
                (int)sizeof options);
    call(r, "run", path, options);
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
