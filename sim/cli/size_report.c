#include "sim/cli/size_report.h"

#include "results/metric.h"
#include "results/plots/frontier_plot.h"
#include "results/plots/plots.h"
#include "sim/arena.h"
#include "sim/calendar.h"
#include "sim/csv.h"
#include "sim/out_file.h"
#include "sim/text_stream.h"
#include "sim/text_table.h"

#include <math.h>
#include <string.h>

#define HOURS_PER_MONTH 730

double size_report_usd_per_month(const struct candidate *c)
{
    return (double)c->price_micro_per_h * 1e-6 * HOURS_PER_MONTH;
}

static const char *verdict_word(const struct candidate *c)
{
    if (c->is_open)
        return c->holds ? "probably" : "probably not";
    return c->holds ? "yes" : "no";
}

static const char *setting_text(const struct scenario_setting *s, struct arena *a)
{
    struct text_stream t;
    axis_print_value(s->value, text_stream_open(&t));
    text_stream_close(&t);
    const char *text = arena_text(a, t.text, t.len);
    free(t.text);
    return text;
}

/* --- size.csv --- */

static const char *const *column_names(const struct size_report *r)
{
    enum { OWN = 5, PER_TARGET = 5 };
    const struct size_plan *plan = r->job->plan;
    struct arena *a = r->job->arena;
    const char **names =
        arena_alloc(a, (plan->axes.len + OWN + PER_TARGET * plan->targets_len) * sizeof names[0]);
    size_t len = 0;
    for (size_t i = 0; i < plan->axes.len; i++)
        names[len++] = plan->axes.items[i].knob.text;
    names[len++] = "usd_per_month";
    names[len++] = "replications";
    names[len++] = "holds";
    names[len++] = "is_answer";
    for (size_t i = 0; i < plan->targets_len; i++) {
        const char *text = plan->targets[i].text;
        names[len++] = arena_printf(a, "%s: mean", text);
        names[len++] = arena_printf(a, "%s: low", text);
        names[len++] = arena_printf(a, "%s: high", text);
        names[len++] = arena_printf(a, "%s: worst", text);
    }
    names[len] = NULL;
    return names;
}

static void put_row(const struct size_report *r, const struct candidate *c, struct csv *csv)
{
    const struct size_plan *plan = r->job->plan;
    const struct scenario_setting *settings = axes_point(&plan->axes, c->point, r->job->arena);
    for (size_t i = 0; i < plan->axes.len; i++)
        csv_text(csv, setting_text(&settings[i], r->job->arena));
    csv_real(csv, size_report_usd_per_month(c));
    csv_int(csv, (int64_t)c->replications);
    csv_text(csv, verdict_word(c));
    csv_text(csv, c == r->answer ? "yes" : "no");
    for (size_t i = 0; i < plan->targets_len; i++) {
        const struct target_value *v = &c->targets[i];
        csv_real(csv, v->interval.mean);
        csv_real(csv, v->interval.mean - v->margin);
        csv_real(csv, v->interval.mean + v->margin);
        csv_text(csv, v->group);
    }
    csv_end_row(csv);
}

bool size_report_write_csv(const struct size_report *r, const char *path, struct diag *d)
{
    struct out_file *out = out_file_open(path, d);
    if (out == NULL)
        return false;
    struct csv csv;
    csv_begin(&csv, out, column_names(r));
    for (size_t i = 0; i < r->len; i++)
        put_row(r, r->candidates[i], &csv);
    return out_file_close(out, d);
}

/* --- the picture --- */

static const struct frontier_point *points_of(const struct size_report *r, size_t target)
{
    struct frontier_point *points = arena_alloc(r->job->arena, (r->len + 1) * sizeof points[0]);
    for (size_t i = 0; i < r->len; i++) {
        const struct target_value *v = &r->candidates[i]->targets[target];
        points[i] = (struct frontier_point){
            .cost = size_report_usd_per_month(r->candidates[i]),
            .value = v->interval.mean,
            .low = v->interval.mean - v->margin,
            .high = v->interval.mean + v->margin,
            .holds = comparison_holds(r->job->plan->targets[target].op, v->interval.mean,
                                      r->job->plan->targets[target].value),
        };
    }
    return points;
}

