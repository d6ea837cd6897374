/* GPUs over time: what they did, as areas one above the other. The areas are drawn from the highest
 * to the lowest, each from zero, so each covers what is below its upper edge. */
#include "results/metrics.h"
#include "results/plots/palette.h"
#include "results/plots/plot_data.h"
#include "results/plots/plot_kinds.h"
#include "sim/check.h"

#include <math.h>
#include <stdint.h>

/* Columns of the data behind the time: upper edges. */
static const struct level {
    const char *name, *colour;
    unsigned shares; /* a bit for each enum pool_share below the edge; 0: what is active */
} levels[] = {
    {"active", PALETTE_BLUE, 0},
    {"allocated", PALETTE_SKY, 1u << SHARE_ALLOCATED},
    {"fragmented", PALETTE_ORANGE, 1u << SHARE_ALLOCATED | 1u << SHARE_FRAGMENTED},
    {"idle", PALETTE_LIGHT, 1u << SHARE_ALLOCATED | 1u << SHARE_FRAGMENTED | 1u << SHARE_IDLE},
    {"down", PALETTE_DARK,
     1u << SHARE_ALLOCATED | 1u << SHARE_FRAGMENTED | 1u << SHARE_IDLE | 1u << SHARE_DOWN},
};

enum {
    ACTIVE,
    ALLOCATED,
    LEVELS = sizeof levels / sizeof levels[0],
    PANEL_PX = 300,
    SMALL_PANEL_PX = 170,
    LEAST_PANEL_PX = 110,
};

#define ALWAYS_ACTIVE 0.995 /* of what is allocated: then it is not shown */

static double upper_edge(const struct timeline *t, size_t step, size_t pool, const struct level *l)
{
    if (l->shares == 0) /* more where somebody is alone on a shared GPU */
        return fmin(timeline_active_gpus(t, step, pool),
                    timeline_gpus(t, step, pool, SHARE_ALLOCATED));
    double gpus = 0;
    for (unsigned s = 0; s < POOL_SHARES; s++)
        if (l->shares >> s & 1)
            gpus += timeline_gpus(t, step, pool, (enum pool_share)s);
    return gpus;
}

/* The first level worth showing. */
static size_t first_level(const struct timeline *t)
{
    double active = 0, allocated = 0;
    for (size_t i = 0; i < timeline_len(t); i++) {
        const double ns = (double)(timeline_to_ns(t, i) - timeline_from_ns(t, i));
        active += ns * timeline_active_gpus(t, i, SIZE_MAX);
        allocated += ns * timeline_gpus(t, i, SIZE_MAX, SHARE_ALLOCATED);
    }
    return active < ALWAYS_ACTIVE * allocated ? ACTIVE : ALLOCATED;
}

static void put_edges(FILE *out, const struct timeline *t, size_t step, const void *pool)
{
    for (size_t l = 0; l < LEVELS; l++)
        fprintf(out, " %.6g", upper_edge(t, step, *(const size_t *)pool, &levels[l]));
}

static void put_data(FILE *out, size_t panel, const struct timeline *t, size_t pool,
                     const struct time_axis *axis)
{
    plot_steps_print(&(struct plot_steps){"gpus", panel, t, axis}, put_edges, &pool, out);
}

/* Whether people count in it: 1, 2, 2.5 or 5 and zeros, or a power of two. */
static bool is_round(double step)
{
    double digits = step, halves = step;
    while (digits >= 10)
        digits /= 10;
    while (halves > 1)
        halves /= 2;
    return halves == 1 || digits == 1 || digits == 2 || digits == 2.5 || digits == 5;
}

/* Marks at the quarters of the capacity, if they are round. */
static void put_gpus_axis(FILE *out, double gpus)
{
    fprintf(out, "set yrange [0:%.6g]\nset ylabel 'GPUs'\n", gpus);
    if (is_round(gpus / 4))
        fprintf(out, "set ytics %.6g\n", gpus / 4);
    else
        fputs("set ytics autofreq\n", out);
}

/* --- one run --- */

/* Pools with GPUs, or all together where they are too many to be known singly. */
static size_t choose_pools(const struct timeline *t, size_t pools[TIMELINE_POOLS])
{
    size_t len = 0;
    for (size_t p = 0; p < timeline_pools(t); p++)
        if (timeline_capacity_gpus(t, p) > 0)
            pools[len++] = p;
    if (len == 0)
        pools[len++] = SIZE_MAX;
    return len;
}

