#include "workloads/kubernetes_job.h"

#include "models/kubernetes/limit_range.h"
#include "models/kubernetes/tree.h"
#include "models/kubernetes/workload_maker.h"
#include "models/names.h"
#include "models/request.h"
#include "sim/arena.h"
#include "sim/config.h"
#include "sim/hash.h"
#include "sim/intern.h"
#include "sim/rng.h"
#include "workloads/live_dump.h"
#include "workloads/load_option.h"

#include <inttypes.h>
#include <string.h>

static const char queue_label[] = "kueue.x-k8s.io/queue-name";
static const char class_label[] = "kueue.x-k8s.io/priority-class";
static const char map_annotation[] = "gpu-scheduling-map";
static const char load_annotation[] = "clustersim/load"; /* load_option.h, as a YAML mapping */

enum { MOST_GPUS = 1000000000 }; /* of all pods of a job */

/* --- run times --- */

static int64_t draw(const struct kubernetes_job *j, uint64_t job, uint64_t pod, int64_t ran_ns)
{
    struct rng_branch branch;
    const uint64_t parts[] = {j->luck, job, pod};
    return run_time_draw(&j->run_time, ran_ns,
                         rng_branch(&branch, hash_bytes(parts, sizeof parts)));
}

/* What is left of a run time for one that has run for a while. */
static int64_t left_of(int64_t run_ns, int64_t ran_ns)
{
    if (run_ns == WORK_ENDLESS || ran_ns < 0)
        return run_ns;
    return run_ns > ran_ns ? run_ns - ran_ns : 0;
}

static int64_t draw_work(const struct job_extra *extra, uint64_t job_number, uint32_t made)
{
    const struct kubernetes_job *j = (const struct kubernetes_job *)(const void *)extra;
    const int64_t ran_ns = made < j->running_pods ? j->ran_ns : -1;
    return left_of(run_time_is_drawn(&j->run_time) ? draw(j, job_number, made, ran_ns)
                                                   : j->run_time.ns,
                   ran_ns);
}

/* Pods of one job draw each for itself; a gang, and a single pod, as a whole. */
static bool draws_by_pod(const struct kubernetes_job *j)
{
    const struct controller *c = j->extra.controller;
    return run_time_is_drawn(&j->run_time) && c != NULL &&
           (c->parallelism > 1 || (c->kind == CONTROLLER_JOB && c->completions > 1));
}

/* The same whatever else lies in the files. */
static uint64_t luck_of(const struct source_env *env, const struct job_origin *from)
{
    const struct object *o = from->object;
    const char *own = from->name == NULL ? o->name : from->name;
    uint64_t name = hash_bytes(o->kind, strlen(o->kind));
    name = hash_more(name, o->namespace, strlen(o->namespace) + 1);
    name = hash_more(name, own, strlen(own) + 1);
    gsl_rng *rng = rng_open(env->seed, env->replication, "run times of manifests", name);
    const uint64_t luck = gsl_rng_get(rng);
    gsl_rng_free(rng);
    return luck;
}

