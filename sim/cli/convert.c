/* clustersim convert: a log in another format. */
#include "sim/cli/commands.h"

#include "sim/cli/log_input.h"
#include "sim/out_file.h"
#include "workloads/jobs_csv_writer.h"
#include "workloads/swf_writer.h"

#include <inttypes.h>
#include <string.h>

struct options {
    const char *to, *out, *processor;
    int64_t jobs;
    bool strict, quiet;
};

enum { SCENARIO_MOST = 1000000 }; /* a source may have no end */

struct conversion {
    const struct options *options;
    struct log_input in;
    struct out_file *out;
    bool to_swf;
    struct swf_writer swf;
    struct jobs_csv_writer csv;
    struct diag *diag;
};

static bool take(void *context, const struct job_spec *job)
{
    struct conversion *c = context;
    if (c->to_swf)
        swf_writer_put(&c->swf, job);
    else
        jobs_csv_writer_put(&c->csv, job);
    return !out_file_failed(c->out);
}

static bool counts_cpus(const struct options *o)
{
    return strcmp(o->processor, "cpu") == 0;
}

static void open_writer(struct conversion *c)
{
    const struct setup *s = &c->in.setup;
    const bool is_scenario = c->in.format == LOG_SCENARIO;
    const bool has_cpus = counts_cpus(c->options);
    const enum jobs_csv_shape shape = c->in.format != LOG_SWF ? SHAPE_TASKS
                                      : has_cpus              ? SHAPE_CPUS
                                                              : SHAPE_GPUS;
    swf_writer_init(&c->swf, c->out, &s->names, s->requests, has_cpus);
    jobs_csv_writer_init(&c->csv, c->out, &s->names, s->requests, shape,
                         is_scenario ? c->in.prepared.scenario.start_ns : 0);
}

/* --- what became of it --- */

static const struct log_losses *losses_of(const struct conversion *c)
{
    return c->to_swf ? &c->swf.losses : &c->csv.losses;
}

/* A strict conversion leaves nothing out. */
static void refuse_losses(const struct conversion *c)
{
    for (unsigned i = 0; i < LOG_LOSSES; i++)
        if (losses_of(c)->count[i] > 0)
            diag_error(c->diag, (struct src_pos){.file = c->in.path},
                       "--to: '%s': has no word for: %s (%" PRIu64 " times)", c->options->to,
                       log_loss_infos[i].what, losses_of(c)->count[i]);
}

static void tell(const struct conversion *c)
{
    const uint64_t jobs = c->to_swf ? c->swf.jobs : c->csv.jobs;
    fprintf(stderr, "%s: %" PRIu64 " job%s written\n", c->in.path, jobs, jobs == 1 ? "" : "s");
    for (size_t i = 0; i < c->in.repairs_len; i++) {
        const struct log_repair *r = &c->in.repairs[i];
        fprintf(stderr, "  %s: %" PRIu64, r->what, r->count);
        if (r->first_line > 0)
            fprintf(stderr, ", first in line %" PRIu64, r->first_line);
        fputc('\n', stderr);
    }
    for (unsigned i = 0; i < LOG_LOSSES; i++)
        if (losses_of(c)->count[i] > 0)
            fprintf(stderr, "  %s: %" PRIu64 "\n", log_loss_infos[i].what, losses_of(c)->count[i]);
}

static int convert_all(struct conversion *c)
{
    const struct options *o = c->options;
    c->out = out_file_open(o->out, c->diag);
    if (c->out == NULL)
        return EXIT_WORLD;
    open_writer(c);
    uint64_t most = (uint64_t)o->jobs;
    if (most == 0 && c->in.format == LOG_SCENARIO)
        most = SCENARIO_MOST;
    const bool ok = log_input_each(&c->in, most, take, c, c->diag);
    if (ok && o->strict)
        refuse_losses(c);
    if (ok && diag_errors(c->diag) == 0 && (c->to_swf ? c->swf.jobs : c->csv.jobs) == 0)
        diag_error(c->diag, (struct src_pos){.file = c->in.path}, "there is no job to write");
    if (diag_errors(c->diag) > 0)
        out_file_abandon(c->out);
    const bool is_whole = diag_errors(c->diag) == 0 && out_file_close(c->out, c->diag);
    if (!o->quiet && (is_whole || ok))
        tell(c);
    swf_writer_fini(&c->swf);
    return is_whole ? EXIT_DONE : c->diag->is_world ? EXIT_WORLD : EXIT_INPUT;
}

