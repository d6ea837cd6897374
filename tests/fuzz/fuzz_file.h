/*
 * fuzz_file.h - a fuzzer's bytes as a file, for readers that open one.
 *
 * The name is taken away again as soon as the file is open: nothing is left behind, however the
 * target ends.
 */
#ifndef TESTS_FUZZ_FILE_H
#define TESTS_FUZZ_FILE_H

#include "sim/check.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fuzz_file {
    int fd;
    char path[32]; /* may be opened again until fuzz_file_close */
};

static inline void fuzz_file_open(struct fuzz_file *f, const void *bytes, size_t size)
{
    char name[] = "/tmp/clustersim_fuzz.XXXXXX";
    f->fd = mkstemp(name);
    SIM_REQUIRE(f->fd >= 0);
    SIM_REQUIRE(unlink(name) == 0);
    SIM_REQUIRE(size == 0 || pwrite(f->fd, bytes, size, 0) == (ssize_t)size);
    snprintf(f->path, sizeof f->path, "/proc/self/fd/%d", f->fd);
}

static inline void fuzz_file_close(struct fuzz_file *f)
{
    close(f->fd);
}

#endif /* TESTS_FUZZ_FILE_H */
