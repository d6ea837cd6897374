/* clustersim size: the cheapest cluster or quota that keeps the targets. */
#include "sim/cli/commands.h"

#include "sim/arena.h"
#include "sim/cli/size_search.h"

struct options {
    struct run_options run;
    const char *policy;
    struct option_texts target;
    int64_t wall_ns; /* 0: the scenario's */
    bool resume;
};

static int size_it(struct prepared *p, const void *options, struct diag *d)
{
    const struct options *o = options;
    struct size_plan plan;
    if (o->run.until_width != NULL)
        diag_error(d, (struct src_pos){0},
                   "--until-width: a search adds replications until its targets are decided");
    if (!size_plan_read(&plan, &p->scenario, &o->target, d) || o->run.until_width != NULL)
        return EXIT_INPUT;
    if (o->run.replications > 1)
        plan.budget.replications = o->run.replications;
    if (o->wall_ns > 0)
        plan.budget.wall_ns = o->wall_ns;
    if (!make_dirs(p->out_dir, d))
        return EXIT_WORLD;
    return size_search(p, &plan, o->resume, d);
}

static int size(const void *given, const char *const *arguments, size_t len)
{
    (void)len;
    const struct options *o = given;
    return prepared_run(arguments[0], &o->run, o->policy, size_it, o);
}

static const struct option size_options[] = {
    {"target", OPTION_TEXTS, offsetof(struct options, target), "EXPECTATION",
     .help = "what must be kept besides the targets of the scenario: 'p95(wait) <= 30m'"},
    {"policy", OPTION_TEXT, offsetof(struct options, policy), "NAME",
     .help = "which of the scenario's policies (default: the first)"},
    {"wall", OPTION_DURATION, offsetof(struct options, wall_ns), "TIME",
     .help = "begin no further candidate after so much real time, in place of the scenario's"},
    {"resume", OPTION_FLAG, offsetof(struct options, resume),
     .help = "goes on with a search that was broken off"},
    RUN_OPTIONS(struct options, run),
    {0},
};

static const struct options defaults = {.run = RUN_DEFAULTS};

const struct command command_size = {
    .name = "size",
    .arguments = "SCENARIO",
    .summary = "the cheapest cluster or quota that keeps the targets",
    .help = "Varies what the scenario's `size` section says (docs/CONFIG.md), runs each candidate "
            "until\n"
            "it is certain whether it keeps the targets, and names the cheapest that does, what it "
            "costs\n"
            "a month and why the next smaller one fails. All candidates go to out/NAME/size.csv,\n"
            "cost against each target to plots/frontier. Exit code 1: none keeps the targets.\n"
            "--replications N: of a candidate, at the most.\n\n"
            "  clustersim size scenario.yaml\n"
            "  clustersim size scenario.yaml --target 'p95(wait) by tenant <= 30m'",
    .options = size_options,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = size,
};
