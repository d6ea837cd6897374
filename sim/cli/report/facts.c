#include "sim/cli/report/facts.h"

#include "results/metric.h"
#include "sim/cli/report/html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct facts_runs facts_runs(const struct folder *f)
{
    return f->runs_len > 0 ? (struct facts_runs){f->runs, f->runs_len} : (struct facts_runs){f, 1};
}

static const char *fact(const struct folder *f, const char *key)
{
    return folder_fact(f, (const char *const[]){key, NULL});
}

static const char *fact_below(const struct folder *f, const char *key, const char *below)
{
    return folder_fact(f, (const char *const[]){key, below, NULL});
}

static const char *name_of(const struct folder *f)
{
    const char *policy = fact(f, "policy");
    return policy != NULL ? policy : f->name;
}

static void put_cell(struct out_file *out, const char *text)
{
    html_raw(out, "<td>");
    html_text(out, text == NULL ? "" : text);
    html_raw(out, "</td>");
}

static void put_heads(struct out_file *out, const char *first, struct facts_runs runs,
                      const char *more)
{
    html_raw(out, "<thead><tr><th scope=\"col\">");
    html_raw(out, first);
    html_raw(out, "</th>");
    for (size_t i = 0; i < runs.len; i++) {
        html_raw(out, more);
        html_text(out, name_of(&runs.items[i]));
        html_raw(out, "</th>");
    }
    html_raw(out, "</tr></thead><tbody>\n");
}

/* --- what jobs waited for --- */

static double seconds_of(const struct folder *f, const char *reason)
{
    const char *text = fact_below(f, "waited_for_s", reason);
    return text == NULL ? 0 : strtod(text, NULL);
}

static double all_seconds(const struct folder *f)
{
    const struct yaml_node *waits = yaml_get(f->summary, "waited_for_s");
    double sum = 0;
    for (size_t i = 0; waits != NULL && waits->kind == YAML_MAP && i < waits->len; i++)
        sum += seconds_of(f, waits->pairs[i].key->text);
    return sum;
}

static void put_share(struct out_file *out, const struct folder *f, const char *reason)
{
    const char *exact = fact_below(f, "waited_for_s", reason);
    const double all = all_seconds(f), part = seconds_of(f, reason);
    char text[64], length[METRIC_TEXT];
    if (exact == NULL || part <= 0) {
        html_raw(out, "<td class=\"n\" data-v=\"0\">-</td>");
        return;
    }
    snprintf(text, sizeof text, "--p:%.1f%%", 100 * part / all);
    html_raw(out, "<td class=\"n share\"");
    html_attribute(out, "style", text);
    html_attribute(out, "data-v", exact);
    snprintf(text, sizeof text, "%.64s s", exact);
    html_attribute(out, "title", text);
    snprintf(text, sizeof text, ">%.1f%%, ", 100 * part / all);
    html_raw(out, text);
    html_text(out, metric_print(length, UNIT_SECONDS, part));
    html_raw(out, "</td>");
}

/* The run before it that has the reason as well: the row is written with that. */
static bool was_shown(struct facts_runs runs, size_t run, const char *reason)
{
    for (size_t i = 0; i < run; i++)
        if (seconds_of(&runs.items[i], reason) > 0)
            return true;
    return false;
}

static void put_reasons(struct out_file *out, struct facts_runs runs, size_t run)
{
    const struct yaml_node *waits = yaml_get(runs.items[run].summary, "waited_for_s");
    for (size_t i = 0; waits != NULL && waits->kind == YAML_MAP && i < waits->len; i++) {
        const char *reason = waits->pairs[i].key->text;
        if (seconds_of(&runs.items[run], reason) <= 0 || was_shown(runs, run, reason))
            continue;
        html_raw(out, "<tr>");
        html_element(out, "td", reason);
        for (size_t k = 0; k < runs.len; k++)
            put_share(out, &runs.items[k], reason);
        html_raw(out, "</tr>\n");
    }
}

void facts_put_waits(struct out_file *out, struct facts_runs runs)
{
    double all = 0;
    for (size_t i = 0; i < runs.len; i++)
        all += all_seconds(&runs.items[i]);
    if (all <= 0)
        return;
    html_raw(out, "<section><h2 id=\"waits\">What jobs waited for</h2>\n<div class=\"scroll\" "
                  "tabindex=\"0\"><table class=\"sorts\">");
    put_heads(out, "reason", runs, "<th scope=\"col\" class=\"n\">");
    for (size_t i = 0; i < runs.len; i++)
        put_reasons(out, runs, i);
    html_raw(out, "</tbody></table></div>\n<p class=\"note\">All waits of all jobs together. "
                  "<code>clustersim explain</code> tells of one job or queue.</p></section>\n");
}

/* --- how the runs were made --- */

