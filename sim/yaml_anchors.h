/*
 * yaml_anchors.h - which value each '&name' of a document names, for its aliases.
 *
 * Memory   Owns the names, borrows the nodes. Begin with all zero; yaml_anchors_fini frees.
 * Errors   None of its own.
 * Cost     O(length of the name) per call, but the hint: O(anchors of the file).
 */
#ifndef SIM_YAML_ANCHORS_H
#define SIM_YAML_ANCHORS_H

#include "sim/yaml.h"

#include <stdint.h>

struct intern;
struct suggest;

struct yaml_anchor {
    const struct yaml_node *node; /* NULL while it is being read */
    size_t nodes;                 /* in the tree it names, aliases expanded */
    unsigned height;              /* of that tree; a scalar has 0 */
    unsigned doc;                 /* the document it stands in, where it ends */
};

struct yaml_anchors {
    struct intern *names;    /* NULL until there is one */
    struct yaml_anchor *all; /* by number of the name */
    size_t cap;
    unsigned doc; /* the current one */
};

void yaml_anchors_fini(struct yaml_anchors *a);

/* The number of a name, which from now on names what it is closed with. */
uint32_t yaml_anchor_open(struct yaml_anchors *a, const char *name);
void yaml_anchor_close(struct yaml_anchors *a, uint32_t id, struct yaml_anchor what);

/* NULL if the current document has none of that name yet. */
const struct yaml_anchor *yaml_anchor_find(const struct yaml_anchors *a, const char *name);

/* Offers the names of the current document. */
void yaml_anchors_suggest(const struct yaml_anchors *a, struct suggest *s);

#endif /* SIM_YAML_ANCHORS_H */
