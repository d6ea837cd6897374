/*
 * row.h - a row of a CSV file, written straight into room that is asked for once.
 *
 * What csv.h does field by field, for the one file that has a row per job: half the time of a run
 * is this. Each function writes a field and the comma behind it, and returns where it ended; that
 * pointer stays in a register. row_end makes the last comma the end of the line.
 *
 *   char *to = row_begin(&rows);
 *   to = row_int(to, 7);
 *   to = row_seconds(to, 1500000000);
 *   row_end(&rows, to);                        7,1.5
 *
 * Memory   Borrows the file; nothing else is written to it between begin and end.
 * Errors   More numbers than were announced are a bug.
 * Cost     1 to 5 ns a field.
 */
#ifndef RESULTS_ROW_H
#define RESULTS_ROW_H

#include "models/job.h"
#include "sim/numeral.h"
#include "sim/out_file.h"

#include <string.h>

/* Room for ROW_TEXTS texts of up to ROW_TEXT_MOST bytes, beside the numbers; longer ones go past
 * it. A short text is copied in blocks, without a call: where it comes from and where it goes there
 * must be room for a whole number of them. */
enum { ROW_TEXT_MOST = 512, ROW_TEXTS = 5, ROW_BLOCK = 16 };

struct rows {
    struct out_file *file;
    size_t room; /* of one row */
};

/* A text and what follows it in a block. */
struct row_name {
    char text[ROW_BLOCK];
    size_t len;
};

static inline struct rows rows_of(struct out_file *file, size_t numbers)
{
    return (struct rows){file, ROW_TEXTS * (ROW_TEXT_MOST + ROW_BLOCK + 4) +
                                   numbers * (NUMERAL_MOST + 1)};
}

static inline char *row_begin(const struct rows *rows)
{
    return out_file_room(rows->file, rows->room);
}

static inline void row_end(const struct rows *rows, char *to)
{
    to[-1] = '\n';
    out_file_filled(rows->file, to);
}

/* Writes a text of any length as it is, and makes room for the rest of the row again. */
static inline char *row_past(const struct rows *rows, char *to, const char *text, size_t len)
{
    out_file_filled(rows->file, to);
    out_file_write(rows->file, text, len);
    return out_file_room(rows->file, rows->room);
}

/* Without the comma. */
static inline char *row_copy_blocks(char *to, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i += ROW_BLOCK) {
        char block[ROW_BLOCK]; /* the field before may be copied behind itself */
        memcpy(block, text + i, ROW_BLOCK);
        memcpy(to + i, block, ROW_BLOCK);
    }
    return to + len;
}

static inline char *row_empty(char *to)
{
    *to = ',';
    return to + 1;
}

static inline char *row_zero(char *to)
{
    memcpy(to, "0,", 2);
    return to + 2;
}

static inline char *row_digit(char *to, unsigned digit)
{
    to[0] = (char)('0' + digit);
    return row_empty(to + 1);
}

static inline char *row_int(char *to, int64_t value)
{
    return (uint64_t)value < 10 ? row_digit(to, (unsigned)value)
                                : row_empty(numeral_int(to, value));
}

static inline char *row_seconds(char *to, int64_t ns)
{
    return ns == 0 ? row_zero(to) : row_empty(numeral_seconds(to, ns));
}

/* An instant, in seconds after start; TIME_NEVER: an empty field. */
static inline char *row_instant(char *to, int64_t at_ns, int64_t start_ns)
{
    return at_ns == TIME_NEVER ? row_empty(to) : row_seconds(to, at_ns - start_ns);
}

/* A number given in millionths. */
static inline char *row_millionths(char *to, int64_t millionths)
{
    return millionths == 0 ? row_zero(to) : row_empty(numeral_dollars(to, millionths));
}

static inline struct row_name row_name_of(const char *text)
{
    struct row_name name = {.len = strlen(text)};
    SIM_REQUIRE(name.len <= ROW_BLOCK);
    memcpy(name.text, text, name.len);
    return name;
}

static inline char *row_name(char *to, const struct row_name *name)
{
    return row_empty(row_copy_blocks(to, name->text, name->len));
}

#endif /* RESULTS_ROW_H */
