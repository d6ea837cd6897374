/* What workloads take on nodes, outside of cycles. */
#include "policies/kueue/kueue_parts.h"

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

void kueue_nodes_changed(struct kueue *k)
{
    kueue_plant_topologies(k);
    kueue_touch_all(k);
}

void kueue_occupy(struct kueue *k, uint32_t node, const struct pod_requests *r, int sign)
{
    if (k->topologies != NULL)
        topology_site_occupy(k->topologies, node, r, sign);
}
