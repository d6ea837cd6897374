/*
 * text_stream.h - printing into memory.
 *
 *   struct text_stream t;
 *   print_something(text_stream_open(&t));
 *   diag_error(d, at, "expected %s", text_stream_close(&t));
 *   free(t.text);
 *
 * Memory   The caller frees text, which is NUL-terminated, after closing. Out of memory aborts.
 */
#ifndef SIM_TEXT_STREAM_H
#define SIM_TEXT_STREAM_H

#include "sim/check.h"

#include <stdio.h>
#include <stdlib.h>

struct text_stream {
    FILE *out;
    char *text;
    size_t len;
};

static inline FILE *text_stream_open(struct text_stream *t)
{
    t->text = NULL;
    t->len = 0;
    t->out = open_memstream(&t->text, &t->len);
    SIM_REQUIRE(t->out != NULL);
    return t->out;
}

static inline const char *text_stream_close(struct text_stream *t)
{
    SIM_REQUIRE(fclose(t->out) == 0);
    return t->text;
}

#endif /* SIM_TEXT_STREAM_H */
