/* Which jobs are Kueue's business, and whose queue they go to. */
#include "policies/kueue/job_workloads.h"

#include "models/kubernetes/labels.h"
#include "models/kubernetes/selector.h"
#include "models/kubernetes/tree.h"
#include "sim/arena.h"

#include <string.h>

#define QUEUE      "kueue.x-k8s.io/queue-name"
#define NAME_LABEL "kubernetes.io/metadata.name"

/* Whether jobs of this namespace are Kueue's business. */
static bool namespace_is_managed(struct job_maker *m, const char *name)
{
    struct arena *a = m->f.arena;
    const struct object *o = object_set_find(m->objects, "", "Namespace", "", name);
    const struct yaml_node *labels = o == NULL ? NULL : o->labels;
    const struct yaml_node *rule = tree_get(m->configuration, "managedJobsNamespaceSelector");
    if (m->configuration == NULL)
        return strcmp(name, "kube-system") != 0 && strcmp(name, "kueue-system") != 0;
    labels = tree_with_key(a, labels, NAME_LABEL, tree_quoted(a, name, labels));
    const struct label_map map = label_map_read(&m->f, labels);
    return selector_matches(selector_read(&m->f, rule), &map, m->f.words);
}

static bool has_default_queue(const struct job_maker *m, const char *namespace)
{
    return object_set_find(m->objects, "kueue.x-k8s.io", "LocalQueue", namespace, "default") !=
           NULL;
}

const char *job_queue_of(struct job_maker *m, const struct object *o)
{
    const char *queue = object_label(o, QUEUE);
    if (queue != NULL && queue[0] != '\0')
        return queue;
    return has_default_queue(m, o->namespace) && namespace_is_managed(m, o->namespace) ? "default"
                                                                                       : "";
}

static bool is_owned(struct job_maker *m, const struct object *o, unsigned depth);

const char *job_managed_queue(struct job_maker *m, const struct object *o,
                              const struct kueue_kind *kind, unsigned depth)
{
    const char *queue = job_queue_of(m, o);
    const bool is_named = object_label(o, QUEUE) != NULL;
    if (queue[0] == '\0' && !tree_bool(m->configuration, "manageJobsWithoutQueueName", false))
        return NULL;
    if (!(kind != NULL && kind->ignores_namespaces && is_named) &&
        !namespace_is_managed(m, o->namespace))
        return NULL;
    return is_owned(m, o, depth) ? NULL : queue;
}

/* Whether a job that is managed controls it. */
static bool is_owned(struct job_maker *m, const struct object *o, unsigned depth)
{
    enum { DEEPEST = 10 };
    const struct yaml_node *list = tree_get(o->doc, "metadata.ownerReferences");
    for (size_t i = 0; i < tree_len(list) && depth < DEEPEST; i++) {
        const char *api = tree_text(list->items[i], "apiVersion", "");
        const char *slash = strchr(api, '/');
        const char *group = slash == NULL ? "" : arena_text(m->f.arena, api, (size_t)(slash - api));
        const struct object *owner =
            object_set_find(m->objects, group, tree_text(list->items[i], "kind", ""), o->namespace,
                            tree_text(list->items[i], "name", ""));
        if (!tree_bool(list->items[i], "controller", false) || owner == NULL)
            continue;
        const struct kueue_kind *kind = job_kind_find(owner);
        if (kind != NULL && job_managed_queue(m, owner, kind, depth + 1) != NULL)
            return true;
        return is_owned(m, owner, depth + 1);
    }
    return false;
}
