/* Pods on their own, and groups of pods that are one Workload. */
#include "policies/kueue/job_workloads.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/sha.h"
#include "sim/arena.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GROUP_NAME  "kueue.x-k8s.io/pod-group-name"
#define GROUP_TOTAL "kueue.x-k8s.io/pod-group-total-count"
#define QUEUE       "kueue.x-k8s.io/queue-name"

/* --- one pod --- */

const char *pod_group_name(const struct job_maker *m, const struct object *o)
{
    const char *name = object_annotation(o, GROUP_NAME);
    if (strcmp(o->kind, "Pod") != 0 || o->group[0] != '\0')
        return NULL;
    if (!gates_on(m->gates, GATE_WORKLOAD_IDENTIFIER_ANNOTATIONS) || name == NULL ||
        name[0] == '\0')
        name = object_label(o, GROUP_NAME);
    return name == NULL || name[0] == '\0' ? NULL : name;
}

/* The gates that keep it from being placed until it is admitted. */
static const struct yaml_node *gated(struct job_maker *m, const struct yaml_node *spec)
{
    static const char *const names[] = {"kueue.x-k8s.io/admission", "kueue.x-k8s.io/topology"};
    struct arena *a = m->f.arena;
    const struct yaml_node *list = tree_get(spec, "schedulingGates");
    const size_t len = tree_len(list);
    const struct yaml_node **items = arena_alloc(a, (len + 2) * sizeof items[0]);
    size_t all = 0;
    for (size_t i = 0; i < len; i++)
        items[all++] = list->items[i];
    for (size_t g = 0; g < 2; g++) {
        bool is_there = g == 1 && !gates_on(m->gates, GATE_TOPOLOGY_AWARE_SCHEDULING);
        for (size_t i = 0; i < len; i++)
            is_there |= strcmp(tree_text(list->items[i], "name", ""), names[g]) == 0;
        if (!is_there)
            items[all++] =
                tree_with(a, tree_empty_map(a, spec), "name", tree_scalar(a, names[g], spec));
    }
    return tree_with(a, spec, "schedulingGates", tree_list(a, items, all, spec));
}

bool job_pod_sets(struct job_maker *m, struct queued_job *j)
{
    struct arena *a = m->f.arena;
    const struct yaml_node *template =
        tree_with(a, tree_empty_map(a, j->doc), "spec", gated(m, tree_get(j->doc, "spec")));
    struct job_set *s = job_set_add(j, "main", 1, template);
    s->meta = tree_get(j->doc, "metadata");
    s->field = "metadata";
    return true;
}

/* --- roles --- */

