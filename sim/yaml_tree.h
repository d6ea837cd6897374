/*
 * yaml_tree.h - the inside of YAML files, for yaml.c and the reader of its events.
 *
 * Memory   Everything lies in the file's arena. The pairs of a map beyond YAML_UNINDEXED are
 *          followed by a hash index: slots of pair numbers + 1, 0 being free.
 * Errors   None of its own.
 * Cost     Adding a pair: O(pairs so far) up to YAML_UNINDEXED, then O(1).
 */
#ifndef SIM_YAML_TREE_H
#define SIM_YAML_TREE_H

#include "sim/yaml.h"

#include <stdint.h>

struct arena;

enum { YAML_UNINDEXED = 16 };

struct yaml_file {
    struct arena *arena;
    struct diag *diag; /* which the text is lent to */
    const char *name;
    char *text;
    size_t len;
    unsigned lines_above, cols_before; /* of a text within another file: where it stands there */
    const struct yaml_node **docs;
    size_t docs_len;
    size_t docs_cap;
};

/* A map while it is filled: room for `most` pairs, no key twice. */
struct yaml_map_maker {
    struct arena *arena;
    struct yaml_pair *pairs;
    size_t len;
    size_t most;
};

void yaml_map_begin(struct yaml_map_maker *m, struct arena *arena, size_t most);

/* NULL if it was added, else the pair that has the key already. */
struct yaml_pair *yaml_map_add(struct yaml_map_maker *m, struct yaml_pair pair);
void yaml_map_end(struct yaml_map_maker *m, struct yaml_node *map);

#endif /* SIM_YAML_TREE_H */
