/* What may not change in a Workload. */
#include "policies/kueue/validate.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"

#include <inttypes.h>
#include <string.h>

#define IMMUTABLE   "field is immutable"
#define ADMISSION   "status.admission"
#define RECLAIMABLE "status.reclaimablePods"
#define GATED_BY    "kueue.x-k8s.io/admission-gated-by"

/* One without a name is called otherwise. */
static const struct yaml_node *item_called(const struct yaml_node *list, const char *name,
                                           const char *otherwise)
{
    for (size_t i = 0; i < tree_len(list); i++)
        if (strcmp(tree_text(list->items[i], "name", otherwise), name) == 0)
            return list->items[i];
    return NULL;
}

static const struct yaml_node *item_named(const struct yaml_node *list, const char *name)
{
    return item_called(list, name, "main");
}

/* --- pod sets --- */

/* Elastic jobs may shrink. */
static void check_pod_set(struct refusals *r, const struct yaml_node *n,
                          const struct yaml_node *old, const char *field, const struct gates *gates)
{
    const int64_t count = tree_int(n, "count", 1), was = tree_int(old, "count", 1);
    if (gates_on(gates, GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES) && count < was)
        n = tree_with(r->arena, n, "count", tree_get(old, "count"));
    if (tree_equal(n, old))
        return;
    if (tree_get(n, "template.metadata") == NULL) /* Kueue always shows it */
        n = tree_with(r->arena, n, "template.metadata", tree_empty_map(r->arena, n));
    refuse_node(r, n, field, IMMUTABLE);
}

static void check_pod_sets(struct refusals *r, const struct yaml_node *doc,
                           const struct yaml_node *old, const struct gates *gates)
{
    const struct yaml_node *list = tree_get(doc, "spec.podSets");
    const struct yaml_node *was = tree_get(old, "spec.podSets");
    if (tree_len(list) != tree_len(was)) {
        refuse_node(r, list, "spec.podSets", IMMUTABLE);
        return;
    }
    for (size_t i = 0; i < tree_len(list); i++)
        check_pod_set(r, list->items[i], was->items[i],
                      arena_printf(r->arena, "spec.podSets.%zu", i), gates);
}

/* --- reclaimable pods --- */

static bool is_scaled_down(const struct yaml_node *doc, const char *name, const struct gates *gates)
{
    const struct yaml_node *assigned =
        item_named(tree_get(doc, ADMISSION ".podSetAssignments"), name);
    return is_elastic(doc, gates) && tree_get(assigned, "count") != NULL &&
           tree_int(assigned, "count", 0) >
               tree_int(item_named(tree_get(doc, "spec.podSets"), name), "count", 1);
}

static bool same_counts(const struct yaml_node *a, const struct yaml_node *b)
{
    if (tree_len(a) != tree_len(b))
        return false;
    for (size_t i = 0; i < tree_len(a); i++) {
        const struct yaml_node *other = item_named(b, tree_text(a->items[i], "name", ""));
        if (other == NULL || tree_int(other, "count", 0) != tree_int(a->items[i], "count", 0))
            return false;
    }
    return true;
}

static void check_reclaimable(struct refusals *r, const struct yaml_node *doc,
                              const struct yaml_node *old, const struct gates *gates)
{
    const struct yaml_node *list = tree_get(doc, RECLAIMABLE), *was = tree_get(old, RECLAIMABLE);
    if (same_counts(list, was))
        return;
    for (size_t i = 0; tree_len(was) > 0 && i < tree_len(list); i++) {
        const char *name = tree_text(list->items[i], "name", "");
        const struct yaml_node *before = item_named(was, name);
        const int64_t count = tree_int(list->items[i], "count", 0);
        const int64_t least = tree_int(before, "count", 0);
        if (before != NULL && count < least && !is_scaled_down(doc, name, gates))
            refuse_number(r, list->items[i], arena_printf(r->arena, RECLAIMABLE "[%s].count", name),
                          count, arena_printf(r->arena, "cannot be less than %" PRId64, least));
    }
    for (size_t i = 0; i < tree_len(was); i++) {
        const char *name = tree_text(was->items[i], "name", "");
        if (item_named(list, name) == NULL && !is_scaled_down(doc, name, gates))
            refuse_missing(r, list == NULL ? doc : list,
                           arena_printf(r->arena, RECLAIMABLE "[%s]", name), "cannot be removed");
    }
}

/* --- admission --- */

/* Without where its pods are: that may change with topology-aware scheduling. */
static const struct yaml_node *without_places(struct arena *a, const struct yaml_node *admission)
{
    const struct yaml_node *list = tree_get(admission, "podSetAssignments");
    const size_t len = tree_len(list);
    const struct yaml_node **items = arena_alloc(a, (len + 1) * sizeof items[0]);
    for (size_t i = 0; i < len; i++)
        items[i] = tree_without_key(a, tree_without_key(a, list->items[i], "topologyAssignment"),
                                    "delayedTopologyRequest");
    return len == 0 ? admission
                    : tree_with(a, admission, "podSetAssignments", tree_list(a, items, len, list));
}

