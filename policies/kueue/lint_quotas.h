/*
 * lint_quotas.h - quotas that the hardware cannot keep, limits that limit nothing, queues that
 * nobody can reach.
 *
 * Rule     What ClusterQueues and Cohorts promise of a flavor, and of all flavors whose nodes are
 *          among its nodes, must be there: the sum of nominal quotas of a resource is at most what
 *          the nodes with the flavor's labels have of it. A queue can borrow at most what the
 *          others of its cohort, up to its root, may lend.
 * Order    Flavors and resources as first named.
 * Errors   By lint_report, at the quota that goes beyond.
 * Source   specs gpu_models.md 0.1, 6.1 (2, 3).
 */
#ifndef POLICIES_KUEUE_LINT_QUOTAS_H
#define POLICIES_KUEUE_LINT_QUOTAS_H

struct lint_world;

void lint_quotas(struct lint_world *w);

#endif /* POLICIES_KUEUE_LINT_QUOTAS_H */
