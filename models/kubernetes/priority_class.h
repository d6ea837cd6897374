/*
 * priority_class.h - what priorities are worth: PriorityClass, and Kueue's WorkloadPriorityClass.
 *
 * Memory   Lies in the reader's arena; names in the YAML files.
 * Errors   Values of a wrong type, above what users may have, and names that are the system's.
 * Cost     A look-up walks the classes: there are few.
 * Source   scheduling.k8s.io/v1 and the admission plugin Priority; kueue.x-k8s.io.
 */
#ifndef MODELS_KUBERNETES_PRIORITY_CLASS_H
#define MODELS_KUBERNETES_PRIORITY_CLASS_H

#include "models/kubernetes/object_set.h"

struct priority_class {
    const char *name;
    int32_t value;
    bool preempts; /* preemptionPolicy is not Never */
    bool is_default;
};

struct priority_classes {
    struct priority_class *pods;      /* PriorityClass; the system's two first */
    struct priority_class *workloads; /* WorkloadPriorityClass */
    size_t pods_len, workloads_len;
};

void priority_classes_read(struct field_reader *r, const struct object_set *objects,
                           struct priority_classes *out);

/* The class of a pod; NULL if there is none of that name. name NULL: the one with globalDefault, of
 * several the least valued. */
const struct priority_class *priority_class_find(const struct priority_classes *c,
                                                 const char *name);

/* Kueue's of that name, which has nothing to do with the other; NULL if there is none. */
const struct priority_class *workload_priority_class_find(const struct priority_classes *c,
                                                          const char *name);

#endif /* MODELS_KUBERNETES_PRIORITY_CLASS_H */
