/* From objects to Workloads: under what name, of what priority, one for each object or several. */
#include "policies/kueue/job_workloads.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/job_resources.h"
#include "policies/kueue/sha.h"
#include "policies/kueue/validate.h"
#include "sim/arena.h"
#include "sim/intern.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DOMAIN "kueue.x-k8s.io/"
#define QUEUE  DOMAIN "queue-name"
#define CLASS  DOMAIN "priority-class"

enum { LONGEST_NAME = 253, SHORT_NAME = 63, HASH_DIGITS = 5 };

/* --- lists --- */

static void *room(struct arena *a, void *items, uint32_t len, uint32_t *cap, size_t bytes)
{
    if (len < *cap)
        return items;
    *cap = *cap == 0 ? 16 : 2 * *cap;
    void *more = arena_alloc(a, *cap * bytes);
    if (len > 0)
        memcpy(more, items, len * bytes);
    return more;
}

void job_problem_add(struct job_maker *m, const struct object *o, bool is_rejected,
                     const char *text)
{
    m->problems =
        room(m->f.arena, m->problems, m->problems_len, &m->problems_cap, sizeof m->problems[0]);
    m->problems[m->problems_len++] = (struct job_problem){o, is_rejected, text};
}

const char *job_label(const struct queued_job *j, const char *key)
{
    return text_map_find(tree_get(j->doc, "metadata.labels"), key);
}

const char *job_annotation(const struct queued_job *j, const char *key)
{
    return text_map_find(tree_get(j->doc, "metadata.annotations"), key);
}

/* --- names --- */

const char *job_uid(const struct job_maker *m, const struct object *o)
{
    return o->uid != NULL ? o->uid : arena_printf(m->f.arena, "uid-%s", o->name);
}

const char *job_workload_name(const struct job_maker *m, const struct queued_job *j,
                              const char *owner, const char *uid, const char *more)
{
    struct arena *a = m->f.arena;
    const int most = gates_on(m->gates, GATE_SHORT_WORKLOAD_NAMES) ? SHORT_NAME : LONGEST_NAME;
    const char *what = arena_printf(a, "%s\n%s\n%s\n%s%s%s", j->kind->kind, j->kind->group, owner,
                                    uid, more[0] == '\0' ? "" : "\n", more);
    char hex[SHA1_HEX];
    const char *prefix = arena_printf(a, "%s-%s", arena_lower(a, j->kind->kind), owner);
    sha1_hex(what, strlen(what), hex);
    return arena_printf(a, "%.*s-%.*s", most - 1 - HASH_DIGITS, prefix, HASH_DIGITS, hex);
}

/* --- priority --- */

struct ranked {
    const char *group, *kind, *name; /* name NULL: no class */
    int32_t value;
};

/* Of the job itself, then of its first pods that have one. */
static const char *pod_class_of(const struct queued_job *j)
{
    const char *name =
        j->kind->class_path == NULL ? "" : tree_text(j->doc, j->kind->class_path, "");
    for (uint32_t i = 0; name[0] == '\0' && i < j->sets_len; i++)
        name = tree_text(j->sets[i].template, "spec.priorityClassName", "");
    return name;
}

static bool find_priority(struct job_maker *m, const struct queued_job *j, struct ranked *out)
{
    struct arena *a = m->f.arena;
    const char *label = job_label(j, CLASS);
    const struct priority_class *c;
    *out = (struct ranked){0};
    if (label == NULL && gates_on(m->gates, GATE_WORKLOAD_PRIORITY_CLASS_DEFAULTING) &&
        workload_priority_class_find(&m->classes, "default") != NULL)
        label = "default";
    if (label != NULL && label[0] != '\0') {
        c = workload_priority_class_find(&m->classes, label);
        *out = (struct ranked){"kueue.x-k8s.io", "WorkloadPriorityClass", label,
                               c == NULL ? 0 : c->value};
        if (c == NULL && !m->ignores_classes)
            job_problem_add(
                m, j->o, false,
                arena_printf(a, "workloadpriorityclasses.kueue.x-k8s.io \"%s\" not found", label));
        return c != NULL || m->ignores_classes;
    }
    const char *name = pod_class_of(j);
    c = priority_class_find(&m->classes, name[0] == '\0' ? NULL : name);
    if (c == NULL && name[0] == '\0')
        return true;
    *out = (struct ranked){"scheduling.k8s.io", "PriorityClass", c == NULL ? name : c->name,
                           c == NULL ? 0 : c->value};
    if (c == NULL && !m->ignores_classes)
        job_problem_add(
            m, j->o, false,
            arena_printf(a, "priorityclasses.scheduling.k8s.io \"%s\" not found", name));
    return c != NULL || m->ignores_classes;
}

