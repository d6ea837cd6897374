/* RayCluster, RayJob and RayService: a head, groups of workers, and what KubeRay adds to them. */
#include "policies/kueue/job_workloads.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"

#include <inttypes.h>
#include <string.h>

#define AUTOSCALING "enableInTreeAutoscaling"

/* cpu and memory of what KubeRay adds, where nobody says otherwise. */
struct small_pod {
    const char *name, *cpu, *memory, *most_cpu, *most_memory;
};

static const struct small_pod autoscaler = {"autoscaler", "500m", "512Mi", "500m", "512Mi"};
static const struct small_pod submitter = {"ray-job-submitter", "500m", "200Mi", "1", "1Gi"};

static const struct yaml_node *small_container(struct arena *a, const struct small_pod *p,
                                               const struct yaml_node *at)
{
    const struct yaml_node *c = tree_empty_map(a, at);
    c = tree_with(a, c, "name", tree_quoted(a, p->name, at));
    c = tree_with(a, c, "resources.requests.cpu", tree_quoted(a, p->cpu, at));
    c = tree_with(a, c, "resources.requests.memory", tree_quoted(a, p->memory, at));
    c = tree_with(a, c, "resources.limits.cpu", tree_quoted(a, p->most_cpu, at));
    return tree_with(a, c, "resources.limits.memory", tree_quoted(a, p->most_memory, at));
}

static const struct yaml_node *with_container(struct arena *a, const struct yaml_node *template,
                                              const struct yaml_node *container)
{
    const struct yaml_node *list = tree_get(template, "spec.containers");
    const size_t len = tree_len(list);
    const struct yaml_node **items = arena_alloc(a, (len + 1) * sizeof items[0]);
    for (size_t i = 0; i < len; i++)
        items[i] = list->items[i];
    items[len] = container;
    return tree_with(a, template, "spec.containers", tree_list(a, items, len + 1, template));
}

/* --- the head --- */

static bool survives_the_head(struct arena *a, const struct queued_job *j,
                              const struct yaml_node *cluster)
{
    const char *text = job_annotation(j, "ray.io/ft-enabled");
    return tree_get(cluster, "gcsFaultToleranceOptions") != NULL ||
           (text != NULL && strcmp(arena_lower(a, text), "true") == 0);
}

/* The pod that cleans up Redis runs in place of the head, and may ask for more. */
static const struct yaml_node *make_room_for_cleanup(struct arena *a,
                                                     const struct yaml_node *template)
{
    static const char *const least[][2] = {{"resources.requests.cpu", "200m"},
                                           {"resources.requests.memory", "256Mi"}};
    const struct yaml_node *list = tree_get(template, "spec.containers");
    if (tree_len(list) == 0)
        return template;
    const struct yaml_node *first = list->items[0];
    for (size_t i = 0; i < 2; i++) {
        struct quantity_kubernetes has = {0}, needs;
        const char *why, *text = tree_text(first, least[i][0], NULL);
        if (text != NULL)
            quantity_kubernetes(text, &has, &why);
        quantity_kubernetes(least[i][1], &needs, &why);
        if (has.nano < needs.nano)
            first = tree_with(a, first, least[i][0], tree_quoted(a, least[i][1], first));
    }
    const struct yaml_node **items = arena_alloc(a, list->len * sizeof items[0]);
    for (size_t i = 0; i < list->len; i++)
        items[i] = i == 0 ? first : list->items[i];
    return tree_with(a, template, "spec.containers", tree_list(a, items, list->len, list));
}

static const struct yaml_node *make_head(struct arena *a, const struct queued_job *j,
                                         const struct yaml_node *cluster)
{
    const struct yaml_node *template = tree_get(cluster, "headGroupSpec.template");
    const struct yaml_node *resources = tree_get(cluster, "autoscalerOptions.resources");
    if (survives_the_head(a, j, cluster))
        template = make_room_for_cleanup(a, template);
    if (!tree_bool(cluster, AUTOSCALING, false))
        return template;
    const struct yaml_node *c = small_container(a, &autoscaler, cluster);
    if (resources != NULL)
        c = tree_with(a, c, "resources", resources);
    return with_container(a, template, c);
}

/* --- groups --- */

/* path: of the cluster in the job. */
static bool read_cluster(struct job_maker *m, struct queued_job *j, const char *path)
{
    struct arena *a = m->f.arena;
    const struct yaml_node *cluster = tree_get(j->doc, path);
    const struct yaml_node *groups = tree_get(cluster, "workerGroupSpecs");
    if (cluster == NULL || tree_get(cluster, "headGroupSpec.template") == NULL)
        return false;
    struct job_set *s = job_set_add(j, "head", 1, make_head(a, j, cluster));
    s->field = arena_printf(a, "%s.headGroupSpec.template.metadata", path);
    for (size_t i = 0; i < tree_len(groups); i++) {
        const struct yaml_node *n = groups->items[i];
        const int64_t hosts = job_count(n, "numOfHosts", 1);
        s = job_set_add(j, arena_lower(a, tree_text(n, "groupName", "")),
                        job_count(n, "replicas", 0) * (hosts > 1 ? hosts : 1),
                        tree_get(n, "template"));
        if (s != NULL)
            s->field = arena_printf(a, "%s.workerGroupSpecs[%zu].template.metadata", path, i);
    }
    return true;
}

