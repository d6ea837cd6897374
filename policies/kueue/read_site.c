#include "policies/kueue/read_site.h"

#include "sim/arena.h"

#include <string.h>

/* --- amounts --- */

int64_t kueue_quota_amount(uint32_t resource, const struct quantity_kubernetes *q)
{
    const bool is_cpu = resource == RESOURCE_CPU;
    if (is_cpu ? q->milli_is_capped : q->units_are_capped)
        return QTY_UNLIMITED;
    return is_cpu ? q->milli : q->units;
}

int64_t kueue_request_amount(uint32_t resource, const struct quantity_kubernetes *q)
{
    return resource == RESOURCE_CPU ? q->milli : q->units;
}

static double weight_of(struct site_reader *r, const struct yaml_node *spec)
{
    struct quantity_kubernetes q;
    const struct yaml_node *n = field_get(field_map(&r->f, spec, "fairSharing"), "weight");
    if (n == NULL || !field_quantity(&r->f, n, "weight", &q))
        return 1;
    return (double)q.nano / 1e9;
}

static int64_t limit_of(struct site_reader *r, const struct yaml_node *n, const char *key,
                        uint32_t resource)
{
    struct quantity_kubernetes q;
    const struct yaml_node *limit = field_get(n, key);
    if (limit == NULL || !field_quantity(&r->f, limit, key, &q))
        return QTY_UNLIMITED;
    return kueue_quota_amount(resource, &q);
}

/* --- resource groups --- */

static struct quota_spec read_quota(struct site_reader *r, const struct yaml_node *n)
{
    struct quota_spec out = {.resource = UINT32_MAX};
    const char *name = field_required_text(&r->f, n, "name");
    if (name == NULL)
        return out;
    out.resource = intern_add(r->f.resources, name);
    struct quantity_kubernetes q;
    const struct yaml_node *nominal = field_get(n, "nominalQuota");
    if (nominal != NULL && field_quantity(&r->f, nominal, "nominalQuota", &q))
        out.nominal = kueue_quota_amount(out.resource, &q);
    out.borrowing_limit = limit_of(r, n, "borrowingLimit", out.resource);
    out.lending_limit = limit_of(r, n, "lendingLimit", out.resource);
    return out;
}

static struct flavor_quotas read_flavor_quotas(struct site_reader *r, const struct yaml_node *n)
{
    struct flavor_quotas out = {.flavor = INTERN_NONE};
    const char *name = field_required_text(&r->f, n, "name");
    const struct yaml_node *list = field_map_list(&r->f, n, "resources");
    out.flavor = name == NULL ? INTERN_NONE : intern_add(r->f.words, name);
    if (list == NULL)
        return out;
    struct quota_spec *quotas = arena_alloc(r->f.arena, list->len * sizeof quotas[0]);
    for (size_t i = 0; i < list->len; i++) {
        quotas[out.quotas_len] = read_quota(r, list->items[i]);
        out.quotas_len += quotas[out.quotas_len].resource != UINT32_MAX;
    }
    out.quotas = quotas;
    return out;
}

/* coveredResources are numbers of names.resources here, not words. */
static void read_covered(struct site_reader *r, const struct yaml_node *n,
                         struct resource_group *out)
{
    const struct word_list words = field_words(&r->f, n, "coveredResources");
    uint32_t *covered = arena_alloc(r->f.arena, words.len * sizeof covered[0]);
    for (uint32_t i = 0; i < words.len; i++)
        covered[i] = intern_add(r->f.resources, intern_text(r->f.words, words.words[i]));
    out->resources = covered;
    out->resources_len = words.len;
}

