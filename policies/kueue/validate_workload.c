/* Rules of a Workload, old or new. */
#include "policies/kueue/validate.h"

#include "models/kubernetes/tree.h"
#include "models/resource.h"
#include "policies/kueue/kube_syntax.h"
#include "sim/arena.h"

#include <inttypes.h>
#include <string.h>

#define NEGATIVE    "must be greater than or equal to 0"
#define GATED_BY    "kueue.x-k8s.io/admission-gated-by"
#define BOOST       "kueue.x-k8s.io/priority-boost"
#define ANNOTATION  "metadata.annotations"
#define GATED_FIELD ANNOTATION "[" GATED_BY "]"
#define ADMISSION   "status.admission"
#define RECLAIMABLE "status.reclaimablePods"

enum { LONGEST_GATE = 63, LONGEST_REASON = 1024, LONGEST_MESSAGE = 32768 };

static const struct yaml_node *annotation(const struct yaml_node *doc, const char *key)
{
    return field_get(tree_get(doc, ANNOTATION), key);
}

bool is_elastic(const struct yaml_node *doc, const struct gates *gates)
{
    return gates_on(gates, GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES) &&
           strcmp(node_text(annotation(doc, "kueue.x-k8s.io/elastic-job")), "true") == 0;
}

/* --- conditions --- */

bool has_condition(const struct yaml_node *doc, const char *type)
{
    const struct yaml_node *list = tree_get(doc, "status.conditions");
    for (size_t i = 0; i < tree_len(list); i++)
        if (strcmp(tree_text(list->items[i], "type", ""), type) == 0)
            return strcmp(tree_text(list->items[i], "status", ""), "True") == 0;
    return false;
}

