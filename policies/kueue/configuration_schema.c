#include "policies/kueue/configuration_schema.h"

#include "sim/arena.h"
#include "sim/duration.h"
#include "sim/suggest.h"

#include <string.h>

/* --- the table --- */

static const struct schema_field webhook[] = {
    {"port", TYPE_INT64, ONE, BOTH, NULL},
    {"host", TYPE_TEXT, ONE, BOTH, NULL},
    {"certDir", TYPE_TEXT, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field leader_election[] = {
    {"leaderElect", TYPE_BOOL, ONE, BOTH, NULL},
    {"leaseDuration", TYPE_DURATION, ONE, BOTH, NULL},
    {"renewDeadline", TYPE_DURATION, ONE, BOTH, NULL},
    {"retryPeriod", TYPE_DURATION, ONE, BOTH, NULL},
    {"resourceLock", TYPE_TEXT, ONE, BOTH, NULL},
    {"resourceName", TYPE_TEXT, ONE, BOTH, NULL},
    {"resourceNamespace", TYPE_TEXT, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field selector_requirement[] = {
    {"key", TYPE_TEXT, ONE, BOTH, NULL},
    {"operator", TYPE_TEXT, ONE, BOTH, NULL},
    {"values", TYPE_TEXT, LIST, BOTH, NULL},
    {0},
};

static const struct schema_field label_selector[] = {
    {"matchLabels", TYPE_TEXT, MAP, BOTH, NULL},
    {"matchExpressions", TYPE_STRUCT, LIST, BOTH, selector_requirement},
    {0},
};

static const struct schema_field custom_label[] = {
    {"name", TYPE_TEXT, ONE, BOTH, NULL},
    {"sourceLabelKey", TYPE_TEXT, ONE, BOTH, NULL},
    {"sourceAnnotationKey", TYPE_TEXT, ONE, BOTH, NULL},
    {"sourceKind", TYPE_TEXT, ONE, V1BETA2, NULL},
    {"trackedValues", TYPE_TEXT, LIST, V1BETA2, NULL},
    {0},
};

static const struct schema_field local_queue_metrics[] = {
    {"enable", TYPE_BOOL, ONE, BOTH, NULL},
    {"localQueueSelector", TYPE_STRUCT, ONE, BOTH, label_selector},
    {0},
};

static const struct schema_field metrics[] = {
    {"bindAddress", TYPE_TEXT, ONE, BOTH, NULL},
    {"enableClusterQueueResources", TYPE_BOOL, ONE, BOTH, NULL},
    {"customLabels", TYPE_STRUCT, LIST, BOTH, custom_label},
    {"localQueueMetrics", TYPE_STRUCT, ONE, BOTH, local_queue_metrics},
    {0},
};

static const struct schema_field health[] = {
    {"healthProbeBindAddress", TYPE_TEXT, ONE, BOTH, NULL},
    {"readinessEndpointName", TYPE_TEXT, ONE, BOTH, NULL},
    {"livenessEndpointName", TYPE_TEXT, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field controller[] = {
    {"groupKindConcurrency", TYPE_INT64, MAP, BOTH, NULL},
    {"cacheSyncTimeout", TYPE_INT64, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field tls[] = {
    {"minVersion", TYPE_TEXT, ONE, BOTH, NULL},
    {"cipherSuites", TYPE_TEXT, LIST, BOTH, NULL},
    {"curvePreferences", TYPE_INT32, LIST, BOTH, NULL},
    {0},
};

static const struct schema_field cert_management[] = {
    {"enable", TYPE_BOOL, ONE, BOTH, NULL},
    {"webhookServiceName", TYPE_TEXT, ONE, BOTH, NULL},
    {"webhookSecretName", TYPE_TEXT, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field requeuing[] = {
    {"timestamp", TYPE_TEXT, ONE, BOTH, NULL},
    {"backoffLimitCount", TYPE_INT32, ONE, BOTH, NULL},
    {"backoffBaseSeconds", TYPE_INT32, ONE, BOTH, NULL},
    {"backoffMaxSeconds", TYPE_INT32, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field pods_ready[] = {
    {"enable", TYPE_BOOL, ONE, V1BETA1, NULL},
    {"timeout", TYPE_DURATION, ONE, BOTH, NULL},
    {"blockAdmission", TYPE_BOOL, ONE, BOTH, NULL},
    {"requeuingStrategy", TYPE_STRUCT, ONE, BOTH, requeuing},
    {"recoveryTimeout", TYPE_DURATION, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field client_connection[] = {
    {"qps", TYPE_REAL, ONE, BOTH, NULL},
    {"burst", TYPE_INT32, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field pod_options[] = {
    {"namespaceSelector", TYPE_STRUCT, ONE, BOTH, label_selector},
    {"podSelector", TYPE_STRUCT, ONE, BOTH, label_selector},
    {0},
};

static const struct schema_field integrations[] = {
    {"frameworks", TYPE_TEXT, LIST, BOTH, NULL},
    {"externalFrameworks", TYPE_TEXT, LIST, BOTH, NULL},
    {"podOptions", TYPE_STRUCT, ONE, V1BETA1, pod_options},
    {"labelKeysToCopy", TYPE_TEXT, LIST, BOTH, NULL},
    {0},
};

static const struct schema_field exec_env[] = {
    {"name", TYPE_TEXT, ONE, BOTH, NULL},
    {"value", TYPE_TEXT, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field exec_config[] = {
    {"command", TYPE_TEXT, ONE, BOTH, NULL},
    {"args", TYPE_TEXT, LIST, BOTH, NULL},
    {"env", TYPE_STRUCT, LIST, BOTH, exec_env},
    {"apiVersion", TYPE_TEXT, ONE, BOTH, NULL},
    {"installHint", TYPE_TEXT, ONE, BOTH, NULL},
    {"provideClusterInfo", TYPE_BOOL, ONE, BOTH, NULL},
    {"interactiveMode", TYPE_TEXT, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field access_provider[] = {
    {"name", TYPE_TEXT, ONE, BOTH, NULL},
    {"execConfig", TYPE_STRUCT, ONE, BOTH, exec_config},
    {0},
};

static const struct schema_field cluster_profile[] = {
    {"accessProviders", TYPE_STRUCT, LIST, BOTH, access_provider},
    {"credentialsProviders", TYPE_STRUCT, LIST, BOTH, access_provider},
    {0},
};

static const struct schema_field external_framework[] = {
    {"name", TYPE_TEXT, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field dispatcher[] = {
    {"stepSize", TYPE_INT32, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field multi_kueue[] = {
    {"gcInterval", TYPE_DURATION, ONE, BOTH, NULL},
    {"origin", TYPE_TEXT, ONE, BOTH, NULL},
    {"workerLostTimeout", TYPE_DURATION, ONE, BOTH, NULL},
    {"dispatcherName", TYPE_TEXT, ONE, BOTH, NULL},
    {"externalFrameworks", TYPE_STRUCT, LIST, BOTH, external_framework},
    {"clusterProfile", TYPE_STRUCT, ONE, V1BETA2, cluster_profile},
    {"incrementalDispatcherConfig", TYPE_STRUCT, ONE, V1BETA2, dispatcher},
    {0},
};

static const struct schema_field fair_sharing[] = {
    {"enable", TYPE_BOOL, ONE, V1BETA1, NULL},
    {"preemptionStrategies", TYPE_TEXT, LIST, BOTH, NULL},
    {0},
};

static const struct schema_field admission_fair_sharing[] = {
    {"usageHalfLifeTime", TYPE_DURATION, ONE, BOTH, NULL},
    {"usageSamplingInterval", TYPE_DURATION, ONE, BOTH, NULL},
    {"resourceWeights", TYPE_REAL, MAP, BOTH, NULL},
    {0},
};

static const struct schema_field transformation[] = {
    {"input", TYPE_TEXT, ONE, BOTH, NULL},
    {"strategy", TYPE_TEXT, ONE, BOTH, NULL},
    {"multiplyBy", TYPE_TEXT, ONE, BOTH, NULL},
    {"outputs", TYPE_QUANTITY, MAP, BOTH, NULL},
    {0},
};

static const struct schema_field cel[] = {
    {"expression", TYPE_TEXT, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field device_selector[] = {
    {"cel", TYPE_STRUCT, ONE, BOTH, cel},
    {0},
};

static const struct schema_field device_source[] = {
    {"name", TYPE_TEXT, ONE, BOTH, NULL},
    {"driver", TYPE_TEXT, ONE, BOTH, NULL},
    {"deviceSelector", TYPE_STRUCT, ONE, BOTH, device_selector},
    {0},
};

static const struct schema_field device_sources[] = {
    {"counter", TYPE_STRUCT, ONE, BOTH, device_source},
    {"capacity", TYPE_STRUCT, ONE, BOTH, device_source},
    {0},
};

static const struct schema_field device_class[] = {
    {"name", TYPE_TEXT, ONE, BOTH, NULL},
    {"deviceClassNames", TYPE_TEXT, LIST, BOTH, NULL},
    {"sources", TYPE_STRUCT, LIST, V1BETA2, device_sources},
    {0},
};

static const struct schema_field resources[] = {
    {"quotaCheckStrategy", TYPE_TEXT, ONE, V1BETA2, NULL},
    {"excludeResourcePrefixes", TYPE_TEXT, LIST, BOTH, NULL},
    {"transformations", TYPE_STRUCT, LIST, BOTH, transformation},
    {"deviceClassMappings", TYPE_STRUCT, LIST, BOTH, device_class},
    {0},
};

static const struct schema_field retention[] = {
    {"afterFinished", TYPE_DURATION, ONE, BOTH, NULL},
    {"afterDeactivatedByKueue", TYPE_DURATION, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field retentions[] = {
    {"workloads", TYPE_STRUCT, ONE, BOTH, retention},
    {0},
};

static const struct schema_field visibility_server[] = {
    {"bindAddress", TYPE_TEXT, ONE, BOTH, NULL},
    {"bindPort", TYPE_INT32, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field shown_queues[] = {
    {"maxCount", TYPE_INT32, ONE, BOTH, NULL},
    {0},
};

static const struct schema_field queue_visibility[] = {
    {"clusterQueues", TYPE_STRUCT, ONE, BOTH, shown_queues},
    {"updateIntervalSeconds", TYPE_INT32, ONE, BOTH, NULL},
    {0},
};

const struct schema_field configuration_fields[] = {
    {"apiVersion", TYPE_TEXT, ONE, BOTH, NULL},
    {"kind", TYPE_TEXT, ONE, BOTH, NULL},
    {"namespace", TYPE_TEXT, ONE, BOTH, NULL},
    {"webhook", TYPE_STRUCT, ONE, BOTH, webhook},
    {"leaderElection", TYPE_STRUCT, ONE, BOTH, leader_election},
    {"metrics", TYPE_STRUCT, ONE, BOTH, metrics},
    {"health", TYPE_STRUCT, ONE, BOTH, health},
    {"pprofBindAddress", TYPE_TEXT, ONE, BOTH, NULL},
    {"controller", TYPE_STRUCT, ONE, BOTH, controller},
    {"tls", TYPE_STRUCT, ONE, BOTH, tls},
    {"manageJobsWithoutQueueName", TYPE_BOOL, ONE, BOTH, NULL},
    {"managedJobsNamespaceSelector", TYPE_STRUCT, ONE, BOTH, label_selector},
    {"internalCertManagement", TYPE_STRUCT, ONE, BOTH, cert_management},
    {"waitForPodsReady", TYPE_STRUCT, ONE, BOTH, pods_ready},
    {"clientConnection", TYPE_STRUCT, ONE, BOTH, client_connection},
    {"integrations", TYPE_STRUCT, ONE, BOTH, integrations},
    {"queueVisibility", TYPE_STRUCT, ONE, V1BETA1, queue_visibility},
    {"multiKueue", TYPE_STRUCT, ONE, BOTH, multi_kueue},
    {"fairSharing", TYPE_STRUCT, ONE, BOTH, fair_sharing},
    {"admissionFairSharing", TYPE_STRUCT, ONE, BOTH, admission_fair_sharing},
    {"resources", TYPE_STRUCT, ONE, BOTH, resources},
    {"featureGates", TYPE_BOOL, MAP, BOTH, NULL},
    {"objectRetentionPolicies", TYPE_STRUCT, ONE, BOTH, retentions},
    {"visibilityServer", TYPE_STRUCT, ONE, V1BETA2, visibility_server},
    {0},
};

/* --- checking --- */

static bool refuse(struct field_reader *r, const struct yaml_node *n, const char *key,
                   const char *expected)
{
    const bool has_text = n->kind == YAML_SCALAR && n->len > 0;
    diag_error(r->diag, yaml_pos(n), "%s: %s%s%s; expected %s", key, has_text ? "'" : "",
               has_text ? n->text : yaml_kind_name(n), has_text ? "'" : "", expected);
    return false;
}

static bool is_whole(const struct yaml_node *n, int64_t most)
{
    int64_t value;
    const char *why;
    return n->kind == YAML_SCALAR && !n->quoted && quantity_int(n->text, &value, &why) &&
           value >= -most - 1 && value <= most;
}

static bool is_truth(const struct yaml_node *n)
{
    static const char *const words[] = {"true", "false", "True", "False", "TRUE", "FALSE",
                                        "yes",  "no",    "Yes",  "No",    "YES",  "NO",
                                        "on",   "off",   "On",   "Off",   "ON",   "OFF"};
    for (size_t i = 0; n->kind == YAML_SCALAR && !n->quoted && i < sizeof words / sizeof words[0];
         i++)
        if (strcmp(n->text, words[i]) == 0)
            return true;
    return false;
}

static bool check_one(struct field_reader *r, const struct yaml_node *n, const char *key,
                      enum schema_type type)
{
    int64_t ns;
    double real;
    struct quantity_kubernetes q;
    const char *why;
    switch (type) {
    case TYPE_TEXT:
        return field_is_text(n) || refuse(r, n, key, "text; put it in quotes");
    case TYPE_BOOL:
        return is_truth(n) || refuse(r, n, key, "true or false");
    case TYPE_INT32:
        return is_whole(n, INT32_MAX) || refuse(r, n, key, QUANTITY_INT_HINT);
    case TYPE_INT64:
        return is_whole(n, INT64_MAX) || refuse(r, n, key, QUANTITY_INT_HINT);
    case TYPE_REAL:
        return (n->kind == YAML_SCALAR && !n->quoted && quantity_real(n->text, &real, &why)) ||
               refuse(r, n, key, QUANTITY_REAL_HINT);
    case TYPE_DURATION:
        return (n->kind == YAML_SCALAR && field_is_text(n) &&
                duration_parse_go(n->text, &ns, &why)) ||
               refuse(r, n, key, "a duration such as 30m or 1h30m");
    case TYPE_QUANTITY:
        return (n->kind == YAML_SCALAR && quantity_kubernetes(n->text, &q, &why)) ||
               refuse(r, n, key, QUANTITY_KUBERNETES_HINT);
    case TYPE_STRUCT:
        break;
    }
    return n->kind == YAML_MAP || refuse(r, n, key, "a mapping");
}

static bool check_value(struct field_reader *r, const struct yaml_node *n,
                        const struct schema_field *f, enum schema_version version)
{
    if (yaml_is_null(n))
        return true;
    if (!check_one(r, n, f->key, f->type))
        return false;
    return f->type != TYPE_STRUCT || schema_check(r, n, f->fields, version);
}

static bool check_field(struct field_reader *r, const struct yaml_node *n,
                        const struct schema_field *f, enum schema_version version)
{
    bool ok = true;
    if (f->shape == ONE || yaml_is_null(n))
        return check_value(r, n, f, version);
    if (f->shape == LIST && n->kind != YAML_LIST)
        return refuse(r, n, f->key, "a list");
    if (f->shape == MAP && n->kind != YAML_MAP)
        return refuse(r, n, f->key, "a mapping");
    for (size_t i = 0; i < n->len; i++)
        ok &= check_value(r, n->kind == YAML_LIST ? n->items[i] : n->pairs[i].value, f, version);
    return ok;
}

static const struct schema_field *find(const struct schema_field *fields, const char *key,
                                       enum schema_version version)
{
    for (const struct schema_field *f = fields; f->key != NULL; f++)
        if (strcmp(f->key, key) == 0 && (f->in & version) != 0)
            return f;
    return NULL;
}

static void refuse_unknown(struct field_reader *r, const struct yaml_node *key,
                           const struct schema_field *fields, enum schema_version version)
{
    struct suggest s;
    suggest_init(&s, key->text);
    for (const struct schema_field *f = fields; f->key != NULL; f++)
        if ((f->in & version) != 0)
            suggest_offer(&s, f->key);
    diag_error(r->diag, yaml_pos(key), "unknown field '%s'%s", key->text, suggest_hint(&s));
}

bool schema_check(struct field_reader *r, const struct yaml_node *map,
                  const struct schema_field *fields, enum schema_version version)
{
    bool ok = true;
    for (size_t i = 0; i < map->len; i++) {
        const struct schema_field *f = find(fields, map->pairs[i].key->text, version);
        if (f == NULL)
            refuse_unknown(r, map->pairs[i].key, fields, version);
        ok &= f != NULL && check_field(r, map->pairs[i].value, f, version);
    }
    return ok;
}
