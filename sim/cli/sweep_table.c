#include "sim/cli/sweep_table.h"

#include "sim/arena.h"
#include "sim/cli/sweep_rows.h"
#include "sim/csv.h"
#include "sim/out_file.h"
#include "sim/text_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* --- a run's line in the journal --- */

void sweep_table_note(const struct sweep_plan *plan, size_t policy, size_t replication,
                      const struct run_record *record, FILE *out)
{
    fprintf(out, "%zu %zu %s", policy, replication, simulation_end_name(record->end));
    for (size_t i = 0; i < plan->measures_len; i++) {
        const struct expectation_result r = expectation_check(&plan->measures[i], record->metrics);
        fprintf(out, " %a", r.value.value);
    }
    fputc('\n', out);
}

/* Fills a row from the line at *at and moves on to the next. False: it is no such line. */
static bool read_line(const struct sweep_table *t, char **at, struct sweep_row *row)
{
    char *next = *at;
    const unsigned long long policy = strtoull(next, &next, 10);
    const unsigned long long replication = strtoull(next, &next, 10);
    if (policy >= t->scenario->policies_len || *next++ != ' ')
        return false;
    row->policy = t->scenario->policies[policy].name;
    row->replication = replication;
    row->end = next;
    next += strcspn(next, " \n");
    for (size_t i = 0; i < t->plan->measures_len; i++) {
        if (*next != ' ')
            return false;
        *next++ = '\0';
        row->values[i] = strtod(next, &next);
    }
    if (*next != '\n')
        return false;
    *next++ = '\0';
    *at = next;
    return true;
}

/* --- all rows --- */

static struct point_journal *journal_of(const struct sweep_table *t, uint64_t point)
{
    for (size_t i = 0; i < t->journals_len; i++)
        if (point_journal_has(t->journals[i], point))
            return t->journals[i];
    return NULL;
}

uint64_t sweep_table_missing(const struct sweep_table *t, uint64_t *count)
{
    uint64_t first = t->plan->points;
    *count = 0;
    for (uint64_t point = 0; point < t->plan->points; point++)
        if (journal_of(t, point) == NULL) {
            first = *count == 0 ? point : first;
            ++*count;
        }
    return first;
}

static const char *value_text(const struct yaml_node *value, struct arena *a)
{
    struct text_stream s;
    axis_print_value(value, text_stream_open(&s));
    text_stream_close(&s);
    const char *text = arena_text(a, s.text, s.len);
    free(s.text);
    return text;
}

static bool walk_point(const struct sweep_table *t, struct sweep_row *row, sweep_row_fn *put,
                       void *context)
{
    struct arena *a = arena_new();
    const struct scenario_setting *settings = sweep_plan_point(t->plan, row->point, a);
    for (size_t i = 0; i < t->plan->axes.len; i++)
        row->settings[i] = value_text(settings[i].value, a);
    char *text = point_journal_text(journal_of(t, row->point), row->point);
    bool ok = text != NULL;
    for (char *at = text; ok && *at != '\0';) {
        ok = read_line(t, &at, row);
        if (ok)
            put(context, row);
    }
    free(text);
    arena_free(a);
    return ok;
}

bool sweep_rows_walk(const struct sweep_table *t, sweep_row_fn *put, void *context, struct diag *d)
{
    struct arena *a = arena_new();
    struct sweep_row row = {
        .settings = arena_alloc(a, (t->plan->axes.len + 1) * sizeof row.settings[0]),
        .values = arena_alloc(a, (t->plan->measures_len + 1) * sizeof row.values[0]),
    };
    bool ok = true;
    for (row.point = 0; ok && row.point < t->plan->points; row.point++)
        ok = walk_point(t, &row, put, context);
    if (!ok)
        diag_world(d, (struct src_pos){.file = t->scenario->path},
                   "the journal of the sweep cannot be read again: %s", strerror(errno));
    arena_free(a);
    return ok;
}

const char *const *sweep_rows_names(const struct sweep_table *t, struct arena *a)
{
    const size_t axes = t->plan->axes.len, measures = t->plan->measures_len;
    const char **names =
        arena_alloc(a, (axes + measures + SWEEP_OWN_COLUMNS + 1) * sizeof names[0]);
    size_t len = 0;
    names[len++] = "point";
    for (size_t i = 0; i < axes; i++)
        names[len++] = t->plan->axes.items[i].knob.text;
    names[len++] = "policy";
    names[len++] = "replication";
    names[len++] = "end";
    for (size_t i = 0; i < measures; i++) {
        const struct expectation *e = &t->plan->measures[i];
        const char *unit = metric_unit_name(metric_unit_of(e->id, e->s));
        names[len++] = unit[0] == '\0' ? e->text : arena_printf(a, "%s [%s]", e->text, unit);
    }
    names[len] = NULL;
    return names;
}

/* --- sweep.csv --- */

struct csv_target {
    const struct sweep_plan *plan;
    struct csv csv;
};

static void put_csv(void *context, const struct sweep_row *row)
{
    struct csv_target *to = context;
    csv_int(&to->csv, (int64_t)row->point);
    for (size_t i = 0; i < to->plan->axes.len; i++)
        csv_text(&to->csv, row->settings[i]);
    csv_text(&to->csv, row->policy);
    csv_int(&to->csv, (int64_t)row->replication);
    csv_text(&to->csv, row->end);
    for (size_t i = 0; i < to->plan->measures_len; i++)
        csv_real(&to->csv, row->values[i]);
    csv_end_row(&to->csv);
}

bool sweep_table_write_csv(const struct sweep_table *t, const char *path, struct diag *d)
{
    struct out_file *out = out_file_open(path, d);
    if (out == NULL)
        return false;
    struct csv_target to = {.plan = t->plan};
    struct arena *a = arena_new();
    csv_begin(&to.csv, out, sweep_rows_names(t, a));
    const bool ok = sweep_rows_walk(t, put_csv, &to, d);
    arena_free(a);
    if (ok)
        return out_file_close(out, d);
    out_file_abandon(out);
    return false;
}