bool size_report_draw(const struct size_report *r, const char *dir, struct diag *d)
{
    const struct size_plan *plan = r->job->plan;
    struct frontier_target *targets =
        arena_alloc(r->job->arena, plan->targets_len * sizeof targets[0]);
    struct frontier_plot plot = {.scenario = r->job->base->scenario.name,
                                 .targets = targets,
                                 .len = plan->targets_len,
                                 .answer = SIZE_MAX};
    for (size_t i = 0; i < plan->targets_len; i++) {
        const struct expectation *e = &plan->targets[i];
        targets[i] = (struct frontier_target){.title = e->text,
                                              .unit = metric_unit_of(e->id, e->s),
                                              .limit = e->value,
                                              .points = points_of(r, i),
                                              .len = r->len};
    }
    for (size_t i = 0; i < r->len; i++)
        if (r->candidates[i] == r->answer)
            plot.answer = i;
    return plots_draw_frontier(&plot, dir, d);
}

/* --- for people --- */

static const char *value_text(const struct size_plan *plan, const struct candidate *c,
                              size_t target, struct arena *a)
{
    const struct target_value *v = &c->targets[target];
    const struct expectation *e = &plan->targets[target];
    const enum metric_unit unit = metric_unit_of(e->id, e->s);
    char mean[METRIC_TEXT], margin[METRIC_TEXT];
    if (v->interval.count == 0)
        return "nothing measured";
    const char *group = v->group == NULL || v->group[0] == '\0' || e->name != NULL ? "" : v->group;
    return arena_printf(a, "%s%s%s%s%s%s", metric_print(mean, unit, v->interval.mean),
                        isnan(v->margin) ? "" : " \302\261 ",
                        isnan(v->margin) ? "" : metric_print(margin, unit, v->margin),
                        group[0] == '\0' ? "" : " (", group, group[0] == '\0' ? "" : ")");
}

/* Better in the sense of the target. */
static bool is_better(const struct expectation *e, double a, double b)
{
    const bool is_most = e->op == LESS || e->op == LESS_EQUAL;
    return isnan(b) || (is_most ? a < b : a > b);
}

/* Whether another one costs no more and is better in one target, and in none worse. */
static bool is_dominated(const struct size_report *r, const struct candidate *c)
{
    const struct size_plan *plan = r->job->plan;
    for (size_t i = 0; i < r->len; i++) {
        const struct candidate *o = r->candidates[i];
        bool is_somewhere = false, is_nowhere_worse = true;
        for (size_t t = 0; t < plan->targets_len; t++) {
            const double mine = c->targets[t].interval.mean, its = o->targets[t].interval.mean;
            is_somewhere |= is_better(&plan->targets[t], its, mine);
            is_nowhere_worse &= !is_better(&plan->targets[t], mine, its);
        }
        if (o->price_micro_per_h <= c->price_micro_per_h && is_somewhere && is_nowhere_worse)
            return true;
    }
    return false;
}

static void add_cells(const struct size_report *r, const struct candidate *c, struct text_table *t)
{
    const struct size_plan *plan = r->job->plan;
    struct arena *a = r->job->arena;
    const struct scenario_setting *settings = axes_point(&plan->axes, c->point, a);
    char money[METRIC_TEXT];
    for (size_t i = 0; i < plan->axes.len; i++)
        text_table_cell(t, setting_text(&settings[i], a));
    text_table_cell(t, metric_print(money, UNIT_DOLLARS, size_report_usd_per_month(c)));
    text_table_cell(t, arena_printf(a, "%zu", c->replications));
    for (size_t i = 0; i < plan->targets_len; i++)
        text_table_cell(t, value_text(plan, c, i, a));
    text_table_cell(t, verdict_word(c));
}

static void print_frontier(const struct size_report *r, FILE *out)
{
    enum { OWN = 3 };
    const struct size_plan *plan = r->job->plan;
    struct text_column *columns =
        arena_alloc(r->job->arena, (plan->axes.len + plan->targets_len + OWN) * sizeof columns[0]);
    size_t len = 0;
    for (size_t i = 0; i < plan->axes.len; i++)
        columns[len++] = (struct text_column){plan->axes.items[i].knob.text, true};
    columns[len++] = (struct text_column){"a month", true};
    columns[len++] = (struct text_column){"runs", true};
    for (size_t i = 0; i < plan->targets_len; i++)
        columns[len++] = (struct text_column){plan->targets[i].text, true};
    columns[len++] = (struct text_column){"holds", false};
    struct text_table *t = text_table_new(columns, len);
    for (size_t i = 0; i < r->len; i++)
        if (r->candidates[i] == r->answer || r->candidates[i] == r->below ||
            !is_dominated(r, r->candidates[i]))
            add_cells(r, r->candidates[i], t);
    text_table_print(t, out);
    text_table_free(t);
}

