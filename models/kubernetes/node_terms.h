/*
 * node_terms.h - what tasks demand of a node beside room: selectors, affinity, tolerations, a name.
 *
 * Equal terms are stored once and have one number, which requests carry (request.terms). Number 0
 * is no terms at all: any node without a NoSchedule or NoExecute taint.
 *
 * Memory   The table owns copies of all terms, at stable addresses until node_terms_table_free.
 * Cost     node_terms_add: O(length), by hash. node_terms_admit: O(taints x tolerations + selectors
 *          x labels): indexes ask once per request and node (free_index.h).
 * Source   kube-scheduler's plugins NodeUnschedulable, NodeName, TaintToleration, NodeAffinity, in
 *          this order. A pod that tolerates node.kubernetes.io/unschedulable waits nevertheless:
 *          here nothing is placed on a cordoned node.
 */
#ifndef MODELS_KUBERNETES_NODE_TERMS_H
#define MODELS_KUBERNETES_NODE_TERMS_H

#include "models/kubernetes/selector.h"
#include "models/kubernetes/toleration.h"

enum { NODE_TERMS_NONE = 0 };

/* A node that matches is better by weight. */
struct preferred_term {
    int32_t weight; /* 1 to 100 */
    struct node_selector_term term;
};

struct node_terms {
    struct label_map selector;            /* nodeSelector: the node has all of these */
    const struct node_selector *required; /* node affinity; NULL: any node */
    const struct preferred_term *preferred;
    uint32_t preferred_len;
    struct toleration_list tolerations;
    uint32_t node_name; /* names.words; INTERN_NONE: any node */
};

/* Reads nodeSelector, affinity.nodeAffinity, tolerations and nodeName of a pod spec. */
struct node_terms node_terms_read(struct field_reader *r, const struct yaml_node *spec);

struct node_terms_table;

/* words is borrowed. */
struct node_terms_table *node_terms_table_new(const struct intern *words);
void node_terms_table_free(struct node_terms_table *t); /* NULL is allowed */

uint32_t node_terms_add(struct node_terms_table *t, const struct node_terms *terms);
const struct node_terms *node_terms_get(const struct node_terms_table *t, uint32_t id);
size_t node_terms_table_len(const struct node_terms_table *t);

/* The number of the same terms with labels to select and tolerations more: what an admission to a
 * flavor of nodes adds. Of a label that is there already, the new value counts. */
uint32_t node_terms_with(struct node_terms_table *t, uint32_t id, const struct label_map *labels,
                         const struct toleration_list *tolerations);

enum node_refusal_kind {
    NODE_REFUSES_NOTHING,
    NODE_UNSCHEDULABLE, /* cordoned or draining */
    NODE_NOT_READY,     /* down or booting */
    NODE_OF_OTHER_NAME,
    NODE_TAINTED,
    NODE_NOT_SELECTED,
};

struct node_refusal {
    enum node_refusal_kind kind;
    const struct taint *taint; /* of NODE_TAINTED: the first that is not tolerated */
};

/* Whether tasks with these terms may be on the node at all; why may be NULL. The state of the node
 * is looked at first. */
bool node_terms_admit(const struct node_terms_table *t, uint32_t id, const struct node *n,
                      struct node_refusal *why);

/* The same for a node in any state. */
bool node_terms_match(const struct node_terms_table *t, uint32_t id, const struct node *n,
                      struct node_refusal *why);

#endif /* MODELS_KUBERNETES_NODE_TERMS_H */
