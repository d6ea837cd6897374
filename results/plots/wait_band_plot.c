/* Waits of all replications as a distribution: for each policy the mean share of jobs that waited
 * at most so long, with its interval at each wait by itself. */
#include "results/plots/palette.h"
#include "results/plots/plot_data.h"
#include "results/plots/plot_kinds.h"
#include "results/plots/wait_axis.h"
#include "results/replications.h"
#include "results/wait_curve.h"

#include <math.h>

enum { PANEL_PX = 400 };

#define HARDLY_ANYBODY 0.01
#define ALL            (1 - 1e-12) /* a mean of ones may be rounded */

static struct wait_axis axis_of(const struct run_record *runs, size_t len)
{
    double shortest = INFINITY, longest = 0;
    for (size_t i = 0; i < len; i++) {
        size_t point = 0;
        while (point + 1 < WAIT_CURVE_POINTS &&
               replications_waited(runs[i].replications, point).mean <= HARDLY_ANYBODY)
            point++;
        shortest = fmin(shortest, wait_curve_at_s(point));
        while (point + 1 < WAIT_CURVE_POINTS &&
               replications_waited(runs[i].replications, point).mean < ALL)
            point++;
        longest = fmax(longest, wait_curve_at_s(point));
    }
    return wait_axis_of(shortest, longest);
}

static double percent(double share)
{
    return 100 * fmin(fmax(share, 0), 1);
}

/* Wait, then mean, lower and upper end in percent. What lies before the axis lies at its beginning:
 * of that the last point is shown. */
static void put_band(FILE *out, size_t number, const struct replications *r,
                     const struct wait_axis *axis)
{
    fprintf(out, "$waits_%zu << END\n", number);
    for (size_t i = 0; i < WAIT_CURVE_POINTS; i++) {
        const double s = wait_curve_at_s(i);
        const bool is_before = i + 1 < WAIT_CURVE_POINTS && wait_curve_at_s(i + 1) <= axis->from_s;
        const struct interval waited = replications_waited(r, i);
        const bool has_band = interval_is_known(&waited);
        if (is_before || s > axis->to_s)
            continue;
        fprintf(out, "%.9g %.6g %.6g %.6g\n", fmax(s, axis->from_s), percent(waited.mean),
                percent(has_band ? waited.lower : waited.mean),
                percent(has_band ? waited.upper : waited.mean));
    }
    fputs("END\n", out);
}

static bool somebody_waits(const struct run_record *runs, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (replications_waited(runs[i].replications, 0).mean < ALL)
            return true;
    return false;
}

bool plot_all_wait_bands(struct plot_page *page, const struct run_record *runs, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (runs[i].replications == NULL || !replications_have_waits(runs[i].replications) ||
            isnan(replications_waited(runs[i].replications, 0).mean))
            return false;
    const struct wait_axis axis = axis_of(runs, len);
    page->title = "How long jobs waited";
    plot_remark_means(page, runs, "bands, at each wait");
    if (!somebody_waits(runs, len))
        plot_remark_add(page, "nobody waits");
    page->panels = 1;
    page->panel_px = PANEL_PX;
    page->key_entries = len > 1 ? len : 0;
    page->key_longest = plot_longest_policy(runs, len);
    plot_page_begin(page);
    plot_policy_names(page->out, runs, len);
    wait_axis_print(&axis, page->out);
    for (size_t i = 0; i < len; i++)
        put_band(page->out, i, runs[i].replications, &axis);
    plot_page_draw(page);
    plot_page_panel(page, 0);
    fputs("plot ", page->out);
    for (size_t i = 0; i < len; i++)
        fprintf(page->out,
                "$waits_%zu using 1:3:4 with filledcurves fs transparent solid 0.25 noborder "
                "lc rgb '%s' notitle, ",
                i, palette_of(i));
    for (size_t i = 0; i < len; i++) {
        const struct plot_line line = plot_line_of_policy(i, "waits", "lines lw 2");
        plot_line_print(&line, i, len, page->out);
    }
    plot_page_end(page);
    return true;
}
