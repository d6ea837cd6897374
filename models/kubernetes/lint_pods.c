#include "models/kubernetes/lint_pods.h"

#include "models/kubernetes/image_reference.h"
#include "models/lint.h"
#include "sim/arena.h"
#include "sim/intern.h"
#include "sim/suggest.h"

#include <inttypes.h>
#include <string.h>

/* --- images --- */

static const char *without_second_tag(struct lint_world *w, const char *image)
{
    const char *slash = strrchr(image, '/');
    const char *first = strchr(slash == NULL ? image : slash, ':');
    const char *second = first == NULL ? NULL : strchr(first + 1, ':');
    return second == NULL ? NULL : arena_text(w->f.arena, image, (size_t)(second - image));
}

static void lint_images(struct lint_world *w, const struct lint_pods_of *p)
{
    for (uint32_t c = 0; c < p->set->template.containers_len; c++) {
        const struct yaml_node *n = yaml_get(p->set->template.containers[c].node, "image");
        if (n == NULL || n->kind != YAML_SCALAR || yaml_is_null(n))
            continue;
        const char *why = image_reference_problem(n->text);
        const char *fixed = why == NULL ? NULL : without_second_tag(w, n->text);
        if (why != NULL)
            lint_report(w->f.diag, LINT_IMAGE, yaml_pos(n),
                        "image: '%s': %s: the pod fails with InvalidImageName; write %s%s", n->text,
                        why, fixed != NULL ? fixed : "NAME:TAG such as nvidia/cuda:12.4.0-base",
                        fixed != NULL ? ", say" : "");
    }
}

/* --- requests --- */

static bool asks_for(const struct container *c, uint32_t resource)
{
    return resource_list_find(&c->requests, resource) != NULL ||
           resource_list_find(&c->limits, resource) != NULL;
}

static bool uses_gpus(const struct lint_world *w, const struct container *c)
{
    const struct resource_list *lists[] = {&c->limits, &c->requests};
    for (int l = 0; l < 2; l++)
        for (uint32_t i = 0; i < lists[l]->len; i++)
            if (lint_is_gpu(intern_text(w->f.resources, lists[l]->items[i].resource)))
                return true;
    return false;
}

static void lint_requests(struct lint_world *w, const struct lint_pods_of *p)
{
    const struct pod_template *t = &p->set->template;
    const bool has_cpu = resource_list_find(&t->requests, RESOURCE_CPU) != NULL;
    const bool has_memory = resource_list_find(&t->requests, RESOURCE_MEMORY) != NULL;
    const bool is_queued = object_label(p->object, "kueue.x-k8s.io/queue-name") != NULL;
    for (uint32_t i = 0; i < t->containers_len; i++) {
        const struct container *c = &t->containers[i];
        const bool cpu = has_cpu || asks_for(c, RESOURCE_CPU);
        const bool memory = has_memory || asks_for(c, RESOURCE_MEMORY);
        const struct yaml_node *resources = yaml_get(c->node, "resources");
        if (!uses_gpus(w, c) || (cpu && memory))
            continue;
        lint_report(w->f.diag, LINT_NO_REQUESTS, yaml_pos(resources == NULL ? c->node : resources),
                    "resources: container %s asks for GPUs and for no %s: %s; write it, such as "
                    "requests: {cpu: 8, memory: 64Gi}, or give the namespace %s a LimitRange",
                    c->name == NULL ? "" : c->name,
                    cpu      ? "memory"
                    : memory ? "cpu"
                             : "cpu and no memory",
                    is_queued ? "Kueue counts 0 of it, and its quota never limits the job"
                              : "kube-scheduler counts 0 of it, and may fill the node beyond it",
                    p->object->namespace);
    }
}

static void lint_shared_request(struct lint_world *w, const struct lint_pods_of *p)
{
    struct lint_sharing s;
    if (p->gpus_count < 2 || lint_world_replicas(w, p->gpus, &s) < 2)
        return;
    if (s.refuses_several)
        lint_report(w->f.diag, LINT_SHARED_GPU_REQUEST, p->gpus_at,
                    "%s: '%" PRId64 "': each GPU is offered %" PRId64
                    " times, and failRequestsGreaterThanOne is true: the pod fails with "
                    "UnexpectedAdmissionError (maximum request size for shared resources is 1); "
                    "write 1",
                    p->gpus, p->gpus_count, s.replicas);
    else
        lint_report(w->f.diag, LINT_SHARED_GPU_REQUEST, p->gpus_at,
                    "%s: '%" PRId64 "': each GPU is offered %" PRId64 " times: %" PRId64
                    " replicas may lie on one GPU, and give no more time or "
                    "memory than one; write 1, or use nodes that do not share",
                    p->gpus, p->gpus_count, s.replicas, p->gpus_count);
}

