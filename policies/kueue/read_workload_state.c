/* The state a Workload is in: what its status, and what stands beside it, tell. */
#include "policies/kueue/read_workload.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/read_site.h"
#include "policies/kueue/topology.h"
#include "sim/arena.h"
#include "sim/calendar.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT_MOST = INT32_MAX };

/* --- conditions --- */

static int64_t time_of(struct workload_reader *r, const struct yaml_node *n, const char *key)
{
    int64_t ns = WORKLOAD_TIME_ZERO;
    const char *why;
    const char *text = field_text(&r->f, n, key);
    if (text != NULL && !calendar_parse(text, &ns, &why))
        diag_error(r->f.diag, yaml_pos(field_get(n, key)), "%s: '%s': %s; expected " CALENDAR_HINT,
                   key, text, why);
    return ns;
}

static enum evict_reason evict_reason_of(const char *text)
{
    for (int i = 1; text != NULL && i < EVICT_REASONS; i++)
        if (strcmp(evict_reason_name((enum evict_reason)i), text) == 0)
            return (enum evict_reason)i;
    return EVICT_OTHER;
}

static enum preempt_reason preempt_reason_of(const char *text)
{
    for (int i = 1; text != NULL && i < PREEMPT_REASONS; i++)
        if (strcmp(preempt_reason_name((enum preempt_reason)i), text) == 0)
            return (enum preempt_reason)i;
    return PREEMPT_NONE;
}

static void read_condition(struct workload_reader *r, const struct yaml_node *n,
                           struct kueue_workload *w)
{
    const char *type = field_text(&r->f, n, "type");
    const char *status = field_text(&r->f, n, "status");
    if (type == NULL || status == NULL)
        return;
    const bool yes = strcmp(status, "True") == 0;
    const int64_t since_ns = time_of(r, n, "lastTransitionTime");
    const char *reason = field_text(&r->f, n, "reason");
    if (strcmp(type, "QuotaReserved") == 0) {
        w->has_quota = yes;
        w->reserved_ns = since_ns;
    } else if (strcmp(type, "Admitted") == 0) {
        w->is_admitted = yes;
    } else if (strcmp(type, "PodsReady") == 0) {
        w->is_ready = yes;
    } else if (strcmp(type, "Finished") == 0) {
        w->is_finished = yes;
    } else if (strcmp(type, "Evicted") == 0) {
        w->is_evicted = yes;
        w->evicted_ns = since_ns;
        w->evicted_for = yes ? evict_reason_of(reason) : EVICT_NONE;
    } else if (strcmp(type, "Preempted") == 0) {
        w->is_preempted = yes;
        w->preempted_ns = since_ns;
        w->preempted_for = yes ? preempt_reason_of(reason) : PREEMPT_NONE;
    } else if (strcmp(type, "Requeued") == 0) {
        w->requeued = yes ? REQUEUED_TRUE : REQUEUED_FALSE;
    }
}

static uint32_t set_named(const struct shape *shape, const char *name)
{
    for (uint32_t s = 0; name != NULL && s < shape->sets_len; s++)
        if (strcmp(shape->sets[s].name, name) == 0)
            return s;
    return UINT32_MAX;
}

static void read_reclaimed(struct workload_reader *r, const struct yaml_node *status,
                           struct kueue_workload *w)
{
    const struct int_field field = {"count", 0, COUNT_MOST};
    const struct yaml_node *list = field_map_list(&r->f, status, "reclaimablePods");
    if (list == NULL || list->len == 0 || !gates_on(&r->settings->gates, GATE_RECLAIMABLE_PODS))
        return;
    w->reclaimed = calloc(w->shape->sets_len, sizeof w->reclaimed[0]);
    SIM_REQUIRE(w->reclaimed != NULL);
    for (size_t i = 0; i < list->len; i++) {
        const uint32_t s = set_named(w->shape, field_text(&r->f, list->items[i], "name"));
        int64_t count = 0;
        if (s != UINT32_MAX && field_int(&r->f, list->items[i], &field, &count))
            w->reclaimed[s] = (uint32_t)count;
    }
}

static void read_assignment(struct workload_reader *r, const struct yaml_node *n,
                            const struct kueue_workload *w, uint32_t set, struct admitted_set *out)
{
    const struct int_field field = {"count", 0, COUNT_MOST};
    int64_t count = w->shape->sets[set].count;
    field_int(&r->f, n, &field, &count);
    out->count = (uint32_t)count;
    const struct yaml_node *flavors = field_text_map(&r->f, n, "flavors");
    const struct yaml_node *usage = field_map(&r->f, n, "resourceUsage");
    const size_t len = flavors == NULL ? 0 : flavors->len;
    out->resources = calloc(len + 1, sizeof out->resources[0]);
    SIM_REQUIRE(out->resources != NULL);
    for (size_t i = 0; i < len; i++) {
        struct assigned *a = &out->resources[out->len++];
        const char *resource = flavors->pairs[i].key->text;
        struct quantity_kubernetes q;
        a->resource = intern_add(r->f.resources, resource);
        a->flavor = intern_add(r->f.words, flavors->pairs[i].value->text);
        const struct yaml_node *amount = field_get(usage, resource);
        if (amount != NULL && field_quantity(&r->f, amount, resource, &q))
            a->qty = kueue_request_amount(a->resource, &q);
    }
}

