/*
 * gpu_share.h - parts of a GPU, in thousandths, that tasks hold side by side.
 *
 * A request with load.gpu_milli wants so many thousandths of one GPU of its node, whichever has
 * them left; the shares on a GPU add up to at most 1000. A GPU with a share on it is not free for
 * tasks that want it whole, and nobody gets a share of one that is held whole or partitioned. A
 * share is fenced off: its task runs at full speed, whoever its neighbours are.
 *
 * Source   openb, the trace behind "Beware of Fragmentation" (USENIX ATC 2023): gpu_milli.
 * Cost     O(GPUs of the node); requests without a share never come here.
 */
#ifndef MODELS_GPU_SHARE_H
#define MODELS_GPU_SHARE_H

#include "models/cluster.h"

enum { GPU_MILLI = 1000 };

#define GPU_NONE UINT32_MAX

/* Thousandths of a GPU of the node that are left for shares. k: its cluster_whole_gpus. */
uint32_t gpu_share_left(const struct cluster *c, const struct node *n, const struct device_class *k,
                        uint32_t gpu);

/* How many shares of that size fit on the node now. */
int64_t gpu_share_fits(const struct cluster *c, uint32_t node, uint32_t milli);

/* At most so many tasks of r, whose load has a share, as fit on the node; and if nothing ran on it.
 */
int64_t gpu_share_limit(const struct cluster *c, uint32_t node, const struct request *r,
                        int64_t most);
int64_t gpu_share_could_limit(const struct cluster *c, uint32_t node, const struct request *r,
                              int64_t most);

/* The GPU that would have least left; the lowest of equals; GPU_NONE: none has room. */
uint32_t gpu_share_tightest(const struct cluster *c, uint32_t node, uint32_t milli);

/* --- changes; device.h's --- */

/* The GPU must have so much left. The column of free GPUs follows. */
void gpu_share_take(struct cluster *c, uint32_t node, uint32_t gpu, uint32_t milli);
void gpu_share_give(struct cluster *c, uint32_t node, uint32_t gpu, uint32_t milli);

#endif /* MODELS_GPU_SHARE_H */
