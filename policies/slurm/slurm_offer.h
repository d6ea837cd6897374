/*
 * slurm_offer.h - what one node could give a job, and what a chosen node does give it.
 *
 * Cost     slurm_offer: a few tens of nanoseconds on nodes whose devices have no Cores=.
 * Source   _can_job_run_on_node of cons_tres; specs slurm.md 2.0 rules 2 to 5.
 */
#ifndef POLICIES_SLURM_OFFER_H
#define POLICIES_SLURM_OFFER_H

#include "policies/slurm/slurm_ledger.h"
#include "policies/slurm/slurm_shape.h"

struct node_offer {
    bool is_coarse; /* passes Slurm's first look, which leaves its near_gpus behind */
    bool fits;
    uint32_t cpus; /* usable: a multiple of CPUs per task */
    int64_t gpus;  /* free ones that match */
    uint32_t near; /* near_gpus, at most 255 */
};

/* A node that was chosen. */
struct slurm_pick {
    uint32_t node;
    uint32_t cpus;
    int64_t gpus;
    bool is_local; /* chosen in the pass that wants cores near devices */
};

void slurm_offer(const struct slurm_ledger *l, enum use_state state, const struct slurm_shape *s,
                 uint32_t node, struct node_offer *out);

/* Whether a node that fits does so in the local pass. */
bool slurm_offer_is_local(const struct slurm_ledger *l, enum use_state state,
                          const struct slurm_shape *s, uint32_t node, uint32_t cpus, int64_t gpus);

/* GPUs a job on this one node alone must get. */
int64_t slurm_gpus_on_one_node(const struct slurm_shape *s);

/* Cores, devices and the rest of a pick on the live state; false if the node has them no more. */
bool slurm_offer_take(const struct slurm_ledger *l, const struct slurm_shape *s,
                      const struct slurm_pick *pick, struct slurm_alloc *out);

#endif /* POLICIES_SLURM_OFFER_H */
