#include "workloads/live_dump.h"

#include "models/cluster.h"
#include "models/kubernetes/tree.h"
#include "sim/arena.h"
#include "sim/calendar.h"
#include "sim/intern.h"

#include <string.h>

#define DOMAIN "kueue.x-k8s.io/"

enum { DEEPEST = 10 };

/* --- who belongs to whom --- */

static const char *key_of(const struct live_dump *d, const char *kind, const char *namespace,
                          const char *name)
{
    return arena_printf(d->reader->arena, "%s/%s/%s", kind, namespace, name);
}

static void own(struct live_dump *d, const char *kind, const char *name, const struct object *head)
{
    const size_t known = intern_len(d->owned);
    const uint32_t at = intern_add(d->owned, key_of(d, kind, head->namespace, name));
    if (at >= d->by_owned_cap) {
        const size_t cap = 2 * (size_t)at + 16;
        const struct object **more = arena_alloc(d->reader->arena, cap * sizeof more[0]);
        if (known > 0)
            memcpy(more, d->by_owned, known * sizeof more[0]);
        d->by_owned = more;
        d->by_owned_cap = cap;
    }
    if (at >= known)
        d->by_owned[at] = head;
}

static const struct object *owned_by(const struct live_dump *d, const struct object *o)
{
    const uint32_t at = intern_find(d->owned, key_of(d, o->kind, o->namespace, o->name));
    return at == INTERN_NONE ? NULL : d->by_owned[at];
}

/* An owner of o that is in the files; i counts its references. */
static const struct object *owner_at(const struct live_dump *d, const struct object *o, size_t i)
{
    const struct yaml_node *list = tree_get(o->doc, "metadata.ownerReferences");
    if (i >= tree_len(list))
        return NULL;
    const char *api = tree_text(list->items[i], "apiVersion", "");
    const char *slash = strchr(api, '/');
    const char *group =
        slash == NULL ? "" : arena_text(d->reader->arena, api, (size_t)(slash - api));
    return object_set_find(d->objects, group, tree_text(list->items[i], "kind", ""), o->namespace,
                           tree_text(list->items[i], "name", ""));
}

static const struct object *controller_of(const struct live_dump *d, const struct object *o)
{
    const struct yaml_node *list = tree_get(o->doc, "metadata.ownerReferences");
    for (size_t i = 0; i < tree_len(list); i++)
        if (tree_bool(list->items[i], "controller", false) && owner_at(d, o, i) != NULL)
            return owner_at(d, o, i);
    return NULL;
}

/* A Workload stands for its owners, and for theirs. */
static void take_owners(struct live_dump *d, const struct object *workload)
{
    const struct yaml_node *list = tree_get(workload->doc, "metadata.ownerReferences");
    for (size_t i = 0; i < tree_len(list); i++) {
        const struct object *o = owner_at(d, workload, i);
        if (o == NULL || o->number == workload->number)
            continue;
        if (d->makers[workload->number] == NULL)
            d->makers[workload->number] = o;
        for (unsigned depth = 0; o != NULL && depth < DEEPEST; depth++) {
            own(d, o->kind, o->name, workload);
            o = controller_of(d, o);
        }
    }
}

static const struct object *find_workload(const struct live_dump *d, const struct object *pod,
                                          const char *name)
{
    return name == NULL
               ? NULL
               : object_set_find(d->objects, "kueue.x-k8s.io", "Workload", pod->namespace, name);
}

static bool is_pod(const struct object *o)
{
    return strcmp(o->kind, "Pod") == 0 && o->group[0] == '\0';
}

/* The Workload that a pod names. */
static const struct object *named_workload(const struct live_dump *d, const struct object *o)
{
    const struct object *w = NULL;
    if (!is_pod(o))
        return NULL;
    w = find_workload(d, o, object_annotation(o, DOMAIN "workload"));
    if (w == NULL)
        w = find_workload(d, o, object_annotation(o, DOMAIN "pod-group-name"));
    return w != NULL ? w : find_workload(d, o, object_label(o, DOMAIN "pod-group-name"));
}

static const struct object *find_head(const struct live_dump *d, const struct object *o)
{
    const struct object *head = o;
    if (workload_is_kueue(o))
        return o;
    const struct object *w = named_workload(d, o);
    for (unsigned depth = 0; w == NULL && o != NULL && depth < DEEPEST; depth++) {
        w = owned_by(d, o);
        if (workload_shape_find(o) != NULL || workload_is_unknown(o))
            head = o;
        o = controller_of(d, o);
    }
    return w != NULL ? w : head;
}

