#include "models/kubernetes/lint_world.h"

#include "models/kubernetes/limit_range.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

void lint_world_open(struct lint_world *w, const struct field_reader *f)
{
    *w = (struct lint_world){.f = *f};
    w->sets = arena_alloc(f->arena, LINT_MOST_SETS * sizeof w->sets[0]);
}

void lint_world_fini(struct lint_world *w)
{
    cluster_free(w->made);
}

void lint_world_add(struct lint_world *w, const struct object_set *set)
{
    SIM_REQUIRE(w->sets_len < LINT_MOST_SETS);
    w->sets[w->sets_len++] = set;
}

void lint_world_share(struct lint_world *w, const struct lint_sharing *sharing)
{
    struct lint_sharing *list =
        arena_alloc(w->f.arena, (w->sharing_len + 1) * sizeof w->sharing[0]);
    if (w->sharing_len > 0)
        memcpy(list, w->sharing, w->sharing_len * sizeof list[0]);
    list[w->sharing_len++] = *sharing;
    w->sharing = list;
}

const char *lint_object_name(struct lint_world *w, const struct object *o)
{
    return arena_printf(w->f.arena, "%s %s", o->kind, o->name);
}

/* --- resources --- */

bool lint_is_gpu(const char *resource)
{
    static const char *const gpus[] = {"nvidia.com/gpu", "nvidia.com/gpu.shared", "amd.com/gpu",
                                       "gpu.intel.com/i915"};
    static const char mig[] = "nvidia.com/mig-";
    for (size_t i = 0; i < sizeof gpus / sizeof gpus[0]; i++)
        if (strcmp(resource, gpus[i]) == 0)
            return true;
    return strncmp(resource, mig, sizeof mig - 1) == 0;
}

/* Units that lie on the same device as the first one. */
static int64_t replicas_of(const struct device_class *k)
{
    int64_t n = 0;
    for (uint32_t u = 0; u < k->units_len; u++)
        n += k->units[u].gpu == k->units[0].gpu &&
             k->units[u].slice_start == k->units[0].slice_start;
    return n;
}

int64_t lint_world_replicas(const struct lint_world *w, const char *resource,
                            struct lint_sharing *out)
{
    *out = (struct lint_sharing){.resource = resource, .replicas = 1};
    for (size_t i = w->sharing_len; i-- > 0;)
        if (strcmp(w->sharing[i].resource, resource) == 0) {
            *out = w->sharing[i];
            return out->replicas;
        }
    const uint32_t id = intern_find(w->f.resources, resource);
    for (uint32_t n = 0; w->cluster != NULL && id != INTERN_NONE && n < w->cluster->nodes_len; n++)
        for (uint32_t c = 0; c < w->cluster->nodes[n].classes_len; c++) {
            const struct device_class *k = &w->cluster->nodes[n].classes[c];
            if (k->resource != id || k->kind != DEVICE_REPLICA)
                continue;
            out->replicas = replicas_of(k);
            out->refuses_several = k->refuses_several;
            return out->replicas;
        }
    return 1;
}

/* --- objects --- */

static const char *key_of(struct lint_world *w, const struct object *o)
{
    return arena_printf(w->f.arena, "%s/%s/%s/%s", o->group, o->kind, o->namespace, o->name);
}

static void find_objects(struct lint_world *w)
{
    size_t most = 0;
    struct intern *keys = intern_new();
    for (size_t s = 0; s < w->sets_len; s++)
        most += object_set_len(w->sets[s]);
    w->objects = arena_alloc(w->f.arena, (most + 1) * sizeof w->objects[0]);
    uint32_t *place = arena_alloc(w->f.arena, (most + 1) * sizeof place[0]);
    for (size_t s = 0; s < w->sets_len; s++)
        for (size_t i = 0; i < object_set_len(w->sets[s]); i++) {
            const struct object *o = object_set_at(w->sets[s], i);
            const size_t known = intern_len(keys);
            const uint32_t key = o->name[0] == '\0' ? INTERN_NONE : intern_add(keys, key_of(w, o));
            if (key != INTERN_NONE && key < known) {
                w->objects[place[key]] = o;
                continue;
            }
            if (key != INTERN_NONE)
                place[key] = (uint32_t)w->objects_len;
            w->objects[w->objects_len++] = o;
        }
    intern_free(keys);
}

/* --- pods --- */

/* Where a container asks for the resource. */
static struct src_pos place_of(const struct pod_template *t, uint32_t resource)
{
    for (uint32_t c = 0; c < t->containers_len; c++) {
        const struct container *k = &t->containers[c];
        const struct resource_quantity *q = resource_list_find(&k->limits, resource);
        if (q == NULL)
            q = resource_list_find(&k->requests, resource);
        if (q != NULL && q->at != NULL)
            return yaml_pos(q->at);
    }
    return yaml_pos(t->node);
}

