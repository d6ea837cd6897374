/* Cells lie row after row in one list, the titles being the first row. */
#include "sim/text_table.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 2 };

struct text_table {
    struct arena *arena;
    const char **cells;
    size_t len;
    size_t cap;
    size_t columns;
    unsigned *widths; /* of the widest cell of each column */
    bool *right;
};

static unsigned width_of(const char *text)
{
    size_t left = strlen(text);
    unsigned width = 0;
    while (left > 0) {
        uint32_t c;
        const size_t bytes = utf8_read(text, left, &c);
        width += bytes > 0 ? utf8_width(c) : 1;
        text += bytes > 0 ? bytes : 1;
        left -= bytes > 0 ? bytes : 1;
    }
    return width;
}

void text_table_cell(struct text_table *t, const char *text)
{
    if (t->len == t->cap) {
        t->cap = t->cap == 0 ? 64 : 2 * t->cap;
        t->cells = realloc(t->cells, t->cap * sizeof t->cells[0]);
        SIM_REQUIRE(t->cells != NULL);
    }
    const size_t column = t->len % t->columns;
    const unsigned width = width_of(text);
    if (width > t->widths[column])
        t->widths[column] = width;
    t->cells[t->len++] = arena_text(t->arena, text, strlen(text));
}

struct text_table *text_table_new(const struct text_column *columns, size_t len)
{
    SIM_REQUIRE(len > 0);
    struct text_table *t = calloc(1, sizeof *t);
    SIM_REQUIRE(t != NULL);
    t->arena = arena_new();
    t->columns = len;
    t->widths = arena_alloc(t->arena, len * sizeof t->widths[0]);
    t->right = arena_alloc(t->arena, len * sizeof t->right[0]);
    for (size_t i = 0; i < len; i++) {
        t->right[i] = columns[i].right;
        text_table_cell(t, columns[i].title);
    }
    return t;
}

void text_table_free(struct text_table *t)
{
    if (t == NULL)
        return;
    arena_free(t->arena);
    free(t->cells);
    free(t);
}

/* What is left blank at the end of a cell is owed, and paid only if another cell follows. */
static void print_row(const struct text_table *t, const char *const *cells, FILE *out)
{
    unsigned owed = 0;
    for (size_t i = 0; i < t->columns; i++) {
        const unsigned padding = t->widths[i] - width_of(cells[i]);
        const unsigned before = owed + (t->right[i] ? padding : 0);
        owed = GAP + (t->right[i] ? 0 : padding);
        if (cells[i][0] != '\0')
            fprintf(out, "%*s%s", (int)before, "", cells[i]);
        else
            owed += before;
    }
    fputc('\n', out);
}

void text_table_print(const struct text_table *t, FILE *out)
{
    SIM_REQUIRE(t->len % t->columns == 0);
    for (size_t i = 0; i < t->len; i += t->columns)
        print_row(t, t->cells + i, out);
}
