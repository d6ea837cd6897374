/* Pictures: the scripts with their data, and what happens with gnuplot, with a bad one, and without
 * one. */
#include "policies/registry.h"
#include "results/gpu_spans.h"
#include "results/plots/plot_page.h"
#include "results/plots/plots.h"
#include "results/plots/time_axis.h"
#include "results/registry.h"
#include "results/replications.h"
#include "results/timeline.h"
#include "sim/text_stream.h"
#include "tests/messages.h"
#include "tests/results_world.h"
#include "tests/temp_dir.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { PATH_MOST = 256 };

/* On 16 GPUs under fifo: 100 s of work on all, 20 s on 4, 10 s on 8 with a name that is a trap. */
static const struct world_job jobs[] = {
    {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 2, .tenant = "team-b", .queue = "b"},
    {.submit_s = 50, .work_s = 20, .gpus = 4, .tasks = 1, .tenant = "team-a", .queue = "a"},
    {.submit_s = 60,
     .work_s = 10,
     .gpus = 8,
     .tasks = 1,
     .tenant = "it's `date` {\"x\"}\n",
     .queue = "it's `date` {\"x\"}\n"},
};

static void run_some(struct run_record *r, const char *policy, const char *name, size_t jobs_len)
{
    const struct policy_use use = {.ops = policy_find(policy)};
    const struct observer_use observers[] = {{observer_find("summary"), r},
                                             {observer_find("plots"), r}};
    struct world *w = results_world_new(&use, jobs, jobs_len);
    run_record_init(r, &(struct run_facts){.policy = name, .scenario = "small"},
                    RECORD_NO_FILES | RECORD_PLOTS);
    w->observers = observers, w->observers_len = LEN(observers), w->step_s = 50;
    world_run(w);
    free(w);
}

static void run(struct run_record *r, const char *policy, const char *name)
{
    run_some(r, policy, name, LEN(jobs));
}

/* Whether the script has these lines, one behind the other. */
static void assert_has(const char *dir, const char *file, const char *lines)
{
    char path[PATH_MOST];
    size_t len;
    snprintf(path, sizeof path, "%s/plots/%s", dir, file);
    char *text = temp_file_read(path, &len);
    if (strstr(text, lines) == NULL)
        fail_msg("%s has no\n%s\nbut\n%s", file, lines, text);
    free(text);
}

static bool has_file(const char *dir, const char *file)
{
    char path[PATH_MOST];
    struct stat s;
    snprintf(path, sizeof path, "%s/plots/%s", dir, file);
    return stat(path, &s) == 0;
}

/* --- time, and texts --- */

static void an_axis_has_the_unit_of_its_length(void **state)
{
    (void)state;
    static const struct {
        double s;
        const char *unit;
        double length, step;
    } rows[] = {
        {0, "seconds", 1e-9, 1e-10},
        {0.5, "seconds", 0.5, 0.1},
        {10, "seconds", 10, 1},
        {180, "seconds", 180, 15},
        {181, "minutes", 181 / 60.0, 1},
        {480, "minutes", 8, 1},
        {4 * 3600, "minutes", 240, 20},
        {4 * 3600 + 1, "hours", 14401 / 3600.0, 1},
        {3 * 86400, "hours", 72, 6},
        {14 * 86400, "days", 14, 2},
        {340 * 86400, "days", 340, 30},
        {1100 * 86400.0, "days", 1100, 100},
        {20 * 365.25 * 86400, "years", 20, 2},
        {290 * 365.25 * 86400, "years", 290, 50},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct time_axis a = time_axis_of((int64_t)(rows[i].s * 1e9));
        assert_string_equal(a.unit, rows[i].unit);
        assert_true(a.length > rows[i].length * 0.999999 && a.length < rows[i].length * 1.000001);
        assert_true(a.step > rows[i].step * 0.999999 && a.step < rows[i].step * 1.000001);
    }
}

