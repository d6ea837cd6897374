#include "workloads/kubernetes_job.h"

#include "models/kubernetes/limit_range.h"
#include "models/names.h"
#include "models/request.h"
#include "sim/arena.h"
#include "sim/config.h"
#include "sim/hash.h"
#include "sim/intern.h"
#include "sim/rng.h"
#include "workloads/load_option.h"

#include <inttypes.h>
#include <string.h>

static const char queue_label[] = "kueue.x-k8s.io/queue-name";
static const char class_label[] = "kueue.x-k8s.io/priority-class";
static const char map_annotation[] = "gpu-scheduling-map";
static const char load_annotation[] = "clustersim/load"; /* load_option.h, as a YAML mapping */

enum { MOST_GPUS = 1000000000 }; /* of all pods of a job */

/* --- run times --- */

static int64_t draw(const struct kubernetes_job *j, uint64_t job, uint64_t pod)
{
    struct rng_branch branch;
    const uint64_t parts[] = {j->luck, job, pod};
    return distribution_int(j->run_time.draw, rng_branch(&branch, hash_bytes(parts, sizeof parts)));
}

static int64_t draw_work(const struct job_extra *extra, uint64_t job_number, uint32_t made)
{
    return draw((const struct kubernetes_job *)(const void *)extra, job_number, made);
}

/* Pods of one job draw each for itself; a gang, and a single pod, as a whole. */
static bool draws_by_pod(const struct kubernetes_job *j)
{
    const struct controller *c = j->extra.controller;
    return j->run_time.draw != NULL && c != NULL &&
           (c->parallelism > 1 || (c->kind == CONTROLLER_JOB && c->completions > 1));
}

/* The same whatever else lies in the files. */
static uint64_t luck_of(const struct source_env *env, const struct object *o)
{
    uint64_t name = hash_bytes(o->kind, strlen(o->kind));
    name = hash_more(name, o->namespace, strlen(o->namespace) + 1);
    name = hash_more(name, o->name, strlen(o->name) + 1);
    gsl_rng *rng = rng_open(env->seed, env->replication, "run times of manifests", name);
    const uint64_t luck = gsl_rng_get(rng);
    gsl_rng_free(rng);
    return luck;
}

/* What restarts for ever is deleted at the end of the time that was given for it. */
static void set_run_time(struct kubernetes_job *j)
{
    if (draws_by_pod(j))
        j->extra.task_work = draw_work;
    if (!run_time_is_service(&j->workload))
        return;
    if (j->run_time.draw != NULL)
        j->run_time.ns = draw(j, 0, 0);
    j->controller.lifetime_ns = j->run_time.ns == WORK_ENDLESS ? LIMIT_NONE : j->run_time.ns;
    j->run_time = (struct run_time){.ns = WORK_ENDLESS};
    j->extra.task_work = NULL;
}

/* --- requests --- */

/* Disks and huge pages, that no node of the cluster is described with, keep no pod away. */
static bool is_modelled(const struct kubernetes_maker *m, uint32_t resource)
{
    const char *name = intern_text(m->reader.resources, resource);
    return m->env->cluster->nodes_len == 0 || resource <= RESOURCE_MEMORY ||
           !resource_is_native(name) ||
           (resource < m->env->cluster->resources_len && m->has_resource[resource]);
}

/* How its pods load their devices: no manifest says, so an annotation of our own does. */
static struct device_load load_of(struct kubernetes_maker *m, const struct pod_template *t)
{
    const struct yaml_node *n = yaml_get(t->annotations, load_annotation);
    if (n == NULL || n->kind != YAML_SCALAR)
        return (struct device_load){0};
    const char *name = arena_printf(m->reader.arena, "%s(%s)", n->file, load_annotation);
    struct yaml_file *file = yaml_parse(name, n->text, n->len, m->reader.diag);
    struct config_reader r = {.diag = m->reader.diag, .arena = m->reader.arena};
    struct load_option load = {0};
    config_read(&r, yaml_docs(file) == 0 ? NULL : yaml_doc(file, 0), yaml_pos(n),
                &load_option_table, &load);
    yaml_close(file);
    return load_option_load(&load);
}

static uint32_t make_request(struct kubernetes_maker *m, struct pod_template *t)
{
    const struct device_load load = load_of(m, t);
    const struct resource_list l = pod_template_requests(t, m->reader.arena);
    struct amount *amounts = resource_list_amounts(&l, m->reader.arena);
    size_t len = 0;
    for (uint32_t i = 0; i < l.len; i++)
        if (is_modelled(m, amounts[i].resource))
            amounts[len++] = amounts[i];
        else
            m->ignored_resources++;
    return request_add(m->env->requests, amounts, len,
                       node_terms_add(m->env->names->terms, &t->terms), &load);
}

static bool make_groups(struct kubernetes_maker *m, struct kubernetes_job *j)
{
    const struct workload *w = &j->workload;
    uint64_t gpus = 0;
    j->groups = arena_alloc(m->reader.arena, w->sets_len * sizeof j->groups[0]);
    for (uint32_t s = 0; s < w->sets_len; s++) {
        struct pod_set *set = &w->sets[s];
        pod_template_take_overhead(&m->reader, &set->template, m->objects);
        pod_template_take_limits(&m->reader, &set->template, m->objects, w->object->namespace);
        j->groups[s] = (struct group_spec){
            .name = set->name,
            .request = make_request(m, &set->template),
            .count = set->count,
            .min_count = set->min_count,
        };
        gpus += (uint64_t)request_get(m->env->requests, j->groups[s].request)->gpus * set->count;
    }
    if (gpus > MOST_GPUS)
        diag_error(m->reader.diag, object_pos(w->object),
                   "%s %s: its pods together ask for %" PRIu64 " GPUs", w->object->kind,
                   w->object->name, gpus);
    return gpus <= MOST_GPUS;
}

