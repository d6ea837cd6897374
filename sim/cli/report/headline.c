#include "sim/cli/report/headline.h"

#include "results/metric.h"
#include "sim/arena.h"
#include "sim/cli/report/html.h"
#include "workloads/csv_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct shown {
    const char *title;
    const char *metric, *statistic; /* as in summary.csv */
} shown[] = {
    {"jobs done", "done", "count"},      {"mean wait", "wait", "mean"},
    {"median wait", "wait", "p50"},      {"p95 wait", "wait", "p95"},
    {"longest wait", "wait", "max"},     {"mean slowdown", "bounded_slowdown", "mean"},
    {"GPU use", "utilisation", "mean"},  {"makespan", "makespan", "mean"},
    {"evictions", "preemptions", "sum"}, {"GPU hours", "gpu_hours", "sum"},
    {"cost of jobs", "cost", "sum"},
};

enum { SHOWN = sizeof shown / sizeof shown[0], MOST_POLICIES = 64 };

struct value {
    const char *exact, *lower, *upper; /* NULL: there is none */
    bool is_best;
};

struct headline {
    struct arena *arena;
    const char *policies[MOST_POLICIES];
    struct value values[MOST_POLICIES][SHOWN];
    size_t len;
};

enum column { POLICY, BY, METRIC, STATISTIC, VALUE, LOWER, UPPER, LOW, HIGH, RANK, COLUMNS };

static const char *const column_names[COLUMNS] = {"policy", "by",    "metric", "statistic", "value",
                                                  "lower",  "upper", "low",    "high",      "rank"};

struct layout {
    size_t at[COLUMNS]; /* SIZE_MAX: the file has none */
};

static struct layout read_layout(const struct csv_row *header)
{
    struct layout l;
    for (size_t c = 0; c < COLUMNS; c++) {
        l.at[c] = SIZE_MAX;
        for (size_t i = 0; i < header->len; i++)
            if (strcmp(header->fields[i].text, column_names[c]) == 0)
                l.at[c] = i;
    }
    return l;
}

static const char *cell(const struct layout *l, const struct csv_row *row, enum column c)
{
    return l->at[c] < row->len ? row->fields[l->at[c]].text : "";
}

static size_t policy_of(struct headline *h, const char *name)
{
    size_t i = 0;
    while (i < h->len && strcmp(h->policies[i], name) != 0)
        i++;
    if (i == h->len && i < MOST_POLICIES)
        h->policies[h->len++] = arena_printf(h->arena, "%s", name);
    return i;
}

static const char *kept(const struct headline *h, const char *text, const char *otherwise)
{
    const char *given = text[0] != '\0' ? text : otherwise;
    return given[0] == '\0' ? NULL : arena_printf(h->arena, "%s", given);
}

static void read_row(struct headline *h, const struct layout *l, const struct csv_row *row)
{
    for (size_t s = 0; s < SHOWN; s++) {
        if (strcmp(cell(l, row, METRIC), shown[s].metric) != 0 ||
            strcmp(cell(l, row, STATISTIC), shown[s].statistic) != 0 || cell(l, row, BY)[0] != '\0')
            continue;
        const size_t p = policy_of(h, cell(l, row, POLICY));
        if (p == MOST_POLICIES)
            return;
        h->values[p][s] = (struct value){
            .exact = kept(h, cell(l, row, VALUE), ""),
            .lower = kept(h, cell(l, row, LOWER), cell(l, row, LOW)),
            .upper = kept(h, cell(l, row, UPPER), cell(l, row, HIGH)),
            .is_best = strcmp(cell(l, row, RANK), "1") == 0,
        };
    }
}

static bool read_table(struct headline *h, const char *path, struct diag *d)
{
    struct csv_reader *r = csv_reader_open(path, &csv_rfc4180, d);
    struct csv_row row;
    if (r == NULL)
        return false;
    if (csv_reader_next(r, &row)) {
        const struct layout l = read_layout(&row);
        while (csv_reader_next(r, &row))
            read_row(h, &l, &row);
    }
    const bool ok = !csv_reader_failed(r);
    csv_reader_close(r);
    return ok;
}

