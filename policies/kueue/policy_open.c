/* The options of the policy, and the objects they name. */
#include "policies/kueue/policy_kueue.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/configuration.h"
#include "policies/kueue/read_site.h"
#include "policies/kueue/site_quota.h"
#include "policies/kueue/validate.h"
#include "sim/arena.h"
#include "sim/config.h"
#include "sim/path.h"

#include <string.h>

static const char *const versions[] = {"v0.16", "v0.17", "v0.18", "v0.19", "v0.20", NULL};

static const struct config_key keys[] = {
    {.key = "objects",
     .kind = CONFIG_TEXTS,
     .offset = offsetof(struct policy_kueue, objects),
     .help = "manifests of ResourceFlavors, ClusterQueues, Cohorts, LocalQueues, priority classes "
             "and Namespaces: files, or folders of them"},
    {.key = "overlay",
     .kind = CONFIG_TEXTS,
     .offset = offsetof(struct policy_kueue, overlay),
     .fallback = "[]",
     .help = "files that change some of the objects, by kind and name: a what-if in a few lines"},
    {.key = "quota",
     .kind = CONFIG_NODE,
     .offset = offsetof(struct policy_kueue, quota),
     .fallback = "",
     .hint = "{team-b: {nvidia.com/gpu: 16}}",
     .help = "quota in place of that of the objects, by ClusterQueue or Cohort, and resource, or "
             "flavor and resource: a nominalQuota, or a mapping with it, borrowingLimit and "
             "lendingLimit"},
    {.key = "configuration",
     .kind = CONFIG_TEXT,
     .offset = offsetof(struct policy_kueue, configuration),
     .fallback = "",
     .help = "Kueue's own Configuration file, or its ConfigMap: fair sharing, waitForPodsReady, "
             "feature gates; without it, Kueue's defaults hold"},
    {.key = "version",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct policy_kueue, version),
     .fallback = "v0.20",
     .choices = versions,
     .help = "which release decides; rules that came later are off"},
    {.key = "termination",
     .kind = CONFIG_DURATION,
     .offset = offsetof(struct policy_kueue, termination_ns),
     .fallback = "30s",
     .min = 0,
     .max = 1e18,
     .help = "from eviction to the release of quota and devices: pods end within their grace "
             "period"},
    {.key = "admission_checks",
     .kind = CONFIG_SECTIONS,
     .offset = offsetof(struct policy_kueue, rules),
     .fallback = "[]",
     .table = &policy_kueue_check_options,
     .help = "what AdmissionChecks answer, and when; those that are not listed are ready at once"},
    {.key = "control_plane",
     .kind = CONFIG_SECTION,
     .offset = offsetof(struct policy_kueue, control_plane_options),
     .fallback = "",
     .table = &control_plane_table,
     .help = "what Kueue writes to the API server takes its time, as its client limits it; if "
             "absent, it takes none"},
    {.key = "exact_timestamps",
     .kind = CONFIG_BOOL,
     .offset = offsetof(struct policy_kueue, is_exact),
     .fallback = "false",
     .help = "times of creation and reservation have nanoseconds; an API server keeps whole "
             "seconds, and what happened in the same one is ordered by uid"},
    {0},
};

const struct config_table policy_kueue_options = {
    .name = "kueue",
    .help = "Kueue: quota in ClusterQueues and cohorts, with preemption.",
    .bytes = sizeof(struct policy_kueue),
    .keys = keys,
};

static bool read_objects(struct policy_kueue *p, const struct gates *gates, struct diag *d)
{
    const unsigned errors = diag_errors(d);
    for (size_t i = 0; i < p->objects.len; i++)
        object_set_read(
            p->set, path_beside(p->env.arena, p->objects.nodes[i]->file, p->objects.texts[i]), d);
    for (size_t i = 0; i < p->overlay.len; i++)
        object_set_overlay(
            p->set, path_beside(p->env.arena, p->overlay.nodes[i]->file, p->overlay.texts[i]), d);
    site_quota_set(p->set, p->quota, d);
    struct site_reader r = {.f = {.diag = d,
                                  .arena = object_set_arena(p->set),
                                  .words = p->env.names->words,
                                  .resources = p->env.names->resources},
                            .site = p->site};
    for (size_t i = 0; i < object_set_len(p->set); i++) {
        site_read(&r, object_set_at(p->set, i));
        kueue_object_check(&r.f, object_set_at(p->set, i), gates);
    }
    return diag_errors(d) == errors;
}

