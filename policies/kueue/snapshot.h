/*
 * snapshot.h - taking holders of quota out of the picture for a while.
 *
 * What is done here is written to the journal of the quota trees and goes back with it.
 *
 * Source   Kueue v0.20-dev, pkg/cache/scheduler/snapshot.go; specs/kueue.md 1.1.
 */
#ifndef POLICIES_KUEUE_SNAPSHOT_H
#define POLICIES_KUEUE_SNAPSHOT_H

#include "policies/kueue/cluster_queue.h"

/* The workload and its usage: nobody finds it as a candidate. */
void snapshot_remove(struct kueue_workload *w);
void snapshot_add(struct kueue_workload *w);

/* Its usage alone. */
void snapshot_discharge(struct kueue_workload *w);
void snapshot_charge(struct kueue_workload *w);

#endif /* POLICIES_KUEUE_SNAPSHOT_H */
