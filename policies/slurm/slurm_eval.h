/*
 * slurm_eval.h - selection of several nodes: eval_nodes of select/cons_tres. Used by slurm_select.
 *
 * Nodes that fit are gathered into runs: neighbours by index with equal weight and near_gpus. The
 * best run gives nodes until the job has enough, then the next best. Three other rules take single
 * nodes in an order of their own: least loaded first, from the end, busy ones first. If all that
 * fails, nodes with few CPUs and GPUs are left out and it is tried again.
 *
 * Cost     O(nodes that fit) per try; tries end when only as many nodes as needed are left.
 */
#ifndef POLICIES_SLURM_EVAL_H
#define POLICIES_SLURM_EVAL_H

#include "policies/slurm/slurm_select.h"

struct slurm_candidate {
    uint32_t node;
    uint32_t cpus; /* usable */
    uint32_t rank; /* where an order of single nodes counts: greater goes first */
    int64_t gpus;
    uint64_t key; /* Weight and low byte */
    bool is_taken, is_left_out;
    bool is_busy;
};

struct slurm_run {
    uint32_t first, last; /* candidates */
    uint32_t nodes;       /* 0: used up */
    int64_t cpus, gpus;
    uint64_t key;
};

/* What is still missing. Counts may go below zero. */
struct evaluation {
    struct slurm_selector *s;
    const struct slurm_query *q;
    const struct slurm_shape *shape;
    int64_t cpus, gpus;
    int64_t nodes, min_nodes, max_nodes;
    bool spans_gpus; /* the GPUs are of the job, not of each node */
    bool is_local;
};

enum eval_order { ORDER_RUNS, ORDER_BUSY, ORDER_LEAST_LOADED, ORDER_SERIAL };

bool slurm_evaluate(struct slurm_selector *s, const struct slurm_query *q);

/* --- for the ways to choose: slurm_eval_runs.c, slurm_eval_order.c --- */

/* Nothing is missing any more. */
static inline bool slurm_eval_is_done(const struct evaluation *e)
{
    return e->nodes <= 0 && e->cpus <= 0 && e->gpus <= 0;
}

/* CPUs that the node would give. */
int64_t slurm_eval_cpus(const struct evaluation *e, const struct slurm_candidate *c);

/* Takes the node, unless it would be the last one and is too small. */
void slurm_eval_take(struct evaluation *e, struct slurm_candidate *c);

bool slurm_eval_runs(struct evaluation *e);

/* The candidates must be sorted for the order first. */
void slurm_eval_sort(struct evaluation *e, enum eval_order order);
bool slurm_eval_in_order(struct evaluation *e, enum eval_order order);

#endif /* POLICIES_SLURM_EVAL_H */