/* --- nodes --- */

/* Those that have enough of the GPUs it asks for, and that it may select. */
static bool may_serve(const struct lint_world *w, const struct lint_pods_of *p,
                      const struct node_terms_table *terms, uint32_t id, const struct node *n)
{
    const uint32_t resource = intern_find(w->f.resources, p->gpus);
    struct node_refusal why = {.kind = NODE_REFUSES_NOTHING};
    if (resource == INTERN_NONE || cluster_capacity_of(w->cluster, n->id, resource) < p->gpus_count)
        return false;
    return node_terms_match(terms, id, n, &why) || why.kind == NODE_TAINTED;
}

static const char *taint_text(struct lint_world *w, const struct taint *t)
{
    return arena_printf(w->f.arena, "%s%s%s:%s", intern_text(w->f.words, t->key),
                        t->value == INTERN_NONE ? "" : "=", intern_text(w->f.words, t->value),
                        taint_effect_name(t->effect));
}

static const struct taint *untolerated(const struct toleration_list *own,
                                       const struct toleration_list *added, const struct node *n)
{
    for (uint32_t i = 0; i < n->taints_len; i++)
        if (n->taints[i].effect != TAINT_PREFER_NO_SCHEDULE &&
            !tolerations_tolerate(own, &n->taints[i]) &&
            !tolerations_tolerate(added, &n->taints[i]))
            return &n->taints[i];
    return NULL;
}

/* What Kueue adds at admission: of any flavor, for which one it will be is not known. */
static struct toleration_list flavor_tolerations(struct lint_world *w, const struct object *o)
{
    struct toleration_list all = {0};
    for (size_t i = 0; i < w->objects_len; i++) {
        const struct object *f = w->objects[i];
        if (strcmp(f->kind, "ResourceFlavor") != 0 ||
            object_label(o, "kueue.x-k8s.io/queue-name") == NULL)
            continue;
        const struct toleration_list own =
            tolerations_read(&w->f, field_map(&w->f, f->doc, "spec"), "tolerations");
        all = tolerations_join(w->f.arena, &all, &own);
    }
    return all;
}

static bool has_flavors(const struct lint_world *w, const struct object *o)
{
    for (size_t i = 0; i < w->objects_len; i++)
        if (strcmp(w->objects[i]->kind, "ResourceFlavor") == 0)
            return object_label(o, "kueue.x-k8s.io/queue-name") != NULL;
    return false;
}

static void lint_taints(struct lint_world *w, const struct lint_pods_of *p)
{
    const struct node_terms *t = &p->set->template.terms;
    const struct toleration_list added = flavor_tolerations(w, p->object);
    struct node_terms_table *terms = node_terms_table_new(w->f.words);
    const uint32_t id = node_terms_add(terms, t);
    const struct taint *first = NULL;
    uint32_t candidates = 0, open = 0;
    for (uint32_t n = 0; n < w->cluster->nodes_len; n++) {
        const struct node *node = &w->cluster->nodes[n];
        if (!may_serve(w, p, terms, id, node))
            continue;
        const struct taint *taint = untolerated(&t->tolerations, &added, node);
        candidates++;
        open += taint == NULL;
        if (first == NULL)
            first = taint;
    }
    node_terms_table_free(terms);
    if (candidates > 0 && open == 0)
        lint_report(w->f.diag, LINT_GPU_TAINTED, p->gpus_at,
                    "%s: '%" PRId64 "': %s stays Pending: the %" PRIu32
                    " node%s that could serve it %s the taint %s; give the pod tolerations: [{key: "
                    "%s, operator: Exists}]",
                    p->gpus, p->gpus_count, lint_object_name(w, p->object), candidates,
                    candidates == 1 ? "" : "s", candidates == 1 ? "has" : "have",
                    taint_text(w, first), intern_text(w->f.words, first->key));
}

enum { MOST_COST = 20 }; /* two letters: other keys of one domain are no misspellings */

/* A taint with the toleration's key that it does not tolerate, if it tolerates none with that key;
 * or, if no taint has the key, one whose key is nearly the same. */
static const struct taint *missed_taint(struct lint_world *w, const struct toleration *t,
                                        struct suggest *near)
{
    const struct taint *missed = NULL, *like = NULL;
    suggest_init(near, intern_text(w->f.words, t->key));
    for (uint32_t n = 0; n < w->cluster->nodes_len; n++)
        for (uint32_t i = 0; i < w->cluster->nodes[n].taints_len; i++) {
            const struct taint *taint = &w->cluster->nodes[n].taints[i];
            if (toleration_tolerates(t, taint))
                return NULL;
            const char *before = near->best;
            suggest_offer(near, intern_text(w->f.words, taint->key));
            if (taint->key == t->key && missed == NULL)
                missed = taint;
            if (near->best != before && near->best_cost <= MOST_COST)
                like = taint;
        }
    return missed != NULL ? missed : like;
}