static void put_row(struct out_file *out, struct facts_runs runs, const char *title,
                    const char *key, const char *below)
{
    bool is_known = false;
    for (size_t i = 0; i < runs.len; i++)
        is_known |= (below == NULL ? fact(&runs.items[i], key)
                                   : fact_below(&runs.items[i], key, below)) != NULL;
    if (!is_known)
        return;
    html_raw(out, "<tr><th scope=\"row\">");
    html_raw(out, title);
    html_raw(out, "</th>");
    for (size_t i = 0; i < runs.len; i++)
        put_cell(out, below == NULL ? fact(&runs.items[i], key)
                                    : fact_below(&runs.items[i], key, below));
    html_raw(out, "</tr>\n");
}

static void put_repairs(struct out_file *out, const struct folder *f)
{
    const struct yaml_node *list = yaml_get(f->summary, "repairs");
    static const char *const keys[] = {"source", "what", "count", "first_line"};
    for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->len; i++) {
        html_raw(out, "<p class=\"note\">Repaired under ");
        html_text(out, name_of(f));
        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
            const struct yaml_node *n = yaml_get(list->items[i], keys[k]);
            html_raw(out, k == 0   ? ": "
                          : k == 2 ? ", times: "
                          : k == 3 ? ", first in line "
                                   : ": ");
            html_text(out, n != NULL && n->kind == YAML_SCALAR ? n->text : "");
        }
        html_raw(out, "</p>\n");
    }
}

void facts_put_runs(struct out_file *out, struct facts_runs runs)
{
    static const struct row {
        const char *title, *key, *below;
    } rows[] = {
        {"clustersim", "clustersim", NULL},
        {"seed", "seed", NULL},
        {"replications", "replications", NULL},
        {"start", "start", NULL},
        {"end", "end", NULL},
        {"simulated, s", "simulated_s", NULL},
        {"warm-up, s", "warm_up_s", NULL},
        {"ended", "ended", NULL},
        {"jobs arrived", "counts", "jobs_arrived"},
        {"jobs ended", "counts", "jobs_ended"},
        {"jobs measured", "counts", "jobs_measured"},
        {"events", "counts", "events"},
        {"rounds of decisions", "counts", "rounds"},
        {"verbs refused", "counts", "verbs_refused"},
    };
    html_raw(out, "<div class=\"scroll\" tabindex=\"0\"><table>");
    put_heads(out, "run", runs, "<th scope=\"col\">");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        put_row(out, runs, rows[i].title, rows[i].key, rows[i].below);
    html_raw(out, "</tbody></table></div>\n");
    for (size_t i = 0; i < runs.len; i++)
        put_repairs(out, &runs.items[i]);
}

/* --- the scenario --- */

static const char *text_of(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = yaml_get(map, key);
    return n != NULL && n->kind == YAML_SCALAR && !yaml_is_null(n) ? n->text : NULL;
}

static void put_input(struct out_file *out, const struct yaml_node *input, bool is_first)
{
    const char *path = text_of(input, "path"), *hash = text_of(input, "fnv1a64"),
               *text = text_of(input, "text");
    html_raw(out, is_first ? "<details open><summary>" : "<details><summary>");
    html_text(out, path == NULL ? "" : path);
    html_raw(out, " <span class=\"note\">FNV-1a ");
    html_text(out, hash == NULL ? "unknown" : hash);
    html_raw(out, "</span></summary>\n");
    if (text != NULL) {
        html_raw(out, "<pre>");
        html_raw(out, text[0] == '\n' ? "\n" : ""); /* the first line end of a pre is not shown */
        html_text(out, text);
        html_raw(out, "</pre>");
    } else {
        html_raw(out, "<p class=\"note\">Its text was not kept.</p>");
    }
    html_raw(out, "</details>\n");
}

/* All runs of a comparison read the same. */
void facts_put_inputs(struct out_file *out, struct facts_runs runs)
{
    const struct yaml_node *list = NULL;
    for (size_t i = 0; list == NULL && i < runs.len; i++)
        list = yaml_get(runs.items[i].summary, "inputs");
    for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->len; i++)
        put_input(out, list->items[i], i == 0);
}

/* --- one line --- */

static void put_part(struct out_file *out, const char *before, const char *text)
{
    if (text == NULL)
        return;
    html_raw(out, before);
    html_text(out, text);
}

void facts_put_line(struct out_file *out, struct facts_runs runs)
{
    const struct folder *f = &runs.items[0];
    if (f->summary == NULL)
        return;
    html_raw(out, "<p>");
    put_part(out, runs.len > 1 ? "policies " : "policy ", name_of(f));
    for (size_t i = 1; i < runs.len; i++)
        put_part(out, ", ", name_of(&runs.items[i]));
    put_part(out, " \xc2\xb7 seed ", fact(f, "seed"));
    put_part(out, " \xc2\xb7 from ", fact(f, "start"));
    put_part(out, runs.len > 1 ? "" : " to ", runs.len > 1 ? NULL : fact(f, "end"));
    put_part(out, " \xc2\xb7 clustersim ", fact(f, "clustersim"));
    html_raw(out, "</p>\n");
}
