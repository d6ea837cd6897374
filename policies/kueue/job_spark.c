/* SparkApplication: a driver and executors, whose pods its operator makes of fields of its own. */
#include "policies/kueue/job_workloads.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"

#include <string.h>

/* Java's units, as the operator takes them: 1g is 1Gi. Capitals it recognises but does not cut off,
 * so that no quantity is left. */
static const char *java_memory(struct arena *a, const char *text)
{
    static const char *const units[][3] = {
        {"kb", "KB", "Ki"}, {"k", "K", "Ki"}, {"mb", "MB", "Mi"}, {"m", "M", "Mi"},
        {"gb", "GB", "Gi"}, {"g", "G", "Gi"}, {"tb", "TB", "Ti"}, {"t", "T", "Ti"},
        {"pb", "PB", "Pi"}, {"p", "P", "Pi"}};
    const size_t len = strlen(text);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        const size_t unit = strlen(units[i][0]);
        if (len < unit)
            continue;
        const char *end = text + len - unit;
        if (strcmp(end, units[i][0]) == 0)
            return arena_printf(a, "%.*s%s", (int)(len - unit), text, units[i][2]);
        if (strcmp(end, units[i][1]) == 0)
            return arena_printf(a, "%s%s", text, units[i][2]);
    }
    return text;
}

/* A field of the role, and where its quantity goes in the container. */
static const struct spark_field {
    const char *key, *path, *what;
    bool is_memory;
} fields[] = {
    {"coreRequest", "resources.requests.cpu", "CPU requests", false},
    {"coreLimit", "resources.limits.cpu", "CPU limit", false},
    {"memory", "resources.requests.memory", "memory requests", true},
    {"memoryLimit", "resources.limits.memory", "memory limit", true},
};

/* What is no quantity is a problem of the job. */
static const struct yaml_node *put(struct job_maker *m, struct queued_job *j,
                                   const struct yaml_node *container, const struct yaml_node *n,
                                   const struct spark_field *f)
{
    struct arena *a = m->f.arena;
    const struct yaml_node *value = tree_get(n, f->key);
    struct quantity_kubernetes q;
    const char *why;
    if (value == NULL || value->kind != YAML_SCALAR)
        return container;
    const char *text = f->is_memory ? java_memory(a, value->text) : value->text;
    if (quantity_kubernetes(text, &q, &why))
        return tree_with(a, container, f->path, tree_quoted(a, text, value));
    j->problem = arena_printf(a, "failed to parse %s %s: unable to parse quantity's suffix",
                              f->what, value->text);
    return container;
}

static const struct yaml_node *make_container(struct job_maker *m, struct queued_job *j,
                                              const struct yaml_node *n, const char *name)
{
    struct arena *a = m->f.arena;
    const struct yaml_node *c = tree_with(a, tree_empty_map(a, n), "name", tree_quoted(a, name, n));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        c = put(m, j, c, n, &fields[i]);
    const char *gpu = tree_text(n, "gpu.name", "");
    if (gpu[0] == '\0' || tree_int(n, "gpu.quantity", 0) <= 0)
        return c;
    const struct yaml_node *limits =
        tree_with_key(a, tree_get(c, "resources.limits"), gpu, tree_get(n, "gpu.quantity"));
    return tree_with(a, c, "resources.limits", limits);
}

static const struct yaml_node *make_meta(struct arena *a, const struct yaml_node *n)
{
    static const char *const maps[] = {"labels", "annotations"};
    const struct yaml_node *meta = tree_get(n, "template.metadata");
    meta = meta == NULL ? tree_empty_map(a, n) : meta;
    for (size_t i = 0; i < 2; i++)
        if (tree_get(n, maps[i]) != NULL)
            meta = tree_with(a, meta, maps[i],
                             tree_merge(a, tree_get(meta, maps[i]), tree_get(n, maps[i])));
    return meta;
}

static const struct yaml_node *make_template(struct job_maker *m, struct queued_job *j,
                                             const struct yaml_node *n, const char *name)
{
    static const char *const copied[] = {"initContainers", "priorityClassName", "nodeSelector",
                                         "affinity", "tolerations"};
    struct arena *a = m->f.arena;
    const struct yaml_node *sidecars = tree_get(n, "sidecars");
    const size_t len = tree_len(sidecars);
    const struct yaml_node **items = arena_alloc(a, (len + 1) * sizeof items[0]);
    items[0] = make_container(m, j, n, name);
    for (size_t i = 0; i < len; i++)
        items[i + 1] = sidecars->items[i];
    const struct yaml_node *template =
        tree_with(a, tree_empty_map(a, n), "spec.containers", tree_list(a, items, len + 1, n));
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
        if (tree_get(n, copied[i]) != NULL)
            template = tree_with(a, template, arena_printf(a, "spec.%s", copied[i]),
                                 tree_get(n, copied[i]));
    return tree_with(a, template, "metadata", make_meta(a, n));
}

bool job_sets_of_spark(struct job_maker *m, struct queued_job *j)
{
    static const struct {
        const char *name, *path, *container;
    } roles[] = {{"driver", "spec.driver", "spark-kubernetes-driver"},
                 {"executor", "spec.executor", "executor"}};
    for (size_t i = 0; i < 2; i++) {
        const struct yaml_node *n = tree_get(j->doc, roles[i].path);
        n = n == NULL ? tree_empty_map(m->f.arena, j->doc) : n;
        struct job_set *s = job_set_add(j, roles[i].name, i == 0 ? 1 : job_count(n, "instances", 0),
                                        make_template(m, j, n, roles[i].container));
        s->field = roles[i].path;
    }
    return true;
}

void job_check_spark(struct job_maker *m, struct queued_job *j, struct refusals *r)
{
    const struct yaml_node *mode = tree_get(j->doc, "spec.mode");
    const struct yaml_node *dynamic = tree_get(j->doc, "spec.dynamicAllocation.enabled");
    (void)m;
    if (strcmp(tree_text(mode, NULL, ""), "cluster") != 0)
        refuse_text(r, mode == NULL ? j->doc : mode, "spec.mode", tree_text(mode, NULL, ""),
                    "only Cluster mode is supported for a kueue managed job");
    if (tree_bool(dynamic, NULL, false) && !j->is_elastic)
        refuse_node(r, dynamic, "spec.dynamicAllocation.enabled",
                    "a kueue managed job can use dynamicAllocation only when the "
                    "ElasticJobsViaWorkloadSlices feature gate is on and the job is an elastic "
                    "job");
}
