/* clustersim run: one simulation, all its files. */
#include "sim/cli/replicate.h"

#include "results/comparison.h"
#include "results/plots/plots.h"
#include "sim/cli/commands.h"
#include "sim/cli/gate.h"

#include <string.h>

struct options {
    struct run_options run;
    struct gate_options gate;
    const char *policy;
    const char *openmetrics;
};

/* Of replications there are means and intervals, which no file of a single run has. */
static bool write_means(const struct prepared *p, const struct run_record *record, struct diag *d)
{
    return record->replications == NULL || replicate_write_tables(p, record, 1, d);
}

static bool draw_bands(const struct prepared *p, const struct run_record *record, struct diag *d)
{
    return record->replications == NULL || (record->wants & RECORD_PLOTS) == 0 ||
           plots_draw_replications(record, p->out_dir, d);
}

static int say_results(const struct prepared *p, const struct gate *g,
                       const struct run_record *record, struct diag *d)
{
    if (!write_means(p, record, d))
        return EXIT_WORLD;
    if (!p->options->quiet && !gate_is_json(g)) {
        comparison_print_table(record, 1, stdout);
        if (record->replications != NULL)
            comparison_print_verdict(record, 1, stdout);
        replicate_say_where(p, record, 1, stdout);
    }
    if (!draw_bands(p, record, d))
        return EXIT_WORLD;
    return gate_judge(g, p, record, 1, d);
}

/* Metrics cost a tenth of the time; a quiet run that writes no summary does without. */
static bool is_unasked(const struct prepared *p, const struct gate_options *g)
{
    const bool is_reported =
        g->junit != NULL || g->markdown != NULL || strcmp(g->format, "json") == 0;
    return p->options->quiet && !is_reported && !prepared_replicates(p) && p->expect.len == 0 &&
           !scenario_wants(&p->scenario, "summary") && !prepared_wants_plots(p);
}

static int simulate_it(struct prepared *p, const void *options, struct diag *d)
{
    const struct options *o = options;
    const struct policy_entry *policy = p->policy != NULL ? p->policy : &p->scenario.policies[0];
    struct run_record record = {0};
    struct gate g;
    int code;
    p->openmetrics = o->openmetrics;
    if (!gate_open(&g, &o->gate, p, d)) {
        code = d->is_world ? EXIT_WORLD : EXIT_INPUT;
    } else {
        p->has_no_record = is_unasked(p, &o->gate);
        code = replicate(p, policy, &p->out_dir, 1, &record, d);
        if (code < EXIT_INPUT)
            code = worse_code(code, say_results(p, &g, &record, d));
    }
    run_record_fini(&record);
    gate_close(&g);
    return code;
}

static int run(const void *given, const char *const *arguments, size_t len)
{
    (void)len;
    const struct options *o = given;
    return prepared_run(arguments[0], &o->run, o->policy, simulate_it, o);
}

static const struct option run_option_table[] = {
    {"policy", OPTION_TEXT, offsetof(struct options, policy), "NAME",
     .help = "which of the scenario's policies (default: the first)"},
    {"openmetrics", OPTION_TEXT, offsetof(struct options, openmetrics), "FILE",
     .help = "samples of all GPUs, as dcgm-exporter names and labels them; - is standard output"},
    RUN_OPTIONS(struct options, run),
    GATE_OPTIONS(struct options, gate),
    {0},
};

static const struct options defaults = {.run = RUN_DEFAULTS, .gate = GATE_DEFAULTS};

const struct command command_run = {
    .name = "run",
    .arguments = "SCENARIO",
    .summary = "one simulation, all its CSVs and plots",
    .help =
        "Simulates the scenario under one policy and writes jobs.csv, utilisation.csv, "
        "queues.csv,\n"
        "events.csv, gpus.csv, summary.csv, summary.json and plots to out/NAME. With\n"
        "--replications N the files are those of the first; means and intervals go to "
        "compare.csv,\n"
        "the values of each to replications.csv. With --baseline it refuses a change for the "
        "worse.\n\n"
        "With --openmetrics FILE the samples of GPUs also go to one file that Prometheus reads:\n"
        "promtool tsdb create-blocks-from openmetrics FILE\n"
        "(compare has several policies, and no such option).\n\n"
        "  clustersim run examples/walkthrough.yaml\n"
        "  clustersim run scenario.yaml --policy easy --seed 7 --out /tmp/easy",
    .options = run_option_table,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = run,
};