static const struct resource_group *read_groups(struct site_reader *r, const struct yaml_node *spec,
                                                uint32_t *len)
{
    const struct yaml_node *list = field_map_list(&r->f, spec, "resourceGroups");
    *len = 0;
    if (list == NULL)
        return NULL;
    struct resource_group *groups = arena_alloc(r->f.arena, list->len * sizeof groups[0]);
    for (size_t g = 0; g < list->len; g++) {
        struct resource_group *out = &groups[(*len)++];
        read_covered(r, list->items[g], out);
        const struct yaml_node *flavors = field_map_list(&r->f, list->items[g], "flavors");
        if (flavors == NULL)
            continue;
        struct flavor_quotas *all = arena_alloc(r->f.arena, flavors->len * sizeof all[0]);
        for (size_t f = 0; f < flavors->len; f++) {
            all[out->flavors_len] = read_flavor_quotas(r, flavors->items[f]);
            out->flavors_len += all[out->flavors_len].flavor != INTERN_NONE;
        }
        out->flavors = all;
    }
    return groups;
}

/* --- ResourceFlavor, Cohort, Namespace, LocalQueue --- */

static void read_flavor(struct site_reader *r, const struct object *o)
{
    const struct yaml_node *spec = field_map(&r->f, o->doc, "spec");
    const struct yaml_node *taints = field_map_list(&r->f, spec, "nodeTaints");
    struct flavor_spec *out = arena_alloc(r->f.arena, sizeof *out);
    *out = (struct flavor_spec){
        .name = o->name,
        .labels = label_map_read(&r->f, field_text_map(&r->f, spec, "nodeLabels")),
        .tolerations = tolerations_read(&r->f, spec, "tolerations"),
        .topology = field_text(&r->f, spec, "topologyName"),
    };
    struct taint *list =
        arena_alloc(r->f.arena, (taints == NULL ? 0 : taints->len) * sizeof list[0]);
    for (size_t i = 0; taints != NULL && i < taints->len; i++)
        if (taint_read(&r->f, taints->items[i], &list[out->taints_len]))
            out->taints_len++;
    out->taints = list;
    site_put_flavor(r->site, out);
}

static void read_cohort(struct site_reader *r, const struct object *o)
{
    const struct yaml_node *spec = field_map(&r->f, o->doc, "spec");
    const char *parent = field_text(&r->f, spec, "parentName");
    struct cohort_spec *out = arena_alloc(r->f.arena, sizeof *out);
    *out = (struct cohort_spec){
        .name = o->name, .parent = parent == NULL ? "" : parent, .weight = weight_of(r, spec)};
    out->groups = read_groups(r, spec, &out->groups_len);
    site_put_cohort(r->site, out);
}

static void read_namespace(struct site_reader *r, const struct object *o)
{
    struct namespace_spec *out = arena_alloc(r->f.arena, sizeof *out);
    *out = (struct namespace_spec){o->name, label_map_read(&r->f, o->labels)};
    site_put_namespace(r->site, out);
}

static void read_topology(struct site_reader *r, const struct object *o)
{
    const struct yaml_node *list =
        field_map_list(&r->f, field_map(&r->f, o->doc, "spec"), "levels");
    struct topology_spec *out = arena_alloc(r->f.arena, sizeof *out);
    const char **levels =
        arena_alloc(r->f.arena, (list == NULL ? 0 : list->len) * sizeof levels[0]);
    *out = (struct topology_spec){.name = o->name, .levels = levels};
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const char *label = field_required_text(&r->f, list->items[i], "nodeLabel");
        if (label != NULL)
            levels[out->levels_len++] = label;
    }
    site_put_topology(r->site, out);
}

static bool says_inactive(struct site_reader *r, const struct object *o)
{
    const struct yaml_node *list =
        field_map_list(&r->f, field_map(&r->f, o->doc, "status"), "conditions");
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const char *type = field_text(&r->f, list->items[i], "type");
        const char *status = field_text(&r->f, list->items[i], "status");
        if (type != NULL && status != NULL && strcmp(type, "Active") == 0)
            return strcmp(status, "True") != 0;
    }
    return false;
}

