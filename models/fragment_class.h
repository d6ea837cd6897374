/*
 * fragment_class.h - why free GPUs are of no use to those who wait: FGD's classes.
 *
 * For each waiting task and each node, what is free there falls into one class; a pool's numbers
 * are the means over all groups of tasks that wait. For one group: satisfied  it could have it
 *   beside     it fits on the node, but in other pieces than these: shares, GPUs or slices too
 * small lack-gpu   the node has too few free devices of its kind, but CPUs and memory enough
 *   lack-cpu   the node has the devices, but too few CPUs or too little memory
 *   lack-both  too little of either
 *   no-access  a taint, a selector, or a node without such devices
 *
 * Source   Weng et al., "Beware of Fragmentation", USENIX ATC 2023, section 3 and figure 5; they
 *          take the mean over the workload's typical tasks, we over those that wait. "beside" is in
 *          their F, but has no name there.
 * Units    Millionths of GPUs.
 * Law      The classes add up to what is free on nodes that take tasks, exactly.
 * Cost     O(nodes of the pool x requests that wait).
 */
#ifndef MODELS_FRAGMENT_CLASS_H
#define MODELS_FRAGMENT_CLASS_H

#include "models/fragmentation.h"

enum fragment_class {
    FRAGMENT_SATISFIED,
    FRAGMENT_BESIDE,
    FRAGMENT_LACK_GPU,
    FRAGMENT_LACK_CPU,
    FRAGMENT_LACK_BOTH,
    FRAGMENT_NO_ACCESS,
    FRAGMENT_CLASSES,
};

/* False if no task that asks for GPUs waits. */
bool fragment_classes(const struct fragmentation *f, uint32_t pool,
                      int64_t micro[FRAGMENT_CLASSES]);

#endif /* MODELS_FRAGMENT_CLASS_H */
