/* Jobs that wait, and jobs at work, over time. */
#include "results/metrics.h"
#include "results/plots/palette.h"
#include "results/plots/plot_data.h"
#include "results/plots/plot_kinds.h"
#include "sim/check.h"

#include <math.h>
#include <stdint.h>

enum { PANEL_PX = 220, ONE_PANEL_PX = 320, FEW_JOBS = 5 };

/* --- one run --- */

/* The queues of a run in the order of their names. */
struct queues {
    size_t at[TIMELINE_QUEUES];
    const char *names[TIMELINE_QUEUES];
    size_t len;
};

static struct queues queues_of(const struct timeline *t)
{
    struct queues q = {.len = timeline_queues(t)};
    const char *names[TIMELINE_QUEUES];
    for (size_t i = 0; i < q.len; i++)
        names[i] = timeline_queue_name(t, i);
    for (size_t i = 0; i < q.len; i++) {
        const size_t rank = plot_name_rank(names, q.len, i);
        q.at[rank] = i;
        q.names[rank] = names[i];
    }
    if (q.len < 2) { /* one area, that of all */
        q.at[0] = SIZE_MAX;
        q.len = 1;
    }
    return q;
}

/* Jobs at work, then upper edges: the jobs of the first queue, of the first two ... of all. */
static void put_edges(FILE *out, const struct timeline *t, size_t step, const void *queues)
{
    const struct queues *q = queues;
    double edge = 0;
    fprintf(out, " %.6g", timeline_running(t, step));
    for (size_t i = 0; i < q->len; i++) {
        edge += timeline_waiting(t, step, q->at[i]);
        fprintf(out, " %.6g", edge);
    }
}

static double most_waiting(const struct timeline *t)
{
    double most = 0;
    for (size_t i = 0; i < timeline_len(t); i++)
        most = fmax(most, timeline_waiting(t, i, SIZE_MAX));
    return most;
}

/* Pieces have no marks between them. */
static void put_jobs_axis(FILE *out, double most)
{
    if (most <= FEW_JOBS)
        fprintf(out, "set yrange [0:%g]\nset ytics 1\n", most > 1 ? ceil(most) : 1);
    else
        fputs("set yrange [0:*]\nset ytics autofreq\n", out);
}

static void put_run_panels(const struct plot_page *p, const struct timeline *t,
                           const struct queues *q)
{
    double running = 0;
    for (size_t i = 0; i < timeline_len(t); i++)
        running = fmax(running, timeline_running(t, i));
    plot_page_panel(p, 0);
    put_jobs_axis(p->out, most_waiting(t));
    fputs("set label 3 'waiting' at graph 0,1 offset 0,0.7 left\nplot ", p->out);
    for (size_t i = 0; i < p->key_entries; i++)
        fprintf(p->out, "NaN with boxes lc rgb '%s' title queue_%zu, ", palette_of(i), i);
    for (size_t i = q->len; i-- > 0;)
        fprintf(p->out, "$jobs_0 using 1:%zu with filledcurves y1=0 lc rgb '%s' notitle%s", i + 3,
                palette_of(i), i == 0 ? "\n" : ", ");
    plot_page_panel(p, 1);
    put_jobs_axis(p->out, running);
    fprintf(p->out,
            "set label 3 'at work' at graph 0,1 offset 0,0.7 left\n"
            "plot $jobs_0 using 1:2 with filledcurves y1=0 lc rgb '%s' notitle\n",
            PALETTE_GREY);
}

static void put_remark(struct plot_page *page, struct metrics *m)
{
    char mean[METRIC_TEXT], most[METRIC_TEXT];
    const struct metric_place all = {BY_NOTHING, 0};
    snprintf(page->remark, sizeof page->remark, ": %s wait on average, at most %s",
             metric_print(mean, UNIT_JOBS,
                          metrics_value(m, METRIC_QUEUE_LENGTH, all, STAT_MEAN, 0).value),
             metric_print(most, UNIT_JOBS,
                          metrics_value(m, METRIC_QUEUE_LENGTH, all, STAT_MAX, 0).value));
}

bool plot_run_queue(struct plot_page *page, const struct run_record *runs, size_t len)
{
    SIM_REQUIRE(len == 1);
    const struct timeline *t = runs->timeline;
    if (plot_length_ns(runs, 1) == 0)
        return false;
    const struct time_axis axis = time_axis_of(plot_length_ns(runs, 1));
    const struct queues q = queues_of(t);
    page->has_time_axis = true;
    page->title = "Jobs waiting and jobs at work";
    put_remark(page, runs->metrics);
    page->panels = 2;
    page->panel_px = PANEL_PX;
    page->key_entries = q.len > 1 ? q.len : 0;
    for (size_t i = 0; i < page->key_entries; i++)
        if (plot_text_len(q.names[i]) > page->key_longest)
            page->key_longest = plot_text_len(q.names[i]);
    plot_page_begin(page);
    time_axis_print(&axis, timeline_start_ns(t), page->out);
    for (size_t i = 0; i < page->key_entries; i++)
        plot_name(page->out, "queue", i, q.names[i]);
    plot_steps_print(&(struct plot_steps){"jobs", 0, t, &axis}, put_edges, &q, page->out);
    fputs("set ylabel 'jobs'\n", page->out);
    plot_page_draw(page);
    put_run_panels(page, t, &q);
    plot_page_end(page);
    return true;
}

/* --- all runs --- */

static void put_waiting(FILE *out, const struct timeline *t, size_t step, const void *context)
{
    (void)context;
    fprintf(out, " %.6g", timeline_waiting(t, step, SIZE_MAX));
}

bool plot_all_queues(struct plot_page *page, const struct run_record *runs, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (plot_length_ns(&runs[i], 1) == 0)
            return false;
    const struct time_axis axis = time_axis_of(plot_length_ns(runs, len));
    page->has_time_axis = true;
    page->title = "Jobs waiting";
    plot_remark_first(page, runs);
    double most = 0;
    for (size_t i = 0; i < len; i++)
        most = fmax(most, most_waiting(runs[i].timeline));
    if (most <= 0)
        plot_remark_add(page, "nobody waits");
    page->panels = 1;
    page->panel_px = ONE_PANEL_PX;
    page->key_entries = len;
    page->key_longest = plot_longest_policy(runs, len);
    plot_page_begin(page);
    time_axis_print(&axis, timeline_start_ns(runs->timeline), page->out);
    plot_policy_names(page->out, runs, len);
    for (size_t i = 0; i < len; i++)
        plot_steps_print(&(struct plot_steps){"jobs", i, runs[i].timeline, &axis}, put_waiting,
                         NULL, page->out);
    put_jobs_axis(page->out, most);
    fputs("set ylabel 'jobs'\n", page->out);
    plot_page_draw(page);
    plot_page_panel(page, 0);
    fputs("plot ", page->out);
    for (size_t i = 0; i < len; i++) {
        const struct plot_line line = plot_line_of_policy(i, "jobs", "lines lw 1.6");
        plot_line_print(&line, i, len, page->out);
    }
    plot_page_end(page);
    return true;
}