static bool has_ended(const struct object *pod)
{
    const char *phase = tree_text(pod->doc, "status.phase", "");
    return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
}

static void list_pods(struct live_dump *d, size_t len)
{
    for (size_t i = len; i-- > 0;) {
        const struct object *o = object_set_at(d->objects, i);
        if (!is_pod(o) || has_ended(o) || tree_text(o->doc, "spec.nodeName", "")[0] == '\0')
            continue;
        const uint32_t head = d->heads[i]->number;
        d->next_pod[i] = d->first_pod[head];
        d->first_pod[head] = (uint32_t)i;
    }
}

void live_dump_open(struct live_dump *d)
{
    const struct object_set *objects = d->objects;
    struct arena *a = d->reader->arena;
    const size_t len = object_set_len(objects);
    d->owned = intern_new();
    d->heads = arena_alloc(a, (len + 1) * sizeof d->heads[0]);
    d->makers = arena_alloc(a, (len + 1) * sizeof d->makers[0]);
    d->first_pod = arena_alloc(a, (len + 1) * sizeof d->first_pod[0]);
    d->next_pod = arena_alloc(a, (len + 1) * sizeof d->next_pod[0]);
    for (size_t i = 0; i < len; i++) {
        d->first_pod[i] = d->next_pod[i] = LIVE_POD_NONE;
        if (workload_is_kueue(object_set_at(objects, i)))
            take_owners(d, object_set_at(objects, i));
    }
    for (size_t i = 0; i < len; i++)
        d->heads[i] = find_head(d, object_set_at(objects, i));
    list_pods(d, len);
}

void live_dump_close(struct live_dump *d)
{
    intern_free(d->owned);
    d->owned = NULL;
}

const struct object *live_dump_head(const struct live_dump *d, const struct object *o)
{
    return d->heads[o->number];
}

const struct object *live_dump_maker(const struct live_dump *d, const struct object *workload)
{
    const struct object *maker = d->makers[workload->number];
    return maker == NULL ? workload : maker;
}

/* --- what the status says --- */

static const struct yaml_node *condition(const struct object *o, const char *type)
{
    const struct yaml_node *list = tree_get(o->doc, "status.conditions");
    for (size_t i = 0; i < tree_len(list); i++)
        if (strcmp(tree_text(list->items[i], "type", ""), type) == 0)
            return list->items[i];
    return NULL;
}

static bool is_true(const struct object *o, const char *type)
{
    return strcmp(tree_text(condition(o, type), "status", ""), "True") == 0;
}

enum live_end live_dump_end(const struct object *head)
{
    static const char *const over[] = {"Complete", "Completed", "Failed", "Succeeded"};
    if (workload_is_kueue(head)) {
        if (is_true(head, "Finished"))
            return LIVE_FINISHED;
        return tree_bool(head->doc, "spec.active", true) || is_true(head, "QuotaReserved")
                   ? LIVE_GOES_ON
                   : LIVE_DEACTIVATED;
    }
    if (is_pod(head))
        return has_ended(head) ? LIVE_FINISHED : LIVE_GOES_ON;
    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++)
        if (is_true(head, over[i]))
            return LIVE_FINISHED;
    return LIVE_GOES_ON;
}

/* False, and *ns as it was, where there is none. */
static bool time_at(const struct live_dump *d, const struct yaml_node *map, const char *path,
                    int64_t *ns)
{
    const struct yaml_node *n = tree_get(map, path);
    const char *why;
    if (n == NULL || n->kind != YAML_SCALAR)
        return false;
    if (calendar_parse(n->text, ns, &why))
        return true;
    diag_error(d->reader->diag, yaml_pos(n), "%s: '%s': %s; expected " CALENDAR_HINT, path, n->text,
               why);
    return false;
}

/* When the pods of an admitted Workload began to work; *ns as it was if they have not. */
static void find_begin(const struct live_dump *d, const struct object *w, int64_t *ns)
{
    const struct yaml_node *ready = condition(w, "PodsReady");
    const struct yaml_node *since = ready == NULL ? condition(w, "Admitted") : ready;
    if (strcmp(tree_text(since, "status", ""), "True") == 0)
        time_at(d, since, "lastTransitionTime", ns);
}

