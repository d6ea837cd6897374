/*
 * cluster_queue.h - a ClusterQueue at work: its place in the quota tree, who waits and who holds.
 *
 * Order    Holders of quota are kept in the order in which a preemptor looks at them: those evicted
 *          already, then by priority, the latest reservation first, uid.
 * Memory   Owns its arrays; borrows spec, node and workloads.
 * Cost     group_of: O(1). Adding and removing a holder: O(log n) comparisons and a memmove.
 * Source   Kueue v0.20-dev, pkg/cache/scheduler/clusterqueue.go; specs/kueue.md 1.6, 1.10.
 */
#ifndef POLICIES_KUEUE_CLUSTER_QUEUE_H
#define POLICIES_KUEUE_CLUSTER_QUEUE_H

#include "policies/kueue/objects.h"
#include "policies/kueue/pending.h"
#include "policies/kueue/quota.h"

struct kueue_tree;

#define GROUP_NONE UINT32_MAX

struct cluster_queue {
    const struct cluster_queue_spec *spec;
    uint32_t index; /* of all ClusterQueues */
    struct quota_node *node;
    struct kueue_tree *tree;
    struct pending pending;
    struct kueue_workload **held;
    uint32_t held_len, held_cap;
    int64_t generation; /* AllocatableResourceGeneration */
    bool is_active;
    bool is_tas_only;
    uint8_t *groups; /* by resource: group + 1; 0: not covered */
    uint32_t groups_cap;
    uint32_t **columns; /* by group: [flavor * resources + resource] */
};

void cluster_queue_init(struct cluster_queue *q, const struct cluster_queue_spec *spec,
                        uint32_t index);
void cluster_queue_fini(struct cluster_queue *q);

/* Another spec of the same name; cluster_queue_declare must follow. */
void cluster_queue_change(struct cluster_queue *q, const struct cluster_queue_spec *spec);

/* Puts the queue's quotas into its node's tree; before quota_tree_settle. */
void cluster_queue_declare(struct cluster_queue *q, struct quota_node *node);

/* The resource group that covers the resource; GROUP_NONE. */
static inline uint32_t cluster_queue_group(const struct cluster_queue *q, uint32_t resource)
{
    return resource < q->groups_cap && q->groups[resource] != 0 ? q->groups[resource] - 1u
                                                                : GROUP_NONE;
}

/* The column of a flavor of the group and one of the group's resources. */
uint32_t cluster_queue_column(const struct cluster_queue *q, uint32_t group, uint32_t flavor_at,
                              uint32_t resource);

/* --- holders of quota --- */

/* Whether a preemptor would look at a before it looks at b, both outside its own queue. */
int holders_compare(const struct kueue_workload *a, const struct kueue_workload *b);

/* What the order depends on (is_evicted, priority, reserved_ns) must not change in between. */
void cluster_queue_hold(struct cluster_queue *q, struct kueue_workload *w);
void cluster_queue_let_go(struct cluster_queue *q, struct kueue_workload *w);

/* Usage of the workload, added to or taken from the queue's node. */
void cluster_queue_charge(struct cluster_queue *q, const struct column_qty *usage, uint32_t len);
void cluster_queue_discharge(struct cluster_queue *q, const struct column_qty *usage, uint32_t len);

#endif /* POLICIES_KUEUE_CLUSTER_QUEUE_H */