/* The key of a toleration of the spec, by its number in the list that was read. */
static const struct yaml_node *toleration_node(const struct pod_template *t, uint32_t i)
{
    const struct yaml_node *list = yaml_get(t->spec, "tolerations");
    return list != NULL && list->kind == YAML_LIST && i < list->len ? list->items[i] : NULL;
}

static void report_mismatch(struct lint_world *w, const struct yaml_node *n,
                            const struct toleration *t, const struct taint *missed)
{
    const bool is_key = t->key != missed->key;
    const struct yaml_node *value = yaml_get(n, is_key ? "key" : "value");
    const struct yaml_node *effect = yaml_get(n, "effect");
    const bool is_effect = !is_key && (t->exists || t->value == missed->value);
    const struct yaml_node *at = is_effect && effect != NULL ? effect : value;
    const char *key = intern_text(w->f.words, missed->key);
    lint_report(w->f.diag, LINT_TOLERATION_MISMATCH, yaml_pos(at == NULL ? n : at),
                "tolerations: %s '%s': the nodes' taint is %s: it is not tolerated; write {key: "
                "%s, operator: Exists, effect: %s}",
                is_key      ? "key"
                : is_effect ? "effect"
                            : "value",
                at == NULL || at->kind != YAML_SCALAR ? "" : at->text, taint_text(w, missed), key,
                taint_effect_name(missed->effect));
}

/* Whether one was missed. */
static bool lint_tolerations(struct lint_world *w, const struct pod_template *pod)
{
    bool is_missed = false;
    const struct toleration_list *list = &pod->terms.tolerations;
    for (uint32_t i = 0; i < list->len; i++) {
        struct suggest near;
        const struct toleration *t = &list->items[i];
        const struct taint *missed = t->key == INTERN_NONE ? NULL : missed_taint(w, t, &near);
        const struct yaml_node *n = toleration_node(pod, i);
        if (missed == NULL || n == NULL || tolerations_tolerate(list, missed))
            continue;
        report_mismatch(w, n, t, missed);
        is_missed = true;
    }
    return is_missed;
}

static bool selects_nodes(const struct node_terms *t)
{
    return t->selector.len > 0 || t->required != NULL || t->node_name != INTERN_NONE;
}

static uint32_t kinds_that_offer(const struct lint_world *w, const char *resource)
{
    const uint32_t id = intern_find(w->f.resources, resource);
    uint32_t kinds = 0;
    for (uint32_t k = 0; id != INTERN_NONE && k < w->cluster->kinds_len; k++)
        for (uint32_t n = 0; n < w->cluster->nodes_len; n++)
            if (w->cluster->nodes[n].gpu_kind == k && cluster_capacity_of(w->cluster, n, id) > 0) {
                kinds++;
                break;
            }
    return kinds;
}

/* Where nodes are known, only several models are worth a word. */
static void lint_anywhere(struct lint_world *w, const struct lint_pods_of *p)
{
    const struct node_terms *t = &p->set->template.terms;
    if (selects_nodes(t) || has_flavors(w, p->object))
        return;
    if (w->cluster != NULL && kinds_that_offer(w, p->gpus) > 1)
        lint_report(
            w->f.diag, LINT_GPU_ANYWHERE, p->gpus_at,
            "%s: '%" PRId64 "': %s selects no nodes, and there are %" PRIu32
            " models of GPU: it gets any; write nodeSelector: {nvidia.com/gpu.product: ...}",
            p->gpus, p->gpus_count, lint_object_name(w, p->object), kinds_that_offer(w, p->gpus));
    if (w->cluster == NULL && t->tolerations.len == 0 &&
        object_label(p->object, "kueue.x-k8s.io/queue-name") == NULL)
        lint_report(w->f.diag, LINT_GPU_ANYWHERE, p->gpus_at,
                    "%s: '%" PRId64
                    "': %s tolerates no taint and selects no nodes: where GPU nodes "
                    "are tainted it stays Pending; write tolerations: [{key: nvidia.com/gpu, "
                    "operator: Exists, effect: NoSchedule}], or check it with its nodes",
                    p->gpus, p->gpus_count, lint_object_name(w, p->object));
}

void lint_pods(struct lint_world *w)
{
    for (size_t i = 0; i < w->pods_len; i++) {
        const struct lint_pods_of *p = &w->pods[i];
        lint_images(w, p);
        const bool is_missed = w->cluster != NULL && lint_tolerations(w, &p->set->template);
        if (p->gpus == NULL)
            continue;
        lint_shared_request(w, p);
        lint_requests(w, p);
        if (w->cluster != NULL && !is_missed)
            lint_taints(w, p);
        lint_anywhere(w, p);
    }
}
