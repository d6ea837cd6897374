#include "policies/kueue/configuration.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/configuration_schema.h"
#include "sim/arena.h"
#include "sim/duration.h"

#include <inttypes.h>
#include <string.h>

#define GROUP            "config.kueue.x-k8s.io/"
#define SECOND_NS        INT64_C(1000000000)
#define INCREMENTAL_NAME "kueue.x-k8s.io/multikueue-dispatcher-incremental"

/* --- durations as Go prints them --- */

/* A fraction without trailing zeros. */
static const char *with_fraction(struct arena *a, uint64_t whole, uint64_t rest, int digits,
                                 const char *unit)
{
    char fraction[24] = "";
    for (int i = digits; i > 0; i--, rest /= 10)
        fraction[i - 1] = (char)('0' + rest % 10);
    for (int i = digits; i > 0 && fraction[i - 1] == '0'; i--)
        fraction[i - 1] = '\0';
    return arena_printf(a, "%" PRIu64 "%s%s%s", whole, fraction[0] == '\0' ? "" : ".", fraction,
                        unit);
}

const char *go_duration_text(struct arena *a, int64_t ns)
{
    const uint64_t abs = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    const char *sign = ns < 0 ? "-" : "";
    if (ns == 0)
        return "0s";
    if (abs < 1000)
        return arena_printf(a, "%s%" PRIu64 "ns", sign, abs);
    if (abs < 1000000)
        return arena_printf(a, "%s%s", sign, with_fraction(a, abs / 1000, abs % 1000, 3, "µs"));
    if (abs < SECOND_NS)
        return arena_printf(a, "%s%s", sign,
                            with_fraction(a, abs / 1000000, abs % 1000000, 6, "ms"));
    const uint64_t s = abs / SECOND_NS;
    const char *seconds = with_fraction(a, s % 60, abs % SECOND_NS, 9, "s");
    if (s < 60)
        return arena_printf(a, "%s%s", sign, seconds);
    if (s < 3600)
        return arena_printf(a, "%s%" PRIu64 "m%s", sign, s / 60, seconds);
    return arena_printf(a, "%s%" PRIu64 "h%" PRIu64 "m%s", sign, s / 3600, s / 60 % 60, seconds);
}

static bool is_zero_duration(const struct yaml_node *n)
{
    int64_t ns = 0;
    const char *why;
    return n == NULL || (duration_parse_go(n->text, &ns, &why) && ns == 0);
}

/* --- from v1beta1 --- */

static const struct yaml_node *convert(struct arena *a, const struct yaml_node *t)
{
    const struct yaml_node *fair = tree_get(t, "fairSharing");
    const struct yaml_node *wait = tree_get(t, "waitForPodsReady");
    t = tree_without(a, t, "queueVisibility");
    t = tree_without(a, t, "integrations.podOptions");
    if (!tree_bool(fair, "enable", false))
        t = tree_without(a, t, "fairSharing");
    if (!tree_bool(wait, "enable", false))
        t = tree_without(a, t, "waitForPodsReady");
    t = tree_without(a, t, "fairSharing.enable");
    return tree_without(a, t, "waitForPodsReady.enable");
}

static const struct yaml_node *default_v1beta1(struct arena *a, const struct yaml_node *t)
{
    static const char *const strategies[] = {"LessThanOrEqualToFinalShare", "LessThanInitialShare"};
    const struct yaml_node *items[2];
    if (tree_get(t, "waitForPodsReady") != NULL) {
        t = tree_or(a, t, "waitForPodsReady.timeout", "5m0s");
        t = tree_or(a, t, "waitForPodsReady.blockAdmission", "true");
    }
    if (tree_get(t, "fairSharing") == NULL ||
        tree_len(tree_get(t, "fairSharing.preemptionStrategies")) > 0)
        return t;
    for (size_t i = 0; i < 2; i++)
        items[i] = tree_scalar(a, strategies[i], t);
    return tree_with(a, t, "fairSharing.preemptionStrategies", tree_list(a, items, 2, t));
}

/* --- defaults --- */

/* Where there is nothing; `empty`: nor where there is an empty text. */
static const struct {
    const char *path, *text;
    bool or_empty;
} defaults[] = {
    {"namespace", "kueue-system", false},
    {"manageJobsWithoutQueueName", "false", false},
    {"internalCertManagement.enable", "true", false},
    {"clientConnection.qps", "300", false},
    {"clientConnection.burst", "500", false},
    {"multiKueue.gcInterval", "1m0s", false},
    {"multiKueue.origin", "multikueue", true},
    {"multiKueue.workerLostTimeout", "15m0s", false},
    {"multiKueue.dispatcherName", "kueue.x-k8s.io/multikueue-dispatcher-all-at-once", false},
};

static const struct yaml_node *default_pods_ready(struct arena *a, const struct yaml_node *t)
{
    if (tree_get(t, "waitForPodsReady") == NULL)
        return t;
    t = tree_or(a, t, "waitForPodsReady.blockAdmission", "false");
    if (tree_get(t, "waitForPodsReady.recoveryTimeout") == NULL)
        t = tree_with(a, t, "waitForPodsReady.recoveryTimeout",
                      tree_get(t, "waitForPodsReady.timeout"));
    t = tree_or(a, t, "waitForPodsReady.requeuingStrategy.timestamp", "Eviction");
    t = tree_or(a, t, "waitForPodsReady.requeuingStrategy.backoffBaseSeconds", "60");
    return tree_or(a, t, "waitForPodsReady.requeuingStrategy.backoffMaxSeconds", "3600");
}