static void an_axis_names_a_start_that_is_a_date(void **state)
{
    (void)state;
    static const struct {
        int64_t start_s;
        const char *want;
    } rows[] = {
        {0, "set xrange [0:14]\nset xtics 2\nx_label = 'days'\n"},
        {1772438400, "set xrange [0:14]\nset xtics 2\nx_label = 'days after "
                     "2026-03-02T08:00:00Z'\n"},
    };
    const struct time_axis a = time_axis_of(INT64_C(14) * 86400 * 1000000000);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct text_stream t;
        time_axis_print(&a, rows[i].start_s * 1000000000, text_stream_open(&t));
        assert_string_equal(text_stream_close(&t), rows[i].want);
        free(t.text);
    }
}

static void texts_are_quoted_and_cut(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", "''"},
        {"team-a", "'team-a'"},
        {"it's `rm` \"$x\" {", "'it''s `rm` \"$x\" {'"},
        {"a\nb\x01"
         "c\x7f",
         "'a?b?c?'"},
        {"\xff\xc3", "'?"
                     "?'"},
        {"1234567890123456789012345678901234567890", "'1234567890123456789012345678901234567890'"},
        {"12345678901234567890123456789012345678901",
         "'123456789012345678901234567890123456789\u2026'"},
        {"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
         "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
         "'\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
         "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9'"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct text_stream t;
        plot_text(text_stream_open(&t), rows[i].text);
        assert_string_equal(text_stream_close(&t), rows[i].want);
        free(t.text);
    }
}

/* --- scripts --- */

/* 16 GPUs for 100 s, then 12 for 10 s and 4 for 10 s. */
static void the_scripts_of_a_run_hold_its_data(void **state)
{
    (void)state;
    struct temp_dir dir;
    struct messages m;
    struct run_record r;
    temp_dir_open(&dir);
    messages_open(&m);
    run(&r, "fifo", "fifo");
    assert_true(plots_draw_run(&r, dir.path, &m.diag));
    assert_has(dir.path, "utilisation.gp",
               "$gpus_0 << END\n"
               "0 16 16 16 16 16\n50 16 16 16 16 16\n"
               "50 16 16 16 16 16\n100 16 16 16 16 16\n"
               "100 8 8 8 16 16\n120 8 8 8 16 16\nEND\n");
    assert_has(dir.path, "utilisation.gp",
               "page_subtitle = 'small under fifo, seed 0'.': held 91.7% of the time'\n");
    assert_has(dir.path, "queue-length.gp",
               "queue_0 = 'a'\nqueue_1 = 'b'\nqueue_2 = 'it''s `date` {\"x\"}?'\n");
    assert_has(dir.path, "queue-length.gp",
               "$jobs_0 << END\n"
               "0 1 0 0 0\n50 1 0 0 0\n"
               "50 1 1 1 1.8\n100 1 1 1 1.8\n"
               "100 1.5 0 0 0\n120 1.5 0 0 0\nEND\n");
    assert_has(dir.path, "queue-length.gp", "set yrange [0:2]\nset ytics 1\nset label 3 'waiting'");
    assert_has(dir.path, "waits.gp", "line_3 = 'all jobs'\n");
    assert_has(dir.path, "waits.gp",
               "$waits_0 << END\n0 0\n50 100\n50 100\nEND\n"
               "$waits_1 << END\n0 100\n50 100\nEND\n"
               "$waits_2 << END\n0 0\n40 100\n50 100\nEND\n"
               "$waits_3 << END\n0 33.3333\n40 66.6667\n50 100\n50 100\nEND\n");
    assert_has(dir.path, "gantt.gp", "node_0 = 'n0'\n");
    assert_has(dir.path, "gantt.gp",
               "$stays_1 << END\n"
               "100 120 0.0800 0.9200 0\n"
               "100 120 1.0800 1.9200 0\n"
               "100 120 2.0800 2.9200 0\n"
               "100 120 3.0800 3.9200 0\nEND\n");
    run_record_fini(&r);
    messages_close(&m);
    temp_dir_remove(&dir);
}

