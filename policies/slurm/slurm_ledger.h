/*
 * slurm_ledger.h - what every node has left, now and in a trial.
 *
 * The live state changes when jobs start and end. A trial is a copy of it, made node by node where
 * it is touched, in which running jobs are taken away to see who would fit then.
 *
 * Order    The change log holds the nodes whose live state changed, oldest first.
 * Memory   O(nodes), twice.
 * Cost     take, give, trial give: O(1) per node of the job. Beginning a trial: O(1).
 */
#ifndef POLICIES_SLURM_LEDGER_H
#define POLICIES_SLURM_LEDGER_H

#include "policies/slurm/slurm_site.h"

/* What is left on a node. */
struct node_use {
    uint64_t devices_free; /* that nobody holds, in whole or in part */
    int64_t memory_free_mb;
    int64_t counted_free[SLURM_MOST_COUNTED];
    uint32_t cores_free;
    uint16_t socket_cores[SLURM_MOST_SOCKETS]; /* free ones; kept where devices have Cores= */
    uint16_t whole_jobs;                       /* jobs on it that hold it whole */
    uint32_t jobs;
};

/* What a job holds of a node. */
struct slurm_alloc {
    uint32_t node;
    uint32_t tasks;
    uint32_t cpus;
    uint32_t cores;
    uint16_t socket_cores[SLURM_MOST_SOCKETS];
    uint64_t devices; /* held in whole */
    int64_t gpus;     /* number of them, or of counted ones */
    int64_t memory_mb;
    int64_t counted[SLURM_MOST_COUNTED];
    uint16_t shares[2]; /* shards or MPS: of which device, how many */
    bool is_whole;
};

enum { SHARE_DEVICE, SHARE_COUNT };

/* Which state of the nodes is meant. */
enum use_state { USE_LIVE, USE_TRIAL, USE_EMPTY /* nothing runs */ };

struct slurm_ledger {
    const struct slurm_site *site;
    struct node_use *live, *trial;
    struct node_use *empty;               /* by layout */
    uint16_t *live_shares, *trial_shares; /* [node * SLURM_MOST_DEVICES + device], free; NULL */
    uint32_t *trial_of;                   /* by node: the trial its copy belongs to */
    uint32_t trial_number;
    uint32_t *touched; /* nodes of the present trial that were given something, once each */
    uint32_t touched_len;
    uint32_t *changes; /* ring */
    uint64_t changes_mask;
    uint64_t changes_end; /* one past the newest; begins at 1 */
};

void slurm_ledger_init(struct slurm_ledger *l, const struct slurm_site *site);
void slurm_ledger_fini(struct slurm_ledger *l);

void slurm_ledger_take(struct slurm_ledger *l, const struct slurm_alloc *a);
void slurm_ledger_give(struct slurm_ledger *l, const struct slurm_alloc *a);

/* A new trial, equal to the live state; the old one is gone. */
void slurm_ledger_begin_trial(struct slurm_ledger *l);
void slurm_ledger_trial_give(struct slurm_ledger *l, const struct slurm_alloc *a);

/* Whether the trial knows the node otherwise than live. */
static inline bool slurm_ledger_in_trial(const struct slurm_ledger *l, uint32_t node)
{
    return l->trial_of[node] == l->trial_number;
}

/* What is left on the node. */
static inline const struct node_use *slurm_ledger_use(const struct slurm_ledger *l,
                                                      enum use_state state, uint32_t node)
{
    if (state == USE_EMPTY)
        return &l->empty[l->site->nodes[node].layout->id];
    return state == USE_TRIAL && slurm_ledger_in_trial(l, node) ? &l->trial[node] : &l->live[node];
}

/* Free shares of its devices; NULL if the site shares none. */
static inline const uint16_t *slurm_ledger_shares(const struct slurm_ledger *l,
                                                  enum use_state state, uint32_t node)
{
    if (l->live_shares == NULL || state == USE_EMPTY)
        return l->live_shares == NULL ? NULL : l->site->nodes[node].layout->shares;
    const uint16_t *all =
        state == USE_TRIAL && slurm_ledger_in_trial(l, node) ? l->trial_shares : l->live_shares;
    return all + (size_t)node * SLURM_MOST_DEVICES;
}

#endif /* POLICIES_SLURM_LEDGER_H */