static void find_gpus(struct lint_world *w, struct lint_pods_of *p)
{
    for (uint32_t i = 0; i < p->requests.len && p->gpus == NULL; i++) {
        const struct resource_quantity *q = &p->requests.items[i];
        const char *name = intern_text(w->f.resources, q->resource);
        if (!lint_is_gpu(name) || q->nano <= 0)
            continue;
        p->gpus = name;
        p->gpus_count = (int64_t)(q->nano / 1000000000);
        p->gpus_at = place_of(&p->set->template, q->resource);
    }
}

static void add_pods(struct lint_world *w, const struct object *o, size_t *cap)
{
    const struct workload_shape *shape = workload_shape_find(o);
    struct workload *read = arena_alloc(w->f.arena, sizeof *read);
    if (shape == NULL || !workload_read(&w->f, o, shape, read))
        return;
    for (uint32_t s = 0; s < read->sets_len; s++) {
        if (w->pods_len == *cap) {
            *cap = *cap == 0 ? 16 : 2 * *cap;
            struct lint_pods_of *wider = arena_alloc(w->f.arena, *cap * sizeof wider[0]);
            if (w->pods_len > 0)
                memcpy(wider, w->pods, w->pods_len * sizeof wider[0]);
            w->pods = wider;
        }
        struct lint_pods_of *p = &w->pods[w->pods_len++];
        *p = (struct lint_pods_of){.object = o, .shape = shape, .set = &read->sets[s]};
        for (size_t i = 0; i < w->sets_len; i++)
            pod_template_take_limits(&w->f, &read->sets[s].template, w->sets[i], o->namespace);
        p->requests = pod_template_requests(&p->set->template, w->f.arena);
        find_gpus(w, p);
    }
}

/* --- nodes --- */

static bool is_ready(struct lint_world *w, const struct yaml_node *status)
{
    const struct yaml_node *list = field_map_list(&w->f, status, "conditions");
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const char *type = field_text(&w->f, list->items[i], "type");
        const char *is = field_text(&w->f, list->items[i], "status");
        if (type != NULL && is != NULL && strcmp(type, "Ready") == 0)
            return strcmp(is, "True") == 0;
    }
    return true;
}

static const struct taint *read_taints(struct lint_world *w, const struct yaml_node *spec,
                                       uint32_t *len)
{
    const struct yaml_node *list = field_map_list(&w->f, spec, "taints");
    struct taint *taints =
        arena_alloc(w->f.arena, (list == NULL ? 1 : list->len + 1) * sizeof taints[0]);
    *len = 0;
    for (size_t i = 0; list != NULL && i < list->len; i++)
        *len += taint_read(&w->f, list->items[i], &taints[*len]);
    return taints;
}

static void add_node(struct lint_world *w, const struct object *o)
{
    const struct yaml_node *spec = field_map(&w->f, o->doc, "spec");
    const struct yaml_node *status = field_map(&w->f, o->doc, "status");
    const bool has_allocatable = field_get(status, "allocatable") != NULL;
    const struct resource_list l =
        resource_list_read(&w->f, status, has_allocatable ? "allocatable" : "capacity");
    const struct label_map labels = label_map_read(&w->f, o->labels);
    const struct resource_quantity *gpus =
        resource_list_find(&l, intern_add(w->f.resources, "nvidia.com/gpu"));
    const int64_t count = gpus == NULL ? 0 : (int64_t)(gpus->nano / 1000000000);
    struct node_spec n = {
        .name = o->name,
        .state = is_ready(w, status) ? NODE_READY : NODE_DOWN,
        .gpus = count < 0 || count > NODE_MOST_GPUS ? 0 : (uint32_t)count,
        .amounts = resource_list_amounts(&l, w->f.arena),
        .amounts_len = l.len,
        .labels = labels.pairs,
        .labels_len = labels.len,
    };
    n.taints = read_taints(w, spec, &n.taints_len);
    cluster_add_node(w->made, &n);
}

/* As `kubectl get nodes -o yaml` prints them. */
static void make_cluster(struct lint_world *w)
{
    for (size_t i = 0; i < w->objects_len; i++) {
        const struct object *o = w->objects[i];
        if (strcmp(o->kind, "Node") != 0 || o->group[0] != '\0')
            continue;
        if (w->made == NULL) {
            w->made = cluster_new();
            cluster_add_pool(w->made, "nodes", "", KIND_NONE);
        }
        add_node(w, o);
    }
    if (w->made == NULL)
        return;
    cluster_seal(w->made, (uint32_t)intern_len(w->f.resources));
    w->cluster = w->made;
}

void lint_world_look(struct lint_world *w)
{
    size_t cap = 0;
    find_objects(w);
    if (w->cluster == NULL)
        make_cluster(w);
    for (size_t i = 0; i < w->objects_len; i++)
        add_pods(w, w->objects[i], &cap);
}
