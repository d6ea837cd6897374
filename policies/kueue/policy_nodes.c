/* Nodes of the cluster as topologies see them, and the places that jobs get on them. */
#include "policies/kueue/policy_kueue.h"

#include "models/kubernetes/node_terms.h"
#include "models/kubernetes/workload.h"
#include "policies/kueue/pod_text.h"
#include "policies/kueue/read_workload.h"
#include "policies/kueue/topology_request.h"
#include "policies/kueue/topology_tree.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

/* --- nodes --- */

/* kubelet's default, for clusters that say nothing of it. */
enum { PODS_OF_A_NODE = 110 };

static void put_node(struct policy_kueue *p, uint32_t i)
{
    const struct cluster *c = p->env.cluster;
    const uint32_t pods = intern_add(p->env.names->resources, "pods");
    struct res_qty *list = p->capacities + (size_t)i * p->capacity_cap;
    uint32_t len = 0;
    bool has_pods = false;
    for (uint32_t r = 0; r < c->resources_len; r++) {
        const int64_t qty = cluster_capacity_of(c, i, r);
        if (qty > 0)
            list[len++] = (struct res_qty){r, qty};
        has_pods |= r == pods && qty > 0;
    }
    if (!has_pods)
        list[len++] = (struct res_qty){pods, PODS_OF_A_NODE};
    site_put_node(p->site, &(struct topology_node){.node = &c->nodes[i],
                                                   .is_usable = c->nodes[i].state == NODE_READY,
                                                   .capacity = list,
                                                   .capacity_len = len});
}

void policy_kueue_read_nodes(struct policy_kueue *p)
{
    const struct cluster *c = p->env.cluster;
    p->has_topologies = site_list_len(&p->site->topologies) > 0 && c->nodes_len > 0;
    if (!p->has_topologies)
        return;
    p->capacity_cap = c->resources_len + 1;
    p->capacities = calloc((size_t)c->nodes_len * p->capacity_cap, sizeof p->capacities[0]);
    SIM_REQUIRE(p->capacities != NULL);
    for (uint32_t i = 0; i < c->nodes_len; i++)
        put_node(p, i);
}

void policy_kueue_node_changed(struct policy_kueue *p, struct acts *a, uint32_t node)
{
    if (!p->has_topologies)
        return;
    put_node(p, node);
    kueue_nodes_changed(p->k, acts_now_ns(a));
    const struct node *n = &p->env.cluster->nodes[node];
    if (n->state != NODE_DOWN)
        return;
    /* Its pods are gone at once, and that is what Kueue waits for, if anything. */
    const uint32_t name = intern_add(p->env.names->words, n->name);
    for (uint32_t i = 0; i < p->tracked_cap; i++)
        if (p->tracked[i].w != NULL && p->tracked[i].state == TRACKED_RUNS)
            kueue_break_node(p->k, p->tracked[i].w, name, acts_now_ns(a));
}

/* --- pods --- */

void policy_kueue_pods_moved(struct policy_kueue *p, struct acts *a, const struct note *n, int sign)
{
    const struct tracked *t = policy_kueue_tracked(p, n->job);
    if (!p->has_topologies || n->node == NODE_NONE || t == NULL || t->w->has_places)
        return;
    for (uint32_t i = 0; i < n->count; i++)
        kueue_occupy(p->k, n->node, &t->w->shape->sets[n->group].pod_requests, sign);
    if (sign < 0)
        kueue_ask_topology_flush(p->k, acts_now_ns(a));
}

/* --- places --- */

void policy_kueue_add_place(struct policy_kueue *p, size_t *len,
                            const struct place_admission *place)
{
    if (*len == p->places_cap) {
        p->places_cap = 2 * *len + 16;
        p->places = realloc(p->places, p->places_cap * sizeof p->places[0]);
        SIM_REQUIRE(p->places != NULL);
    }
    p->places[(*len)++] = *place;
}

