/*
 * slurm_select.h - which nodes a job gets: select/cons_tres with topology/flat.
 *
 * A job that goes on one node takes the first node that fits, by Weight. Others are spread over
 * runs of neighbouring nodes of equal weight, where the weight's low byte says how few of the GPUs
 * they want the node has.
 *
 * Order    By Weight, low byte, number of usable CPUs and index, as below; nothing else decides.
 * Memory   The picks lie in the selector until its next call.
 * Cost     One-node jobs: O(words) where the shape's fits are known. Others: O(nodes that fit).
 * Source   eval_nodes.c and common_topo of Slurm 26.11, as specs slurm.md 2.0 rules 2 to 9 and 2.6
 *          describe them.
 */
#ifndef POLICIES_SLURM_SELECT_H
#define POLICIES_SLURM_SELECT_H

#include "policies/slurm/slurm_ledger.h"
#include "policies/slurm/slurm_offer.h"
#include "policies/slurm/slurm_shape.h"

struct slurm_candidate; /* a node in the evaluation of a job for several nodes */
struct slurm_run;

struct slurm_selector {
    const struct slurm_site *site;
    const struct slurm_ledger *ledger;
    struct slurm_pick *picks;
    size_t picks_len;
    uint8_t *low;   /* by node: low weight byte that the will-run tests of a one-node job left */
    uint64_t *fits; /* scratch */
    struct slurm_candidate *candidates;
    struct slurm_run *runs;
    size_t candidates_len, runs_len;
};

struct slurm_query {
    const struct slurm_shape *shape;
    enum use_state state; /* of the nodes */
    const uint64_t *fits; /* nodes that fit in that state */
    const uint64_t *cand; /* nodes that may be used */
    bool is_future;       /* a test after running jobs ended: bf_busy_nodes counts */
};

void slurm_selector_init(struct slurm_selector *s, const struct slurm_ledger *ledger);
void slurm_selector_fini(struct slurm_selector *s);

/* Fills s->picks; false if the job does not fit. */
bool slurm_select(struct slurm_selector *s, const struct slurm_query *q);

/* Forgets the low bytes: at the start of the future tests of a job. */
void slurm_selector_reset(struct slurm_selector *s);

/* The low bytes after a test that failed: of those it looked at. */
void slurm_selector_remember(struct slurm_selector *s, const struct slurm_query *q);

#endif /* POLICIES_SLURM_SELECT_H */
