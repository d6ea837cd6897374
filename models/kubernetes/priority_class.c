#include "models/kubernetes/priority_class.h"

#include "sim/arena.h"

#include <string.h>

enum { MOST_OF_USERS = 1000000000 };

static const struct priority_class systems[] = {
    {"system-cluster-critical", 2000000000, true, false},
    {"system-node-critical", 2000001000, true, false},
};

enum { SYSTEMS = sizeof systems / sizeof systems[0] };

static bool is_of(const struct object *o, const char *group, const char *kind)
{
    return strcmp(o->group, group) == 0 && strcmp(o->kind, kind) == 0;
}

static bool is_for_pods(const struct object *o)
{
    return is_of(o, "scheduling.k8s.io", "PriorityClass");
}

static bool is_for_workloads(const struct object *o)
{
    return is_of(o, "kueue.x-k8s.io", "WorkloadPriorityClass");
}

static struct priority_class read_class(struct field_reader *r, const struct object *o)
{
    static const char *const policies[] = {"PreemptLowerPriority", "Never", NULL};
    struct priority_class c = {.name = o->name};
    int64_t value = 0;
    int policy = 0;
    field_int(r, o->doc, &(struct int_field){"value", INT32_MIN, INT32_MAX}, &value);
    c.value = (int32_t)value;
    if (is_for_workloads(o))
        return c;
    field_choice(r, o->doc, "preemptionPolicy", policies, &policy);
    field_bool(r, o->doc, "globalDefault", &c.is_default);
    c.preempts = policy == 0;
    if (strncmp(o->name, "system-", strlen("system-")) == 0)
        diag_error(r->diag, object_pos(o),
                   "PriorityClass %s: names that begin with system- are "
                   "Kubernetes' own",
                   o->name);
    else if (value > MOST_OF_USERS)
        diag_error(r->diag, yaml_pos(yaml_get(o->doc, "value")),
                   "value: '%s': above %d, the most that users may have",
                   yaml_get(o->doc, "value")->text, (int)MOST_OF_USERS);
    return c;
}

void priority_classes_read(struct field_reader *r, const struct object_set *objects,
                           struct priority_classes *out)
{
    const size_t len = object_set_len(objects);
    *out = (struct priority_classes){.pods_len = SYSTEMS};
    for (size_t i = 0; i < len; i++) {
        out->pods_len += is_for_pods(object_set_at(objects, i));
        out->workloads_len += is_for_workloads(object_set_at(objects, i));
    }
    out->pods = arena_alloc(r->arena, out->pods_len * sizeof out->pods[0]);
    out->workloads = arena_alloc(r->arena, (out->workloads_len + 1) * sizeof out->workloads[0]);
    memcpy(out->pods, systems, sizeof systems);
    for (size_t i = 0, p = SYSTEMS, w = 0; i < len; i++) {
        const struct object *o = object_set_at(objects, i);
        if (is_for_pods(o))
            out->pods[p++] = read_class(r, o);
        else if (is_for_workloads(o))
            out->workloads[w++] = read_class(r, o);
    }
}

const struct priority_class *priority_class_find(const struct priority_classes *c, const char *name)
{
    const struct priority_class *found = NULL;
    for (size_t i = 0; i < c->pods_len; i++) {
        const struct priority_class *p = &c->pods[i];
        if (name != NULL && strcmp(p->name, name) == 0)
            return p;
        if (name == NULL && p->is_default && (found == NULL || p->value < found->value))
            found = p;
    }
    return found;
}

const struct priority_class *workload_priority_class_find(const struct priority_classes *c,
                                                          const char *name)
{
    for (size_t i = 0; i < c->workloads_len; i++)
        if (strcmp(c->workloads[i].name, name) == 0)
            return &c->workloads[i];
    return NULL;
}
