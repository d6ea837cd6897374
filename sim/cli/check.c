/* clustersim check: what is wrong with these files, before running. */
#include "sim/cli/commands.h"
#include "sim/cli/describe.h"

struct options {
    struct run_options run;
};

static int check(const void *given, const char *const *arguments, size_t len)
{
    const struct options *o = given;
    struct diag d;
    diag_init(&d, stderr);
    int code = EXIT_DONE;
    for (size_t i = 0; i < len; i++) {
        struct prepared p;
        if (!prepared_open(&p, arguments[i], &o->run, NULL, &d) ||
            (!o->run.quiet && !describe_scenario(&p, stdout, &d)))
            code = d.is_world ? EXIT_WORLD : EXIT_INPUT;
        prepared_close(&p);
    }
    diag_sum_up(&d);
    diag_fini(&d);
    return code;
}

static const struct option check_options[] = {
    {"quiet", OPTION_FLAG, offsetof(struct options, run.quiet), .help = "only what is wrong"},
    {"strict", OPTION_FLAG, offsetof(struct options, run.strict),
     .help = "refuse dirt in logs instead of repairing it"},
    {0},
};

static const struct options defaults = {.run.seed = -1};

const struct command command_check = {
    .name = "check",
    .arguments = "SCENARIO...",
    .summary = "what is wrong with a scenario, and what it says in words",
    .help =
        "Reads the scenario and all files that it names, judges it under each of its policies and\n"
        "prints every mistake with its place; then says in words what would be simulated. Nothing\n"
        "is simulated or written.\n\n"
        "  clustersim check examples/walkthrough.yaml",
    .options = check_options,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 64,
    .run = check,
};
