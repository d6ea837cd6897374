#include "sim/cli/report/csv_table.h"

#include "sim/check.h"
#include "sim/cli/report/html.h"
#include "workloads/csv_reader.h"

#include <stdlib.h>
#include <string.h>

struct column {
    char *name;
    bool is_number; /* in every row, or empty */
    bool has_value; /* other than 0 in some row */
};

struct csv_table {
    struct column *columns;
    size_t len;
    uint64_t rows;
};

static bool is_number(const struct csv_field *f)
{
    if (f->len == 0)
        return true;
    char *end;
    strtod(f->text, &end);
    return strchr("+-.0123456789", f->text[0]) != NULL && *end == '\0';
}

static void read_header(struct csv_table *t, const struct csv_row *row)
{
    t->len = row->len;
    t->columns = calloc(t->len, sizeof t->columns[0]);
    SIM_REQUIRE(t->columns != NULL);
    for (size_t i = 0; i < t->len; i++) {
        t->columns[i] = (struct column){strdup(row->fields[i].text), true, false};
        SIM_REQUIRE(t->columns[i].name != NULL);
    }
}

static void look_at_row(struct csv_table *t, const struct csv_row *row)
{
    t->rows++;
    for (size_t i = 0; i < t->len && i < row->len; i++) {
        const struct csv_field *f = &row->fields[i];
        t->columns[i].is_number &= is_number(f);
        t->columns[i].has_value |= f->len > 0 && strcmp(f->text, "0") != 0;
    }
}

static bool look(struct csv_table *t, const char *path, struct diag *d)
{
    struct csv_reader *r = csv_reader_open(path, &csv_rfc4180, d);
    struct csv_row row;
    if (r == NULL)
        return false;
    if (csv_reader_next(r, &row))
        read_header(t, &row);
    while (csv_reader_next(r, &row))
        look_at_row(t, &row);
    const bool ok = !csv_reader_failed(r);
    csv_reader_close(r);
    return ok;
}

static void forget(struct csv_table *t)
{
    for (size_t i = 0; i < t->len; i++)
        free(t->columns[i].name);
    free(t->columns);
}

/* --- writing --- */

static void put_head(struct out_file *out, const struct csv_table *t)
{
    html_raw(out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"sorts\"><thead><tr>");
    for (size_t i = 0; i < t->len; i++) {
        if (!t->columns[i].has_value)
            continue;
        html_raw(out,
                 t->columns[i].is_number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        html_text(out, t->columns[i].name);
        html_raw(out, "</th>");
    }
    html_raw(out, "</tr></thead><tbody>\n");
}

static void put_row(struct out_file *out, const struct csv_table *t, const struct csv_row *row)
{
    html_raw(out, "<tr>");
    for (size_t i = 0; i < t->len; i++) {
        if (!t->columns[i].has_value)
            continue;
        html_raw(out, t->columns[i].is_number ? "<td class=\"n\">" : "<td>");
        if (i < row->len)
            html_text_len(out, row->fields[i].text, row->fields[i].len);
        html_raw(out, "</td>");
    }
    html_raw(out, "</tr>\n");
}

static bool put_rows(struct out_file *out, const struct csv_table *t, const char *path,
                     int64_t most, struct diag *d)
{
    struct csv_reader *r = csv_reader_open(path, &csv_rfc4180, d);
    struct csv_row row;
    if (r == NULL)
        return false;
    csv_reader_next(r, &row);
    for (int64_t i = 0; i < most && csv_reader_next(r, &row); i++)
        put_row(out, t, &row);
    const bool ok = !csv_reader_failed(r);
    csv_reader_close(r);
    return ok;
}

static void put_left_out(struct out_file *out, const struct csv_table *t)
{
    const char *separator = "<p class=\"note\">0 or empty in every row: ";
    for (size_t i = 0; i < t->len; i++) {
        if (t->columns[i].has_value)
            continue;
        html_raw(out, separator);
        html_text(out, t->columns[i].name);
        separator = ", ";
    }
    if (separator[0] == ',')
        html_raw(out, "</p>\n");
}

static void put_summary(struct out_file *out, const struct csv_table *t, const char *path,
                        int64_t most)
{
    const char *slash = strrchr(path, '/');
    html_raw(out, "<summary>");
    html_text(out, slash == NULL ? path : slash + 1);
    html_raw(out, " <span class=\"note\">");
    if (t->rows > (uint64_t)most) {
        html_raw(out, "the first ");
        html_count(out, (uint64_t)most);
        html_raw(out, " of ");
    }
    html_count(out, t->rows);
    html_raw(out, t->rows == 1 ? " row</span></summary>\n" : " rows</span></summary>\n");
}

static bool put_table(struct out_file *out, const struct csv_table *t, const char *path,
                      int64_t most, struct diag *d)
{
    put_summary(out, t, path, most);
    put_head(out, t);
    const bool ok = put_rows(out, t, path, most, d);
    html_raw(out, "</tbody></table></div>\n");
    put_left_out(out, t);
    return ok;
}

bool csv_table_put(struct out_file *out, const char *path, int64_t most, bool is_open,
                   struct diag *d)
{
    struct csv_table t = {0};
    bool ok = look(&t, path, d);
    if (ok && t.rows > 0) {
        html_raw(out, is_open ? "<details open>" : "<details>");
        ok = put_table(out, &t, path, most, d);
        html_raw(out, "</details>\n");
    }
    forget(&t);
    return ok;
}
