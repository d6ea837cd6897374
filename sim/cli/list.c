/* clustersim list: what there is to choose from, from the registries. */
#include "models/catalogue.h"
#include "models/catalogue_list.h"
#include "models/lint.h"
#include "policies/placement/strategy.h"
#include "policies/registry.h"
#include "results/metric.h"
#include "results/registry.h"
#include "sim/cli/commands.h"
#include "sim/text_table.h"
#include "workloads/registry.h"

#include <string.h>

static void list_policies(FILE *out, struct diag *d)
{
    (void)d;
    static const struct text_column columns[] = {{"policy", false}, {"", false}, {"", false}};
    struct text_table *t = text_table_new(columns, 3);
    for (size_t i = 0; policy_all()[i] != NULL; i++) {
        const struct policy_ops *p = policy_all()[i];
        text_table_cell(t, p->name);
        text_table_cell(t, p->roles == ROLE_ADMIT   ? "admits"
                           : p->roles == ROLE_PLACE ? "places"
                                                    : "admits and places");
        text_table_cell(t, p->summary);
    }
    text_table_print(t, out);
    text_table_free(t);
}

/* Whatever has a name and a line that says what it is. */
struct named {
    const char *name, *summary;
};

/* `at` says false when there are no more. */
static void list_named(FILE *out, const char *heading, bool (*at)(size_t i, struct named *n))
{
    const struct text_column columns[] = {{heading, false}, {"", false}};
    struct text_table *t = text_table_new(columns, 2);
    struct named n;
    for (size_t i = 0; at(i, &n); i++) {
        text_table_cell(t, n.name);
        text_table_cell(t, n.summary);
    }
    text_table_print(t, out);
    text_table_free(t);
}

static bool placement_at(size_t i, struct named *n)
{
    const struct strategy_ops *s = placement_all()[i];
    *n = s == NULL ? (struct named){0} : (struct named){s->name, s->summary};
    return s != NULL;
}

static bool source_at(size_t i, struct named *n)
{
    const struct job_source_ops *s = job_source_all()[i];
    *n = s == NULL ? (struct named){0} : (struct named){s->name, s->summary};
    return s != NULL;
}

static bool output_at(size_t i, struct named *n)
{
    const struct observer_ops *s = observer_all()[i];
    *n = s == NULL ? (struct named){0} : (struct named){s->name, s->summary};
    return s != NULL;
}

static void list_placements(FILE *out, struct diag *d)
{
    (void)d;
    list_named(out, "placement", placement_at);
}

static void list_sources(FILE *out, struct diag *d)
{
    (void)d;
    list_named(out, "source", source_at);
}

static void list_outputs(FILE *out, struct diag *d)
{
    (void)d;
    list_named(out, "output", output_at);
}

static void list_metrics(FILE *out, struct diag *d)
{
    (void)d;
    static const struct text_column columns[] = {{"metric", false}, {"unit", false}, {"", false}};
    struct text_table *t = text_table_new(columns, 3);
    for (enum metric_id id = 0; id < METRICS; id++) {
        text_table_cell(t, metric_get(id)->name);
        text_table_cell(t, metric_unit_name(metric_get(id)->unit));
        text_table_cell(t, metric_get(id)->help);
    }
    text_table_print(t, out);
    text_table_free(t);
}

/* Each with its example: they are sentences, so no table. */
static void list_lints(FILE *out, struct diag *d)
{
    (void)d;
    for (enum lint_rule r = 0; r < LINT_RULES; r++) {
        const struct lint_info *l = lint_get(r);
        fprintf(out, "%s[%s] %s: %s\n    wrong: %s\n    right: %s\n", r == 0 ? "" : "\n", l->name,
                lint_level_name(l->level), l->summary, l->wrong, l->right);
    }
}

static void list_catalogue(FILE *out, struct diag *d,
                           void (*print)(const struct catalogue *c, FILE *out))
{
    struct catalogue *c = catalogue_open(d);
    print(c, out);
    catalogue_close(c);
}

static void list_machines(FILE *out, struct diag *d)
{
    list_catalogue(out, d, catalogue_list_machines);
}

static void list_gpus(FILE *out, struct diag *d)
{
    list_catalogue(out, d, catalogue_list_gpus);
}

static void list_profiles(FILE *out, struct diag *d)
{
    list_catalogue(out, d, catalogue_list_profiles);
}

static const struct what {
    const char *name;
    void (*print)(FILE *out, struct diag *d);
} lists[] = {
    {"policies", list_policies}, {"placements", list_placements},
    {"sources", list_sources},   {"machines", list_machines},
    {"gpus", list_gpus},         {"profiles", list_profiles},
    {"metrics", list_metrics},   {"outputs", list_outputs},
    {"lints", list_lints},
};

enum { LISTS = sizeof lists / sizeof lists[0] };

static int list(const void *options, const char *const *arguments, size_t len)
{
    (void)options;
    (void)len;
    struct diag d;
    diag_init(&d, stderr);
    int code = EXIT_INPUT;
    for (size_t i = 0; i < LISTS; i++) {
        if (strcmp(lists[i].name, arguments[0]) != 0)
            continue;
        lists[i].print(stdout, &d);
        code = EXIT_DONE;
    }
    if (code == EXIT_INPUT) {
        fprintf(stderr, "error: there is no list '%s'; there are:", arguments[0]);
        for (size_t i = 0; i < LISTS; i++)
            fprintf(stderr, " %s", lists[i].name);
        fputc('\n', stderr);
    }
    diag_fini(&d);
    return code;
}

static const struct option no_options[] = {{0}};

const struct command command_list = {
    .name = "list",
    .arguments = "policies|machines|...",
    .summary = "what there is: policies, sources, machines, metrics ...",
    .help = "Prints a table of what can be named in a scenario: policies, placements, sources, "
            "machines,\n"
            "gpus, profiles (of MIG), metrics (for `expect`), outputs or lints (of `check`).\n\n"
            "  clustersim list policies",
    .options = no_options,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = list,
};