static void check_admission(struct refusals *r, const struct yaml_node *doc,
                            const struct yaml_node *old, const struct gates *gates)
{
    const struct yaml_node *n = tree_get(doc, ADMISSION), *was = tree_get(old, ADMISSION);
    if (n == NULL || was == NULL)
        return;
    const bool ignores_places =
        gates_on(gates, GATE_TOPOLOGY_AWARE_SCHEDULING) &&
        tree_len(tree_get(n, "podSetAssignments")) == tree_len(tree_get(was, "podSetAssignments"));
    if (ignores_places ? !tree_equal(without_places(r->arena, n), without_places(r->arena, was))
                       : !tree_equal(n, was))
        refuse_node(r, n, ADMISSION, IMMUTABLE);
}

/* --- checks --- */

static bool is_ready(const struct yaml_node *check)
{
    return strcmp(tree_text(check, "state", ""), "Ready") == 0;
}

static void check_updates(struct refusals *r, const struct yaml_node *doc,
                          const struct yaml_node *old)
{
    const struct yaml_node *list = tree_get(doc, "status.admissionChecks");
    const struct yaml_node *was = tree_get(old, "status.admissionChecks");
    for (size_t i = 0; i < tree_len(was); i++) {
        const struct yaml_node *now = item_called(list, tree_text(was->items[i], "name", ""), "");
        const struct yaml_node *updates = tree_get(now, "podSetUpdates");
        if (now != NULL && is_ready(now) && is_ready(was->items[i]) &&
            !tree_equal(updates, tree_get(was->items[i], "podSetUpdates")))
            refuse_node(r, updates == NULL ? now : updates,
                        arena_printf(r->arena, "status.admissionChecks[%zu].podSetUpdates", i),
                        IMMUTABLE);
    }
}

static void check_cluster_name(struct refusals *r, const struct yaml_node *doc,
                               const struct yaml_node *old, const struct gates *gates)
{
    const struct yaml_node *name = tree_get(doc, "status.clusterName");
    const struct yaml_node *nominated = tree_get(old, "status.nominatedClusterNames");
    const struct yaml_node *annotations = tree_get(doc, "metadata.annotations");
    if (name == NULL || tree_get(old, "status.clusterName") != NULL ||
        (gates_on(gates, GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES) &&
         yaml_get(annotations, "kueue.x-k8s.io/workload-slice-replacement-for") != NULL))
        return;
    for (size_t i = 0; i < tree_len(nominated); i++)
        if (strcmp(node_text(nominated->items[i]), node_text(name)) == 0)
            return;
    refuse_text(r, name, "status.clusterName", node_text(name),
                "when setting clusterName it must be one of the nominatedClusterNames");
}

/* --- gates --- */

static bool has_gate(const char *list, const char *gate, size_t len)
{
    for (const char *at = list;; at++) {
        const size_t all = strcspn(at, ",");
        if (all == len && strncmp(at, gate, len) == 0)
            return true;
        at += all;
        if (*at == '\0')
            return false;
    }
}

static void check_gates(struct refusals *r, const struct yaml_node *doc,
                        const struct yaml_node *old)
{
    static const char field[] = "metadata.annotations[" GATED_BY "]";
    const struct yaml_node *n = field_get(tree_get(doc, "metadata.annotations"), GATED_BY);
    const char *text = node_text(n);
    const char *was = node_text(field_get(tree_get(old, "metadata.annotations"), GATED_BY));
    if (text[0] == '\0')
        return;
    if (was[0] == '\0') {
        refuse_forbidden(r, n, field, "cannot add admission gate after creation");
        return;
    }
    for (const char *at = text;; at++) {
        const size_t len = strcspn(at, ",");
        if (!has_gate(was, at, len)) {
            refuse_forbidden(r, n, field, "can only remove gates, not add new ones");
            return;
        }
        at += len;
        if (*at == '\0')
            return;
    }
}

void workload_validate_update(const struct yaml_node *doc, const struct yaml_node *old,
                              const struct gates *gates, struct refusals *r)
{
    const bool held = has_condition(old, "QuotaReserved");
    if (held)
        check_pod_sets(r, doc, old, gates);
    if (held && has_condition(doc, "QuotaReserved"))
        check_reclaimable(r, doc, old, gates);
    check_admission(r, doc, old, gates);
    check_updates(r, doc, old);
    check_cluster_name(r, doc, old, gates);
    if (gates_on(gates, GATE_ADMISSION_GATED_BY))
        check_gates(r, doc, old);
}
