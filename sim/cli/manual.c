/* clustersim manual: the files of docs/ that are printed from the program's tables. */
#include "models/catalogue.h"
#include "models/cluster_spec.h"
#include "models/lint.h"
#include "policies/placement/strategy.h"
#include "policies/registry.h"
#include "results/outputs.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/cli/commands.h"
#include "sim/cli/scenario.h"
#include "sim/cli/size_plan.h"
#include "sim/cli/sweep_plan.h"
#include "sim/distribution.h"
#include "workloads/openb_nodes.h"
#include "workloads/registry.h"

#include <string.h>

/* --- what a scenario may say --- */

/* Texts and tables in their order: links need all tables before the first is printed. */
struct part {
    const char *text;                 /* NULL: a table */
    const struct config_table *table; /* at `level` */
    unsigned level;
};

enum { PARTS_MOST = 256 };

struct parts {
    struct part list[PARTS_MOST];
    size_t len;
    struct arena *arena;
};

static void add(struct parts *p, struct part part)
{
    SIM_REQUIRE(p->len < PARTS_MOST);
    p->list[p->len++] = part;
}

static void add_text(struct parts *p, const char *text)
{
    add(p, (struct part){.text = text});
}

static void add_table(struct parts *p, const struct config_table *table, unsigned level)
{
    add(p, (struct part){.table = table, .level = level});
}

/* Its table, or the heading and the line that one would have had. */
static void add_plug_in(struct parts *p, const char *name, const char *summary,
                        const struct config_table *options)
{
    if (options != NULL)
        add_table(p, options, 3);
    else
        add_text(p, arena_printf(p->arena, "### %s\n\n%s. It has no options.\n\n", name, summary));
}

static const char beginning[] =
    "# What a scenario says\n"
    "\n"
    "This file is printed from the tables that read scenarios: `scripts/docs.sh`.\n"
    "\n"
    "A scenario is a YAML file. Quantities need their unit (`90s`, `80GiB`, `98.32 USD/h`); only 0 "
    "may go without. Unknown, repeated or missing keys and wrong units are errors with their file, "
    "line and column, all of them in one run, and `clustersim check SCENARIO` finds them without "
    "running anything. Relative paths start at the file in which they are written. With `extends` "
    "a scenario takes all keys of another one: mappings are merged, everything else is replaced.\n"
    "\n"
    "A default of *none* means that the key may be absent.\n"
    "\n";

static const char expectations[] =
    "### expect\n"
    "\n"
    "Each is `STATISTIC(METRIC) [by KEY | of KIND NAME] OP VALUE`:\n"
    "\n"
    "```yaml\n"
    "expect:\n"
    "  - p95(wait) by tenant <= 4h              # of each of them\n"
    "  - mean(utilisation) of pool train >= 70% # of one\n"
    "  - mean(queue length) <= 20               # of all together\n"
    "  - count(lost) == 0\n"
    "```\n"
    "\n"
    "STATISTIC is mean, median, p95, p99.9, min, max, sum, deviation or count. METRIC is one of "
    "those in [OUTPUTS.md](OUTPUTS.md#metrics), which also says what they may be asked by. OP is "
    "one of <= < >= > == !=. VALUE has the metric's unit.\n"
    "\n";

static const char policies[] =
    "## policies\n"
    "\n"
    "A list. An entry is the name of a policy, or a mapping with its options; `name` is what "
    "results call it. A policy that admits and one that places make a `stack`. `use` takes an "
    "entry of a scenario that this one extends.\n"
    "\n"
    "```yaml\n"
    "policies:\n"
    "  - fifo\n"
    "  - {name: backfill, easy: {order: sjbf}}\n"
    "  - name: kueue\n"
    "    stack: [kueue, kube-scheduler]\n"
    "    kueue: {objects: [queues/]}\n"
    "    kube-scheduler: {placement: most-allocated}\n"
    "  - {use: slurm}\n"
    "```\n"
    "\n";

static const char placements[] =
    "## placement\n"
    "\n"
    "How kube-scheduler chooses among the nodes that fit: the name of a strategy, or a mapping of "
    "the name to its options.\n"
    "\n";

static const char workload[] =
    "## workload\n"
    "\n"
    "A list of sources, merged by submit time. The key that names the kind of source stands beside "
    "its options.\n"
    "\n"
    "```yaml\n"
    "workload:\n"
    "  - {swf: KTH-SP2.swf.gz, as: {processor: gpu}}\n"
    "  - {csv: jobs.csv}\n"
    "  - {kubernetes: [jobs/], duration: {from: sleep}}\n"
    "```\n"
    "\n";

static const char random_variables[] =
    "## Random variables\n"
    "\n"
    "Where a key takes a distribution, `40m` is a constant and `{lognormal: {median: 40m, p95: "
    "9h}, max: 48h}` is drawn.\n"
    "\n";

static const char timeline[] =
    "## timeline\n"
    "\n"
    "A list of what an administrator does: `at`, a duration after the start or a date, and one of "
    "`cordon`, `uncordon`, `drain`, `down` and `up` with the name of a node or a list of names; "
    "`restart-device-plugin`, likewise, whose devices are away `for` 10s or another time; "
    "`mig-layout` with the name of a layout that the manager `mig-manager` gives to `nodes`, or to "
    "all that have one of that name. "
    "Anything else is for the policies: kueue takes `apply` with a file of ClusterQueues, quotas "
    "and stop policies that are in force from then on.\n"
    "\n"
    "```yaml\n"
    "timeline:\n"
    "  - {at: 2h, drain: [train-0, train-1]}\n"
    "  - {at: 1d, up: train-0}\n"
    "  - {at: 2d, apply: more-quota.yaml}\n"
    "```\n"
    "\n";