/* The text of a Configuration in a ConfigMap, as `kubectl get configmap -o yaml` prints it; NULL:
 * it is none. */
static const struct yaml_node *mapped_text(const struct yaml_node *doc)
{
    const struct yaml_node *data = tree_get(doc, "data");
    const struct yaml_node *items = tree_get(doc, "items");
    if (strcmp(tree_text(doc, "kind", ""), "List") == 0 && tree_len(items) == 1)
        return mapped_text(items->items[0]);
    if (strcmp(tree_text(doc, "kind", ""), "ConfigMap") != 0)
        return NULL;
    const struct yaml_node *text = field_get(data, "controller_manager_config.yaml");
    if (text == NULL && tree_pairs(data) == 1)
        text = data->pairs[0].value;
    return text != NULL && text->kind == YAML_SCALAR ? text : NULL;
}

/* The Configuration in a file, or in the ConfigMap that the file is. */
static struct yaml_file *open_configuration(struct policy_kueue *p, const char *path,
                                            struct diag *d)
{
    struct yaml_file *outer = yaml_read(path, d);
    const struct yaml_node *text =
        outer == NULL || yaml_docs(outer) != 1 ? NULL : mapped_text(yaml_doc(outer, 0));
    if (text == NULL)
        return outer;
    const char *name = arena_printf(p->env.arena, "%s(controller_manager_config.yaml)", path);
    struct yaml_file *inner = yaml_parse(name, text->text, text->len, d);
    yaml_close(outer);
    return inner;
}

static bool read_configuration(struct policy_kueue *p, struct kueue_settings *s, struct diag *d)
{
    struct field_reader r = {.diag = d,
                             .arena = object_set_arena(p->set),
                             .words = p->env.names->words,
                             .resources = p->env.names->resources};
    struct configuration c;
    if (p->configuration == NULL)
        return true;
    const char *beside = p->env.options == NULL ? NULL : p->env.options->file;
    const unsigned errors = diag_errors(d);
    p->configuration_file =
        open_configuration(p, path_beside(p->env.arena, beside, p->configuration), d);
    if (p->configuration_file == NULL || diag_errors(d) > errors)
        return false;
    if (!configuration_apply(&r, p->configuration_file, KUEUE_OLDEST + p->version, s, &c))
        return false;
    p->resources = tree_get(c.tree, "resources");
    return true;
}

static bool check_stack(const struct policy_kueue *p, struct diag *d)
{
    if (p->env.cluster->nodes_len == 0 || p->env.has_placer_below)
        return true;
    diag_error(d, p->env.options == NULL ? (struct src_pos){0} : yaml_pos(p->env.options),
               "kueue: it admits jobs and places none; write stack: [kueue, kube-scheduler], or "
               "leave the cluster without nodes");
    return false;
}

/* Kueue admits a job that fits no node again and again, for ever; a run has to end. */
static void end_some_day(struct pods_ready_settings *s)
{
    enum { REQUEUES_MOST = 100 };
    if (s->has_limit)
        return;
    s->has_limit = true;
    s->backoff_limit = REQUEUES_MOST;
}

bool policy_kueue_open(void *state, const struct policy_env *env, struct diag *d)
{
    struct policy_kueue *p = state;
    struct config_reader reader = {.diag = d, .arena = env->arena};
    p->env = *env;
    p->diag = d;
    p->asked_ns[0] = p->asked_ns[1] = INT64_MAX;
    key_heap_init(&p->checks_due);
    key_heap_init(&p->returns_due);
    key_heap_init(&p->writes_due);
    if (!config_read(&reader, env->options, (struct src_pos){0}, &policy_kueue_options, p))
        return false;
    control_plane_init(&p->control_plane, &p->control_plane_options);
    p->stands_until_ns = INT64_MIN;
    p->scratch = arena_new();
    p->site = site_new();
    p->shapes = shape_maker_new(env->names->resources);
    p->shape_keys = intern_new();
    p->flavor_keys = intern_new();
    struct kueue_settings settings;
    kueue_settings_init(&settings, KUEUE_OLDEST + p->version);
    p->set = object_set_new();
    const bool is_configured = read_configuration(p, &settings, d);
    if (!read_objects(p, &settings.gates, d) || !is_configured || !check_stack(p, d)) {
        policy_kueue_close(p); /* who could not open is not closed */
        return false;
    }
    policy_kueue_read_nodes(p);
    settings.is_exact = p->is_exact;
    end_some_day(&settings.pods_ready);
    p->k = kueue_new(&settings, p->site, env->names);
    return true;
}