/* --- showing --- */

static enum metric_unit unit_of(const struct shown *s)
{
    const enum metric_id id = metric_find(s->metric, strlen(s->metric));
    const enum statistic stat = strcmp(s->statistic, "count") == 0 ? STAT_COUNT
                                : strcmp(s->statistic, "sum") == 0 ? STAT_SUM
                                : strcmp(s->statistic, "max") == 0 ? STAT_MAX
                                                                   : STAT_MEAN;
    return metric_unit_of(id, stat);
}

static const char *shown_as(char buf[METRIC_TEXT], enum metric_unit unit, const char *exact)
{
    return metric_print(buf, unit, strtod(exact, NULL));
}

static void put_value(struct out_file *out, const struct value *v, const struct shown *s)
{
    char buf[METRIC_TEXT];
    const enum metric_unit unit = unit_of(s);
    html_raw(out, v->is_best ? "<td class=\"n best\"" : "<td class=\"n\"");
    if (v->exact == NULL) {
        html_raw(out, " data-v=\"\">-</td>");
        return;
    }
    html_attribute(out, "data-v", v->exact);
    html_attribute(out, "title", v->exact);
    html_raw(out, ">");
    html_text(out, shown_as(buf, unit, v->exact));
    if (v->lower != NULL && v->upper != NULL) {
        html_raw(out, "<br><span class=\"note\">");
        html_text(out, shown_as(buf, unit, v->lower));
        html_raw(out, " to ");
        html_text(out, shown_as(buf, unit, v->upper));
        html_raw(out, "</span>");
    }
    html_raw(out, "</td>");
}

/* What all share is no distinction, and neither is what one alone has. */
static void forget_shared_ranks(struct headline *h)
{
    for (size_t s = 0; s < SHOWN; s++) {
        size_t best = 0;
        for (size_t p = 0; p < h->len; p++)
            best += h->values[p][s].is_best;
        for (size_t p = 0; best == h->len && p < h->len; p++)
            h->values[p][s].is_best = false;
    }
}

static void put(struct out_file *out, const struct headline *h)
{
    html_raw(out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"sorts\"><thead><tr>"
                  "<th scope=\"col\">policy</th>");
    for (size_t s = 0; s < SHOWN; s++) {
        html_raw(out, "<th scope=\"col\" class=\"n\">");
        html_text(out, shown[s].title);
        html_raw(out, "</th>");
    }
    html_raw(out, "</tr></thead><tbody>\n");
    for (size_t p = 0; p < h->len; p++) {
        html_raw(out, "<tr>");
        html_element(out, "td", h->policies[p]);
        for (size_t s = 0; s < SHOWN; s++)
            put_value(out, &h->values[p][s], &shown[s]);
        html_raw(out, "</tr>\n");
    }
    html_raw(out, "</tbody></table></div>\n<p class=\"note\">Of jobs submitted after the warm-up. "
                  "Exact values are shown where the pointer rests, and stand in the tables "
                  "below.</p>\n");
}

bool headline_put(struct out_file *out, const struct folder *f, struct arena *a, struct diag *d)
{
    struct headline *h = arena_alloc(a, sizeof *h);
    h->arena = a;
    const char *table = folder_table(f, "compare.csv");
    bool ok = true;
    if (table == NULL)
        table = folder_table(f, "summary.csv");
    if (table != NULL)
        ok = read_table(h, table, d);
    for (size_t i = 0; table == NULL && i < f->runs_len; i++)
        if (folder_table(&f->runs[i], "summary.csv") != NULL)
            ok &= read_table(h, folder_table(&f->runs[i], "summary.csv"), d);
    forget_shared_ranks(h);
    if (h->len > 0)
        put(out, h);
    return ok;
}
