/* clustersim report: an output directory as one page for a browser. */
#include "sim/arena.h"
#include "sim/cli/commands.h"
#include "sim/cli/report/csv_table.h"
#include "sim/cli/report/facts.h"
#include "sim/cli/report/headline.h"
#include "sim/cli/report/html.h"
#include "sim/cli/report/page.h"
#include "sim/file_text.h"
#include "sim/out_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *out; /* NULL: DIR/report.html */
    int64_t rows;
    bool quiet;
};

struct report {
    const struct options *o;
    struct out_file *out;
    struct arena *arena;
    struct diag *d;
    const struct folder *f;
};

/* --- pictures --- */

/* queue-length as "Queue length" */
static const char *title_of(const char *path, struct arena *a)
{
    const char *slash = strrchr(path, '/');
    char *title = arena_printf(a, "%s", slash == NULL ? path : slash + 1);
    title[strlen(title) - strlen(".svg")] = '\0';
    for (char *c = title; *c != '\0'; c++)
        if (*c == '-')
            *c = ' ';
    if (title[0] >= 'a' && title[0] <= 'z')
        title[0] = (char)(title[0] - 'a' + 'A');
    return title;
}

static bool put_picture(const struct report *r, const char *path, const char *of)
{
    char *bytes;
    size_t len;
    if (!file_text_read(path, &bytes, &len)) {
        diag_world(r->d, (struct src_pos){.file = path}, "cannot be read: %s", strerror(errno));
        return false;
    }
    html_raw(r->out, "<figure class=\"plot\"><img");
    html_attribute(r->out, "alt", arena_printf(r->arena, "%s, %s", title_of(path, r->arena), of));
    html_raw(r->out, " src=\"data:image/svg+xml;base64,");
    html_base64(r->out, bytes, len);
    html_raw(r->out, "\"></figure>\n");
    free(bytes);
    return true;
}

static bool put_pictures(const struct report *r, const struct folder *f)
{
    bool ok = true;
    html_raw(r->out, f->pictures.len > 0 ? "<div class=\"plots\">\n" : "");
    for (size_t i = 0; i < f->pictures.len; i++)
        ok &= put_picture(r, f->pictures.items[i], f->name);
    html_raw(r->out, f->pictures.len > 0 ? "</div>\n" : "");
    return ok;
}

static bool has_pictures(const struct folder *f)
{
    size_t len = f->pictures.len;
    for (size_t i = 0; i < f->runs_len; i++)
        len += f->runs[i].pictures.len;
    return len > 0;
}

/* Of a comparison the pictures of all are seen, those of each can be opened. */
static bool put_all_pictures(const struct report *r)
{
    if (!has_pictures(r->f))
        return true;
    html_raw(r->out, "<section><h2 id=\"plots\">Plots</h2>\n");
    bool ok = put_pictures(r, r->f);
    for (size_t i = 0; i < r->f->runs_len; i++) {
        if (r->f->runs[i].pictures.len == 0)
            continue;
        html_raw(r->out, "<details><summary>");
        html_text(r->out, r->f->runs[i].name);
        html_raw(r->out, "</summary>\n");
        ok &= put_pictures(r, &r->f->runs[i]);
        html_raw(r->out, "</details>\n");
    }
    html_raw(r->out, "</section>\n");
    return ok;
}

/* --- tables --- */

/* Those that are about all of it are shown whole. */
static int64_t rows_of(const struct report *r, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const bool is_whole = strcmp(name, "compare.csv") == 0 || strcmp(name, "frontier.csv") == 0;
    return is_whole ? INT64_MAX : r->o->rows;
}

static bool put_tables(const struct report *r, const struct folder *f)
{
    bool ok = true;
    for (size_t i = 0; i < f->tables.len; i++)
        ok &=
            csv_table_put(r->out, f->tables.items[i], rows_of(r, f->tables.items[i]), false, r->d);
    return ok;
}

static bool put_all_tables(const struct report *r)
{
    html_raw(r->out, "<section><h2 id=\"tables\">Tables</h2>\n<p class=\"note\">A click on a title "
                     "sorts by it. The files hold all rows; their columns are described in "
                     "docs/OUTPUTS.md.</p>\n");
    bool ok = put_tables(r, r->f);
    for (size_t i = 0; i < r->f->runs_len; i++) {
        html_element(r->out, "h3", r->f->runs[i].name);
        ok &= put_tables(r, &r->f->runs[i]);
    }
    html_raw(r->out, "</section>\n");
    return ok;
}