static void read_check(struct site_reader *r, const struct object *o)
{
    struct check_spec *out = arena_alloc(r->f.arena, sizeof *out);
    const char *by = field_text(&r->f, field_map(&r->f, o->doc, "spec"), "controllerName");
    *out = (struct check_spec){.name = o->name, .is_inactive = says_inactive(r, o)};
    if (by != NULL && strcmp(by, "kueue.x-k8s.io/provisioning-request") == 0)
        out->controller = CHECK_BY_PROVISIONING;
    if (by != NULL && strcmp(by, "kueue.x-k8s.io/multikueue") == 0)
        out->controller = CHECK_BY_MULTIKUEUE;
    site_put_check(r->site, out);
}

static const char *const stop_names[] = {"None", "Hold", "HoldAndDrain", NULL};

static enum stop_policy read_stop(struct site_reader *r, const struct yaml_node *spec)
{
    int stop = STOP_NONE;
    field_choice(&r->f, spec, "stopPolicy", stop_names, &stop);
    return (enum stop_policy)stop;
}

static void read_local_queue(struct site_reader *r, const struct object *o)
{
    const struct yaml_node *spec = field_map(&r->f, o->doc, "spec");
    const char *queue = field_text(&r->f, spec, "clusterQueue");
    struct local_queue_spec *out = arena_alloc(r->f.arena, sizeof *out);
    *out = (struct local_queue_spec){.namespace = o->namespace,
                                     .name = o->name,
                                     .queue = queue == NULL ? "" : queue,
                                     .stop = read_stop(r, spec),
                                     .weight = weight_of(r, spec)};
    site_put_local_queue(r->site, out);
}

/* --- ClusterQueue --- */

static enum preemption_policy read_policy(struct site_reader *r, const struct yaml_node *n,
                                          const char *key)
{
    static const char *const names[] = {"Never", "LowerPriority", "LowerOrNewerEqualPriority",
                                        "Any", NULL};
    static const enum preemption_policy policies[] = {
        POLICY_NEVER, POLICY_LOWER_PRIORITY, POLICY_LOWER_OR_NEWER_EQUAL_PRIORITY, POLICY_ANY};
    int which;
    if (field_choice(&r->f, n, key, names, &which))
        return policies[which];
    return r->is_raw ? POLICY_UNSET : POLICY_NEVER;
}

static void read_borrow_within(struct site_reader *r, const struct yaml_node *n,
                               struct preemption_spec *out)
{
    static const char *const names[] = {"Never", "LowerPriority", NULL};
    int policy = r->is_raw && n != NULL ? 1 : 0; /* "" is not Never: specs/kueue.md, trap 1 */
    field_choice(&r->f, n, "policy", names, &policy);
    out->borrows = policy != 0;
    int64_t threshold;
    const struct int_field field = {"maxPriorityThreshold", INT32_MIN, INT32_MAX};
    out->has_threshold = field_int(&r->f, n, &field, &threshold);
    if (out->has_threshold)
        out->threshold = (int32_t)threshold;
}

static struct preemption_spec read_preemption(struct site_reader *r, const struct yaml_node *spec)
{
    struct preemption_spec out = {.within = POLICY_NEVER, .reclaim = POLICY_NEVER};
    const struct yaml_node *n = field_map(&r->f, spec, "preemption");
    if (n == NULL)
        return out;
    out.within = read_policy(r, n, "withinClusterQueue");
    out.reclaim = read_policy(r, n, "reclaimWithinCohort");
    read_borrow_within(r, field_map(&r->f, n, "borrowWithinCohort"), &out);
    return out;
}

static struct fungibility_spec read_fungibility(struct site_reader *r, const struct yaml_node *spec)
{
    /* Borrow and Preempt are what v1beta1 called MayStopSearch. */
    static const char *const borrow[] = {"MayStopSearch", "TryNextFlavor", "Borrow", NULL};
    static const char *const preempt[] = {"MayStopSearch", "TryNextFlavor", "Preempt", NULL};
    static const char *const prefer[] = {"BorrowingOverPreemption", "PreemptionOverBorrowing",
                                         NULL};
    const struct yaml_node *n = field_map(&r->f, spec, "flavorFungibility");
    int when_borrow = 0, when_preempt = 1, preference = 0;
    field_choice(&r->f, n, "whenCanBorrow", borrow, &when_borrow);
    field_choice(&r->f, n, "whenCanPreempt", preempt, &when_preempt);
    field_choice(&r->f, n, "preference", prefer, &preference);
    return (struct fungibility_spec){.borrow_tries_next = when_borrow == 1,
                                     .preempt_tries_next = when_preempt == 1,
                                     .preference =
                                         preference == 0 ? PREFER_BORROWING : PREFER_PREEMPTION};
}

