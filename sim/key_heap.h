/*
 * key_heap.h - numbers of things, the one with the least key first.
 *
 * Order    By (key, tie); equal pairs in no order that may be relied on, so ties are distinct.
 * Memory   Owns its entries, 24 bytes each; they stay allocated until key_heap_fini.
 * Cost     push, pop: O(log4 n), keys inline: comparisons touch the heap only. top: O(1).
 * Threads  One heap belongs to one thread.
 */
#ifndef SIM_KEY_HEAP_H
#define SIM_KEY_HEAP_H

#include "sim/check.h"

#include <stddef.h>
#include <stdint.h>

struct key_entry {
    int64_t key;
    uint64_t tie;
    uint32_t item;
};

struct key_heap {
    struct key_entry *entries;
    size_t len, cap;
};

void key_heap_init(struct key_heap *h);
void key_heap_fini(struct key_heap *h);

void key_heap_push(struct key_heap *h, struct key_entry entry);

/* Takes the least one out of a heap that is not empty. */
struct key_entry key_heap_pop(struct key_heap *h);

/* The least one; NULL if the heap is empty. */
static inline const struct key_entry *key_heap_top(const struct key_heap *h)
{
    return h->len == 0 ? NULL : &h->entries[0];
}

static inline int key_entry_before(const struct key_entry *a, const struct key_entry *b)
{
    return a->key != b->key ? a->key < b->key : a->tie < b->tie;
}

#endif /* SIM_KEY_HEAP_H */
