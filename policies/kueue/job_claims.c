#include "policies/kueue/job_claims.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"
#include "sim/intern.h"

#include <string.h>

#define NANO          1000000000
#define CLASS_PREFIX  "deviceclass.resource.kubernetes.io/"
#define GROUP         "resource.k8s.io"
#define TEMPLATE_KIND "ResourceClaimTemplate"

/* The mapping that has the class; NULL: none. */
static const struct yaml_node *mapping_of(const struct claim_counter *c, const char *class)
{
    for (size_t i = 0; i < tree_len(c->mappings); i++) {
        const struct yaml_node *names = tree_get(c->mappings->items[i], "deviceClassNames");
        for (size_t k = 0; k < tree_len(names); k++)
            if (strcmp(tree_text(names->items[k], NULL, ""), class) == 0)
                return c->mappings->items[i];
    }
    return NULL;
}

/* --- claims --- */

struct claim {
    struct claim_counter *c;
    struct refusals *r;
    const struct yaml_node *at;
    const char *field; /* spec.podSets[0].template.spec.resourceClaims[0] */
    const char *set, *template;
};

static void refuse_request(const struct claim *k, const char *field, const char *value,
                           const char *detail)
{
    refusals_add(
        k->r, (struct refusal){
                  REFUSED_INVALID, arena_printf(k->r->arena, "%s.%s", k->field, field), value,
                  arena_printf(k->r->arena, TEMPLATE_KIND " %s: %s", k->template, detail), k->at});
}

/* Whether the request counts; its class, and how many devices. */
static bool read_request(const struct claim *k, const struct yaml_node *n, size_t i,
                         const char **class, int64_t *count)
{
    struct arena *a = k->r->arena;
    const struct yaml_node *exactly = tree_get(n, "exactly");
    const char *field = arena_printf(a, "devices.requests[%zu]", i);
    const char *mode = tree_text(exactly, "allocationMode", "ExactCount");
    if (tree_get(n, "firstAvailable") != NULL) {
        refuse_request(k, field, "null", "FirstAvailable device selection is not supported");
        return false;
    }
    if (exactly == NULL) {
        refuse_request(k, field, "null", "Exactly must be set if FirstAvailable is nil");
        return false;
    }
    if (tree_bool(exactly, "adminAccess", false))
        return false;
    field = arena_printf(a, "%s.exactly.allocationMode", field);
    if (strcmp(mode, "ExactCount") != 0) {
        refuse_request(k, field, text_json(a, mode),
                       strcmp(mode, "All") == 0
                           ? "AllocationMode 'All' is not supported"
                           : arena_printf(a, "unsupported allocation mode: %s", mode));
        return false;
    }
    *class = tree_text(exactly, "deviceClassName", "");
    *count = tree_int(exactly, "count", 1);
    return (*class)[0] != '\0';
}

static bool counts_otherwise(const struct claim *k, const struct yaml_node *mapping)
{
    const struct yaml_node *sources = tree_get(mapping, "sources");
    for (size_t i = 0; i < tree_len(sources); i++)
        if ((tree_get(sources->items[i], "counter") != NULL &&
             gates_on(k->c->gates, GATE_KUEUE_DRA_INTEGRATION_PARTITIONABLE_DEVICES)) ||
            (tree_get(sources->items[i], "capacity") != NULL &&
             gates_on(k->c->gates, GATE_KUEUE_DRA_INTEGRATION_CONSUMABLE_CAPACITY)))
            return true;
    return false;
}

