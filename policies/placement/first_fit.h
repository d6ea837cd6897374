/*
 * first_fit.h - nodes for all tasks of a job at once, the lowest-numbered first.
 *
 * A task goes to the first node that takes one; a node is filled before the next is looked at. It
 * packs, and it is what the baselines use. Groups are placed in their order: one that took a node's
 * last GPUs leaves none to the next, though another choice might have fitted both.
 *
 * Memory   Owns the plan's slots; they are valid until the next plan is made.
 * Cost     O(nodes the job gets), and what free_index needs to catch up; O(nodes with room) for a
 *          plan that fails only at what is held back.
 */
#ifndef POLICIES_PLACEMENT_FIRST_FIT_H
#define POLICIES_PLACEMENT_FIRST_FIT_H

#include "models/free_index.h"
#include "models/policy.h"
#include "policies/placement/node_overlay.h"

struct first_fit {
    const struct cluster *cluster;
    const struct request_table *requests;
    struct free_index *free;
    struct node_overlay taken; /* by earlier groups of the job that is being planned */
    int64_t *row;              /* scratch: what is free on one node */
    struct slot *slots;        /* the plan */
    size_t len, cap;
};

/* On the nodes that kube-scheduler would let tasks onto: by taints, selectors and affinity. */
void first_fit_init(struct first_fit *f, const struct policy_env *env);

/* On those that admits lets them onto (free_index.h). */
void first_fit_init_where(struct first_fit *f, const struct policy_env *env, node_admits_fn *admits,
                          const void *context);
void first_fit_fini(struct first_fit *f); /* nothing if it is all zero */

/* Plans all waiting tasks of a gang; false if they do not fit. `other` (NULL: nothing) says where
 * to think of more or less as free than is. */
bool first_fit_plan(struct first_fit *f, const struct job *job, const struct node_overlay *other);

/* Plans one waiting pod. */
bool first_fit_plan_pod(struct first_fit *f, const struct job *job, const struct task *pod,
                        const struct node_overlay *other);

#endif /* POLICIES_PLACEMENT_FIRST_FIT_H */