static const char machines[] =
    "## Machines and GPUs\n"
    "\n"
    "What ships with the program is listed by `clustersim list machines`, `gpus` and `profiles`. "
    "More of it stands in files with these keys, which `machines` of the cluster names.\n"
    "\n";

static void add_knob_forms(struct parts *p)
{
    add_text(p, "| In words | The same as |  |\n| --- | --- | --- |\n");
    for (const struct knob_form *f = knob_forms(); f->words != NULL; f++)
        add_text(p, arena_printf(p->arena, "| `%s` | `%s` | %s |\n", f->words, f->path, f->help));
}

static void collect(struct parts *p)
{
    add_text(p, beginning);
    add_table(p, &scenario_table, 2);
    add_text(p, expectations);
    add_text(p, policies);
    for (size_t i = 0; policy_all()[i] != NULL; i++)
        add_plug_in(p, policy_all()[i]->name, policy_all()[i]->summary, policy_all()[i]->options);
    add_text(p, placements);
    for (size_t i = 0; placement_all()[i] != NULL; i++)
        add_plug_in(p, placement_all()[i]->name, placement_all()[i]->summary,
                    placement_all()[i]->options);
    add_table(p, &cluster_spec_table, 2);
    add_table(p, &openb_nodes_table, 3);
    add_text(p, random_variables);
    add_table(p, &distribution_table, 3);
    add_text(p, workload);
    for (size_t i = 0; job_source_all()[i] != NULL; i++)
        add_plug_in(p, job_source_all()[i]->name, job_source_all()[i]->summary,
                    job_source_all()[i]->options);
    add_text(p, timeline);
    add_text(p, machines);
    add_table(p, &catalogue_table, 3);
    add_table(p, &size_table, 2);
    add_table(p, &sweep_table, 2);
    add_knob_forms(p);
}

static void print_config(FILE *out)
{
    struct parts p = {.arena = arena_new()};
    struct config_manual *m = config_manual_new(out);
    collect(&p);
    for (size_t i = 0; i < p.len; i++)
        if (p.list[i].table != NULL)
            config_manual_add(m, p.list[i].table);
    for (size_t i = 0; i < p.len; i++)
        if (p.list[i].table != NULL)
            config_manual_print(m, p.list[i].table, p.list[i].level);
        else
            fputs(p.list[i].text, out);
    config_manual_free(m);
    arena_free(p.arena);
}

/* --- the command line --- */

static void print_commands(FILE *out)
{
    fputs("# The command line\n"
          "\n"
          "This file is printed from the program's tables: `scripts/docs.sh`. Exit codes: 0 done, "
          "1 an expectation failed, 2 input refused, 3 the world (disk full, no such file).\n",
          out);
    for (size_t i = 0; command_all()[i] != NULL; i++) {
        fprintf(out, "\n## %s\n\n```\n", command_all()[i]->name);
        options_print_help(command_all()[i], out);
        fputs("```\n", out);
    }
}

/* --- lints --- */

static void print_lints(FILE *out)
{
    fputs(
        "# What check finds\n"
        "\n"
        "This file is printed from the program's table: `scripts/docs.sh`. Every message of these "
        "rules ends with its name in brackets. Errors refuse a run; warnings and notes do not, but "
        "`clustersim check --strict` ends with exit code 2 for a warning.\n",
        out);
    for (enum lint_rule r = 0; r < LINT_RULES; r++) {
        const struct lint_info *l = lint_get(r);
        fprintf(out, "\n## %s\n\n*%s.* %s\n\n- wrong: `%s`\n- right: `%s`\n", l->name,
                l->level == LINT_ERROR     ? "Error"
                : l->level == LINT_WARNING ? "Warning"
                                           : "Note",
                l->summary, l->wrong, l->right);
    }
}

/* --- the command --- */

static const struct manual {
    const char *name;
    void (*print)(FILE *out);
} manuals[] = {
    {"commands", print_commands},
    {"config", print_config},
    {"lints", print_lints},
    {"outputs", outputs_print_manual},
};

enum { MANUALS = sizeof manuals / sizeof manuals[0] };

static int manual(const void *options, const char *const *arguments, size_t len)
{
    (void)options;
    (void)len;
    for (size_t i = 0; i < MANUALS; i++)
        if (strcmp(manuals[i].name, arguments[0]) == 0) {
            manuals[i].print(stdout);
            return EXIT_DONE;
        }
    fprintf(stderr,
            "error: '%s': there is no such manual; expected commands, config, lints or "
            "outputs\n",
            arguments[0]);
    return EXIT_INPUT;
}

static const struct option no_options[] = {{0}};

const struct command command_manual = {
    .name = "manual",
    .arguments = "WHAT",
    .summary = "a reference in Markdown: config, outputs, commands, lints",
    .help = "Prints what is in docs/: `config`, every key of a scenario; `outputs`, every column\n"
            "and metric; `commands`, this help of all commands; `lints`, the rules of `check`.\n\n"
            "  clustersim manual config | less",
    .options = no_options,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = manual,
};
