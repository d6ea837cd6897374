/* clustersim compare: the same jobs under each policy, side by side. */
#include "sim/cli/commands.h"

#include "results/comparison.h"
#include "results/plots/plots.h"
#include "sim/arena.h"
#include "sim/cli/gate.h"
#include "sim/cli/replicate.h"

#include <stdlib.h>

struct options {
    struct run_options run;
    struct gate_options gate;
};

/* The tables of what was simulated; a run that failed has left no more than a record. */
static int put_side_by_side(const struct prepared *p, const struct gate *g,
                            const struct run_record *records, size_t len, struct diag *d)
{
    if (!replicate_write_tables(p, records, len, d))
        return EXIT_WORLD;
    if (!p->options->quiet && !gate_is_json(g)) {
        comparison_print_table(records, len, stdout);
        comparison_print_queues(records, len, stdout);
        comparison_print_verdict(records, len, stdout);
        replicate_say_where(p, records, len, stdout);
    }
    if ((records[0].wants & RECORD_PLOTS) && !plots_draw_comparison(records, len, p->out_dir, d))
        return EXIT_WORLD;
    return gate_judge(g, p, records, len, d);
}

static int compare_policies(struct prepared *p, const struct gate *g, struct diag *d)
{
    const struct scenario *s = &p->scenario;
    struct run_record *records = calloc(s->policies_len, sizeof records[0]);
    const char **dirs = calloc(s->policies_len, sizeof dirs[0]);
    SIM_REQUIRE(records != NULL && dirs != NULL);
    for (size_t i = 0; i < s->policies_len; i++)
        dirs[i] = arena_printf(s->arena, "%s/%s", p->out_dir, s->policies[i].name);
    int code = replicate(p, s->policies, dirs, s->policies_len, records, d);
    if (code < EXIT_INPUT)
        code = worse_code(code, put_side_by_side(p, g, records, s->policies_len, d));
    for (size_t i = 0; i < s->policies_len; i++)
        run_record_fini(&records[i]);
    free(dirs);
    free(records);
    return code;
}

static int compare_all(struct prepared *p, const void *options, struct diag *d)
{
    const struct options *o = options;
    struct gate g;
    int code;
    if (gate_open(&g, &o->gate, p, d))
        code = compare_policies(p, &g, d);
    else
        code = d->is_world ? EXIT_WORLD : EXIT_INPUT;
    gate_close(&g);
    return code;
}

static int compare(const void *given, const char *const *arguments, size_t len)
{
    (void)len;
    const struct options *o = given;
    return prepared_run(arguments[0], &o->run, NULL, compare_all, o);
}

static const struct option compare_options[] = {
    RUN_OPTIONS(struct options, run),
    GATE_OPTIONS(struct options, gate),
    {0},
};

static const struct options defaults = {.run = RUN_DEFAULTS, .gate = GATE_DEFAULTS};

const struct command command_compare = {
    .name = "compare",
    .arguments = "SCENARIO",
    .summary = "all policies of a scenario with the same luck, side by side",
    .help =
        "Simulates the scenario under each of its policies, which meet the same arrivals, sizes\n"
        "and failures, and prints a table and a verdict. The files of each policy go to\n"
        "out/NAME/POLICY, compare.csv and pictures of all to out/NAME.\n\n"
        "With --replications N it does so N times, each time with other luck, and says how "
        "certain\n"
        "values and differences are: 95 % intervals over the replications, of differences paired.\n"
        "The files of a policy are those of its first replication. --until-width runs as many as\n"
        "are needed, at least ten, until all policies' values are known so well.\n\n"
        "With --baseline it compares with an earlier run and refuses what became worse.\n\n"
        "  clustersim compare examples/four-teams/compare.yaml\n"
        "  clustersim compare scenario.yaml --seed 7 --quiet\n"
        "  clustersim compare examples/four-teams/compare.yaml --replications 20\n"
        "  clustersim compare scenario.yaml --until-width 'p95(wait) by queue <= 10%'",
    .options = compare_options,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = compare,
};
