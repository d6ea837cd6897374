#include "sim/cli/setup.h"

#include "models/cluster_spec.h"
#include "models/kubernetes/node_terms.h"
#include "policies/kueue/workload_maker.h"
#include "sim/arena.h"
#include "sim/cli/timeline.h"
#include "sim/suggest.h"
#include "workloads/openb_nodes.h"
#include "workloads/registry.h"

#include <string.h>

/* --- the workload --- */

static const struct job_source_ops *find_source(const struct yaml_node *item, struct diag *d)
{
    if (item->kind != YAML_MAP) {
        diag_error(d, yaml_pos(item), "workload: %s; expected a mapping such as {swf: log.swf.gz}",
                   yaml_kind_name(item));
        return NULL;
    }
    for (size_t i = 0; i < item->len; i++)
        if (job_source_find(item->pairs[i].key->text) != NULL)
            return job_source_find(item->pairs[i].key->text);
    struct suggest s;
    suggest_init(&s, item->len > 0 ? item->pairs[0].key->text : "");
    for (size_t i = 0; job_source_all()[i] != NULL; i++)
        suggest_offer(&s, job_source_all()[i]->name);
    diag_error(d, yaml_pos(item),
               "workload: no key of this entry is a kind of source%s (see "
               "`clustersim list sources`)",
               suggest_hint(&s));
    return NULL;
}

/* As it is written in the scenario; NULL: nothing is. */
static const struct yaml_node *own_name(const struct source_use *u)
{
    const struct yaml_node *own = yaml_get(u->options, u->ops->name);
    const struct yaml_node *name = own == NULL ? NULL : yaml_get(own, "name");
    return name != NULL && name->kind == YAML_SCALAR ? name : NULL;
}

const char *setup_source_name(const struct setup *s, size_t i)
{
    const struct yaml_node *name = own_name(&s->sources[i]);
    return name != NULL ? name->text : s->sources[i].ops->name;
}

/* Of the same name two sources would meet the same luck, and their jobs could not be told apart. */
static bool is_named_once(const struct setup *s, const struct source_use *u, struct diag *d)
{
    const struct yaml_node *name = own_name(u);
    for (size_t i = 0; name != NULL && i < s->sources_len; i++) {
        const struct yaml_node *other = own_name(&s->sources[i]);
        if (s->sources[i].ops != u->ops || other == NULL || strcmp(name->text, other->text) != 0)
            continue;
        diag_error(d, yaml_pos(name),
                   "name: '%s': line %u has a source of that name; give one another name",
                   name->text, yaml_pos(other).line);
        return false;
    }
    return true;
}

static bool read_workload(struct setup *s, const struct yaml_node *list, struct diag *d)
{
    if (list == NULL)
        return false; /* the scenario's table has said so */
    if (list->kind != YAML_LIST || list->len == 0) {
        diag_error(d, yaml_pos(list),
                   "workload: expected a list of sources such as [{swf: log.swf.gz}]");
        return false;
    }
    bool ok = true;
    s->sources = arena_alloc(s->arena, list->len * sizeof s->sources[0]);
    for (size_t i = 0; i < list->len; i++) {
        const struct source_use use = {find_source(list->items[i], d), list->items[i]};
        ok &= use.ops != NULL && is_named_once(s, &use, d);
        if (use.ops != NULL)
            s->sources[s->sources_len++] = use;
    }
    return ok;
}

/* --- the whole --- */

static bool make_cluster(struct setup *s, const struct scenario *scenario,
                         const struct catalogue *c, struct diag *d)
{
    struct cluster_spec spec = {0};
    const struct yaml_node *openb = yaml_get(scenario->cluster, "openb");
    if (openb != NULL) {
        s->cluster = openb_cluster(openb, &s->names, s->arena, d);
        return s->cluster != NULL;
    }
    struct config_reader r = {.diag = d, .arena = s->arena};
    if (!cluster_spec_read(&r, scenario->cluster, c, &spec))
        return false;
    s->cluster = cluster_spec_build(&spec, c, &s->names, s->arena, d);
    return s->cluster != NULL;
}

