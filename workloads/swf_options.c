#include "workloads/swf_options.h"

#include "sim/suggest.h"
#include "workloads/swf.h"

#include <stddef.h>
#include <string.h>

static const char *const processors[] = {"gpu", "cpu", NULL};
static const char *const filters[] = {"none", "strong", NULL};
static const char *const sizes[] = {"requested", "allocated", "max", NULL};
static const char *const estimates[] = {"requested", "run", "known", NULL};
static const char *const overruns[] = {"raise", "cut", "keep", NULL};
static const char *const groupings[] = {"queue", "partition", "group", "user", "none", NULL};
static const char *const dependencies[] = {"ignore", "follow", NULL};

static const struct {
    const char *name;
    int bit;
} statuses[] = {
    {"completed", SWF_COMPLETED},
    {"failed", SWF_FAILED},
    {"cancelled", SWF_CANCELLED},
    {"unknown", SWF_STATUS_UNKNOWN_BIT},
};

static const struct config_key as_keys[] = {
    {.key = "processor",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct swf_as, processor),
     .fallback = "gpu",
     .choices = processors,
     .help = "What one processor of the log is here: a whole GPU (nvidia.com/gpu: 1) or a CPU."},
    {.key = "per_task",
     .kind = CONFIG_INT,
     .offset = offsetof(struct swf_as, per_task),
     .fallback = "1",
     .min = 1,
     .max = 1024,
     .help = "Processors of one task at most. A job becomes the fewest equal tasks: with 8, 12 "
             "processors are 2 tasks of 6."},
    LOG_REPLAY_AS_KEYS(swf_as, replay),
    {0},
};

static const struct config_table as_table = {
    .name = "as",
    .bytes = sizeof(struct swf_as),
    .keys = as_keys,
};

#define FIELD(name) offsetof(struct swf_options, name)

static const struct config_key keys[] = {
    {.key = "swf",
     .kind = CONFIG_TEXT,
     .offset = FIELD(file),
     .help = "The log, plain or gzipped; a relative path begins in the scenario's folder."},
    {.key = "name",
     .kind = CONFIG_TEXT,
     .offset = FIELD(name),
     .fallback = "job",
     .help = "Jobs are called this, a dash and their number in the log."},
    {.key = "as",
     .kind = CONFIG_SECTION,
     .offset = FIELD(as),
     .fallback = "{}",
     .table = &as_table,
     .help = "What the log's jobs are in the simulation."},
    LOG_REPLAY_START_KEY(swf_options, start, "now"),
    {.key = "filter",
     .kind = CONFIG_CHOICE,
     .offset = FIELD(filter),
     .fallback = "none",
     .choices = filters,
     .help = "`strong` leaves out what published comparisons of EASY leave out: jobs wider than "
             "the machine, without a run time or a requested time, or submitted before 0; it cuts "
             "run times to the requested time."},
    {.key = "size",
     .kind = CONFIG_CHOICE,
     .offset = FIELD(size),
     .fallback = "requested",
     .choices = sizes,
     .help = "Which number of processors counts: field 8, field 5 or the larger one; where one is "
             "unknown, the other."},
    {.key = "estimate",
     .kind = CONFIG_CHOICE,
     .offset = FIELD(estimate),
     .fallback = "requested",
     .choices = estimates,
     .help = "The limit that a job promises: its requested time (where it is unknown, its run "
             "time), always its run time, or its requested time only where it is `known`."},
    {.key = "requested_time_field",
     .kind = CONFIG_INT,
     .offset = FIELD(requested_time_field),
     .fallback = "9",
     .min = 1,
     .max = SWF_FIELDS,
     .help = "Some logs keep the requested time in field 6."},
    {.key = "overrun",
     .kind = CONFIG_CHOICE,
     .offset = FIELD(overrun),
     .fallback = "raise",
     .choices = overruns,
     .help = "A job that ran longer than it had requested: `raise` its limit, `cut` its run time, "
             "or `keep` both, so that the policy decides. (`strong` cuts.)"},
    {.key = "status",
     .kind = CONFIG_TEXTS,
     .offset = FIELD(status),
     .fallback = "[]",
     .help = "Only jobs that ended so: completed, failed, cancelled, unknown; all if none is "
             "named. Lines that stand for a part of the job above them (status 2 to 4, and its "
             "number) are always left out."},
    {.key = "machine",
     .kind = CONFIG_INT,
     .offset = FIELD(machine),
     .fallback = "",
     .min = 1,
     .max = 1e15,
     .help = "Jobs with more processors are left out. If absent: what the cluster has; without "
             "nodes, the log's MaxProcs or MaxNodes."},
    {.key = "queue",
     .kind = CONFIG_CHOICE,
     .offset = FIELD(queue),
     .fallback = "queue",
     .choices = groupings,
     .help = "What the jobs' queue is named after. A name in the log's header is taken, otherwise "
             "q1 (queue 1), p1 (partition 1), g1 (group 1), u1 (user 1)."},
    {.key = "tenant",
     .kind = CONFIG_CHOICE,
     .offset = FIELD(tenant),
     .fallback = "group",
     .choices = groupings,
     .help = "What results by tenant go by; `group` is the user where there is no group."},
    {.key = "dependencies",
     .kind = CONFIG_CHOICE,
     .offset = FIELD(dependencies),
     .fallback = "ignore",
     .choices = dependencies,
     .help = "`follow`: a job with a preceding job arrives when that one has ended and its think "
             "time (fields 17 and 18) has passed, not at its submit time."},
    LOG_ORDER_KEY(swf_options, order),
    {0},
};

const struct config_table swf_options_table = {
    .name = "swf",
    .help = "A log in the Standard Workload Format of the Parallel Workloads Archive. What is odd "
            "about a log is repaired or left out, and counted; with --strict it is refused.",
    .bytes = sizeof(struct swf_options),
    .keys = keys,
};

static bool read_status(struct swf_options *o, size_t i, struct diag *d)
{
    const char *text = o->status.texts[i];
    struct suggest s;
    suggest_init(&s, text);
    for (size_t k = 0; k < sizeof statuses / sizeof statuses[0]; k++) {
        if (strcmp(statuses[k].name, text) == 0) {
            o->statuses |= UINT32_C(1) << statuses[k].bit;
            return true;
        }
        suggest_offer(&s, statuses[k].name);
    }
    diag_error(d, yaml_pos(o->status.nodes[i]),
               "status: '%s': unknown; expected completed, failed, cancelled or unknown%s", text,
               suggest_hint(&s));
    return false;
}

static bool check_field(const struct swf_options *o, const struct source_env *env, struct diag *d)
{
    const int64_t field = o->requested_time_field;
    if (field == SWF_REQUESTED_TIME + 1 || field == SWF_CPU + 1)
        return true;
    const struct yaml_node *n = yaml_get(env->options, "requested_time_field");
    diag_error(d, yaml_pos(n), "requested_time_field: '%s': no field for it; expected 9 or 6",
               n->text);
    return false;
}

bool swf_options_read(struct swf_options *o, const struct source_env *env, struct diag *d)
{
    struct config_reader r = {.diag = d, .arena = env->arena};
    const struct src_pos at = {0};
    bool ok = config_read(&r, env->options, at, &swf_options_table, o);
    if (ok)
        ok &= check_field(o, env, d);
    for (size_t i = 0; i < o->status.len; i++)
        ok &= read_status(o, i, d);
    return ok;
}
