/* Rules of the Configuration: Kueue's pkg/config/validation.go. */
#include "policies/kueue/configuration.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/frameworks.h"
#include "policies/kueue/kube_syntax.h"
#include "sim/arena.h"

#include <string.h>

#define NEGATIVE    "must be greater than or equal to 0"
#define NAME_LABEL  "kubernetes.io/metadata.name"
#define PODS_READY  "waitForPodsReady"
#define REQUEUING   PODS_READY ".requeuingStrategy"
#define MULTI_KUEUE "multiKueue"
#define SELECTOR    "managedJobsNamespaceSelector"
#define DISPATCHER  MULTI_KUEUE ".incrementalDispatcherConfig"

/* --- durations and numbers --- */

static void check_duration(struct refusals *r, const struct yaml_node *tree, const char *path)
{
    const int64_t ns = configuration_duration(tree, path);
    if (ns < 0)
        refuse_text(r, tree_get(tree, path), path, go_duration_text(r->arena, ns), NEGATIVE);
}

static void check_count(struct refusals *r, const struct yaml_node *tree, const char *path)
{
    const int64_t value = tree_int(tree, path, 0);
    if (value < 0)
        refuse_number(r, tree_get(tree, path), path, value, NEGATIVE);
}

/* --- waitForPodsReady --- */

static void check_pods_ready(struct refusals *r, const struct yaml_node *tree,
                             const struct gates *gates)
{
    static const char *const timestamps[] = {"Creation", "Eviction", NULL};
    const struct yaml_node *n = tree_get(tree, PODS_READY);
    if (n == NULL || gates_on(gates, GATE_DISABLE_WAIT_FOR_PODS_READY))
        return;
    if (configuration_duration(tree, PODS_READY ".timeout") == 0)
        refuse_missing(r, n, PODS_READY ".timeout", "must be specified");
    check_duration(r, tree, PODS_READY ".timeout");
    check_duration(r, tree, PODS_READY ".recoveryTimeout");
    const struct yaml_node *timestamp = tree_get(tree, REQUEUING ".timestamp");
    if (timestamp != NULL && strcmp(node_text(timestamp), timestamps[0]) != 0 &&
        strcmp(node_text(timestamp), timestamps[1]) != 0)
        refuse_unsupported(r, timestamp, REQUEUING ".timestamp", node_text(timestamp), timestamps);
    check_count(r, tree, REQUEUING ".backoffLimitCount");
    check_count(r, tree, REQUEUING ".backoffBaseSeconds");
    check_count(r, tree, REQUEUING ".backoffMaxSeconds");
}

/* --- the selector of namespaces --- */

static bool requirement_matches(const struct yaml_node *n, const char *namespace, bool *is_wrong)
{
    const char *op = tree_text(n, "operator", ""), *key = tree_text(n, "key", "");
    const struct yaml_node *values = tree_get(n, "values");
    bool is_listed = false;
    const bool has_key = strcmp(key, NAME_LABEL) == 0;
    for (size_t i = 0; i < tree_len(values); i++)
        is_listed |= strcmp(node_text(values->items[i]), namespace) == 0;
    const bool is_in = strcmp(op, "In") == 0, is_not_in = strcmp(op, "NotIn") == 0;
    const bool exists = strcmp(op, "Exists") == 0, not_exists = strcmp(op, "DoesNotExist") == 0;
    if (is_in || is_not_in)
        *is_wrong |= tree_len(values) == 0;
    else
        *is_wrong |= (!exists && !not_exists) || tree_len(values) > 0;
    if (is_in)
        return has_key && is_listed;
    if (is_not_in)
        return !has_key || !is_listed;
    return exists ? has_key : !has_key;
}

/* Whether a namespace without labels of its own is meant. *is_wrong: the selector is none. */
static bool selector_means(const struct yaml_node *n, const char *namespace, bool *is_wrong)
{
    const struct yaml_node *labels = tree_get(n, "matchLabels");
    const struct yaml_node *rules = tree_get(n, "matchExpressions");
    bool matches = n != NULL;
    for (size_t i = 0; i < tree_pairs(labels); i++)
        matches &= strcmp(labels->pairs[i].key->text, NAME_LABEL) == 0 &&
                   strcmp(node_text(labels->pairs[i].value), namespace) == 0;
    for (size_t i = 0; i < tree_len(rules); i++)
        matches &= requirement_matches(rules->items[i], namespace, is_wrong);
    return matches;
}

