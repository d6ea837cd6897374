/* Who held which GPU when: a row per GPU, in it the slices of one that is cut, a box per stay, in
 * the colour of its tenant or queue, or of the job where they are all of one. */
#include "results/gpu_spans.h"
#include "results/plots/palette.h"
#include "results/plots/plot_kinds.h"
#include "results/plots/row_axis.h"
#include "results/plots/time_axis.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROW_PX = 18,     /* of one GPU, where they are few */
    CUT_ROW_PX = 56, /* the same, where some are cut into instances */
    CUT_PANEL_PX = 960,
    NAME_PX = 12,         /* of a box with a name in it, at least */
    LEAST_ROW_PX = 5,     /* where they are many */
    PANEL_PX_MOST = 640,  /* in between */
    EVICTIONS_MOST = 400, /* that are marked */
    NAMED_MOST = 60,      /* stays on GPUs with their job's name in them */
};

#define EVICTED       "evicted"
#define SLICE_GAP     0.015 /* of a row, between instances */
#define PADDING       0.08  /* of a row, above and below */
#define NAME_AT_LEAST 0.06  /* of the time axis: narrower boxes have no name */

struct gantt {
    const struct gpu_spans *spans;
    struct time_axis axis;
    int64_t start_ns;
    size_t groups;  /* 0: each job has a colour of its own */
    size_t *rank;   /* of each group in the order of their names; the first have colours */
    size_t colours; /* one more for the others, if there are any */
    unsigned row_px;
    bool shows_evictions;
};

static double at(const struct gantt *g, int64_t ns)
{
    return (double)(ns - g->start_ns) / g->axis.unit_ns;
}

static size_t colour_of(const struct gantt *g, uint32_t group)
{
    if (g->groups == 0)
        return group % PALETTE_LEN;
    return g->rank[group] < PALETTE_LEN ? g->rank[group] : PALETTE_LEN;
}

/* Where it lies from top to bottom: in its GPU's row the slices of its instance, in these a lane.
 */
struct lying {
    double low, high;
};

static struct lying lying_of(const struct gantt *g, const struct gpu_span *s)
{
    const double row = 1 - 2 * PADDING;
    struct lying at = {s->gpu + PADDING, s->gpu + PADDING + row};
    if (s->slices > 0) {
        const double slice = row / gpu_spans_slices(g->spans, s->gpu);
        at.low += s->slice * slice;
        at.high = at.low + s->slices * slice - SLICE_GAP;
    }
    const double lane = (at.high - at.low) / s->lanes;
    return (struct lying){at.low + lane * s->lane, at.low + lane * (s->lane + 1)};
}

/* Time from, to, row from, to, and whether it was stopped for others, of one colour. */
static void put_spans(FILE *out, const struct gantt *g, size_t colour)
{
    fprintf(out, "$stays_%zu << END\n", colour);
    for (size_t i = 0; i < gpu_spans_len(g->spans); i++) {
        const struct gpu_span *s = gpu_spans_at(g->spans, i);
        const struct lying y = lying_of(g, s);
        if (colour_of(g, s->group) == colour)
            fprintf(out, "%.9g %.9g %.4f %.4f %d\n", at(g, s->from_ns), at(g, s->to_ns), y.low,
                    y.high, s->is_preempted);
    }
    fputs("END\n", out);
}

/* Names stand in the uppermost box of a job that lies on several GPUs one below the other. */
static bool has_name(const struct gantt *g, size_t i)
{
    const struct gpu_span *s = gpu_spans_at(g->spans, i);
    const struct lying y = lying_of(g, s);
    if (at(g, s->to_ns) - at(g, s->from_ns) < NAME_AT_LEAST * g->axis.length ||
        (y.high - y.low) * g->row_px < NAME_PX)
        return false;
    for (size_t k = 0; k < i; k++) {
        const struct gpu_span *other = gpu_spans_at(g->spans, k);
        if (other->job == s->job && other->from_ns == s->from_ns &&
            (other->gpu == s->gpu || other->gpu + 1 == s->gpu))
            return false;
    }
    return true;
}