/* --- places on nodes --- */

/* The i-th value of a level of a slice. */
static const char *value_at(struct workload_reader *r, const struct yaml_node *level, size_t i)
{
    const char *universal = field_text(&r->f, level, "universal");
    const struct yaml_node *individual = field_map(&r->f, level, "individual");
    const struct yaml_node *roots = field_list(&r->f, individual, "roots");
    if (universal != NULL)
        return universal;
    if (roots == NULL || i >= roots->len || roots->items[i]->kind != YAML_SCALAR)
        return "";
    const char *prefix = field_text(&r->f, individual, "prefix");
    const char *suffix = field_text(&r->f, individual, "suffix");
    return arena_printf(r->f.arena, "%s%s%s", prefix == NULL ? "" : prefix, roots->items[i]->text,
                        suffix == NULL ? "" : suffix);
}

static uint32_t count_at(struct workload_reader *r, const struct yaml_node *counts, size_t i)
{
    const struct int_field field = {"universal", 0, COUNT_MOST};
    const struct yaml_node *list = field_list(&r->f, counts, "individual");
    int64_t count = 0;
    const char *why;
    if (!field_int(&r->f, counts, &field, &count) && list != NULL && i < list->len &&
        list->items[i]->kind == YAML_SCALAR)
        quantity_int(list->items[i]->text, &count, &why);
    return (uint32_t)count;
}

struct place_list {
    struct topology_assignment *a;
    uint32_t cap;
};

static void add_place(struct place_list *l, uint32_t leaf_id, uint32_t count)
{
    const uint32_t len = l->a == NULL ? 0 : l->a->len;
    if (len == l->cap) {
        l->cap = l->cap == 0 ? 8 : 2 * l->cap;
        l->a = realloc(l->a, sizeof *l->a + l->cap * sizeof l->a->pods[0]);
        SIM_REQUIRE(l->a != NULL);
        l->a->len = len;
    }
    l->a->pods[l->a->len++] = (struct topology_pods){leaf_id, count};
}

/* v1beta2: many domains at once, level by level. */
static void read_place_slice(struct workload_reader *r, const struct yaml_node *slice,
                             struct place_list *out)
{
    const struct int_field field = {"domainCount", 0, COUNT_MOST};
    const struct yaml_node *levels = field_map_list(&r->f, slice, "valuesPerLevel");
    int64_t domains = 0;
    field_int(&r->f, slice, &field, &domains);
    for (size_t i = 0; levels != NULL && i < (size_t)domains; i++) {
        const char *id = "";
        for (size_t l = 0; l < levels->len; l++)
            id = arena_printf(r->f.arena, "%s%s%s", id, l == 0 ? "" : ",",
                              value_at(r, levels->items[l], i));
        add_place(out, intern_add(r->f.words, id),
                  count_at(r, field_map(&r->f, slice, "podCounts"), i));
    }
}

/* v1beta1: {values, count}. */
static void read_place(struct workload_reader *r, const struct yaml_node *domain,
                       struct place_list *out)
{
    const struct int_field field = {"count", 0, COUNT_MOST};
    const struct word_list values = field_words(&r->f, domain, "values");
    int64_t count = 0;
    const char *id = "";
    for (uint32_t i = 0; i < values.len; i++)
        id = arena_printf(r->f.arena, "%s%s%s", id, i == 0 ? "" : ",",
                          intern_text(r->f.words, values.words[i]));
    field_int(&r->f, domain, &field, &count);
    add_place(out, intern_add(r->f.words, id), (uint32_t)count);
}

struct topology_assignment *places_read(struct workload_reader *r, const struct yaml_node *n)
{
    struct place_list out = {0};
    const struct yaml_node *slices = field_map_list(&r->f, n, "slices");
    const struct yaml_node *domains = field_map_list(&r->f, n, "domains");
    if (n == NULL)
        return NULL;
    for (size_t i = 0; slices != NULL && i < slices->len; i++)
        read_place_slice(r, slices->items[i], &out);
    for (size_t i = 0; domains != NULL && i < domains->len; i++)
        read_place(r, domains->items[i], &out);
    if (out.a == NULL) {
        out.a = calloc(1, sizeof *out.a);
        SIM_REQUIRE(out.a != NULL);
    }
    return out.a;
}

