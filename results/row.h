/*
 * row.h - a row of a CSV file, written straight into room that is asked for once.
 *
 * What csv.h does field by field, for the one file that has a row per job: half the time of a run
 * is this. Every field is followed by a comma, which row_end makes the end of the line.
 *
 *   struct row r = row_begin(file, numbers);
 *   row_int(&r, 7);
 *   row_seconds(&r, 1500000000);
 *   row_end(&r);                              7,1.5
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

/* Texts up to so many bytes are copied into the room, of which there is enough for ROW_TEXTS. */
enum { ROW_TEXT_MOST = 512, ROW_TEXTS = 4, ROW_NAME_BYTES = 16 };

struct row {
    struct out_file *file;
    char *to;
    size_t room;
};

/* A short constant text, copied whole in one instruction. */
struct row_name {
    char text[ROW_NAME_BYTES];
    size_t len;
};

static inline struct row row_begin(struct out_file *file, size_t numbers)
{
    struct row r = {.file = file};
    r.room = ROW_TEXTS * (2 * ROW_TEXT_MOST + 4) + numbers * (NUMERAL_MOST + 1);
    r.to = out_file_room(file, r.room);
    return r;
}

static inline void row_end(struct row *r)
{
    r->to[-1] = '\n';
    out_file_filled(r->file, r->to);
}

static inline void row_empty(struct row *r)
{
    *r->to++ = ',';
}

static inline void row_zero(struct row *r)
{
    r->to[0] = '0';
    r->to[1] = ',';
    r->to += 2;
}

static inline void row_int(struct row *r, int64_t value)
{
    if (value == 0) {
        row_zero(r);
        return;
    }
    r->to = numeral_int(r->to, value);
    row_empty(r);
}

static inline void row_seconds(struct row *r, int64_t ns)
{
    if (ns == 0) {
        row_zero(r);
        return;
    }
    r->to = numeral_seconds(r->to, ns);
    row_empty(r);
}

/* An instant, in seconds after start; TIME_NEVER: an empty field. */
static inline void row_instant(struct row *r, int64_t at_ns, int64_t start_ns)
{
    if (at_ns == TIME_NEVER)
        row_empty(r);
    else
        row_seconds(r, at_ns - start_ns);
}

/* A number given in millionths. */
static inline void row_millionths(struct row *r, int64_t millionths)
{
    if (millionths == 0) {
        row_zero(r);
        return;
    }
    r->to = numeral_dollars(r->to, millionths);
    row_empty(r);
}

static inline struct row_name row_name_of(const char *text)
{
    struct row_name name = {.len = strlen(text)};
    SIM_REQUIRE(name.len <= ROW_NAME_BYTES);
    memcpy(name.text, text, name.len);
    return name;
}

static inline void row_name(struct row *r, const struct row_name *name)
{
    memcpy(r->to, name->text, ROW_NAME_BYTES);
    r->to += name->len;
    row_empty(r);
}

#endif /* RESULTS_ROW_H */
