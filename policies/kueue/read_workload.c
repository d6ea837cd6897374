#include "policies/kueue/read_workload.h"

#include "models/kubernetes/pod_template.h"
#include "policies/kueue/job_resources.h"
#include "policies/kueue/pod_text.h"
#include "policies/kueue/topology_request.h"
#include "sim/arena.h"

enum { COUNT_MOST = INT32_MAX };

/* --- what a pod set asks for --- */

static void read_slices(struct workload_reader *r, const struct yaml_node *n,
                        struct topology_request *out)
{
    const struct int_field size = {"size", 1, COUNT_MOST};
    const struct yaml_node *list =
        field_map_list(&r->f, n, "podsetSliceRequiredTopologyConstraints");
    for (size_t i = 0; list != NULL && i < list->len && i < TOPOLOGY_MOST_SLICES; i++) {
        struct topology_slice *s = &out->slices[out->slices_len++];
        int64_t pods = 1;
        field_int(&r->f, list->items[i], &size, &pods);
        s->level = field_text(&r->f, list->items[i], "topology");
        s->size = (uint32_t)pods;
    }
}

const struct topology_request *topology_request_read(struct workload_reader *r,
                                                     const struct yaml_node *n)
{
    if (n == NULL)
        return NULL;
    struct topology_request *out = arena_alloc(r->f.arena, sizeof *out);
    const struct int_field size = {"podSetSliceSize", 1, COUNT_MOST};
    int64_t pods;
    out->required = field_text(&r->f, n, "required");
    out->preferred = field_text(&r->f, n, "preferred");
    out->has_unconstrained = field_bool(&r->f, n, "unconstrained", &out->unconstrained);
    out->slice_level = field_text(&r->f, n, "podSetSliceRequiredTopology");
    out->has_slice_size = field_int(&r->f, n, &size, &pods);
    if (out->has_slice_size)
        out->slice_size = (uint32_t)pods;
    out->group = field_text(&r->f, n, "podSetGroupName");
    read_slices(r, n, out);
    return out;
}

static struct pod_requests requests_of(struct workload_reader *r, const struct resource_list *list)
{
    const struct amount *amounts = resource_list_amounts(list, r->f.arena);
    struct res_qty *out = arena_alloc(r->f.arena, (list->len + 1) * sizeof out[0]);
    for (uint32_t i = 0; i < list->len; i++)
        out[i] = (struct res_qty){amounts[i].resource, amounts[i].value};
    return (struct pod_requests){out, list->len};
}

/* What counts as quota, and what a pod takes on a node. */
static void read_requests(struct workload_reader *r, const struct pod_template *t,
                          struct shape_set_spec *out)
{
    struct resource_list list = pod_template_requests(t, r->f.arena);
    out->pod_requests = requests_of(r, &list);
    if (r->resources != NULL)
        job_requests_transform(&r->f, r->resources, &list);
    const struct pod_requests counted = requests_of(r, &list);
    out->requests = counted.items;
    out->requests_len = counted.len;
}

static bool read_set(struct workload_reader *r, const struct yaml_node *n,
                     struct shape_set_spec *out)
{
    const struct int_field count_field = {"count", 0, COUNT_MOST};
    const struct int_field min_field = {"minCount", 0, COUNT_MOST};
    int64_t count = 1, min_count = 0;
    const char *name = field_text(&r->f, n, "name");
    field_int(&r->f, n, &count_field, &count);
    field_int(&r->f, n, &min_field, &min_count);
    struct pod_template *t = arena_alloc(r->f.arena, sizeof *t);
    const struct yaml_node *template = field_map(&r->f, n, "template");
    if (template != NULL && !pod_template_read(&r->f, template, t))
        return false;
    const struct yaml_node *topology = field_map(&r->f, n, "topologyRequest");
    *out = (struct shape_set_spec){
        .name = name == NULL ? "main" : name,
        .count = (uint32_t)count,
        .min_count = (uint32_t)min_count,
        .spec_text = pod_text(r->f.arena, t->spec),
        .terms = &t->terms,
        .topology = topology_request_read(r, topology),
        .topology_text = topology == NULL ? "" : yaml_text(r->f.arena, topology),
    };
    read_requests(r, t, out);
    return true;
}

static const struct shape *read_shape(struct workload_reader *r, const struct yaml_node *spec)
{
    const struct yaml_node *list = field_map_list(&r->f, spec, "podSets");
    const size_t len = list == NULL ? 0 : list->len;
    struct shape_set_spec *sets = arena_alloc(r->f.arena, len * sizeof sets[0]);
    for (size_t i = 0; i < len; i++)
        if (!read_set(r, list->items[i], &sets[i]))
            return NULL;
    return shape_make(r->shapes, sets, (uint32_t)len);
}

/* Text that is no number adds nothing. */
static int64_t priority_boost(const struct workload_reader *r, const struct object *o)
{
    int64_t boost = 0;
    const char *why;
    const char *text = object_annotation(o, "kueue.x-k8s.io/priority-boost");
    if (text != NULL && gates_on(&r->settings->gates, GATE_PRIORITY_BOOST))
        quantity_int(text, &boost, &why);
    return boost;
}

bool workload_object_read(struct workload_reader *r, const struct object *o,
                          struct kueue_workload_spec *out)
{
    const unsigned errors = diag_errors(r->f.diag);
    const struct yaml_node *spec = field_map(&r->f, o->doc, "spec");
    const struct int_field field = {"priority", INT32_MIN, INT32_MAX};
    int64_t priority = 0;
    field_int(&r->f, spec, &field, &priority);
    *out = (struct kueue_workload_spec){
        .namespace = o->namespace,
        .name = o->name,
        .key = arena_printf(r->f.arena, "%s/%s", o->namespace, o->name),
        .uid = o->uid == NULL ? "" : o->uid,
        .queue = field_text(&r->f, spec, "queueName"),
        .shape = read_shape(r, spec),
        .priority = priority + priority_boost(r, o),
        .created_ns = o->created_ns,
        .misfit = job_pods_problem(r->f.arena, r->objects, o->namespace,
                                   field_map_list(&r->f, spec, "podSets")),
    };
    return out->shape != NULL && diag_errors(r->f.diag) == errors;
}
