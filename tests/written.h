/*
 * written.h - an out_file whose bytes a test can read.
 *
 *   struct written w;
 *   struct out_file *f = written_open(&w);
 *   ...
 *   assert_string_equal(written_text(&w), "...");      closes the file
 *   written_close(&w);
 */
#ifndef TESTS_WRITTEN_H
#define TESTS_WRITTEN_H

#include "sim/out_file.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct written {
    struct messages m;
    struct out_file *file;
    char path[64];
    char *text;
};

static inline struct out_file *written_open(struct written *w)
{
    messages_open(&w->m);
    w->text = NULL;
    snprintf(w->path, sizeof w->path, "/tmp/clustersim_test.XXXXXX");
    const int fd = mkstemp(w->path);
    assert_true(fd >= 0);
    close(fd);
    w->file = out_file_open(w->path, &w->m.diag);
    assert_non_null(w->file);
    return w->file;
}

static inline const char *written_text(struct written *w)
{
    assert_true(out_file_close(w->file, &w->m.diag));
    FILE *in = fopen(w->path, "r");
    assert_non_null(in);
    fseek(in, 0, SEEK_END);
    const size_t len = (size_t)ftell(in);
    rewind(in);
    w->text = calloc(1, len + 1);
    assert_int_equal(fread(w->text, 1, len, in), len);
    fclose(in);
    return w->text;
}

static inline void written_close(struct written *w)
{
    unlink(w->path);
    free(w->text);
    messages_close(&w->m);
}

#endif /* TESTS_WRITTEN_H */
