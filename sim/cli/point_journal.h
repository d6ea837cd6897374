/*
 * point_journal.h - the points of a sweep or a search that are done, in a file that may be cut off
 * anywhere.
 *
 * A line that names what it is of, then blocks: a line with the point, the length and the CRC-32 of
 * the text that follows. A block is written by one call of the system; what a kill left of one is
 * dropped when the journal is opened again, and its point computed again.
 *
 * Memory   Eight bytes a point; the blocks stay in the file.
 * Errors   The world's, and a journal of another sweep, in the diag.
 * Threads  Any may append; reading begins when all have.
 */
#ifndef SIM_CLI_POINT_JOURNAL_H
#define SIM_CLI_POINT_JOURNAL_H

#include "sim/diag.h"

#include <stdbool.h>
#include <stdint.h>

struct point_journal;

/* Opens it for writing, goes on with one of the same sweep, or begins it. NULL after a diag_error:
 * another process is at it, it is another sweep's, or the world says no. */
struct point_journal *point_journal_open(const char *path, uint64_t hash, uint64_t points,
                                         struct diag *d);

/* Only for reading; it must exist. */
struct point_journal *point_journal_read(const char *path, uint64_t hash, uint64_t points,
                                         struct diag *d);
void point_journal_close(struct point_journal *j); /* NULL is allowed */

bool point_journal_has(const struct point_journal *j, uint64_t point);
uint64_t point_journal_len(const struct point_journal *j); /* points it has */

/* False if the file could not take it; errno says why. */
bool point_journal_append(struct point_journal *j, uint64_t point, const char *text, size_t len);

/* The text of a point that it has, to be freed; NULL: it cannot be read. */
char *point_journal_text(const struct point_journal *j, uint64_t point);

#endif /* SIM_CLI_POINT_JOURNAL_H */