/* What restarts for ever is deleted at the end of the time that was given for it. */
static void set_run_time(struct kubernetes_job *j)
{
    if (draws_by_pod(j) || j->running_pods > 0)
        j->extra.task_work = draw_work;
    if (!run_time_is_service(&j->workload) || j->extra.controller == NULL)
        return;
    if (run_time_is_drawn(&j->run_time))
        j->run_time.ns = draw(j, 0, 0, j->ran_ns);
    j->controller.lifetime_ns =
        j->run_time.ns == WORK_ENDLESS ? LIMIT_NONE : left_of(j->run_time.ns, j->ran_ns);
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
    const char *class =
        tree_text(j->spec, "priorityClassRef.name", object_label(w->object, class_label));
    const int64_t deadline_s = w->sets[0].template.deadline_s;
    j->queue_word =
        word_of(m, tree_text(j->spec, "queueName", object_label(w->object, queue_label)));
    j->priority = priority_of(m, w);
    j->limit_ns = j->controller.deadline_ns;
    if (deadline_s > 0 && deadline_s * INT64_C(1000000000) < j->limit_ns)
        j->limit_ns = deadline_s * INT64_C(1000000000);
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

/* --- of a live cluster --- */

/* Pods of a controller that run when the simulation begins. */
static uint32_t count_pods(const struct kubernetes_job *j)
{
    uint32_t pods = 0;
    for (uint32_t i = 0; i < j->live.places_len; i++)
        pods += j->live.places[i].count;
    return pods > 0 ? pods : j->workload.sets[0].count;
}

/* A policy takes the state over when the job arrives: too late to find mistakes in it. */
static bool can_be_taken_over(const struct kubernetes_maker *m, const struct live_state *live)
{
    const struct workload_maker *maker = m->env->maker;
    return maker == NULL || live->workload == NULL || maker->check(&m->reader, live->workload);
}

/* Pods of a Job that have succeeded are not made again. */
static void take_done(struct kubernetes_job *j)
{
    struct controller *c = &j->controller;
    const int64_t done = tree_int(j->workload.object->doc, "status.succeeded", 0);
    if (c->kind == CONTROLLER_JOB && c->completions != UINT32_MAX && done > 0)
        c->completions = done < c->completions ? c->completions - (uint32_t)done : 1;
}

static bool take_state(struct kubernetes_maker *m, struct kubernetes_job *j,
                       const struct job_origin *from, bool has_controller)
{
    j->ran_ns = -1;
    if (from->head == NULL)
        return true;
    if (!live_dump_state(m->dump, from->head, &j->workload, &j->live) ||
        !can_be_taken_over(m, &j->live))
        return false;
    const int64_t start_ns = m->env->start_ns, since_ns = j->live.since_ns;
    const int64_t ago_ns =
        since_ns == OBJECT_NEVER || since_ns > start_ns ? 0 : start_ns - since_ns;
    if (j->live.is_running)
        j->ran_ns = ago_ns;
    else
        j->waited_ns = ago_ns;
    if (has_controller)
        take_done(j);
    if (has_controller && j->live.is_running)
        j->running_pods = count_pods(j);
    return true;
}

/* Whether it has run for longer already than it is said to run at all. */
static bool has_outlived(const struct kubernetes_job *j)
{
    const struct past_runs *past = &j->run_time.past;
    if (j->ran_ns < 0 || j->run_time.draw != NULL || j->run_time.ns == WORK_ENDLESS)
        return false;
    return (past->len > 0 ? past->runs[past->len - 1].ns : j->run_time.ns) <= j->ran_ns;
}

/* --- jobs --- */

/* What Kueue makes of the annotations of its pods. */
static void take_topology(struct kubernetes_maker *m, const struct object *made,
                          struct workload *out)
{
    const struct yaml_node *list = tree_get(made->doc, "spec.podSets");
    for (size_t i = 0; i < tree_len(list) && i < out->sets_len; i++)
        out->sets[i].topology = field_map(&m->reader, list->items[i], "topologyRequest");
}

/* Its pod sets. A group of pods has no controller: they come and go together. */
static bool read_sets(struct kubernetes_maker *m, const struct job_origin *from,
                      struct workload *out)
{
    const struct workload_shape *own = workload_shape_find(from->object);
    if (from->workload == NULL) {
        const bool ok = workload_read(&m->reader, from->object, own, out);
        if (ok && from->made != NULL)
            take_topology(m, from->made, out);
        return ok;
    }
    if (!workload_read(&m->reader, from->workload, workload_shape_find(from->workload), out))
        return false;
    out->object = from->object;
    const bool is_single = out->sets_len == 1 && out->sets[0].count <= 1;
    if (own != NULL && (own->controller != CONTROLLER_POD || is_single))
        out->shape = own;
    return true;
}

bool kubernetes_job_make(struct kubernetes_maker *m, const struct job_origin *from,
                         const struct run_time_rule *rule, struct kubernetes_job *out)
{
    struct field_reader *r = &m->reader;
    const unsigned errors = diag_errors(r->diag);
    *out = (struct kubernetes_job){.controller.deadline_ns = LIMIT_NONE};
    if (!read_sets(m, from, &out->workload))
        return false;
    const bool has_controller = workload_controller(r, &out->workload, &out->controller);
    workload_check(r, &out->workload);
    if (kubernetes_job_has_pods(out))
        run_time_of(r, &out->workload, rule, &out->run_time);
    if (diag_errors(r->diag) != errors || !make_groups(m, out) ||
        !take_state(m, out, from, has_controller))
        return false;
    const struct object *workload = from->workload != NULL ? from->workload : from->made;
    out->spec = workload == NULL ? NULL : field_map(r, workload->doc, "spec");
    out->name_word = word_of(m, from->name == NULL ? from->object->name : from->name);
    out->luck = luck_of(m->env, from);
    set_facts(m, out);
    if (has_outlived(out) && m->outlived.count++ == 0)
        m->outlived.first_line = object_pos(from->head).line;
    if (from->head != NULL)
        out->extra.live = &out->live;
    if (has_controller) {
        out->controller.name_seed = out->luck;
        out->extra.controller = &out->controller;
    }
    set_run_time(out);
    return diag_errors(r->diag) == errors;
}

bool kubernetes_job_has_pods(const struct kubernetes_job *j)
{
    for (uint32_t s = 0; s < j->workload.sets_len; s++)
        if (j->workload.sets[s].count > 0)
            return true;
    return false;
}

/* The work of all its pods, and how much of it is done. */
static void fill_work(struct kubernetes_job *j, struct job_spec *out)
{
    const bool is_drawn = run_time_is_drawn(&j->run_time) && j->extra.task_work == NULL;
    out->work_ns = is_drawn ? draw(j, j->given, 0, j->ran_ns) : j->run_time.ns;
    if (j->extra.controller == NULL && j->ran_ns > 0 && out->work_ns != WORK_ENDLESS)
        out->begun_ns = j->ran_ns < out->work_ns ? j->ran_ns : out->work_ns;
}

void kubernetes_job_fill(struct kubernetes_job *j, struct job_spec *out)
{
    *out = (struct job_spec){
        .submit_ns = j->next_ns,
        .waited_ns = j->waited_ns,
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
    fill_work(j, out);
    j->given++;
}
