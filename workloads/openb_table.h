/*
 * openb_table.h - the lists of openb: CSV tables whose first row names the columns.
 *
 * openb is Alibaba's trace of GPU clusters of 2023 (github.com/alibaba/clusterdata,
 * cluster-trace-gpu-v2023, CC-BY-4.0): lists of nodes and of pods, plain or gzipped.
 *
 * Memory   Texts are lent until the next row.
 * Errors   A file that cannot be read and a column that is missing are errors in the diag.
 */
#ifndef WORKLOADS_OPENB_TABLE_H
#define WORKLOADS_OPENB_TABLE_H

#include "workloads/csv_reader.h"

enum { OPENB_MOST_COLUMNS = 16 };

struct openb_table {
    struct csv_reader *reader;
    const char *const *columns;
    size_t columns_len;
    size_t places[OPENB_MOST_COLUMNS]; /* of the columns in the file; SIZE_MAX: not there */
    struct csv_row row;
};

/* columns: names, of which the first `needed` must be there. False after a diag_error. */
bool openb_table_open(struct openb_table *t, const char *path, const char *const *columns,
                      size_t needed, struct diag *d);
void openb_table_close(struct openb_table *t); /* nothing if it is all zero */

/* False at the end, and when reading failed (csv_reader_failed). */
bool openb_table_next(struct openb_table *t);

/* The text in a column, "" if the row or the table has none. */
const char *openb_text(const struct openb_table *t, size_t column);

/* A whole number from 0 on, .0 at its end allowed; false, and *out as it was, for anything else. */
bool openb_number(const struct openb_table *t, size_t column, int64_t *out);

struct src_pos openb_at(const struct openb_table *t, size_t column);

#endif /* WORKLOADS_OPENB_TABLE_H */
