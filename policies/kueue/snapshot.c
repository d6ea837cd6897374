#include "policies/kueue/snapshot.h"

void snapshot_discharge(struct kueue_workload *w)
{
    cluster_queue_discharge(w->queue, w->usage, w->usage_len);
}

void snapshot_charge(struct kueue_workload *w)
{
    cluster_queue_charge(w->queue, w->usage, w->usage_len);
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