static void policies_keep_their_colours(void **state)
{
    (void)state;
    static const char *const names[] = {"policies.gp", "waits.gp", "queue-length.gp"};
    struct temp_dir dir;
    struct messages m;
    struct run_record r[2];
    temp_dir_open(&dir);
    messages_open(&m);
    run(&r[0], "fifo", "z first");
    run(&r[1], "sjf", "a second");
    assert_true(plots_draw_comparison(r, LEN(r), dir.path, &m.diag));
    assert_has(dir.path, "policies.gp", "policy_0 = 'z first'\npolicy_1 = 'a second'\n");
    assert_has(dir.path, "utilisation.gp", "page_subtitle = 'small, seed 0'.''\n");
    for (size_t i = 0; i < LEN(names); i++)
        assert_has(dir.path, names[i], "#0072B2");
    assert_has(dir.path, "waits.gp",
               "lc rgb '#0072B2' title line_0, $waits_1 using 1:2 with steps "
               "lw 2 dt 1 lc rgb '#D55E00' title line_1\n");
    assert_has(dir.path, "queue-length.gp", "lc rgb '#D55E00' title policy_1\n");
    assert_has(dir.path, "utilisation.gp",
               "plot $gpus_1 using 1:3 with filledcurves y1=0 lc rgb '#D55E00' notitle\n");
    assert_has(dir.path, "policies.gp", "set label 10 '30s' at 30,0 offset 0.6,0 left\n");
    for (size_t i = 0; i < LEN(r); i++)
        run_record_fini(&r[i]);
    messages_close(&m);
    temp_dir_remove(&dir);
}

/* Three replications, the second without the last job: 1/3, 1/2 and 1/3 of the jobs do not wait. */
static void replicate(struct run_record *r, const char *policy, const char *name)
{
    enum { TIMES = 3 };
    struct run_record others[TIMES - 1];
    run(r, policy, name);
    r->replications = replications_new(TIMES, r->metrics);
    replications_keep_waits(r->replications);
    replications_fill(r->replications, 0, r);
    for (size_t i = 1; i < TIMES; i++) {
        run_some(&others[i - 1], policy, name, i == 1 ? 2 : LEN(jobs));
        replications_fill(r->replications, i, &others[i - 1]);
        run_record_fini(&others[i - 1]);
    }
}

/* Student's t of two degrees of freedom is 4.30265, at 97.5 %. */
static void replications_have_bands_and_intervals(void **state)
{
    (void)state;
    struct temp_dir dir;
    struct messages m;
    struct run_record r[2];
    temp_dir_open(&dir);
    messages_open(&m);
    replicate(&r[0], "fifo", "fifo");
    replicate(&r[1], "sjf", "sjf");
    assert_true(plots_draw_comparison(r, LEN(r), dir.path, &m.diag));
    assert_has(dir.path, "wait-bands.gp", "set xrange [0:53.8174]\nset xlabel 'wait in seconds'\n");
    assert_has(dir.path, "wait-bands.gp",
               "$waits_0 << END\n0 38.8889 14.9853 62.7925\n0.0078125 38.8889 14.9853 62.7925\n");
    assert_has(dir.path, "wait-bands.gp", " 61.1111 37.2075 85.0147\n");
    assert_has(dir.path, "wait-bands.gp", "\n53.8173706 100 100 100\nEND\n$waits_1 << END\n");
    assert_has(dir.path, "wait-bands.gp",
               "$waits_1 using 1:2 with lines lw 2 dt 1 lc rgb '#D55E00' title policy_1\n");
    assert_has(
        dir.path, "wait-bands.gp",
        ".': means of 3 replications; bands, at each wait: their 95% intervals (Student t)'\n");
    assert_has(dir.path, "waits.gp", ".': the first of 3 replications'\n");
    /* mean waits of 30, 25 and 30 s: 28.3333 +- 7.17109 */
    assert_has(dir.path, "policies.gp",
               "set arrow 1 from 21.1622,0 to 35.5044,0 heads size screen 0.003,90 front lw 1.2\n");
    assert_true(plots_draw_replications(&r[0], dir.path, &m.diag));
    assert_has(dir.path, "wait-bands.gp", "'small under fifo, seed 0'.': means of 3 replications");
    for (size_t i = 0; i < LEN(r); i++)
        run_record_fini(&r[i]);
    run(&r[0], "fifo", "fifo");
    assert_true(plots_draw_comparison(r, 1, dir.path, &m.diag));
    assert_false(has_file(dir.path, "wait-bands.gp"));
    run_record_fini(&r[0]);
    messages_close(&m);
    temp_dir_remove(&dir);
}

