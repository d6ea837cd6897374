#include "sim/cli/gate.h"

#include "results/check_list.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/cli/commands.h"
#include "sim/cli/gate_compare.h"
#include "sim/yaml.h"

#include <stdlib.h>
#include <string.h>

/* --- what is tolerated --- */

static const struct gate_value usual[] = {
    {{.text = "mean(wait)", .id = METRIC_WAIT, .s = STAT_MEAN}, true},
    {{.text = "p95(wait)", .id = METRIC_WAIT, .s = STAT_P, .p = 950000}, true},
    {{.text = "mean(bounded_slowdown)", .id = METRIC_BOUNDED_SLOWDOWN, .s = STAT_MEAN}, true},
    {{.text = "count(done)", .id = METRIC_DONE, .s = STAT_COUNT}, true},
};

enum { USUAL = sizeof usual / sizeof usual[0] };

static const double usual_tolerance = 0.05;

static void push_value(struct gate *g, const struct gate_value *v)
{
    g->values = realloc(g->values, (g->values_len + 1) * sizeof g->values[0]);
    SIM_REQUIRE(g->values != NULL);
    g->values[g->values_len++] = *v;
}

static void push_usual(struct gate *g, double tolerance)
{
    for (size_t i = 0; i < USUAL; i++) {
        struct gate_value v = usual[i];
        v.of.value = tolerance;
        push_value(g, &v);
    }
}

static bool read_tolerance(struct gate *g, const char *text, struct src_pos at, struct arena *a,
                           struct diag *d)
{
    struct gate_value v;
    if (!expectation_parse_width(&v.of, &v.is_relative, text, at, "tolerance", a, d))
        return false;
    if (strchr(text, '(') != NULL) {
        push_value(g, &v);
        return true;
    }
    if (!v.is_relative)
        diag_error(d, at, "tolerance: '%s': of which value? for example mean(wait) <= %s", text,
                   text);
    else
        push_usual(g, v.of.value);
    return v.is_relative;
}

static bool read_tolerance_list(struct gate *g, const struct yaml_node *list, struct arena *a,
                                struct diag *d)
{
    bool ok = true;
    if (list != NULL && list->kind != YAML_LIST) {
        diag_error(d, yaml_pos(list), "tolerance: %s; expected a list such as [mean(wait) <= 5%%]",
                   yaml_kind_name(list));
        return false;
    }
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const struct yaml_node *n = list->items[i];
        if (n->kind != YAML_SCALAR) {
            diag_error(d, yaml_pos(n), "tolerance: %s; expected text such as mean(wait) <= 5%%",
                       yaml_kind_name(n));
            ok = false;
            continue;
        }
        struct src_pos at = yaml_pos(n);
        at.col += n->quoted;
        ok &= read_tolerance(g, n->text, at, a, d);
    }
    return ok;
}

/* --- files --- */

static const char *const file_keys[] = {"expect", "tolerance", NULL};

static bool check_keys(const struct yaml_node *map, struct diag *d)
{
    bool ok = true;
    for (size_t i = 0; i < map->len; i++) {
        const struct yaml_node *key = map->pairs[i].key;
        bool is_known = false;
        for (size_t k = 0; file_keys[k] != NULL; k++)
            is_known |= strcmp(file_keys[k], key->text) == 0;
        if (!is_known)
            diag_error(d, yaml_pos(key), "'%s': unknown key; expected expect or tolerance",
                       key->text);
        ok &= is_known;
    }
    return ok;
}

static bool read_file(struct gate *g, struct prepared *p, const char *path, struct diag *d)
{
    struct arena *a = p->scenario.arena;
    struct yaml_file *f = yaml_read(path, d);
    if (f == NULL)
        return false;
    g->files[g->files_len++] = f;
    const struct yaml_node *doc = yaml_docs(f) == 1 ? yaml_doc(f, 0) : NULL;
    if (doc != NULL && doc->kind == YAML_LIST)
        return expectations_add(&p->expect, doc, a, d);
    if (doc == NULL || doc->kind != YAML_MAP) {
        diag_error(d, (struct src_pos){.file = path},
                   "expected a list of expectations, or {expect: [...], tolerance: [...]}");
        return false;
    }
    bool ok = check_keys(doc, d);
    ok &= expectations_add(&p->expect, yaml_get(doc, "expect"), a, d);
    return read_tolerance_list(g, yaml_get(doc, "tolerance"), a, d) && ok;
}

