#include "policies/kueue/snapshot.h"

#include "policies/kueue/kueue.h"

static bool is_repeated(const struct admitted_set *s, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (s->resources[i].flavor == s->resources[at].flavor)
            return true;
    return false;
}

/* In the workload's own flavors only: others on the same nodes see it in the next cycle. */
static void use_places(struct kueue_workload *w, int sign)
{
    const struct kueue_tree *tree = w->queue->tree;
    for (uint32_t s = 0; w->has_places && tree->topologies != NULL && s < w->shape->sets_len; s++) {
        const struct admitted_set *set = &w->sets[s];
        for (uint32_t i = 0; set->topology != NULL && i < set->len; i++) {
            struct topology *t = topology_site_of(tree->topologies, set->resources[i].flavor);
            for (uint32_t p = 0; t != NULL && !is_repeated(set, i) && p < set->topology->len; p++)
                topology_use(t, tree->quota->journal, &set->topology->pods[p],
                             &w->shape->sets[s].pod_requests, sign);
        }
    }
}

void snapshot_discharge(struct kueue_workload *w)
{
    cluster_queue_discharge(w->queue, w->usage, w->usage_len);
    use_places(w, -1);
}

void snapshot_charge(struct kueue_workload *w)
{
    cluster_queue_charge(w->queue, w->usage, w->usage_len);
    use_places(w, 1);
}

void snapshot_remove(struct kueue_workload *w)
{
    snapshot_discharge(w);
    journal_write(w->queue->node->tree->journal, &w->is_away, 1);
}

void snapshot_add(struct kueue_workload *w)
{
    snapshot_charge(w);
    journal_write(w->queue->node->tree->journal, &w->is_away, 0);
}
