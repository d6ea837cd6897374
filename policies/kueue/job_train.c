/* TrainJob: the JobSet of its runtime, with what the TrainJob says otherwise. */
#include "policies/kueue/job_workloads.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"

#include <inttypes.h>
#include <string.h>

#define GROUP "trainer.kubeflow.org"

static const struct yaml_node *find_runtime(struct job_maker *m, struct queued_job *j)
{
    const char *kind = tree_text(j->doc, "spec.runtimeRef.kind", "ClusterTrainingRuntime");
    const char *name = tree_text(j->doc, "spec.runtimeRef.name", "");
    const bool is_cluster = strcmp(kind, "ClusterTrainingRuntime") == 0;
    const struct object *o =
        object_set_find(m->objects, GROUP, kind, is_cluster ? "" : j->o->namespace, name);
    if (o == NULL)
        j->problem = arena_printf(m->f.arena, "runtime '%s' not found", name);
    return o == NULL ? NULL : tree_get(o->doc, "spec");
}

static bool is_trainer(const struct yaml_node *job)
{
    const struct yaml_node *labels = tree_get(job, "template.metadata.labels");
    const struct yaml_node *step = field_get(labels, "trainer.kubeflow.org/trainjob-ancestor-step");
    return strcmp(tree_text(step, NULL, ""), "trainer") == 0;
}

/* The container that trains asks for what the TrainJob gives a node. */
static const struct yaml_node *with_resources(struct arena *a, const struct yaml_node *job,
                                              const struct yaml_node *resources)
{
    static const char path[] = "template.spec.template.spec.containers";
    const struct yaml_node *list = tree_get(job, path);
    const struct yaml_node **items = arena_alloc(a, (tree_len(list) + 1) * sizeof items[0]);
    for (size_t i = 0; i < tree_len(list); i++)
        items[i] = strcmp(tree_text(list->items[i], "name", ""), "node") == 0
                       ? tree_with(a, list->items[i], "resources", resources)
                       : list->items[i];
    return tree_len(list) == 0 ? job
                               : tree_with(a, job, path, tree_list(a, items, list->len, list));
}

static const struct yaml_node *with_count(struct arena *a, const struct yaml_node *job,
                                          int64_t count)
{
    const struct yaml_node *n = tree_scalar(a, arena_printf(a, "%" PRId64, count), job);
    job = tree_with(a, job, "template.spec.parallelism", n);
    return tree_with(a, job, "template.spec.completions", n);
}

static const struct yaml_node *make_job(struct job_maker *m, const struct queued_job *j,
                                        const struct yaml_node *runtime,
                                        const struct yaml_node *job)
{
    struct arena *a = m->f.arena;
    const struct yaml_node *resources = tree_get(j->doc, "spec.trainer.resourcesPerNode");
    int64_t nodes =
        tree_int(j->doc, "spec.trainer.numNodes", tree_int(runtime, "mlPolicy.numNodes", 1));
    if (!is_trainer(job))
        return job;
    if (tree_bool(runtime, "mlPolicy.mpi.runLauncherAsNode", false) && nodes > 1)
        nodes--;
    if (tree_pairs(resources) > 0)
        job = with_resources(a, job, resources);
    return with_count(a, job, nodes);
}

static const struct yaml_node *with_patches(struct arena *a, const struct queued_job *j,
                                            const struct yaml_node *template)
{
    const struct yaml_node *patches = tree_get(j->doc, "spec.runtimePatches");
    for (size_t i = 0; i < tree_len(patches); i++) {
        const struct yaml_node *patch = tree_get(patches->items[i], "trainingRuntimeSpec.template");
        if (patch != NULL)
            template = tree_merge(a, template, patch);
    }
    return template;
}

bool job_sets_of_train_job(struct job_maker *m, struct queued_job *j)
{
    static const struct object as_job_set = {.group = "jobset.x-k8s.io", .kind = "JobSet"};
    struct arena *a = m->f.arena;
    const struct yaml_node *runtime = find_runtime(m, j), *doc = j->doc;
    if (runtime == NULL)
        return false;
    const struct yaml_node *template = with_patches(a, j, tree_get(runtime, "template"));
    const struct yaml_node *list = tree_get(template, "spec.replicatedJobs");
    const struct yaml_node **jobs = arena_alloc(a, (tree_len(list) + 1) * sizeof jobs[0]);
    for (size_t i = 0; i < tree_len(list); i++)
        jobs[i] = make_job(m, j, runtime, list->items[i]);
    j->doc = tree_with(a, tree_empty_map(a, doc), "spec.replicatedJobs",
                       tree_list(a, jobs, tree_len(list), doc));
    job_sets_by(m, j, &as_job_set);
    j->doc = doc;
    for (uint32_t i = 0; i < j->sets_len; i++)
        j->sets[i].field = arena_printf(a, "job[%s]", j->sets[i].name);
    return true;
}
