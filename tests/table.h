/*
 * table.h - a whole CSV file in memory, for tests: cells by row and name of column.
 *
 * It is read by the reader of workloads/, which knows nothing of how results are written.
 */
#ifndef TESTS_TABLE_H
#define TESTS_TABLE_H

#include "sim/int128.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table {
    size_t columns, rows;
    char **cells; /* the header first */
};

/* Fails the test if the file is no table. */
struct table *table_read(const char *path);
struct table *table_read_in(const char *dir, const char *name);
void table_free(struct table *t);

/* The number of a column, or of a row with this text in it; fails the test if there is none. */
size_t table_column(const struct table *t, const char *name);
size_t table_find(const struct table *t, const char *column, const char *text);

const char *table_text(const struct table *t, size_t row, const char *column);

/* A decimal in units of 1e-12, exactly; fails the test if it is none. */
int128 table_number(const struct table *t, size_t row, const char *column);
int128 table_parse(const char *text);

#endif /* TESTS_TABLE_H */
