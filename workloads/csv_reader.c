/*
 * A row is gathered first, then split in place: most are one line of the line reader's window; one
 * with a quote that is still open at the end of its line is put together in `gathered`.
 */
#include "workloads/csv_reader.h"

#include "sim/check.h"
#include "sim/line_reader.h"

#include <stdlib.h>
#include <string.h>

const struct csv_dialect csv_rfc4180 = {.delimiter = ',', .has_quotes = true};

struct csv_reader {
    struct line_reader *lines;
    struct diag *diag;
    struct csv_dialect dialect;
    struct csv_field *fields;
    size_t fields_cap;
    char *gathered;
    size_t gathered_len, gathered_cap;
    bool has_failed;
};

struct csv_reader *csv_reader_open(const char *path, const struct csv_dialect *dialect,
                                   struct diag *d)
{
    struct line_reader *lines = line_reader_open(path, d);
    if (lines == NULL)
        return NULL;
    struct csv_reader *r = calloc(1, sizeof *r);
    SIM_REQUIRE(r != NULL);
    r->lines = lines;
    r->diag = d;
    r->dialect = *dialect;
    return r;
}

void csv_reader_close(struct csv_reader *r)
{
    if (r == NULL)
        return;
    line_reader_close(r->lines);
    free(r->fields);
    free(r->gathered);
    free(r);
}

/* --- gathering --- */

enum place { AT_FIELD, IN_TEXT, IN_QUOTES, BEHIND_QUOTE };

/* Where the reader of fields is after these bytes. */
static enum place walk(const struct csv_dialect *dialect, enum place at, const char *text,
                       size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const char c = text[i];
        if (at == IN_QUOTES)
            at = c == '"' ? BEHIND_QUOTE : IN_QUOTES;
        else if (c == dialect->delimiter)
            at = AT_FIELD;
        else if (c == '"' && at != IN_TEXT)
            at = IN_QUOTES; /* opens a field, or is the second of two */
        else
            at = IN_TEXT;
    }
    return at;
}

static void gather(struct csv_reader *r, const char *text, size_t len)
{
    if (r->gathered_len + len + 1 > r->gathered_cap) {
        r->gathered_cap = 2 * (r->gathered_len + len + 1);
        r->gathered = realloc(r->gathered, r->gathered_cap);
        SIM_REQUIRE(r->gathered != NULL);
    }
    memcpy(r->gathered + r->gathered_len, text, len);
    r->gathered_len += len;
    r->gathered[r->gathered_len] = '\0';
}

static bool refuse_length(struct csv_reader *r, const struct line *first)
{
    diag_error(r->diag, line_reader_at(r->lines, first, 0),
               "this row is longer than %d MiB; is a quote not closed?", LINE_LONGEST >> 20);
    r->has_failed = true;
    return false;
}

/* Makes *line the whole row if it ends within quotes; false: it cannot be read. */
static bool gather_row(struct csv_reader *r, struct line *line)
{
    if (!r->dialect.has_quotes || memchr(line->text, '"', line->len) == NULL)
        return true;
    const struct line first = *line;
    r->gathered_len = 0;
    enum place at = walk(&r->dialect, AT_FIELD, line->text, line->len);
    while (at == IN_QUOTES) {
        gather(r, line->text, line->len);
        if (r->gathered_len > LINE_LONGEST)
            return refuse_length(r, &first);
        if (!line_reader_next(r->lines, line))
            break;
        gather(r, "\n", 1);
        at = walk(&r->dialect, IN_QUOTES, line->text, line->len);
    }
    if (r->gathered_len == 0)
        return true;
    if (at != IN_QUOTES)
        gather(r, line->text, line->len);
    *line = (struct line){.text = r->gathered, .len = r->gathered_len, .number = first.number};
    return !line_reader_failed(r->lines);
}

/* --- splitting --- */

struct cursor {
    char *from, *end;
    uint32_t below, col;
};

static void pass(struct cursor *c)
{
    if (*c->from == '\n') {
        c->below++;
        c->col = 1;
    } else if (((unsigned char)*c->from & 0xc0) != 0x80) {
        c->col++; /* not in the middle of a character */
    }
    c->from++;
}

static struct csv_field *new_field(struct csv_reader *r, struct csv_row *row)
{
    if (row->len == r->fields_cap) {
        r->fields_cap = r->fields_cap == 0 ? 32 : 2 * r->fields_cap;
        r->fields = realloc(r->fields, r->fields_cap * sizeof r->fields[0]);
        SIM_REQUIRE(r->fields != NULL);
        row->fields = r->fields;
    }
    return &r->fields[row->len++];
}

static void complain(struct csv_row *row, const char *problem)
{
    if (row->problem != NULL)
        return;
    row->problem = problem;
    row->problem_field = row->len - 1;
}

/* Behind the opening quote: moves what the quotes enclose to the front; returns its end. */
static char *take_quoted(struct cursor *c, struct csv_row *row)
{
    char *to = c->from;
    pass(c);
    while (c->from < c->end) {
        const bool is_quote = *c->from == '"';
        if (is_quote && (c->from + 1 == c->end || c->from[1] != '"')) {
            pass(c);
            return to;
        }
        if (is_quote)
            pass(c);
        *to++ = *c->from;
        pass(c);
    }
    complain(row, "the quote is not closed");
    return to;
}

static void take_field(struct csv_reader *r, struct csv_row *row, struct cursor *c)
{
    struct csv_field *f = new_field(r, row);
    char *to = c->from;
    *f = (struct csv_field){.text = c->from, .below = c->below, .col = c->col};
    f->is_quoted = r->dialect.has_quotes && c->from < c->end && *c->from == '"';
    if (f->is_quoted) {
        to = take_quoted(c, row);
        if (c->from < c->end && *c->from != r->dialect.delimiter)
            complain(row, "there is text between the closing quote and the next delimiter");
    }
    for (; c->from < c->end && *c->from != r->dialect.delimiter; pass(c))
        *to++ = *c->from;
    f->len = (size_t)(to - f->text);
    const bool is_last = c->from == c->end;
    pass(c); /* the delimiter, before it is overwritten, or the NUL at the end */
    *to = '\0';
    if (is_last)
        c->end = NULL;
}

bool csv_reader_next(struct csv_reader *r, struct csv_row *row)
{
    struct line line;
    do {
        if (r->has_failed || !line_reader_next(r->lines, &line))
            return false;
    } while (line.len == 0);
    if (!gather_row(r, &line))
        return false;
    *row = (struct csv_row){.fields = r->fields, .line = line.number};
    struct cursor c = {.from = line.text, .end = line.text + line.len, .col = 1};
    while (c.end != NULL)
        take_field(r, row, &c);
    return true;
}

bool csv_reader_failed(const struct csv_reader *r)
{
    return r->has_failed || line_reader_failed(r->lines);
}

void csv_field_trim(struct csv_field *f)
{
    while (f->len > 0 && (*f->text == ' ' || *f->text == '\t')) {
        f->text++;
        f->len--;
        f->col++;
    }
    while (f->len > 0 && (f->text[f->len - 1] == ' ' || f->text[f->len - 1] == '\t'))
        f->text[--f->len] = '\0';
}

struct src_pos csv_reader_at(const struct csv_reader *r, const struct csv_row *row, size_t field)
{
    const struct csv_field *f = field < row->len ? &row->fields[field] : NULL;
    const struct line line = {.number = row->line + (f == NULL ? 0 : f->below)};
    return line_reader_at(r->lines, &line, f == NULL ? 0 : f->col);
}
