/*
 * node_filter.h - which nodes could take a pod, and why the others do not.
 *
 * What the Kubernetes-like policies share: the answer for an index (free_index.h), and the words of
 * kube-scheduler for people: "0/3 nodes are available: 1 node(s) had untolerated taint
 * {nvidia.com/gpu: present}, 2 Insufficient nvidia.com/gpu."
 *
 * Cost     node_filter_admits as node_terms_match; node_refusals_count walks all nodes, so ask when
 *          somebody will read it.
 */
#ifndef MODELS_KUBERNETES_NODE_FILTER_H
#define MODELS_KUBERNETES_NODE_FILTER_H

#include "models/kubernetes/node_terms.h"
#include "models/names.h"
#include "models/request.h"

/* A node_admits_fn; context is the const struct node_terms_table of the requests' terms. */
bool node_filter_admits(const void *context, const struct request *r, const struct node *n);

/* So many nodes refused for the same reason. A node without room counts under each resource that is
 * too little there. */
struct node_refusal_count {
    enum node_refusal_kind kind; /* NODE_REFUSES_NOTHING: it lets the pod in, but has no room */
    uint32_t key;                /* the taint's key; the resource there is too little of */
    uint32_t value;              /* the taint's */
    uint32_t nodes;
};

/* Zeroed it is empty, and ready to be filled again and again. */
struct node_refusals {
    uint32_t nodes; /* that exist: a booting one does not yet */
    uint32_t takers;
    struct node_refusal_count *counts;
    size_t len, cap;
};

void node_refusals_fini(struct node_refusals *out);

/* Looks at all nodes as they are now. */
void node_refusals_count(struct node_refusals *out, const struct cluster *c,
                         const struct node_terms_table *terms, const struct request *r);

/* The message; returns its length, at most cap - 1. names_taints: the wording up to Kubernetes
 * 1.35, which names the taint; 1.36 says "node(s) had untolerated taint(s)" for all of them. */
size_t node_refusals_print(const struct node_refusals *refusals, const struct names *names,
                           bool names_taints, char *out, size_t cap);

#endif /* MODELS_KUBERNETES_NODE_FILTER_H */
