/* What workloads take on nodes, outside of cycles. */
#include "policies/kueue/kueue_parts.h"
#include "sim/arena.h"

/* Whether an earlier resource of the set has the same flavor. */
static bool is_repeated(const struct admitted_set *s, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (s->resources[i].flavor == s->resources[at].flavor)
            return true;
    return false;
}

void kueue_use_places(struct kueue *k, const struct kueue_workload *w, int sign)
{
    for (uint32_t s = 0; k->topologies != NULL && s < w->shape->sets_len; s++) {
        const struct admitted_set *set = &w->sets[s];
        for (uint32_t i = 0; set->topology != NULL && i < set->len; i++)
            if (!is_repeated(set, i))
                topology_site_use(k->topologies, set->resources[i].flavor, set->topology,
                                  &w->shape->sets[s].pod_requests, sign);
    }
}

void kueue_plant_topologies(struct kueue *k)
{
    if (k->topologies == NULL)
        return;
    topology_site_build(k->topologies, k->site);
    for (uint32_t i = 0; i < k->queues_len; i++)
        for (uint32_t h = 0; k->queues[i] != NULL && h < k->queues[i]->held_len; h++)
            kueue_use_places(k, k->queues[i]->held[h], 1);
}

void kueue_ask_topology_flush(struct kueue *k, int64_t now_ns)
{
    for (uint32_t i = 0; i < k->trees_len; i++)
        if (k->trees[i]->topologies != NULL && k->trees[i]->queues_len > 0)
            kueue_ask_flush(k, k->trees[i]->queues[0], now_ns);
}

void kueue_nodes_changed(struct kueue *k, int64_t now_ns)
{
    kueue_plant_topologies(k);
    kueue_ask_topology_flush(k, now_ns);
    kueue_touch_all(k);
}

static struct topology *topology_of(const struct kueue *k, const struct admitted_set *set)
{
    for (uint32_t i = 0; i < set->len; i++) {
        struct topology *t = topology_site_of(k->topologies, set->resources[i].flavor);
        if (t != NULL)
            return t;
    }
    return NULL;
}

/* Pods on hosts are told their host, others all values down to theirs. */
struct label_map kueue_place_labels(const struct kueue *k, const struct admitted_set *set,
                                    uint32_t place, struct arena *arena)
{
    const struct topology *t = topology_of(k, set);
    const uint32_t leaf = t == NULL
                              ? DOMAIN_NOWHERE
                              : topology_tree_leaf(&t->tree, set->topology->pods[place].leaf_id);
    if (leaf == DOMAIN_NOWHERE)
        return (struct label_map){0};
    const struct topology_domain *d = &t->tree.domains[topology_tree_first_leaf(&t->tree) + leaf];
    const uint32_t first = t->tree.is_by_host ? t->tree.levels_len - 1 : 0;
    struct label_map map = {0};
    for (uint32_t l = first; l < t->tree.levels_len; l++) {
        const struct node_label label = {t->tree.keys[l], d->values[l]};
        map = label_map_join(arena, &map, &(struct label_map){&label, 1});
    }
    return map;
}

void kueue_occupy(struct kueue *k, uint32_t node, const struct pod_requests *r, int sign)
{
    if (k->topologies != NULL)
        topology_site_occupy(k->topologies, node, r, sign);
}
