/*
 * messages.h - a diag whose messages a test can read.
 *
 *   struct messages m;
 *   messages_open(&m);
 *   ... &m.diag ...
 *   assert_string_equal(messages_text(&m), "t.yaml:1:1: error: ...\n");
 *   messages_close(&m);
 */
#ifndef TESTS_MESSAGES_H
#define TESTS_MESSAGES_H

#include "sim/diag.h"
#include "sim/text_stream.h"
#include "tests/unit.h"

#include <string.h>

struct messages {
    struct diag diag;
    struct text_stream stream;
};

static inline void messages_open(struct messages *m)
{
    diag_init(&m->diag, text_stream_open(&m->stream));
}

/* All there were so far. */
static inline const char *messages_text(struct messages *m)
{
    fflush(m->diag.out);
    return m->stream.text;
}

/* Compares all there were so far, without the source and caret lines: test_diag.c knows those. */
static inline void messages_assert(struct messages *m, const char *want)
{
    struct text_stream got;
    FILE *out = text_stream_open(&got);
    for (const char *line = messages_text(m); *line != '\0';) {
        const size_t len = strcspn(line, "\n") + 1;
        if (strspn(line, " 0123456789") != 6 || line[6] != '|')
            fwrite(line, 1, len, out);
        line += len;
    }
    assert_string_equal(text_stream_close(&got), want);
    free(got.text);
}

static inline void messages_close(struct messages *m)
{
    text_stream_close(&m->stream);
    diag_fini(&m->diag);
    free(m->stream.text);
}

#endif /* TESTS_MESSAGES_H */