/* --- the Workload --- */

static const struct yaml_node *make_set(struct job_maker *m, const struct queued_job *j, uint32_t i)
{
    struct arena *a = m->f.arena;
    const struct job_set *s = &j->sets[i];
    const struct yaml_node *n = tree_empty_map(a, s->template);
    n = tree_with(a, n, "name", tree_quoted(a, s->name, s->template));
    n = tree_with(a, n, "count",
                  tree_scalar(a, arena_printf(a, "%" PRId64, s->count), s->template));
    if (s->min_count > 0)
        n = tree_with(a, n, "minCount",
                      tree_scalar(a, arena_printf(a, "%" PRId64, s->min_count), s->template));
    const struct yaml_node *template =
        job_template_adjust(a, m->objects, j->o->namespace, s->template);
    if (template != NULL)
        n = tree_with(a, n, "template", template);
    return s->topology == NULL ? n : tree_with(a, n, "topologyRequest", s->topology);
}

static const struct yaml_node *make_annotations(struct job_maker *m, const struct queued_job *j,
                                                const char *name)
{
    static const char provisioning[] = "provreq.kueue.x-k8s.io/";
    struct arena *a = m->f.arena;
    const struct yaml_node *all = j->extra == NULL ? tree_empty_map(a, j->doc) : j->extra;
    const struct yaml_node *own = tree_get(j->doc, "metadata.annotations");
    for (size_t i = 0; i < tree_pairs(own); i++) {
        const char *key = own->pairs[i].key->text;
        if (strncmp(key, provisioning, strlen(provisioning)) == 0 ||
            (strcmp(key, DOMAIN "admission-gated-by") == 0 &&
             gates_on(m->gates, GATE_ADMISSION_GATED_BY)))
            all = tree_with_key(a, all, key, own->pairs[i].value);
    }
    if (j->is_elastic) {
        all = tree_with_key(a, all, DOMAIN "elastic-job", tree_quoted(a, "true", j->doc));
        all = tree_with_key(a, all, DOMAIN "workload-slice-name", tree_quoted(a, name, j->doc));
    }
    return all;
}

static const struct yaml_node *make_spec(struct job_maker *m, const struct queued_job *j,
                                         const struct ranked *rank)
{
    struct arena *a = m->f.arena;
    const struct yaml_node *sets[JOB_MOST_SETS], *spec = tree_empty_map(a, j->doc);
    const char *seconds = job_label(j, DOMAIN "max-exec-time-seconds");
    for (uint32_t i = 0; i < j->sets_len; i++)
        sets[i] = make_set(m, j, i);
    if (j->queue[0] != '\0')
        spec = tree_with(a, spec, "queueName", tree_quoted(a, j->queue, j->doc));
    spec = tree_with(a, spec, "priority",
                     tree_scalar(a, arena_printf(a, "%" PRId32, rank->value), j->doc));
    if (rank->name != NULL) {
        spec = tree_with(a, spec, "priorityClassRef.group", tree_quoted(a, rank->group, j->doc));
        spec = tree_with(a, spec, "priorityClassRef.kind", tree_quoted(a, rank->kind, j->doc));
        spec = tree_with(a, spec, "priorityClassRef.name", tree_quoted(a, rank->name, j->doc));
    }
    if (seconds != NULL)
        spec = tree_with(a, spec, "maximumExecutionTimeSeconds", tree_scalar(a, seconds, j->doc));
    return tree_with(a, spec, "podSets", tree_list(a, sets, j->sets_len, j->doc));
}

