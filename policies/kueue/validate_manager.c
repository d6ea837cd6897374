/* What of the Configuration is about the manager itself: it decides nothing, but a wrong value
 * keeps Kueue from starting. */
#include "policies/kueue/configuration.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/kube_syntax.h"
#include "sim/arena.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

enum { MOST_LABELS = 20, MOST_TRACKED = 16, MOST_TRACKED_OF_WORKLOADS = 12, MOST_PORT = 65535 };

/* --- certificates --- */

static void check_certificates(struct refusals *r, const struct yaml_node *tree)
{
    static const char service[] = "internalCertManagement.webhookServiceName";
    static const char secret[] = "internalCertManagement.webhookSecretName";
    const struct yaml_node *n;
    if (!tree_bool(tree, "internalCertManagement.enable", false))
        return;
    if ((n = tree_get(tree, service)) != NULL) {
        const struct syntax s = syntax_service_name(r->arena, node_text(n));
        if (s.len > 0)
            refuse_text(r, n, service, node_text(n), syntax_join(r->arena, &s, ","));
    }
    if ((n = tree_get(tree, secret)) != NULL) {
        const struct syntax s = syntax_subdomain(r->arena, node_text(n));
        if (s.len > 0)
            refuse_text(r, n, secret, node_text(n), syntax_join(r->arena, &s, ","));
    }
}

/* --- TLS --- */

static const char *const ciphers[] = {
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    NULL,
};

/* Taken, but not recommended. */
static const char *const old_ciphers[] = {
    "TLS_RSA_WITH_RC4_128_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    NULL,
};

static bool is_one_of(const char *text, const char *const *list)
{
    for (size_t i = 0; list[i] != NULL; i++)
        if (strcmp(text, list[i]) == 0)
            return true;
    return false;
}

static const char *version_problem(struct arena *a, const char *version)
{
    static const char *const known[] = {"", "VersionTLS12", "VersionTLS13", NULL};
    if (is_one_of(version, known))
        return NULL;
    if (strcmp(version, "VersionTLS11") == 0 || strcmp(version, "VersionTLS10") == 0)
        return "invalid minVersion. Please use VersionTLS12 or VersionTLS13";
    return arena_printf(a,
                        "invalid minVersion: unknown tls version \"%s\". Please use VersionTLS12 "
                        "or VersionTLS13",
                        version);
}

static const char *ciphers_problem(struct arena *a, const struct yaml_node *list)
{
    for (size_t i = 0; i < tree_len(list); i++) {
        const char *name = node_text(list->items[i]), *all = "";
        if (is_one_of(name, ciphers) || is_one_of(name, old_ciphers))
            continue;
        for (size_t c = 0; ciphers[c] != NULL; c++)
            all = arena_printf(a, "%s%s%s", all, c == 0 ? "" : " ", ciphers[c]);
        return arena_printf(a,
                            "invalid cipher suites: Cipher suite %s not supported or doesn't "
                            "exist. Please use the secure cipher names: [%s]",
                            name, all);
    }
    return NULL;
}

static const char *curves_problem(struct arena *a, const struct yaml_node *list)
{
    /* CurveP256, P384, P521, X25519, and those with a part that quantum computers cannot break. */
    static const char *const known[] = {"23", "24", "25", "29", "4587", "4588", "4589", NULL};
    for (size_t i = 0; i < tree_len(list); i++) {
        const int64_t id = tree_int(list->items[i], NULL, 0);
        if (id <= 0 || id > MOST_PORT)
            return arena_printf(a,
                                "invalid curve preferences: curve preference %" PRId64
                                " is out of range (must be 1-65535)",
                                id);
        for (size_t s = 0; s < i; s++)
            if (tree_int(list->items[s], NULL, 0) == id)
                return arena_printf(
                    a, "invalid curve preferences: duplicate curve preference %" PRId64, id);
        if (!is_one_of(node_text(list->items[i]), known))
            return arena_printf(a,
                                "invalid curve preferences: curve preference %" PRId64
                                " is not supported by the current Go version",
                                id);
    }
    return NULL;
}

static void check_tls(struct refusals *r, const struct yaml_node *tree)
{
    const struct yaml_node *n = tree_get(tree, "tls");
    const struct yaml_node *list = tree_get(n, "cipherSuites");
    const char *version = tree_text(n, "minVersion", "");
    const char *const problems[] = {version_problem(r->arena, version),
                                    ciphers_problem(r->arena, list),
                                    curves_problem(r->arena, tree_get(n, "curvePreferences"))};
    const char *all = NULL;
    for (size_t i = 0; i < 3; i++)
        if (problems[i] != NULL)
            all = all == NULL ? problems[i] : arena_printf(r->arena, "%s\n%s", all, problems[i]);
    if (all != NULL)
        refuse_node(r, n, "tls", all);
    else if (strcmp(version, "VersionTLS13") == 0 && tree_len(list) > 0)
        refuse_node(r, list, "tls.cipherSuites",
                    "may not be specified when `minVersion` is 'VersionTLS13'");
}

/* --- the visibility server --- */

static void check_visibility(struct refusals *r, const struct yaml_node *tree)
{
    const struct yaml_node *address = tree_get(tree, "visibilityServer.bindAddress");
    const struct yaml_node *port = tree_get(tree, "visibilityServer.bindPort");
    const int64_t number = tree_int(port, NULL, 1);
    struct in6_addr any;
    if (address != NULL && inet_pton(AF_INET, node_text(address), &any) != 1 &&
        inet_pton(AF_INET6, node_text(address), &any) != 1)
        refuse_text(r, address, "visibilityServer.bindAddress", node_text(address),
                    "must be a valid IP address");
    if (number < 1 || number > MOST_PORT)
        refuse_number(r, port, "visibilityServer.bindPort", number,
                      "must be a valid port number (1-65535)");
}

