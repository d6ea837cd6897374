/* What the API server itself refuses of Kueue's kinds, by their CRDs; and objects taken to v1beta2
 * with the CRDs' defaults. */
#include "policies/kueue/validate.h"

#include "models/kubernetes/object.h"
#include "models/kubernetes/tree.h"
#include "sim/arena.h"

#include <string.h>

#define GROUP  "kueue.x-k8s.io"
#define GROUPS "spec.resourceGroups"
#define HOST   "kubernetes.io/hostname"

static bool is_of(const struct object *o, const char *kind)
{
    return strcmp(o->group, GROUP) == 0 && strcmp(o->kind, kind) == 0;
}

/* --- bounds --- */

struct range {
    size_t least, most;
};

/* Where, from the object's root; "[]" are the items of a list on the way. */
struct bound {
    const char *kind, *list;
    struct range range;
};

static const struct bound bounds[] = {
    {"ClusterQueue", GROUPS, {0, 16}},
    {"ClusterQueue", "spec.admissionChecksStrategy.admissionChecks", {0, 64}},
    {"Cohort", GROUPS, {0, 16}},
    {"ResourceFlavor", "spec.nodeLabels", {0, 8}},
    {"ResourceFlavor", "spec.nodeTaints", {0, 8}},
    {"ResourceFlavor", "spec.tolerations", {0, 8}},
    {"Topology", "spec.levels", {1, 16}},
    {"Workload", "spec.podSets", {1, 18}},
};

static void check_length(struct refusals *r, const struct yaml_node *n, const struct yaml_node *at,
                         const char *field, struct range range)
{
    const size_t len = tree_len(n) + tree_pairs(n);
    if (len > range.most)
        refuse_too_many(r, n, field, len, (unsigned)range.most);
    if (len < range.least)
        refuse_number(r, n == NULL ? at : n, field, (int64_t)len,
                      arena_printf(r->arena, "should have at least %zu items", range.least));
}

static void check_bounds(struct refusals *r, const struct object *o)
{
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        if (is_of(o, bounds[i].kind))
            check_length(r, tree_get(o->doc, bounds[i].list), o->doc, bounds[i].list,
                         bounds[i].range);
}

/* --- groups --- */

static void check_flavor(struct refusals *r, const struct yaml_node *n, size_t covered,
                         const char *field)
{
    const struct yaml_node *list = tree_get(n, "resources");
    if (tree_len(list) != covered)
        refuse_number(r, list == NULL ? n : list, field, (int64_t)tree_len(list),
                      "flavors must have the same number of resources as the coveredResources");
    for (size_t i = 0; i < tree_len(list); i++)
        if (tree_get(list->items[i], "nominalQuota") == NULL)
            refuse_missing(r, list->items[i],
                           arena_printf(r->arena, "%s.resources[%zu].nominalQuota", field, i), "");
}

static void check_groups(struct refusals *r, const struct yaml_node *doc)
{
    const struct range some = {1, 64};
    const struct yaml_node *groups = tree_get(doc, GROUPS);
    for (size_t g = 0; g < tree_len(groups); g++) {
        const struct yaml_node *n = groups->items[g];
        const struct yaml_node *covered = tree_get(n, "coveredResources");
        const struct yaml_node *flavors = tree_get(n, "flavors");
        const char *field = arena_printf(r->arena, GROUPS "[%zu]", g);
        check_length(r, covered, n, arena_printf(r->arena, "%s.coveredResources", field), some);
        check_length(r, flavors, n, arena_printf(r->arena, "%s.flavors", field), some);
        for (size_t f = 0; f < tree_len(flavors); f++)
            check_flavor(r, flavors->items[f], tree_len(covered),
                         arena_printf(r->arena, "%s.flavors[%zu]", field, f));
    }
}

/* --- by kind --- */

static void check_topology(struct refusals *r, const struct yaml_node *doc)
{
    const struct yaml_node *list = tree_get(doc, "spec.levels");
    for (size_t i = 0; i < tree_len(list); i++) {
        const char *label = tree_text(list->items[i], "nodeLabel", "");
        const char *field = arena_printf(r->arena, "spec.levels[%zu].nodeLabel", i);
        bool is_twin = false;
        for (size_t k = 0; k < i; k++)
            is_twin |= strcmp(tree_text(list->items[k], "nodeLabel", ""), label) == 0;
        if (is_twin)
            refuse_text(r, list->items[i], field, label, "must be unique");
        if (strcmp(label, HOST) == 0 && i + 1 < list->len)
            refuse_text(r, list->items[i], field, label,
                        "the " HOST " label can only be used at the lowest level of topology");
    }
}

