/*
 * slurm_keys.h - the tables by which lines of slurm.conf and gres.conf are read.
 *
 * Every key that Slurm knows has a row. A key decides, and is read into a field; or cannot matter
 * to a schedule, and is ignored; or would matter and is not modelled: then values that ask for
 * nothing are taken, others get a warning that says what is left out.
 *
 * Memory   Texts are lent from the lines.
 * Errors   In the diag: unknown keys, with the nearest valid one; values that cannot be read. A key
 *          that is given twice on a line, or twice in the file, counts as it was given last, with a
 *          warning.
 */
#ifndef POLICIES_SLURM_KEYS_H
#define POLICIES_SLURM_KEYS_H

#include "policies/slurm/slurm_lines.h"

#include <stdint.h>

enum slurm_key_kind {
    KEY_INT,       /* int64_t in [min, max] */
    KEY_BOOL,      /* bool: YES, NO, TRUE, FALSE, 1, 0 */
    KEY_FLAG,      /* bool: set by being there */
    KEY_MINUTES,   /* int64_t: a time limit, rounded up; SLURM_NO_LIMIT */
    KEY_MEGABYTES, /* int64_t: 512000, 500G; UNLIMITED is 0 */
    KEY_TEXT,      /* const char * */
    KEY_PAIR,      /* const struct slurm_pair *: read later, with its place */
    KEY_CUSTOM,    /* what `read` makes of it */
    KEY_NOT_MODELLED,
};

struct slurm_key_reader;
typedef void slurm_key_fn(struct slurm_key_reader *r, const struct slurm_pair *p, void *target);

struct slurm_key {
    const char *name; /* NULL ends the table */
    enum slurm_key_kind kind;
    size_t offset;
    int64_t min, max;
    slurm_key_fn *read;
    const char *harmless; /* values of a key not modelled that ask for nothing: "a|b" */
    const char *lost;     /* what is left out otherwise */
};

struct slurm_key_table {
    const char *where; /* "slurm.conf", "NodeName" */
    const struct slurm_key *keys;
    const char *const *ignored; /* names of keys that cannot matter, ended by NULL; NULL: none */
    const char *const *begin_lines; /* keys that begin lines of their own, for hints; as above */
};

struct ignored_key {
    const char *key;
    struct src_pos at;
};

enum { SLURM_KEYS_MOST = 400, SLURM_MOST_NUMBER = 1000000000 };

struct slurm_key_reader {
    struct diag *diag;
    struct arena *arena;
    /* Keys that were ignored, in the order they were met; each name once. */
    struct ignored_key ignored[SLURM_KEYS_MOST];
    size_t ignored_len;
};

/* Which keys of a table were given: one byte each. */
struct slurm_keys_seen {
    bool given[SLURM_KEYS_MOST];
};

/* Reads one pair; seen may be NULL. */
void slurm_keys_read(struct slurm_key_reader *r, const struct slurm_key_table *t,
                     const struct slurm_pair *p, struct slurm_keys_seen *seen, void *target);

/* Whether the table has the key, if only as one that cannot matter. */
bool slurm_keys_knows(const struct slurm_key_table *t, const char *key);

bool slurm_keys_was_given(const struct slurm_key_table *t, const struct slurm_keys_seen *seen,
                          const char *key);

/* Reads a list "a,b=1" by a table: items without '=' are flags, or have an empty value. */
void slurm_keys_read_list(struct slurm_key_reader *r, const struct slurm_key_table *t,
                          const struct slurm_pair *p, void *target);

/* Whether text is one of "a|b", upper or lower case. */
bool slurm_keys_is_one_of(const char *text, const char *choices);

#endif /* POLICIES_SLURM_KEYS_H */
