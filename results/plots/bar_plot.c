/* Waits of each policy as bars: a panel for the mean, one for the 95th percentile, one for the
 * longest. Lying bars leave room for names of any length. */
#include "results/comparison_values.h"
#include "results/plots/palette.h"
#include "results/plots/plot_kinds.h"
#include "results/plots/time_axis.h"

#include <math.h>

enum { BAR_PX = 26, PANEL_PADDING_PX = 14, LETTER_PX = 8, LEAST_LEFT_PX = 90, NAMES_GAP_PX = 40 };

#define HALF_BAR 0.36
#define ROOM     1.14 /* for the number behind the longest bar */
#define NS_PER_S 1e9

static const struct bar_panel {
    const char *title;
    enum statistic s;
    unsigned p;
} panels[] = {
    {"mean wait", STAT_MEAN, 0},
    {"95% of the jobs wait at most", STAT_P, 950000},
    {"longest wait", STAT_MAX, 0},
};

enum { PANELS = sizeof panels / sizeof panels[0] };

static double greatest(const struct comparison_values *v)
{
    double most = 0;
    for (size_t i = 0; i < v->len; i++) /* of a number and NaN it is the number */
        most = fmax(most, fmax(v->of[i].value, comparison_interval(v, i).upper));
    return most;
}

/* The interval of a mean over replications; where it ends. Panels share the page's arrows. */
static double put_interval(const struct plot_page *p, const struct interval *i, size_t bar,
                           const struct time_axis *axis)
{
    const double lower = fmax(i->lower, 0) * NS_PER_S / axis->unit_ns;
    const double upper = i->upper * NS_PER_S / axis->unit_ns;
    fprintf(p->out,
            "set arrow %zu from %.6g,%zu to %.6g,%zu heads size screen 0.003,90 front lw 1.2\n",
            bar + 1, lower, bar, upper, bar);
    return upper;
}

static void put_panel(const struct plot_page *p, size_t panel, const struct run_record *runs,
                      size_t len)
{
    struct comparison_values v =
        comparison_values_of(runs, len, METRIC_WAIT, panels[panel].s, panels[panel].p);
    const double most = greatest(&v) > 0 ? greatest(&v) * ROOM : 1;
    const struct time_axis axis = time_axis_of((int64_t)(most * NS_PER_S));
    plot_page_panel(p, panel);
    fputs("unset arrow\n", p->out);
    fprintf(p->out,
            "set label 3 '%s' at graph 0,1 offset 0,0.7 left\n"
            "set xrange [0:%.6g]\nset xtics %.6g\nset xlabel '%s' offset 0,0.5\n",
            panels[panel].title, axis.length, axis.step, axis.unit);
    for (size_t i = 0; i < len; i++) {
        char text[METRIC_TEXT];
        const double x = isnan(v.of[i].value) ? 0 : v.of[i].value * NS_PER_S / axis.unit_ns;
        const struct interval interval = comparison_interval(&v, i);
        const bool has_interval = interval_is_known(&interval);
        const double end = has_interval ? put_interval(p, &interval, i, &axis) : x;
        fprintf(p->out,
                "set object %zu rectangle from 0,%g to %.6g,%g fc rgb '%s' fs solid noborder\n"
                "set label %zu '%s' at %.6g,%zu offset 0.6,0 left\n",
                i + 1, (double)i - HALF_BAR, x, (double)i + HALF_BAR, palette_of(i), i + 10,
                metric_print(text, v.unit, v.of[i].value), end, i);
    }
    fputs("plot NaN notitle\n", p->out);
    comparison_values_fini(&v);
}

bool plot_all_bars(struct plot_page *page, const struct run_record *runs, size_t len)
{
    const size_t longest = plot_longest_policy(runs, len);
    page->title =
        runs[0].replications == NULL ? "Waits by policy" : "Waits by policy, 95% intervals";
    page->panels = PANELS;
    page->panel_px = (unsigned)len * BAR_PX + PANEL_PADDING_PX;
    page->gap_px = 84; /* each panel has its own axis */
    page->left_px = (unsigned)longest * LETTER_PX + NAMES_GAP_PX;
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