static bool is_reason(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char inner[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_,:";
    const size_t len = strlen(text);
    return strchr(letters, text[0]) != NULL && strspn(text, inner) == len &&
           strchr(",:", text[len - 1]) == NULL;
}

static void check_reason(struct refusals *r, const struct yaml_node *n, const char *base)
{
    const char *reason = tree_text(n, "reason", "");
    const char *field = arena_printf(r->arena, "%s.reason", base);
    if (reason[0] == '\0') {
        refuse_missing(r, n, field, "");
        return;
    }
    if (!is_reason(reason))
        refuse_text(r, n, field, reason,
                    "a condition reason must start with alphabetic character, optionally followed "
                    "by a string of alphanumeric characters or '_,:', and must end with an "
                    "alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  "
                    "or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is "
                    "'[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')");
    if (strlen(reason) > LONGEST_REASON)
        refusals_add(r, (struct refusal){REFUSED_TOO_LONG, field, NULL,
                                         "may not be more than 1024 bytes", n});
}

static void check_condition(struct refusals *r, const struct yaml_node *n, const char *base)
{
    static const char *const states[] = {"False", "True", "Unknown", NULL};
    const char *type = tree_text(n, "type", ""), *status = tree_text(n, "status", "");
    const struct syntax s = syntax_label_key(r->arena, type);
    refuse_syntax(r, n, arena_printf(r->arena, "%s.type", base), type, &s);
    if (strcmp(status, states[0]) != 0 && strcmp(status, states[1]) != 0 &&
        strcmp(status, states[2]) != 0)
        refuse_unsupported(r, n, arena_printf(r->arena, "%s.status", base), status, states);
    if (tree_int(n, "observedGeneration", 0) < 0)
        refuse_number(r, n, arena_printf(r->arena, "%s.observedGeneration", base),
                      tree_int(n, "observedGeneration", 0),
                      "must be greater than or equal to zero");
    if (tree_get(n, "lastTransitionTime") == NULL)
        refuse_missing(r, n, arena_printf(r->arena, "%s.lastTransitionTime", base), "");
    check_reason(r, n, base);
    if (strlen(tree_text(n, "message", "")) > LONGEST_MESSAGE)
        refusals_add(r,
                     (struct refusal){REFUSED_TOO_LONG, arena_printf(r->arena, "%s.message", base),
                                      NULL, "may not be more than 32768 bytes", n});
}

void check_conditions(struct refusals *r, const struct yaml_node *list, const char *field)
{
    for (size_t i = 0; i < tree_len(list); i++) {
        const char *base = arena_printf(r->arena, "%s[%zu]", field, i);
        const char *type = tree_text(list->items[i], "type", "");
        bool is_twin = false;
        for (size_t k = 0; k < i; k++)
            is_twin |= strcmp(tree_text(list->items[k], "type", ""), type) == 0;
        if (is_twin)
            refuse_twin(r, list->items[i], arena_printf(r->arena, "%s.type", base), type);
        check_condition(r, list->items[i], base);
    }
}

/* --- pod sets --- */

static void check_amounts(struct refusals *r, const struct yaml_node *map, const char *field,
                          const struct gates *gates)
{
    for (size_t i = 0; i < tree_pairs(map); i++) {
        const char *name = map->pairs[i].key->text;
        const struct yaml_node *amount = map->pairs[i].value;
        const char *at = arena_printf(r->arena, "%s[%s]", field, name);
        struct quantity_kubernetes q;
        if (strcmp(name, "pods") == 0)
            refuse_text(r, map->pairs[i].key, at, "pods",
                        "the key is reserved for internal kueue use");
        if (gates_on(gates, GATE_WORKLOAD_VALIDATE_RESOURCES_ARE_NON_NEGATIVE) &&
            quantity_of(amount, &q) && q.nano < 0)
            refuse_text(r, amount, at, node_text(amount), NEGATIVE);
    }
}

static void check_resources(struct refusals *r, const struct yaml_node *holder, const char *field,
                            const struct gates *gates)
{
    check_amounts(r, tree_get(holder, "resources.requests"),
                  arena_printf(r->arena, "%s.resources.requests", field), gates);
    check_amounts(r, tree_get(holder, "resources.limits"),
                  arena_printf(r->arena, "%s.resources.limits", field), gates);
}

static void check_slices(struct refusals *r, const struct yaml_node *n, const char *base)
{
    const struct yaml_node *topology = tree_get(n, "podSetSliceRequiredTopology");
    const struct yaml_node *size = tree_get(n, "podSetSliceSize");
    const struct yaml_node *layers = tree_get(n, "podsetSliceRequiredTopologyConstraints");
    const char *field = arena_printf(r->arena, "%s.podSetSliceSize", base);
    if (topology != NULL && size == NULL)
        refuse_missing(r, n, field, "must be set when podSetSliceRequiredTopology is specified");
    if (topology != NULL && size != NULL && tree_int(size, NULL, 1) <= 0)
        refuse_number(r, size, field, tree_int(size, NULL, 1), "must be greater than 0");
    if (topology == NULL && size != NULL)
        refuse_forbidden(r, size, field,
                         "may not be set when podSetSliceRequiredTopology is not specified");
    for (size_t i = 0; i < tree_len(layers); i++)
        if (tree_int(layers->items[i], "size", 0) <= 0)
            refuse_number(r, layers->items[i],
                          arena_printf(r->arena,
                                       "%s.podsetSliceRequiredTopologyConstraints[%zu].size", base,
                                       i),
                          tree_int(layers->items[i], "size", 0), "must be greater than 0");
}

static void check_pod_set(struct refusals *r, const struct yaml_node *n, const char *base,
                          const struct gates *gates)
{
    static const char *const lists[] = {"initContainers", "containers"};
    const struct yaml_node *template = tree_get(n, "template");
    if (gates_on(gates, GATE_WORKLOAD_VALIDATION_FOR_POD_SET_METADATA)) {
        check_labels(r, tree_get(template, "metadata.labels"),
                     arena_printf(r->arena, "%s.template.metadata.labels", base));
        check_annotations(r, tree_get(template, ANNOTATION),
                          arena_printf(r->arena, "%s.template.metadata.annotations", base));
    }
    const struct yaml_node *spec = tree_get(template, "spec");
    for (size_t l = 0; l < 2; l++) {
        const struct yaml_node *list = tree_get(spec, lists[l]);
        for (size_t i = 0; i < tree_len(list); i++)
            check_resources(r, list->items[i],
                            arena_printf(r->arena, "%s.template.spec.%s[%zu]", base, lists[l], i),
                            gates);
    }
    check_resources(r, spec, arena_printf(r->arena, "%s.template.spec", base), gates);
    if (gates_on(gates, GATE_TAS_VALIDATE_WORKLOAD_SLICE_SIZE))
        check_slices(r, tree_get(n, "topologyRequest"),
                     arena_printf(r->arena, "%s.topologyRequest", base));
}

static void check_pod_sets(struct refusals *r, const struct yaml_node *doc,
                           const struct gates *gates)
{
    const struct yaml_node *list = tree_get(doc, "spec.podSets");
    int64_t variable = 0;
    for (size_t i = 0; i < tree_len(list); i++) {
        check_pod_set(r, list->items[i], arena_printf(r->arena, "spec.podSets[%zu]", i), gates);
        variable += tree_get(list->items[i], "minCount") != NULL;
    }
    if (variable > 1)
        refuse_number(r, list, "spec.podSets", variable, "at most one podSet can use minCount");
    if (variable > 0 && is_elastic(doc, gates))
        refuse_number(r, list, "spec.podSets", variable,
                      "partial admission and elastic job cannot be used together");
}

static const struct yaml_node *pod_set_named(const struct yaml_node *doc, const char *name)
{
    const struct yaml_node *list = tree_get(doc, "spec.podSets");
    for (size_t i = 0; i < tree_len(list); i++)
        if (strcmp(tree_text(list->items[i], "name", "main"), name) == 0)
            return list->items[i];
    return NULL;
}

/* As they stand; ends with NULL. */
static const char *const *pod_set_names(struct arena *a, const struct yaml_node *doc)
{
    const struct yaml_node *list = tree_get(doc, "spec.podSets");
    const char **names = arena_alloc(a, (tree_len(list) + 1) * sizeof names[0]);
    for (size_t i = 0; i < tree_len(list); i++)
        names[i] = tree_text(list->items[i], "name", "main");
    return names;
}

static const char *const *sorted(struct arena *a, const char *const *names)
{
    size_t len = 0;
    while (names[len] != NULL)
        len++;
    const char **copy = arena_copy(a, names, (len + 1) * sizeof names[0]);
    for (size_t i = 1; i < len; i++)
        for (size_t k = i; k > 0 && strcmp(copy[k], copy[k - 1]) < 0; k--) {
            const char *swap = copy[k];
            copy[k] = copy[k - 1];
            copy[k - 1] = swap;
        }
    return copy;
}

/* --- status --- */

static void check_usage(struct refusals *r, const struct yaml_node *n, const char *base)
{
    const struct yaml_node *usage = tree_get(n, "resourceUsage");
    const int64_t count = tree_int(n, "count", 0);
    struct quantity_kubernetes q;
    for (size_t i = 0; count > 0 && i < tree_pairs(usage); i++) {
        const char *name = usage->pairs[i].key->text;
        if (!quantity_of(usage->pairs[i].value, &q))
            continue;
        if ((strcmp(name, "cpu") == 0 ? q.milli : q.units) % count != 0)
            refuse_text(r, usage->pairs[i].value,
                        arena_printf(r->arena, "%s.resourceUsage[%s]", base, name),
                        node_text(usage->pairs[i].value),
                        arena_printf(r->arena, "is not a multiple of %" PRId64, count));
    }
}

static void check_admission(struct refusals *r, const struct yaml_node *doc,
                            const struct yaml_node *old)
{
    const struct yaml_node *n = tree_get(doc, ADMISSION);
    const struct yaml_node *list = tree_get(n, "podSetAssignments");
    const bool was_so =
        old != NULL && has_condition(old, "QuotaReserved") && tree_get(old, ADMISSION) == NULL;
    if (n == NULL && !was_so)
        refuse_missing(r, tree_get(doc, "status"), ADMISSION,
                       "must be set while the QuotaReserved condition is true");
    for (size_t i = 0; i < tree_len(list); i++) {
        const char *base = arena_printf(r->arena, ADMISSION ".podSetAssignments[%zu]", i);
        const char *name = tree_text(list->items[i], "name", "main");
        if (pod_set_named(doc, name) == NULL)
            refusals_add(r, (struct refusal){REFUSED_NOT_FOUND,
                                             arena_printf(r->arena, "%s.name", base),
                                             text_json(r->arena, name), "", list->items[i]});
        check_usage(r, list->items[i], base);
    }
}

/* Whether the old elastic workload had the same count already. */
static bool is_stale(const struct yaml_node *old, const struct yaml_node *n)
{
    const struct yaml_node *list = tree_get(old, RECLAIMABLE);
    for (size_t i = 0; i < tree_len(list); i++)
        if (strcmp(tree_text(list->items[i], "name", ""), tree_text(n, "name", "")) == 0 &&
            tree_int(list->items[i], "count", 0) == tree_int(n, "count", 0))
            return true;
    return false;
}

static void check_reclaimable(struct refusals *r, const struct yaml_node *doc,
                              const struct yaml_node *old, const struct gates *gates)
{
    const struct yaml_node *list = tree_get(doc, RECLAIMABLE);
    for (size_t i = 0; i < tree_len(list); i++) {
        const char *name = tree_text(list->items[i], "name", "");
        const char *base = arena_printf(r->arena, RECLAIMABLE "[%s]", name);
        const struct yaml_node *set = pod_set_named(doc, name);
        const int64_t count = tree_int(list->items[i], "count", 0);
        const int64_t most = tree_int(set, "count", 1);
        if (set == NULL)
            refuse_unsupported(r, list->items[i], arena_printf(r->arena, "%s.name", base), name,
                               pod_set_names(r->arena, doc));
        else if (count > most && !(is_elastic(doc, gates) && is_stale(old, list->items[i])))
            refuse_number(r, list->items[i], arena_printf(r->arena, "%s.count", base), count,
                          arena_printf(r->arena, "should be less or equal to %" PRId64, most));
    }
}

static void check_updates(struct refusals *r, const struct yaml_node *doc,
                          const struct yaml_node *list, const char *field)
{
    for (size_t i = 0; i < tree_len(list); i++) {
        const struct yaml_node *n = list->items[i];
        const char *base = arena_printf(r->arena, "%s[%zu]", field, i);
        const char *name = tree_text(n, "name", "");
        if (pod_set_named(doc, name) == NULL)
            refuse_unsupported(r, n, arena_printf(r->arena, "%s.name", base), name,
                               sorted(r->arena, pod_set_names(r->arena, doc)));
        check_tolerations(r, tree_get(n, "tolerations"),
                          arena_printf(r->arena, "%s.tolerations", base));
        check_annotations(r, tree_get(n, "annotations"),
                          arena_printf(r->arena, "%s.annotations", base));
        check_labels(r, tree_get(n, "nodeSelector"),
                     arena_printf(r->arena, "%s.nodeSelector", base));
        check_labels(r, tree_get(n, "labels"), arena_printf(r->arena, "%s.labels", base));
    }
}

/* --- annotations --- */

void check_admission_gates(struct refusals *r, const struct yaml_node *doc)
{
    const struct yaml_node *n = annotation(doc, GATED_BY);
    const char *text = node_text(n);
    for (const char *at = text; *text != '\0';) {
        const size_t all = strcspn(at, ",");
        const char *first = at + strspn(at, " \t");
        size_t len = first < at + all ? (size_t)(at + all - first) : 0;
        while (len > 0 && strchr(" \t", first[len - 1]) != NULL)
            len--;
        const char *gate = arena_text(r->arena, first, len);
        bool is_twin = false;
        for (const char *k = text; k < at && !is_twin; k += strcspn(k, ",") + 1)
            is_twin = strncmp(k + strspn(k, " \t"), gate, len) == 0 &&
                      strchr(", \t", k[strspn(k, " \t") + len]) != NULL;
        if (len == 0) {
            refuse_text(r, n, GATED_FIELD, text, "cannot contain empty gate names");
        } else if (is_twin) {
            refuse_text(r, n, GATED_FIELD, text,
                        arena_printf(r->arena, "duplicate gate name: %s", gate));
        } else {
            check_domain_prefixed_path(r, n, GATED_FIELD, gate);
            if (len > LONGEST_GATE)
                refusals_add(r, (struct refusal){REFUSED_TOO_LONG, GATED_FIELD, NULL,
                                                 "may not be more than 63 bytes", n});
        }
        if (at[all] == '\0')
            break;
        at += all + 1;
    }
}

static void check_boost(struct refusals *r, const struct yaml_node *doc)
{
    const struct yaml_node *n = annotation(doc, BOOST);
    int64_t value;
    const char *why;
    if (n == NULL)
        return;
    const char *digits = node_text(n);
    digits += *digits == '+' && digits[1] != '-';
    if (node_text(n)[0] == '\0')
        refuse_text(r, n, ANNOTATION "[" BOOST "]", "",
                    "must be a valid signed integer; use \"0\" explicitly, empty string is not "
                    "allowed");
    else if (!quantity_int(digits, &value, &why) || value < INT32_MIN || value > INT32_MAX)
        refuse_text(r, n, ANNOTATION "[" BOOST "]", node_text(n), "must be a valid signed integer");
}

/* --- all --- */

void workload_validate(const struct yaml_node *doc, const struct yaml_node *old,
                       const struct gates *gates, struct refusals *r)
{
    const struct yaml_node *checks = tree_get(doc, "status.admissionChecks");
    check_pod_sets(r, doc, gates);
    if (has_condition(doc, "QuotaReserved"))
        check_admission(r, doc, old);
    check_conditions(r, tree_get(doc, "status.conditions"), "status.conditions");
    check_reclaimable(r, doc, old, gates);
    for (size_t i = 0; i < tree_len(checks); i++)
        check_updates(r, doc, tree_get(checks->items[i], "podSetUpdates"),
                      arena_printf(r->arena, "status.admissionChecks[%zu].podSetUpdates", i));
    if (gates_on(gates, GATE_ADMISSION_GATED_BY))
        check_admission_gates(r, doc);
    if (gates_on(gates, GATE_PRIORITY_BOOST))
        check_boost(r, doc);
    if (old != NULL)
        workload_validate_update(doc, old, gates, r);
}
