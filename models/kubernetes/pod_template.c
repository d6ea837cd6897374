#include "models/kubernetes/pod_template.h"

#include "models/kubernetes/object_set.h"
#include "sim/arena.h"
#include "sim/intern.h"

#include <string.h>

static const char *const restart_names[] = {"Always", "OnFailure", "Never", NULL};

/* --- containers --- */

static void read_container(struct field_reader *r, const struct yaml_node *n, struct container *c)
{
    const struct yaml_node *resources = field_map(r, n, "resources");
    const char *name = field_text(r, n, "name");
    int restart = RESTART_NEVER;
    c->name = name == NULL ? "" : name;
    c->node = n;
    c->requests = resource_list_read(r, resources, "requests");
    c->limits = resource_list_read(r, resources, "limits");
    if (c->is_init && field_choice(r, n, "restartPolicy", restart_names, &restart))
        c->is_sidecar = restart == RESTART_ALWAYS;
}

static void read_containers(struct field_reader *r, struct pod_template *out)
{
    const struct yaml_node *init = field_map_list(r, out->spec, "initContainers");
    const struct yaml_node *main = field_map_list(r, out->spec, "containers");
    const size_t init_len = init == NULL ? 0 : init->len;
    const size_t len = init_len + (main == NULL ? 0 : main->len);
    if (main == NULL && field_get(out->spec, "containers") == NULL)
        diag_error(r->diag, yaml_pos(out->spec), "'containers' are missing");
    else if (len == init_len)
        diag_error(r->diag, yaml_pos(field_get(out->spec, "containers")),
                   "containers: none; expected at least one");
    out->containers = arena_alloc(r->arena, (len + 1) * sizeof out->containers[0]);
    out->containers_len = (uint32_t)len;
    for (size_t i = 0; i < len; i++) {
        out->containers[i].is_init = i < init_len;
        read_container(r, i < init_len ? init->items[i] : main->items[i - init_len],
                       &out->containers[i]);
    }
}

/* --- the pod --- */

static const char *text_or(const char *text, const char *fallback)
{
    return text == NULL || text[0] == '\0' ? fallback : text;
}

static void read_spec(struct field_reader *r, struct pod_template *out)
{
    const struct yaml_node *spec = out->spec;
    const struct yaml_node *resources = field_map(r, spec, "resources");
    const struct yaml_node *gates = field_map_list(r, spec, "schedulingGates");
    int restart = RESTART_ALWAYS;
    read_containers(r, out);
    out->has_resources = resources != NULL;
    out->requests = resource_list_read(r, resources, "requests");
    out->limits = resource_list_read(r, resources, "limits");
    out->has_overhead = field_get(spec, "overhead") != NULL;
    out->overhead = resource_list_read(r, spec, "overhead");
    out->terms = node_terms_read(r, spec);
    field_choice(r, spec, "restartPolicy", restart_names, &restart);
    out->restart = (enum restart_policy)restart;
    out->scheduler = text_or(field_text(r, spec, "schedulerName"), "default-scheduler");
    out->priority_class = text_or(field_text(r, spec, "priorityClassName"), NULL);
    out->runtime_class = text_or(field_text(r, spec, "runtimeClassName"), NULL);
    field_int(r, spec, &(struct int_field){"terminationGracePeriodSeconds", 0, INT32_MAX},
              &out->grace_s);
    field_int(r, spec, &(struct int_field){"activeDeadlineSeconds", 1, INT32_MAX},
              &out->deadline_s);
    out->is_gated = gates != NULL && gates->len > 0;
}

