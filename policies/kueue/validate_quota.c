/* Rules of ClusterQueue, Cohort and ResourceFlavor. */
#include "policies/kueue/validate.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/kube_syntax.h"
#include "sim/arena.h"

#include <string.h>

#define NEGATIVE "must be greater than or equal to 0"
#define GROUPS   "spec.resourceGroups"
#define CHECKS   "spec.admissionChecksStrategy.admissionChecks"
#define POLICY   "spec.concurrentAdmissionPolicy"

enum { MOST_IN_ALL = 256, MOST_PAIRS = 512, MOST_CONCURRENT = 16 };

bool quantity_of(const struct yaml_node *n, struct quantity_kubernetes *q)
{
    const char *why;
    return n != NULL && n->kind == YAML_SCALAR && quantity_kubernetes(n->text, q, &why);
}

/* Minus, nothing or plus; what is missing or unreadable is nothing. */
static int sign_of(const struct yaml_node *n)
{
    struct quantity_kubernetes q;
    if (!quantity_of(n, &q))
        return 0;
    return (q.nano > 0) - (q.nano < 0);
}

/* --- fair sharing --- */

static void check_weight(struct refusals *r, const struct yaml_node *doc)
{
    const struct yaml_node *n = tree_get(doc, "spec.fairSharing.weight");
    struct quantity_kubernetes q;
    if (!quantity_of(n, &q))
        return;
    if (q.nano < 0)
        refuse_text(r, n, "spec.fairSharing", n->text, NEGATIVE);
    if (q.nano == 1)
        refuse_text(r, n, "spec.fairSharing", n->text, "When not 0, weight must be > 10e-9");
}

/* --- resource groups --- */

struct group_rules {
    struct refusals *r;
    const char *parent; /* what a limit needs: "cohort", "parent" */
    bool has_parent;
    bool caps_lending; /* at the nominal quota */
};

static void check_limit(const struct group_rules *rules, const struct yaml_node *n,
                        const char *field)
{
    if (!rules->has_parent)
        refuse_text(rules->r, n, field, node_text(n),
                    arena_printf(rules->r->arena, "must be nil when %s is empty", rules->parent));
}

static void check_sign(const struct group_rules *rules, const struct yaml_node *n,
                       const char *field)
{
    if (sign_of(n) < 0)
        refuse_text(rules->r, n, field, node_text(n), NEGATIVE);
}

static void check_lending(const struct group_rules *rules, const struct yaml_node *lending,
                          const struct yaml_node *nominal, const char *field)
{
    struct quantity_kubernetes lent, own = {0};
    quantity_of(nominal, &own);
    if (rules->caps_lending && quantity_of(lending, &lent) && lent.nano > own.nano)
        refuse_text(rules->r, lending, field, node_text(lending),
                    "must be less than or equal to the nominalQuota");
}

static void check_quota(const struct group_rules *rules, const struct yaml_node *quota,
                        const struct yaml_node *covered, const char *field)
{
    struct arena *a = rules->r->arena;
    const struct yaml_node *nominal = tree_get(quota, "nominalQuota");
    const struct yaml_node *borrowing = tree_get(quota, "borrowingLimit");
    const struct yaml_node *lending = tree_get(quota, "lendingLimit");
    const char *name = tree_text(quota, "name", "");
    if (strcmp(name, node_text(covered)) != 0)
        refuse_text(rules->r, tree_get(quota, "name"), arena_printf(a, "%s.name", field), name,
                    "must match the name in coveredResources");
    check_sign(rules, nominal, arena_printf(a, "%s.nominalQuota", field));
    const char *limit = arena_printf(a, "%s.borrowingLimit", field);
    if (borrowing != NULL) {
        check_limit(rules, borrowing, limit);
        check_sign(rules, borrowing, limit);
    }
    limit = arena_printf(a, "%s.lendingLimit", field);
    if (lending != NULL) {
        check_sign(rules, lending, limit);
        check_limit(rules, lending, limit);
        check_lending(rules, lending, nominal, limit);
    }
}

/* A list of a group. key: of the items, NULL if they are texts. */
struct group_list {
    const char *list, *key;
};

static const struct group_list in_flavors = {"flavors", "name"};
static const struct group_list in_covered = {"coveredResources", NULL};

/* Whether a name stands in a list of some group before the i-th item of the g-th group. */
static bool stands_before(const struct yaml_node *groups, const struct group_list *in, size_t g,
                          size_t i, const char *name)
{
    for (size_t h = 0; h <= g; h++) {
        const struct yaml_node *items = tree_get(groups->items[h], in->list);
        const size_t len = h == g ? i : tree_len(items);
        for (size_t k = 0; k < len; k++)
            if (strcmp(tree_text(items->items[k], in->key, ""), name) == 0)
                return true;
    }
    return false;
}

