/* Waits as a distribution: which part of the jobs waited at most so long. */
#include "results/metrics.h"
#include "results/plots/palette.h"
#include "results/plots/plot_data.h"
#include "results/plots/plot_kinds.h"
#include "results/plots/wait_axis.h"
#include "sim/check.h"

#include <math.h>
#include <stdlib.h>

enum {
    STEPS_MOST = 1000,
    HARDLY_ANYBODY = QUANTILE_ONE / 100,
    LINES_MOST = PALETTE_LEN + 1,
    PANEL_PX = 360
};

#define NS_PER_S 1e9

/* A line of the plot. */
struct wait_line {
    struct quantile *waits;
    const char *name;
    uint64_t jobs;
    const char *colour;
    unsigned dash;
};

static double wait_at_s(struct quantile *q, unsigned p)
{
    struct quantile_answer a;
    return quantile_at(q, p, &a) ? (double)a.value / NS_PER_S : 0;
}

static struct wait_axis axis_of(const struct wait_line *lines, size_t len)
{
    double longest = 0, shortest = INFINITY;
    for (size_t i = 0; i < len; i++) {
        longest = fmax(longest, wait_at_s(lines[i].waits, QUANTILE_ONE));
        shortest = fmin(shortest, wait_at_s(lines[i].waits, HARDLY_ANYBODY));
    }
    return wait_axis_of(shortest, longest);
}

/* --- the lines --- */

/* In percent of the jobs. What is left of the axis lies at its end. */
static void put_line(FILE *out, size_t number, struct quantile *q, const struct wait_axis *axis)
{
    struct quantile_step *steps = calloc(STEPS_MOST, sizeof steps[0]);
    SIM_REQUIRE(steps != NULL);
    const size_t len = quantile_cdf(q, steps, STEPS_MOST);
    const double all = (double)quantile_count(q);
    fprintf(out, "$waits_%zu << END\n", number);
    if (len == 0 || (double)steps[0].value / NS_PER_S > axis->from_s)
        fprintf(out, "%g 0\n", axis->from_s);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "%.9g %.6g\n", fmax((double)steps[i].value / NS_PER_S, axis->from_s),
                100 * (double)steps[i].count / all);
    fprintf(out, "%.9g 100\nEND\n", axis->to_s);
    free(steps);
}

static void put_page(struct plot_page *page, const struct wait_line *lines, size_t len)
{
    const struct wait_axis axis = axis_of(lines, len);
    page->title = "How long jobs waited";
    page->panels = 1;
    page->panel_px = PANEL_PX;
    page->key_entries = len > 1 ? len : 0;
    for (size_t i = 0; i < len; i++)
        if (plot_text_len(lines[i].name) > page->key_longest)
            page->key_longest = plot_text_len(lines[i].name);
    plot_page_begin(page);
    for (size_t i = 0; i < len; i++)
        plot_name(page->out, "line", i, lines[i].name);
    wait_axis_print(&axis, page->out);
    for (size_t i = 0; i < len; i++)
        put_line(page->out, i, lines[i].waits, &axis);
    plot_page_draw(page);
    plot_page_panel(page, 0);
    fputs("plot ", page->out);
    for (size_t i = 0; i < len; i++)
        plot_line_print(
            &(struct plot_line){"waits", "steps lw 2", "line", lines[i].colour, lines[i].dash}, i,
            len, page->out);
    plot_page_end(page);
}

static void add_line(struct wait_line *lines, size_t *len, const struct wait_line *line)
{
    if (line->waits != NULL && quantile_count(line->waits) > 0)
        lines[(*len)++] = *line;
}

static struct wait_line line_of(struct metrics *m, struct metric_place at, const char *name,
                                const char *colour)
{
    struct quantile *q = metrics_quantile(m, METRIC_WAIT, at);
    return (struct wait_line){q, name, q == NULL ? 0 : quantile_count(q), colour, 1};
}

/* --- one run --- */

