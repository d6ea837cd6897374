/*
 * slurm_shape.h - what a job asks for, in sbatch's words. Equal requests are stored once.
 *
 * Memory   The table owns the shapes, at stable addresses.
 * Cost     slurm_shape_add: O(1) by hash; the hash decides no order. The first of its kind:
 *          O(layouts + words).
 * Source   sbatch(1); specs slurm.md 2.0 rules 2 to 4, 2.6, 2.7.
 */
#ifndef POLICIES_SLURM_SHAPE_H
#define POLICIES_SLURM_SHAPE_H

#include "policies/slurm/slurm_site.h"

enum { SLURM_MOST_WANTS = 4 };

/* --nodes beyond this means "as many as you like". */
enum { SLURM_MOST_NODES_OF_JOB = 500000 };

enum want_scope { WANT_PER_NODE, WANT_PER_JOB, WANT_PER_TASK };

struct gres_want {
    enum gres_kind kind;
    enum want_scope scope;
    uint32_t name;  /* of slurm_site.gres_names, for GRES_OTHER; else 0 */
    uint64_t types; /* a bit for each type that will do; SLURM_ANY_TYPE */
    int64_t count;
};

struct slurm_request {
    uint32_t min_nodes;     /* --nodes; 0 stands for 1 */
    uint32_t max_nodes;     /* 0: --nodes not given */
    uint32_t most_nodes;    /* of its partition; 0: no limit */
    uint32_t tasks;         /* --ntasks; 0: not given */
    uint32_t cpus_per_task; /* 0 stands for 1 */
    int64_t mem_per_task_mb, mem_per_node_mb;
    bool takes_all_memory; /* of each node: no --mem where memory counts */
    int64_t
        mem_per_gpu_mb; /* DefMemPerGPU: must be free, though a job with --mem does not take it */
    bool is_exclusive;
    bool is_contiguous;
    bool enforces_binding;
    bool is_lln; /* its partition or the cluster spreads load */
    uint32_t wants_len;
    struct gres_want wants[SLURM_MOST_WANTS];
};

struct slurm_shape {
    uint32_t id;
    struct slurm_request r;
    /* What follows from it. */
    uint32_t min_nodes;
    uint32_t max_nodes;
    uint32_t req_nodes;    /* max_nodes if a range was given, else min_nodes */
    uint32_t wanted_nodes; /* where selection may stop */
    uint32_t min_cpus;
    bool is_one_node;
    bool has_one_task_per_node;    /* as many tasks as nodes */
    bool may_be_rejected;          /* by a node that passed the coarse check */
    const struct gres_want *gpu;   /* in r.wants; NULL: none */
    const struct gres_want *share; /* shards or MPS */
    int64_t near_wanted;           /* GPUs that near_gpus is capped at */
    const uint64_t *matching;      /* devices of each layout that the gpu want may take */
    const uint8_t *counted_gpu;    /* by layout: which counted GRES stands for GPUs; UINT8_MAX */
    /* Kept by slurm_fit.h. */
    uint64_t *fits;
    uint64_t fits_seen; /* position of the ledger's change log; 0: never */
};

/* Which of the node's counted GRES the want takes; UINT8_MAX: none. */
uint8_t slurm_shape_counted(const struct slurm_layout *l, const struct gres_want *w);

struct slurm_shapes;

struct slurm_shapes *slurm_shapes_new(const struct slurm_site *site);
void slurm_shapes_free(struct slurm_shapes *t); /* NULL is allowed */

/* At most one want for GPUs, one for shares: the caller sees to it. */
uint32_t slurm_shape_add(struct slurm_shapes *t, const struct slurm_request *r);
struct slurm_shape *slurm_shape_get(const struct slurm_shapes *t, uint32_t id);
size_t slurm_shapes_len(const struct slurm_shapes *t);

#endif /* POLICIES_SLURM_SHAPE_H */