/* A quantity as Kubernetes prints it: 1000m is 1, 1024Mi is 1Gi. */
static const char *canonical(struct arena *a, const char *text)
{
    static const char *const decimal[] = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
    static const char *const binary[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    struct quantity_kubernetes q;
    const char *why;
    if (!quantity_kubernetes(text, &q, &why))
        return text;
    const size_t len = strlen(text);
    const bool is_binary = len > 0 && text[len - 1] == 'i' && q.nano % 1000000000 == 0;
    int128 value = is_binary ? q.nano / 1000000000 : q.nano;
    const int128 step = is_binary ? 1024 : 1000;
    size_t unit = 0;
    while (value != 0 && value % step == 0 && unit + 1 < (is_binary ? 7u : 10u)) {
        value /= step;
        unit++;
    }
    if (value == 0)
        return "0";
    return arena_printf(a, "%" PRId64 "%s", (int64_t)value,
                        is_binary ? binary[unit] : decimal[unit]);
}

static int by_text(const void *a, const void *b)
{
    return strcmp((*(const struct yaml_pair *const *)a)->key->text,
                  (*(const struct yaml_pair *const *)b)->key->text);
}

static const char *amounts_json(struct arena *a, const struct yaml_node *map)
{
    const size_t len = tree_pairs(map);
    const struct yaml_pair **pairs = arena_alloc(a, (len + 1) * sizeof pairs[0]);
    const char *out = "{";
    if (map == NULL)
        return "null";
    for (size_t i = 0; i < len; i++)
        pairs[i] = &map->pairs[i];
    if (len > 1)
        qsort(pairs, len, sizeof pairs[0], by_text);
    for (size_t i = 0; i < len; i++)
        out =
            arena_printf(a, "%s%s%s:%s", out, i == 0 ? "" : ",", text_json(a, pairs[i]->key->text),
                         text_json(a, canonical(a, tree_text(pairs[i]->value, NULL, ""))));
    return arena_printf(a, "%s}", out);
}

/* A list of maps whose keys Go prints in this order. */
static const char *list_json(struct arena *a, const struct yaml_node *list, const char *const *keys)
{
    const char *out = "[";
    if (list == NULL)
        return "null";
    for (size_t i = 0; i < tree_len(list); i++) {
        const char *item = "";
        for (size_t k = 0; keys[k] != NULL; k++) {
            const struct yaml_node *n = field_get(list->items[i], keys[k]);
            if (n != NULL)
                item = arena_printf(a, "%s%s\"%s\":%s", item, item[0] == '\0' ? "" : ",", keys[k],
                                    tree_json(a, n));
        }
        out = arena_printf(a, "%s%s{%s}", out, i == 0 ? "" : ",", item);
    }
    return arena_printf(a, "%s]", out);
}

static const char *containers_json(struct arena *a, const struct yaml_node *list)
{
    static const char *const port[] = {"name",     "hostPort", "containerPort",
                                       "protocol", "hostIP",   NULL};
    const char *out = "[";
    if (tree_len(list) == 0)
        return "null";
    for (size_t i = 0; i < list->len; i++)
        out = arena_printf(a, "%s%s{\"ports\":%s,\"resources\":{\"requests\":%s}}", out,
                           i == 0 ? "" : ",", list_json(a, tree_get(list->items[i], "ports"), port),
                           amounts_json(a, tree_get(list->items[i], "resources.requests")));
    return arena_printf(a, "%s]", out);
}

const char *pod_role_hash(struct arena *a, const struct yaml_node *spec)
{
    static const char *const toleration[] = {"key",    "operator",          "value",
                                             "effect", "tolerationSeconds", NULL};
    static const char *const spread[] = {"maxSkew",          "topologyKey",    "whenUnsatisfiable",
                                         "labelSelector",    "minDomains",     "nodeAffinityPolicy",
                                         "nodeTaintsPolicy", "matchLabelKeys", NULL};
    static const char *const claim[] = {"name", "resourceClaimName", "resourceClaimTemplateName",
                                        NULL};
    const struct yaml_node *whole = tree_get(spec, "resources");
    const char *own = whole == NULL ? ""
                                    : arena_printf(a, "\"resources\":%s,",
                                                   amounts_json(a, tree_get(whole, "requests")));
    const char *text = arena_printf(
        a,
        "{\"spec\":{\"affinity\":%s,\"containers\":%s,\"initContainers\":%s,\"nodeSelector\":%s,"
        "\"overhead\":%s,\"priority\":%s,\"resourceClaims\":%s,%s\"runtimeClassName\":%s,"
        "\"tolerations\":%s,\"topologySpreadConstraints\":%s}}",
        tree_json(a, tree_get(spec, "affinity")), containers_json(a, tree_get(spec, "containers")),
        containers_json(a, tree_get(spec, "initContainers")),
        tree_json(a, tree_get(spec, "nodeSelector")), amounts_json(a, tree_get(spec, "overhead")),
        tree_json(a, tree_get(spec, "priority")),
        list_json(a, tree_get(spec, "resourceClaims"), claim), own,
        tree_json(a, tree_get(spec, "runtimeClassName")),
        list_json(a, tree_get(spec, "tolerations"), toleration),
        list_json(a, tree_get(spec, "topologySpreadConstraints"), spread));
    char hex[SHA256_HEX];
    sha256_hex(text, strlen(text), hex);
    return arena_text(a, hex, 8);
}

/* --- groups --- */

struct group {
    struct job_maker *m;
    const struct object *first;
    const char *name;
    int64_t total;
    const struct object **pods;
    uint32_t len;
};

static const char *annotation_or(const struct object *o, const char *key, const char *otherwise)
{
    const char *text = object_annotation(o, key);
    return text == NULL ? otherwise : text;
}

static bool can_run(const struct object *o)
{
    return strcmp(tree_text(o->doc, "status.phase", ""), "Failed") != 0 &&
           (tree_get(o->doc, "metadata.deletionTimestamp") == NULL ||
            tree_get(o->doc, "spec.nodeName") != NULL);
}

static int by_pod_name(const void *a, const void *b)
{
    return strcmp((*(const struct object *const *)a)->name,
                  (*(const struct object *const *)b)->name);
}

/* Those that can run, by name. */
static void take_pods(struct group *g, const struct object *const *pods, uint32_t len)
{
    g->pods = arena_alloc(g->m->f.arena, (len + 1) * sizeof g->pods[0]);
    for (uint32_t i = 0; i < len; i++)
        if (can_run(pods[i]))
            g->pods[g->len++] = pods[i];
    if (g->len > 1)
        qsort(g->pods, g->len, sizeof g->pods[0], by_pod_name);
}

static const char *queue_of(const struct object *o)
{
    const char *queue = object_label(o, QUEUE);
    return queue == NULL ? "" : queue;
}

/* NULL: they go together. */
static const char *disagreement(const struct group *g)
{
    struct arena *a = g->m->f.arena;
    const struct object *first = g->pods[0];
    const bool is_fast =
        strcmp(annotation_or(first, "kueue.x-k8s.io/pod-group-fast-admission", ""), "true") == 0;
    if (!is_fast && g->len < g->total)
        return arena_printf(a, "'%s' group has fewer runnable pods than expected", g->name);
    for (uint32_t i = 0; i < g->len; i++) {
        const struct object *o = g->pods[i];
        if (strcmp(queue_of(o), queue_of(first)) != 0)
            return arena_printf(a, "pods '%s' and '%s' has different queue names: %s!=%s",
                                first->name, o->name, queue_of(first), queue_of(o));
        const char *total = annotation_or(o, GROUP_TOTAL, "");
        if (strtoll(total, NULL, 10) != g->total)
            return arena_printf(
                a, "pods '%s' and '%s' has different '" GROUP_TOTAL "' values: %" PRId64 "!=%s",
                first->name, o->name, g->total, total);
    }
    return NULL;
}

static int by_age(const void *a, const void *b)
{
    const struct object *x = *(const struct object *const *)a;
    const struct object *y = *(const struct object *const *)b;
    if (x->created_ns != y->created_ns)
        return x->created_ns < y->created_ns ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Kueue deletes the newest ones that are too many. */
static void drop_excess(struct group *g)
{
    if (g->len <= g->total)
        return;
    job_problem_add(g->m, g->first, false, "waiting to observe previous operations on pods");
    qsort(g->pods, g->len, sizeof g->pods[0], by_age);
    g->len = (uint32_t)g->total;
}

static int by_set_name(const void *a, const void *b)
{
    return strcmp(((const struct job_set *)a)->name, ((const struct job_set *)b)->name);
}

/* A set for each role. False: too many. */
static bool read_roles(const struct group *g, struct queued_job *j)
{
    const bool is_fast =
        strcmp(annotation_or(g->pods[0], "kueue.x-k8s.io/pod-group-fast-admission", ""), "true") ==
        0;
    for (uint32_t i = 0; i < (is_fast ? 1 : g->len); i++) {
        struct queued_job one = {.o = g->pods[i], .doc = g->pods[i]->doc, .kind = j->kind};
        const char *hash = annotation_or(g->pods[i], "kueue.x-k8s.io/role-hash", NULL);
        if (hash == NULL)
            hash = pod_role_hash(g->m->f.arena, tree_get(g->pods[i]->doc, "spec"));
        uint32_t s = 0;
        while (s < j->sets_len && strcmp(j->sets[s].name, hash) != 0)
            s++;
        if (s < j->sets_len) {
            j->sets[s].count++;
            continue;
        }
        if (j->sets_len == JOB_ROOM_FOR_SETS)
            return false;
        job_pod_sets(g->m, &one);
        j->sets[j->sets_len] = one.sets[0];
        j->sets[j->sets_len].name = hash;
        j->sets[j->sets_len++].count = is_fast ? g->total : 1;
    }
    qsort(j->sets, j->sets_len, sizeof j->sets[0], by_set_name);
    return j->sets_len <= JOB_MOST_SETS;
}

void pod_group_make(struct job_maker *m, const struct object *const *pods, uint32_t len)
{
    struct arena *a = m->f.arena;
    const struct object *first = pods[0];
    struct group g = {.m = m, .first = first, .name = pod_group_name(m, first)};
    take_pods(&g, pods, len);
    if (g.len == 0)
        return;
    g.total = strtoll(annotation_or(g.pods[0], GROUP_TOTAL, "0"), NULL, 10);
    const char *why = disagreement(&g);
    struct queued_job *j = arena_alloc(a, sizeof *j);
    *j = (struct queued_job){.o = g.pods[0],
                             .doc = g.pods[0]->doc,
                             .kind = job_kind_find(g.pods[0]),
                             .queue = queue_of(g.pods[0])};
    if (why == NULL)
        drop_excess(&g);
    if (why == NULL && !read_roles(&g, j))
        why = "pod group can't include more than 18 roles";
    if (why != NULL) {
        job_problem_add(m, first, false, why);
        return;
    }
    job_topology_read(m, j);
    j->owner_kind = "PodGroup";
    j->owner_name = g.name;
    j->extra = tree_with_key(a, tree_empty_map(a, first->doc), "kueue.x-k8s.io/is-group-workload",
                             tree_quoted(a, "true", first->doc));
    job_finish(m, j, g.name);
}
