#include "models/kubernetes/workload.h"

#include "sim/arena.h"

#include <string.h>

/* --- counts --- */

/* A number somewhere in the object; fallback where it is absent. */
static int64_t number_at(struct field_reader *r, const struct yaml_node *n, const char *path,
                         int64_t fallback)
{
    int64_t value = fallback;
    const char *dot = strrchr(path, '.');
    const struct yaml_node *map = n;
    if (dot != NULL)
        map = field_path(r, n, arena_text(r->arena, path, (size_t)(dot - path)));
    field_int(r, map, &(struct int_field){dot == NULL ? path : dot + 1, 0, INT32_MAX}, &value);
    return value;
}

static int64_t count_at(struct field_reader *r, const struct yaml_node *n,
                        const struct count_field *field)
{
    if (field->path == NULL)
        return 1;
    const int64_t count = number_at(r, n, field->path, field->fallback);
    const int64_t most =
        field->at_most == NULL ? INT32_MAX : number_at(r, n, field->at_most, INT32_MAX);
    return count < most ? count : most;
}

/* --- pod sets --- */

static void read_template(struct field_reader *r, const struct yaml_node *n,
                          const struct pod_set_shape *shape, struct pod_template *out)
{
    const unsigned errors = diag_errors(r->diag);
    const struct yaml_node *at = shape->template == NULL ? n : field_path(r, n, shape->template);
    if (at == NULL && diag_errors(r->diag) > errors)
        return;
    if (at == NULL)
        diag_error(r->diag, yaml_pos(n), "'%s' is missing", shape->template);
    else if (at->kind != YAML_MAP)
        diag_error(r->diag, yaml_pos(at), "%s: %s; expected a mapping", shape->template,
                   yaml_kind_name(at));
    else
        pod_template_read(r, at, out);
}

static void read_set(struct field_reader *r, const struct yaml_node *n,
                     const struct pod_set_shape *shape, struct workload *out)
{
    if (out->sets_len == WORKLOAD_MOST_SETS) {
        diag_error(r->diag, yaml_pos(n), "more than %d pod sets", (int)WORKLOAD_MOST_SETS);
        return;
    }
    struct pod_set *set = &out->sets[out->sets_len++];
    const char *name =
        shape->name != NULL ? shape->name : field_required_text(r, n, shape->name_field);
    const int64_t count = count_at(r, n, &shape->counts[0]) * count_at(r, n, &shape->counts[1]);
    set->name = arena_lower(r->arena, name == NULL ? "" : name);
    set->count = (uint32_t)(count < WORKLOAD_MOST_PODS ? count : WORKLOAD_MOST_PODS);
    if (count > WORKLOAD_MOST_PODS)
        diag_error(r->diag, yaml_pos(n), "%s of more than %d pods", set->name,
                   (int)WORKLOAD_MOST_PODS);
    if (shape->min_count != NULL)
        set->min_count = (uint32_t)number_at(r, n, shape->min_count, 0);
    if (shape->topology != NULL)
        set->topology = field_map(r, n, shape->topology);
    read_template(r, n, shape, &set->template);
}

static void read_sets(struct field_reader *r, const struct yaml_node *doc,
                      const struct pod_set_shape *shape, struct workload *out)
{
    const struct yaml_node *list = shape->list == NULL ? NULL : field_path(r, doc, shape->list);
    if (shape->list == NULL) {
        read_set(r, doc, shape, out);
    } else if (shape->entry != NULL) {
        const struct yaml_node *entry = field_map(r, list, shape->entry);
        if (entry != NULL)
            read_set(r, entry, shape, out);
    } else if (list != NULL && list->kind == YAML_LIST) {
        for (size_t i = 0; i < list->len && i <= WORKLOAD_MOST_SETS; i++)
            if (list->items[i]->kind == YAML_MAP)
                read_set(r, list->items[i], shape, out);
            else
                diag_error(r->diag, yaml_pos(list->items[i]), "%s: %s; expected a mapping",
                           shape->list, yaml_kind_name(list->items[i]));
    }
}

/* Kueue's partial admission. */
static void read_min_count(struct field_reader *r, struct workload *w)
{
    static const char key[] = "kueue.x-k8s.io/job-min-parallelism";
    const char *text = object_annotation(w->object, key);
    int64_t value = 0;
    const char *why = "not from 1 to less than its parallelism";
    if (text == NULL || w->shape->controller != CONTROLLER_JOB || w->sets_len == 0)
        return;
    if (quantity_int(text, &value, &why) && value >= 1 && value < w->sets[0].count)
        w->sets[0].min_count = (uint32_t)value;
    else
        diag_error(r->diag, yaml_pos(field_get(w->object->annotations, key)), "%s: '%s': %s", key,
                   text, why);
}

bool workload_read(struct field_reader *r, const struct object *o,
                   const struct workload_shape *shape, struct workload *out)
{
    const unsigned errors = diag_errors(r->diag);
    *out = (struct workload){.object = o, .shape = shape};
    out->sets = arena_alloc(r->arena, WORKLOAD_MOST_SETS * sizeof out->sets[0]);
    for (const struct pod_set_shape *s = shape->sets;
         s < shape->sets + WORKLOAD_MOST_SHAPES && (s->name != NULL || s->name_field != NULL); s++)
        read_sets(r, o->doc, s, out);
    if (out->sets_len == 0 && diag_errors(r->diag) == errors)
        diag_error(r->diag, object_pos(o), "%s %s has no pod template", o->kind, o->name);
    read_min_count(r, out);
    return diag_errors(r->diag) == errors;
}