static bool open_simulation(struct setup *s, const struct scenario *scenario,
                            const struct setup_options *o, struct diag *d)
{
    for (size_t p = 0; p < o->policy->len; p++)
        s->policies[p] = (struct policy_use){o->policy->stack[p], o->policy->options[p]};
    const struct simulation_spec spec = {
        .names = &s->names,
        .requests = s->requests,
        .cluster = s->cluster,
        .policies = s->policies,
        .policies_len = o->policy->len,
        .sources = s->sources,
        .sources_len = s->sources_len,
        .observers = o->observers,
        .observers_len = o->observers_len,
        .timeline = s->timeline,
        .timeline_len = s->timeline_len,
        .base_dir = ".",
        .out_dir = o->out_dir,
        .seed = o->seed,
        .replication = o->replication,
        .bootstrap_ns = o->bootstrap_ns,
        .start_ns = scenario->start_ns,
        .until_ns = scenario->run.until_ns,
        .drain = scenario->run.drain,
        .warm_up_ns = scenario->run.warm_up_ns,
        .step_ns = scenario->sample_ns,
        .startup_ns = scenario->run.startup_ns,
        .no_fragments = o->no_fragments,
        .strict = o->strict,
        .maker = &kueue_workload_maker,
        .audit = o->audit ? AUDIT_ALWAYS : AUDIT_SMALL,
        .log = o->log,
    };
    s->sim = simulation_open(&spec, d);
    return s->sim != NULL;
}

/* Without a cluster nothing can be opened, but what stands in the options themselves can be judged:
 * all mistakes in one run. */
static void read_options(struct setup *s, const struct config_table *t,
                         const struct yaml_node *options, size_t bytes, struct diag *d)
{
    struct config_reader r = {.diag = d, .arena = s->arena};
    const struct src_pos at = options == NULL ? (struct src_pos){0} : yaml_pos(options);
    if (t != NULL)
        config_read(&r, options, at, t, arena_alloc(s->arena, bytes + 1));
}

static void read_source_options(struct setup *s, struct diag *d)
{
    for (size_t i = 0; i < s->sources_len; i++)
        read_options(s, s->sources[i].ops->options, s->sources[i].options,
                     s->sources[i].ops->state_bytes, d);
}

static void read_policy_options(struct setup *s, const struct policy_entry *e, struct diag *d)
{
    for (size_t k = 0; k < e->len; k++)
        read_options(s, e->stack[k]->options, e->options[k], e->stack[k]->state_bytes, d);
}

bool setup_prepare(struct setup *s, const struct scenario *scenario, const struct catalogue *c,
                   struct diag *d)
{
    *s = (struct setup){.arena = arena_new()};
    s->names = (struct names){.resources = resource_names_new(), .words = intern_new()};
    s->names.terms = node_terms_table_new(s->names.words);
    s->requests = request_table_new(s->names.resources);
    const bool has_cluster = make_cluster(s, scenario, c, d);
    const bool has_workload = read_workload(s, scenario->workload, d);
    if (!has_cluster)
        read_source_options(s, d);
    return has_cluster && has_workload;
}

bool setup_open(struct setup *s, const struct scenario *scenario, const struct catalogue *c,
                const struct setup_options *options, struct diag *d)
{
    const bool ok = setup_prepare(s, scenario, c, d);
    if (s->cluster == NULL)
        read_policy_options(s, options->policy, d);
    return ok && timeline_read(scenario, s->cluster, s->arena, d, &s->timeline, &s->timeline_len) &&
           open_simulation(s, scenario, options, d);
}

bool setup_close(struct setup *s)
{
    const bool ok = simulation_close(s->sim);
    cluster_free(s->cluster);
    request_table_free(s->requests);
    node_terms_table_free(s->names.terms);
    intern_free(s->names.resources);
    intern_free(s->names.words);
    arena_free(s->arena);
    return ok;
}