static void check_covered(const struct group_rules *rules, const struct yaml_node *groups, size_t g)
{
    const struct yaml_node *list = tree_get(groups->items[g], "coveredResources");
    for (size_t i = 0; i < tree_len(list); i++) {
        const char *name = node_text(list->items[i]);
        const char *field =
            arena_printf(rules->r->arena, GROUPS "[%zu].coveredResources[%zu]", g, i);
        const struct syntax s = syntax_label_key(rules->r->arena, name);
        refuse_syntax(rules->r, list->items[i], field, name, &s);
        if (stands_before(groups, &in_covered, g, i, name))
            refuse_twin(rules->r, list->items[i], field, name);
    }
}

static void check_flavors(const struct group_rules *rules, const struct yaml_node *groups, size_t g)
{
    const struct yaml_node *covered = tree_get(groups->items[g], "coveredResources");
    const struct yaml_node *list = tree_get(groups->items[g], "flavors");
    for (size_t i = 0; i < tree_len(list); i++) {
        const struct yaml_node *quotas = tree_get(list->items[i], "resources");
        const char *name = tree_text(list->items[i], "name", "");
        const char *field = arena_printf(rules->r->arena, GROUPS "[%zu].flavors[%zu]", g, i);
        for (size_t q = 0; q < tree_len(quotas) && q < tree_len(covered); q++)
            check_quota(rules, quotas->items[q], covered->items[q],
                        arena_printf(rules->r->arena, "%s.resources[%zu]", field, q));
        if (stands_before(groups, &in_flavors, g, i, name))
            refuse_twin(rules->r, tree_get(list->items[i], "name"),
                        arena_printf(rules->r->arena, "%s.name", field), name);
    }
}

static void check_groups(const struct group_rules *rules, const struct yaml_node *groups)
{
    for (size_t g = 0; g < tree_len(groups); g++) {
        check_covered(rules, groups, g);
        check_flavors(rules, groups, g);
    }
}

/* --- how many --- */

static void check_total(struct refusals *r, const struct yaml_node *groups, const char *list,
                        const char *what)
{
    size_t total = 0;
    for (size_t g = 0; g < tree_len(groups); g++)
        total += tree_len(tree_get(groups->items[g], list));
    if (total > MOST_IN_ALL)
        refuse_number(r, groups, GROUPS, (int64_t)total,
                      arena_printf(r->arena,
                                   "total number of %s across all resourceGroups must be ≤ 256, "
                                   "got %zu",
                                   what, total));
}

static void check_pairs(struct refusals *r, const struct yaml_node *groups)
{
    for (size_t g = 0; g < tree_len(groups); g++) {
        const struct yaml_node *flavors = tree_get(groups->items[g], "flavors");
        size_t total = 0;
        for (size_t f = 0; f < tree_len(flavors); f++)
            total += tree_len(tree_get(flavors->items[f], "resources"));
        if (total > MOST_PAIRS)
            refuse_number(r, groups->items[g], arena_printf(r->arena, GROUPS "[%zu]", g),
                          (int64_t)total,
                          arena_printf(r->arena,
                                       "number of flavor-resource combinations in a resourceGroup "
                                       "must be ≤ 512, got %zu",
                                       total));
    }
}

/* --- flavors that others name --- */

static bool has_flavor(const struct yaml_node *doc, const char *name)
{
    const struct yaml_node *groups = tree_get(doc, GROUPS);
    return tree_len(groups) > 0 &&
           stands_before(groups, &in_flavors, groups->len - 1,
                         tree_len(tree_get(groups->items[groups->len - 1], "flavors")), name);
}

/* All flavors, each once, as they stand; ends with NULL. */
static const char *const *all_flavors(struct arena *a, const struct yaml_node *doc)
{
    const struct yaml_node *groups = tree_get(doc, GROUPS);
    size_t most = 1, len = 0;
    for (size_t g = 0; g < tree_len(groups); g++)
        most += tree_len(tree_get(groups->items[g], "flavors"));
    const char **names = arena_alloc(a, most * sizeof names[0]);
    for (size_t g = 0; g < tree_len(groups); g++) {
        const struct yaml_node *list = tree_get(groups->items[g], "flavors");
        for (size_t i = 0; i < tree_len(list); i++) {
            const char *name = tree_text(list->items[i], "name", "");
            if (!stands_before(groups, &in_flavors, g, i, name))
                names[len++] = name;
        }
    }
    return names;
}

static bool same_flavors(struct arena *a, const struct yaml_node *doc, const struct yaml_node *old)
{
    const char *const *mine = all_flavors(a, doc), *const *others = all_flavors(a, old);
    size_t i = 0, k = 0;
    for (; mine[i] != NULL; i++)
        if (!has_flavor(old, mine[i]))
            return false;
    while (others[k] != NULL)
        k++;
    return i == k;
}