static const struct yaml_node *make_doc(struct job_maker *m, const struct queued_job *j,
                                        const char *name, const struct ranked *rank)
{
    struct arena *a = m->f.arena;
    const struct yaml_node *doc = tree_empty_map(a, j->doc);
    const struct yaml_node *annotations = make_annotations(m, j, name);
    const struct yaml_node *created = tree_get(j->doc, "metadata.creationTimestamp");
    doc = tree_with(a, doc, "apiVersion", tree_scalar(a, DOMAIN "v1beta2", j->doc));
    doc = tree_with(a, doc, "kind", tree_scalar(a, "Workload", j->doc));
    doc = tree_with(a, doc, "metadata.name", tree_quoted(a, name, j->doc));
    doc = tree_with(a, doc, "metadata.namespace", tree_quoted(a, j->o->namespace, j->doc));
    if (created != NULL)
        doc = tree_with(a, doc, "metadata.creationTimestamp", created);
    if (tree_pairs(annotations) > 0)
        doc = tree_with(a, doc, "metadata.annotations", annotations);
    return tree_with(a, doc, "spec", make_spec(m, j, rank));
}

void job_finish(struct job_maker *m, struct queued_job *j, const char *name)
{
    struct refusals refusals = {.arena = m->f.arena};
    struct ranked rank;
    if (j->sets_len == 0 || j->sets_len > JOB_MOST_SETS) {
        job_problem_add(m, j->o, false,
                        arena_printf(m->f.arena,
                                     "spec.podSets: the Workload CRD allows 1 to 18 items, got "
                                     "%" PRIu32,
                                     j->sets_len));
        return;
    }
    if (!find_priority(m, j, &rank))
        return;
    const struct yaml_node *doc = make_doc(m, j, name, &rank);
    workload_validate(doc, NULL, m->gates, &refusals);
    if (refusals.len > 0) {
        job_problem_add(m, j->o, false, job_refusals_text(m->f.arena, &refusals));
        return;
    }
    m->made = room(m->f.arena, m->made, m->made_len, &m->made_cap, sizeof m->made[0]);
    m->made[m->made_len++] = (struct made_workload){.from = j->o,
                                                    .owner_kind = j->owner_kind,
                                                    .owner_name = j->owner_name,
                                                    .namespace = j->o->namespace,
                                                    .name = name,
                                                    .doc = doc};
}

/* --- by kind --- */

static const struct yaml_node *serving_annotations(struct job_maker *m, const struct queued_job *j)
{
    struct arena *a = m->f.arena;
    const char *version =
        arena_printf(a, "%s/%s, Kind=%s", j->kind->group, j->kind->version, j->kind->kind);
    const struct yaml_node *all = tree_empty_map(a, j->doc);
    all = tree_with_key(a, all, DOMAIN "is-group-workload", tree_quoted(a, "true", j->doc));
    all = tree_with_key(a, all, DOMAIN "job-owner-gvk", tree_quoted(a, version, j->doc));
    return tree_with_key(a, all, DOMAIN "job-owner-name", tree_quoted(a, j->o->name, j->doc));
}

/* How many Workloads it makes; far too many are none. */
static int64_t replicas_of(struct job_maker *m, const struct object *o)
{
    enum { MOST_REPLICAS = 100000 };
    const int64_t replicas = job_count(o->doc, "spec.replicas", 1);
    if (replicas <= MOST_REPLICAS)
        return replicas;
    job_problem_add(m, o, false,
                    arena_printf(m->f.arena, "spec.replicas: %" PRId64 ": more than %d", replicas,
                                 (int)MOST_REPLICAS));
    return 0;
}

/* One for each group of it. */
static void finish_lws(struct job_maker *m, struct queued_job *j)
{
    struct arena *a = m->f.arena;
    const int64_t replicas = replicas_of(m, j->o);
    for (int64_t i = 0; i < replicas; i++) {
        const char *index = arena_printf(a, "%" PRId64, i);
        const char *owner = arena_printf(a, "%s-%s", j->o->name, index);
        j->extra = tree_with_key(a, serving_annotations(m, j), DOMAIN "component-workload-index",
                                 tree_quoted(a, index, j->doc));
        job_finish(m, j, job_workload_name(m, j, owner, job_uid(m, j->o), ""));
    }
}