/* --- the baseline --- */

/* Before an hour is spent on it: whether anything of it can be compared at all. */
static bool check_baseline(const struct gate *g, const struct prepared *p, struct diag *d)
{
    const struct scenario *s = &p->scenario;
    size_t found = 0;
    bool ok = true;
    for (size_t i = 0; i < s->policies_len; i++) {
        const struct policy_entry *e = &s->policies[i];
        if ((p->policy != NULL && p->policy != e) || !baseline_has_policy(&g->baseline, e->name))
            continue;
        found++;
        for (size_t v = 0; v < g->values_len; v++) {
            const struct replication_question q = expectation_question(&g->values[v].of);
            if (baseline_find(&g->baseline, 0, e->name, &q) != SIZE_MAX)
                continue;
            diag_error(d, (struct src_pos){.file = g->baseline.dir},
                       "--baseline: %s is not in it for policy %s; make it with the same "
                       "--tolerance",
                       g->values[v].of.text, e->name);
            ok = false;
        }
    }
    if (found == 0)
        diag_error(d, (struct src_pos){.file = g->baseline.dir},
                   "--baseline: none of the policies is in it");
    return ok && found > 0;
}

static bool open_baseline(struct gate *g, struct prepared *p, struct diag *d)
{
    if (g->options->baseline == NULL)
        return true;
    if (!baseline_read(&g->baseline, g->options->baseline, p->scenario.arena, d) ||
        !check_baseline(g, p, d))
        return false;
    if (!prepared_replicates(p))
        p->replications = g->baseline.replications;
    return true;
}

/* --- the whole --- */

static bool read_format(const struct gate *g, struct diag *d)
{
    const char *format = g->options->format;
    if (strcmp(format, "text") == 0 || strcmp(format, "json") == 0)
        return true;
    diag_error(d, (struct src_pos){0}, "--format: '%s': expected text or json", format);
    return false;
}

bool gate_open(struct gate *g, const struct gate_options *o, struct prepared *p, struct diag *d)
{
    *g = (struct gate){.options = o};
    bool ok = read_format(g, d);
    for (size_t i = 0; i < o->expect.len; i++)
        ok &= read_file(g, p, o->expect.texts[i], d);
    for (size_t i = 0; i < o->tolerance.len; i++)
        ok &= read_tolerance(g, o->tolerance.texts[i], (struct src_pos){0}, p->scenario.arena, d);
    if (g->values_len == 0)
        push_usual(g, usual_tolerance);
    for (size_t i = 0; i < g->values_len; i++)
        expectations_push(&p->watched, &g->values[i].of, p->scenario.arena);
    return open_baseline(g, p, d) && ok;
}

void gate_close(struct gate *g)
{
    baseline_close(&g->baseline);
    free(g->values);
    for (size_t i = 0; i < g->files_len; i++)
        yaml_close(g->files[i]);
}

bool gate_is_json(const struct gate *g)
{
    return strcmp(g->options->format, "json") == 0;
}

static bool write_reports(const struct gate *g, const struct check_report *r, struct diag *d)
{
    const struct gate_options *o = g->options;
    bool ok = o->junit == NULL || check_report_write_junit(r, o->junit, d);
    ok &= o->markdown == NULL || check_report_write_markdown(r, o->markdown, d);
    ok &= !gate_is_json(g) || check_report_write_json(r, "-", d);
    return ok;
}

int gate_judge(const struct gate *g, const struct prepared *p, const struct run_record *records,
               size_t len, struct diag *d)
{
    struct check_list *checks = check_list_new();
    const struct check_report report = {records, len, checks, g->options->baseline};
    for (size_t i = 0; i < len; i++)
        expectations_check(&p->expect, &records[i], checks);
    if (g->options->baseline != NULL)
        gate_compare(g, records, len, checks);
    if (!gate_is_json(g))
        check_list_print(checks, p->options->quiet, stdout);
    int code = check_list_failed(checks) > 0 ? EXIT_EXPECTATION : EXIT_DONE;
    if (!write_reports(g, &report, d))
        code = EXIT_WORLD;
    check_list_free(checks);
    return code;
}
