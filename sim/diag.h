/*
 * diag.h - complaints about what the user wrote, with the place they wrote it.
 *
 *   cluster.yaml:12:21: error: link_bandwidth: '100Gb': unknown unit
 *      12 |     link_bandwidth: 100Gb
 *         |                     ^
 *
 * Readers report and go on, so one run shows all mistakes; the command line stops before
 * the simulation if diag_errors() > 0. Nothing here exits, and nothing here is for bugs.
 *
 * Memory   A diag borrows its stream and the texts it is shown; it owns only its list of them.
 * Errors   After DIAG_MOST messages further ones are counted, not printed.
 * Cost     A caret line is looked up by walking the text: O(length), once per message printed.
 */
#ifndef SIM_DIAG_H
#define SIM_DIAG_H

#include <stddef.h>
#include <stdio.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum { DIAG_MOST = 200 };

/* A place in a text, counted from 1 as editors do. line 0 means the whole file. */
struct src_pos {
    const char *file; /* borrowed; NULL: not from a file (the command line) */
    unsigned line;
    unsigned col;
};

struct diag_text;

struct diag {
    FILE *out; /* borrowed; stderr in production, a buffer in tests */
    struct diag_text *texts;
    unsigned errors;
    unsigned warnings;
};

void diag_init(struct diag *d, FILE *out);
void diag_fini(struct diag *d);

/* Lends the contents of a file, for the caret lines of messages that name it. Both pointers
 * must stay valid until diag_forget_text or diag_fini. */
void diag_lend_text(struct diag *d, const char *file, const char *text, size_t len);
void diag_forget_text(struct diag *d, const char *file);

/* The convention for fmt: "key: 'what was written': what is wrong; what would be right". */
void diag_error(struct diag *d, struct src_pos at, const char *fmt, ...) PRINTF_LIKE(3, 4);
void diag_warning(struct diag *d, struct src_pos at, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Belongs to the message before it: where the first of two twins stands, say. */
void diag_note(struct diag *d, struct src_pos at, const char *fmt, ...) PRINTF_LIKE(3, 4);

static inline unsigned diag_errors(const struct diag *d)
{
    return d->errors;
}

#endif /* SIM_DIAG_H */
