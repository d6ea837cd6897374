#include "results/outputs.h"

#include "results/metric.h"
#include "results/out_table.h"
#include "results/plots/plot_kinds.h"

/* To add a file: its table in its own source, its line here. */
#define TABLES(X)            \
    X(out_table_jobs)        \
    X(out_table_tasks)       \
    X(out_table_utilisation) \
    X(out_table_queues)      \
    X(out_table_gpus)        \
    X(out_table_fragments)   \
    X(out_table_events)      \
    X(out_table_summary)     \
    X(out_table_comparison)  \
    X(out_table_replications)

#define X(symbol) extern const struct out_table symbol;
TABLES(X)
#undef X

static const struct out_table *const tables[] = {
#define X(symbol) &symbol,
    TABLES(X)
#undef X
};

static const char beginning[] =
    "# What a run writes\n"
    "\n"
    "This file is printed from the tables that make the files: `scripts/docs.sh`.\n"
    "\n"
    "All tables are CSV as in RFC 4180, but lines end with a line feed alone: a header row, a "
    "comma "
    "between fields, quotes around a field that holds a comma, a quote or a line end, its quotes "
    "doubled. What does not exist is an empty field. Times are seconds after simulated time 0 (the "
    "scenario's `start`), exact decimals; names have their unit at the end. A file is whole or "
    "absent: it is written beside its place as `NAME.part` and renamed at the end, so what an "
    "earlier run left stays until then.\n"
    "\n"
    "The same scenario, seed and version give the same bytes.\n"
    "\n";

static const char json[] =
    "## summary.json\n"
    "\n"
    "The same values as summary.csv, and what they were made from.\n"
    "\n"
    "| key | meaning |\n"
    "| --- | --- |\n"
    "| `schema` | 1; raised when a key changes its meaning or goes. New keys may come at any time "
    "|\n"
    "| `clustersim` | version of the program |\n"
    "| `scenario`, `policy` | their names |\n"
    "| `seed`, `replications` | how many runs the values come from |\n"
    "| `inputs` | the files of the scenario: `path`, `fnv1a64`, the FNV-1a hash of its bytes, and "
    "`text`, what stood in it (null beyond 1 MiB) |\n"
    "| `start`, `end` | of simulated time, UTC |\n"
    "| `simulated_s`, `warm_up_s` | end - start; what was left out of the values |\n"
    "| `ended` | drained: nothing was left to do; until: the time given had passed; stuck: jobs "
    "wait "
    "that nothing will ever start; stalled: a livelock; failed: a source failed; broken: a bug was "
    "found by the audit |\n"
    "| `counts` | `events` and `rounds` of decisions, `jobs_arrived`, `jobs_ended`, `tasks_bound`, "
    "`verbs_refused` (bugs of the policy), `jobs_measured` |\n"
    "| `repairs` | dirt in the workload: `source`, `what`, `job_left_out`, `count`, `first_line` "
    "|\n"
    "| `waited_for_s` | all waits together, in s, by reason |\n"
    "| `metrics` | by name: `unit`, and for each statistic its `value` and, if it is not exact, "
    "its "
    "`error` |\n"
    "| `by` | by grouping, metric and group: the same |\n"
    "\n";

static const char printed[] =
    "## What `--format json` prints\n"
    "\n"
    "Of `run` and `compare`, on standard output, which then holds nothing else.\n"
    "\n"
    "| key | meaning |\n"
    "| --- | --- |\n"
    "| `schema` | 1; as above |\n"
    "| `clustersim`, `scenario`, `seed`, `replications` | as above |\n"
    "| `baseline` | its folder, or null |\n"
    "| `passed` | no check failed |\n"
    "| `checks` | a list of what was checked: `kind` (expectation, baseline), `policy`, `check`, "
    "`passed`, `verdict`, `detail` (as it is printed), `unit`, `value`. Of an expectation: its "
    "interval `lower`, `upper` over replications; `verdict` is pass or fail. Of the baseline: "
    "`baseline`, `difference` and the interval of the difference; `verdict` is same, open (may be "
    "luck), better, worse within the tolerance, worse, or gone |\n"
    "| `policies` | by name: of each metric its `unit`, and for each statistic its `value` and "
    "interval |\n"
    "\n"
    "`--junit` writes a suite per policy and a case per check, `--markdown` a table of the checks "
    "and one of the policies.\n"
    "\n";

static const char plots[] =
    "## plots/\n"
    "\n"
    "Each picture is there as SVG, as PNG and as the script that draws it, data included: "
    "`gnuplot NAME.gp` draws it again. Without gnuplot there are the scripts, and a warning. "
    "However long a run is, a picture shows at most 512 steps of time, 1,000 of a distribution, "
    "and a map of 96 by 256 fields. Of a run:\n"
    "\n"
    "| picture | what it shows |\n"
    "| --- | --- |\n";

static void print_plots(FILE *out, const struct plot_kind *kinds)
{
    for (const struct plot_kind *k = kinds; k->name != NULL; k++)
        fprintf(out, "| `%s` | %s |\n", k->name, k->help);
    fputc('\n', out);
}

static void print_bys(FILE *out, const struct metric *m)
{
    bool first = true;
    for (enum metric_by by = BY_NOTHING + 1; by < METRIC_BYS; by++)
        if (m->by >> by & 1) {
            fprintf(out, "%s%s", first ? "" : ", ", metric_by_name(by));
            first = false;
        }
}

static void print_stats(FILE *out, const struct metric *m)
{
    char buf[STATISTIC_TEXT];
    bool first = true;
    for (enum statistic s = 0; s <= STAT_P; s++)
        if (m->stats >> s & 1) {
            fprintf(out, "%s%s", first ? "" : ", ",
                    s == STAT_P ? "percentiles" : statistic_print(buf, s, 0));
            first = false;
        }
}

void outputs_print_metrics(FILE *out)
{
    static const char *const better[] = {
        [BETTER_NEITHER] = "", [BETTER_LESS] = "less", [BETTER_MORE] = "more"};
    fputs("| metric | unit | better | statistics | by | meaning |\n| --- | --- | --- | --- | --- | "
          "--- |\n",
          out);
    for (enum metric_id id = 0; id < METRICS; id++) {
        const struct metric *m = metric_get(id);
        fprintf(out, "| `%s` | %s | %s | ", m->name, metric_unit_name(m->unit), better[m->better]);
        print_stats(out, m);
        fputs(" | ", out);
        print_bys(out, m);
        fprintf(out, " | %s |\n", m->help);
    }
}

void outputs_print_manual(FILE *out)
{
    fputs(beginning, out);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        out_table_print(tables[i], out);
        fputc('\n', out);
    }
    fputs(json, out);
    fputs(printed, out);
    fputs(plots, out);
    print_plots(out, plot_kinds_of_run);
    fputs("Of a run with `--replications` or `--until-width` these show the first, and besides:\n\n"
          "| picture | what it shows |\n| --- | --- |\n",
          out);
    print_plots(out, plot_kinds_of_replications);
    fputs("Of a comparison, in colours that stand for the same policy in all of them:\n\n"
          "| picture | what it shows |\n| --- | --- |\n",
          out);
    print_plots(out, plot_kinds_of_comparison);
    fputs("## Metrics\n\nOf summary.csv and summary.json, and of expressions in `expect` and "
          "`target`. Jobs that were submitted before the end of the warm-up do not count, and "
          "averages over time begin there. Sizes are the GPUs of a job: 1, 2, 3-4, 5-8 and so "
          "on.\n\n",
          out);
    outputs_print_metrics(out);
}
