/* clustersim init: a first scenario from a log. */
#include "sim/cli/commands.h"

#include "sim/cli/log_input.h"
#include "sim/out_file.h"
#include "workloads/log_stats.h"
#include "workloads/swf_ends.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

struct options {
    const char *out, *machine, *processor;
};

enum { MILLI = 1000, MOST_NODES = 200000, PATH_MOST = 4096 };

static const double GOOD_LOAD = 0.7; /* of a cluster of which nothing is known */

/* What is known of the log, and what was made of it. */
struct guess {
    const struct options *options;
    struct log_input in;
    struct log_stats stats;
    const struct machine *machine;
    bool is_cpu;
    int64_t per_node; /* GPUs or CPUs */
    int64_t said;     /* processors, in the log's header; 0: nothing */
    int64_t wanted, nodes;
};

static bool take(void *context, const struct job_spec *job)
{
    struct guess *g = context;
    log_stats_add(&g->stats, job, g->in.setup.requests);
    return true;
}

/* --- guessing --- */

static bool find_machine(struct guess *g, const struct catalogue *c, struct diag *d)
{
    const struct src_pos nowhere = {0};
    g->machine = catalogue_find_machine(c, g->options->machine);
    if (g->machine == NULL) {
        catalogue_no_machine(c, g->options->machine, nowhere, d);
        return false;
    }
    g->per_node = g->is_cpu ? g->machine->vcpus : g->machine->gpus;
    if (g->per_node > 0)
        return true;
    diag_error(d, nowhere, "--machine: '%s': has no %s; expected one that has", g->options->machine,
               g->is_cpu ? "CPUs" : "GPUs");
    return false;
}

/* As the header says; else so many that the mean use is a good load, and the largest job fits. */
static bool guess_size(struct guess *g, struct diag *d)
{
    struct swf_ends ends = {0};
    struct quantile_answer largest;
    if (g->in.format == LOG_SWF && !swf_ends_read(&ends, g->in.path, g->in.setup.arena, d))
        return false;
    g->said = ends.header.max_procs > 0 ? ends.header.max_procs : ends.header.max_nodes;
    g->wanted = g->said;
    if (g->said == 0) {
        const double mean = log_stats_mean_use(&g->stats);
        g->wanted = isnan(mean) ? 1 : (int64_t)ceil(mean / GOOD_LOAD);
        if (quantile_at(g->stats.size, QUANTILE_ONE, &largest) &&
            (largest.value + MILLI - 1) / MILLI > g->wanted)
            g->wanted = (largest.value + MILLI - 1) / MILLI;
    }
    g->nodes = (g->wanted + g->per_node - 1) / g->per_node;
    if (g->nodes >= 1 && g->nodes <= MOST_NODES)
        return true;
    diag_error(d, (struct src_pos){.file = g->in.path},
               "%" PRId64 " nodes of %s would be needed for it; expected at most %d (--machine)",
               g->nodes, g->options->machine, MOST_NODES);
    return false;
}

/* --- writing --- */

static void put(struct out_file *f, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void put(struct out_file *f, const char *fmt, ...)
{
    char line[1024];
    va_list args;
    va_start(args, fmt);
    const int len = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    out_file_write(f, line, len < 0 ? 0 : len < (int)sizeof line ? (size_t)len : sizeof line - 1);
}

/* "KTH-SP2" of "logs/KTH-SP2.swf.gz": letters, digits, '-' and '_' of the file's name. */
static void put_name(struct out_file *f, const char *path)
{
    const char *slash = strrchr(path, '/');
    char name[64];
    size_t len = 0;
    for (const char *p = slash == NULL ? path : slash + 1;
         *p != '\0' && *p != '.' && len < sizeof name - 1; p++)
        if ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
            *p == '-' || *p == '_')
            name[len++] = *p;
    name[len] = '\0';
    put(f, "name: \"%s\"\n", len == 0 ? "log" : name);
}

static void put_cluster(const struct guess *g, struct out_file *f)
{
    const char *unit = g->is_cpu ? "CPU" : "GPU";
    put(f, "cluster:\n  pools:\n");
    if (g->said > 0)
        put(f,
            "    # The log's header speaks of %" PRId64
            " processors. Guessed: each is a %s, on machines of this kind.\n",
            g->said, unit);
    else
        put(f,
            "    # Guessed, as the log does not say: %" PRId64
            " %ss, at which the load is %.0f %% at most and the largest job fits.\n",
            g->wanted, unit, 100 * GOOD_LOAD);
    put(f, "    - {name: nodes, machine: %s, count: %" PRId64 "}   # %" PRId64 " %ss each\n",
        g->machine->name, g->nodes, g->per_node, unit);
}

static void put_quoted(struct out_file *f, const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if (*p == '\'')
            out_file_write(f, "''", 2);
        else
            out_file_write(f, p, 1);
}

/* Relative to the folder of the scenario, which is this one unless --out names another: then whole.
 */
