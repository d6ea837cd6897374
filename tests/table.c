#include "tests/table.h"

#include "tests/messages.h"
#include "workloads/csv_reader.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES = 12 };

static void add_row(struct table *t, const struct csv_row *row)
{
    assert_null(row->problem);
    if (t->cells == NULL)
        t->columns = row->len;
    else
        t->rows++;
    assert_int_equal(row->len, t->columns);
    t->cells = realloc(t->cells, (t->rows + 1) * t->columns * sizeof t->cells[0]);
    assert_non_null(t->cells);
    for (size_t c = 0; c < t->columns; c++)
        t->cells[t->rows * t->columns + c] = strdup(row->fields[c].text);
}

struct table *table_read(const char *path)
{
    struct messages m;
    messages_open(&m);
    struct csv_reader *r = csv_reader_open(path, &csv_rfc4180, &m.diag);
    assert_non_null(r);
    struct table *t = calloc(1, sizeof *t);
    struct csv_row row;
    while (csv_reader_next(r, &row))
        add_row(t, &row);
    assert_false(csv_reader_failed(r));
    assert_non_null(t->cells);
    csv_reader_close(r);
    messages_close(&m);
    return t;
}

struct table *table_read_in(const char *dir, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return table_read(path);
}

void table_free(struct table *t)
{
    for (size_t i = 0; i < (t->rows + 1) * t->columns; i++)
        free(t->cells[i]);
    free(t->cells);
    free(t);
}

size_t table_column(const struct table *t, const char *name)
{
    for (size_t c = 0; c < t->columns; c++)
        if (strcmp(t->cells[c], name) == 0)
            return c;
    fail_msg("no column %s", name);
    return 0;
}

size_t table_find(const struct table *t, const char *column, const char *text)
{
    for (size_t r = 0; r < t->rows; r++)
        if (strcmp(table_text(t, r, column), text) == 0)
            return r;
    fail_msg("no row with %s in %s", text, column);
    return 0;
}

const char *table_text(const struct table *t, size_t row, const char *column)
{
    assert_true(row < t->rows);
    return t->cells[(row + 1) * t->columns + table_column(t, column)];
}

int128 table_parse(const char *text)
{
    const bool negative = *text == '-';
    const char *at = text + negative;
    int128 value = 0;
    int places = -1;
    for (; *at != '\0'; at++) {
        if (*at == '.' && places < 0) {
            places = 0;
            continue;
        }
        if (*at < '0' || *at > '9')
            fail_msg("'%s' is no decimal", text);
        value = value * 10 + (*at - '0');
        places += places >= 0;
    }
    if (at == text + negative || places > PLACES)
        fail_msg("'%s' is no decimal of %d places", text, PLACES);
    for (int p = places < 0 ? 0 : places; p < PLACES; p++)
        value *= 10;
    return negative ? -value : value;
}

int128 table_number(const struct table *t, size_t row, const char *column)
{
    return table_parse(table_text(t, row, column));
}