static void add_devices(const struct claim *k, const char *class, int64_t count,
                        struct resource_list *l)
{
    struct arena *a = k->r->arena;
    const struct yaml_node *mapping = mapping_of(k->c, class);
    struct resource_list one = {0};
    if (mapping == NULL) {
        refusals_add(
            k->r, (struct refusal){REFUSED_NOT_FOUND,
                                   arena_printf(a, "%s.resourceClaimTemplateName", k->field),
                                   text_json(a, arena_printf(a,
                                                             "DeviceClass %s is not mapped in DRA "
                                                             "configuration for podset %s",
                                                             class, k->set)),
                                   "", k->at});
        return;
    }
    if (counts_otherwise(k, mapping))
        return;
    resource_list_set(&one, k->c->f.arena,
                      intern_add(k->c->f.resources, tree_text(mapping, "name", "")),
                      (int128)count * NANO);
    resource_list_add(l, k->c->f.arena, &one);
}

static void add_claim(const struct claim *k, struct resource_list *l)
{
    struct arena *a = k->r->arena;
    const struct object *o =
        object_set_find(k->c->objects, GROUP, TEMPLATE_KIND, k->c->namespace, k->template);
    const struct yaml_node *requests =
        o == NULL ? NULL : tree_get(o->doc, "spec.spec.devices.requests");
    if (o == NULL)
        refusals_add(k->r,
                     (struct refusal){REFUSED_INTERNAL, k->field, NULL,
                                      arena_printf(a,
                                                   "failed to get claim spec for " TEMPLATE_KIND
                                                   " %s in podset %s: resourceclaimtemplates."
                                                   "resource.k8s.io \"%s\" not found",
                                                   k->template, k->set, k->template),
                                      k->at});
    for (size_t i = 0; i < tree_len(requests); i++) {
        const char *class;
        int64_t count;
        if (read_request(k, requests->items[i], i, &class, &count))
            add_devices(k, class, count, l);
    }
}

void job_claims_add(struct claim_counter *c, const struct yaml_node *pod_set, size_t i,
                    struct resource_list *l, struct refusals *r)
{
    const struct yaml_node *list = tree_get(pod_set, "template.spec.resourceClaims");
    if (tree_len(c->mappings) == 0 || !gates_on(c->gates, GATE_KUEUE_DRA_INTEGRATION))
        return;
    for (size_t k = 0; k < tree_len(list); k++) {
        const char *name = tree_text(list->items[k], "resourceClaimTemplateName", NULL);
        const struct claim claim = {
            .c = c,
            .r = r,
            .at = list->items[k],
            .field =
                arena_printf(r->arena, "spec.podSets[%zu].template.spec.resourceClaims[%zu]", i, k),
            .set = tree_text(pod_set, "name", "main"),
            .template = name};
        if (name != NULL)
            add_claim(&claim, l);
    }
}

/* --- extended resources --- */

/* The class a resource's name stands for; NULL: none. */
static const char *class_of(const struct claim_counter *c, const char *resource)
{
    if (strncmp(resource, CLASS_PREFIX, strlen(CLASS_PREFIX)) == 0)
        return resource + strlen(CLASS_PREFIX);
    const struct object *o = NULL;
    while ((o = object_set_of_kind(c->objects, "DeviceClass", o)) != NULL)
        if (strcmp(o->group, GROUP) == 0 &&
            strcmp(tree_text(o->doc, "spec.extendedResourceName", ""), resource) == 0)
            return o->name;
    return NULL;
}

void job_claims_rename(struct claim_counter *c, struct resource_list *l)
{
    struct resource_list out = {0};
    if (tree_len(c->mappings) == 0 ||
        !gates_on(c->gates, GATE_KUEUE_DRA_INTEGRATION_EXTENDED_RESOURCE))
        return;
    for (uint32_t i = 0; i < l->len; i++) {
        const char *class = class_of(c, intern_text(c->f.resources, l->items[i].resource));
        const struct yaml_node *mapping = class == NULL ? NULL : mapping_of(c, class);
        struct resource_list one = {0};
        resource_list_set(&one, c->f.arena,
                          mapping == NULL
                              ? l->items[i].resource
                              : intern_add(c->f.resources, tree_text(mapping, "name", "")),
                          l->items[i].nano);
        resource_list_add(&out, c->f.arena, &one);
    }
    *l = out;
}
