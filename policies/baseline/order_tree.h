/*
 * order_tree.h - things in order of (key, tie), each with a size, that knows sums and minima.
 *
 * Running jobs by the time they are predicted to end: at what time are enough processors free?
 * (find_sum). Waiting jobs by their predicted run time: which is the first that is small enough?
 * (find_small). Waiting jobs by estimate: which is first?
 *
 * Order    By key, then by tie; no two entries may have both alike.
 * Memory   Owns its nodes; grows and shrinks with what is in it. One that is all zero is empty.
 * Cost     Every question and change: O(log n), B-tree nodes of up to ORDER_FANOUT slots, each
 *          slot holding the sum and the minimum of what is below it.
 */
#ifndef POLICIES_BASELINE_ORDER_TREE_H
#define POLICIES_BASELINE_ORDER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ORDER_FANOUT = 16 };

struct order_node;

struct order_tree {
    struct order_node *root; /* NULL: empty */
    unsigned height;         /* levels above the leaves */
    size_t len;
};

struct order_entry {
    int64_t key;
    uint64_t tie;
    int64_t size; /* >= 0 */
    uint32_t item;
};

void order_tree_fini(struct order_tree *t);

void order_tree_insert(struct order_tree *t, const struct order_entry *e);

/* It must be in. */
void order_tree_remove(struct order_tree *t, int64_t key, uint64_t tie);

/* The entry that comes first; false if there is none. */
bool order_tree_first(const struct order_tree *t, struct order_entry *out);

/* The first entry at or after (out->key, out->tie) whose size is at most `limit`. */
bool order_tree_find_small(const struct order_tree *t, int64_t limit, struct order_entry *out);

/* The sum of the sizes of all entries with a key <= `key`. */
int64_t order_tree_sum_to(const struct order_tree *t, int64_t key);

/* The least key up to which the sizes add up to `need` > 0 or more; false if they never do. */
bool order_tree_find_sum(const struct order_tree *t, int64_t need, int64_t *key);

/* Calls visit in order until it returns false. The tree must not change meanwhile. */
typedef bool order_visit_fn(void *context, const struct order_entry *e);
void order_tree_walk(const struct order_tree *t, order_visit_fn *visit, void *context);

#endif /* POLICIES_BASELINE_ORDER_TREE_H */
