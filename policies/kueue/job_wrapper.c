/* AppWrapper: components of any kind, whose pod sets it names itself or are inferred. */
#include "policies/kueue/job_workloads.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TAS "workload.codeflare.dev.appwrapper/tas-"

/* Whether the kind's pods are numbered by a label when it is inferred. */
static const struct wrapped_kind {
    const char *group, *kind;
    bool has_index;
} wrapped[] = {
    {"batch", "Job", true},
    {"jobset.x-k8s.io", "JobSet", true},
    {"kubeflow.org", "PyTorchJob", true},
    {"", "Pod", false},
    {"apps", "Deployment", false},
    {"apps", "StatefulSet", false},
};

static struct job_set *add(struct job_maker *m, struct queued_job *j, int64_t count,
                           const struct yaml_node *template, const char *field)
{
    struct arena *a = m->f.arena;
    const char *name = arena_lower(a, arena_printf(a, "%s-%" PRIu32, j->o->name, j->sets_len));
    struct job_set *s = job_set_add(j, name, count, template);
    if (s != NULL)
        s->field = field;
    return s;
}

/* --- said --- */

/* Follows "template.spec.jobs[2].template". */
static const struct yaml_node *follow(struct arena *a, const struct yaml_node *n, const char *path)
{
    while (n != NULL && *path != '\0') {
        const size_t len = strcspn(path, ".[");
        n = len == 0 ? n : field_get(n, arena_text(a, path, len));
        path += len;
        if (*path == '[') {
            char *end;
            const size_t at = (size_t)strtoul(path + 1, &end, 10);
            n = n != NULL && n->kind == YAML_LIST && at < n->len ? n->items[at] : NULL;
            path = *end == ']' ? end + 1 : end;
        }
        path += *path == '.';
    }
    return n;
}

static void read_said(struct job_maker *m, struct queued_job *j, const struct yaml_node *component,
                      const struct yaml_node *said)
{
    struct arena *a = m->f.arena;
    const struct yaml_node *notes = tree_get(said, "annotations");
    const char *path = tree_text(said, "path", "");
    const struct yaml_node *template = follow(a, component, path);
    const char *groups = tree_text(field_get(notes, TAS "sub-group-count"), NULL, NULL);
    if (template == NULL || template->kind != YAML_MAP)
        return;
    struct job_set *s =
        add(m, j, job_count(said, "replicas", 1), template, arena_printf(a, "%s.metadata", path));
    if (s == NULL)
        return;
    s->index_label = tree_text(field_get(notes, TAS "pod-index-label"), NULL, NULL);
    s->sub_group_label = tree_text(field_get(notes, TAS "sub-group-index-label"), NULL, NULL);
    s->has_sub_groups = groups != NULL || s->sub_group_label != NULL;
    s->sub_groups = groups == NULL ? 0 : strtoll(groups, NULL, 10);
}

/* --- inferred --- */

static void infer_ray(struct job_maker *m, struct queued_job *j, const struct yaml_node *cluster)
{
    const struct yaml_node *groups = tree_get(cluster, "workerGroupSpecs");
    const struct yaml_node *head = tree_get(cluster, "headGroupSpec.template");
    if (head != NULL)
        add(m, j, 1, head, "headGroupSpec.template.metadata");
    for (size_t i = 0; i < tree_len(groups); i++)
        if (tree_get(groups->items[i], "template") != NULL)
            add(m, j, job_count(groups->items[i], "replicas", 1),
                tree_get(groups->items[i], "template"), "workerGroupSpecs.template.metadata");
}

static void infer(struct job_maker *m, struct queued_job *j, const struct yaml_node *doc)
{
    struct object o;
    if (!object_read(&m->f, doc, j->o->number, &o))
        return;
    if (strcmp(o.kind, "RayCluster") == 0)
        infer_ray(m, j, tree_get(doc, "spec"));
    else if (strcmp(o.kind, "RayJob") == 0)
        infer_ray(m, j, tree_get(doc, "spec.rayClusterSpec"));
    for (size_t i = 0; i < sizeof wrapped / sizeof wrapped[0]; i++) {
        if (strcmp(o.kind, wrapped[i].kind) != 0 || strcmp(o.group, wrapped[i].group) != 0)
            continue;
        struct queued_job inner = {.o = &o, .doc = doc, .kind = job_kind_find(&o)};
        if (inner.kind == NULL)
            inner.kind = j->kind;
        job_sets_by(m, &inner, &o);
        for (uint32_t k = 0; k < inner.sets_len; k++) {
            struct job_set *s =
                add(m, j, inner.sets[k].count, inner.sets[k].template, inner.sets[k].field);
            if (s == NULL || !wrapped[i].has_index)
                continue;
            s->index_label = inner.sets[k].index_label;
            s->has_sub_groups = inner.sets[k].has_sub_groups;
            s->sub_groups = inner.sets[k].sub_groups;
        }
    }
}

bool job_sets_of_wrapper(struct job_maker *m, struct queued_job *j)
{
    const struct yaml_node *list = tree_get(j->doc, "spec.components");
    for (size_t i = 0; i < tree_len(list); i++) {
        const struct yaml_node *component = list->items[i];
        const struct yaml_node *said = tree_get(component, "podSets");
        const struct yaml_node *doc = tree_get(component, "template");
        for (size_t k = 0; k < tree_len(said); k++)
            read_said(m, j, component, said->items[k]);
        if (tree_len(said) == 0 && doc != NULL && doc->kind == YAML_MAP)
            infer(m, j, doc);
    }
    return true;
}