/* Whether the webhooks take it; the Workload is another matter. */
static bool is_taken(struct job_maker *m, struct queued_job *j)
{
    struct refusals refusals = {.arena = m->f.arena};
    const char *raw = job_topology_problem(m, j);
    const bool is_raw =
        j->kind->topology == TOPOLOGY_RAW || j->kind->topology == TOPOLOGY_RAW_ROLES;
    job_check(m, j, &refusals);
    const char *text = refusals.len > 0 ? job_refusals_text(m->f.arena, &refusals) : NULL;
    if (is_raw && (j->problem != NULL || raw != NULL))
        text = j->problem != NULL ? j->problem : raw;
    if (text != NULL)
        job_problem_add(m, j->o, true, text);
    else if (raw != NULL && j->is_managed)
        job_problem_add(m, j->o, false, raw);
    return text == NULL && raw == NULL;
}

static void make_job(struct job_maker *m, const struct object *o, const struct kueue_kind *kind,
                     const char *owner_kind, const char *owner_name)
{
    const char *elastic = object_annotation(o, DOMAIN "elastic-job");
    struct queued_job *j = arena_alloc(m->f.arena, sizeof *j);
    *j = (struct queued_job){
        .o = o, .doc = o->doc, .kind = kind, .owner_kind = owner_kind, .owner_name = owner_name};
    if (kind->has_gate && !gates_on(m->gates, kind->gate))
        return;
    const char *queue = job_managed_queue(m, o, kind, 0);
    j->is_managed = queue != NULL;
    j->queue = queue == NULL ? job_queue_of(m, o) : queue;
    j->is_elastic = kind->may_be_elastic && elastic != NULL && strcmp(elastic, "true") == 0 &&
                    gates_on(m->gates, GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES);
    const bool has_sets = kind->make(m, j);
    job_topology_read(m, j);
    if (!is_taken(m, j) || !j->is_managed || pod_group_name(m, o) != NULL || !has_sets)
        return;
    if (job_prebuilt(m, j) != NULL) {
        job_problem_add(m, o, false, "prebuilt workload not found");
        return;
    }
    if (strcmp(kind->kind, "LeaderWorkerSet") == 0) {
        finish_lws(m, j);
        return;
    }
    const char *name = job_workload_name(m, j, o->name, job_uid(m, o), j->is_elastic ? "0" : "");
    if (kind->keeps_no_metadata)
        j->extra = serving_annotations(m, j);
    job_finish(m, j, name);
}

struct type_meta {
    const char *api, *kind;
};

static const struct type_meta a_pod = {"v1", "Pod"}, a_job = {"batch/v1", "Job"};

/* An object made of another one's template. */
static const struct object *derive(struct job_maker *m, const struct object *o,
                                   const struct yaml_node *doc, const struct type_meta *type,
                                   const char *name)
{
    struct arena *a = m->f.arena;
    struct object *out = arena_alloc(a, sizeof *out);
    doc = tree_with(a, doc, "apiVersion", tree_scalar(a, type->api, o->doc));
    doc = tree_with(a, doc, "kind", tree_scalar(a, type->kind, o->doc));
    doc = tree_with(a, doc, "metadata.name", tree_quoted(a, name, o->doc));
    doc = tree_with(a, doc, "metadata.namespace", tree_quoted(a, o->namespace, o->doc));
    return object_read(&m->f, doc, o->number, out) ? out : NULL;
}