static bool are_options_right(const struct options *o, struct diag *d)
{
    const struct src_pos nowhere = {0};
    if (o->to == NULL)
        diag_error(d, nowhere, "--to swf|csv says which format is wanted");
    else if (strcmp(o->to, "swf") != 0 && strcmp(o->to, "csv") != 0)
        diag_error(d, nowhere, "--to: '%s': expected swf or csv", o->to);
    if (!counts_cpus(o) && strcmp(o->processor, "gpu") != 0)
        diag_error(d, nowhere, "--processor: '%s': expected gpu or cpu", o->processor);
    return diag_errors(d) == 0;
}

static int convert(const void *given, const char *const *arguments, size_t len)
{
    (void)len;
    const struct options *o = given;
    struct diag d;
    diag_init(&d, stderr);
    int code = EXIT_INPUT;
    if (are_options_right(o, &d)) {
        struct conversion c = {.options = o, .diag = &d, .to_swf = strcmp(o->to, "swf") == 0};
        const struct log_input_how how = {o->strict, true, counts_cpus(o)};
        if (log_input_open(&c.in, arguments[0], &how, &d))
            code = convert_all(&c);
        else
            code = d.is_world ? EXIT_WORLD : EXIT_INPUT;
        log_input_close(&c.in);
    }
    diag_sum_up(&d);
    diag_fini(&d);
    return code;
}

static const struct option convert_options[] = {
    {"to", OPTION_TEXT, offsetof(struct options, to), "swf|csv",
     .help = "the format that is wanted"},
    {"out", OPTION_TEXT, offsetof(struct options, out), "FILE",
     .help = "where to (default: standard output)"},
    {"processor", OPTION_TEXT, offsetof(struct options, processor), "gpu|cpu",
     .help = "what a processor of SWF is in the table (default: gpu)"},
    {"jobs", OPTION_INT, offsetof(struct options, jobs), "N", .min = 1, .max = INT64_MAX,
     .help = "only the first so many (default: all; of a scenario the first million)"},
    {"strict", OPTION_FLAG, offsetof(struct options, strict),
     .help = "refuse dirt, and what the format has no word for, in place of counting it"},
    {"quiet", OPTION_FLAG, offsetof(struct options, quiet), .help = "no counts"},
    {0},
};

static const struct options defaults = {.out = "-", .processor = "gpu"};

const struct command command_convert = {
    .name = "convert",
    .arguments = "LOG|SCENARIO",
    .summary = "a log as SWF or as a jobs CSV; a scenario's jobs as well",
    .help =
        "Writes an SWF log, a jobs CSV (plain or gzipped) or the jobs of a scenario's sources in "
        "another\n"
        "format, by submission. What was repaired, left out, or cannot be said in that format is\n"
        "counted on standard error; --strict refuses it.\n\n"
        "  number                        1        job\n"
        "  submit time                   2        submit (a date), submit_s where there are none\n"
        "  run time                      4        run_s\n"
        "  processors                    5, 8     gpus of all tasks; --processor cpu: tasks x "
        "cpus\n"
        "  requested time                9        limit_s; -1: empty\n"
        "  user, group, queue            12-13,15 user, tenant, queue; names that are not u1, g1, "
        "q1\n"
        "                                         stand in comments: \"; User: 1 ann\"\n"
        "  others                                 -1; not read\n\n"
        "  clustersim convert log.swf.gz --to csv --out jobs.csv\n"
        "  clustersim convert examples/four-teams/compare.yaml --to csv --out jobs.csv",
    .options = convert_options,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = convert,
};
