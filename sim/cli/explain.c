/* clustersim explain: why a job waited, or what a queue waits for. */
#include "sim/cli/commands.h"

#include "results/explain/explain.h"
#include "sim/cli/prepared.h"
#include "sim/cli/progress.h"
#include "sim/cli/version.h"
#include "sim/json_out.h"
#include "sim/out_file.h"

#include <inttypes.h>
#include <string.h>

struct options {
    struct run_options run;
    const char *policy, *job, *queue, *format;
};

static bool is_json(const struct options *o)
{
    return strcmp(o->format, "json") == 0;
}

static bool are_options_right(const struct options *o, struct diag *d)
{
    const struct src_pos nowhere = {0};
    if ((o->job == NULL) == (o->queue == NULL))
        diag_error(d, nowhere,
                   "--job ID or --queue NAME: one of them says what is to be explained");
    if (!is_json(o) && strcmp(o->format, "text") != 0)
        diag_error(d, nowhere, "--format: '%s': expected text or json", o->format);
    return diag_errors(d) == 0;
}

/* What was asked for is not there. */
static void complain(struct explain *e, struct diag *d)
{
    const struct src_pos nowhere = {0};
    if (e->asked.queue != NULL)
        diag_error(d, nowhere, "--queue: '%s': no job was in such a queue%s", e->asked.queue,
                   suggest_hint(&e->near));
    else if (e->number > e->jobs)
        diag_error(d, nowhere, "--job: '%s': there are %" PRIu64 " jobs, numbered from 1",
                   e->asked.job, e->jobs);
    else
        diag_error(d, nowhere, "--job: '%s': there is no such job%s (`job` and `name` of jobs.csv)",
                   e->asked.job, suggest_hint(&e->near));
}

static int show_json(const struct explain *e, const struct explain_facts *facts, struct diag *d)
{
    struct out_file *out = out_file_open("-", d);
    if (out == NULL)
        return EXIT_WORLD;
    struct json_out j;
    json_out_begin(&j, out);
    if (e->asked.job != NULL)
        explain_put_job(e, facts, &j);
    else
        explain_put_queue(e, facts, &j);
    return out_file_close(out, d) ? EXIT_DONE : EXIT_WORLD;
}

static int show(struct explain *e, const struct prepared *p, const struct options *o,
                const struct policy_entry *policy, struct diag *d)
{
    if (e->asked.job != NULL ? explain_job(e) == NULL : e->queue.jobs == 0) {
        complain(e, d);
        return EXIT_INPUT;
    }
    const struct explain_facts facts = {p->scenario.name, policy->name, CLUSTERSIM_VERSION,
                                        p->seed};
    if (is_json(o))
        return show_json(e, &facts, d);
    if (e->asked.job != NULL)
        explain_print_job(e, &facts, stdout);
    else
        explain_print_queue(e, &facts, stdout);
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_WORLD;
}

static int simulate(struct explain *e, const struct prepared *p, const struct policy_entry *policy,
                    struct diag *d)
{
    const struct observer_use observer = {&observer_explain, e};
    const struct setup_options how = {
        .policy = policy,
        .seed = p->seed,
        .observers = &observer,
        .observers_len = 1,
        .no_fragments = true,
        .strict = p->options->strict,
        .audit = p->options->audit,
        .log = d->out,
    };
    struct setup s;
    const bool is_open = setup_open(&s, &p->scenario, p->catalogue, &how, d);
    enum simulation_end end = SIMULATION_FAILED;
    if (is_open)
        end = progress_run(s.sim, policy->name, p->options->quiet);
    const bool is_closed = setup_close(&s);
    return is_closed && end != SIMULATION_FAILED ? EXIT_DONE : EXIT_WORLD;
}

static int explain_all(const struct prepared *p, const struct options *o, struct diag *d)
{
    const struct policy_entry *policy = p->policy != NULL ? p->policy : &p->scenario.policies[0];
    struct explain e;
    explain_init(&e, &(struct explain_asked){.job = o->job, .queue = o->queue});
    int code = simulate(&e, p, policy, d);
    if (code == EXIT_DONE)
        code = show(&e, p, o, policy, d);
    explain_fini(&e);
    return code;
}

static int explain(const void *given, const char *const *arguments, size_t len)
{
    (void)len;
    const struct options *o = given;
    struct diag d;
    diag_init(&d, stderr);
    int code = EXIT_INPUT;
    if (are_options_right(o, &d)) {
        struct prepared p;
        if (prepared_open(&p, arguments[0], &o->run, o->policy, &d))
            code = explain_all(&p, o, &d);
        else
            code = d.is_world ? EXIT_WORLD : EXIT_INPUT;
        prepared_close(&p);
    }
    diag_sum_up(&d);
    diag_fini(&d);
    return code;
}

static const struct option explain_options[] = {
    {"job", OPTION_TEXT, offsetof(struct options, job), "ID",
     .help = "a job, by its number or its name in jobs.csv"},
    {"queue", OPTION_TEXT, offsetof(struct options, queue), "NAME",
     .help = "all jobs of a queue, as jobs.csv names it"},
    {"policy", OPTION_TEXT, offsetof(struct options, policy), "NAME",
     .help = "which of the scenario's policies (default: the first)"},
    {"seed", OPTION_INT, offsetof(struct options, run.seed), "N", .max = INT64_MAX,
     .help = "in place of the scenario's"},
    {"format", OPTION_TEXT, offsetof(struct options, format), "FORMAT",
     .help = "text, or json with everything (default: text)"},
    {"quiet", OPTION_FLAG, offsetof(struct options, run.quiet), .help = "no progress"},
    {"strict", OPTION_FLAG, offsetof(struct options, run.strict),
     .help = "refuse dirt in logs instead of repairing it"},
    {0},
};

static const struct options defaults = {.run = RUN_DEFAULTS, .format = "text"};

const struct command command_explain = {
    .name = "explain",
    .arguments = "SCENARIO",
    .summary = "why a job waited, who had what it needed; what a queue waits for",
    .help = "Simulates the scenario again and tells the life of one job: when it waited and for "
            "what,\n"
            "in the policy's words, who held it, what would have let the job start, whom it "
            "displaced\n"
            "and who displaced it. Of a queue, which reasons make up the waiting time of its "
            "jobs.\n"
            "Reasons add up to the wait exactly. No file is written.\n\n"
            "  clustersim explain examples/walkthrough.yaml --job team-a-job-low\n"
            "  clustersim explain scenario.yaml --policy slurm --job 82 --format json\n"
            "  clustersim explain examples/four-teams/compare.yaml --queue team-a",
    .options = explain_options,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = explain,
};