static void put_path(const struct guess *g, struct out_file *f)
{
    char here[PATH_MOST];
    const bool is_far = strchr(g->options->out, '/') != NULL && g->in.path[0] != '/';
    put(f, "'");
    if (is_far && getcwd(here, sizeof here) != NULL)
        put_quoted(f, here);
    if (is_far)
        put(f, "/");
    put_quoted(f, g->in.path);
    put(f, "'");
}

static void put_workload(const struct guess *g, struct out_file *f)
{
    const bool is_swf = g->in.format == LOG_SWF;
    put(f, "workload:\n  # %" PRIu64 " jobs", g->stats.all.jobs);
    uint64_t left_out = 0;
    for (size_t i = 0; i < g->in.repairs_len; i++)
        left_out += g->in.repairs[i].is_skip ? g->in.repairs[i].count : 0;
    put(f, ", %" PRIu64 " left out (`clustersim stats` says why).", left_out);
    put(f, " A relative path begins in the folder of this file.\n  - %s: ", is_swf ? "swf" : "csv");
    put_path(g, f);
    put(f, "\n    start: now          # the first job arrives when the simulation starts\n");
    if (is_swf)
        put(f,
            "    # Guessed: a job is spread over any nodes; with per_task: 8 its tasks are of up "
            "to 8.\n"
            "    as: {processor: %s, per_task: 1}\n",
            g->is_cpu ? "cpu" : "gpu");
}

static void put_scenario(const struct guess *g, struct out_file *f)
{
    put(f, "# A first scenario, made from a log by `clustersim init`. What was guessed says so.\n"
           "# Next: clustersim check, then clustersim compare with this file.\n"
           "clustersim: 1\n");
    put_name(f, g->in.path);
    put_cluster(g, f);
    put_workload(g, f);
    put(f, "policies:               # `clustersim list policies` has others\n"
           "  - {name: fifo, fifo: {}}\n"
           "  - {name: easy, easy: {}}                  # backfill by the jobs' limits\n"
           "  - {name: conservative, conservative: {}}\n"
           "run: {until: drained}   # until all jobs are over; a date or 14d ends it sooner\n");
}

static bool make(struct guess *g, struct diag *d)
{
    if (!log_input_each(&g->in, 0, take, g, d))
        return false;
    if (g->stats.all.jobs == 0) {
        diag_error(d, (struct src_pos){.file = g->in.path}, "there is no job in it");
        return false;
    }
    g->is_cpu = g->is_cpu || g->stats.without_gpus == g->stats.all.jobs;
    struct catalogue *c = catalogue_open(d);
    bool ok = find_machine(g, c, d) && guess_size(g, d);
    struct out_file *f = ok ? out_file_open(g->options->out, d) : NULL;
    ok = f != NULL;
    if (ok) {
        put_scenario(g, f);
        ok = out_file_close(f, d);
    }
    catalogue_close(c);
    return ok;
}

static bool is_log(const struct guess *g, struct diag *d)
{
    if (g->in.format != LOG_SCENARIO)
        return true;
    diag_error(d, (struct src_pos){.file = g->in.path},
               "is called like a scenario; expected an SWF log or a jobs CSV");
    return false;
}

static int init(const void *given, const char *const *arguments, size_t len)
{
    (void)len;
    struct guess g = {.options = given};
    struct diag d;
    diag_init(&d, stderr);
    log_stats_init(&g.stats);
    g.is_cpu = strcmp(g.options->processor, "cpu") == 0;
    bool ok = g.is_cpu || strcmp(g.options->processor, "gpu") == 0;
    if (!ok)
        diag_error(&d, (struct src_pos){0}, "--processor: '%s': expected gpu or cpu",
                   g.options->processor);
    const struct log_input_how how = {.counts_cpus = g.is_cpu};
    ok = ok && log_input_open(&g.in, arguments[0], &how, &d) && is_log(&g, &d) && make(&g, &d);
    const int code = ok ? EXIT_DONE : d.is_world ? EXIT_WORLD : EXIT_INPUT;
    log_input_close(&g.in);
    log_stats_fini(&g.stats);
    diag_sum_up(&d);
    diag_fini(&d);
    return code;
}

static const struct option init_options[] = {
    {"out", OPTION_TEXT, offsetof(struct options, out), "FILE",
     .help = "where to (default: standard output)"},
    {"machine", OPTION_TEXT, offsetof(struct options, machine), "NAME",
     .help = "of the catalogue (default: Standard_ND96isr_H100_v5)"},
    {"processor", OPTION_TEXT, offsetof(struct options, processor), "gpu|cpu",
     .help = "what a processor of an SWF log is (default: gpu)"},
    {0},
};

static const struct options defaults = {
    .out = "-", .machine = "Standard_ND96isr_H100_v5", .processor = "gpu"};

const struct command command_init = {
    .name = "init",
    .arguments = "LOG",
    .summary = "a first scenario from a log, with comments on what was guessed",
    .help = "Writes a scenario that replays an SWF log or a jobs CSV on a cluster of its size, "
            "under\n"
            "three policies. The size is what the log's header says; else one at which the load "
            "is\n"
            "70 % and the largest job fits.\n\n"
            "  clustersim init log.swf.gz --out scenario.yaml && clustersim check scenario.yaml",
    .options = init_options,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = init,
};
