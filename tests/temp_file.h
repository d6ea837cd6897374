/*
 * temp_file.h - files that live as long as a test.
 *
 *   struct temp_file f;
 *   temp_file_text(&f, "1 2 3\n");        or temp_file_gzip(&f, bytes, len)
 *   ... f.path ...
 *   temp_file_remove(&f);
 */
#ifndef TESTS_TEMP_FILE_H
#define TESTS_TEMP_FILE_H

#include "tests/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

struct temp_file {
    char path[64];
};

static inline void temp_file_bytes(struct temp_file *f, const void *bytes, size_t len)
{
    strcpy(f->path, "/tmp/clustersim_test.XXXXXX");
    const int fd = mkstemp(f->path);
    assert_true(fd >= 0);
    FILE *out = fdopen(fd, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
}

static inline void temp_file_text(struct temp_file *f, const char *text)
{
    temp_file_bytes(f, text, strlen(text));
}

static inline void temp_file_gzip(struct temp_file *f, const void *bytes, size_t len)
{
    temp_file_bytes(f, "", 0);
    gzFile out = gzopen(f->path, "wb6");
    assert_non_null(out);
    assert_int_equal(gzwrite(out, bytes, (unsigned)len), len);
    assert_int_equal(gzclose(out), Z_OK);
}

static inline void temp_file_remove(struct temp_file *f)
{
    unlink(f->path);
}

/* The whole of a file; *len bytes and a NUL, to be freed. */
static inline char *temp_file_read(const char *path, size_t *len)
{
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fseek(in, 0, SEEK_END), 0);
    *len = (size_t)ftell(in);
    rewind(in);
    char *bytes = calloc(1, *len + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *len, in), *len);
    fclose(in);
    return bytes;
}

#endif /* TESTS_TEMP_FILE_H */