static size_t put_names(FILE *out, const struct gantt *g)
{
    size_t len = 0;
    if (gpu_spans_len(g->spans) > NAMED_MOST)
        return 0;
    for (size_t i = 0; i < gpu_spans_len(g->spans); i++) {
        const struct gpu_span *s = gpu_spans_at(g->spans, i);
        const struct lying y = lying_of(g, s);
        if (!has_name(g, i))
            continue;
        plot_name(out, "name", len, gpu_spans_name(g->spans, s->name));
        fprintf(out,
                "set label %zu name_%zu at %.9g,%.4f offset 0.4,0 left front "
                "textcolor rgb '#FFFFFF'\n",
                len + 10, len, at(g, s->from_ns), (y.low + y.high) / 2);
        len++;
    }
    return len;
}

static const char *node_of(const void *spans, size_t row)
{
    return gpu_spans_node(spans, row);
}

static bool begins_node(const void *spans, size_t row)
{
    return row == 0 || gpu_spans_index(spans, row) == 0;
}

/* --- the legend --- */

/* How long each group held GPUs. */
static double *held_by(const struct gantt *g)
{
    double *held = calloc(g->groups + 1, sizeof held[0]);
    SIM_REQUIRE(held != NULL);
    for (size_t i = 0; g->groups > 0 && i < gpu_spans_len(g->spans); i++) {
        const struct gpu_span *s = gpu_spans_at(g->spans, i);
        held[s->group] += (double)(s->to_ns - s->from_ns);
    }
    return held;
}

/* The one that held most of those without a colour; g->groups: all have one. */
static size_t next_largest(const struct gantt *g, const double *held)
{
    size_t found = g->groups;
    for (size_t i = 0; i < g->groups; i++)
        if (g->rank[i] == PALETTE_LEN && (found == g->groups || held[i] > held[found]))
            found = i;
    return found;
}

/* The groups that held most get colours, in the order of their names. */
static void rank_groups(struct gantt *g)
{
    double *held = held_by(g);
    const char *names[PALETTE_LEN];
    size_t chosen[PALETTE_LEN];
    size_t len = 0;
    g->rank = calloc(g->groups + 1, sizeof g->rank[0]);
    SIM_REQUIRE(g->rank != NULL);
    for (size_t i = 0; i < g->groups; i++)
        g->rank[i] = PALETTE_LEN;
    while (len < PALETTE_LEN && next_largest(g, held) < g->groups) {
        chosen[len] = next_largest(g, held);
        names[len] = gpu_spans_group(g->spans, (uint32_t)chosen[len]);
        g->rank[chosen[len++]] = 0;
    }
    for (size_t i = 0; i < len; i++)
        g->rank[chosen[i]] = plot_name_rank(names, len, i);
    g->colours = g->groups == 0 || g->groups > PALETTE_LEN ? PALETTE_LEN + 1 : g->groups;
    free(held);
}

static size_t longest_group(const struct gantt *g)
{
    size_t longest = strlen(EVICTED);
    for (size_t i = 0; i < g->groups; i++) {
        const size_t name = plot_text_len(gpu_spans_group(g->spans, (uint32_t)i));
        if (g->rank[i] < PALETTE_LEN && name > longest)
            longest = name;
    }
    return longest;
}

static void put_groups(FILE *out, const struct gantt *g)
{
    for (size_t i = 0; i < g->groups; i++)
        if (g->rank[i] < PALETTE_LEN)
            plot_name(out, "group", g->rank[i], gpu_spans_group(g->spans, (uint32_t)i));
    if (g->groups > PALETTE_LEN)
        plot_name(out, "group", PALETTE_LEN, "others");
}

static const char *colour_name(size_t i)
{
    return i < PALETTE_LEN ? palette_of(i) : PALETTE_GREY;
}