static void read_admitted_sets(struct workload_reader *r, const struct yaml_node *admission,
                               struct kueue_workload *w)
{
    w->sets = calloc(w->shape->sets_len + 1, sizeof w->sets[0]);
    SIM_REQUIRE(w->sets != NULL);
    const struct yaml_node *list = field_map_list(&r->f, admission, "podSetAssignments");
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const char *set_name = field_text(&r->f, list->items[i], "name");
        const uint32_t s = set_named(w->shape, set_name == NULL ? "main" : set_name);
        if (s == UINT32_MAX || w->sets[s].resources != NULL)
            continue;
        read_assignment(r, list->items[i], w, s, &w->sets[s]);
        admitted_set_scale(&w->sets[s], kueue_workload_count(w, s));
        w->sets[s].topology =
            places_read(r, field_map(&r->f, list->items[i], "topologyAssignment"));
        w->has_places |= w->sets[s].topology != NULL;
        const char *delay = field_text(&r->f, list->items[i], "delayedTopologyRequest");
        w->sets[s].is_delayed = delay != NULL && strcmp(delay, "Pending") == 0;
    }
}

static void read_admission(struct workload_reader *r, struct kueue *k,
                           const struct yaml_node *admission, struct kueue_workload *w)
{
    const char *name = field_text(&r->f, admission, "clusterQueue");
    struct cluster_queue *q = name == NULL ? NULL : kueue_find_queue(k, name);
    if (q == NULL)
        return;
    read_admitted_sets(r, admission, w);
    kueue_restore(k, w, q);
}

static void read_check_states(struct workload_reader *r, const struct yaml_node *status,
                              struct kueue_workload *w)
{
    static const char *const states[] = {"Pending", "Ready", "Retry", "Rejected", NULL};
    const struct yaml_node *list = field_map_list(&r->f, status, "admissionChecks");
    if (list == NULL || list->len == 0)
        return;
    w->checks = calloc(list->len, sizeof w->checks[0]);
    SIM_REQUIRE(w->checks != NULL);
    for (size_t i = 0; i < list->len; i++) {
        const char *name = field_text(&r->f, list->items[i], "name");
        int state = CHECK_PENDING;
        field_choice(&r->f, list->items[i], "state", states, &state);
        if (name != NULL)
            w->checks[w->checks_len++] =
                (struct workload_check){intern_add(r->f.words, name), (enum check_state)state};
    }
}

static void read_broken(struct workload_reader *r, const struct yaml_node *status,
                        struct kueue_workload *w)
{
    const struct yaml_node *list = field_map_list(&r->f, status, "unhealthyNodes");
    if (list == NULL || list->len == 0)
        return;
    w->broken_nodes = calloc(list->len, sizeof w->broken_nodes[0]);
    SIM_REQUIRE(w->broken_nodes != NULL);
    for (size_t i = 0; i < list->len; i++) {
        const char *name = field_text(&r->f, list->items[i], "name");
        if (name != NULL)
            w->broken_nodes[w->broken_len++] = intern_add(r->f.words, name);
    }
}

/* Whether a single Pod, and no group of them, stands behind the workload. */
static void read_owner(struct workload_reader *r, const struct object *o, struct kueue_workload *w)
{
    const struct yaml_node *list =
        field_map_list(&r->f, field_map(&r->f, o->doc, "metadata"), "ownerReferences");
    const char *group = object_annotation(o, "kueue.x-k8s.io/is-group-workload");
    const char *elastic = object_annotation(o, "kueue.x-k8s.io/elastic-job");
    w->is_elastic = elastic != NULL && strcmp(elastic, "true") == 0;
    if (list == NULL || list->len != 1 || (group != NULL && strcmp(group, "true") == 0))
        return;
    const char *kind = field_text(&r->f, list->items[0], "kind");
    const char *version = field_text(&r->f, list->items[0], "apiVersion");
    w->is_of_one_pod =
        kind != NULL && strcmp(kind, "Pod") == 0 && version != NULL && strcmp(version, "v1") == 0;
}

static void read_allowed(struct workload_reader *r, const struct object *o,
                         struct kueue_workload *w)
{
    const char *text = object_annotation(o, "kueue.x-k8s.io/workload-allowed-resource-flavors");
    if (text == NULL)
        return;
    uint32_t *words = arena_alloc(r->f.arena, (strlen(text) + 1) * sizeof words[0]);
    w->allowed_flavors = words;
    for (const char *at = text; *at != '\0'; at += *at == ',') {
        const size_t len = strcspn(at, ",");
        words[w->allowed_len++] = intern_add_len(r->f.words, at, len);
        at += len;
    }
}