static void check_selector(struct refusals *r, const struct yaml_node *tree)
{
    const struct yaml_node *n = tree_get(tree, SELECTOR);
    const char *const system[] = {"kube-system", tree_text(tree, "namespace", "")};
    bool is_wrong = false;
    const struct yaml_node *shown = n;
    if (n == NULL)
        return;
    if (tree_pairs(tree_get(n, "matchLabels")) == 0) /* what is empty Kueue does not show */
        shown = tree_without(r->arena, shown, "matchLabels");
    if (tree_len(tree_get(n, "matchExpressions")) == 0)
        shown = tree_without(r->arena, shown, "matchExpressions");
    check_label_selector(r, n, SELECTOR);
    selector_means(n, "", &is_wrong);
    for (size_t i = 0; i < 2 && !is_wrong; i++)
        if (system[i][0] != '\0' && selector_means(n, system[i], &is_wrong))
            refuse_node(r, shown, SELECTOR,
                        arena_printf(r->arena, "should not match the \"%s\" namespace", system[i]));
}

/* --- integrations --- */

static void check_external(struct refusals *r, const struct yaml_node *list, const char **seen,
                           size_t seen_len)
{
    for (size_t i = 0; i < tree_len(list); i++) {
        const char *field = arena_printf(r->arena, "integrations.externalFrameworks[%zu]", i);
        const char *text = node_text(list->items[i]);
        bool is_twin = false;
        if (!framework_kind_is_whole(text)) {
            refuse_text(r, list->items[i], field, text, "must be format, 'Kind.version.group.com'");
            continue;
        }
        for (size_t s = 0; s < seen_len; s++)
            is_twin |= strcmp(seen[s], text) == 0;
        if (is_twin)
            refuse_twin(r, list->items[i], field, text);
        else
            seen[seen_len++] = text;
    }
}

static void check_frameworks(struct refusals *r, const struct yaml_node *tree)
{
    const struct yaml_node *list = tree_get(tree, "integrations.frameworks");
    const struct yaml_node *more = tree_get(tree, "integrations.externalFrameworks");
    const char **seen =
        arena_alloc(r->arena, (tree_len(list) + tree_len(more) + 1) * sizeof seen[0]);
    size_t seen_len = 0;
    bool has_pods = false;
    for (size_t i = 0; i < list->len; i++) {
        const char *field = arena_printf(r->arena, "integrations.frameworks[%zu]", i);
        const char *text = node_text(list->items[i]);
        const struct framework *f = framework_find(text);
        bool is_twin = false;
        has_pods |= strcmp(text, "pod") == 0;
        if (f == NULL) {
            refuse_unsupported(r, list->items[i], field, text, framework_names(r->arena));
            continue;
        }
        for (size_t s = 0; s < seen_len; s++)
            is_twin |= strcmp(seen[s], f->kind) == 0;
        if (is_twin)
            refuse_twin(r, list->items[i], field, text);
        else
            seen[seen_len++] = f->kind;
    }
    check_external(r, more, seen, seen_len);
    if (has_pods && tree_get(tree, SELECTOR) == NULL)
        refuse_missing(r, tree, SELECTOR, "cannot be empty when pod integration is enabled");
    else if (has_pods)
        check_selector(r, tree);
}

static void check_integrations(struct refusals *r, const struct yaml_node *tree)
{
    const struct yaml_node *n = tree_get(tree, "integrations");
    if (n == NULL)
        refuse_missing(r, tree, "integrations", "cannot be empty");
    else if (tree_get(n, "frameworks") == NULL)
        refuse_missing(r, n, "integrations.frameworks", "cannot be empty");
    else
        check_frameworks(r, tree);
}

/* --- multiKueue --- */

static bool is_adapter(const struct yaml_node *tree, const char *kind)
{
    const struct yaml_node *list = tree_get(tree, "integrations.frameworks");
    for (size_t i = 0; i < tree_len(list); i++) {
        const struct framework *f = framework_find(node_text(list->items[i]));
        if (f != NULL && f->has_multi_kueue && strcmp(f->kind, kind) == 0)
            return true;
    }
    return false;
}

static void check_remote_frameworks(struct refusals *r, const struct yaml_node *tree)
{
    const struct yaml_node *list = tree_get(tree, MULTI_KUEUE ".externalFrameworks");
    for (size_t i = 0; i < tree_len(list); i++) {
        const char *field = arena_printf(r->arena, MULTI_KUEUE ".externalFrameworks[%zu].name", i);
        const struct yaml_node *at = tree_get(list->items[i], "name");
        const char *name = node_text(at);
        bool is_twin = false;
        if (!framework_kind_is_whole(name)) {
            refuse_text(r, at == NULL ? list->items[i] : at, field, name,
                        "must be in 'kind.version.group' format");
            continue;
        }
        for (size_t s = 0; s < i; s++)
            is_twin |= strcmp(tree_text(list->items[s], "name", ""), name) == 0;
        if (is_twin)
            refuse_twin(r, at, field, name);
        if (is_adapter(tree, name))
            refuse_text(r, at, field, name, "conflicts with a built-in MultiKueue adapter");
    }
}

