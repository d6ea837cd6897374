/*
 * temp_dir.h - a folder that lives as long as a test.
 *
 *   struct temp_dir dir;
 *   temp_dir_open(&dir);
 *   ... dir.path ...
 *   temp_dir_remove(&dir);       with the files in it, and in folders in it
 */
#ifndef TESTS_TEMP_DIR_H
#define TESTS_TEMP_DIR_H

#include "tests/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct temp_dir {
    char path[64];
};

static inline void temp_dir_open(struct temp_dir *d)
{
    strcpy(d->path, "/tmp/clustersim_test.XXXXXX");
    assert_non_null(mkdtemp(d->path));
}

static inline void temp_dir_remove_tree(const char *path, int depth)
{
    DIR *dir = depth == 0 ? NULL : opendir(path);
    for (const struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        char below[512];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        snprintf(below, sizeof below, "%s/%s", path, e->d_name);
        if (unlink(below) != 0)
            temp_dir_remove_tree(below, depth - 1);
    }
    if (dir != NULL)
        closedir(dir);
    rmdir(path);
}

static inline void temp_dir_remove(const struct temp_dir *d)
{
    temp_dir_remove_tree(d->path, 3);
}

/* How many entries it has. */
static inline size_t temp_dir_len(const char *path)
{
    size_t len = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        len += e->d_name[0] != '.';
    closedir(dir);
    return len;
}

#endif /* TESTS_TEMP_DIR_H */