/* The first of its pods to start. */
static void find_pods_begin(const struct live_dump *d, const struct object *head, int64_t *ns)
{
    for (uint32_t p = d->first_pod[head->number]; p != LIVE_POD_NONE; p = d->next_pod[p]) {
        int64_t at_ns;
        if (time_at(d, object_set_at(d->objects, p)->doc, "status.startTime", &at_ns) &&
            at_ns < *ns)
            *ns = at_ns;
    }
}

/* --- where its pods are --- */

static uint32_t set_named(const struct workload *w, const char *name)
{
    for (uint32_t s = 0; name != NULL && s < w->sets_len; s++)
        if (strcmp(w->sets[s].name, name) == 0)
            return s;
    return UINT32_MAX;
}

static uint32_t set_of(const struct live_dump *d, const struct workload *w,
                       const struct object *pod, const uint32_t *placed)
{
    static const char *const labels[] = {DOMAIN "podset", "jobset.sigs.k8s.io/replicatedjob-name",
                                         "training.kubeflow.org/replica-type", "ray.io/group"};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        const char *text = object_label(pod, labels[i]);
        const uint32_t s = set_named(w, text == NULL ? NULL : arena_lower(d->reader->arena, text));
        if (s != UINT32_MAX)
            return s;
    }
    for (uint32_t s = 0; s < w->sets_len; s++)
        if (placed[s] < w->sets[s].count)
            return s;
    return UINT32_MAX;
}

static void add_place(struct live_place *places, uint32_t *len, uint32_t group, uint32_t node)
{
    for (uint32_t i = 0; i < *len; i++)
        if (places[i].group == group && places[i].node == node) {
            places[i].count++;
            return;
        }
    places[(*len)++] = (struct live_place){group, node, 1};
}

/* The number of its node's name. */
static uint32_t node_of(const struct live_dump *d, const struct object *pod)
{
    const struct yaml_node *n = tree_get(pod->doc, "spec.nodeName");
    const struct cluster *c = d->cluster;
    if (c != NULL && c->nodes_len > 0 && cluster_find_node(c, n->text) == NODE_NONE)
        diag_error(d->reader->diag, yaml_pos(n),
                   "nodeName: '%s': the cluster of the scenario has no node of this name; see "
                   "`names` of its pools",
                   n->text);
    return intern_add(d->reader->words, n->text);
}

static void read_places(const struct live_dump *d, const struct object *head,
                        const struct workload *w, struct live_state *out)
{
    struct arena *a = d->reader->arena;
    uint32_t pods = 0;
    for (uint32_t p = d->first_pod[head->number]; p != LIVE_POD_NONE; p = d->next_pod[p])
        pods++;
    struct live_place *places = arena_alloc(a, (pods + 1) * sizeof places[0]);
    uint32_t *placed = arena_alloc(a, (w->sets_len + 1) * sizeof placed[0]);
    for (uint32_t p = d->first_pod[head->number]; p != LIVE_POD_NONE; p = d->next_pod[p]) {
        const struct object *pod = object_set_at(d->objects, p);
        const uint32_t s = set_of(d, w, pod, placed);
        if (s == UINT32_MAX || placed[s] == w->sets[s].count)
            continue; /* one that is on its way out, and replaced already */
        placed[s]++;
        add_place(places, &out->places_len, s, node_of(d, pod));
    }
    out->places = places;
}

bool live_dump_state(const struct live_dump *d, const struct object *head, const struct workload *w,
                     struct live_state *out)
{
    const unsigned errors = diag_errors(d->reader->diag);
    *out = (struct live_state){.since_ns = head->created_ns};
    read_places(d, head, w, out);
    if (workload_is_kueue(head)) {
        out->workload = head;
        out->is_running = is_true(head, "QuotaReserved") && tree_get(head->doc, "status.admission");
        if (out->is_running) {
            out->since_ns = INT64_MAX; /* not yet */
            find_begin(d, head, &out->since_ns);
        }
    } else if (out->places_len > 0) {
        out->is_running = true;
        out->since_ns = INT64_MAX;
        find_pods_begin(d, head, &out->since_ns);
    }
    return diag_errors(d->reader->diag) == errors;
}
