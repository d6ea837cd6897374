/*
 * flat_machine.h - is a count of free units all that matters on this cluster?
 *
 * So it is if every task asks for the same, whatever that is: a unit is then one task's share, and
 * nodes that let it in have room for so many. Or if there is one node and jobs ask for one resource
 * of it: a unit is then a unit of that. It is so until a job comes that is different, and while all
 * nodes are ready. Otherwise a unit is a GPU, and a job for which too few are free certainly does
 * not fit.
 *
 * Cost     A job: O(its groups). A change of nodes: O(nodes).
 */
#ifndef POLICIES_BASELINE_FLAT_MACHINE_H
#define POLICIES_BASELINE_FLAT_MACHINE_H

#include "policies/placement/work.h"

#define FLAT_MOST_UNITS (UINT32_MAX - 1)

/* Who plans ahead needs sums of amounts. */
#define CANNOT_PLAN(policy)                                                                    \
    policy ": it plans ahead, and MIG instances that are made as jobs ask for them cannot be " \
           "planned; use fifo, sjf or kube-scheduler, or mig: {manager: static}"

struct flat_machine {
    const struct cluster *cluster;
    const struct request_table *requests;
    const struct node_terms_table *terms; /* NULL: there are none */
    bool is_flat;                         /* jobs are uniform and all nodes are ready */
    bool is_uniform;                      /* all jobs so far */
    bool is_full_strength;                /* all nodes are ready */
    uint32_t flat_request;                /* every task asks for this, if it is not REQUEST_NONE; */
    uint32_t flat_resource;               /* otherwise, on one node, for some of this */
    int64_t gpus;                         /* of the cluster */
    int64_t capacity;                     /* units of the machine */
};

void flat_machine_init(struct flat_machine *m, const struct policy_env *env);

/* Nodes came or went. True if the machine is flat now and was not, or the other way round: all
 * sizes have changed. */
bool flat_machine_look_at_nodes(struct flat_machine *m);

/* Whether work that has come is like all before it. */
bool flat_machine_admits(struct flat_machine *m, const struct acts *a, uint32_t work);

/* It has come though it is not. True if all sizes have changed. */
bool flat_machine_give_up(struct flat_machine *m);

/* Units that live work takes. */
uint32_t flat_machine_size(const struct flat_machine *m, const struct acts *a, uint32_t work);

#endif /* POLICIES_BASELINE_FLAT_MACHINE_H */