static void read_checks(struct site_reader *r, const struct yaml_node *spec,
                        struct cluster_queue_spec *out)
{
    const struct yaml_node *strategy = field_map(&r->f, spec, "admissionChecksStrategy");
    const struct yaml_node *list = field_map_list(&r->f, strategy, "admissionChecks");
    const struct word_list old = field_words(&r->f, spec, "admissionChecks"); /* v1beta1 */
    struct check_use *checks =
        arena_alloc(r->f.arena, (old.len + (list == NULL ? 0 : list->len)) * sizeof checks[0]);
    for (uint32_t i = 0; i < old.len; i++)
        checks[out->checks_len++] =
            (struct check_use){.name = intern_text(r->f.words, old.words[i])};
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const char *name = field_required_text(&r->f, list->items[i], "name");
        const struct word_list flavors = field_words(&r->f, list->items[i], "onFlavors");
        if (name != NULL)
            checks[out->checks_len++] = (struct check_use){name, flavors.words, flavors.len};
    }
    out->checks = checks;
}

static void read_queue(struct site_reader *r, const struct object *o)
{
    static const char *const strategies[] = {"BestEffortFIFO", "StrictFIFO", NULL};
    static const char *const modes[] = {"NoAdmissionFairSharing", "UsageBasedAdmissionFairSharing",
                                        NULL};
    const struct yaml_node *spec = field_map(&r->f, o->doc, "spec");
    const char *cohort = field_text(&r->f, spec, "cohortName");
    if (cohort == NULL)
        cohort = field_text(&r->f, spec, "cohort"); /* v1beta1 */
    int strategy = 0, mode = 0;
    field_choice(&r->f, spec, "queueingStrategy", strategies, &strategy);
    field_choice(&r->f, field_map(&r->f, spec, "admissionScope"), "admissionMode", modes, &mode);
    struct cluster_queue_spec *out = arena_alloc(r->f.arena, sizeof *out);
    *out = (struct cluster_queue_spec){
        .name = o->name,
        .cohort = cohort == NULL ? "" : cohort,
        .is_strict = strategy == 1,
        .namespaces = selector_read(&r->f, field_map(&r->f, spec, "namespaceSelector")),
        .preemption = read_preemption(r, spec),
        .fungibility = read_fungibility(r, spec),
        .stop = read_stop(r, spec),
        .is_usage_based = mode == 1,
        .weight = weight_of(r, spec),
    };
    out->groups = read_groups(r, spec, &out->groups_len);
    read_checks(r, spec, out);
    site_put_queue(r->site, out);
}

/* --- by kind --- */

bool site_read(struct site_reader *r, const struct object *o)
{
    static const struct {
        const char *group, *kind;
        void (*read)(struct site_reader *r, const struct object *o);
    } kinds[] = {
        {"", "Namespace", read_namespace},
        {"kueue.x-k8s.io", "ResourceFlavor", read_flavor},
        {"kueue.x-k8s.io", "Cohort", read_cohort},
        {"kueue.x-k8s.io", "ClusterQueue", read_queue},
        {"kueue.x-k8s.io", "LocalQueue", read_local_queue},
        {"kueue.x-k8s.io", "Topology", read_topology},
        {"kueue.x-k8s.io", "AdmissionCheck", read_check},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(o->kind, kinds[i].kind) == 0 && strcmp(o->group, kinds[i].group) == 0) {
            kinds[i].read(r, o);
            return true;
        }
    return false;
}
