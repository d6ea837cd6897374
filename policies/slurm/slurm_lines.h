/*
 * slurm_lines.h - Slurm's configuration files as keys and values that know their places.
 *
 * "Key=Value Key2=Value2" on a line, '#' begins a comment, a backslash at the end of a line joins
 * it with the next, values may stand in double quotes, "Include file" reads another file.
 *
 * Order    As written; an included file stands where its Include stood.
 * Memory   Everything lies in the arena, the files' texts too: they are lent to the diag until
 *          slurm_lines_forget.
 * Errors   In the diag, with file, line and column: files that cannot be read, text that is no
 *          Key=Value, files that include themselves. What can be understood is returned.
 * Cost     O(length).
 * Source   slurm.conf(5).
 */
#ifndef POLICIES_SLURM_LINES_H
#define POLICIES_SLURM_LINES_H

#include "sim/diag.h"

struct arena;

enum { SLURM_LINES_DEEPEST = 8, SLURM_LINES_MOST_FILES = 256 };

struct slurm_pair {
    const char *key;
    const char *value;
    struct src_pos at;       /* of the key */
    struct src_pos value_at; /* of the value */
};

struct slurm_line {
    const struct slurm_pair *pairs; /* at least one */
    size_t len;
};

struct slurm_lines {
    const struct slurm_line *lines;
    size_t len;
    const char *const *files; /* that were read */
    size_t files_len;
};

/* False if the file itself could not be read; at: where it is named. */
bool slurm_lines_read(struct arena *a, const char *path, struct src_pos at, struct diag *d,
                      struct slurm_lines *out);

/* The same from memory; name is used in messages and is where Include looks for files. */
void slurm_lines_parse(struct arena *a, const char *name, const char *text, struct diag *d,
                       struct slurm_lines *out);

void slurm_lines_forget(const struct slurm_lines *l, struct diag *d);

#endif /* POLICIES_SLURM_LINES_H */
