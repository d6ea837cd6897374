#include "sim/csv.h"

#include "sim/check.h"
#include "sim/numeral.h"
#include "sim/out_file.h"

#include <math.h>
#include <string.h>

enum { SEPARATOR = 1, SHORT_TEXT = 128 };

/* Room for a field of `bytes`, behind its comma. */
static inline char *next_field(struct csv *c, size_t bytes)
{
    char *to = out_file_room(c->file, SEPARATOR + bytes);
    if (c->field++ > 0)
        *to++ = ',';
    return to;
}

/* Copies a text up to its end; NULL if it is long or has to be quoted. What may have to be is below
 * '-', so that most characters take one comparison. */
static char *copy_plain(char *to, const char *text)
{
    for (const char *end = to + SHORT_TEXT; to < end; to++, text++) {
        const unsigned char ch = (unsigned char)*text;
        if (ch < '-' && (ch == '\0' || ch == ',' || ch == '"' || ch == '\n' || ch == '\r'))
            return ch == '\0' ? to : NULL;
        *to = *text;
    }
    return NULL;
}

/* Piece by piece, each with the quote that ends it, which then is written again. */
static void write_quoted(struct out_file *f, const char *text)
{
    out_file_write(f, "\"", 1);
    for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
        out_file_write(f, text, (size_t)(quote + 1 - text));
        out_file_write(f, "\"", 1);
    }
    out_file_write(f, text, strlen(text));
    out_file_write(f, "\"", 1);
}

static void write_long(struct out_file *f, const char *text)
{
    if (strpbrk(text, ",\"\n\r") != NULL)
        write_quoted(f, text);
    else
        out_file_write(f, text, strlen(text));
}

void csv_begin(struct csv *c, struct out_file *file, const char *const *names)
{
    *c = (struct csv){.file = file};
    for (; names[c->columns] != NULL; c->columns++)
        csv_text(c, names[c->columns]);
    csv_end_row(c);
}

void csv_text(struct csv *c, const char *text)
{
    char *to = next_field(c, SHORT_TEXT);
    char *end = text == NULL ? to : copy_plain(to, text);
    out_file_filled(c->file, end == NULL ? to : end);
    if (end == NULL)
        write_long(c->file, text);
}

void csv_int(struct csv *c, int64_t value)
{
    out_file_filled(c->file, numeral_int(next_field(c, NUMERAL_MOST), value));
}

void csv_seconds(struct csv *c, int64_t ns)
{
    out_file_filled(c->file, numeral_seconds(next_field(c, NUMERAL_MOST), ns));
}

void csv_dollars(struct csv *c, int64_t micro_dollars)
{
    out_file_filled(c->file, numeral_dollars(next_field(c, NUMERAL_MOST), micro_dollars));
}

void csv_fixed(struct csv *c, int128 value, unsigned places)
{
    out_file_filled(c->file, numeral_fixed(next_field(c, NUMERAL_MOST), value, places));
}

void csv_real(struct csv *c, double x)
{
    char *to = next_field(c, NUMERAL_MOST);
    out_file_filled(c->file, isnan(x) ? to : numeral_real(to, x));
}

void csv_empty(struct csv *c)
{
    out_file_filled(c->file, next_field(c, 0));
}

void csv_end_row(struct csv *c)
{
    SIM_REQUIRE(c->field == c->columns);
    char *to = out_file_room(c->file, 1);
    *to++ = '\n';
    out_file_filled(c->file, to);
    c->field = 0;
}
