/* What people compare policies by, as bars with the intervals of their means: a panel for each
 * value. Lying bars leave room for names of any length. */
#include "results/comparison_values.h"
#include "results/plots/palette.h"
#include "results/plots/plot_kinds.h"
#include "results/plots/value_axis.h"
#include "results/replications.h"

#include <math.h>

enum {
    BAR_PX = 26,
    PANEL_PADDING_PX = 14,
    AXIS_PX = 84, /* each panel has its own */
    LETTER_PX = 8,
    LEAST_LEFT_PX = 90,
    NAMES_GAP_PX = 40
};

#define HALF_BAR 0.36
#define ROOM     1.14 /* for the number behind the longest bar */

static const struct value_panel {
    const char *title;
    enum metric_id id;
    enum statistic s;
    unsigned p;
    const char *unit; /* of the axis; NULL: that of the values */
} panels[] = {
    {"mean wait", METRIC_WAIT, STAT_MEAN, 0, NULL},
    {"95% of the jobs wait at most", METRIC_WAIT, STAT_P, 950000, NULL},
    {"longest wait", METRIC_WAIT, STAT_MAX, 0, NULL},
    {"mean bounded slowdown", METRIC_BOUNDED_SLOWDOWN, STAT_MEAN, 0,
     "turnaround / run of at least 10 s"},
    {"GPUs held by jobs", METRIC_UTILISATION, STAT_MEAN, 0, "percent of the capacity"},
};

enum { PANELS = sizeof panels / sizeof panels[0] };

static double greatest(const struct comparison_values *v)
{
    double most = 0;
    for (size_t i = 0; i < v->len; i++) /* of a number and NaN it is the number */
        most = fmax(most, fmax(v->of[i].value, comparison_interval(v, i).upper));
    return most;
}

/* --- the bars --- */

/* The interval of a mean over replications; where it ends. Panels share the page's arrows. */
static double put_interval(FILE *out, const struct interval *i, size_t bar,
                           const struct value_axis *axis)
{
    const double lower = fmax(i->lower, 0) * axis->scale;
    const double upper = i->upper * axis->scale;
    fprintf(out,
            "set arrow %zu from %.6g,%zu to %.6g,%zu heads size screen 0.003,90 front lw 1.2\n",
            bar + 1, lower, bar, upper, bar);
    return upper;
}

static void put_bar(FILE *out, const struct comparison_values *v, size_t i,
                    const struct value_axis *axis)
{
    char text[METRIC_TEXT];
    const double x = isnan(v->of[i].value) ? 0 : v->of[i].value * axis->scale;
    const struct interval interval = comparison_interval(v, i);
    const double end =
        interval_is_known(&interval) ? fmax(x, put_interval(out, &interval, i, axis)) : x;
    fprintf(out,
            "set object %zu rectangle from 0,%g to %.6g,%g fc rgb '%s' fs solid noborder\n"
            "set label %zu '%s' at %.6g,%zu offset 0.6,0 left\n",
            i + 1, (double)i - HALF_BAR, x, (double)i + HALF_BAR, palette_of(i), i + 10,
            metric_print(text, v->unit, v->of[i].value), end, i);
}

static void put_panel(const struct plot_page *p, size_t panel, const struct run_record *runs,
                      size_t len)
{
    const struct value_panel *of = &panels[panel];
    struct comparison_values v = comparison_values_of(runs, len, of->id, of->s, of->p);
    const struct value_axis axis = value_axis_of(v.unit, greatest(&v) * ROOM);
    plot_page_panel(p, panel);
    fprintf(p->out,
            "unset arrow\n"
            "set label 3 '%s' at graph 0,1 offset 0,0.7 left\n"
            "set xrange [0:%.6g]\nset xtics %.6g\nset xlabel '%s' offset 0,0.5\n",
            of->title, axis.length, axis.step, of->unit != NULL ? of->unit : axis.unit);
    for (size_t i = 0; i < len; i++)
        put_bar(p->out, &v, i, &axis);
    fputs("plot NaN notitle\n", p->out);
    comparison_values_fini(&v);
}

bool plot_all_policies(struct plot_page *page, const struct run_record *runs, size_t len)
{
    page->title = "Policies compared";
    plot_remark_means(page, runs, "lines");
    page->panels = PANELS;
    page->panel_px = (unsigned)len * BAR_PX + PANEL_PADDING_PX;
    page->gap_px = AXIS_PX;
    page->left_px = (unsigned)plot_longest_policy(runs, len) * LETTER_PX + NAMES_GAP_PX;
    if (page->left_px < LEAST_LEFT_PX)
        page->left_px = LEAST_LEFT_PX;
    plot_page_begin(page);
    plot_policy_names(page->out, runs, len);
    fprintf(page->out, "set yrange [%g:-0.6]\nunset grid\nset ytics scale 0 (",
            (double)len - 1 + 0.6);
    for (size_t i = 0; i < len; i++)
        fprintf(page->out, "policy_%zu %zu%s", i, i, i + 1 < len ? ", " : ")\n");
    plot_page_draw(page);
    for (size_t i = 0; i < PANELS; i++)
        put_panel(page, i, runs, len);
    plot_page_end(page);
    return true;
}
