/*
 * line_reader.h - the lines of a text file, plain or gzipped, one after the other.
 *
 * A line ends at "\n" or "\r\n"; the last one need not end at all. A UTF-8 byte order mark at the
 * beginning is no part of the first line.
 *
 * Memory   Owns a window of 256 KiB, more only for a line that is longer. The text of a line is
 *          lent until the next call and may be written to (splitting in place); a NUL stands
 *          behind it, and NULs within it are only seen by its length.
 * Errors   Those of byte_input.h, and a line longer than LINE_LONGEST, in the diag, once; then
 *          line_reader_failed. A line that the end of damaged data cuts off is not handed out.
 * Cost     byte_input's and a memchr; the parts of lines at the edges of the window are moved.
 * Threads  One reader belongs to one thread.
 */
#ifndef SIM_LINE_READER_H
#define SIM_LINE_READER_H

#include "sim/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_LONGEST = 4 << 20 };

struct line {
    char *text;
    size_t len;
    uint64_t number; /* from 1 */
};

struct line_reader;

/* NULL, after an error in d, if the file cannot be opened; "-" is standard input. The path and d
 * are borrowed until the reader is closed. */
struct line_reader *line_reader_open(const char *path, struct diag *d);
void line_reader_close(struct line_reader *r); /* NULL is allowed */

/* False at the end, and when reading failed. */
bool line_reader_next(struct line_reader *r, struct line *line);
bool line_reader_failed(const struct line_reader *r);

/* For messages about what stands in column col (0: all) of a line. */
struct src_pos line_reader_at(const struct line_reader *r, const struct line *line, size_t col);

#endif /* SIM_LINE_READER_H */
