/*
 * text_table.h - rows and columns for people: as wide as their contents, two spaces between.
 *
 *   NAME         MEMORY   SMS
 *   H100-80GB    80 GiB   132
 *
 * Memory   Copies its cells; owns them until text_table_free.
 * Errors   A row with too few or too many cells is a bug: SIM_REQUIRE.
 */
#ifndef SIM_TEXT_TABLE_H
#define SIM_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct text_table;

struct text_column {
    const char *title;
    bool right; /* numbers */
};

struct text_table *text_table_new(const struct text_column *columns, size_t len);
void text_table_free(struct text_table *t); /* NULL is allowed */

/* The next cell of the row, from left to right; a full row is followed by the next. */
void text_table_cell(struct text_table *t, const char *text);

/* All rows below a line of titles; no line ends in blanks. */
void text_table_print(const struct text_table *t, FILE *out);

#endif /* SIM_TEXT_TABLE_H */
