/*
 * live_state.h - what a live cluster had made of a job by the time its objects were written down.
 *
 * A source fills it in (workloads/live_dump.h); policies that understand it take the job over where
 * the cluster left it, all others meet a job that arrives at the start, first those that ran.
 *
 * Memory   Lies in the source's arena and in the files.
 */
#ifndef MODELS_KUBERNETES_LIVE_STATE_H
#define MODELS_KUBERNETES_LIVE_STATE_H

#include "models/kubernetes/object.h"

/* Pods of a group that are on a node. */
struct live_place {
    uint32_t group;
    uint32_t node; /* names.words */
    uint32_t count;
};

struct live_state {
    const struct object *workload; /* Kueue's, with its status; NULL: none */
    bool is_running;               /* it is admitted, or its pods have nodes */
    int64_t since_ns;              /* when it began to run, or to wait */
    const struct live_place *places;
    uint32_t places_len;
};

#endif /* MODELS_KUBERNETES_LIVE_STATE_H */
