/*
 * id_list.h - a list of small numbers, and a table from one kind of them to another.
 *
 * Memory   Both own their arrays; one that is all zero is empty.
 * Cost     O(1), amortised.
 */
#ifndef SIM_ID_LIST_H
#define SIM_ID_LIST_H

#include <stddef.h>
#include <stdint.h>

struct id_list {
    uint32_t *ids;
    size_t len, cap;
};

void id_list_add(struct id_list *l, uint32_t id);
void id_list_fini(struct id_list *l);

/* Takes away the first len. */
void id_list_drop_first(struct id_list *l, size_t len);

struct id_map {
    uint32_t *values; /* by key; 0 at first */
    size_t cap;
};

/* The value of a key, to be read or written; valid until another key is asked for. */
uint32_t *id_map_at(struct id_map *m, uint32_t key);
void id_map_fini(struct id_map *m);

#endif /* SIM_ID_LIST_H */