static void make_pods_of_deployment(struct job_maker *m, const struct object *o)
{
    struct arena *a = m->f.arena;
    const char *const copied[] = {QUEUE, CLASS};
    static const struct kueue_kind kind = {.group = "apps",
                                           .kind = "Deployment",
                                           .version = "v1",
                                           .topology = TOPOLOGY_UNCHECKED,
                                           .ignores_namespaces = true};
    struct queued_job *j = arena_alloc(a, sizeof *j);
    *j = (struct queued_job){.o = o, .doc = o->doc, .kind = &kind, .queue = ""};
    if (!is_taken(m, j))
        return;
    const char *queue = job_managed_queue(m, o, NULL, 0);
    const int64_t replicas = replicas_of(m, o);
    const struct yaml_node *template = tree_get(o->doc, "spec.template");
    const struct yaml_node *labels = tree_get(template, "metadata.labels");
    for (size_t i = 0; queue != NULL && i < 2; i++) {
        const char *text = i == 0 && queue[0] != '\0' ? queue : object_label(o, copied[i]);
        if (text != NULL)
            labels = tree_with_key(a, labels, copied[i], tree_quoted(a, text, o->doc));
    }
    if (labels != NULL)
        template = tree_with(a, template, "metadata.labels", labels);
    for (int64_t i = 0; i < replicas; i++) {
        const struct object *pod =
            derive(m, o, template, &a_pod, arena_printf(a, "%s-rs-%" PRId64, o->name, i));
        if (pod != NULL)
            make_job(m, pod, job_kind_find(pod), o->kind, o->name);
    }
}

static void make_job_of_cron(struct job_maker *m, const struct object *o)
{
    const struct object *job = derive(m, o, tree_get(o->doc, "spec.jobTemplate"), &a_job,
                                      arena_printf(m->f.arena, "%s-0", o->name));
    if (job != NULL)
        make_job(m, job, job_kind_find(job), job->kind, job->name);
}

/* --- pod groups --- */

/* The pods of each group, by the number of "namespace/name" in keys. */
struct groups {
    struct intern *keys;
    struct members {
        const struct object **pods;
        uint32_t len, cap;
    } * of;
    uint32_t cap;
};

static struct members *members_of(struct job_maker *m, struct groups *g, const struct object *o)
{
    const char *name = pod_group_name(m, o);
    if (name == NULL)
        return NULL;
    const uint32_t at = intern_add(g->keys, arena_printf(m->f.arena, "%s/%s", o->namespace, name));
    const uint32_t cap = g->cap;
    g->of = room(m->f.arena, g->of, at, &g->cap, sizeof g->of[0]);
    if (g->cap != cap)
        memset(g->of + at, 0, (g->cap - at) * sizeof g->of[0]);
    return &g->of[at];
}

static void find_groups(struct job_maker *m, struct groups *g)
{
    const struct object *o = NULL;
    while ((o = object_set_of_kind(m->objects, "Pod", o)) != NULL) {
        struct members *all = members_of(m, g, o);
        if (all == NULL)
            continue;
        all->pods = room(m->f.arena, all->pods, all->len, &all->cap, sizeof all->pods[0]);
        all->pods[all->len++] = o;
    }
}

static void make_one(struct job_maker *m, struct groups *g, const struct object *o)
{
    const struct kueue_kind *kind = job_kind_find(o);
    const uint32_t problems = m->problems_len;
    if (strcmp(o->kind, "Deployment") == 0 && strcmp(o->group, "apps") == 0)
        make_pods_of_deployment(m, o);
    else if (strcmp(o->kind, "CronJob") == 0 && strcmp(o->group, "batch") == 0)
        make_job_of_cron(m, o);
    else if (kind != NULL)
        make_job(m, o, kind, o->kind, o->name);
    const struct members *all = kind == NULL ? NULL : members_of(m, g, o);
    if (all != NULL && all->pods[0] == o && m->problems_len == problems &&
        job_managed_queue(m, o, kind, 0) != NULL)
        pod_group_make(m, all->pods, all->len);
}

void job_workloads_make(struct job_maker *m)
{
    struct groups g = {.keys = intern_new()};
    priority_classes_read(&m->f, m->objects, &m->classes);
    find_groups(m, &g);
    for (size_t i = 0; i < object_set_len(m->objects); i++)
        make_one(m, &g, object_set_at(m->objects, i));
    intern_free(g.keys);
}
