/*
 * csv.h - rows of a table, written field by field into an out_file.
 *
 * RFC 4180: a comma between fields, quotes around a text that holds a comma, a quote or a line end,
 * its quotes doubled; but lines end with "\n" alone. The first row holds the names of the columns,
 * units included: wait_s, cost_usd.
 *
 * Units    csv_seconds takes ns, csv_dollars takes micro-dollars: exact decimals, "1.5".
 * Memory   Borrows the file; the caller's struct, nothing is owned.
 * Errors   A row that is longer or shorter than the first is a bug: SIM_REQUIRE. The world's errors
 *          are kept by the file. NaN, a number that does not exist, is an empty field.
 * Cost     7 ns a field.
 * Threads  One per file.
 */
#ifndef SIM_CSV_H
#define SIM_CSV_H

#include "sim/int128.h"

#include <stddef.h>
#include <stdint.h>

struct out_file;

/* Private to csv.c; visible so that it needs no memory of its own. */
struct csv {
    struct out_file *file;
    unsigned columns;
    unsigned field; /* written of this row */
};

/* Begins a table with its row of names, which is ended by NULL. */
void csv_begin(struct csv *c, struct out_file *file, const char *const *names);

void csv_text(struct csv *c, const char *text); /* NULL: an empty field */
void csv_int(struct csv *c, int64_t value);
void csv_seconds(struct csv *c, int64_t ns);
void csv_dollars(struct csv *c, int64_t micro_dollars);
void csv_fixed(struct csv *c, int128 value, unsigned places); /* value / 10^places */
void csv_real(struct csv *c, double x);
void csv_empty(struct csv *c);
void csv_end_row(struct csv *c);

#endif /* SIM_CSV_H */