static void check_provider(struct refusals *r, const struct yaml_node *n, const char *list)
{
    static const char *const modes[] = {"Never", "IfAvailable", "Always", NULL};
    const struct yaml_node *env = tree_get(n, "execConfig.env");
    const char *mode = tree_text(n, "execConfig.interactiveMode", "");
    const char *const exec = arena_printf(r->arena, "%s.execConfig", list);
    if (tree_text(n, "name", "")[0] == '\0')
        refuse_missing(r, n, arena_printf(r->arena, "%s.name", list), "must be specified");
    if (tree_text(n, "execConfig.command", "")[0] == '\0')
        refuse_missing(r, n, arena_printf(r->arena, "%s.command", exec), "must be specified");
    if (tree_text(n, "execConfig.apiVersion", "")[0] == '\0')
        refuse_missing(r, n, arena_printf(r->arena, "%s.apiVersion", exec), "must be specified");
    for (size_t i = 0; i < tree_len(env); i++)
        if (tree_text(env->items[i], "name", "")[0] == '\0')
            refuse_missing(r, env->items[i], arena_printf(r->arena, "%s.env.name", exec),
                           "must be specified");
    const char *field = arena_printf(r->arena, "%s.interactiveMode", exec);
    if (mode[0] == '\0')
        refuse_missing(r, n, field, "must be specified");
    else if (strcmp(mode, modes[0]) != 0 && strcmp(mode, modes[1]) != 0 &&
             strcmp(mode, modes[2]) != 0)
        refuse_unsupported(r, tree_get(n, "execConfig.interactiveMode"), field, mode, modes);
}

static void check_providers(struct refusals *r, const struct yaml_node *tree)
{
    const char *new_field = MULTI_KUEUE ".clusterProfile.accessProviders";
    const char *old_field = MULTI_KUEUE ".clusterProfile.credentialsProviders";
    const struct yaml_node *new_list = tree_get(tree, new_field);
    const struct yaml_node *old_list = tree_get(tree, old_field);
    if (tree_len(new_list) > 0 && tree_len(old_list) > 0)
        refuse_forbidden(r, old_list, old_field,
                         "must not be specified when accessProviders is specified");
    const bool is_new = tree_len(new_list) > 0;
    const struct yaml_node *list = is_new ? new_list : old_list;
    for (size_t i = 0; i < tree_len(list); i++)
        check_provider(r, list->items[i], is_new ? new_field : old_field);
}

static void check_multi_kueue(struct refusals *r, const struct yaml_node *tree)
{
    static const char *const spans[] = {MULTI_KUEUE ".gcInterval",
                                        MULTI_KUEUE ".workerLostTimeout"};
    const struct yaml_node *origin = tree_get(tree, MULTI_KUEUE ".origin");
    const struct yaml_node *dispatcher = tree_get(tree, DISPATCHER);
    for (size_t i = 0; i < 2; i++)
        if (configuration_duration(tree, spans[i]) < 0)
            refuse_number(r, tree_get(tree, spans[i]), spans[i],
                          configuration_duration(tree, spans[i]), NEGATIVE);
    const struct syntax s = syntax_label_value(r->arena, node_text(origin));
    if (s.len > 0)
        refuse_text(r, origin, MULTI_KUEUE ".origin", node_text(origin),
                    syntax_join(r->arena, &s, ","));
    check_remote_frameworks(r, tree);
    check_providers(r, tree);
    if (dispatcher == NULL)
        return;
    if (strcmp(tree_text(tree, MULTI_KUEUE ".dispatcherName", ""),
               "kueue.x-k8s.io/multikueue-dispatcher-incremental") != 0)
        refuse_node(r, dispatcher, DISPATCHER,
                    "incrementalDispatcherConfig is only valid when dispatcherName is set to the "
                    "incremental dispatcher");
    if (tree_int(dispatcher, "stepSize", 1) < 1)
        refuse_number(r, tree_get(dispatcher, "stepSize"), DISPATCHER ".stepSize",
                      tree_int(dispatcher, "stepSize", 1), "must be greater than or equal to 1");
}

/* --- sharing --- */

