#include "policies/kueue/read_node.h"

#include "models/kubernetes/pod_template.h"
#include "policies/kueue/read_site.h"
#include "sim/arena.h"

#include <string.h>

static struct pod_requests amounts_of(struct field_reader *r, const struct resource_list *list)
{
    const struct amount *amounts = resource_list_amounts(list, r->arena);
    struct res_qty *out = arena_alloc(r->arena, (list->len + 1) * sizeof out[0]);
    for (uint32_t i = 0; i < list->len; i++)
        out[i] = (struct res_qty){amounts[i].resource, amounts[i].value};
    return (struct pod_requests){out, list->len};
}

static bool is_ready(struct field_reader *r, const struct yaml_node *status)
{
    const struct yaml_node *list = field_map_list(r, status, "conditions");
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const char *type = field_text(r, list->items[i], "type");
        const char *value = field_text(r, list->items[i], "status");
        if (type != NULL && strcmp(type, "Ready") == 0)
            return value != NULL && strcmp(value, "True") == 0;
    }
    return false;
}

static void read_taints(struct field_reader *r, const struct yaml_node *spec, struct node *out)
{
    const struct yaml_node *list = field_map_list(r, spec, "taints");
    struct taint *taints =
        arena_alloc(r->arena, ((list == NULL ? 0 : list->len) + 1) * sizeof taints[0]);
    for (size_t i = 0; list != NULL && i < list->len; i++)
        out->taints_len += taint_read(r, list->items[i], &taints[out->taints_len]);
    out->taints = taints;
}

bool node_object_read(struct field_reader *r, const struct object *o, bool ignores_state,
                      struct topology_node *out)
{
    const unsigned errors = diag_errors(r->diag);
    const struct yaml_node *spec = field_map(r, o->doc, "spec");
    const struct yaml_node *status = field_map(r, o->doc, "status");
    const struct label_map labels =
        label_map_read(r, field_text_map(r, field_map(r, o->doc, "metadata"), "labels"));
    struct node *n = arena_alloc(r->arena, sizeof *n);
    n->name = o->name;
    n->labels = labels.pairs;
    n->labels_len = labels.len;
    read_taints(r, spec, n);
    bool is_cordoned = false;
    field_bool(r, spec, "unschedulable", &is_cordoned);
    const struct resource_list list = resource_list_read(r, status, "allocatable");
    const struct pod_requests capacity = amounts_of(r, &list);
    *out =
        (struct topology_node){.node = n,
                               .is_usable = ignores_state || (is_ready(r, status) && !is_cordoned),
                               .capacity = capacity.items,
                               .capacity_len = capacity.len};
    return diag_errors(r->diag) == errors;
}

bool pod_object_read(struct field_reader *r, const struct object *o, struct bound_pod *out)
{
    struct pod_template t;
    *out = (struct bound_pod){0};
    if (!pod_template_read(r, o->doc, &t))
        return false;
    const char *phase = field_text(r, field_map(r, o->doc, "status"), "phase");
    if (phase != NULL && (strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0))
        return true;
    const struct resource_list list = pod_template_requests(&t, r->arena);
    out->requests = amounts_of(r, &list);
    out->node = field_text(r, t.spec, "nodeName");
    return true;
}