static bool lists_text(const struct yaml_node *list, const char *text)
{
    for (size_t i = 0; i < tree_len(list); i++)
        if (strcmp(node_text(list->items[i]), text) == 0)
            return true;
    return false;
}

/* Whether the old object had the check with the same flavors: then Kueue lets it be. */
static bool was_so(const struct yaml_node *old, const struct yaml_node *check)
{
    const struct yaml_node *list = tree_get(old, CHECKS), *mine = tree_get(check, "onFlavors");
    for (size_t i = 0; i < tree_len(list); i++) {
        const struct yaml_node *flavors = tree_get(list->items[i], "onFlavors");
        bool is_same =
            strcmp(tree_text(list->items[i], "name", ""), tree_text(check, "name", "")) == 0;
        for (size_t f = 0; is_same && f < tree_len(mine); f++)
            is_same = lists_text(flavors, node_text(mine->items[f]));
        for (size_t f = 0; is_same && f < tree_len(flavors); f++)
            is_same = lists_text(mine, node_text(flavors->items[f]));
        if (is_same)
            return true;
    }
    return false;
}

static void check_on_flavors(struct refusals *r, const struct yaml_node *doc,
                             const struct yaml_node *old, const struct gates *gates)
{
    const struct yaml_node *list = tree_get(doc, CHECKS);
    if (old != NULL && (gates_on(gates, GATE_REJECT_UPDATES_TO_CQ_WITH_INVALID_ON_FLAVORS) ||
                        !same_flavors(r->arena, doc, old)))
        old = NULL;
    for (size_t i = 0; i < tree_len(list); i++) {
        const struct yaml_node *flavors = tree_get(list->items[i], "onFlavors");
        for (size_t f = 0; !was_so(old, list->items[i]) && f < tree_len(flavors); f++)
            if (!has_flavor(doc, node_text(flavors->items[f])))
                refuse_unsupported(r, flavors->items[f],
                                   arena_printf(r->arena, CHECKS "[%zu].onFlavors[%zu]", i, f),
                                   node_text(flavors->items[f]), all_flavors(r->arena, doc));
    }
}

/* --- concurrent admission --- */

static void check_constraints(struct refusals *r, const struct yaml_node *doc)
{
    static const char field[] = POLICY ".migration.constraints";
    const struct yaml_node *n = tree_get(doc, field);
    const struct yaml_node *last = tree_get(n, "lastAcceptableFlavorName");
    const char *mode = tree_text(doc, POLICY ".migration.mode", "");
    if (n == NULL)
        return;
    if (mode[0] != '\0' && strcmp(mode, "TryPreferredFlavors") != 0) {
        refuse_forbidden(r, n, field,
                         arena_printf(r->arena,
                                      "may only be set when migration.mode is "
                                      "\"TryPreferredFlavors\" (got \"%s\")",
                                      mode));
        return;
    }
    if (last == NULL || has_flavor(doc, node_text(last)))
        return;
    const char *const *names = all_flavors(r->arena, doc), *all = "";
    for (size_t i = 0; names[i] != NULL; i++)
        all = arena_printf(r->arena, "%s%s%s", all, i == 0 ? "" : " ", names[i]);
    refuse_text(r, last, POLICY ".migration.constraints.lastAcceptableFlavorName", node_text(last),
                arena_printf(r->arena,
                             "must be one of the flavors defined in the ClusterQueue: [%s]", all));
}

static void check_concurrent(struct refusals *r, const struct yaml_node *doc,
                             const struct gates *gates)
{
    const struct yaml_node *groups = tree_get(doc, GROUPS);
    const size_t len = tree_len(groups);
    if (!gates_on(gates, GATE_CONCURRENT_ADMISSION) || tree_get(doc, POLICY) == NULL)
        return;
    if (len != 1)
        refuse_number(r, groups, GROUPS, (int64_t)len,
                      "must have exactly one ResourceGroup when ConcurrentAdmissionPolicy is "
                      "defined");
    const size_t flavors = len == 1 ? tree_len(tree_get(groups->items[0], "flavors")) : 0;
    if (flavors > MOST_CONCURRENT)
        refuse_number(r, groups, GROUPS "[0].flavors", (int64_t)flavors,
                      "cannot have more than 16 resource flavors in the ResourceGroup when "
                      "ConcurrentAdmissionPolicy is defined");
    check_constraints(r, doc);
    if (strcmp(tree_text(doc, "spec.queueingStrategy", ""), "StrictFIFO") == 0)
        refuse_text(r, tree_get(doc, "spec.queueingStrategy"), "spec.queueingStrategy",
                    "StrictFIFO",
                    "StrictFIFO queueing strategy cannot be used when ConcurrentAdmissionPolicy "
                    "is defined");
}

