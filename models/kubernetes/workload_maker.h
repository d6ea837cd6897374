/*
 * workload_maker.h - the port by which a queueing system says what it makes of the objects people
 * submit: which of them queue together, and with what pod sets.
 *
 * Kueue's maker (policies/kueue/workload_maker.c) knows its kinds: RayJobs, LeaderWorkerSets,
 * groups of pods ... The kubernetes source is given it, and so simulates one job for each Workload,
 * under every policy alike.
 *
 * Memory   Everything lies in the reader's arena and in the files.
 */
#ifndef MODELS_KUBERNETES_WORKLOAD_MAKER_H
#define MODELS_KUBERNETES_WORKLOAD_MAKER_H

#include "models/kubernetes/object_set.h"

/* One Workload, or why there is none. */
struct made_job {
    const struct object *from;     /* an object of the set */
    const struct object *owner;    /* the same, or a pod that it would make */
    const struct object *workload; /* NULL: none is made of it */
    const char *problem; /* why, in the maker's words; NULL: another object stands for it */
    bool is_of_group;    /* several objects are one Workload */
    uint32_t order;      /* among those of one object */
};

struct workload_maker {
    /* In the order of the objects. */
    const struct made_job *(*make)(struct field_reader *r, const struct object_set *objects,
                                   size_t *len);
    /* Whether the state of a Workload of a live cluster can be read; all mistakes into the diag. */
    bool (*check)(const struct field_reader *r, const struct object *workload);
};

#endif /* MODELS_KUBERNETES_WORKLOAD_MAKER_H */