/* Costs in thousands; 10 hours are beyond an axis that ends at 5.5 times the limit. */
static void a_frontier_marks_targets_and_the_answer(void **state)
{
    (void)state;
    static const struct frontier_point waits[] = {
        {100000, 36000, 30000, 42000, false},
        {120000, 2400, 1800, 3000, false},
        {140000, 1200, 600, 1800, true},
        {160000, (double)NAN, (double)NAN, (double)NAN, false},
    };
    static const struct frontier_point use[] = {
        {100000, 0.9, 0.8, 1, true},
        {120000, 0.75, (double)NAN, (double)NAN, true},
        {140000, 0.6, 0.5, 0.7, true},
        {160000, 0.5, 0.4, 0.6, false},
    };
    static const struct frontier_target targets[] = {
        {"p95(wait) <= 30m", UNIT_SECONDS, 1800, waits, LEN(waits)},
        {"utilisation >= 60%", UNIT_SHARE, 0.6, use, LEN(use)},
    };
    struct frontier_plot f = {"it's small", targets, LEN(targets), 2};
    struct temp_dir dir;
    struct messages m;
    temp_dir_open(&dir);
    messages_open(&m);
    assert_true(plots_draw_frontier(&f, dir.path, &m.diag));
    assert_string_equal(messages_text(&m), "");
    assert_has(dir.path, "frontier.gp", "page_subtitle = 'it''s small'.'; lines: 95% intervals'\n");
    assert_has(dir.path, "frontier.gp",
               "set xrange [96.4:163.6]\nset xtics autofreq\nx_label = 'thousand USD a month'\n");
    assert_has(dir.path, "frontier.gp",
               "target_0 = 'p95(wait) <= 30m'\n$kept_0 << END\n140 20 10 30 0\nEND\n"
               "$missed_0 << END\n100 158.4 158.4 158.4 1\n120 40 30 50 0\nEND\n"
               "$answer_0 << END\n140 20\nEND\n"
               "target_1 = 'utilisation >= 60%'\n"
               "$kept_1 << END\n100 90 80 100 0\n120 75 75 75 0\n140 60 50 70 0\nEND\n");
    assert_has(dir.path, "frontier.gp", "set yrange [0:165]\nset ytics 15\nset ylabel 'minutes'\n");
    assert_has(dir.path, "frontier.gp", "from graph 0,first 30 to graph 1,first 30 nohead dt 2");
    f.answer = SIZE_MAX;
    assert_true(plots_draw_frontier(&f, dir.path, &m.diag));
    assert_has(dir.path, "frontier.gp", ".': no candidate keeps all; lines: 95% intervals'\n");
    assert_has(dir.path, "frontier.gp", "$answer_0 << END\nEND\n");
    f.len = 0;
    assert_true(plots_draw_frontier(&f, dir.path, &m.diag));
    assert_false(has_file(dir.path, "frontier.gp"));
    messages_close(&m);
    temp_dir_remove(&dir);
}

static void where_nobody_waits_it_is_said(void **state)
{
    (void)state;
    struct temp_dir dir;
    struct messages m;
    struct run_record r;
    temp_dir_open(&dir);
    messages_open(&m);
    run_some(&r, "fifo", "fifo", 1);
    assert_true(plots_draw_comparison(&r, 1, dir.path, &m.diag));
    assert_has(dir.path, "waits.gp", ".': nobody waits'\n");
    assert_has(dir.path, "queue-length.gp", ".': nobody waits'\n");
    run_record_fini(&r);
    messages_close(&m);
    temp_dir_remove(&dir);
}

static void a_picture_of_nothing_is_not_there(void **state)
{
    (void)state;
    struct temp_dir dir;
    struct messages m;
    struct run_record r;
    temp_dir_open(&dir);
    messages_open(&m);
    run(&r, "fifo", "fifo");
    assert_true(plots_draw_run(&r, dir.path, &m.diag));
    assert_true(has_file(dir.path, "gantt.gp"));
    run_record_fini(&r);
    run(&r, "fifo", "fifo");
    gpu_spans_free(r.spans); /* as of a cluster without GPUs */
    r.spans = gpu_spans_new();
    assert_true(plots_draw_run(&r, dir.path, &m.diag));
    assert_false(has_file(dir.path, "gantt.gp"));
    assert_false(has_file(dir.path, "gantt.svg"));
    assert_true(has_file(dir.path, "waits.gp"));
    run_record_fini(&r);
    messages_close(&m);
    temp_dir_remove(&dir);
}

