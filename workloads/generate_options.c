#include "workloads/generate_options.h"

#include "models/mig_resource.h"
#include "sim/arena.h"
#include "sim/calendar.h"
#include "sim/duration.h"
#include "sim/quantity.h"

#include <string.h>

static const char *const kind_names[] = {
    [JOB_BATCH] = "batch",
    [JOB_INTERACTIVE] = "interactive",
    [JOB_SERVICE] = "service",
    [JOB_SERVICE + 1] = NULL,
};

/* --- values of their own kinds --- */

static const struct config_key limit_keys[] = {
    {"factor", CONFIG_CUSTOM, offsetof(struct limit_option, d), .table = &distribution_table,
     .read = distribution_read_number, .hint = DISTRIBUTION_HINT("a number"),
     .help = "the limit is the duration times this"},
    {0},
};

static const struct config_table limit_table = {
    "limit", "What users ask for; or a duration, a distribution of durations, or `none`.",
    sizeof(struct limit_option), limit_keys};

static bool read_limit(struct config_reader *r, const struct yaml_node *n, void *field)
{
    struct limit_option *limit = field;
    limit->kind = LIMIT_ABSENT;
    if (n->kind == YAML_SCALAR && strcmp(n->text, "none") == 0)
        return true;
    if (yaml_get(n, "factor") != NULL) {
        limit->kind = LIMIT_FACTOR;
        return config_read(r, n, yaml_pos(n), &limit_table, limit);
    }
    limit->kind = LIMIT_DURATION;
    return distribution_read_duration(r, n, &limit->d);
}

static bool is_priority(const char *text, int64_t *value)
{
    const char *why;
    return quantity_int(text, value, &why) && *value >= INT32_MIN && *value <= INT32_MAX;
}

/* All integers, or all words. */
static bool set_values(struct config_reader *r, const struct yaml_node *n,
                       struct priority_option *p)
{
    const size_t len = distribution_listed(&p->d);
    int32_t *values = arena_alloc(r->arena, len * sizeof values[0]);
    int64_t value = 0;
    p->are_words = !is_priority(p->d.texts[0], &value);
    for (size_t i = 0; i < len; i++) {
        if (is_priority(p->d.texts[i], &value) == p->are_words) {
            diag_error(r->diag, yaml_pos(n),
                       "priority: '%s' beside '%s'; expected integers only, or words only",
                       p->d.texts[i], p->d.texts[0]);
            return false;
        }
        values[i] = p->are_words ? (int32_t)i : (int32_t)value;
    }
    p->values = values;
    return true;
}

static bool read_priority(struct config_reader *r, const struct yaml_node *n, void *field)
{
    struct priority_option *p = field;
    p->is_listed =
        n->kind != YAML_MAP || yaml_get(n, "values") != NULL || yaml_get(n, "constant") != NULL;
    if (!p->is_listed)
        return distribution_read_int(r, n, &p->d);
    return distribution_read_text(r, n, &p->d) && set_values(r, n, p);
}

/* --- tables --- */

#define FIELD(member) offsetof(struct generate_options, member)
#define RANDOM(name, member, of, plain, what)                                                  \
    {                                                                                          \
        name, CONFIG_CUSTOM, FIELD(member), "", .table = &distribution_table,                  \
                                                .read = distribution_read_##of,                \
                                                .hint = DISTRIBUTION_HINT(plain), .help = what \
    }

static const struct config_key lublin_keys[] = {
    {"type", CONFIG_CHOICE, offsetof(struct lublin_option, type), "typeless",
     .choices = lublin_type_names, .help = "of the jobs it was fitted to; `typeless`: to all"},
    {"largest", CONFIG_INT, offsetof(struct lublin_option, largest), "", 1, 1e9,
     .help = "GPUs of a job at most; those of the cluster if absent"},
    {0},
};

static const struct config_table lublin_table = {
    "lublin", "The model of Lublin and Feitelson (2003), fitted to logs of parallel machines.",
    sizeof(struct lublin_option), lublin_keys};