static void put_pool_panel(const struct plot_page *p, size_t panel, double gpus, size_t first)
{
    plot_page_panel(p, panel);
    put_gpus_axis(p->out, gpus);
    if (p->panels > 1)
        fprintf(p->out, "set label 3 pool_%zu at graph 0,1 offset 0,0.7 left\n", panel);
    fputs("plot ", p->out);
    for (size_t l = first; l < LEVELS; l++)
        fprintf(p->out, "NaN with boxes lc rgb '%s' title '%s', ",
                levels[l == first ? ACTIVE : l].colour, levels[l].name);
    for (size_t l = LEVELS; l-- > first;)
        fprintf(p->out, "$gpus_%zu using 1:%zu with filledcurves y1=0 lc rgb '%s' notitle%s", panel,
                l + 2, levels[l == first ? ACTIVE : l].colour, l == first ? "\n" : ", ");
}

static void put_remark(struct plot_page *page, struct metrics *m)
{
    char held[METRIC_TEXT];
    const struct metric_place all = {BY_NOTHING, 0};
    snprintf(page->remark, sizeof page->remark, ": held %s of the time",
             metric_print(held, UNIT_SHARE,
                          metrics_value(m, METRIC_UTILISATION, all, STAT_MEAN, 0).value));
}

bool plot_run_utilisation(struct plot_page *page, const struct run_record *runs, size_t len)
{
    SIM_REQUIRE(len == 1);
    const struct timeline *t = runs->timeline;
    size_t pools[TIMELINE_POOLS];
    if (plot_length_ns(runs, 1) == 0 || timeline_capacity_gpus(t, SIZE_MAX) <= 0)
        return false;
    const struct time_axis axis = time_axis_of(plot_length_ns(runs, 1));
    const size_t first = first_level(t);
    page->has_time_axis = true;
    page->title = "What the GPUs did";
    put_remark(page, runs->metrics);
    page->panels = choose_pools(t, pools);
    page->panel_px = page->panels == 1 ? PANEL_PX : SMALL_PANEL_PX;
    page->key_entries = LEVELS - first;
    page->key_longest = plot_text_len(levels[ALLOCATED + 1].name);
    plot_page_begin(page);
    time_axis_print(&axis, timeline_start_ns(t), page->out);
    for (size_t i = 0; i < page->panels; i++) {
        put_data(page->out, i, t, pools[i], &axis);
        plot_name(page->out, "pool", i,
                  pools[i] == SIZE_MAX ? "all" : timeline_pool_name(t, pools[i]));
    }
    plot_page_draw(page);
    for (size_t i = 0; i < page->panels; i++)
        put_pool_panel(page, i, timeline_capacity_gpus(t, pools[i]), first);
    plot_page_end(page);
    return true;
}

/* --- all runs --- */

static void put_policy_panel(const struct plot_page *p, size_t panel)
{
    plot_page_panel(p, panel);
    fprintf(p->out,
            "set label 3 policy_%zu at graph 0,1 offset 0,0.7 left\n"
            "plot $gpus_%zu using 1:3 with filledcurves y1=0 lc rgb '%s' notitle\n",
            panel, panel, palette_of(panel));
}

bool plot_all_utilisation(struct plot_page *page, const struct run_record *runs, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (plot_length_ns(&runs[i], 1) == 0 ||
            timeline_capacity_gpus(runs[i].timeline, SIZE_MAX) <= 0)
            return false;
    const struct time_axis axis = time_axis_of(plot_length_ns(runs, len));
    page->has_time_axis = true;
    page->title = "GPUs held by jobs";
    plot_remark_first(page, runs);
    page->panels = len;
    page->panel_px = len <= 2 ? SMALL_PANEL_PX : LEAST_PANEL_PX;
    plot_page_begin(page);
    time_axis_print(&axis, timeline_start_ns(runs->timeline), page->out);
    plot_policy_names(page->out, runs, len);
    for (size_t i = 0; i < len; i++)
        put_data(page->out, i, runs[i].timeline, SIZE_MAX, &axis);
    put_gpus_axis(page->out, timeline_capacity_gpus(runs->timeline, SIZE_MAX));
    plot_page_draw(page);
    for (size_t i = 0; i < len; i++)
        put_policy_panel(page, i);
    plot_page_end(page);
    return true;
}