/* A startup of 20 s: GPUs are allocated, nothing runs on them. */
static void gpus_without_kernels_are_not_active(void **state)
{
    (void)state;
    static const struct world_job job = {.work_s = 20, .gpus = 4, .tasks = 1};
    const struct policy_use use = {.ops = policy_find("fifo")};
    struct temp_dir dir;
    struct messages m;
    struct run_record r;
    const struct observer_use observers[] = {{observer_find("summary"), &r},
                                             {observer_find("plots"), &r}};
    temp_dir_open(&dir);
    messages_open(&m);
    run_record_init(&r, &(struct run_facts){.policy = "fifo"}, RECORD_NO_FILES | RECORD_PLOTS);
    struct world *w = results_world_new(&use, &job, 1);
    w->observers = observers, w->observers_len = LEN(observers);
    w->startup_s = 20, w->step_s = 20;
    world_run(w);
    assert_true(plots_draw_run(&r, dir.path, &m.diag));
    assert_has(dir.path, "utilisation.gp",
               "$gpus_0 << END\n0 0 4 4 16 16\n20 0 4 4 16 16\n20 4 4 4 16 16\n40 4 4 4 16 16\n");
    assert_has(dir.path, "utilisation.gp",
               "lc rgb '#0072B2' title 'active', NaN with boxes lc rgb "
               "'#56B4E9' title 'allocated', ");
    run_record_fini(&r);
    free(w);
    messages_close(&m);
    temp_dir_remove(&dir);
}