bool pod_template_read(struct field_reader *r, const struct yaml_node *n, struct pod_template *out)
{
    const unsigned errors = diag_errors(r->diag);
    const struct yaml_node *meta = field_map(r, n, "metadata");
    *out = (struct pod_template){
        .node = n,
        .grace_s = 30,
        .scheduler = "default-scheduler",
        .terms = {.node_name = INTERN_NONE},
    };
    out->labels = field_text_map(r, meta, "labels");
    out->annotations = field_text_map(r, meta, "annotations");
    out->spec = field_map(r, n, "spec");
    if (out->spec != NULL)
        read_spec(r, out);
    else if (field_get(n, "spec") == NULL)
        diag_error(r->diag, yaml_pos(n), "'spec' is missing");
    return diag_errors(r->diag) == errors;
}

bool pod_template_take_overhead(struct field_reader *r, struct pod_template *t,
                                const struct object_set *objects)
{
    const unsigned errors = diag_errors(r->diag);
    if (t->has_overhead || t->runtime_class == NULL)
        return true;
    const struct object *o =
        object_set_find(objects, "node.k8s.io", "RuntimeClass", "", t->runtime_class);
    if (o == NULL)
        return true;
    t->overhead = resource_list_read(r, field_map(r, o->doc, "overhead"), "podFixed");
    return diag_errors(r->diag) == errors;
}

/* --- what it asks for --- */

/* Of the container, if it says nothing of a resource: nothing, or what kube-scheduler assumes. */
struct fallback {
    int128 cpu_nano, memory_nano;
};

static const struct fallback for_scores = {(int128)100 * 1000000, ((int128)200 << 20) * 1000000000};

static struct resource_list container_requests(const struct container *c, struct arena *a,
                                               const struct fallback *fallback)
{
    struct resource_list l = {0};
    resource_list_add(&l, a, &c->requests);
    resource_list_fill(&l, a, &c->limits);
    if (fallback != NULL && resource_list_find(&l, RESOURCE_CPU) == NULL)
        resource_list_set(&l, a, RESOURCE_CPU, fallback->cpu_nano);
    if (fallback != NULL && resource_list_find(&l, RESOURCE_MEMORY) == NULL)
        resource_list_set(&l, a, RESOURCE_MEMORY, fallback->memory_nano);
    return l;
}

/* Containers and sidecars run together; before them, an init container runs beside the sidecars
 * that were started before it. */
static struct resource_list all_containers(const struct pod_template *t, struct arena *a,
                                           const struct fallback *fallback)
{
    struct resource_list sum = {0}, sidecars = {0}, most = {0};
    for (uint32_t i = 0; i < t->containers_len; i++) {
        const struct container *c = &t->containers[i];
        const struct resource_list own = container_requests(c, a, fallback);
        if (!c->is_init || c->is_sidecar)
            resource_list_add(&sum, a, &own);
        if (!c->is_init)
            continue;
        struct resource_list stage = {0};
        resource_list_add(&stage, a, &sidecars);
        resource_list_add(&stage, a, &own);
        resource_list_max(&most, a, &stage);
        if (c->is_sidecar)
            sidecars = stage;
    }
    resource_list_max(&sum, a, &most);
    return sum;
}

/* What the pod asks for as a whole replaces the sum. A limit for the whole is also its request,
 * unless containers ask for some of it. */
static void take_whole(const struct pod_template *t, struct arena *a, struct resource_list *sum)
{
    resource_list_fill(sum, a, &t->limits);
    for (uint32_t i = 0; i < t->requests.len; i++)
        resource_list_set(sum, a, t->requests.items[i].resource, t->requests.items[i].nano);
}

struct resource_list pod_template_requests(const struct pod_template *t, struct arena *a)
{
    struct resource_list sum = all_containers(t, a, NULL);
    take_whole(t, a, &sum);
    resource_list_add(&sum, a, &t->overhead);
    return sum;
}

struct resource_list pod_template_scored(const struct pod_template *t, struct arena *a)
{
    struct resource_list sum = all_containers(t, a, &for_scores);
    if (t->has_resources) {
        struct resource_list asked = all_containers(t, a, NULL);
        take_whole(t, a, &asked);
        resource_list_fill(&asked, a, &sum);
        sum = asked;
    }
    resource_list_add(&sum, a, &t->overhead);
    return sum;
}