static const struct yaml_node *default_v1beta2(struct arena *a, const struct yaml_node *t)
{
    if (is_zero_duration(tree_get(t, "waitForPodsReady.timeout")))
        t = tree_with(a, t, "waitForPodsReady.timeout", tree_scalar(a, "30m0s", t));
    if (strcmp(tree_text(t, "multiKueue.dispatcherName", ""), INCREMENTAL_NAME) == 0)
        t = tree_or(a, t, "multiKueue.incrementalDispatcherConfig.stepSize", "3");
    return tree_or(a, t, "visibilityServer.bindPort", "8082");
}

/* All namespaces but the system's and Kueue's own. */
static const struct yaml_node *default_selector(struct arena *a, const struct yaml_node *t)
{
    if (tree_get(t, "managedJobsNamespaceSelector") != NULL)
        return t;
    const struct yaml_node *const values[] = {tree_quoted(a, "kube-system", t),
                                              tree_quoted(a, tree_text(t, "namespace", ""), t)};
    const struct yaml_node *rule = tree_empty_map(a, t);
    rule = tree_with(a, rule, "key", tree_scalar(a, "kubernetes.io/metadata.name", t));
    rule = tree_with(a, rule, "operator", tree_scalar(a, "NotIn", t));
    rule = tree_with(a, rule, "values", tree_list(a, values, 2, t));
    return tree_with(a, t, "managedJobsNamespaceSelector.matchExpressions",
                     tree_list(a, &rule, 1, t));
}

static const struct yaml_node *default_transformations(struct arena *a, const struct yaml_node *t)
{
    const struct yaml_node *list = tree_get(t, "resources.transformations");
    const size_t len = tree_len(list);
    if (len == 0)
        return t;
    const struct yaml_node **items = arena_alloc(a, len * sizeof items[0]);
    for (size_t i = 0; i < len; i++)
        items[i] = tree_text(list->items[i], "strategy", "")[0] != '\0'
                       ? list->items[i]
                       : tree_with(a, list->items[i], "strategy",
                                   tree_scalar(a, "Retain", list->items[i]));
    return tree_with(a, t, "resources.transformations", tree_list(a, items, len, list));
}

static const struct yaml_node *fill_in(struct arena *a, const struct yaml_node *t,
                                       enum schema_version version)
{
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        if (!defaults[i].or_empty || tree_text(t, defaults[i].path, "")[0] == '\0')
            t = defaults[i].or_empty
                    ? tree_with(a, t, defaults[i].path, tree_scalar(a, defaults[i].text, t))
                    : tree_or(a, t, defaults[i].path, defaults[i].text);
    t = version == V1BETA1 ? default_v1beta1(a, t) : default_v1beta2(a, t);
    t = default_pods_ready(a, t);
    if (tree_len(tree_get(t, "integrations.frameworks")) == 0) {
        const struct yaml_node *job = tree_scalar(a, "batch/job", t);
        t = tree_with(a, t, "integrations.frameworks", tree_list(a, &job, 1, t));
    }
    if (tree_get(t, "admissionFairSharing") != NULL &&
        is_zero_duration(tree_get(t, "admissionFairSharing.usageSamplingInterval")))
        t = tree_with(a, t, "admissionFairSharing.usageSamplingInterval",
                      tree_scalar(a, "5m0s", t));
    return default_transformations(a, default_selector(a, t));
}

/* --- reading --- */

bool configuration_is_one(const struct yaml_node *doc)
{
    return strncmp(tree_text(doc, "apiVersion", ""), GROUP, strlen(GROUP)) == 0 &&
           strcmp(tree_text(doc, "kind", ""), "Configuration") == 0;
}

/* One that does not say is taken for the newest. */
static bool read_version(struct field_reader *r, const struct yaml_node *doc,
                         enum schema_version *out)
{
    const struct yaml_node *api = tree_get(doc, "apiVersion"), *kind = tree_get(doc, "kind");
    *out = V1BETA2;
    if (kind != NULL && (kind->kind != YAML_SCALAR || strcmp(kind->text, "Configuration") != 0)) {
        diag_error(r->diag, yaml_pos(kind), "kind: '%s'; expected Configuration",
                   kind->kind == YAML_SCALAR ? kind->text : yaml_kind_name(kind));
        return false;
    }
    if (api == NULL)
        return true;
    if (api->kind == YAML_SCALAR && strcmp(api->text, GROUP "v1beta2") == 0)
        return true;
    *out = V1BETA1;
    if (api->kind == YAML_SCALAR && strcmp(api->text, GROUP "v1beta1") == 0)
        return true;
    diag_error(r->diag, yaml_pos(api),
               "apiVersion: '%s'; expected " GROUP "v1beta2 or " GROUP "v1beta1",
               api->kind == YAML_SCALAR ? api->text : yaml_kind_name(api));
    return false;
}

bool configuration_read(struct field_reader *r, const struct yaml_node *doc,
                        struct configuration *out)
{
    enum schema_version version;
    *out = (struct configuration){0};
    if (doc->kind != YAML_MAP) {
        diag_error(r->diag, yaml_pos(doc), "no Configuration but %s", yaml_kind_name(doc));
        return false;
    }
    if (!read_version(r, doc, &version) || !schema_check(r, doc, configuration_fields, version))
        return false;
    out->given = tree_without_nulls(r->arena, doc);
    if (version == V1BETA1)
        out->given = convert(r->arena, out->given);
    out->tree = fill_in(r->arena, out->given, version);
    return true;
}