static void check_counts(struct refusals *r, const struct yaml_node *doc)
{
    const struct yaml_node *list = tree_get(doc, "spec.podSets");
    for (size_t i = 0; i < tree_len(list); i++) {
        const struct yaml_node *least = tree_get(list->items[i], "minCount");
        const int64_t count = tree_int(list->items[i], "count", 1);
        if (least != NULL && tree_int(least, NULL, 1) > count)
            refuse_number(r, least, arena_printf(r->arena, "spec.podSets[%zu].minCount", i),
                          tree_int(least, NULL, 1),
                          "minCount should be positive and less or equal to count");
    }
}

void crd_validate(const struct object *o, struct refusals *r)
{
    check_bounds(r, o);
    if (is_of(o, "ClusterQueue") || is_of(o, "Cohort"))
        check_groups(r, o->doc);
    if (is_of(o, "Topology"))
        check_topology(r, o->doc);
    if (is_of(o, "Workload"))
        check_counts(r, o->doc);
    if (is_of(o, "ResourceFlavor") && tree_get(o->doc, "spec.topologyName") != NULL &&
        tree_pairs(tree_get(o->doc, "spec.nodeLabels")) == 0)
        refuse_missing(r, tree_get(o->doc, "spec.topologyName"), "spec.nodeLabels",
                       "at least one nodeLabel is required when topology is set");
    if (is_of(o, "WorkloadPriorityClass") && tree_get(o->doc, "value") == NULL)
        refuse_missing(r, o->doc, "value", "");
    if (is_of(o, "AdmissionCheck") && tree_get(o->doc, "spec.controllerName") == NULL)
        refuse_missing(r, o->doc, "spec.controllerName", "");
}

/* --- v1beta2, with defaults --- */

static const struct yaml_node *upgrade(struct arena *a, const struct object *o)
{
    static const char *const searches[] = {"spec.flavorFungibility.whenCanBorrow",
                                           "spec.flavorFungibility.whenCanPreempt"};
    const struct yaml_node *doc = o->doc;
    const struct yaml_node *cohort = tree_get(doc, "spec.cohort");
    if (!is_of(o, "ClusterQueue"))
        return doc;
    if (cohort != NULL && tree_get(doc, "spec.cohortName") == NULL)
        doc = tree_with(a, doc, "spec.cohortName", cohort);
    for (size_t i = 0; i < 2; i++) {
        const char *text = tree_text(doc, searches[i], "");
        if (strcmp(text, "Borrow") == 0 || strcmp(text, "Preempt") == 0)
            doc = tree_with(a, doc, searches[i],
                            tree_scalar(a, "MayStopSearch", tree_get(doc, searches[i])));
    }
    if (tree_get(doc, "spec.preemption") != NULL) {
        doc = tree_or(a, doc, "spec.preemption.reclaimWithinCohort", "Never");
        doc = tree_or(a, doc, "spec.preemption.borrowWithinCohort.policy", "Never");
    }
    if (tree_get(doc, "spec.flavorFungibility") != NULL) {
        doc = tree_or(a, doc, searches[0], "MayStopSearch");
        doc = tree_or(a, doc, searches[1], "TryNextFlavor");
    }
    return doc;
}

bool kueue_object_check(struct field_reader *r, const struct object *o, const struct gates *gates)
{
    struct refusals refusals = {.arena = r->arena};
    if (strcmp(o->group, GROUP) != 0)
        return true;
    const struct yaml_node *doc = upgrade(r->arena, o);
    if (is_of(o, "ClusterQueue"))
        cluster_queue_validate(doc, NULL, gates, &refusals);
    else if (is_of(o, "Cohort"))
        cohort_validate(doc, &refusals);
    else if (is_of(o, "ResourceFlavor"))
        resource_flavor_validate(doc, &refusals);
    else if (is_of(o, "Workload"))
        workload_validate(doc, NULL, gates, &refusals);
    crd_validate(o, &refusals);
    refusals_report(&refusals, r->diag, arena_printf(r->arena, "%s %s", o->kind, o->name), o->doc);
    return refusals.len == 0;
}
