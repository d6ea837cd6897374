/*
 * live_dump.h - which objects of a cluster belong together: a Workload, the job that Kueue made it
 * of, and its pods.
 *
 * `kubectl get ... -o yaml` writes all of them side by side. One of them stands for the others, its
 * head: a Workload for its owners and their pods; of objects that Kueue has nothing to do with the
 * topmost owner in the files. Only heads are simulated.
 *
 * A pod's Workload is named by its annotation kueue.x-k8s.io/workload, by its pod group, or is that
 * of an owner. Its pod set is named by the label kueue.x-k8s.io/podset, or by those of JobSet,
 * Kubeflow and KubeRay; a pod that says nothing goes where one is missing.
 *
 * Memory   Everything lies in the reader's arena but `owned`, which live_dump_close frees.
 * Errors   In the reader's diag: times that are none.
 * Source   Kueue v0.20-dev, pkg/controller/constants; Kubernetes' conditions of finished jobs.
 */
#ifndef WORKLOADS_LIVE_DUMP_H
#define WORKLOADS_LIVE_DUMP_H

#include "models/kubernetes/live_state.h"
#include "models/kubernetes/object_set.h"
#include "models/kubernetes/workload.h"

struct live_pods;

struct live_dump {
    struct field_reader *reader;
    const struct object_set *objects;
    const struct cluster *cluster;  /* whose nodes pods may name */
    struct intern *owned;           /* "kind/namespace/name" of what a Workload stands for */
    const struct object **by_owned; /* that Workload */
    size_t by_owned_cap;
    const struct object **heads;    /* by number of object */
    const struct object **makers;   /* of a Workload: the object it was made of; NULL: none */
    uint32_t *first_pod, *next_pod; /* lists of pods by number, of each head */
};

#define LIVE_POD_NONE UINT32_MAX

/* reader, objects and cluster are given. */
void live_dump_open(struct live_dump *d);
void live_dump_close(struct live_dump *d); /* nothing if it is all zero */

/* What is simulated in its place; itself, if it is to be simulated. */
const struct object *live_dump_head(const struct live_dump *d, const struct object *o);

/* What a Workload was made of, if that is in the files; otherwise the Workload itself. */
const struct object *live_dump_maker(const struct live_dump *d, const struct object *workload);

/* What a head's status says. */
enum live_end { LIVE_GOES_ON, LIVE_FINISHED, LIVE_DEACTIVATED };
enum live_end live_dump_end(const struct object *head);

/* The state of a head; w: its pod sets. False after an error. */
bool live_dump_state(const struct live_dump *d, const struct object *head, const struct workload *w,
                     struct live_state *out);

#endif /* WORKLOADS_LIVE_DUMP_H */
