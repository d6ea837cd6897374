/* clustersim stats: what a log, or the workload of a scenario, holds. */
#include "sim/cli/commands.h"

#include "sim/cli/stats_report.h"
#include "sim/json_out.h"
#include "sim/out_file.h"

#include <string.h>

struct options {
    const char *format;
    int64_t jobs;
    bool strict;
};

enum { SCENARIO_MOST = 1000000 }; /* a source may have no end */

struct taking {
    struct log_stats *stats;
    const struct request_table *requests;
};

static bool take(void *context, const struct job_spec *job)
{
    const struct taking *t = context;
    log_stats_add(t->stats, job, t->requests);
    return true;
}

static int show(const struct stats_report *r, bool is_json, struct diag *d)
{
    if (!is_json) {
        stats_report_print(r, stdout);
        return fflush(stdout) == 0 ? EXIT_DONE : EXIT_WORLD;
    }
    struct out_file *out = out_file_open("-", d);
    if (out == NULL)
        return EXIT_WORLD;
    struct json_out j;
    json_out_begin(&j, out);
    stats_report_json(r, &j);
    return out_file_close(out, d) ? EXIT_DONE : EXIT_WORLD;
}

static uint64_t machine_of(const struct log_input *in, const struct swf_ends *ends)
{
    if (in->format == LOG_SCENARIO)
        return log_input_gpus(in);
    if (in->format == LOG_CSV)
        return 0;
    const struct swf_header *h = &ends->header;
    return (uint64_t)(h->max_procs > 0 ? h->max_procs : h->max_nodes);
}

static const char *unit_of(const struct log_input *in, const struct log_stats *s)
{
    if (in->format == LOG_SWF)
        return "processor";
    return s->all.jobs > 0 && s->without_gpus == s->all.jobs ? "CPU" : "GPU";
}

static int describe(struct log_input *in, const struct options *o, struct diag *d)
{
    struct log_stats stats;
    struct swf_ends ends;
    log_stats_init(&stats);
    struct taking t = {&stats, in->setup.requests};
    uint64_t most = (uint64_t)o->jobs;
    if (most == 0 && in->format == LOG_SCENARIO)
        most = SCENARIO_MOST;
    bool ok = log_input_each(in, most, take, &t, d);
    if (ok && in->format == LOG_SWF)
        ok = swf_ends_read(&ends, in->path, in->setup.arena, d);
    int code = d->is_world ? EXIT_WORLD : EXIT_INPUT;
    if (ok && diag_errors(d) == 0) {
        const struct stats_report r = {
            .in = in,
            .stats = &stats,
            .ends = in->format == LOG_SWF ? &ends : NULL,
            .machine = machine_of(in, &ends),
            .unit = unit_of(in, &stats),
        };
        code = show(&r, strcmp(o->format, "json") == 0, d);
    }
    log_stats_fini(&stats);
    return code;
}

static int stats(const void *given, const char *const *arguments, size_t len)
{
    (void)len;
    const struct options *o = given;
    struct diag d;
    diag_init(&d, stderr);
    int code = EXIT_INPUT;
    if (strcmp(o->format, "text") != 0 && strcmp(o->format, "json") != 0) {
        diag_error(&d, (struct src_pos){0}, "--format: '%s': expected text or json", o->format);
    } else {
        struct log_input in;
        const struct log_input_how how = {.strict = o->strict};
        if (log_input_open(&in, arguments[0], &how, &d))
            code = describe(&in, o, &d);
        else
            code = d.is_world ? EXIT_WORLD : EXIT_INPUT;
        diag_sum_up(&d);
        log_input_close(&in);
    }
    diag_fini(&d);
    return code;
}

static const struct option stats_options[] = {
    {"format", OPTION_TEXT, offsetof(struct options, format), "FORMAT",
     .help = "text, or json with all users, tenants and queues (default: text)"},
    {"jobs", OPTION_INT, offsetof(struct options, jobs), "N", .min = 1, .max = INT64_MAX,
     .help = "only the first so many (default: all; of a scenario the first million)"},
    {"strict", OPTION_FLAG, offsetof(struct options, strict),
     .help = "refuse dirt in logs instead of repairing it"},
    {0},
};

static const struct options defaults = {.format = "text"};

const struct command command_stats = {
    .name = "stats",
    .arguments = "LOG|SCENARIO",
    .summary = "what a log holds: sizes, run times, load by hour, users",
    .help = "Describes an SWF log or a jobs CSV (plain or gzipped), or the workload of a "
            "scenario\n"
            "(.yaml): jobs, sizes, run times and limits, arrivals, load by hour and weekday, the\n"
            "largest users, and what was repaired or left out. Hours are those in which jobs were\n"
            "submitted, in UTC; the hours of work are GPU hours, or, of jobs without GPUs, CPU "
            "hours;\n"
            "of an SWF log processor hours.\n\n"
            "  clustersim stats log.swf.gz\n"
            "  clustersim stats out/NAME/POLICY/jobs.csv --format json",
    .options = stats_options,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = stats,
};
