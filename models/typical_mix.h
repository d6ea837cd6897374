/*
 * typical_mix.h - how much of a node's free GPUs a typical task could not use: fragmentation as it
 * is felt.
 *
 * For a task m, what node n has free is a fragment to it as follows. Let L be the thousandths of
 * GPUs left on n. If m wants no GPU, or n cannot run m (too few CPUs, too few GPUs with m's part
 * left, or m may not be there), F_m(n) = L. Else F_m(n) is the sum of what is left on the GPUs that
 * have less than m wants of one. F(n) is the mean of F_m(n) over a mix of typical tasks.
 *
 * Source   Weng et al., "Beware of Fragmentation", USENIX ATC 2023, section 3, and its artefact:
 * the typical tasks are the most frequent ones that together are 95 % of all. Exact    F(n) times
 * the weight of the mix is an integer, and is what the functions return. Memory   Owns copies. At
 * most 64 typical tasks are kept. Cost     typical_mix_new: O(tasks log tasks + nodes x tasks
 * kept). The questions: O(GPUs x distinct GPU demands of the mix).
 */
#ifndef MODELS_TYPICAL_MIX_H
#define MODELS_TYPICAL_MIX_H

#include "models/gpu_left.h"

enum { TYPICAL_MOST = 64 };

struct typical_task {
    struct gpu_demand want;
    uint32_t where; /* handed to typical_admits_fn */
    int64_t count;
};

/* Whether a task may be on the node, full or not. NULL: always. */
typedef bool typical_admits_fn(const void *context, uint32_t where, const struct node *n);

struct typical_mix;

/* Of these tasks, the most frequent until they are `coverage_ppm` millionths of all; of equal
 * counts those that want more CPU, then more of a GPU, then more GPUs. Equal tasks are added up
 * before. No task: F is 0 everywhere. */
struct typical_spec {
    const struct typical_task *tasks;
    size_t len;
    uint32_t coverage_ppm;
    const struct cluster *cluster;
    typical_admits_fn *admits;
    const void *context;
};

struct typical_mix *typical_mix_new(const struct typical_spec *spec);
void typical_mix_free(struct typical_mix *m); /* NULL is allowed */

/* The sum of the counts of those kept, and how many they are. */
int64_t typical_mix_weight(const struct typical_mix *m);
size_t typical_mix_len(const struct typical_mix *m);

/* F(node) times the weight, were this left on it. */
int64_t typical_mix_fragments(const struct typical_mix *m, uint32_t node,
                              const struct gpu_left *left);

/* The same after a task took a share of a GPU: out[g] for each GPU that has so much left, others
 * stay as they are. */
void typical_mix_after_share(const struct typical_mix *m, uint32_t node,
                             const struct gpu_left *left, const struct gpu_demand *share,
                             int64_t out[NODE_MOST_GPUS]);

#endif /* MODELS_TYPICAL_MIX_H */
