#include "results/plots/frontier_plot.h"

#include "results/plots/palette.h"
#include "results/plots/plot_kinds.h"
#include "results/plots/value_axis.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { PANEL_PX = 230 };

#define ROOM      1.1  /* above the highest point */
#define LIMITS    5    /* values of more limits than that are shown at the upper edge */
#define COST_ROOM 0.06 /* of the costs, before the first and behind the last */
#define FAILS     "#D55E00"
#define EDGE      0.96 /* where they stand, below the title */
#define BEYOND    "beyond the axis"
#define THOUSANDS 20000.0
#define MILLIONS  20e6

struct cost_axis {
    const char *unit;
    double scale, from, to; /* from and to are scaled */
};

static struct cost_axis cost_axis_of(const struct frontier_plot *f)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < f->targets[0].len; i++) {
        least = fmin(least, f->targets[0].points[i].cost);
        most = fmax(most, f->targets[0].points[i].cost);
    }
    struct cost_axis axis = {"USD a month", 1, 0, 0};
    if (most >= MILLIONS)
        axis = (struct cost_axis){"million USD a month", 1e-6, 0, 0};
    else if (most >= THOUSANDS)
        axis = (struct cost_axis){"thousand USD a month", 1e-3, 0, 0};
    const double room = most > least ? (most - least) * COST_ROOM : fmax(most, 1) * COST_ROOM;
    axis.from = fmax(least - room, 0) * axis.scale;
    axis.to = (most + room) * axis.scale;
    return axis;
}

/* From 0 to the highest value; not much farther than a limit, of which candidates may miss much. */
static struct value_axis value_axis_of_target(const struct frontier_target *t)
{
    double most = isnan(t->limit) ? 0 : t->limit;
    for (size_t i = 0; i < t->len; i++) /* of a number and NaN it is the number */
        most = fmax(most, fmax(t->points[i].value, t->points[i].high));
    if (t->limit > 0)
        most = fmin(most, LIMITS * t->limit);
    return value_axis_of(t->unit, most * ROOM);
}

/* Cost, value, its interval, and whether it lies above the axis. */
static void put_points(FILE *out, const struct frontier_target *t, size_t number, bool holds,
                       const struct cost_axis *cost)
{
    const struct value_axis y = value_axis_of_target(t);
    fprintf(out, "$%s_%zu << END\n", holds ? "kept" : "missed", number);
    for (size_t i = 0; i < t->len; i++) {
        const struct frontier_point *p = &t->points[i];
        if (isnan(p->value) || p->holds != holds)
            continue;
        const double value = p->value * y.scale;
        const double low = isnan(p->low) ? value : fmax(p->low, 0) * y.scale;
        const double high = isnan(p->high) ? value : p->high * y.scale;
        const double top = value > y.length ? EDGE * y.length : y.length;
        fprintf(out, "%.9g %.9g %.9g %.9g %d\n", p->cost * cost->scale, fmin(value, top),
                fmin(low, top), fmin(high, top), value > y.length);
    }
    fputs("END\n", out);
}

static void put_answer(FILE *out, const struct frontier_plot *f, size_t number,
                       const struct cost_axis *cost)
{
    const struct frontier_target *t = &f->targets[number];
    const struct value_axis y = value_axis_of_target(t);
    fprintf(out, "$answer_%zu << END\n", number);
    if (f->answer < t->len && !isnan(t->points[f->answer].value))
        fprintf(out, "%.9g %.9g\n", t->points[f->answer].cost * cost->scale,
                fmin(t->points[f->answer].value * y.scale, y.length));
    fputs("END\n", out);
}

/* --- a panel --- */

static void put_group(FILE *out, const char *block, size_t panel, const char *colour)
{
    fprintf(out,
            "$%s_%zu using 1:2:3:4 with yerrorbars pt 7 ps 0 lw 1.2 lc rgb '%s' notitle, "
            "$%s_%zu using 1:($5 == 0 ? $2 : NaN) with points pt 7 ps 0.7 lc rgb '%s' notitle, "
            "$%s_%zu using 1:($5 == 1 ? $2 : NaN) with points pt 9 ps 0.9 lc rgb '%s' notitle, ",
            block, panel, colour, block, panel, colour, block, panel, colour);
}

static void put_panel(const struct plot_page *p, const struct frontier_plot *f, size_t panel)
{
    const struct frontier_target *t = &f->targets[panel];
    const struct value_axis y = value_axis_of_target(t);
    plot_page_panel(p, panel);
    fprintf(p->out,
            "set label 3 target_%zu at graph 0,1 offset 0,0.7 left\n"
            "set yrange [0:%.6g]\nset ytics %.6g\nset ylabel '%s'\nunset arrow\n",
            panel, y.length, y.step, y.unit);
    if (!isnan(t->limit))
        fprintf(p->out,
                "set arrow 1 from graph 0,first %.9g to graph 1,first %.9g nohead dt 2 lw 1.2 lc "
                "rgb '" PALETTE_BLACK "'\n",
                t->limit * y.scale, t->limit * y.scale);
    fputs("plot ", p->out);
    put_group(p->out, "missed", panel, FAILS);
    put_group(p->out, "kept", panel, PALETTE_BLUE);
    fprintf(p->out,
            "$answer_%zu using 1:2 with points pt 6 ps 2 lw 1.6 lc rgb '" PALETTE_BLACK
            "' notitle, "
            "NaN with points pt 7 ps 0.7 lc rgb '" PALETTE_BLUE "' title 'target kept', "
            "NaN with points pt 7 ps 0.7 lc rgb '" FAILS "' title 'target missed', "
            "NaN with points pt 9 ps 0.9 lc rgb '" FAILS "' title '" BEYOND "', "
            "NaN with points pt 6 ps 1.6 lw 1.6 lc rgb '" PALETTE_BLACK "' title 'the answer', "
            "NaN with lines dt 2 lw 1.2 lc rgb '" PALETTE_BLACK "' title 'target'\n",
            panel);
}

bool frontier_plot_write(struct plot_page *page, const struct frontier_plot *f)
{
    if (f->len == 0 || f->targets[0].len == 0)
        return false;
    const struct cost_axis cost = cost_axis_of(f);
    page->title = "What keeping the targets costs";
    snprintf(page->remark, sizeof page->remark, "%s; lines: 95%% intervals",
             f->answer == SIZE_MAX ? ": no candidate keeps all" : "");
    page->panels = f->len;
    page->panel_px = PANEL_PX;
    page->has_time_axis = true; /* one axis for all panels, below the lowest */
    page->key_entries = 5;
    page->key_longest = strlen(BEYOND);
    plot_page_begin(page);
    fprintf(page->out, "set xrange [%.9g:%.9g]\nset xtics autofreq\nx_label = '%s'\n", cost.from,
            cost.to, cost.unit);
    for (size_t i = 0; i < f->len; i++) {
        plot_name(page->out, "target", i, f->targets[i].title);
        put_points(page->out, &f->targets[i], i, true, &cost);
        put_points(page->out, &f->targets[i], i, false, &cost);
        put_answer(page->out, f, i, &cost);
    }
    plot_page_draw(page);
    for (size_t i = 0; i < f->len; i++)
        put_panel(page, f, i);
    plot_page_end(page);
    return true;
}