static const struct config_key keys[] = {
    {"name", CONFIG_TEXT, FIELD(name),
     .help = "jobs are called NAME-1, NAME-2 ...; it also names their random streams, so two "
             "workloads of different names do not meet the same luck"},
    {"tenants", CONFIG_CUSTOM, FIELD(owners.tenants), "", .read = distribution_read_shares,
     .hint = "names with weights such as {team-a: 2, team-b: 1}",
     .help = "whose jobs they are; one tenant, called as the workload is, if absent"},
    {"users", CONFIG_INT, FIELD(owners.users), "", 1, 100000,
     .help = "of each tenant, equally active: TENANT-1, TENANT-2 ...; one, called as the tenant "
             "is, if absent"},
    {"turns", CONFIG_BOOL, FIELD(owners.in_turn), "false",
     .help = "jobs are of one tenant and user after the other, in the order written, and weights "
             "count for nothing"},
    {"queue", CONFIG_TEXT, FIELD(owners.queue), "{tenant}",
     .help = "LocalQueue or partition; {tenant} and {user} stand for names"},
    {"namespace", CONFIG_TEXT, FIELD(owners.name_space), "{tenant}", .help = "likewise"},
    {"account", CONFIG_TEXT, FIELD(owners.account), "{tenant}", .help = "likewise, Slurm's"},
    {"qos", CONFIG_TEXT, FIELD(qos), "", .help = "Slurm's"},
    {"arrivals", CONFIG_SECTION, FIELD(arrivals), "", .table = &arrivals_table,
     .help = "when jobs arrive; required without `lublin`"},
    {"lublin", CONFIG_SECTION, FIELD(lublin), "", .table = &lublin_table,
     .help = "a model of jobs on parallel machines: arrivals, gpus and duration as far as they "
             "are not given here; for batch and interactive jobs side by side use two workloads"},
    RANDOM("gpus", gpus, int, "a whole number",
           "of a job; split into the fewest equal tasks that the nodes can take; 1 if absent"),
    {"gpus_per_task", CONFIG_INT, FIELD(gpus_per_task), "", 0, 65535,
     .help = "at most, when `gpus` are split; exactly, with `tasks`"},
    RANDOM("tasks", tasks, int, "a whole number",
           "of a job, with `gpus_per_task` each, in place of `gpus`"),
    {"resource", CONFIG_TEXT, FIELD(resource), MIG_WHOLE_GPU_RESOURCE,
     .help = "what `gpus` counts, such as nvidia.com/gpu.shared"},
    RANDOM("mig", mig, text, "a profile such as 1g.10gb",
           "`gpus` counts MIG instances of this profile (nvidia.com/mig-PROFILE)"),
    RANDOM("gpu_share", gpu_share, number, "a number such as 0.25",
           "part of one GPU that each of `tasks` takes, fenced off, in place of `gpus`"),
    RANDOM("cpus", cpus, number, "a number such as 8 or 0.5", "of a task, beside cpus_per_gpu"),
    {"cpus_per_gpu", CONFIG_REAL, FIELD(cpus_per_gpu), "0", 0, 100000, .help = "of a task"},
    RANDOM("memory", memory, size, "a size such as 64GiB", "of a task, beside memory_per_gpu"),
    {"memory_per_gpu", CONFIG_SIZE, FIELD(memory_per_gpu), "0", 0, 1e15, .help = "of a task"},
    {"load", CONFIG_SECTION, FIELD(load), "{}", .table = &load_option_table,
     .help = "how tasks load the devices that they share with others"},
    RANDOM("duration", duration, duration, "a duration",
           "work of each task, alone on the reference GPU; services without one never end"),
    {"limit", CONFIG_CUSTOM, FIELD(limit), "", .table = &limit_table, .read = read_limit,
     .hint = "none, a duration, a distribution, or {factor: DISTRIBUTION}",
     .help = "what the user asks for: Slurm and EASY plan with it"},
    {"priority", CONFIG_CUSTOM, FIELD(priority), "", .table = &distribution_table,
     .read = read_priority, .hint = DISTRIBUTION_HINT("an integer or a word"),
     .help = "words name priority classes; where the policy knows none of that name they count as "
             "0, 1, 2 ... in the order written"},
    {"kind", CONFIG_CHOICE, FIELD(kind), "batch", .choices = kind_names, .help = "of jobs"},
    RANDOM("patience", patience, duration, "a duration",
           "a job leaves that has not started within this time; 0s: unless it starts at once; "
           "waits for ever if absent"),
    {"tolerations", CONFIG_TEXTS, FIELD(terms.tolerations), "[]",
     .help = "of taints, as KEY=VALUE:EFFECT; KEY:EFFECT for any value, KEY for any effect"},
    {"node_selector", CONFIG_NODE, FIELD(terms.map), "", .hint = "labels such as {tier: train}",
     .help = "labels that nodes must have"},
    {"annotations", CONFIG_NODE, FIELD(annotations), "",
     .hint = "texts such as {kueue.x-k8s.io/podset-required-topology: rack}",
     .help = "of the pods: what Kueue reads of topologies"},
    {"from", CONFIG_NODE, FIELD(from), "", .hint = "a duration after the start, or a date",
     .help = "jobs arrive from then on; from the start if absent"},
    {"until", CONFIG_NODE, FIELD(until), "", .hint = "a duration after the start, or a date",
     .help = "no job arrives then or later"},
    {"jobs", CONFIG_INT, FIELD(jobs), "", 1, 1e18, .help = "no more than this number"},
    {0},
};
#undef RANDOM

