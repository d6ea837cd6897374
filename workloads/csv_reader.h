/*
 * csv_reader.h - the rows of a table in a text file, plain or gzipped, one after the other.
 *
 * RFC 4180: a delimiter between fields; a field may stand in quotes and then holds delimiters, line
 * ends and doubled quotes as text. Lines end as in line_reader.h, also within a field, where "\r\n"
 * becomes "\n". Blank lines are skipped. Blanks around a field belong to it. A quote in the middle
 * of a field that does not begin with one is text, as it is for most programs.
 *
 * Memory   Rows are lent until the next call; NULs stand behind their texts. Grows with the longest
 *          row.
 * Errors   Those of line_reader.h, in the diag; then csv_reader_failed. A row that breaks the rules
 *          of quoting is handed out as far as it could be understood, with `problem`: whether that
 *          is an error or dirt to be counted is the caller's to say.
 * Cost     1 ns a byte beyond line_reader's.
 * Threads  One reader belongs to one thread.
 */
#ifndef WORKLOADS_CSV_READER_H
#define WORKLOADS_CSV_READER_H

#include "sim/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_dialect {
    char delimiter;
    bool has_quotes; /* false: a quote is text like any other (sacct -P) */
};

/* Fields by commas, quoted as RFC 4180 says. */
extern const struct csv_dialect csv_rfc4180;

struct csv_field {
    char *text;
    size_t len;
    bool is_quoted;
    uint32_t below; /* lines below the row's first */
    uint32_t col;   /* from 1 */
};

struct csv_row {
    struct csv_field *fields;
    size_t len;
    uint64_t line;       /* the first of its lines */
    const char *problem; /* "the quote is not closed"; NULL: none */
    size_t problem_field;
};

struct csv_reader;

/* NULL, after an error in d, if the file cannot be opened; "-" is standard input. The path and d
 * are borrowed until the reader is closed. */
struct csv_reader *csv_reader_open(const char *path, const struct csv_dialect *dialect,
                                   struct diag *d);
void csv_reader_close(struct csv_reader *r); /* NULL is allowed */

/* False at the end, and when reading failed. */
bool csv_reader_next(struct csv_reader *r, struct csv_row *row);
bool csv_reader_failed(const struct csv_reader *r);

/* Takes the blanks around a field away. */
void csv_field_trim(struct csv_field *f);

/* Where a field stands; for a field that the row lacks, the whole line. */
struct src_pos csv_reader_at(const struct csv_reader *r, const struct csv_row *row, size_t field);

#endif /* WORKLOADS_CSV_READER_H */
