/*
 * selector.h - which label sets are meant: label selectors, and the terms that select nodes.
 *
 * Order    Requirements are sorted, and the values of each, so that selectors that say the same in
 *          another order are equal.
 * Memory   Lies in the reader's arena.
 * Source   apimachinery/pkg/labels, k8s.io/component-helpers/scheduling/corev1/nodeaffinity.
 */
#ifndef MODELS_KUBERNETES_SELECTOR_H
#define MODELS_KUBERNETES_SELECTOR_H

#include "models/kubernetes/labels.h"

enum selector_operator {
    SELECTOR_IN,
    SELECTOR_NOT_IN, /* a missing key is not in either */
    SELECTOR_EXISTS,
    SELECTOR_NOT_EXISTS,
    SELECTOR_GT, /* both sides are whole numbers, or it does not match */
    SELECTOR_LT,
};

struct selector_requirement {
    uint32_t key;
    enum selector_operator op;
    struct word_list values; /* of In and NotIn; sorted */
    int64_t bound;           /* of Gt and Lt */
};

/* All requirements together. None: everything is meant. A selector that is not there (NULL) means
 * nothing. */
struct selector {
    const struct selector_requirement *requirements;
    uint32_t len;
};

/* One of several ways a node may be right. Empty: no node is. */
struct node_selector_term {
    struct selector labels;
    struct selector fields; /* of the node itself: metadata.name */
};

struct node_selector {
    const struct node_selector_term *terms; /* any of them will do; none: no node is right */
    uint32_t len;
};

/* matchLabels and matchExpressions of n, a map; NULL gives NULL. */
const struct selector *selector_read(struct field_reader *r, const struct yaml_node *n);

/* words: the table of the numbers, for Gt and Lt. */
bool selector_matches(const struct selector *s, const struct label_map *labels,
                      const struct intern *words);

/* matchExpressions and matchFields of a term. */
struct node_selector_term node_selector_term_read(struct field_reader *r,
                                                  const struct yaml_node *n);
bool node_selector_term_matches(const struct node_selector_term *t, const struct node *n,
                                const struct intern *words);

/* nodeSelectorTerms of n, a map; NULL gives NULL. */
const struct node_selector *node_selector_read(struct field_reader *r, const struct yaml_node *n);
bool node_selector_matches(const struct node_selector *s, const struct node *n,
                           const struct intern *words);

#endif /* MODELS_KUBERNETES_SELECTOR_H */
