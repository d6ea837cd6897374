#include "sim/cli/baseline.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/numeral.h"
#include "sim/quantity.h"
#include "workloads/csv_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum column {
    POLICY,
    BY,
    GROUP,
    METRIC,
    STATISTIC,
    SEED,
    REPLICATION,
    VALUE,
    COLUMNS,
};

static const char *const column_names[] = {
    [POLICY] = "policy",           [BY] = "by",       [GROUP] = "group",
    [METRIC] = "metric",           [SEED] = "seed",   [STATISTIC] = "statistic",
    [REPLICATION] = "replication", [VALUE] = "value",
};

struct file {
    struct baseline *b;
    struct arena *arena;
    struct diag *diag;
    const char *path;
    struct csv_reader *reader;
    struct csv_row row;
    size_t at[COLUMNS];
};

/* --- rows --- */

static bool read_header(struct file *f)
{
    if (!csv_reader_next(f->reader, &f->row)) {
        diag_error(f->diag, (struct src_pos){.file = f->path}, "the file is empty");
        return false;
    }
    for (size_t c = 0; c < COLUMNS; c++) {
        f->at[c] = SIZE_MAX;
        for (size_t i = 0; i < f->row.len; i++)
            if (strcmp(f->row.fields[i].text, column_names[c]) == 0)
                f->at[c] = i;
        if (f->at[c] != SIZE_MAX)
            continue;
        diag_error(f->diag, csv_reader_at(f->reader, &f->row, 0),
                   "there is no column '%s': this is no replications.csv", column_names[c]);
        return false;
    }
    return true;
}

static const char *text_of(const struct file *f, enum column c)
{
    return f->row.fields[f->at[c]].text;
}

static bool refuse(const struct file *f, enum column c, const char *why)
{
    diag_error(f->diag, csv_reader_at(f->reader, &f->row, f->at[c]), "%s: '%s': %s",
               column_names[c], text_of(f, c), why);
    return false;
}

static bool is_series(const struct file *f, const struct baseline_series *s)
{
    return strcmp(s->statistic, text_of(f, STATISTIC)) == 0 &&
           strcmp(s->group, text_of(f, GROUP)) == 0 && strcmp(s->metric, text_of(f, METRIC)) == 0 &&
           strcmp(s->by, text_of(f, BY)) == 0 && strcmp(s->policy, text_of(f, POLICY)) == 0;
}

static const char *copied(const struct file *f, enum column c)
{
    return arena_text(f->arena, text_of(f, c), strlen(text_of(f, c)));
}

/* Rows of one series stand together. */
static struct baseline_series *series_of_row(struct file *f)
{
    struct baseline *b = f->b;
    if (b->len > 0 && is_series(f, &b->series[b->len - 1]))
        return &b->series[b->len - 1];
    if (b->len == b->cap) {
        b->cap = b->cap == 0 ? 256 : 2 * b->cap;
        b->series = realloc(b->series, b->cap * sizeof b->series[0]);
        SIM_REQUIRE(b->series != NULL);
    }
    b->series[b->len] = (struct baseline_series){
        .policy = copied(f, POLICY),
        .by = copied(f, BY),
        .group = copied(f, GROUP),
        .metric = copied(f, METRIC),
        .statistic = copied(f, STATISTIC),
    };
    return &b->series[b->len++];
}

static void push(struct baseline_series *s, double value)
{
    if (s->len == s->cap) {
        s->cap = s->cap == 0 ? 32 : 2 * s->cap;
        s->values = realloc(s->values, s->cap * sizeof s->values[0]);
        SIM_REQUIRE(s->values != NULL);
    }
    s->values[s->len++] = value;
}

static bool read_row(struct file *f)
{
    const char *why;
    double value = (double)NAN;
    int64_t replication, seed;
    for (size_t c = 0; c < COLUMNS; c++)
        if (f->at[c] >= f->row.len) {
            diag_error(f->diag, csv_reader_at(f->reader, &f->row, f->at[c]),
                       "the line ends before '%s'", column_names[c]);
            return false;
        }
    if (text_of(f, VALUE)[0] != '\0' && !quantity_real(text_of(f, VALUE), &value, &why))
        return refuse(f, VALUE, why);
    if (!quantity_int(text_of(f, SEED), &seed, &why))
        return refuse(f, SEED, why);
    if (!quantity_int(text_of(f, REPLICATION), &replication, &why))
        return refuse(f, REPLICATION, why);
    struct baseline_series *s = series_of_row(f);
    if (replication != (int64_t)s->len)
        return refuse(f, REPLICATION, "replications are not in order, or one is missing");
    if (f->b->len > 1 && f->b->seed != (uint64_t)seed)
        return refuse(f, SEED, "it is another one above");
    f->b->seed = (uint64_t)seed;
    push(s, value);
    f->b->replications = s->len > f->b->replications ? s->len : f->b->replications;
    return true;
}

/* --- the whole --- */

static bool read_all(struct file *f)
{
    bool ok = read_header(f);
    while (ok && csv_reader_next(f->reader, &f->row))
        ok = read_row(f);
    return ok && !csv_reader_failed(f->reader);
}

bool baseline_read(struct baseline *b, const char *dir, struct arena *a, struct diag *d)
{
    *b = (struct baseline){.dir = dir};
    struct file f = {.b = b, .arena = a, .diag = d};
    f.path = arena_printf(a, "%s/replications.csv", dir);
    if (access(f.path, F_OK) != 0) {
        diag_error(d, (struct src_pos){.file = f.path},
                   "--baseline: there is no such file; `run` and `compare` write it with "
                   "--replications");
        return false;
    }
    f.reader = csv_reader_open(f.path, &csv_rfc4180, d);
    if (f.reader == NULL)
        return false;
    const bool ok = read_all(&f);
    csv_reader_close(f.reader);
    if (ok && b->replications < 2)
        diag_error(d, (struct src_pos){.file = f.path},
                   "--baseline: of %zu replications there is no interval; at least 2 are needed",
                   b->replications);
    return ok && b->replications >= 2;
}

void baseline_close(struct baseline *b)
{
    for (size_t i = 0; i < b->len; i++)
        free(b->series[i].values);
    free(b->series);
    *b = (struct baseline){0};
}

bool baseline_has_policy(const struct baseline *b, const char *policy)
{
    for (size_t i = 0; i < b->len; i++)
        if (strcmp(b->series[i].policy, policy) == 0)
            return true;
    return false;
}

size_t baseline_find(const struct baseline *b, size_t from, const char *policy,
                     const struct replication_question *q)
{
    char buf[STATISTIC_TEXT];
    const char *statistic = statistic_print(buf, q->s, q->p);
    for (size_t i = from; i < b->len; i++) {
        const struct baseline_series *s = &b->series[i];
        if (strcmp(s->metric, metric_get(q->id)->name) == 0 &&
            strcmp(s->statistic, statistic) == 0 && strcmp(s->by, metric_by_name(q->by)) == 0 &&
            strcmp(s->policy, policy) == 0)
            return i;
    }
    return SIZE_MAX;
}
