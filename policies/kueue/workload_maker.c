#include "policies/kueue/workload_maker.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/job_workloads.h"
#include "policies/kueue/read_workload.h"
#include "sim/arena.h"

#include <stdlib.h>
#include <string.h>

struct made_list {
    struct made_job *jobs;
    size_t len;
};

/* All jobs are Kueue's business. */
static const struct yaml_node *manage_all(struct arena *a)
{
    const struct yaml_node *n = tree_empty_map(a, NULL);
    n = tree_with(a, n, "manageJobsWithoutQueueName", tree_scalar(a, "true", NULL));
    return tree_with(a, n, "managedJobsNamespaceSelector", tree_empty_map(a, NULL));
}

static bool is_deployment(const struct object *o)
{
    return strcmp(o->kind, "Deployment") == 0 && strcmp(o->group, "apps") == 0;
}

static void add_made(struct job_maker *m, const struct made_workload *w, struct made_list *out)
{
    struct object *workload = arena_alloc(m->f.arena, sizeof *workload);
    /* A Deployment's pods, and a CronJob's Job, are not in the set: they have its number. */
    const struct object *from = object_set_at(m->objects, w->from->number);
    if (is_deployment(from) && tree_text(w->doc, "spec.queueName", "")[0] == '\0')
        return;
    if (!object_read(&m->f, w->doc, w->from->number, workload))
        return;
    out->jobs[out->len++] =
        (struct made_job){.from = from,
                          .owner = w->from,
                          .workload = workload,
                          .is_of_group = strcmp(w->owner_kind, "PodGroup") == 0};
}

/* Pods of groups, of which others stand for them or nothing is made. */
static void add_group_pods(struct job_maker *m, struct made_list *out)
{
    const struct object *o = NULL;
    while ((o = object_set_of_kind(m->objects, "Pod", o)) != NULL)
        if (pod_group_name(m, o) != NULL)
            out->jobs[out->len++] = (struct made_job){.from = o, .owner = o, .is_of_group = true};
}

static int by_object(const void *a, const void *b)
{
    const struct made_job *x = a, *y = b;
    if (x->from->number != y->from->number)
        return x->from->number < y->from->number ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static const struct made_job *make(struct field_reader *r, const struct object_set *objects,
                                   size_t *len)
{
    struct gates gates;
    gates_init(&gates, KUEUE_NEWEST);
    gates.on[GATE_SPARK_APPLICATION_INTEGRATION] = true;
    struct job_maker m = {.f = *r,
                          .objects = objects,
                          .gates = &gates,
                          .configuration = manage_all(r->arena),
                          .ignores_classes = true};
    job_workloads_make(&m);
    const size_t most = (size_t)m.made_len + m.problems_len + object_set_len(objects);
    struct made_list out = {.jobs = arena_alloc(r->arena, (most + 1) * sizeof out.jobs[0])};
    for (uint32_t i = 0; i < m.made_len; i++)
        add_made(&m, &m.made[i], &out);
    for (uint32_t i = 0; i < m.problems_len; i++)
        out.jobs[out.len++] = (struct made_job){
            .from = m.problems[i].from, .owner = m.problems[i].from, .problem = m.problems[i].text};
    add_group_pods(&m, &out);
    for (size_t i = 0; i < out.len; i++)
        out.jobs[i].order = (uint32_t)i;
    if (out.len > 1)
        qsort(out.jobs, out.len, sizeof out.jobs[0], by_object);
    *len = out.len;
    return out.jobs;
}

const struct workload_maker kueue_workload_maker = {.make = make, .check = workload_object_check};