/* --- what the API server would refuse --- */

static bool may_restart(enum controller_kind kind, enum restart_policy policy)
{
    switch (kind) {
    case CONTROLLER_JOB:
        return policy != RESTART_ALWAYS;
    case CONTROLLER_DEPLOYMENT:
    case CONTROLLER_STATEFULSET:
        return policy == RESTART_ALWAYS;
    default:
        return true;
    }
}

static void check_restarts(struct field_reader *r, const struct workload *w,
                           const struct pod_template *t)
{
    if (!w->shape->has_controller || t->spec == NULL ||
        may_restart(w->shape->controller, t->restart))
        return;
    const struct yaml_node *at = field_get(t->spec, "restartPolicy");
    diag_error(r->diag, yaml_pos(at == NULL ? t->spec : at), "restartPolicy: %s%s%s; a %s needs %s",
               at == NULL ? "" : "'", at == NULL ? "missing" : at->text, at == NULL ? "" : "'",
               w->object->kind,
               w->shape->controller == CONTROLLER_JOB ? "Never or OnFailure" : "Always");
}

/* What changes when a Job ends or makes pods, and is not simulated. */
static void warn_of_fields(struct field_reader *r, const struct workload *w)
{
    static const char *const fields[] = {"backoffLimitPerIndex", "podFailurePolicy",
                                         "successPolicy"};
    const struct yaml_node *spec = yaml_get(w->object->doc, "spec");
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (field_get(spec, fields[i]) != NULL)
            diag_warning(r->diag, yaml_pos(field_get(spec, fields[i])), "%s: not simulated",
                         fields[i]);
}

bool workload_check(struct field_reader *r, const struct workload *w)
{
    const unsigned errors = diag_errors(r->diag);
    object_check_name(r, w->object);
    if (w->shape->has_controller && w->shape->controller == CONTROLLER_JOB)
        warn_of_fields(r, w);
    for (uint32_t s = 0; s < w->sets_len; s++) {
        pod_template_check(r, &w->sets[s].template);
        check_restarts(r, w, &w->sets[s].template);
    }
    return diag_errors(r->diag) == errors;
}

/* --- controllers --- */

static int64_t seconds_or_none(int64_t seconds)
{
    return seconds == 0 ? LIMIT_NONE : seconds * INT64_C(1000000000);
}

static void read_job(struct field_reader *r, const struct yaml_node *doc, struct controller *c)
{
    static const char *const modes[] = {"NonIndexed", "Indexed", NULL};
    const struct yaml_node *spec = field_map(r, doc, "spec");
    int64_t completions = UINT32_MAX, limit = 6, deadline_s = 0;
    int mode = 0;
    if (field_get(spec, "parallelism") == NULL && field_get(spec, "completions") == NULL)
        completions = 1;
    field_int(r, spec, &(struct int_field){"completions", 0, INT32_MAX}, &completions);
    field_int(r, spec, &(struct int_field){"backoffLimit", 0, INT32_MAX}, &limit);
    field_int(r, spec, &(struct int_field){"activeDeadlineSeconds", 0, INT32_MAX}, &deadline_s);
    field_choice(r, spec, "completionMode", modes, &mode);
    c->completions = (uint32_t)completions;
    c->backoff_limit = (uint32_t)limit;
    c->is_indexed = mode == 1;
    c->deadline_ns = seconds_or_none(deadline_s);
    if (c->is_indexed && completions == UINT32_MAX)
        diag_error(r->diag, yaml_pos(spec), "completions: missing; an Indexed Job needs them");
}

static void read_stateful_set(struct field_reader *r, const struct yaml_node *doc,
                              struct controller *c)
{
    static const char *const policies[] = {"OrderedReady", "Parallel", NULL};
    const struct yaml_node *spec = field_map(r, doc, "spec");
    int64_t start = 0;
    int policy = 0;
    field_choice(r, spec, "podManagementPolicy", policies, &policy);
    field_int(r, field_map(r, spec, "ordinals"), &(struct int_field){"start", 0, INT32_MAX},
              &start);
    c->is_ordered = policy == 0;
    c->first_index = (uint32_t)start;
}

bool workload_controller(struct field_reader *r, const struct workload *w, struct controller *out)
{
    const unsigned errors = diag_errors(r->diag);
    if (!w->shape->has_controller || w->sets_len == 0)
        return false;
    *out = (struct controller){
        .kind = w->shape->controller,
        .parallelism = w->sets[0].count,
        .restarts = w->sets[0].template.restart,
        .deadline_ns = LIMIT_NONE,
        .lifetime_ns = LIMIT_NONE,
    };
    if (out->kind == CONTROLLER_JOB)
        read_job(r, w->object->doc, out);
    else if (out->kind == CONTROLLER_STATEFULSET)
        read_stateful_set(r, w->object->doc, out);
    return diag_errors(r->diag) == errors;
}
