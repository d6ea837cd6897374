/*
 * score_cache.h - the best node for a request, without scoring all nodes.
 *
 * A node's score for a request changes only when the node changes. So for each request that is
 * asked about, the scores of all nodes are kept in a tournament; a question scores again the nodes
 * that changed since the last one about this request, and only those.
 *
 * Totals   kube-scheduler adds two kinds of scores up. Those that the node's load decides are added
 *          by the judge. Those that its taints and labels decide (traits here) are normalized by
 * the greatest among the nodes that fit, so one node's change can change all totals. But a trait is
 * the same for as long as the node is: nodes of equal traits form a group with a tournament of its
 * own, inside which the normalized part is equal and decides nothing. The best total is the best
 * over the groups of (their normalized traits + their best score): exact, and few groups. Scores
 * that are normalized by min and max and not added to others keep their order and their ties: the
 * judge leaves that out (fgd_scores.h has the proof). Order    Of equal totals the node of lowest
 * rank comes first. Memory   9 bytes for each node and request, 17 where not all nodes are in one
 * group; requests that were not asked about lately are forgotten when there are many
 * (request_slots.h). Cost     A question: O(nodes changed since the last one about this request x
 * log nodes + groups). The first one about a request: O(nodes). Threads  Belongs to one policy of
 * one simulation.
 */
#ifndef POLICIES_PLACEMENT_SCORE_CACHE_H
#define POLICIES_PLACEMENT_SCORE_CACHE_H

#include "models/cluster.h"
#include "policies/placement/score_tree.h"

enum { SCORE_TRAITS = 2, MISFITS = 8 };

/* What the cache asks. Misfits are bits that say why a node cannot take a task. */
struct score_judge {
    void *context;
    /* Whether the node may ever take a task of the request, and then its traits >= 0; if not, why.
     * Must not change over time, except after score_cache_forget. NULL: always, no traits. */
    bool (*admit)(void *context, const struct request *r, const struct node *n,
                  int64_t traits[SCORE_TRAITS], uint8_t *misfit);
    /* Now: SCORE_NONE, and why, if it cannot. May depend on nothing but the request and the node.
     */
    int64_t (*score)(void *context, const struct request *r, uint32_t node, uint8_t *misfit);
};

/* How traits count: normalized to 0..100 as kube-scheduler does, then times weight. */
struct trait_weight {
    int64_t weight;
    bool is_reversed; /* the greatest is worst */
};

struct score_cache;

/* rank: by node, each number once; borrowed, as everything. */
struct score_cache *score_cache_new(const struct cluster *c, const struct request_table *requests,
                                    const struct score_judge *judge,
                                    const struct trait_weight traits[SCORE_TRAITS],
                                    const uint32_t *rank);
void score_cache_free(struct score_cache *s); /* NULL is allowed */

/* Labels, taints, or something else that the judge looks at beside the node's load, changed. */
void score_cache_forget(struct score_cache *s);

struct score_best {
    uint32_t node;
    int64_t total;
    uint32_t ties; /* nodes with that total */
};

/* The first node with the best total; false if none fits. */
bool score_cache_best(struct score_cache *s, uint32_t request, struct score_best *out);

/* The n-th of the ties, from 0, by group and rank; directly after score_cache_best. */
uint32_t score_cache_nth(struct score_cache *s, uint32_t request, uint32_t n);

/* How many nodes have each misfit. */
const uint32_t *score_cache_misfits(struct score_cache *s, uint32_t request);

/* The node's total now; SCORE_NONE if it does not fit. */
int64_t score_cache_total(struct score_cache *s, uint32_t request, uint32_t node);

#endif /* POLICIES_PLACEMENT_SCORE_CACHE_H */
