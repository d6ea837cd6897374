#include "results/plots/plots.h"

#include "results/out_table.h"
#include "results/plots/gnuplot.h"
#include "results/plots/plot_kinds.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/out_file.h"
#include "sim/text_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KINDS_MOST = 16 };

struct drawing {
    const struct run_record *runs;
    size_t runs_len;
    const char *subtitle;
    const char *dir; /* with "plots" */
    struct arena *arena;
    struct diag *diag;
    const char *names[KINDS_MOST]; /* of the scripts that were written */
    size_t names_len;
};

static bool write_script(const struct drawing *w, const char *name, const char *text, size_t len)
{
    struct out_file *file =
        out_file_open(arena_printf(w->arena, "%s/%s.gp", w->dir, name), w->diag);
    if (file == NULL)
        return false;
    out_file_write(file, text, len);
    return out_file_close(file, w->diag);
}

/* An earlier run's picture of what this one has nothing of would be taken for this one's. */
static void forget(const struct drawing *w, const char *name)
{
    static const char *const formats[] = {"gp", "svg", "png"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        unlink(arena_printf(w->arena, "%s/%s.%s", w->dir, name, formats[i]));
}

/* Keeps the script, if there is something to show. */
static bool keep_script(struct drawing *w, const char *name, struct text_stream *script,
                        bool has_it)
{
    text_stream_close(script);
    forget(w, name);
    const bool ok = !has_it || write_script(w, name, script->text, script->len);
    free(script->text);
    SIM_REQUIRE(w->names_len < KINDS_MOST);
    if (has_it && ok)
        w->names[w->names_len++] = name;
    return ok;
}

static bool write_kind(struct drawing *w, const struct plot_kind *k)
{
    struct text_stream script;
    struct plot_page page = {
        .out = text_stream_open(&script), .name = k->name, .subtitle = w->subtitle};
    return keep_script(w, k->name, &script, k->write(&page, w->runs, w->runs_len));
}

static bool make_folder(const struct drawing *w)
{
    if (mkdir(w->dir, 0777) == 0 || errno == EEXIST)
        return true;
    diag_world(w->diag, (struct src_pos){.file = w->dir}, "cannot be created: %s", strerror(errno));
    return false;
}

/* Draws what was written; one picture that fails takes no other with it. */
static void draw_scripts(const struct drawing *w)
{
    const struct src_pos at = {.file = w->dir};
    for (size_t i = 0; i < w->names_len; i++) {
        const char *why;
        const enum gnuplot_end end = gnuplot_draw(w->dir, w->names[i], w->arena, &why);
        if (end == GNUPLOT_FAILED)
            diag_warning(w->diag, at, "no picture of %s: gnuplot failed: %s", w->names[i], why);
        if (end != GNUPLOT_MISSING)
            continue;
        struct text_stream names;
        FILE *out = text_stream_open(&names);
        for (size_t k = i; k < w->names_len; k++)
            fprintf(out, "%s%s", k == i ? "" : ", ", w->names[k]);
        diag_warning(w->diag, at,
                     "no pictures of %s: gnuplot is not installed (apt-get install gnuplot-nox); "
                     "then `cd %s && gnuplot *.gp` draws them",
                     text_stream_close(&names), w->dir);
        free(names.text);
        return;
    }
}

static bool draw(struct drawing *w, const struct plot_kind *kinds)
{
    bool ok = make_folder(w);
    for (const struct plot_kind *k = kinds; ok && k->name != NULL; k++)
        ok = write_kind(w, k);
    if (ok)
        draw_scripts(w);
    return ok;
}

static const char *scenario_of(const struct run_record *r)
{
    return r->facts.scenario == NULL ? "" : r->facts.scenario;
}

static bool draw_into(struct drawing *w, const char *dir, const struct plot_kind *kinds)
{
    char *path = out_path(dir, "plots");
    w->dir = path;
    const bool ok = draw(w, kinds);
    free(path);
    arena_free(w->arena);
    return ok;
}

static bool draw_one(const struct run_record *run, const char *dir, const struct plot_kind *kinds,
                     struct diag *d)
{
    struct drawing w = {.runs = run, .runs_len = 1, .arena = arena_new(), .diag = d};
    SIM_REQUIRE((run->wants & RECORD_PLOTS) != 0);
    w.subtitle = arena_printf(w.arena, "%s under %s, seed %" PRIu64, scenario_of(run),
                              run->facts.policy, run->seed);
    return draw_into(&w, dir, kinds);
}

bool plots_draw_run(const struct run_record *run, const char *dir, struct diag *d)
{
    return draw_one(run, dir, plot_kinds_of_run, d);
}

bool plots_draw_replications(const struct run_record *run, const char *dir, struct diag *d)
{
    return draw_one(run, dir, plot_kinds_of_replications, d);
}

bool plots_draw_comparison(const struct run_record *runs, size_t len, const char *dir,
                           struct diag *d)
{
    struct drawing w = {.runs = runs, .runs_len = len, .arena = arena_new(), .diag = d};
    SIM_REQUIRE(len > 0);
    w.subtitle = arena_printf(w.arena, "%s, seed %" PRIu64, scenario_of(runs), runs->seed);
    return draw_into(&w, dir, plot_kinds_of_comparison);
}

bool plots_draw_frontier(const struct frontier_plot *f, const char *dir, struct diag *d)
{
    struct drawing w = {.arena = arena_new(), .diag = d};
    struct text_stream script;
    char *path = out_path(dir, "plots");
    w.dir = path;
    bool ok = make_folder(&w);
    if (ok) {
        struct plot_page page = {
            .out = text_stream_open(&script), .name = "frontier", .subtitle = f->scenario};
        ok = keep_script(&w, "frontier", &script, frontier_plot_write(&page, f));
    }
    if (ok)
        draw_scripts(&w);
    free(path);
    arena_free(w.arena);
    return ok;
}