/* --- labels of metrics --- */

static const struct label_kind {
    const char *name;
    size_t most;
} label_kinds[] = {{"ClusterQueue", 6}, {"Cohort", 6}, {"LocalQueue", 6}, {"Workload", 2}};

static bool is_label_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return name[0] != '\0' && strchr(letters, name[0]) != NULL &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] ==
               '\0';
}

static bool has_twins(const struct yaml_node *list)
{
    for (size_t i = 0; i < tree_len(list); i++)
        for (size_t s = 0; s < i; s++)
            if (strcmp(node_text(list->items[i]), node_text(list->items[s])) == 0)
                return true;
    return false;
}

static void check_tracked(struct refusals *r, const struct yaml_node *n, const char *base)
{
    const struct yaml_node *list = tree_get(n, "trackedValues");
    const struct yaml_node *at = list == NULL ? n : list;
    const char *field = arena_printf(r->arena, "%s.trackedValues", base);
    const char *value = tree_json(r->arena, list);
    const size_t len = tree_len(list);
    const bool is_of_workloads =
        strcmp(tree_text(n, "sourceKind", "ClusterQueue"), "Workload") == 0;
    if (is_of_workloads && len == 0)
        refusals_add(r, (struct refusal){REFUSED_INVALID, field, value,
                                         "must not be empty when sourceKind is 'Workload'", at});
    if (is_of_workloads && len > MOST_TRACKED_OF_WORKLOADS)
        refusals_add(r, (struct refusal){REFUSED_INVALID, field, value,
                                         "must not be greater than 12 when sourceKind is "
                                         "'Workload'",
                                         at});
    if (!is_of_workloads && len > MOST_TRACKED)
        refuse_too_many(r, at, field, len, MOST_TRACKED);
    if (has_twins(list))
        refusals_add(
            r, (struct refusal){REFUSED_INVALID, field, value, "must not contain duplicates", at});
}

static void check_label(struct refusals *r, const struct yaml_node *list, size_t i)
{
    static const char *const sources[] = {"sourceLabelKey", "sourceAnnotationKey", "name"};
    const struct yaml_node *n = list->items[i];
    const char *base = arena_printf(r->arena, "metrics.customLabels[%zu]", i);
    const char *name = tree_text(n, "name", "");
    bool is_twin = false;
    if (!is_label_name(name))
        refuse_text(r, n, arena_printf(r->arena, "%s.name", base), name,
                    "must match ^[a-zA-Z][a-zA-Z0-9_]*$");
    for (size_t s = 0; s < i; s++)
        is_twin |= strcmp(tree_text(list->items[s], "name", ""), name) == 0;
    if (is_twin)
        refuse_twin(r, n, arena_printf(r->arena, "%s.name", base), name);
    if (tree_text(n, sources[0], "")[0] != '\0' && tree_text(n, sources[1], "")[0] != '\0')
        refuse_node(r, n, base, "sourceLabelKey and sourceAnnotationKey are mutually exclusive");
    size_t which = 0;
    while (which < 2 && tree_text(n, sources[which], "")[0] == '\0')
        which++;
    const char *key = tree_text(n, sources[which], "");
    const struct syntax s = syntax_label_key(r->arena, key);
    if (s.len > 0)
        refuse_text(r, n, arena_printf(r->arena, "%s.%s", base, sources[which]), key,
                    syntax_join(r->arena, &s, "; "));
    check_tracked(r, n, base);
}

static size_t labels_of(const struct yaml_node *list, const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < list->len; i++)
        count += strcmp(tree_text(list->items[i], "sourceKind", "ClusterQueue"), kind) == 0;
    return count;
}

static void check_label_kinds(struct refusals *r, const struct yaml_node *list)
{
    for (size_t i = 0; i < list->len; i++) {
        const char *kind = tree_text(list->items[i], "sourceKind", "ClusterQueue");
        size_t known = 0;
        while (known < 4 && strcmp(label_kinds[known].name, kind) != 0)
            known++;
        if (known == 4)
            refuse_node(r, list, "metrics.customLabels",
                        arena_printf(r->arena, "unknown source kind: %s", kind));
    }
    for (size_t k = 0; k < 4; k++) {
        const size_t count = labels_of(list, label_kinds[k].name);
        if (count > label_kinds[k].most)
            refuse_node(r, list, "metrics.customLabels",
                        arena_printf(r->arena,
                                     "too many custom labels for source kind %s: found %zu, "
                                     "expected <= %zu",
                                     label_kinds[k].name, count, label_kinds[k].most));
    }
}

static void check_custom_labels(struct refusals *r, const struct yaml_node *tree)
{
    const struct yaml_node *list = tree_get(tree, "metrics.customLabels");
    const size_t len = tree_len(list);
    if (len == 0)
        return;
    if (len > MOST_LABELS)
        refuse_too_many(r, list, "metrics.customLabels", len, MOST_LABELS);
    for (size_t i = 0; i < len; i++)
        check_label(r, list, i);
    check_label_kinds(r, list);
}

void manager_validate(const struct yaml_node *tree, struct refusals *r)
{
    check_certificates(r, tree);
    check_tls(r, tree);
    check_visibility(r, tree);
    check_custom_labels(r, tree);
}