static void print_settings(const struct size_report *r, const struct candidate *c, FILE *out)
{
    const struct axes *axes = &r->job->plan->axes;
    axis_print_settings(axes_point(axes, c->point, r->job->arena), axes->len, out);
}

/* Which target the next smaller one misses, by how much, for whom, and when it is worst. */
static void print_why_not(const struct size_report *r, const struct candidate *c, struct diag *d,
                          FILE *out)
{
    const struct size_plan *plan = r->job->plan;
    print_settings(r, c, out);
    fputs(c->is_open ? " probably does not keep" : " does not keep", out);
    const char *before = " ";
    for (size_t i = 0; i < plan->targets_len; i++) {
        const struct expectation *e = &plan->targets[i];
        if (c->targets[i].decision == DECISION_HOLDS ||
            (c->is_open && comparison_holds(e->op, c->targets[i].interval.mean, e->value)))
            continue;
        fprintf(out, "%s%s: %s", before, e->text, value_text(plan, c, i, r->job->arena));
        before = ", nor ";
    }
    int64_t at_ns;
    double waiting;
    char date[CALENDAR_TEXT];
    if (candidate_worst_time(r->job, c->point, &at_ns, &waiting, d))
        fprintf(out, "; most jobs wait at %.16s: %.0f", calendar_print(date, at_ns), waiting);
    fputs(".\n", out);
}

static size_t count_runs(const struct size_report *r)
{
    size_t runs = 0;
    for (size_t i = 0; i < r->len; i++)
        runs += r->candidates[i]->replications;
    return runs;
}

static void print_answer(const struct size_report *r, FILE *out)
{
    char money[METRIC_TEXT];
    fputs("Answer: ", out);
    print_settings(r, r->answer, out);
    fprintf(out, ", for %s a month. ",
            metric_print(money, UNIT_DOLLARS, size_report_usd_per_month(r->answer)));
    if (r->answer->is_open)
        fprintf(out, "Its means keep the targets, but %zu replications do not make that certain.\n",
                r->answer->replications);
    else
        fprintf(out, "It keeps the targets with %g %% confidence.\n",
                100 * r->job->plan->confidence);
}

/* Of what fails the one that is nearest: with the fewest targets missed, then the dearest. */
static const struct candidate *best_found(const struct size_report *r)
{
    const struct candidate *best = NULL;
    size_t best_kept = 0;
    for (size_t i = 0; i < r->len; i++) {
        size_t kept = 0;
        for (size_t t = 0; t < r->job->plan->targets_len; t++)
            kept += r->candidates[i]->targets[t].decision == DECISION_HOLDS;
        if (best == NULL || kept >= best_kept) {
            best = r->candidates[i];
            best_kept = kept;
        }
    }
    return best;
}

void size_report_print(const struct size_report *r, struct diag *d, FILE *out)
{
    print_frontier(r, out);
    if (r->answer != NULL)
        print_answer(r, out);
    else if (r->result->was_stopped)
        fputs("No answer yet: nothing that was looked at keeps the targets.\n", out);
    else
        fputs("Answer: nothing within the range keeps the targets.\n", out);
    const struct candidate *missed = r->answer != NULL ? r->below
                                     : r->len > 0      ? best_found(r)
                                                       : NULL;
    if (missed != NULL && !missed->holds)
        print_why_not(r, missed, d, out);
    if (r->answer != NULL && r->below == NULL)
        fputs("It is the smallest of the range: a smaller one may do as well.\n", out);
    if (r->result->is_uneven)
        fputs(
            "Beware: something that fails has less below it that holds. More is not always better "
            "here; look at size.csv.\n",
            out);
    if (r->result->was_stopped)
        fputs("The time was over before the search was, so there may be a cheaper one: --resume "
              "goes on.\n",
              out);
    fprintf(out, "%zu of %llu combinations were looked at, with %zu runs.\n", r->len,
            (unsigned long long)r->job->plan->points, count_runs(r));
}