/* --- objects --- */

static void check_preemption(struct refusals *r, const struct yaml_node *doc)
{
    const struct yaml_node *n = tree_get(doc, "spec.preemption");
    const struct yaml_node *within = tree_get(n, "borrowWithinCohort");
    if (within != NULL && strcmp(tree_text(n, "reclaimWithinCohort", ""), "Never") == 0 &&
        strcmp(tree_text(within, "policy", ""), "Never") != 0)
        refuse_node(r, n, "spec.preemption",
                    "reclaimWithinCohort=Never and borrowWithinCohort.Policy!=Never");
}

static void check_fungibility(struct refusals *r, const struct yaml_node *doc)
{
    static const char field[] = "spec.flavorFungibility.preference";
    const struct yaml_node *n = tree_get(doc, field);
    if (n == NULL ||
        (strcmp(tree_text(doc, "spec.flavorFungibility.whenCanBorrow", ""), "TryNextFlavor") == 0 &&
         strcmp(tree_text(doc, "spec.flavorFungibility.whenCanPreempt", ""), "TryNextFlavor") == 0))
        return;
    refuse_text(r, n, field, node_text(n),
                arena_printf(r->arena,
                             "preference \"%s\" requires both whenCanBorrow and whenCanPreempt to "
                             "be TryNextFlavor",
                             node_text(n)));
}

void cluster_queue_validate(const struct yaml_node *doc, const struct yaml_node *old,
                            const struct gates *gates, struct refusals *r)
{
    const struct yaml_node *groups = tree_get(doc, GROUPS);
    check_groups(
        &(struct group_rules){r, "cohort", tree_text(doc, "spec.cohortName", "")[0] != '\0', true},
        groups);
    check_label_selector(r, tree_get(doc, "spec.namespaceSelector"), "spec.namespaceSelector");
    check_preemption(r, doc);
    check_fungibility(r, doc);
    check_weight(r, doc);
    check_total(r, groups, "flavors", "flavors");
    check_total(r, groups, "coveredResources", "covered resources");
    check_pairs(r, groups);
    check_concurrent(r, doc, gates);
    check_on_flavors(r, doc, old, gates);
    if (old != NULL && !tree_equal(tree_get(doc, POLICY), tree_get(old, POLICY)))
        refuse_node(r, tree_get(doc, POLICY), POLICY, "field is immutable");
}

void cohort_validate(const struct yaml_node *doc, struct refusals *r)
{
    check_weight(r, doc);
    check_groups(
        &(struct group_rules){r, "parent", tree_text(doc, "spec.parentName", "")[0] != '\0', false},
        tree_get(doc, GROUPS));
}

/* --- flavors --- */

void check_tolerations(struct refusals *r, const struct yaml_node *list, const char *field)
{
    for (size_t i = 0; i < tree_len(list); i++) {
        const struct yaml_node *key = tree_get(list->items[i], "key");
        if (node_text(key)[0] == '\0')
            continue;
        const struct syntax s = syntax_label_key(r->arena, node_text(key));
        refuse_syntax(r, key, arena_printf(r->arena, "%s[%zu].key", field, i), node_text(key), &s);
    }
}

static void check_taint(struct refusals *r, const struct yaml_node *list, size_t i)
{
    const struct yaml_node *n = list->items[i];
    const char *field = arena_printf(r->arena, "spec.nodeTaints[%zu]", i);
    const char *key = tree_text(n, "key", ""), *value = tree_text(n, "value", "");
    struct syntax s = syntax_label_key(r->arena, key);
    refuse_syntax(r, n, arena_printf(r->arena, "%s.key", field), key, &s);
    s = syntax_label_value(r->arena, value);
    if (s.len > 0)
        refuse_text(r, n, arena_printf(r->arena, "%s.value", field), value,
                    syntax_join(r->arena, &s, ";"));
    for (size_t k = 0; k < i; k++)
        if (strcmp(tree_text(list->items[k], "key", ""), key) == 0 &&
            strcmp(tree_text(list->items[k], "effect", ""), tree_text(n, "effect", "")) == 0) {
            refusals_add(r, (struct refusal){REFUSED_DUPLICATE, field, tree_json(r->arena, n),
                                             "taints must be unique by key and effect pair", n});
            return;
        }
}

void resource_flavor_validate(const struct yaml_node *doc, struct refusals *r)
{
    const struct yaml_node *taints = tree_get(doc, "spec.nodeTaints");
    check_labels(r, tree_get(doc, "spec.nodeLabels"), "spec.nodeLabels");
    for (size_t i = 0; i < tree_len(taints); i++)
        check_taint(r, taints, i);
    check_tolerations(r, tree_get(doc, "spec.tolerations"), "spec.tolerations");
}