static void gate(struct job_maker *m, struct queued_job *j)
{
    struct arena *a = m->f.arena;
    const struct yaml_node *name = tree_empty_map(a, j->doc);
    name = tree_with(a, name, "name", tree_scalar(a, "kueue.x-k8s.io/elastic-job", j->doc));
    for (uint32_t i = 0; i < j->sets_len; i++)
        j->sets[i].template = tree_with(a, j->sets[i].template, "spec.schedulingGates",
                                        tree_list(a, &name, 1, j->doc));
}

bool job_sets_of_ray_cluster(struct job_maker *m, struct queued_job *j)
{
    if (!read_cluster(m, j, "spec"))
        return false;
    if (j->is_elastic)
        gate(m, j);
    return true;
}

bool job_sets_of_ray_service(struct job_maker *m, struct queued_job *j)
{
    if (!read_cluster(m, j, "spec.rayClusterConfig"))
        return false;
    if (j->is_elastic)
        gate(m, j);
    return true;
}

bool job_sets_of_ray_job(struct job_maker *m, struct queued_job *j)
{
    struct arena *a = m->f.arena;
    const char *mode = tree_text(j->doc, "spec.submissionMode", "K8sJobMode");
    const struct yaml_node *container = small_container(a, &submitter, j->doc);
    const struct yaml_node *own = tree_get(j->doc, "spec.submitterPodTemplate");
    if (tree_pairs(tree_get(j->doc, "spec.clusterSelector")) > 0 ||
        !read_cluster(m, j, "spec.rayClusterSpec"))
        return false;
    if (strcmp(mode, "SidecarMode") == 0)
        j->sets[0].template = with_container(a, j->sets[0].template, container);
    if (strcmp(mode, "K8sJobMode") != 0)
        return true;
    struct job_set *s =
        job_set_add(j, "submitter", 1,
                    own != NULL ? own : with_container(a, tree_empty_map(a, j->doc), container));
    if (s != NULL)
        s->field = "spec.submitterPodTemplate.metadata";
    return true;
}

/* --- rules --- */

static void check_groups(struct refusals *r, const struct yaml_node *cluster, const char *path)
{
    const struct yaml_node *groups = tree_get(cluster, "workerGroupSpecs");
    const char *field = arena_printf(r->arena, "%s.workerGroupSpecs", path);
    if (tree_len(groups) + 1 > JOB_MOST_SETS)
        refuse_too_many(r, groups, field, groups->len + 1, JOB_MOST_SETS);
    for (size_t i = 0; i < tree_len(groups); i++)
        if (strcmp(tree_text(groups->items[i], "groupName", ""), "head") == 0)
            refuse_forbidden(r, groups->items[i],
                             arena_printf(r->arena, "%s[%zu].groupName", field, i),
                             "\"head\" is reserved for the head group");
}

static void check_autoscaling(struct refusals *r, const struct queued_job *j,
                              const struct yaml_node *cluster, const char *path, const char *detail)
{
    const struct yaml_node *n = tree_get(cluster, AUTOSCALING);
    if (tree_bool(n, NULL, false) && !j->is_elastic)
        refuse_node(r, n, arena_printf(r->arena, "%s." AUTOSCALING, path), detail);
}

void job_check_ray_cluster(struct job_maker *m, struct queued_job *j, struct refusals *r)
{
    (void)m;
    check_autoscaling(r, j, tree_get(j->doc, "spec"), "spec",
                      "a kueue-managed RayCluster can use autoscaling only as an elastic job: "
                      "enable the ElasticJobsViaWorkloadSlices feature gate and set the "
                      "\"kueue.x-k8s.io/elastic-job\": \"true\" annotation");
    check_groups(r, tree_get(j->doc, "spec"), "spec");
}

static void check_embedded(struct refusals *r, const struct queued_job *j, const char *path)
{
    const struct yaml_node *cluster = tree_get(j->doc, path);
    check_autoscaling(
        r, j, cluster, path,
        "a kueue managed job should only use autoscaling when workload slicing is enabled");
    check_groups(r, cluster, path);
}

void job_check_ray_service(struct job_maker *m, struct queued_job *j, struct refusals *r)
{
    (void)m;
    check_embedded(r, j, "spec.rayClusterConfig");
}

void job_check_ray_job(struct job_maker *m, struct queued_job *j, struct refusals *r)
{
    const struct yaml_node *selector = tree_get(j->doc, "spec.clusterSelector");
    const struct yaml_node *cluster = tree_get(j->doc, "spec.rayClusterSpec");
    (void)m;
    if (tree_pairs(selector) > 0 && cluster != NULL)
        refuse_node(r, selector, "spec.clusterSelector",
                    "a kueue managed job should not use an existing cluster");
    if (tree_pairs(selector) > 0)
        return;
    if (cluster == NULL) {
        refuse_missing(r, j->doc, "spec.rayClusterSpec",
                       "rayClusterSpec is required for Kueue-managed jobs that don't use "
                       "clusterSelector");
        return;
    }
    if (!tree_bool(j->doc, "spec.shutdownAfterJobFinishes", false))
        refusals_add(r, (struct refusal){REFUSED_INVALID, "spec.shutdownAfterJobFinishes", "false",
                                         "a kueue managed job should delete the cluster after "
                                         "finishing",
                                         tree_get(j->doc, "spec")});
    check_embedded(r, j, "spec.rayClusterSpec");
}