/* 9,990 s and 10,980 s: the axis begins at an hour. Waits of seconds have an axis from 0. */
static void an_axis_of_waits_begins_where_somebody_waits(void **state)
{
    (void)state;
    static const struct {
        int64_t work_s;
        const char *want;
    } rows[] = {
        {10000, "set xrange [3600:10980]\nset logscale x\nset xlabel 'wait'\nset xtics ('up to 1 "
                "h' 3600, '2 h' 7200, '6 h' 21600, "},
        {30, "set xrange [0:20]\nset xlabel 'wait in seconds'\n"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        const int64_t gap = rows[i].work_s / 10;
        const struct world_job many[] = {
            {.submit_s = 0, .work_s = rows[i].work_s, .gpus = 8, .tasks = 2},
            {.submit_s = 10, .work_s = gap + 20, .gpus = 8, .tasks = 2},
            {.submit_s = 40, .work_s = 20, .gpus = 8, .tasks = 2},
        };
        const struct policy_use use = {.ops = policy_find("fifo")};
        struct temp_dir dir;
        struct messages m;
        struct run_record r;
        const struct observer_use observers[] = {{observer_find("summary"), &r},
                                                 {observer_find("plots"), &r}};
        temp_dir_open(&dir);
        messages_open(&m);
        run_record_init(&r, &(struct run_facts){.policy = "fifo"}, RECORD_NO_FILES | RECORD_PLOTS);
        struct world *w = results_world_new(&use, many, LEN(many));
        w->observers = observers, w->observers_len = LEN(observers), w->warm_up_s = 5;
        world_run(w);
        assert_true(plots_draw_run(&r, dir.path, &m.diag));
        assert_has(dir.path, "waits.gp", rows[i].want);
        run_record_fini(&r);
        free(w);
        messages_close(&m);
        temp_dir_remove(&dir);
    }
}

/* --- gnuplot --- */

/* A folder on which PATH is set to, with a program called gnuplot in it, or none. */
static void set_path(struct temp_dir *dir, const char *program)
{
    temp_dir_open(dir);
    if (program != NULL) {
        char path[PATH_MOST];
        snprintf(path, sizeof path, "%s/gnuplot", dir->path);
        FILE *out = fopen(path, "w");
        assert_non_null(out);
        fputs(program, out);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(chmod(path, 0755), 0);
    }
    setenv("PATH", dir->path, 1);
}

static void draw_with(const char *program, const char *want)
{
    struct temp_dir dir, bin;
    struct messages m;
    struct run_record r;
    struct text_stream text;
    const char *before = getenv("PATH");
    char *path = strdup(before == NULL ? "" : before);
    temp_dir_open(&dir);
    messages_open(&m);
    run(&r, "fifo", "fifo");
    set_path(&bin, program);
    assert_true(plots_draw_run(&r, dir.path, &m.diag));
    setenv("PATH", path, 1);
    FILE *out = text_stream_open(&text);
    for (const char *c = want; *c != '\0'; c++)
        if (*c == '@')
            fputs(dir.path, out);
        else
            fputc(*c, out);
    assert_string_equal(messages_text(&m), text_stream_close(&text));
    assert_true(has_file(dir.path, "waits.gp"));
    assert_false(has_file(dir.path, "waits.svg.part"));
    assert_false(has_file(dir.path, "waits.svg"));
    assert_int_equal(m.diag.errors, 0);
    free(text.text);
    free(path);
    run_record_fini(&r);
    messages_close(&m);
    temp_dir_remove(&bin);
    temp_dir_remove(&dir);
}

static void without_gnuplot_there_are_scripts_and_a_warning(void **state)
{
    (void)state;
    draw_with(NULL,
              "@/plots: warning: no pictures of utilisation, queue-length, waits, heat, gantt: "
              "gnuplot is not installed (apt-get install gnuplot-nox); then `cd @/plots && "
              "gnuplot *.gp` draws them\n");
}

static void a_gnuplot_that_fails_is_quoted(void **state)
{
    (void)state;
    draw_with("#!/bin/sh\n[ $6 = waits.gp ] || exit 0\necho begin >&2\necho 'line 7: bad' >&2\n"
              "echo >&2\nexit 3\n",
              "@/plots: warning: no picture of waits: gnuplot failed: line 7: bad\n");
    draw_with("#!/bin/sh\n[ $6 != waits.gp ] || exit 3\n",
              "@/plots: warning: no picture of waits: gnuplot failed: it ended with status 3\n");
    draw_with("#!/bin/sh\n[ $6 != waits.gp ] || { eval \"$3\"; echo x >waits.svg.part; exit 3; }\n",
              "@/plots: warning: no picture of waits: gnuplot failed: it ended with status 3\n");
    draw_with("#!/bin/sh\n[ $6 != waits.gp ] || kill -9 $$\n",
              "@/plots: warning: no picture of waits: gnuplot failed: it ended with status 137\n");
}

static void a_folder_that_cannot_be_made_is_an_error(void **state)
{
    (void)state;
    struct messages m;
    struct run_record r;
    messages_open(&m);
    run(&r, "fifo", "fifo");
    assert_false(plots_draw_run(&r, "/no/such", &m.diag));
    assert_string_equal(messages_text(&m), "/no/such/plots: error: cannot be created: No such file "
                                           "or directory\n");
    run_record_fini(&r);
    messages_close(&m);
}

static void assert_is_picture(const char *dir, const char *name)
{
    static const char signature[] = "\x89PNG\r\n\x1a\n";
    char path[PATH_MOST];
    size_t len;
    snprintf(path, sizeof path, "%s/plots/%s.svg", dir, name);
    char *svg = temp_file_read(path, &len);
    assert_memory_equal(svg, "<?xml", 5);
    assert_non_null(strstr(svg, "</svg>"));
    free(svg);
    snprintf(path, sizeof path, "%s/plots/%s.png", dir, name);
    char *png = temp_file_read(path, &len);
    assert_memory_equal(png, signature, sizeof signature - 1);
    assert_memory_equal(png + len - 8, "IEND", 4);
    free(png);
}

/* Names of users come out as they were written, and run nothing. */
static void gnuplot_draws_every_script(void **state)
{
    (void)state;
    if (system("command -v gnuplot >/dev/null") != 0) {
        print_message("gnuplot is not installed, skipped\n");
        skip();
    }
    static const char *const of_run[] = {"utilisation", "queue-length", "waits", "heat", "gantt"};
    static const char *const of_all[] = {"utilisation", "queue-length", "waits", "policies"};
    struct temp_dir dir;
    struct messages m;
    struct run_record r[2];
    char path[PATH_MOST];
    size_t len;
    temp_dir_open(&dir);
    messages_open(&m);
    run(&r[0], "fifo", "it's `date`");
    run(&r[1], "sjf", "sjf");
    assert_true(plots_draw_run(&r[0], dir.path, &m.diag));
    for (size_t i = 0; i < LEN(of_run); i++)
        assert_is_picture(dir.path, of_run[i]);
    snprintf(path, sizeof path, "%s/plots/waits.svg", dir.path);
    char *svg = temp_file_read(path, &len);
    assert_non_null(strstr(svg, "small under it's `date`, seed 0: mean 30s, median 40s, 95th"));
    assert_non_null(strstr(svg, "it's `date` {\"x\"}?"));
    free(svg);
    assert_true(plots_draw_comparison(r, LEN(r), dir.path, &m.diag));
    for (size_t i = 0; i < LEN(of_all); i++)
        assert_is_picture(dir.path, of_all[i]);
    assert_string_equal(messages_text(&m), "");
    for (size_t i = 0; i < LEN(r); i++)
        run_record_fini(&r[i]);
    messages_close(&m);
    temp_dir_remove(&dir);
}

/* --- long runs --- */

/* A job of 10 s every 20 s on all GPUs, sampled every second: half of the time they are held. */
static void steps_are_joined_and_averages_stay(void **state)
{
    (void)state;
    enum { JOBS = 2000 };
    struct world_job *many = calloc(JOBS, sizeof many[0]);
    assert_non_null(many);
    for (int64_t i = 0; i < JOBS; i++)
        many[i] = (struct world_job){.submit_s = 20 * i, .work_s = 10, .gpus = 8, .tasks = 2};
    const struct policy_use use = {.ops = policy_find("fifo")};
    struct run_record r;
    run_record_init(&r, &(struct run_facts){0}, RECORD_NO_FILES | RECORD_PLOTS);
    const struct observer_use observers[] = {{observer_find("summary"), &r},
                                             {observer_find("plots"), &r}};
    struct world *w = results_world_new(&use, many, JOBS);
    w->observers = observers, w->observers_len = LEN(observers), w->step_s = 1;
    w->warm_up_s = 25; /* in the middle of a job, and of nothing that is drawn */
    world_run(w);
    const size_t len = timeline_len(r.timeline);
    double held = 0;
    assert_true(len > TIMELINE_STEPS / 2 && len <= TIMELINE_STEPS);
    for (size_t i = 0; i < len; i++) {
        assert_true(i == 0 || timeline_from_ns(r.timeline, i) == timeline_to_ns(r.timeline, i - 1));
        held += timeline_gpus(r.timeline, i, SIZE_MAX, SHARE_ALLOCATED) *
                (double)(timeline_to_ns(r.timeline, i) - timeline_from_ns(r.timeline, i)) / 1e9;
    }
    assert_true(held > JOBS * 160 - 1e-6 && held < JOBS * 160 + 1e-6);
    run_record_fini(&r);
    free(w);
    free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_axis_has_the_unit_of_its_length),
        cmocka_unit_test(an_axis_names_a_start_that_is_a_date),
        cmocka_unit_test(texts_are_quoted_and_cut),
        cmocka_unit_test(the_scripts_of_a_run_hold_its_data),
        cmocka_unit_test(policies_keep_their_colours),
        cmocka_unit_test(replications_have_bands_and_intervals),
        cmocka_unit_test(a_frontier_marks_targets_and_the_answer),
        cmocka_unit_test(where_nobody_waits_it_is_said),
        cmocka_unit_test(a_picture_of_nothing_is_not_there),
        cmocka_unit_test(gpus_without_kernels_are_not_active),
        cmocka_unit_test(an_axis_of_waits_begins_where_somebody_waits),
        cmocka_unit_test(without_gnuplot_there_are_scripts_and_a_warning),
        cmocka_unit_test(a_gnuplot_that_fails_is_quoted),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_an_error),
        cmocka_unit_test(gnuplot_draws_every_script),
        cmocka_unit_test(steps_are_joined_and_averages_stay),
    };
    return cmocka_run_group_tests_name("plots", tests, NULL, NULL);
}
