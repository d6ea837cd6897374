/* Which GPUs were held when, on a cluster of any size: a row per GPU, node or several nodes, darker
 * where more of it was held. A box is as long as the colour stays. */
#include "results/gpu_heat.h"
#include "results/plots/palette.h"
#include "results/plots/plot_kinds.h"
#include "results/plots/row_axis.h"
#include "results/plots/time_axis.h"
#include "sim/check.h"

#include <string.h>

enum { PANEL_PX = 480, LEAST_ROW_PX = 5, MOST_ROW_PX = 22, GAP_FROM_PX = 10 };

#define GAP 0.04 /* of a row, above and below; narrow rows lie close */

/* Source   ColorBrewer 2.0, YlGnBu: lightness falls evenly, for any colour vision and in print. */
static const struct heat_level {
    const char *name, *colour;
    double most; /* share of the GPUs */
} levels[] = {
    {"none held", "#F0F0F0", 0.0005},  {"up to 25%", "#C7E9B4", 0.25},
    {"up to 50%", "#7FCDBB", 0.5},     {"up to 75%", "#41B6C4", 0.75},
    {"under 100%", "#2C7FB8", 0.9995}, {"all held", "#253494", 1},
};

enum { LEVELS = sizeof levels / sizeof levels[0] };

static size_t level_of(double share)
{
    size_t level = 0;
    while (level + 1 < LEVELS && share > levels[level].most)
        level++;
    return level;
}

static double at(const struct gpu_heat *h, const struct time_axis *axis, int64_t ns)
{
    return time_axis_at(axis, ns - gpu_heat_from_ns(h, 0));
}

/* Time from, to, and row of each run of columns of one level. */
static void put_row(FILE *out, const struct gpu_heat *h, const struct time_axis *axis, size_t row,
                    size_t level)
{
    double shares[HEAT_COLUMNS];
    const size_t len = gpu_heat_columns(h);
    gpu_heat_shares(h, row, shares);
    for (size_t i = 0, next; i < len; i = next) {
        for (next = i + 1; next < len && level_of(shares[next]) == level_of(shares[i]);)
            next++;
        if (level_of(shares[i]) == level)
            fprintf(out, "%.9g %.9g %zu\n", at(h, axis, gpu_heat_from_ns(h, i)),
                    at(h, axis, gpu_heat_to_ns(h, next - 1)), row);
    }
}

static void put_level(FILE *out, const struct gpu_heat *h, const struct time_axis *axis,
                      size_t level)
{
    fprintf(out, "$held_%zu << END\n", level);
    for (size_t row = 0; row < gpu_heat_rows(h); row++)
        put_row(out, h, axis, row, level);
    fputs("END\n", out);
}

static const char *node_of(const void *heat, size_t row)
{
    return gpu_heat_node(heat, row);
}

static bool begins_node(const void *heat, size_t row)
{
    return gpu_heat_begins_node(heat, row);
}

static void put_remark(struct plot_page *page, const struct gpu_heat *h)
{
    if (gpu_heat_row_is(h) == HEAT_GPU)
        snprintf(page->remark, sizeof page->remark, ": a row per GPU");
    else if (gpu_heat_row_is(h) == HEAT_NODE)
        snprintf(page->remark, sizeof page->remark, ": a row per node, of up to %u GPUs",
                 gpu_heat_most_gpus(h));
    else
        snprintf(page->remark, sizeof page->remark,
                 ": a row per %u nodes, with the name of the first", gpu_heat_nodes_of_row(h));
}

static void put_boxes(const struct plot_page *p, unsigned row_px)
{
    const double gap = row_px < GAP_FROM_PX ? 0 : GAP;
    plot_page_panel(p, 0);
    fprintf(p->out,
            "set object 1 rectangle from graph 0,graph 0 to graph 1,graph 1 behind "
            "fc rgb '%s' fs solid noborder\nplot ",
            levels[0].colour);
    for (size_t l = 0; l < LEVELS; l++)
        fprintf(p->out, "NaN with boxes lc rgb '%s' title '%s', ", levels[l].colour,
                levels[l].name);
    for (size_t l = 1; l < LEVELS; l++)
        fprintf(p->out,
                "$held_%zu using 1:3:1:2:($3+%g):($3+1-%g) with boxxyerror lc rgb '%s' notitle%s",
                l, gap, gap, levels[l].colour, l + 1 < LEVELS ? ", " : "\n");
}

bool plot_run_heat(struct plot_page *page, const struct run_record *runs, size_t len)
{
    SIM_REQUIRE(len == 1);
    const struct gpu_heat *h = runs->heat;
    const size_t rows = gpu_heat_rows(h);
    if (rows == 0 || gpu_heat_columns(h) == 0)
        return false;
    const struct row_axis nodes = {rows, row_axis_px(rows, PANEL_PX, LEAST_ROW_PX, MOST_ROW_PX), h,
                                   node_of, begins_node};
    const struct time_axis axis = time_axis_of(runs->end_ns - runs->start_ns);
    page->has_time_axis = true;
    page->title = "How much of the GPUs was held";
    put_remark(page, h);
    page->panels = 1;
    page->panel_px = nodes.row_px * (unsigned)rows;
    page->key_entries = LEVELS;
    page->key_longest = strlen("under 100%");
    page->left_px = row_axis_left_px(&nodes);
    plot_page_begin(page);
    time_axis_print(&axis, runs->start_ns, page->out);
    row_axis_print(&nodes, page->out);
    for (size_t l = 1; l < LEVELS; l++)
        put_level(page->out, h, &axis, l);
    plot_page_draw(page);
    put_boxes(page, nodes.row_px);
    plot_page_end(page);
    return true;
}