/* --- the page --- */

static const char *scenario_of(const struct folder *f)
{
    static const char *const keys[] = {"scenario", NULL};
    const char *name = folder_fact(f, keys);
    for (size_t i = 0; name == NULL && i < f->runs_len; i++)
        name = folder_fact(&f->runs[i], keys);
    return name != NULL ? name : f->name;
}

static bool has_summary(const struct folder *f)
{
    bool has = f->summary != NULL;
    for (size_t i = 0; i < f->runs_len; i++)
        has |= f->runs[i].summary != NULL;
    return has;
}

static void put_top(const struct report *r)
{
    const char *name = scenario_of(r->f);
    page_begin(r->out, arena_printf(r->arena, "%s - clustersim", name));
    html_raw(r->out, "<header>");
    html_element(r->out, "h1", name);
    facts_put_line(r->out, facts_runs(r->f));
    html_raw(r->out, "<nav><a href=\"#results\">Results</a>");
    if (has_pictures(r->f))
        html_raw(r->out, "<a href=\"#plots\">Plots</a>");
    if (has_summary(r->f))
        html_raw(r->out, "<a href=\"#made\">How it was made</a>");
    html_raw(r->out, "<a href=\"#tables\">Tables</a></nav></header>\n<main>\n");
}

static bool put_page(const struct report *r)
{
    put_top(r);
    html_raw(r->out, "<section><h2 id=\"results\">Results</h2>\n");
    bool ok = headline_put(r->out, r->f, r->arena, r->d);
    html_raw(r->out, "</section>\n");
    facts_put_waits(r->out, facts_runs(r->f));
    ok &= put_all_pictures(r);
    if (has_summary(r->f)) {
        html_raw(r->out, "<section><h2 id=\"made\">How it was made</h2>\n");
        facts_put_runs(r->out, facts_runs(r->f));
        facts_put_inputs(r->out, facts_runs(r->f));
        html_raw(r->out, "</section>\n");
    }
    ok &= put_all_tables(r);
    html_raw(r->out, "</main>\n");
    page_end(r->out);
    return ok;
}

static int write_report(const struct folder *f, const struct options *o, struct arena *a,
                        struct diag *d)
{
    const char *path = o->out != NULL ? o->out : arena_printf(a, "%s/report.html", f->path);
    struct report r = {.o = o, .out = out_file_open(path, d), .arena = a, .d = d, .f = f};
    if (r.out == NULL)
        return EXIT_WORLD;
    if (!put_page(&r)) {
        out_file_abandon(r.out);
        return d->is_world ? EXIT_WORLD : EXIT_INPUT;
    }
    if (!out_file_close(r.out, d))
        return EXIT_WORLD;
    if (!o->quiet && strcmp(path, "-") != 0)
        printf("the report is %s\n", path);
    return EXIT_DONE;
}

static int report(const void *given, const char *const *arguments, size_t len)
{
    (void)len;
    struct diag d;
    diag_init(&d, stderr);
    struct arena *a = arena_new();
    struct folder f;
    int code;
    if (folder_open(&f, arguments[0], a, &d))
        code = write_report(&f, given, a, &d);
    else
        code = d.is_world ? EXIT_WORLD : EXIT_INPUT;
    folder_close(&f);
    arena_free(a);
    diag_sum_up(&d);
    diag_fini(&d);
    return code;
}

static const struct option report_options[] = {
    {"out", OPTION_TEXT, offsetof(struct options, out), "FILE",
     .help = "where the page goes, - is standard output (default: DIR/report.html)"},
    {"rows", OPTION_INT, offsetof(struct options, rows), "N", 1, 10000000,
     "of each table, at most; the rest stays in its file (default: 500)"},
    {"quiet", OPTION_FLAG, offsetof(struct options, quiet), .help = "say nothing"},
    {0},
};

static const struct options defaults = {.rows = 500};

const struct command command_report = {
    .name = "report",
    .arguments = "DIR",
    .summary = "results as one page for a browser: plots, tables, the scenario",
    .help = "Makes one HTML file of an output directory of run or compare: the values that people\n"
            "compare first, what jobs waited for, the plots, the scenario as it was run with "
            "versions,\n"
            "seeds and hashes, and all tables, which sort. It needs no network and no other file, "
            "is\n"
            "readable in light and dark and on a phone, and prints.\n\n"
            "  clustersim report out/four-teams\n"
            "  clustersim report out/four-teams/kueue --out /tmp/kueue.html --rows 5000",
    .options = report_options,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = report,
};
