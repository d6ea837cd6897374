/*
 * placement.h - where a job's tasks ran, in one short text.
 *
 *   train-0:0-3;train-1:0+2-7      GPUs 0 to 3 of one node, GPU 0 and 2 to 7 of another
 *   notebooks-0:2/3g.40gb@4        a MIG instance of GPU 2, from memory slice 4
 *   old-7*4                        4 GPUs of a machine that does not number them
 *   cpu-3                          a node, and none of its GPUs
 *
 * Replicas of a shared GPU are shown as that GPU.
 *
 * Memory   Owns a text that grows to the longest; borrows the cluster.
 * Cost     A copy of the node's name and a few ns per run of GPUs.
 */
#ifndef RESULTS_PLACEMENT_H
#define RESULTS_PLACEMENT_H

#include "models/cluster.h"
#include "models/job.h"
#include "results/row.h"

struct placement {
    const struct cluster *cluster;
    struct row_name *names; /* by node; of longer ones only the length */
    bool is_special;        /* some node's name has to be quoted in CSV */
    char *text;             /* len bytes and no NUL; a block may be read from its last byte on */
    size_t len, cap;
};

void placement_init(struct placement *p, const struct cluster *cluster);
void placement_fini(struct placement *p);

static inline void placement_clear(struct placement *p)
{
    p->len = 0;
}

/* Adds a task, behind a semicolon unless it is the first. loose_gpus: how many it holds on a node
 * that does not number them. Nothing if it has no node. */
void placement_add(struct placement *p, const struct task *t, uint32_t loose_gpus);

/* Only its GPUs, "0-3", and only its MIG instances, "2/3g.40gb@4", in place of what was there. The
 * text lasts until the next change. */
const char *placement_gpus(struct placement *p, const struct task *t);
const char *placement_instances(struct placement *p, const struct task *t);

/* What a task holds that the cluster does not number. */
static inline uint32_t placement_loose_gpus(const struct cluster *c, const struct request_table *r,
                                            const struct job *job, const struct task *t)
{
    if (t->node == NODE_NONE || c->nodes[t->node].classes_len > 0)
        return 0;
    return request_get(r, job->groups[t->group].request)->gpus * t->count;
}

/* GPUs of its node on which it holds something, whole or in part. */
uint64_t placement_gpu_mask(const struct cluster *c, const struct task *t);

#endif /* RESULTS_PLACEMENT_H */
