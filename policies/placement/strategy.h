/*
 * strategy.h - the port that placement strategies plug into: which of the nodes that fit is best.
 *
 * A strategy scores a node for a request; placement.h asks it for nodes that changed only, and
 * takes the best. So a score may depend on nothing but the request, the node, what the strategy was
 * told of the node (moved), and facts whose change it announces (came).
 *
 * Order    Larger scores are better; equal ones go by `ties`.
 * Memory   The state is allocated zeroed, its options are read into it, then open() is called.
 * Cost     score is called for each node that changed, for each request asked about: it must not
 *          look at other nodes.
 */
#ifndef POLICIES_PLACEMENT_STRATEGY_H
#define POLICIES_PLACEMENT_STRATEGY_H

#include "models/cluster.h"
#include "models/names.h"
#include "policies/placement/score_cache.h"
#include "sim/config_key.h"
#include "sim/diag.h"

#include <gsl/gsl_rng.h>

enum { STRATEGY_API = 1 };

/* Which of several best nodes is taken. */
enum placement_ties {
    TIES_FIRST_NAME,   /* by bytes, as the recorder of kube-scheduler's decisions did */
    TIES_FIRST_NUMBER, /* in the order of the scenario */
    TIES_SHUFFLED,     /* the first of one random order, drawn once a run */
    TIES_RANDOM,       /* any of them, drawn anew each time, as kube-scheduler does */
    TIES_KINDS,
};

/* What a node's taints and labels add: traits[0] counts the PreferNoSchedule taints that are not
 * tolerated, traits[1] adds the weights of the preferred node affinity terms that match. */
struct preferences {
    int64_t taint_weight, affinity_weight;
    int64_t scale; /* 1: added to the score as kube-scheduler does; more: they come first */
};

struct strategy_env {
    const struct cluster *cluster; /* sealed */
    const struct names *names;
    struct arena *arena;             /* lives as long as the strategy */
    struct preferences *preferences; /* open() may change them */
    gsl_rng *rng;                    /* the strategy's own stream */
};

struct strategy_ops {
    unsigned api;        /* STRATEGY_API */
    const char *name;    /* lower-case, dashes: as in the scenario */
    const char *summary; /* one line for `clustersim list placements` */
    size_t state_bytes;
    const struct config_table *options; /* NULL: it has none */
    enum placement_ties ties;           /* unless the scenario says otherwise */

    /* Optional. False after a diag_error. */
    bool (*open)(void *state, const struct strategy_env *env, struct diag *d);
    /* Of a node that fits. */
    int64_t (*score)(void *state, const struct request *r, uint32_t node);
    /* Optional: the GPU of a node that fits, for a share; otherwise where it leaves least. */
    uint32_t (*gpu)(void *state, const struct request *r, uint32_t node);
    /* Optional: count tasks took the node (< 0: left it). Comes with the change of the node. */
    void (*moved)(void *state, const struct request *r, uint32_t node, int64_t count);
    /* Optional: so many tasks of the request wait now. True: all scores are other ones now. */
    bool (*came)(void *state, const struct request *r, uint32_t count);
    void (*close)(void *state); /* optional */
};

/* NULL if there is none of that name. */
const struct strategy_ops *placement_find(const char *name);

/* All of them, ended by NULL, in the order of `clustersim list placements`. */
const struct strategy_ops *const *placement_all(void);

#endif /* POLICIES_PLACEMENT_STRATEGY_H */