/* --- facts --- */

static uint32_t word_of(const struct kubernetes_maker *m, const char *text)
{
    return text == NULL || text[0] == '\0' ? INTERN_NONE : intern_add(m->env->names->words, text);
}

/* Of the first pod set that names one. */
static const char *class_of(const struct workload *w)
{
    for (uint32_t s = 0; s < w->sets_len; s++)
        if (w->sets[s].template.priority_class != NULL)
            return w->sets[s].template.priority_class;
    return NULL;
}

static void warn_of_class(struct kubernetes_maker *m, const struct workload *w, const char *name)
{
    const size_t known = intern_len(m->missing_classes);
    if (intern_add(m->missing_classes, name) < known)
        return;
    const struct yaml_node *at = field_get(w->sets[0].template.spec, "priorityClassName");
    diag_warning(m->reader.diag, at == NULL ? object_pos(w->object) : yaml_pos(at),
                 "priorityClassName: '%s': no PriorityClass of this name in these files; it counts "
                 "as 0",
                 name);
}

static int32_t priority_of(struct kubernetes_maker *m, const struct workload *w)
{
    const char *name = class_of(w);
    const struct priority_class *c = priority_class_find(&m->classes, name);
    if (c == NULL && name != NULL)
        warn_of_class(m, w, name);
    return c == NULL ? 0 : c->value;
}

/* The annotation of its pods, or of the object that makes them. */
static const char *map_of(const struct workload *w)
{
    const char *map = text_map_find(w->sets[0].template.annotations, map_annotation);
    return map != NULL ? map : object_annotation(w->object, map_annotation);
}

static void set_facts(struct kubernetes_maker *m, struct kubernetes_job *j)
{
    const struct workload *w = &j->workload;
    const char *class = object_label(w->object, class_label);
    const int64_t deadline_s = w->sets[0].template.deadline_s;
    j->name_word = word_of(m, w->object->name);
    j->queue_word = word_of(m, object_label(w->object, queue_label));
    j->priority = priority_of(m, w);
    j->limit_ns = j->controller.deadline_ns;
    if (deadline_s > 0 && deadline_s * INT64_C(1000000000) < j->limit_ns)
        j->limit_ns = deadline_s * INT64_C(1000000000);
    j->luck = luck_of(m->env, w->object);
    j->extra = (struct job_extra){
        .workload = w,
        .map = map_of(w),
        .namespace_word = word_of(m, w->object->namespace),
        .priority_class_word = word_of(m, class != NULL ? class : class_of(w)),
        .account_word = INTERN_NONE,
        .qos_word = INTERN_NONE,
        .array_task = UINT32_MAX,
    };
}

/* --- jobs --- */

bool kubernetes_job_make(struct kubernetes_maker *m, const struct object *o,
                         const struct run_time_rule *rule, struct kubernetes_job *out)
{
    struct field_reader *r = &m->reader;
    const struct workload_shape *shape = workload_shape_find(o);
    const unsigned errors = diag_errors(r->diag);
    *out = (struct kubernetes_job){.controller.deadline_ns = LIMIT_NONE};
    if (!workload_read(r, o, shape, &out->workload))
        return false;
    const bool has_controller = workload_controller(r, &out->workload, &out->controller);
    workload_check(r, &out->workload);
    if (kubernetes_job_has_pods(out))
        run_time_of(r, &out->workload, rule, &out->run_time);
    if (diag_errors(r->diag) != errors || !make_groups(m, out))
        return false;
    set_facts(m, out);
    if (has_controller) {
        out->controller.name_seed = out->luck;
        out->extra.controller = &out->controller;
    }
    set_run_time(out);
    return true;
}

bool kubernetes_job_has_pods(const struct kubernetes_job *j)
{
    for (uint32_t s = 0; s < j->workload.sets_len; s++)
        if (j->workload.sets[s].count > 0)
            return true;
    return false;
}

void kubernetes_job_fill(struct kubernetes_job *j, struct job_spec *out)
{
    const bool is_drawn = j->run_time.draw != NULL && j->extra.task_work == NULL;
    *out = (struct job_spec){
        .submit_ns = j->next_ns,
        .work_ns = is_drawn ? draw(j, j->given, 0) : j->run_time.ns,
        .limit_ns = j->limit_ns,
        .patience_ns = LIMIT_NONE,
        .groups = j->groups,
        .groups_len = j->workload.sets_len,
        .name_word = j->name_word,
        .ordinal = j->submit.every_ns == 0 ? UINT64_MAX : j->given,
        .source_id = j->workload.object->number,
        .user_word = INTERN_NONE,
        .tenant_word = j->extra.namespace_word,
        .queue_word = j->queue_word,
        .priority = j->priority,
        .kind = run_time_is_service(&j->workload) ? JOB_SERVICE : JOB_BATCH,
        .extra = &j->extra,
    };
    j->given++;
}
