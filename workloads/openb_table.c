#include "workloads/openb_table.h"

#include "sim/quantity.h"

#include <string.h>

enum { MOST_DIGITS = 32 };

static size_t place_of(const struct csv_row *header, const char *column)
{
    for (size_t i = 0; i < header->len; i++)
        if (strcmp(header->fields[i].text, column) == 0)
            return i;
    return SIZE_MAX;
}

bool openb_table_open(struct openb_table *t, const char *path, const char *const *columns,
                      size_t needed, struct diag *d)
{
    *t = (struct openb_table){.columns = columns};
    t->reader = csv_reader_open(path, &csv_rfc4180, d);
    if (t->reader == NULL)
        return false;
    if (!csv_reader_next(t->reader, &t->row)) {
        if (!csv_reader_failed(t->reader))
            diag_error(d, (struct src_pos){.file = path}, "is empty; expected a row of columns");
        return false;
    }
    bool ok = true;
    for (; columns[t->columns_len] != NULL; t->columns_len++) {
        const size_t place = place_of(&t->row, columns[t->columns_len]);
        t->places[t->columns_len] = place;
        if (place != SIZE_MAX || t->columns_len >= needed)
            continue;
        diag_error(d, csv_reader_at(t->reader, &t->row, 0), "column '%s' is missing",
                   columns[t->columns_len]);
        ok = false;
    }
    return ok;
}

void openb_table_close(struct openb_table *t)
{
    csv_reader_close(t->reader);
    t->reader = NULL;
}

bool openb_table_next(struct openb_table *t)
{
    return csv_reader_next(t->reader, &t->row);
}

const char *openb_text(const struct openb_table *t, size_t column)
{
    const size_t place = t->places[column];
    return place < t->row.len ? t->row.fields[place].text : "";
}

bool openb_number(const struct openb_table *t, size_t column, int64_t *out)
{
    char digits[MOST_DIGITS];
    const char *text = openb_text(t, column), *why;
    size_t len = strlen(text);
    if (len > 2 && strcmp(text + len - 2, ".0") == 0)
        len -= 2;
    if (len >= sizeof digits)
        return false;
    memcpy(digits, text, len);
    digits[len] = '\0';
    int64_t x;
    if (!quantity_int(digits, &x, &why) || x < 0)
        return false;
    *out = x;
    return true;
}

struct src_pos openb_at(const struct openb_table *t, size_t column)
{
    return csv_reader_at(t->reader, &t->row, t->places[column]);
}