static void check_fair_sharing(struct refusals *r, const struct yaml_node *tree)
{
    static const char field[] = "fairSharing.preemptionStrategies";
    static const char final[] = "LessThanOrEqualToFinalShare", initial[] = "LessThanInitialShare";
    const struct yaml_node *list = tree_get(tree, field);
    const size_t len = tree_len(list);
    if (tree_get(tree, "fairSharing") == NULL)
        return;
    if (len == 0) {
        refuse_missing(r, tree_get(tree, "fairSharing"), field, "must be specified");
        return;
    }
    const char *first = node_text(list->items[0]);
    if ((len == 1 && (strcmp(first, final) == 0 || strcmp(first, initial) == 0)) ||
        (len == 2 && strcmp(first, final) == 0 && strcmp(node_text(list->items[1]), initial) == 0))
        return;
    refusals_add(r, (struct refusal){REFUSED_NOT_SUPPORTED, field, tree_json(r->arena, list),
                                     "supported values: \"LessThanOrEqualToFinalShare\", "
                                     "\"LessThanInitialShare\", "
                                     "\"LessThanOrEqualToFinalShare,LessThanInitialShare\"",
                                     list});
}

static void check_admission_fair_sharing(struct refusals *r, const struct yaml_node *tree)
{
    const struct yaml_node *n = tree_get(tree, "admissionFairSharing");
    const struct yaml_node *weights = tree_get(n, "resourceWeights");
    const int64_t half_life_ns = configuration_duration(n, "usageHalfLifeTime");
    if (n == NULL)
        return;
    check_duration(r, tree, "admissionFairSharing.usageHalfLifeTime");
    /* Kueue names the half-life as the value here, too. */
    if (configuration_duration(n, "usageSamplingInterval") <= 0)
        refuse_text(r, tree_get(n, "usageSamplingInterval"),
                    "admissionFairSharing.usageSamplingInterval",
                    go_duration_text(r->arena, half_life_ns), "must be greater than 0");
    for (size_t i = 0; i < tree_pairs(weights); i++)
        if (node_text(weights->pairs[i].value)[0] == '-')
            refusals_add(r, (struct refusal){
                                REFUSED_INVALID,
                                arena_printf(r->arena, "admissionFairSharing.resourceWeights[%s]",
                                             weights->pairs[i].key->text),
                                tree_json(r->arena, weights), NEGATIVE, weights->pairs[i].value});
}

/* --- resources --- */

static void check_transformations(struct refusals *r, const struct yaml_node *tree)
{
    static const char *const strategies[] = {"Retain", "Replace", NULL};
    const struct yaml_node *list = tree_get(tree, "resources.transformations");
    for (size_t i = 0; i < tree_len(list); i++) {
        const struct yaml_node *n = list->items[i], *at = tree_get(n, "strategy");
        const char *strategy = node_text(at), *input = tree_text(n, "input", "");
        bool is_twin = false;
        if (strcmp(strategy, strategies[0]) != 0 && strcmp(strategy, strategies[1]) != 0)
            refuse_unsupported(r, at == NULL ? n : at,
                               arena_printf(r->arena, "resources.transformations[%zu].strategy", i),
                               strategy, strategies);
        for (size_t s = 0; s < i; s++)
            is_twin |= strcmp(tree_text(list->items[s], "input", ""), input) == 0;
        if (is_twin)
            refuse_twin(r, tree_get(n, "input"),
                        arena_printf(r->arena, "resources.transformations[%zu].input", i), input);
    }
}

static void check_quota_strategy(struct refusals *r, const struct yaml_node *tree,
                                 const struct gates *gates)
{
    static const char *const strategies[] = {"IgnoreUndeclared", "BlockUndeclared", NULL};
    static const char field[] = "resources.quotaCheckStrategy";
    const struct yaml_node *n = tree_get(tree, field);
    if (n == NULL || !gates_on(gates, GATE_QUOTA_CHECK_STRATEGY))
        return;
    if (tree_len(tree_get(tree, "resources.excludeResourcePrefixes")) > 0 &&
        strcmp(n->text, strategies[0]) == 0)
        refuse_text(r, n, field, n->text,
                    "excludeResourcePrefixes is not allowed when quotaCheckStrategy is "
                    "IgnoreUndeclared");
    if (strcmp(n->text, strategies[0]) != 0 && strcmp(n->text, strategies[1]) != 0)
        refuse_unsupported(r, n, field, n->text, strategies);
}

/* --- all of it --- */

void configuration_validate(const struct yaml_node *tree, const struct gates *gates,
                            struct refusals *r)
{
    check_pods_ready(r, tree, gates);
    check_integrations(r, tree);
    check_multi_kueue(r, tree);
    check_fair_sharing(r, tree);
    check_admission_fair_sharing(r, tree);
    check_transformations(r, tree);
    device_classes_validate(tree_get(tree, "resources.deviceClassMappings"), gates, r);
    check_selector(r, tree);
    check_duration(r, tree, "objectRetentionPolicies.workloads.afterFinished");
    check_duration(r, tree, "objectRetentionPolicies.workloads.afterDeactivatedByKueue");
    manager_validate(tree, r);
    check_quota_strategy(r, tree, gates);
}