/* The request with the labels of the place's nodes. */
static uint32_t placed(struct policy_kueue *p, uint32_t request, const struct label_map *labels)
{
    const struct toleration_list none = {0};
    const struct request *r = request_get(p->env.requests, request);
    return request_with_terms(p->env.requests, request,
                              node_terms_with(p->env.names->terms, r->terms, labels, &none));
}

const struct place_admission *policy_kueue_places(struct policy_kueue *p, const struct tracked *t,
                                                  const struct group_admission *groups, size_t *len)
{
    *len = 0;
    for (uint32_t s = 0; t->w->has_places && s < t->w->shape->sets_len; s++) {
        const struct admitted_set *set = &t->w->sets[s];
        for (uint32_t i = 0; set->topology != NULL && i < set->topology->len; i++) {
            const struct label_map labels = kueue_place_labels(p->k, set, i, p->scratch);
            if (labels.len > 0)
                policy_kueue_add_place(
                    p, len,
                    &(struct place_admission){s, set->topology->pods[i].count,
                                              placed(p, groups[s].request, &labels)});
        }
        arena_reset(p->scratch);
    }
    return p->places;
}

/* --- what pods ask for --- */

static const char *annotation(struct policy_kueue *p, const struct pod_template *t, const char *key)
{
    const char *text = text_map_find(t->annotations, key);
    return text == NULL || text[0] == '\0' ? NULL : arena_text(p->env.arena, text, strlen(text));
}

static const char *or_nothing(const char *text)
{
    return text == NULL ? "" : text;
}

/* Of generated jobs, for which nobody has made Workloads. */
static const struct topology_request *
from_annotations(struct policy_kueue *p, const struct pod_template *t, const char **text)
{
    const char *anywhere = annotation(p, t, "kueue.x-k8s.io/podset-unconstrained-topology");
    const char *size = annotation(p, t, "kueue.x-k8s.io/podset-slice-size");
    struct topology_request r = {
        .required = annotation(p, t, "kueue.x-k8s.io/podset-required-topology"),
        .preferred = annotation(p, t, "kueue.x-k8s.io/podset-preferred-topology"),
        .has_unconstrained = anywhere != NULL && strcmp(anywhere, "true") == 0,
        .slice_level = annotation(p, t, "kueue.x-k8s.io/podset-slice-required-topology"),
        .group = annotation(p, t, "kueue.x-k8s.io/podset-group-name"),
    };
    int64_t pods;
    const char *why;
    r.unconstrained = r.has_unconstrained;
    r.has_slice_size =
        size != NULL && quantity_int(size, &pods, &why) && pods > 0 && pods <= INT32_MAX;
    if (r.has_slice_size)
        r.slice_size = (uint32_t)pods;
    if (!topology_request_is_explicit(&r) && r.group == NULL)
        return NULL;
    *text = arena_printf(p->env.arena, "%s|%s|%d|%s|%s|%s", or_nothing(r.required),
                         or_nothing(r.preferred), r.unconstrained, or_nothing(r.slice_level),
                         or_nothing(size), or_nothing(r.group));
    return arena_copy(p->env.arena, &r, sizeof r);
}

const struct topology_request *policy_kueue_topology(struct policy_kueue *p, const struct job *job,
                                                     uint32_t group, const char **text)
{
    const struct workload *w = job->extra->workload;
    struct workload_reader r = {.f = {.diag = p->diag,
                                      .arena = p->env.arena,
                                      .words = p->env.names->words,
                                      .resources = p->env.names->resources}};
    *text = "";
    if (!p->has_topologies || w == NULL || group >= w->sets_len)
        return NULL;
    if (w->sets[group].topology == NULL)
        return from_annotations(p, &w->sets[group].template, text);
    const struct topology_request *t = topology_request_read(&r, w->sets[group].topology);
    if (!topology_request_is_explicit(t) && t->group == NULL)
        return NULL;
    *text = yaml_text(p->env.arena, w->sets[group].topology);
    return t;
}
