/* Pod sets of the kinds that models/kubernetes has in its table, and of LeaderWorkerSets. */
#include "policies/kueue/job_workloads.h"

#include "models/kubernetes/tree.h"
#include "models/kubernetes/workload.h"
#include "sim/arena.h"

#include <string.h>

#define GATE_OF_SLICES "kueue.x-k8s.io/elastic-job"

struct job_set *job_set_add(struct queued_job *j, const char *name, int64_t count,
                            const struct yaml_node *template)
{
    static const struct job_set none;
    if (j->sets_len == JOB_ROOM_FOR_SETS)
        return NULL;
    struct job_set *s = &j->sets[j->sets_len++];
    *s = none;
    s->name = name;
    s->count = count;
    s->template = template;
    s->meta = tree_get(template, "metadata");
    s->index_label = j->kind->index_label;
    return s;
}

int64_t job_count(const struct yaml_node *n, const char *path, int64_t otherwise)
{
    const int64_t count = tree_int(n, path, otherwise);
    return count < INT32_MIN ? INT32_MIN : count > INT32_MAX ? INT32_MAX : count;
}

/* --- by the table --- */

static int64_t count_of(const struct yaml_node *n, const struct count_field *field)
{
    if (field->path == NULL)
        return 1;
    const int64_t count = job_count(n, field->path, field->fallback);
    const int64_t most = field->at_most == NULL ? count : job_count(n, field->at_most, count);
    return count < most ? count : most;
}

static void read_set(struct job_maker *m, struct queued_job *j, const struct yaml_node *n,
                     const struct pod_set_shape *shape, const char *place)
{
    struct arena *a = m->f.arena;
    const char *name = shape->name != NULL ? shape->name : tree_text(n, shape->name_field, "");
    const int64_t first = count_of(n, &shape->counts[0]), second = count_of(n, &shape->counts[1]);
    const struct yaml_node *template = shape->template == NULL ? n : tree_get(n, shape->template);
    struct job_set *s = job_set_add(j, arena_lower(a, name), first * second, template);
    if (s == NULL)
        return;
    s->field = arena_printf(a, "%s%s%s.metadata", place, place[0] == '\0' ? "" : ".",
                            shape->template == NULL ? "" : shape->template);
    s->has_sub_groups = j->kind->has_sub_groups;
    s->sub_groups = first;
}

static void read_shape(struct job_maker *m, struct queued_job *j, const struct pod_set_shape *shape)
{
    struct arena *a = m->f.arena;
    const struct yaml_node *list = shape->list == NULL ? NULL : tree_get(j->doc, shape->list);
    if (shape->list == NULL) {
        read_set(m, j, j->doc, shape, "");
    } else if (shape->entry != NULL) {
        if (field_get(list, shape->entry) != NULL)
            read_set(m, j, field_get(list, shape->entry), shape,
                     arena_printf(a, "%s[%s]", shape->list, shape->entry));
    } else {
        for (size_t i = 0; i < tree_len(list); i++)
            read_set(m, j, list->items[i], shape, arena_printf(a, "%s[%zu]", shape->list, i));
    }
}

static void gate_slices(struct job_maker *m, struct queued_job *j)
{
    struct arena *a = m->f.arena;
    for (uint32_t i = 0; i < j->sets_len; i++) {
        const struct yaml_node *name = tree_empty_map(a, j->doc);
        name = tree_with(a, name, "name", tree_scalar(a, GATE_OF_SLICES, j->doc));
        j->sets[i].template = tree_with(a, j->sets[i].template, "spec.schedulingGates",
                                        tree_list(a, &name, 1, j->doc));
    }
}

static void read_min_count(struct job_maker *m, struct queued_job *j)
{
    const char *text = job_annotation(j, "kueue.x-k8s.io/job-min-parallelism"), *why;
    if (text == NULL || strcmp(j->kind->group, "batch") != 0 || j->sets_len == 0 ||
        !gates_on(m->gates, GATE_PARTIAL_ADMISSION))
        return;
    quantity_int(text, &j->sets[0].min_count, &why);
}

void job_sets_by(struct job_maker *m, struct queued_job *j, const struct object *kind)
{
    const struct workload_shape *shape = workload_shape_find(kind);
    for (const struct pod_set_shape *s = shape->sets;
         s < shape->sets + WORKLOAD_MOST_SHAPES && (s->name != NULL || s->name_field != NULL); s++)
        read_shape(m, j, s);
}

bool job_sets_read(struct job_maker *m, struct queued_job *j)
{
    job_sets_by(m, j, j->o);
    read_min_count(m, j);
    if (j->is_elastic)
        gate_slices(m, j);
    if (!j->kind->keeps_no_metadata)
        return true;
    for (uint32_t i = 0; i < j->sets_len; i++)
        j->sets[i].template = tree_without(m->f.arena, j->sets[i].template, "metadata");
    return j->sets_len == 0 || j->sets[0].count > 0;
}

/* --- LeaderWorkerSet: of one of its groups --- */

bool job_sets_of_lws(struct job_maker *m, struct queued_job *j)
{
    static const char leader_path[] = "spec.leaderWorkerTemplate.leaderTemplate";
    static const char worker_path[] = "spec.leaderWorkerTemplate.workerTemplate";
    const struct yaml_node *leader = tree_get(j->doc, leader_path);
    const struct yaml_node *worker = tree_get(j->doc, worker_path);
    const int64_t size = job_count(j->doc, "spec.leaderWorkerTemplate.size", 1);
    (void)m;
    if (leader != NULL) {
        struct job_set *s = job_set_add(j, "leader", 1, leader);
        s->field = "spec.leaderWorkerTemplate.leaderTemplate.metadata";
        s->index_label = NULL;
    }
    struct job_set *s = job_set_add(j, leader == NULL ? "main" : "worker",
                                    leader == NULL ? size : size - 1, worker);
    s->field = "spec.leaderWorkerTemplate.workerTemplate.metadata";
    return true;
}