/* --- the whole --- */

static void put_boxes(const struct plot_page *p, const struct gantt *g)
{
    plot_page_panel(p, 0);
    fputs("plot ", p->out);
    for (size_t i = 0; g->groups > 0 && i < g->colours; i++)
        fprintf(p->out, "NaN with boxes lc rgb '%s' title group_%zu, ", colour_name(i), i);
    for (size_t i = 0; i < g->colours; i++)
        fprintf(p->out, "$stays_%zu using 1:3:1:2:3:4 with boxxyerror lc rgb '%s' notitle, ", i,
                colour_name(i));
    for (size_t i = 0; g->shows_evictions && i < g->colours; i++)
        fprintf(p->out,
                "$stays_%zu using ($5 == 1 ? $2 : NaN):3:(0):($4-$3) with vectors nohead lw 2 lc "
                "rgb '" PALETTE_BLACK "' notitle, ",
                i);
    fprintf(p->out, "NaN with lines lw 2 lc rgb '" PALETTE_BLACK "' %s\n",
            g->shows_evictions ? "title '" EVICTED "'" : "notitle");
}

static bool has_few_evictions(const struct gpu_spans *s)
{
    size_t len = 0;
    for (size_t i = 0; i < gpu_spans_len(s); i++)
        len += gpu_spans_at(s, i)->is_preempted;
    return len > 0 && len <= EVICTIONS_MOST;
}

static bool has_slices(const struct gpu_spans *s)
{
    for (size_t i = 0; i < gpu_spans_gpus(s); i++)
        if (gpu_spans_slices(s, i) > 0)
            return true;
    return false;
}

static const char *const by_names[] = {
    [SPANS_BY_TENANT] = ", by tenant",
    [SPANS_BY_QUEUE] = ", by queue",
    [SPANS_BY_JOB] = "",
};

bool plot_run_gantt(struct plot_page *page, const struct run_record *runs, size_t len)
{
    SIM_REQUIRE(len == 1);
    const struct gpu_spans *spans = runs->spans;
    if (gpu_spans_why_not(spans) != NULL)
        return false;
    struct gantt g = {.spans = spans,
                      .axis = time_axis_of(runs->end_ns - runs->start_ns),
                      .start_ns = runs->start_ns,
                      .groups = gpu_spans_groups(spans),
                      .shows_evictions = has_few_evictions(spans)};
    const size_t gpus = gpu_spans_gpus(spans);
    const bool is_cut = has_slices(spans);
    const unsigned px = row_axis_px(gpus, is_cut ? CUT_PANEL_PX : PANEL_PX_MOST, LEAST_ROW_PX,
                                    is_cut ? CUT_ROW_PX : ROW_PX);
    const struct row_axis nodes = {gpus, px, spans, node_of, begins_node};
    g.row_px = nodes.row_px;
    rank_groups(&g);
    page->has_time_axis = true;
    page->title = "Who held which GPU";
    snprintf(page->remark, sizeof page->remark, "%s%s", by_names[gpu_spans_by(spans)],
             is_cut ? "; MIG instances lie at their slices, slice 0 at the top" : "");
    page->panels = 1;
    page->panel_px = nodes.row_px * (unsigned)nodes.rows;
    page->key_entries = (g.groups > 0 ? g.colours : 0) + g.shows_evictions;
    page->key_longest = longest_group(&g);
    page->left_px = row_axis_left_px(&nodes);
    plot_page_begin(page);
    time_axis_print(&g.axis, g.start_ns, page->out);
    put_groups(page->out, &g);
    row_axis_print(&nodes, page->out);
    put_names(page->out, &g);
    for (size_t i = 0; i < g.colours; i++)
        put_spans(page->out, &g, i);
    plot_page_draw(page);
    put_boxes(page, &g);
    plot_page_end(page);
    free(g.rank);
    return true;
}
