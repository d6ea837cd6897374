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
 * Order    Messages are printed as they come.
 * Memory   A diag borrows its stream and the texts it is lent; it owns only its list of them.
 * Errors   After DIAG_MOST errors further ones are counted, not printed; warnings and remarks have
 *          counts of their own, so that they never hide an error. Control characters in what the
 * user wrote are shown as escapes, and a very long message loses its middle. Cost     A caret line
 * is looked up by walking the text on from the last one looked up: O(length) in all while positions
 * rise, and at most once per message printed. Threads  A diag belongs to one thread.
 */
#ifndef SIM_DIAG_H
#define SIM_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum { DIAG_MOST = 200 };

/* A place in a text, counted from 1 as editors do; a column is a character, not a byte.
 * line 0 means the whole file, col 0 the whole line. */
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
    unsigned remarks;
    unsigned repeated_errors; /* of those, said before of the same place: not printed again */
    unsigned repeated_warnings;
    unsigned repeated_remarks;
    bool is_world;  /* one of the errors was of the world */
    bool muted;     /* the last message was not printed, so its notes are not either */
    uint64_t *said; /* hashes of what was printed of places in files */
    size_t said_len, said_cap;
};

void diag_init(struct diag *d, FILE *out);
void diag_fini(struct diag *d); /* prints nothing; out may be closed already */

/* Lends the contents of a file, for the caret lines of messages that name it. Both pointers
 * must stay valid until diag_forget_text or diag_fini. */
void diag_lend_text(struct diag *d, const char *file, const char *text, size_t len);
void diag_forget_text(struct diag *d, const char *file); /* the pointer that was lent */

/* The convention for fmt: "key: 'what was written': what is wrong; what would be right". */
void diag_error(struct diag *d, struct src_pos at, const char *fmt, ...) PRINTF_LIKE(3, 4);
void diag_warning(struct diag *d, struct src_pos at, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Worth knowing, though nothing need be wrong: a note that stands by itself. */
void diag_remark(struct diag *d, struct src_pos at, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* An error of the world, not of the input: no such file, disk full. Exit codes tell them apart. */
void diag_world(struct diag *d, struct src_pos at, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Belongs to the message before it: where the first of two twins stands, say. */
void diag_note(struct diag *d, struct src_pos at, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* "3 errors, 1 warning and 2 notes", repeated ones not counted, and how many of them were not
 * printed; nothing if there were none. */
void diag_sum_up(const struct diag *d);

static inline unsigned diag_errors(const struct diag *d)
{
    return d->errors;
}

static inline unsigned diag_warnings(const struct diag *d)
{
    return d->warnings;
}

/* Whether the next error will be printed: worth asking before costly words for it. */
static inline bool diag_shows_errors(const struct diag *d)
{
    return d->errors < DIAG_MOST;
}

#endif /* SIM_DIAG_H */