static bool is_open(struct workload_reader *r, const struct yaml_node *states, const char *gate)
{
    for (size_t i = 0; states != NULL && i < states->len; i++) {
        const char *name = field_text(&r->f, states->items[i], "name");
        const char *position = field_text(&r->f, states->items[i], "position");
        if (name != NULL && position != NULL && strcmp(name, gate) == 0)
            return strcmp(position, "Open") == 0;
    }
    return false;
}

static void read_gates(struct workload_reader *r, const struct object *o, struct kueue_workload *w)
{
    const struct yaml_node *list =
        field_map_list(&r->f, field_map(&r->f, o->doc, "spec"), "preemptionGates");
    const struct yaml_node *states =
        field_map_list(&r->f, field_map(&r->f, o->doc, "status"), "preemptionGates");
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const char *name = field_text(&r->f, list->items[i], "name");
        w->may_not_preempt |= name != NULL && !is_open(r, states, name);
    }
}

/* --- the whole --- */

/* All but the quota that it holds; the status. */
static const struct yaml_node *read_state(struct workload_reader *r, const struct object *o,
                                          struct kueue_workload *w)
{
    const struct yaml_node *status = field_map(&r->f, o->doc, "status");
    const struct yaml_node *conditions = field_map_list(&r->f, status, "conditions");
    field_bool(&r->f, field_map(&r->f, o->doc, "spec"), "active", &w->is_active);
    for (size_t i = 0; conditions != NULL && i < conditions->len; i++)
        read_condition(r, conditions->items[i], w);
    read_reclaimed(r, status, w);
    read_check_states(r, status, w);
    read_broken(r, status, w);
    read_owner(r, o, w);
    read_allowed(r, o, w);
    read_gates(r, o, w);
    w->requeue_at_ns = time_of(r, field_map(&r->f, status, "requeueState"), "requeueAt");
    return status;
}

bool workload_object_restore(struct workload_reader *r, struct kueue *k, const struct object *o,
                             struct kueue_workload *w)
{
    const unsigned errors = diag_errors(r->f.diag);
    const struct yaml_node *status = read_state(r, o, w);
    kueue_refresh(k, w);
    const struct yaml_node *admission = field_map(&r->f, status, "admission");
    if (w->has_quota && !w->is_finished && admission != NULL)
        read_admission(r, k, admission, w);
    return diag_errors(r->f.diag) == errors;
}

/* Names and counts of its pod sets, as far as they can be read: others judge the spec. */
static struct shape rough_shape(struct arena *a, const struct object *o)
{
    const struct yaml_node *list = tree_get(o->doc, "spec.podSets");
    struct shape out = {.sets_len = (uint32_t)tree_len(list)};
    out.sets = arena_alloc(a, (out.sets_len + 1) * sizeof out.sets[0]);
    for (uint32_t s = 0; s < out.sets_len; s++) {
        const int64_t count = tree_int(list->items[s], "count", 1);
        out.sets[s].name = tree_text(list->items[s], "name", "main");
        out.sets[s].count = count < 0 || count > COUNT_MOST ? 1 : (uint32_t)count;
    }
    return out;
}

/* What policy_live.c takes beyond the state. */
static void check_counts(struct field_reader *f, const struct yaml_node *status)
{
    const struct int_field count = {"count", 0, COUNT_MOST};
    const struct int_field seconds = {"accumulatedPastExecutionTimeSeconds", 0, COUNT_MOST};
    int64_t ignored;
    field_int(f, field_map(f, status, "requeueState"), &count, &ignored);
    field_int(f, status, &seconds, &ignored);
}

bool workload_object_check(const struct field_reader *f, const struct object *o)
{
    const unsigned errors = diag_errors(f->diag);
    /* Tables of its own: the numbers of words and resources are not to depend on a check. */
    struct workload_reader r = {.f = {.diag = f->diag,
                                      .arena = f->arena,
                                      .words = intern_new(),
                                      .resources = resource_names_new()}};
    struct kueue_settings settings;
    kueue_settings_init(&settings, KUEUE_NEWEST);
    r.settings = &settings;
    const struct shape shape = rough_shape(f->arena, o);
    struct kueue_workload w = {.shape = &shape};
    const struct yaml_node *status = read_state(&r, o, &w);
    const struct yaml_node *admission = field_map(&r.f, status, "admission");
    if (admission != NULL) {
        field_text(&r.f, admission, "clusterQueue");
        read_admitted_sets(&r, admission, &w);
    }
    check_counts(&r.f, status);
    kueue_workload_fini(&w);
    intern_free(r.f.words);
    intern_free(r.f.resources);
    return diag_errors(f->diag) == errors;
}
