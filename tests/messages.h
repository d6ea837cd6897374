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

#include <stdio.h>
#include <stdlib.h>

struct messages {
    struct diag diag;
    char *text;
    size_t len;
};

static inline void messages_open(struct messages *m)
{
    m->text = NULL;
    m->len = 0;
    diag_init(&m->diag, open_memstream(&m->text, &m->len));
}

/* All there were so far. */
static inline const char *messages_text(struct messages *m)
{
    fflush(m->diag.out);
    return m->text;
}

static inline void messages_close(struct messages *m)
{
    fclose(m->diag.out);
    diag_fini(&m->diag);
    free(m->text);
}

#endif /* TESTS_MESSAGES_H */