static const struct config_table section_table = {"generate", "Jobs drawn at random.",
                                                  sizeof(struct generate_options), keys};

static const struct config_key entry_keys[] = {
    {"generate", CONFIG_SECTION, 0, .table = &section_table, .help = "what is drawn"},
    {0},
};

const struct config_table generate_options_table = {
    "workload: generate", "An entry of the workload: jobs drawn at random.",
    sizeof(struct generate_options), entry_keys};

/* --- reading --- */

struct src_pos generate_at(const struct generate_options *o, const char *key)
{
    const struct yaml_node *n = yaml_get(o->map, key);
    return yaml_pos(n != NULL ? n : o->map);
}

/* A duration after the start, or a date; absent: stays as it is. */
static bool read_instant(const struct yaml_node *n, const char *key, int64_t start_ns,
                         struct diag *d, int64_t *ns)
{
    const char *why;
    int64_t after = 0;
    if (n == NULL || (n->kind == YAML_SCALAR && calendar_parse(n->text, ns, &why)))
        return true;
    if (n->kind == YAML_SCALAR && duration_parse(n->text, &after, &why)) {
        *ns = start_ns > INT64_MAX - after ? INT64_MAX : start_ns + after;
        return true;
    }
    diag_error(d, yaml_pos(n), "%s: '%s': expected " DURATION_HINT ", or " CALENDAR_HINT, key,
               n->kind == YAML_SCALAR ? n->text : yaml_kind_name(n));
    return false;
}

static bool read_times(struct generate_options *o, const struct source_env *env, struct diag *d)
{
    int64_t until_ns = INT64_MAX;
    o->from_ns = env->start_ns;
    if (!read_instant(o->from, "from", env->start_ns, d, &o->from_ns) ||
        !read_instant(o->until, "until", env->start_ns, d, &until_ns))
        return false;
    if (until_ns <= o->from_ns) {
        diag_error(d, yaml_pos(o->until), "until: '%s': nothing arrives before that",
                   o->until->text);
        return false;
    }
    if (o->until == NULL && o->jobs == 0 && env->horizon_ns == INT64_MAX) {
        diag_error(d, yaml_pos(o->map),
                   "generate: neither 'until' nor 'jobs', and the run has no end");
        return false;
    }
    o->last_ns = until_ns - 1 < env->horizon_ns ? until_ns - 1 : env->horizon_ns;
    return true;
}

bool generate_options_read(struct generate_options *o, const struct source_env *env, struct diag *d)
{
    struct config_reader r = {.diag = d, .arena = env->arena};
    *o = (struct generate_options){0};
    bool ok = config_read(&r, env->options, yaml_pos(env->options), &generate_options_table, o);
    o->map = yaml_get(env->options, "generate");
    if (o->map == NULL || o->map->kind != YAML_MAP)
        return false;
    o->terms.map = o->map; /* where task_terms looks for the selector */
    o->has_lublin = yaml_get(o->map, "lublin") != NULL;
    if (o->has_lublin && yaml_get(o->map, "arrivals") == NULL)
        o->arrivals.process = ARRIVAL_LUBLIN;
    ok &= read_times(o, env, d);
    return ok && generate_options_check(o, d); /* what was misread makes no sense together */
}