/* By queue, or by tenant where there is one queue; BY_NOTHING if that is one as well. */
static enum metric_by choose_by(const struct metrics *m)
{
    if (metrics_groups(m, METRIC_WAIT, BY_QUEUE) > 1)
        return BY_QUEUE;
    return metrics_groups(m, METRIC_WAIT, BY_TENANT) > 1 ? BY_TENANT : BY_NOTHING;
}

/* Whether as many others, or LINES_MOST - 1, have more jobs. */
static bool is_among_largest(struct metrics *m, enum metric_by by, size_t group)
{
    const size_t groups = metrics_groups(m, METRIC_WAIT, by);
    const uint64_t jobs = line_of(m, (struct metric_place){by, group}, "", "").jobs;
    size_t larger = 0;
    for (size_t g = 0; g < groups; g++) {
        const uint64_t theirs = line_of(m, (struct metric_place){by, g}, "", "").jobs;
        larger += theirs > jobs || (theirs == jobs && g < group);
    }
    return larger < LINES_MOST - 1;
}

static void put_remark(struct plot_page *page, struct metrics *m)
{
    static const unsigned medians = 500000, long_ones = 950000;
    char mean[METRIC_TEXT], median[METRIC_TEXT], p95[METRIC_TEXT];
    const struct metric_place all = {BY_NOTHING, 0};
    snprintf(
        page->remark, sizeof page->remark, ": mean %s, median %s, 95th percentile %s",
        metric_print(mean, UNIT_SECONDS, metrics_value(m, METRIC_WAIT, all, STAT_MEAN, 0).value),
        metric_print(median, UNIT_SECONDS,
                     metrics_value(m, METRIC_WAIT, all, STAT_P, medians).value),
        metric_print(p95, UNIT_SECONDS,
                     metrics_value(m, METRIC_WAIT, all, STAT_P, long_ones).value));
}

bool plot_run_waits(struct plot_page *page, const struct run_record *runs, size_t len)
{
    SIM_REQUIRE(len == 1);
    struct metrics *m = runs->metrics;
    struct wait_line lines[LINES_MOST];
    size_t lines_len = 0;
    if (metrics_jobs(m) == 0)
        return false;
    const enum metric_by by = choose_by(m);
    const size_t groups = by == BY_NOTHING ? 0 : metrics_groups(m, METRIC_WAIT, by);
    for (size_t g = 0; g < groups; g++) {
        const struct metric_place at = {by, g};
        const struct wait_line line =
            line_of(m, at, metrics_group_name(m, METRIC_WAIT, at), palette_of(lines_len));
        if (is_among_largest(m, by, g))
            add_line(lines, &lines_len, &line);
    }
    const struct wait_line all =
        line_of(m, (struct metric_place){BY_NOTHING, 0}, "all jobs", PALETTE_BLACK);
    add_line(lines, &lines_len, &all);
    put_remark(page, m);
    put_page(page, lines, lines_len);
    return true;
}

/* --- all runs --- */

bool plot_all_waits(struct plot_page *page, const struct run_record *runs, size_t len)
{
    struct wait_line *lines = calloc(len, sizeof lines[0]);
    SIM_REQUIRE(lines != NULL);
    size_t lines_len = 0;
    for (size_t i = 0; i < len; i++) {
        struct wait_line line = line_of(runs[i].metrics, (struct metric_place){BY_NOTHING, 0},
                                        runs[i].facts.policy, palette_of(i));
        line.dash = (unsigned)(i / PALETTE_LEN) + 1;
        add_line(lines, &lines_len, &line);
    }
    plot_remark_first(page, runs);
    double longest = 0;
    for (size_t i = 0; i < lines_len; i++)
        longest = fmax(longest, wait_at_s(lines[i].waits, QUANTILE_ONE));
    if (longest <= 0)
        plot_remark_add(page, "nobody waits");
    if (lines_len > 0)
        put_page(page, lines, lines_len);
    free(lines);
    return lines_len > 0;
}
